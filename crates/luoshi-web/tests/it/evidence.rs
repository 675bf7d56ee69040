//! Evidence in the form of a report: chosen, added, removed, handed in, saved by whoever may; and what is refused, with what was typed kept.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode, header},
};
use luoshi_app::files::FileSettings;
use luoshi_web::WebSettings;

use crate::site::{Browser, Page, TestSite};

const BOUNDARY: &str = "----luoshi-test";
const LIST: &str = "项目,完成投资\n云溪大桥,12亿元\n";

/// One file of a form.
pub(crate) type Sent<'a> = (&'a str, &'a [u8]);

pub(crate) fn form_address(site: &TestSite) -> String {
    format!("/tasks/{}/report?period=2026-03", site.rows[0].task)
}

/// A form as a browser sends it in parts: fields first, then files, then the button.
fn body_of(fields: &[(String, String)], files: &[Sent<'_>], button: (&str, &str)) -> Vec<u8> {
    let mut body = Vec::new();
    let field = |body: &mut Vec<u8>, name: &str, value: &str| {
        body.extend_from_slice(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
        );
    };
    for (name, value) in fields.iter().filter(|(name, _)| name != "evidence_file") {
        field(&mut body, name, value);
    }
    for (name, bytes) in files {
        let name = name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        body.extend_from_slice(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"evidence_file\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    field(&mut body, button.0, button.1);
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn request_of(address: &str, body: Body) -> Request<Body> {
    Request::builder()
        .method(Method::POST)
        .uri(address)
        .header(
            header::CONTENT_TYPE,
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .header("sec-fetch-site", "same-origin")
        .body(body)
        .unwrap()
}

/// Sends the form of a page with files, as a browser does.
pub(crate) async fn send(
    browser: &mut Browser<'_>,
    page: &Page,
    typed: &[(&str, &str)],
    files: &[Sent<'_>],
    button: (&str, &str),
) -> Page {
    let (address, mut fields) = page.form("form.measure");
    for (name, value) in typed {
        fields.retain(|(field, _)| field != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let none: &[Sent<'_>] = &[("", b"")];
    let files = if files.is_empty() { none } else { files };
    browser
        .send(request_of(&address, Body::from(body_of(&fields, files, button))))
        .await
}

fn names(page: &Page) -> Vec<String> {
    page.all("#evidence .files .file-name")
}

#[tokio::test]
async fn files_are_added_removed_and_handed_in_without_losing_a_word() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in("clerk").await;
    let address = form_address(&site);
    let form = clerk.get(&address).await;
    assert!(form.one("#evidence > .hint").contains("自愿添加"));
    let typed = [("done", "首批项目已开工"), ("completion", "21")];
    let files: [Sent<'_>; 2] = [("项目清单.csv", LIST.as_bytes()), ("说明.txt", "说明\n".as_bytes())];
    let page = send(&mut clerk, &form, &typed, &files, ("action", "add")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert!(page.location().unwrap().ends_with("#evidence"));
    let form = clerk.get(&address).await;
    assert_eq!(names(&form), ["项目清单.csv", "说明.txt"]);
    assert_eq!(form.one("#done"), "首批项目已开工", "what was typed is kept with them");

    let id = form.attribute("#evidence .files li:last-child button", "value");
    let page = send(&mut clerk, &form, &[], &[], ("remove", &id)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let form = clerk.get(&address).await;
    assert_eq!(names(&form), ["项目清单.csv"]);

    // The author opens their own draft's file; nobody else does.
    let file = form.attribute("#evidence .files a", "href");
    assert_eq!(clerk.get(&file).await.text, LIST);
    let mut head = site.signed_in("head").await;
    assert_eq!(head.get(&file).await.status, StatusCode::NOT_FOUND);

    // A file that is chosen and not added comes along when the report is handed in.
    let page = send(
        &mut clerk,
        &form,
        &[],
        &[("照片.png", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR")],
        ("action", "submit"),
    )
    .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert!(page.location().unwrap().starts_with("/receipts/"));

    let report = head.get("/approvals").await.attribute("main table a", "href");
    let page = head.get(&report).await;
    assert_eq!(page.all("#said + dl .files a"), ["项目清单.csv", "照片.png"]);
    let saved = head.get(&file).await;
    assert_eq!((saved.status, saved.text.as_str()), (StatusCode::OK, LIST));
    assert_eq!(saved.header("content-type"), "text/csv");
    assert_eq!(saved.header("content-length"), LIST.len().to_string());
    assert_eq!(saved.header("cache-control"), "private, no-store");
    assert_eq!(saved.header("x-content-type-options"), "nosniff");
    assert!(saved.header("content-security-policy").contains("sandbox"));
    assert_eq!(
        saved.header("content-disposition"),
        "attachment; filename=\"____.csv\"; filename*=UTF-8''%E9%A1%B9%E7%9B%AE%E6%B8%85%E5%8D%95.csv"
    );
    for stranger in ["stranger", "strange-head"] {
        let page = site.signed_in(stranger).await.get(&file).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{stranger}");
    }
    let nobody = site.browser().get(&file).await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER, "somebody has to sign in first");
}

/// What the public can fetch never says that there is a file.
#[tokio::test]
async fn the_public_sees_no_evidence() {
    use luoshi_app::Request as LedgerRequest;
    use luoshi_ledger::{Actor, Command, command::PublishTasks, task::Publication};

    let site = TestSite::new().await;
    let mut clerk = site.signed_in("clerk").await;
    let form = clerk.get(&form_address(&site)).await;
    let typed = [("done", "已开工"), ("completion", "21")];
    let page = send(
        &mut clerk,
        &form,
        &typed,
        &[("项目清单.csv", LIST.as_bytes())],
        ("action", "submit"),
    )
    .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let task = site.rows[0].task;
    let publish = Command::PublishTasks(PublishTasks {
        plan: site.plan,
        tasks: vec![task],
        publication: Publication::Open,
    });
    site.app
        .execute(&Actor::console(), LedgerRequest::from(publish))
        .await
        .unwrap();
    let mut nobody = site.browser();
    for address in [
        format!("/public/tasks/{task}"),
        format!("/public/tasks/{task}.json"),
        format!("/public/plans/{}", site.plan),
        format!("/public/plans/{}.json", site.plan),
        format!("/public/plans/{}/values.csv", site.plan),
    ] {
        let page = nobody.get(&address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        for trace in ["项目清单", "/evidence/", "sha256", "evidence"] {
            assert!(!page.text.contains(trace), "{address} says {trace}");
        }
    }
}

#[tokio::test]
async fn what_is_refused_is_explained_and_costs_no_word() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in("clerk").await;
    let address = form_address(&site);
    let form = clerk.get(&address).await;
    let typed = [("done", "首批项目已开工")];
    let exe: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0";
    let page_of_scripts: &[u8] = b"<!DOCTYPE html><script>alert(1)</script>";
    for (name, bytes, why) in [
        ("报告\u{202e}fdp.exe", exe, "可以运行的程序"),
        ("报告.pdf", exe, "可以运行的程序"),
        (
            "图.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "网页",
        ),
        ("清单.txt", page_of_scripts, "网页"),
        ("一包.zip", b"PK\x03\x04", "压缩包"),
        ("报告.pdf", b"words", "与扩展名不符"),
        ("清单.csv", b"", "空的"),
    ] {
        let page = send(&mut clerk, &form, &typed, &[(name, bytes)], ("action", "submit")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        let notice = page.one("#evidence .notice");
        assert!(notice.contains(why), "{name}: {notice}");
        assert!(!notice.contains('\u{202e}'));
        assert_eq!(page.one("#done"), "首批项目已开工");
        assert_eq!(page.all("#errors a[href='#evidence_file']").len(), 1);
        assert_eq!(names(&page), Vec::<String>::new());
    }
    // One bad file among good ones does not cost the good ones.
    let files: [Sent<'_>; 2] = [("a.exe", exe), ("../../etc/清单\r\nX: y.csv", LIST.as_bytes())];
    let page = send(&mut clerk, &form, &typed, &files, ("action", "add")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(names(&page).len(), 1);
    let name = &names(&page)[0];
    assert!(!name.contains(['/', '\r', '\n']) && name.ends_with(".csv"), "{name:?}");

    let page = send(&mut clerk, &form, &typed, &[], ("action", "add")).await;
    assert_eq!(page.one("#evidence_file-error"), "请先选择文件，再点“添加文件”");
    assert_eq!(
        clerk.get(&address).await.one("#done"),
        "首批项目已开工",
        "the draft was saved all the same"
    );

    // A file of somebody else's, or one that another window removed meanwhile.
    let form = clerk.get(&address).await;
    let stray = [("evidence", "018f0000-0000-7000-8000-000000000001"), ("done", "已开工")];
    let page = send(&mut clerk, &form, &stray, &[], ("action", "submit")).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text.contains("佐证材料"), "{}", page.text);
}

#[tokio::test]
async fn a_form_of_another_session_writes_nothing() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in("clerk").await;
    let form = clerk.get(&form_address(&site)).await;
    let typed = [("form_token", "0000"), ("done", "已开工")];
    let before = site.files();
    let page = send(
        &mut clerk,
        &form,
        &typed,
        &[("项目清单.csv", LIST.as_bytes())],
        ("action", "submit"),
    )
    .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(site.files(), before);
}

#[tokio::test]
async fn a_form_with_a_file_that_is_sent_twice_gives_one_receipt() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in("clerk").await;
    let form = clerk.get(&form_address(&site)).await;
    let typed = [("done", "已开工")];
    let files: [Sent<'_>; 1] = [("项目清单.csv", LIST.as_bytes())];
    let first = send(&mut clerk, &form, &typed, &files, ("action", "submit")).await;
    let second = send(&mut clerk, &form, &typed, &files, ("action", "submit")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    assert_eq!(second.location(), first.location(), "{}", second.text);
}

/// Memory of this process, in bytes; nought where the system does not tell.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    kilobytes.unwrap_or_default() * 1024
}

/// A body that is made while it is sent, so that the test does not hold what the site must not hold either. The reader of parts took whatever
/// was ready into memory: most of what one body filled is noted.
fn long_body(fields: &[(String, String)], megabytes: usize, most: &Arc<AtomicUsize>) -> Body {
    let (most, before) = (Arc::clone(most), memory());
    let noted = move |most: &AtomicUsize| {
        most.fetch_max(memory().saturating_sub(before), Ordering::Relaxed);
        vec![b'a'; 64 * 1024]
    };
    let whole = body_of(fields, &[("大表.txt", b"@@@@")], ("action", "add"));
    let place = whole.windows(4).position(|window| window == b"@@@@").unwrap();
    let (head, tail) = (whole[..place].to_vec(), whole[place + 4..].to_vec());
    let pieces = std::iter::once(head)
        .chain(std::iter::repeat_with(move || noted(&most)).take(megabytes * 16))
        .chain(std::iter::once(tail))
        .map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
    Body::from_stream(futures_util::stream::iter(pieces))
}

#[tokio::test]
async fn twenty_megabytes_are_taken_and_fifty_one_are_too_many() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in("clerk").await;
    let address = form_address(&site);
    let (action, mut fields) = clerk.get(&address).await.form("form.measure");
    fields.retain(|(name, _)| name != "done");
    fields.push(("done".to_owned(), "首批项目已开工".to_owned()));
    let most = Arc::new(AtomicUsize::new(0));
    let page = clerk.send(request_of(&action, long_body(&fields, 20, &most))).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let form = clerk.get(&address).await;
    assert_eq!(form.one("#evidence .files .soft"), "20.0 MB");
    for too_many in [51, 300] {
        let page = clerk
            .send(request_of(&action, long_body(&fields, too_many, &most)))
            .await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE, "{too_many}");
        let notices = page.all("#evidence .notice");
        assert!(
            notices.first().is_some_and(|notice| notice.contains("50 MB")),
            "{too_many}: {}",
            page.text
        );
        assert_eq!(page.one("#done"), "首批项目已开工");
        assert_eq!(names(&page).len(), 1);
    }
    // The other tests of this process take theirs meanwhile; a body of three hundred megabytes would stand out.
    let most = most.load(Ordering::Relaxed) / (1024 * 1024);
    assert!(most < 150, "{most} MB were in memory");
}

#[tokio::test]
async fn without_the_scanner_nothing_is_taken_and_the_words_stay() {
    let files = FileSettings {
        scanner: Some("unix:/nonexistent/clamd.sock".parse().unwrap()),
        ..FileSettings::default()
    };
    let site = TestSite::with_files(WebSettings::default(), files).await;
    let mut clerk = site.signed_in("clerk").await;
    let form = clerk.get(&form_address(&site)).await;
    let typed = [("done", "首批项目已开工")];
    let page = send(
        &mut clerk,
        &form,
        &typed,
        &[("项目清单.csv", LIST.as_bytes())],
        ("action", "submit"),
    )
    .await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.one("#evidence .notice").contains("病毒扫描服务暂时没有响应"));
    assert_eq!(page.one("#done"), "首批项目已开工");
    // Without a file the report goes its way.
    let page = send(&mut clerk, &page, &[], &[], ("action", "submit")).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
}
