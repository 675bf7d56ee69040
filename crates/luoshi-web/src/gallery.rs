//! Every template rendered with sample data in both languages, so that a broken page or a missing text fails a test and not a reader.
//!
//! The pages are also written to `target/pages` of this crate's build, to be looked at in a browser.

mod documents;

use std::path::PathBuf;

use askama::Template;
use axum::http::{Method, Uri};
use luoshi_app::{ledger::LedgerList, receipt::ReceiptView, report::ReportDraft, session::SignedIn};
use luoshi_ledger::{
    TextName,
    actor::{Actor, ActorIdentity, Role},
    erasure::ErasureGround,
    event::EventKind,
    ids::EventId,
    light::{Colour, Proof},
    organisation::OrganisationKind,
    plan::{Plan, PlanState},
    refusal::Refusal,
    report::{ReturnStage, VerificationMethod},
    search::{SearchCount, SearchCursor, SearchField, SearchKind, SearchPage, SearchQuery, SearchRefusal},
    task::{Publication, TaskKind, Tracking},
    view::{LightCounts, Passage},
};
use luoshi_types::{Language, PartyRole, Span};
use uuid::Uuid;

use crate::{
    failure::Failure,
    form::FieldErrors,
    frame::{Frame, Place},
    language,
    pages::{
        erasure::{ErasurePage, ErasuresPage, NewErasurePage, PublicErasuresPage, Shown, Sought},
        error,
        home::{HomePage, MissingGlance, Owed, PlanGlance, ToDoPage},
        job::JobsPage,
        ledger::{Chosen, LedgerShown, PlansPage, write_lines},
        missing::MissingPage,
        organisation::OrganisationsPage,
        receipt::ReceiptPage,
        report::{FormPage, ReportPage, ReportsPage},
        search::{Asked, Group, SearchShown},
        session,
        settings::{PasswordPage, SettingsPage},
        task::{NewTaskPage, PassagePage, ReporterPage, TaskPage, TypedTask},
    },
    sample,
    visitor::Visitor,
};

/// One page of the gallery: the name of its file and its text.
type Picture = (String, String);

/// Somebody with `roles`; nobody where there are none.
fn signed_in(roles: &[Role]) -> Option<SignedIn> {
    (!roles.is_empty()).then(|| SignedIn {
        actor: Actor {
            identity: ActorIdentity::Account(sample::ACCOUNT),
            organisation: Some(sample::ORGANISATION),
            roles: roles.to_vec(),
        },
        account: sample::account(roles),
        form_token: "0123456789abcdef".to_owned(),
        must_change_password: false,
    })
}

/// Somebody who looks at a sample page.
pub(crate) fn visitor(language: Language, roles: &[Role]) -> Visitor {
    Visitor {
        language,
        large_text: false,
        signed_in: signed_in(roles),
        session_token: None,
        remote: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
        request_id: "r000001".to_owned(),
        method: Method::GET,
        uri: Uri::from_static("/sample?light=red"),
    }
}

/// What stands around a sample page.
pub(crate) fn frame(language: Language, roles: &[Role], place: Place) -> Frame {
    Frame::new(&visitor(language, roles), place)
}

