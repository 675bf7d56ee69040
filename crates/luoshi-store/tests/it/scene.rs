//! A small site to tell stories about: people, a document, a plan with three tasks, and a way to give commands as the application does.
//!
//! Ids, salts and instants come from a counter, so every run is the same.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, date},
};
use luoshi_ledger::{
    Actor, ActorIdentity, Command, Event, Recorded, Role, Salt,
    command::{
        AdoptDrafts, ApproveReport, FoundOrganisation, IssuePlan, NewSection, NewTask, OpenAccount, ReceiveDocument,
        SubmitReport,
    },
    decide::decide,
    event::{Circumstances, record},
    facts::Subjects,
    ids::{AccountId, CommandId, DocumentId, EventId, OrganisationId, PlanId, ReportId, SectionId, TargetId, TaskId},
    light::light,
    organisation::OrganisationKind,
    period::{Period, day_in_china},
    policy::authorize,
    report::TargetValue,
    target::Target,
    task::{ExcludedClause, Party, Reporting, Source, TaskKind, Tracking},
    view::LedgerRow,
};
use luoshi_store::{NewLeaf, Phase, ReplayOutcome, Snapshot, Store, StoreError, Transaction, WriteError};
use luoshi_tlog::{LeafSalt, leaf_entry};
use luoshi_types::{Comparator, Direction, PartyRole, Span, Strength};
use uuid::Uuid;

/// Whatever a command can be answered with, as the tests need it.
#[derive(Debug)]
pub(crate) enum No {
    /// The ledger or the policy says no.
    Refused(#[expect(dead_code, reason = "read by people, when a test fails")] String),
    /// The store says no.
    Store(StoreError),
}

impl From<StoreError> for No {
    fn from(error: StoreError) -> Self {
        No::Store(error)
    }
}

static COUNTER: AtomicU64 = AtomicU64::new(1);

/// An id that sorts after every id before it.
pub(crate) fn next_id() -> Uuid {
    let count = COUNTER.fetch_add(1, Ordering::SeqCst);
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(count))
}

/// What a replay finds.
pub(crate) fn replay(store: &Store) -> ReplayOutcome {
    let folder = tempfile::tempdir().unwrap();
    store.replay(folder.path(), &|_: Phase, _: u64, _: u64| {}).unwrap()
}

/// An instant of the story.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Does what the application does with a command, inside a transaction; salts repeat a counter.
pub(crate) fn carry_out(
    transaction: &mut Transaction<'_>,
    actor: &Actor,
    command: &Command,
    now: Timestamp,
) -> Result<Vec<EventId>, No> {
    let subjects = Subjects::of(command);
    let facts = transaction.lock(&subjects, |_| Ok(()))?;
    let permit = authorize(actor, command, &facts).map_err(|denial| No::Refused(denial.to_string()))?;
    let events =
        decide(&permit, command, &facts, day_in_china(now)).map_err(|refusal| No::Refused(refusal.to_string()))?;
    let command = CommandId(next_id());
    let (mut ids, mut lit) = (Vec::new(), Vec::new());
    for event in events {
        let version = transaction.stream_version(event.stream())? + 1;
        let circumstances = Circumstances {
            id: EventId(next_id()),
            version,
            actor: actor.identity,
            command,
            effective_at: now,
            recorded_at: now,
        };
        let mut salts = 0_u8;
        let (recorded, contents) = record(event, circumstances, &mut || {
            salts = salts.wrapping_add(1);
            Salt([salts; 32])
        })
        .unwrap();
        transaction.append(&recorded, &contents, &leaf_of(&recorded))?;
        lit.extend(transaction.apply(&recorded)?.map(|report| report.task));
        match &recorded.event {
            Event::TaskAdopted(event) => lit.push(event.task),
            Event::ReporterNamed(event) => lit.push(event.task),
            Event::PlanIssued(event) => lit.extend(transaction.tasks_of_plan(event.plan)?),
            _ => {}
        }
        if let Some((texts, _)) = recorded.event.erases() {
            transaction.erase_texts(texts)?;
        }
        ids.push(recorded.envelope.id);
    }
    for task in lit {
        judge(transaction, task, day_in_china(now))?;
    }
    Ok(ids)
}

