//! The whole way: a document becomes a plan, a department reports, the head approves, the office verifies, the public reads.

use std::sync::Arc;

use futures_util::future::join_all;
use luoshi_app::{AppError, Request, task::HandMadeTask};
use luoshi_equipment::postgres::Server;
use luoshi_ledger::{
    Actor, Command, Refusal, Role,
    command::{ApproveReport, FoundOrganisation, NameReporter, PublishTasks, SubmitReport, VerifyReport},
    ids::{OrganisationId, ReportId},
    light::{Colour, Reason},
    organisation::OrganisationKind,
    report::{TargetValue, VerificationMethod},
    task::{Publication, Reporting, TaskKind},
    view::{LedgerFilter, LedgerRow},
};
use luoshi_types::PartyRole;

use crate::site::Site;

const SECRET_WORDS: &str = "资金缺口较大，请财政部门研究";

pub(crate) fn submission(row: &LedgerRow) -> SubmitReport {
    SubmitReport {
        task: row.task,
        organisation: row.reporters[0].0,
        period: "2026-03".parse().unwrap(),
        values: row
            .targets
            .first()
            .map(|target| TargetValue {
                target: target.id,
                value: "9000000000".parse().unwrap(),
            })
            .into_iter()
            .collect(),
        completion: Some(30),
        done: "首批项目已开工".to_owned(),
        problems: SECRET_WORDS.to_owned(),
        help_wanted: String::new(),
        next_step: "加快资金拨付".to_owned(),
        evidence: Vec::new(),
    }
}

#[tokio::test]
async fn from_document_to_public_page() {
    let (site, plan) = Site::issued().await;
    let rows = site.rows(plan);
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[3].light.colour, Colour::NotTracked);
    assert!(rows[3].reporters.is_empty() && rows[4].reporters.is_empty());
    let row = &rows[0];
    let body: OrganisationId = row.reporters[0].0;
    let supervisor = site.supervisor().await;
    let clerk = site.person("填报", Role::Clerk, body).await;
    let head = site.person("审核", Role::Head, body).await;

    site.at("2026-03-20T02:00:00Z");
    let duties = site.app.duties(&clerk).unwrap();
    assert_eq!(duties.len(), 1, "{duties:?}");
    let submit = Request {
        command: Command::SubmitReport(submission(row)),
        expected: None,
        idempotency_key: Some("one key".to_owned()),
    };
    let first = site.app.execute(&clerk, submit.clone()).await.unwrap();
    let second = site.app.execute(&clerk, submit.clone()).await.unwrap();
    assert_eq!(
        (second.command, &second.receipt, second.repeated),
        (first.command, &first.receipt, true)
    );
    let mut other = submit.clone();
    other.command = Command::SubmitReport(SubmitReport {
        done: "另一份".to_owned(),
        ..submission(row)
    });
    assert!(matches!(
        site.app.execute(&clerk, other).await,
        Err(AppError::KeyReused)
    ));

    let report = ReportId::of(row.task, body, "2026-03".parse().unwrap());
    assert_eq!(site.app.awaiting_approval(&head).unwrap().len(), 1);
    site.app
        .execute(&head, Command::ApproveReport(ApproveReport { report }).into())
        .await
        .unwrap();
    assert_eq!(site.app.awaiting_verification(&supervisor).unwrap().len(), 1);
    let verify = VerifyReport {
        report,
        method: VerificationMethod::SiteVisit,
        values: Vec::new(),
        completion: Some(20),
        conclusion: "实地查看，开工项目属实".to_owned(),
    };
    site.app
        .execute(&supervisor, Command::VerifyReport(verify).into())
        .await
        .unwrap();
    assert_eq!(
        site.rows(plan)[0].completion,
        Some(20),
        "what was verified counts before what was reported"
    );

    assert_eq!(site.app.public_task(row.task).unwrap(), None);
    let publish = PublishTasks {
        plan,
        tasks: rows.iter().map(|row| row.task).collect(),
        publication: Publication::Open,
    };
    site.app
        .execute(&supervisor, Command::PublishTasks(publish).into())
        .await
        .unwrap();
    let public = site.app.public_task(row.task).unwrap().unwrap();
    assert_eq!(public.values[0].reported_completion, Some(30));
    assert_eq!(public.values[0].verified_completion, Some(20));
    assert!(!format!("{public:?}").contains("资金缺口"));
    assert_eq!(site.app.public_tasks(plan).unwrap().unwrap().len(), 5);

    site.app.drain_jobs().await.unwrap();
    let receipt = site.app.receipt(&clerk, first.command).unwrap().unwrap();
    assert!(receipt.proof.is_some() && receipt.leaf_index.is_some());
    assert_eq!(site.app.receipt(&head, first.command).unwrap(), None);
    let verification = site.app.verify(&mut |_, _| {}).unwrap();
    assert!(verification.is_sound(), "{verification:?}");
    assert!(verification.leaves == verification.events && verification.events > 10);
}