fn pictures(language: Language) -> Vec<Picture> {
    let mut pictures: Vec<Picture> = error::samples(language)
        .into_iter()
        .map(|(code, text)| (format!("error-{code}"), text))
        .collect();
    let mut add = |name: &str, text: String| pictures.push((name.to_owned(), text));
    let supervisor = |place| frame(language, &[Role::Supervisor], place);
    let clerk = |place| frame(language, &[Role::Clerk], place);
    let head = |place| frame(language, &[Role::Head], place);

    add("sign-in", render(&session::SignInPage::sample(language)));

    // Home and lists.
    let owed = || {
        vec![
            Owed::of(
                sample::duty(1, "2026-03-25", Some("returned")),
                sample::day("2026-04-02"),
            ),
            Owed::of(sample::duty(7, "2026-04-02", None), sample::day("2026-04-02")),
            Owed::of(sample::duty(12, "2026-04-25", None), sample::day("2026-04-02")),
        ]
    };
    let handed_in = || {
        vec![Owed::of(
            sample::duty(3, "2026-03-25", Some("submitted")),
            sample::day("2026-04-02"),
        )]
    };
    let waiting = || {
        sample::report_states()
            .into_iter()
            .map(sample::report_view)
            .collect::<Vec<_>>()
    };
    let home = |frame: Frame| HomePage {
        frame: frame.headed("home"),
        today: sample::day("2026-04-02"),
        owed: None,
        handed_in: 0,
        approvals: None,
        verifications: None,
        plans: Vec::new(),
    };
    add(
        "home-clerk",
        render(&HomePage {
            owed: Some(owed()),
            handed_in: 4,
            ..home(clerk(Place::Home))
        }),
    );
    add(
        "home-clerk-empty",
        render(&HomePage {
            owed: Some(Vec::new()),
            ..home(clerk(Place::Home))
        }),
    );
    add(
        "home-head",
        render(&HomePage {
            approvals: Some(waiting()),
            ..home(head(Place::Home))
        }),
    );
    add(
        "home-head-empty",
        render(&HomePage {
            approvals: Some(Vec::new()),
            ..home(head(Place::Home))
        }),
    );
    add(
        "home-supervisor",
        render(&HomePage {
            verifications: Some(waiting()),
            plans: vec![PlanGlance {
                plan: sample::plan_summary(),
                counts: sample::counts(),
                missing: vec![
                    MissingGlance {
                        period: sample::month("2026-04"),
                        count: 31,
                    },
                    MissingGlance {
                        period: sample::month("2026-03"),
                        count: 1,
                    },
                ],
            }],
            ..home(supervisor(Place::Home))
        }),
    );
    add(
        "home-supervisor-empty",
        render(&HomePage {
            verifications: Some(Vec::new()),
            ..home(supervisor(Place::Home))
        }),
    );
    add(
        "to-do",
        render(&ToDoPage {
            frame: clerk(Place::ToDo).headed("to-do"),
            open: owed(),
            under_way: handed_in(),
        }),
    );
    add(
        "to-do-empty",
        render(&ToDoPage {
            frame: clerk(Place::ToDo).headed("to-do"),
            open: Vec::new(),
            under_way: Vec::new(),
        }),
    );
    for (name, frame, empty) in [
        ("approvals", head(Place::Approvals), "approvals-empty"),
        ("verifications", supervisor(Place::Verifications), "verifications-empty"),
    ] {
        let page = |reports| ReportsPage {
            frame: frame.clone().headed(name),
            reports,
            empty,
            receipt: Some("/receipts/1".to_owned()),
        };
        add(name, render(&page(waiting())));
        add(empty, render(&page(Vec::new())));
    }
    let missing = |bodies: Vec<(String, Vec<Owed>)>| MissingPage {
        frame: supervisor(Place::Ledger).under("ledgers", "/ledger").headed("missing"),
        plan: sample::plan(),
        period: sample::month("2026-03"),
        periods: vec![sample::month("2026-04"), sample::month("2026-03")],
        today: sample::day("2026-04-02"),
        total: bodies.iter().map(|(_, owed)| owed.len()).sum(),
        bodies,
    };
    add(
        "missing",
        render(&missing(vec![
            ("省发展和改革委员会".to_owned(), owed()),
            ("青崖市人民政府".to_owned(), owed().into_iter().take(1).collect()),
        ])),
    );
    add("missing-empty", render(&missing(Vec::new())));

    // The ledger.
    add(
        "plans",
        render(&PlansPage {
            frame: supervisor(Place::Ledger).headed("ledgers"),
            plans: vec![sample::plan_summary(); 2],
        }),
    );
    for (name, frame) in [
        ("plans-empty-supervisor", supervisor(Place::Ledger)),
        ("plans-empty", clerk(Place::Ledger)),
    ] {
        add(
            name,
            render(&PlansPage {
                frame: frame.headed("ledgers"),
                plans: Vec::new(),
            }),
        );
    }
    let ledger = |count: u32, frame: Frame| {
        let lights = sample::lights();
        let mut list = LedgerList {
            plan: sample::plan(),
            today: sample::day("2026-04-02"),
            erasures: 0,
            lines: (1..=count)
                .zip(lights.iter().cycle())
                .map(|(number, light)| sample::listed(sample::row(number, *light)))
                .collect(),
            counts: sample::counts(),
            organisations: sample::organisations(),
            next_after: (count > 0).then_some(count),
        };
        let frame = frame
            .under("ledgers", "/ledger")
            .headed_by(list.plan.title.clone(), "ledger");
        let lines = write_lines(&mut list, vec![None; count as usize], &frame, None).unwrap();
        render(&LedgerShown::of(list, lines, Chosen::default(), frame))
    };
    add("ledger", ledger(14, supervisor(Place::Ledger)));
    add("ledger-clerk", ledger(3, clerk(Place::Ledger)));
    add("ledger-empty", ledger(0, supervisor(Place::Ledger)));
    let adopted = LedgerList {
        plan: Plan {
            state: PlanState::Adopted,
            ..sample::plan()
        },
        today: sample::day("2026-04-02"),
        erasures: 0,
        lines: Vec::new(),
        counts: LightCounts::default(),
        organisations: Vec::new(),
        next_after: None,
    };
    let frame_of_adopted = supervisor(Place::Ledger).headed_by(adopted.plan.title.clone(), "ledger");
    let page = LedgerShown::of(adopted, Vec::new(), Chosen::default(), frame_of_adopted);
    add("ledger-adopted", render(&page));

    // Tasks.
    let actor = |roles: &[Role]| signed_in(roles).unwrap().actor;
    for (light, number) in sample::lights().into_iter().zip(1..) {
        let view = sample::task_view(sample::tracked(), light, sample::report_states());
        let frame = supervisor(Place::Ledger)
            .under("ledgers", "/ledger")
            .headed_by(view.task.title.clone(), "task");
        add(
            &format!("task-{number}"),
            render(&TaskPage::of(
                view,
                &actor(&[Role::Supervisor]),
                sample::day("2026-04-02"),
                frame,
            )),
        );
    }
    let view = || sample::task_view(sample::tracked(), sample::lights()[0], Vec::new());
    add(
        "task-clerk",
        render(&TaskPage {
            receipt: Some("/receipts/1".to_owned()),
            ..TaskPage::of(
                view(),
                &actor(&[Role::Clerk]),
                sample::day("2026-04-02"),
                clerk(Place::Ledger).headed_by("任务", "task"),
            )
        }),
    );
    let not_tracked = Tracking::NotTracked {
        reason: "population-control".to_owned(),
    };
    add(
        "task-not-tracked",
        render(&TaskPage::of(
            sample::task_view(not_tracked, sample::lights()[10], Vec::new()),
            &actor(&[Role::Supervisor]),
            sample::day("2026-04-02"),
            supervisor(Place::Ledger).headed_by("任务", "task"),
        )),
    );
    let text = "云陵省人民政府办公厅文件\n\n".repeat(12) + &sample::task(sample::tracked()).text + "\n（二）其他任务。";
    let passage = Passage {
        document: sample::plan().document.unwrap(),
        file_name: "2026年任务分解.docx".to_owned(),
        span: Span::new(168, 168 + sample::task(sample::tracked()).text.chars().count()),
        text,
    };
    add(
        "passage",
        render(&PassagePage::of(&passage, supervisor(Place::Ledger).headed("passage"))),
    );
    let mut due_error = FieldErrors::default();
    due_error.add("due", "error-date");
    let (named, others) = sample::organisations()
        .into_iter()
        .partition(|organisation| organisation.id == sample::ORGANISATION);
    add(
        "reporter",
        render(&ReporterPage {
            frame: supervisor(Place::Ledger).headed("reporter"),
            view: view(),
            named,
            others,
            chosen: [sample::ORGANISATION].into(),
            due: "2026-02-30".to_owned(),
            effective_on: String::new(),
            errors: due_error,
            version: 3,
        }),
    );
    let mut new_task_errors = FieldErrors::default();
    for (field, key) in [
        ("kind", "new-task-kind-missing"),
        ("basis", "new-task-basis-missing"),
        ("title", "new-task-title-missing"),
        ("text", "new-task-title-too-long"),
        ("lead", "new-task-lead-missing"),
        ("due", "error-date"),
    ] {
        new_task_errors.add(field, key);
    }
    for (name, errors) in [
        ("new-task", FieldErrors::default()),
        ("new-task-errors", new_task_errors),
    ] {
        add(
            name,
            render(&NewTaskPage {
                frame: supervisor(Place::Ledger).headed("new-task"),
                plan: sample::plan(),
                organisations: sample::organisations(),
                typed: TypedTask::default(),
                errors,
            }),
        );
    }

    // Reports.
    let form = |errors: FieldErrors, view| FormPage {
        frame: clerk(Place::ToDo).under("to-do", "/to-do").headed("report-form"),
        view,
        period: sample::month("2026-04"),
        other_periods: vec![sample::month("2026-03")],
        typed: ReportDraft {
            completion: "一半".to_owned(),
            ..ReportDraft::default()
        },
        returned: sample::report_states().into_iter().nth(3).map(sample::report),
        earlier: sample::report_states().into_iter().nth(2).map(sample::report),
        version: 1,
        key: "key".to_owned(),
        is_saved: true,
        evidence: sample::evidence(),
        refused_files: if errors.is_empty() {
            Vec::new()
        } else {
            vec![("程序.exe".to_owned(), "没有添加：这是程序。".to_owned())]
        },
        errors,
    };
    let mut report_errors = FieldErrors::default();
    let value_field = format!("value-{}", sample::targets()[0].id);
    for (field, key) in [
        (value_field.as_str(), "report-value-no-number"),
        ("completion", "report-completion-wrong"),
        ("done", "report-done-missing"),
        ("problems", "report-too-long"),
        ("evidence_file", "evidence-refused"),
    ] {
        report_errors.add(field, key);
    }
    add("report-form", render(&form(FieldErrors::default(), view())));
    add("report-form-errors", render(&form(report_errors.clone(), view())));
    for state in sample::report_states() {
        for role in Role::ALL {
            let frame = frame(language, &[role], Place::Verifications).headed_by("报告", "report");
            let name = format!("report-{}-{}", state.code(), role.code());
            let page = ReportPage::of(
                sample::report_view(state.clone()),
                &signed_in(&[role]).unwrap(),
                3,
                frame,
            );
            add(&name, render(&page));
        }
    }
    let mut verdict_errors = report_errors;
    verdict_errors.add("method", "verify-method-missing");
    verdict_errors.add("reason", "return-reason-missing");
    let mut verifier = signed_in(&[Role::Supervisor]).unwrap();
    verifier.actor.organisation = None;
    let approved = sample::report_view(sample::report_states().swap_remove(1));
    let page = ReportPage::of(
        approved,
        &verifier,
        0,
        supervisor(Place::Verifications).headed_by("报告", "report"),
    );
    add(
        "report-verify",
        render(&ReportPage {
            errors: verdict_errors,
            ..page
        }),
    );
    for (name, leaf_index, proof) in [
        ("receipt", None, None),
        ("receipt-proved", Some(512), Some("tlog-proof".to_owned())),
    ] {
        add(
            name,
            render(&ReceiptPage {
                frame: clerk(Place::Nowhere).headed("receipt"),
                view: ReceiptView {
                    command: sample::COMMAND,
                    event: EventId(Uuid::from_u128(31)),
                    recorded_at: sample::report_view(sample::report_states().remove(0))
                        .report
                        .submitted_at,
                    note: "luoshi.example/receipt\nevent …\n\n— luoshi.example AAAA".to_owned(),
                    leaf_index,
                    proof,
                },
            }),
        );
    }

    // Search.
    for (name, page) in searches(&supervisor(Place::Nowhere), &frame(language, &[], Place::Public)) {
        add(name, render(&page));
    }

    // Settings.
    add(
        "settings",
        render(&SettingsPage {
            frame: supervisor(Place::Settings).headed("settings"),
            account: sample::account(&Role::ALL),
            is_changed: true,
        }),
    );
    let mut password_errors = FieldErrors::default();
    for (field, key) in [
        ("old", "password-wrong"),
        ("new", "password-length"),
        ("new", "password-unchanged"),
        ("new", "password-easily-guessed"),
        ("again", "password-differs"),
    ] {
        password_errors.add(field, key);
    }
    add(
        "password",
        render(&PasswordPage {
            frame: clerk(Place::Settings).headed("password"),
            is_one_time: true,
            shortest: 12,
            errors: password_errors,
        }),
    );
    for (name, organisations) in [
        ("organisations", sample::organisations()),
        ("organisations-empty", Vec::new()),
    ] {
        add(
            name,
            render(&OrganisationsPage {
                frame: supervisor(Place::Settings).headed("organisations"),
                organisations: organisations
                    .into_iter()
                    .map(|body| (body, vec![sample::account(&[Role::Clerk])]))
                    .collect(),
            }),
        );
    }
    for (name, jobs) in [("jobs", sample::jobs()), ("jobs-empty", Vec::new())] {
        add(
            name,
            render(&JobsPage {
                frame: supervisor(Place::Settings).headed("jobs"),
                counts: luoshi_app::job::JobCounts {
                    waiting: jobs.len() as u64 / 2,
                    oldest: jobs.first().map(|job| job.enqueued_at),
                    buried: 1,
                },
                jobs,
            }),
        );
    }

    // Erasures.
    for (name, erasures) in [("erasures", sample::erasures()), ("erasures-empty", Vec::new())] {
        let frame = supervisor(Place::Settings).headed("erasures");
        add(name, render(&ErasuresPage { frame, erasures }));
    }
    for (view, number) in sample::erasures().into_iter().zip(1..) {
        let page = ErasurePage::of(view, number % 2 == 0, supervisor(Place::Settings));
        add(&format!("erasure-{number}"), render(&page));
    }
    let mut erasure_errors = FieldErrors::default();
    for (field, key) in [
        ("words", "erasure-words-missing"),
        ("texts", "erasure-nothing-chosen"),
        ("ground", "erasure-ground-missing"),
        ("explanation", "erasure-explanation-missing"),
    ] {
        erasure_errors.add(field, key);
    }
    let new_erasure = |sought, texts, file, errors| {
        render(&NewErasurePage {
            frame: supervisor(Place::Settings).headed("new-erasure"),
            sought,
            texts,
            file,
            chosen: Vec::new(),
            ground: "state_secret".to_owned(),
            explanation: String::new(),
            errors,
            key: "k".to_owned(),
        })
    };
    let none = FieldErrors::default;
    add("new-erasure", new_erasure(Sought::Nothing, Vec::new(), None, none()));
    let words = || Sought::Words("张三".to_owned());
    add("new-erasure-none", new_erasure(words(), Vec::new(), None, none()));
    let found = sample::found_texts()
        .into_iter()
        .map(|text| Shown::of(text, "张三"))
        .collect();
    let file = Some("ab".repeat(32));
    add("new-erasure-found", new_erasure(words(), found, file, erasure_errors));
    let view = sample::report_view(sample::report_states().remove(0));
    let page = ReportPage::of(
        view,
        &verifier,
        0,
        supervisor(Place::Verifications).headed_by("报告", "report"),
    );
    let erased = sample::erased_texts();
    add("report-erased", render(&ReportPage { erased, ..page }));
    for (name, counts) in [
        ("public-erasures", sample::erasure_counts()),
        ("public-erasures-empty", Vec::new()),
    ] {
        let frame = frame(language, &[], Place::Public).headed("public-erasures");
        add(name, render(&PublicErasuresPage { frame, counts }));
    }
    pictures.extend(documents::pictures(language));
    pictures
}

