//! Runs the sentences of `corpus/sentences`: each rule takes what is marked and nothing else.

use std::{fs, path::Path};

use luoshi_parse::{RULES, Rule};

use crate::{read, show};

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus/sentences");

/// A marked sentence without its marks, and the marked spans in scalars with their labels.
fn unmark(marked: &str) -> (String, Vec<(usize, usize, String)>) {
    let mut text = String::new();
    let mut spans = Vec::new();
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once('⟦') {
        text.push_str(before);
        let (inside, behind) = after.split_once('⟧').expect("a mark that opens is closed");
        let (content, label) = inside.rsplit_once('|').expect("a mark has a label");
        let start = text.chars().count();
        text.push_str(content);
        spans.push((start, text.chars().count(), label.to_owned()));
        rest = behind;
    }
    text.push_str(rest);
    (text, spans)
}

fn labels_of(rule: &Rule) -> &'static [&'static str] {
    match rule.family() {
        "numbering" => &["label"],
        "party" => &["party"],
        "mention" => &["mention"],
        "target" => &["target"],
        "deadline" => &["deadline"],
        "scope" => &["not_tracked", "excluded"],
        _ => &[],
    }
}

/// What the rule took in a sentence: spans, texts and results, shifted back out of the frame.
fn taken(rule: &Rule, sentence: &str, verbatim: bool) -> Vec<(usize, usize, String, String)> {
    let (text, offset) = if verbatim {
        (sentence.replace('⏎', "\n"), 0)
    } else {
        let frame = "一、部分\n（一）任务名称。";
        (
            format!("{frame}{sentence}（责任单位：财政局）\n"),
            frame.chars().count(),
        )
    };
    let parsed = read(&text);
    crate::assert_partition(&text, &parsed);
    let mut found: Vec<_> = parsed
        .trace
        .iter()
        .filter(|entry| entry.rule == rule.code && entry.span.start >= offset)
        .map(|entry| {
            (
                entry.span.start - offset,
                entry.span.end - offset,
                show(&text, entry.span),
                entry.result.clone(),
            )
        })
        .collect();
    found.sort();
    found
}

fn check(rule: &Rule) -> Vec<String> {
    let path = Path::new(CORPUS)
        .join(rule.family())
        .join(format!("{}.spec", rule.name()));
    let Ok(spec) = fs::read_to_string(&path) else {
        return vec![format!("{}: no spec file", rule.code)];
    };
    let verbatim = spec.lines().any(|line| line == "frame: verbatim");
    let (mut positive, mut negative) = (0, 0);
    let mut complaints = Vec::new();
    let mut last = Vec::new();
    for line in spec.lines() {
        if let Some(marked) = line.strip_prefix("+ ") {
            positive += 1;
            let (sentence, expected) = unmark(marked);
            last = taken(rule, &sentence, verbatim);
            let wanted: Vec<(usize, usize)> = expected.iter().map(|(start, end, _)| (*start, *end)).collect();
            let got: Vec<(usize, usize)> = last.iter().map(|(start, end, ..)| (*start, *end)).collect();
            if wanted.is_empty() || wanted != got {
                complaints.push(format!("{}: {marked}\n    took {last:?}", rule.code));
            }
            if expected
                .iter()
                .any(|(_, _, label)| !labels_of(rule).contains(&label.as_str()))
            {
                complaints.push(format!("{}: a wrong label in {marked}", rule.code));
            }
        } else if let Some(result) = line.strip_prefix("= ") {
            let got = last
                .iter()
                .map(|(.., result)| result.as_str())
                .collect::<Vec<_>>()
                .join("; ");
            if got != result {
                complaints.push(format!("{}: result is {got:?}, expected {result:?}", rule.code));
            }
        } else if let Some(sentence) = line.strip_prefix("- ") {
            negative += 1;
            let found = taken(rule, sentence, verbatim);
            if !found.is_empty() {
                complaints.push(format!("{}: {sentence}\n    took {found:?}", rule.code));
            }
        }
    }
    if positive == 0 || negative == 0 {
        complaints.push(format!("{}: needs sentences of both kinds", rule.code));
    }
    complaints
}

#[test]
fn every_rule_takes_its_sentences_and_no_others() {
    let complaints: Vec<String> = RULES.iter().flat_map(|rule| check(rule)).collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_spec_belongs_to_a_rule() {
    let mut count = 0;
    for family in fs::read_dir(CORPUS).expect("the corpus is part of the project") {
        let family = family.expect("a folder entry").path();
        if !family.is_dir() {
            continue;
        }
        for spec in fs::read_dir(&family).expect("a folder of specs") {
            let spec = spec.expect("a folder entry").path();
            let code = format!(
                "{}/{}",
                family.file_name().unwrap().to_string_lossy(),
                spec.file_stem().unwrap().to_string_lossy()
            );
            assert!(
                luoshi_parse::rule_by_code(&code).is_some(),
                "{code} has a spec and no rule"
            );
            count += 1;
        }
    }
    assert_eq!(count, RULES.len());
}

#[test]
fn codes_are_unique_and_every_rule_has_a_page() {
    let mut codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), RULES.len());
    for rule in RULES {
        assert!(rule.manual().chars().count() > 20, "{} has no manual page", rule.code);
        assert!(!rule.summary().is_empty());
    }
}
