//! The demo site: a document imported through the real import, accounts for each role, and months of reports in all states.
//!
//! It is made beside its folder and moved there whole, so that a folder that is there is complete. It serves nothing.

mod calendar;
mod evidence;
mod prose;
mod story;
mod values;

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    fs, io,
    sync::Arc,
};

use anyhow::anyhow;
use bytes::Bytes;
use futures_util::stream;
use jiff::{Timestamp, ToSpan};
use luoshi_app::{
    App, Clock, Request, SetClock, Surroundings, SystemClock, SystemRandomness,
    account::NewAccount,
    document::{ImportError, Upload},
    files::FileError,
};
use luoshi_intake::{IntakeSettings, intake};
use luoshi_ledger::{
    Actor, ActorIdentity, Command, Role,
    command::{AddTask, IssuePlan, NameReporter, NewTask, PublishTasks},
    evidence::LARGEST_EVIDENCE,
    ids::{AccountId, EvidenceId, OrganisationId, PlanId, ReportId, TaskId},
    organisation::OrganisationKind,
    period::Period,
    plan::deadline,
    task::{Party, Publication, Reporting, Task, TaskKind, Tracking},
    view::{AccountSummary, LedgerFilter, OrganisationSummary},
};
use luoshi_types::{Diagnostic, Language, PartyRole, Severity};

use crate::{
    command::admin::{found_office, missing_accounts, reporters_of},
    failure::Failure,
    site::{self, Place},
    words::Words,
};
use calendar::{Calendar, year_with_history};
use evidence::files_of;
use prose::Prose;
use story::{Deed, Part, Staff, Teller, draft};

/// The plan document of the fictional province, written for the project.
const PLAN: &str = include_str!("../demo/plan.txt");
/// The year that the shipped document is written for. The demo brings it up to the present, so that its lights say something.
const WRITTEN_FOR: i16 = 2026;
/// Name of the shipped document.
const PLAN_FILE: &str = "霁川省重点工作分工意见.txt";
/// The password of every account of the demo that has one. It is printed, since the demo is for showing.
pub(crate) const PASSWORD: &str = "luoshi-demo-2026";
/// The name with which the supervision office signs in.
const SUPERVISOR: &str = "ducha";
/// The names with which clerks and heads of three bodies sign in.
const STAFF: [(&str, &str); 3] = [
    ("tianbao1", "shenhe1"),
    ("tianbao2", "shenhe2"),
    ("tianbao3", "shenhe3"),
];
/// Tasks with localities on which these report jointly with the lead.
const JOINT_TASKS: usize = 2;

/// The document that the demo is made from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Name of its file.
    pub(crate) file_name: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// Whether a task added by hand joins the ones of the document. A document of one's own gives the ledger that it states, task for task.
    pub(crate) with_task_by_hand: bool,
}

/// What a demo site has to show.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    /// Number of tasks.
    pub(crate) tasks: usize,
    /// Number of reports.
    pub(crate) reports: usize,
    /// The accounts with the demo's password.
    pub(crate) accounts: Vec<AccountSummary>,
    /// The sign-in name of an account without one.
    pub(crate) another: Option<String>,
}

/// Why a demo was not made. Nothing is left of it then.
#[derive(Debug)]
pub(crate) enum DemoError {
    /// The document cannot be read or holds no task.
    Unusable(Vec<Diagnostic>),
    /// Something else failed.
    Failure(Failure),
}

impl<T: Into<Failure>> From<T> for DemoError {
    fn from(error: T) -> Self {
        DemoError::Failure(error.into())
    }
}

impl Source {
    /// The shipped document, brought up to the year that has some months of history on `now`.
    pub(crate) fn shipped(now: Timestamp) -> Self {
        let year = year_with_history(now);
        let (this, next) = (WRITTEN_FOR.to_string(), (WRITTEN_FOR + 1).to_string());
        let brought_up: Vec<String> = PLAN
            .split(&next)
            .map(|part| part.replace(&this, &year.to_string()))
            .collect();
        Self {
            file_name: PLAN_FILE.to_owned(),
            bytes: brought_up.join(&(year + 1).to_string()).into_bytes(),
            with_task_by_hand: true,
        }
    }
}

