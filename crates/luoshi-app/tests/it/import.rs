//! Documents on their way in: reviewed, corrected, adopted once; and the ones that cannot be used.

use luoshi_app::{
    document::{ImportError, Upload},
    review::{Doubt, ReviewError, TaskCorrection},
};
use luoshi_ledger::Actor;
use luoshi_types::DiagnosticCode;

use crate::site::{DOCUMENT, Site};

fn upload(bytes: &[u8]) -> Upload {
    Upload {
        file_name: "分解.txt".to_owned(),
        bytes: bytes.to_vec(),
        date: None,
        year: Some(2026),
    }
}

#[tokio::test]
async fn a_document_that_cannot_be_used_leaves_nothing() {
    let site = Site::new();
    for (bytes, code) in [
        (&b""[..], DiagnosticCode::EmptyFile),
        (
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01"[..],
            DiagnosticCode::PictureFile,
        ),
        ("今天天气很好。".as_bytes(), DiagnosticCode::NoTasks),
    ] {
        match site.app.import_document(&Actor::console(), upload(bytes)).await {
            Err(ImportError::Unusable(diagnostics)) => {
                assert!(
                    diagnostics.iter().any(|diagnostic| diagnostic.code == code),
                    "{code:?}: {diagnostics:?}"
                );
            }
            other => panic!("{code:?}: {other:?}"),
        }
    }
    assert!(site.app.reviews(&Actor::console()).unwrap().is_empty());
    assert!(site.app.documents(&Actor::console()).unwrap().is_empty());
    assert_eq!(std::fs::read_dir(site.folder.path().join("files")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_review_knows_its_doubts_and_takes_corrections() {
    let site = Site::new();
    let console = Actor::console();
    let id = site
        .app
        .import_document(&console, upload(DOCUMENT.as_bytes()))
        .await
        .unwrap();
    let review = site.app.review(&console, id).unwrap().unwrap();
    assert_eq!((review.sections.len(), review.tasks.len()), (2, 5));
    assert_eq!(review.coverage.0, review.coverage.1);
    let unresolved: Vec<u32> = review
        .tasks
        .iter()
        .filter(|task| task.is_unresolved())
        .map(|task| task.number)
        .collect();
    assert_eq!(unresolved, [5]);
    assert_eq!(review.tasks[4].doubts, [Doubt::NobodyReports]);
    assert!(review.tasks[3].tracking.shipped);
    assert_eq!(review.tasks[0].reporters.len(), 1);
    let days = |task: usize| -> Vec<_> {
        let days = review.tasks[task]
            .targets
            .iter()
            .map(|target| target.due.map(|day| day.to_string()));
        days.chain([review.tasks[task].due.map(|day| day.to_string())])
            .collect()
    };
    let day = |text: &str| Some(text.to_owned());
    assert_eq!(days(0), [day("2026-12-31"), day("2026-06-30"), day("2026-12-31")]);
    assert_eq!(days(1), [day("2026-09-30"), day("2026-09-30")]);
    assert_eq!(
        days(2),
        [None, day("2026-03-31"), None],
        "the target of the whole year keeps the task open"
    );

    let task = &review.tasks[0];
    let correction = TaskCorrection {
        title: task.title.clone(),
        parties: task.parties.clone(),
        targets: Vec::new(),
        deliverable: "项目全部开工".to_owned(),
        due: Some("2026-10-31".parse().unwrap()),
        reporters: task.parties.iter().map(|party| party.name.clone()).collect(),
        not_tracked: None,
        checked: true,
    };
    site.app
        .correct_review_task(&console, id, 1, 1, correction.clone())
        .await
        .unwrap();
    let stale = site
        .app
        .correct_review_task(&console, id, 1, 1, correction.clone())
        .await;
    assert!(matches!(stale, Err(ReviewError::Changed)), "{stale:?}");
    let stranger = TaskCorrection {
        reporters: vec!["省气象局".to_owned()],
        ..correction.clone()
    };
    let refused = site.app.correct_review_task(&console, id, 2, 1, stranger).await;
    assert!(matches!(refused, Err(ReviewError::ReporterNotParty)), "{refused:?}");
    let unmarked = TaskCorrection {
        not_tracked: None,
        ..correction
    };
    site.app
        .correct_review_task(
            &console,
            id,
            2,
            4,
            TaskCorrection {
                reporters: Vec::new(),
                ..unmarked
            },
        )
        .await
        .unwrap();
    let review = site.app.review(&console, id).unwrap().unwrap();
    assert!(review.tasks[3].tracking.not_tracked.is_some(), "a shipped mark stays");

    let plan = site.app.adopt_review(&console, id, 3, None).await.unwrap();
    assert_eq!(
        site.app.adopt_review(&console, id, 3, None).await.unwrap(),
        plan,
        "adopted once"
    );
    let rows = site.rows(plan);
    assert_eq!(rows[0].reporters.len(), 2);
    assert_eq!(rows[0].due.to_string(), "2026-10-31");
    assert_eq!(rows[1].due.to_string(), "2026-09-30");
}

#[tokio::test]
async fn a_body_of_an_earlier_plan_is_found_again() {
    let site = Site::new();
    let first = site.adopt().await;
    let second = site.adopt().await;
    let count = site.app.organisations(&Actor::console()).unwrap().len();
    assert_eq!(site.rows(first)[0].reporters, site.rows(second)[0].reporters);
    assert_eq!(count, 5, "发展改革委、财政厅、水利厅、人力资源社会保障厅、民委");
}

/// A full disk was told as a fault of the program, which nobody tries again.
#[cfg(unix)]
#[tokio::test]
async fn a_document_that_the_disk_does_not_take_may_be_sent_again() {
    let site = Site::new();
    let files = site.folder.path().join("files");
    std::fs::remove_dir(&files).unwrap();
    std::fs::write(&files, "no folder").unwrap();
    let console = Actor::console();
    let answer = site.app.import_document(&console, upload(DOCUMENT.as_bytes())).await;
    assert!(
        matches!(answer, Err(ImportError::App(luoshi_app::AppError::Unavailable))),
        "{answer:?}"
    );
    assert!(site.app.documents(&console).unwrap().is_empty());
    std::fs::remove_file(&files).unwrap();
    std::fs::create_dir(&files).unwrap();
    assert!(
        site.app
            .import_document(&console, upload(DOCUMENT.as_bytes()))
            .await
            .is_ok()
    );
}
