//! Pages of a past day: what they say of themselves, what they lead to, and what they do not offer.

use axum::http::StatusCode;
use luoshi_app::Request;
use luoshi_ledger::{
    Actor, Command,
    command::{NameReporter, PublishTasks},
    task::{Publication, Reporting},
};

use crate::{
    plan::adopted_plan,
    site::{Page, TestSite},
};

/// The site on 20 June, with two tasks opened on 2 April and a body named on 10 May.
async fn with_history() -> TestSite {
    let site = TestSite::new().await;
    let give = async |instant: &str, command: Command| {
        site.clock.set(instant.parse().unwrap());
        site.app
            .execute(&Actor::console(), Request::from(command))
            .await
            .unwrap();
    };
    let publish = PublishTasks {
        plan: site.plan,
        tasks: site.rows[..2].iter().map(|row| row.task).collect(),
        publication: Publication::Open,
    };
    give("2026-04-02T02:00:00Z", Command::PublishTasks(publish)).await;
    let name = NameReporter {
        task: site.rows[1].task,
        reporting: Reporting::Single {
            organisation: site.rows[0].reporters[0].0,
        },
        due: Some("2026-10-01".parse().unwrap()),
        effective_on: None,
    };
    give("2026-05-10T02:00:00Z", Command::NameReporter(name)).await;
    site.clock.set("2026-06-20T02:00:00Z".parse().unwrap());
    site
}

/// Every address of the page that keeps a past day.
fn kept(page: &Page, selector: &str) -> bool {
    page.attribute(selector, "href")
        .contains("as_of=2026-04-30&clock=known")
}

#[tokio::test]
async fn a_past_ledger_says_its_day_and_offers_nothing_to_do() {
    let site = with_history().await;
    let mut office = site.signed_in("supervisor").await;
    let ledger = format!("/plans/{}/ledger", site.plan);
    let now = office.get(&ledger).await;
    assert!(now.all(".past").is_empty());
    let page = office
        .get(&format!("{ledger}?as_of=2026-04-30&clock=known&light=red"))
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let banner = page.one(".past");
    assert!(
        banner.contains("2026-04-30") && banner.contains("此后的记录都不计入"),
        "{banner}"
    );
    assert_eq!(page.attribute(".past a", "href"), format!("{ledger}?light=red"));
    assert!(kept(&page, ".counts a"));
    assert!(kept(&page, ".pager a[href*='xlsx']") && kept(&page, ".pager a[href*='csv']"));
    // The filter stays on the day, and so does a task of it.
    assert_eq!(page.values("as_of"), ["2026-04-30", "2026-04-30"]);
    let page = office.get(&format!("{ledger}?as_of=2026-04-30&clock=known")).await;
    assert!(kept(&page, "tbody th a"));
    assert!(page.all("a[href$='/tasks/new']").is_empty() && page.all("a[href$='/missing']").is_empty());
    let address = page.attribute(&format!("tbody th a[href*='{}']", site.rows[1].task), "href");
    let task = office.get(&address).await;
    assert_eq!(task.status, StatusCode::OK);
    assert!(task.one(".past").contains("2026-04-30"));
    // Signing out is no act on the ledger.
    let forms = task.all("form[method=post]:not([action='/sign-out'])");
    assert_eq!(forms, Vec::<String>::new());
    assert!(task.all("a[href$='/reporter']").is_empty());
    assert!(!task.text.contains("2026-10-01"), "the deadline of May");
    let now = office.get(&format!("/tasks/{}", site.rows[1].task)).await;
    assert!(now.text.contains("2026-10-01"));
    assert!(!now.all("form[method=post]:not([action='/sign-out'])").is_empty());
    // A file says its day in its name; the lines of this one are for programs, and the first one is the heading.
    let file = office.get(&format!("{ledger}.csv?as_of=2026-04-30")).await;
    assert!(
        file.header("content-disposition")
            .contains("luoshi-ledger-2026-2026-04-30.csv")
    );
    assert!(
        file.text.trim_start_matches('\u{feff}').starts_with("序号,"),
        "{}",
        file.text
    );
    assert!(!file.text.contains("2026-10-01"), "the deadline of May: {}", file.text);
}

