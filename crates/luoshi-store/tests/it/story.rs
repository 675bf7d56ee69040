//! The conformance story: every function of the store, told against [`Store`] alone. Each engine has to tell it alike, so an engine is one
//! more line at the end.

use jiff::{Timestamp, civil::date};
use luoshi_ledger::{
    Actor, ActorIdentity, Command, EventKind, Role, Stream,
    command::{AddTask, ApproveReport, NameReporter, NewTask, OpenAccount, PublishTasks, ReturnReport, VerifyReport},
    facts::Subjects,
    ids::{AccountId, CommandId, OrganisationId, ReportId, TaskId},
    light::{Colour, Light, Proof, Reason, light},
    organisation::OrganisationKind,
    plan::PlanState,
    report::{ReportState, ReturnStage, TargetValue, VerificationMethod},
    task::{Publication, Reporting, Source, TaskKind, Tracking},
    view::{LedgerFilter, LightCounts},
};
use luoshi_store::{
    Constraint, DraftRow, Location, NewSession, ReviewRow, Store, StoreError, StoredReceipt, WriteError,
};
use luoshi_types::{PartyRole, Span};

use crate::scene::{No, Scene, at, give, leaf_of, march, next_id};

fn in_memory() -> Store {
    Store::create(&Location::SqliteInMemory).unwrap()
}

/// Runs every chapter on stores that `open` makes, each empty and migrated.
fn tell(open: &dyn Fn() -> Store) {
    people_and_documents(open());
    a_plan_as_it_is_adopted(open());
    a_report_all_the_way(open());
    the_ledger_and_its_filters(open());
    duties(open());
    lights(open());
    the_log(open());
    receipts(open());
    jobs(open());
    access(open());
    drafts_and_reviews(open());
    what_append_and_apply_refuse(open());
    replaying_a_clean_ledger(open());
}

#[test]
fn sqlite_in_memory() {
    tell(&in_memory);
}

#[test]
fn sqlite_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    tell(&|| Store::create(&Location::Sqlite(folder.path().join(next_id().to_string()))).unwrap());
}

fn people_and_documents(store: Store) {
    assert_eq!(store.read(|snapshot| snapshot.latest_instant()).unwrap(), None);
    assert_eq!(store.read(|snapshot| snapshot.latest_event_id()).unwrap(), None);
    let scene = Scene::before_adoption(store);
    scene
        .store
        .read(|snapshot| {
            let organisations = snapshot.organisations()?;
            assert_eq!(
                organisations
                    .iter()
                    .map(|organisation| organisation.name.as_str())
                    .collect::<Vec<_>>(),
                ["交通运输厅", "省政府督查室", "财政厅"]
            );
            let finance = snapshot.organisation(scene.finance)?.unwrap();
            assert_eq!(
                (
                    finance.version,
                    finance.name.as_str(),
                    finance.short_names,
                    finance.kind
                ),
                (1, "财政厅", vec!["财政厅".to_owned()], OrganisationKind::Department)
            );
            assert_eq!(snapshot.organisation(OrganisationId(next_id()))?, None);

            let account = snapshot.account_by_sign_in_name("clerk")?.unwrap();
            assert_eq!(account.actor(), scene.clerk);
            assert_eq!(snapshot.account(account.id)?, Some(account.clone()));
            assert_eq!(snapshot.account_by_sign_in_name("nobody")?, None);
            assert_eq!(snapshot.account_by_sign_in_name("")?, None);
            let summary = snapshot.account_summary(account.id)?.unwrap();
            assert_eq!(
                (
                    summary.display_name.as_str(),
                    summary.organisation_name.as_str(),
                    summary.roles.clone()
                ),
                ("clerk同志", "财政厅", vec![Role::Clerk])
            );
            let accounts = snapshot.accounts()?;
            assert_eq!(
                accounts
                    .iter()
                    .map(|account| account.sign_in_name.as_str())
                    .collect::<Vec<_>>(),
                ["roads", "supervisor", "clerk", "head"]
            );
            assert!(accounts.contains(&summary));

            let document = snapshot.document(scene.document)?.unwrap();
            assert_eq!(
                (document.byte_count, document.received_by),
                (12_345, scene.supervisor.identity)
            );
            assert!(document.text.starts_with("一、经济"));
            let documents = snapshot.documents()?;
            assert_eq!((documents.len(), documents[0].plan), (1, None));
            assert_eq!(documents[0].file_name, "分工方案.docx");
            assert_eq!(snapshot.latest_instant()?, Some(at("2026-02-20T01:00:00Z")));
            Ok(())
        })
        .unwrap();

    // A name to sign in with is taken once; the store holds that, since no command can see every account.
    let taken = Command::OpenAccount(OpenAccount {
        account: AccountId(next_id()),
        sign_in_name: "clerk".to_owned(),
        display_name: "另一人".to_owned(),
        roles: vec![Role::Clerk],
        organisation: scene.roads,
    });
    let refused = give(&scene.store, &Actor::console(), taken, at("2026-02-21T01:00:00Z"));
    assert!(
        matches!(
            &refused,
            Err(WriteError::Refused(No::Store(StoreError::Constraint(
                Constraint::SignInName
            ))))
        ),
        "{refused:?}"
    );
    assert_eq!(scene.store.read(|snapshot| snapshot.accounts()).unwrap().len(), 4);
}

