//! What anybody may read: only what was opened, never a narrative, and data that harm no spreadsheet.

use axum::http::StatusCode;
use luoshi_app::Request;
use luoshi_ledger::{Actor, Command, command::PublishTasks, ids::TaskId, task::Publication};

use crate::{
    document::review_of_drafts,
    review::letters,
    site::{Page, TestSite},
};

const UNKNOWN: &str = "018f0000-0000-7000-8000-00000000dead";

async fn publish(site: &TestSite, tasks: &[TaskId], publication: Publication) {
    let command = PublishTasks {
        plan: site.plan,
        tasks: tasks.to_vec(),
        publication,
    };
    site.app
        .execute(&Actor::console(), Request::from(Command::PublishTasks(command)))
        .await
        .unwrap();
}

/// Every address under which the public could learn of the site's plan and these tasks.
fn addresses(site: &TestSite) -> Vec<String> {
    let plan = format!("/public/plans/{}", site.plan);
    let mut addresses = vec![
        "/public".to_owned(),
        format!("{plan}?q=%E6%8A%95%E8%B5%84"),
        format!("{plan}.json"),
        format!("{plan}.csv"),
        format!("{plan}/values.csv"),
        plan,
    ];
    for row in &site.rows {
        addresses.push(format!("/public/tasks/{}", row.task));
        addresses.push(format!("/public/tasks/{}.json", row.task));
    }
    addresses
}

