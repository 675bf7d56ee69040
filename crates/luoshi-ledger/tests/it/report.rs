//! The way of a report: submitted, approved, verified; or returned and handed in again.

use luoshi_ledger::{
    Command, Denial, Refusal, Role,
    command::{ApproveReport, ReturnReport, SubmitReport, VerifyReport},
    ids::TargetId,
    report::{ReportState, ReturnStage, TargetValue, VerificationMethod},
};
use luoshi_types::Decimal;

use crate::fixture::{
    Answer, FINANCE, FORESTRY, GENERIC_TASK, OFFICE, Story, TARGET, UNTRACKED_TASK, clerk, foreign_clerk, foreign_head,
    head, report, submission, supervisor, uuid,
};

fn approve() -> Command {
    Command::ApproveReport(ApproveReport { report: report() })
}

fn send_back(reason: &str) -> Command {
    Command::ReturnReport(ReturnReport {
        report: report(),
        reason: reason.to_owned(),
    })
}

fn verify() -> Command {
    Command::VerifyReport(VerifyReport {
        report: report(),
        method: VerificationMethod::DataComparison,
        values: vec![TargetValue {
            target: TARGET,
            value: Decimal::from(9_000_000_000),
        }],
        completion: None,
        conclusion: "与统计台账一致".to_owned(),
    })
}

#[test]
fn a_report_goes_the_whole_way() {
    let mut story = Story::reported();
    assert_eq!(
        story.facts.reports[&report()].completion,
        Some(40),
        "120 of 300 is computed, not asked for"
    );
    story.check(&head(), approve(), Answer::Events(vec!["report_approved"]));
    story.given_by(&head(), approve());
    story.check(&supervisor(), verify(), Answer::Events(vec!["report_verified"]));
    story.given_by(&supervisor(), verify());
    let state = &story.facts.reports[&report()].state;
    assert!(
        matches!(
            state,
            ReportState::Verified {
                completion: Some(30),
                ..
            }
        ),
        "{state:?}"
    );
}

#[test]
fn what_cannot_be_submitted() {
    #[track_caller]
    fn check(spoil: impl FnOnce(&mut SubmitReport), refusal: Refusal) {
        let mut submission = submission();
        spoil(&mut submission);
        Story::issued().check(&clerk(), Command::SubmitReport(submission), Answer::Refused(refusal));
    }
    check(|submission| submission.done = " \n".to_owned(), Refusal::NothingDone);
    check(
        |submission| submission.period = "2026-07".parse().unwrap(),
        Refusal::PeriodNotOpen,
    );
    check(
        |submission| submission.period = "2025-12".parse().unwrap(),
        Refusal::PeriodNotOpen,
    );
    check(
        |submission| submission.completion = Some(101),
        Refusal::InvalidCompletion,
    );
    check(
        |submission| submission.values[0].target = TargetId(uuid(7)),
        Refusal::UnknownTarget,
    );
    check(
        |submission| submission.values.push(submission.values[0]),
        Refusal::RepeatedTarget,
    );
    let unissued = Story::adopted();
    let answer = unissued.when(&clerk(), &Command::SubmitReport(submission()));
    assert_eq!(
        answer,
        Answer::Denied(Denial::NotFound),
        "an unissued plan is the office's alone"
    );
}

#[test]
fn nobody_reports_on_what_is_out_of_scope_or_names_nobody() {
    let mut story = Story::issued();
    // Both tasks are made to concern the department, so that only the rule in question stands in the way.
    for id in [UNTRACKED_TASK, GENERIC_TASK] {
        let parties = story.facts.tasks[&crate::fixture::TASK].parties.clone();
        story.facts.tasks.get_mut(&id).unwrap().parties = parties;
    }
    let submit = |task| {
        Command::SubmitReport(SubmitReport {
            task,
            values: Vec::new(),
            ..submission()
        })
    };
    story.check(&clerk(), submit(UNTRACKED_TASK), Answer::Refused(Refusal::NotTracked));
    story.check(&clerk(), submit(GENERIC_TASK), Answer::Refused(Refusal::NotReporter));
}

