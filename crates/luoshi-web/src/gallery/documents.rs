//! The pictures of documents, reviews, plans, the public's pages and the log.

use jiff::Timestamp;
use luoshi_app::{
    document::word_diagnostics,
    ledger::LedgerPage,
    review::{
        Doubt, Review, ReviewId, ReviewParty, ReviewSection, ReviewSummary, ReviewTarget, ReviewTask, ReviewTracking,
    },
};
use luoshi_ledger::{
    actor::Role,
    ids::{DocumentId, PlanId},
    plan::{Plan, PlanState},
    report::TargetValue,
    view::{LightCounts, PublicPlan, PublicTask, PublicValues},
};
use luoshi_types::{Comparator, Decimal, Diagnostic, DiagnosticCode, Language, PartyRole, Span};
use uuid::Uuid;

use super::{Picture, frame, render};
use crate::{
    form::FieldErrors,
    frame::Place,
    language,
    pages::{
        document::{DocumentsPage, ImportPage},
        log::LogPage,
        plan::PlanPage,
        public::{
            data::DataPage,
            plan::{PublicPlanPage, PublicPlansPage, Search},
            task::PublicTaskPage,
        },
        review::{ReviewPage, ReviewTaskPage, TaskForm},
    },
    sample,
};

const TEXT: &str = "云陵省2026年重点任务分解\n\n一、促进增长\n（一）扩大就业。新增城镇就业46万人，依法推进网络管理，抓好技能培训。（责任部门：人社厅、各地）\n（二）建好学校。新建学校10所以上。\n（三）维护稳定。抓好各项工作。（责任部门：公安厅）\n";

/// The first place of `words` in the sample text.
fn place(words: &str) -> Span {
    let (before, _) = TEXT.split_once(words).unwrap();
    let start = before.chars().count();
    Span::new(start, start + words.chars().count())
}

fn party(role: PartyRole, raw: &str, name: &str) -> ReviewParty {
    ReviewParty {
        role,
        raw: raw.to_owned(),
        name: name.to_owned(),
        span: Some(place(raw)),
        inherited: role == PartyRole::Generic,
    }
}

fn target(subject: &str, words: &str, value: i64, unit: &str, comparator: Comparator) -> ReviewTarget {
    ReviewTarget {
        subject: subject.to_owned(),
        quantity_text: words.to_owned(),
        value: Some(Decimal::from(value)),
        value_max: None,
        unit: unit.to_owned(),
        comparator,
        direction: None,
        strength: None,
        due: None,
        span: Some(place(words)),
    }
}

fn task(number: u32, label: &str, title: &str, text: &str) -> ReviewTask {
    ReviewTask {
        number,
        section: Some(0),
        label: label.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        span: place(text),
        parties: Vec::new(),
        targets: Vec::new(),
        deliverable: String::new(),
        due: None,
        reporters: Vec::new(),
        tracking: ReviewTracking {
            not_tracked: None,
            shipped: false,
            excluded: Vec::new(),
        },
        doubts: Vec::new(),
        checked: false,
    }
}

fn review() -> Review {
    let jobs = ReviewTask {
        parties: vec![
            party(PartyRole::Responsible, "人社厅", "省人力资源和社会保障厅"),
            party(PartyRole::Generic, "各地", ""),
        ],
        targets: vec![target("新增城镇就业", "46万人", 460_000, "人", Comparator::Equal)],
        due: Some(sample::day("2026-12-31")),
        reporters: vec!["省人力资源和社会保障厅".to_owned()],
        tracking: ReviewTracking {
            not_tracked: None,
            shipped: false,
            excluded: vec![(place("依法推进网络管理"), "speech-control".to_owned())],
        },
        checked: true,
        ..task(
            1,
            "（一）",
            "扩大就业",
            "扩大就业。新增城镇就业46万人，依法推进网络管理，抓好技能培训。（责任部门：人社厅、各地）",
        )
    };
    let schools = ReviewTask {
        targets: vec![target("", "10所以上", 10, "所", Comparator::AtLeast)],
        doubts: Doubt::ALL.to_vec(),
        ..task(2, "（二）", "建好学校", "建好学校。新建学校10所以上。")
    };
    let left_out = ReviewTask {
        parties: vec![party(PartyRole::Lead, "公安厅", "省公安厅")],
        tracking: ReviewTracking {
            not_tracked: Some("policing".to_owned()),
            shipped: true,
            excluded: Vec::new(),
        },
        ..task(3, "（三）", "维护稳定", "维护稳定。抓好各项工作。（责任部门：公安厅）")
    };
    let length = TEXT.chars().count();
    Review {
        id: ReviewId(Uuid::from_u128(70)),
        version: 4,
        document: DocumentId(Uuid::from_u128(7)),
        file_name: "任务分解.docx".to_owned(),
        plan: None,
        title: "云陵省2026年重点任务分解".to_owned(),
        document_number: None,
        issuer: None,
        document_date: None,
        year: 2026,
        year_is_guess: true,
        report_day: 25,
        sections: vec![ReviewSection {
            label: "一、".to_owned(),
            title: "促进增长".to_owned(),
            span: place("一、促进增长"),
        }],
        tasks: vec![jobs, schools, left_out],
        diagnostics: vec![
            Diagnostic::new(DiagnosticCode::NumberGap, Span::new(0, 0))
                .with("label", "四")
                .with("found", "五"),
        ],
        unresolved: vec![place("抓好技能培训")],
        coverage: (length, length),
    }
}

