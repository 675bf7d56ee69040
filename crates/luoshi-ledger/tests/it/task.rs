//! Adding tasks by hand, naming who reports, publishing.

use luoshi_ledger::{
    Command, Denial, Refusal,
    command::{AddTask, NameReporter, PublishTasks},
    ids::{PlanId, TaskId},
    task::{Publication, Reporting},
};

use crate::fixture::{
    Answer, FINANCE, FORESTRY, GENERIC_TASK, PLAN, Story, TASK, UNTRACKED_TASK, clerk, supervisor, task, uuid,
};

#[test]
fn a_task_can_be_added_by_hand() {
    let add = |plan| {
        Command::AddTask(AddTask {
            plan,
            number: 4,
            task: task(TaskId(uuid(0x99)), "落实专题会议决定"),
        })
    };
    Story::issued().check(&supervisor(), add(PLAN), Answer::Events(vec!["task_adopted"]));
    Story::issued().check(&supervisor(), add(PlanId(uuid(3))), Answer::Denied(Denial::NotFound));
    Story::issued().check(&clerk(), add(PLAN), Answer::Denied(Denial::Forbidden));
}

#[test]
fn bodies_of_a_generic_task_owe_nothing_until_named() {
    let name = |task, reporting| {
        Command::NameReporter(NameReporter {
            task,
            reporting,
            due: None,
            effective_on: None,
        })
    };
    let jointly = Reporting::Jointly {
        organisations: vec![FINANCE, FORESTRY, FINANCE],
    };
    let mut story = Story::issued();
    assert!(story.facts.tasks[&GENERIC_TASK].reporting.organisations().is_empty());
    story.given_by(&supervisor(), name(GENERIC_TASK, jointly.clone()));
    assert_eq!(
        story.facts.tasks[&GENERIC_TASK].reporting.organisations(),
        [FINANCE, FORESTRY]
    );
    story.check(
        &supervisor(),
        name(UNTRACKED_TASK, jointly),
        Answer::Refused(Refusal::NotTracked),
    );
}

#[test]
fn publication_changes_only_what_is_not_so_yet() {
    let publish = |tasks: &[TaskId], publication| {
        Command::PublishTasks(PublishTasks {
            plan: PLAN,
            tasks: tasks.to_vec(),
            publication,
        })
    };
    let mut story = Story::issued();
    story.check(
        &supervisor(),
        publish(&[TASK, UNTRACKED_TASK, TASK], Publication::Open),
        Answer::Events(vec!["task_published", "task_published"]),
    );
    story.given_by(&supervisor(), publish(&[TASK], Publication::Open));
    story.check(
        &supervisor(),
        publish(&[TASK], Publication::Open),
        Answer::Refused(Refusal::NothingToPublish),
    );
    story.check(
        &supervisor(),
        publish(&[TASK], Publication::Withheld),
        Answer::Events(vec!["task_published"]),
    );
    story.check(
        &clerk(),
        publish(&[TASK], Publication::Open),
        Answer::Denied(Denial::Forbidden),
    );
    story.check(
        &supervisor(),
        publish(&[TASK, TaskId(uuid(7))], Publication::Open),
        Answer::Denied(Denial::NotFound),
    );
}
