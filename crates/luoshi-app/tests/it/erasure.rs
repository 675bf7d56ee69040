//! Erasure from end to end: strings are planted in every field that takes words, erased by two people, and looked for in every byte of the
//! data folder; what a long reader and a restored backup do to it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use luoshi_app::{
    App, AppError, Request,
    document::{ImportError, Upload},
    erasure::{ErasureProgress, NewErasure},
    report::ReportDraft,
    task::HandMadeTask,
    verify::Fault,
};
use luoshi_equipment::{postgres::Server, raw_files::holders};
use luoshi_ledger::{
    Actor, ActorIdentity, Command, Refusal, Role, Stream,
    command::{ApproveReport, ConfirmErasure, DeclineErasure, IssuePlan, ReturnReport, SubmitReport, VerifyReport},
    erasure::{ErasureGround, FoundText},
    ids::{ErasureId, OrganisationId, PlanId, ReportId, TaskId},
    report::VerificationMethod,
    task::{Reporting, TaskKind},
    text::ERASED,
};
use luoshi_store::{Location, Store};
use luoshi_types::PartyRole;

use crate::site::{DOCUMENT, PASSWORD, Site, files_below, open, open_on};

/// The source documents of a data folder.
fn received(folder: &Path) -> Vec<PathBuf> {
    files_below(&folder.join("files/site"))
}

/// The fields of whose planted words a file in the folder holds any.
fn fields_found(folder: &Path) -> Vec<&'static str> {
    let words = FIELDS.map(word);
    let found = holders(folder, &words.each_ref().map(String::as_str));
    (FIELDS.into_iter().zip(&words))
        .filter(|(_, word)| found.contains_key(word.as_str()))
        .map(|(field, _)| field)
        .collect()
}

fn is_found(folder: &Path, words: &str) -> bool {
    !holders(folder, &[words]).is_empty()
}

/// Words that stand nowhere else, one for each field that takes words.
const FIELDS: [&str; 15] = [
    "file", "text", "title", "basis", "task", "name", "deliver", "signin", "done", "problem", "help", "next", "reason",
    "finding", "draft",
];

fn word(field: &str) -> String {
    assert!(FIELDS.contains(&field));
    format!("植{field}埋")
}

/// A site whose every field that takes words holds a planted one.
struct Planted {
    site: Site,
    supervisor: Actor,
    second: Actor,
    clerk: Actor,
    plan: PlanId,
    task: TaskId,
    report: ReportId,
}

impl Planted {
    async fn new() -> Self {
        Self::on(Site::new()).await
    }

    async fn on(site: Site) -> Self {
        let supervisor = site.supervisor().await;
        let office = supervisor.organisation.unwrap();
        let second = site.person("督查二", Role::Supervisor, office).await;
        let upload = Upload {
            file_name: format!("{}.txt", word("file")),
            bytes: DOCUMENT
                .replace("抓好20项", &format!("{}抓好20项", word("text")))
                .into(),
            date: None,
            year: Some(2026),
        };
        let review = site.app.import_document(&supervisor, upload).await.unwrap();
        let plan = site.app.adopt_review(&supervisor, review, 1, None).await.unwrap();
        let body: OrganisationId = site.rows(plan)[0].reporters[0].0;
        let task = HandMadeTask {
            kind: TaskKind::LeaderInstruction,
            section: None,
            title: word("title"),
            text: word("task"),
            basis: word("basis"),
            parties: vec![(body, PartyRole::Lead)],
            reporting: Reporting::Single { organisation: body },
            deliverable: word("deliver"),
            due: None,
        };
        let key = Some("key".to_owned());
        let (task, _) = site.app.add_task(&supervisor, plan, task, key).await.unwrap();
        site.execute(Command::IssuePlan(IssuePlan {
            plan,
            effective_on: None,
        }))
        .await;
        let clerk = site.person(&word("signin"), Role::Clerk, body).await;
        let head = site.person(&word("name"), Role::Head, body).await;
        let period = "2026-03".parse().unwrap();
        let report = ReportId::of(task, body, period);
        let submit = SubmitReport {
            task,
            organisation: body,
            period,
            values: Vec::new(),
            completion: Some(10),
            done: word("done"),
            problems: word("problem"),
            help_wanted: word("help"),
            next_step: word("next"),
            evidence: Vec::new(),
        };
        let app = &site.app;
        let give = async |actor: &Actor, command| app.execute(actor, Request::from(command)).await.unwrap();
        give(&clerk, Command::SubmitReport(submit.clone())).await;
        let reason = word("reason");
        give(&head, Command::ReturnReport(ReturnReport { report, reason })).await;
        give(&clerk, Command::SubmitReport(submit)).await;
        give(&head, Command::ApproveReport(ApproveReport { report })).await;
        let verify = VerifyReport {
            report,
            method: VerificationMethod::Documents,
            values: Vec::new(),
            completion: Some(9),
            conclusion: word("finding"),
        };
        give(&second, Command::VerifyReport(verify)).await;
        let draft = ReportDraft {
            done: word("draft"),
            ..ReportDraft::default()
        };
        app.save_report_draft(&clerk, task, body, period, &draft).await.unwrap();
        // A wrong password under a planted name, and a session.
        let here = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
        assert!(app.sign_in(&word("signin"), "wrong password", here).await.is_err());
        app.sign_in(&word("signin"), PASSWORD, here).await.unwrap();
        app.drain_jobs().await.unwrap();
        Self {
            supervisor,
            second,
            clerk,
            plan,
            task,
            report,
            site,
        }
    }

