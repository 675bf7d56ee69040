//! The ways people go through the site, form by form.

use axum::http::StatusCode;
use luoshi_ledger::{Actor, ActorIdentity, Command, Role, command::SubmitReport, period::Period};

use crate::site::{Page, TestSite};

const DONE: &str = "首批项目已开工，完成投资62亿元";

/// The clerk hands in the report of March on the first task.
async fn hand_in(site: &TestSite) -> Page {
    let mut clerk = site.signed_in("clerk").await;
    let page = clerk.open("/").await;
    let form = clerk.open(&page.attribute("main table a", "href")).await;
    assert_eq!(form.one("h1"), "填报进展");
    clerk
        .submit(
            &form,
            "form.measure",
            &[
                ("done", DONE),
                ("completion", "21"),
                ("problems", "用地手续较慢"),
                ("action", "submit"),
            ],
        )
        .await
}

/// The address of the report, as the list of whoever has to deal with it leads there.
async fn first_report(browser: &mut crate::site::Browser<'_>, list: &str) -> String {
    browser.get(list).await.attribute("main table a", "href")
}

#[tokio::test]
async fn a_report_goes_from_the_clerk_to_the_verified_ledger() {
    let site = TestSite::new().await;
    let handed_in = hand_in(&site).await;
    assert_eq!(handed_in.status, StatusCode::SEE_OTHER, "{}", handed_in.text);
    let receipt_address = handed_in.location().unwrap();
    let mut clerk = site.signed_in("clerk").await;
    let receipt = clerk.get(&receipt_address).await;
    assert_eq!(receipt.one("h1"), "回执");
    assert!(receipt.all("pre")[0].contains("/receipt"), "{}", receipt.text);
    let file = clerk.get(&receipt.attribute("a.button-plain", "href")).await;
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert!(file.text.contains("/receipt"));
    // It is nobody else's.
    assert_eq!(
        site.signed_in("stranger").await.get(&receipt_address).await.status,
        StatusCode::NOT_FOUND
    );

    let mut head = site.signed_in("head").await;
    let report = first_report(&mut head, "/approvals").await;
    let page = head.get(&report).await;
    assert!(page.one("#said + dl").contains(DONE));
    let page = head.submit(&page, "form[action$='/approve']", &[]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let page = head.get(&page.location().unwrap()).await;
    assert!(page.one("[role=status]").contains("回执"));
    assert!(page.all("main table").is_empty(), "nothing waits any more");

    let mut supervisor = site.signed_in("supervisor").await;
    assert_eq!(first_report(&mut supervisor, "/verification").await, report);
    let page = supervisor.get(&report).await;
    let page = supervisor
        .submit(&page, "form[action$='/verify']", &[("completion", "18")])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.one("#method-error"), "请选择核验方式");
    assert_eq!(
        page.attribute("#completion", "value"),
        "18",
        "what was typed is still there"
    );
    let typed = [
        ("completion", "18"),
        ("method", "site_visit"),
        ("conclusion", "现场查看，实际完成18%"),
    ];
    let page = supervisor.submit(&page, "form[action$='/verify']", &typed).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);

    let page = supervisor.open("/ledger").await;
    let row = page.all("table.ledger tbody tr")[0].clone();
    assert!(
        row.contains(DONE) && row.contains("18% 已核验") && row.contains("现场查看"),
        "{row}"
    );
    let page = supervisor.get(&format!("/tasks/{}", site.rows[0].task)).await;
    let series = page.one("table.series tbody tr");
    assert!(
        series.contains("自报 21%") && series.contains("核验 18%"),
        "two series, never one: {series}"
    );
    let history = page.all("#history ~ table tbody tr th");
    assert_eq!(
        history[..3],
        ["核验 · 2026年3月", "审核通过 · 2026年3月", "报送进展 · 2026年3月"]
    );
}

