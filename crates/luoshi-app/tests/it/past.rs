//! The ledger as of a past day: the same pages as were seen then, whatever was recorded since.

use luoshi_app::{AppError, Request, Standpoint, document::Upload, erasure::NewErasure, ledger::LedgerPage};
use luoshi_ledger::{
    Actor, AsOf, AsOfClock, Command, Role,
    command::{ApproveReport, ConfirmErasure, IssuePlan, NameReporter, PublishTasks, ReturnReport, SubmitReport},
    erasure::ErasureGround,
    ids::{PlanId, ReportId, TaskId},
    report::ReportState,
    task::{Publication, Reporting},
    text::ERASED,
    view::{Extent, LedgerFilter, TaskView},
};

use crate::site::{DOCUMENT, Site};

fn known(day: &str) -> Option<AsOf> {
    Some(AsOf {
        day: day.parse().unwrap(),
        clock: AsOfClock::Known,
    })
}

fn actual(day: &str) -> Option<AsOf> {
    Some(AsOf {
        day: day.parse().unwrap(),
        clock: AsOfClock::True,
    })
}

/// A ledger and one of its tasks.
type Seen = (Option<LedgerPage>, Option<TaskView>);

/// What the ledger and the first task look like to the console.
fn seen(standpoint: &Standpoint<'_>, plan: PlanId, task: TaskId) -> Seen {
    let console = Actor::console();
    let page = standpoint.ledger(&console, plan, &LedgerFilter::default()).unwrap();
    let mut view = standpoint.task(&console, task, Extent::Whole).unwrap();
    for entry in view.iter_mut().flat_map(|view| &mut view.timeline) {
        // The log goes on: a leaf that had no place then has one now.
        entry.leaf_index = None;
    }
    (page, view)
}

/// A site with the steps of some months, and what was seen at the end of each day on which something happened.
struct History {
    site: Site,
    plan: PlanId,
    task: TaskId,
    days: Vec<(&'static str, Seen)>,
}

impl History {
    async fn write() -> Self {
        let site = Site::new();
        let plan = site.adopt().await;
        let rows = site.rows(plan);
        let (task, body) = (rows[0].task, rows[0].reporters[0].0);
        let mut history = Self {
            site,
            plan,
            task,
            days: Vec::new(),
        };
        history.day_ends("2026-03-02").await;
        history.day_begins("2026-03-04");
        history
            .give(
                &Actor::console(),
                Command::IssuePlan(IssuePlan {
                    plan,
                    effective_on: None,
                }),
            )
            .await;
        let clerk = history.site.person("填报", Role::Clerk, body).await;
        let head = history.site.person("审核", Role::Head, body).await;
        history.day_ends("2026-03-04").await;
        let period = "2026-03".parse().unwrap();
        let report = ReportId::of(task, body, period);
        let submit = |done: &str, completion| {
            Command::SubmitReport(SubmitReport {
                task,
                organisation: body,
                period,
                values: Vec::new(),
                completion: Some(completion),
                done: done.to_owned(),
                problems: String::new(),
                help_wanted: String::new(),
                next_step: String::new(),
                evidence: Vec::new(),
            })
        };
        history.day_begins("2026-03-20");
        history.give(&clerk, submit("开工", 20)).await;
        history.day_ends("2026-03-20").await;
        history.day_begins("2026-03-24");
        let back = ReturnReport {
            report,
            reason: "缺数据".to_owned(),
        };
        history.give(&head, Command::ReturnReport(back)).await;
        history.give(&clerk, submit("开工，完成一成", 10)).await;
        history.day_ends("2026-03-24").await;
        history.day_begins("2026-04-01");
        history
            .give(&head, Command::ApproveReport(ApproveReport { report }))
            .await;
        let publish = PublishTasks {
            plan,
            tasks: vec![task, rows[1].task],
            publication: Publication::Open,
        };
        history.give(&Actor::console(), Command::PublishTasks(publish)).await;
        history.day_ends("2026-04-01").await;
        // Nothing happens, and lights turn all the same.
        history.day_begins("2026-05-28");
        history.day_ends("2026-05-28").await;
        history.day_begins("2026-06-10");
        let name = NameReporter {
            task: rows[4].task,
            reporting: Reporting::Single { organisation: body },
            due: None,
            effective_on: None,
        };
        history.give(&Actor::console(), Command::NameReporter(name)).await;
        let withhold = PublishTasks {
            plan,
            tasks: vec![rows[1].task],
            publication: Publication::Withheld,
        };
        history.give(&Actor::console(), Command::PublishTasks(withhold)).await;
        history.day_ends("2026-06-10").await;
        history.site.at("2026-06-20T02:00:00Z");
        history.site.app.drain_jobs().await.unwrap();
        history
    }

    fn day_begins(&self, day: &str) {
        self.site.at(&format!("{day}T01:00:00Z"));
    }

    async fn give(&self, actor: &Actor, command: Command) {
        self.site.app.execute(actor, Request::from(command)).await.unwrap();
    }

