//! Numbering labels: their forms, their numbers and their customary rank. Whether a label opens a section or a task is not decided here.

use luoshi_types::Span;

use crate::{
    numeral::{chinese_digits_at, digits_at},
    text::{char_at, skip_blanks},
};

/// The customary rank of a form of label; a smaller rank stands higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Rank {
    /// 第一部分, 第一章.
    Part,
    /// 一、
    ChineseComma,
    /// 第一条
    Article,
    /// （一）
    BracketedChinese,
    /// 1.
    ArabicPoint,
    /// （1）
    BracketedArabic,
    /// ①
    Circled,
}

impl Rank {
    pub(crate) const COUNT: usize = 7;

    /// Every form, the highest first.
    pub(crate) const ALL: [Rank; Rank::COUNT] = [
        Rank::Part,
        Rank::ChineseComma,
        Rank::Article,
        Rank::BracketedChinese,
        Rank::ArabicPoint,
        Rank::BracketedArabic,
        Rank::Circled,
    ];

    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// Forms that are also met behind a full stop in the middle of a line.
    pub(crate) fn may_stand_inline(self) -> bool {
        matches!(
            self,
            Rank::ChineseComma | Rank::Article | Rank::BracketedChinese | Rank::ArabicPoint
        )
    }
}

/// One label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) rank: Rank,
    pub(crate) number: u32,
    /// Bytes of the label with its marks.
    pub(crate) span: Span,
    /// Bytes of the number alone.
    pub(crate) digits: Span,
    /// Where the text after the label begins.
    pub(crate) body: usize,
}

/// The label that stands at byte `at`, or an article (第一条加强保障) with nothing between it and its text, which is one only in a sequence.
pub(crate) fn label_or_article_at(text: &str, at: usize) -> Option<Label> {
    label_at(text, at).or_else(|| {
        let (rank, number, span, digits) = numbered(text, at)?;
        (rank == Rank::Article).then(|| finish(text, rank, number, span, digits))
    })
}

/// The label that stands at byte `at`.
pub(crate) fn label_at(text: &str, at: usize) -> Option<Label> {
    let first = char_at(text, at)?;
    match first {
        '（' | '(' => bracketed(text, at, first.len_utf8()),
        '第' => article(text, at),
        '0'..='9' | '０'..='９' => arabic(text, at, at),
        '★' | '*' | '＊' | '☆' => {
            let start = skip_blanks(text, at + first.len_utf8());
            arabic(text, at, start).or_else(|| chinese(text, at, start))
        }
        '①'..='⑳' => {
            let number = u32::from(first) - u32::from('①') + 1;
            let end = at + first.len_utf8();
            Some(finish(
                text,
                Rank::Circled,
                number,
                Span::new(at, end),
                Span::new(at, end),
            ))
        }
        _ => chinese(text, at, at),
    }
}

fn finish(text: &str, rank: Rank, number: u32, span: Span, digits: Span) -> Label {
    Label {
        rank,
        number,
        span,
        digits,
        body: skip_blanks(text, span.end),
    }
}

fn bracketed(text: &str, at: usize, width: usize) -> Option<Label> {
    let start = skip_blanks(text, at + width);
    let (rank, number, end) = match chinese_digits_at(text, start, 6) {
        Some((number, end)) => (Rank::BracketedChinese, number, end),
        None => {
            let (number, end) = digits_at(text, start, 3)?;
            (Rank::BracketedArabic, number, end)
        }
    };
    let close = skip_blanks(text, end);
    let mark = char_at(text, close).filter(|&character| matches!(character, '）' | ')'))?;
    let span = Span::new(at, close + mark.len_utf8());
    Some(finish(text, rank, number, span, Span::new(start, end)))
}

fn chinese(text: &str, at: usize, start: usize) -> Option<Label> {
    let (number, end) = chinese_digits_at(text, start, 6)?;
    let mark = char_at(text, end).filter(|&character| matches!(character, '、' | '．' | '.'))?;
    let span = Span::new(at, end + mark.len_utf8());
    Some(finish(text, Rank::ChineseComma, number, span, Span::new(start, end)))
}

