//! Adopting and issuing plans, founding bodies and opening accounts.

use luoshi_ledger::{
    Actor, Command, Refusal, Role,
    command::{AdoptDrafts, FoundOrganisation, IssuePlan, NameReporter, OpenAccount},
    ids::{OrganisationId, SectionId},
    organisation::OrganisationKind,
    task::Reporting,
};

use crate::fixture::{Answer, FINANCE, OFFICE, PLAN, Story, TASK, account, adoption, supervisor, uuid};

#[test]
fn adoption_records_the_plan_and_each_task() {
    let expected = Answer::Events(vec!["plan_adopted", "task_adopted", "task_adopted", "task_adopted"]);
    Story::new().check(&supervisor(), Command::AdoptDrafts(adoption()), expected);
}

#[test]
fn adoption_founds_the_bodies_that_are_new() {
    let mut adoption = adoption();
    let organisation = OrganisationId(uuid(77));
    adoption.organisations.push(FoundOrganisation {
        organisation,
        name: "省水利厅".to_owned(),
        short_names: vec!["水利厅".to_owned()],
        kind: OrganisationKind::Department,
    });
    adoption.tasks.truncate(1);
    adoption.tasks[0].reporting = Reporting::Single { organisation };
    let expected = Answer::Events(vec!["organisation_founded", "plan_adopted", "task_adopted"]);
    Story::new().check(&supervisor(), Command::AdoptDrafts(adoption), expected);
}

#[test]
fn adoption_is_refused_whole_for_one_bad_task() {
    #[track_caller]
    fn check(spoil: impl FnOnce(&mut AdoptDrafts), refusal: Refusal) {
        let mut adoption = adoption();
        spoil(&mut adoption);
        Story::new().check(&supervisor(), Command::AdoptDrafts(adoption), Answer::Refused(refusal));
    }
    check(|adoption| adoption.tasks.clear(), Refusal::NoTasks);
    check(|adoption| adoption.title = "  ".to_owned(), Refusal::InvalidText);
    check(|adoption| adoption.year = 1900, Refusal::InvalidYear);
    check(|adoption| adoption.report_day = 0, Refusal::InvalidReportDay);
    check(|adoption| adoption.tasks[0].text = " ".to_owned(), Refusal::InvalidText);
    check(
        |adoption| adoption.tasks[0].section = Some(SectionId(uuid(8))),
        Refusal::UnknownSection,
    );
    check(
        |adoption| adoption.tasks[1].task = adoption.tasks[0].task,
        Refusal::AlreadyExists,
    );
    check(
        |adoption| adoption.tasks[0].parties[0].organisation = Some(OrganisationId(uuid(5))),
        Refusal::UnknownOrganisation,
    );
    check(
        |adoption| adoption.tasks[1].reporting = Reporting::Single { organisation: FINANCE },
        Refusal::NotTracked,
    );
}

#[test]
fn a_plan_is_adopted_and_issued_once() {
    let issue = || {
        Command::IssuePlan(IssuePlan {
            plan: PLAN,
            effective_on: None,
        })
    };
    Story::adopted().check(
        &supervisor(),
        Command::AdoptDrafts(adoption()),
        Answer::Refused(Refusal::AlreadyExists),
    );
    Story::adopted().check(&supervisor(), issue(), Answer::Events(vec!["plan_issued"]));
    Story::issued().check(&supervisor(), issue(), Answer::Refused(Refusal::AlreadyIssued));
}

#[test]
fn a_plan_takes_effect_between_its_document_and_today() {
    #[track_caller]
    fn check(document_date: Option<&str>, effective_on: &str, expected: Answer) {
        let mut story = Story::adopted();
        let plan = story.facts.plans.get_mut(&PLAN).unwrap();
        plan.document_date = document_date.map(|day| day.parse().unwrap());
        let effective_on = Some(effective_on.parse().unwrap());
        let issue = Command::IssuePlan(IssuePlan {
            plan: PLAN,
            effective_on,
        });
        story.check(&supervisor(), issue, expected.clone());
        let name = Command::NameReporter(NameReporter {
            task: TASK,
            reporting: Reporting::Single { organisation: FINANCE },
            due: None,
            effective_on,
        });
        let expected = match expected {
            Answer::Events(_) => Answer::Events(vec!["reporter_named"]),
            other => other,
        };
        story.check(&supervisor(), name, expected);
    }
    // Today is 20 June 2026.
    check(Some("2026-02-10"), "2026-02-10", Answer::Events(vec!["plan_issued"]));
    check(Some("2026-02-10"), "2026-06-20", Answer::Events(vec!["plan_issued"]));
    check(
        Some("2026-02-10"),
        "2026-02-09",
        Answer::Refused(Refusal::EffectBeforeDocument),
    );
    check(
        Some("2026-02-10"),
        "2026-06-21",
        Answer::Refused(Refusal::EffectInFuture),
    );
    check(None, "2026-06-20", Answer::Refused(Refusal::EffectWithoutDocumentDate));
}

#[test]
fn an_earlier_day_of_effect_is_its_first_instant_in_china() {
    let recorded_at = "2026-03-02T01:00:00Z".parse().unwrap();
    let effective_at = |effective_on: Option<&str>| {
        let effective_on = effective_on.map(|day| day.parse().unwrap());
        let issue = Command::IssuePlan(IssuePlan {
            plan: PLAN,
            effective_on,
        });
        issue.effective_at(recorded_at).to_string()
    };
    assert_eq!(effective_at(None), "2026-03-02T01:00:00Z");
    assert_eq!(effective_at(Some("2026-02-10")), "2026-02-09T16:00:00Z");
    // Nothing is true later than it is known.
    assert_eq!(effective_at(Some("2026-03-03")), "2026-03-02T01:00:00Z");
}

#[test]
fn an_account_needs_a_name_a_role_and_a_body() {
    #[track_caller]
    fn check(spoil: impl FnOnce(&mut OpenAccount), expected: Answer) {
        let mut account = account();
        spoil(&mut account);
        Story::new().check(&Actor::console(), Command::OpenAccount(account), expected);
    }
    check(|_| {}, Answer::Events(vec!["account_opened"]));
    check(
        |account| account.sign_in_name = "a b".to_owned(),
        Answer::Refused(Refusal::InvalidName),
    );
    check(
        |account| account.sign_in_name = "a".to_owned(),
        Answer::Refused(Refusal::InvalidName),
    );
    check(
        |account| account.display_name = String::new(),
        Answer::Refused(Refusal::InvalidName),
    );
    check(|account| account.roles.clear(), Answer::Refused(Refusal::NoRole));
    check(
        |account| account.organisation = OrganisationId(uuid(5)),
        Answer::Refused(Refusal::UnknownOrganisation),
    );
    check(
        |account| account.roles = vec![Role::Supervisor],
        Answer::Refused(Refusal::SupervisorOutsideOffice),
    );
    check(
        |account| {
            account.roles = vec![Role::Supervisor];
            account.organisation = OFFICE;
        },
        Answer::Events(vec!["account_opened"]),
    );
}
