//! Histories made up from seeds: people at random do things that are allowed and things that are not, in groups, with keys used again, with
//! a clock that jumps, an answer that is lost, a process that is killed and one that is started again. After each step the site is compared
//! with a model that knows the rules in a few lines, and at the end everything that was begun is carried to its end.
//!
//! The same seed makes the same history, so a failure names its seed. Threads, sockets and torn writes are for `luoshi-torture`.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, ToSpan};
use luoshi_app::{AppError, Clock, Done, Request, account::NewAccount};
use luoshi_ledger::{
    Actor, ActorIdentity, Command, Role, Stream,
    command::{ApproveReport, PublishTasks, ReturnReport, SubmitReport, VerifyReport},
    ids::{OrganisationId, PlanId, ReportId, TaskId},
    period::{Period, day_in_china},
    report::VerificationMethod,
    task::Publication,
    view::LedgerRow,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    site::{Site, open},
    tampering::copy,
};

/// Histories in the usual run; `LUOSHI_TEST_SEEDS` asks for more.
const SEEDS: u64 = 8;
/// Steps of a history.
const STEPS: usize = 60;

/// What the model knows of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    period: Period,
    version: u64,
    state: &'static str,
    done: String,
    completion: Option<u8>,
    submitted_by: ActorIdentity,
    first_submitted_at: Timestamp,
}

/// A request that was carried out under a key.
struct Kept {
    command: Command,
    receipt: String,
}

struct World {
    seed: u64,
    dice: StdRng,
    site: Site,
    plan: PlanId,
    rows: Vec<LedgerRow>,
    people: Vec<Actor>,
    reports: BTreeMap<ReportId, (OrganisationId, TaskId, Known)>,
    published: BTreeMap<TaskId, Publication>,
    kept: BTreeMap<(usize, String), Kept>,
    /// Size and root of the latest checkpoint that was seen.
    checkpoint: (u64, String),
    /// When something was recorded last.
    latest_instant: Timestamp,
    /// A model with one rule wrong, for the control: it lets a report be handed in that waits for its head.
    is_lenient: bool,
}

impl World {
    async fn begin(seed: u64) -> Self {
        let (site, plan) = Site::issued().await;
        let rows = site.rows(plan);
        let supervisor = site.supervisor().await;
        let mut accounts = Vec::new();
        let mut bodies: Vec<OrganisationId> = rows.iter().flat_map(|row| &row.reporters).map(|(id, _)| *id).collect();
        bodies.sort_unstable();
        bodies.dedup();
        for (number, body) in bodies.iter().enumerate() {
            for role in [Role::Clerk, Role::Head] {
                accounts.push(NewAccount {
                    sign_in_name: format!("{}{number}", role.code()),
                    display_name: format!("{}{number}", role.code()),
                    roles: vec![role],
                    organisation: *body,
                    password: None,
                });
            }
        }
        let opened = site
            .app
            .open_accounts(&Actor::console(), accounts.clone())
            .await
            .unwrap();
        let mut people = vec![supervisor];
        people.extend(accounts.iter().zip(opened).map(|(account, opened)| Actor {
            identity: ActorIdentity::Account(opened.account),
            organisation: Some(account.organisation),
            roles: account.roles.clone(),
        }));
        site.at("2026-03-20T02:00:00Z");
        let latest_instant = site.app.now();
        Self {
            seed,
            dice: StdRng::seed_from_u64(seed),
            published: rows.iter().map(|row| (row.task, row.publication)).collect(),
            site,
            plan,
            rows,
            people,
            reports: BTreeMap::new(),
            kept: BTreeMap::new(),
            checkpoint: (0, String::new()),
            latest_instant,
            is_lenient: false,
        }
    }

    fn below(&mut self, end: usize) -> usize {
        self.dice.random_range(0..end)
    }

