//! Work reports: whether a document is one, and which of its headings look back.
//!
//! A report names no bodies. What it says of the past is listed as reached; its plan gives targets under its headings.

use luoshi_types::Span;

use crate::{
    outline::label::{Label, Rank, label_at},
    parties::clause::Clause,
    scan::{Head, Line},
    text::{is_blank, is_break, slice},
};

/// Lines from the top in which the title of a report stands.
const TITLE_LINES: usize = 12;

/// More clauses than this make it a breakdown of a report.
const MOST_CLAUSES: usize = 2;

/// Bytes of the longest line that opens an annex.
const LONGEST_ANNEX_LINE: usize = 60;

/// Whether the text is a work report itself and not a breakdown of one.
pub(crate) fn is_report(text: &str, lines: &[Line], clauses: &[Clause]) -> bool {
    // An annex may say who does what; the report itself does not.
    let annex = lines
        .iter()
        .skip(TITLE_LINES)
        .find(|line| line.span.len() <= LONGEST_ANNEX_LINE && slice(text, line.span).starts_with("附件"))
        .map_or(text.len(), |line| line.span.start);
    clauses.partition_point(|clause| clause.span.start < annex) <= MOST_CLAUSES
        && lines.iter().take(TITLE_LINES).any(|line| {
            let title = slice(text, line.span);
            let bare: String = title
                .chars()
                .take(60)
                .filter(|character| !is_blank(*character))
                .collect();
            let is_of_another = ["分工", "分解", "任务", "通知", "意见", "落实", "《", "关于"]
                .iter()
                .any(|word| bare.contains(word));
            title.len() <= 180 && without_remark(&bare).ends_with("工作报告") && !is_of_another
        })
}

/// Characters of the longest remark behind a title.
const LONGEST_REMARK: usize = 8;

/// A title without the remark in brackets behind it: （节选）, （全文）, (摘要).
fn without_remark(title: &str) -> &str {
    title
        .strip_suffix(['）', ')'])
        .and_then(|rest| rest.rsplit_once(['（', '(']))
        .filter(|(_, remark)| remark.chars().count() <= LONGEST_REMARK)
        .map_or(title, |(bare, _)| bare)
}

/// Whether a heading looks back.
pub(crate) fn looks_back(title: &str) -> bool {
    let ahead = [
        "目标",
        "任务",
        "安排",
        "重点工作",
        "主要考虑",
        "总体要求",
        "打算",
        "部署",
        "建议",
    ]
    .iter()
    .any(|word| title.contains(word));
    let back = [
        "回顾",
        "主要成绩",
        "工作总结",
        "过去五年",
        "过去一年",
        "完成情况",
        "工作情况",
        "发展成就",
        "工作成效",
        "取得新",
    ]
    .iter()
    .any(|word| title.contains(word));
    back && !ahead || title.contains("回顾")
}

/// Characters of the longest line that can be a heading without a number.
const LONGEST_HEADING: usize = 32;

/// Words of a heading that looks ahead or back, where a year or a period stands with them.
const PARTS: &[&str] = &[
    "回顾",
    "工作总结",
    "发展成就",
    "目标任务",
    "主要目标",
    "主要任务",
    "重点任务",
    "重点工作",
    "主要工作",
    "工作安排",
    "工作任务",
    "工作打算",
    "总体要求",
    "主要考虑",
    "政府工作",
];

/// Words of a heading that needs no year.
const TIMELESS_PARTS: &[&str] = &["工作回顾", "政府自身建设", "工作安排"];

/// Whether a line without a number, or the title of a numbered heading, names a part of the report: 2026年重点工作.
fn names_part(title: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
    let has_time = title.contains("20") && title.contains('年')
        || has(&["五”", "五\"", "今年", "今后", "去年", "过去", "五年", "时期", "下一步"]);
    let is_short = title.chars().take(LONGEST_HEADING + 1).count() <= LONGEST_HEADING;
    is_short && (has(TIMELESS_PARTS) || (has_time && has(PARTS)))
}

/// Heads for the parts of a report whose headings bear no number. None where its numbered headings name the parts already.
pub(crate) fn unnumbered_parts(text: &str, lines: &[Line], heads: &[Head]) -> Vec<Head> {
    let is_numbered = heads.iter().any(|head| {
        let rest = slice(text, Span::new(head.label.body, text.len()));
        head.opens_line
            && head.label.rank <= Rank::ChineseComma
            && names_part(rest.lines().next().unwrap_or_default().trim_matches(is_blank))
    });
    if is_numbered {
        return Vec::new();
    }
    let parts: Vec<Span> = lines
        .iter()
        .skip(1)
        .map(|line| line.span)
        .filter(|span| {
            let title = slice(text, *span);
            label_at(text, span.start).is_none()
                && title.len() <= LONGEST_HEADING * 4
                && !title.contains(|character: char| is_break(character) || matches!(character, '—' | '《'))
                && !title.ends_with("工作报告")
                && names_part(title)
        })
        .collect();
    // One line alone proves nothing; a report has a part that looks back or several that look ahead.
    if parts.len() < 2 {
        return Vec::new();
    }
    (1..)
        .zip(parts)
        .map(|(number, span)| {
            let empty = Span::new(span.start, span.start);
            Head {
                label: Label {
                    rank: Rank::Part,
                    number,
                    span: empty,
                    digits: empty,
                    body: span.start,
                },
                opens_line: true,
            }
        })
        .collect()
}