    fn app(&self) -> &Arc<App> {
        &self.site.app
    }

    fn texts(&self, stream: Stream) -> Vec<FoundText> {
        self.app().erasable_texts(&self.supervisor, stream).unwrap()
    }

    async fn propose(
        &self,
        ground: ErasureGround,
        texts: &[FoundText],
        files: Vec<String>,
    ) -> Result<ErasureId, AppError> {
        let new = NewErasure {
            ground,
            texts: texts.iter().map(|text| text.place).collect(),
            files,
            explanation: "当事人依法申请".to_owned(),
        };
        let (erasure, _) = self.app().propose_erasure(&self.supervisor, new, None).await?;
        Ok(erasure)
    }

    async fn confirm(&self, actor: &Actor, erasure: ErasureId) -> Result<(), AppError> {
        let command = Command::ConfirmErasure(ConfirmErasure { erasure });
        self.app().execute(actor, Request::from(command)).await.map(|_| ())
    }

    async fn erase(&self, texts: &[FoundText], files: Vec<String>) -> ErasureId {
        let erasure = self
            .propose(ErasureGround::PersonalInformation, texts, files)
            .await
            .unwrap();
        self.confirm(&self.second, erasure).await.unwrap();
        erasure
    }

    fn progress(&self, erasure: ErasureId) -> ErasureProgress {
        let view = self.app().erasure(&self.supervisor, erasure).unwrap().unwrap();
        view.progress
    }

