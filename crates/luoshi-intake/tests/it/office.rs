//! The same plan in the forms that offices send: text, page, and word processing documents that LibreOffice wrote, with typed and with
//! automatic numbering. All of them say the same, so all of them give the same sections, tasks and bodies.
//!
//! It needs LibreOffice. Without `LUOSHI_TEST_OFFICE=1` it says that it was skipped; with `LUOSHI_TEST_REQUIRE_ALL=1` a missing
//! LibreOffice is a failure.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use luoshi_intake::{Intake, IntakeSettings, intake};

use crate::skipped;

const PLAN: &str = include_str!("../../../luoshi/demo/plan.txt");
const SEED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/documents/seed.txt");

/// The lines of a plan without their indentation, empty ones left out.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(|line| line.trim_matches([' ', '\u{3000}']))
        .filter(|line| !line.is_empty())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn page(text: &str) -> String {
    let mut page = "<!doctype html><html><head><meta charset=\"utf-8\"><title>页</title></head><body>\n".to_owned();
    for line in lines(text) {
        let _ = writeln!(page, "<p>{}</p>", escaped(line));
    }
    page + "</body></html>\n"
}

const FLAT_HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:automatic-styles>
<text:list-style style:name="section"><text:list-level-style-number text:level="1" style:num-suffix="、"
  style:num-format="一, 二, 三, ..."/></text:list-style>
<text:list-style style:name="task"><text:list-level-style-number text:level="1" style:num-prefix="（" style:num-suffix="）"
  style:num-format="一, 二, 三, ..."/></text:list-style>
</office:automatic-styles><office:body><office:text>
"#;

fn is_numeral(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|character| "一二三四五六七八九十".contains(character))
}

/// The name of the list that a line belongs to and the line without its label; none for a line without one.
fn numbered(line: &str) -> Option<(&'static str, &str)> {
    if let Some((numeral, rest)) = line.strip_prefix('（').and_then(|line| line.split_once('）'))
        && is_numeral(numeral)
    {
        return Some(("task", rest));
    }
    line.split_once('、')
        .filter(|(numeral, _)| is_numeral(numeral))
        .map(|(_, rest)| ("section", rest))
}

/// The plan as a flat OpenDocument text, its labels typed or left to the program.
fn flat(text: &str, automatic: bool) -> String {
    let mut flat = FLAT_HEAD.to_owned();
    let mut begun = Vec::new();
    for line in lines(text) {
        match numbered(line).filter(|_| automatic) {
            Some((list, rest)) => {
                let link = if begun.contains(&list) {
                    "text:continue-list"
                } else {
                    "xml:id"
                };
                begun.push(list);
                let _ = writeln!(
                    flat,
                    r#"<text:list {link}="{list}-list" text:style-name="{list}"><text:list-item><text:p>{}</text:p></text:list-item></text:list>"#,
                    escaped(rest)
                );
            }
            None => {
                let _ = writeln!(flat, "<text:p>{}</text:p>", escaped(line));
            }
        }
    }
    flat + "</office:text></office:body></office:document>"
}

/// Has LibreOffice write `source` as a word processing document. None: it is not installed.
fn as_docx(folder: &Path, name: &str, source: &str) -> Option<Vec<u8>> {
    let path = folder.join(format!("{name}.fodt"));
    fs::write(&path, source).expect("the source is written");
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let status = Command::new("soffice")
        .args([&profile, "--headless", "--convert-to", "docx", "--outdir"])
        .arg(folder)
        .arg(&path)
        .output();
    match status {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(fs::read(folder.join(format!("{name}.docx"))).expect("the document is there"))
        }
        Err(_) => None,
    }
}

/// What has to be the same in every form: sections, and each task's label, section, title, bodies with their parts, and targets.
fn gist(intake: &Intake) -> String {
    let mut gist = String::new();
    for section in &intake.parsed.sections {
        let _ = writeln!(gist, "{} {}{}", section.id, section.label, section.title);
    }
    for task in &intake.parsed.tasks {
        let _ = writeln!(
            gist,
            "{} {}{}",
            task.section.as_deref().unwrap_or_default(),
            task.label,
            task.title
        );
        for party in &task.parties {
            let _ = writeln!(gist, "  {} {} {}", party.role.code(), party.raw, party.name);
        }
        for target in &task.targets {
            let _ = writeln!(gist, "  {} {:?}", target.quantity_text, target.value);
        }
    }
    gist
}

fn gist_of(bytes: &[u8], name: &str) -> String {
    gist(&intake(bytes, name, &IntakeSettings::default()))
}

fn check(text: &str) {
    let expected = gist_of(text.as_bytes(), "plan.txt");
    assert!(expected.lines().count() > 100, "the plan is not read at all");
    assert_eq!(gist_of(page(text).as_bytes(), "plan.html"), expected, "as a page");
    if std::env::var_os("LUOSHI_TEST_OFFICE").is_none() {
        skipped("documents of LibreOffice, without LUOSHI_TEST_OFFICE=1");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder is made");
    for (name, automatic) in [("typed", false), ("automatic", true)] {
        match as_docx(folder.path(), name, &flat(text, automatic)) {
            Some(docx) => assert_eq!(gist_of(&docx, "plan.docx"), expected, "with {name} numbering"),
            None if std::env::var_os("LUOSHI_TEST_REQUIRE_ALL").is_some() => panic!("LibreOffice is not installed"),
            None => skipped("LibreOffice is not installed"),
        }
    }
}

#[test]
fn the_demo_plan_reads_the_same_in_every_form() {
    check(PLAN);
}

#[test]
fn the_seed_reads_the_same_in_every_form() {
    match fs::read_to_string(SEED) {
        Ok(text) => check(&text),
        Err(_) => skipped("the seed is not beside the project"),
    }
}
