//! Deadlines: expressions of time that bind a task, resolved to the last day of the period that they name.
//!
//! Periods of any shape are read in [`period`], what stands around them in [`around`]; which ones bind is for the rules of the family
//! `deadline`. It never asks for today's date.

pub(crate) mod around;
pub(crate) mod period;

use std::collections::BTreeMap;

use jiff::civil::Date;
use luoshi_types::Span;

pub(crate) use around::Surroundings;
pub(crate) use period::{Period, Shape};

use crate::{
    model::{DeadlineDraft, DeadlineKind},
    rules::{Rule, deadline},
    text::{char_at, char_before, is_blank, is_break, overlaps_any, slice, width_of},
    trace::Tracer,
};
use period::{for_each_period, resolve};

/// What the document says of its own time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DocumentTime {
    /// The year that bare periods mean.
    pub(crate) year: Option<i16>,
    /// The date that it bears.
    pub(crate) date: Option<Date>,
}

type PeriodRule = (&'static Rule, fn(&Period, &Surroundings<'_>) -> Option<DeadlineKind>);

static PERIOD_RULES: &[PeriodRule] = &[
    (&deadline::window::RULE, deadline::window::read),
    (&deadline::month_end::RULE, deadline::month_end::read),
    (&deadline::year_end::RULE, deadline::year_end::read),
    (&deadline::day::RULE, deadline::day::read),
    (&deadline::quarter::RULE, deadline::quarter::read),
    (&deadline::half_year::RULE, deadline::half_year::read),
    (&deadline::within_year::RULE, deadline::within_year::read),
    (&deadline::horizon::RULE, deadline::horizon::read),
    (&deadline::year::RULE, deadline::year::read),
    (&deadline::plan_period::RULE, deadline::plan_period::read),
    (&deadline::school_term::RULE, deadline::school_term::read),
];

/// Reads one sentence of a task.
pub(crate) fn read_sentence(
    text: &str,
    sentence: Span,
    time: DocumentTime,
    tracer: &mut Tracer,
    found: &mut Vec<DeadlineDraft>,
) {
    let first = found.len();
    // Whether the deadline that was pushed at a place says that all of it begins.
    let mut all_begin = Vec::new();
    for_each_period(text, sentence, |period| {
        // What ended before the year of the document is a condition, a comparison or a thing of the past.
        if period.year.zip(time.year).is_some_and(|(year, now)| year < now) {
            return;
        }
        let around = Surroundings::new(text, sentence, &period);
        if around.is_named(&period) {
            return;
        }
        let is_of_policy = around.is_condition() || around.is_validity(&period) || around.is_relief(&period);
        if !period.window && (is_of_policy || around.is_compared()) {
            return;
        }
        let Some((rule, kind)) = PERIOD_RULES
            .iter()
            .find_map(|(rule, read)| read(&period, &around).map(|kind| (*rule, kind)))
        else {
            return;
        };
        // 6月底前力争2024年专项债发行完毕 has its time; the year only names the thing.
        let is_told = rule.code == deadline::year::RULE.code
            && found[first..]
                .last()
                .is_some_and(|last| last.span.end > around.clause_start());
        // 上半年 in a document of October looks back.
        let has_ended = kind == DeadlineKind::During
            && !period.window
            && resolve(&period, time.year)
                .zip(time.date)
                .is_some_and(|(end, today)| end < today);
        if !has_ended && !is_told {
            push(text, period, kind, rule, time, tracer, found);
            if kind == DeadlineKind::StartBy && around.all_begin() {
                all_begin.push(period.span);
            }
        }
    });
    deadline::relative::read(text, sentence, time, tracer, found);
    deadline::recurring::read(text, sentence, tracer, found);
    deadline::event::read(text, sentence, time, tracer, found);
    deadline::continuous::read(text, sentence, tracer, found);
    found[first..].sort_by_key(|deadline| deadline.span);
    mark_stages(text, sentence, &all_begin, &mut found[first..]);
}