/// The hash under which the site keeps the document.
pub(crate) fn hash(source: &Source) -> String {
    intake(&source.bytes, &source.file_name, &IntakeSettings::default()).sha256
}

/// Whether the site is a demo: somebody signs in with the demo's name for the supervision office.
pub(crate) fn is_demo(app: &Arc<App>) -> Result<bool, Failure> {
    Ok(app
        .accounts(&Actor::console())?
        .iter()
        .any(|account| account.sign_in_name == SUPERVISOR))
}

/// What the demo site has to show.
pub(crate) fn summary(app: &Arc<App>) -> Result<Summary, Failure> {
    let console = Actor::console();
    let fixed: BTreeSet<&str> = STAFF
        .iter()
        .flat_map(|(clerk, head)| [*clerk, *head])
        .chain([SUPERVISOR])
        .collect();
    let (mut accounts, others): (Vec<AccountSummary>, Vec<AccountSummary>) = app
        .accounts(&console)?
        .into_iter()
        .partition(|account| fixed.contains(account.sign_in_name.as_str()));
    let place = |account: &AccountSummary| {
        STAFF
            .iter()
            .position(|(clerk, head)| account.sign_in_name == *clerk || account.sign_in_name == *head)
    };
    // The supervision office first, then body by body, the clerk before the head.
    accounts.sort_by_key(|account| (place(account), !account.roles.contains(&Role::Clerk)));
    let (mut tasks, mut reports) = (0, 0);
    for plan in app.plans(&console)? {
        let Some(page) = app.ledger(&console, plan.id, &LedgerFilter::default())? else {
            continue;
        };
        tasks += page.rows.len();
        for row in &page.rows {
            reports += app.task(&console, row.task)?.map_or(0, |view| view.reports.len());
        }
    }
    Ok(Summary {
        tasks,
        reports,
        accounts,
        another: others.into_iter().map(|account| account.sign_in_name).next(),
    })
}

/// A clock that is put forward from outside while the site uses it.
struct HistoryClock(Arc<SetClock>);

impl Clock for HistoryClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// Makes the demo site at `place`, whose folder is missing or empty.
///
/// # Errors
/// When the document cannot be used, or folder and database cannot.
pub(crate) async fn make(place: &Place, source: &Source) -> Result<(), DemoError> {
    let data = place.data.as_path();
    let now = SystemClock.now();
    let usual_year = year_with_history(now);
    let settings = IntakeSettings {
        year: Some(usual_year),
        ..IntakeSettings::default()
    };
    let found = intake(&source.bytes, &source.file_name, &settings).parsed;
    let errors: Vec<Diagnostic> = found
        .diagnostics
        .into_iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .collect();
    if !errors.is_empty() {
        return Err(DemoError::Unusable(errors));
    }
    let issuer = found.metadata.issuer.map(|issuer| issuer.text);
    let calendar = Calendar::new(now, found.metadata.year.unwrap_or(usual_year));

    let folder_failure = |cause: io::Error| Failure::Folder {
        data: data.to_owned(),
        cause,
    };
    let building = site::beside(data, ".building");
    match fs::remove_dir_all(&building) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(folder_failure(cause).into()),
        _ => {}
    }
    if let Some(parent) = data.parent() {
        fs::create_dir_all(parent).map_err(folder_failure)?;
    }
    let made = write(
        &place.with_data(&building),
        source,
        issuer.as_deref(),
        usual_year,
        calendar,
    )
    .await;
    // The site is closed before it is moved.
    let moved = made.map(drop).and_then(|()| {
        // An empty folder of that name gives way; one that is not empty makes this fail.
        match fs::remove_dir(data) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(folder_failure(cause).into()),
            _ => {}
        }
        fs::rename(&building, data).map_err(|cause| folder_failure(cause).into())
    });
    if moved.is_err() && building.exists() {
        // The first failure is the one to be told; what this one would leave behind is removed by the next start.
        let _second_failure = fs::remove_dir_all(&building);
    }
    moved
}