/// What a page costs must not grow with the history, and nothing of it may be out of reach.
#[tokio::test]
async fn a_task_shows_the_reports_of_a_year_and_all_of_them_when_asked() {
    let site = TestSite::new().await;
    let row = &site.rows[0];
    let (reporter, _) = row.reporters[0];
    let accounts = site.app.accounts(&Actor::console()).unwrap();
    let clerk = accounts.iter().find(|account| account.sign_in_name == "clerk").unwrap();
    let actor = Actor {
        identity: ActorIdentity::Account(clerk.id),
        organisation: Some(reporter),
        roles: vec![Role::Clerk],
    };
    let mut period: Period = "2026-03".parse().unwrap();
    for number in 1..=14 {
        site.clock
            .set(format!("{}T02:00:00Z", period.first_day()).parse().unwrap());
        let report = SubmitReport {
            task: row.task,
            organisation: reporter,
            period,
            values: Vec::new(),
            completion: Some(number),
            done: format!("第{number}个月的进展"),
            problems: String::new(),
            help_wanted: String::new(),
            next_step: String::new(),
            evidence: Vec::new(),
        };
        let request = luoshi_app::Request::from(Command::SubmitReport(report));
        site.app.execute(&actor, request).await.unwrap();
        period = period.next();
    }

    let mut office = site.signed_in("supervisor").await;
    let address = format!("/tasks/{}", row.task);
    let months = |page: &Page| page.all("table.series tbody th");
    let page = office.get(&address).await;
    let shown = months(&page);
    assert_eq!(shown.len(), 12);
    assert_eq!((shown[0].as_str(), shown[11].as_str()), ("2027年4月", "2026年5月"));
    assert!(
        page.one("section[aria-labelledby=history] > p:last-child")
            .contains("没有列出")
    );
    let submitted = |page: &Page| {
        let history = page.all("#history ~ table tbody th");
        history.iter().filter(|what| what.starts_with("报送进展")).count()
    };
    assert_eq!(submitted(&page), 12);
    let whole = page.attribute("section[aria-labelledby=values] p a", "href");
    let page = office.get(whole.split('#').next().unwrap()).await;
    assert_eq!((months(&page).len(), submitted(&page)), (14, 14));
    assert!(!page.text.contains("没有列出"));
}

/// Lines of the ledger are kept once they are written. Everybody has looked before each step, so whoever saw another's words, an old line or
/// the wrong language would have it from there.
#[tokio::test]
async fn every_reader_sees_the_ledger_as_it_is_now() {
    let site = TestSite::new().await;
    let ledger = format!("/plans/{}/ledger", site.plan);
    let line = async |browser: &mut crate::site::Browser<'_>, language: &str| {
        let page = browser.get(&format!("{ledger}?lang={language}")).await;
        page.all("table.ledger tbody tr")[0].clone()
    };
    let mut office = site.signed_in("supervisor").await;
    let mut clerk = site.signed_in("clerk").await;
    // Another body that the same promise names.
    let reporter = site.rows[0].reporters[0].0;
    let named = site.rows[0]
        .parties
        .iter()
        .filter_map(|party| party.organisation.as_ref());
    let (beside, _) = named.clone().find(|(body, _)| *body != reporter).unwrap();
    let account = luoshi_app::account::NewAccount {
        sign_in_name: "beside".to_owned(),
        display_name: "beside".to_owned(),
        roles: vec![Role::Head],
        organisation: *beside,
        password: Some(crate::site::PASSWORD.to_owned()),
    };
    site.app.open_accounts(&Actor::console(), vec![account]).await.unwrap();
    let mut beside = site.signed_in("beside").await;
    for browser in [&mut office, &mut clerk, &mut beside] {
        assert!(line(browser, "zh").await.contains("未报"));
        assert!(line(browser, "en").await.contains("Not reported"));
    }

    hand_in(&site).await;
    for browser in [&mut office, &mut clerk] {
        let words = line(browser, "zh").await;
        assert!(words.contains(DONE) && words.contains("21%"), "{words}");
        assert!(line(browser, "en").await.contains("Awaiting approval"));
    }
    let words = line(&mut beside, "zh").await;
    assert!(words.contains("21%") && !words.contains(DONE), "{words}");

    let mut head = site.signed_in("head").await;
    let report = first_report(&mut head, "/approvals").await;
    let page = head.get(&report).await;
    head.submit(&page, "form[action$='/approve']", &[]).await;
    assert!(line(&mut office, "zh").await.contains("待核验"));
    assert!(line(&mut beside, "en").await.contains("21%"));
    let page = office.get(&report).await;
    office
        .submit(
            &page,
            "form[action$='/return-for-correction']",
            &[("reason", "请补充项目清单")],
        )
        .await;
    for browser in [&mut office, &mut clerk, &mut beside] {
        let words = line(browser, "zh").await;
        assert!(words.contains("未报") && !words.contains("21%"), "{words}");
    }
}

