//! Makes a large site for measurements: bodies, one plan with many tasks, and reports month by month, every one of them a real command with
//! its events, leaf and receipt. The same seed makes the same site, byte for byte.
//!
//! ```text
//! cargo run --release -p luoshi-app --example large_site -- FOLDER [--organisations 20] [--tasks 40000] [--reports 1000000]
//!     [--approve-every 0] [--seed 1]
//! ```
//!
//! `--tasks` and `--reports` are totals. Every task has one reporting body; its reports are of one month after the other, so many reports
//! make a long history. `--approve-every 3` lets a head approve every third report and the supervision office verify half of these.
//! It is not for showing anything to people; `luoshi demo` is.

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use jiff::{Timestamp, ToSpan, civil::date};
use luoshi_app::{App, Clock, Randomness, Request, SetClock, Surroundings, folder::DataFolder};
use luoshi_ledger::{
    Actor, ActorIdentity, Command, Role,
    as_of::start_in_china,
    command::{
        AdoptDrafts, ApproveReport, FoundOrganisation, IssuePlan, NewSection, NewTask, OpenAccount, PublishTasks,
        SubmitReport, VerifyReport,
    },
    ids::{AccountId, OrganisationId, PlanId, ReportId, SectionId, TargetId, TaskId},
    organisation::OrganisationKind,
    period::Period,
    report::{TargetValue, VerificationMethod},
    target::Target,
    task::{Party, Publication, Reporting, TaskKind, Tracking},
};
use luoshi_store::{Location, Store};
use luoshi_types::{Comparator, Direction, PartyRole, Strength};
use uuid::Uuid;

pub(crate) type Failure = Box<dyn std::error::Error>;

/// Commands in one transaction: enough that the flush to disk costs nothing, few enough that a committer's memory stays small.
const BATCH: usize = 2_000;
/// Commands after which the log is integrated and a checkpoint is signed.
const CHECKPOINT_EVERY: usize = 50_000;

/// How large the site is to be.
pub(crate) struct Size {
    pub(crate) folder: PathBuf,
    pub(crate) organisations: u32,
    pub(crate) tasks: u32,
    pub(crate) reports: u64,
    pub(crate) approve_every: u64,
    pub(crate) seed: u64,
}

impl Size {
    fn read() -> Result<Self, Failure> {
        let mut words = env::args().skip(1);
        let mut size = Self {
            folder: words.next().ok_or("a folder that does not exist yet")?.into(),
            organisations: 20,
            tasks: 40_000,
            reports: 20_000,
            approve_every: 0,
            seed: 1,
        };
        while let Some(flag) = words.next() {
            let value = words.next().ok_or_else(|| format!("a number after {flag}"))?;
            match flag.as_str() {
                "--organisations" => size.organisations = value.parse()?,
                "--tasks" => size.tasks = value.parse()?,
                "--reports" => size.reports = value.parse()?,
                "--approve-every" => size.approve_every = value.parse()?,
                "--seed" => size.seed = value.parse()?,
                _ => return Err(format!("unknown: {flag}").into()),
            }
        }
        if size.organisations == 0 || size.tasks == 0 {
            return Err("at least one body and one task".into());
        }
        Ok(size)
    }
}

/// A clock that this program sets and the site reads.
struct SharedClock(Arc<SetClock>);

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// SplitMix64: bytes that look random and are the same for the same seed. Nothing that it makes is a secret.
struct Seeded(AtomicU64);

impl Seeded {
    fn next(&self) -> u64 {
        let step = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Randomness for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(8) {
            let next = self.next().to_le_bytes();
            piece.copy_from_slice(next.get(..piece.len()).unwrap_or_default());
        }
    }
}

/// One reporting body with its people.
struct Body {
    id: OrganisationId,
    clerk: Actor,
    head: Actor,
}

struct Maker {
    app: Arc<App>,
    clock: Arc<SetClock>,
    waiting: Vec<(Actor, Request, Timestamp)>,
    given: usize,
    began: Instant,
}

impl Maker {
    fn id(&self) -> Uuid {
        self.app.new_id()
    }

