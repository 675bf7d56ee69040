//! Renders the number in a cell as the sheet shows it: percent, thousands separators, decimals, dates.
//!
//! A number is rounded to the fifteen digits that a spreadsheet shows before anything is done with it, and from then on it is decimal
//! digits and no floating point. Colours, conditions, fractions and paddings are not rendered; a format that asks for something
//! unknown shows the plain number.

/// Significant digits that a spreadsheet keeps.
const PRECISION: usize = 15;

/// Longest format code that is looked at. Spreadsheets allow 255 characters.
const LONGEST_CODE: usize = 1024;

/// The codes of the formats that a workbook refers to by number without stating them, as a Chinese spreadsheet shows them.
pub(super) fn built_in(number: u32) -> Option<&'static str> {
    Some(match number {
        1 => "0",
        2 => "0.00",
        3 | 37 | 38 => "#,##0",
        4 | 39 | 40 => "#,##0.00",
        9 => "0%",
        10 => "0.00%",
        14 => "yyyy/m/d",
        15 => "d-m-yy",
        16 => "m/d",
        17 => "yyyy/m",
        18..=21 | 45..=47 => "h:mm:ss",
        22 => "yyyy/m/d h:mm",
        27 | 36 | 50 | 52 | 57 => "yyyy年m月",
        28 | 29 | 51 | 53 | 54 | 58 => "m月d日",
        30 => "m/d/yy",
        31 => "yyyy年m月d日",
        32 | 34 | 55 => "h时mm分",
        33 | 35 | 56 => "h时mm分ss秒",
        _ => return None,
    })
}

/// The number in `value` under a format code; the value itself where it is no number.
pub(super) fn render(value: &str, code: &str, counts_from_1904: bool) -> String {
    let Some(number) = Decimal::parse(value) else {
        return value.to_owned();
    };
    let pieces = pieces(code, number.is_negative, number.is_zero());
    if pieces.iter().any(|piece| matches!(piece, Piece::Date(_))) {
        return render_date(&pieces, &number, counts_from_1904).unwrap_or_else(|| number.plain());
    }
    render_number(&pieces, number)
}

/// A decimal number: digits, and where the point stands among them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    /// Digits without leading or trailing zeros.
    digits: Vec<u8>,
    /// How many of the digits stand before the point; may lie outside them.
    point: i32,
}

impl Decimal {
    fn parse(value: &str) -> Option<Self> {
        let number: f64 = value.trim().parse().ok()?;
        if !number.is_finite() {
            return None;
        }
        let written = format!("{:.*e}", PRECISION - 1, number.abs());
        let (mantissa, exponent) = written.split_once('e')?;
        let exponent: i32 = exponent.parse().ok()?;
        let mut digits: Vec<u8> = mantissa
            .bytes()
            .filter(u8::is_ascii_digit)
            .map(|byte| byte - b'0')
            .collect();
        while digits.last() == Some(&0) {
            digits.pop();
        }
        Some(Self {
            is_negative: number < 0.0 && !digits.is_empty(),
            point: if digits.is_empty() { 0 } else { exponent + 1 },
            digits,
        })
    }

    fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// The digit at a place: 0 is the first before the point, -1 the first after it.
    fn digit(&self, place: i32) -> u8 {
        usize::try_from(self.point - 1 - place)
            .ok()
            .and_then(|index| self.digits.get(index).copied())
            .unwrap_or(0)
    }

    /// Rounds half up to so many places after the point.
    fn rounded(mut self, decimals: i32) -> Self {
        let keep = self.point + decimals;
        let Ok(keep) = usize::try_from(keep) else {
            self.digits.clear();
            self.point = 0;
            self.is_negative = false;
            return self;
        };
        if keep < self.digits.len() {
            let goes_up = self.digits.get(keep).is_some_and(|digit| *digit >= 5);
            self.digits.truncate(keep);
            if goes_up {
                loop {
                    match self.digits.pop() {
                        Some(9) => {}
                        Some(digit) => {
                            self.digits.push(digit + 1);
                            break;
                        }
                        None => {
                            self.digits.push(1);
                            self.point += 1;
                            break;
                        }
                    }
                }
            }
            while self.digits.last() == Some(&0) {
                self.digits.pop();
            }
        }
        if self.digits.is_empty() {
            self.point = 0;
            self.is_negative = false;
        }
        self
    }