fn review_page(language: Language, review: Review) -> ReviewPage {
    ReviewPage::new(
        frame(language, &[Role::Supervisor], Place::Documents),
        review,
        TEXT,
        &sample::organisations(),
        "key".to_owned(),
    )
}

fn task_page(language: Language, number: u32) -> ReviewTaskPage {
    let review = review();
    let task = review.tasks.iter().find(|task| task.number == number).unwrap();
    let names = vec!["省发展和改革委员会".to_owned()];
    let frame = frame(language, &[Role::Supervisor], Place::Documents);
    ReviewTaskPage::new(frame, &review, task, TEXT, names, TaskForm::of(task))
}

fn plan_page(language: Language, plan: Plan) -> PlanPage {
    let mut rows: Vec<_> = (1..=6)
        .zip(sample::lights())
        .map(|(number, light)| sample::row(number, light))
        .collect();
    rows[1].reporters.clear();
    let page = LedgerPage {
        plan,
        today: sample::day("2026-04-02"),
        rows,
        counts: LightCounts::default(),
        organisations: sample::organisations(),
        next_after: None,
    };
    PlanPage::new(
        frame(language, &[Role::Supervisor], Place::Ledger),
        page,
        "key-1".to_owned(),
        "key-2".to_owned(),
    )
}

fn public_plan() -> PublicPlan {
    let plan = sample::plan();
    PublicPlan {
        id: plan.id,
        title: plan.title,
        year: plan.year,
        issuer: plan.issuer,
        document_number: plan.document_number,
        open_task_count: 30,
    }
}

fn public_task(number: u32) -> PublicTask {
    let row = sample::row(number, sample::lights()[number as usize % sample::lights().len()]);
    let start = row.text.chars().position(|character| character == '依').unwrap();
    let target = sample::targets().remove(0).id;
    let values = |month: &str, verified: Option<i64>| PublicValues {
        period: sample::month(month),
        organisation_name: "省发展和改革委员会".to_owned(),
        reported: vec![TargetValue {
            target,
            value: Decimal::from(41),
        }],
        reported_completion: Some(41),
        verified: verified.map(|value| {
            vec![TargetValue {
                target,
                value: Decimal::from(value),
            }]
        }),
        verified_completion: verified.map(|_| 38),
        submitted_at: "2026-03-24T02:10:00Z".parse().unwrap(),
    };
    PublicTask {
        id: row.task,
        plan: row.plan,
        number,
        section: row.section,
        label: row.label,
        title: row.title,
        text: row.text,
        parties: row.parties,
        targets: row.targets,
        deliverable: Some("列入年度计划的重点项目按期开工".to_owned()),
        due: row.due,
        light: row.light,
        values: vec![values("2026-03", None), values("2026-02", Some(38))],
        not_tracked: None,
        excluded: vec![(Span::new(start, start + 8), "speech-control".to_owned())],
    }
}

