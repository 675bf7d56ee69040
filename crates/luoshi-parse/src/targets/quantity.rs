//! Finds numbers with their units in a sentence. Whether one is a target is not decided here.

use std::sync::LazyLock;

use luoshi_types::{Comparator, Decimal, Span};

use crate::{
    numeral::{Number, chinese_digit, chinese_digits_at, is_chinese_numeral, number_at},
    targets::Context,
    text::{ahead, char_at, char_before, slice, width_of},
    words::{WordTable, rows},
};

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnitKind {
    Count,
    Measure,
    Money,
    Percent,
    Voltage,
    Age,
    Time,
    Identifier,
    /// No unit that a table knows.
    None,
}

static UNITS: LazyLock<WordTable<UnitKind>> = LazyLock::new(|| {
    WordTable::for_lookup(
        rows(include_str!("../../words/units.txt"))
            .filter_map(|(word, kind)| {
                Some((
                    word,
                    match kind {
                        "count" => UnitKind::Count,
                        "measure" => UnitKind::Measure,
                        "money" => UnitKind::Money,
                        "percent" => UnitKind::Percent,
                        "voltage" => UnitKind::Voltage,
                        "age" => UnitKind::Age,
                        "time" => UnitKind::Time,
                        "identifier" => UnitKind::Identifier,
                        _ => return None,
                    },
                ))
            })
            .collect(),
    )
});

/// A number with its unit and what stands close to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quantity {
    /// Number, unit and a comparator word behind them.
    pub(crate) span: Span,
    /// Number and unit without that word.
    pub(crate) core: Span,
    pub(crate) value: Option<Decimal>,
    /// Upper end of a range.
    pub(crate) maximum: Option<Decimal>,
    pub(crate) unit: Option<Span>,
    pub(crate) kind: UnitKind,
    /// The comparator that a word behind the unit states.
    pub(crate) suffix: Option<Comparator>,
    /// Whether no Arabic digit is in it.
    pub(crate) chinese: bool,
    /// Whether 第 stands before it.
    pub(crate) ordinal: bool,
    /// Whether it stands in quotation marks or in a book title.
    pub(crate) quoted: bool,
    /// Whether it is part of a date or a year.
    pub(crate) dated: bool,
    /// Whether a second unit follows a stroke (元/平方米).
    pub(crate) is_rate: bool,
}

/// Longest quotation in which a number counts as part of a name, in characters.
const LONGEST_QUOTE: usize = 40;

/// The quantities of a sentence, in order.
pub(crate) fn find(text: &str, sentence: Span) -> Vec<Quantity> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = sentence.start;
    let mut quote_end = 0;
    while at < sentence.end {
        let byte = bytes[at];
        if !may_matter(bytes, at) {
            at += width_of(byte);
            continue;
        }
        let Some(character) = char_at(text, at) else {
            at += 1;
            continue;
        };
        match character {
            '“' | '《' | '「' | '‘' => {
                let closing = match character {
                    '“' => '”',
                    '《' => '》',
                    '「' => '」',
                    _ => '’',
                };
                let inside = ahead(text, at + 3, LONGEST_QUOTE, |next| next == closing);
                let end = at + 3 + inside.len();
                if char_at(text, end) == Some(closing) {
                    quote_end = quote_end.max(end);
                }
                at += 3;
            }
            '0'..='9' | '０'..='９' => at = push(text, sentence, at, at < quote_end, &mut found),
            _ if is_chinese_numeral(character) => at = push(text, sentence, at, at < quote_end, &mut found),
            _ => at += character.len_utf8(),
        }
    }
    found
}