    /// Takes a command; its instant is the clock's, which goes on by a thousandth of a second.
    async fn give(&mut self, actor: &Actor, command: Command) -> Result<(), Failure> {
        let now = self.clock.now().checked_add(1.millisecond())?;
        self.clock.set(now);
        self.waiting.push((actor.clone(), Request::from(command), now));
        if self.waiting.len() >= BATCH {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Failure> {
        let batch = std::mem::take(&mut self.waiting);
        let before = self.given / CHECKPOINT_EVERY;
        self.given += batch.len();
        self.app.execute_all(batch).await?;
        if self.given / CHECKPOINT_EVERY > before {
            self.app.drain_jobs().await?;
            self.tell();
        }
        Ok(())
    }

    #[expect(clippy::print_stderr, reason = "the only thing to be seen for minutes")]
    fn tell(&self) {
        let seconds = self.began.elapsed().as_secs_f64();
        eprintln!("{} commands, {:.0} a second", self.given, self.given as f64 / seconds);
    }

    async fn found(&mut self, name: String, kind: OrganisationKind) -> Result<OrganisationId, Failure> {
        let organisation = OrganisationId(self.id());
        let command = Command::FoundOrganisation(FoundOrganisation {
            organisation,
            name,
            short_names: Vec::new(),
            kind,
        });
        self.give(&Actor::console(), command).await?;
        Ok(organisation)
    }

    async fn open(&mut self, name: String, role: Role, organisation: OrganisationId) -> Result<Actor, Failure> {
        let account = AccountId(self.id());
        let command = Command::OpenAccount(OpenAccount {
            account,
            sign_in_name: name.clone(),
            display_name: name,
            roles: vec![role],
            organisation,
        });
        self.give(&Actor::console(), command).await?;
        Ok(Actor {
            identity: ActorIdentity::Account(account),
            organisation: Some(organisation),
            roles: vec![role],
        })
    }
}

/// What is said again and again, as it is again and again in real ones.
const DONE: [&str; 4] = [
    "已召开专题调度会，逐项明确责任人和完成时限，本月按计划推进，累计完成投资占年度计划的比例高于时间进度。",
    "项目前期手续基本办结，施工单位已进场，完成土方开挖和基础施工，同步办理用地、环评等后续审批事项。",
    "印发实施方案，建立月调度、季通报机制；开展现场核查，发现的问题已列出清单逐条整改销号。",
    "配套资金到位，招标工作完成，主体工程开工建设；群众工作组进村入户，征迁协议签订率达到九成以上。",
];

async fn make(size: &Size, maker: &mut Maker, random: &Seeded) -> Result<(), Failure> {
    let office = maker
        .found("省政府督查室".to_owned(), OrganisationKind::SupervisionOffice)
        .await?;
    let supervisor = maker.open("督查".to_owned(), Role::Supervisor, office).await?;
    let mut bodies = Vec::new();
    for number in 1..=size.organisations {
        let id = maker
            .found(format!("第{number}厅"), OrganisationKind::Department)
            .await?;
        let clerk = maker.open(format!("填报.{number}"), Role::Clerk, id).await?;
        let head = maker.open(format!("审核.{number}"), Role::Head, id).await?;
        bodies.push(Body { id, clerk, head });
    }
    maker.flush().await?;

    let plan = PlanId(maker.id());
    let sections: Vec<NewSection> = (1..=20)
        .map(|number| NewSection {
            section: SectionId(maker.id()),
            label: format!("{number}、"),
            title: format!("第{number}部分"),
            span: None,
        })
        .collect();
    let tasks: Vec<NewTask> = (0..size.tasks)
        .map(|number| new_task(maker, &bodies, &sections, number))
        .collect();
    let followed: Vec<(TaskId, TargetId)> = tasks
        .iter()
        .filter_map(|task| Some((task.task, task.targets.first()?.id)))
        .collect();
    let adopt = AdoptDrafts {
        plan,
        document: None,
        title: "2022年政府工作报告重点任务分解".to_owned(),
        document_number: None,
        issuer: Some("省政府办公厅".to_owned()),
        document_date: Some(date(2022, 1, 20)),
        year: 2022,
        report_day: 25,
        organisations: Vec::new(),
        sections,
        tasks,
    };
    maker.give(&supervisor, Command::AdoptDrafts(adopt)).await?;
    let issue = IssuePlan {
        plan,
        effective_on: None,
    };
    maker.give(&supervisor, Command::IssuePlan(issue)).await?;
    let publish = PublishTasks {
        plan,
        tasks: followed.iter().map(|(task, _)| *task).collect(),
        publication: Publication::Open,
    };
    maker.give(&supervisor, Command::PublishTasks(publish)).await?;
    maker.flush().await?;
    maker.app.drain_jobs().await?;

    let mut period: Period = "2022-02".parse()?;
    let mut reported = 0;
    while reported < size.reports {
        maker
            .clock
            .set(maker.clock.now().max(start_in_china(period.first_day())));
        for (place, (task, target)) in followed.iter().enumerate() {
            if reported == size.reports {
                break;
            }
            reported += 1;
            let Some(body) = bodies.get(place % bodies.len()) else {
                continue;
            };
            report(
                maker,
                random,
                size,
                reported,
                body,
                &supervisor,
                (*task, *target),
                period,
            )
            .await?;
        }
        period = period.next();
    }
    maker.flush().await?;
    Ok(maker.app.drain_jobs().await?)
}

fn new_task(maker: &Maker, bodies: &[Body], sections: &[NewSection], number: u32) -> NewTask {
    let body = |step: usize| bodies.get((number as usize + step) % bodies.len()).map(|body| body.id);
    let party = |role, organisation| Party {
        role,
        raw: "厅".to_owned(),
        organisation,
        span: None,
        inherited: false,
    };
    let lead = body(0);
    NewTask {
        task: TaskId(maker.id()),
        section: sections
            .get(number as usize % sections.len())
            .map(|section| section.section),
        kind: TaskKind::ReportTask,
        label: format!("（{}）", number + 1),
        title: format!("完成第{}项年度投资任务", number + 1),
        text: format!(
            "完成第{}项年度投资任务，全年完成投资{}亿元以上，确保按期建成投用，让群众得到实实在在的好处。",
            number + 1,
            number % 90 + 10
        ),
        basis: None,
        source: None,
        parties: vec![party(PartyRole::Lead, lead), party(PartyRole::Cooperating, body(7))],
        targets: vec![Target {
            id: TargetId(maker.id()),
            subject: "完成投资".to_owned(),
            quantity_text: format!("{}亿元以上", number % 90 + 10),
            value: Some((i64::from(number) % 90 + 10).into()),
            value_max: None,
            unit: "亿元".to_owned(),
            comparator: Comparator::AtLeast,
            direction: Some(Direction::Complete),
            strength: Some(Strength::Ensure),
            due: None,
            span: None,
        }],
        deliverable: None,
        due: None,
        reporting: Reporting::by(lead.into_iter().collect()),
        tracking: Tracking::Tracked { excluded: Vec::new() },
    }
}

#[expect(clippy::too_many_arguments, reason = "one report has that much to it")]
async fn report(
    maker: &mut Maker,
    random: &Seeded,
    size: &Size,
    number: u64,
    body: &Body,
    supervisor: &Actor,
    (task, target): (TaskId, TargetId),
    period: Period,
) -> Result<(), Failure> {
    let percent = random.next() % 101;
    let value = TargetValue {
        target,
        value: i64::try_from(percent)?.into(),
    };
    let done = DONE.get((random.next() % 4) as usize).copied().unwrap_or_default();
    let submit = SubmitReport {
        task,
        organisation: body.id,
        period,
        values: vec![value],
        completion: u8::try_from(percent).ok(),
        done: format!("{done}（第{number}次报送）"),
        problems: if number.is_multiple_of(3) {
            "部分地块征迁滞后".to_owned()
        } else {
            String::new()
        },
        help_wanted: String::new(),
        next_step: "下月继续按计划推进。".to_owned(),
        evidence: Vec::new(),
    };
    maker.give(&body.clerk, Command::SubmitReport(submit)).await?;
    if size.approve_every == 0 || !number.is_multiple_of(size.approve_every) {
        return Ok(());
    }
    let report = ReportId::of(task, body.id, period);
    let approve = Command::ApproveReport(ApproveReport { report });
    maker.give(&body.head, approve).await?;
    if number.is_multiple_of(2 * size.approve_every) {
        let verify = VerifyReport {
            report,
            method: VerificationMethod::SiteVisit,
            values: vec![value],
            completion: u8::try_from(percent).ok(),
            conclusion: "属实".to_owned(),
        };
        maker.give(supervisor, Command::VerifyReport(verify)).await?;
    }
    Ok(())
}

/// Makes the site and leaves it open.
pub(crate) fn make_site(size: &Size) -> Result<Arc<App>, Failure> {
    let clock = Arc::new(SetClock::new("2022-02-01T01:00:00Z".parse()?));
    let app = open(&size.folder, size.seed, &clock)?;
    let random = Seeded(AtomicU64::new(size.seed.wrapping_mul(0x5851_f42d_4c95_7f2d)));
    let began = Instant::now();
    let mut maker = Maker {
        app,
        clock,
        waiting: Vec::new(),
        given: 0,
        began,
    };
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(make(size, &mut maker, &random))?;
    maker.tell();
    Ok(maker.app)
}

fn open(folder: &Path, seed: u64, clock: &Arc<SetClock>) -> Result<Arc<App>, Failure> {
    if DataFolder::holds_site(folder) {
        return Err("the folder holds a site already".into());
    }
    let data = DataFolder::create(folder)?;
    let store = Store::create(&Location::Sqlite(data.database()))?;
    let surroundings = Surroundings {
        clock: Box::new(SharedClock(Arc::clone(clock))),
        randomness: Box::new(Seeded(AtomicU64::new(seed))),
    };
    Ok(App::open(store, data, surroundings)?)
}

#[expect(clippy::print_stderr, reason = "a program of its own says what went wrong")]
fn main() -> ExitCode {
    match Size::read().and_then(|size| make_site(&size)) {
        Ok(_) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
