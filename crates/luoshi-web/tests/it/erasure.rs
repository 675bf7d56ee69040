//! Erasure as two people of the office do it in their browsers: found by words, proposed, judged by the other, and what is seen afterwards by
//! the office, by the clerk and by everybody.

use axum::http::StatusCode;
use luoshi_ledger::{Actor, Command, command::PublishTasks, task::Publication, text::ERASED};

use crate::site::TestSite;

#[tokio::test]
async fn a_name_is_erased_by_two_people_and_by_nobody_alone() {
    let site = TestSite::new().await;
    let own = site.rows[0].task;
    let mut clerk = site.signed_in("clerk").await;
    let form = clerk.get(&format!("/tasks/{own}/report?period=2026-03")).await;
    let typed = [("done", "已开工"), ("problems", "农户张三不同意"), ("action", "submit")];
    clerk.submit(&form, "form.measure", &typed).await;

    // The way from the report to the form, and the search for the words.
    let mut first = site.signed_in("supervisor").await;
    let report = first
        .get(&format!("/tasks/{own}"))
        .await
        .attribute("table a[href^='/reports/']", "href");
    let link = first
        .get(&report)
        .await
        .attribute("a[href^='/erasures/new?report=']", "href");
    let listed = first.get(&link).await;
    assert_eq!(
        listed.all("#texts tbody th"),
        ["当前进展", "存在问题", "需协调事项", "下步打算"]
    );
    let form = first.get("/erasures/new").await;
    let find = |words| [("words", words), ("action", "find")];
    let found = first.submit(&form, "form.measure", &find("张三")).await;
    assert_eq!(found.status, StatusCode::OK);
    assert_eq!(found.all("#texts td.words"), ["农户张三不同意"]);
    assert!(!found.path.contains("words"), "what is looked for stands in no address");
    let nothing = first.submit(&form, "form.measure", &find("")).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);

    let choice = found.attribute("#texts input[type=checkbox]", "value");
    let incomplete = first
        .submit(&found, "main form:not(.measure)", &[("action", "propose")])
        .await;
    assert_eq!(incomplete.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(incomplete.all("#errors a").len(), 3);
    assert_eq!(
        incomplete.all("#texts td.words"),
        ["农户张三不同意"],
        "the list is there again"
    );
    let typed = [
        ("text", choice.as_str()),
        ("ground", "personal_information"),
        ("explanation", "当事人书面申请"),
        ("action", "propose"),
    ];
    let proposed = first.submit(&incomplete, "main form:not(.measure)", &typed).await;
    assert!(proposed.location().unwrap().starts_with("/receipts/"));

    // The ledger has been looked at, and its lines are kept.
    let ledger = format!("/plans/{}/ledger", site.plan);
    let page = first.get(&ledger).await;
    assert!(page.text.contains("张三"), "{}", page.text);

    // Whoever proposed it cannot confirm it, on the page or past it.
    let address = first.get("/erasures").await.attribute("main table a", "href");
    let page = first.get(&address).await;
    assert_eq!(
        page.all("button").iter().filter(|button| *button == "同意清除").count(),
        0
    );
    let token = first.token().await;
    let alone = first
        .post(
            &format!("{address}/confirm"),
            &[("form_token", &token), ("version", "1")],
        )
        .await;
    assert_eq!(alone.status, StatusCode::CONFLICT);
    assert!(alone.text.contains("提请人不能复核"), "{}", alone.text);

    // The second person sees what is to go, and agrees.
    let mut second = site.signed_in("second").await;
    let page = second.get(&address).await;
    assert_eq!(page.all("td.words"), ["农户张三不同意"]);
    let confirmed = second.submit(&page, "form[action$='/confirm']", &[]).await;
    assert_eq!(confirmed.status, StatusCode::SEE_OTHER);
    let after = second.get(&address).await;
    assert!(
        after.text.contains("磁盘擦除待完成") && !after.text.contains("张三"),
        "{}",
        after.text
    );
    site.app.drain_jobs().await.unwrap();
    let after = second.get(&address).await;
    assert!(
        after.one("dl.facts dd:first-of-type").starts_with("已清除 · 2026-"),
        "{}",
        after.text
    );

    // What is left to be seen, in both languages.
    for (language, words) in [
        ("zh", "个人信息保护法"),
        ("en", "Personal Information Protection Law, article 47"),
    ] {
        let page = clerk.get(&format!("{report}?lang={language}")).await;
        assert!(page.text.contains(ERASED) && page.text.contains(words), "{}", page.text);
        assert!(!page.text.contains("张三"));
    }
    let counts = site.browser().get("/public/erasures?lang=zh").await;
    assert_eq!(counts.all("tbody td").last().map(String::as_str), Some("0"));
    assert!(counts.text.contains("2026"));
    for ledger in [format!("{ledger}.csv"), ledger] {
        let ledger = second.get(&ledger).await;
        assert!(ledger.text.contains(ERASED) && !ledger.text.contains("张三"));
    }
}

