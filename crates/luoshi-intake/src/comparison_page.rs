//! A comparison as lines for a screen and as one page of HTML. It compares nothing.

use std::fmt::Write;

use luoshi_types::{Language, PartyRole};

use crate::{
    diff::{Change, ChangeKind, ComparedDocument, ComparedTask, Comparison},
    explain::{ExplainLine, Segment, SegmentStyle},
    wording::{role, say, word},
};

/// What a kind of change is called.
pub fn change_kind(kind: ChangeKind, language: Language) -> String {
    word(&format!("change-{}", kind.code().replace('_', "-")), language)
}

/// One change in words: what happened, to what, from what to what.
fn sentence(change: &Change, language: Language) -> String {
    let of_role = |text: &String| PartyRole::from_code(text).map_or_else(|| text.clone(), |part| role(part, language));
    let is_about_roles = matches!(
        change.kind,
        ChangeKind::PartyAdded | ChangeKind::PartyDropped | ChangeKind::PartyRole
    );
    let show = |text: &Option<String>| {
        text.as_ref()
            .map(|text| if is_about_roles { of_role(text) } else { text.clone() })
    };
    let subject = match (&change.subject, change.kind) {
        // Who followed whom stands in the two names already.
        (Some(subject), kind) if kind != ChangeKind::PartySucceeded => format!("{subject} "),
        _ => String::new(),
    };
    let what = match (show(&change.old), show(&change.new)) {
        (Some(old), Some(new)) => format!("{old} → {new}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => String::new(),
    };
    format!("{subject}{what}").trim_end().to_owned()
}

/// The sign before a line, so that nothing is told by colour alone.
fn sign(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::TargetRaised => "↑",
        ChangeKind::TargetLowered => "↓",
        ChangeKind::TargetReworded | ChangeKind::PartyRole | ChangeKind::PartySucceeded => "~",
        ChangeKind::TargetAdded | ChangeKind::DeadlineAdded | ChangeKind::PartyAdded => "+",
        ChangeKind::TargetDropped | ChangeKind::DeadlineDropped | ChangeKind::PartyDropped => "-",
        ChangeKind::Delayed => "→",
        ChangeKind::Advanced => "←",
    }
}

fn style(kind: ChangeKind) -> SegmentStyle {
    match kind {
        ChangeKind::TargetRaised | ChangeKind::TargetAdded | ChangeKind::DeadlineAdded | ChangeKind::PartyAdded => {
            SegmentStyle::Added
        }
        ChangeKind::TargetLowered
        | ChangeKind::TargetDropped
        | ChangeKind::DeadlineDropped
        | ChangeKind::PartyDropped => SegmentStyle::Dropped,
        ChangeKind::Delayed
        | ChangeKind::Advanced
        | ChangeKind::TargetReworded
        | ChangeKind::PartyRole
        | ChangeKind::PartySucceeded => SegmentStyle::Changed,
    }
}

fn segment(text: impl Into<String>, style: SegmentStyle) -> Segment {
    Segment {
        text: text.into(),
        style,
    }
}

fn task_name(task: &ComparedTask) -> String {
    format!("{}{}", task.label, task.title)
}

fn document_name(document: &ComparedDocument) -> String {
    document.title.clone().unwrap_or_else(|| document.file.clone())
}

fn summary(comparison: &Comparison, language: Language) -> String {
    let unchanged = comparison.carried.iter().filter(|task| task.changes.is_empty()).count();
    say(
        "diff-summary",
        &[
            ("carried", &comparison.carried.len().to_string()),
            ("unchanged", &unchanged.to_string()),
            ("added", &comparison.added.len().to_string()),
            ("dropped", &comparison.dropped.len().to_string()),
        ],
        language,
    )
}

