//! One plan in every format says the same lines, or the same cells.
//!
//! Portable documents are made by LibreOffice and by Chromium. Without `LUOSHI_TEST_OFFICE=1` and `LUOSHI_TEST_BROWSER=1` these say that
//! they were skipped; with `LUOSHI_TEST_REQUIRE_ALL=1` a missing program is a failure.

use std::{env, fmt::Write as _, fs, path::Path, process::Command};

use luoshi_reader::{Limits, read};
use luoshi_types::BlockKind;

use crate::support::{Docx, assert_sound, cell, codes, ofd, paragraph, row, table, text_of};

const PLAN: &str = include_str!("../../../luoshi/demo/plan.txt");
const KEPT_PLAN: &str = include_str!("../../../../corpus/formats/plan.txt");
const KEPT_OFD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus/formats/lines.ofd");

fn lines() -> Vec<&'static str> {
    PLAN.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// The plan as a table: number and text.
fn rows() -> Vec<[String; 2]> {
    lines()
        .iter()
        .enumerate()
        .map(|(index, line)| [(index + 1).to_string(), (*line).to_owned()])
        .collect()
}

#[track_caller]
fn check_lines(bytes: &[u8], name: &str) {
    let document = read(bytes, name, &Limits::default());
    assert_sound(&document);
    let read: Vec<String> = document.blocks.iter().map(|block| text_of(&document, block)).collect();
    assert_eq!(read, lines(), "{name}");
    assert_eq!(codes(&document), [""; 0]);
}

#[track_caller]
fn check_cells(bytes: &[u8], name: &str) {
    let document = read(bytes, name, &Limits::default());
    assert_sound(&document);
    let mut cells = Vec::new();
    for block in &document.blocks {
        if let BlockKind::Cell {
            table: 0,
            row,
            column,
            rows: 1,
            columns: 1,
        } = block.kind
        {
            cells.push((row, column, text_of(&document, block)));
        }
    }
    let expected: Vec<_> = (0u32..)
        .zip(rows())
        .flat_map(|(row, [number, text])| [(row, 0, number), (row, 1, text)])
        .collect();
    assert_eq!(cells, expected, "{name}");
    assert_eq!(document.blocks.len(), expected.len());
}

fn page(body: &str) -> String {
    format!("<!doctype html><html><head><meta charset=utf-8></head><body>{body}</body></html>")
}

fn table_page() -> String {
    let rows: String = rows()
        .iter()
        .map(|[number, text]| format!("<tr><td>{number}</td><td>{text}</td></tr>"))
        .collect();
    page(&format!(
        "<table border=1 style='border-collapse:collapse'>{rows}</table>"
    ))
}

fn lines_page() -> String {
    let paragraphs: String = PLAN
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| match line.starts_with('　') {
            true => format!("<p style='text-indent:2em;margin:0'>{}</p>", line.trim()),
            false => format!("<p style='margin:0'>{}</p>", line.trim()),
        })
        .collect();
    page(&paragraphs)
}

#[test]
fn as_text_and_markdown() {
    check_lines(PLAN.as_bytes(), "plan.txt");
    check_lines(PLAN.as_bytes(), "plan.md");
}

#[test]
fn as_a_word_document_and_its_table() {
    let body: String = lines().iter().map(|line| paragraph(line)).collect();
    check_lines(&Docx::new(&body).bytes(), "plan.docx");
    let rows: Vec<String> = rows()
        .iter()
        .map(|[number, text]| row(&[cell("", number), cell("", text)]))
        .collect();
    check_cells(&Docx::new(&table(&rows)).bytes(), "plan.docx");
}

#[test]
fn as_a_page_and_its_table() {
    check_lines(lines_page().as_bytes(), "plan.html");
    check_cells(table_page().as_bytes(), "plan.html");
}

#[test]
fn as_a_workbook() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, [number, text]) in (0u32..).zip(rows()) {
        sheet.write_number(at, 0, number.parse::<f64>().unwrap()).unwrap();
        sheet.write_string(at, 1, text).unwrap();
    }
    check_cells(&workbook.save_to_buffer().unwrap(), "plan.xlsx");
}

