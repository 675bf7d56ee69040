//! An event before which work is done: 汛前, 国庆节前, 2025年“五一”前. What the calendar fixes is resolved; the flood season and the feasts of the
//! moon are not. 汛前检查 and 春节前后 name other things.

use std::sync::LazyLock;

use jiff::civil::Date;
use luoshi_types::Span;

use crate::{
    deadlines::{DocumentTime, Surroundings},
    model::DeadlineDraft,
    numeral::digits_at,
    rules::rule,
    text::{behind, is_break, slice},
    trace::Tracer,
    words::WordTable,
};

rule!("deadline", "event", "event.rs");

/// On which day an event begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Day {
    /// On this day of this month.
    Fixed(i8, i8),
    /// On the first day of the year, so that the work of a year is due before the next one begins.
    NewYear,
    /// On no day that a calendar of the sun knows.
    Open,
}

static EVENTS: LazyLock<WordTable<Day>> = LazyLock::new(|| {
    const MAY: Day = Day::Fixed(5, 1);
    const OCTOBER: Day = Day::Fixed(10, 1);
    WordTable::for_search(vec![
        ("“五一”前", MAY),
        ("“五一”节前", MAY),
        ("“五一”假期前", MAY),
        ("五一前", MAY),
        ("五一节前", MAY),
        ("五一假期前", MAY),
        ("劳动节前", MAY),
        ("“十一”前", OCTOBER),
        ("“十一”假期前", OCTOBER),
        ("国庆前", OCTOBER),
        ("“国庆”前", OCTOBER),
        ("国庆节前", OCTOBER),
        ("国庆假期前", OCTOBER),
        ("元旦前", Day::NewYear),
        ("元旦节前", Day::NewYear),
        ("春节前", Day::Open),
        ("元旦春节前", Day::Open),
        ("元旦、春节前", Day::Open),
        ("“两节”前", Day::Open),
        ("两节前", Day::Open),
        ("春耕前", Day::Open),
        ("端午前", Day::Open),
        ("端午节前", Day::Open),
        ("中秋前", Day::Open),
        ("中秋节前", Day::Open),
        ("汛前", Day::Open),
        ("入汛前", Day::Open),
        ("汛期前", Day::Open),
        ("主汛期前", Day::Open),
        ("汛期来临前", Day::Open),
        ("汛期到来前", Day::Open),
        ("主汛期来临前", Day::Open),
        ("主汛期到来前", Day::Open),
        ("入冬前", Day::Open),
        ("封冻前", Day::Open),
        ("供暖前", Day::Open),
        ("供暖期前", Day::Open),
        ("供暖季前", Day::Open),
        ("供热季前", Day::Open),
        ("采暖期前", Day::Open),
        ("采暖季前", Day::Open),
        ("取暖季前", Day::Open),
    ])
});

/// What is done about an event, so that the word before it is an attribute: 汛前检查.
const ABOUT: &[&str] = &[
    "后",
    "黄金",
    "有利",
    "关键",
    "施工期",
    "检查",
    "排查",
    "巡查",
    "准备",
    "演练",
    "预案",
    "安全",
    "隐患",
    "调度",
    "慰问",
    "走访",
    "的",
];

/// Finds the events of a sentence before which something is done.
pub(crate) fn read(
    text: &str,
    sentence: Span,
    time: DocumentTime,
    tracer: &mut Tracer,
    found: &mut Vec<DeadlineDraft>,
) {
    for hit in EVENTS.within(text, sentence.start, sentence.end) {
        let (start, year) = written_year(text, sentence, hit.start);
        let span = Span::new(start, hit.end);
        let around = Surroundings::of_span(text, sentence, span);
        if around.is_condition() || around.is_compared() || around.is_attribute(ABOUT) {
            continue;
        }
        let resolved = match hit.value {
            Day::Fixed(month, day) => year.or(time.year).and_then(|year| Date::new(year, month, day).ok()),
            Day::NewYear => year
                .or(time.year.and_then(|year| year.checked_add(1)))
                .and_then(|year| Date::new(year, 1, 1).ok()),
            Day::Open => None,
        };
        let kind = around.by_or_start();
        tracer.fired(&RULE, span, || match resolved {
            Some(date) => format!("{} {date}", kind.code()),
            None => kind.code().to_owned(),
        });
        found.push(DeadlineDraft {
            text: slice(text, span).to_owned(),
            span,
            kind,
            resolved,
            inherited: false,
            rule: RULE.code,
        });
    }
}

/// Where the expression begins and the year that stands directly before the event.
fn written_year(text: &str, sentence: Span, at: usize) -> (usize, Option<i16>) {
    let lead = behind(text, sentence.start, at, 5, is_break);
    for (index, _) in lead.char_indices() {
        let start = at - lead.len() + index;
        if let Some((year, end)) = digits_at(text, start, 4)
            && (1980..=2100).contains(&year)
            && &text[end..at] == "年"
        {
            return (start, i16::try_from(year).ok());
        }
    }
    (at, None)
}
