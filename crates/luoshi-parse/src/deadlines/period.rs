//! Periods of time in the text: 6月底前, 四季度, 2024—2026年, “十五五”末. It reads their shape and resolves their last day; whether one binds is
//! not its matter.

use jiff::civil::Date;
use luoshi_types::Span;

use crate::{
    numeral::{chinese_digits_at, chinese_integer, digits_at},
    text::{behind, char_at, char_before, is_break, is_sentence_end, width_of},
};

/// Bytes of the longest name in 《》 or “” that is passed over as a whole.
const LONGEST_NAME: usize = 240;

/// What a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Day,
    Month,
    Quarter,
    Half,
    Year,
    Plan,
    /// The beginning of a school term.
    Term,
}

/// A period of time in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) span: Span,
    pub(crate) shape: Shape,
    pub(crate) year: Option<i16>,
    /// Years to add to the document's own: 1 for 明年.
    pub(crate) later: i16,
    /// Last month of the period, 1 to 12; 0 where no day can be said.
    pub(crate) month: i8,
    /// The day, where the shape is one.
    pub(crate) day: i8,
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
    /// Several years: 2024—2026年.
    pub(crate) years: bool,
    /// 到, 截至 in front.
    pub(crate) until: bool,
    /// From one date to another.
    pub(crate) window: bool,
    /// A third of a month: 上旬, 中旬, 下旬.
    pub(crate) third: bool,
}