#[tokio::test]
async fn a_day_that_cannot_be_shown_is_explained() {
    let site = with_history().await;
    let mut office = site.signed_in("supervisor").await;
    let ledger = format!("/plans/{}/ledger", site.plan);
    for (query, status, title) in [
        ("as_of=2026-02-30", StatusCode::BAD_REQUEST, "日期不对"),
        ("as_of=2026-04-30&clock=sun", StatusCode::BAD_REQUEST, "日期不对"),
        ("as_of=2026-06-21", StatusCode::BAD_REQUEST, "日期还没有到"),
        ("as_of=2026-03-01", StatusCode::NOT_FOUND, "那一天还没有"),
    ] {
        let page = office.get(&format!("{ledger}?{query}")).await;
        assert_eq!((page.status, page.one("h1")), (status, title.to_owned()), "{query}");
    }
    // Today is the present.
    let today = office.get(&format!("{ledger}?as_of=2026-06-20")).await;
    assert!(today.status == StatusCode::OK && today.all(".past").is_empty());
    // What is not somebody's is not there on any day.
    let mut stranger = site.signed_in("stranger").await;
    let foreign = format!("/tasks/{}?as_of=2026-03-01", site.rows[0].task);
    let page = stranger.get(&foreign).await;
    assert_eq!(
        (page.status, page.one("h1")),
        (StatusCode::NOT_FOUND, "没有找到".to_owned())
    );
}

#[tokio::test]
async fn the_public_reads_past_days_of_what_is_open() {
    let site = with_history().await;
    let mut reader = site.browser();
    let plan = format!("/public/plans/{}", site.plan);
    let page = reader.get(&format!("{plan}?as_of=2026-04-30&clock=known")).await;
    assert!(page.one(".past").contains("2026-04-30"));
    assert!(kept(&page, "tbody th a") && kept(&page, ".data-links a"));
    let task = reader.get(&page.attribute("tbody th a", "href")).await;
    assert!(task.one(".past").contains("2026-04-30"));
    let data = reader.get(&format!("{plan}.json?as_of=2026-04-30&clock=true")).await;
    let data: serde_json::Value = serde_json::from_str(&data.text).unwrap();
    assert_eq!(data["as_of"]["clock"], "true");
    assert_eq!(data["as_of"]["true_until"], "2026-04-30T15:59:59.999999Z");
    assert_eq!(data["as_of"]["known_until"], "2026-06-20T02:00:00Z");
    let table = reader.get(&format!("{plan}.csv?as_of=2026-04-30")).await;
    assert!(table.header("content-disposition").contains("-tasks-2026-04-30.csv"));
    // Before it was opened there was nothing for the public to read.
    let before = reader.get(&format!("{plan}?as_of=2026-04-01")).await;
    assert_eq!(
        (before.status, before.one("h1")),
        (StatusCode::NOT_FOUND, "那一天还没有".to_owned())
    );
    // Of a task that is not open it is not even said whether it was there.
    let withheld = reader
        .get(&format!("/public/tasks/{}?as_of=2026-04-30", site.rows[2].task))
        .await;
    assert_eq!(withheld.one("h1"), "没有找到");
}

#[tokio::test]
async fn a_plan_is_issued_with_effect_from_an_earlier_day() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let address = adopted_plan(&mut office).await;
    let page = office.get(&address).await;
    // A document without a date lets nothing take effect earlier, so the form does not ask.
    let asks = !page.all("#effective_on").is_empty();
    assert_eq!(asks, page.text.contains("成文日期"), "{}", page.text);
    let typed = [("effective_on", "2026-02-30")];
    let bad = office.submit(&page, "form[action$='/issue']", &typed).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let future = office
        .submit(&page, "form[action$='/issue']", &[("effective_on", "2027-01-01")])
        .await;
    assert_eq!(future.status, StatusCode::CONFLICT, "{}", future.text);
    assert!(
        future.one("h1").len() > 3 && future.text.contains("生效"),
        "{}",
        future.text
    );
}
