//! The same plan in every form and format that offices send gives the same sections, tasks, bodies, targets and deadlines.
//!
//! `corpus/formats` keeps one small plan in all of them, written once by LibreOffice, Chromium and typst, and is read on every machine.
//! With `LUOSHI_TEST_OFFICE=1`, `LUOSHI_TEST_BROWSER=1` and `LUOSHI_TEST_TYPST=1` those programs make the documents anew, of the demo
//! plan and the seed too; without, the tests say what they skipped; with `LUOSHI_TEST_REQUIRE_ALL=1` a missing program is a failure.
//! `UPDATE_EXPECT=1` keeps what they made.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use luoshi_intake::{Intake, IntakeSettings, intake};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};

use crate::skipped;

const DEMO_PLAN: &str = include_str!("../../../luoshi/demo/plan.txt");
const KEPT_PLAN: &str = include_str!("../../../../corpus/formats/plan.txt");
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus/formats");
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

/// A row of the plan as a table.
enum Row<'p> {
    /// A line above the table.
    Line(&'p str),
    /// A row as wide as the table.
    Section(&'p str),
    /// Number, text, lead, responsible bodies and deadline.
    Task([&'p str; 5]),
}

const COLUMNS: [&str; 5] = ["序号", "重点工作任务", "牵头单位", "责任单位", "完成时限"];

/// The plan as the rows of a table. Every task of [`KEPT_PLAN`] ends with the same three labels, which become columns.
fn rows(text: &str) -> Vec<Row<'_>> {
    lines(text)
        .map(|line| match numbered(line) {
            None => Row::Line(line),
            Some(("section", _)) => Row::Section(line),
            Some((_, rest)) => {
                let label = line.strip_suffix(rest).expect("the rest is the end of the line");
                let (body, clause) = rest.split_once("（牵头单位：").expect("a task names its lead");
                let (lead, clause) = clause
                    .split_once("；责任单位：")
                    .expect("a task names who is responsible");
                let (responsible, deadline) = clause.split_once("；完成时限：").expect("a task has a deadline");
                Row::Task([label, body, lead, responsible, deadline.trim_end_matches('）')])
            }
        })
        .collect()
}

fn page_of(body: &str) -> String {
    format!("<!doctype html><html><head><meta charset=\"utf-8\"><title>页</title></head><body>\n{body}</body></html>\n")
}

fn lines_page(text: &str) -> String {
    let paragraphs: String = lines(text)
        .map(|line| format!("<p style=\"margin:0\">{}</p>\n", escaped(line)))
        .collect();
    page_of(&paragraphs)
}

/// A table as an office sets it, with every cell ruled; `open` and `close` say how the program writes a cell of that width.
fn table_page(text: &str) -> String {
    let mut body = String::new();
    let mut table = String::new();
    let row = |cells: [&str; 5]| {
        let cells: String = cells.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    };
    for entry in rows(text) {
        match entry {
            Row::Line(line) => {
                let _ = writeln!(body, "<p>{}</p>", escaped(line));
            }
            Row::Section(title) => {
                let _ = writeln!(table, "<tr><td colspan=\"5\">{}</td></tr>", escaped(title));
            }
            Row::Task(cells) => table.push_str(&row(cells)),
        }
    }
    let style = "<style>table{border-collapse:collapse}td{border:1px solid;padding:4px}</style>\n";
    page_of(&format!("{style}{body}<table>\n{}{table}</table>\n", row(COLUMNS)))
}

fn table_workbook(text: &str) -> Vec<u8> {
    let mut workbook = Workbook::new();
    // Without a date of its own the file would be another one on every run.
    let written = ExcelDateTime::from_ymd(2025, 2, 18).expect("the date is one");
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&written));
    let sheet = workbook.add_worksheet();
    let mut at = 0;
    let mut has_header = false;
    for entry in rows(text) {
        if !matches!(entry, Row::Line(_)) && !has_header {
            sheet.write_row(at, 0, COLUMNS).expect("the header fits");
            has_header = true;
            at += 1;
        }
        match entry {
            Row::Line(line) | Row::Section(line) => {
                sheet
                    .merge_range(at, 0, at, 4, line, &Format::new())
                    .expect("the line fits");
            }
            Row::Task(cells) => {
                sheet.write_row(at, 0, cells).expect("the task fits");
            }
        }
        at += 1;
    }
    workbook.save_to_buffer().expect("the workbook is written")
}

