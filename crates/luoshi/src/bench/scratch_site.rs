//! A site to be measured and thrown away: bodies with their people, one issued plan with many tasks, and as many reports as are asked for,
//! every one of them a real command. It is fictional and says so in its names.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::anyhow;
use jiff::civil::Date;
use luoshi_app::{
    App, Request,
    account::NewAccount,
    files::FileSettings,
    session::{SignInError, SignedIn},
};
use luoshi_ledger::{
    Actor, ActorIdentity, Command, Role,
    command::{AdoptDrafts, FoundOrganisation, IssuePlan, NewSection, NewTask, SubmitReport},
    ids::{OrganisationId, PlanId, SectionId, TargetId, TaskId},
    organisation::OrganisationKind,
    period::{Period, day_in_china},
    report::TargetValue,
    target::Target,
    task::{Party, Reporting, TaskKind, Tracking},
};
use luoshi_types::{Comparator, Direction, PartyRole, Strength};

use crate::{
    command::admin::found_office,
    failure::Failure,
    site::{self, Database, Place},
};

/// Bodies that report.
const BODIES: usize = 20;
/// Sections of the plan.
const SECTIONS: usize = 20;
/// Years before the present one from which the plan is, so that there are months enough to report on.
const YEARS_BACK: i16 = 4;
/// The password of everybody in a site that lives for minutes and listens to nobody but this program.
const PASSWORD: &str = "measured-and-thrown-away";
/// Reports that are filled in with one transaction.
const BATCH: usize = 2_000;

/// Where the numbers of reports begin that are handed in before the filling.
const BEGUN_FROM: u64 = 1 << 40;

/// What is said again and again, as it is in real reports.
const DONE: [&str; 4] = [
    "已召开专题调度会，逐项明确责任人和完成时限，本月按计划推进，累计完成投资占年度计划的比例高于时间进度。",
    "项目前期手续基本办结，施工单位已进场，完成土方开挖和基础施工，同步办理用地、环评等后续审批事项。",
    "印发实施方案，建立月调度、季通报机制；开展现场核查，发现的问题已列出清单逐条整改销号。",
    "配套资金到位，招标工作完成，主体工程开工建设；群众工作组进村入户，征迁协议签订率达到九成以上。",
];

/// A site to be measured.
pub(crate) struct ScratchSite {
    pub(crate) app: Arc<App>,
    pub(crate) place: Place,
    pub(crate) plan: PlanId,
    pub(crate) bodies: Vec<Body>,
    /// In the order in which they are reported on, which is not that of their making: so it is with offices, and neighbours in a database are
    /// cheaper to write than rows that lie apart.
    tasks: Vec<FollowedTask>,
    first_period: Period,
    last_period: Period,
    /// How many months of a task are reported on before the next task.
    months_in_a_row: u64,
    /// How many of the last tasks have their first report and get no other.
    begun: usize,
    next: AtomicU64,
}

/// A body that reports.
pub(crate) struct Body {
    pub(crate) id: OrganisationId,
    clerk: Actor,
    clerk_name: String,
}

/// A task that one body reports on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FollowedTask {
    pub(crate) id: TaskId,
    target: TargetId,
    /// The place of the body.
    body: usize,
}

/// A report that nobody has handed in yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    /// Counts the reports, from 0.
    pub(crate) number: u64,
    /// The place of its body.
    pub(crate) body: usize,
    pub(crate) task: TaskId,
    pub(crate) target: TargetId,
    pub(crate) period: Period,
}

impl Slot {
    /// What was done, of the length that it commonly has.
    pub(crate) fn done(&self) -> String {
        let done = DONE.get((self.number % 4) as usize).copied().unwrap_or_default();
        format!("{done}（第{}次报送）", self.number)
    }

