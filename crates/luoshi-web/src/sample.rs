//! Sample things for the gallery: one plan of a province that does not exist, in every state that a page can meet.

use jiff::{Timestamp, civil::Date};
use luoshi_app::{
    erasure::{ErasureProgress, ErasureView},
    job::JobRow,
    ledger::ListedLine,
};
use luoshi_ledger::{
    Stream, TextName,
    actor::ActorIdentity,
    erasure::{ErasedText, Erasure, ErasureCount, ErasureGround, ErasureState, FoundText, TextPlace},
    event::EventKind,
    evidence::Evidence,
    ids::{
        AccountId, CommandId, DocumentId, ErasureId, EventId, EvidenceId, OrganisationId, PlanId, ReportId, SectionId,
        TargetId, TaskId,
    },
    light::{Colour, Light, Proof, Reason},
    organisation::OrganisationKind,
    period::Period,
    plan::{Plan, PlanState, Section},
    report::{Report, ReportState, ReturnStage, TargetValue, VerificationMethod},
    search::{SearchField, SearchHit, SearchKind, SearchQuery, SearchRank, SearchSubject, SearchWords},
    target::Target,
    task::{ExcludedClause, Party, Publication, Reporting, Source, Task, TaskKind, Tracking},
    view::{
        AccountSummary, Duty, LedgerRow, LightCounts, LineVersion, OrganisationSummary, PartyView, PlanSummary,
        ReportView, TaskView, TimelineEntry,
    },
};
use luoshi_types::{Comparator, Decimal, Direction, PartyRole, Span, Strength};
use uuid::Uuid;

/// The account of the gallery's visitor.
pub(crate) const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));
/// The body of the gallery's visitor.
pub(crate) const ORGANISATION: OrganisationId = OrganisationId(Uuid::from_u128(2));
pub(crate) const COMMAND: CommandId = CommandId(Uuid::from_u128(30));
const PLAN: PlanId = PlanId(Uuid::from_u128(3));
const SECTION: SectionId = SectionId(Uuid::from_u128(4));
const TASK: TaskId = TaskId(Uuid::from_u128(5));
const TARGET: TargetId = TargetId(Uuid::from_u128(6));
const PROMISE: &str = "力争全省生产总值增长8%以上，城镇登记失业率控制在4%以内，新增城镇就业46万人。依法推进网络管理，加快推进项目前期工作，确保列入年度计划的重点项目按期开工。";

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn month(text: &str) -> Period {
    text.parse().unwrap()
}

pub(crate) fn plan() -> Plan {
    Plan {
        id: PLAN,
        version: 2,
        document: Some(DocumentId(Uuid::from_u128(7))),
        title: "2026年省政府工作报告重点任务分解".to_owned(),
        document_number: Some("云陵政办发〔2026〕8号".to_owned()),
        issuer: Some("云陵省人民政府办公厅".to_owned()),
        document_date: Some(day("2026-02-10")),
        year: 2026,
        report_day: 25,
        sections: vec![Section {
            id: SECTION,
            label: "一、".to_owned(),
            title: "促进经济平稳较快增长".to_owned(),
            span: None,
        }],
        state: PlanState::Issued {
            at: instant("2026-02-12T01:00:00Z"),
        },
    }
}

pub(crate) fn plan_summary() -> PlanSummary {
    PlanSummary {
        id: PLAN,
        title: plan().title,
        year: 2026,
        issued_at: plan().issued_at(),
        task_count: 42,
        open_task_count: 30,
    }
}

pub(crate) fn counts() -> LightCounts {
    LightCounts {
        red: 3,
        yellow: 7,
        green: 25,
        grey: 4,
        not_tracked: 3,
    }
}

pub(crate) fn organisations() -> Vec<OrganisationSummary> {
    [
        (2, "省发展和改革委员会", OrganisationKind::Department),
        (20, "省人力资源和社会保障厅", OrganisationKind::Department),
        (21, "青崖市人民政府", OrganisationKind::Locality),
        (22, "省政府督查室", OrganisationKind::SupervisionOffice),
        (23, "省电力公司", OrganisationKind::Other),
    ]
    .into_iter()
    .map(|(id, name, kind)| OrganisationSummary {
        id: OrganisationId(Uuid::from_u128(id)),
        name: name.to_owned(),
        short_names: if id == 2 {
            vec!["发改委".to_owned()]
        } else {
            Vec::new()
        },
        kind,
    })
    .collect()
}

