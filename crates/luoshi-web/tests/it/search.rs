//! Search over HTTP: what each person finds, how it is shown, and what strange queries do.

use axum::http::StatusCode;
use luoshi_app::Request;
use luoshi_ledger::{Actor, Command, command::PublishTasks, task::Publication};

use crate::site::{Browser, TestSite};

const SECRET: &str = "资金缺口较大";

/// A site on which the clerk has reported, and the second task is open.
async fn busy() -> TestSite {
    let site = TestSite::new().await;
    let own = site.rows[0].task;
    let mut clerk = site.signed_in("clerk").await;
    let form = clerk.get(&format!("/tasks/{own}/report?period=2026-03")).await;
    let typed = [
        ("done", "首批<b>项目</b>已开工"),
        ("problems", SECRET),
        ("action", "submit"),
    ];
    clerk.submit(&form, "form.measure", &typed).await;
    let publish = Command::PublishTasks(PublishTasks {
        plan: site.plan,
        tasks: vec![site.rows[1].task],
        publication: Publication::Open,
    });
    site.app
        .execute(&Actor::console(), Request::from(publish))
        .await
        .unwrap();
    site
}

fn address(place: &str, words: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("q", words)
        .finish();
    format!("{place}?{query}")
}

async fn hits(browser: &mut Browser<'_>, place: &str, words: &str) -> Vec<String> {
    let page = browser.get(&address(place, words)).await;
    assert_eq!(page.status, StatusCode::OK, "{words}");
    page.all(".hit h3 a")
}

#[tokio::test]
async fn each_finds_what_is_theirs_to_see() {
    let site = busy().await;
    for (words, found) in [
        // The text of the first task, of the third, the words of the report, the name of the file.
        ("重大项目", [true, true, true, false, false]),
        ("失业率", [true, false, false, true, false]),
        (SECRET, [true, true, true, false, false]),
        ("分解方案.txt", [true, false, false, false, false]),
        ("节水灌溉", [true, false, false, false, true]),
        ("督查室", [true, false, false, false, false]),
    ] {
        let mut who = ["supervisor", "clerk", "head", "stranger"].into_iter();
        for expected in &found[..4] {
            let person = who.next().unwrap();
            let mut browser = site.signed_in(person).await;
            let is_found = !hits(&mut browser, "/search", words).await.is_empty();
            assert_eq!(is_found, *expected, "{person} looks for {words}");
        }
        let mut anybody = site.browser();
        let is_found = !hits(&mut anybody, "/public/search", words).await.is_empty();
        assert_eq!(is_found, found[4], "anybody looks for {words}");
    }
}

/// Not even that there is something may be seen: page, counts and choice of kinds are the same as for a word that is nowhere.
#[tokio::test]
async fn what_is_not_theirs_leaves_no_trace() {
    let site = busy().await;
    for (person, place) in [("stranger", "/search"), ("nobody", "/public/search")] {
        let mut browser = match person {
            "nobody" => site.browser(),
            name => site.signed_in(name).await,
        };
        let secret = browser.get(&address(place, SECRET)).await.text;
        let nowhere = browser.get(&address(place, "哪里也没有")).await.text;
        let encoded = |words: &str| form_urlencoded::byte_serialize(words.as_bytes()).collect::<String>();
        let blank = |page: &str, words: &str| page.replace(words, "□").replace(&encoded(words), "□");
        assert_eq!(blank(&secret, SECRET), blank(&nowhere, "哪里也没有"), "{person}");
    }
}

