//! Whether what was read can be what was written: text that was decoded wrongly, and numbers whose digits are gone.
//!
//! Nothing is mended and nothing left out; a person is shown the places. Signs that also stand in sound documents count only where there
//! are many of them. It does not know what a task is.

use luoshi_types::{Diagnostic, DiagnosticCode, Document, SourceFormat, Span};

use crate::encoding;

/// Places beyond this are counted and not shown one by one.
const MOST_PLACES: usize = 50;

/// Adds to the diagnostics what the text itself gives away.
pub(crate) fn judge(document: &mut Document) {
    let Document { text, diagnostics, .. } = document;
    if let Some((encoding, span)) = encoding::mojibake(text) {
        diagnostics.push(Diagnostic::new(DiagnosticCode::Mojibake, span).with("encoding", encoding.name()));
        // What is missing from garbled text is beside the point.
        return;
    }
    if document.format != SourceFormat::Text
        && let Some(span) = without_meaning(text)
    {
        diagnostics.push(Diagnostic::new(DiagnosticCode::Mojibake, span).with("encoding", "font"));
        return;
    }
    let found = lost_digits(text);
    for place in found.iter().take(MOST_PLACES) {
        diagnostics.push(
            Diagnostic::new(DiagnosticCode::LostDigits, place.span)
                .with("count", found.len())
                .with("name", &place.text),
        );
    }
}

/// From the first to the last character that stands for nothing, where there are too many of them: a font drew what its codes do not say.
fn without_meaning(text: &str) -> Option<Span> {
    const FEWEST: usize = 10;
    let mut inked = 0usize;
    let mut lost = 0usize;
    let mut span: Option<Span> = None;
    for (at, character) in text.chars().enumerate() {
        inked += usize::from(!character.is_whitespace());
        if matches!(character, char::REPLACEMENT_CHARACTER | '\u{E000}'..='\u{F8FF}') {
            lost += 1;
            span = Some(Span::new(span.map_or(at, |span| span.start), at + 1));
        }
    }
    span.filter(|_| lost >= FEWEST && lost * 10 >= inked)
}

/// A place where a number should stand.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    span: Span,
    text: String,
}

/// The places where a unit has no number before it, if there are too many of them for a slip of the pen.
fn lost_digits(text: &str) -> Vec<Place> {
    const FEWEST: usize = 3;
    let mut places = Vec::new();
    let mut numbers = 0;
    let mut line = Vec::new();
    let mut start = 0;
    for character in text.chars().chain(['\n']) {
        if character != '\n' {
            line.push(character);
            continue;
        }
        search_line(&line, start, &mut places, &mut numbers);
        start += line.len() + 1;
        line.clear();
    }
    // In a short text a single place is telling where nothing else has a number; in a long one they have to be many.
    let is_telling = places.len() > numbers || (places.len() >= FEWEST && places.len() * 4 >= numbers);
    match is_telling {
        true => places,
        false => Vec::new(),
    }
}

/// What a number is measured in. Longer units stand before shorter ones that they begin with.
const UNITS: [&str; 26] = [
    "个百分点",
    "平方公里",
    "亿立方米",
    "万平方米",
    "亿元",
    "万元",
    "万亩",
    "万户",
    "万人",
    "万吨",
    "万套",
    "万个",
    "万辆",
    "万台",
    "公里",
    "亿",
    "万",
    "个",
    "家",
    "项",
    "户",
    "套",
    "座",
    "亩",
    "吨",
    "元",
];

/// Units that mean nothing without a number before them; 亿元以上企业 is a firm of that size, 各个 and 大家 are words.
const UNITS_THAT_NEED_A_NUMBER: [&str; 11] = [
    "个百分点",
    "平方公里",
    "亿立方米",
    "万平方米",
    "万亩",
    "万户",
    "万吨",
    "万套",
    "万辆",
    "万台",
    "公里",
];

/// What a number that is to be reached follows.
const BEFORE_A_NUMBER: [&str; 20] = [
    "完成",
    "达到",
    "达",
    "增长",
    "新增",
    "实现",
    "下降",
    "提高",
    "提升",
    "降低",
    "增加",
    "建成",
    "建设",
    "开工",
    "改造",
    "投资",
    "突破",
    "超过",
    "不低于",
    "不少于",
];