/// A search with hits of every kind, one that found nothing, one for each refusal, and those of the public.
fn searches(member: &Frame, public: &Frame) -> Vec<(&'static str, SearchShown)> {
    let shown = |typed: &str, frame: &Frame, is_public: bool| SearchShown {
        frame: frame
            .clone()
            .without_search_box()
            .headed(if is_public { "public-search-all" } else { "search" }),
        asked: Asked {
            words: typed.to_owned(),
            ..Asked::default()
        },
        is_public,
        plans: if is_public {
            Vec::new()
        } else {
            vec![sample::plan_summary(); 2]
        },
        refusal: SearchQuery::read(typed).err(),
        groups: Vec::new(),
        counts: Vec::new(),
    };
    let group = |kind, is_whole, next| Group {
        kind,
        count: SearchCount {
            count: 200,
            is_more: kind == SearchKind::Report,
        },
        page: SearchPage {
            hits: sample::search_hits(kind),
            next,
            is_whole,
        },
    };
    let next = sample::search_hits(SearchKind::Task).first().map(SearchCursor::of);
    let counts = SearchKind::ALL
        .map(|kind| (kind, group(kind, true, None).count))
        .to_vec();
    vec![
        (
            "search",
            SearchShown {
                groups: SearchKind::ALL
                    .map(|kind| {
                        group(
                            kind,
                            kind != SearchKind::Plan,
                            next.filter(|_| kind == SearchKind::Task),
                        )
                    })
                    .into(),
                counts: counts.clone(),
                ..shown("增长8% 就业", member, false)
            },
        ),
        (
            "search-kind",
            SearchShown {
                asked: Asked {
                    words: "增长".to_owned(),
                    kind: Some(SearchKind::Report),
                    plan: Some(sample::plan().id),
                    after: next,
                },
                groups: vec![group(SearchKind::Report, false, next)],
                counts,
                ..shown("增长", member, false)
            },
        ),
        (
            "search-nothing",
            SearchShown {
                asked: Asked {
                    words: "没有的词<b>".to_owned(),
                    plan: Some(sample::plan().id),
                    ..Asked::default()
                },
                ..shown("没有的词", member, false)
            },
        ),
        ("search-empty", shown("", member, false)),
        ("search-too-short", shown("水", member, false)),
        ("search-too-long", shown(&"长".repeat(101), member, false)),
        (
            "public-search",
            SearchShown {
                groups: vec![group(SearchKind::Task, true, next)],
                ..shown("增长", public, true)
            },
        ),
        ("public-search-nothing", shown("没有的词", public, true)),
        ("public-search-empty", shown("", public, true)),
    ]
}

