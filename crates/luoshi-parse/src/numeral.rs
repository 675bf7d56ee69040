//! Numbers as documents write them: Arabic, full-width, Chinese and mixed. Units are not its matter.

use luoshi_types::{Decimal, Span};

use crate::text::char_at;

/// Longest run of digits that is still taken for a number; longer runs are identifiers.
const MOST_DIGITS: usize = 24;

/// A number in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number {
    /// Bytes of the number with its multiplier.
    pub(crate) span: Span,
    /// The value; absent where the run of digits is too long to be a quantity.
    pub(crate) value: Option<Decimal>,
    /// Whether no Arabic digit is in it.
    pub(crate) chinese: bool,
    /// Whether it contains one of 百, 千, 万, 亿.
    pub(crate) magnitude: bool,
}

fn digit(character: char) -> Option<u8> {
    match character {
        '0'..='9' => Some(character as u8 - b'0'),
        '０'..='９' => Some((u32::from(character) - u32::from('０')) as u8),
        _ => None,
    }
}

/// The value of a Chinese digit.
pub(crate) fn chinese_digit(character: char) -> Option<i64> {
    Some(match character {
        '〇' | '零' | '○' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

fn chinese_power(character: char) -> Option<i64> {
    Some(match character {
        '十' => 10,
        '百' => 100,
        '千' => 1_000,
        '万' => 10_000,
        '亿' => 100_000_000,
        _ => return None,
    })
}

/// Whether a Chinese number can begin with `character`.
pub(crate) fn is_chinese_numeral(character: char) -> bool {
    chinese_digit(character).is_some() || chinese_power(character).is_some()
}

/// The value of a Chinese integer: 五十六, 一千六百万, 二〇二四, 千亿. `None` for anything else.
pub(crate) fn chinese_integer(text: &str) -> Option<i64> {
    if text.is_empty() {
        return None;
    }
    // Years are written digit by digit; a power word anywhere makes it the other system.
    if text.chars().count() > 1 && text.chars().all(|character| chinese_digit(character).is_some()) {
        return text
            .chars()
            .filter_map(chinese_digit)
            .try_fold(0i64, |sum, next| sum.checked_mul(10)?.checked_add(next));
    }
    let mut total: i64 = 0;
    let mut section: i64 = 0;
    let mut pending: Option<i64> = None;
    for character in text.chars() {
        if let Some(value) = chinese_digit(character) {
            pending = Some(value);
            continue;
        }
        let power = chinese_power(character)?;
        if power >= 10_000 {
            let base = section.checked_add(pending.unwrap_or(0))?;
            if base == 0 && total != 0 {
                // 万亿: the second power multiplies all that went before.
                total = total.checked_mul(power)?;
            } else {
                total = total.checked_add(base.max(1).checked_mul(power)?)?;
            }
            section = 0;
        } else {
            section = section.checked_add(pending.unwrap_or(1).max(1).checked_mul(power)?)?;
        }
        pending = None;
    }
    total.checked_add(section)?.checked_add(pending.unwrap_or(0))
}

/// The number that starts at byte `at`, with its multiplier: `1600万`, `２.71万`, `千亿`, `10,438`.
pub(crate) fn number_at(text: &str, at: usize) -> Option<Number> {
    match char_at(text, at) {
        Some(first) if digit(first).is_some() => arabic_at(text, at),
        Some(first) if is_chinese_numeral(first) => chinese_at(text, at),
        _ => None,
    }
}

fn arabic_at(text: &str, at: usize) -> Option<Number> {
    let mut digits = [0u8; MOST_DIGITS];
    let mut length = 0;
    let mut scale = None;
    let mut overflow = false;
    let mut end = at;
    while let Some(character) = char_at(text, end) {
        let next = end + character.len_utf8();
        if let Some(value) = digit(character) {
            if length < MOST_DIGITS {
                digits[length] = value;
                length += 1;
            } else {
                overflow = true;
            }
            if let Some(places) = scale.as_mut() {
                *places += 1u32;
            }
            end = next;
        } else if matches!(character, '.' | '．')
            && scale.is_none()
            && char_at(text, next).is_some_and(|after| digit(after).is_some())
        {
            scale = Some(0);
            end = next;
        } else if matches!(character, ',' | '，') && scale.is_none() && is_thousands_group(text, next) {
            end = next;
        } else {
            break;
        }
    }
    let mut value = if overflow {
        None
    } else {
        let mantissa = digits[..length]
            .iter()
            .fold(0i128, |sum, &next| sum * 10 + i128::from(next));
        Some(Decimal::new(mantissa, scale.unwrap_or(0)))
    };
    let mut magnitude = false;
    while let Some(power) = char_at(text, end)
        .filter(|&character| character != '十')
        .and_then(chinese_power)
    {
        // 5千瓦 counts kilowatts; 千 belongs to the unit there.
        if power == 1_000 && matches!(char_at(text, end + 3), Some('瓦' | '伏' | '米' | '克' | '焦' | '卡')) {
            break;
        }
        value = value.and_then(|value| value.checked_mul(Decimal::from(power)));
        magnitude = true;
        end += 3;
    }
    Some(Number {
        span: Span::new(at, end),
        value,
        chinese: false,
        magnitude,
    })
}

/// Whether exactly three digits stand at `at`, as after the comma of 10,438.
fn is_thousands_group(text: &str, at: usize) -> bool {
    let mut characters = text.get(at..).unwrap_or_default().chars();
    (0..3).all(|_| characters.next().is_some_and(|character| digit(character).is_some()))
        && characters.next().is_none_or(|character| digit(character).is_none())
}

fn chinese_at(text: &str, at: usize) -> Option<Number> {
    let rest = text.get(at..)?;
    let mut end = at;
    let mut magnitude = false;
    for character in rest.chars().take(MOST_DIGITS) {
        if !is_chinese_numeral(character) {
            break;
        }
        magnitude |= chinese_power(character).is_some_and(|power| power >= 100);
        end += character.len_utf8();
    }
    let value = chinese_integer(&text[at..end]).map(Decimal::from);
    Some(Number {
        span: Span::new(at, end),
        value,
        chinese: true,
        magnitude,
    })
}

/// The unsigned integer that starts at `at` in Arabic digits, at most `most` of them, and the byte after it.
pub(crate) fn digits_at(text: &str, at: usize, most: usize) -> Option<(u32, usize)> {
    let mut value: u32 = 0;
    let mut end = at;
    let mut count = 0;
    while let Some(character) = char_at(text, end) {
        let Some(next) = digit(character) else { break };
        count += 1;
        if count > most {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u32::from(next))?;
        end += character.len_utf8();
    }
    (count > 0).then_some((value, end))
}

/// The Chinese integer that starts at `at`, at most `most` characters, and the byte after it.
pub(crate) fn chinese_digits_at(text: &str, at: usize, most: usize) -> Option<(u32, usize)> {
    let mut end = at;
    for (count, character) in text.get(at..)?.chars().enumerate() {
        if !(chinese_digit(character).is_some() || matches!(character, '十' | '百')) {
            break;
        }
        if count == most {
            return None;
        }
        end += character.len_utf8();
    }
    let value = chinese_integer(text.get(at..end)?)?;
    Some((u32::try_from(value).ok()?, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_integer(text: &str, expected: Option<i64>) {
        assert_eq!(chinese_integer(text), expected, "{text}");
    }

    #[track_caller]
    fn check_number(text: &str, taken: &str, value: &str) {
        let number = number_at(text, 0);
        let shown = number.map(|number| {
            (
                text[number.span.start..number.span.end].to_owned(),
                number.value.map_or("-".to_owned(), |value| value.to_string()),
            )
        });
        assert_eq!(shown, Some((taken.to_owned(), value.to_owned())));
    }

    #[test]
    fn reads_chinese_integers() {
        check_integer("五十六", Some(56));
        check_integer("十", Some(10));
        check_integer("一百零三", Some(103));
        check_integer("二〇二四", Some(2024));
        check_integer("一千六百万", Some(16_000_000));
        check_integer("千亿", Some(100_000_000_000));
        check_integer("万亿", Some(1_000_000_000_000));
        check_integer("百万", Some(1_000_000));
        check_integer("", None);
        check_integer("任务", None);
    }

    #[test]
    fn reads_mixed_numbers() {
        check_number("1600万亩", "1600万", "16000000");
        check_number("2.71万户", "2.71万", "27100");
        check_number("２３.５％", "２３.５", "23.5");
        check_number("10，438户", "10，438", "10438");
        check_number("3000亿元", "3000亿", "300000000000");
        check_number("千万只", "千万", "10000000");
        check_number("5千瓦", "5", "5");
        check_number("1.2万亿元", "1.2万亿", "1200000000000");
    }

    #[test]
    fn leaves_a_comma_that_groups_nothing() {
        check_number("300，新建", "300", "300");
        check_number("5,12", "5", "5");
    }

    #[test]
    fn refuses_a_value_for_endless_digits() {
        check_number(&"9".repeat(90), &"9".repeat(90), "-");
    }
}