    /// The digits before the point, of which there are at least `fewest`, with separators where they are wanted.
    fn whole(&self, fewest: usize, with_separators: bool) -> String {
        let count = usize::try_from(self.point).unwrap_or(0).max(fewest);
        let mut written = String::new();
        for place in (0..count).rev() {
            written.push(char::from(b'0' + self.digit(place as i32)));
            if with_separators && place > 0 && place % 3 == 0 {
                written.push(',');
            }
        }
        written
    }

    /// The digits after the point: as many as there are between `fewest` and `most`.
    fn fraction(&self, fewest: usize, most: usize) -> String {
        let mut written: String = (1..=most)
            .map(|place| char::from(b'0' + self.digit(-(place as i32))))
            .collect();
        while written.len() > fewest && written.ends_with('0') {
            written.pop();
        }
        written
    }

    /// As the general format shows it, never with an exponent: a reader of Chinese text knows none.
    fn plain(&self) -> String {
        let decimals = usize::try_from(self.digits.len() as i32 - self.point).unwrap_or(0);
        let whole = self.whole(1, false);
        let sign = if self.is_negative { "-" } else { "" };
        match self.fraction(0, decimals) {
            fraction if fraction.is_empty() => format!("{sign}{whole}"),
            fraction => format!("{sign}{whole}.{fraction}"),
        }
    }

    /// The whole days of a date serial, and the seconds into the day.
    fn days_and_seconds(&self) -> Option<(i64, i64)> {
        if self.is_negative || self.point > 7 {
            return None;
        }
        let days: i64 = self.whole(1, false).parse().ok()?;
        let fraction: i64 = self.fraction(12, 12).parse().ok()?;
        let seconds = (fraction * 86_400 + 500_000_000_000) / 1_000_000_000_000;
        Some((days + seconds / 86_400, seconds % 86_400))
    }
}

/// One piece of a format code.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    /// `0`, `#` or `?`: a place for a digit, and whether it is shown when there is none.
    Digit {
        is_forced: bool,
    },
    Point,
    /// A comma, which separates thousands among digits and scales after them.
    Comma,
    Percent,
    /// `General`, or what cannot be rendered.
    General,
    /// A run of one of the letters of dates.
    Date(String),
}

/// Cuts the section of a code that applies to a number into pieces.
fn pieces(code: &str, is_negative: bool, is_zero: bool) -> Vec<Piece> {
    let sections = sections(code);
    let chosen = match (sections.len(), is_negative, is_zero) {
        (2.., true, _) => 1,
        (3.., _, true) => 2,
        _ => 0,
    };
    let mut pieces = Vec::new();
    // A section of its own for negative numbers says how they look; elsewhere they have their sign.
    if is_negative && chosen == 0 {
        pieces.push(Piece::Literal("-".to_owned()));
    }
    let section = sections.get(chosen).map_or("", String::as_str);
    let mut characters = section.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => pieces.push(Piece::Literal(
                characters.by_ref().take_while(|character| *character != '"').collect(),
            )),
            '\\' | '!' => pieces.extend(characters.next().map(|literal| Piece::Literal(literal.to_string()))),
            // Room as wide as the next character, or a character that fills the cell.
            '_' | '*' => {
                characters.next();
            }
            '[' => {
                let inside: String = characters.by_ref().take_while(|character| *character != ']').collect();
                // [$¥-804] is a currency sign with a language; colours, conditions and elapsed time are not rendered.
                if let Some(currency) = inside.strip_prefix('$') {
                    let sign = currency.split('-').next().unwrap_or_default();
                    pieces.push(Piece::Literal(sign.to_owned()));
                }
            }
            '0' => pieces.push(Piece::Digit { is_forced: true }),
            '#' | '?' => pieces.push(Piece::Digit { is_forced: false }),
            '.' => pieces.push(Piece::Point),
            ',' => pieces.push(Piece::Comma),
            '%' => pieces.push(Piece::Percent),
            '@' => pieces.push(Piece::General),
            'G' | 'g' => {
                while characters.next_if(char::is_ascii_alphabetic).is_some() {}
                // WPS and Chinese Excel write the general format as `G/通用格式`.
                if characters.next_if_eq(&'/').is_some() {
                    while characters
                        .next_if(|character| "通用格式".contains(*character))
                        .is_some()
                    {}
                }
                pieces.push(Piece::General);
            }
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => {
                let letter = character.to_ascii_lowercase();
                let mut run = letter.to_string();
                while let Some(next) = characters.next_if(|next| next.to_ascii_lowercase() == letter) {
                    run.push(next.to_ascii_lowercase());
                }
                pieces.push(Piece::Date(run));
            }
            'E' | 'e' if matches!(characters.peek(), Some('+' | '-')) => return vec![Piece::General],
            '/' if pieces.iter().any(|piece| matches!(piece, Piece::Digit { .. })) => return vec![Piece::General],
            other => pieces.push(Piece::Literal(other.to_string())),
        }
    }
    if pieces.is_empty() && code.is_empty() {
        pieces.push(Piece::General);
    }
    pieces
}

