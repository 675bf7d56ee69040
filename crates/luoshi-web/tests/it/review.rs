//! The review: drafts beside their source, corrected one by one, adopted once.

use axum::http::StatusCode;
use luoshi_ledger::{Actor, view::LedgerFilter};

use crate::{
    document::{DRAFTS, review_of_drafts},
    site::{Page, TestSite},
};

#[tokio::test]
async fn drafts_in_doubt_come_first_and_the_source_is_whole() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let address = review_of_drafts(&mut office).await;
    let page = office.get(&address).await;
    let drafts = page.all(".draft");
    assert_eq!(drafts.len(), 3);
    assert!(
        drafts[0].contains("建好学校") && drafts[0].contains("没有写明责任单位"),
        "{drafts:?}"
    );
    assert!(
        drafts[1].contains("扩大就业") && drafts[1].contains("报送：人力资源和社会保障厅"),
        "{drafts:?}"
    );
    assert!(
        drafts[2].contains("维护社会稳定") && drafts[2].contains("不予跟踪"),
        "{drafts:?}"
    );
    let length = DRAFTS.chars().count();
    let whole = format!("全文 {length} 字，{length} 字逐字归类");
    assert!(page.text.contains(&whole), "{}", page.text);
    // Not a character of the source is lost on the way to the page, but for the numbers that lead back to the drafts.
    let source = page.one(".source");
    let numbers: String = page.all(".source-number").concat();
    assert_eq!(numbers, "123");
    let mut expected = letters(DRAFTS);
    for (number, start) in [("1", "扩大就业"), ("2", "建好学校"), ("3", "维护社会")] {
        expected = expected.replacen(start, &format!("{number}{start}"), 1);
    }
    assert_eq!(letters(&source), expected);
    assert_eq!(page.all(".source-target")[1..], ["46万人以上", "10所以上"]);
    // Each draft finds its passage and each passage its draft.
    for number in 1..=3 {
        assert_eq!(page.all(&format!("#task-{number} a[href='#source-{number}']")).len(), 1);
        assert_eq!(page.all(&format!("#source-{number} a[href='#task-{number}']")).len(), 1);
    }
}

/// Words without the white space that pages put between the pieces of a passage.
pub(crate) fn letters(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// The form of one draft.
const FORM: &str = "form[action*='/tasks/']";

#[tokio::test]
async fn a_draft_is_corrected_and_leads_on() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let address = review_of_drafts(&mut office).await;
    let start = office.get(&address).await.attribute(".heading a.button", "href");
    assert_eq!(start, format!("{address}/tasks/2"));
    let page = office.get(&start).await;
    assert!(letters(&page.one("blockquote")).contains("新建学校10所以上"));
    assert!(
        page.all("input[name=text], textarea[name=text]").is_empty(),
        "the promise has no field"
    );
    let more = office
        .submit(&page, FORM, &[("then", "more"), ("title", "建好中小学校")])
        .await;
    assert_eq!(more.status, StatusCode::OK);
    assert_eq!(more.attribute("#title", "value"), "建好中小学校");
    assert_eq!(
        more.all("input[name^='party-'][name$='-name']").len(),
        5,
        "three more rows"
    );
    let wrong = office
        .submit(
            &more,
            FORM,
            &[("due", "年底"), ("party-0-name", "教育厅"), ("target-0-value", "十")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.all("#errors li").len(), 2, "{:?}", wrong.all("#errors li"));
    assert_eq!(wrong.attribute("#party-0-name", "value"), "教育厅");
    assert_eq!(wrong.attribute("#target-0-value", "aria-invalid"), "true");
    let saved = office
        .submit(
            &wrong,
            FORM,
            &[
                ("due", "2027-09-01"),
                ("target-0-subject", "新建学校"),
                ("target-0-value", "12"),
                ("party-0-role", "lead"),
                ("party-0-reports", "yes"),
                ("deliverable", "投入使用"),
                ("checked", "yes"),
                ("then", "next"),
            ],
        )
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{:?}", saved.all("#errors li"));
    assert_eq!(
        saved.location().unwrap(),
        format!("{address}#task-2"),
        "no other draft is in doubt"
    );
    let draft = office.get(&address).await.one("#task-2");
    for words in [
        "建好中小学校",
        "已核对",
        "教育厅（牵头）",
        "≥12所",
        "2027-09-01",
        "报送：教育厅",
    ] {
        assert!(draft.contains(words), "{words} in {draft}");
    }
}

#[tokio::test]
async fn a_page_that_somebody_else_overtook_is_told_so() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let address = review_of_drafts(&mut office).await;
    let task = office.get(&format!("{address}/tasks/1")).await;
    let review = office.get(&address).await;
    let saved = office.submit(&task, FORM, &[("then", "back")]).await;
    assert_eq!(saved.location().unwrap(), format!("{address}#task-1"));
    for (page, form) in [
        (&task, FORM),
        (&review, "form[action$='/plan']"),
        (&review, "form[action$='/adopt']"),
    ] {
        let late = office.submit(page, form, &[]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{form}");
        assert_eq!(late.one("h1"), "内容已被他人更新");
    }
}

#[tokio::test]
async fn a_shipped_mark_stays_and_an_own_one_needs_its_reason() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let address = review_of_drafts(&mut office).await;
    let shipped = office.get(&format!("{address}/tasks/3")).await;
    assert!(
        shipped.one(".notice").contains("不能在这里取消"),
        "{}",
        shipped.one(".notice")
    );
    assert!(shipped.all("input[name=not_tracked]").is_empty());
    let forced = [
        ("not_tracked", ""),
        ("reason", ""),
        ("party-0-reports", "yes"),
        ("target-0-subject", "某某"),
        ("targets", "1"),
        ("then", "back"),
    ];
    let saved = office.submit(&shipped, FORM, &forced).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let draft = office.get(&address).await.one("#task-3");
    assert!(
        draft.contains("不予跟踪") && !draft.contains("报送：") && !draft.contains("某某"),
        "{draft}"
    );

    let page = office.get(&format!("{address}/tasks/1")).await;
    let wrong = office.submit(&page, FORM, &[("not_tracked", "yes")]).await;
    assert_eq!(wrong.one("#reason-error"), "请写明不予跟踪的理由");
    let saved = office
        .submit(&wrong, FORM, &[("reason", "由中央单位负责"), ("then", "back")])
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let draft = office.get(&address).await.one("#task-1");
    assert!(
        draft.contains("不予跟踪：由中央单位负责") && !draft.contains("报送："),
        "{draft}"
    );
}