/// The last day of the period; `None` where neither it nor the document names a year.
pub(crate) fn resolve(period: &Period, document_year: Option<i16>) -> Option<Date> {
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

/// Every period of `span` outside names in 《》 and “”.
pub(crate) fn for_each_period(text: &str, span: Span, mut take: impl FnMut(Period)) {
    let bytes = text.as_bytes();
    let mut at = span.start;
    while at < span.end {
        let byte = bytes[at];
        if let Some(close) = name_end(text, at, span.end) {
            at = close;
            continue;
        }
        if may_begin(bytes, at) {
            if let Some(period) = period_at(text, at).filter(|period| period.span.end <= span.end) {
                let period = window_from(text, period, span.end)
                    .or_else(|| window_since(text, period, span.start))
                    .unwrap_or(period);
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

/// The end of the name in 《》 or “” that begins at `at`; a plan period in quotation marks is none.
fn name_end(text: &str, at: usize, limit: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let close = match (bytes[at], bytes.get(at + 1), bytes.get(at + 2)) {
        // 《
        (0xE3, Some(0x80), Some(0x8A)) => '》',
        // “
        (0xE2, Some(0x80), Some(0x9C)) => '”',
        _ => return None,
    };
    if close == '”' && plan_at(text, at, '“').is_some() {
        return None;
    }
    let name = ahead_bytes(text, at + 3, limit.min(at + LONGEST_NAME));
    let length = name.find(close)?;
    // A sentence in quotation marks is no name.
    (!name[..length].contains(is_sentence_end)).then_some(at + 3 + length + close.len_utf8())
}

/// The text from `at` to at most `limit`, cut where a character begins.
fn ahead_bytes(text: &str, at: usize, limit: usize) -> &str {
    let mut end = limit.max(at);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[at..end]
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
    let _ = ["执行", "实施", "施行"].iter().any(|deed| reader.take(deed));
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

/// The window that begins with an event and ends with `last`: 本通知印发之日起至2026年12月31日, 即日起至2026年6月30日.
fn window_since(text: &str, last: Period, from: usize) -> Option<Period> {
    let has_day = matches!(last.shape, Shape::Day | Shape::Month) || last.ends;
    let is_end = last.until && has_day && !last.before;
    if !is_end || !matches!(char_at(text, last.span.start), Some('至' | '到')) {
        return None;
    }
    let clause = behind(text, from, last.span.start, LONGEST_EVENT, is_break);
    let bare = clause.strip_suffix('起').unwrap_or(clause);
    let event = if bare.ends_with("即日") {
        bare.len() - "即日".len()
    } else {
        let deed = bare.strip_suffix("之日")?;
        let verb = SINCE.iter().find(|verb| deed.ends_with(**verb))?;
        // The document that is issued belongs to the event: 自该文件印发之日.
        deed.rfind(['自', '从'])
            .map(|index| index + '自'.len_utf8())
            .filter(|start| deed.len() - start <= LONGEST_DOCUMENT)
            .or_else(|| (deed.len() <= LONGEST_DOCUMENT).then_some(0))
            .unwrap_or(deed.len() - verb.len())
    };
    Some(Period {
        span: Span::new(last.span.start - clause.len() + event, last.span.end),
        within: true,
        window: true,
        until: false,
        ..last
    })
}

/// Characters of the longest clause in which the event is looked for that a window begins with.
const LONGEST_EVENT: usize = 20;

/// Bytes of the longest name of a document with its verb: 本若干政策措施印发.
const LONGEST_DOCUMENT: usize = 33;

/// What happens to a document on the day from which a window counts.
const SINCE: &[&str] = &["印发", "发布", "公布", "颁布", "发文", "施行", "实施", "执行"];

/// Whether the character at `at` can begin a period: a digit, or one of 年全上下今本当明第春秋“一二三四十. It spares the reader most characters.
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
        0xE6 => matches!((second, third), (0x9C, 0xAC) | (0x98, 0x8E | 0xA5)),
        0xE7 => matches!((second, third), (0xAC, 0xAC) | (0xA7, 0x8B)),
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
                    | '春'
                    | '秋'
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
        years: false,
        until: false,
        window: false,
        third: false,
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
        } else if let Some((_, day)) = [("上旬", 10), ("中旬", 20)]
            .into_iter()
            .find(|(third, _)| reader.take(third))
        {
            (period.shape, period.day, period.third) = (Shape::Day, day, true);
        } else if reader.take("下旬") {
            period.third = true;
        }
    }
    if period.shape == Shape::Year {
        if reader.take("上半年") {
            (period.shape, period.month, named) = (Shape::Half, 6, true);
        } else if reader.take("下半年") {
            (period.shape, period.month, named) = (Shape::Half, 12, true);
        } else if let Some(quarter) = quarter_of(&mut reader) {
            (period.shape, period.month, named) = (Shape::Quarter, i8::try_from(quarter * 3).ok()?, true);
        } else if let Some(month) = term_of(&mut reader) {
            (period.shape, period.month, named) = (Shape::Term, month, true);
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
    let start = until_start(text, at);
    period.until = start < at;
    period.span = Span::new(start, reader.at);
    Some(period)
}

/// Where 到, 至 or 截至 before a period begins; `at` where none stands there, or where something is moved to the period (提前到四季度).
fn until_start(text: &str, at: usize) -> usize {
    let lead = behind(text, 0, at, 4, is_sentence_end);
    ["截止于", "截至", "截止", "到", "至"]
        .iter()
        .find(|word| lead.ends_with(**word))
        .filter(|word| {
            !["提前", "前移"]
                .iter()
                .any(|moved| lead[..lead.len() - word.len()].ends_with(moved))
        })
        .map_or(at, |word| at - word.len())
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
                (year, end, period.within, period.years) = (last, last_end, true, true);
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
        // 每年底 and 去年底 speak of other years, 一年内 and 多年内 of none; 青年内 and 年内部 are other words.
        '年' => (!matches!(
            char_before(reader.text, reader.at),
            Some(
                '去' | '上'
                    | '前'
                    | '往'
                    | '历'
                    | '次'
                    | '学'
                    | '周'
                    | '每'
                    | '多'
                    | '近'
                    | '几'
                    | '两'
                    | '一'
                    | '二'
                    | '三'
                    | '四'
                    | '五'
                    | '六'
                    | '七'
                    | '八'
                    | '九'
                    | '十'
                    | '半'
                    | '数'
                    | '青'
                    | '少'
                    | '老'
                    | '0'..='9'
            )
        ) && !["年内容", "年内部", "年内涵"]
            .iter()
            .any(|word| reader.text[reader.at..].starts_with(word)))
        .then_some(false),
        _ => Some(false),
    }
}

/// The last month before a school term: 秋季学期, 秋季开学. Spring terms begin with the new year of the moon, on no fixed day.
fn term_of(reader: &mut Reader<'_>) -> Option<i8> {
    let start = reader.at;
    let month = if reader.take("秋季") {
        8
    } else if reader.take("春季") {
        0
    } else {
        return None;
    };
    let is_term = ["新学期开学", "学期开学", "新学期", "学期", "开学"]
        .iter()
        .any(|word| reader.take(word));
    if !is_term {
        reader.at = start;
    }
    is_term.then_some(month)
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
    let plan = chinese_integer(digits).filter(|plan| (9..=20).contains(plan))?;
    if first == '“' {
        end += char_at(text, end).filter(|&character| character == '”')?.len_utf8();
    }
    let mut reader = Reader { text, at: end };
    // Without a word of time it is the name of a plan.
    let within = reader.take("期间") || reader.take("时期");
    let ends = reader.take("期末") || reader.take("末");
    reader.take("前");
    let start = until_start(text, at);
    (within || ends).then(|| Period {
        span: Span::new(start, reader.at),
        shape: Shape::Plan,
        // The tenth plan ended in 2005, and each later one five years after the one before.
        year: i16::try_from(2005 + (plan - 10) * 5).ok(),
        later: 0,
        month: 12,
        day: 31,
        has_year: true,
        ends,
        before: false,
        within,
        whole: false,
        years: false,
        until: start < at,
        window: false,
        third: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_beginning_is_let_through() {
        for character in "0９年全上下今本当明第春秋“一二三四十".chars() {
            let text = character.to_string();
            assert!(may_begin(text.as_bytes(), 0), "{character}");
        }
        assert!(!may_begin("任".as_bytes(), 0) && !may_begin("a".as_bytes(), 0));
    }
}