    async fn day_ends(&mut self, day: &'static str) {
        self.site.at(&format!("{day}T15:59:00Z"));
        self.site.app.drain_jobs().await.unwrap();
        let seen = seen(&self.site.app.present(), self.plan, self.task);
        self.days.push((day, seen));
    }

    async fn standpoint(&self, as_of: Option<AsOf>) -> Standpoint<'_> {
        self.site.app.standpoint(as_of, Some(&Actor::console())).await.unwrap()
    }
}

#[tokio::test]
async fn a_past_day_is_what_was_seen_then() {
    let history = History::write().await;
    for (day, seen_then) in &history.days {
        // Everything was recorded as it happened, so both clocks tell the same, from the day on which the plan was adopted.
        for as_of in [known(day), actual(day)] {
            let standpoint = history.standpoint(as_of).await;
            assert_eq!(standpoint.today().to_string(), *day);
            assert_eq!(standpoint.past().unwrap().as_of, as_of.unwrap());
            assert_eq!(seen(&standpoint, history.plan, history.task), *seen_then, "{as_of:?}");
        }
    }
    let before = history.standpoint(known("2026-03-01")).await;
    assert_eq!(seen(&before, history.plan, history.task), (None, None));
    // Days between those on which something happened have lights of their own.
    let between = history.standpoint(known("2026-04-30")).await;
    assert_eq!(between.today().to_string(), "2026-04-30");
    // Nothing is left behind in the folder, also while past days are kept.
    let scratch = history.site.folder.path().join("scratch");
    assert_eq!(std::fs::read_dir(scratch).unwrap().count(), 0);
}

#[tokio::test]
async fn today_is_the_present_and_tomorrow_is_refused() {
    let history = History::write().await;
    let today = history.standpoint(known("2026-06-20")).await;
    assert_eq!(today.past(), None);
    let tomorrow = history.site.app.standpoint(known("2026-06-21"), None).await;
    assert!(matches!(tomorrow, Err(AppError::FutureDay)));
}

#[tokio::test]
async fn what_was_withheld_again_is_withheld_from_every_past_day() {
    let history = History::write().await;
    let app = &history.site.app;
    let numbers = |standpoint: &Standpoint<'_>| -> Vec<u32> {
        let tasks = standpoint.public_tasks(history.plan).unwrap();
        tasks.unwrap_or_default().iter().map(|task| task.number).collect()
    };
    assert_eq!(numbers(&app.present()), [1]);
    // Both were open then, and one is withheld now.
    let open = app.standpoint(known("2026-04-02"), None).await.unwrap();
    assert_eq!(numbers(&open), [1]);
    let rows = history.site.rows(history.plan);
    assert!(open.public_task(rows[0].task).unwrap().is_some());
    assert!(open.public_task(rows[1].task).unwrap().is_none());
    let before = app.standpoint(known("2026-03-25"), None).await.unwrap();
    assert!(before.public_plan(history.plan).unwrap().is_none());
    let data = open.public_plan_json(history.plan).unwrap().unwrap();
    let data: serde_json::Value = serde_json::from_slice(&data).unwrap();
    assert_eq!(
        data["as_of"],
        serde_json::json!({
            "day": "2026-04-02",
            "clock": "known",
            "true_until": "2026-04-02T15:59:59.999999Z",
            "known_until": "2026-04-02T15:59:59.999999Z",
        })
    );
    let now: serde_json::Value =
        serde_json::from_slice(&app.present().public_plan_json(history.plan).unwrap().unwrap()).unwrap();
    assert_eq!(now.get("as_of"), None);
}

/// A plan that was in force before the ledger heard of it: known late, true early.
#[tokio::test]
async fn the_two_clocks_differ_where_something_is_recorded_late() {
    let site = Site::new();
    let upload = Upload {
        file_name: "分解.txt".to_owned(),
        bytes: DOCUMENT.into(),
        date: Some("2026-02-10".parse().unwrap()),
        year: Some(2026),
    };
    let review = site.app.import_document(&Actor::console(), upload).await.unwrap();
    let plan = site.app.adopt_review(&Actor::console(), review, 1, None).await.unwrap();
    let issue = IssuePlan {
        plan,
        effective_on: Some("2026-02-12".parse().unwrap()),
    };
    site.execute(Command::IssuePlan(issue)).await;
    let rows = site.rows(plan);
    let (first, second) = (rows[0].reporters[0].0, rows[1].reporters[0].0);
    site.at("2026-03-10T01:00:00Z");
    let name = NameReporter {
        task: rows[0].task,
        reporting: Reporting::Single { organisation: second },
        due: None,
        effective_on: Some("2026-02-20".parse().unwrap()),
    };
    site.execute(Command::NameReporter(name)).await;
    site.at("2026-03-12T01:00:00Z");
    site.app.drain_jobs().await.unwrap();
    assert!(site.app.verify(&mut |_, _| {}).unwrap().is_sound());
    let page = async |as_of| {
        let standpoint = site.app.standpoint(as_of, Some(&Actor::console())).await.unwrap();
        standpoint
            .ledger(&Actor::console(), plan, &LedgerFilter::default())
            .unwrap()
    };
    let reporter = async |as_of| page(as_of).await.unwrap().rows[0].reporters[0].0;
    assert!(page(known("2026-03-01")).await.is_none());
    assert!(page(actual("2026-02-11")).await.is_none());
    let in_force = page(actual("2026-02-12")).await.unwrap();
    assert!(in_force.plan.issued_at().is_some());
    assert_eq!(in_force.rows.len(), 5);
    assert_eq!(in_force.counts, page(known("2026-03-02")).await.unwrap().counts);
    // The body that was named late reports since the day that was named with it.
    assert_eq!(reporter(known("2026-03-09")).await, first);
    assert_eq!(reporter(known("2026-03-10")).await, second);
    assert_eq!(reporter(actual("2026-02-19")).await, first);
    assert_eq!(reporter(actual("2026-02-20")).await, second);
}

