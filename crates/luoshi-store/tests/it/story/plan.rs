//! A plan from its adoption on, and what its issue makes bodies owe.
//!
//! How its tasks are listed and filtered is in `ledger`.

use jiff::civil::date;
use luoshi_ledger::{
    facts::Subjects,
    ids::TaskId,
    plan::PlanState,
    task::{Reporting, Source, TaskKind, Tracking},
};
use luoshi_store::Store;
use luoshi_types::{PartyRole, Span};

use crate::scene::{Scene, account_of, at, march, next_id};

pub(super) fn a_plan_as_it_is_adopted(store: Store) {
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
            assert_eq!(
                snapshot.duties(None, None, march())?,
                [],
                "a plan that is only adopted owes nothing"
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

pub(super) fn duties(store: Store) {
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
}