pub(crate) fn account(roles: &[luoshi_ledger::Role]) -> AccountSummary {
    AccountSummary {
        id: ACCOUNT,
        sign_in_name: "fgw-tianbao".to_owned(),
        display_name: "王敏".to_owned(),
        roles: roles.to_vec(),
        organisation: ORGANISATION,
        organisation_name: "省发展和改革委员会".to_owned(),
    }
}

pub(crate) fn targets() -> Vec<Target> {
    let target = |id: u128, subject: &str, quantity: &str, value: i64, unit: &str, comparator, direction| Target {
        id: TargetId(Uuid::from_u128(id)),
        subject: subject.to_owned(),
        quantity_text: quantity.to_owned(),
        value: Some(Decimal::from(value)),
        value_max: None,
        unit: unit.to_owned(),
        comparator,
        direction: Some(direction),
        strength: Some(Strength::StriveFor),
        due: (id == 61).then(|| day("2026-06-30")),
        span: None,
    };
    vec![
        target(
            6,
            "全省生产总值",
            "8%以上",
            8,
            "%",
            Comparator::AtLeast,
            Direction::IncreaseBy,
        ),
        target(
            61,
            "城镇登记失业率",
            "4%以内",
            4,
            "%",
            Comparator::AtMost,
            Direction::LimitTo,
        ),
        target(
            62,
            "新增城镇就业",
            "46万人",
            460_000,
            "人",
            Comparator::Equal,
            Direction::IncreaseBy,
        ),
    ]
}

/// A light of each colour, with every reason that there is.
pub(crate) fn lights() -> Vec<Light> {
    [
        (
            Colour::Red,
            Reason::Overdue {
                due: day("2026-06-30"),
                completion: Some(80),
            },
        ),
        (
            Colour::Red,
            Reason::Gap {
                planned: 62,
                completion: 41,
            },
        ),
        (Colour::Yellow, Reason::Missed { months: 1 }),
        (Colour::Yellow, Reason::Recovering),
        (
            Colour::Green,
            Reason::Gap {
                planned: 40,
                completion: 41,
            },
        ),
        (Colour::Green, Reason::Missed { months: 0 }),
        (Colour::Green, Reason::Completed),
        (Colour::Grey, Reason::NoReporter),
        (Colour::Grey, Reason::NotIssued),
        (Colour::Grey, Reason::NothingOwed),
        (Colour::NotTracked, Reason::NotTracked),
    ]
    .into_iter()
    .map(|(colour, reason)| Light {
        colour,
        proof: if colour == Colour::Green {
            Proof::Verified
        } else {
            Proof::SelfReported
        },
        reason,
        since: Some(day("2026-05-01")),
        rule_version: 1,
    })
    .collect()
}

/// A report of March in a state.
pub(crate) fn report(state: ReportState) -> Report {
    Report {
        id: ReportId(Uuid::from_u128(8)),
        version: 1,
        task: TASK,
        organisation: ORGANISATION,
        period: month("2026-03"),
        values: vec![TargetValue {
            target: TARGET,
            value: Decimal::new(77, 1),
        }],
        completion: Some(41),
        done: "一季度全省生产总值同比增长7.7%，列入年度计划的42个重点项目已开工26个。".to_owned(),
        problems: "部分项目用地手续办理较慢，影响开工进度。".to_owned(),
        help_wanted: "请省自然资源厅对12个项目用地审批给予支持。".to_owned(),
        next_step: "逐个项目落实开工条件，6月底前全部开工。".to_owned(),
        evidence: evidence(),
        former_evidence: Vec::new(),
        submitted_by: ActorIdentity::Account(AccountId(Uuid::from_u128(9))),
        first_submitted_at: instant("2026-03-24T02:10:00Z"),
        submitted_at: instant("2026-03-24T02:10:00Z"),
        state,
    }
}

/// Two files, of which one has a long name.
pub(crate) fn evidence() -> Vec<Evidence> {
    [
        ("一季度重点项目开工清单（截至3月20日，含用地手续办理情况）.xlsx", 48_213),
        ("主体工程现场.jpg", 3_145_728),
    ]
    .into_iter()
    .zip(1..)
    .map(|((name, byte_count), number)| Evidence {
        id: EvidenceId(Uuid::from_u128(0x40 + number)),
        sha256: "ab".repeat(32),
        byte_count,
        media_type: "application/octet-stream".to_owned(),
        name: name.to_owned(),
    })
    .collect()
}