#[test]
fn a_report_is_handed_in_again_only_after_a_return() {
    let again = || Command::SubmitReport(submission());
    let mut story = Story::reported();
    story.check(&clerk(), again(), Answer::Refused(Refusal::ReportUnderWay));
    story.given_by(&head(), send_back("请补充数据来源"));
    story.check(&clerk(), again(), Answer::Events(vec!["report_submitted"]));
    story.given_by(&clerk(), again()).given_by(&head(), approve());
    story.check(&clerk(), again(), Answer::Refused(Refusal::ReportUnderWay));
    story.given_by(&supervisor(), send_back("与统计数据不符"));
    let state = &story.facts.reports[&report()].state;
    assert!(
        matches!(
            state,
            ReportState::Returned {
                stage: ReturnStage::Verification,
                ..
            }
        ),
        "{state:?}"
    );
    story.given_by(&clerk(), again());
    assert_eq!(story.facts.reports[&report()].version, 6);
}

#[test]
fn each_gate_has_its_keeper() {
    let mut story = Story::reported();
    story.check(&supervisor(), verify(), Answer::Refused(Refusal::NotApproved));
    story.check(&supervisor(), send_back("太早"), Answer::Refused(Refusal::NotApproved));
    story.check(&head(), send_back("  "), Answer::Refused(Refusal::NoReason));
    story.given_by(&head(), approve());
    story.check(&head(), approve(), Answer::Refused(Refusal::NotSubmitted));
    story.check(&head(), send_back("反悔"), Answer::Refused(Refusal::NotReturnable));
    story.given_by(&supervisor(), verify());
    story.check(&supervisor(), verify(), Answer::Refused(Refusal::NotApproved));
    story.check(
        &supervisor(),
        send_back("太晚"),
        Answer::Refused(Refusal::NotReturnable),
    );
}

#[test]
fn whoever_wrote_a_report_does_not_approve_it() {
    let both = Story::actor(2, &[Role::Head, Role::Clerk], FINANCE);
    Story::reported().check(&both, approve(), Answer::Refused(Refusal::SamePerson));
}

#[test]
fn a_body_does_not_verify_itself() {
    let inside = Story::actor(8, &[Role::Supervisor], FINANCE);
    let mut story = Story::reported();
    story.given_by(&head(), approve());
    story.check(&inside, verify(), Answer::Refused(Refusal::OwnHouse));
}

#[test]
fn what_is_before_the_head_is_the_heads_to_return() {
    let inside = Story::actor(8, &[Role::Supervisor], FINANCE);
    Story::reported().check(&inside, send_back("还没有审核"), Answer::Refused(Refusal::NotApproved));
}

#[test]
fn a_foreign_report_does_not_exist() {
    let story = Story::reported();
    story.check(&foreign_head(), approve(), Answer::Denied(Denial::NotFound));
    story.check(&foreign_head(), send_back("别家的"), Answer::Denied(Denial::NotFound));
    story.check(
        &foreign_clerk(),
        Command::SubmitReport(submission()),
        Answer::Denied(Denial::NotFound),
    );
    story.check(&clerk(), approve(), Answer::Denied(Denial::Forbidden));
    story.check(&head(), verify(), Answer::Denied(Denial::Forbidden));
    let posing = Command::SubmitReport(SubmitReport {
        organisation: FORESTRY,
        ..submission()
    });
    story.check(&clerk(), posing, Answer::Denied(Denial::Forbidden));
    let office_clerk = Story::actor(6, &[Role::Clerk], OFFICE);
    story.check(
        &office_clerk,
        Command::SubmitReport(submission()),
        Answer::Denied(Denial::NotFound),
    );
}
