//! A site with a plan that one department reports on, made through the program as an office makes it.

use std::{fs, net::SocketAddr, path::PathBuf, thread, time::Duration, time::Instant};

use anyhow::{Context, Result, bail};

use crate::{
    outsider::Outsider,
    person::{Person, hidden, links},
    program::{Program, tool},
    random::Random,
    submission::Submission,
};

/// Last year's plan has all its months open, and this one is past wherever the clock stands today.
const YEAR: &str = "2025";
/// Months of a year: reports that a task takes.
const MONTHS: usize = 12;
/// How the office signs in.
const OFFICE: &str = "ducha";
/// How the clerk of the department signs in.
const CLERK: &str = "省财政厅.填报";
/// Time in which the log has to have taken in everything that was acknowledged.
const LOG_PATIENCE: Duration = Duration::from_secs(15);

/// A place for one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// The address of the task.
    pub(crate) task: String,
    /// The month, `2025-03`.
    pub(crate) period: String,
    /// The field of the task's figure.
    pub(crate) value_field: Option<String>,
}

/// A site, whether it is running or not.
#[derive(Debug)]
pub(crate) struct Site {
    /// Its data folder.
    pub(crate) data: PathBuf,
    /// The clerk, signed in.
    pub(crate) clerk: Person,
    /// The supervision office, signed in.
    pub(crate) office: Person,
    /// Somebody who watches its log.
    pub(crate) outsider: Outsider,
    /// How many entries the log has to have when everything that is known to be there is in it.
    pub(crate) entries: u64,
    /// Places without a report, the next one last.
    slots: Vec<Slot>,
    made: u64,
}

impl Site {
    /// Makes a site in `data` whose plan has so many tasks.
    pub(crate) fn make(program: &Program, data: PathBuf, tasks: usize) -> Result<Self> {
        let lines: String = (1..=tasks)
            .map(|number| format!("{number}.抓好第{number}项工作，完成项目{number}0个。（责任单位：省财政厅）\n"))
            .collect();
        let document = data.with_extension("txt");
        fs::write(&document, format!("一、重点工作\n{lines}"))?;
        let path = document.to_str().context("the folder has no readable name")?;
        program.done(&data, &["import", path, "--adopt", "--year", YEAR])?;
        let office = program.done(&data, &["admin", "create-office", "--sign-in-name", OFFICE])?;
        let accounts = program.done(&data, &["admin", "create-accounts", "--plan", "latest"])?;
        let (server, address) = program.serve(&data)?;

        let mut supervisor = Person::new(OFFICE, address);
        supervisor.sign_in_first(one_time_password(&office, OFFICE)?)?;
        let plan = supervisor
            .page("/ledger")
            .ok()
            .and_then(|page| links(&page, "/plans/").into_iter().next())
            .or_else(|| plan_of(&mut supervisor))
            .context("the office sees no plan")?;
        let plan = plan.trim_end_matches("/ledger").to_owned();
        let issued = issue(&mut supervisor, &plan)?;
        let mut clerk = Person::new(CLERK, address);
        clerk.sign_in_first(one_time_password(&accounts, CLERK)?)?;
        let slots = slots(&mut clerk, &plan)?;
        if slots.len() != tasks * MONTHS {
            bail!(
                "the plan has {} places for reports instead of {}",
                slots.len(),
                tasks * MONTHS
            );
        }
        // The log is level when the last thing that was done is in it.
        let outsider = Outsider::at(address)?;
        let mut site = Self {
            data,
            clerk,
            office: supervisor,
            outsider,
            entries: 0,
            slots: slots.into_iter().rev().collect(),
            made: 0,
        };
        let issued_by = site.office.at(address);
        site.entries = 1 + site.wait_for(issued_by, &issued)?;
        site.log_covers(address)?;
        server.stop()?;
        Ok(site)
    }

    /// Waits until a receipt of the clerk has its proof, which is when the log has taken in everything before it too; gives the place of its
    /// entry. The checkpoint of the proof is published a moment later.
    pub(crate) fn wait_for_proof(&self, address: SocketAddr, receipt: &str) -> Result<u64> {
        self.wait_for(self.clerk.at(address), receipt)
    }

