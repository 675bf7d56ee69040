//! A small province in memory: given events are folded into facts, a command is authorised and decided, and the answer is compared.

use jiff::{Timestamp, civil::Date};
use luoshi_ledger::{
    Actor, ActorIdentity, Command, Denial, Event, Facts, Refusal, Role, Salt, Stream,
    account::Account,
    command::{AdoptDrafts, FoundOrganisation, IssuePlan, NewTask, OpenAccount, SubmitReport},
    decide::decide,
    document::SourceDocument,
    erasure::Erasure,
    event::{Circumstances, record},
    ids::{AccountId, CommandId, EventId, OrganisationId, PlanId, ReportId, TargetId, TaskId},
    log::Log,
    organisation::{Organisation, OrganisationKind},
    plan::Plan,
    policy::authorize,
    report::{Report, TargetValue},
    target::Target,
    task::{Party, Reporting, Task, TaskKind, Tracking},
};
use luoshi_types::{Comparator, Decimal, PartyRole};
use uuid::Uuid;

pub(crate) fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) const PLAN: PlanId = PlanId(Uuid::from_u128(0x10));
pub(crate) const TASK: TaskId = TaskId(Uuid::from_u128(0x20));
pub(crate) const UNTRACKED_TASK: TaskId = TaskId(Uuid::from_u128(0x21));
pub(crate) const GENERIC_TASK: TaskId = TaskId(Uuid::from_u128(0x22));
pub(crate) const TARGET: TargetId = TargetId(Uuid::from_u128(0x30));
pub(crate) const OFFICE: OrganisationId = OrganisationId(Uuid::from_u128(0x40));
pub(crate) const FINANCE: OrganisationId = OrganisationId(Uuid::from_u128(0x41));
pub(crate) const FORESTRY: OrganisationId = OrganisationId(Uuid::from_u128(0x42));

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Denied(Denial),
    Refused(Refusal),
    /// The stable words of the events.
    Events(Vec<&'static str>),
}

pub(crate) struct Story {
    pub(crate) facts: Facts,
    pub(crate) today: Date,
    now: Timestamp,
    next_id: u128,
}

impl Story {
    /// A province with the supervision office, two departments and an account of each role.
    pub(crate) fn new() -> Self {
        let mut story = Self {
            facts: Facts::default(),
            today: "2026-06-20".parse().unwrap(),
            now: "2026-03-02T01:00:00Z".parse().unwrap(),
            next_id: 0x1000,
        };
        let bodies = [
            (OFFICE, "省政府督查室", OrganisationKind::SupervisionOffice),
            (FINANCE, "省财政厅", OrganisationKind::Department),
            (FORESTRY, "省林业局", OrganisationKind::Department),
        ];
        for (organisation, name, kind) in bodies {
            let name = name.to_owned();
            let command = FoundOrganisation {
                organisation,
                name,
                short_names: Vec::new(),
                kind,
            };
            story.given(Command::FoundOrganisation(command));
        }
        story
    }

    /// The same with an adopted plan of three tasks: one of the department of finance, one out of scope, one of 各部门.
    pub(crate) fn adopted() -> Self {
        let mut story = Self::new();
        story.given(Command::AdoptDrafts(adoption()));
        story
    }

    /// The same with the plan issued.
    pub(crate) fn issued() -> Self {
        let mut story = Self::adopted();
        story.given(Command::IssuePlan(IssuePlan {
            plan: PLAN,
            effective_on: None,
        }));
        story
    }

    /// The same with a report of May handed in by the clerk of the department of finance.
    pub(crate) fn reported() -> Self {
        let mut story = Self::issued();
        story.given_by(&clerk(), Command::SubmitReport(submission()));
        story
    }

    /// The account `number` holding `roles` at `organisation`.
    pub(crate) fn actor(number: u128, roles: &[Role], organisation: OrganisationId) -> Actor {
        Actor {
            identity: ActorIdentity::Account(AccountId(uuid(number))),
            organisation: Some(organisation),
            roles: roles.to_vec(),
        }
    }

    #[track_caller]
    pub(crate) fn given(&mut self, command: Command) -> &mut Self {
        self.given_by(&Actor::console(), command)
    }

    #[track_caller]
    pub(crate) fn given_by(&mut self, actor: &Actor, command: Command) -> &mut Self {
        let permit = authorize(actor, &command, &self.facts).expect("given commands are permitted");
        let events = decide(&permit, &command, &self.facts, self.today).expect("given commands are possible");
        for event in events {
            self.fold(actor, event);
        }
        self
    }

    /// Decides `command` of `actor` without folding its events.
    pub(crate) fn when(&self, actor: &Actor, command: &Command) -> Answer {
        match authorize(actor, command, &self.facts) {
            Err(denial) => Answer::Denied(denial),
            Ok(permit) => match decide(&permit, command, &self.facts, self.today) {
                Err(refusal) => Answer::Refused(refusal),
                Ok(events) => Answer::Events(events.iter().map(|event| event.kind().code()).collect()),
            },
        }
    }

    #[track_caller]
    pub(crate) fn check(&self, actor: &Actor, command: Command, expected: Answer) {
        assert_eq!(self.when(actor, &command), expected, "{command:?}");
    }