/// The kinds of change that occur, each with its number.
fn figures(comparison: &Comparison, language: Language) -> Vec<(String, usize)> {
    ChangeKind::ALL
        .into_iter()
        .map(|kind| (change_kind(kind, language), comparison.count(kind)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// A comparison as lines: the figures first, then what changed task by task, then new and dropped tasks.
pub fn comparison_lines(comparison: &Comparison, language: Language) -> Vec<ExplainLine> {
    let mut lines = vec![
        vec![
            segment(format!("{}  ", word("diff-old", language)), SegmentStyle::Faint),
            segment(document_name(&comparison.old), SegmentStyle::Plain),
        ],
        vec![
            segment(format!("{}  ", word("diff-new", language)), SegmentStyle::Faint),
            segment(document_name(&comparison.new), SegmentStyle::Plain),
        ],
        vec![segment(summary(comparison, language), SegmentStyle::Heading)],
    ];
    let figures: Vec<String> = figures(comparison, language)
        .into_iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    if !figures.is_empty() {
        lines.push(vec![segment(figures.join("  "), SegmentStyle::Faint)]);
    }
    let changed: Vec<_> = comparison
        .carried
        .iter()
        .filter(|task| !task.changes.is_empty())
        .collect();
    if !changed.is_empty() {
        lines.push(Vec::new());
        lines.push(vec![segment(word("diff-changed", language), SegmentStyle::Heading)]);
    }
    for task in changed {
        lines.push(vec![
            segment(
                format!("{} → {}  ", task.old.number, task.new.number),
                SegmentStyle::Faint,
            ),
            segment(task_name(&task.new), SegmentStyle::Plain),
        ]);
        for change in &task.changes {
            lines.push(vec![
                segment(
                    format!("    {} {}  ", sign(change.kind), change_kind(change.kind, language)),
                    style(change.kind),
                ),
                segment(sentence(change, language), SegmentStyle::Plain),
            ]);
        }
    }
    for (key, mark, style, tasks) in [
        ("diff-added", "+", SegmentStyle::Added, &comparison.added),
        ("diff-dropped", "-", SegmentStyle::Dropped, &comparison.dropped),
    ] {
        if tasks.is_empty() {
            continue;
        }
        lines.push(Vec::new());
        lines.push(vec![segment(word(key, language), SegmentStyle::Heading)]);
        for task in tasks {
            lines.push(vec![
                segment(format!("{mark} {}  ", task.number), style),
                segment(task_name(task), SegmentStyle::Plain),
            ]);
        }
    }
    lines
}

/// The look of the page: ink on paper, in the colours of the reader's own scheme, nothing that has to be fetched.
const LOOK: &str = "\
:root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--line:#8a8a8a;--up:#0b5c2e;--down:#8f1d14;--other:#154a80}\
@media (prefers-color-scheme:dark){:root{--ink:#ececec;--paper:#16181b;--line:#8d9299;--up:#7fd6a0;--down:#ff9d92;--other:#8fc1f5}}\
body{margin:0 auto;max-width:60rem;padding:1.5rem 1rem 4rem;background:var(--paper);color:var(--ink);\
font:1rem/1.7 \"Noto Sans CJK SC\",\"Source Han Sans SC\",\"PingFang SC\",\"Microsoft YaHei\",sans-serif}\
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid var(--line)}h3{font-size:1rem;margin:1.25rem 0 .25rem}\
dt{font-weight:600}dd{margin:0 0 .5rem}ul{margin:.25rem 0;padding-left:1.25rem}table{border-collapse:collapse}\
th,td{padding:.25rem .75rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}\
.up{color:var(--up)}.down{color:var(--down)}.other{color:var(--other)}.kind{font-weight:600}";

/// A comparison as a page that stands for itself: no script, no font and no picture from elsewhere.
pub fn comparison_page(comparison: &Comparison, language: Language) -> String {
    let mut page = String::new();
    let tag = match language {
        Language::Chinese => "zh-CN",
        Language::English => "en",
    };
    let title = escaped(&word("diff-title", language));
    // Writing to a String cannot fail.
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>{LOOK}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<dl>\n<dt>{}</dt><dd lang=\"zh-CN\">{}</dd>\n<dt>{}</dt><dd lang=\"zh-CN\">{}</dd>\n</dl>\n<p>{}</p>\n",
        escaped(&word("diff-old", language)),
        escaped(&document_name(&comparison.old)),
        escaped(&word("diff-new", language)),
        escaped(&document_name(&comparison.new)),
        escaped(&summary(comparison, language)),
    );
    let figures = figures(comparison, language);
    if !figures.is_empty() {
        let _ = write!(
            page,
            "<table>\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>\n",
            escaped(&word("diff-figures", language)),
            escaped(&word("diff-kind", language)),
            escaped(&word("diff-count", language)),
        );
        for (name, count) in figures {
            let _ = writeln!(
                page,
                "<tr><th scope=\"row\">{}</th><td class=\"n\">{count}</td></tr>",
                escaped(&name)
            );
        }
        page.push_str("</tbody>\n</table>\n");
    }
    let changed: Vec<_> = comparison
        .carried
        .iter()
        .filter(|task| !task.changes.is_empty())
        .collect();
    if !changed.is_empty() {
        let _ = writeln!(page, "<h2>{}</h2>", escaped(&word("diff-changed", language)));
    }
    for task in changed {
        let _ = writeln!(
            page,
            "<h3 lang=\"zh-CN\">{}</h3>\n<p>{}</p>\n<ul>",
            escaped(&task_name(&task.new)),
            escaped(&say(
                "diff-numbers",
                &[
                    ("old", &task.old.number.to_string()),
                    ("new", &task.new.number.to_string())
                ],
                language
            )),
        );
        for change in &task.changes {
            let class = match style(change.kind) {
                SegmentStyle::Added => "up",
                SegmentStyle::Dropped => "down",
                _ => "other",
            };
            let _ = writeln!(
                page,
                "<li><span class=\"kind {class}\">{} {}</span> <span lang=\"zh-CN\">{}</span></li>",
                sign(change.kind),
                escaped(&change_kind(change.kind, language)),
                escaped(&sentence(change, language)),
            );
        }
        page.push_str("</ul>\n");
    }
    for (key, tasks) in [("diff-added", &comparison.added), ("diff-dropped", &comparison.dropped)] {
        if tasks.is_empty() {
            continue;
        }
        let _ = writeln!(page, "<h2>{}</h2>\n<ul>", escaped(&word(key, language)));
        for task in tasks {
            let _ = writeln!(page, "<li lang=\"zh-CN\">{}</li>", escaped(&task_name(task)));
        }
        page.push_str("</ul>\n");
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
