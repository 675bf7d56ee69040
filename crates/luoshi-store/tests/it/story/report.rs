//! A report from its submission over its return to its verification, and the timeline that this leaves.
//!
//! Reports that are still being written are in `draft`.

use luoshi_ledger::{
    Command, EventKind,
    command::{ApproveReport, ReturnReport, VerifyReport},
    ids::ReportId,
    report::{ReportState, ReturnStage, TargetValue, VerificationMethod},
};
use luoshi_store::Store;

use crate::scene::{Scene, at, give, march, next_id, row_of};

pub(super) fn a_report_all_the_way(store: Store) {
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
            .read(|snapshot| row_of(snapshot, scene.tasks[0]))
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
            assert_eq!(snapshot.reports_of_task(scene.tasks[0], 12)?, views);
            assert_eq!(snapshot.reports_of_task(scene.tasks[1], 12)?, []);
            let of_all = snapshot.reports_of_tasks(&scene.tasks)?;
            assert_eq!(of_all, [(scene.tasks[0], views.to_vec())].into());
            assert_eq!(snapshot.reports_in_state("verified", None)?, views);
            assert_eq!(snapshot.reports_in_state("verified", Some(scene.finance))?, views);
            assert_eq!(snapshot.reports_in_state("verified", Some(scene.roads))?, []);
            assert_eq!(snapshot.reports_in_state("submitted", None)?, []);
            assert_eq!(snapshot.report_view(ReportId(next_id()))?, None);

            let row = row_of(snapshot, scene.tasks[0])?.unwrap();
            assert_eq!((row.latest, row.completion), (Some(verified.clone()), Some(23)));

            let of_task: Vec<EventKind> = snapshot
                .timeline(scene.tasks[0], &[])?
                .iter()
                .map(|entry| entry.kind)
                .collect();
            assert_eq!(of_task, [EventKind::TaskAdopted]);
            let timeline = snapshot.timeline(scene.tasks[0], &[(report, march())])?;
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