#[test]
fn as_ofd() {
    check_lines(&ofd(PLAN.replace("\n\n", "\n").trim_end()), "plan.ofd");
}

/// No program at hand writes OFD, so that the builder of these tests writes the one that the corpus keeps.
#[test]
fn the_kept_ofd_is_what_the_builder_writes() {
    let built = ofd(KEPT_PLAN.trim_end());
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(KEPT_OFD, &built).unwrap();
    }
    assert!(fs::read(KEPT_OFD).unwrap() == built, "UPDATE_EXPECT=1 writes it anew");
}

/// Has a program make `made` in `folder`; none where it is not there or was not asked for.
pub(crate) fn make(variable: &str, folder: &Path, program: &str, arguments: &[&str], made: &str) -> Option<Vec<u8>> {
    if env::var_os(variable).is_none() {
        eprintln!("skipped: {program}, without {variable}=1");
        return None;
    }
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(fs::read(folder.join(made)).expect("the document is there"))
        }
        Err(_) if env::var_os("LUOSHI_TEST_REQUIRE_ALL").is_some() => panic!("{program} is not installed"),
        Err(_) => {
            eprintln!("skipped: {program} is not installed");
            None
        }
    }
}

#[test]
#[cfg(feature = "pdf")]
fn as_pdf_of_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    for (name, html, check) in [
        ("lines", lines_page(), check_lines as fn(&[u8], &str)),
        ("table", table_page(), check_cells as fn(&[u8], &str)),
    ] {
        fs::write(folder.path().join(format!("{name}.html")), html).unwrap();
        let to = format!("--print-to-pdf={name}.pdf");
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            "--user-data-dir=profile",
            &to,
            &format!("{name}.html"),
        ];
        if let Some(bytes) = make(
            "LUOSHI_TEST_BROWSER",
            folder.path(),
            "chromium",
            &arguments,
            &format!("{name}.pdf"),
        ) {
            check(&bytes, "plan.pdf");
        }
    }
}

#[test]
#[cfg(feature = "pdf")]
fn as_pdf_of_an_office() {
    let folder = tempfile::tempdir().unwrap();
    let head = r#"<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
        xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
        xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
        office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text"><office:automatic-styles>
        <style:style style:name="n" style:family="table-column"><style:table-column-properties style:column-width="1.5cm"/></style:style>
        <style:style style:name="w" style:family="table-column"><style:table-column-properties style:column-width="15cm"/></style:style>
        <style:style style:name="c" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #000000" fo:padding="0.1cm"/></style:style>
        </office:automatic-styles><office:body><office:text>"#;
    let tail = "</office:text></office:body></office:document>";
    let mut text = head.to_owned();
    for line in PLAN.lines().filter(|line| !line.trim().is_empty()) {
        let _ = write!(text, "<text:p>{line}</text:p>");
    }
    let mut cells = format!(
        "{head}<table:table table:name='t'><table:table-column table:style-name='n'/><table:table-column table:style-name='w'/>"
    );
    for [number, line] in rows() {
        let cell =
            |text: &str| format!("<table:table-cell table:style-name='c'><text:p>{text}</text:p></table:table-cell>");
        let _ = write!(
            cells,
            "<table:table-row>{}{}</table:table-row>",
            cell(&number),
            cell(&line)
        );
    }
    cells.push_str("</table:table>");
    for (name, source, check) in [
        ("lines", text, check_lines as fn(&[u8], &str)),
        ("table", cells, check_cells as fn(&[u8], &str)),
    ] {
        fs::write(folder.path().join(format!("{name}.fodt")), source + tail).unwrap();
        let profile = format!(
            "-env:UserInstallation=file://{}",
            folder.path().join("profile").display()
        );
        let arguments = [&profile, "--headless", "--convert-to", "pdf", &format!("{name}.fodt")];
        if let Some(bytes) = make(
            "LUOSHI_TEST_OFFICE",
            folder.path(),
            "soffice",
            &arguments,
            &format!("{name}.pdf"),
        ) {
            check(&bytes, "plan.pdf");
        }
    }
}