/// Whether the character at `at` is a digit of any script or opens a quotation. It spares the reader most characters.
#[inline]
fn may_matter(bytes: &[u8], at: usize) -> bool {
    let byte = bytes[at];
    if byte < 0x80 {
        return byte.is_ascii_digit();
    }
    let (Some(&second), Some(&third)) = (bytes.get(at + 1), bytes.get(at + 2)) else {
        return false;
    };
    match byte {
        // “ ‘ ○
        0xE2 => matches!((second, third), (0x80, 0x9C | 0x98) | (0x97, 0x8B)),
        // 《 「 〇
        0xE3 => second == 0x80 && matches!(third, 0x8A | 0x8C | 0x87),
        // 一 七 三 万 两 二 五 九 亿
        0xE4 => {
            matches!(
                (second, third),
                (0xB8, 0x80 | 0x83 | 0x89 | 0x87 | 0xA4) | (0xBA, 0x8C | 0x94 | 0xBF) | (0xB9, 0x9D)
            )
        }
        // 四 六 八 十 千
        0xE5 => matches!(
            (second, third),
            (0x9B, 0x9B) | (0x85, 0xAD | 0xAB) | (0x8D, 0x81 | 0x83)
        ),
        // 百
        0xE7 => (second, third) == (0x99, 0xBE),
        // 零
        0xE9 => (second, third) == (0x9B, 0xB6),
        0xEF => second == 0xBC && matches!(third, 0x90..=0x99),
        _ => false,
    }
}

/// Reads the quantity at `at` and returns where to go on.
fn push(text: &str, sentence: Span, at: usize, quoted: bool, found: &mut Vec<Quantity>) -> usize {
    if let Some(share) = share_in_words(text, at, quoted)
        .or_else(|| tenths_in_words(text, at, quoted))
        .filter(|share| share.span.end <= sentence.end)
    {
        let end = share.span.end;
        found.push(share);
        return end;
    }
    let Some(number) = number_at(text, at) else {
        return at + char_at(text, at).map_or(1, char::len_utf8);
    };
    let next = number.span.end.max(at + 1);
    let quantity = if number.chinese {
        chinese(text, number, quoted)
    } else {
        Some(arabic(text, number, quoted))
    };
    match quantity {
        Some(quantity) if quantity.span.end <= sentence.end => {
            let end = quantity.span.end;
            found.push(quantity);
            end
        }
        _ => next,
    }
}

/// 百分之八十, 三分之一. A fraction has no exact decimal, so its value stays empty.
fn share_in_words(text: &str, at: usize, quoted: bool) -> Option<Quantity> {
    let (whole, after_whole) = chinese_digits_at(text, at, 4)?;
    let unit = Span::new(at, after_whole + "分之".len());
    let rest = text.get(after_whole..)?.strip_prefix("分之")?;
    let number = number_at(text, text.len() - rest.len())?;
    let is_percent = whole == 100;
    let (suffix, suffix_end) = suffix_at(text, number.span.end);
    Some(Quantity {
        span: Span::new(at, suffix_end),
        core: Span::new(at, number.span.end),
        value: number.value.filter(|_| is_percent),
        maximum: None,
        unit: Some(unit),
        kind: UnitKind::Percent,
        suffix,
        chinese: true,
        ordinal: false,
        quoted,
        dated: false,
        is_rate: false,
    })
}

/// 九成, 两成以上, 一半以上: tenths and halves are exact shares of a hundred. 建成, 成员 and 一半是 are none.
fn tenths_in_words(text: &str, at: usize, quoted: bool) -> Option<Quantity> {
    let digit = char_at(text, at).and_then(chinese_digit)?;
    let sign = at + char_at(text, at)?.len_utf8();
    let value = match char_at(text, sign)? {
        '成' if digit > 0 && !char_before(text, at).is_some_and(is_chinese_numeral) => digit * 10,
        '半' if digit == 1 => 50,
        _ => return None,
    };
    let mut value = value;
    let mut end = sign + '成'.len_utf8();
    // 九成五 is 95 per cent.
    if let Some(half) = char_at(text, end)
        .filter(|_| value < 100 && char_at(text, sign) == Some('成'))
        .and_then(chinese_digit)
        .filter(|digit| (1..10).contains(digit))
    {
        value += half;
        end += '五'.len_utf8();
    }
    let (suffix, suffix_end) = suffix_at(text, end);
    // A share closes its clause or has a word of bound: 九成新, 一成不变 and 一半是 are words.
    let closes = char_at(text, end).is_none_or(|next| !('\u{4e00}'..='\u{9fff}').contains(&next));
    (closes || suffix.is_some()).then_some(Quantity {
        span: Span::new(at, suffix_end),
        core: Span::new(at, end),
        value: Some(Decimal::from(value)),
        maximum: None,
        unit: Some(Span::new(sign, sign + '成'.len_utf8())),
        kind: UnitKind::Percent,
        suffix,
        chinese: true,
        ordinal: false,
        quoted,
        dated: false,
        is_rate: false,
    })
}

