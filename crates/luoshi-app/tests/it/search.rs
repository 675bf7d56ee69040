//! Search as the application offers it: it finds what the policy lets the actor see, whether the worker has come by or not.

use std::sync::Arc;

use jiff::ToSpan;
use luoshi_app::{Request, search::SearchRequest};
use luoshi_ledger::{
    Actor, Command, Role,
    command::{AddTask, NewTask, PublishTasks, SubmitReport},
    ids::{PlanId, ReportId, TaskId},
    period::day_in_china,
    policy::search_reader,
    search::{SearchKind, SearchPage, SearchQuery, SearchReader, SearchSubject},
    task::{Publication, Reporting, TaskKind, Tracking},
};
use luoshi_store::{Location, Store};
use tokio::sync::watch;

use crate::{
    site::{Site, open},
    way::submission,
};

fn request(typed: &str, kind: SearchKind) -> SearchRequest {
    SearchRequest {
        query: SearchQuery::read(typed).unwrap(),
        kind,
        plan: None,
        after: None,
        limit: 100,
    }
}

fn ids(page: &SearchPage) -> Vec<uuid::Uuid> {
    page.hits.iter().map(|hit| hit.subject.id()).collect()
}

#[tokio::test]
async fn what_is_found_is_what_may_be_seen() {
    let (site, plan) = Site::issued().await;
    let rows = site.rows(plan);
    let (first, water) = (rows[0].reporters[0].0, rows[1].reporters[0].0);
    let clerk = site.person("填报", Role::Clerk, first).await;
    let people = [
        Actor::console(),
        site.supervisor().await,
        clerk.clone(),
        site.person("审核", Role::Head, first).await,
        site.person("水利", Role::Clerk, water).await,
    ];
    site.at("2026-03-20T02:00:00Z");
    site.app
        .execute(&clerk, Command::SubmitReport(submission(&rows[0])).into())
        .await
        .unwrap();
    let publish = PublishTasks {
        plan,
        tasks: vec![rows[1].task],
        publication: Publication::Open,
    };
    site.execute(Command::PublishTasks(publish)).await;
    let report = ReportId::of(rows[0].task, first, "2026-03".parse().unwrap());
    for _ in 0..2 {
        for actor in &people {
            for row in &rows {
                let typed: String = row.title.chars().take(8).collect();
                let found = site.app.search(actor, &request(&typed, SearchKind::Task)).unwrap();
                let is_found = ids(&found).contains(&row.task.0);
                let may_see = site.app.task(actor, row.task).unwrap().is_some();
                assert_eq!(is_found, may_see, "{typed} for {actor:?}");
                let count = site
                    .app
                    .search_count(actor, &request(&typed, SearchKind::Task))
                    .unwrap();
                assert_eq!(count.count as usize, found.hits.len());
            }
            let found = site
                .app
                .search(actor, &request("资金缺口", SearchKind::Report))
                .unwrap();
            let may_see = site.app.report(actor, report).unwrap().is_some();
            assert_eq!(!found.hits.is_empty(), may_see, "{actor:?}");
            let plans = site.app.search(actor, &request("任务分解", SearchKind::Plan)).unwrap();
            assert_eq!(plans.hits.len(), site.app.plans(actor).unwrap().len());
            let documents = site.app.search(actor, &request("就业", SearchKind::Document)).unwrap();
            assert_eq!(documents.hits.len(), site.app.documents(actor).unwrap().len());
            let bodies = site
                .app
                .search(actor, &request("财政", SearchKind::Organisation))
                .unwrap();
            assert_eq!(bodies.hits.len(), 1, "it is named beside each of them");
        }
        for row in &rows {
            let typed: String = row.title.chars().take(8).collect();
            let found = site.app.public_search(&request(&typed, SearchKind::Task)).unwrap();
            let is_open = site.app.public_task(row.task).unwrap().is_some();
            assert_eq!(!found.hits.is_empty(), is_open, "{typed}");
        }
        for kind in [
            SearchKind::Report,
            SearchKind::Document,
            SearchKind::Plan,
            SearchKind::Organisation,
        ] {
            assert_eq!(site.app.public_search(&request("资金", kind)).unwrap().hits, []);
        }
        // The second time from the index.
        site.app.rebuild_search().unwrap();
        assert_eq!(site.app.search_faults().unwrap(), 0);
    }
    let nobody = Actor {
        organisation: None,
        roles: Vec::new(),
        ..clerk
    };
    assert_eq!(search_reader(&nobody), None);
    assert_eq!(search_reader(&people[4]), Some(SearchReader::Body(water)));
    assert_eq!(
        site.app
            .search(&nobody, &request("财政", SearchKind::Task))
            .unwrap()
            .hits,
        []
    );
}