/// Spans of a text that is gone point past its end; no page may stumble over them.
#[tokio::test]
async fn an_erased_promise_leaves_every_page_whole() {
    let site = TestSite::new().await;
    let publish = Command::PublishTasks(PublishTasks {
        plan: site.plan,
        tasks: site.rows.iter().map(|row| row.task).collect(),
        publication: Publication::Open,
    });
    let request = luoshi_app::Request::from(publish);
    site.app.execute(&Actor::console(), request).await.unwrap();
    let mut first = site.signed_in("supervisor").await;
    let document = first
        .get(&format!("/plans/{}", site.plan))
        .await
        .attribute("a[href^='/erasures/new?document=']", "href");
    let mut things = vec![document, format!("/erasures/new?plan={}", site.plan)];
    things.extend(site.rows.iter().map(|row| format!("/erasures/new?task={}", row.task)));
    let mut second = site.signed_in("second").await;
    for thing in things {
        let form = first.get(&thing).await;
        let token = first.token().await;
        let mut fields = vec![
            ("form_token".to_owned(), token),
            ("ground".to_owned(), "court_or_authority".to_owned()),
            ("explanation".to_owned(), "判决".to_owned()),
            ("action".to_owned(), "propose".to_owned()),
        ];
        for name in ["text", "file"] {
            fields.extend(form.values(name).into_iter().map(|value| (name.to_owned(), value)));
        }
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let proposed = first.post("/erasures/new", &fields).await;
        assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{thing}: {}", proposed.text);
        let address = second.get("/erasures").await.attribute("main table a", "href");
        let page = second.get(&address).await;
        let confirmed = second.submit(&page, "form[action$='/confirm']", &[]).await;
        assert_eq!(confirmed.status, StatusCode::SEE_OTHER, "{}", confirmed.text);
    }
    site.app.drain_jobs().await.unwrap();
    let mut pages = vec![
        "/".to_owned(),
        "/documents".to_owned(),
        "/ledger".to_owned(),
        "/public".to_owned(),
        format!("/plans/{}", site.plan),
        format!("/plans/{}/ledger", site.plan),
        format!("/plans/{}/ledger.xlsx", site.plan),
        format!("/public/plans/{}", site.plan),
        format!("/public/plans/{}.json", site.plan),
        format!("/public/plans/{}.csv", site.plan),
    ];
    for row in &site.rows {
        pages.push(format!("/tasks/{}", row.task));
        pages.push(format!("/tasks/{}/source", row.task));
        pages.push(format!("/public/tasks/{}", row.task));
    }
    for path in pages {
        let page = second.open(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
    }
    let public = site
        .browser()
        .get(&format!("/public/tasks/{}", site.rows[0].task))
        .await;
    assert!(
        public.text.contains(ERASED) && public.text.contains("任务原文"),
        "{}",
        public.text
    );
    let verification = site.app.verify(&mut |_, _| {}).unwrap();
    assert!(verification.is_sound(), "{verification:?}");
}

#[tokio::test]
async fn the_office_sees_background_work() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let page = office.get("/settings/jobs").await;
    assert_eq!(page.one("h1"), "后台作业");
    let token = office.token().await;
    let unknown = office
        .post(
            "/settings/jobs",
            &[("form_token", &token), ("job", "77"), ("action", "retry")],
        )
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}
