//! The list of tasks: its rows, its filters, and who sees which of them.
//!
//! The lights of its rows are in `light`.

use jiff::civil::date;
use luoshi_ledger::{
    Command, Stream,
    command::{AddTask, NameReporter, NewTask, PublishTasks},
    ids::{OrganisationId, TaskId},
    light::Colour,
    task::{Publication, Reporting, TaskKind, Tracking},
    view::{LatestReport, LedgerFilter, LineVersion},
};
use luoshi_store::{Constraint, Store, StoreError, WriteError};

use super::light::totals_agree_with_the_rows;
use crate::scene::{No, Scene, at, give, march, next_id, row_of};

pub(super) fn the_ledger_and_its_filters(store: Store) {
    let scene = Scene::set_up(store);
    let [growth, road, outside] = scene.tasks;
    let publish = |tasks: &[TaskId], publication| {
        let command = PublishTasks {
            plan: scene.plan,
            tasks: tasks.to_vec(),
            publication,
        };
        give(
            &scene.store,
            &scene.supervisor,
            Command::PublishTasks(command),
            at("2026-03-03T01:00:00Z"),
        )
        .unwrap();
    };
    publish(&[growth, outside], Publication::Open);
    publish(&[outside], Publication::Withheld);
    give(
        &scene.store,
        &scene.roads_clerk,
        Command::SubmitReport(scene.road_report(scene.roads, march())),
        at("2026-03-10T01:00:00Z"),
    )
    .unwrap();
    give(
        &scene.store,
        &scene.clerk,
        Command::SubmitReport(scene.road_report(scene.finance, march())),
        at("2026-03-11T01:00:00Z"),
    )
    .unwrap();

    let tasks = |filter: LedgerFilter| -> Vec<TaskId> {
        let (rows, versions) = scene
            .store
            .read(|snapshot| {
                Ok((
                    snapshot.ledger(scene.plan, &filter)?,
                    snapshot.line_versions(scene.plan, &filter)?,
                ))
            })
            .unwrap();
        let tasks: Vec<TaskId> = rows.iter().map(|row| row.task).collect();
        let of_versions: Vec<TaskId> = versions.iter().map(|version| version.task).collect();
        assert_eq!(of_versions, tasks, "{filter:?}");
        tasks
    };
    let all = LedgerFilter::default;
    assert_eq!(tasks(all()), scene.tasks);
    assert_eq!(
        tasks(LedgerFilter {
            limit: Some(2),
            ..all()
        }),
        [growth, road]
    );
    assert_eq!(
        tasks(LedgerFilter {
            after_number: Some(1),
            limit: Some(1),
            ..all()
        }),
        [road]
    );
    assert_eq!(
        tasks(LedgerFilter {
            after_number: Some(3),
            ..all()
        }),
        []
    );
    assert_eq!(
        tasks(LedgerFilter {
            section: Some(scene.sections[1]),
            ..all()
        }),
        [road]
    );
    assert_eq!(
        tasks(LedgerFilter {
            organisation: Some(scene.finance),
            ..all()
        }),
        [growth, road]
    );
    assert_eq!(
        tasks(LedgerFilter {
            organisation: Some(scene.roads),
            ..all()
        }),
        [road]
    );
    assert_eq!(
        tasks(LedgerFilter {
            organisation: Some(scene.office),
            ..all()
        }),
        []
    );
    assert_eq!(
        tasks(LedgerFilter {
            visible_to: Some(scene.roads),
            ..all()
        }),
        [road]
    );
    let both = LedgerFilter {
        organisation: Some(scene.finance),
        visible_to: Some(scene.roads),
        ..all()
    };
    assert_eq!(tasks(both), [road]);
    assert_eq!(
        tasks(LedgerFilter {
            only_open: true,
            ..all()
        }),
        [growth]
    );
    assert_eq!(
        tasks(LedgerFilter {
            light: Some(Colour::NotTracked),
            ..all()
        }),
        [outside]
    );
    assert_eq!(
        tasks(LedgerFilter {
            light: Some(Colour::Green),
            after_number: Some(1),
            ..all()
        }),
        [road]
    );
    assert_eq!(
        tasks(LedgerFilter {
            light: Some(Colour::Red),
            ..all()
        }),
        []
    );
    assert_eq!(
        tasks(LedgerFilter {
            light: Some(Colour::Grey),
            only_open: true,
            ..all()
        }),
        [growth]
    );
    let everything = LedgerFilter {
        section: Some(scene.sections[0]),
        organisation: Some(scene.finance),
        visible_to: Some(scene.finance),
        light: Some(Colour::Grey),
        only_open: true,
        after_number: Some(0),
        limit: Some(10),
    };
    assert_eq!(tasks(everything.clone()), [growth]);
    assert_eq!(
        tasks(LedgerFilter {
            light: Some(Colour::Green),
            ..everything.clone()
        }),
        []
    );
    assert_eq!(
        tasks(LedgerFilter {
            section: Some(scene.sections[1]),
            ..everything
        }),
        []
    );
    let section_and_light = LedgerFilter {
        section: Some(scene.sections[0]),
        light: Some(Colour::Grey),
        ..all()
    };
    assert_eq!(tasks(section_and_light), [growth]);

    scene
        .store
        .read(|snapshot| {
            let rows = snapshot.ledger(scene.plan, &LedgerFilter::default())?;
            let row = &rows[0];
            assert_eq!(
                (row.section.as_str(), row.label.as_str(), row.number),
                ("一、经济", "（一）", 1)
            );
            assert_eq!(row.parties[0].organisation, Some((scene.finance, "财政厅".to_owned())));
            assert_eq!(row.parties[1].organisation, None);
            assert_eq!(row.reporters, [(scene.finance, "财政厅".to_owned())]);
            assert_eq!(
                (row.due, row.publication, row.completion),
                (date(2026, 12, 31), Publication::Open, None)
            );
            assert_eq!(row.targets.len(), 1);
            let row = &rows[1];
            assert_eq!(
                row.due,
                date(2026, 12, 31),
                "without a deadline of its own a task is due at the end of the year"
            );
            assert_eq!(row.reporters.len(), 2);
            assert_eq!(row.deliverable.as_deref(), Some("通车"));
            let latest = row.latest.as_ref().unwrap();
            assert_eq!(
                latest.organisation, scene.finance,
                "of two reports for one month the last counts as the latest"
            );
            assert_eq!(row.completion, Some(40));
            assert_eq!(rows[2].section, "");
            assert_eq!(row_of(snapshot, road)?.as_ref(), Some(row));
            assert_eq!(row_of(snapshot, TaskId(next_id()))?, None);
            let mut of_tasks = snapshot.rows_of_tasks(&scene.tasks)?;
            of_tasks.sort_by_key(|row| row.number);
            assert_eq!(of_tasks, rows);
            for (version, row) in snapshot
                .line_versions(scene.plan, &LedgerFilter::default())?
                .iter()
                .zip(&rows)
            {
                let latest = row.latest.as_ref().map(|report| LatestReport {
                    report: report.id,
                    organisation: report.organisation,
                    version: report.version,
                });
                let task_version = snapshot.stream_version(Stream::Task(row.task))?;
                let expected = LineVersion {
                    task: row.task,
                    number: row.number,
                    task_version,
                    colour: row.light.colour,
                    proof: row.light.proof,
                    latest,
                };
                assert_eq!(*version, expected);
            }

            let plans = snapshot.plans()?;
            assert_eq!((plans[0].task_count, plans[0].open_task_count), (3, 1));
            assert_eq!(plans[0].issued_at, Some(at("2026-03-02T01:00:00Z")));
            assert_eq!(snapshot.plans_of(scene.roads)?, plans);
            assert_eq!(snapshot.plans_of(scene.office)?, []);
            let names = |organisations: Vec<luoshi_ledger::view::OrganisationSummary>| -> Vec<OrganisationId> {
                organisations.iter().map(|organisation| organisation.id).collect()
            };
            assert_eq!(
                names(snapshot.organisations_of_plan(scene.plan, None)?),
                [scene.roads, scene.finance]
            );
            assert_eq!(
                names(snapshot.organisations_of_plan(scene.plan, Some(scene.roads))?),
                [scene.roads, scene.finance]
            );
            assert_eq!(
                names(snapshot.organisations_of_plan(scene.plan, Some(scene.office))?),
                []
            );
            Ok(())
        })
        .unwrap();

    // A task added by hand takes the next number, and naming other reporters moves it between ledgers.
    let added = TaskId(next_id());
    let command = AddTask {
        plan: scene.plan,
        number: 4,
        task: NewTask {
            task: added,
            section: None,
            kind: TaskKind::LeaderInstruction,
            label: String::new(),
            title: "批示事项".to_owned(),
            text: "批示事项。".to_owned(),
            basis: Some("批示".to_owned()),
            source: None,
            parties: Vec::new(),
            targets: Vec::new(),
            deliverable: None,
            due: Some(date(2026, 6, 30)),
            reporting: Reporting::Unnamed,
            tracking: Tracking::Tracked { excluded: Vec::new() },
        },
    };
    let taken = AddTask {
        number: 2,
        task: NewTask {
            task: TaskId(next_id()),
            ..command.task.clone()
        },
        ..command.clone()
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::AddTask(command),
        at("2026-03-12T01:00:00Z"),
    )
    .unwrap();
    let refused = give(
        &scene.store,
        &scene.supervisor,
        Command::AddTask(taken),
        at("2026-03-12T01:00:00Z"),
    );
    assert!(
        matches!(
            &refused,
            Err(WriteError::Refused(No::Store(StoreError::Constraint(
                Constraint::TaskNumber
            ))))
        ),
        "{refused:?}"
    );
    assert_eq!(
        tasks(LedgerFilter {
            organisation: Some(scene.office),
            ..all()
        }),
        []
    );
    let name = NameReporter {
        task: added,
        reporting: Reporting::Single {
            organisation: scene.office,
        },
        due: Some(date(2026, 7, 31)),
        effective_on: None,
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::NameReporter(name),
        at("2026-03-13T01:00:00Z"),
    )
    .unwrap();
    assert_eq!(
        tasks(LedgerFilter {
            organisation: Some(scene.office),
            ..all()
        }),
        [added]
    );
    let name = NameReporter {
        task: added,
        reporting: Reporting::Unnamed,
        due: None,
        effective_on: None,
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::NameReporter(name),
        at("2026-03-14T01:00:00Z"),
    )
    .unwrap();
    assert_eq!(
        tasks(LedgerFilter {
            organisation: Some(scene.office),
            ..all()
        }),
        []
    );
    let task = scene.store.read(|snapshot| snapshot.task(added)).unwrap().unwrap();
    assert_eq!(
        (task.version, task.number, task.due, task.reporting),
        (3, 4, None, Reporting::Unnamed)
    );
    totals_agree_with_the_rows(&scene);
    assert_eq!(
        scene
            .store
            .read(|snapshot| snapshot.next_task_number(scene.plan))
            .unwrap(),
        5
    );
}