    /// Something that somebody asks for, sensible or not.
    fn command(&mut self) -> Command {
        let known: Vec<ReportId> = self.reports.keys().copied().collect();
        let kind = self.below(10);
        if kind < 4 || known.is_empty() {
            let place = self.below(self.rows.len());
            let row = &self.rows[place];
            let (task, mut bodies): (TaskId, Vec<OrganisationId>) =
                (row.task, row.reporters.iter().map(|(id, _)| *id).collect());
            // Now and then a body that has nothing to report there.
            bodies.extend(self.people.iter().filter_map(|person| person.organisation).take(1));
            let organisation = bodies[self.below(bodies.len())];
            let months = self.below(4) as i32 - 2;
            let today = day_in_china(self.site.app.now());
            let period = Period::of(today.saturating_add(months.months()));
            let (task, organisation, period) = if known.is_empty() || self.below(2) == 0 {
                (task, organisation, period)
            } else {
                // One that is there already.
                let report = known[self.below(known.len())];
                let (organisation, task, known) = &self.reports[&report];
                (*task, *organisation, known.period)
            };
            let percent = self.below(103) as u8;
            return Command::SubmitReport(SubmitReport {
                task,
                organisation,
                period,
                values: Vec::new(),
                completion: (percent > 2).then(|| percent - 2),
                done: if percent == 50 {
                    String::new()
                } else {
                    format!("完成{percent}%")
                },
                problems: String::new(),
                help_wanted: String::new(),
                next_step: "继续推进".to_owned(),
                evidence: Vec::new(),
            });
        }
        let report = known[self.below(known.len())];
        match kind {
            4 | 5 => Command::ApproveReport(ApproveReport { report }),
            6 => Command::ReturnReport(ReturnReport {
                report,
                reason: if self.below(6) == 0 {
                    " ".to_owned()
                } else {
                    "请补充".to_owned()
                },
            }),
            7 | 8 => Command::VerifyReport(VerifyReport {
                report,
                method: VerificationMethod::Documents,
                values: Vec::new(),
                completion: Some(self.below(101) as u8),
                conclusion: "属实".to_owned(),
            }),
            _ => {
                let place = self.below(self.rows.len());
                Command::PublishTasks(PublishTasks {
                    plan: self.plan,
                    tasks: vec![self.rows[place].task],
                    publication: if self.below(2) == 0 {
                        Publication::Open
                    } else {
                        Publication::Withheld
                    },
                })
            }
        }
    }

    /// Who asks for it: mostly somebody whose part it is, else anybody.
    fn somebody(&mut self, command: &Command) -> usize {
        let (role, body) = match command {
            Command::SubmitReport(command) => (Role::Clerk, Some(command.organisation)),
            Command::ApproveReport(command) => (Role::Head, Some(self.reports[&command.report].0)),
            Command::ReturnReport(command) => match &self.reports[&command.report] {
                (body, _, known) if known.state == "submitted" => (Role::Head, Some(*body)),
                _ => (Role::Supervisor, None),
            },
            _ => (Role::Supervisor, None),
        };
        if self.below(4) == 0 {
            return self.below(self.people.len());
        }
        self.person(role, body).unwrap_or_default()
    }

    /// Whether the rules allow it: the few lines that the ledger is held against.
    fn allows(&self, actor: &Actor, command: &Command, now: Timestamp) -> bool {
        let is = |role, body: OrganisationId| actor.has(role) && actor.organisation == Some(body);
        match command {
            Command::SubmitReport(command) => {
                let Some(row) = self.rows.iter().find(|row| row.task == command.task) else {
                    return false;
                };
                let id = ReportId::of(command.task, command.organisation, command.period);
                is(Role::Clerk, command.organisation)
                    && row.reporters.iter().any(|(body, _)| *body == command.organisation)
                    && command.period <= Period::of(day_in_china(now))
                    && command.period.year() >= 2026
                    && !command.done.is_empty()
                    && self.reports.get(&id).is_none_or(|(_, _, known)| match known.state {
                        "returned" => true,
                        "submitted" => self.is_lenient,
                        _ => false,
                    })
            }
            Command::ApproveReport(command) => {
                let (body, _, known) = &self.reports[&command.report];
                is(Role::Head, *body) && known.state == "submitted" && known.submitted_by != actor.identity
            }
            Command::ReturnReport(command) => {
                let (body, _, known) = &self.reports[&command.report];
                let is_its_turn = match known.state {
                    "submitted" => is(Role::Head, *body),
                    "approved" => actor.has(Role::Supervisor),
                    _ => false,
                };
                is_its_turn && !command.reason.trim().is_empty()
            }
            Command::VerifyReport(command) => {
                let (_, _, known) = &self.reports[&command.report];
                actor.has(Role::Supervisor) && known.state == "approved"
            }
            Command::PublishTasks(command) => {
                actor.has(Role::Supervisor) && self.published[&command.tasks[0]] != command.publication
            }
            _ => false,
        }
    }

