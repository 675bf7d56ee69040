//! Deadlines: expressions of time that bind a task, resolved to the last day of the period that they name.
//!
//! This room reads a period of any shape; which ones bind is for the rules of the family `deadline`. It never asks for today's date.

use jiff::civil::Date;
use luoshi_types::Span;

use crate::{
    model::{DeadlineDraft, DeadlineKind},
    numeral::{chinese_digits_at, digits_at},
    rules::{Rule, deadline},
    targets::verb_or_promise_at,
    text::{ahead, behind, char_at, char_before, is_break, is_sentence_end, overlaps_any, slice, width_of},
    trace::Tracer,
};

/// What a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Day,
    Month,
    Quarter,
    Half,
    Year,
    Plan,
}

/// A period of time in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) span: Span,
    pub(crate) shape: Shape,
    year: Option<i16>,
    /// Years to add to the document's own: 1 for 明年.
    later: i16,
    /// Last month of the period, 1 to 12.
    month: i8,
    /// The day, where the shape is one.
    day: i8,
    /// Whether a year is written.
    pub(crate) has_year: bool,
    /// 底, 末.
    pub(crate) ends: bool,
    /// 前, 以前.
    pub(crate) before: bool,
    /// 内, 期间.
    pub(crate) within: bool,
    /// 全年.
    pub(crate) whole: bool,
    /// 到, 截至 in front.
    pub(crate) until: bool,
    /// From one date to another.
    pub(crate) window: bool,
}

/// What the document says of its own time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DocumentTime {
    /// The year that bare periods mean.
    pub(crate) year: Option<i16>,
    /// The date that it bears.
    pub(crate) date: Option<Date>,
}

/// What stands around a period.
pub(crate) struct Surroundings<'a> {
    text: &'a str,
    end: usize,
    /// The clause before it, at most 30 characters.
    before: &'a str,
    /// The clause behind it, at most 30 characters.
    after: &'a str,
}

/// Words that say that work is done by then.
const DONE: &[&str] = &[
    "完成",
    "建成",
    "竣工",
    "投用",
    "投产",
    "投入使用",
    "完工",
    "达到",
    "交付",
    "通车",
    "通水",
    "开园",
    "开学",
    "验收",
    "出台",
    "印发",
    "全部",
    "全面完成",
    "基本完成",
    "基本建成",
    "实现",
];

/// Words that say that work begins by then.
const BEGUN: &[&str] = &["开工", "动工", "启动", "开建", "开始", "进场施工", "全面开工"];