/// The reason of a light showed a figure that no head had approved yet.
#[tokio::test]
async fn a_figure_that_is_still_inside_a_body_does_not_shine_through_its_light() {
    let (site, plan) = Site::issued().await;
    let row = &site.rows(plan)[0];
    let body = row.reporters[0].0;
    let supervisor = site.supervisor().await;
    let clerk = site.person("填报", Role::Clerk, body).await;
    let head = site.person("审核", Role::Head, body).await;
    let publish = PublishTasks {
        plan,
        tasks: vec![row.task],
        publication: Publication::Open,
    };
    site.app
        .execute(&supervisor, Command::PublishTasks(publish).into())
        .await
        .unwrap();
    site.at("2026-03-20T02:00:00Z");
    site.app
        .execute(&clerk, Command::SubmitReport(submission(row)).into())
        .await
        .unwrap();
    let inside = site.rows(plan)[0].light.reason;
    let public = || site.app.public_task(row.task).unwrap().unwrap().light.reason;
    assert!(matches!(inside, Reason::Gap { completion: 30, .. }), "{inside:?}");
    assert_eq!(public(), Reason::Missed { months: 0 }, "that it reported is no secret");
    let report = ReportId::of(row.task, body, "2026-03".parse().unwrap());
    site.app
        .execute(&head, Command::ApproveReport(ApproveReport { report }).into())
        .await
        .unwrap();
    assert_eq!(public(), inside, "the head's word is the body's");
}

#[tokio::test]
async fn what_concerns_others_is_not_there() {
    let (site, plan) = Site::issued().await;
    let rows = site.rows(plan);
    let water = rows[1].reporters[0].0;
    let clerk = site.person("水利", Role::Clerk, water).await;
    let seen = site
        .app
        .ledger(&clerk, plan, &LedgerFilter::default())
        .unwrap()
        .unwrap();
    assert_eq!(seen.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2]);
    assert!(site.app.task(&clerk, rows[0].task).unwrap().is_none());
    assert!(site.app.passage(&clerk, rows[0].task).unwrap().is_none());
    assert!(site.app.passage(&clerk, rows[1].task).unwrap().is_some());
    let foreign = Command::SubmitReport(submission(&rows[0]));
    assert!(matches!(
        site.app.execute(&clerk, foreign.into()).await,
        Err(AppError::NotFound)
    ));
    assert!(
        site.app
            .missing(&clerk, plan, "2026-03".parse().unwrap())
            .unwrap()
            .is_none()
    );
    assert!(site.app.accounts(&clerk).unwrap().is_empty());
}

#[tokio::test]
async fn who_has_not_reported() {
    let (site, plan) = Site::issued().await;
    site.at("2026-05-27T02:00:00Z");
    let missing = site
        .app
        .missing(&Actor::console(), plan, "2026-04".parse().unwrap())
        .unwrap()
        .unwrap();
    assert_eq!(missing.len(), 3, "{missing:?}");
    let before = site
        .app
        .missing(&Actor::console(), plan, "2026-02".parse().unwrap())
        .unwrap()
        .unwrap();
    assert!(before.is_empty());
    site.app.drain_jobs().await.unwrap();
    let red = LedgerFilter {
        light: Some(Colour::Red),
        ..LedgerFilter::default()
    };
    let page = site.app.ledger(&Actor::console(), plan, &red).unwrap().unwrap();
    assert_eq!(
        (
            page.rows.len(),
            page.counts.red,
            page.counts.grey,
            page.counts.not_tracked
        ),
        (3, 3, 1, 1)
    );
}

#[tokio::test]
async fn bodies_that_are_named_late_owe_nothing_for_the_months_before() {
    let (site, plan) = Site::issued().await;
    let rows = site.rows(plan);
    site.at("2026-06-20T02:00:00Z");
    let (task, organisation) = (rows[4].task, rows[0].reporters[0].0);
    let name = NameReporter {
        task,
        reporting: Reporting::Single { organisation },
        due: None,
        effective_on: None,
    };
    site.execute(Command::NameReporter(name)).await;
    let row = || site.rows(plan).swap_remove(4);
    assert_eq!(row().light.colour, Colour::Grey, "{:?}", row().light);
    let owed = |period: &str| {
        let duties = site
            .app
            .missing(&Actor::console(), plan, period.parse().unwrap())
            .unwrap()
            .unwrap();
        duties.iter().any(|duty| duty.task == task)
    };
    assert!(!owed("2026-05") && owed("2026-06"));
    site.at("2026-06-26T02:00:00Z");
    site.app.drain_jobs().await.unwrap();
    assert_eq!(row().light.colour, Colour::Yellow, "{:?}", row().light);
}