#[tokio::test]
async fn a_returned_report_comes_back_with_its_reason_and_its_words() {
    let site = TestSite::new().await;
    hand_in(&site).await;
    let mut head = site.signed_in("head").await;
    let report = first_report(&mut head, "/approvals").await;
    let page = head.get(&report).await;
    let page = head.submit(&page, "form[action$='/return']", &[("reason", "  ")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.one("#reason-error"), "请写明退回原因");
    let page = head
        .submit(&page, "form[action$='/return']", &[("reason", "请补充项目清单")])
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);

    let mut clerk = site.signed_in("clerk").await;
    let page = clerk.open("/").await;
    assert!(page.one("main table tbody tr").contains("已退回"), "{}", page.text);
    let form = clerk.open(&page.attribute("main table a", "href")).await;
    assert!(form.one(".notice").contains("请补充项目清单"));
    assert_eq!(form.one("#done"), DONE);
    let page = clerk
        .submit(
            &form,
            "form.measure",
            &[("done", "首批项目已开工，清单见附注"), ("action", "submit")],
        )
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert!(page.location().unwrap().starts_with("/receipts/"));
}

#[tokio::test]
async fn a_form_with_errors_keeps_what_was_typed() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in("clerk").await;
    let path = format!("/tasks/{}/report?period=2026-03", site.rows[0].task);
    let form = clerk.get(&path).await;
    let value = form.attribute("input.figure", "name");
    let typed = [
        (value.as_str(), "三百亿"),
        ("completion", "120"),
        ("done", ""),
        ("next_step", "加快<b>资金</b>拨付"),
        ("action", "submit"),
    ];
    let page = clerk.submit(&form, "form.measure", &typed).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.all("#errors li").len(), 3);
    assert_eq!(page.attribute(&format!("#{value}"), "value"), "三百亿");
    assert_eq!(page.attribute("#completion", "value"), "120");
    assert_eq!(page.one("#next_step"), "加快<b>资金</b>拨付");
    assert_eq!(page.attribute("#done", "aria-invalid"), "true");
    for link in ["#done", "#completion", &format!("#{value}")] {
        assert_eq!(
            page.all(&format!("#errors a[href='{link}']")).len(),
            1,
            "{link} can be reached"
        );
        assert_eq!(page.all(link).len(), 1, "{link} exists");
    }
}

#[tokio::test]
async fn a_draft_waits_for_its_author_and_for_nobody_else() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in("clerk").await;
    let path = format!("/tasks/{}/report?period=2026-03", site.rows[0].task);
    let form = clerk.get(&path).await;
    let page = clerk
        .submit(
            &form,
            "form.measure",
            &[("done", "还没写完"), ("completion", "一半左右"), ("action", "save")],
        )
        .await;
    let page = clerk.get(&page.location().unwrap()).await;
    assert_eq!(page.one("[role=status]"), "草稿已保存，尚未报送。");
    assert_eq!(page.one("#done"), "还没写完");
    assert_eq!(page.attribute("#completion", "value"), "一半左右");
    // Only where the report could be handed in, or drafts of months in all ages would fill the disk.
    for month in ["2026-04", "2025-12", "9999-12"] {
        let typed = [("period", month), ("done", "另一个月"), ("action", "save")];
        let refused = clerk.submit(&form, "form.measure", &typed).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{month}");
    }
    let mut head = site.signed_in("head").await;
    assert!(!head.get("/approvals").await.text.contains("还没写完"));
    let task = head.get(&format!("/tasks/{}", site.rows[0].task)).await;
    assert!(!task.text.contains("还没写完"));
}

#[tokio::test]
async fn the_same_submission_twice_gives_the_same_receipt() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in("clerk").await;
    let form = clerk
        .get(&format!("/tasks/{}/report?period=2026-03", site.rows[0].task))
        .await;
    let typed = [("done", DONE), ("action", "submit")];
    let first = clerk.submit(&form, "form.measure", &typed).await;
    let second = clerk.submit(&form, "form.measure", &typed).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    assert_eq!(first.location(), second.location());
}

/// The second of two clicks met a page that spoke of somebody else.
#[tokio::test]
async fn a_decision_sent_twice_is_taken_once_and_gives_the_same_receipt() {
    let site = TestSite::new().await;
    hand_in(&site).await;
    let mut head = site.signed_in("head").await;
    let mut supervisor = site.signed_in("supervisor").await;
    for (browser, list, form, typed) in [
        (&mut head, "/approvals", "form[action$='/approve']", [("x", "")]),
        (
            &mut supervisor,
            "/verification",
            "form[action$='/verify']",
            [("method", "documents")],
        ),
    ] {
        let report = first_report(browser, list).await;
        let seen = browser.get(&report).await;
        let first = browser.submit(&seen, form, &typed).await;
        let second = browser.submit(&seen, form, &typed).await;
        assert_eq!(second.status, StatusCode::SEE_OTHER, "{form}");
        assert_eq!(first.location(), second.location(), "{form}");
    }
}