/// The byte behind the second unit of a rate, where a stroke stands at `at`: 吨/年, 元/平方米, 批次/千人.
fn denominator_end(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?.strip_prefix(['/', '／'])?;
    let start = text.len() - rest.len();
    let unit = rest.trim_start_matches(['百', '千', '万']);
    let unit_start = text.len() - unit.len();
    UNITS
        .at(text, unit_start)
        .filter(|_| unit_start - start <= 6)
        .map(|hit| hit.end)
}

fn unit_at(text: &str, at: usize) -> (Option<Span>, UnitKind) {
    match UNITS.at(text, at) {
        Some(hit) => (Some(Span::new(hit.start, hit.end)), hit.value),
        None => (None, UnitKind::None),
    }
}

/// Byte after a mark of range, if one stands at `at`.
fn range_mark(text: &str, at: usize) -> Option<usize> {
    let mut end = at;
    while let Some(mark) =
        char_at(text, end).filter(|character| matches!(character, '—' | '–' | '－' | '-' | '~' | '～' | '―'))
    {
        end += mark.len_utf8();
        if end - at > 6 {
            return None;
        }
    }
    if end == at {
        end += char_at(text, at)
            .filter(|character| matches!(character, '至' | '到'))?
            .len_utf8();
    }
    Some(end)
}