    /// What stands in the way; mostly nothing.
    pub(crate) fn problems(&self) -> &'static str {
        if self.number.is_multiple_of(3) {
            "部分地块征迁滞后"
        } else {
            ""
        }
    }

    /// How much is done, in percent, which is also the value.
    pub(crate) fn percent(&self) -> u8 {
        (self.number % 101) as u8
    }

    /// The Idempotency-Key.
    pub(crate) fn key(&self) -> String {
        format!("bench-{}", self.number)
    }
}

/// What is planned next.
pub(crate) const NEXT_STEP: &str = "下月继续按计划推进。";

impl ScratchSite {
    /// Makes a site with so many tasks below `folder`; its database is there too, or in the empty database `server`. Its reports come month
    /// by month, or, with more than one month in a row, task by task.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) async fn make(
        folder: &Path,
        database: Database,
        tasks: usize,
        months_in_a_row: u64,
    ) -> Result<Self, Failure> {
        let place = Place {
            data: folder.join("site"),
            database,
            files: FileSettings::default(),
        };
        site::refuse_filled(&place)?;
        let app = site::open_or_create(&place)?;
        let (office, _) = found_office(&app, "测速督查室").await?;
        let supervisor = open(&app, OFFICE, Role::Supervisor, office).await?;
        let mut bodies = Vec::with_capacity(BODIES);
        for number in 1..=BODIES {
            let id = OrganisationId(app.new_id());
            let found = Command::FoundOrganisation(FoundOrganisation {
                organisation: id,
                name: format!("测速第{number}厅"),
                short_names: Vec::new(),
                kind: OrganisationKind::Department,
            });
            app.execute(&Actor::console(), found.into()).await?;
            let clerk_name = format!("bench.clerk.{number}");
            bodies.push(Body {
                id,
                clerk: open(&app, &clerk_name, Role::Clerk, id).await?,
                clerk_name,
            });
        }
        let today = day_in_china(app.now());
        let (plan, tasks) = issue(&app, &supervisor, &bodies, today.year() - YEARS_BACK, tasks).await?;
        Ok(Self {
            app,
            place,
            plan,
            bodies,
            tasks,
            first_period: Period::of(
                today
                    .saturating_sub(jiff::Span::new().years(YEARS_BACK))
                    .first_of_year(),
            ),
            last_period: Period::of(today),
            months_in_a_row,
            begun: 0,
            next: AtomicU64::new(0),
        })
    }

    /// The next report that nobody has handed in; none once every task has one for every month.
    pub(crate) fn next(&self) -> Option<Slot> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let place = usize::try_from(number / self.months_in_a_row).ok()?;
        let filled = self.tasks.len() - self.begun;
        let months = place.checked_div(filled)? as u64 * self.months_in_a_row + number % self.months_in_a_row;
        self.slot(number, place % filled, i32::try_from(months).ok()?)
    }

    /// The report on the task at `place` for the month `months` after the first; none in months to come.
    fn slot(&self, number: u64, place: usize, months: i32) -> Option<Slot> {
        let first = self.first_period.first_day();
        let period = Period::of(first.checked_add(jiff::Span::new().months(months)).ok()?);
        let task = self.tasks.get(place)?;
        (period <= self.last_period).then_some(Slot {
            number,
            body: task.body,
            task: task.id,
            target: task.target,
            period,
        })
    }

    /// Hands in the first report on each of the last tasks, at most so many and never all, and keeps these tasks from getting any more.
    ///
    /// # Errors
    /// When one is refused.
    pub(crate) async fn begin(&mut self, tasks: usize) -> Result<(), Failure> {
        let begun = tasks.min(self.tasks.len() / 2);
        self.begun = begun;
        let mut batch = Vec::with_capacity(begun);
        // Numbers that no other report gets, since a key is made of them.
        for (number, place) in (BEGUN_FROM..).zip(self.tasks.len() - begun..self.tasks.len()) {
            let slot = self
                .slot(number, place, 0)
                .ok_or_else(|| anyhow!("a task is missing"))?;
            let (actor, request) = self.submission(&slot)?;
            batch.push((actor, request, self.app.now()));
        }
        self.app.execute_all(batch).await?;
        Ok(())
    }

    /// The tasks that have their first report and get no other.
    pub(crate) fn begun_tasks(&self) -> &[FollowedTask] {
        self.tasks.get(self.tasks.len() - self.begun..).unwrap_or_default()
    }

    /// The tasks on which everything is reported once there are `reports` reports.
    pub(crate) fn tasks_with_history(&self, reports: u64) -> &[FollowedTask] {
        let filled = usize::try_from(reports / self.months_in_a_row).unwrap_or(usize::MAX);
        let (tasks, _begun) = self.tasks.split_at(self.tasks.len() - self.begun);
        tasks.get(..filled).unwrap_or(tasks)
    }

    /// Who hands a report in, and what is handed in.
    ///
    /// # Errors
    /// When the slot is another site's.
    pub(crate) fn submission(&self, slot: &Slot) -> Result<(Actor, Request), Failure> {
        let body = self.bodies.get(slot.body).ok_or_else(|| anyhow!("a body is missing"))?;
        let command = Command::SubmitReport(SubmitReport {
            task: slot.task,
            organisation: body.id,
            period: slot.period,
            values: vec![TargetValue {
                target: slot.target,
                value: i64::from(slot.percent()).into(),
            }],
            completion: Some(slot.percent()),
            done: slot.done(),
            problems: slot.problems().to_owned(),
            help_wanted: String::new(),
            next_step: NEXT_STEP.to_owned(),
            evidence: Vec::new(),
        });
        let request = Request {
            idempotency_key: Some(slot.key()),
            ..Request::from(command)
        };
        Ok((body.clerk.clone(), request))
    }

    /// Hands reports in until there are `reports` of them. `progress` hears how many there are.
    ///
    /// # Errors
    /// When one is refused, or there are no months left.
    pub(crate) async fn fill(&self, reports: u64, mut progress: impl FnMut(u64)) -> Result<(), Failure> {
        while self.next.load(Ordering::Relaxed) < reports {
            let mut batch = Vec::with_capacity(BATCH);
            while batch.len() < BATCH && self.next.load(Ordering::Relaxed) < reports {
                let slot = self.next().ok_or_else(|| anyhow!("there are no months left"))?;
                let (actor, request) = self.submission(&slot)?;
                batch.push((actor, request, self.app.now()));
            }
            self.app.execute_all(batch).await?;
            progress(self.next.load(Ordering::Relaxed));
        }
        Ok(())
    }

    /// Signs the clerk of a body in.
    ///
    /// # Errors
    /// When that does not work.
    pub(crate) async fn sign_clerk_in(&self, body: &Body) -> Result<(String, SignedIn), Failure> {
        self.sign_in(&body.clerk_name).await
    }

    /// Signs the supervision office in.
    ///
    /// # Errors
    /// When that does not work.
    pub(crate) async fn sign_office_in(&self) -> Result<(String, SignedIn), Failure> {
        self.sign_in(OFFICE).await
    }

    async fn sign_in(&self, name: &str) -> Result<(String, SignedIn), Failure> {
        let token = self
            .app
            .sign_in(name, PASSWORD, IpAddr::V4(Ipv4Addr::LOCALHOST))
            .await
            .map_err(|error| match error {
                SignInError::App(error) => error.into(),
                other => Failure::Defect(other.into()),
            })?;
        let session = self
            .app
            .session(&token)
            .await?
            .ok_or_else(|| anyhow!("the session is gone"))?;
        Ok((token, session))
    }
}

