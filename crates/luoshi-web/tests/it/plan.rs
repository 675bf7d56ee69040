//! A plan between review and ledger: issued once, opened to the public task by task.

use axum::http::StatusCode;
use luoshi_ledger::{Actor, task::Publication, view::LedgerFilter};

use crate::{
    document::review_of_drafts,
    site::{Browser, TestSite},
};

/// Adopts the drafts and answers with the address of the plan.
pub(crate) async fn adopted_plan(office: &mut Browser<'_>) -> String {
    let address = review_of_drafts(office).await;
    let page = office.get(&address).await;
    office
        .submit(&page, "form[action$='/adopt']", &[])
        .await
        .location()
        .unwrap()
}

#[tokio::test]
async fn a_plan_is_issued_once_and_says_what_follows() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let address = adopted_plan(&mut office).await;
    let page = office.get(&address).await;
    assert!(page.text.contains("已采纳，未印发"));
    assert!(
        page.one("#issue").contains("将有 1 个单位按月报送"),
        "{}",
        page.one("#issue")
    );
    assert!(page.one("#unnamed").contains("建好学校"), "{}", page.one("#unnamed"));
    let issued = office.submit(&page, "form[action$='/issue']", &[]).await;
    assert_eq!(issued.status, StatusCode::SEE_OTHER, "{}", issued.text);
    let after = office.get(&issued.location().unwrap()).await;
    assert!(after.text.contains("已印发（2026-03-20"), "{}", after.text);
    assert!(after.all("#issue").is_empty());
    let receipt = after.attribute("[role=status] a", "href");
    assert_eq!(office.get(&receipt).await.one("h1"), "回执");
    // The same form again is the same act; a fresh one is refused with the reason.
    let again = office.submit(&page, "form[action$='/issue']", &[]).await;
    assert_eq!(again.location(), issued.location());
    let other = office
        .submit(&page, "form[action$='/issue']", &[("idempotency_key", "another")])
        .await;
    assert_eq!(other.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn tasks_are_opened_and_withheld_as_chosen() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    let address = format!("/plans/{}", site.plan);
    let open = || {
        let rows = site
            .app
            .ledger(&Actor::console(), site.plan, &LedgerFilter::default())
            .unwrap()
            .unwrap()
            .rows;
        rows.iter()
            .filter(|row| row.publication == Publication::Open)
            .map(|row| row.number)
            .collect::<Vec<_>>()
    };
    assert!(open().is_empty(), "everything is withheld until somebody opens it");
    let page = office.get(&address).await;
    let none = office
        .submit(&page, "form.one-by-one", &[("publication", "open")])
        .await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.one("[role=alert]").contains("请先勾选任务"));
    let second = site.rows[1].task.to_string();
    let done = office
        .submit(&page, "form.one-by-one", &[("publication", "open"), ("task", &second)])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(open(), [2]);
    let page = office.get(&done.location().unwrap()).await;
    let all = office
        .submit(
            &page,
            "form:not(.one-by-one)[action$='/publication']",
            &[("publication", "open-tracked")],
        )
        .await;
    assert_eq!(all.status, StatusCode::SEE_OTHER);
    assert_eq!(open(), [1, 2, 3]);
    let page = office.get(&all.location().unwrap()).await;
    let third = site.rows[2].task.to_string();
    office
        .submit(
            &page,
            "form.one-by-one",
            &[("publication", "withheld"), ("task", &third)],
        )
        .await;
    assert_eq!(open(), [1, 2]);
    // A task of another plan, and one that is none.
    let foreign = adopted_plan(&mut office).await;
    let foreign_page = office.get(&foreign).await;
    let foreign_task = foreign_page.attribute("form.one-by-one input[name=task]", "value");
    let page = office.get(&address).await;
    for task in [foreign_task.as_str(), "018f0000-0000-7000-8000-00000000dead", "x"] {
        let refused = office
            .submit(&page, "form.one-by-one", &[("publication", "open"), ("task", task)])
            .await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{task}");
    }
    assert_eq!(open(), [1, 2]);
}

#[tokio::test]
async fn an_unknown_plan_is_not_found() {
    let site = TestSite::new().await;
    let mut office = site.signed_in("supervisor").await;
    assert_eq!(
        office.get("/plans/018f0000-0000-7000-8000-00000000dead").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(office.get("/plans/x").await.status, StatusCode::NOT_FOUND);
}
