//! Evidence from the upload to the checked record: what is taken, who sees it, and which files stay.
//!
//! The scanner of viruses is in `scanner`, the sweep in `sweep`.

use std::{convert::Infallible, fs, path::PathBuf, sync::Arc};

use bytes::Bytes;
use futures_util::{TryStreamExt, stream};
use luoshi_app::{
    AppError, Request,
    erasure::NewErasure,
    files::{FileError, ReceivedFile},
    verify::Fault,
};
use luoshi_ledger::{
    Actor, Command, Refusal, Role, Stream,
    command::{ApproveReport, ConfirmErasure, ReturnReport, SubmitReport},
    erasure::ErasureGround,
    evidence::{LARGEST_EVIDENCE, MOST_EVIDENCE},
    ids::{EvidenceId, ReportId},
    period::Period,
    text::ERASED,
    view::LedgerRow,
};
use luoshi_reader::MediaRefusal;

use crate::{
    site::{Site, files_below},
    way::submission,
};

pub(crate) const LIST: &str = "项目,完成投资\n云溪大桥,12亿元\n";

/// A body with its clerk, head and the row of its first task, on a day on which it owes a report.
pub(crate) struct Desk {
    pub(crate) site: Site,
    pub(crate) row: LedgerRow,
    pub(crate) clerk: Actor,
    pub(crate) head: Actor,
    pub(crate) period: Period,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::on(Site::issued().await).await
    }

    pub(crate) async fn on((site, plan): (Site, luoshi_ledger::ids::PlanId)) -> Self {
        let row = site.rows(plan).remove(0);
        let clerk = site.person("填报", Role::Clerk, row.reporters[0].0).await;
        let head = site.person("审核", Role::Head, row.reporters[0].0).await;
        site.at("2026-03-20T02:00:00Z");
        Self {
            site,
            row,
            clerk,
            head,
            period: "2026-03".parse().unwrap(),
        }
    }

    pub(crate) fn report(&self) -> ReportId {
        ReportId::of(self.row.task, self.row.reporters[0].0, self.period)
    }

    pub(crate) async fn receive(&self, bytes: impl Into<Bytes>) -> ReceivedFile {
        let bytes = stream::iter([Ok::<_, Infallible>(bytes.into())]);
        self.site.app.receive_file(bytes, LARGEST_EVIDENCE).await.unwrap()
    }

    pub(crate) async fn add(&self, name: &str, bytes: impl Into<Bytes>) -> Result<EvidenceId, FileError> {
        self.add_as(&self.clerk, name, bytes).await
    }

    async fn add_as(&self, actor: &Actor, name: &str, bytes: impl Into<Bytes>) -> Result<EvidenceId, FileError> {
        let file = self.receive(bytes).await;
        let organisation = self.row.reporters[0].0;
        self.site
            .app
            .add_evidence(actor, self.row.task, organisation, self.period, name, &file)
            .await
    }

    pub(crate) async fn remove(&self, id: EvidenceId) {
        let organisation = self.row.reporters[0].0;
        self.site
            .app
            .remove_evidence(&self.clerk, self.row.task, organisation, self.period, id)
            .await
            .unwrap();
    }

    pub(crate) fn listed(&self) -> Vec<EvidenceId> {
        let listed = self.site.app.draft_evidence(&self.clerk, self.report()).unwrap();
        listed.into_iter().map(|file| file.id).collect()
    }

    pub(crate) async fn submit(&self, evidence: &[EvidenceId]) -> Result<luoshi_app::Done, AppError> {
        let command = Command::SubmitReport(SubmitReport {
            evidence: evidence.to_vec(),
            ..submission(&self.row)
        });
        self.site.app.execute(&self.clerk, Request::from(command)).await
    }

    pub(crate) async fn bytes(&self, actor: &Actor, id: EvidenceId) -> Option<Vec<u8>> {
        let file = self.site.app.evidence(actor, id).await.unwrap()?;
        let pieces: Vec<Bytes> = file.bytes.try_collect().await.unwrap();
        Some(pieces.concat())
    }

    pub(crate) fn kept_files(&self) -> Vec<PathBuf> {
        let organisation = self.row.reporters[0].0.to_string();
        files_below(&self.site.folder.path().join("files").join(organisation))
    }
}