const FLAT_HEAD: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
  office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:automatic-styles>
<text:list-style style:name="section"><text:list-level-style-number text:level="1" style:num-suffix="、"
  style:num-format="一, 二, 三, ..."/></text:list-style>
<text:list-style style:name="task"><text:list-level-style-number text:level="1" style:num-prefix="（" style:num-suffix="）"
  style:num-format="一, 二, 三, ..."/></text:list-style>
<style:style style:name="narrow" style:family="table-column"><style:table-column-properties style:column-width="2cm"/></style:style>
<style:style style:name="wide" style:family="table-column"><style:table-column-properties style:column-width="6cm"/></style:style>
<style:style style:name="cell" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #000000"
  fo:padding="0.1cm"/></style:style>
</office:automatic-styles><office:body><office:text>
"##;
const FLAT_TAIL: &str = "</office:text></office:body></office:document>";

/// The plan as a flat OpenDocument text, its labels typed or left to the program.
fn flat_lines(text: &str, automatic: bool) -> String {
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
    flat + FLAT_TAIL
}

fn flat_table(text: &str) -> String {
    let mut body = String::new();
    let mut table = String::new();
    let cell = |text: &str, across: usize| {
        let covered = "<table:covered-table-cell/>".repeat(across - 1);
        format!(
            r#"<table:table-cell table:style-name="cell" table:number-columns-spanned="{across}"><text:p>{}</text:p></table:table-cell>{covered}"#,
            escaped(text)
        )
    };
    let row = |cells: [&str; 5]| {
        let cells: String = cells.iter().map(|text| cell(text, 1)).collect();
        format!("<table:table-row>{cells}</table:table-row>\n")
    };
    for entry in rows(text) {
        match entry {
            Row::Line(line) => {
                let _ = writeln!(body, "<text:p>{}</text:p>", escaped(line));
            }
            Row::Section(title) => {
                let _ = writeln!(table, "<table:table-row>{}</table:table-row>", cell(title, 5));
            }
            Row::Task(cells) => table.push_str(&row(cells)),
        }
    }
    let columns: String = ["narrow", "wide", "narrow", "wide", "narrow"]
        .iter()
        .map(|width| format!(r#"<table:table-column table:style-name="{width}"/>"#))
        .collect();
    format!(
        r#"{FLAT_HEAD}{body}<table:table table:name="plan">{columns}{}{table}</table:table>{FLAT_TAIL}"#,
        row(COLUMNS)
    )
}

/// The text as a string of typst.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

const TYPST_HEAD: &str = "#set page(paper: \"a4\", numbering: \"— 1 —\")\n#set text(font: \"Noto Serif CJK SC\", size: 14pt, lang: \"zh\")\n";

fn typst_lines(text: &str) -> String {
    lines(text).fold(TYPST_HEAD.to_owned(), |mut source, line| {
        let _ = writeln!(source, "#text({})\n", quoted(line));
        source
    })
}

fn typst_table(text: &str) -> String {
    let mut source = TYPST_HEAD.to_owned();
    let mut table = String::new();
    let row = |cells: [&str; 5]| {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        format!("  {},\n", cells.join(", "))
    };
    for entry in rows(text) {
        match entry {
            Row::Line(line) => {
                let _ = writeln!(source, "#text({})\n", quoted(line));
            }
            Row::Section(title) => {
                let _ = writeln!(table, "  table.cell(colspan: 5, {}),", quoted(title));
            }
            Row::Task(cells) => table.push_str(&row(cells)),
        }
    }
    format!(
        "{source}#table(columns: (2cm, 1fr, 2.6cm, 1fr, 2.6cm),\n{}{table})\n",
        row(COLUMNS)
    )
}

/// What has to be the same in every form: sections, and each task's label, section, title, bodies with their parts, targets and deadlines.
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
            let _ = writeln!(
                gist,
                "  {} {} {:?} {:?} {:?}",
                target.quantity_text,
                target.comparator.code(),
                target.value,
                target.value_maximum,
                target.unit
            );
        }
        for deadline in &task.deadlines {
            let _ = writeln!(
                gist,
                "  {} {} {:?}",
                deadline.kind.code(),
                deadline.text,
                deadline.resolved
            );
        }
    }
    gist
}

