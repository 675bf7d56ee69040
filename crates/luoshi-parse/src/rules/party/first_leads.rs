//! A convention that says who leads where nobody is called lead: 列第一位者为牵头单位，下同; 无牵头单位的，责任单位即为牵头单位.
//!
//! By the first form the first responsible body of each list without a lead becomes the lead (or by 逗号前面的为牵头单位 each body of it before the
//! first comma), by the second every responsible body of a
//! task without a lead. 下同 inside a clause binds that clause and all behind it; a sentence of the preamble or of the end binds all. The
//! names are the tasks' own, so they are not inherited; the convention itself stands in the list of inheritances.

use std::sync::LazyLock;

use luoshi_types::Span;

use crate::{
    rules::rule,
    text::{is_sentence_end, slice},
    words::WordTable,
};

rule!("party", "first-leads", "first_leads.rs");

/// What the convention makes of the responsible bodies of a task without a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Convention {
    First,
    BeforeComma,
    All,
}

static MARKERS: LazyLock<WordTable<Convention>> = LazyLock::new(|| {
    let mut words: Vec<(&str, Convention)> = [
        "列第一位",
        "列首位",
        "列在第一位",
        "列在首位",
        "排名第一",
        "排序第一",
        "排序在前",
        "排序首位",
        "名列第一",
        "排第一位",
        "排首位",
        "排在第一位",
        "排在首位",
        "排列第一",
        "位列第一",
        "第一个单位",
        "首个单位",
        "第一个责任单位",
    ]
    .into_iter()
    .map(|word| (word, Convention::First))
    .collect();
    words.extend(["逗号前", "逗号之前"].map(|word| (word, Convention::BeforeComma)));
    words.extend(
        [
            "无牵头单位的",
            "没有牵头单位的",
            "未明确牵头单位的",
            "未列牵头单位的",
            "无牵头部门的",
        ]
        .map(|word| (word, Convention::All)),
    );
    WordTable::for_search(words)
});

/// The conventions of a text, each with its sentence.
pub(crate) fn find(text: &str) -> Vec<(Span, Convention)> {
    let mut found: Vec<(Span, Convention)> = Vec::new();
    for hit in MARKERS.within(text, 0, text.len()).take(64) {
        let is_border = |character: char| {
            is_sentence_end(character) || matches!(character, '（' | '(' | '）' | ')' | '〔' | '〕' | '【' | '】')
        };
        let start = text[..hit.start]
            .rfind(|character| is_border(character) || matches!(character, '，' | ','))
            .map_or(0, |index| {
                index + text[index..].chars().next().map_or(0, char::len_utf8)
            });
        let end = text[hit.end..]
            .find(is_border)
            .map_or(text.len(), |index| hit.end + index);
        let rest = slice(text, Span::new(hit.end, end));
        let names_the_lead = ["牵头", "牽頭", "汇总单位", "主办单位", "第一责任"]
            .iter()
            .any(|word| rest.contains(word));
        if rest.len() <= 150
            && hit.start - start <= 300
            && names_the_lead
            && found.last().is_none_or(|last| last.0.end <= start)
        {
            found.push((Span::new(start, end), hit.value));
        }
    }
    found
}
