//! When a document was issued, where no signature says so: in a note, in the clause on its coming into force, in the line below the title of
//! a report, or only by the year of which its tasks speak.
//!
//! It does not read signatures; [`super::front`] does.

use jiff::civil::Date;

use crate::{
    deadlines::year_of_tasks,
    numeral::digits_at,
    outline::{Outline, front::date_in},
    scan::Line,
    text::{is_blank, is_sentence_end, slice},
};

/// Lines at either end in which a note of the date is looked for.
const NOTE_LINES: usize = 40;

/// Bytes of the longest line that is a note.
const LONGEST_NOTE: usize = 240;

/// Words before the date in the clause on coming into force.
const ISSUED: &[&str] = &[
    "公布之日",
    "发布之日",
    "印发之日",
    "颁布之日",
    "公布之日起",
    "发布之日起",
    "印发之日起",
];

/// The date that a note or the clause on coming into force states.
pub(crate) fn stated_date(text: &str, lines: &[Line], front_end: usize, behind: usize) -> Option<Date> {
    let notes = lines[..front_end.min(lines.len())]
        .iter()
        .take(NOTE_LINES)
        .chain(
            lines[behind.max(front_end).min(lines.len())..]
                .iter()
                .rev()
                .take(NOTE_LINES),
        )
        .chain(lines.iter().rev().take(4));
    notes
        .filter_map(|line| note_date(slice(text, line.span)))
        .next()
        .or_else(|| date_of_issue(text))
}

/// ——2026年1月28日在省第十四届人民代表大会第四次会议上; （2025年2月19日印发）; 成文日期：2025年2月19日.
fn note_date(line: &str) -> Option<Date> {
    if line.len() > LONGEST_NOTE {
        return None;
    }
    let bare: String = line.chars().filter(|character| !is_blank(*character)).collect();
    let content = bare.trim_start_matches(['—', '－', '-', '─', '（', '(']);
    if let Some((date, length)) = date_in(content) {
        let rest = &content[length..];
        if rest.starts_with('在') && rest.contains("会议上") || rest.starts_with("印发") && rest.len() <= 18 {
            return Some(date);
        }
    }
    if let Some(rest) = ["成文日期", "印发日期", "发文日期"]
        .iter()
        .find_map(|label| content.strip_prefix(label))
    {
        return date_in(rest.trim_start_matches(['：', ':'])).map(|(date, _)| date);
    }
    if let Some(date) = form_date(line) {
        return Some(date);
    }
    // （某政办规〔2025〕3号，2025年2月19日印发）
    let issued = bare.trim_end_matches(['）', ')', '。']).strip_suffix("印发")?;
    let comma = issued.rfind(['，', ','])?;
    let mark = issued[comma..].chars().next().map_or(0, char::len_utf8);
    let tail = &issued[comma + mark..];
    date_in(tail)
        .filter(|(_, length)| *length == tail.len())
        .map(|(date, _)| date)
}

/// The date that shares the line of a form with the office that filled it in: 填报单位：县委办　　2024年3月1日, 制表时间：2024年3月1日.
fn form_date(line: &str) -> Option<Date> {
    const FILLED: &[&str] = &["填报", "填表", "制表", "编制", "报送"];
    let content = line.trim_matches(is_blank);
    if !FILLED.iter().any(|word| content.contains(word)) || content.contains(is_sentence_end) {
        return None;
    }
    // The parts of the line stand apart from each other; blanks inside the date do not matter.
    content
        .char_indices()
        .filter(|&(index, character)| {
            (character.is_ascii_digit() || matches!(character, '二' | '２'))
                && content[..index]
                    .chars()
                    .next_back()
                    .is_none_or(|before| is_blank(before) || matches!(before, '：' | ':' | '（' | '('))
        })
        .find_map(|(index, _)| {
            let rest: String = content[index..]
                .chars()
                .filter(|character| !is_blank(*character))
                .collect();
            date_in(&rest).map(|(date, _)| date)
        })
}

/// 自公布之日（2023年12月1日）起施行.
fn date_of_issue(text: &str) -> Option<Date> {
    ISSUED
        .iter()
        .filter_map(|word| {
            let at = text.rfind(word)? + word.len();
            let rest = text[at..].strip_prefix(['（', '('])?;
            date_in(rest).map(|(date, _)| (at, date))
        })
        .max()
        .map(|(_, date)| date)
}

/// The year of the day on which the document comes into force, or on which a page published it.
pub(crate) fn stated_year(text: &str, lines: &[Line]) -> Option<i16> {
    let in_force = ["起施行", "起实施", "起执行"].iter().find_map(|word| {
        let at = text.rfind(word)?;
        let day = text[..at].strip_suffix('日')?;
        let start = day.rfind('自').filter(|start| day.len() - start <= 40)?;
        let (date, length) = date_in(&text[start + '自'.len_utf8()..])?;
        (start + '自'.len_utf8() + length == at).then(|| date.year())
    });
    in_force.or_else(|| {
        let ends = lines.iter().take(NOTE_LINES);
        ends.filter_map(|line| {
            let bare: String = slice(text, line.span)
                .chars()
                .take(40)
                .filter(|character| !is_blank(*character))
                .collect();
            let rest = ["发布日期", "发布时间", "时间"]
                .iter()
                .find_map(|label| bare.strip_prefix(label))?;
            let (year, _) = digits_at(rest.trim_start_matches(['：', ':']), 0, 4)?;
            (1980..=2100).contains(&year).then(|| i16::try_from(year).ok())?
        })
        .next()
    })
}

/// The year of which the tasks of a document speak, where it states none of its own.
pub(crate) fn usual_year(text: &str, outline: &Outline) -> Option<i16> {
    year_of_tasks(text, outline.tasks.iter().map(|task| task.span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_date_in_the_head_of_a_form() {
        let march = Date::new(2024, 3, 1).ok();
        assert_eq!(note_date("填报单位：云岭县委农办　　　　2024年3月1日"), march);
        assert_eq!(note_date("制表时间：2024年3月1日"), march);
        assert_eq!(note_date("填报单位：云岭县委农办，2024年3月1日起每月报送。"), None);
        assert_eq!(note_date("云岭县委农办　2024年3月1日"), None);
    }
}