#[tokio::test]
async fn what_is_said_of_the_plan_is_checked_and_kept() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let address = review_of_drafts(&mut office).await;
    let page = office.get(&address).await;
    let form = "form[action$='/plan']";
    let wrong = office
        .submit(
            &page,
            form,
            &[("title", "新名称"), ("year", "20x7"), ("report_day", "0")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.attribute("#title", "value"), "新名称");
    assert_eq!(wrong.attribute("#year", "value"), "20x7");
    assert_eq!(wrong.all(".field-error").len(), 2);
    let right = [("year", "2028"), ("report_day", "5"), ("document_date", "2028-01-09")];
    let saved = office.submit(&wrong, form, &right).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{:?}", saved.all("#errors li"));
    let page = office.get(&address).await;
    assert_eq!(page.one("h1"), "新名称");
    assert_eq!(page.attribute("#document_date", "value"), "2028-01-09");
}

fn adoption(page: &Page) -> String {
    page.one("#adopt")
}

#[tokio::test]
async fn adopting_does_what_it_says_once() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let address = review_of_drafts(&mut office).await;
    let page = office.get(&address).await;
    let says = adoption(&page);
    // 财政厅 and 人力资源社会保障厅 are bodies of the first plan already.
    for words in [
        "立账 3 项任务",
        "新登记 1 个单位",
        "1 项不予跟踪",
        "1 项还没有报送单位",
        "1 项待确认",
    ] {
        assert!(says.contains(words), "{words} in {says}");
    }
    let console = Actor::console();
    let bodies = site.app.organisations(&console).unwrap().len();
    let adopted = office.submit(&page, "form[action$='/adopt']", &[]).await;
    assert_eq!(adopted.status, StatusCode::SEE_OTHER, "{}", adopted.text);
    let plan = adopted.location().unwrap();
    // A second press leads to the same plan.
    let again = office.submit(&page, "form[action$='/adopt']", &[]).await;
    assert_eq!(again.location().unwrap(), plan);
    assert_eq!(site.app.organisations(&console).unwrap().len(), bodies + 1);
    let id = plan.rsplit('/').next().unwrap().parse().unwrap();
    let rows = site
        .app
        .ledger(&console, id, &LedgerFilter::default())
        .unwrap()
        .unwrap()
        .rows;
    assert_eq!(rows.len(), 3);
    assert_eq!(
        rows[0].text,
        "扩大就业。新增城镇就业46万人以上。（责任部门：人力资源社会保障厅、财政厅）"
    );

    let page = office.get(&address).await;
    assert!(page.one(".notice").contains("已经采纳"));
    assert!(page.all("main form").is_empty(), "an adopted review has no form");
    assert!(
        page.text.contains("没有需要您确认的任务"),
        "what was in doubt was adopted"
    );
    assert_eq!(
        office.get(&format!("{address}/tasks/1")).await.location().unwrap(),
        address
    );
}

#[tokio::test]
async fn an_unknown_review_or_draft_is_not_found() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let address = review_of_drafts(&mut office).await;
    for path in [
        "/reviews/018f0000-0000-7000-8000-00000000dead".to_owned(),
        "/reviews/x".to_owned(),
        "/reviews/018f0000-0000-7000-8000-00000000dead/tasks/1".to_owned(),
        format!("{address}/tasks/4"),
        format!("{address}/tasks/x"),
        format!("{address}/tasks/-1"),
    ] {
        assert_eq!(office.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