async fn write(
    building: &Place,
    source: &Source,
    issuer: Option<&str>,
    usual_year: i16,
    calendar: Calendar,
) -> Result<Arc<App>, DemoError> {
    let clock = Arc::new(SetClock::new(calendar.at(calendar.begin, 9, 0)));
    let surroundings = Surroundings {
        clock: Box::new(HistoryClock(Arc::clone(&clock))),
        randomness: Box::new(SystemRandomness),
    };
    let app = site::open_with(building, surroundings)?;
    let author = Author {
        app: &app,
        clock: &clock,
        calendar,
        prose: Prose::shipped()?,
        with_task_by_hand: source.with_task_by_hand,
    };

    let (office, _) = found_office(&app, &format!("{}督查室", issuer.unwrap_or_default())).await?;
    let supervisor = author.open(SUPERVISOR, "督查员", Role::Supervisor, office).await?;
    let plan = author.import(&supervisor, source, usual_year).await?;
    let cast = author.cast(&supervisor, plan).await?;
    author.history(&supervisor, plan, &cast).await?;
    clock.set(calendar.now);
    author.leave_draft(plan, &cast).await?;
    app.drain_jobs().await?;
    Ok(app)
}

fn not_added(error: FileError) -> Failure {
    match error {
        FileError::App(error) => error.into(),
        other => Failure::Defect(other.into()),
    }
}

/// The people of the demo.
struct Cast {
    /// By body; every reporting body has its staff.
    staff: BTreeMap<OrganisationId, Staff>,
    /// The bodies whose accounts have the demo's password, in order.
    principal: Vec<OrganisationId>,
    /// Who reports on a task, where that is more than the body of the review.
    joint: BTreeMap<TaskId, Vec<OrganisationId>>,
    /// Short names of bodies.
    names: BTreeMap<OrganisationId, String>,
}

/// Writes the demo into its site.
struct Author<'a> {
    app: &'a Arc<App>,
    clock: &'a SetClock,
    with_task_by_hand: bool,
    calendar: Calendar,
    prose: Prose,
}