impl Surroundings<'_> {
    /// Whether it is work that begins by then, or work that is done.
    pub(crate) fn by_or_start(&self) -> DeadlineKind {
        let begins = BEGUN.iter().any(|word| self.after.contains(word));
        let is_done = ["完成", "建成", "竣工", "投用", "投产", "投入使用", "完工", "达到"]
            .iter()
            .any(|word| self.after.contains(word));
        if begins && !is_done {
            DeadlineKind::StartBy
        } else {
            DeadlineKind::By
        }
    }

    /// Whether the clause begins with the period, or has only a word of promise or of place before it.
    pub(crate) fn opens_clause(&self) -> bool {
        self.before.trim().is_empty()
            || [
                "力争", "确保", "争取", "计划", "在", "于", "拟", "到", "并", "要", "须", "应",
            ]
            .iter()
            .any(|word| self.before.ends_with(word))
    }

    /// Whether the next words say that work is done or begun.
    pub(crate) fn ends_or_begins_next(&self) -> bool {
        DONE.iter().chain(BEGUN).any(|word| self.after.starts_with(word))
    }

    /// Whether the period belongs to the condition of a measure: 对2024年3月31日前供应的土地.
    fn is_condition(&self) -> bool {
        let names_those = ["对", "凡", "针对"].iter().any(|word| self.before.starts_with(word));
        names_those && self.after.contains('的')
    }

    /// Whether the clause ends here or goes on with a verb.
    pub(crate) fn acts_next(&self) -> bool {
        self.after.is_empty()
            || verb_or_promise_at(self.text, self.end)
            || ["全部", "基本", "累计", "全面", "要", "全省", "全市", "全口径", "各"]
                .iter()
                .any(|word| self.after.starts_with(word))
    }
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
    (&deadline::plan_period::RULE, deadline::plan_period::read),
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
    for_each_period(text, sentence, |period| {
        let around = Surroundings {
            text,
            end: period.span.end,
            before: behind(text, sentence.start, period.span.start, 30, is_break),
            after: ahead(text, period.span.end, 30, is_break),
        };
        if around.is_condition() {
            return;
        }
        let Some((rule, kind)) = PERIOD_RULES
            .iter()
            .find_map(|(rule, read)| read(&period, &around).map(|kind| (*rule, kind)))
        else {
            return;
        };
        push(text, period, kind, rule, time, tracer, found);
    });
    deadline::relative::read(text, sentence, time, tracer, found);
    found[first..].sort_by_key(|deadline| deadline.span);
    // Several dates in one sentence are the stages of one piece of work: 6月底前下达60%，9月底前下达80%.
    let ends = found[first..]
        .iter()
        .filter(|deadline| deadline.kind == DeadlineKind::By)
        .count();
    if ends > 1 {
        for deadline in &mut found[first..] {
            if deadline.kind == DeadlineKind::By {
                deadline.kind = DeadlineKind::Stage;
            }
        }
    }
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
        let span = Span::new(hit.start, hit.end);
        tracer.fired(&deadline::continuous::RULE, span, || {
            DeadlineKind::Continuous.code().to_owned()
        });
        found.push(DeadlineDraft {
            text: slice(text, span).to_owned(),
            span,
            kind: DeadlineKind::Continuous,
            resolved: None,
            inherited: false,
            rule: deadline::continuous::RULE.code,
        });
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
        let around = Surroundings {
            text,
            end: period.span.end,
            before: behind(text, span.start, period.span.start, 30, is_break),
            after: ahead(text, period.span.end, 30, is_break),
        };
        let (rule, kind) = PERIOD_RULES
            .iter()
            .find_map(|(rule, read)| read(&period, &around).map(|kind| (*rule, kind)))
            .unwrap_or((&deadline::month_end::RULE, DeadlineKind::By));
        push(text, period, kind, rule, time, tracer, found);
    });
    deadline::relative::read(text, span, time, tracer, found);
    numeric_dates(text, span, time, tracer, found);
    found[first..].sort_by_key(|deadline| deadline.span);
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
                until: false,
                window: false,
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

/// The last day of the period; `None` where neither it nor the document names a year.
fn resolve(period: &Period, document_year: Option<i16>) -> Option<Date> {
    let year = period
        .year
        .or(document_year.and_then(|year| year.checked_add(period.later)))?;
    let day = if period.shape == Shape::Day { period.day } else { 1 };
    let date = Date::new(year, period.month, day).ok()?;
    Some(if period.shape == Shape::Day {
        date
    } else {
        date.last_of_month()
    })
}

fn for_each_period(text: &str, span: Span, mut take: impl FnMut(Period)) {
    let bytes = text.as_bytes();
    let mut at = span.start;
    while at < span.end {
        let byte = bytes[at];
        if may_begin(bytes, at) {
            if let Some(period) = period_at(text, at).filter(|period| period.span.end <= span.end) {
                let period = window_from(text, period, span.end).unwrap_or(period);
                at = period.span.end;
                take(period);
                continue;
            }
            if byte.is_ascii_digit() {
                // A run of digits that begins no period is passed as a whole, or its tail would be read as a month.
                while at < span.end && (bytes[at].is_ascii_digit() || bytes[at] == b'.') {
                    at += 1;
                }
                continue;
            }
        }
        at += width_of(byte);
    }
}

/// The window that begins with the period `first`: 2023年1月1日起至12月31日, 2024年1月—6月. Its first part bears a year or a day.
fn window_from(text: &str, first: Period, limit: usize) -> Option<Period> {
    if first.before || first.ends || first.until || !(first.has_year || first.shape == Shape::Day) {
        return None;
    }
    let mut reader = Reader {
        text,
        at: first.span.end,
    };
    reader.take("起");
    let mark_start = reader.at;
    while reader.at - mark_start < 6 && ["—", "–", "-", "~", "～", "－"].iter().any(|mark| reader.take(mark)) {}
    if reader.at == mark_start && !(reader.take("至") || reader.take("到")) {
        return None;
    }
    let second = period_at(text, reader.at).filter(|second| second.span.end <= limit)?;
    let is_later = matches!(second.shape, Shape::Day | Shape::Month) || second.has_year;
    is_later.then_some(Period {
        span: Span::new(first.span.start, second.span.end),
        year: second.year.or(first.year),
        has_year: second.has_year || first.has_year,
        within: true,
        window: true,
        until: false,
        ..second
    })
}