    fn note(&mut self, actor: &Actor, command: &Command, now: Timestamp) {
        let mut step = |report: ReportId, state| {
            if let Some((_, _, known)) = self.reports.get_mut(&report) {
                known.version += 1;
                known.state = state;
            }
        };
        match command {
            Command::SubmitReport(command) => {
                let id = ReportId::of(command.task, command.organisation, command.period);
                let before = self.reports.get(&id).map(|(_, _, known)| known);
                let known = Known {
                    period: command.period,
                    version: before.map_or(0, |known| known.version) + 1,
                    state: "submitted",
                    done: command.done.clone(),
                    completion: command.completion,
                    submitted_by: actor.identity,
                    first_submitted_at: before.map_or(now, |known| known.first_submitted_at),
                };
                self.reports.insert(id, (command.organisation, command.task, known));
            }
            Command::ApproveReport(command) => step(command.report, "approved"),
            Command::ReturnReport(command) => step(command.report, "returned"),
            Command::VerifyReport(command) => step(command.report, "verified"),
            Command::PublishTasks(command) => {
                self.published.insert(command.tasks[0], command.publication);
            }
            _ => {}
        }
    }

    /// A few people at once, in the order in which they are heard.
    async fn ask(&mut self) {
        let mut asked = Vec::new();
        for _ in 0..=self.below(3) {
            let command = self.command();
            let person = self.somebody(&command);
            let used: Vec<(usize, String)> = self
                .kept
                .keys()
                .filter(|(whose, _)| *whose == person)
                .cloned()
                .collect();
            // A key that was used before, for the same thing or, by mistake, for another one.
            let (key, command) = if !used.is_empty() && self.below(5) == 0 {
                let place = used[self.below(used.len())].clone();
                let again = self.below(2) == 0;
                let command = if again {
                    self.kept[&place].command.clone()
                } else {
                    command
                };
                (place.1, command)
            } else {
                (format!("key-{}", self.dice.random_range(0..u64::MAX)), command)
            };
            let expected = match &command {
                Command::ApproveReport(command) => Some(command.report),
                Command::VerifyReport(command) => Some(command.report),
                _ => None,
            };
            let expected = expected.and_then(|report| {
                let (_, _, known) = self.reports.get(&report)?;
                // Somebody who looked at it some time ago.
                let seen = known
                    .version
                    .saturating_sub(u64::from(self.dice.random_range(0..4_u8) == 0));
                Some((Stream::Report(report), seen))
            });
            asked.push((
                person,
                Request {
                    command,
                    expected,
                    idempotency_key: Some(key),
                },
            ));
        }
        let now = self.site.app.now();
        assert!(now >= self.latest_instant, "seed {}: time goes back", self.seed);
        let app = Arc::clone(&self.site.app);
        let answers: Vec<_> = asked
            .iter()
            .map(|(person, request)| {
                let (app, actor, request) = (Arc::clone(&app), self.people[*person].clone(), request.clone());
                Box::pin(async move { app.execute(&actor, request).await })
            })
            .collect();
        let answers = futures_util::future::join_all(answers).await;
        for ((person, request), answer) in asked.iter().zip(answers) {
            self.judge(*person, request, answer, now);
        }
        for (person, request) in asked {
            // The answer was lost on the way, and the request is made again.
            if self.below(4) == 0 {
                let actor = self.people[person].clone();
                let again = app.execute(&actor, request.clone()).await;
                self.judge(person, &request, again, now);
            }
        }
    }