/// How the office signs in.
const OFFICE: &str = "bench.office";

async fn open(app: &Arc<App>, name: &str, role: Role, organisation: OrganisationId) -> Result<Actor, Failure> {
    let account = NewAccount {
        sign_in_name: name.to_owned(),
        display_name: name.to_owned(),
        roles: vec![role],
        organisation,
        password: Some(PASSWORD.to_owned()),
    };
    let opened = app.open_accounts(&Actor::console(), vec![account]).await?;
    let account = opened.first().ok_or_else(|| anyhow!("no account was opened"))?.account;
    Ok(Actor {
        identity: ActorIdentity::Account(account),
        organisation: Some(organisation),
        roles: vec![role],
    })
}

async fn issue(
    app: &Arc<App>,
    supervisor: &Actor,
    bodies: &[Body],
    year: i16,
    tasks: usize,
) -> Result<(PlanId, Vec<FollowedTask>), Failure> {
    let plan = PlanId(app.new_id());
    let sections: Vec<NewSection> = (1..=SECTIONS)
        .map(|number| NewSection {
            section: SectionId(app.new_id()),
            label: format!("{number}、"),
            title: format!("第{number}部分"),
            span: None,
        })
        .collect();
    let tasks: Vec<NewTask> = (0..tasks)
        .map(|number| new_task(app, bodies, &sections, number))
        .collect();
    let followed = scattered(&tasks)
        .filter_map(|(number, task)| {
            Some(FollowedTask {
                id: task.task,
                target: task.targets.first()?.id,
                body: number % bodies.len(),
            })
        })
        .collect();
    let adopt = Command::AdoptDrafts(AdoptDrafts {
        plan,
        document: None,
        title: format!("{year}年测速计划"),
        document_number: None,
        issuer: Some("测速办公厅".to_owned()),
        document_date: Date::new(year, 1, 20).ok(),
        year,
        report_day: 25,
        organisations: Vec::new(),
        sections,
        tasks,
    });
    app.execute(supervisor, adopt.into()).await?;
    let issue = Command::IssuePlan(IssuePlan {
        plan,
        effective_on: None,
    });
    app.execute(supervisor, issue.into()).await?;
    Ok((plan, followed))
}

