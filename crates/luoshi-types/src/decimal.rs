//! An exact decimal number, so that 2.71 万 is 27100 and never 27099.999…. It does not do money, rounding modes or floats.

use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An exact decimal: `mantissa` times ten to the minus `scale`, kept without trailing zeros.
///
/// The mantissa has at most 38 digits, which is above any figure of a plan. It serialises as a string (`"27100"`, `"0.25"`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Decimal {
    mantissa: i128,
    scale: u32,
}

/// Why a text is not a [`Decimal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseDecimalError {
    /// No digit at all.
    Empty,
    /// A character that is neither a digit, a leading sign nor the first decimal point.
    InvalidCharacter,
    /// More digits than 38 can hold.
    TooLarge,
}

impl fmt::Display for ParseDecimalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            ParseDecimalError::Empty => "no digits",
            ParseDecimalError::InvalidCharacter => "a character that is no digit",
            ParseDecimalError::TooLarge => "more digits than fit",
        })
    }
}

impl std::error::Error for ParseDecimalError {}

impl Decimal {
    /// Zero.
    pub const ZERO: Decimal = Decimal { mantissa: 0, scale: 0 };

    /// `mantissa` × 10^-`scale`, reduced to the shortest form.
    pub fn new(mantissa: i128, scale: u32) -> Self {
        let mut value = Self { mantissa, scale };
        while value.scale > 0 && value.mantissa % 10 == 0 {
            value.mantissa /= 10;
            value.scale -= 1;
        }
        value
    }

    /// The sum, or `None` where it does not fit.
    pub fn checked_add(self, other: Decimal) -> Option<Decimal> {
        let (left, right, scale) = self.aligned(other)?;
        Some(Decimal::new(left.checked_add(right)?, scale))
    }

    /// The difference, or `None` where it does not fit.
    pub fn checked_sub(self, other: Decimal) -> Option<Decimal> {
        self.checked_add(Decimal {
            mantissa: other.mantissa.checked_neg()?,
            scale: other.scale,
        })
    }

    /// The product, or `None` where it does not fit.
    pub fn checked_mul(self, other: Decimal) -> Option<Decimal> {
        Some(Decimal::new(
            self.mantissa.checked_mul(other.mantissa)?,
            self.scale.checked_add(other.scale)?,
        ))
    }

    /// This number as whole percent of `whole`, rounded towards zero; `None` where `whole` is zero or the result does not fit.
    pub fn percent_of(self, whole: Decimal) -> Option<i64> {
        let (part, whole, _) = self.aligned(whole)?;
        if whole == 0 {
            return None;
        }
        i64::try_from(part.checked_mul(100)? / whole).ok()
    }

    /// Whether the number is below zero.
    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    fn aligned(self, other: Decimal) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let left = self.mantissa.checked_mul(10i128.checked_pow(scale - self.scale)?)?;
        let right = other.mantissa.checked_mul(10i128.checked_pow(scale - other.scale)?)?;
        Some((left, right, scale))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match self.aligned(*other) {
            Some((left, right, _)) => left.cmp(&right),
            // Only numbers of 38 digits get here; their integral parts differ enough to decide.
            None => (self.mantissa / 10i128.pow(self.scale.min(38)))
                .cmp(&(other.mantissa / 10i128.pow(other.scale.min(38)))),
        }
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Decimal::new(i128::from(value), 0)
    }
}

impl FromStr for Decimal {
    type Err = ParseDecimalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let mut mantissa: i128 = 0;
        let mut scale = 0;
        let mut seen_point = false;
        let mut seen_digit = false;
        for character in digits.chars() {
            match character {
                '0'..='9' => {
                    seen_digit = true;
                    let digit = i128::from(u32::from(character) - u32::from('0'));
                    mantissa = mantissa
                        .checked_mul(10)
                        .and_then(|value| value.checked_add(digit))
                        .ok_or(ParseDecimalError::TooLarge)?;
                    scale += u32::from(seen_point);
                }
                '.' if !seen_point => seen_point = true,
                _ => return Err(ParseDecimalError::InvalidCharacter),
            }
        }
        if !seen_digit {
            return Err(ParseDecimalError::Empty);
        }
        Ok(Decimal::new(if negative { -mantissa } else { mantissa }, scale))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.mantissa.unsigned_abs().to_string();
        let scale = self.scale as usize;
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        let sign = if self.mantissa < 0 { "-" } else { "" };
        if fraction.is_empty() {
            write!(formatter, "{sign}{whole}")
        } else {
            write!(formatter, "{sign}{whole}.{fraction}")
        }
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(
            text.parse::<Decimal>().map(|value| value.to_string()),
            Ok(expected.to_owned())
        );
    }

    #[test]
    fn keeps_the_shortest_form() {
        check("2.710", "2.71");
        check("-0.50", "-0.5");
        check("1600", "1600");
        check("0.0", "0");
    }

    #[test]
    fn multiplies_exactly() {
        let households = Decimal::new(271, 2).checked_mul(Decimal::from(10_000));
        assert_eq!(households, Some(Decimal::from(27_100)));
    }

    #[test]
    fn refuses_what_is_no_number() {
        assert_eq!("".parse::<Decimal>(), Err(ParseDecimalError::Empty));
        assert_eq!("1.2.3".parse::<Decimal>(), Err(ParseDecimalError::InvalidCharacter));
        assert_eq!("9".repeat(60).parse::<Decimal>(), Err(ParseDecimalError::TooLarge));
    }

    #[test]
    fn compares_across_scales() {
        assert!(Decimal::new(25, 1) < Decimal::from(3));
        assert_eq!(Decimal::from(62).percent_of(Decimal::from(100)), Some(62));
    }
}