fn arabic(text: &str, at: usize, start: usize) -> Option<Label> {
    let (number, end) = digits_at(text, start, 3)?;
    let mark = char_at(text, end).filter(|&character| matches!(character, '.' | '．' | '、' | '﹒' | '*' | '＊'))?;
    let after = end + mark.len_utf8();
    // 1.5亿元 begins with a number, not with a label; 17.2025年 and 12.6月底前 are labels before a date.
    if char_at(text, after).is_some_and(|character| character.is_ascii_digit() || matches!(character, '０'..='９')) {
        let (value, value_end) = digits_at(text, after, 4)?;
        let is_date = match char_at(text, value_end) {
            Some('年') => (1980..=2100).contains(&value),
            Some('月') => (1..=12).contains(&value),
            _ => false,
        };
        if !is_date {
            return None;
        }
    }
    Some(finish(
        text,
        Rank::ArabicPoint,
        number,
        Span::new(at, after),
        Span::new(start, end),
    ))
}

fn article(text: &str, at: usize) -> Option<Label> {
    let (rank, number, span, digits) = numbered(text, at)?;
    // 第三条高速公路 is an ordinal; a label is followed by white space, a mark or the line end.
    let after = char_at(text, span.end);
    let separated =
        after.is_none_or(|character| character.is_whitespace() || matches!(character, '　' | '、' | '：' | ':' | '，'));
    separated.then(|| finish(text, rank, number, span, digits))
}

/// 第一条, 第二章 and the like at byte `at`: rank, number, and where the whole and its number stand.
fn numbered(text: &str, at: usize) -> Option<(Rank, u32, Span, Span)> {
    let start = at + '第'.len_utf8();
    if char_at(text, at) != Some('第') {
        return None;
    }
    let (number, end) = chinese_digits_at(text, start, 6).or_else(|| digits_at(text, start, 3))?;
    let rest = text.get(end..)?;
    let (rank, width) = [
        ("条", Rank::Article),
        ("部分", Rank::Part),
        ("章", Rank::Part),
        ("编", Rank::Part),
        ("节", Rank::Part),
    ]
    .into_iter()
    .find_map(|(word, rank)| rest.starts_with(word).then_some((rank, word.len())))?;
    Some((rank, number, Span::new(at, end + width), Span::new(start, end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(Rank, u32, &str)>) {
        let found = label_at(text, 0).map(|label| (label.rank, label.number, &text[label.body..]));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn reads_each_form() {
        check("一、加快", Some((Rank::ChineseComma, 1, "加快")));
        check("（五十六）关心", Some((Rank::BracketedChinese, 56, "关心")));
        check("(十一) 提升", Some((Rank::BracketedChinese, 11, "提升")));
        check("12. 推进", Some((Rank::ArabicPoint, 12, "推进")));
        check("3、推进", Some((Rank::ArabicPoint, 3, "推进")));
        check("5﹒推进", Some((Rank::ArabicPoint, 5, "推进")));
        check("12.6月底前", Some((Rank::ArabicPoint, 12, "6月底前")));
        check("17.2025年起", Some((Rank::ArabicPoint, 17, "2025年起")));
        check("★7.推进", Some((Rank::ArabicPoint, 7, "推进")));
        check("（2）推进", Some((Rank::BracketedArabic, 2, "推进")));
        check("第三条　推进", Some((Rank::Article, 3, "推进")));
        check("第一部分 农业", Some((Rank::Part, 1, "农业")));
        check("②推进", Some((Rank::Circled, 2, "推进")));
    }

    #[test]
    fn leaves_what_is_no_label() {
        check("1.5亿元", None);
        check("2024年", None);
        check("第三届博览会", None);
        check("第三条高速公路", None);
        check("一是加快", None);
        check("（含县镇）", None);
        check("三大工程", None);
    }
}