/// Every state of a report.
pub(crate) fn report_states() -> Vec<ReportState> {
    let by = ActorIdentity::Account(ACCOUNT);
    let at = instant("2026-03-26T06:30:00Z");
    vec![
        ReportState::Submitted,
        ReportState::Approved { by, at },
        ReportState::Verified {
            by,
            at,
            method: VerificationMethod::DataComparison,
            values: vec![TargetValue {
                target: TARGET,
                value: Decimal::new(75, 1),
            }],
            completion: Some(38),
            conclusion: "与统计局公布数比对，增速为7.5%，比自报低0.2个百分点。".to_owned(),
        },
        ReportState::Returned {
            by,
            at,
            stage: ReturnStage::Verification,
            reason: "请补充已开工项目清单，并说明失业率数据来源。".to_owned(),
        },
    ]
}

pub(crate) fn report_view(state: ReportState) -> ReportView {
    ReportView {
        report: report(state),
        organisation_name: "省发展和改革委员会".to_owned(),
        submitted_by_name: "王敏".to_owned(),
        task_number: 1,
        task_title: "促进经济平稳较快增长，力争全省生产总值增长8%以上".to_owned(),
        targets: targets(),
        plan: PLAN,
        destroyed_evidence: vec![EvidenceId(Uuid::from_u128(0x42))],
    }
}

pub(crate) fn row(number: u32, light: Light) -> LedgerRow {
    let states = report_states();
    let state = states.into_iter().nth(number as usize % 5);
    LedgerRow {
        task: TASK,
        plan: PLAN,
        number,
        section: "一、促进经济平稳较快增长".to_owned(),
        kind: TaskKind::ReportTask,
        label: format!("（{number}）"),
        title: "促进经济平稳较快增长，力争全省生产总值增长8%以上".to_owned(),
        text: PROMISE.to_owned(),
        targets: targets(),
        deliverable: number.is_multiple_of(2).then(|| "重点项目按期开工".to_owned()),
        parties: vec![
            party_view(PartyRole::Responsible, "省发改委"),
            party_view(PartyRole::Lead, "省政府办公厅"),
            party_view(PartyRole::Cooperating, "省人力资源和社会保障厅"),
        ],
        reporters: vec![(ORGANISATION, "省发展和改革委员会".to_owned())],
        due: day("2026-12-31"),
        latest: state.map(report),
        completion: (number % 5 != 4).then_some(41),
        light,
        publication: if number.is_multiple_of(3) {
            Publication::Open
        } else {
            Publication::Withheld
        },
    }
}

/// The row as a list brings it that nobody has written before.
pub(crate) fn listed(row: LedgerRow) -> ListedLine {
    ListedLine {
        version: LineVersion {
            task: row.task,
            number: row.number,
            task_version: 1,
            colour: row.light.colour,
            proof: row.light.proof,
            latest: None,
        },
        shows_report: row.latest.is_some(),
        row: Some(row),
    }
}

fn party_view(role: PartyRole, raw: &str) -> PartyView {
    PartyView {
        role,
        raw: raw.to_owned(),
        organisation: None,
        inherited: false,
    }
}

pub(crate) fn task(tracking: Tracking) -> Task {
    Task {
        id: TASK,
        version: 1,
        plan: PLAN,
        section: Some(SECTION),
        number: 1,
        kind: TaskKind::ReportTask,
        label: "（一）".to_owned(),
        title: "促进经济平稳较快增长，力争全省生产总值增长8%以上".to_owned(),
        text: PROMISE.to_owned(),
        basis: Some("省政府第12次常务会议纪要".to_owned()),
        source: Some(Source {
            document: DocumentId(Uuid::from_u128(7)),
            span: Span::new(100, 100 + PROMISE.chars().count()),
        }),
        parties: vec![Party {
            role: PartyRole::Lead,
            raw: "省发改委".to_owned(),
            organisation: Some(ORGANISATION),
            span: None,
            inherited: false,
        }],
        targets: targets(),
        deliverable: Some("列入年度计划的重点项目按期开工".to_owned()),
        due: None,
        reporting: Reporting::Jointly {
            organisations: vec![ORGANISATION, OrganisationId(Uuid::from_u128(20))],
        },
        reporting_since: Timestamp::UNIX_EPOCH,
        tracking,
        publication: Publication::Withheld,
    }
}

