//! Signing in and out, and the password that somebody else chose.

use axum::http::StatusCode;
use luoshi_app::account::NewAccount;
use luoshi_ledger::{Actor, Role};
use luoshi_web::WebSettings;

use crate::site::{PASSWORD, TestSite};

#[tokio::test]
async fn a_person_signs_in_works_and_signs_out() {
    let site = TestSite::new().await;
    let mut browser = site.browser();
    let page = browser.get("/to-do?x=1").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.location().unwrap(), "/sign-in?next=%2Fto-do%3Fx%3D1");
    let page = browser.get(&page.location().unwrap()).await;
    assert_eq!(page.one("h1"), "登录");
    let page = browser
        .submit(&page, "form.measure", &[("name", "clerk"), ("password", PASSWORD)])
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.location().unwrap(), "/to-do?x=1");
    let cookie = page.header("set-cookie");
    assert!(
        cookie.starts_with("luoshi=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert!(!cookie.contains("Secure"), "plain http has no secure cookies: {cookie}");
    assert_eq!(browser.get("/to-do").await.status, StatusCode::OK);
    let settings = browser.get("/settings").await;
    let page = browser.submit(&settings, "form[action='/sign-out']", &[]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/to-do").await.status, StatusCode::SEE_OTHER);
    // The token is dead on the server too, not only forgotten by the browser.
    let mut thief = site.browser();
    let request = axum::http::Request::builder()
        .uri("/to-do")
        .header("cookie", cookie.split(';').next().unwrap())
        .body(axum::body::Body::empty())
        .unwrap();
    assert_eq!(thief.send(request).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_wrong_password_says_so_keeps_the_name_and_is_soon_refused() {
    let site = TestSite::new().await;
    let mut browser = site.browser();
    for name in ["clerk", "nobody"] {
        let page = browser.get("/sign-in").await;
        let page = browser
            .submit(&page, "form.measure", &[("name", name), ("password", "wrong password")])
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(page.one("[role=alert]"), "用户名或密码不对，请核对后重新输入。");
        assert_eq!(page.attribute("input[name=name]", "value"), name);
        assert!(!page.text.contains("wrong password"));
    }
    let mut page = browser.get("/sign-in").await;
    for _ in 0..12 {
        page = browser
            .submit(
                &page,
                "form.measure",
                &[("name", "clerk"), ("password", "wrong password")],
            )
            .await;
    }
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.header("retry-after").parse::<u32>().unwrap() > 0);
    // Nobody else is kept out by it.
    site.signed_in("head").await;
}

#[tokio::test]
async fn signing_in_leads_to_this_site_only() {
    let site = TestSite::new().await;
    for next in ["https://example.com/", "//example.com/", "/\\example.com"] {
        let mut browser = site.browser();
        let page = browser
            .post("/sign-in", &[("name", "clerk"), ("password", PASSWORD), ("next", next)])
            .await;
        assert_eq!(page.location().unwrap(), "/", "{next}");
    }
}

#[tokio::test]
async fn a_one_time_password_is_replaced_before_anything_else() {
    let site = TestSite::new().await;
    let account = NewAccount {
        sign_in_name: "newcomer".to_owned(),
        display_name: "新人".to_owned(),
        roles: vec![Role::Clerk],
        organisation: site.rows[0].reporters[0].0,
        password: None,
    };
    let opened = site.app.open_accounts(&Actor::console(), vec![account]).await.unwrap();
    let mut browser = site.browser();
    let page = browser.get("/sign-in").await;
    browser
        .submit(
            &page,
            "form.measure",
            &[("name", "newcomer"), ("password", &opened[0].password)],
        )
        .await;
    for path in ["/", "/to-do", "/ledger", "/settings"] {
        let page = browser.get(path).await;
        assert_eq!(page.location().as_deref(), Some("/settings/password"), "{path}");
    }
    let page = browser.get("/settings/password").await;
    assert!(page.one(".notice").contains("一次性密码"));
    let typed = [
        ("old", opened[0].password.as_str()),
        ("new", "short"),
        ("again", "short"),
    ];
    let page = browser.submit(&page, "form.measure", &typed).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.one("#new-error"), "新密码长度不合要求");
    assert!(page.attribute("#new", "aria-describedby").contains("new-error"));
    let differing = [
        ("old", opened[0].password.as_str()),
        ("new", "one long sentence"),
        ("again", "another sentence"),
    ];
    let page = browser.submit(&page, "form.measure", &differing).await;
    assert_eq!(page.one("#again-error"), "两次输入的新密码不一样");
    let typed = [
        ("old", opened[0].password.as_str()),
        ("new", "春天的第一场雨"),
        ("again", "春天的第一场雨"),
    ];
    let short_but_long = browser.submit(&page, "form.measure", &typed).await;
    assert_eq!(
        short_but_long.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "seven characters are too few"
    );
    let typed = [
        ("old", opened[0].password.as_str()),
        ("new", "春天的第一场雨落在山后的麦田里"),
        ("again", "春天的第一场雨落在山后的麦田里"),
    ];
    let page = browser.submit(&page, "form.measure", &typed).await;
    assert_eq!(page.location().unwrap(), "/settings?changed=1", "{}", page.text);
    assert_eq!(browser.get("/to-do").await.status, StatusCode::OK);
}

#[tokio::test]
async fn under_https_the_session_cookie_is_bound_to_the_host() {
    let settings = WebSettings {
        public_url: Some("https://luoshi.example.gov.cn".to_owned()),
        ..WebSettings::default()
    };
    let site = TestSite::with(settings).await;
    let mut browser = site.browser();
    let page = browser
        .post("/sign-in", &[("name", "clerk"), ("password", PASSWORD)])
        .await;
    let cookie = page.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-luoshi=") && cookie.contains("; Secure") && cookie.contains("; Path=/"),
        "{cookie}"
    );
    assert!(page.header("strict-transport-security").starts_with("max-age="));
}