#[tokio::test]
async fn a_file_goes_from_the_draft_into_the_record() {
    let desk = Desk::new().await;
    let list = desk.add("项目清单.csv", LIST).await.unwrap();
    let picture = desk
        .add("C:\\照片\\大桥.png", &b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"[..])
        .await
        .unwrap();
    assert_eq!(desk.listed(), [list, picture]);
    assert_eq!(
        desk.add("又一次.csv", LIST).await.unwrap(),
        list,
        "the same bytes are the same file"
    );
    assert_eq!(desk.listed(), [list, picture]);
    assert_eq!(desk.kept_files().len(), 2, "{:?}", desk.kept_files());

    // While it is a draft it is its author's alone.
    let supervisor = desk.site.supervisor().await;
    assert_eq!(desk.bytes(&desk.clerk, list).await.as_deref(), Some(LIST.as_bytes()));
    for other in [&desk.head, &supervisor, &Actor::console()] {
        assert_eq!(desk.bytes(other, list).await, None);
    }

    let first = desk.submit(&[list, picture]).await.unwrap();
    assert!(!first.repeated);
    assert_eq!(desk.listed(), [], "the draft is done");
    let view = desk.site.app.report(&desk.head, desk.report()).unwrap().unwrap();
    let names: Vec<&str> = view.report.evidence.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["项目清单.csv", "大桥.png"]);
    assert_eq!(view.report.evidence[1].media_type, "image/png");
    assert_eq!(view.destroyed_evidence, []);
    for reader in [&desk.clerk, &desk.head, &supervisor] {
        assert_eq!(desk.bytes(reader, list).await.as_deref(), Some(LIST.as_bytes()));
    }
    let stranger = desk.site.person("外人", Role::Clerk, foreign_body(&desk)).await;
    assert_eq!(desk.bytes(&stranger, list).await, None);
    assert_eq!(desk.bytes(&supervisor, EvidenceId(desk.site.app.new_id())).await, None);

    let verification = desk.site.app.verify(&mut |_, _| {}).unwrap();
    assert!(verification.is_sound(), "{verification:?}");
    assert_eq!(verification.files, 3, "the document and two files of evidence");
}

/// A body that has nothing to do with the first task.
fn foreign_body(desk: &Desk) -> luoshi_ledger::ids::OrganisationId {
    let bodies = desk.site.app.organisations(&Actor::console()).unwrap();
    bodies.iter().find(|body| body.name.contains("水利")).unwrap().id
}

#[tokio::test]
async fn a_returned_report_keeps_drops_and_adds_files() {
    let desk = Desk::new().await;
    let one = desk.add("一.csv", "一,1\n").await.unwrap();
    let two = desk.add("二.csv", "二,2\n").await.unwrap();
    desk.submit(&[one, two]).await.unwrap();
    let under_way = desk.add("三.csv", "三,3\n").await;
    assert!(
        matches!(
            under_way,
            Err(FileError::App(AppError::Refused(Refusal::ReportUnderWay)))
        ),
        "{under_way:?}"
    );
    let back = ReturnReport {
        report: desk.report(),
        reason: "请补充".to_owned(),
    };
    desk.site
        .app
        .execute(&desk.head, Command::ReturnReport(back).into())
        .await
        .unwrap();
    assert_eq!(desk.listed(), [one, two], "what came back is there to be kept");
    desk.remove(one).await;
    let three = desk.add("三.csv", "三,3\n").await.unwrap();
    assert_eq!(desk.listed(), [two, three]);
    // Whoever changes their mind adds it again; it is the same file.
    assert_eq!(desk.add("一（更正）.csv", "一,1\n").await.unwrap(), one);
    assert_eq!(desk.listed(), [two, three, one]);
    desk.remove(one).await;
    desk.submit(&[two, three]).await.unwrap();
    let view = desk.site.app.report(&desk.head, desk.report()).unwrap().unwrap();
    let ids: Vec<EvidenceId> = view.report.evidence.iter().map(|file| file.id).collect();
    assert_eq!(ids, [two, three]);
    assert!(
        desk.bytes(&desk.head, one).await.is_some(),
        "what was once handed in is still to be seen"
    );
    desk.site
        .app
        .execute(
            &desk.head,
            Command::ApproveReport(ApproveReport { report: desk.report() }).into(),
        )
        .await
        .unwrap();
    let verification = desk.site.app.verify(&mut |_, _| {}).unwrap();
    assert!(verification.is_sound(), "{verification:?}");
    assert_eq!(verification.files, 4);
}