/// Several dates on one subject are the stages of one piece of work: 6月底前下达60%，9月底前下达80%; 一季度完成选址，6月底前完成改造.
/// A clause with a subject of its own begins a new chain, and so does one that goes back in time: 到2027年建成，年底前开展试点.
fn mark_stages(text: &str, place: Span, all_begin: &[Span], found: &mut [DeadlineDraft]) {
    let mut start = 0;
    for index in 1..=found.len() {
        let is_border = index == found.len() || {
            let around = Surroundings::of_span(text, place, found[index].span);
            let goes_back = found[index].resolved.is_some() && found[index].resolved < found[index - 1].resolved;
            around.has_own_subject() || goes_back && !around.speaks_of_part()
        };
        if is_border {
            mark_chain(text, place, all_begin, &mut found[start..index]);
            start = index;
        }
    }
}

/// Marks the members of one chain.
fn mark_chain(text: &str, place: Span, all_begin: &[Span], chain: &mut [DeadlineDraft]) {
    let is_end = |deadline: &DeadlineDraft| deadline.kind == DeadlineKind::By;
    let is_before = |deadline: &DeadlineDraft| is_end(deadline) && deadline.text.ends_with('前');
    let leaves_rest = |deadline: &DeadlineDraft| {
        is_period(deadline) && Surroundings::of_span(text, place, deadline.span).speaks_of_rest()
    };
    let ends = chain.iter().filter(|deadline| is_end(deadline)).count();
    let periods = chain.iter().filter(|deadline| is_period(deadline)).count();
    // Periods are stages beside a day by which more is done, each ending later than the one before: 全年新增5000人，年底前建成 is no chain.
    let ascends = chain
        .iter()
        .filter(|deadline| is_end(deadline) || is_period(deadline))
        .map(|deadline| deadline.resolved)
        .is_sorted_by(|one, next| one.is_none() || next.is_none() || one < next);
    let takes_periods = periods > 0
        && ends + periods > 1
        && ascends
        && (chain.iter().any(is_before) || chain.iter().skip(1).any(leaves_rest));
    if ends < 2 && !takes_periods {
        return;
    }
    for deadline in chain {
        let closes_chain = deadline.kind == DeadlineKind::StartBy && all_begin.contains(&deadline.span);
        if is_end(deadline) || closes_chain || takes_periods && is_period(deadline) {
            deadline.kind = DeadlineKind::Stage;
        }
    }
}

/// Whether the deadline is a part of a year that can be a stage: 一季度, 上半年, 全年, 9月.
fn is_period(deadline: &DeadlineDraft) -> bool {
    let rules = [
        deadline::month_end::RULE.code,
        deadline::quarter::RULE.code,
        deadline::half_year::RULE.code,
        deadline::within_year::RULE.code,
        deadline::year::RULE.code,
    ];
    deadline.kind == DeadlineKind::During
        && rules.contains(&deadline.rule)
        && !deadline.text.contains(['—', '–', '-', '~', '～', '－', '至'])
}

/// Fewer promises of one year than this say nothing about the year of a document.
const FEWEST_PROMISES: usize = 2;

/// The year of which most promises of `tasks` speak that name a bare year (2024年新增市场主体2万户).
pub(crate) fn year_of_tasks(text: &str, tasks: impl Iterator<Item = Span>) -> Option<i16> {
    let mut years: BTreeMap<i16, usize> = BTreeMap::new();
    for task in tasks {
        for_each_period(text, task, |period| {
            let around = Surroundings::new(text, task, &period);
            if deadline::year::read(&period, &around).is_some()
                && !around.is_condition()
                && let Some(year) = period.year
            {
                *years.entry(year).or_default() += 1;
            }
        });
    }
    let all: usize = years.values().sum();
    let (year, count) = years.into_iter().max_by_key(|(_, count)| *count)?;
    (count >= FEWEST_PROMISES && count * 3 >= all * 2).then_some(year)
}

/// Reads a document-wide default: the periods of a sentence that speaks of all measures without a time of their own.
pub(crate) fn read_default(text: &str, span: Span, time: DocumentTime) -> Vec<DeadlineDraft> {
    let mut found = Vec::new();
    let mut silent = Tracer::new(false);
    for_each_period(text, span, |period| {
        if period.until || period.before || period.window || period.ends {
            push(
                text,
                period,
                DeadlineKind::By,
                &deadline::stated_once::RULE,
                time,
                &mut silent,
                &mut found,
            );
        }
    });
    for deadline in &mut found {
        deadline.inherited = true;
    }
    found
}

