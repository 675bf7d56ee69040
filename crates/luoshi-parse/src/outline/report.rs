//! Work reports: whether a document is one, and which of its headings look back.
//!
//! A report names no bodies. What it says of the past is listed as reached; its plan gives targets under its headings.

use luoshi_types::Span;

use crate::{
    parties::clause::Clause,
    scan::Line,
    text::{is_blank, slice},
};

/// Lines from the top in which the title of a report stands.
const TITLE_LINES: usize = 12;

/// More clauses than this make it a breakdown of a report.
const MOST_CLAUSES: usize = 2;

/// Whether the text is a work report itself and not a breakdown of one.
pub(crate) fn is_report(text: &str, lines: &[Line], clauses: &[Clause]) -> bool {
    clauses.len() <= MOST_CLAUSES
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
            title.len() <= 180 && bare.ends_with("工作报告") && !is_of_another
        })
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
    ]
    .iter()
    .any(|word| title.contains(word));
    back && !ahead || title.contains("回顾")
}

/// Where the address to the deputies begins that closes a report.
pub(crate) fn closing(text: &str, span: Span) -> usize {
    let part = slice(text, span);
    ["\n各位代表", "\n　　各位代表"]
        .iter()
        .filter_map(|word| part.find(word))
        .min()
        .map_or(span.end, |at| span.start + at)
}

/// Whether a paragraph directly below a heading says something that can be counted.
pub(crate) fn has_figures(paragraph: &str) -> bool {
    paragraph.chars().count() >= 16
        && paragraph.contains(|character: char| character.is_ascii_digit() || ('０'..='９').contains(&character))
        && [
            "增长",
            "达到",
            "左右",
            "以上",
            "以内",
            "新增",
            "提高",
            "下降",
            "完成",
            "建成",
            "实施",
            "控制在",
            "率",
            "保持",
        ]
        .iter()
        .any(|word| paragraph.contains(word))
}
