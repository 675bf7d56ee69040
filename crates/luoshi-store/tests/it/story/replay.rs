//! Replaying a ledger that nobody touched behind the program's back, and the eventful ledger that this needs.
//!
//! Finding what somebody did touch is in `tampering`.

use std::sync::Mutex;

use jiff::civil::date;
use luoshi_ledger::{
    Actor, AsOf, AsOfClock, Command, Stream, TextName,
    command::{ConfirmErasure, DeclineErasure, NameReporter, ProposeErasure, PublishTasks, ReturnReport, VerifyReport},
    erasure::ErasureGround,
    ids::{ErasureId, ReportId},
    light::light,
    period::Period,
    report::{TargetValue, VerificationMethod},
    task::{Publication, Reporting},
    view::LedgerFilter,
};
use luoshi_store::{Phase, Store};

use crate::scene::{Scene, at, give, march, next_id};

pub(super) fn replaying_a_clean_ledger(store: Store) {
    let scene = eventful(store);
    let steps = Mutex::new(Vec::new());
    let folder = tempfile::tempdir().unwrap();
    let outcome = scene
        .store
        .replay(folder.path(), &|phase: Phase, done, total| {
            steps.lock().unwrap().push((phase, done, total));
        })
        .unwrap();
    let steps = steps.into_inner().unwrap();
    assert_eq!(outcome.differences, []);
    assert!(outcome.is_clean());
    assert_eq!(outcome.events, 30);
    assert!(outcome.rows > 30, "{}", outcome.rows);
    for (phase, total) in [
        (Phase::Record, 30),
        (Phase::Streams, 30),
        (Phase::Tables, outcome.rows),
        (Phase::Derived, 3),
    ] {
        let of_phase: Vec<_> = steps.iter().filter(|(of, _, _)| *of == phase).collect();
        assert_eq!(of_phase.first(), Some(&&(phase, 0, total)));
        assert_eq!(of_phase.last(), Some(&&(phase, total, total)));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A past day holds what had been recorded by its end, with the lights of that day, and no more; the same on every engine.
pub(super) fn a_past_day(store: Store) {
    let scene = eventful(store);
    let folder = tempfile::tempdir().unwrap();
    let mut steps = Vec::new();
    let mut past = |day: &str, clock| {
        let as_of = AsOf {
            day: day.parse().unwrap(),
            clock,
        };
        let progress = &mut |done, total| steps.push((done, total));
        scene.store.past(folder.path(), as_of, progress).unwrap()
    };
    let april = past("2026-04-20", AsOfClock::Known);
    april
        .read(|snapshot| {
            let reports = snapshot.reports_of_task(scene.tasks[0], 12)?;
            let states: Vec<&str> = reports.iter().map(|view| view.report.state.code()).collect();
            // The one of April was approved that day and returned on the next; the one of March was verified.
            assert_eq!(states, ["approved", "verified"]);
            assert_eq!(snapshot.reports_of_task(scene.tasks[1], 12)?, []);
            let filter = LedgerFilter::default();
            let rows = snapshot.ledger(scene.plan, &filter)?;
            assert_eq!(rows.len(), 3);
            assert!(rows.iter().all(|row| row.publication == Publication::Withheld));
            let counts = snapshot.light_counts(scene.plan, None)?;
            assert_eq!(counts.not_tracked, 1);
            let facts = snapshot.light_facts(scene.tasks[0])?.unwrap();
            assert_eq!(rows[0].light, light(&facts, date(2026, 4, 20)));
            // The history of a task is there, with places in the log.
            let months: Vec<(ReportId, Period)> = reports
                .iter()
                .map(|view| (view.report.id, view.report.period))
                .collect();
            let timeline = snapshot.timeline(scene.tasks[0], &months)?;
            assert!(timeline.len() > 3 && timeline.iter().all(|entry| entry.leaf_index.is_some()));
            Ok(())
        })
        .unwrap();
    let before = past("2026-02-01", AsOfClock::Known);
    before
        .read(|snapshot| {
            assert_eq!(snapshot.plans()?, []);
            assert_eq!(snapshot.organisations()?, []);
            Ok(())
        })
        .unwrap();
    // By the clock of truth a body is not there only since it was entered.
    let before = past("2026-02-01", AsOfClock::True);
    before
        .read(|snapshot| {
            assert_eq!(snapshot.plans()?, []);
            assert_eq!(snapshot.organisations()?.len(), 3);
            Ok(())
        })
        .unwrap();
    assert_eq!((steps.first(), steps.last()), (Some(&(0, 30)), Some(&(30, 30))));
}

/// A ledger in which every table has rows and every column that can be empty is filled somewhere.
pub(crate) fn eventful(store: Store) -> Scene {
    let scene = Scene::set_up(store);
    let april = march().next();
    let verified = scene.approved_growth_report(march(), at("2026-03-20T02:00:00Z"));
    let verify = VerifyReport {
        report: verified,
        method: VerificationMethod::SiteVisit,
        values: vec![TargetValue {
            target: scene.target,
            value: "1.2".parse().unwrap(),
        }],
        completion: None,
        conclusion: "属实".to_owned(),
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::VerifyReport(verify),
        at("2026-03-23T02:00:00Z"),
    )
    .unwrap();
    let returned = scene.approved_growth_report(april, at("2026-04-20T02:00:00Z"));
    let back = ReturnReport {
        report: returned,
        reason: "缺数据".to_owned(),
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::ReturnReport(back),
        at("2026-04-21T02:00:00Z"),
    )
    .unwrap();
    for (organisation, clerk) in [(scene.roads, &scene.roads_clerk), (scene.finance, &scene.clerk)] {
        let command = Command::SubmitReport(scene.road_report(organisation, april));
        give(&scene.store, clerk, command, at("2026-04-22T02:00:00Z")).unwrap();
    }
    let publish = PublishTasks {
        plan: scene.plan,
        tasks: scene.tasks.to_vec(),
        publication: Publication::Open,
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::PublishTasks(publish),
        at("2026-04-23T02:00:00Z"),
    )
    .unwrap();
    let withhold = PublishTasks {
        plan: scene.plan,
        tasks: vec![scene.tasks[2]],
        publication: Publication::Withheld,
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::PublishTasks(withhold),
        at("2026-04-23T03:00:00Z"),
    )
    .unwrap();
    let name = NameReporter {
        task: scene.tasks[1],
        reporting: Reporting::Jointly {
            organisations: vec![scene.finance, scene.roads],
        },
        due: Some(date(2026, 10, 1)),
        effective_on: None,
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::NameReporter(name),
        at("2026-04-24T02:00:00Z"),
    )
    .unwrap();
    let road = ReportId::of(scene.tasks[1], scene.roads, april);
    let texts = scene
        .store
        .read(|snapshot| snapshot.texts_of(Stream::Report(road)))
        .unwrap();
    let place = texts
        .into_iter()
        .find(|text| text.name == TextName::HelpWanted)
        .unwrap()
        .place;
    let propose = |erasure| ProposeErasure {
        erasure,
        ground: ErasureGround::BusinessSecret,
        texts: vec![place],
        files: vec!["ab".repeat(32)],
        explanation: "企业申请".to_owned(),
    };
    let (declined, confirmed) = (ErasureId(next_id()), ErasureId(next_id()));
    let decline = DeclineErasure {
        erasure: declined,
        reason: "依据不足".to_owned(),
    };
    let confirm = ConfirmErasure { erasure: confirmed };
    for (actor, command) in [
        (&scene.supervisor, Command::ProposeErasure(propose(declined))),
        (&Actor::console(), Command::DeclineErasure(decline)),
        (&scene.supervisor, Command::ProposeErasure(propose(confirmed))),
        (&Actor::console(), Command::ConfirmErasure(confirm)),
    ] {
        give(&scene.store, actor, command, at("2026-04-24T03:00:00Z")).unwrap();
    }
    scene
        .store
        .write(|transaction| {
            let given = transaction.sequence_waiting_leaves(0, 1_000)?;
            transaction.save_checkpoint(given, "note", at("2026-04-25T02:00:00Z"))
        })
        .wait()
        .unwrap();
    scene
}