fn arabic(text: &str, number: Number, quoted: bool) -> Quantity {
    let start = number.span.start;
    let before = char_before(text, start);
    let mut end = number.span.end;
    // 300余家, 20多个: the word stands between number and unit.
    let more = char_at(text, end).filter(|character| matches!(character, '余' | '多'));
    let mut unit_start = end + more.map_or(0, char::len_utf8);
    let mut number = number;
    // 1370多亿元: the magnitude stands behind the word.
    while let Some(power) = char_at(text, unit_start)
        .filter(|_| more.is_some())
        .and_then(|character| match character {
            '万' => Some(10_000),
            '亿' => Some(100_000_000),
            _ => None,
        })
    {
        number.value = number.value.and_then(|value| value.checked_mul(Decimal::from(power)));
        number.magnitude = true;
        unit_start += 3;
        end = unit_start;
    }
    let unit_start = if char_at(text, unit_start) == Some(' ') {
        unit_start + 1
    } else {
        unit_start
    };
    let (mut unit, mut kind) = unit_at(text, unit_start);
    let mut maximum = None;
    let range_from = unit.map_or(end, |unit| unit.end);
    if let Some(second) = range_mark(text, range_from)
        .and_then(|at| number_at(text, at))
        .filter(|second| !second.chinese)
    {
        let (second_unit, second_kind) = unit_at(text, second.span.end);
        // A range of two numbers has one unit, and it stands behind the second. 28日至2025年 is no range of either.
        let joins_dates = unit.is_some_and(|unit| matches!(slice(text, unit), "日" | "月" | "年"));
        if joins_dates {
            (maximum, end) = (None, number.span.end);
        } else if second.value >= number.value || second_unit.is_some() {
            maximum = second.value;
            end = second.span.end;
            (unit, kind) = (second_unit, second_kind);
        }
    }
    let value = match (number.value, maximum) {
        // 300—400万户: the multiplier behind the second number holds for both.
        (Some(low), Some(high)) if !number.magnitude && kind != UnitKind::None => scaled_like(text, low, high, end),
        (value, _) => value,
    };
    // 8成 is 80 per cent; 5成本 is no share.
    let mut value = value;
    if unit.is_some_and(|unit| slice(text, unit) == "成") {
        let is_word = char_at(text, unit_start + '成'.len_utf8())
            .is_some_and(|next| ('\u{4e00}'..='\u{9fff}').contains(&next) && !matches!(next, '以' | '左' | '的'));
        if is_word {
            (unit, kind) = (None, UnitKind::None);
        } else {
            value = value.and_then(|value| value.checked_mul(Decimal::from(10)));
        }
    }
    // 接入设备20万路 counts channels; 12路 is a bus.
    let counts_channels = number.magnitude || suffix_at(text, unit.map_or(end, |unit| unit.end)).0.is_some();
    if counts_channels && unit.is_some_and(|unit| slice(text, unit) == "路") {
        kind = UnitKind::Count;
    }
    if let Some(unit) = unit {
        end = unit.end;
    }
    let dated = is_date(text, number, maximum.is_some(), end, unit, before);
    let denominator = unit
        .filter(|_| kind != UnitKind::Identifier)
        .and_then(|unit| denominator_end(text, unit.end));
    let is_rate = denominator.is_some();
    if let (Some(first), Some(second_end)) = (unit, denominator) {
        unit = Some(Span::new(first.start, second_end));
        end = second_end;
    }
    let ordinal = before == Some('第');
    let start = if ordinal { start - '第'.len_utf8() } else { start };
    let core = Span::new(start, end);
    let (suffix, suffix_end) = suffix_at(text, end);
    let suffix = suffix.or(more.map(|_| Comparator::MoreThan));
    Quantity {
        span: Span::new(start, suffix_end),
        core,
        value,
        maximum,
        unit,
        kind,
        suffix,
        chinese: false,
        ordinal,
        quoted,
        dated,
        is_rate,
    }
}

/// `low` with the multiplier that stands behind `high`, where `low` would otherwise be absurdly small.
fn scaled_like(text: &str, low: Decimal, high: Decimal, end: usize) -> Option<Decimal> {
    let power = match char_before(text, end) {
        Some('万') => 10_000,
        Some('亿') => 100_000_000,
        _ => return Some(low),
    };
    low.checked_mul(Decimal::from(power))
        .filter(|scaled| *scaled <= high)
        .or(Some(low))
}

/// Whether the number is a year, month or day, or part of a span of years.
fn is_date(text: &str, number: Number, is_range: bool, end: usize, unit: Option<Span>, before: Option<char>) -> bool {
    let digits = slice(text, number.span);
    let year_like = digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
    let next = char_at(text, number.span.end);
    let unit = unit.map(|unit| slice(text, unit)).unwrap_or_default();
    (year_like && (unit.starts_with('年') || next == Some('年')))
        || unit == "月"
        || (unit == "日" && (is_range || before == Some('月') || digits.len() <= 2 && char_at(text, end) != Some('均')))
        || (unit == "季度" && !is_range && before != Some('每'))
}

/// The comparator word at `at` and the byte after it.
pub(crate) fn suffix_at(text: &str, at: usize) -> (Option<Comparator>, usize) {
    const SUFFIXES: &[(&str, Comparator)] = &[
        ("（含）以上", Comparator::AtLeast),
        ("(含)以上", Comparator::AtLeast),
        ("及以上", Comparator::AtLeast),
        ("以上", Comparator::AtLeast),
        ("（含）以下", Comparator::AtMost),
        ("(含)以下", Comparator::AtMost),
        ("及以下", Comparator::AtMost),
        ("以下", Comparator::AtMost),
        ("以内", Comparator::AtMost),
        ("之内", Comparator::AtMost),
        ("左右", Comparator::About),
        ("上下", Comparator::About),
    ];
    let rest = text.get(at..).unwrap_or_default();
    match SUFFIXES.iter().find(|(word, _)| rest.starts_with(word)) {
        Some(&(word, comparator)) => (Some(comparator), at + word.len()),
        None => (None, at),
    }
}