/// Reads a place where deadlines are stated: a label line or a responsibility clause. Every period there binds.
pub(crate) fn read_container(
    text: &str,
    span: Span,
    time: DocumentTime,
    tracer: &mut Tracer,
    found: &mut Vec<DeadlineDraft>,
) {
    let first = found.len();
    // 年内持续推进 has no end although it names a year, so words of continuity come first.
    for hit in deadline::continuous::words().within(text, span.start, span.end) {
        let word = Span::new(hit.start, hit.end);
        // 县持续整治领导小组 is the name of a body.
        if slice(text, word) == "持续" && !stands_alone(text, span, word) {
            continue;
        }
        let span = word;
        tracer.fired(&deadline::continuous::RULE, span, || {
            DeadlineKind::Continuous.code().to_owned()
        });
        found.push(deadline::continuous::draft(text, span));
    }
    let mut continuous = first;
    let last_continuous = found.len();
    for_each_period(text, span, |period| {
        while continuous < last_continuous && found[continuous].span.end <= period.span.start {
            continuous += 1;
        }
        if continuous < last_continuous && found[continuous].span.overlaps(period.span) {
            return;
        }
        let around = Surroundings::new(text, span, &period);
        let (rule, kind) = PERIOD_RULES
            .iter()
            .find_map(|(rule, read)| read(&period, &around).map(|kind| (*rule, kind)))
            .unwrap_or_else(|| unbound(&period));
        push(text, period, kind, rule, time, tracer, found);
    });
    deadline::relative::read(text, span, time, tracer, found);
    deadline::event::read(text, span, time, tracer, found);
    numeric_dates(text, span, time, tracer, found);
    found[first..].sort_by_key(|deadline| deadline.span);
    mark_stages(text, span, &[], &mut found[first..]);
}

/// Whether `word` is a whole member of what `place` lists.
fn stands_alone(text: &str, place: Span, word: Span) -> bool {
    let parts =
        |character: char| is_break(character) || is_blank(character) || matches!(character, '（' | '）' | '(' | ')');
    let opens = word.start == place.start || char_before(text, word.start).is_none_or(parts);
    let closes = word.end == place.end || char_at(text, word.end).is_none_or(parts);
    opens && closes
}

/// How a period binds that no rule takes, where it is stated as a deadline: a part of the year lasts, a month or a day ends.
fn unbound(period: &Period) -> (&'static Rule, DeadlineKind) {
    match period.shape {
        _ if period.before || period.ends || period.until => (&deadline::month_end::RULE, DeadlineKind::By),
        Shape::Quarter => (&deadline::quarter::RULE, DeadlineKind::During),
        Shape::Half => (&deadline::half_year::RULE, DeadlineKind::During),
        Shape::Year if period.within => (&deadline::within_year::RULE, DeadlineKind::During),
        Shape::Year => (&deadline::year::RULE, DeadlineKind::During),
        _ => (&deadline::month_end::RULE, DeadlineKind::By),
    }
}

/// Dates in digits alone, as cells of tables have them: 2024.12, 2024-12-31, 2024/6.
fn numeric_dates(text: &str, span: Span, time: DocumentTime, tracer: &mut Tracer, found: &mut Vec<DeadlineDraft>) {
    let mut taken: Vec<Span> = found.iter().map(|deadline| deadline.span).collect();
    taken.sort_unstable();
    let bytes = text.as_bytes();
    let mut at = span.start;
    while at < span.end {
        if !bytes[at].is_ascii_digit() {
            at += width_of(bytes[at]);
            continue;
        }
        let run_end = (at..span.end)
            .find(|&index| !(bytes[index].is_ascii_digit() || matches!(bytes[index], b'.' | b'-' | b'/')))
            .unwrap_or(span.end);
        let parts: Vec<&str> = text[at..run_end].split(['.', '-', '/']).collect();
        let number = |index: usize| parts.get(index).and_then(|part: &&str| part.parse::<u16>().ok());
        if let (Some(year @ 1980..=2100), Some(month @ 1..=12)) = (number(0), number(1))
            && parts.len() <= 3
            && !overlaps_any(&taken, Span::new(at, run_end))
        {
            let day = number(2).and_then(|day| i8::try_from(day).ok());
            let period = Period {
                span: Span::new(at, run_end),
                shape: if day.is_some() { Shape::Day } else { Shape::Month },
                year: i16::try_from(year).ok(),
                later: 0,
                month: i8::try_from(month).unwrap_or(12),
                day: day.unwrap_or(31),
                has_year: true,
                ends: false,
                before: true,
                within: false,
                whole: false,
                years: false,
                until: false,
                window: false,
                third: false,
            };
            push(
                text,
                period,
                DeadlineKind::By,
                &deadline::month_end::RULE,
                time,
                tracer,
                found,
            );
        }
        at = run_end.max(at + 1);
    }
}