    fn is_sound(&self) {
        let verification = self.app().verify(&mut |_, _| {}).unwrap();
        assert!(verification.is_sound(), "{verification:?}");
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, AppError>, refusal: Refusal) {
    assert!(
        matches!(&outcome, Err(AppError::Refused(found)) if *found == refusal),
        "{outcome:?}"
    );
}

/// Erases every planted word and the one file, to the end.
async fn erase_what_was_planted(planted: &Planted) {
    let folder = planted.site.folder.path();
    planted.is_sound();
    // Wherever a planted word stands, the search of the form finds it.
    let mut texts = planted.app().texts_containing(&planted.supervisor, "植").await.unwrap();
    let own: Vec<&str> = texts.iter().map(|text| text.name.code()).collect();
    assert_eq!(
        own,
        [
            "file_name",
            "document_text",
            "task_text",
            "task_title",
            "task_text",
            "basis",
            "deliverable",
            "sign_in_name",
            "display_name",
            "sign_in_name",
            "display_name",
            "done",
            "problems",
            "help_wanted",
            "next_step",
            "return_reason",
            "done",
            "problems",
            "help_wanted",
            "next_step",
            "conclusion",
        ]
    );
    let documents = planted.app().documents(&planted.supervisor).unwrap();
    let sha256 = documents[0].sha256.clone();
    assert!(received(folder)[0].to_string_lossy().contains(&sha256));
    // A part that a crash left where early releases kept documents.
    let early = folder.join("files").join(&sha256[..2]);
    fs::create_dir_all(&early).unwrap();
    let part = early.join(format!("{sha256}.77-1.part"));
    fs::write(&part, word("text")).unwrap();
    texts.sort_by_key(|text| text.place);
    let erasure = planted.erase(&texts, vec![sha256.clone()]).await;
    assert_eq!(planted.progress(erasure), ErasureProgress::ScrubbingPending);
    planted.is_sound();
    planted.app().drain_jobs().await.unwrap();
    assert!(matches!(planted.progress(erasure), ErasureProgress::Finished(_)));
    planted.is_sound();
}

/// What people see in place of the planted words, and that none of them comes back.
async fn nothing_planted_is_seen(planted: &Planted) {
    let task = planted.app().task(&planted.supervisor, planted.task).unwrap().unwrap();
    assert_eq!((task.task.title.as_str(), task.task.text.as_str()), (ERASED, ERASED));
    let report = planted
        .app()
        .report(&planted.supervisor, planted.report)
        .unwrap()
        .unwrap();
    assert_eq!(
        (report.report.problems.as_str(), report.submitted_by_name.as_str()),
        (ERASED, ERASED)
    );
    let erased = planted.app().erased_texts(Stream::Report(planted.report)).unwrap();
    assert_eq!(erased.len(), 10);
    let counts = planted.app().erasure_counts().unwrap();
    assert_eq!((counts.len(), counts[0].texts, counts[0].files), (1, 21, 1));
    assert!(
        planted
            .app()
            .passage(&planted.supervisor, planted.site.rows(planted.plan)[0].task)
            .unwrap()
            .is_some()
    );

    let left = planted.app().texts_containing(&planted.supervisor, "植").await.unwrap();
    assert_eq!(left, []);

    // The same file does not come back, and nobody signs in under the erased name.
    let upload = Upload {
        file_name: "again.txt".to_owned(),
        bytes: DOCUMENT
            .replace("抓好20项", &format!("{}抓好20项", word("text")))
            .into(),
        date: None,
        year: Some(2026),
    };
    let again = planted.app().import_document(&planted.supervisor, upload).await;
    assert!(matches!(
        again,
        Err(ImportError::App(AppError::Refused(Refusal::FileErased)))
    ));
    let here = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    for name in [word("signin"), ERASED.to_owned(), String::new()] {
        assert!(planted.app().sign_in(&name, PASSWORD, here).await.is_err());
    }
}

#[tokio::test]
async fn planted_words_are_in_no_byte_of_the_folder() {
    let planted = Planted::new().await;
    let folder = planted.site.folder.path();
    assert_eq!(fields_found(folder), FIELDS);
    erase_what_was_planted(&planted).await;
    assert_eq!(fields_found(folder), [""; 0]);
    assert!(is_found(folder, "当事人依法申请"), "what stays is found");
    nothing_planted_is_seen(&planted).await;
    assert_eq!(fields_found(folder), [""; 0]);
}

/// On a server the words never lie in the clear, and the keys that opened what it still keeps of them are destroyed.
#[tokio::test]
async fn planted_words_on_a_server_go_with_their_keys() {
    let Some(server) = Server::shared("an erasure on PostgreSQL") else {
        return;
    };
    let address = server.database();
    let planted = Planted::on(Site::on_postgres(&address)).await;
    let folder = planted.site.folder.path();
    let keys = || -> Vec<String> {
        let paths = files_below(&folder.join("key")).into_iter();
        let names = paths.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
        names.filter(|name| name.starts_with("words-")).collect()
    };
    // Pages are in files only after a checkpoint; the write-ahead log is there at once.
    server.ask(&address, "checkpoint").unwrap();
    assert_eq!(fields_found(&server.data()), [""; 0]);
    assert!(is_found(&server.data(), "report_value"), "what is there is found");
    assert_eq!(
        fields_found(folder),
        ["text"],
        "of the files in the folder only the received one holds words"
    );
    assert_eq!(keys(), ["words-0.key", "words-1.key"]);
    let first_key = fs::read(folder.join("key/words-1.key")).unwrap();

    erase_what_was_planted(&planted).await;
    assert_eq!(keys(), ["words-0.key", "words-2.key"]);
    for key in keys() {
        assert_ne!(fs::read(folder.join("key").join(key)).unwrap(), first_key);
    }
    assert_eq!(fields_found(folder), [""; 0]);
    nothing_planted_is_seen(&planted).await;

    // What stays is read by a process that knows none of the keys yet.
    let again = open_on(folder, &planted.site.clock, Some(&address)).unwrap();
    let erasure = again.erasures(&planted.supervisor).unwrap().remove(0);
    assert_eq!(erasure.erasure.explanation, "当事人依法申请");
    server.ask(&address, "checkpoint").unwrap();
    assert_eq!(fields_found(&server.data()), [""; 0]);
}

/// Documents with the same bytes share a file; the record says which file went, and one that is put back is found.
#[tokio::test]
async fn an_erased_file_that_is_put_back_is_found() {
    let planted = Planted::new().await;
    let document = planted.app().documents(&planted.supervisor).unwrap().remove(0);
    let path = received(planted.site.folder.path()).remove(0);
    let bytes = fs::read(&path).unwrap();
    planted.erase(&[], vec![document.sha256.clone()]).await;
    planted.app().drain_jobs().await.unwrap();
    assert!(!path.exists());
    planted.is_sound();
    fs::write(&path, bytes).unwrap();
    let verification = planted.app().verify(&mut |_, _| {}).unwrap();
    assert_eq!(verification.faults, [Fault::ErasedFile(document.sha256)]);
}

#[tokio::test]
async fn nobody_erases_alone_and_promises_have_a_rule_of_their_own() {
    let planted = Planted::new().await;
    let report = planted.texts(Stream::Report(planted.report));
    let task = planted.texts(Stream::Task(planted.task));
    let ground = ErasureGround::BusinessSecret;
    refused(planted.propose(ground, &task, Vec::new()).await, Refusal::PromiseStays);
    refused(planted.propose(ground, &[], Vec::new()).await, Refusal::NothingToErase);
    refused(
        planted.propose(ground, &[], vec!["ab".repeat(32)]).await,
        Refusal::AlreadyErased,
    );

    let erasure = planted.propose(ground, &report[..1], Vec::new()).await.unwrap();
    refused(
        planted.confirm(&planted.supervisor, erasure).await,
        Refusal::ProposedBySame,
    );
    let stranger = planted.confirm(&planted.clerk, erasure).await;
    assert!(matches!(stranger, Err(AppError::Forbidden)), "{stranger:?}");
    assert!(planted.app().erasures(&planted.clerk).unwrap().is_empty());
    assert!(
        planted
            .app()
            .erasable_texts(&planted.clerk, Stream::Report(planted.report))
            .unwrap()
            .is_empty()
    );
    planted.confirm(&Actor::console(), erasure).await.unwrap();
    refused(planted.confirm(&planted.second, erasure).await, Refusal::ErasureDecided);
    refused(
        planted.propose(ground, &report[..1], Vec::new()).await,
        Refusal::AlreadyErased,
    );

    let promise = planted
        .propose(ErasureGround::StateSecret, &task, Vec::new())
        .await
        .unwrap();
    refused(planted.confirm(&Actor::console(), promise).await, Refusal::OfficeAlone);
    let decline = |reason: &str| {
        Request::from(Command::DeclineErasure(DeclineErasure {
            erasure: promise,
            reason: reason.to_owned(),
        }))
    };
    refused(
        planted.app().execute(&planted.second, decline("")).await,
        Refusal::NoReason,
    );
    planted
        .app()
        .execute(&planted.second, decline("并非秘密"))
        .await
        .unwrap();
    assert_eq!(planted.progress(promise), ErasureProgress::Declined);
    assert_eq!(
        planted.texts(Stream::Task(planted.task)),
        task,
        "declined, nothing is gone"
    );
    planted.is_sound();
}

/// The receipt keeps a hash over the words of the command, which would tell whoever guesses them that the guess is right.
#[tokio::test]
async fn a_repetition_after_an_erasure_is_no_second_command() {
    let planted = Planted::new().await;
    let body = planted.site.rows(planted.plan)[0].reporters[0].0;
    let task = || HandMadeTask {
        kind: TaskKind::LeaderInstruction,
        section: None,
        title: word("title"),
        text: word("task"),
        basis: word("basis"),
        parties: vec![(body, PartyRole::Lead)],
        reporting: Reporting::Single { organisation: body },
        deliverable: word("deliver"),
        due: None,
    };
    let add = async || {
        let key = Some("key".to_owned());
        planted
            .app()
            .add_task(&planted.supervisor, planted.plan, task(), key)
            .await
    };
    assert!(add().await.unwrap().1.repeated);
    planted
        .erase(&planted.texts(Stream::Task(planted.task)), Vec::new())
        .await;
    let after = add().await;
    assert!(matches!(after, Err(AppError::KeyReused)), "{after:?}");
}

/// As long as somebody reads an old state of the database, its bytes stay, and nobody is told otherwise.
#[tokio::test]
async fn a_long_read_leaves_it_pending_and_the_job_comes_back() {
    let planted = Planted::new().await;
    let folder = planted.site.folder.path().to_owned();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (end, ends) = std::sync::mpsc::channel::<()>();
    let second = Store::open(&Location::Sqlite(folder.join("luoshi.db"))).unwrap();
    let reader = std::thread::spawn(move || {
        second
            .read(|snapshot| {
                snapshot.log_size()?;
                begun.send(()).unwrap();
                ends.recv().unwrap();
                Ok(())
            })
            .unwrap();
    });
    has_begun.recv().unwrap();
    let erasure = planted
        .erase(&planted.texts(Stream::Report(planted.report)), Vec::new())
        .await;
    assert!(planted.app().drain_jobs().await.is_err());
    assert_eq!(planted.progress(erasure), ErasureProgress::ScrubbingPending);
    assert!(is_found(&folder, &word("finding")));
    let counts = planted.app().job_counts(&planted.supervisor).unwrap();
    assert_eq!((counts.waiting, counts.buried), (1, 0));
    end.send(()).unwrap();
    reader.join().unwrap();
    planted.app().drain_jobs().await.unwrap();
    assert_eq!(
        planted.progress(erasure),
        ErasureProgress::ScrubbingPending,
        "not before its time"
    );
    planted.site.at("2026-03-02T02:00:00Z");
    planted.app().drain_jobs().await.unwrap();
    assert!(matches!(planted.progress(erasure), ErasureProgress::Finished(_)));
    assert!(!is_found(&folder, &word("finding")));
}

/// A backup copies the database into the folder, and one that was killed leaves the copy there: no erasure is finished beside it.
#[tokio::test]
async fn the_copy_that_a_killed_backup_left_loses_the_words_too() {
    let planted = Planted::new().await;
    let folder = planted.site.folder.path().to_owned();
    let erasure = planted
        .erase(&planted.texts(Stream::Report(planted.report)), Vec::new())
        .await;
    let under_way = planted.app().backup_scratch().unwrap();
    assert!(planted.app().drain_jobs().await.is_err());
    assert_eq!(planted.progress(erasure), ErasureProgress::ScrubbingPending);
    drop(under_way);
    let left_behind = folder.join("scratch/backup");
    fs::create_dir(&left_behind).unwrap();
    fs::write(left_behind.join("database"), word("finding")).unwrap();
    planted.site.at("2026-03-02T02:00:00Z");
    planted.app().drain_jobs().await.unwrap();
    assert!(matches!(planted.progress(erasure), ErasureProgress::Finished(_)));
    assert!(!is_found(&folder, &word("finding")));
}

/// A backup from before the erasure brings the words back; the list that lay beside it takes them again.
#[tokio::test]
async fn a_restored_backup_loses_the_words_again() {
    let planted = Planted::new().await;
    let folder = planted.site.folder.path().to_owned();
    // Nobody writes, so the file and its log are one state. The copies lie elsewhere, where no search of the folder finds them.
    let backup = tempfile::tempdir().unwrap();
    for name in ["luoshi.db", "luoshi.db-wal"] {
        fs::copy(folder.join(name), backup.path().join(name)).unwrap();
    }
    let document = planted.app().documents(&planted.supervisor).unwrap().remove(0);
    let texts = planted.texts(Stream::Report(planted.report));
    let early = planted.erase(&texts, vec![document.sha256.clone()]).await;
    planted.app().drain_jobs().await.unwrap();
    let kept = planted.app().tombstones().unwrap();
    assert_eq!((kept.len(), kept[0].erasure, kept[0].texts.len()), (1, early, 10));

    let Planted {
        site,
        supervisor,
        report,
        ..
    } = planted;
    let (folder, clock) = (site.folder, site.clock);
    drop(site.app);
    for name in ["luoshi.db-wal", "luoshi.db-shm", "log/checkpoint"] {
        let _ = fs::remove_file(folder.path().join(name));
    }
    for name in ["luoshi.db", "luoshi.db-wal"] {
        fs::copy(backup.path().join(name), folder.path().join(name)).unwrap();
    }
    clock.set("2026-03-03T01:00:00Z".parse().unwrap());
    let app = open(folder.path(), &clock);
    assert!(is_found(folder.path(), &word("finding")));
    assert_eq!(app.reapply_erasures(kept.clone()).await.unwrap(), 10);
    app.drain_jobs().await.unwrap();
    assert!(!is_found(folder.path(), &word("finding")));
    let view = app.erasure(&supervisor, early).unwrap().unwrap();
    assert!(matches!(view.progress, ErasureProgress::Finished(_)));
    assert_eq!(view.erasure.tombstone().as_ref(), kept.first());
    assert_eq!(app.reapply_erasures(kept).await.unwrap(), 0, "it can be repeated");
    assert_eq!(
        app.report(&supervisor, report).unwrap().unwrap().report.problems,
        ERASED
    );
    app.drain_jobs().await.unwrap();
    let verification = app.verify(&mut |_, _| {}).unwrap();
    assert_eq!(verification.difference_count, 0, "{verification:?}");
    let console_alone = Actor {
        identity: ActorIdentity::Console,
        ..supervisor
    };
    assert_eq!(app.erasures(&console_alone).unwrap().len(), 1);
}