impl Author<'_> {
    /// Opens an account with the demo's password.
    async fn open(&self, name: &str, shown: &str, role: Role, body: OrganisationId) -> Result<Actor, Failure> {
        let account = NewAccount {
            sign_in_name: name.to_owned(),
            display_name: shown.to_owned(),
            roles: vec![role],
            organisation: body,
            password: Some(PASSWORD.to_owned()),
        };
        let opened = self.app.open_accounts(&Actor::console(), vec![account]).await?;
        let id = opened
            .first()
            .map(|opened| opened.account)
            .ok_or_else(|| anyhow!("no account was opened"))?;
        Ok(actor(id, role, body))
    }

    /// The way that a document of the office takes: received, laid out for review, adopted.
    async fn import(&self, supervisor: &Actor, source: &Source, year: i16) -> Result<PlanId, DemoError> {
        let upload = Upload {
            file_name: source.file_name.clone(),
            bytes: source.bytes.clone(),
            date: None,
            year: Some(year),
        };
        let review = match self.app.import_document(supervisor, upload).await {
            Ok(review) => review,
            Err(ImportError::Unusable(errors)) => return Err(DemoError::Unusable(errors)),
            Err(ImportError::App(error)) => return Err(error.into()),
        };
        let version = self.app.review(supervisor, review)?.map_or(1, |review| review.version);
        self.clock.set(self.calendar.at(self.calendar.begin, 15, 30));
        Ok(self.app.adopt_review(supervisor, review, version, None).await?)
    }

    fn tasks(&self, plan: PlanId) -> Result<Vec<Task>, Failure> {
        let console = Actor::console();
        let Some(page) = self.app.ledger(&console, plan, &LedgerFilter::default())? else {
            return Ok(Vec::new());
        };
        let mut tasks = Vec::with_capacity(page.rows.len());
        for row in &page.rows {
            tasks.extend(self.app.task(&console, row.task)?.map(|view| view.task));
        }
        Ok(tasks)
    }

    /// Accounts for every body that reports: three bodies with the demo's password, the others without one.
    async fn cast(&self, supervisor: &Actor, plan: PlanId) -> Result<Cast, Failure> {
        let console = Actor::console();
        let bodies: BTreeMap<OrganisationId, OrganisationSummary> = self
            .app
            .organisations(&console)?
            .into_iter()
            .map(|body| (body.id, body))
            .collect();
        let tasks = self.tasks(plan)?;
        let joint = joint_tasks(&tasks, &bodies);
        let mut reporters = reporters_of(self.app, plan)?;
        for id in joint.values().flatten() {
            if !reporters.iter().any(|body| body.id == *id) {
                reporters.extend(bodies.get(id).cloned());
            }
        }
        let principal = principal_bodies(&tasks, &reporters, &joint);
        let mut staff = BTreeMap::new();
        for (body, (clerk_name, head_name)) in principal.iter().zip(STAFF) {
            let short_name = bodies
                .get(body)
                .map(OrganisationSummary::shortest_name)
                .unwrap_or_default();
            let clerk = self
                .open(clerk_name, &format!("{short_name}填报人"), Role::Clerk, *body)
                .await?;
            let head = self
                .open(head_name, &format!("{short_name}审核人"), Role::Head, *body)
                .await?;
            staff.insert(
                *body,
                Staff {
                    organisation: *body,
                    clerk,
                    head,
                },
            );
        }
        let present = self.app.accounts(&console)?;
        let mut requests: Vec<Deed> = Vec::new();
        let mut people: BTreeMap<OrganisationId, Vec<Actor>> = BTreeMap::new();
        for new in missing_accounts(&reporters, &present, Words(Language::Chinese)) {
            let id = AccountId(self.app.new_id());
            let role = new.roles.first().copied().unwrap_or(Role::Clerk);
            people
                .entry(new.organisation)
                .or_default()
                .push(actor(id, role, new.organisation));
            requests.push((supervisor.clone(), Request::from(new.command(id)), self.app.now()));
        }
        self.app.execute_all(requests).await?;
        for (organisation, people) in people {
            if let [clerk, head] = people.as_slice() {
                staff.insert(
                    organisation,
                    Staff {
                        organisation,
                        clerk: clerk.clone(),
                        head: head.clone(),
                    },
                );
            }
        }
        let names = bodies
            .iter()
            .map(|(id, body)| (*id, body.shortest_name().to_owned()))
            .collect();
        Ok(Cast {
            staff,
            principal,
            joint,
            names,
        })
    }

    /// Issue, publication, the task added by hand, and every report, month by month.
    async fn history(&self, supervisor: &Actor, plan: PlanId, cast: &Cast) -> Result<(), Failure> {
        let calendar = &self.calendar;
        let tasks = self.tasks(plan)?;
        let Some(record) = self.app.plan(&Actor::console(), plan)? else {
            return Err(Failure::Defect(anyhow!("the plan is gone")));
        };
        let mut deeds: Vec<Deed> = Vec::new();
        let office = |command: Command, day: jiff::civil::Date, hour: i8| {
            (supervisor.clone(), Request::from(command), calendar.at(day, hour, 0))
        };
        for (id, organisations) in &cast.joint {
            let due = tasks.iter().find(|task| task.id == *id).and_then(|task| task.due);
            let reporting = Reporting::Jointly {
                organisations: organisations.clone(),
            };
            deeds.push(office(
                Command::NameReporter(NameReporter {
                    task: *id,
                    reporting,
                    due,
                    effective_on: None,
                }),
                calendar.issued,
                9,
            ));
        }
        deeds.push(office(
            Command::IssuePlan(IssuePlan {
                plan,
                effective_on: None,
            }),
            calendar.issued,
            10,
        ));
        // Most is published; what is withheld shows what withheld means.
        let open: Vec<TaskId> = tasks
            .iter()
            .filter(|task| task.number % 9 != 4)
            .map(|task| task.id)
            .collect();
        if !open.is_empty() {
            let publish = PublishTasks {
                plan,
                tasks: open,
                publication: Publication::Open,
            };
            deeds.push(office(
                Command::PublishTasks(publish),
                calendar.issued.saturating_add(2.days()),
                9,
            ));
        }
        let added = calendar
            .issued
            .saturating_add(70.days())
            .min(calendar.today.saturating_sub(10.days()));
        let added = added.max(calendar.issued);
        let mut reported: Vec<(Task, jiff::civil::Date)> =
            tasks.iter().map(|task| (task.clone(), calendar.issued)).collect();
        let by_hand = self
            .with_task_by_hand
            .then(|| self.task_by_hand(&tasks, cast))
            .flatten();
        if let Some(new) = by_hand {
            let number = tasks.iter().map(|task| task.number).max().unwrap_or(0) + 1;
            reported.push((as_adopted(&new, plan, number), added));
            deeds.push(office(
                Command::AddTask(AddTask {
                    plan,
                    number,
                    task: new,
                }),
                added,
                8,
            ));
        }

        let teller = Teller {
            calendar: *calendar,
            prose: &self.prose,
            report_day: record.report_day,
            supervisor,
        };
        let mut turn = 0;
        let mut parts_of_body: BTreeMap<OrganisationId, usize> = BTreeMap::new();
        for (task, since) in &reported {
            let reporters = cast
                .joint
                .get(&task.id)
                .map_or_else(|| task.reporting.organisations(), Vec::as_slice);
            for organisation in reporters {
                let Some(staff) = cast.staff.get(organisation) else {
                    continue;
                };
                let place = parts_of_body.entry(*organisation).or_default();
                let part = Part {
                    task,
                    due: deadline(task.due, record.year),
                    staff,
                    others: others(task, *organisation, &cast.names),
                    turn,
                    from: since.saturating_add(7.days()),
                    left_for_visitor: cast.principal.contains(organisation) && *place % 3 == 1,
                };
                deeds.extend(teller.tell(&part));
                *place += 1;
                turn += 1;
            }
        }
        // Stable, so that deeds of one instant keep the order in which they were told.
        deeds.sort_by_key(|(_, _, at)| *at);
        let mut carried = BTreeMap::new();
        for batch in deeds.chunk_by(|(_, _, before), (_, _, after)| month(*before) == month(*after)) {
            let mut batch = batch.to_vec();
            if let Some((_, _, first)) = batch.first() {
                self.clock.set(*first);
            }
            self.add_evidence(&tasks, &mut batch, &mut carried).await?;
            self.app.execute_all(batch).await?;
        }
        Ok(())
    }

    /// Gives some of the reports of a month the files that their bodies chose to add. A report that is handed in again keeps its own.
    async fn add_evidence(
        &self,
        tasks: &[Task],
        batch: &mut [Deed],
        carried: &mut BTreeMap<ReportId, Vec<EvidenceId>>,
    ) -> Result<(), Failure> {
        let console = Actor::console();
        for (actor, request, _) in batch {
            let Command::SubmitReport(submit) = &mut request.command else {
                continue;
            };
            let report = ReportId::of(submit.task, submit.organisation, submit.period);
            if let Some(evidence) = carried.get(&report) {
                submit.evidence.clone_from(evidence);
                continue;
            }
            let place = carried.len();
            let evidence: &mut Vec<EvidenceId> = carried.entry(report).or_default();
            let Some(task) = tasks.iter().find(|task| task.id == submit.task) else {
                continue;
            };
            let issued = self
                .app
                .plan(&console, task.plan)?
                .is_some_and(|plan| plan.issued_at().is_some());
            if issued && place % 7 == 2 {
                for file in files_of(task, submit, place) {
                    let bytes = stream::iter([Ok::<_, Infallible>(Bytes::from(file.text))]);
                    let received = self.app.receive_file(bytes, LARGEST_EVIDENCE).await;
                    let added = match received {
                        Ok(received) => {
                            self.app
                                .add_evidence(
                                    actor,
                                    submit.task,
                                    submit.organisation,
                                    submit.period,
                                    &file.name,
                                    &received,
                                )
                                .await
                        }
                        Err(error) => Err(error),
                    };
                    evidence.push(added.map_err(not_added)?);
                }
            }
            submit.evidence.clone_from(evidence);
        }
        Ok(())
    }

    /// A task decided by a meeting, with the second body and the third one reporting jointly.
    fn task_by_hand(&self, tasks: &[Task], cast: &Cast) -> Option<NewTask> {
        let words = &self.prose.by_hand;
        let organisations: Vec<OrganisationId> = cast.principal.iter().skip(1).copied().collect();
        let reporting = match organisations.as_slice() {
            [] => Reporting::Single {
                organisation: *cast.principal.first()?,
            },
            [organisation] => Reporting::Single {
                organisation: *organisation,
            },
            _ => Reporting::Jointly { organisations },
        };
        let parties = reporting
            .organisations()
            .iter()
            .enumerate()
            .map(|(place, organisation)| Party {
                role: if place == 0 {
                    PartyRole::Lead
                } else {
                    PartyRole::Responsible
                },
                raw: cast.names.get(organisation).cloned().unwrap_or_default(),
                organisation: Some(*organisation),
                span: None,
                inherited: false,
            })
            .collect();
        Some(NewTask {
            task: TaskId(self.app.new_id()),
            section: tasks.first().and_then(|task| task.section),
            kind: TaskKind::MeetingDecision,
            label: String::new(),
            title: words.title.clone(),
            text: words.text.clone(),
            basis: Some(words.basis.replace("{year}", &self.calendar.year.to_string())),
            source: None,
            parties,
            targets: Vec::new(),
            deliverable: Some(words.deliverable.clone()),
            due: Some(self.calendar.today.saturating_add(40.days())),
            reporting,
            tracking: Tracking::Tracked { excluded: Vec::new() },
        })
    }

    /// A report that the first clerk has begun and not handed in.
    async fn leave_draft(&self, plan: PlanId, cast: &Cast) -> Result<(), Failure> {
        let Some(staff) = cast.principal.first().and_then(|body| cast.staff.get(body)) else {
            return Ok(());
        };
        let owed = self.app.duties(&staff.clerk)?;
        let present = Period::of(self.calendar.today);
        let unwritten = owed.iter().find(|duty| duty.state.is_none() && duty.period == present);
        let Some(duty) = unwritten else { return Ok(()) };
        let Some(task) = self.tasks(plan)?.into_iter().find(|task| task.id == duty.task) else {
            return Ok(());
        };
        self.app
            .save_report_draft(&staff.clerk, task.id, staff.organisation, present, &draft(&task))
            .await?;
        Ok(())
    }
}