fn a_plan_as_it_is_adopted(store: Store) {
    let mut scene = Scene::before_adoption(store);
    scene.adopt();
    scene
        .store
        .read(|snapshot| {
            let plan = snapshot.plan(scene.plan)?.unwrap();
            assert_eq!(
                (plan.version, plan.state, plan.year, plan.report_day),
                (1, PlanState::Adopted, 2026, 25)
            );
            assert_eq!(plan.document_number.as_deref(), Some("省政办发〔2026〕1号"));
            assert_eq!(plan.document_date, Some(date(2026, 2, 10)));
            assert_eq!(
                plan.sections.iter().map(|section| section.id).collect::<Vec<_>>(),
                scene.sections
            );
            assert_eq!(
                (plan.sections[0].span, plan.sections[1].span),
                (Some(Span::new(0, 4)), None)
            );
            let plans = snapshot.plans()?;
            assert_eq!((plans.len(), plans[0].task_count, plans[0].open_task_count), (1, 3, 0));
            assert_eq!(
                snapshot.plans_of(scene.finance)?,
                [],
                "a plan that is not issued is nobody's"
            );
            assert_eq!(snapshot.documents()?[0].plan, Some(scene.plan));
            assert_eq!(snapshot.tasks_of_plan(scene.plan)?, scene.tasks);
            assert_eq!(snapshot.next_task_number(scene.plan)?, 4);

            let [growth, road, outside] = scene.tasks;
            let task = snapshot.task(growth)?.unwrap();
            assert_eq!(
                task.source,
                Some(Source {
                    document: scene.document,
                    span: Span::new(8, 26)
                })
            );
            assert_eq!(task.parties.len(), 2);
            assert_eq!(
                (task.parties[1].role, task.parties[1].inherited),
                (PartyRole::Generic, true)
            );
            assert_eq!(
                task.targets[0].value_max.map(|value| value.to_string()).as_deref(),
                Some("6.5")
            );
            assert_eq!(
                task.reporting,
                Reporting::Single {
                    organisation: scene.finance
                }
            );
            assert!(matches!(&task.tracking, Tracking::Tracked { excluded } if excluded.len() == 1));
            let task = snapshot.task(road)?.unwrap();
            assert_eq!(
                task.reporting,
                Reporting::Jointly {
                    organisations: vec![scene.roads, scene.finance]
                }
            );
            assert_eq!(
                (task.kind, task.due, task.basis.as_deref()),
                (TaskKind::MeetingDecision, None, Some("会议纪要3号"))
            );
            let task = snapshot.task(outside)?.unwrap();
            assert_eq!(
                task.tracking,
                Tracking::NotTracked {
                    reason: "public-security".to_owned()
                }
            );
            assert_eq!(snapshot.tasks(&[road, TaskId(next_id()), growth])?.len(), 2);

            // Facts bring the task of a report and the plan of a task with them, and leave the text of documents out.
            let subjects = Subjects {
                organisations: [scene.roads].into(),
                accounts: [account_of(&scene.clerk)].into(),
                documents: [scene.document].into(),
                tasks: [growth].into(),
                ..Subjects::default()
            };
            let facts = snapshot.facts(&subjects)?;
            assert_eq!(facts.plans.keys().copied().collect::<Vec<_>>(), [scene.plan]);
            assert_eq!(
                (facts.organisations.len(), facts.accounts.len(), facts.tasks.len()),
                (1, 1, 1)
            );
            assert_eq!(facts.documents[&scene.document].text, "");
            Ok(())
        })
        .unwrap();
}

