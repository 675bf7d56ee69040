//! List and task pages a second of sites with many tasks and different numbers of reports: what a page costs must not grow with the history.

use std::{
    net::SocketAddr,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::anyhow;

use super::{
    client::{Client, get},
    scratch_site::{FollowedTask, ScratchSite},
    timings::Timings,
};
use crate::failure::Failure;

/// Turns in which sites are measured one after the other.
const TURNS: u32 = 4;

/// A page that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// The ledger, filtered by body.
    List,
    /// A task on which much was reported.
    Task,
    /// A task with its first report; the budgets are about a site on which every second task has one.
    BegunTask,
}

impl Page {
    /// All of them.
    pub(crate) const ALL: [Page; 3] = [Page::List, Page::Task, Page::BegunTask];

    /// Its code.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Page::List => "list",
            Page::Task => "task",
            Page::BegunTask => "begun-task",
        }
    }

    /// An address of it, another one for each number. A task shows the same with the fewest reports that are measured and with more.
    fn path(self, site: &ScratchSite, fewest: u64, number: usize) -> Option<String> {
        match self {
            Page::List => {
                let body = site.bodies.get(number % site.bodies.len())?;
                Some(format!("/plans/{}/ledger?organisation={}", site.plan, body.id))
            }
            Page::Task => task_path(site.tasks_with_history(fewest), number),
            Page::BegunTask => task_path(site.begun_tasks(), number),
        }
    }
}

fn task_path(tasks: &[FollowedTask], number: usize) -> Option<String> {
    // A stride that meets every task and never its neighbour next, whose history lies beside it.
    let task = tasks.get(number.wrapping_mul(7_919).checked_rem(tasks.len())?)?;
    Some(format!("/tasks/{}", task.id))
}

/// A site that is served and has so many reports.
pub(crate) struct FilledSite {
    pub(crate) reports: u64,
    pub(crate) site: Arc<ScratchSite>,
    pub(crate) address: SocketAddr,
}

/// What a page did over so many connections with so many reports in the site.
pub(crate) struct PageLoad {
    pub(crate) page: Page,
    pub(crate) reports: u64,
    pub(crate) connections: u16,
    pub(crate) timings: Timings,
}

/// Measures every page of the sites over each number of connections, each for `duration` in all. Of all numbers of reports that are measured
/// `fewest` is the smallest.
///
/// The sites take turns: a machine whose speed changes from minute to minute does so for all of them.
///
/// # Errors
/// When nobody answers.
pub(crate) async fn measure_in_turns(
    sites: &[FilledSite],
    connections: &[u16],
    fewest: u64,
    duration: Duration,
) -> Result<Vec<PageLoad>, Failure> {
    let turns = if sites.len() > 1 { TURNS } else { 1 };
    let mut loads = Vec::new();
    for filled in sites {
        for page in Page::ALL {
            loads.extend(connections.iter().map(|connections| PageLoad {
                page,
                reports: filled.reports,
                connections: *connections,
                timings: Timings::default(),
            }));
        }
    }
    let loads_of_a_site = Page::ALL.len() * connections.len();
    for _ in 0..turns {
        for place in 0..loads_of_a_site {
            // The same load of each site, one right after the other.
            for (filled, load) in sites.iter().zip(loads.iter_mut().skip(place).step_by(loads_of_a_site)) {
                let timings = measure(
                    filled,
                    load.page,
                    fewest,
                    usize::from(load.connections),
                    duration / turns,
                )
                .await?;
                load.timings.join_later(timings);
            }
        }
    }
    Ok(loads)
}

/// Asks for a page over so many connections for `duration`, as the supervision office.
async fn measure(
    filled: &FilledSite,
    page: Page,
    fewest: u64,
    connections: usize,
    duration: Duration,
) -> Result<Timings, Failure> {
    let (site, address) = (&filled.site, filled.address);
    let (session, _) = site.sign_office_in().await?;
    let site = Arc::clone(site);
    let load = move || {
        let began = Instant::now();
        let mut all = Timings::default();
        thread::scope(|scope| {
            let threads: Vec<_> = (0..connections)
                .map(|connection| {
                    let (site, session) = (&site, &session);
                    scope.spawn(move || {
                        let mut client = Client::connect(address)?;
                        let mut timings = Timings::default();
                        let mut number = connection;
                        while began.elapsed() < duration {
                            let Some(path) = page.path(site, fewest, number) else {
                                break;
                            };
                            number += connections;
                            let request = get(address, &path, session);
                            let one = Instant::now();
                            if client.ask(&request)?.status == 200 {
                                timings.note(one.elapsed());
                            } else {
                                timings.failed += 1;
                            }
                        }
                        Ok::<Timings, std::io::Error>(timings)
                    })
                })
                .collect();
            for thread in threads {
                all.join(thread.join().map_err(|_| std::io::ErrorKind::Other)??);
            }
            all.elapsed = began.elapsed();
            Ok::<Timings, std::io::Error>(all)
        })
    };
    let timings = tokio::task::spawn_blocking(load);
    let timings = timings.await.map_err(|cause| Failure::Defect(cause.into()))?;
    let timings = timings.map_err(|cause| Failure::Listen { listen: address, cause })?;
    if timings.count() == 0 {
        return Err(anyhow!("no page was answered with 200").into());
    }
    Ok(timings)
}