fn gist_of(bytes: &[u8], name: &str) -> String {
    gist(&intake(bytes, name, &IntakeSettings::default()))
}

/// Has a program make `made` in `folder`; none where it is not there or was not asked for.
fn make(variable: &str, folder: &Path, program: &str, arguments: &[&str], made: &str) -> Option<Vec<u8>> {
    if env::var_os(variable).is_none() {
        skipped(&format!("{made} of {program}, without {variable}=1"));
        return None;
    }
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(fs::read(folder.join(made)).expect("the document is there"))
        }
        Err(_) if env::var_os("LUOSHI_TEST_REQUIRE_ALL").is_some() => panic!("{program} is not installed"),
        Err(_) => {
            skipped(&format!("{made}: {program} is not installed"));
            None
        }
    }
}

/// Has LibreOffice turn a flat document into `name.kind`.
fn by_office(folder: &Path, name: &str, flat: &str, kind: &str) -> Option<Vec<u8>> {
    let source = format!("{name}.fodt");
    fs::write(folder.join(&source), flat).expect("the source is written");
    let profile = format!("-env:UserInstallation=file://{}", folder.join("office").display());
    let arguments = [&profile, "--headless", "--convert-to", kind, &source];
    make(
        "LUOSHI_TEST_OFFICE",
        folder,
        "soffice",
        &arguments,
        &format!("{name}.{kind}"),
    )
}

/// The same as a document of Word 97 to 2003, where this build reads them.
fn by_office_as_doc(folder: &Path, name: &str, flat: &str) -> Option<Vec<u8>> {
    if cfg!(feature = "legacy-doc") {
        return by_office(folder, name, flat, "doc");
    }
    skipped(&format!("{name}.doc, without the feature legacy-doc"));
    None
}

fn by_browser(folder: &Path, name: &str, page: &str) -> Option<Vec<u8>> {
    let source = format!("{name}.html");
    fs::write(folder.join(&source), page).expect("the source is written");
    let to = format!("--print-to-pdf={name}.pdf");
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-pdf-header-footer",
        "--user-data-dir=browser",
        &to,
        &source,
    ];
    make(
        "LUOSHI_TEST_BROWSER",
        folder,
        "chromium",
        &arguments,
        &format!("{name}.pdf"),
    )
}

/// Has the typst of the Python package of that name set a source.
fn by_typst(folder: &Path, name: &str, typst: &str) -> Option<Vec<u8>> {
    let source = format!("{name}.typ");
    fs::write(folder.join(&source), typst).expect("the source is written");
    let program = "import sys, typst; typst.compile(sys.argv[1], output=sys.argv[2])";
    let made = format!("{name}.pdf");
    make(
        "LUOSHI_TEST_TYPST",
        folder,
        "python3",
        &["-c", program, &source, &made],
        &made,
    )
}

