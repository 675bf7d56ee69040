//! What no page may leave out: headers, protection of forms, one answer for absent and foreign things.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};

use crate::site::TestSite;

const UNKNOWN: &str = "018f0000-0000-7000-8000-00000000dead";

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let site = TestSite::new().await;
    let task = site.rows[0].task;
    for name in [None, Some("clerk")] {
        let mut browser = match name {
            Some(name) => site.signed_in(name).await,
            None => site.browser(),
        };
        for path in [
            "/",
            "/sign-in",
            "/no/such/page",
            "/static/luoshi.css",
            "/reports/x",
            &format!("/tasks/{task}"),
            "/public",
        ] {
            let page = browser.get(path).await;
            for (header, value) in [
                ("content-security-policy", "default-src 'none'"),
                ("content-security-policy", "frame-ancestors 'none'"),
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("cross-origin-opener-policy", "same-origin"),
                ("permissions-policy", "geolocation=()"),
                ("x-request-id", "r"),
            ] {
                assert!(
                    page.header(header).contains(value),
                    "{header} of {path}: {:?}",
                    page.headers
                );
            }
            let is_kept = path.starts_with("/static/");
            assert_eq!(
                page.header("cache-control") == "no-store",
                name.is_some() && !is_kept,
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let site = TestSite::new().await;
    for (header, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://example.com")] {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/sign-in")
            .header(header::HOST, "luoshi.example")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header, value)
            .body(Body::from("name=clerk&password=x"))
            .unwrap();
        let page = site.send(request).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{header}");
        assert_eq!(page.one("h1"), "请求被拦下");
    }
}

#[tokio::test]
async fn a_form_without_the_token_of_its_session_is_refused() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in("clerk").await;
    let mut head = site.signed_in("head").await;
    let foreign = head.token().await;
    let own = clerk.token().await;
    assert_ne!(own, foreign);
    let path = format!("/tasks/{}/report?period=2026-03", site.rows[0].task);
    for token in ["", "0", foreign.as_str()] {
        let page = clerk
            .post(&path, &[("form_token", token), ("done", "进展"), ("action", "save")])
            .await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{token}");
        assert_eq!(page.one("h1"), "表单已失效");
    }
    let page = clerk
        .post(
            &path,
            &[("form_token", own.as_str()), ("done", "进展"), ("action", "save")],
        )
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_foreign_thing_is_answered_as_an_absent_one() {
    let site = TestSite::new().await;
    let mut stranger = site.signed_in("stranger").await;
    let foreign_task = site.rows[0].task;
    for suffix in ["", "/source", "/report"] {
        let foreign = stranger.get(&format!("/tasks/{foreign_task}{suffix}")).await;
        let absent = stranger.get(&format!("/tasks/{UNKNOWN}{suffix}")).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{suffix}");
        assert_eq!(absent.status, StatusCode::NOT_FOUND);
        // The addresses differ, and the pages link to themselves in the other language.
        let neutral = foreign.text.replace(&foreign_task.to_string(), UNKNOWN);
        assert_eq!(neutral, absent.text);
    }
    assert_eq!(stranger.get("/tasks/not-an-id").await.status, StatusCode::NOT_FOUND);
    assert!(!stranger.get("/ledger").await.text.contains("加快重大项目建设"));
}

#[tokio::test]
async fn a_large_form_is_refused_with_a_page() {
    let site = TestSite::new().await;
    let large = "x".repeat(1024 * 1024 + 1);
    let page = site.browser().post("/sign-in", &[("name", &large)]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(page.one("h1"), "文件或内容过大");
}

#[tokio::test]
async fn wrong_methods_and_kinds_of_content_have_pages_too() {
    let site = TestSite::new().await;
    let page = site.browser().post("/ledger", &[]).await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(page.one("h1"), "不能这样打开");
    let request = Request::builder()
        .method(Method::POST)
        .uri("/sign-in")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from("{}"))
        .unwrap();
    let page = site.send(request).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_eq!(page.one("h1"), "请求有误");
}

#[tokio::test]
async fn language_and_text_size_are_chosen_and_kept() {
    let site = TestSite::new().await;
    let mut browser = site.browser();
    assert_eq!(browser.get("/sign-in").await.attribute("html", "lang"), "zh-CN");
    let page = browser.get("/sign-in?next=%2Fto-do&lang=en").await;
    assert_eq!(page.attribute("html", "lang"), "en");
    // The switch back keeps where the reader was going.
    assert!(
        page.text.contains("/sign-in?next=%2Fto-do&amp;lang=zh")
            || page.text.contains("/sign-in?next=%2Fto-do&#38;lang=zh"),
        "{}",
        page.text
    );
    assert_eq!(browser.get("/sign-in").await.one("h1"), "Sign in");
    assert!(!browser.get("/sign-in").await.text.contains("large-text"));
    browser.get("/sign-in?text=large").await;
    assert_eq!(browser.get("/sign-in").await.attribute("html", "class"), "large-text");
    let request = Request::builder()
        .uri("/sign-in")
        .header(header::ACCEPT_LANGUAGE, "en-GB,en;q=0.9,zh;q=0.5")
        .body(Body::empty())
        .unwrap();
    assert_eq!(site.send(request).await.attribute("html", "lang"), "en");
}
