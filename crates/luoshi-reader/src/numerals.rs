//! Writes a counter as the number formats of word processors and browsers do: 一、壹、①、iv.
//!
//! It reads no numerals and decides on no label; the lists of docx and html do.

/// How a counter is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberFormat {
    /// 1, 2, 3.
    Decimal,
    /// 01, 02, … 10.
    DecimalZero,
    /// １, ２.
    DecimalFullWidth,
    /// ① to ㊿, then plain digits.
    EnclosedCircle,
    /// ⑴ to ⒇, then plain digits.
    EnclosedParenthesis,
    /// ⒈ to ⒛, then plain digits.
    EnclosedFullStop,
    /// - 1 -.
    InDash,
    /// 1st, 2nd.
    Ordinal,
    /// 一, 十一, 九十九, then digit by digit: 一〇〇.
    ChineseCounting,
    /// 一, 一百零一, 一万.
    ChineseCountingThousand,
    /// 一, 一百零一, 一萬.
    ChineseTraditional,
    /// 壹, 壹佰零壹.
    ChineseLegalSimplified,
    /// 壹, 壹佰零壹 in traditional characters.
    ChineseLegalTraditional,
    /// Digit by digit: 一, 一〇, 一一.
    IdeographDigital,
    /// 一, 百一, without 一 before 十, 百 and 千 and without zero.
    JapaneseCounting,
    /// 甲, 乙.
    HeavenlyStem,
    /// 子, 丑.
    EarthlyBranch,
    /// ㊀ to ㊉, then plain digits.
    IdeographEnclosedCircle,
    /// I, IV.
    UpperRoman,
    /// i, iv.
    LowerRoman,
    /// A … Z, AA, BB: as word processors go on after Z.
    UpperLetterRepeated,
    /// a … z, aa, bb.
    LowerLetterRepeated,
    /// A … Z, AA, AB: as browsers go on after Z.
    UpperAlpha,
    /// a … z, aa, ab.
    LowerAlpha,
    /// No number, only the literal text of the level: ● and the like.
    Bullet,
    /// No number.
    None,
}

struct ChineseDigits {
    digits: [char; 10],
    units: [&'static str; 4],
    myriads: [&'static str; 3],
}

const SIMPLIFIED: ChineseDigits = ChineseDigits {
    digits: ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'],
    units: ["", "十", "百", "千"],
    myriads: ["", "万", "亿"],
};

const TRADITIONAL: ChineseDigits = ChineseDigits {
    digits: SIMPLIFIED.digits,
    units: SIMPLIFIED.units,
    myriads: ["", "萬", "億"],
};

const LEGAL_SIMPLIFIED: ChineseDigits = ChineseDigits {
    digits: ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'],
    units: ["", "拾", "佰", "仟"],
    myriads: ["", "万", "亿"],
};

const LEGAL_TRADITIONAL: ChineseDigits = ChineseDigits {
    digits: ['零', '壹', '貳', '參', '肆', '伍', '陸', '柒', '捌', '玖'],
    units: ["", "拾", "佰", "仟"],
    myriads: ["", "萬", "億"],
};

const STEMS: [char; 10] = ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸'];
const BRANCHES: [char; 12] = ['子', '丑', '寅', '卯', '辰', '巳', '午', '未', '申', '酉', '戌', '亥'];

impl NumberFormat {
    /// The format that a `w:numFmt` names. A name of another language is taken as decimal, so that no item loses its number.
    pub(crate) fn from_word(name: &str) -> Self {
        match name {
            "decimalZero" => NumberFormat::DecimalZero,
            "decimalFullWidth" | "decimalFullWidth2" => NumberFormat::DecimalFullWidth,
            "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" => NumberFormat::EnclosedCircle,
            "decimalEnclosedParen" => NumberFormat::EnclosedParenthesis,
            "decimalEnclosedFullstop" => NumberFormat::EnclosedFullStop,
            "numberInDash" => NumberFormat::InDash,
            "ordinal" => NumberFormat::Ordinal,
            "chineseCounting" | "taiwaneseCounting" => NumberFormat::ChineseCounting,
            "chineseCountingThousand" => NumberFormat::ChineseCountingThousand,
            "taiwaneseCountingThousand" => NumberFormat::ChineseTraditional,
            "chineseLegalSimplified" => NumberFormat::ChineseLegalSimplified,
            "ideographLegalTraditional" => NumberFormat::ChineseLegalTraditional,
            "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital" => NumberFormat::IdeographDigital,
            "japaneseCounting" => NumberFormat::JapaneseCounting,
            "ideographTraditional" => NumberFormat::HeavenlyStem,
            "ideographZodiac" => NumberFormat::EarthlyBranch,
            "ideographEnclosedCircle" => NumberFormat::IdeographEnclosedCircle,
            "upperRoman" => NumberFormat::UpperRoman,
            "lowerRoman" => NumberFormat::LowerRoman,
            "upperLetter" => NumberFormat::UpperLetterRepeated,
            "lowerLetter" => NumberFormat::LowerLetterRepeated,
            "bullet" => NumberFormat::Bullet,
            "none" => NumberFormat::None,
            _ => NumberFormat::Decimal,
        }
    }

    /// The format that a `list-style-type` names; `None` for a name that is no counter style known here.
    pub(crate) fn from_css(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "decimal" => NumberFormat::Decimal,
            "decimal-leading-zero" => NumberFormat::DecimalZero,
            "cjk-decimal" => NumberFormat::IdeographDigital,
            "cjk-ideographic" | "trad-chinese-informal" => NumberFormat::ChineseTraditional,
            "simp-chinese-informal" => NumberFormat::ChineseCountingThousand,
            "simp-chinese-formal" => NumberFormat::ChineseLegalSimplified,
            "trad-chinese-formal" => NumberFormat::ChineseLegalTraditional,
            "japanese-informal" => NumberFormat::JapaneseCounting,
            "cjk-heavenly-stem" => NumberFormat::HeavenlyStem,
            "cjk-earthly-branch" => NumberFormat::EarthlyBranch,
            "upper-roman" => NumberFormat::UpperRoman,
            "lower-roman" => NumberFormat::LowerRoman,
            "upper-alpha" | "upper-latin" => NumberFormat::UpperAlpha,
            "lower-alpha" | "lower-latin" => NumberFormat::LowerAlpha,
            "disc" | "circle" | "square" => NumberFormat::Bullet,
            "none" => NumberFormat::None,
            _ => return None,
        })
    }