#[tokio::test]
async fn two_people_at_one_report_do_not_overwrite_each_other() {
    let site = TestSite::new().await;
    hand_in(&site).await;
    let mut head = site.signed_in("head").await;
    let report = first_report(&mut head, "/approvals").await;
    let seen = head.get(&report).await;
    head.submit(&seen, "form[action$='/return']", &[("reason", "请补充")])
        .await;
    let page = head.submit(&seen, "form[action$='/approve']", &[]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert_eq!(page.one("h1"), "内容已被他人更新");
}

#[tokio::test]
async fn the_office_names_a_reporter_publishes_and_adds_a_task() {
    let site = TestSite::new().await;
    let mut supervisor = site.signed_in("supervisor").await;
    let task = format!("/tasks/{}", site.rows[0].task);
    let form = supervisor.get(&format!("{task}/reporter")).await;
    let page = supervisor.submit(&form, "form.measure", &[("due", "2026-02-30")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.one("#due-error").contains("2026-06-30"));
    let page = supervisor.submit(&page, "form.measure", &[("due", "2026-09-30")]).await;
    let page = supervisor.get(&page.location().unwrap()).await;
    assert!(page.one("#duty + dl").contains("2026-09-30"));
    let page = supervisor.submit(&page, "form[action$='/publication']", &[]).await;
    let page = supervisor.get(&page.location().unwrap()).await;
    assert!(page.one("#duty + dl").contains("已公开"));

    let form = supervisor.get(&format!("/plans/{}/tasks/new", site.plan)).await;
    let page = supervisor
        .submit(&form, "form.measure", &[("title", "清理拖欠账款")])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.attribute("#title", "value"), "清理拖欠账款");
    let lead = site.rows[0].reporters[0].0.to_string();
    let typed = [
        ("basis", "省政府第12次常务会议纪要"),
        ("kind", "meeting_decision"),
        ("lead", lead.as_str()),
    ];
    let page = supervisor.submit(&page, "form.measure", &typed).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let page = supervisor.get(&page.location().unwrap()).await;
    assert_eq!(page.one("h1"), "清理拖欠账款");
    assert!(page.one("#duty + dl").contains("会议交办"));
}

#[tokio::test]
async fn who_has_not_reported_is_listed_by_body() {
    let site = TestSite::new().await;
    let mut supervisor = site.signed_in("supervisor").await;
    let path = format!("/plans/{}/missing", site.plan);
    let before = supervisor.get(&path).await;
    assert_eq!(before.all("tbody").len(), 3, "{}", before.text);
    hand_in(&site).await;
    let after = supervisor.get(&path).await;
    assert_eq!(after.all("tbody").len(), 2);
    site.clock.set("2026-03-28T02:00:00Z".parse().unwrap());
    // Eight days later the session has ended.
    let late = site.signed_in("supervisor").await.get(&path).await;
    assert!(late.all("tbody tr")[0].contains("已逾期 3 天"), "{}", late.text);
}

#[tokio::test]
async fn the_ledger_filters_and_exports_what_it_shows() {
    let site = TestSite::new().await;
    let mut supervisor = site.signed_in("supervisor").await;
    let page = supervisor.open("/ledger").await;
    assert_eq!(page.all("table.ledger thead th").len(), 16);
    assert_eq!(page.all("table.ledger tbody tr").len(), 3);
    let section = page.attribute("#section option:nth-child(3)", "value");
    let narrowed = supervisor.get(&format!("{}?section={section}", page.path)).await;
    assert_eq!(narrowed.all("table.ledger tbody tr").len(), 1);
    assert_eq!(narrowed.attribute("#section option[selected]", "value"), section);
    let csv = supervisor.get(&narrowed.attribute("a[href*='.csv']", "href")).await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(
        csv.text.contains("稳定和扩大就业") && !csv.text.contains("农田水利"),
        "{}",
        csv.text
    );
    let xlsx = supervisor.get(&narrowed.attribute("a[href*='.xlsx']", "href")).await;
    assert!(xlsx.text.starts_with("PK"));
    let later = supervisor.get(&format!("{}?after=1", page.path)).await;
    assert_eq!(later.all("table.ledger tbody tr").len(), 2);
    assert_eq!(later.all(".pager a")[0], "回到第一页");
    let none = supervisor.get(&format!("{}?light=red", page.path)).await;
    assert!(none.one(".empty").contains("清除筛选"));
}

#[tokio::test]
async fn the_source_of_a_task_is_marked_in_its_document() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in("clerk").await;
    let page = clerk.get(&format!("/tasks/{}/source", site.rows[0].task)).await;
    assert!(
        page.one("mark#passage").starts_with("加快重大项目建设"),
        "{}",
        page.text
    );
    assert!(page.one("article.source").contains("推进农田水利建设"));
}