fn account_of(actor: &Actor) -> AccountId {
    match actor.identity {
        ActorIdentity::Account(account) => account,
        ActorIdentity::Console => panic!("the console has no account"),
    }
}

fn a_report_all_the_way(store: Store) {
    let scene = Scene::set_up(store);
    let report = scene.approved_growth_report(march(), at("2026-03-20T02:00:00Z"));
    let read = |id: ReportId| scene.store.read(|snapshot| snapshot.report(id)).unwrap().unwrap();
    let value = |text: &str| TargetValue {
        target: scene.target,
        value: text.parse().unwrap(),
    };

    let approved = read(report);
    assert_eq!(
        (approved.version, approved.values.clone(), approved.completion),
        (2, vec![value("1.25")], Some(20))
    );
    assert_eq!(
        approved.state,
        ReportState::Approved {
            by: scene.head.identity,
            at: at("2026-03-20T03:00:00Z")
        }
    );

    let back = ReturnReport {
        report,
        reason: "数据不实".to_owned(),
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::ReturnReport(back),
        at("2026-03-21T02:00:00Z"),
    )
    .unwrap();
    assert_eq!(
        read(report).state,
        ReportState::Returned {
            by: scene.supervisor.identity,
            at: at("2026-03-21T02:00:00Z"),
            stage: ReturnStage::Verification,
            reason: "数据不实".to_owned(),
        }
    );
    assert_eq!(
        scene
            .store
            .read(|snapshot| snapshot.task_row(scene.tasks[0]))
            .unwrap()
            .unwrap()
            .latest,
        None
    );

    let mut again = scene.growth_report(march());
    again.values = vec![value("1.5")];
    give(
        &scene.store,
        &scene.clerk,
        Command::SubmitReport(again),
        at("2026-03-22T02:00:00Z"),
    )
    .unwrap();
    let submitted = read(report);
    assert_eq!(submitted.first_submitted_at, at("2026-03-20T02:00:00Z"));
    assert_eq!(submitted.submitted_at, at("2026-03-22T02:00:00Z"));
    assert_eq!(
        (submitted.values, submitted.state),
        (vec![value("1.5")], ReportState::Submitted)
    );

    give(
        &scene.store,
        &scene.head,
        Command::ApproveReport(ApproveReport { report }),
        at("2026-03-22T03:00:00Z"),
    )
    .unwrap();
    let verify = VerifyReport {
        report,
        method: VerificationMethod::Sample,
        values: vec![value("1.4")],
        completion: Some(23),
        conclusion: "属实".to_owned(),
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::VerifyReport(verify),
        at("2026-03-23T02:00:00Z"),
    )
    .unwrap();
    let verified = read(report);
    assert_eq!(
        verified.values,
        [value("1.5")],
        "the reported series stays beside the verified one"
    );
    assert_eq!(
        verified.state,
        ReportState::Verified {
            by: scene.supervisor.identity,
            at: at("2026-03-23T02:00:00Z"),
            method: VerificationMethod::Sample,
            values: vec![value("1.4")],
            completion: Some(23),
            conclusion: "属实".to_owned(),
        }
    );

    scene
        .store
        .read(|snapshot| {
            let view = snapshot.report_view(report)?.unwrap();
            assert_eq!(view.report, verified);
            assert_eq!(
                (view.organisation_name.as_str(), view.submitted_by_name.as_str()),
                ("财政厅", "clerk同志")
            );
            assert_eq!(
                (view.task_number, view.task_title.as_str(), view.plan),
                (1, "生产总值增长6%以上", scene.plan)
            );
            assert_eq!(view.targets[0].id, scene.target);
            let views = [view];
            assert_eq!(snapshot.reports_of_task(scene.tasks[0])?, views);
            assert_eq!(snapshot.reports_of_task(scene.tasks[1])?, []);
            assert_eq!(snapshot.reports_in_state("verified", None)?, views);
            assert_eq!(snapshot.reports_in_state("verified", Some(scene.finance))?, views);
            assert_eq!(snapshot.reports_in_state("verified", Some(scene.roads))?, []);
            assert_eq!(snapshot.reports_in_state("submitted", None)?, []);
            assert_eq!(snapshot.report_view(ReportId(next_id()))?, None);

            let row = snapshot.task_row(scene.tasks[0])?.unwrap();
            assert_eq!((row.latest, row.completion), (Some(verified.clone()), Some(23)));

            let timeline = snapshot.timeline(scene.tasks[0])?;
            assert_eq!(
                timeline.iter().map(|entry| entry.kind).collect::<Vec<_>>(),
                [
                    EventKind::ReportVerified,
                    EventKind::ReportApproved,
                    EventKind::ReportSubmitted,
                    EventKind::ReportReturned,
                    EventKind::ReportApproved,
                    EventKind::ReportSubmitted,
                    EventKind::TaskAdopted,
                ]
            );
            let first = &timeline[0];
            assert_eq!(
                (first.report, first.period, first.leaf_index),
                (Some(report), Some(march()), None)
            );
            assert_eq!(
                (first.actor_name.as_str(), first.actor_organisation.as_str()),
                ("supervisor同志", "省政府督查室")
            );
            let last = &timeline[6];
            assert_eq!((last.report, last.period), (None, None));
            assert_eq!(
                (last.actor, last.effective_at),
                (scene.supervisor.identity, at("2026-02-28T01:00:00Z"))
            );
            Ok(())
        })
        .unwrap();
}