/// Every page of these rooms in every state that it has.
pub(super) fn pictures(language: Language) -> Vec<Picture> {
    let mut pictures: Vec<Picture> = Vec::new();
    let mut add = |name: &str, text: String| pictures.push((name.to_owned(), text));
    let supervisor = |place| frame(language, &[Role::Supervisor], place);

    let summary = |unresolved_count: usize, plan: Option<u128>| ReviewSummary {
        id: ReviewId(Uuid::from_u128(70)),
        title: "云陵省2026年重点任务分解".to_owned(),
        file_name: "任务分解.docx".to_owned(),
        task_count: 42,
        unresolved_count,
        plan: plan.map(|id| PlanId(Uuid::from_u128(id))),
        updated_at: "2026-02-10T03:00:00Z".parse::<Timestamp>().unwrap(),
    };
    for (name, reviews) in [
        (
            "documents",
            vec![summary(5, None), summary(0, None), summary(0, Some(3))],
        ),
        ("documents-none", Vec::new()),
    ] {
        let frame = supervisor(Place::Documents).headed("document-list");
        add(name, render(&DocumentsPage { frame, reviews }));
    }

    add("import", render(&ImportPage::new(supervisor(Place::Documents))));
    let mut refused = ImportPage::new(supervisor(Place::Documents));
    refused.text = "只有一句话".to_owned();
    refused.refused = "空白.docx".to_owned();
    refused.complaints = word_diagnostics(&[Diagnostic::new(DiagnosticCode::NoTasks, Span::new(0, 0))], language);
    for (field, key) in [
        ("file", "document-error-both"),
        ("file", "document-error-none"),
        ("date", "document-error-date"),
        ("year", "document-error-year"),
    ] {
        refused.errors.add(field, key);
    }
    add("import-refused", render(&refused));

    add("review", render(&review_page(language, review())));
    let adopted = Review {
        plan: Some(PlanId(Uuid::from_u128(3))),
        ..review()
    };
    add("review-adopted", render(&review_page(language, adopted)));
    let mut incomplete = review();
    incomplete.coverage.1 -= 5;
    incomplete.year_is_guess = false;
    incomplete.tasks.iter_mut().for_each(|task| task.checked = true);
    let mut incomplete = review_page(language, incomplete);
    for key in [
        "review-error-title",
        "review-error-year",
        "review-error-date",
        "review-error-report-day",
    ] {
        incomplete.errors.add("title", key);
    }
    add("review-incomplete", render(&incomplete));

    add("review-task", render(&task_page(language, 2)));
    add("review-task-shipped", render(&task_page(language, 3)));
    let mut wrong = task_page(language, 1);
    wrong.errors = FieldErrors::default();
    for (field, key) in [
        ("title", "review-error-task-title"),
        ("party-0-name", "review-error-name-missing"),
        ("party-1-name", "review-error-reports"),
        ("party-2-name", "review-error-role"),
        ("party-3-name", "review-error-name"),
        ("parties", "review-error-reporter"),
        ("target-0-subject", "review-error-subject"),
        ("target-0-value", "review-error-value"),
        ("target-0-value_max", "review-error-range"),
        ("target-1-comparator", "review-error-comparator"),
        ("due", "review-error-date"),
        ("deliverable", "review-error-too-long"),
        ("reason", "review-error-reason"),
    ] {
        wrong.errors.add(field, key);
    }
    add("review-task-wrong", render(&wrong));

    let mut issued = plan_page(language, sample::plan());
    issued.receipt = Some(crate::urls::receipt(&sample::COMMAND));
    add("plan", render(&issued));
    let mut adopted = plan_page(
        language,
        Plan {
            state: PlanState::Adopted,
            ..sample::plan()
        },
    );
    adopted.errors.add("tasks", "plan-error-no-task");
    add("plan-adopted", render(&adopted));

    let anybody = || frame(language, &[], Place::Public);
    for (name, plans) in [("public", vec![public_plan()]), ("public-none", Vec::new())] {
        add(
            name,
            render(&PublicPlansPage {
                frame: anybody().headed("public-plans"),
                plans,
            }),
        );
    }
    let all = || (1..=8).map(public_task).collect::<Vec<_>>();
    add(
        "public-plan",
        render(&PublicPlanPage::new(
            anybody(),
            public_plan(),
            sample::day("2026-04-02"),
            all(),
            Search::default(),
        )),
    );
    let lost = Search {
        words: "没有的词".to_owned(),
        after: Some(3),
        ..Search::default()
    };
    add(
        "public-plan-nothing",
        render(&PublicPlanPage::new(
            anybody(),
            public_plan(),
            sample::day("2026-04-02"),
            all(),
            lost,
        )),
    );
    add(
        "public-task",
        render(&PublicTaskPage::new(
            anybody(),
            &public_plan(),
            public_task(1),
            sample::day("2026-04-02"),
        )),
    );
    let untracked = PublicTask {
        not_tracked: Some("外省事项，由中央单位负责".to_owned()),
        values: Vec::new(),
        ..public_task(2)
    };
    add(
        "public-task-not-tracked",
        render(&PublicTaskPage::new(
            anybody(),
            &public_plan(),
            untracked,
            sample::day("2026-04-02"),
        )),
    );
    let silent = PublicTask {
        values: Vec::new(),
        ..public_task(4)
    };
    add(
        "public-task-silent",
        render(&PublicTaskPage::new(
            anybody(),
            &public_plan(),
            silent,
            sample::day("2026-04-02"),
        )),
    );
    add("public-data", render(&DataPage::new(anybody())));

    for (name, checkpoint) in [
        ("log", "luoshi/0192\n812\nq1Vn0n7=\n\n— luoshi/0192 AAAA\n"),
        ("log-empty", ""),
    ] {
        add(
            name,
            render(&LogPage {
                frame: anybody().under("public-plans", "/public").headed("log"),
                origin: "luoshi/0192f6c87be27c3f8d2d8d0e6a5b1c01".to_owned(),
                key: "luoshi/0192f6c87be27c3f8d2d8d0e6a5b1c01+8a1b2c3d+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB"
                    .to_owned(),
                checkpoint: checkpoint.to_owned(),
                size: "812".to_owned(),
                address: if name == "log" { "/log" } else { "/log/2" }.to_owned(),
                ended: if name == "log" {
                    Vec::new()
                } else {
                    vec!["/log".to_owned()]
                },
                site: if name == "log" {
                    "https://luoshi.example".to_owned()
                } else {
                    String::new()
                },
            }),
        );
    }
    pictures
}

#[test]
fn every_doubt_is_worded() {
    for language in Language::ALL {
        for doubt in Doubt::ALL {
            let key = format!("doubt-{}", doubt.code());
            assert!(language::find(language, &key).is_some(), "{key} in {}", language.code());
        }
    }
}