fn search_line(line: &[char], start: usize, places: &mut Vec<Place>, numbers: &mut usize) {
    let is_sentence = line
        .iter()
        .any(|character| matches!(character, '，' | '。' | '；' | ',' | ';'));
    let mut at = 0;
    while at < line.len() {
        let Some(unit) = unit_at(line, at) else {
            at += 1;
            continue;
        };
        let begin = at;
        at += unit;
        let before = &line[..begin];
        match before.last() {
            Some(last) if is_numeral(*last) => {
                *numbers += 1;
                continue;
            }
            None => continue,
            Some(_) => {}
        }
        let marks = count_back(before, is_stand_in);
        let blanks = count_back(before, |character| matches!(character, ' ' | '\u{3000}' | '\t'));
        let (gap, is_lost) = if marks > 0 {
            (marks, is_lost_behind_marks(before, marks, &line[begin..]))
        } else {
            (
                blanks,
                is_sentence && is_lost_behind_blanks(before, blanks, &line[begin..at]),
            )
        };
        if is_lost {
            // From the word before the gap, so that a reader sees where it is.
            let from = begin - gap - count_back(&before[..begin - gap], is_han).min(4);
            places.push(Place {
                span: Span::new(start + from, start + at),
                text: line[from..at].iter().collect(),
            });
        }
    }
}

/// How long the unit is that begins here.
fn unit_at(line: &[char], at: usize) -> Option<usize> {
    if matches!(line[at], '%' | '％' | '‰') {
        return Some(1);
    }
    if !matches!(
        line[at],
        '个' | '平' | '亿' | '万' | '公' | '家' | '项' | '户' | '套' | '座' | '亩' | '吨' | '元'
    ) {
        return None;
    }
    UNITS.iter().find_map(|unit| {
        let length = unit.chars().count();
        let is_here = line.get(at..at + length)?.iter().copied().eq(unit.chars());
        is_here.then_some(length)
    })
}

/// A character stands where a digit stood: a box, a question mark, a cross. After a word and before a unit it is nothing else, but for
/// boxes to be ticked (□个人) and questions.
fn is_lost_behind_marks(before: &[char], marks: usize, unit: &[char]) -> bool {
    let word = before.len() - marks;
    let follows_a_word = word.checked_sub(1).is_some_and(|last| is_han(before[last]));
    let is_percent = matches!(unit.first(), Some('%' | '％' | '‰'));
    let is_box_to_tick =
        unit.starts_with(&['个', '人']) || unit.starts_with(&['个', '体']) || unit.starts_with(&['家', '庭']);
    let is_question = !is_percent && before[word..].iter().all(|mark| matches!(mark, '?' | '？'));
    // 怎么办？万一: a question may end before a character that is also a unit.
    let is_question =
        is_question && !ends_with_any(&before[..word], &BEFORE_A_NUMBER) && before[word..].contains(&'？');
    follows_a_word && !is_box_to_tick && !is_question
}

/// Nothing stands where a number stood, or only white space.
fn is_lost_behind_blanks(before: &[char], blanks: usize, unit: &[char]) -> bool {
    let word = &before[..before.len() - blanks];
    let Some(last) = word.last() else { return false };
    if !is_han(*last) || is_word_of_quantity(*last) {
        return false;
    }
    let is_one_of = |units: &[&str]| units.iter().any(|known| unit.iter().copied().eq(known.chars()));
    match unit.first() {
        Some('%' | '％' | '‰') => true,
        _ if is_one_of(&UNITS_THAT_NEED_A_NUMBER) => ends_with_any(word, &BEFORE_A_NUMBER),
        _ => blanks > 0 && ends_with_any(word, &BEFORE_A_NUMBER),
    }
}

fn ends_with_any(text: &[char], words: &[&str]) -> bool {
    words.iter().any(|word| {
        let length = word.chars().count();
        text.len() >= length && text[text.len() - length..].iter().copied().eq(word.chars())
    })
}

fn count_back(text: &[char], is_one: impl Fn(char) -> bool) -> usize {
    text.iter().rev().take_while(|character| is_one(**character)).count()
}

