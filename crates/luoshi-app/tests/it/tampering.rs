//! What somebody with root, and with the password of the database, can do to a site; each of it is found, and the first bad entry named.
//! Whoever has the key as well is found by a checkpoint or a receipt that somebody else kept.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use luoshi_app::{
    App, OpenError, Request, SetClock,
    document::Upload,
    verify::{Fault, Verification},
};
use luoshi_ledger::{
    Actor, ActorIdentity, Command, Event, Role, Salt,
    command::{ApproveReport, FoundOrganisation, PublishTasks, SubmitReport, VerifyReport},
    event::{Circumstances, TaskPublished, record},
    ids::{CommandId, EventId, OrganisationId, ReportId, TaskId},
    log::IncidentCause,
    organisation::OrganisationKind,
    report::VerificationMethod,
    task::Publication,
};
use luoshi_store::DifferenceKind;
use luoshi_tlog::{
    Checkpoint, LeafSalt, LogKey, Receipt, TileId, TileKind, TileSource, VerifierKey, consistency_proof, leaf_entry,
    parse_bundle, verify_consistency,
};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::site::{DOCUMENT, Site, open, try_open};

/// A site with a history, closed, in a folder of which each test takes a copy.
struct Original {
    folder: tempfile::TempDir,
    clock: Arc<SetClock>,
}

/// A copy of it, and a way into its database.
struct Broken {
    folder: tempfile::TempDir,
    clock: Arc<SetClock>,
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Original {
    async fn new() -> Self {
        let (site, plan) = Site::issued().await;
        site.app.drain_jobs().await.unwrap();
        let supervisor = site.supervisor().await;
        let rows = site.rows(plan);
        let (task, body) = (rows[0].task, rows[0].reporters[0].0);
        let clerk = site.person("填报", Role::Clerk, body).await;
        let head = site.person("审核", Role::Head, body).await;
        site.at("2026-03-20T02:00:00Z");
        let give = async |actor: &Actor, command: Command| {
            site.app.execute(actor, Request::from(command)).await.unwrap();
        };
        let period = "2026-03".parse().unwrap();
        let report = ReportId::of(task, body, period);
        let submit = SubmitReport {
            task,
            organisation: body,
            period,
            values: Vec::new(),
            completion: Some(40),
            done: "开工".to_owned(),
            problems: String::new(),
            help_wanted: String::new(),
            next_step: String::new(),
            evidence: Vec::new(),
        };
        give(&clerk, Command::SubmitReport(submit)).await;
        give(&head, Command::ApproveReport(ApproveReport { report })).await;
        site.at("2026-03-25T02:00:00Z");
        let verify = VerifyReport {
            report,
            method: VerificationMethod::SiteVisit,
            values: Vec::new(),
            completion: Some(30),
            conclusion: "实为三成".to_owned(),
        };
        give(&supervisor, Command::VerifyReport(verify)).await;
        let publish = PublishTasks {
            plan,
            tasks: rows[..3].iter().map(|row| row.task).collect(),
            publication: Publication::Open,
        };
        give(&supervisor, Command::PublishTasks(publish)).await;
        let second = Upload {
            file_name: "第二份.txt".to_owned(),
            bytes: DOCUMENT.replace("2026年", "2027年").into(),
            date: None,
            year: Some(2027),
        };
        site.app.import_document(&supervisor, second).await.unwrap();
        site.app.drain_jobs().await.unwrap();
        let Site { app, clock, folder } = site;
        drop(app);
        Self { folder, clock }
    }

    fn broken(&self) -> Broken {
        let folder = tempfile::tempdir().unwrap();
        copy(self.folder.path(), folder.path());
        Broken {
            folder,
            clock: Arc::clone(&self.clock),
        }
    }
}

impl Broken {
    fn path(&self, part: &str) -> PathBuf {
        self.folder.path().join(part)
    }

    fn intruder(&self) -> Connection {
        let connection = Connection::open(self.path("luoshi.db")).unwrap();
        connection.pragma_update(None, "foreign_keys", "off").unwrap();
        connection
    }