fn the_ledger_and_its_filters(store: Store) {
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
        let rows = scene
            .store
            .read(|snapshot| snapshot.ledger(scene.plan, &filter))
            .unwrap();
        rows.iter().map(|row| row.task).collect()
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
            light: Some(Colour::Grey),
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
            assert_eq!(snapshot.task_row(road)?.as_ref(), Some(row));
            assert_eq!(snapshot.task_row(TaskId(next_id()))?, None);

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

fn duties(store: Store) {
    let scene = Scene::set_up(store);
    let [growth, road, _] = scene.tasks;
    scene.approved_growth_report(march(), at("2026-03-20T02:00:00Z"));
    let owed = |plan, organisation, period| {
        let duties = scene
            .store
            .read(|snapshot| snapshot.duties(plan, organisation, period))
            .unwrap();
        duties
            .iter()
            .map(|duty| (duty.task, duty.organisation, duty.state))
            .collect::<Vec<_>>()
    };
    let in_march = [
        (growth, scene.finance, Some("approved")),
        (road, scene.roads, None),
        (road, scene.finance, None),
    ];
    assert_eq!(owed(None, None, march()), in_march);
    assert_eq!(owed(Some(scene.plan), None, march()), in_march);
    assert_eq!(owed(None, Some(scene.roads), march()), [in_march[1]]);
    assert_eq!(
        owed(Some(scene.plan), Some(scene.finance), march()),
        [in_march[0], in_march[2]]
    );
    assert_eq!(owed(Some(luoshi_ledger::ids::PlanId(next_id())), None, march()), []);
    assert_eq!(
        owed(None, None, march().previous()),
        [],
        "nothing is owed for a month before the issue"
    );
    assert_eq!(
        owed(None, Some(scene.finance), march().next()),
        [(growth, scene.finance, None), (road, scene.finance, None)]
    );
    let duty = scene
        .store
        .read(|snapshot| snapshot.duties(None, Some(scene.roads), march()))
        .unwrap()
        .remove(0);
    assert_eq!((duty.due, duty.period, duty.number), (date(2026, 3, 25), march(), 2));
    assert_eq!(
        (duty.title.as_str(), duty.organisation_name.as_str()),
        ("修路", "交通运输厅")
    );

    // A plan that is only adopted owes nothing.
    let mut adopted = Scene::before_adoption(in_memory());
    adopted.adopt();
    assert_eq!(
        adopted
            .store
            .read(|snapshot| snapshot.duties(None, None, march()))
            .unwrap(),
        []
    );
}

fn lights(store: Store) {
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
                if let Some(facts) = transaction.light_facts(task)? {
                    transaction.save_light(task, day, &light(&facts, day))?;
                }
            }
            Ok::<_, StoreError>(())
        })
        .wait()
        .unwrap();
    assert_eq!(waiting(day), []);
    assert_eq!(waiting(date(2026, 3, 27)).len(), 3);
    let row = |task| scene.store.read(|snapshot| snapshot.task_row(task)).unwrap().unwrap();
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
            .write(move |transaction| transaction.save_light(growth, day, &kept))
            .wait()
            .unwrap();
        assert_eq!(row(growth).light, kept);
    }
}