#[tokio::test]
async fn pages_of_the_ledger_join_without_gap_or_overlap() {
    let (site, plan) = Site::issued().await;
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let filter = LedgerFilter {
            limit: Some(2),
            after_number: after,
            ..LedgerFilter::default()
        };
        let page = site.app.ledger(&Actor::console(), plan, &filter).unwrap().unwrap();
        seen.extend(page.rows.iter().map(|row| row.number));
        after = page.next_after;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_refused_command_leaves_nothing() {
    let (site, plan) = Site::issued().await;
    let before = site.app.verify(&mut |_, _| {}).unwrap().events;
    let again = Command::IssuePlan(luoshi_ledger::command::IssuePlan {
        plan,
        effective_on: None,
    });
    let answer = site.app.execute(&Actor::console(), again.into()).await;
    assert!(
        matches!(answer, Err(AppError::Refused(Refusal::AlreadyIssued))),
        "{answer:?}"
    );
    assert_eq!(site.app.verify(&mut |_, _| {}).unwrap().events, before);
}

/// The rows of the ledger carried the latest report to every body that the task concerns, and so did its exports.
#[tokio::test]
async fn the_ledger_of_a_body_holds_no_words_of_another() {
    let (site, plan) = Site::issued().await;
    let row = site.rows(plan).remove(0);
    let body = row.reporters[0].0;
    let beside = row
        .parties
        .iter()
        .filter_map(|party| Some(party.organisation.as_ref()?.0))
        .find(|organisation| *organisation != body)
        .unwrap();
    let clerk = site.person("填报", Role::Clerk, body).await;
    let other = site.person("另一单位填报", Role::Clerk, beside).await;
    site.at("2026-03-20T02:00:00Z");
    site.app
        .execute(&clerk, Command::SubmitReport(submission(&row)).into())
        .await
        .unwrap();
    let latest = |actor: &Actor| {
        let page = site.app.ledger(actor, plan, &LedgerFilter::default()).unwrap().unwrap();
        page.rows
            .into_iter()
            .find(|found| found.task == row.task)
            .unwrap()
            .latest
    };
    assert_eq!(latest(&clerk).unwrap().problems, SECRET_WORDS);
    assert_eq!(latest(&site.supervisor().await).unwrap().problems, SECRET_WORDS);
    assert_eq!(latest(&other), None);
}

/// A key that was used for one task by hand gave its receipt for another one too, which was then nowhere.
#[tokio::test]
async fn a_key_stands_for_one_task_by_hand_only() {
    let (site, plan) = Site::issued().await;
    let supervisor = site.supervisor().await;
    let lead = site.rows(plan)[0].reporters[0].0;
    let by_hand = |title: &str| HandMadeTask {
        kind: TaskKind::MeetingDecision,
        section: None,
        title: title.to_owned(),
        text: title.to_owned(),
        basis: "省政府第12次常务会议纪要".to_owned(),
        parties: vec![(lead, PartyRole::Lead)],
        reporting: Reporting::Single { organisation: lead },
        deliverable: String::new(),
        due: None,
    };
    let add = |title: &str| {
        site.app
            .add_task(&supervisor, plan, by_hand(title), Some("one key".to_owned()))
    };
    let (_, first) = add("清理拖欠账款").await.unwrap();
    let (_, again) = add("清理拖欠账款").await.unwrap();
    assert_eq!((again.command, again.repeated), (first.command, true));
    assert!(matches!(add("另一项任务").await, Err(AppError::KeyReused)));
    assert_eq!(site.rows(plan).len(), 6);
}

/// Requests under one key at one moment, which touch nothing of each other: one is carried out, and the others learn of it. On a server each is a
/// transaction of its own, and they meet only when they are committed.
async fn one_of_many_under_a_key(site: Site) {
    let founded = || site.app.organisations(&Actor::console()).unwrap().len();
    let before = founded();
    for round in 0..8 {
        let requests = (0..6).map(|number| {
            let command = Command::FoundOrganisation(FoundOrganisation {
                organisation: OrganisationId(site.app.new_id()),
                name: format!("第{round}轮之{}", number % 2),
                short_names: Vec::new(),
                kind: OrganisationKind::Department,
            });
            let request = Request {
                command,
                expected: None,
                idempotency_key: Some(format!("key {round}")),
            };
            let app = Arc::clone(&site.app);
            tokio::spawn(async move { app.execute(&Actor::console(), request).await })
        });
        let (mut done, mut refused) = (Vec::new(), 0);
        for answer in join_all(requests).await {
            match answer.unwrap() {
                Ok(answer) => done.push(answer),
                Err(AppError::KeyReused) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(
            (done.len(), refused),
            (3, 3),
            "those that ask for the same, and the others"
        );
        assert_eq!(done.iter().filter(|answer| !answer.repeated).count(), 1);
        assert!(done.iter().all(|answer| answer.receipt == done[0].receipt));
        assert_eq!(founded(), before + round + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_requests_under_one_key_at_one_moment_one_is_carried_out() {
    one_of_many_under_a_key(Site::new()).await;
    if let Some(server) = Server::shared("requests under one key at one moment on PostgreSQL") {
        one_of_many_under_a_key(Site::on_postgres(&server.database())).await;
    }
}