    fn wait_for(&self, mut person: Person, receipt: &str) -> Result<u64> {
        let until = Instant::now() + LOG_PATIENCE;
        loop {
            // A program that acknowledges too early shows the receipt only later.
            let answer = person.get(&format!("{receipt}/receipt.txt"))?;
            if answer.status == 200
                && let (_, _, Some(proof)) = self.outsider.read_receipt(&answer.text())?
            {
                return Ok(proof.index);
            }
            if Instant::now() > until {
                bail!("{receipt} has no proof after {} s", LOG_PATIENCE.as_secs());
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the log covers what is known to be recorded, comparing each checkpoint with the last one.
    pub(crate) fn log_covers(&mut self, address: SocketAddr) -> Result<u64> {
        let until = Instant::now() + LOG_PATIENCE;
        loop {
            let size = self.outsider.look(address)?;
            if size >= self.entries {
                return Ok(size);
            }
            if Instant::now() > until {
                bail!(
                    "the log covers {size} of {} entries after {} s",
                    self.entries,
                    LOG_PATIENCE.as_secs()
                );
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Signs the clerk in anew where the session has ended.
    pub(crate) fn sign_in_again(&mut self, address: SocketAddr) -> Result<()> {
        let mut clerk = self.clerk.at(address);
        clerk.sign_in()?;
        self.clerk = clerk;
        Ok(())
    }

    /// The same site once more, with everything in its folder, while nobody serves it.
    pub(crate) fn copy_to(&self, data: PathBuf) -> Result<Self> {
        tool("cp", &["-a".as_ref(), self.data.as_os_str(), data.as_os_str()])?;
        Ok(Self {
            data,
            clerk: self.clerk.again(),
            office: self.office.again(),
            outsider: self.outsider.clone(),
            entries: self.entries,
            slots: self.slots.clone(),
            made: self.made,
        })
    }

    /// How many reports can still be handed in.
    pub(crate) fn places_left(&self) -> usize {
        self.slots.len()
    }

    /// The next reports to be handed in; fewer where the places run out.
    pub(crate) fn next_submissions(&mut self, count: usize, random: &mut Random) -> Vec<Submission> {
        let slots = self.slots.split_off(self.slots.len().saturating_sub(count));
        slots
            .into_iter()
            .rev()
            .map(|slot| {
                self.made += 1;
                Submission::new(self.made, slot, random)
            })
            .collect()
    }

    /// Takes back the places of reports that never left their clerks.
    pub(crate) fn take_back(&mut self, unused: Vec<Submission>) {
        self.slots
            .extend(unused.into_iter().rev().map(|submission| submission.slot));
    }
}

fn plan_of(supervisor: &mut Person) -> Option<String> {
    // With one plan the choice of a ledger leads straight to it.
    let answer = supervisor.get("/ledger").ok()?;
    answer.location().map(str::to_owned)
}

fn one_time_password<'a>(said: &'a str, name: &str) -> Result<&'a str> {
    said.lines()
        .find(|line| line.split_whitespace().any(|cell| cell == name))
        .and_then(|line| line.split_whitespace().last())
        .with_context(|| format!("no password for {name} in {said}"))
}

/// Issues the plan and gives the address of the receipt.
fn issue(supervisor: &mut Person, plan: &str) -> Result<String> {
    let page = supervisor.page(plan)?;
    let version = hidden(&page, "version").context("the plan has no form to issue it")?;
    let fields = [("version", version.as_str()), ("idempotency_key", "torture-issue")];
    let answer = supervisor.submit(&format!("{plan}/issue"), &fields)?;
    let command = answer
        .location()
        .and_then(|location| location.split_once("done="))
        .map(|(_, command)| command.to_owned());
    match (answer.status, command) {
        (303, Some(command)) => Ok(format!("/receipts/{command}")),
        (status, _) => bail!("issuing the plan was answered with {status}"),
    }
}

/// Every place for a report: month after month, so that neighbours are of different tasks.
fn slots(clerk: &mut Person, plan: &str) -> Result<Vec<Slot>> {
    let mut tasks = Vec::new();
    let mut next = Some(format!("{plan}/ledger"));
    while let Some(path) = next.take() {
        let page = clerk.page(&path)?;
        let ids = links(&page, "/tasks/").into_iter().filter_map(|link| {
            let id: String = link.strip_prefix("/tasks/")?.chars().take(36).collect();
            (id.len() == 36).then(|| format!("/tasks/{id}"))
        });
        for task in ids {
            if !tasks.contains(&task) {
                tasks.push(task);
            }
        }
        let here = after(&path);
        next = links(&page, &format!("{plan}/ledger?"))
            .into_iter()
            .filter(|link| after(link) > here)
            .min_by_key(|link| after(link));
    }
    let mut fields = Vec::new();
    for task in &tasks {
        let form = clerk.page(&format!("{task}/report"))?;
        let field = form
            .split("name=\"value-")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .map(|target| format!("value-{target}"));
        fields.push(field);
    }
    let slots = (1..=MONTHS).flat_map(|month| {
        tasks.iter().zip(&fields).map(move |(task, field)| Slot {
            task: task.clone(),
            period: format!("{YEAR}-{month:02}"),
            value_field: field.clone(),
        })
    });
    Ok(slots.collect())
}

/// The number after which a page of the ledger begins.
fn after(link: &str) -> u64 {
    link.split_once("after=")
        .and_then(|(_, rest)| rest.split('&').next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}