fn actor(account: AccountId, role: Role, organisation: OrganisationId) -> Actor {
    Actor {
        identity: ActorIdentity::Account(account),
        organisation: Some(organisation),
        roles: vec![role],
    }
}

/// The task that a command will bring into the ledger, for telling what is reported on it.
fn as_adopted(new: &NewTask, plan: PlanId, number: u32) -> Task {
    Task {
        id: new.task,
        version: 1,
        plan,
        section: new.section,
        number,
        kind: new.kind,
        label: new.label.clone(),
        title: new.title.clone(),
        text: new.text.clone(),
        basis: new.basis.clone(),
        source: None,
        parties: Vec::new(),
        targets: new.targets.clone(),
        deliverable: new.deliverable.clone(),
        due: new.due,
        reporting: new.reporting.clone(),
        // The day from which months are told stands beside the task.
        reporting_since: Timestamp::UNIX_EPOCH,
        tracking: new.tracking.clone(),
        publication: Publication::Withheld,
    }
}

fn month(at: Timestamp) -> Period {
    Period::of(luoshi_ledger::period::day_in_china(at))
}

/// The first tasks that name localities beside their lead: these report on their own part, as a person would decide in the review.
fn joint_tasks(
    tasks: &[Task],
    bodies: &BTreeMap<OrganisationId, OrganisationSummary>,
) -> BTreeMap<TaskId, Vec<OrganisationId>> {
    let is_locality = |id: &OrganisationId| {
        bodies
            .get(id)
            .is_some_and(|body| body.kind == OrganisationKind::Locality)
    };
    tasks
        .iter()
        .filter(|task| task.is_tracked() && !task.reporting.organisations().is_empty())
        .filter_map(|task| {
            let mut organisations = task.reporting.organisations().to_vec();
            let localities = task
                .parties
                .iter()
                .filter_map(|party| party.organisation)
                .filter(is_locality);
            for locality in localities {
                if !organisations.contains(&locality) {
                    organisations.push(locality);
                }
            }
            (organisations.len() > task.reporting.organisations().len()).then_some((task.id, organisations))
        })
        .take(JOINT_TASKS)
        .collect()
}