fn push(
    text: &str,
    period: Period,
    kind: DeadlineKind,
    rule: &'static Rule,
    time: DocumentTime,
    tracer: &mut Tracer,
    found: &mut Vec<DeadlineDraft>,
) {
    // A date of an earlier year is a condition of a policy and no deadline.
    if period.shape == Shape::Day
        && period.has_year
        && !period.window
        && period.year.zip(time.year).is_some_and(|(year, now)| year < now)
    {
        return;
    }
    let resolved = resolve(&period, time.year);
    tracer.fired(rule, period.span, || match resolved {
        Some(date) => format!("{} {date}", kind.code()),
        None => kind.code().to_owned(),
    });
    found.push(DeadlineDraft {
        text: slice(text, period.span).to_owned(),
        span: period.span,
        kind,
        resolved,
        inherited: false,
        rule: rule.code,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut found = Vec::new();
        let mut tracer = Tracer::new(false);
        let time = DocumentTime {
            year: Some(2024),
            date: None,
        };
        read_sentence(text, Span::new(0, text.len()), time, &mut tracer, &mut found);
        let shown: Vec<String> = found
            .iter()
            .map(|deadline| {
                let date = deadline.resolved.map_or("-".to_owned(), |date| date.to_string());
                format!("{} {} {date}", deadline.text, deadline.kind.code())
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn resolves_to_the_last_day() {
        check("6月底前完成", &["6月底前 by 2024-06-30"]);
        check("2025年2月底前开工建设", &["2025年2月底前 start_by 2025-02-28"]);
        check("年底前建成", &["年底前 by 2024-12-31"]);
        check("10月15日前报送", &["10月15日前 by 2024-10-15"]);
        check("上半年完成招标", &["上半年 during 2024-06-30"]);
        check("“十四五”期间新建5所", &["“十四五”期间 during 2025-12-31"]);
        check("到2027年，建成10个", &["到2027年 by 2027-12-31"]);
        check("2024年四季度前完成", &["2024年四季度前 by 2024-12-31"]);
        check("年内完成改造", &["年内 during 2024-12-31"]);
    }

    #[test]
    fn several_dates_are_stages() {
        check(
            "6月底前下达60%以上，9月底前下达80%以上",
            &["6月底前 stage 2024-06-30", "9月底前 stage 2024-09-30"],
        );
        check(
            "3月底前开工率达到30%、6月底前达到70%、9月底前全部开工",
            &[
                "3月底前 stage 2024-03-31",
                "6月底前 stage 2024-06-30",
                "9月底前 stage 2024-09-30",
            ],
        );
        check(
            "4月底前建成一期、6月底前建成二期，9月底前三期开工",
            &[
                "4月底前 stage 2024-04-30",
                "6月底前 stage 2024-06-30",
                "9月底前 start_by 2024-09-30",
            ],
        );
    }

    #[test]
    fn periods_are_stages_beside_a_day() {
        check(
            "一季度完成选址，6月底前完成主体改造，11月底前全部投入运营",
            &[
                "一季度 stage 2024-03-31",
                "6月底前 stage 2024-06-30",
                "11月底前 stage 2024-11-30",
            ],
        );
        check(
            "二季度末前新增企业35家，全年不少于100家",
            &["二季度末前 stage 2024-06-30", "全年 stage 2024-12-31"],
        );
        check(
            "第一批45公里上半年完工，其余年内完工",
            &["上半年 stage 2024-06-30", "年内 stage 2024-12-31"],
        );
        check(
            "上半年培训2万人次，全年培训5万人次",
            &["上半年 during 2024-06-30", "全年 during 2024-12-31"],
        );
        check(
            "全年新增就业5000人，年底前建成创业园",
            &["全年 during 2024-12-31", "年底前 by 2024-12-31"],
        );
    }

    #[test]
    fn a_subject_of_its_own_begins_another_chain() {
        check(
            "农村水厂项目年底前支付资金100%，专项债券项目年底前支付率达到100%",
            &["年底前 by 2024-12-31", "年底前 by 2024-12-31"],
        );
        check(
            "6月底前解决季节性缺水问题，年底前管网漏损率降至9%以下",
            &["6月底前 by 2024-06-30", "年底前 by 2024-12-31"],
        );
        check(
            "6月底前开工率达到100%，10月底前竣工率达到90%，年底前全部入住",
            &[
                "6月底前 stage 2024-06-30",
                "10月底前 stage 2024-10-31",
                "年底前 stage 2024-12-31",
            ],
        );
        check(
            "资金支出进度6月底前达到60%、9月底前达到85%以上，并力争年底前全部支出",
            &[
                "6月底前 stage 2024-06-30",
                "9月底前 stage 2024-09-30",
                "年底前 stage 2024-12-31",
            ],
        );
    }

    #[test]
    fn what_goes_back_in_time_is_no_later_stage() {
        check(
            "到2027年建成示范区，年底前完成改造20家",
            &["到2027年 by 2027-12-31", "年底前 by 2024-12-31"],
        );
        check(
            "年底前完成改造20家，其中6月底前完成10家",
            &["年底前 stage 2024-12-31", "6月底前 stage 2024-06-30"],
        );
    }

    #[test]
    fn a_column_of_deadlines_binds_every_period() {
        let kinds = |text: &str| {
            let mut found = Vec::new();
            let time = DocumentTime {
                year: Some(2024),
                date: None,
            };
            let cell = Span::new(0, text.find('|').unwrap_or(text.len()));
            read_container(text, cell, time, &mut Tracer::new(false), &mut found);
            found.iter().map(|deadline| deadline.kind.code()).collect::<Vec<_>>()
        };
        assert_eq!(kinds("全年|县财政局"), ["during"]);
        assert_eq!(kinds("2024年12月|县财政局"), ["by"]);
        assert_eq!(kinds("国庆节前"), ["by"]);
        assert_eq!(kinds("（1）2024年6月底前；（2）2024年10月底前"), ["by", "by"]);
        assert_eq!(kinds("6月底前完成选址，年底前建成"), ["stage", "stage"]);
        assert!(kinds("按时序推进").is_empty());
    }

    #[test]
    fn what_has_passed_binds_no_more() {
        check("2023年新增企业20家，2023年12月底前建成", &[]);
        let mut found = Vec::new();
        let text = "上半年完成投资20亿元，下半年完成30亿元";
        let time = DocumentTime {
            year: Some(2024),
            date: Date::new(2024, 9, 1).ok(),
        };
        read_sentence(
            text,
            Span::new(0, text.len()),
            time,
            &mut Tracer::new(false),
            &mut found,
        );
        let shown: Vec<&str> = found.iter().map(|deadline| deadline.text.as_str()).collect();
        assert_eq!(shown, ["下半年"]);
    }

    #[test]
    fn the_year_of_most_promises_is_that_of_the_document() {
        let year = |text: &str| year_of_tasks(text, std::iter::once(Span::new(0, text.len())));
        assert_eq!(
            year("2024年新增企业20家，2024年，市财政安排资金2亿元，2025年建成5个"),
            Some(2024)
        );
        assert_eq!(year("2024年新增企业20家，2025年新增企业30家，2026年新增企业40家"), None);
        assert_eq!(year("2024年新增企业20家，到2025年建成5个"), None);
    }

    #[test]
    fn leaves_names_and_other_numbers() {
        check("落实2023年上半年房产税政策", &[]);
        check("新建12.5公里", &[]);
        check("贯彻“十二五”规划", &[]);
        check("三年内有效", &[]);
        check("每年底检查", &[]);
        check("落实《三年行动方案（2024—2026年）》", &[]);
        check("实施三年行动（2024—2026年）", &[]);
        check("离校一年内的毕业生，青年内心健康", &[]);
    }
}