    fn fold(&mut self, actor: &Actor, event: Event) {
        self.next_id += 1;
        let stream = event.stream();
        let circumstances = Circumstances {
            id: EventId(uuid(self.next_id)),
            version: self.version(stream) + 1,
            actor: actor.identity,
            command: CommandId(uuid(1)),
            effective_at: self.now,
            recorded_at: self.now,
        };
        let (recorded, _) = record(event, circumstances, &mut || Salt([1; 32])).expect("events encode");
        let facts = &mut self.facts;
        let sound = "given events follow each other";
        match stream {
            Stream::Organisation(id) => {
                let state = Organisation::apply(facts.organisations.remove(&id), &recorded).expect(sound);
                facts.organisations.insert(id, state);
            }
            Stream::Account(id) => {
                let state = Account::apply(facts.accounts.remove(&id), &recorded).expect(sound);
                facts.accounts.insert(id, state);
            }
            Stream::Document(id) => {
                let state = SourceDocument::apply(facts.documents.remove(&id), &recorded).expect(sound);
                facts.documents.insert(id, state);
            }
            Stream::Plan(id) => {
                let state = Plan::apply(facts.plans.remove(&id), &recorded).expect(sound);
                facts.plans.insert(id, state);
            }
            Stream::Task(id) => {
                let state = Task::apply(facts.tasks.remove(&id), &recorded).expect(sound);
                facts.tasks.insert(id, state);
            }
            Stream::Report(id) => {
                let state = Report::apply(facts.reports.remove(&id), &recorded).expect(sound);
                facts.reports.insert(id, state);
            }
            Stream::Log(id) => {
                let state = Log::apply(facts.logs.remove(&id), &recorded).expect(sound);
                facts.logs.insert(id, state);
            }
            Stream::Erasure(id) => {
                let state = Erasure::apply(facts.erasures.remove(&id), &recorded).expect(sound);
                facts.erasures.insert(id, state);
            }
        }
    }

    fn version(&self, stream: Stream) -> u64 {
        let facts = &self.facts;
        match stream {
            Stream::Organisation(id) => facts.organisations.get(&id).map_or(0, |state| state.version),
            Stream::Account(id) => facts.accounts.get(&id).map_or(0, |state| state.version),
            Stream::Document(id) => facts.documents.get(&id).map_or(0, |state| state.version),
            Stream::Plan(id) => facts.plans.get(&id).map_or(0, |state| state.version),
            Stream::Task(id) => facts.tasks.get(&id).map_or(0, |state| state.version),
            Stream::Report(id) => facts.reports.get(&id).map_or(0, |state| state.version),
            Stream::Log(id) => facts.logs.get(&id).map_or(0, |state| state.version),
            Stream::Erasure(id) => facts.erasures.get(&id).map_or(0, |state| state.version),
        }
    }
}

pub(crate) fn supervisor() -> Actor {
    Story::actor(1, &[Role::Supervisor], OFFICE)
}

pub(crate) fn clerk() -> Actor {
    Story::actor(2, &[Role::Clerk], FINANCE)
}

pub(crate) fn head() -> Actor {
    Story::actor(3, &[Role::Head], FINANCE)
}

pub(crate) fn foreign_clerk() -> Actor {
    Story::actor(4, &[Role::Clerk], FORESTRY)
}

pub(crate) fn foreign_head() -> Actor {
    Story::actor(5, &[Role::Head], FORESTRY)
}

pub(crate) fn report() -> ReportId {
    ReportId::of(TASK, FINANCE, "2026-05".parse().unwrap())
}

pub(crate) fn account() -> OpenAccount {
    OpenAccount {
        account: AccountId(uuid(9)),
        sign_in_name: "caizheng".to_owned(),
        display_name: "财政厅填报人".to_owned(),
        roles: vec![Role::Clerk],
        organisation: FINANCE,
    }
}

pub(crate) fn task(id: TaskId, title: &str) -> NewTask {
    NewTask {
        task: id,
        section: None,
        kind: TaskKind::ReportTask,
        label: "（一）".to_owned(),
        title: title.to_owned(),
        text: format!("{title}。年内完成投资300亿元以上。"),
        basis: None,
        source: None,
        parties: Vec::new(),
        targets: Vec::new(),
        deliverable: None,
        due: None,
        reporting: Reporting::Unnamed,
        tracking: Tracking::Tracked { excluded: Vec::new() },
    }
}

pub(crate) fn adoption() -> AdoptDrafts {
    let party = Party {
        role: PartyRole::Lead,
        raw: "财政厅".to_owned(),
        organisation: Some(FINANCE),
        span: None,
        inherited: false,
    };
    let target = Target {
        id: TARGET,
        subject: "投资".to_owned(),
        quantity_text: "300亿元以上".to_owned(),
        value: Some(Decimal::from(30_000_000_000)),
        value_max: None,
        unit: "元".to_owned(),
        comparator: Comparator::AtLeast,
        direction: None,
        strength: None,
        due: None,
        span: None,
    };
    AdoptDrafts {
        plan: PLAN,
        document: None,
        title: "2026年重点工作任务分解".to_owned(),
        document_number: None,
        issuer: None,
        document_date: None,
        year: 2026,
        report_day: 25,
        organisations: Vec::new(),
        sections: Vec::new(),
        tasks: vec![
            NewTask {
                parties: vec![party],
                targets: vec![target],
                reporting: Reporting::Single { organisation: FINANCE },
                ..task(TASK, "扩大有效投资")
            },
            NewTask {
                tracking: Tracking::NotTracked {
                    reason: "religious-affairs".to_owned(),
                },
                ..task(UNTRACKED_TASK, "不在范围内的任务")
            },
            task(GENERIC_TASK, "各部门共同的任务"),
        ],
    }
}

pub(crate) fn submission() -> SubmitReport {
    SubmitReport {
        task: TASK,
        organisation: FINANCE,
        period: "2026-05".parse().unwrap(),
        values: vec![TargetValue {
            target: TARGET,
            value: Decimal::from(12_000_000_000),
        }],
        completion: None,
        done: "完成投资120亿元".to_owned(),
        problems: String::new(),
        help_wanted: String::new(),
        next_step: String::new(),
        evidence: Vec::new(),
    }
}
