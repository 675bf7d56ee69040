//! Bringing documents in: good ones lead to their review, bad ones come back with a name for what is wrong and leave nothing behind.

use std::io::Write;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use luoshi_ledger::Actor;

use crate::site::{Browser, Page, TestSite};

/// A document with a clear task, one in doubt, and one outside the limits of scope.
pub(crate) const DRAFTS: &str = "云溪省2027年民生实事任务分解

一、就业和教育

（一）扩大就业。新增城镇就业46万人以上。（责任部门：人力资源社会保障厅、财政厅）

（二）建好学校。新建学校10所以上。

（三）维护社会稳定。抓好各项工作。（责任部门：公安厅）
";

const BOUNDARY: &str = "----luoshi-test";

/// Sends the form for bringing a document in, as a browser does.
pub(crate) async fn send(browser: &mut Browser<'_>, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Page {
    let token = browser.token().await;
    let mut body = Vec::new();
    for (name, value) in [("form_token", token.as_str())].iter().chain(fields) {
        write!(
            body,
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        )
        .unwrap();
    }
    let (name, bytes) = file.unwrap_or_default();
    write!(
        body,
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    )
    .unwrap();
    body.extend_from_slice(bytes);
    write!(body, "\r\n--{BOUNDARY}--\r\n").unwrap();
    let request = Request::builder()
        .method(Method::POST)
        .uri("/documents/import")
        .header(
            header::CONTENT_TYPE,
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    browser.send(request).await
}

/// Brings [`DRAFTS`] in and answers with the address of its review.
pub(crate) async fn review_of_drafts(browser: &mut Browser<'_>) -> String {
    let page = send(browser, &[], Some(("民生实事.txt", DRAFTS.as_bytes()))).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    page.location().unwrap()
}

fn kept(site: &TestSite) -> (usize, usize) {
    let console = Actor::console();
    (
        site.app.reviews(&console).unwrap().len(),
        site.app.documents(&console).unwrap().len(),
    )
}

#[tokio::test]
async fn a_file_leads_to_its_review_and_stands_in_the_list() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let form = office.get("/documents/import").await;
    assert_eq!(form.one("h1"), "导入文件");
    let address = review_of_drafts(&mut office).await;
    let review = office.get(&address).await;
    assert_eq!(review.one("h1"), "云溪省2027年民生实事任务分解");
    let list = office.get("/documents").await;
    let first = list.all("main tbody tr").remove(0);
    assert!(
        first.contains("民生实事.txt") && first.contains("待审阅，1 处待确认"),
        "{first}"
    );
    assert_eq!(list.attribute("main tbody a", "href"), address);
}

#[tokio::test]
async fn a_word_document_and_a_page_are_read_too() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let paragraphs: String = DRAFTS
        .lines()
        .map(|line| format!("<w:p><w:r><w:t>{line}</w:t></w:r></w:p>"))
        .collect();
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document \
         xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{paragraphs}</w:body></w:document>"
    );
    let docx = archive(&[
        ("[Content_Types].xml", CONTENT_TYPES.into()),
        ("word/document.xml", document.into_bytes()),
    ]);
    let html: String = DRAFTS.lines().map(|line| format!("<p>{line}</p>")).collect();
    let html = format!("<!doctype html><meta charset=utf-8><body>{html}");
    for (name, bytes) in [("实事.docx", docx), ("实事.html", html.into_bytes())] {
        let page = send(&mut office, &[], Some((name, &bytes))).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{name}: {:?}", page.all(".notice"));
        let review = office.get(&page.location().unwrap()).await;
        assert_eq!(review.all(".draft").len(), 3, "{name}");
    }
}

#[tokio::test]
async fn pasted_text_is_read_with_the_year_that_it_lacks() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let text = "一、农业\r\n（一）抓好春耕。年底前粮食面积稳定在100万亩以上。（责任部门：农业农村厅）\r\n";
    let page = send(&mut office, &[("text", text), ("year", "2027")], None).await;
    let address = page.location().unwrap();
    let review = office.get(&address).await;
    assert!(
        review.one(".draft").contains("时限：2027-12-31"),
        "{}",
        review.one(".draft")
    );
    assert_eq!(review.attribute("input[name=year]", "value"), "2027");
    // Without any year the present one is a guess, which the page says.
    let page = send(&mut office, &[("text", text)], None).await;
    let review = office.get(&page.location().unwrap()).await;
    assert!(review.one(".notice").contains("暂按 2026 年"), "{}", review.text);
    assert!(review.one(".draft").contains("粮食面积"));
}