    /// The counter `number` in this format.
    pub(crate) fn render(self, number: u32) -> String {
        match self {
            NumberFormat::Decimal => number.to_string(),
            NumberFormat::DecimalZero => format!("{number:02}"),
            NumberFormat::DecimalFullWidth => digit_by_digit(number, |digit| from_scalar('０', digit)),
            NumberFormat::EnclosedCircle => enclosed(number, &[(1, 20, '①'), (21, 35, '㉑'), (36, 50, '㊱')]),
            NumberFormat::EnclosedParenthesis => enclosed(number, &[(1, 20, '⑴')]),
            NumberFormat::EnclosedFullStop => enclosed(number, &[(1, 20, '⒈')]),
            NumberFormat::IdeographEnclosedCircle => enclosed(number, &[(1, 10, '㊀')]),
            NumberFormat::InDash => format!("- {number} -"),
            NumberFormat::Ordinal => ordinal(number),
            NumberFormat::ChineseCounting if number >= 100 => ideograph_digital(number),
            NumberFormat::ChineseCounting | NumberFormat::ChineseCountingThousand => chinese(number, &SIMPLIFIED, true),
            NumberFormat::ChineseTraditional => chinese(number, &TRADITIONAL, true),
            NumberFormat::ChineseLegalSimplified => chinese(number, &LEGAL_SIMPLIFIED, false),
            NumberFormat::ChineseLegalTraditional => chinese(number, &LEGAL_TRADITIONAL, false),
            NumberFormat::IdeographDigital => ideograph_digital(number),
            NumberFormat::JapaneseCounting => japanese(number),
            NumberFormat::HeavenlyStem => cyclic(number, &STEMS),
            NumberFormat::EarthlyBranch => cyclic(number, &BRANCHES),
            NumberFormat::UpperRoman => roman(number),
            NumberFormat::LowerRoman => roman(number).to_lowercase(),
            NumberFormat::UpperLetterRepeated => repeated_letter(number),
            NumberFormat::LowerLetterRepeated => repeated_letter(number).to_lowercase(),
            NumberFormat::UpperAlpha => alphabetic(number),
            NumberFormat::LowerAlpha => alphabetic(number).to_lowercase(),
            NumberFormat::Bullet | NumberFormat::None => String::new(),
        }
    }

    /// What a browser writes between the number and the text of a list item.
    pub(crate) fn css_suffix(self) -> &'static str {
        match self {
            NumberFormat::ChineseCounting
            | NumberFormat::ChineseCountingThousand
            | NumberFormat::ChineseTraditional
            | NumberFormat::ChineseLegalSimplified
            | NumberFormat::ChineseLegalTraditional
            | NumberFormat::IdeographDigital
            | NumberFormat::JapaneseCounting
            | NumberFormat::HeavenlyStem
            | NumberFormat::EarthlyBranch => "、",
            _ => ".",
        }
    }
}