/// What programs and people put where a digit is not known.
fn is_stand_in(character: char) -> bool {
    matches!(
        character,
        '□' | '■'
            | '▯'
            | '☐'
            | '?'
            | '？'
            | '×'
            | 'X'
            | 'x'
            | '_'
            | '＿'
            | '○'
            | '●'
            | char::REPLACEMENT_CHARACTER
            | '\u{E000}'..='\u{F8FF}'
    )
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}')
}

fn is_numeral(character: char) -> bool {
    character.is_numeric()
        || matches!(
            character,
            '零' | '〇'
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
                | '百'
                | '千'
                | '万'
                | '亿'
                | '两'
                | '半'
        )
}

/// Words that say how many without a numeral: 几万, 数亿元, 上亿, 每个.
fn is_word_of_quantity(character: char) -> bool {
    matches!(
        character,
        '几' | '数' | '多' | '余' | '上' | '近' | '过' | '每' | '各' | '整' | '第' | '按' | '为' | '以'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = lost_digits(text);
        let shown: Vec<&str> = found.iter().map(|place| place.text.as_str()).collect();
        assert_eq!(shown, expected, "{text}");
        let characters: Vec<char> = text.chars().collect();
        for place in &found {
            let written: String = characters[place.span.start..place.span.end].iter().collect();
            assert_eq!(written, place.text);
        }
    }

    #[test]
    fn a_stand_in_before_a_unit_is_a_lost_number() {
        check("生产总值增长□%。", &["总值增长□%"]);
        check("生产总值增长?%。", &["总值增长?%"]);
        check("生产总值增长？％以上。", &["总值增长？％"]);
        check(
            "完成投资□□亿元，\n新增就业??万人。",
            &["完成投资□□亿元", "新增就业??万人"],
        );
        check("完成投资\u{FFFD}亿元", &["完成投资\u{FFFD}亿元"]);
        check("财政收入增长×%、投资完成××亿元", &["收入增长×%", "投资完成××亿元"]);
    }

    #[test]
    fn a_gap_before_a_unit_is_a_lost_number() {
        check("完成 亿元，增长 %以上。", &["完成 亿元", "增长 %"]);
        check("生产总值增长%以上，投资增长%左右。", &["总值增长%", "投资增长%"]);
        check("新建道路，建成公里。", &["建成公里"]);
        check(
            "一、建设\u{3000}\u{3000}个项目，开工 座车站。",
            &["建设\u{3000}\u{3000}个", "开工 座"],
        );
    }

    #[test]
    fn numbers_that_are_there_are_not_missed() {
        check(
            "生产总值增长8%，投资完成 30 亿元，新增就业3.6万人以上，两位数增长。",
            &[],
        );
        check(
            "力争突破千亿元，超百亿元企业十家，亿元以上企业3家，几万人，数亿元，上亿元投资。",
            &[],
        );
        check("增长百分之八，提高２个百分点，建成三百公里。", &[]);
        check("各个部门、每个项目、大家、专项资金、公里数、户籍、座谈会。", &[]);
        check("扩大投资。完成项目建设，投资项目，新增个体户，达到万元户标准。", &[]);
    }

    #[test]
    fn forms_and_headers_are_no_lost_numbers() {
        check("单位：万元、%\n同比增长%\n完成 万元", &[]);
        check("主体类别：□个人 □单位，是否补办：是□否□", &[]);
        check("怎么办？万一失败，个人怎么办?个人负责。", &[]);
        check("增长率（%），占比(%)。", &[]);
        check("年  月  日，    年 月。", &[]);
        check("3×万有引力，3x%。", &[]);
    }

    #[test]
    fn a_stray_one_does_not_alarm() {
        check("增长8%，完成30亿元，建成5公里，改造6个，增长?%。", &[]);
        let many = "增长8%，完成30亿元，建成5公里，改造6个。".repeat(10);
        check(&format!("{many}增长?%，增长□%，增长□%。"), &[]);
        let half = "增长8%，完成30亿元。".repeat(5);
        assert_eq!(lost_digits(&format!("{half}增长?%，增长□%，完成□亿元。")).len(), 3);
    }

    #[test]
    fn characters_without_meaning_are_said_where_they_are_many() {
        assert_eq!(without_meaning(&"\u{E123}\u{E124}度".repeat(5)), Some(Span::new(0, 14)));
        assert_eq!(without_meaning(&format!("\u{E123}{}", "增长".repeat(50))), None);
    }
}