    fn change(&self, sql: &str) {
        let changed = self.intruder().execute(sql, []).unwrap();
        assert!(changed > 0, "{sql} changed nothing");
    }

    fn open(&self) -> Arc<App> {
        open(self.folder.path(), &self.clock)
    }

    fn verify(&self) -> Verification {
        self.open().verify(&mut |_, _| {}).unwrap()
    }

    /// Id and place in the log of the one event of a kind.
    fn event(&self, kind: &str) -> (Uuid, u64) {
        let sql = "select event.id, leaf.leaf_index from event join leaf on leaf.event_id = event.id where kind = ?1";
        let (id, place): (Vec<u8>, i64) = self
            .intruder()
            .query_row(sql, [kind], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        (Uuid::from_slice(&id).unwrap(), place.try_into().unwrap())
    }

    /// Whoever changes an event can make its leaf fit again, with a salt of his own.
    fn commit_again(&self, event: Uuid) {
        let intruder = self.intruder();
        let bytes = intruder
            .query_row(
                "select id, stream_kind, stream_id, version, kind, kind_version, actor, command_id, effective_at,
                 recorded_at, payload from event where id = ?1",
                [event.as_bytes().as_slice()],
                |row| {
                    let id = |index| {
                        row.get::<_, Vec<u8>>(index)
                            .map(|bytes| Uuid::from_slice(&bytes).unwrap())
                    };
                    let at = |index| row.get(index).map(|at| jiff::Timestamp::from_microsecond(at).unwrap());
                    let kind: String = row.get(1)?;
                    let actor = id(6)?;
                    Ok(luoshi_ledger::Envelope {
                        id: EventId(id(0)?),
                        stream: luoshi_ledger::Stream::new(
                            luoshi_ledger::StreamKind::from_code(&kind).unwrap(),
                            id(2)?,
                        ),
                        version: row.get::<_, i64>(3)?.try_into().unwrap(),
                        kind: row.get(4)?,
                        kind_version: row.get(5)?,
                        actor: if actor.is_nil() {
                            ActorIdentity::Console
                        } else {
                            ActorIdentity::Account(luoshi_ledger::ids::AccountId(actor))
                        },
                        command: CommandId(id(7)?),
                        effective_at: at(8)?,
                        recorded_at: at(9)?,
                        payload: row.get(10)?,
                    }
                    .bytes())
                },
            )
            .unwrap();
        let salt = [7; 32];
        let entry = leaf_entry(&LeafSalt::new(salt), &bytes);
        let changed = intruder.execute(
            "update leaf set salt = ?2, entry = ?3 where event_id = ?1",
            params![event.as_bytes().as_slice(), salt, entry],
        );
        assert_eq!(changed.unwrap(), 1);
    }
}

/// Whether a difference of this table, column and kind is named.
fn names(verification: &Verification, table: &str, column: Option<&str>, kind: DifferenceKind) -> bool {
    verification
        .differences
        .iter()
        .any(|found| found.table == table && found.column.as_deref() == column && found.kind == kind)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn what_is_done_behind_the_programs_back_is_found() {
    let original = Original::new().await;
    assert!(
        original.broken().verify().is_sound(),
        "{:#?}",
        original.broken().verify()
    );

    // 1. A row is edited.
    let broken = original.broken();
    broken.change("update report set completion = 90");
    let found = broken.verify();
    assert!(
        names(&found, "report", Some("completion"), DifferenceKind::Other),
        "{found:#?}"
    );

    // 2. A row is deleted.
    let broken = original.broken();
    broken.change("delete from report");
    assert!(names(&broken.verify(), "report", None, DifferenceKind::Missing));
    let broken = original.broken();
    let (event, place) = broken.event("report_approved");
    broken.change(&format!("delete from event where id = x'{}'", event.simple()));
    let found = broken.verify();
    assert!(names(&found, "leaf", None, DifferenceKind::Surplus), "{found:#?}");
    assert_eq!(found.first_bad_entry(), Some(place));
    let broken = original.broken();
    broken.change("delete from receipt where event_id in (select id from event where kind = 'report_approved')");
    let found = broken.verify();
    assert!(names(&found, "receipt", None, DifferenceKind::Missing), "{found:#?}");
    assert_eq!(found.first_bad_entry(), Some(place));

    // 3. Bytes of a file are edited.
    let broken = original.broken();
    let kept = files(&broken.path("files"));
    fs::write(&kept[0], "别的内容").unwrap();
    assert!(matches!(&broken.verify().faults[..], [Fault::File(_)]));

    // 4. Two files are swapped.
    let broken = original.broken();
    let kept = files(&broken.path("files"));
    let (left, right) = (fs::read(&kept[0]).unwrap(), fs::read(&kept[1]).unwrap());
    fs::write(&kept[0], right).unwrap();
    fs::write(&kept[1], left).unwrap();
    let found = broken.verify();
    assert!(
        matches!(&found.faults[..], [Fault::File(_), Fault::File(_)]),
        "{found:#?}"
    );

    // 5. A report is back-dated; then by somebody who also makes the leaf fit again.
    for commits_again in [false, true] {
        let broken = original.broken();
        let (event, place) = broken.event("report_submitted");
        for sql in [
            "update event set recorded_at = recorded_at - 864000000000, effective_at = effective_at - 864000000000
             where kind = 'report_submitted'",
            "update report set submitted_at = submitted_at - 864000000000,
             first_submitted_at = first_submitted_at - 864000000000",
        ] {
            broken.change(sql);
        }
        if commits_again {
            broken.commit_again(event);
        }
        let found = broken.verify();
        assert_eq!(found.first_bad_entry(), Some(place), "{found:#?}");
        assert_eq!(
            names(&found, "event", None, DifferenceKind::NotCommittedEvent),
            !commits_again,
            "{found:#?}"
        );
        assert!(
            names(&found, "receipt", Some("recorded_at"), DifferenceKind::Other),
            "{found:#?}"
        );
        assert_eq!(!found.faults.is_empty(), commits_again, "{found:#?}");
    }

    // 7. A verified figure is changed after it was published, with the event that states it and its leaf.
    let broken = original.broken();
    let (event, place) = broken.event("report_verified");
    broken.change("update report set verified_completion = 80");
    broken.change(
        "update event set payload = cast(replace(cast(payload as text), '\"completion\":30', '\"completion\":80') as blob)
         where kind = 'report_verified'",
    );
    broken.commit_again(event);
    let found = broken.verify();
    assert_eq!(found.first_bad_entry(), Some(place), "{found:#?}");
    assert!(
        names(&found, "receipt", Some("note"), DifferenceKind::Other),
        "{found:#?}"
    );

    // 8. The text of a published promise is edited, wherever it stands as words.
    let broken = original.broken();
    broken.change("update task set text = replace(text, '300亿元', '30亿元') where number = 1");
    broken.change("update content set body = replace(body, '300亿元', '30亿元') where body like '%300亿元%'");
    let found = broken.verify();
    assert!(
        names(&found, "content", None, DifferenceKind::NotCommittedWords),
        "{found:#?}"
    );
    assert!(found.first_bad_entry().is_some());

    // 14. What tells of an administrative act is deleted, every row of it.
    let broken = original.broken();
    let account = "select id from account where sign_in_name = '审核'";
    let event = format!("select id from event where stream_id in ({account})");
    let place: i64 = broken
        .intruder()
        .query_row(
            &format!("select leaf_index from leaf where event_id in ({event})"),
            [],
            |row| row.get(0),
        )
        .unwrap();
    for sql in [
        format!("delete from credential where account in ({account})"),
        format!("delete from receipt where event_id in ({event})"),
        format!("delete from content where event_id in ({event})"),
        format!("delete from leaf where event_id in ({event})"),
        format!("delete from event where stream_id in ({account})"),
        "delete from account where sign_in_name = '审核'".to_owned(),
    ] {
        broken.change(&sql);
    }
    let found = broken.verify();
    assert_eq!(found.first_bad_entry(), Some(place as u64), "{found:#?}");

    // A derived row is no record, and is told apart from one.
    let broken = original.broken();
    broken.change("update task_light set colour = 'green' where number = 2");
    let found = broken.verify();
    assert!(
        names(&found, "task_light", Some("colour"), DifferenceKind::Stale),
        "{found:#?}"
    );
    assert!(
        names(&found, "light_total", Some("task_count"), DifferenceKind::Stale),
        "{found:#?}"
    );
    assert!(
        found
            .differences
            .iter()
            .all(|found| found.kind == DifferenceKind::Stale)
    );

    // Nor is what is noted of the task and of its latest report.
    for (column, change) in [
        ("latest", "latest = null where latest is not null"),
        (
            "latest_version",
            "latest_version = latest_version + 1 where latest is not null",
        ),
        (
            "latest_organisation",
            "latest_organisation = null where latest is not null",
        ),
        ("task_version", "task_version = task_version + 1 where number = 1"),
    ] {
        let broken = original.broken();
        broken.change(&format!("update task_light set {change}"));
        let found = broken.verify();
        assert!(
            names(&found, "task_light", Some(column), DifferenceKind::Stale),
            "{column}: {found:#?}"
        );
    }
}

#[tokio::test]
async fn an_entry_that_was_put_in_later_is_found() {
    let original = Original::new().await;
    let broken = original.broken();
    let (issued, _) = broken.event("plan_issued");
    let intruder = broken.intruder();
    // A task was withheld in March already, says an event with an id between those of March.
    let (task, version): (Vec<u8>, i64) = intruder
        .query_row("select id, version from task where number = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    let task = TaskId(Uuid::from_slice(&task).unwrap());
    let recorded_at = "2026-03-02T01:00:00Z".parse().unwrap();
    let circumstances = Circumstances {
        id: EventId(Uuid::from_u128(issued.as_u128() + 1)),
        version: u64::try_from(version).unwrap() + 1,
        actor: ActorIdentity::Console,
        command: CommandId(Uuid::from_u128(7)),
        effective_at: recorded_at,
        recorded_at,
    };
    let event = Event::TaskPublished(TaskPublished {
        task,
        publication: Publication::Withheld,
    });
    let (recorded, _) = record(event, circumstances, &mut || Salt([0; 32])).unwrap();
    let envelope = &recorded.envelope;
    let microseconds = recorded_at.as_microsecond();
    intruder
        .execute(
            "insert into event (id, stream_kind, stream_id, version, kind, kind_version, actor, command_id, effective_at,
             recorded_at, payload) values (?1, 'task', ?2, ?3, 'task_published', 1, zeroblob(16), ?4, ?5, ?5, ?6)",
            params![
                envelope.id.0.as_bytes().as_slice(),
                task.0.as_bytes().as_slice(),
                version + 1,
                envelope.command.0.as_bytes().as_slice(),
                microseconds,
                envelope.payload
            ],
        )
        .unwrap();
    intruder
        .execute(
            "insert into leaf (event_id, salt, entry, leaf_index) values (?1, zeroblob(32), zeroblob(32), null)",
            [envelope.id.0.as_bytes().as_slice()],
        )
        .unwrap();
    broken.commit_again(envelope.id.0);
    broken.change("update task set version = version + 1, publication = 'withheld' where number = 1");
    broken.change("update plan_total set open_task_count = open_task_count - 1");
    // The next command lets the log take it in and sign it.
    let app = broken.open();
    let place = app.verify(&mut |_, _| {}).unwrap().leaves;
    found(&app, "某单位").await;
    app.drain_jobs().await.unwrap();
    let found = app.verify(&mut |_, _| {}).unwrap();
    // It has no receipt, and it claims to be older than what stands before it.
    assert!(names(&found, "receipt", None, DifferenceKind::Missing), "{found:#?}");
    assert_eq!(found.faults, [Fault::EntryTime(place)], "{found:#?}");
    assert_eq!(found.first_bad_entry(), Some(place));
}

async fn found(app: &Arc<App>, name: &str) -> String {
    // A copy of a site that is opened at the same instant draws the same ids as the original did.
    static BODIES: AtomicU64 = AtomicU64::new(1);
    let number = u128::from(BODIES.fetch_add(1, Ordering::Relaxed));
    let command = Command::FoundOrganisation(FoundOrganisation {
        organisation: OrganisationId(Uuid::from_u128(number)),
        name: name.to_owned(),
        short_names: Vec::new(),
        kind: OrganisationKind::Other,
    });
    app.execute(&Actor::console(), Request::from(command))
        .await
        .unwrap()
        .receipt
}

/// A key that is not the site's opens nothing; with everything that it should have signed signed again, the rest still tells.
#[tokio::test]
async fn a_replaced_key_is_found() {
    let original = Original::new().await;
    let broken = original.broken();
    let before = LogKey::from_signer_text(&fs::read_to_string(broken.path("key/log.key")).unwrap()).unwrap();
    let other = LogKey::from_seed(before.origin().clone(), &[9; 32]);
    fs::write(broken.path("key/log.key"), other.to_signer_text().as_bytes()).unwrap();
    // The settings name the key that is gone: nothing is signed and nothing recorded.
    let app = broken.open();
    assert_eq!(app.log_halt(), Some(IncidentCause::KeyLost));
    drop(app);
    let intruder = broken.intruder();
    intruder
        .execute(
            "update site set value = ?1 where key = 'log_verifier_key'",
            [other.verifier_text()],
        )
        .unwrap();
    let refused = try_open(broken.folder.path(), &broken.clock);
    assert!(matches!(refused, Err(OpenError::ForeignKey)));
    let published = fs::read(broken.path("log/checkpoint")).unwrap();
    let checkpoint = Checkpoint::open(&published, &before.verifier().unwrap()).unwrap();
    let note = checkpoint.sign(&other).unwrap();
    fs::write(broken.path("log/checkpoint"), &note).unwrap();
    let size = checkpoint.size as i64;
    intruder
        .execute("update checkpoint set note = ?1 where size = ?2", params![note, size])
        .unwrap();
    let found = broken.verify();
    assert!(
        names(&found, "receipt", Some("note"), DifferenceKind::NotSigned),
        "{found:#?}"
    );
    assert!(
        found
            .faults
            .iter()
            .any(|fault| matches!(fault, Fault::CheckpointSignature(_))),
        "{found:#?}"
    );
}

/// The log as anybody can fetch it.
struct Published(PathBuf);

impl TileSource for Published {
    type Error = std::io::Error;

    fn read_tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, std::io::Error> {
        match fs::read(self.0.join(tile.path())) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What an outsider has: the public key, a checkpoint and a receipt of one day.
struct Outsider {
    key: VerifierKey,
    checkpoint: Checkpoint,
    receipt: Receipt,
}

impl Outsider {
    async fn of(app: &Arc<App>) -> Self {
        let note = found(app, "外人所见").await;
        app.drain_jobs().await.unwrap();
        let key = VerifierKey::parse(&app.log_verifier_key()).unwrap();
        Self {
            checkpoint: Checkpoint::open(app.checkpoint().unwrap().as_bytes(), &key).unwrap(),
            receipt: Receipt::open(note.as_bytes(), &key).unwrap(),
            key,
        }
    }

    /// Whether the log in a folder goes on from what was seen, by what anybody can fetch of it.
    fn accepts(&self, folder: &Path) -> bool {
        let log = Published(folder.join("log"));
        let note = fs::read(log.0.join("checkpoint")).unwrap();
        let Ok(now) = Checkpoint::open(&note, &self.key) else {
            return false;
        };
        assert!(
            now.size >= self.checkpoint.size,
            "the log is long enough to be compared"
        );
        let Ok(proof) = consistency_proof(&log, now.size, now.root, self.checkpoint.size) else {
            return false;
        };
        let is_consistent = verify_consistency(&proof, now.size, now.root, self.checkpoint.size, self.checkpoint.root);
        is_consistent.is_ok()
    }

    /// Whether the entry that the receipt promised stands in the log.
    fn finds_promised_entry(&self, folder: &Path) -> bool {
        let log = Published(folder.join("log"));
        let note = fs::read(log.0.join("checkpoint")).unwrap();
        let size = Checkpoint::open(&note, &self.key).unwrap().size;
        let tile = TileId::new(TileKind::Entries, 0, u16::try_from(size).unwrap()).unwrap();
        let bundle = log.read_tile(tile).unwrap().unwrap();
        let entries = parse_bundle(&bundle, tile.width()).unwrap();
        entries.contains(&self.receipt.leaf().as_slice())
    }
}

/// The last entries are dropped by going back to a backup of everything, database, log and key; the site goes on and signs.
#[tokio::test]
async fn a_site_that_was_rolled_back_agrees_with_itself_and_not_with_an_outsider() {
    let original = Original::new().await;
    let kept = original.broken();
    let outsider = Outsider::of(&kept.open()).await;
    assert!(outsider.accepts(kept.folder.path()) && outsider.finds_promised_entry(kept.folder.path()));
    let rolled_back = original.broken();
    let app = rolled_back.open();
    for name in ["甲", "乙", "丙"] {
        found(&app, name).await;
    }
    app.drain_jobs().await.unwrap();
    assert!(app.verify(&mut |_, _| {}).unwrap().is_sound());
    assert!(!outsider.accepts(rolled_back.folder.path()));
    assert!(!outsider.finds_promised_entry(rolled_back.folder.path()));
    // The honest site goes on, and the outsider goes on with it.
    let app = kept.open();
    found(&app, "丁").await;
    app.drain_jobs().await.unwrap();
    assert!(outsider.accepts(kept.folder.path()) && outsider.finds_promised_entry(kept.folder.path()));
}

/// Another history from the first entry on, signed by the same key: rewritten, or shown to somebody else at the same time.
#[tokio::test]
async fn another_history_under_the_same_key_is_exposed_by_a_kept_checkpoint() {
    let original = Original::new().await;
    let kept = original.broken();
    let outsider = Outsider::of(&kept.open()).await;
    let other = tempfile::tempdir().unwrap();
    fs::create_dir_all(other.path().join("key")).unwrap();
    fs::copy(kept.path("key/log.key"), other.path().join("key/log.key")).unwrap();
    let app = open(other.path(), &kept.clock);
    for number in 0..outsider.checkpoint.size {
        found(&app, &format!("单位{number}")).await;
    }
    app.drain_jobs().await.unwrap();
    assert!(app.verify(&mut |_, _| {}).unwrap().is_sound());
    assert!(!outsider.accepts(other.path()) && !outsider.finds_promised_entry(other.path()));
    // Two checkpoints of one size and two roots, both signed: whoever shows them needs no more to prove it.
    let note = fs::read(other.path().join("log/checkpoint")).unwrap();
    let theirs = Checkpoint::open(&note, &outsider.key).unwrap();
    assert_eq!(theirs.size, outsider.checkpoint.size);
    assert_ne!(theirs.root, outsider.checkpoint.root);
}

/// No false alarm, whatever an honest history looks like: small sites by seeds, with pauses, restarts, clocks that were set back, and a
/// log that is integrated now and then.
#[tokio::test]
async fn a_hundred_honest_sites_are_sound() {
    for seed in 1..=100_u64 {
        let mut state = seed;
        let mut draw = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let Site { mut app, clock, folder } = Site::new();
        let mut now: jiff::Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
        for step in 0..8 + draw(8) {
            match draw(6) {
                0 => app.drain_jobs().await.unwrap(),
                1 => {
                    drop(app);
                    app = open(folder.path(), &clock);
                }
                2 => {
                    now = now
                        .checked_add(jiff::SignedDuration::from_hours(draw(900) as i64))
                        .unwrap()
                }
                3 => {
                    now = now
                        .checked_sub(jiff::SignedDuration::from_hours(draw(48) as i64))
                        .unwrap()
                }
                _ => {
                    found(&app, &format!("单位{step}")).await;
                }
            }
            clock.set(now);
        }
        app.drain_jobs().await.unwrap();
        let verification = app.verify(&mut |_, _| {}).unwrap();
        assert!(verification.is_sound(), "seed {seed}: {verification:#?}");
    }
}