/// A number without Arabic digits: a quantity when it has a power and a unit, a fixed phrase (三大, 第三届), or nothing.
fn chinese(text: &str, number: Number, quoted: bool) -> Option<Quantity> {
    let start = number.span.start;
    let ordinal = char_before(text, start) == Some('第');
    let (unit, kind) = unit_at(text, number.span.end);
    let end = unit.map_or(number.span.end, |unit| unit.end);
    let base = Quantity {
        span: Span::new(start, end),
        core: Span::new(start, end),
        value: number.value,
        maximum: None,
        unit,
        kind,
        suffix: None,
        chinese: true,
        ordinal,
        quoted,
        dated: false,
        is_rate: false,
    };
    if ordinal {
        // 第三产业 is a term; 第三届 and 第二条 count, and 第一季度 is a date.
        let is_quarter =
            slice(text, Span::new(number.span.end, text.len().min(number.span.end + 6))).starts_with("季度");
        let span = Span::new(start - '第'.len_utf8(), end);
        return (unit.is_some() && !is_quarter).then_some(Quantity { span, ..base });
    }
    if number.magnitude {
        if text[..start].ends_with("百分之") || kind == UnitKind::None {
            return None;
        }
        let several_signs = number.span.len() > 3;
        let land_or_weight = unit.is_some_and(|unit| matches!(slice(text, unit), "亩" | "吨" | "公里" | "平方公里"));
        let measures = kind == UnitKind::Money || land_or_weight;
        let (suffix, suffix_end) = suffix_at(text, end);
        // 千家万户, 万村千乡: a single power before a noun is an idiom.
        return (several_signs || measures).then_some(Quantity {
            suffix,
            span: Span::new(start, suffix_end),
            ..base
        });
    }
    let value = chinese_digits_at(text, start, 6)?.0;
    let rest = text.get(number.span.end..)?;
    if rest.starts_with("号线") {
        return Some(Quantity {
            unit: None,
            kind: UnitKind::Identifier,
            span: Span::new(start, number.span.end + 6),
            ..base
        });
    }
    if quoted {
        return (value > 1).then_some(Quantity {
            span: number.span,
            unit: None,
            kind: UnitKind::None,
            ..base
        });
    }
    if let Some(counted) = counted_in_words(text, &base, value) {
        return Some(counted);
    }
    let phrase = ["大", "项", "件", "股", "类", "条"]
        .iter()
        .find(|word| rest.starts_with(**word))?;
    (value > 1).then(|| Quantity {
        span: Span::new(start, number.span.end + phrase.len()),
        unit: Some(Span::new(number.span.end, number.span.end + phrase.len())),
        kind: UnitKind::None,
        ..base
    })
}

/// Bytes before a number in words in which its verb or bound stands.
const NEAREST_VERB: usize = 24;

/// 十场以上, 不少于三次, 选派二十名: a number in words is a count from ten on where a word of bound or a verb stands beside it, below ten
/// where a bound stands before it. 十件实事 and 十大工程 are fixed phrases.
fn counted_in_words(text: &str, base: &Quantity, value: u32) -> Option<Quantity> {
    let start = base.span.start;
    let (suffix, end) = suffix_at(text, base.span.end);
    let unit = slice(text, base.unit?);
    let is_phrase = matches!(unit, "大" | "项" | "件" | "股" | "类" | "条" | "种" | "届次");
    let is_bound = crate::targets::BOUNDS
        .iter()
        .any(|(word, _)| word.len() > '近'.len_utf8() && text[..start].ends_with(word));
    let from = (start.saturating_sub(NEAREST_VERB)..=start).find(|&at| text.is_char_boundary(at))?;
    // 抓好十个方面工作 sums up what follows.
    let sums_up = ["方面", "重点方面", "领域", "环节", "方向"]
        .iter()
        .any(|word| text[base.span.end..].starts_with(word));
    let is_done = || !is_phrase && !sums_up && crate::targets::verb_ends_at(text, from, start);
    // 二套及以上住房 and 两名以上子女 say whom a rule is for: below ten only a bound before the number counts.
    let counts = value >= 10 && (suffix.is_some() || is_bound || is_done()) || value >= 3 && is_bound;
    (base.kind == UnitKind::Count && counts).then(|| Quantity {
        span: Span::new(start, end),
        value: Some(Decimal::from(i64::from(value))),
        suffix,
        ..base.clone()
    })
}

