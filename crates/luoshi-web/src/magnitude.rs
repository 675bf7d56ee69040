//! Figures as people write and read them: 2600亿元, not 260000000000元. The ledger keeps them multiplied out, and so do the public data.

use luoshi_ledger::target::Target;
use luoshi_types::Decimal;

/// The word that stands between the number and the unit of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Magnitude {
    /// None.
    One,
    /// 万.
    TenThousand,
    /// 亿.
    HundredMillion,
    /// 万亿.
    Trillion,
}

impl Magnitude {
    /// The longest word first, since 万亿 ends like 亿.
    const WITH_WORD: [Magnitude; 3] = [Magnitude::Trillion, Magnitude::HundredMillion, Magnitude::TenThousand];

    /// The one in which the document states the target.
    pub(crate) fn of(target: &Target) -> Self {
        let text = &target.quantity_text;
        let number: String = text
            .chars()
            .skip_while(|character| !character.is_ascii_digit())
            .take_while(|character| character.is_ascii_digit() || *character == '.')
            .collect();
        let (Ok(number), Some(value)) = (number.parse::<Decimal>(), target.value) else {
            return Magnitude::One;
        };
        // The value decides, not the word alone: what is promised may be a number of 万元户.
        Self::WITH_WORD
            .into_iter()
            .find(|magnitude| text.contains(magnitude.word()) && magnitude.value_of(number) == Some(value))
            .unwrap_or(Magnitude::One)
    }

    /// 万, 亿, 万亿 or nothing.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Magnitude::One => "",
            Magnitude::TenThousand => "万",
            Magnitude::HundredMillion => "亿",
            Magnitude::Trillion => "万亿",
        }
    }

    fn zeros(self) -> u32 {
        match self {
            Magnitude::One => 0,
            Magnitude::TenThousand => 4,
            Magnitude::HundredMillion => 8,
            Magnitude::Trillion => 12,
        }
    }

    /// The value of a number written in this magnitude; `None` where it does not fit.
    fn value_of(self, number: Decimal) -> Option<Decimal> {
        number.checked_mul(Decimal::from(10_i64.pow(self.zeros())))
    }

    /// The number that stands for a value in this magnitude.
    fn number_of(self, value: Decimal) -> Decimal {
        value.checked_mul(Decimal::new(1, self.zeros())).unwrap_or(value)
    }
}

/// The unit in which the figures of a target are asked for and shown: 亿元.
pub(crate) fn unit(target: &Target) -> String {
    format!("{}{}", Magnitude::of(target).word(), target.unit)
}

/// The number that stands before that unit: 1924 for a value of 192400000000.
pub(crate) fn number(value: &Decimal, target: &Target) -> Decimal {
    Magnitude::of(target).number_of(*value)
}

/// A figure as typed, in plain digits: an input method for Chinese writes １２，０００．５ as readily as 12,000.5. Marks between thousands and
/// white space are left out.
pub(crate) fn plain(typed: &str) -> String {
    typed
        .chars()
        .map(|character| match character {
            // The full-width forms of the visible ASCII characters stand in their order (Unicode, block Halfwidth and Fullwidth Forms).
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
            other => other,
        })
        .filter(|character| !matches!(character, ',' | ' ' | '\u{3000}'))
        .collect()
}

/// The value of what somebody typed before that unit; `None` where it is no number. Thousands may be set apart by commas, and a magnitude
/// and the unit may be typed along, as people write them: 1,924 and 1924亿 and 0.1924万亿元 and 192400000000元 are one value.
pub(crate) fn value(typed: &str, target: &Target) -> Option<Decimal> {
    let text = plain(typed);
    let without_unit = text.strip_suffix(target.unit.as_str()).filter(|rest| *rest != text);
    // A number that carries its own unit is in that unit, whatever stands behind the box.
    let unsaid = if without_unit.is_some() {
        Magnitude::One
    } else {
        Magnitude::of(target)
    };
    let text = without_unit.unwrap_or(&text);
    let (number, magnitude) = Magnitude::WITH_WORD
        .into_iter()
        .find_map(|magnitude| Some((text.strip_suffix(magnitude.word())?, magnitude)))
        .unwrap_or((text, unsaid));
    magnitude.value_of(number.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use luoshi_ledger::ids::TargetId;
    use luoshi_types::Comparator;
    use uuid::Uuid;

    use super::*;

    fn target(quantity_text: &str, value: &str, unit: &str) -> Target {
        Target {
            id: TargetId(Uuid::nil()),
            subject: String::new(),
            quantity_text: quantity_text.to_owned(),
            value: value.parse().ok(),
            value_max: None,
            unit: unit.to_owned(),
            comparator: Comparator::AtLeast,
            direction: None,
            strength: None,
            due: None,
            span: None,
        }
    }

    #[track_caller]
    fn check(target: &Target, typed: &str, expected: &str) {
        assert_eq!(value(typed, target), Some(expected.parse().unwrap()), "{typed}");
    }

    #[test]
    fn figures_stand_in_the_magnitude_of_the_promise() {
        for (text, multiplied, of_unit, expected) in [
            ("2600亿元以上", "260000000000", "元", "亿元"),
            ("2.71万户", "27100", "户", "万户"),
            ("1.5万亿元", "1500000000000", "元", "万亿元"),
            ("3600个", "3600", "个", "个"),
            ("8%以上", "8", "%", "%"),
            ("30个万元户", "30", "个", "个"),
            ("翻一番", "", "", ""),
        ] {
            assert_eq!(unit(&target(text, multiplied, of_unit)), expected, "{text}");
        }
    }

    #[test]
    fn what_is_typed_is_multiplied_out_and_shown_again_as_typed() {
        let investment = target("2600亿元以上", "260000000000", "元");
        for typed in [
            "1924",
            "1,924",
            "1924亿",
            "1924 亿元",
            "0.1924万亿元",
            "192,400,000,000元",
            "１，９２４",
            "１９２４．０亿元",
        ] {
            check(&investment, typed, "192400000000");
        }
        assert_eq!(
            number(&"192400000000".parse().unwrap(), &investment).to_string(),
            "1924"
        );
        let places = target("3600个", "3600", "个");
        check(&places, "1200", "1200");
        check(&places, "1200个", "1200");
        check(&places, "0.12万", "1200");
        let growth = target("8%以上", "8", "%");
        check(&growth, "-0.5", "-0.5");
        check(&growth, "7.9%", "7.9");
    }

    #[test]
    fn what_is_no_number_is_none() {
        let places = target("3600个", "3600", "个");
        for typed in [
            "",
            "七所",
            "亿",
            "个",
            "1e9",
            "12万34",
            "99999999999999999999999999999999999999万亿",
        ] {
            assert_eq!(value(typed, &places), None, "{typed}");
        }
    }
}