/// Whether a line is addressed to the deputies, as those are that close a part of a report.
pub(crate) fn is_address(line: &str) -> bool {
    line.starts_with("各位代表")
}

/// Bytes of the address with which a paragraph begins, with its mark.
pub(crate) fn address_length(paragraph: &str) -> usize {
    if !is_address(paragraph) {
        return 0;
    }
    paragraph
        .char_indices()
        .find(|(_, character)| is_break(*character))
        .map_or(0, |(at, mark)| at + mark.len_utf8())
}

/// Where the next line begins that is addressed to the deputies.
pub(crate) fn closing(text: &str, span: Span) -> usize {
    let part = slice(text, span);
    ["\n各位代表", "\n　　各位代表"]
        .iter()
        .filter_map(|word| part.find(word))
        .min()
        .map_or(span.end, |at| span.start + at)
}

/// Whether a paragraph behind an address commits to something, as most of them do not.
pub(crate) fn commits(paragraph: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| paragraph.contains(word));
    has(&["今年", "明年", "年内", "将继续", "年底前"]) && !has(&["让我们", "团结起来", "团结在"])
}

/// Whether a paragraph is an item of a list 一是…, 二是….
pub(crate) fn is_listed(paragraph: &str) -> bool {
    let rest = paragraph.trim_start_matches(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十']);
    rest.len() < paragraph.len() && paragraph.len() - rest.len() <= 9 && rest.starts_with('是')
}

/// Results without a number.
const STATES: &[&str] = &[
    "翻番",
    "翻一番",
    "全覆盖",
    "清零",
    "零增长",
    "两位数",
    "减半",
    "与经济增长同步",
    "基本同步",
];

/// Whether a paragraph directly below a heading promises something that can be counted or checked.
pub(crate) fn has_figures(paragraph: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| paragraph.contains(word));
    // Why a goal was chosen is no goal.
    let is_reasoning = has(&["总体衔接", "综合考虑", "基本匹配"]) && !has(&["目标是", "目标为"]);
    paragraph.chars().count() >= 16
        && !is_reasoning
        && (has(STATES) || has_quantity(paragraph))
        && has(&[
            "增长",
            "达到",
            "达",
            "左右",
            "以上",
            "以内",
            "新增",
            "提高",
            "提升",
            "下降",
            "降低",
            "完成",
            "建成",
            "新建",
            "打造",
            "培育",
            "突破",
            "实施",
            "办好",
            "控制在",
            "率",
            "保持",
            "力争",
            "实现",
        ])
}

/// Whether a number stands in the paragraph that is not part of a date.
fn has_quantity(paragraph: &str) -> bool {
    let is_digit = |character: char| character.is_ascii_digit() || ('０'..='９').contains(&character);
    let mut in_number = false;
    for character in paragraph.chars() {
        if is_digit(character) {
            in_number = true;
            continue;
        }
        let goes_on = in_number && matches!(character, '.' | '．' | ',');
        if in_number && !goes_on && !matches!(character, '年' | '月' | '日' | '号' | '—' | '-' | '–' | '～' | '”')
        {
            return true;
        }
        in_number = goes_on;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_no_figure() {
        assert!(!has_figures("到2035年与全国同步基本实现现代化，2027年开局良好"));
        assert!(has_figures("地区生产总值年均增长5%以上，居民收入稳步提高"));
        assert!(has_figures("贸易结构趋于优化，力争外贸进出口总值翻一番"));
        assert!(!has_figures("5%左右的目标与长远规划总体衔接，能够实现"));
    }

    #[test]
    fn an_item_begins_with_its_number() {
        assert!(is_listed("十一是社会治理效能提升"));
        assert!(!is_listed("是社会治理效能提升"));
        assert!(!is_listed("三个方面是重点"));
    }

    #[test]
    fn only_headings_with_a_time_name_parts() {
        assert!(names_part("2026年重点工作"));
        assert!(names_part("“十五五”时期的主要目标任务"));
        assert!(!names_part("重点工作台账"));
        assert!(!names_part("一、放大政策效应"));
    }
}