/// The two bodies with the most tasks, and a locality that reports; a further body where there is none.
fn principal_bodies(
    tasks: &[Task],
    reporters: &[OrganisationSummary],
    joint: &BTreeMap<TaskId, Vec<OrganisationId>>,
) -> Vec<OrganisationId> {
    let mut bodies: Vec<&OrganisationSummary> = reporters.iter().collect();
    let task_count = |id: OrganisationId| {
        tasks
            .iter()
            .filter(|task| task.reporting.organisations().contains(&id))
            .count()
            + joint
                .values()
                .filter(|organisations| organisations.contains(&id))
                .count()
    };
    // Stable, so that bodies with as many tasks stay in the order of the ledger.
    bodies.sort_by_key(|body| std::cmp::Reverse(task_count(body.id)));
    let locality = bodies
        .iter()
        .find(|body| body.kind == OrganisationKind::Locality)
        .map(|body| body.id);
    let mut principal: Vec<OrganisationId> = bodies
        .iter()
        .map(|body| body.id)
        .filter(|id| Some(*id) != locality)
        .take(2)
        .collect();
    principal.extend(locality.or_else(|| bodies.get(2).map(|body| body.id)));
    principal
}

/// Short names of the bodies that a task names beside `reporter`.
fn others<'a>(task: &Task, reporter: OrganisationId, names: &'a BTreeMap<OrganisationId, String>) -> Vec<&'a str> {
    task.parties
        .iter()
        .filter_map(|party| party.organisation)
        .filter(|organisation| *organisation != reporter)
        .filter_map(|organisation| names.get(&organisation).map(String::as_str))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use luoshi_app::files::FileSettings;

    use crate::site::Database;

    /// Makes the shipped demo as if it were `now`, and counts its lights: red, yellow, green, grey.
    fn lights_on(now: &str) -> [u32; 4] {
        let now: Timestamp = now.parse().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let year = year_with_history(now);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let source = Source::shipped(now);
            let place = Place {
                data: folder.path().join("demo"),
                database: Database::InTheFolder,
                files: FileSettings::default(),
            };
            let app = write(&place, &source, None, year, Calendar::new(now, year))
                .await
                .unwrap();
            let console = Actor::console();
            let plan = app.plans(&console).unwrap()[0].clone();
            assert_eq!((plan.year, plan.task_count), (year, 43));
            assert!((20..43).contains(&plan.open_task_count), "most tasks are published");
            assert!(app.verify(&mut |_, _| {}).unwrap().is_sound());
            let accounts = summary(&app).unwrap().accounts;
            assert_eq!(accounts.len(), 7);
            assert!(
                accounts.last().unwrap().organisation_name.ends_with("市人民政府"),
                "a locality has accounts"
            );
            let counts = app
                .ledger(&console, plan.id, &LedgerFilter::default())
                .unwrap()
                .unwrap()
                .counts;
            [counts.red, counts.yellow, counts.green, counts.grey]
        })
    }

    #[test]
    fn it_has_every_light_in_the_year_of_its_plan() {
        let lights = lights_on("2026-06-02T02:00:00Z");
        assert!(lights.iter().all(|count| *count >= 2), "{lights:?}");
    }

    #[test]
    fn it_works_in_the_first_months_of_a_year_too() {
        let [red, _, green, _] = lights_on("2027-02-28T23:30:00Z");
        assert!(red >= 3 && green >= 10, "{red} {green}");
    }

    #[test]
    fn the_shipped_plan_is_brought_up_to_the_present() {
        let text = |now: &str| String::from_utf8(Source::shipped(now.parse().unwrap()).bytes).unwrap();
        assert_eq!(text("2026-11-23T00:00:00Z"), PLAN);
        let later = text("2031-08-01T00:00:00Z");
        assert!(later.contains("2031年《政府工作报告》") && later.contains("到2032年") && !later.contains("2026"));
        assert_eq!(
            later.chars().count(),
            PLAN.chars().count(),
            "every place in the document stays where it is"
        );
        let earlier = text("2026-03-01T00:00:00Z");
        assert!(
            earlier.contains("2025年《政府工作报告》") && earlier.contains("到2026年") && !earlier.contains("2027")
        );
    }
}
