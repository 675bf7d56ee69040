//! Files that a report carries: only those of its own draft, its own report and its own body.

use luoshi_ledger::{
    ActorIdentity, Command, Refusal,
    command::{ReturnReport, SubmitReport},
    evidence::{Evidence, MOST_EVIDENCE, OfferedEvidence},
    ids::{EvidenceId, ReportId},
};
use uuid::Uuid;

use crate::fixture::{Answer, FINANCE, FORESTRY, Story, clerk, head, report, submission, uuid};

const FIRST: EvidenceId = EvidenceId(Uuid::from_u128(0x71));
const SECOND: EvidenceId = EvidenceId(Uuid::from_u128(0x72));

fn file(id: EvidenceId) -> OfferedEvidence {
    OfferedEvidence {
        evidence: Evidence {
            id,
            sha256: "ab".repeat(32),
            byte_count: 7,
            media_type: "text/csv".to_owned(),
            name: "项目清单.csv".to_owned(),
        },
        report: report(),
        organisation: FINANCE,
        author: Some(clerk().identity),
    }
}

fn with(evidence: &[EvidenceId]) -> Command {
    Command::SubmitReport(SubmitReport {
        evidence: evidence.to_vec(),
        ..submission()
    })
}

fn offering(files: Vec<OfferedEvidence>) -> Story {
    let mut story = Story::issued();
    story.facts.evidence = files;
    story
}

#[test]
fn a_report_carries_the_files_of_its_draft_in_their_order() {
    let mut story = offering(vec![file(FIRST), file(SECOND)]);
    story.given_by(&clerk(), with(&[SECOND, FIRST]));
    let evidence = &story.facts.reports[&report()].evidence;
    assert_eq!(evidence.iter().map(|file| file.id).collect::<Vec<_>>(), [SECOND, FIRST]);
    assert_eq!(evidence[0], file(SECOND).evidence);
}

#[test]
fn a_file_that_is_not_its_own_is_unknown() {
    #[track_caller]
    fn check(spoil: impl FnOnce(&mut OfferedEvidence)) {
        let mut foreign = file(FIRST);
        spoil(&mut foreign);
        offering(vec![foreign]).check(&clerk(), with(&[FIRST]), Answer::Refused(Refusal::UnknownEvidence));
    }
    check(|file| file.report = ReportId(uuid(0x79)));
    check(|file| file.organisation = FORESTRY);
    check(|file| file.author = Some(head().identity));
    check(|file| file.author = Some(ActorIdentity::Console));
    offering(Vec::new()).check(&clerk(), with(&[FIRST]), Answer::Refused(Refusal::UnknownEvidence));
    offering(vec![file(FIRST)]).check(
        &clerk(),
        with(&[FIRST, FIRST]),
        Answer::Refused(Refusal::UnknownEvidence),
    );
    let many: Vec<EvidenceId> = (0..=MOST_EVIDENCE as u128)
        .map(|number| EvidenceId(uuid(0x100 + number)))
        .collect();
    let offered = many.iter().map(|id| file(*id)).collect();
    offering(offered).check(&clerk(), with(&many), Answer::Refused(Refusal::TooMuchEvidence));
}

#[test]
fn a_returned_report_keeps_drops_and_adds() {
    let mut story = offering(vec![file(FIRST)]);
    story.given_by(&clerk(), with(&[FIRST]));
    let back = Command::ReturnReport(ReturnReport {
        report: report(),
        reason: "请补充".to_owned(),
    });
    story.given_by(&head(), back);
    // What was handed in before is the body's: another clerk may write the report again and keep the file.
    let kept = OfferedEvidence {
        author: None,
        ..file(FIRST)
    };
    story.facts.evidence = vec![kept, file(SECOND)];
    story.check(
        &clerk(),
        with(&[FIRST, SECOND]),
        Answer::Events(vec!["report_submitted"]),
    );
    story.given_by(&clerk(), with(&[SECOND]));
    let evidence = &story.facts.reports[&report()].evidence;
    assert_eq!(evidence.iter().map(|file| file.id).collect::<Vec<_>>(), [SECOND]);
}