    fn judge(&mut self, person: usize, request: &Request, answer: Result<Done, AppError>, now: Timestamp) {
        let seed = self.seed;
        let actor = self.people[person].clone();
        let key = (person, request.idempotency_key.clone().unwrap_or_default());
        if let Some(kept) = self.kept.get(&key) {
            if kept.command == request.command {
                let done = answer.unwrap_or_else(|error| panic!("seed {seed}: a repetition failed: {error}"));
                assert!(
                    done.repeated && done.receipt == kept.receipt,
                    "seed {seed}: {request:?}"
                );
            } else {
                assert!(matches!(answer, Err(AppError::KeyReused)), "seed {seed}: {answer:?}");
            }
            return;
        }
        let is_current = request.expected.is_none_or(|(stream, version)| match stream {
            Stream::Report(report) => self.reports[&report].2.version == version,
            _ => true,
        });
        let allowed = self.allows(&actor, &request.command, now);
        match answer {
            Ok(done) => {
                assert!(
                    allowed && is_current && !done.repeated,
                    "seed {seed}: accepted {request:?}"
                );
                self.note(&actor, &request.command, now);
                self.latest_instant = now;
                let kept = Kept {
                    command: request.command.clone(),
                    receipt: done.receipt,
                };
                self.kept.insert(key, kept);
            }
            Err(AppError::Conflict) => assert!(!is_current, "seed {seed}: conflict at {request:?}"),
            Err(AppError::Refused(_) | AppError::Forbidden | AppError::NotFound) => {
                assert!(!allowed, "seed {seed}: refused {request:?}");
            }
            Err(error) => panic!("seed {seed}: {error} at {request:?}"),
        }
    }

    /// What is in the ledger, held against the model.
    fn compare(&self) {
        let seed = self.seed;
        let console = Actor::console();
        for (id, (_, _, known)) in &self.reports {
            let report = self.site.app.report(&console, *id).unwrap().unwrap().report;
            let found = Known {
                period: report.period,
                version: report.version,
                state: report.state.code(),
                done: report.done.clone(),
                completion: report.completion,
                submitted_by: report.submitted_by,
                first_submitted_at: report.first_submitted_at,
            };
            assert_eq!(&found, known, "seed {seed}: {id}");
        }
        let mut count = 0;
        for row in self.site.rows(self.plan) {
            let before = self.rows.iter().find(|before| before.task == row.task).unwrap();
            assert_eq!(
                (&row.text, &row.targets),
                (&before.text, &before.targets),
                "seed {seed}"
            );
            assert_eq!(row.publication, self.published[&row.task], "seed {seed}");
            let counts =
                |(_, task, known): &(OrganisationId, TaskId, Known)| *task == row.task && known.state != "returned";
            let has_any = self.reports.values().any(counts);
            assert_eq!(row.latest.is_some(), has_any, "seed {seed}: {}", row.number);
            count += self.site.app.task(&console, row.task).unwrap().unwrap().reports.len();
        }
        assert_eq!(count, self.reports.len(), "seed {seed}");
    }

    /// The log takes in what has gathered, and only ever grows.
    async fn integrate(&mut self) {
        self.site.app.drain_jobs().await.unwrap();
        let Some(checkpoint) = self.site.app.checkpoint() else {
            return;
        };
        let mut lines = checkpoint.lines().skip(1);
        let size: u64 = lines.next().unwrap().parse().unwrap();
        let root = lines.next().unwrap().to_owned();
        let seed = self.seed;
        assert!(size >= self.checkpoint.0, "seed {seed}: the log became shorter");
        if size == self.checkpoint.0 {
            assert_eq!(root, self.checkpoint.1, "seed {seed}: the log was rewritten");
        }
        self.checkpoint = (size, root);
    }