/// Gives a task the light that it has on `day`.
pub(crate) fn judge(transaction: &mut Transaction<'_>, task: TaskId, day: Date) -> Result<(), StoreError> {
    let standing = transaction.standing_light(task)?;
    match standing.zip(transaction.light_facts(task)?) {
        Some((standing, facts)) => transaction.save_light(&standing, day, &light(&facts, day), facts.latest()),
        None => Ok(()),
    }
}

/// The leaf of an event under a salt made of its id.
pub(crate) fn leaf_of(recorded: &Recorded) -> NewLeaf {
    let mut salt = [7; 32];
    salt[..16].copy_from_slice(recorded.envelope.id.as_bytes());
    NewLeaf {
        salt,
        entry: leaf_entry(&LeafSalt::new(salt), &recorded.envelope.bytes()),
    }
}

/// Gives a command to the store and waits.
pub(crate) fn give(
    store: &Store,
    actor: &Actor,
    command: impl Into<Command>,
    now: Timestamp,
) -> Result<Vec<EventId>, WriteError<No>> {
    let (actor, command) = (actor.clone(), command.into());
    // As the clock of the application does: no instant is given out that is before one given out earlier.
    let latest = store.read(|snapshot| snapshot.latest_instant()).unwrap();
    let now = latest.map_or(now, |latest| now.max(latest));
    store
        .write(move |transaction| carry_out(transaction, &actor, &command, now))
        .wait()
}

/// The row that a task's page shows. It is the one of the ledger, whether the task's reports are at hand or not.
pub(crate) fn row_of(snapshot: &Snapshot<'_>, task: TaskId) -> Result<Option<LedgerRow>, StoreError> {
    let in_ledger = snapshot.rows_of_tasks(&[task])?.pop();
    let Some(task) = snapshot.task(task)? else {
        assert_eq!(in_ledger, None);
        return Ok(None);
    };
    let plan = snapshot.plan(task.plan)?.unwrap();
    let reports = snapshot.reports_of_task(task.id, u32::MAX)?;
    for reports in [reports.as_slice(), &[]] {
        assert_eq!(snapshot.task_row(&task, &plan, reports)?, in_ledger);
    }
    Ok(in_ledger)
}

/// The site after its plan was issued.
pub(crate) struct Scene {
    pub(crate) store: Store,
    pub(crate) office: OrganisationId,
    pub(crate) finance: OrganisationId,
    pub(crate) roads: OrganisationId,
    pub(crate) supervisor: Actor,
    pub(crate) clerk: Actor,
    pub(crate) head: Actor,
    pub(crate) roads_clerk: Actor,
    pub(crate) document: DocumentId,
    pub(crate) plan: PlanId,
    pub(crate) sections: [SectionId; 2],
    /// Growth, with a target, led by finance; a road, reported jointly; a task outside the limits of scope.
    pub(crate) tasks: [TaskId; 3],
    pub(crate) target: TargetId,
}

/// The account behind somebody who signed in.
pub(crate) fn account_of(actor: &Actor) -> AccountId {
    match actor.identity {
        ActorIdentity::Account(account) => account,
        ActorIdentity::Console => panic!("the console has no account"),
    }
}

/// The month in which the story's plan is issued.
pub(crate) fn march() -> Period {
    Period::of(date(2026, 3, 1))
}

impl Scene {
    /// Sets the scene up in an empty store; the plan is issued on 2 March 2026.
    pub(crate) fn set_up(store: Store) -> Self {
        let mut scene = Self::before_adoption(store);
        scene.adopt();
        give(
            &scene.store,
            &scene.supervisor,
            Command::IssuePlan(IssuePlan {
                plan: scene.plan,
                effective_on: None,
            }),
            at("2026-03-02T01:00:00Z"),
        )
        .unwrap();
        scene
    }

