//! What no page may leave out: headers, protection of forms, one answer for absent and foreign things.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode, header},
};
use luoshi_web::WebSettings;

use crate::site::{PASSWORD, TestSite};

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

/// An address with a control character is no header, so that the answer to a right password was a fault without a session.
#[tokio::test]
async fn an_address_to_come_back_to_never_breaks_the_way_in() {
    let site = TestSite::new().await;
    for next in ["/\0", "/a\u{1}b", "/\u{7f}", "//example.com", "/\\example.com"] {
        let page = site
            .browser()
            .post("/sign-in", &[("name", "clerk"), ("password", PASSWORD), ("next", next)])
            .await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{next:?}");
        assert_eq!(page.location().unwrap(), "/", "{next:?}");
        assert!(page.header("set-cookie").starts_with("luoshi="), "{next:?}");
    }
}

/// The links for language and text size repeat the address of the page; one with two slashes in front named another host.
#[tokio::test]
async fn no_link_of_a_page_leads_to_another_host() {
    let site = TestSite::new().await;
    for path in ["//example.com/", "//example.com//", "///example.com/x?a=b"] {
        let page = site.browser().get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert!(page.text.contains("/example.com"), "the page links to itself: {path}");
        assert!(!page.text.contains("\"//"), "{path}: {}", page.text);
    }
}

/// A cache that many people share handed the choice of the first one to all others.
#[tokio::test]
async fn what_a_shared_cache_may_keep_sets_no_cookie() {
    let site = TestSite::new().await;
    for path in ["/static/luoshi.css", "/static/mark.svg", "/log/key"] {
        let page = site.browser().get(&format!("{path}?lang=en&text=large")).await;
        assert!(page.header("cache-control").starts_with("public"), "{path}");
        assert!(page.headers.get("set-cookie").is_none(), "{path}");
    }
    let page = site.browser().get("/sign-in?lang=en").await;
    assert!(page.header("set-cookie").starts_with("luoshi-language=en"));
}

/// Of a form with half a million fields, each of two bytes, the memory for all of them was kept while its sender waited.
#[tokio::test]
async fn a_form_of_strangers_is_small_and_none_has_endless_fields() {
    let site = TestSite::new().await;
    let name = "x".repeat(16 * 1024 + 1);
    let page = site.browser().post("/sign-in", &[("name", &name)]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    let mut clerk = site.signed_in("clerk").await;
    let token = clerk.token().await;
    let path = format!("/tasks/{}/report?period=2026-03", site.rows[0].task);
    let mut fields = vec![("form_token", token.as_str()), ("done", "进展"), ("action", "save")];
    assert_eq!(clerk.post(&path, &fields).await.status, StatusCode::SEE_OTHER);
    fields.extend(std::iter::repeat_n(("a", ""), 20_000));
    assert_eq!(clerk.post(&path, &fields).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

/// Some proxies add a header of their own below the client's, which was the one that was believed.
#[tokio::test]
async fn of_forwarded_addresses_the_proxys_own_counts() {
    let proxy = "[::ffff:192.0.2.1]:443".parse::<SocketAddr>().unwrap();
    let site = TestSite::with(WebSettings {
        trusted_proxies: vec!["192.0.2.1".parse().unwrap()],
        ..WebSettings::default()
    })
    .await;
    let sign_in = |invented: String, seen: &'static str| {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header("x-forwarded-for", invented)
            .header("x-forwarded-for", format!("198.51.100.9, {seen}"))
            .extension(ConnectInfo(proxy))
            .body(Body::from("name=clerk&password=wrong"))
            .unwrap();
        site.send(request)
    };
    for attempt in 1..=10 {
        let page = sign_in(format!("203.0.113.{attempt}"), "198.51.100.7").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let page = sign_in("203.0.113.99".to_owned(), "198.51.100.7").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    let page = sign_in("203.0.113.99".to_owned(), "198.51.100.8").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// The second of two clicks led to the address of a task that was never made; and a deadline could lie in the year 206.
#[tokio::test]
async fn a_task_by_hand_is_added_once_and_in_this_age() {
    let site = TestSite::new().await;
    let mut supervisor = site.signed_in("supervisor").await;
    let address = format!("/plans/{}/tasks/new", site.plan);
    let page = supervisor.get(&address).await;
    let lead = site.rows[0].reporters[0].0.to_string();
    let typed = |due| {
        [
            ("basis", "省政府第12次常务会议纪要"),
            ("title", "清理拖欠账款"),
            ("lead", lead.as_str()),
            ("due", due),
        ]
    };
    for wrong in ["0206-12-31", "9999-12-31", "2026-02-30"] {
        let page = supervisor.submit(&page, "form.measure", &typed(wrong)).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    for _ in 0..2 {
        let done = supervisor.submit(&page, "form.measure", &typed("2026-12-31")).await;
        let next = done.location().unwrap();
        assert_eq!(supervisor.get(&next).await.status, StatusCode::OK, "{next}");
    }
    let ledger = supervisor.get(&format!("/plans/{}/ledger", site.plan)).await;
    assert_eq!(ledger.text.matches("清理拖欠账款").count(), 1, "{}", ledger.text);
}