/// All things with their places, in an order in which neighbours lie far apart.
fn scattered<T>(things: &[T]) -> impl Iterator<Item = (usize, &T)> {
    let mut places: Vec<(usize, &T)> = things.iter().enumerate().collect();
    // An odd factor gives no two places the same number.
    places.sort_unstable_by_key(|(place, _)| (*place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    places.into_iter()
}

fn new_task(app: &App, bodies: &[Body], sections: &[NewSection], number: usize) -> NewTask {
    let body = |step: usize| bodies.get((number + step) % bodies.len()).map(|body| body.id);
    let party = |role, organisation| Party {
        role,
        raw: "厅".to_owned(),
        organisation,
        span: None,
        inherited: false,
    };
    let amount = (number % 90 + 10) as i64;
    NewTask {
        task: TaskId(app.new_id()),
        section: sections.get(number % sections.len()).map(|section| section.section),
        kind: TaskKind::ReportTask,
        label: format!("（{}）", number + 1),
        title: format!("完成第{}项年度投资任务", number + 1),
        text: format!(
            "完成第{}项年度投资任务，全年完成投资{amount}亿元以上，确保按期建成投用，让群众得到实实在在的好处。",
            number + 1
        ),
        basis: None,
        source: None,
        parties: vec![party(PartyRole::Lead, body(0)), party(PartyRole::Cooperating, body(7))],
        targets: vec![Target {
            id: TargetId(app.new_id()),
            subject: "完成投资".to_owned(),
            quantity_text: format!("{amount}亿元以上"),
            value: Some(amount.into()),
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
        reporting: Reporting::by(body(0).into_iter().collect()),
        tracking: Tracking::Tracked { excluded: Vec::new() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_met_once_and_never_its_neighbour_next() {
        let things: Vec<u32> = (0..1_000).collect();
        let places: Vec<usize> = scattered(&things).map(|(place, _)| place).collect();
        assert!(places.windows(2).all(|pair| pair[0].abs_diff(pair[1]) > 1));
        assert!(scattered(&things).all(|(place, thing)| place == *thing as usize));
        let met: std::collections::BTreeSet<usize> = places.into_iter().collect();
        assert!(met.into_iter().eq(0..1_000));
    }
}