    /// People and document, and ids for what is to come.
    pub(crate) fn before_adoption(store: Store) -> Self {
        let now = at("2026-02-20T01:00:00Z");
        let found = |name: &str, kind| {
            let organisation = OrganisationId(next_id());
            let command = FoundOrganisation {
                organisation,
                name: name.to_owned(),
                short_names: vec![name.chars().take(3).collect()],
                kind,
            };
            give(&store, &Actor::console(), Command::FoundOrganisation(command), now).unwrap();
            organisation
        };
        let office = found("省政府督查室", OrganisationKind::SupervisionOffice);
        let finance = found("财政厅", OrganisationKind::Department);
        let roads = found("交通运输厅", OrganisationKind::Department);
        let open = |name: &str, role, organisation| {
            let account = AccountId(next_id());
            let command = OpenAccount {
                account,
                sign_in_name: name.to_owned(),
                display_name: format!("{name}同志"),
                roles: vec![role],
                organisation,
            };
            give(&store, &Actor::console(), Command::OpenAccount(command), now).unwrap();
            Actor {
                identity: ActorIdentity::Account(account),
                organisation: Some(organisation),
                roles: vec![role],
            }
        };
        let supervisor = open("supervisor", Role::Supervisor, office);
        let clerk = open("clerk", Role::Clerk, finance);
        let head = open("head", Role::Head, finance);
        let roads_clerk = open("roads", Role::Clerk, roads);
        let document = DocumentId(next_id());
        let command = ReceiveDocument {
            document,
            file_name: "分工方案.docx".to_owned(),
            sha256: "ab".repeat(32),
            byte_count: 12_345,
            text: "一、经济\n（一）生产总值增长6%以上。（财政厅牵头）\n".to_owned(),
        };
        give(&store, &supervisor, Command::ReceiveDocument(command), now).unwrap();
        Self {
            store,
            office,
            finance,
            roads,
            supervisor,
            clerk,
            head,
            roads_clerk,
            document,
            plan: PlanId(next_id()),
            sections: [SectionId(next_id()), SectionId(next_id())],
            tasks: [TaskId(next_id()), TaskId(next_id()), TaskId(next_id())],
            target: TargetId(next_id()),
        }
    }

    /// Adopts the plan.
    pub(crate) fn adopt(&mut self) {
        let command = self.adoption();
        give(
            &self.store,
            &self.supervisor,
            Command::AdoptDrafts(command),
            at("2026-02-28T01:00:00Z"),
        )
        .unwrap();
    }