/// Whether the character at `at` can begin a period: a digit, or one of 年全上下今本当明第“一二三四十. It spares the reader most characters.
#[inline]
fn may_begin(bytes: &[u8], at: usize) -> bool {
    let byte = bytes[at];
    if byte < 0x80 {
        return byte.is_ascii_digit();
    }
    let (Some(&second), Some(&third)) = (bytes.get(at + 1), bytes.get(at + 2)) else {
        return false;
    };
    match byte {
        0xE2 => (second, third) == (0x80, 0x9C),
        0xE4 => matches!(
            (second, third),
            (0xB8, 0x80 | 0x89 | 0x8A | 0x8B) | (0xBA, 0x8C) | (0xBB, 0x8A)
        ),
        0xE5 => matches!(
            (second, third),
            (0xB9, 0xB4) | (0x85, 0xA8) | (0xBD, 0x93) | (0x9B, 0x9B) | (0x8D, 0x81)
        ),
        0xE6 => matches!((second, third), (0x9C, 0xAC) | (0x98, 0x8E)),
        0xE7 => (second, third) == (0xAC, 0xAC),
        0xEF => second == 0xBC && matches!(third, 0x90..=0x99),
        _ => false,
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, word: &str) -> bool {
        let found = self.text[self.at..].starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    fn number(&mut self, most: usize, behind: char) -> Option<u32> {
        let (value, end) = digits_at(self.text, self.at, most)?;
        if char_at(self.text, end) != Some(behind) {
            return None;
        }
        self.at = end + behind.len_utf8();
        Some(value)
    }
}

/// The period that begins at `at`.
fn period_at(text: &str, at: usize) -> Option<Period> {
    let first = char_at(text, at)?;
    let is_begin = first.is_ascii_digit()
        || matches!(
            first,
            '０'
                ..='９'
                    | '年'
                    | '全'
                    | '上'
                    | '下'
                    | '今'
                    | '本'
                    | '当'
                    | '明'
                    | '第'
                    | '“'
                    | '一'
                    | '二'
                    | '三'
                    | '四'
                    | '十'
        );
    if !is_begin {
        return None;
    }
    if matches!(first, '“' | '十') {
        return plan_at(text, at, first);
    }
    let mut reader = Reader { text, at };
    let mut period = Period {
        span: Span::new(at, at),
        shape: Shape::Year,
        year: None,
        later: 0,
        month: 12,
        day: 31,
        has_year: false,
        ends: false,
        before: false,
        within: false,
        whole: false,
        until: false,
        window: false,
    };
    let mut named = year_of(&mut reader, &mut period, first)?;
    if (first.is_ascii_digit() || matches!(first, '０'..='９') || named)
        && let Some(month) = reader.number(2, '月')
    {
        if !(1..=12).contains(&month) {
            return None;
        }
        reader.take("份");
        period.shape = Shape::Month;
        period.month = i8::try_from(month).ok()?;
        named = true;
        if let Some(day) = reader.number(2, '日') {
            period.shape = Shape::Day;
            period.day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
        }
    }
    if period.shape == Shape::Year {
        if reader.take("上半年") {
            (period.shape, period.month, named) = (Shape::Half, 6, true);
        } else if reader.take("下半年") {
            (period.shape, period.month, named) = (Shape::Half, 12, true);
        } else if let Some(quarter) = quarter_of(&mut reader) {
            (period.shape, period.month, named) = (Shape::Quarter, i8::try_from(quarter * 3).ok()?, true);
        } else if reader.take("全年") {
            (period.whole, period.within, named) = (true, true, true);
        } else if reader.take("年内") {
            (period.within, named) = (true, true);
        } else if reader.take("年底") || reader.take("年末") || (named && (reader.take("底") || reader.take("末")))
        {
            (period.ends, named) = (true, true);
        }
    }
    if !named {
        return None;
    }
    if !period.ends && (reader.take("底") || reader.take("末")) {
        period.ends = true;
    }
    if reader.take("以前") || reader.take("之前") || reader.take("前") {
        period.before = true;
    } else if reader.take("以内") || reader.take("期间") || reader.take("内") {
        period.within = true;
    }
    let lead = behind(text, 0, at, 2, is_sentence_end);
    let start = if lead.ends_with("截至") || lead.ends_with("截止") {
        period.until = true;
        at - 6
    } else if lead.ends_with("止于") {
        period.until = true;
        at - 9
    } else if lead.ends_with('到') || lead.ends_with('至') {
        period.until = true;
        at - 3
    } else {
        at
    };
    period.span = Span::new(start, reader.at);
    Some(period)
}

/// Reads the year, or a word in its place. `Some(false)` where the period begins without a year, `None` where it is none at all.
fn year_of(reader: &mut Reader<'_>, period: &mut Period, first: char) -> Option<bool> {
    match first {
        '0'..='9' | '０'..='９' => {
            let (value, end) = digits_at(reader.text, reader.at, 4)?;
            if !(1980..=2100).contains(&value) {
                return Some(false);
            }
            let mut year = value;
            let mut mark_end = end;
            while let Some(mark) =
                char_at(reader.text, mark_end).filter(|mark| matches!(mark, '—' | '-' | '–' | '~' | '～' | '－' | '至'))
            {
                mark_end += mark.len_utf8();
            }
            let mut end = end;
            if mark_end > end
                && mark_end - end <= 6
                && let Some((last, last_end)) =
                    digits_at(reader.text, mark_end, 4).filter(|(last, _)| (value..=2100).contains(last))
            {
                (year, end, period.within) = (last, last_end, true);
            }
            if char_at(reader.text, end) != Some('年') {
                return None;
            }
            // 2024年年底: the first 年 belongs to the year, the second to the end.
            reader.at = end + '年'.len_utf8();
            period.year = i16::try_from(year).ok();
            period.has_year = true;
            if reader.text[reader.at..].starts_with('内') {
                reader.at += '内'.len_utf8();
                period.within = true;
            }
            Some(true)
        }
        '今' | '本' | '当' => (reader.take("今年") || reader.take("本年") || reader.take("当年")).then_some(true),
        '明' => {
            period.later = 1;
            reader.take("明年").then_some(true)
        }
        // 每年底 and 去年底 speak of other years, 多年内 of none.
        '年' => (!matches!(
            char_before(reader.text, reader.at),
            Some('去' | '每' | '多' | '近' | '几' | '两' | '三' | '五' | '1'..='9')
        ))
        .then_some(false),
        _ => Some(false),
    }
}

fn quarter_of(reader: &mut Reader<'_>) -> Option<u32> {
    let start = reader.at;
    reader.take("第");
    let quarter = match char_at(reader.text, reader.at) {
        Some('一' | '1') => 1,
        Some('二' | '2') => 2,
        Some('三' | '3') => 3,
        Some('四' | '4') => 4,
        _ => 0,
    };
    reader.at += char_at(reader.text, reader.at).map_or(0, char::len_utf8);
    if quarter > 0 && reader.take("季度") {
        return Some(quarter);
    }
    reader.at = start;
    None
}

/// “十四五”期间.
fn plan_at(text: &str, at: usize, first: char) -> Option<Period> {
    let start = if first == '“' { at + first.len_utf8() } else { at };
    if char_before(text, at) == Some('第') {
        return None;
    }
    let (_, mut end) = chinese_digits_at(text, start, 3)?;
    // 十四五 reads as 10, 4, 5: the last sign is the five of the five-year plan.
    let digits = text[start..end].strip_suffix('五')?;
    let plan = crate::numeral::chinese_integer(digits).filter(|plan| (9..=20).contains(plan))?;
    if first == '“' {
        end += char_at(text, end).filter(|&character| character == '”')?.len_utf8();
    }
    let mut reader = Reader { text, at: end };
    // Without a word of time it is the name of a plan.
    let within = reader.take("期间") || reader.take("时期") || reader.take("末");
    within.then(|| Period {
        span: Span::new(at, reader.at),
        shape: Shape::Plan,
        // The tenth plan ended in 2005, and each later one five years after the one before.
        year: i16::try_from(2005 + (plan - 10) * 5).ok(),
        later: 0,
        month: 12,
        day: 31,
        has_year: true,
        ends: false,
        before: false,
        within,
        whole: false,
        until: false,
        window: false,
    })
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
    }

    #[test]
    fn every_beginning_is_let_through() {
        for character in "0９年全上下今本当明第“一二三四十".chars() {
            let text = character.to_string();
            assert!(may_begin(text.as_bytes(), 0), "{character}");
        }
        assert!(!may_begin("任".as_bytes(), 0) && !may_begin("a".as_bytes(), 0));
    }

    #[test]
    fn leaves_names_and_other_numbers() {
        check("落实2023年上半年房产税政策", &[]);
        check("新建12.5公里", &[]);
        check("贯彻“十二五”规划", &[]);
        check("三年内有效", &[]);
        check("每年底检查", &[]);
    }
}
