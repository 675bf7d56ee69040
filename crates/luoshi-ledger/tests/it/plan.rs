//! Adopting and issuing plans, founding bodies and opening accounts.

use luoshi_ledger::{
    Actor, Command, Refusal, Role,
    command::{AdoptDrafts, FoundOrganisation, IssuePlan, OpenAccount},
    ids::{OrganisationId, SectionId},
    organisation::OrganisationKind,
    task::Reporting,
};

use crate::fixture::{Answer, FINANCE, OFFICE, PLAN, Story, account, adoption, supervisor, uuid};

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
    let issue = || Command::IssuePlan(IssuePlan { plan: PLAN });
    Story::adopted().check(
        &supervisor(),
        Command::AdoptDrafts(adoption()),
        Answer::Refused(Refusal::AlreadyExists),
    );
    Story::adopted().check(&supervisor(), issue(), Answer::Events(vec!["plan_issued"]));
    Story::issued().check(&supervisor(), issue(), Answer::Refused(Refusal::AlreadyIssued));
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