/// The totals are kept as tasks change; here they are counted once more from the rows.
#[track_caller]
fn totals_agree_with_the_rows(scene: &Scene) {
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

fn the_log(store: Store) {
    let scene = Scene::set_up(store);
    let (waiting, size) = scene
        .store
        .read(|snapshot| Ok((snapshot.unsequenced_leaves(100)?, snapshot.log_size()?)))
        .unwrap();
    assert_eq!((waiting.len(), size), (13, 0));
    assert!(waiting.is_sorted_by_key(|(event, _)| *event));
    let (first, entry) = waiting[0];
    let leaf = scene.store.read(|snapshot| snapshot.leaf(first)).unwrap().unwrap();
    assert_eq!((leaf.event, leaf.entry, leaf.index), (first, entry, None));

    let two = waiting[..2].to_vec();
    scene
        .store
        .write(move |transaction| {
            for (index, (event, _)) in (0..).zip(&two) {
                transaction.sequence_leaf(*event, index)?;
            }
            transaction.save_checkpoint(2, "note of two", at("2026-03-02T02:00:00Z"))
        })
        .wait()
        .unwrap();
    let again = scene
        .store
        .write(move |transaction| transaction.sequence_leaf(first, 5))
        .wait();
    assert!(
        matches!(again, Err(WriteError::Refused(StoreError::VersionClash))),
        "a place is given once: {again:?}"
    );
    let third = waiting[2].0;
    let taken = scene
        .store
        .write(move |transaction| transaction.sequence_leaf(third, 1))
        .wait();
    assert!(
        matches!(
            taken,
            Err(WriteError::Refused(StoreError::Constraint(Constraint::Unique)))
        ),
        "{taken:?}"
    );
    let second_note = scene
        .store
        .write(|transaction| transaction.save_checkpoint(2, "another", Timestamp::UNIX_EPOCH))
        .wait();
    assert!(
        matches!(second_note, Err(WriteError::Refused(StoreError::Constraint(_)))),
        "{second_note:?}"
    );

    scene
        .store
        .read(|snapshot| {
            assert_eq!(snapshot.log_size()?, 2);
            assert_eq!(snapshot.unsequenced_leaves(100)?.len(), 11);
            assert_eq!(snapshot.leaf(first)?.and_then(|leaf| leaf.index), Some(0));
            let leaves = snapshot.leaves(1, 10)?;
            assert_eq!((leaves.len(), leaves[0].entry), (1, waiting[1].1));
            assert_eq!(snapshot.leaf_entries(0, 2)?, [waiting[0].1, waiting[1].1]);
            assert_eq!(snapshot.leaf_entries(1, 1)?, Vec::<[u8; 32]>::new());
            let checkpoint = snapshot.latest_checkpoint()?.unwrap();
            assert_eq!((checkpoint.size, checkpoint.note.as_str()), (2, "note of two"));
            assert_eq!(checkpoint.signed_at, at("2026-03-02T02:00:00Z"));
            Ok(())
        })
        .unwrap();
    scene
        .store
        .write(|transaction| transaction.save_checkpoint(13, "note of all", at("2026-03-02T03:00:00Z")))
        .wait()
        .unwrap();
    assert_eq!(
        scene
            .store
            .read(|snapshot| snapshot.latest_checkpoint())
            .unwrap()
            .unwrap()
            .size,
        13
    );
}

fn receipts(store: Store) {
    let scene = Scene::before_adoption(store);
    let event = scene
        .store
        .read(|snapshot| snapshot.latest_event_id())
        .unwrap()
        .unwrap();
    let receipt = StoredReceipt {
        command: CommandId(next_id()),
        event,
        actor: scene.clerk.identity,
        key_hash: Some([1; 32]),
        request_hash: [2; 32],
        recorded_at: at("2026-03-01T01:00:00Z"),
        note: "note".to_owned(),
    };
    let save = |receipt: &StoredReceipt| {
        let receipt = receipt.clone();
        scene
            .store
            .write(move |transaction| transaction.save_receipt(&receipt))
            .wait()
    };
    save(&receipt).unwrap();
    let same_key = StoredReceipt {
        command: CommandId(next_id()),
        ..receipt.clone()
    };
    assert!(matches!(
        save(&same_key),
        Err(WriteError::Refused(StoreError::Constraint(Constraint::IdempotencyKey)))
    ));
    // Keys are each actor's own, also the console's, and a request without a key never meets another.
    let console = StoredReceipt {
        actor: ActorIdentity::Console,
        ..same_key
    };
    save(&console).unwrap();
    for _ in 0..2 {
        save(&StoredReceipt {
            command: CommandId(next_id()),
            key_hash: None,
            ..receipt.clone()
        })
        .unwrap();
    }
    scene
        .store
        .read(|snapshot| {
            assert_eq!(
                snapshot.find_receipt(scene.clerk.identity, &[1; 32])?,
                Some(receipt.clone())
            );
            assert_eq!(
                snapshot.find_receipt(ActorIdentity::Console, &[1; 32])?,
                Some(console.clone())
            );
            assert_eq!(snapshot.find_receipt(scene.head.identity, &[1; 32])?, None);
            assert_eq!(snapshot.receipt(receipt.command)?, Some(receipt.clone()));
            assert_eq!(snapshot.receipt(CommandId(next_id()))?, None);
            Ok(())
        })
        .unwrap();
}

fn jobs(store: Store) {
    let minute = |minute: u8| at(&format!("2026-03-01T01:{minute:02}:00Z"));
    store
        .write(move |transaction| {
            transaction.enqueue("integrate", "a", minute(1))?;
            transaction.enqueue("remind", "b", minute(2))?;
            transaction.enqueue("integrate", "c", minute(3))?;
            transaction.enqueue("integrate", "later", minute(30))
        })
        .wait()
        .unwrap();
    let take = |now: u8| {
        store
            .write(move |transaction| transaction.take_jobs(minute(now), minute(now + 5)))
            .wait()
            .unwrap()
    };
    assert_eq!(take(0), []);
    let taken = take(4);
    assert_eq!(
        taken.iter().map(|job| job.payload.as_str()).collect::<Vec<_>>(),
        ["a", "c"]
    );
    assert_eq!((taken[0].kind.as_str(), taken[0].attempts), ("integrate", 0));
    assert_eq!(take(4)[0].payload, "b", "what is leased is nobody else's");
    assert_eq!(take(4), []);
    let ids: Vec<i64> = taken.iter().map(|job| job.id).collect();
    let (done, failed) = (ids[..1].to_vec(), ids[1..].to_vec());
    store
        .write(move |transaction| {
            transaction.finish_jobs(&done)?;
            transaction.postpone_jobs(&failed, minute(6), "the disk was full")
        })
        .wait()
        .unwrap();
    let again = take(7);
    assert_eq!((again.len(), again[0].payload.as_str(), again[0].attempts), (1, "c", 1));
    assert_eq!(again[0].last_error.as_deref(), Some("the disk was full"));
    assert_eq!(take(9)[0].payload, "b", "a lease that ran out is taken up by the next");
    assert_eq!(store.read(|snapshot| snapshot.job_count()).unwrap(), 3);
}

fn access(store: Store) {
    let scene = Scene::before_adoption(store);
    let (clerk, head) = (account_of(&scene.clerk), account_of(&scene.head));
    let credential = |account| scene.store.read(|snapshot| snapshot.credential(account)).unwrap();
    assert_eq!(credential(clerk), None);
    for (hash, must_change) in [("first", true), ("second", false)] {
        scene
            .store
            .write(move |transaction| transaction.save_credential(clerk, hash, must_change))
            .wait()
            .unwrap();
        let stored = credential(clerk).unwrap();
        assert_eq!((stored.password_hash.as_str(), stored.must_change), (hash, must_change));
        assert!(!format!("{stored:?}").contains(hash), "a hash does not get into a log");
    }
    let nobody = scene
        .store
        .write(|transaction| transaction.save_credential(AccountId(next_id()), "hash", false))
        .wait();
    assert!(
        matches!(
            nobody,
            Err(WriteError::Refused(StoreError::Constraint(Constraint::Reference)))
        ),
        "{nobody:?}"
    );

    let hour = |hour: u8| at(&format!("2026-03-01T{hour:02}:00:00Z"));
    let begin = |token: u8, account, created: u8| {
        let session = NewSession {
            token_hash: [token; 32],
            account,
            created_at: hour(created),
            expires_at: hour(created + 12),
        };
        scene
            .store
            .write(move |transaction| transaction.save_session(&session))
            .wait()
            .unwrap();
    };
    begin(1, clerk, 1);
    begin(2, clerk, 2);
    begin(3, clerk, 3);
    begin(4, head, 4);
    let session = |token: u8| scene.store.read(|snapshot| snapshot.session(&[token; 32])).unwrap();
    let stored = session(1).unwrap();
    assert_eq!((stored.account, stored.created_at), (clerk, hour(1)));
    assert_eq!((stored.last_seen_at, stored.expires_at), (hour(1), hour(13)));
    scene
        .store
        .write(move |transaction| {
            transaction.touch_session(&[1; 32], hour(5))?;
            transaction.touch_session(&[1; 32], hour(4))
        })
        .wait()
        .unwrap();
    assert_eq!(
        session(1).unwrap().last_seen_at,
        hour(5),
        "a late note does not set it back"
    );
    scene
        .store
        .write(move |transaction| transaction.delete_other_sessions(clerk, Some(&[1; 32])))
        .wait()
        .unwrap();
    assert_eq!(
        [1, 2, 3, 4].map(|token| session(token).is_some()),
        [true, false, false, true]
    );
    scene
        .store
        .write(move |transaction| transaction.delete_sessions_before(hour(6), hour(5)))
        .wait()
        .unwrap();
    assert_eq!(
        [1, 4].map(|token| session(token).is_some()),
        [true, false],
        "the idle one is gone"
    );
    scene
        .store
        .write(move |transaction| transaction.delete_sessions_before(hour(13), hour(5)))
        .wait()
        .unwrap();
    assert_eq!(session(1), None, "the expired one is gone");
    begin(5, clerk, 5);
    begin(6, clerk, 6);
    scene
        .store
        .write(|transaction| transaction.delete_session(&[5; 32]))
        .wait()
        .unwrap();
    assert_eq!([5, 6].map(|token| session(token).is_some()), [false, true]);
    scene
        .store
        .write(move |transaction| transaction.delete_other_sessions(clerk, None))
        .wait()
        .unwrap();
    assert_eq!(session(6), None);

    let attempts = |window: u8| {
        let found = scene
            .store
            .read(|snapshot| snapshot.attempts(&[9; 32], hour(window)))
            .unwrap();
        (found.count, found.first_at)
    };
    assert_eq!(attempts(1), (0, hour(1)));
    for (now, window) in [(2, 1), (3, 1), (4, 2)] {
        scene
            .store
            .write(move |transaction| transaction.note_attempt(&[9; 32], hour(now), hour(window)))
            .wait()
            .unwrap();
    }
    assert_eq!(attempts(2), (3, hour(2)));
    assert_eq!(
        attempts(3),
        (0, hour(3)),
        "what is older than the window does not count"
    );
    scene
        .store
        .write(move |transaction| transaction.note_attempt(&[9; 32], hour(9), hour(8)))
        .wait()
        .unwrap();
    assert_eq!(attempts(8), (1, hour(9)), "a new window counts anew");
    scene
        .store
        .write(|transaction| transaction.clear_attempts(&[9; 32]))
        .wait()
        .unwrap();
    assert_eq!(attempts(8), (0, hour(8)));
}

fn drafts_and_reviews(store: Store) {
    let scene = Scene::set_up(store);
    let report = ReportId::of(scene.tasks[0], scene.finance, march());
    let author = scene.clerk.identity;
    let draft = |author| {
        scene
            .store
            .read(|snapshot| snapshot.report_draft(author, report))
            .unwrap()
    };
    assert_eq!(draft(author), None);
    for body in ["{}", "{\"done\":\"…\"}"] {
        let row = DraftRow {
            author,
            report,
            body: body.to_owned(),
            updated_at: at("2026-03-20T01:00:00Z"),
        };
        scene
            .store
            .write(move |transaction| transaction.save_report_draft(&row))
            .wait()
            .unwrap();
        assert_eq!(draft(author).as_deref(), Some(body));
    }
    assert_eq!(draft(scene.head.identity), None, "a draft is its author's alone");
    scene
        .store
        .write(move |transaction| transaction.delete_report_draft(author, report))
        .wait()
        .unwrap();
    assert_eq!(draft(author), None);

    let review = ReviewRow {
        id: next_id(),
        document: scene.document,
        version: 1,
        body: "first".to_owned(),
        updated_by: author,
        updated_at: at("2026-03-20T01:00:00Z"),
    };
    let later = ReviewRow {
        id: next_id(),
        updated_at: at("2026-03-21T01:00:00Z"),
        ..review.clone()
    };
    for row in [review.clone(), later.clone()] {
        scene
            .store
            .write(move |transaction| transaction.save_review(&row))
            .wait()
            .unwrap();
    }
    assert_eq!(
        scene.store.read(|snapshot| snapshot.reviews()).unwrap(),
        [later, review.clone()]
    );
    let changed = ReviewRow {
        version: 2,
        body: "second".to_owned(),
        ..review.clone()
    };
    let update = |seen| {
        let row = changed.clone();
        scene
            .store
            .write(move |transaction| transaction.update_review(&row, seen))
            .wait()
            .unwrap()
    };
    assert!(update(1));
    assert!(
        !update(1),
        "somebody who saw the first version is told that there is a second"
    );
    assert_eq!(
        scene.store.read(|snapshot| snapshot.review(review.id)).unwrap(),
        Some(changed.clone())
    );
    let id = review.id;
    scene
        .store
        .write(move |transaction| transaction.delete_review(id))
        .wait()
        .unwrap();
    assert_eq!(scene.store.read(|snapshot| snapshot.review(id)).unwrap(), None);

    assert_eq!(scene.store.read(|snapshot| snapshot.setting("a")).unwrap(), None);
    for value in ["1", "2"] {
        scene
            .store
            .write(move |transaction| transaction.set_setting("a", value))
            .wait()
            .unwrap();
        assert_eq!(
            scene.store.read(|snapshot| snapshot.setting("a")).unwrap().as_deref(),
            Some(value)
        );
    }
}

fn what_append_and_apply_refuse(store: Store) {
    use luoshi_ledger::{
        Event, Salt,
        event::{Circumstances, OrganisationFounded, record},
        ids::EventId,
    };

    let organisation = OrganisationId(next_id());
    let founded = move |id, version| {
        let event = Event::OrganisationFounded(OrganisationFounded {
            organisation,
            name: "财政厅".to_owned(),
            short_names: Vec::new(),
            kind: OrganisationKind::Department,
        });
        let now = at("2026-03-01T01:00:00Z");
        let circumstances = Circumstances {
            id: EventId(id),
            version,
            actor: ActorIdentity::Console,
            command: CommandId(next_id()),
            effective_at: now,
            recorded_at: now,
        };
        record(event, circumstances, &mut || Salt([0; 32])).unwrap().0
    };
    let append = |id, version| {
        let recorded = founded(id, version);
        store
            .write(move |transaction| transaction.append(&recorded, &[], &leaf_of(&recorded)))
            .wait()
    };
    let (early, late) = (next_id(), next_id());
    assert!(
        matches!(append(late, 2), Err(WriteError::Refused(StoreError::VersionClash))),
        "a gap"
    );
    append(late, 1).unwrap();
    assert!(
        matches!(append(next_id(), 1), Err(WriteError::Refused(StoreError::VersionClash))),
        "the same place again"
    );
    assert!(
        matches!(append(early, 2), Err(WriteError::Refused(StoreError::OutOfOrder))),
        "an id from before"
    );
    let stream = Stream::Organisation(organisation);
    assert_eq!(store.read(|snapshot| snapshot.stream_version(stream)).unwrap(), 1);
    assert_eq!(
        store.read(|snapshot| snapshot.latest_event_id()).unwrap(),
        Some(EventId(late))
    );

    let apply = |version| {
        let recorded = founded(next_id(), version);
        store.write(move |transaction| transaction.apply(&recorded)).wait()
    };
    assert!(
        matches!(apply(2), Err(WriteError::Refused(StoreError::Apply(_)))),
        "the second before the first"
    );
    apply(1).unwrap();
    assert!(
        matches!(apply(2), Err(WriteError::Refused(StoreError::Apply(_)))),
        "a body is founded once"
    );
}

fn replaying_a_clean_ledger(store: Store) {
    let scene = eventful(store);
    let mut steps = Vec::new();
    let outcome = scene
        .store
        .replay(&mut |done, total| steps.push((done, total)))
        .unwrap();
    assert_eq!(outcome.differences, []);
    assert!(outcome.is_clean());
    assert_eq!(outcome.events, 26);
    assert!(outcome.rows > 30, "{}", outcome.rows);
    assert_eq!((steps.first(), steps.last()), (Some(&(0, 26)), Some(&(26, 26))));
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
    };
    give(
        &scene.store,
        &scene.supervisor,
        Command::NameReporter(name),
        at("2026-04-24T02:00:00Z"),
    )
    .unwrap();
    scene
        .store
        .write(|transaction| {
            let leaves = transaction.unsequenced_leaves(1_000)?;
            for (index, (event, _)) in (0..).zip(&leaves) {
                transaction.sequence_leaf(*event, index)?;
            }
            transaction.save_checkpoint(leaves.len() as u64, "note", at("2026-04-25T02:00:00Z"))
        })
        .wait()
        .unwrap();
    scene
}