/// A followed task with one clause that is not.
pub(crate) fn tracked() -> Tracking {
    let start = PROMISE.chars().position(|character| character == '依').unwrap();
    Tracking::Tracked {
        excluded: vec![ExcludedClause {
            span: Span::new(100 + start, 100 + start + 8),
            reason: "speech-control".to_owned(),
        }],
    }
}

pub(crate) fn task_view(tracking: Tracking, light: Light, states: Vec<ReportState>) -> TaskView {
    let timeline = EventKind::ALL
        .iter()
        .zip(0_u64..)
        .map(|(kind, index)| TimelineEntry {
            event: EventId(Uuid::from_u128(100 + u128::from(index))),
            kind: *kind,
            effective_at: instant("2026-03-24T02:10:00Z"),
            recorded_at: instant("2026-03-24T02:10:00Z"),
            actor: ActorIdentity::Account(ACCOUNT),
            actor_name: if index == 0 { String::new() } else { "王敏".to_owned() },
            actor_organisation: "省发展和改革委员会".to_owned(),
            report: None,
            period: (index > 7).then(|| month("2026-03")),
            leaf_index: (index % 2 == 0).then_some(index + 512),
        })
        .collect();
    let leaves_out = !states.is_empty();
    TaskView {
        row: row(1, light),
        task: task(tracking),
        plan_title: plan().title,
        plan_issued: true,
        reports: states.into_iter().map(report_view).collect(),
        timeline,
        leaves_out,
    }
}

pub(crate) fn duty(number: u32, due: &str, state: Option<&'static str>) -> Duty {
    Duty {
        task: TASK,
        number,
        title: "促进经济平稳较快增长，力争全省生产总值增长8%以上".to_owned(),
        organisation: ORGANISATION,
        organisation_name: "省发展和改革委员会".to_owned(),
        period: month("2026-03"),
        due: day(due),
        state,
    }
}

/// Hits of one kind for a query about growth.
pub(crate) fn search_hits(kind: SearchKind) -> Vec<SearchHit> {
    let query = SearchQuery::read("增长8% 发改").unwrap();
    let report = report(ReportState::Submitted);
    let (heading, body, subject) = match kind {
        SearchKind::Task => (
            vec![(SearchField::Title, task(tracked()).title)],
            vec![(SearchField::Text, PROMISE.to_owned())],
            SearchSubject::Task {
                task: TASK,
                number: 1,
                label: "（一）".to_owned(),
                plan_title: plan().title,
            },
        ),
        SearchKind::Report => (
            Vec::new(),
            vec![(SearchField::Done, report.done.replace("7.7%", "8%"))],
            SearchSubject::Report {
                report: report.id,
                number: 1,
                task_title: task(tracked()).title,
                organisation_name: "省发展和改革委员会".to_owned(),
                period: report.period,
                state: "submitted".to_owned(),
                plan_title: plan().title,
            },
        ),
        SearchKind::Document => (
            vec![(SearchField::FileName, "2026年任务分解.docx".to_owned())],
            vec![(
                SearchField::Text,
                format!("云陵省人民政府办公厅文件\n\n{PROMISE}\n（二）"),
            )],
            SearchSubject::Document {
                document: DocumentId(Uuid::from_u128(7)),
                plan: Some(PLAN),
                task: Some(TASK),
            },
        ),
        SearchKind::Plan => (
            vec![(SearchField::Title, plan().title)],
            vec![(SearchField::Section, "一、促进经济平稳较快增长8%".to_owned())],
            SearchSubject::Plan { plan: PLAN, year: 2026 },
        ),
        SearchKind::Organisation => (
            vec![(SearchField::Name, "省发展和改革委员会".to_owned())],
            vec![(SearchField::ShortName, "省发改委".to_owned())],
            SearchSubject::Organisation {
                organisation: ORGANISATION,
                kind: OrganisationKind::Department,
                plan: Some(PLAN),
            },
        ),
    };
    let words = SearchWords { heading, body };
    vec![
        SearchHit {
            rank: SearchRank::Body,
            changed_at: instant("2026-03-24T02:10:00Z"),
            heading: words.marked_heading(&query),
            excerpt: words.excerpt(&query),
            subject,
        };
        2
    ]
}
/// Jobs of each sort: given up, waiting, failed once.
pub(crate) fn jobs() -> Vec<JobRow> {
    let job = |id, kind: &str, attempts, last_error: Option<&str>, buried_at: Option<&str>| JobRow {
        id,
        kind: kind.to_owned(),
        payload: String::new(),
        attempts,
        last_error: last_error.map(str::to_owned),
        run_at: instant("2026-04-02T01:00:00Z"),
        enqueued_at: instant("2026-04-01T01:00:00Z"),
        buried_at: buried_at.map(instant),
    };
    let cause = "internal: a long read or another process keeps erased words in the write-ahead log";
    vec![
        job(1, "finish_erasures", 14, Some(cause), Some("2026-04-02T01:00:00Z")),
        job(2, "of_another_release", 14, None, Some("2026-04-02T01:00:00Z")),
        job(3, "integrate_log", 0, None, None),
        job(4, "finish_erasures", 2, Some(cause), None),
    ]
}