fn many(site: &Site, plan: PlanId, count: u32) -> Vec<(Actor, Request, jiff::Timestamp)> {
    (0..count)
        .map(|index| {
            let task = NewTask {
                task: TaskId(site.app.new_id()),
                section: None,
                kind: TaskKind::MeetingDecision,
                label: String::new(),
                title: format!("修建第{index}号粮仓"),
                text: format!("修建第{index}号粮仓。"),
                basis: None,
                source: None,
                parties: Vec::new(),
                targets: Vec::new(),
                deliverable: None,
                due: None,
                reporting: Reporting::Unnamed,
                tracking: Tracking::Tracked { excluded: Vec::new() },
            };
            let command = Command::AddTask(AddTask {
                plan,
                number: 100 + index,
                task,
            });
            (Actor::console(), Request::from(command), site.app.now())
        })
        .collect()
}

#[tokio::test]
async fn the_worker_takes_what_has_gathered_and_the_answers_stay() {
    let (site, plan) = Site::issued().await;
    site.app.execute_all(many(&site, plan, 300)).await.unwrap();
    let numbers = || -> Vec<u32> {
        let page = site
            .app
            .search(&Actor::console(), &request("号粮仓", SearchKind::Task))
            .unwrap();
        assert!(page.is_whole && page.next.is_some());
        let number = |subject: &SearchSubject| match subject {
            SearchSubject::Task { number, .. } => *number,
            other => panic!("{other:?}"),
        };
        page.hits.iter().map(|hit| number(&hit.subject)).collect()
    };
    let before = numbers();
    assert_eq!(before, (100..200).collect::<Vec<_>>(), "one instant: by 序号");
    let count = site
        .app
        .search_count(&Actor::console(), &request("粮仓", SearchKind::Task))
        .unwrap();
    assert_eq!((count.count, count.is_more), (200, true));
    site.app.drain_jobs().await.unwrap();
    assert_eq!(numbers(), before);
    assert_eq!(site.app.search_faults().unwrap(), 0);

    // Another process opens the same folder and makes the index again.
    let other = open(site.folder.path(), &site.clock);
    other.rebuild_search().unwrap();
    assert_eq!(numbers(), before);
    assert!(site.app.verify(&mut |_, _| {}).unwrap().is_sound());
}

/// A server that was told to end on the first morning of a day judged every light before it did.
#[tokio::test]
async fn a_worker_that_is_told_to_end_leaves_what_takes_its_time_to_the_next() {
    let (site, plan) = Site::issued().await;
    site.app.execute_all(many(&site, plan, 300)).await.unwrap();
    site.clock.set(site.app.now().checked_add(48.hours()).unwrap());
    let store = Store::open(&Location::Sqlite(site.folder.path().join("luoshi.db"))).unwrap();
    let today = day_in_china(site.app.now());
    let left = || {
        let read = store.read(|snapshot| {
            Ok((
                snapshot.waiting_search_count(1_000)?,
                snapshot.tasks_with_light_before(today, 1_000)?.len(),
                snapshot.unsequenced_leaves(1)?.len(),
            ))
        });
        read.unwrap()
    };
    let (_stop, stopped) = watch::channel(true);
    Arc::clone(&site.app).run_jobs(stopped).await;
    let (entries, lights, leaves) = left();
    assert!(entries >= 300 && lights >= 300, "{entries}, {lights}");
    assert_eq!(leaves, 0, "what receipts promise is not put off");
    site.app.drain_jobs().await.unwrap();
    assert_eq!(left(), (0, 0, 0));
}

#[tokio::test]
async fn a_report_is_found_from_its_own_commit_on() {
    let (site, plan) = Site::issued().await;
    let row = site.rows(plan).remove(0);
    let body = row.reporters[0].0;
    let clerk = site.person("填报", Role::Clerk, body).await;
    site.app.rebuild_search().unwrap();
    site.at("2026-03-20T02:00:00Z");
    let report = SubmitReport {
        done: "首次说法".to_owned(),
        ..submission(&row)
    };
    let found = |words: &str| {
        site.app
            .search(&clerk, &request(words, SearchKind::Report))
            .unwrap()
            .hits
    };
    assert_eq!(found("首次说法"), []);
    site.app
        .execute(&clerk, Command::SubmitReport(report).into())
        .await
        .unwrap();
    assert_eq!(found("首次说法").len(), 1);
}
