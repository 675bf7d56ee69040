//! Lights as they are kept: what they are computed from, which wait to be computed again, and their totals.
//!
//! Which light is right is the ledger's to say and tested there.

use jiff::civil::date;
use luoshi_ledger::{
    Command,
    command::NameReporter,
    ids::TaskId,
    light::{Colour, Light, LightFacts, Proof, Reason, ReportFact},
    task::Reporting,
    view::{LedgerFilter, LightCounts},
};
use luoshi_store::{Store, StoreError};

use crate::scene::{Scene, at, give, judge, march, next_id, row_of};

pub(super) fn lights(store: Store) {
    let scene = Scene::set_up(store);
    let [growth, road, outside] = scene.tasks;
    let day = date(2026, 3, 26);
    let waiting = |day| {
        scene
            .store
            .read(|snapshot| snapshot.tasks_with_light_before(day, 10))
            .unwrap()
    };
    assert_eq!(waiting(day).len(), 3, "a new task has never been judged");
    assert_eq!(
        scene
            .store
            .read(|snapshot| snapshot.tasks_with_light_before(day, 2))
            .unwrap()
            .len(),
        2
    );

    give(
        &scene.store,
        &scene.clerk,
        Command::SubmitReport(scene.growth_report(march())),
        // Still the 19th in Greenwich and the 20th in China, which is the day that counts.
        at("2026-03-19T17:00:00Z"),
    )
    .unwrap();
    let facts = scene
        .store
        .read(|snapshot| snapshot.light_facts(growth))
        .unwrap()
        .unwrap();
    assert_eq!(
        (facts.tracked, facts.owed_since, facts.reporters),
        (true, Some(date(2026, 3, 2)), 1)
    );
    assert_eq!((facts.report_day, facts.due), (25, date(2026, 12, 31)));
    assert_eq!(facts.reports.len(), 1);
    assert_eq!(
        (facts.reports[0].submitted_on, facts.reports[0].completion),
        (date(2026, 3, 20), Some(20))
    );
    assert_eq!(facts.reports[0].verified, None);
    let (task, plan, reports) = scene
        .store
        .read(|snapshot| {
            Ok((
                snapshot.task(growth)?,
                snapshot.plan(scene.plan)?,
                snapshot.reports_of_task(growth, 12)?,
            ))
        })
        .unwrap();
    let reports = reports.iter().filter_map(|view| ReportFact::of(&view.report)).collect();
    assert_eq!(
        LightFacts::of(&task.unwrap(), &plan.unwrap(), reports),
        facts,
        "a row knows what the things themselves say"
    );
    let untracked = scene
        .store
        .read(|snapshot| snapshot.light_facts(outside))
        .unwrap()
        .unwrap();
    assert!(!untracked.tracked);
    assert_eq!(
        scene
            .store
            .read(|snapshot| snapshot.light_facts(TaskId(next_id())))
            .unwrap(),
        None
    );

    scene
        .store
        .write(move |transaction| {
            for task in transaction.tasks_with_light_before(day, 10)? {
                judge(transaction, task, day)?;
            }
            Ok::<_, StoreError>(())
        })
        .wait()
        .unwrap();
    assert_eq!(waiting(day), []);
    assert_eq!(waiting(date(2026, 3, 27)).len(), 3);
    let row = |task| scene.store.read(|snapshot| row_of(snapshot, task)).unwrap().unwrap();
    let growth_light = row(growth).light;
    assert_eq!(
        (growth_light.colour, growth_light.proof),
        (Colour::Green, Proof::SelfReported)
    );
    assert!(matches!(growth_light.reason, Reason::Gap { completion: 20, .. }));
    assert_eq!(row(road).light.reason, Reason::Missed { months: 1 });
    let counts = |organisation| {
        scene
            .store
            .read(|snapshot| snapshot.light_counts(scene.plan, organisation))
            .unwrap()
    };
    assert_eq!(
        counts(None),
        LightCounts {
            yellow: 1,
            green: 1,
            not_tracked: 1,
            ..LightCounts::default()
        }
    );
    assert_eq!(
        counts(Some(scene.roads)),
        LightCounts {
            yellow: 1,
            ..LightCounts::default()
        }
    );
    assert_eq!(counts(Some(scene.office)), LightCounts::default());

    totals_agree_with_the_rows(&scene);
    let name = NameReporter {
        task: road,
        reporting: Reporting::Single {
            organisation: scene.office,
        },
        due: None,
        effective_on: None,
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::NameReporter(name),
        at("2026-03-27T01:00:00Z"),
    )
    .unwrap();
    assert_eq!(
        counts(Some(scene.office)),
        LightCounts {
            yellow: 1,
            ..LightCounts::default()
        }
    );
    totals_agree_with_the_rows(&scene);

    // Every reason finds its way through the row.
    let mut kept = growth_light;
    for reason in [
        Reason::NotTracked,
        Reason::NotIssued,
        Reason::NoReporter,
        Reason::Completed,
        Reason::Overdue {
            due: day,
            completion: Some(3),
        },
        Reason::Overdue {
            due: day,
            completion: None,
        },
        Reason::Gap {
            planned: 10,
            completion: 0,
        },
        Reason::Missed { months: 2 },
        Reason::NothingOwed,
        Reason::Recovering,
    ] {
        kept = Light {
            reason,
            since: None,
            ..kept
        };
        scene
            .store
            .write(move |transaction| match transaction.standing_light(growth)? {
                Some(standing) => transaction.save_light(&standing, day, &kept, None),
                None => Ok(()),
            })
            .wait()
            .unwrap();
        assert_eq!(row(growth).light, kept);
    }
}

/// The totals are kept as tasks change; here they are counted once more from the rows.
#[track_caller]
pub(super) fn totals_agree_with_the_rows(scene: &Scene) {
    scene
        .store
        .read(|snapshot| {
            for organisation in [None, Some(scene.finance), Some(scene.roads), Some(scene.office)] {
                let filter = LedgerFilter {
                    organisation,
                    ..LedgerFilter::default()
                };
                let rows = snapshot.ledger(scene.plan, &filter)?;
                let count = |colour| rows.iter().filter(|row| row.light.colour == colour).count() as u32;
                let counted = LightCounts {
                    red: count(Colour::Red),
                    yellow: count(Colour::Yellow),
                    green: count(Colour::Green),
                    grey: count(Colour::Grey),
                    not_tracked: count(Colour::NotTracked),
                };
                assert_eq!(
                    snapshot.light_counts(scene.plan, organisation)?,
                    counted,
                    "{organisation:?}"
                );
            }
            Ok(())
        })
        .unwrap();
}