/// The plan as lines in every format: the name of the file and its bytes.
fn documents_of_lines(text: &str, folder: &Path) -> Vec<(&'static str, Option<Vec<u8>>)> {
    let flat = flat_lines(text, false);
    vec![
        ("lines.html", Some(lines_page(text).into_bytes())),
        (
            "lines.md",
            Some(lines(text).collect::<Vec<_>>().join("\n\n").into_bytes()),
        ),
        ("lines-typed.docx", by_office(folder, "typed", &flat, "docx")),
        (
            "lines-automatic.docx",
            by_office(folder, "automatic", &flat_lines(text, true), "docx"),
        ),
        ("lines-typed.doc", by_office_as_doc(folder, "typed", &flat)),
        (
            "lines-automatic.doc",
            by_office_as_doc(folder, "automatic", &flat_lines(text, true)),
        ),
        ("lines-office.pdf", by_office(folder, "office", &flat, "pdf")),
        ("lines-browser.pdf", by_browser(folder, "browser", &lines_page(text))),
        ("lines-typst.pdf", by_typst(folder, "typst", &typst_lines(text))),
    ]
}

/// The plan as a table in every format.
fn documents_of_tables(text: &str, folder: &Path) -> Vec<(&'static str, Option<Vec<u8>>)> {
    let flat = flat_table(text);
    vec![
        ("table.html", Some(table_page(text).into_bytes())),
        ("table.xlsx", Some(table_workbook(text))),
        ("table.docx", by_office(folder, "table", &flat, "docx")),
        ("table.doc", by_office_as_doc(folder, "table", &flat)),
        ("table-office.pdf", by_office(folder, "table-office", &flat, "pdf")),
        (
            "table-browser.pdf",
            by_browser(folder, "table-browser", &table_page(text)),
        ),
        ("table-typst.pdf", by_typst(folder, "table-typst", &typst_table(text))),
    ]
}

fn check(text: &str, documents: &[(&'static str, Option<Vec<u8>>)]) {
    let expected = gist_of(text.as_bytes(), "plan.txt");
    for (name, bytes) in documents {
        if let Some(bytes) = bytes {
            assert_eq!(gist_of(bytes, name), expected, "{name}");
        }
    }
}

#[test]
fn kept_documents_say_the_same() {
    let expected = gist_of(KEPT_PLAN.as_bytes(), "plan.txt");
    assert_eq!(expected.lines().count(), 3 + 8 + 21 + 17 + 9, "{expected}");
    let mut files: Vec<PathBuf> = fs::read_dir(KEPT)
        .expect("the corpus is part of the project")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.file_stem().is_some_and(|stem| stem != "plan" && stem != "README"))
        .filter(|path| cfg!(feature = "legacy-doc") || path.extension().is_some_and(|extension| extension != "doc"))
        .collect();
    files.sort();
    assert!(files.len() >= 8, "{files:?}");
    for file in files {
        let bytes = fs::read(&file).expect("the document can be read");
        let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        assert_eq!(gist_of(&bytes, &name), expected, "{name}");
    }
}

#[test]
fn programs_make_documents_that_say_the_same() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let mut documents = documents_of_lines(KEPT_PLAN, folder.path());
    documents.extend(documents_of_tables(KEPT_PLAN, folder.path()));
    if env::var_os("UPDATE_EXPECT").is_some() {
        for (name, bytes) in &documents {
            if let Some(bytes) = bytes {
                fs::write(Path::new(KEPT).join(name), bytes).expect("the document is kept");
            }
        }
    }
    check(KEPT_PLAN, &documents);
}

#[test]
fn the_demo_plan_reads_the_same_in_every_format() {
    let folder = tempfile::tempdir().expect("a folder is made");
    check(DEMO_PLAN, &documents_of_lines(DEMO_PLAN, folder.path()));
}

#[test]
fn the_seed_reads_the_same_in_every_format() {
    let folder = tempfile::tempdir().expect("a folder is made");
    match fs::read_to_string(SEED) {
        Ok(text) => check(&text, &documents_of_lines(&text, folder.path())),
        Err(_) => skipped("the seed is not beside the project"),
    }
}