/// Whether a number in front of a noun counts without a unit between: 解决60万农村居民的饮水问题.
pub(crate) fn counts_without_unit(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    // 居民消费价格指数控制在103.5以内: an index has no unit.
    let before = context
        .before
        .trim_end_matches(|character: char| !('\u{4e00}'..='\u{9fff}').contains(&character));
    let is_index = ["指数", "收入比", "系数"].iter().any(|word| before.contains(word))
        && (quantity.suffix.is_some() || context.verb.is_some())
        && !quantity.chinese
        && quantity.kind == UnitKind::None;
    if is_index {
        return true;
    }
    let has_multiplier = slice(context.text, quantity.core).ends_with(['万', '亿']);
    let before_noun = char_at(context.text, quantity.span.end)
        .is_some_and(|character| ('\u{4e00}'..='\u{9fff}').contains(&character));
    has_multiplier && before_noun && !quantity.chinese
}

/// The multiplier and the unit that `cell` holds and nothing else: 万人 -> (10000, 人).
pub(crate) fn whole_unit(cell: &str) -> Option<(i64, &str)> {
    let whole = |unit: &str| !unit.is_empty() && UNITS.at(unit, 0).is_some_and(|hit| hit.end == unit.len());
    let cell = cell.trim();
    [
        ("万亿", 1_000_000_000_000),
        ("亿", 100_000_000),
        ("万", 10_000),
        ("", 1),
    ]
    .into_iter()
    .find_map(|(word, power)| {
        cell.strip_prefix(word)
            .filter(|unit| whole(unit))
            .map(|unit| (power, unit))
    })
}

/// A unit without the signs that only its typing adds: full-width per cent, counting words before points.
pub(crate) fn plain_unit(unit: &str) -> &str {
    match unit {
        "％" | "百分之" | "成" | "半" => "%",
        "个百分点" => "百分点",
        "个基点" => "基点",
        "个工作日" => "工作日",
        "个自然日" => "自然日",
        "周岁" => "岁",
        unit => unit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = find(text, Span::new(0, text.len()))
            .iter()
            .map(|quantity| slice(text, quantity.span).to_owned())
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn takes_number_unit_and_comparator() {
        check(
            "面积稳定在1600万亩以上，控制在2000万亩左右",
            &["1600万亩以上", "2000万亩左右"],
        );
        check("增长8％以上", &["8％以上"]);
        check("新建300余家", &["300余家"]);
    }

    #[test]
    fn takes_ranges_whole() {
        check("增长7.5%—8%", &["7.5%—8%"]);
        check("培育5—10个", &["5—10个"]);
        check("0-14周岁", &["0-14周岁"]);
    }

    #[test]
    fn every_digit_is_let_through() {
        for character in "09０９〇零○一二两三四五六七八九十百千万亿“‘《「".chars() {
            assert!(may_matter(character.to_string().as_bytes(), 0), "{character}");
        }
        assert!(!may_matter("任".as_bytes(), 0));
    }

    #[test]
    fn leaves_idioms() {
        check("千家万户、万村千乡、一批一体化项目", &[]);
        check("三大工程和百万亩林", &["三大", "百万亩"]);
    }

    #[test]
    fn knows_quoted_numbers() {
        let text = "“155”工程";
        assert!(find(text, Span::new(0, text.len()))[0].quoted);
    }
}