/// The sections of a code, which semicolons outside quotes part.
fn sections(code: &str) -> Vec<String> {
    let mut sections = vec![String::new()];
    let mut is_quoted = false;
    let mut is_escaped = false;
    for character in code.chars().take(LONGEST_CODE) {
        if is_escaped {
            is_escaped = false;
        } else if character == '"' {
            is_quoted = !is_quoted;
        } else if character == '\\' && !is_quoted {
            is_escaped = true;
        } else if character == ';' && !is_quoted {
            sections.push(String::new());
            continue;
        }
        if let Some(section) = sections.last_mut() {
            section.push(character);
        }
    }
    sections
}

fn render_number(pieces: &[Piece], number: Decimal) -> String {
    let is_digit = |piece: &Piece| matches!(piece, Piece::Digit { .. });
    let (Some(first), Some(last)) = (pieces.iter().position(is_digit), pieces.iter().rposition(is_digit)) else {
        // A code without places for digits shows its literals, or the number where it says so.
        let is_positive_twin = Decimal {
            is_negative: false,
            ..number.clone()
        };
        return pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => text.clone(),
                Piece::General if pieces.first() == Some(&Piece::Literal("-".to_owned())) => is_positive_twin.plain(),
                Piece::General => number.plain(),
                Piece::Percent => "%".to_owned(),
                _ => String::new(),
            })
            .collect();
    };
    let point = pieces.iter().position(|piece| *piece == Piece::Point);
    let end_of_whole = point.unwrap_or(last + 1);
    let count = |range: &[Piece], forced_only: bool| {
        range
            .iter()
            .filter(|piece| matches!(piece, Piece::Digit { is_forced } if *is_forced || !forced_only))
            .count()
    };
    let whole_pieces = pieces.get(first..end_of_whole.max(first)).unwrap_or_default();
    let fraction_pieces = point.and_then(|point| pieces.get(point..=last)).unwrap_or_default();
    let has_separators = whole_pieces.contains(&Piece::Comma);
    let scaling = pieces
        .iter()
        .skip(last + 1)
        .take_while(|piece| **piece == Piece::Comma)
        .count();
    let percents = pieces.iter().filter(|piece| **piece == Piece::Percent).count();
    let most_decimals = count(fraction_pieces, false);

    let mut number = number;
    if !number.is_zero() {
        number.point += 2 * percents.min(4) as i32 - 3 * scaling.min(4) as i32;
    }
    let number = number.rounded(most_decimals as i32);
    let whole = number.whole(count(whole_pieces, true), has_separators);
    let fraction = number.fraction(count(fraction_pieces, true), most_decimals);

    let mut written = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Digit { .. } if index == first => {
                written.push_str(&whole);
                if !fraction.is_empty() {
                    written.push('.');
                    written.push_str(&fraction);
                }
            }
            Piece::Literal(text) => written.push_str(text),
            Piece::Percent => written.push('%'),
            _ => {}
        }
    }
    written
}

fn render_date(pieces: &[Piece], number: &Decimal, counts_from_1904: bool) -> Option<String> {
    let (days, seconds) = number.days_and_seconds()?;
    let (year, month, day) = civil_date(days, counts_from_1904)?;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let two = |run: &str, value: i64| match run.len() {
        1 => value.to_string(),
        _ => format!("{value:02}"),
    };
    let mut written = String::new();
    let mut last_letter = None;
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal(text) => written.push_str(text),
            Piece::Date(run) => {
                let letter = run.chars().next();
                let next_letter = pieces.iter().skip(index + 1).find_map(|piece| match piece {
                    Piece::Date(run) => run.chars().next(),
                    _ => None,
                });
                written.push_str(&match letter {
                    Some('y') if run.len() <= 2 => format!("{:02}", year % 100),
                    Some('y') => year.to_string(),
                    // The letter m means minutes beside hours or seconds.
                    Some('m') if last_letter == Some('h') || next_letter == Some('s') => two(run, minute),
                    Some('m') => two(run, month),
                    Some('d') => two(run, day),
                    Some('h') => two(run, hour),
                    Some('s') => two(run, second),
                    _ => String::new(),
                });
                last_letter = letter;
            }
            Piece::Point => written.push('.'),
            Piece::Comma => written.push(','),
            Piece::Percent => written.push('%'),
            Piece::Digit { .. } | Piece::General => {}
        }
    }
    Some(written)
}