#[tokio::test]
async fn what_is_not_taken_leaves_nothing_behind() {
    let desk = Desk::new().await;
    let refused = |outcome: Result<EvidenceId, FileError>| outcome.unwrap_err();
    assert!(matches!(
        refused(desk.add("a.exe", &b"MZ\x90\0\x03\0\0\0"[..]).await),
        FileError::Media(MediaRefusal::Active)
    ));
    assert!(matches!(
        refused(desk.add("一包.zip", &b"PK\x03\x04"[..]).await),
        FileError::Media(MediaRefusal::UnknownEnding)
    ));
    assert!(matches!(
        refused(desk.add(" \u{202e} ", LIST).await),
        FileError::Nameless
    ));
    // Not the body's clerk, not the body's report, not a month that is open.
    assert!(matches!(
        refused(desk.add_as(&desk.head, "a.csv", LIST).await),
        FileError::App(AppError::Forbidden)
    ));
    let stranger = desk.site.person("外人", Role::Clerk, foreign_body(&desk)).await;
    assert!(matches!(
        refused(desk.add_as(&stranger, "a.csv", LIST).await),
        FileError::App(AppError::NotFound)
    ));
    let empty = desk
        .site
        .app
        .receive_file(stream::iter([Ok::<_, Infallible>(Bytes::new())]), 10)
        .await;
    assert!(matches!(empty, Err(FileError::Empty)));
    let large = desk
        .site
        .app
        .receive_file(stream::iter([Ok::<_, Infallible>(Bytes::from(LIST))]), 10)
        .await;
    assert!(matches!(large, Err(FileError::TooLarge)));
    let broken = stream::iter([Ok(Bytes::from(LIST)), Err("the sender hung up")]);
    assert!(matches!(
        desk.site.app.receive_file(broken, 1000).await,
        Err(FileError::BrokenOff)
    ));

    for number in 0..MOST_EVIDENCE {
        desk.add("清单.csv", format!("{number}\n")).await.unwrap();
    }
    assert!(matches!(
        refused(desk.add("又.csv", "one too many\n").await),
        FileError::TooMany
    ));
    let unknown = desk.submit(&[EvidenceId(desk.site.app.new_id())]).await;
    assert!(
        matches!(unknown, Err(AppError::Refused(Refusal::UnknownEvidence))),
        "{unknown:?}"
    );
    assert_eq!(desk.kept_files().len(), MOST_EVIDENCE);
    // Received bytes that nobody kept go on their own, a moment later.
    let incoming = desk.site.folder.path().join("files/incoming");
    for _ in 0..200 {
        if files_below(&incoming).is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(files_below(&incoming), Vec::<PathBuf>::new());
}

/// The second of two people who sent one form twice was told that their key belongs to another request.
#[tokio::test]
async fn a_submission_with_files_can_be_repeated() {
    let desk = Desk::new().await;
    let list = desk.add("项目清单.csv", LIST).await.unwrap();
    let request = Request {
        command: Command::SubmitReport(SubmitReport {
            evidence: vec![list],
            ..submission(&desk.row)
        }),
        expected: None,
        idempotency_key: Some("one key".to_owned()),
    };
    let first = desk.site.app.execute(&desk.clerk, request.clone()).await.unwrap();
    let again = desk.site.app.execute(&desk.clerk, request).await.unwrap();
    assert_eq!((again.repeated, again.receipt), (true, first.receipt));
}

#[tokio::test]
async fn two_bodies_never_share_a_file() {
    let desk = Desk::new().await;
    desk.add("项目清单.csv", LIST).await.unwrap();
    let other_row = desk
        .site
        .rows(desk.row.plan)
        .into_iter()
        .find(|row| {
            row.reporters
                .first()
                .is_some_and(|(body, _)| *body != desk.row.reporters[0].0)
        })
        .unwrap();
    let other_body = other_row.reporters[0].0;
    let other_clerk = desk.site.person("另填报", Role::Clerk, other_body).await;
    let file = desk.receive(LIST).await;
    desk.site
        .app
        .add_evidence(
            &other_clerk,
            other_row.task,
            other_body,
            desk.period,
            "项目清单.csv",
            &file,
        )
        .await
        .unwrap();
    let theirs = files_below(&desk.site.folder.path().join("files").join(other_body.to_string()));
    assert_eq!((desk.kept_files().len(), theirs.len()), (1, 1));
}

#[tokio::test]
async fn a_changed_file_is_named() {
    let desk = Desk::new().await;
    let list = desk.add("项目清单.csv", LIST).await.unwrap();
    desk.submit(&[list]).await.unwrap();
    let path = desk.kept_files().remove(0);
    fs::write(&path, LIST.replace("12", "21")).unwrap();
    let faults = desk.site.app.verify(&mut |_, _| {}).unwrap().faults;
    assert!(faults.contains(&Fault::File("项目清单.csv".to_owned())), "{faults:?}");
    fs::remove_file(&path).unwrap();
    let faults = desk.site.app.verify(&mut |_, _| {}).unwrap().faults;
    assert!(faults.contains(&Fault::File("项目清单.csv".to_owned())), "{faults:?}");
    fs::write(&path, LIST).unwrap();
    let faults = desk.site.app.verify(&mut |_, _| {}).unwrap().faults;
    assert!(
        !faults.iter().any(|fault| matches!(fault, Fault::File(_))),
        "{faults:?}"
    );
}

/// Bytes and name go by law; the record goes on saying that there was a file, the check finds nothing wrong, and nobody brings it back.
#[tokio::test]
async fn the_law_can_have_a_file_destroyed() {
    let desk = Desk::new().await;
    let app = Arc::clone(&desk.site.app);
    let list = desk.add("王某的清单.csv", LIST).await.unwrap();
    desk.submit(&[list]).await.unwrap();
    let supervisor = desk.site.supervisor().await;
    let second = desk
        .site
        .person("督查二", Role::Supervisor, supervisor.organisation.unwrap())
        .await;
    let evidence = |actor: &Actor| {
        app.report(actor, desk.report())
            .unwrap()
            .unwrap()
            .report
            .evidence
            .remove(0)
    };
    let texts = app.erasable_texts(&supervisor, Stream::Report(desk.report())).unwrap();
    let name = texts.iter().find(|text| text.body == "王某的清单.csv").unwrap();
    let new = NewErasure {
        ground: ErasureGround::PersonalInformation,
        texts: vec![name.place],
        files: vec![evidence(&desk.head).sha256],
        explanation: "当事人申请".to_owned(),
    };
    let (erasure, _) = app.propose_erasure(&supervisor, new, None).await.unwrap();
    let confirm = Command::ConfirmErasure(ConfirmErasure { erasure });
    app.execute(&second, Request::from(confirm)).await.unwrap();
    app.drain_jobs().await.unwrap();
    assert_eq!(desk.kept_files(), Vec::<PathBuf>::new());
    assert_eq!(desk.bytes(&desk.head, list).await, None);
    assert_eq!(evidence(&desk.head).name, ERASED);
    let view = app.report(&desk.head, desk.report()).unwrap().unwrap();
    assert_eq!(view.destroyed_evidence, [list]);
    let verification = app.verify(&mut |_, _| {}).unwrap();
    assert!(verification.is_sound(), "{verification:?}");

    let back = ReturnReport {
        report: desk.report(),
        reason: "请重报".to_owned(),
    };
    app.execute(&desk.head, Command::ReturnReport(back).into())
        .await
        .unwrap();
    assert_eq!(desk.listed(), []);
    let again = desk.add("清单.csv", LIST).await;
    assert!(
        matches!(again, Err(FileError::App(AppError::Refused(Refusal::FileErased)))),
        "{again:?}"
    );
}

/// A file of fifty megabytes is never in memory: of its pieces hardly one is alive at any moment.
#[tokio::test]
async fn bytes_stream_through() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Piece(Vec<u8>, Arc<AtomicUsize>);
    impl AsRef<[u8]> for Piece {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
    impl Drop for Piece {
        fn drop(&mut self) {
            self.1.fetch_sub(1, Ordering::SeqCst);
        }
    }

    let desk = Desk::new().await;
    let (alive, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, seen) = (Arc::clone(&alive), Arc::clone(&most));
    let pieces = stream::iter(0..320_u32).map_ok_piece(move |number| {
        let now = counted.fetch_add(1, Ordering::SeqCst) + 1;
        seen.fetch_max(now, Ordering::SeqCst);
        Bytes::from_owner(Piece(vec![b'a' + (number % 26) as u8; 64 * 1024], Arc::clone(&counted)))
    });
    let file = desk.site.app.receive_file(pieces, LARGEST_EVIDENCE).await.unwrap();
    assert_eq!(file.byte_count, 20 * 1024 * 1024);
    assert!(most.load(Ordering::SeqCst) <= 2, "{most:?} pieces were alive at once");
    assert_eq!(alive.load(Ordering::SeqCst), 0);
    let organisation = desk.row.reporters[0].0;
    let id = desk
        .site
        .app
        .add_evidence(&desk.clerk, desk.row.task, organisation, desk.period, "大表.txt", &file)
        .await
        .unwrap();
    assert_eq!(
        desk.bytes(&desk.clerk, id).await.map(|bytes| bytes.len()),
        Some(20 * 1024 * 1024)
    );
}

trait MapOkPiece: futures_util::Stream<Item = u32> + Sized {
    fn map_ok_piece(
        self,
        make: impl FnMut(u32) -> Bytes,
    ) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
        let mut make = make;
        futures_util::StreamExt::map(self, move |number| Ok(make(number)))
    }
}

impl<S: futures_util::Stream<Item = u32>> MapOkPiece for S {}