pub(crate) fn render(page: &impl Template) -> String {
    page.render().unwrap()
}

fn folder() -> PathBuf {
    // The folder of a build holds `deps/<this test>`; the pages go beside it.
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().join("pages")
}

#[test]
fn every_page_is_whole_in_both_languages() {
    for language in Language::ALL {
        let folder = folder().join(language.code());
        std::fs::create_dir_all(folder.join("../static")).unwrap();
        std::fs::write(
            folder.join("../static/luoshi.css"),
            include_str!("../static/luoshi.css"),
        )
        .unwrap();
        std::fs::write(folder.join("../static/mark.svg"), include_str!("../static/mark.svg")).unwrap();
        for (name, text) in pictures(language) {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("{name}.html")), &text).unwrap();
            assert!(
                !text.contains('⟦'),
                "{name} in {} misses a text: {}",
                language.code(),
                hole(&text)
            );
            assert_eq!(text.matches("<h1>").count(), 1, "{name} has one heading");
            assert!(!text.contains("<h1></h1>"), "{name} has a heading with words");
            assert!(
                !text.contains(" style=") && !text.contains("<script"),
                "{name} has no inline style or script"
            );
        }
    }
}

fn hole(text: &str) -> &str {
    let start = text.find('⟦').unwrap_or(0);
    let end = text[start..].find('⟧').map_or(text.len(), |length| start + length);
    &text[start..end]
}