fn from_scalar(first: char, offset: u32) -> char {
    char::from_u32(u32::from(first) + offset).unwrap_or('?')
}

fn digit_by_digit(number: u32, digit: impl Fn(u32) -> char) -> String {
    number
        .to_string()
        .chars()
        .map(|character| digit(u32::from(character) - u32::from('0')))
        .collect()
}

fn ideograph_digital(number: u32) -> String {
    digit_by_digit(number, |digit| match digit {
        0 => '〇',
        _ => SIMPLIFIED.digits[digit as usize],
    })
}

fn enclosed(number: u32, ranges: &[(u32, u32, char)]) -> String {
    ranges
        .iter()
        .find(|(first, last, _)| (*first..=*last).contains(&number))
        .map_or_else(
            || number.to_string(),
            |(first, _, character)| from_scalar(*character, number - first).to_string(),
        )
}

fn ordinal(number: u32) -> String {
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

/// Writes groups of four digits with 万 and 亿, one 零 for each run of zeros inside, none at the end.
fn chinese(number: u32, system: &ChineseDigits, bare_ten: bool) -> String {
    if number == 0 {
        return system.digits[0].to_string();
    }
    let mut result = String::new();
    let mut zero_is_due = false;
    for group in (0..3).rev() {
        let value = number / 10_000u32.pow(group) % 10_000;
        if value == 0 {
            zero_is_due |= !result.is_empty();
            continue;
        }
        for position in (0..4).rev() {
            let digit = (value / 10u32.pow(position) % 10) as usize;
            if digit == 0 {
                zero_is_due |= !result.is_empty();
                continue;
            }
            if zero_is_due {
                result.push(system.digits[0]);
                zero_is_due = false;
            }
            let is_leading_ten = bare_ten && result.is_empty() && position == 1 && digit == 1;
            if !is_leading_ten {
                result.push(system.digits[digit]);
            }
            result.push_str(system.units[position as usize]);
        }
        zero_is_due = false;
        result.push_str(system.myriads[group as usize]);
    }
    result
}

fn japanese(number: u32) -> String {
    if number == 0 {
        return "〇".to_owned();
    }
    let mut result = String::new();
    for group in (0..3).rev() {
        let value = number / 10_000u32.pow(group) % 10_000;
        for position in (0..4).rev() {
            let digit = (value / 10u32.pow(position) % 10) as usize;
            if digit == 0 {
                continue;
            }
            if digit > 1 || position == 0 {
                result.push(SIMPLIFIED.digits[digit]);
            }
            result.push_str(SIMPLIFIED.units[position as usize]);
        }
        if value > 0 {
            result.push_str(["", "万", "億"][group as usize]);
        }
    }
    result
}

fn cyclic(number: u32, symbols: &[char]) -> String {
    match number.checked_sub(1) {
        Some(index) if (index as usize) < symbols.len() => symbols[index as usize].to_string(),
        _ => number.to_string(),
    }
}

/// Roman numerals up to 3999; above that they have no customary form and digits are written.
fn roman(number: u32) -> String {
    const VALUES: [(u32, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if number == 0 || number > 3999 {
        return number.to_string();
    }
    let mut rest = number;
    let mut result = String::new();
    for (value, symbol) in VALUES {
        while rest >= value {
            result.push_str(symbol);
            rest -= value;
        }
    }
    result
}

/// The letter of the alphabet, repeated once more for every time that the alphabet was used up.
fn repeated_letter(number: u32) -> String {
    // A label of more letters than this would be a way to make a small file large.
    const MOST_REPETITIONS: u32 = 30;
    let Some(index) = number.checked_sub(1) else {
        return number.to_string();
    };
    let repetitions = index / 26 + 1;
    if repetitions > MOST_REPETITIONS {
        return number.to_string();
    }
    from_scalar('A', index % 26).to_string().repeat(repetitions as usize)
}

fn alphabetic(number: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = number;
    if rest == 0 {
        return number.to_string();
    }
    while rest > 0 {
        rest -= 1;
        letters.push(from_scalar('A', rest % 26));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: NumberFormat, cases: &[(u32, &str)]) {
        for (number, expected) in cases {
            assert_eq!(format.render(*number), *expected, "{format:?} {number}");
        }
    }

    #[test]
    fn chinese_counting_goes_digit_by_digit_above_ninety_nine() {
        check(
            NumberFormat::from_word("chineseCounting"),
            &[
                (1, "一"),
                (10, "十"),
                (11, "十一"),
                (20, "二十"),
                (56, "五十六"),
                (99, "九十九"),
                (100, "一〇〇"),
            ],
        );
    }

    #[test]
    fn chinese_counting_thousand_writes_hundreds() {
        check(
            NumberFormat::from_word("chineseCountingThousand"),
            &[
                (0, "零"),
                (10, "十"),
                (100, "一百"),
                (101, "一百零一"),
                (110, "一百一十"),
                (1001, "一千零一"),
                (1010, "一千零一十"),
                (10_000, "一万"),
                (10_001, "一万零一"),
                (100_010, "十万零一十"),
                (120_000_003, "一亿二千万零三"),
            ],
        );
    }

    #[test]
    fn other_ideographic_formats() {
        check(
            NumberFormat::from_word("chineseLegalSimplified"),
            &[(1, "壹"), (10, "壹拾"), (23, "贰拾叁"), (105, "壹佰零伍")],
        );
        check(
            NumberFormat::from_word("ideographLegalTraditional"),
            &[(26, "貳拾陸"), (10_000, "壹萬")],
        );
        check(
            NumberFormat::from_word("ideographDigital"),
            &[(9, "九"), (10, "一〇"), (205, "二〇五")],
        );
        check(
            NumberFormat::from_word("japaneseCounting"),
            &[
                (10, "十"),
                (21, "二十一"),
                (100, "百"),
                (101, "百一"),
                (1110, "千百十"),
                (10_000, "一万"),
            ],
        );
        check(
            NumberFormat::from_word("taiwaneseCountingThousand"),
            &[(56, "五十六"), (10_000, "一萬")],
        );
        check(
            NumberFormat::from_word("ideographTraditional"),
            &[(1, "甲"), (10, "癸"), (11, "11")],
        );
        check(NumberFormat::from_word("ideographZodiac"), &[(12, "亥")]);
        check(NumberFormat::from_word("ideographEnclosedCircle"), &[(10, "㊉")]);
    }

    #[test]
    fn digits_in_other_dress() {
        check(NumberFormat::from_word("decimal"), &[(12, "12")]);
        check(
            NumberFormat::from_word("decimalZero"),
            &[(1, "01"), (10, "10"), (100, "100")],
        );
        check(NumberFormat::from_word("decimalFullWidth"), &[(12, "１２")]);
        check(
            NumberFormat::from_word("decimalEnclosedCircle"),
            &[
                (1, "①"),
                (20, "⑳"),
                (21, "㉑"),
                (35, "㉟"),
                (36, "㊱"),
                (50, "㊿"),
                (51, "51"),
            ],
        );
        check(
            NumberFormat::from_word("decimalEnclosedParen"),
            &[(20, "⒇"), (21, "21")],
        );
        check(NumberFormat::from_word("decimalEnclosedFullstop"), &[(20, "⒛")]);
        check(
            NumberFormat::from_word("ordinal"),
            &[(1, "1st"), (12, "12th"), (22, "22nd")],
        );
        check(NumberFormat::from_word("hebrew1"), &[(3, "3")]);
    }

    #[test]
    fn letters_and_roman_numerals() {
        check(
            NumberFormat::from_word("upperRoman"),
            &[(4, "IV"), (1994, "MCMXCIV"), (4000, "4000")],
        );
        check(NumberFormat::from_word("lowerRoman"), &[(9, "ix")]);
        check(
            NumberFormat::from_word("upperLetter"),
            &[(1, "A"), (26, "Z"), (27, "AA"), (28, "BB")],
        );
        check(
            NumberFormat::from_word("lowerLetter"),
            &[(53, "aaa"), (1_000_000, "1000000")],
        );
        check(
            NumberFormat::LowerAlpha,
            &[(26, "z"), (27, "aa"), (28, "ab"), (703, "aaa")],
        );
        check(NumberFormat::from_word("bullet"), &[(1, "")]);
        check(NumberFormat::from_word("none"), &[(1, "")]);
    }

    #[test]
    fn css_names_are_known_or_refused() {
        assert_eq!(
            NumberFormat::from_css("CJK-ideographic"),
            Some(NumberFormat::ChineseTraditional)
        );
        assert_eq!(
            NumberFormat::from_css("simp-chinese-informal"),
            Some(NumberFormat::ChineseCountingThousand)
        );
        assert_eq!(NumberFormat::from_css("my-own"), None);
        assert_eq!(NumberFormat::ChineseTraditional.css_suffix(), "、");
        assert_eq!(NumberFormat::Decimal.css_suffix(), ".");
    }
}