    /// A process ends. Killed, it leaves its files as they lie; nothing of it is closed, and it writes on into what nobody will read.
    fn start_again(&mut self, killed: bool) {
        if !killed {
            let folder = std::mem::replace(&mut self.site.folder, tempfile::tempdir().unwrap());
            let clock = Arc::clone(&self.site.clock);
            let unused = tempfile::tempdir().unwrap();
            // The old one is gone before the new one opens.
            drop(std::mem::replace(&mut self.site.app, open(unused.path(), &clock)));
            self.site = Site {
                app: open(folder.path(), &clock),
                clock,
                folder,
            };
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        copy(self.site.folder.path(), folder.path());
        let clock = Arc::clone(&self.site.clock);
        self.site = Site {
            app: open(folder.path(), &clock),
            clock,
            folder,
        };
    }

    fn move_clock(&mut self) {
        let wall = self.site.clock.now();
        let hours = match self.below(12) {
            0 => -24 * (1 + self.below(400) as i64),
            1 => 24 * (1 + self.below(40) as i64),
            _ => self.below(60) as i64,
        };
        // It stays in the years of the plan, and is set right again after it was set back.
        let moved = wall.max(self.latest_instant).saturating_add(hours.hours()).unwrap();
        self.site.clock.set(moved.clamp(
            "2025-01-01T00:00:00Z".parse().unwrap(),
            "2027-12-01T00:00:00Z".parse().unwrap(),
        ));
    }

    async fn step(&mut self) {
        match self.below(20) {
            0 => self.start_again(true),
            1 => self.start_again(false),
            2 | 3 => self.integrate().await,
            4..=6 => self.move_clock(),
            7 => self.compare(),
            _ => self.ask().await,
        }
    }

    /// After the last fault everything that was begun comes to its end.
    async fn settle(&mut self) {
        let seed = self.seed;
        self.site.clock.set(self.latest_instant);
        let waiting: Vec<(ReportId, OrganisationId, &'static str)> = self
            .reports
            .iter()
            .map(|(id, (body, _, known))| (*id, *body, known.state))
            .collect();
        for (report, body, state) in waiting {
            if state == "submitted" {
                let head = self.person(Role::Head, Some(body)).unwrap();
                self.must(head, Command::ApproveReport(ApproveReport { report })).await;
            }
            if matches!(state, "submitted" | "approved") {
                let supervisor = self.person(Role::Supervisor, None).unwrap();
                let verify = VerifyReport {
                    report,
                    method: VerificationMethod::Sample,
                    values: Vec::new(),
                    completion: None,
                    conclusion: String::new(),
                };
                self.must(supervisor, Command::VerifyReport(verify)).await;
            }
        }
        self.compare();
        assert!(
            self.reports
                .values()
                .all(|(_, _, known)| matches!(known.state, "verified" | "returned")),
            "seed {seed}"
        );
        self.integrate().await;
        let found = self.site.app.verify(&mut |_, _| {}).unwrap();
        assert!(found.is_sound(), "seed {seed}: {found:#?}");
    }

    fn person(&self, role: Role, body: Option<OrganisationId>) -> Option<usize> {
        let is_asked = |person: &Actor| person.has(role) && body.is_none_or(|body| person.organisation == Some(body));
        self.people.iter().position(is_asked)
    }

    async fn must(&mut self, person: usize, command: Command) {
        let request = Request {
            idempotency_key: Some(format!("last-{}", self.kept.len())),
            ..Request::from(command)
        };
        let now = self.site.app.now();
        let actor = self.people[person].clone();
        let answer = self.site.app.execute(&actor, request.clone()).await;
        assert!(answer.is_ok(), "seed {}: {answer:?}", self.seed);
        self.judge(person, &request, answer, now);
    }
}

#[tokio::test]
async fn histories_from_seeds_agree_with_the_model() {
    let asked = luoshi_equipment::variable("LUOSHI_TEST_SEEDS");
    let seeds = asked.map_or(SEEDS, |seeds| seeds.to_str().unwrap().parse().unwrap());
    for seed in 0..seeds {
        let mut world = World::begin(seed).await;
        for _ in 0..STEPS {
            world.step().await;
        }
        world.settle().await;
        assert!(!world.reports.is_empty(), "seed {seed} did nothing");
    }
}

#[tokio::test]
#[should_panic(expected = "refused")]
async fn a_model_with_one_rule_wrong_does_not_agree() {
    for seed in 0..SEEDS {
        let mut world = World::begin(seed).await;
        world.is_lenient = true;
        for _ in 0..STEPS {
            world.step().await;
        }
    }
}