#[tokio::test]
async fn what_cannot_be_used_is_named_and_leaves_nothing() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let before = kept(&site);
    let bomb = archive(&[
        ("[Content_Types].xml", CONTENT_TYPES.into()),
        ("word/document.xml", vec![b' '; 9 * 1024 * 1024]),
    ]);
    let whole = archive(&[
        ("[Content_Types].xml", CONTENT_TYPES.into()),
        ("word/document.xml", vec![b'x'; 4000]),
    ]);
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89".to_vec();
    let binary: Vec<u8> = (0..4000_u32)
        .map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let large = "建设".repeat(50 * 1024 * 1024 / 6).into_bytes();
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("空.txt", Vec::new(), "文件是空的"),
        ("乱.bin", binary, "格式"),
        ("照片.png", png, "没有文字"),
        ("断.docx", whole[..whole.len() / 2].to_vec(), "不完整或已损坏"),
        ("弹.docx", bomb, "超过上限"),
        ("通知.txt", "各单位：请按时参会。\n".into(), "没有找到任务"),
        ("巨.txt", large, "上限"),
    ];
    for (name, bytes, expected) in cases {
        let page = send(&mut office, &[("year", "2027")], Some((name, &bytes))).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        let complaint = page.one("[role=alert]");
        assert!(
            complaint.contains(expected) && complaint.contains(name),
            "{name}: {complaint}"
        );
        assert!(complaint.contains("没有保存任何内容"), "{name}: {complaint}");
        assert_eq!(
            page.attribute("input[name=year]", "value"),
            "2027",
            "{name} keeps what was typed"
        );
        assert_eq!(kept(&site), before, "{name} left something behind");
    }
    let english = send(&mut office, &[], Some(("empty.txt", b""))).await;
    assert!(english.text.contains("文件是空的"));
    office.get("/documents?lang=en").await;
    let english = send(&mut office, &[], Some(("empty.txt", b""))).await;
    assert!(
        english.one("[role=alert]").contains("empty"),
        "{}",
        english.one("[role=alert]")
    );
}

#[tokio::test]
async fn what_was_typed_comes_back_with_what_is_wrong() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let before = kept(&site);
    let typed = [("text", "（一）<b>做事</b>。"), ("date", "年底"), ("year", "26")];
    let page = send(&mut office, &typed, Some(("也有文件.txt", DRAFTS.as_bytes()))).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.all("#errors li").len(), 3, "{}", page.one("#errors"));
    assert_eq!(page.one("textarea"), "（一）<b>做事</b>。");
    assert_eq!(page.attribute("#year", "value"), "26");
    assert_eq!(page.attribute("#year", "aria-describedby"), "year-error");
    let page = send(&mut office, &[("text", DRAFTS), ("date", "0206-01-31")], None).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = send(&mut office, &[], None).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.one("#file-error"), "请选择一个文件，或粘贴全文");
    assert_eq!(kept(&site), before);
}

#[tokio::test]
async fn an_upload_beyond_the_limit_gets_the_page_that_says_so() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let huge = vec![b'a'; 65 * 1024 * 1024];
    let page = send(&mut office, &[], Some(("巨.txt", &huge))).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(page.one("h1"), "文件或内容过大");
}

#[tokio::test]
async fn an_upload_without_the_token_of_its_session_is_refused() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let before = kept(&site);
    let body =
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n{DRAFTS}\r\n--{BOUNDARY}--\r\n");
    let request = |kind: String, body: String| {
        Request::builder()
            .method(Method::POST)
            .uri("/documents/import")
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .unwrap()
    };
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let page = office.send(request(kind.clone(), body)).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(page.one("h1"), "表单已失效");
    // One that breaks off, and one that is no form in parts at all.
    for (kind, body) in [
        (kind, format!("--{BOUNDARY}\r\nContent-Disp")),
        ("text/plain".to_owned(), String::new()),
    ] {
        let page = office.send(request(kind, body)).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
    }
    assert_eq!(kept(&site), before);
}

const CONTENT_TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
    <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
    <Override PartName=\"/word/document.xml\" \
    ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>";

/// A zip container with these parts.
fn archive(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