/// Texts in which somebody is named.
pub(crate) fn found_texts() -> Vec<FoundText> {
    let text = |ordinal, stream, kind, name, body: &str| FoundText {
        place: TextPlace {
            event: EventId(Uuid::from_u128(41)),
            ordinal,
        },
        stream,
        kind,
        recorded_at: instant("2026-04-01T01:00:00Z"),
        name,
        body: body.to_owned(),
    };
    vec![
        text(
            0,
            Stream::Report(report_view(report_states().remove(0)).report.id),
            EventKind::ReportSubmitted,
            TextName::Problems,
            "征地补偿尚未谈妥，农户张三（身份证号后四位 1234，电话 139××××0000）不同意评估结果，已多次上门沟通。",
        ),
        text(
            1,
            Stream::Document(DocumentId(Uuid::from_u128(42))),
            EventKind::DocumentReceived,
            TextName::DocumentText,
            &("一、扩大有效投资。".repeat(30) + "联系人张三。" + &"二、改善民生。".repeat(30)),
        ),
        text(
            2,
            Stream::Account(ACCOUNT),
            EventKind::AccountOpened,
            TextName::DisplayName,
            "张三",
        ),
    ]
}

/// An erasure of each progress.
pub(crate) fn erasures() -> Vec<ErasureView> {
    let by = ActorIdentity::Account(ACCOUNT);
    let at = instant("2026-04-02T02:00:00Z");
    let declined = ErasureState::Declined {
        by,
        at,
        reason: "所列文字不属于个人信息。".to_owned(),
    };
    let confirmed = || ErasureState::Confirmed {
        by: ActorIdentity::Console,
        at,
    };
    [
        (ErasureState::Proposed, ErasureProgress::Proposed),
        (ErasureState::Proposed, ErasureProgress::Proposed),
        (declined, ErasureProgress::Declined),
        (confirmed(), ErasureProgress::ScrubbingPending),
        (confirmed(), ErasureProgress::Finished(at)),
    ]
    .into_iter()
    .zip(ErasureGround::ALL)
    .map(|((state, progress), ground)| ErasureView {
        texts: if state == ErasureState::Proposed {
            found_texts()
        } else {
            Vec::new()
        },
        proposed_by_name: "陈思远".to_owned(),
        decided_by_name: match &state {
            ErasureState::Declined { .. } => "李文静".to_owned(),
            ErasureState::Proposed | ErasureState::Confirmed { .. } => String::new(),
        },
        erasure: Erasure {
            id: ErasureId(Uuid::from_u128(43)),
            version: 1,
            ground,
            explanation: "当事人书面申请删除其个人信息，经核实属实。".to_owned(),
            texts: found_texts().iter().map(|text| text.place).collect(),
            files: vec!["ab".repeat(32)],
            proposed_by: by,
            proposed_at: instant("2026-04-01T02:00:00Z"),
            state,
        },
        progress,
    })
    .collect()
}

/// What was erased of a report.
pub(crate) fn erased_texts() -> Vec<ErasedText> {
    [TextName::Problems, TextName::Conclusion]
        .map(|name| ErasedText {
            name,
            ground: ErasureGround::PersonalInformation,
            erased_at: instant("2026-04-02T02:00:00Z"),
            erasure: ErasureId(Uuid::from_u128(43)),
        })
        .to_vec()
}

/// How much was erased.
pub(crate) fn erasure_counts() -> Vec<ErasureCount> {
    [
        (2026, ErasureGround::PersonalInformation, 3),
        (2025, ErasureGround::StateSecret, 1),
    ]
    .map(|(year, ground, erasures)| ErasureCount {
        year,
        ground,
        erasures,
        texts: 4 * erasures,
        files: erasures - 1,
    })
    .to_vec()
}