    fn adoption(&self) -> AdoptDrafts {
        let [growth, road, outside] = self.tasks;
        AdoptDrafts {
            plan: self.plan,
            document: Some(self.document),
            title: "2026年政府工作报告任务分解".to_owned(),
            document_number: Some("省政办发〔2026〕1号".to_owned()),
            issuer: Some("省政府办公厅".to_owned()),
            document_date: Some(date(2026, 2, 10)),
            year: 2026,
            report_day: 25,
            organisations: Vec::new(),
            sections: vec![
                NewSection {
                    section: self.sections[0],
                    label: "一、".to_owned(),
                    title: "经济".to_owned(),
                    span: Some(Span::new(0, 4)),
                },
                NewSection {
                    section: self.sections[1],
                    label: String::new(),
                    title: "其他".to_owned(),
                    span: None,
                },
            ],
            tasks: vec![
                NewTask {
                    task: growth,
                    section: Some(self.sections[0]),
                    kind: TaskKind::ReportTask,
                    label: "（一）".to_owned(),
                    title: "生产总值增长6%以上".to_owned(),
                    text: "生产总值增长6%以上。".to_owned(),
                    basis: None,
                    source: Some(Source {
                        document: self.document,
                        span: Span::new(8, 26),
                    }),
                    parties: vec![
                        Party {
                            role: PartyRole::Lead,
                            raw: "财政厅".to_owned(),
                            organisation: Some(self.finance),
                            span: Some(Span::new(20, 23)),
                            inherited: false,
                        },
                        Party {
                            role: PartyRole::Generic,
                            raw: "各地".to_owned(),
                            organisation: None,
                            span: None,
                            inherited: true,
                        },
                    ],
                    targets: vec![Target {
                        id: self.target,
                        subject: "生产总值".to_owned(),
                        quantity_text: "6%以上".to_owned(),
                        value: Some("6".parse().unwrap()),
                        value_max: Some("6.5".parse().unwrap()),
                        unit: "%".to_owned(),
                        comparator: Comparator::AtLeast,
                        direction: Some(Direction::IncreaseBy),
                        strength: Some(Strength::StriveFor),
                        due: Some(date(2026, 12, 31)),
                        span: Some(Span::new(12, 16)),
                    }],
                    deliverable: None,
                    due: Some(date(2026, 12, 31)),
                    reporting: Reporting::Single {
                        organisation: self.finance,
                    },
                    tracking: Tracking::Tracked {
                        excluded: vec![ExcludedClause {
                            span: Span::new(9, 10),
                            reason: "births".to_owned(),
                        }],
                    },
                },
                NewTask {
                    task: road,
                    section: Some(self.sections[1]),
                    kind: TaskKind::MeetingDecision,
                    label: String::new(),
                    title: "修路".to_owned(),
                    text: "修路。".to_owned(),
                    basis: Some("会议纪要3号".to_owned()),
                    source: None,
                    parties: vec![Party {
                        role: PartyRole::Responsible,
                        raw: "交通厅".to_owned(),
                        organisation: Some(self.roads),
                        span: None,
                        inherited: false,
                    }],
                    targets: Vec::new(),
                    deliverable: Some("通车".to_owned()),
                    due: None,
                    reporting: Reporting::Jointly {
                        organisations: vec![self.roads, self.finance],
                    },
                    tracking: Tracking::Tracked { excluded: Vec::new() },
                },
                NewTask {
                    task: outside,
                    section: None,
                    kind: TaskKind::ReportTask,
                    label: "（三）".to_owned(),
                    title: "不跟踪的事项".to_owned(),
                    text: "不跟踪的事项。".to_owned(),
                    basis: None,
                    source: None,
                    parties: Vec::new(),
                    targets: Vec::new(),
                    deliverable: None,
                    due: None,
                    reporting: Reporting::Unnamed,
                    tracking: Tracking::NotTracked {
                        reason: "public-security".to_owned(),
                    },
                },
            ],
        }
    }

    /// What finance says about growth.
    pub(crate) fn growth_report(&self, period: Period) -> SubmitReport {
        SubmitReport {
            task: self.tasks[0],
            organisation: self.finance,
            period,
            values: vec![TargetValue {
                target: self.target,
                value: "1.25".parse().unwrap(),
            }],
            completion: None,
            done: "进展顺利".to_owned(),
            problems: "无".to_owned(),
            help_wanted: String::new(),
            next_step: "继续".to_owned(),
            evidence: Vec::new(),
        }
    }

    /// What a body says about the road.
    pub(crate) fn road_report(&self, organisation: OrganisationId, period: Period) -> SubmitReport {
        SubmitReport {
            task: self.tasks[1],
            organisation,
            period,
            values: Vec::new(),
            completion: Some(40),
            done: "开工".to_owned(),
            problems: String::new(),
            help_wanted: "征地".to_owned(),
            next_step: String::new(),
            evidence: Vec::new(),
        }
    }

    /// Finance reports on growth for `period` and its head approves.
    pub(crate) fn approved_growth_report(&self, period: Period, now: Timestamp) -> ReportId {
        give(
            &self.store,
            &self.clerk,
            Command::SubmitReport(self.growth_report(period)),
            now,
        )
        .unwrap();
        let report = ReportId::of(self.tasks[0], self.finance, period);
        let later = now.checked_add(1.hour()).unwrap();
        give(
            &self.store,
            &self.head,
            Command::ApproveReport(ApproveReport { report }),
            later,
        )
        .unwrap();
        report
    }
}
