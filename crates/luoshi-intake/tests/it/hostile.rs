//! Bad input: each kind gets its named complaint, and nothing stops the program.

use luoshi_intake::{IntakeSettings, Limits, hint, intake, message};
use luoshi_types::Language;

#[track_caller]
fn check(bytes: &[u8], name: &str, expected: &[&str]) {
    let found = intake(bytes, name, &IntakeSettings::default());
    let codes: Vec<&str> = found
        .parsed
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.code())
        .collect();
    assert_eq!(codes, expected);
    for diagnostic in &found.parsed.diagnostics {
        for language in Language::ALL {
            assert!(!message(diagnostic, language).contains('$'));
            assert!(!hint(diagnostic, language).is_empty());
        }
    }
}

#[test]
fn an_empty_file() {
    check(b"", "plan.txt", &["empty-file"]);
}

#[test]
fn a_picture() {
    check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "plan.docx", &["picture-file"]);
}

#[test]
fn a_text_without_tasks() {
    check("今天天气很好。\n".as_bytes(), "notes.txt", &["no-tasks", "no-date"]);
}

#[test]
fn a_file_above_the_limit() {
    let settings = IntakeSettings {
        limits: Limits {
            bytes: 10,
            ..Limits::default()
        },
        ..IntakeSettings::default()
    };
    let found = intake("一、抓好春耕。（农业农村局负责）".as_bytes(), "plan.txt", &settings);
    assert_eq!(found.parsed.diagnostics[0].code.code(), "file-too-large");
    assert!(found.parsed.tasks.is_empty());
}

#[test]
fn a_byte_order_mark_and_other_encodings_change_nothing() {
    let text =
        "一、农业\n（一）抓好春耕。（责任单位：农业农村局）\n二、工业\n（二）抓好投产。（责任单位：工业和信息化局）\n";
    let plain = intake(text.as_bytes(), "plan.txt", &IntakeSettings::default());
    let marked = intake(
        format!("\u{feff}{text}").as_bytes(),
        "plan.txt",
        &IntakeSettings::default(),
    );
    assert_eq!(plain.parsed.tasks, marked.parsed.tasks);
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(
        plain.parsed.tasks,
        intake(&utf16, "plan.txt", &IntakeSettings::default()).parsed.tasks
    );
    assert_ne!(plain.sha256, marked.sha256);
}
