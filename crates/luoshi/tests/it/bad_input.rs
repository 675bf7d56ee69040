//! Documents that cannot be used: each gets a named complaint and an exit code, and leaves nothing behind.

use std::{fs, io::Write, path::Path};

use zip::{ZipWriter, write::SimpleFileOptions};

use crate::program::{done, run, write};

/// A png of one pixel.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

fn docx(body: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for (name, text) in [
        ("[Content_Types].xml", &br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#[..]),
        ("_rels/.rels", br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#),
        ("word/document.xml", body),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(text).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn paragraphs(lines: &[&str]) -> Vec<u8> {
    let body: String = lines
        .iter()
        .map(|line| format!("<w:p><w:r><w:t>{line}</w:t></w:r></w:p>"))
        .collect();
    format!(r#"<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#).into_bytes()
}

/// Parses and imports a document and expects both to complain with `code` and to change nothing.
#[track_caller]
fn refused(name: &str, bytes: &[u8], code: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), name, bytes);
    let parsed = run(["parse", &file]);
    assert_eq!(parsed.code, 1, "{name}: {}", parsed.stderr);
    assert!(parsed.stderr.contains(code), "{name}: {}", parsed.stderr);
    assert!(
        parsed.stderr.contains("建议："),
        "{name} is told without advice: {}",
        parsed.stderr
    );
    let contract: serde_json::Value = serde_json::from_str(&parsed.stdout).unwrap();
    let codes: Vec<&str> = contract["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|diagnostic| diagnostic["code"].as_str().unwrap())
        .collect();
    assert!(codes.contains(&code), "{name}: {codes:?}");

    let data = folder.path().join("site");
    let imported = run(["import", &file, "--adopt", "--data", data.to_str().unwrap()]);
    assert_eq!(imported.code, 1, "{name}: {}", imported.stderr);
    assert!(imported.stderr.contains(code), "{name}: {}", imported.stderr);
    assert!(!data.exists(), "{name} left something behind");
    let shown = run([
        "demo",
        "--document",
        &file,
        "--listen",
        "127.0.0.1:0",
        "--data",
        data.to_str().unwrap(),
    ]);
    assert_eq!(shown.code, 1, "{name}: {}", shown.stderr);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "{name} left something behind"
    );
}

#[test]
fn an_empty_file() {
    refused("empty.txt", b"", "empty-file");
    refused("blank.txt", "\u{feff} \n　\n".as_bytes(), "empty-file");
}

#[test]
fn a_binary_file() {
    let bytes: Vec<u8> = (0..=255_u8)
        .cycle()
        .take(100_000)
        .map(|byte| byte.wrapping_mul(97))
        .collect();
    refused("program.txt", &bytes, "unknown-format");
}

#[test]
fn a_picture() {
    refused("scan.docx", PICTURE, "picture-file");
}

#[test]
fn a_truncated_docx() {
    let whole = docx(&paragraphs(&["一、农业", "（一）抓好春耕。（责任单位：农业农村局）"]));
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "whole.docx", &whole);
    assert_eq!(run(["parse", &file]).code, 0, "the whole document can be read");
    refused("half.docx", &whole[..whole.len() / 2], "damaged-file");
}

#[test]
fn a_zip_bomb() {
    let mut body = paragraphs(&[]);
    body.splice(body.len() - 20..body.len() - 20, std::iter::repeat_n(b' ', 300_000_000));
    let bomb = docx(&body);
    assert!(bomb.len() < 2_000_000, "a bomb is small until it goes off");
    refused("bomb.docx", &bomb, "expansion-limit");
}

#[test]
fn a_document_without_tasks() {
    refused(
        "letter.txt",
        "关于召开会议的通知\n请准时参加。\n".as_bytes(),
        "no-tasks",
    );
}

#[test]
fn a_document_with_duplicate_numbers_is_taken_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let text = "一、农业\n（一）抓好春耕。（责任单位：农业农村局）\n（一）抓好秋收。（责任单位：农业农村局）\n";
    let file = write(folder.path(), "twice.txt", text.as_bytes());
    let parsed = run(["parse", &file]);
    assert_eq!(parsed.code, 0, "{}", parsed.stderr);
    assert!(parsed.stdout.contains("duplicate-number"), "{}", parsed.stdout);
    let table = run(["parse", &file, "--format", "csv"]);
    assert!(
        table.stderr.contains("duplicate-number"),
        "a table cannot hold the warning: {}",
        table.stderr
    );
    let data = folder.path().join("site");
    let said = done(&data, &["import", &file]);
    assert!(
        said.contains("2 项任务，其中 2 项需要先看") && said.contains("/reviews/"),
        "{said}"
    );
}

#[test]
fn fifty_megabytes_of_text() {
    let folder = tempfile::tempdir().unwrap();
    let line = "国民经济平稳运行，各项事业全面进步，人民生活持续改善。\n";
    let text = line.repeat(50 * 1024 * 1024 / line.len());
    let file = write(folder.path(), "long.txt", text.as_bytes());
    let parsed = run([
        "parse",
        &file,
        "--output",
        folder.path().join("long.json").to_str().unwrap(),
    ]);
    assert_eq!(parsed.code, 1, "{}", parsed.stderr);
    assert!(
        parsed.stderr.contains("no-tasks") || parsed.stderr.contains("file-too-large"),
        "{}",
        parsed.stderr
    );
    let data = folder.path().join("site");
    let imported = run(["import", &file, "--data", data.to_str().unwrap()]);
    assert_eq!(imported.code, 1, "{}", imported.stderr);
    assert!(imported.stderr.contains("file-too-large"), "{}", imported.stderr);
    assert!(!data.exists());
}

#[test]
fn a_file_that_cannot_be_read_ends_with_3() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run([
        "import",
        "/does/not/exist.txt",
        "--data",
        folder.path().join("site").to_str().unwrap(),
    ]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(!Path::new(&folder.path().join("site")).exists());
}