#[tokio::test]
async fn exports_of_a_past_day_say_so() {
    let history = History::write().await;
    let standpoint = history.standpoint(known("2026-03-20")).await;
    let everything = LedgerFilter::default();
    let data = standpoint
        .ledger_json(&Actor::console(), history.plan, &everything)
        .unwrap()
        .unwrap();
    let data: serde_json::Value = serde_json::from_slice(&data).unwrap();
    assert_eq!(data["as_of"]["day"], "2026-03-20");
    assert_eq!(data["tasks"][0]["latest"]["state"], "submitted");
    assert_eq!(data["tasks"][0]["completion"], 20);
    let now = history.site.app.present();
    let now = now
        .ledger_json(&Actor::console(), history.plan, &everything)
        .unwrap()
        .unwrap();
    let now: serde_json::Value = serde_json::from_slice(&now).unwrap();
    assert_eq!(now.get("as_of"), None);
    assert_eq!(now["tasks"][0]["latest"]["state"], "approved");
}

/// Words that are gone are gone from every past day, also from one that was kept before.
#[tokio::test]
async fn erased_words_are_in_no_past_day() {
    let history = History::write().await;
    let words = |standpoint: &Standpoint<'_>| {
        let view = standpoint
            .task(&Actor::console(), history.task, Extent::Whole)
            .unwrap()
            .unwrap();
        let report = &view.reports[0].report;
        assert_eq!(report.state, ReportState::Submitted);
        report.done.clone()
    };
    assert_eq!(words(&history.standpoint(known("2026-03-20")).await), "开工");
    let app = &history.site.app;
    let supervisor = history.site.supervisor().await;
    let second = history
        .site
        .person("督查二", Role::Supervisor, supervisor.organisation.unwrap())
        .await;
    let found = app.texts_containing(&supervisor, "开工").await.unwrap();
    let new = NewErasure {
        ground: ErasureGround::PersonalInformation,
        texts: found.iter().map(|text| text.place).collect(),
        files: Vec::new(),
        explanation: "当事人依法申请".to_owned(),
    };
    let (erasure, _) = app.propose_erasure(&supervisor, new, None).await.unwrap();
    // Kept until it is decided.
    assert_eq!(words(&history.standpoint(known("2026-03-20")).await), "开工");
    history
        .give(&second, Command::ConfirmErasure(ConfirmErasure { erasure }))
        .await;
    assert_eq!(words(&history.standpoint(known("2026-03-20")).await), ERASED);
    assert_eq!(words(&history.standpoint(actual("2026-03-20")).await), ERASED);
    assert!(app.verify(&mut |_, _| {}).unwrap().is_sound());
}

#[tokio::test]
async fn those_who_ask_for_one_day_share_it() {
    let history = History::write().await;
    let app = &history.site.app;
    let console = Actor::console();
    let (left, right) = tokio::join!(
        app.standpoint(known("2026-04-01"), Some(&console)),
        app.standpoint(known("2026-04-01"), Some(&console)),
    );
    history.site.at("2026-06-20T02:05:00Z");
    let later = history.standpoint(known("2026-04-01")).await;
    let made = [left.unwrap(), right.unwrap(), later].map(|standpoint| standpoint.past().unwrap().made_at);
    assert!(made.iter().all(|at| *at == made[0]), "{made:?}");
    // It is not kept for ever.
    history.site.at("2026-06-20T02:30:00Z");
    let again = history.standpoint(known("2026-04-01")).await;
    assert_ne!(again.past().unwrap().made_at, made[0]);
}

/// Making a past day takes a processor for as long as the record is long.
#[tokio::test]
async fn strangers_have_only_so_many_days_made() {
    let history = History::write().await;
    let app = &history.site.app;
    let mut made = 0;
    for day in 1..=20 {
        let day = format!("2026-04-{day:02}");
        match app.standpoint(known(&day), None).await {
            Ok(_) => made += 1,
            Err(error) => assert!(matches!(error, AppError::Preparing), "{error:?}"),
        }
    }
    assert_eq!(made, 6);
    // Whoever is signed in has it made all the same, and then it is there for everybody.
    history.standpoint(known("2026-04-19")).await;
    assert!(app.standpoint(known("2026-04-19"), None).await.is_ok());
    history.site.at("2026-06-20T03:00:00Z");
    assert!(app.standpoint(known("2026-04-20"), None).await.is_ok());
}