/// The date of a serial number. Spreadsheets believe that 1900 had a 29 February, so the days before it are one off.
fn civil_date(serial: i64, counts_from_1904: bool) -> Option<(i64, i64, i64)> {
    const FROM_1900: i64 = 25_569;
    const FROM_1904: i64 = 24_107;
    if !(0..=2_958_465).contains(&serial) {
        return None;
    }
    let since_1970 = match (counts_from_1904, serial) {
        (true, _) => serial - FROM_1904,
        (false, 60) => return Some((1900, 2, 29)),
        (false, 0..60) => serial - FROM_1900 + 1,
        (false, _) => serial - FROM_1900,
    };
    // Days are counted from 1 March of year 0, so that the leap day is the last of its year.
    let days = since_1970 + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, code: &str, expected: &str) {
        assert_eq!(render(value, code, false), expected, "{value} as {code}");
    }

    #[test]
    fn shows_plain_numbers_without_noise() {
        check("5.5", "General", "5.5");
        check("0.30000000000000004", "General", "0.3");
        check("5.5000000000000003E-2", "", "0.055");
        check("1.2E+8", "General", "120000000");
        check("-3", "G/通用格式", "-3");
        check("0", "General", "0");
        check("text", "0.00", "text");
        check("1e999", "0", "1e999");
    }

    #[test]
    fn shows_percent_thousands_and_decimals() {
        check("0.055", "0.0%", "5.5%");
        check("0.05", "0%", "5%");
        check("0.29", "0%", "29%");
        check("1.005", "0.00", "1.01");
        check("999.999", "0.00", "1000.00");
        check("2600", "#,##0", "2,600");
        check("1234567.891", "#,##0.00", "1,234,567.89");
        check("0.5", "#", "1");
        check("0.4", "0", "0");
        check("12", "0.##", "12");
        check("12.5", "0.##", "12.5");
        check("320", "0\"个\"", "320个");
        check("7", "000", "007");
        check("12345678", "0.0,,", "12.3");
        check("1200", "[$¥-804]#,##0.00", "¥1,200.00");
    }

    #[test]
    fn chooses_the_section_by_sign() {
        check("-5", "0;(0)", "(5)");
        check("-5", "0.0", "-5.0");
        check("0", "0;-0;\"-\"", "-");
        check("3", "0_ ;[Red]-0", "3");
        check("-3", "0_ ;[Red]\\-0", "-3");
        check("-3", "General", "-3");
    }

    #[test]
    fn shows_dates() {
        check("46356", "yyyy\"年\"m\"月\"d\"日\"", "2026年11月30日");
        check("46356", "yyyy/m/d", "2026/11/30");
        check("46356", "yyyy-mm-dd", "2026-11-30");
        check("46356.75", "yyyy-mm-dd hh:mm:ss", "2026-11-30 18:00:00");
        check("46356.5", "m月d日h时mm分", "11月30日12时00分");
        check("46356", "[$-804]yyyy\"年\"m\"月\"", "2026年11月");
        check("46356", built_in(57).unwrap(), "2026年11月");
        check("1", "yyyy-m-d", "1900-1-1");
        check("60", "yyyy-m-d", "1900-2-29");
        check("61", "yyyy-m-d", "1900-3-1");
        assert_eq!(render("0", "yyyy-m-d", true), "1904-1-1");
        check("99999999", "yyyy-m-d", "99999999");
        check("-1", "yyyy-m-d", "-1");
    }

    #[test]
    fn falls_back_on_what_it_does_not_know() {
        check("0.5", "# ?/?", "0.5");
        check("12000", "0.00E+00", "12000");
        check("5", "\"无\"", "无");
        check("5", "@", "5");
    }
}
