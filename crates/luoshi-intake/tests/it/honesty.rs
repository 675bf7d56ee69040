//! A document that cannot be what was written says so, at its place and with advice, and is not parsed into tasks that nobody set.

use luoshi_intake::{Intake, IntakeSettings, hint, intake, message};
use luoshi_types::{Diagnostic, Language};

const PLAN: &str = "2024年重点工作任务分解\n一、稳定增长\n（一）生产总值增长8%以上，完成投资30亿元。（责任单位：市发展改革委）\n（二）新增就业3.6万人。（责任单位：市人力资源社会保障局）\n";

fn read(bytes: &[u8], name: &str) -> Intake {
    intake(bytes, name, &IntakeSettings::default())
}

/// The complaints of this code, and what the text says at their places.
fn complaints(found: &Intake, code: &str) -> Vec<String> {
    let characters: Vec<char> = found.document.text.chars().collect();
    let of_code = |diagnostic: &&Diagnostic| diagnostic.code.code() == code;
    found
        .parsed
        .diagnostics
        .iter()
        .filter(of_code)
        .map(|diagnostic| {
            for language in Language::ALL {
                assert!(!message(diagnostic, language).contains('$'));
                assert!(!hint(diagnostic, language).is_empty());
            }
            characters[diagnostic.span.start..diagnostic.span.end].iter().collect()
        })
        .collect()
}

#[track_caller]
fn check(text: &str, code: &str, places: &[&str]) {
    assert_eq!(complaints(&read(text.as_bytes(), "plan.txt"), code), places);
}

#[test]
fn a_sound_plan_is_not_complained_about() {
    let found = read(PLAN.as_bytes(), "plan.txt");
    assert_eq!(found.parsed.tasks.len(), 2);
    for code in ["mojibake", "lost-digits", "no-tasks", "unresolved"] {
        assert_eq!(complaints(&found, code), [""; 0], "{code}");
    }
}

#[test]
fn garbled_text_says_so_and_gives_no_tasks() {
    // Bytes of UTF-8 that were taken for those of Western Europe, and saved.
    let garbled: String = PLAN.bytes().map(char::from).collect();
    let found = read(garbled.as_bytes(), "plan.txt");
    let places = complaints(&found, "mojibake");
    assert_eq!(places.len(), 1);
    assert!(places[0].chars().count() > garbled.chars().count() / 2, "{places:?}");
    assert!(found.parsed.tasks.is_empty());
    assert_eq!(complaints(&found, "no-tasks"), [""]);
}

#[test]
fn garbled_text_is_found_in_a_page_too() {
    let garbled: String = PLAN
        .lines()
        .map(|line| format!("<p>{}</p>", line.bytes().map(char::from).collect::<String>()))
        .collect();
    let page = format!("<!doctype html><meta charset=utf-8><body>{garbled}</body>");
    assert_eq!(complaints(&read(page.as_bytes(), "plan.html"), "mojibake").len(), 1);
}

#[test]
fn a_font_without_meaning_says_so() {
    // What a page of a portable document gives whose font has codes of its own.
    let text = PLAN.replace(['增', '长', '投', '资', '完', '成', '单', '位', '任', '务'], "\u{E0A1}");
    let page = format!("<!doctype html><meta charset=utf-8><body><p>{text}</p></body>");
    let found = read(page.as_bytes(), "plan.html");
    assert_eq!(complaints(&found, "mojibake").len(), 1);
}

#[test]
fn lost_digits_are_said_at_their_places() {
    let lost = |stand_in: &str| {
        PLAN.chars()
            .map(|character| match character {
                '0'..='9' | '.' => stand_in.to_owned(),
                _ => character.to_string(),
            })
            .collect::<String>()
    };
    check(
        &lost("□"),
        "lost-digits",
        &["总值增长□%", "完成投资□□亿元", "新增就业□□□万人"],
    );
    check(
        &lost("?"),
        "lost-digits",
        &["总值增长?%", "完成投资??亿元", "新增就业???万人"],
    );
    check(&lost(" "), "lost-digits", &["总值增长 %", "完成投资  亿元"]);
    check(&lost(""), "lost-digits", &["总值增长%"]);
}

#[test]
fn a_flattened_table_says_that_its_rows_are_not_certain() {
    let text = "各项任务列表如下。\n序号\n工作任务\n责任单位\n完成时限\n1\n新建学校5所\n市教育局\n2\n新建公园3个\n市城管局\n年底前\n";
    check(text, "unresolved", &["序号\n工作任务\n责任单位\n完成时限"]);
}

#[test]
fn a_document_without_tasks_says_so() {
    check(
        "关于召开会议的通知\n各县（市、区）人民政府：\n定于3月5日召开会议，请准时参加。\n",
        "no-tasks",
        &[""],
    );
}