#[test]
fn every_refusal_says_why_and_what_next() {
    for language in Language::ALL {
        for refusal in Refusal::ALL {
            for key in [
                format!("refusal-{}", refusal.code()),
                format!("refusal-{}.next", refusal.code()),
            ] {
                assert!(language::find(language, &key).is_some(), "{key} in {}", language.code());
            }
        }
    }
    let page = render(&error::ErrorPage::of(
        &Failure::Refused(Refusal::OwnHouse),
        frame(Language::Chinese, &[Role::Supervisor], Place::Nowhere),
        "r000001",
    ));
    assert!(page.contains("回避") || page.contains("本单位"), "{page}");
}

#[test]
fn every_stable_word_is_worded() {
    let mut keys = Vec::new();
    let mut add = |prefix: &str, codes: Vec<&str>| {
        keys.extend(
            codes
                .into_iter()
                .map(|code| format!("{prefix}{}", code.replace('_', "-"))),
        );
    };
    add("light-", Colour::ALL.map(Colour::code).to_vec());
    add("proof-", Proof::ALL.map(Proof::code).to_vec());
    add("role-", Role::ALL.map(Role::code).to_vec());
    add("party-", PartyRole::ALL.map(PartyRole::code).to_vec());
    add("task-kind-", TaskKind::ALL.map(TaskKind::code).to_vec());
    add(
        "organisation-kind-",
        OrganisationKind::ALL.map(OrganisationKind::code).to_vec(),
    );
    add(
        "method-",
        VerificationMethod::ALL.map(VerificationMethod::code).to_vec(),
    );
    add("stage-", ReturnStage::ALL.map(ReturnStage::code).to_vec());
    add(
        "publication-",
        [Publication::Withheld, Publication::Open]
            .map(Publication::code)
            .to_vec(),
    );
    add(
        "state-",
        sample::report_states()
            .iter()
            .map(|state| state.code())
            .chain(["none"])
            .collect(),
    );
    add("ground-", ErasureGround::ALL.map(ErasureGround::code).to_vec());
    add(
        "job-",
        luoshi_app::job::Job::ALL.map(luoshi_app::job::Job::code).to_vec(),
    );
    add(
        "erasure-progress-",
        sample::erasures().iter().map(|view| view.progress.code()).collect(),
    );
    add("text-name-", TextName::ALL.map(TextName::code).to_vec());
    add("event-", EventKind::ALL.iter().map(|kind| kind.code()).collect());
    add(
        "reason-",
        sample::lights().iter().map(|light| light.reason.code()).collect(),
    );
    add("search-kind-", SearchKind::ALL.map(SearchKind::code).to_vec());
    add("search-all-of-", SearchKind::ALL.map(SearchKind::code).to_vec());
    add("search-field-", SearchField::ALL.map(SearchField::code).to_vec());
    add("search-refusal-", SearchRefusal::ALL.map(SearchRefusal::code).to_vec());
    // The shipped policy is the parser's; the words for its reasons are needed here.
    let policy = include_str!("../../luoshi-parse/words/scope-policy-1.toml");
    let reasons: Vec<&str> = policy
        .lines()
        .filter_map(|line| line.strip_prefix("reason = \"")?.strip_suffix('"'))
        .collect();
    assert!(reasons.len() > 3, "the policy file has another form now");
    add("scope-", reasons);
    for language in Language::ALL {
        for key in &keys {
            let values = ["due", "completion", "planned", "gap", "count"].map(|name| (name, language::Value::Count(1)));
            let words = language::say_with(language, key, &values);
            assert!(!words.contains('⟦'), "{key} in {}", language.code());
        }
    }
}