#[tokio::test]
async fn nothing_is_public_before_it_is_opened() {
    let site = TestSite::new().await;
    let mut reader = site.browser();
    assert!(reader.get("/public").await.one(".empty").contains("还没有公开的计划"));
    let absent = reader.get(&format!("/public/plans/{UNKNOWN}")).await;
    assert_eq!(absent.status, StatusCode::NOT_FOUND);
    for address in addresses(&site).iter().filter(|address| *address != "/public") {
        let page = reader.get(address).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
        assert_eq!(page.one("h1"), absent.one("h1"));
    }
    let opened = site.rows[0].task;
    publish(&site, &[opened], Publication::Open).await;
    let list = reader.get("/public").await;
    assert!(
        list.one(".public-plans").contains("公开 1 项任务"),
        "{}",
        list.one(".public-plans")
    );
    let plan = reader.get(&list.attribute(".public-plans a", "href")).await;
    assert_eq!(plan.all("main tbody tr").len(), 1);
    let task = reader.get(&plan.attribute("main tbody a", "href")).await;
    assert_eq!(task.one("h1"), "（一）加快重大项目建设");
    assert!(task.one("blockquote").contains(&site.rows[0].text));
    // A withheld one is answered as an unknown one.
    let withheld = site.rows[1].task.to_string();
    let hidden = reader.get(&format!("/public/tasks/{withheld}")).await;
    let unknown = reader.get(&format!("/public/tasks/{UNKNOWN}")).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    assert_eq!(hidden.text.replace(&withheld, UNKNOWN), unknown.text);
    for data in ["json", "csv"] {
        let data = reader.get(&format!("/public/plans/{}.{data}", site.plan)).await;
        assert!(
            data.text.contains("加快重大项目建设") && !data.text.contains("农田水利"),
            "{}",
            data.text
        );
    }
    // Closing it again closes every way to it.
    publish(&site, &[opened], Publication::Withheld).await;
    for address in addresses(&site).iter().filter(|address| *address != "/public") {
        assert_eq!(reader.get(address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
}

#[tokio::test]
async fn a_narrative_never_reaches_the_public_and_figures_only_once_approved() {
    let site = TestSite::new().await;
    let tasks: Vec<TaskId> = site.rows.iter().map(|row| row.task).collect();
    publish(&site, &tasks, Publication::Open).await;
    let canaries = ["CANARYDONE", "CANARYPROBLEM", "CANARYHELP", "CANARYNEXT"];
    let own = site.rows[0].task;
    let value = format!("value-{}", site.rows[0].targets[0].id);
    let mut clerk = site.signed_in("clerk").await;
    let form = clerk.get(&format!("/tasks/{own}/report?period=2026-03")).await;
    let sent = clerk
        .submit(
            &form,
            "form.measure",
            &[
                ("done", canaries[0]),
                ("problems", canaries[1]),
                ("help_wanted", canaries[2]),
                ("next_step", canaries[3]),
                ("completion", "37"),
                (&value, "271.5"),
                ("action", "submit"),
            ],
        )
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let mut reader = site.browser();
    let json = format!("/public/tasks/{own}.json");
    assert!(
        !reader.get(&json).await.text.contains("27150000000"),
        "not yet the word of the body's head"
    );
    let mut head = site.signed_in("head").await;
    let report = head.get("/approvals").await.attribute("main table a", "href");
    let page = head.get(&report).await;
    assert!(page.text.contains(canaries[1]), "the canary is there to be found");
    head.submit(&page, "form[action$='/approve']", &[]).await;
    for address in addresses(&site) {
        let page = reader.get(&address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        for canary in canaries {
            assert!(!page.text.contains(canary), "{canary} at {address}");
        }
    }
    let page = reader.get(&format!("/public/tasks/{own}")).await;
    let figures = page.one(".public-figures tbody");
    assert!(
        figures.contains("271.5亿元") && figures.contains("37%") && figures.contains("尚未核验"),
        "{figures}"
    );
    assert_eq!(
        page.all(".public-figures tbody th[scope=rowgroup]").len(),
        1,
        "the month stands once before its figures: {figures}"
    );
    assert_eq!(page.all(".public-figures tbody tr").len(), 2);
    assert!(
        page.one("#state + .hint").starts_with("截至 20"),
        "a light holds for a day"
    );
    let data: serde_json::Value = serde_json::from_str(&reader.get(&json).await.text).unwrap();
    let values = &data["tasks"][0]["values"][0];
    // The page writes a figure as the document does; data have it multiplied out.
    assert_eq!(values["reported"]["targets"][0]["value"], "27150000000");
    assert_eq!(values["reported"]["completion"], 37);
    assert!(values["verified"].is_null());

    let mut office = site.signed_in("supervisor").await;
    let page = office.get(&report).await;
    let verified = office
        .submit(
            &page,
            "form[action$='/verify']",
            &[
                ("completion", "30"),
                (&value, "27,000,000,000元"),
                ("method", "documents"),
                ("conclusion", "CANARYCONCLUSION"),
            ],
        )
        .await;
    assert_eq!(verified.status, StatusCode::SEE_OTHER, "{}", verified.text);
    let page = reader.get(&format!("/public/tasks/{own}")).await;
    let figures = page.one(".public-figures tbody");
    for both in ["271.5亿元", "270亿元", "37%", "30%"] {
        assert!(figures.contains(both), "the two series stand side by side: {figures}");
    }
    for address in addresses(&site) {
        assert!(!reader.get(&address).await.text.contains("CANARY"), "{address}");
    }
    let table = reader.get(&format!("/public/plans/{}/values.csv", site.plan)).await;
    let line = table.text.lines().find(|line| line.contains("27150000000")).unwrap();
    assert!(line.contains("27000000000") && line.contains(",yes,"), "{line}");
}

#[tokio::test]
async fn tasks_are_found_by_words_section_body_and_light() {
    let site = TestSite::new().await;
    let tasks: Vec<TaskId> = site.rows.iter().map(|row| row.task).collect();
    publish(&site, &tasks, Publication::Open).await;
    let mut reader = site.browser();
    let plan = format!("/public/plans/{}", site.plan);
    let page = reader.get(&plan).await;
    let finance = Page::option(&page, "#body", "财政厅");
    let water = Page::option(&page, "#section", "二、改善民生");
    for (query, expected) in [
        ("q=%E6%8A%95%E8%B5%84".to_owned(), vec!["1"]),
        ("q=%E5%86%9C%E7%94%B0+%E7%81%8C%E6%BA%89".to_owned(), vec!["2"]),
        (format!("body={finance}"), vec!["1", "2"]),
        (format!("section={}", encoded(&water)), vec!["3"]),
        ("light=red".to_owned(), vec![]),
        ("light=none&section=%E6%97%A0".to_owned(), vec![]),
        ("after=2".to_owned(), vec!["3"]),
        ("body=x&light=x&after=x".to_owned(), vec!["1", "2", "3"]),
    ] {
        let page = reader.get(&format!("{plan}?{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.all("main tbody td:first-child"), expected, "{query}");
        assert_eq!(page.all(".empty").is_empty(), !expected.is_empty(), "{query}");
    }
    let page = reader.get(&format!("{plan}?q=%22%3E%3Cb%3E")).await;
    assert_eq!(page.attribute("#q", "value"), "\"><b>");
    assert!(!page.text.contains("<b>"));
}

impl Page {
    /// The value of the choice with these words.
    fn option(page: &Page, select: &str, words: &str) -> String {
        let all = page.all(&format!("{select} option"));
        let place = all
            .iter()
            .position(|option| option == words)
            .unwrap_or_else(|| panic!("{words} in {all:?}"));
        page.attribute(&format!("{select} option:nth-child({})", place + 1), "value")
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn data_are_documented_cacheable_and_no_formula() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let review = review_of_drafts(&mut office).await;
    let task = office.get(&format!("{review}/tasks/1")).await;
    let formula = "=HYPERLINK(\"http://evil.example\",\"点\")";
    office
        .submit(
            &task,
            "form[action*='/tasks/']",
            &[("title", formula), ("deliverable", "@SUM(A1)"), ("then", "back")],
        )
        .await;
    let page = office.get(&review).await;
    let plan = office
        .submit(&page, "form[action$='/adopt']", &[])
        .await
        .location()
        .unwrap();
    let page = office.get(&plan).await;
    office.submit(&page, "form[action$='/issue']", &[]).await;
    office
        .submit(
            &page,
            "form:not(.one-by-one)[action$='/publication']",
            &[("publication", "open-tracked")],
        )
        .await;
    let mut reader = site.browser();
    let csv = reader.get(&format!("/public{plan}.csv")).await;
    assert_eq!(csv.status, StatusCode::OK);
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(
        csv.header("content-disposition")
            .contains("attachment; filename=\"luoshi-2027-tasks.csv\"")
    );
    assert_eq!(csv.header("cache-control"), "public, max-age=60");
    assert!(
        csv.text.contains("\"'=HYPERLINK(") && csv.text.contains(",'@SUM(A1),"),
        "{}",
        csv.text
    );
    for line in csv.text.trim_start_matches('\u{feff}').lines() {
        for cell in line.split(',') {
            let cell = cell.trim_start_matches('"');
            assert!(!cell.starts_with(['=', '+', '@', '＝', '＋', '＠']), "{cell} in {line}");
        }
    }
    let json = reader.get(&format!("/public{plan}.json")).await;
    assert_eq!(json.header("content-type"), "application/json");
    let data: serde_json::Value = serde_json::from_str(&json.text).unwrap();
    assert_eq!(data["schema"], "luoshi.public/1");
    assert_eq!(data["tasks"][0]["title"], formula, "JSON carries the words as they are");
    // Every column and every field is explained on the page about the data.
    let page = reader.get("/public/data").await;
    let explained = page.all("dt code");
    let heading = csv
        .text
        .trim_start_matches('\u{feff}')
        .lines()
        .next()
        .unwrap()
        .to_owned();
    let values = reader.get(&format!("/public{plan}/values.csv")).await;
    let heading_of_values = values
        .text
        .trim_start_matches('\u{feff}')
        .lines()
        .next()
        .unwrap()
        .to_owned();
    let of_tasks = data["tasks"][0].as_object().unwrap().keys().cloned();
    let of_data = data.as_object().unwrap().keys().filter(|key| *key != "tasks").cloned();
    let columns = heading
        .split(',')
        .chain(heading_of_values.split(','))
        .map(str::to_owned);
    for field in columns.chain(of_tasks).chain(of_data) {
        assert!(explained.contains(&field), "{field} is not explained");
    }
}

#[tokio::test]
async fn a_task_that_is_not_tracked_can_be_read_with_its_reason() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let plan = crate::plan::adopted_plan(&mut office).await;
    let page = office.get(&plan).await;
    office.submit(&page, "form[action$='/issue']", &[]).await;
    let third = page.attribute("#publish-3", "value");
    office
        .submit(&page, "form.one-by-one", &[("publication", "open"), ("task", &third)])
        .await;
    let mut reader = site.browser();
    let page = reader.get(&format!("/public/tasks/{third}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(letters(&page.one("blockquote")).contains("（三）维护社会稳定。抓好各项工作。（责任部门：公安厅）"));
    assert!(page.one(".notice").contains("不予跟踪"));
    assert!(page.all("#figures").is_empty());
    // Nothing is waited for that will never come.
    let list = page.attribute(".path li:last-child a", "href");
    for text in [
        page.text,
        reader.get(&list).await.text,
        office.get(&format!("/tasks/{third}")).await.text,
    ] {
        assert!(!text.contains("尚无报告"), "{text}");
    }
    let ledger = office.get(&format!("{plan}/ledger")).await;
    let row = ledger.all("table.ledger tbody tr")[2].clone();
    assert!(
        row.contains("不跟踪") && !row.contains("未报") && !row.contains("无数据"),
        "{row}"
    );
}