#[tokio::test]
async fn words_are_marked_where_they_stand() {
    let site = busy().await;
    let mut office = site.signed_in("supervisor").await;
    let page = office.get(&address("/search", "项目 开工")).await;
    assert_eq!(page.all("section.hits h2"), ["进展报告 1 项"]);
    assert_eq!(page.all(".passage mark"), ["项目", "开工"]);
    assert!(
        page.text
            .contains("首批&#60;b&#62;<mark>项目</mark>&#60;/b&#62;已<mark>开工</mark>"),
        "{}",
        page.text
    );
    let report = page.attribute(".hit h3 a", "href");
    assert_eq!(office.get(&report).await.status, StatusCode::OK);

    let page = office.get(&address("/search", "农田水利")).await;
    let links: Vec<String> = page.all(".search-kinds a");
    assert_eq!(links, ["全部", "任务 1", "来源文件 1"]);
    assert!(page.text.contains("推进<mark>农田水利</mark>建设"));
    let document = page.attribute("section[aria-labelledby=hits-document] .hit h3 a", "href");
    assert_eq!(
        document,
        format!("/tasks/{}/source", site.rows[1].task),
        "the passage is that of a task"
    );
    let only = page.attribute(".search-kinds li:nth-child(3) a", "href");
    let page = office.get(&only).await;
    assert_eq!(page.all("section.hits h2"), ["来源文件 1 项"]);
    assert_eq!(page.attribute("input[name=kind]", "value"), "document");

    let mut reader = site.browser();
    let page = reader.get(&address("/public/search", "灌溉")).await;
    let task = page.attribute(".hit h3 a", "href");
    assert_eq!(task, format!("/public/tasks/{}", site.rows[1].task));
    assert!(page.all(".search-kinds").is_empty());
}

#[tokio::test]
async fn the_box_in_the_head_leads_there_without_script() {
    let site = busy().await;
    let mut clerk = site.signed_in("clerk").await;
    let page = clerk.get("/settings").await;
    assert_eq!(page.attribute("form.masthead-search", "action"), "/search");
    let mut reader = site.browser();
    let page = reader.get("/public").await;
    assert_eq!(page.attribute("form.masthead-search", "action"), "/public/search");
    let page = reader.get("/public/search").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.all("form.masthead-search").is_empty(), "one box is enough");
    assert!(page.one(".empty").contains("键入要找的字词"));
}

#[tokio::test]
async fn strange_queries_are_answered_plainly() {
    let site = busy().await;
    let mut office = site.signed_in("supervisor").await;
    for (query, status) in [
        ("q=", 200),
        ("", 200),
        ("q=%E6%B0%B4", 422),
        ("q=%00%00", 200),
        ("q=%E7%B2%AE%00%E9%A3%9F", 422),
        ("q=%ED%A0%80%ED%B0%80", 200),
        ("q=%FF%FE", 200),
        ("q=%F0%9F%98%80", 422),
        ("q=%F0%9F%98%80%F0%9F%91%A9%E2%80%8D%F0%9F%91%A7", 200),
        ("q=%E3%80%82%EF%BC%8C%E3%80%81", 200),
        ("q=%22%20OR%201=1--%20NEAR(a*%20b)%20%25_%27", 200),
        ("q=%3Cscript%3Ealert(1)%3C/script%3E", 200),
        ("q=ab&kind=task&plan=x&after=b.9999999999999999999.x", 200),
        ("q=ab&kind=nonsense&after=h.0.00000000000000000000000000000000", 200),
        ("q=ab&kind=organisation&after=b.0.00000000000000000000000000000000", 200),
    ] {
        let page = office.get(&format!("/search?{query}")).await;
        assert_eq!(page.status.as_u16(), status, "{query}");
        assert!(!page.text.contains("<script"), "{query}");
        let public = site.browser().get(&format!("/public/search?{query}")).await;
        assert_eq!(public.status.as_u16(), status, "{query} of anybody");
    }
    let long = office.get(&format!("/search?q={}", "a".repeat(5_000))).await;
    assert_eq!(long.status.as_u16(), 422);
    assert!(long.one(".notice").contains("100"));
    assert!(
        long.text.len() < 20_000,
        "what is too long is not shown again as a whole"
    );
    let short = office.get("/search?q=%E6%B0%B4").await;
    assert!(short.one(".notice").contains("两个"));
    assert_eq!(short.attribute("#q", "value"), "水", "what was typed is kept");
}
