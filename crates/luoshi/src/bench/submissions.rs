//! Durable submissions a second at growing numbers of writers, each beside its ceilings in the same minute: flushes of the disk, the same
//! rows written by nobody's leave, and on PostgreSQL the inserts of pgbench.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::anyhow;
use luoshi_app::App;
use luoshi_store::{Ceiling, GroupCommits, StoreError};
use luoshi_web::WebSettings;
use tokio::{net::TcpListener, sync::watch};

use super::{
    client::{Client, post},
    disk, pgbench,
    scratch_site::{NEXT_STEP, ScratchSite, Slot},
    timings::Timings,
};
use crate::{
    failure::Failure,
    site::{self, Database},
};

/// Connections that a server is asked for at once; by default it has a hundred, and the site needs some.
const MOST_CONNECTIONS: usize = 64;
/// How many workers the budgets speak of.
const MANY: usize = 64;

/// By which way submissions come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// By the one door of the application.
    Execute,
    /// By the form of the site, over the loopback.
    Http,
}

/// What was measured at one number of writers.
#[derive(Debug)]
pub(crate) struct Level {
    pub(crate) writers: usize,
    /// The site.
    pub(crate) site: Timings,
    /// Submissions that shared one commit, on the average; one where each commits by itself.
    pub(crate) group: usize,
    /// How often a second the same rows were written without a site, in such groups.
    pub(crate) bare_rate: f64,
    /// Appending a page and flushing it.
    pub(crate) flushes: Timings,
    /// Inserts a second by pgbench.
    pub(crate) insert_rate: Option<f64>,
}

impl Level {
    /// The share of the bare writer's speed.
    pub(crate) fn bare_ratio(&self) -> f64 {
        self.site.rate() / self.bare_rate.max(f64::EPSILON)
    }

    /// The share of pgbench's speed.
    pub(crate) fn insert_ratio(&self) -> Option<f64> {
        self.insert_rate.map(|rate| self.site.rate() / rate.max(f64::EPSILON))
    }
}

/// A promise of the design with what was measured.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Budget {
    /// Its code.
    pub(crate) code: &'static str,
    pub(crate) measured: f64,
    pub(crate) limit: f64,
    pub(crate) held: bool,
}

/// What was measured.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Rows that one submission writes.
    pub(crate) rows: usize,
    pub(crate) levels: Vec<Level>,
}

impl Outcome {
    /// The budgets that the levels speak of.
    pub(crate) fn budgets(&mut self, on_server: bool) -> Vec<Budget> {
        let mut budgets = Vec::new();
        for level in &mut self.levels {
            if level.writers == 1 && !on_server {
                let limit = 2.0 * level.flushes.percentile(50) + 1.0;
                let measured = level.site.percentile(50);
                budgets.push(Budget {
                    code: "alone",
                    measured,
                    limit,
                    held: measured <= limit,
                });
            }
            if level.writers == MANY && !on_server {
                let measured = level.bare_ratio();
                budgets.push(Budget {
                    code: "group-commit",
                    measured,
                    limit: 0.5,
                    held: measured >= 0.5,
                });
            }
            if level.writers == MANY
                && let Some(measured) = level.insert_ratio()
            {
                budgets.push(Budget {
                    code: "pgbench",
                    measured,
                    limit: 0.1,
                    held: measured >= 0.1,
                });
            }
        }
        budgets
    }
}

/// Measures at each number of writers for `duration`, and the ceilings as long. `progress` hears the number of writers that is begun.
///
/// # Errors
/// When the site, the disk or the database cannot be used.
pub(crate) async fn measure(
    site: &Arc<ScratchSite>,
    folder: &Path,
    way: Way,
    writers: &[usize],
    duration: Duration,
    mut progress: impl FnMut(usize),
) -> Result<Outcome, Failure> {
    let ceiling = Arc::new(ceiling_of(site, folder).await?);
    let mut outcome = Outcome {
        rows: ceiling.rows(),
        levels: Vec::new(),
    };
    let (stop, stopped) = watch::channel(false);
    let jobs = tokio::spawn(Arc::clone(&site.app).run_jobs(stopped.clone()));
    let entrance = match way {
        Way::Execute => Entrance::Execute,
        Way::Http => Entrance::of_server(site, serve(&site.app, stopped).await?).await?,
    };
    for writers in writers.iter().copied() {
        progress(writers);
        let flushes = disk::measure(folder, duration / 4).map_err(|cause| disk_failure(folder, cause))?;
        // Half before and half after the ceiling, so that a disk that becomes slower meanwhile is unfair to neither.
        let before = site.app.group_commits();
        let mut timings = entrance.submit(site, writers, duration / 2).await?;
        let group = mean_group(before, site.app.group_commits());
        // What the workers still owe would be paid in the time of the ceiling.
        site.app.drain_jobs().await?;
        let bare_rate = bare(&ceiling, writers, group, duration).await?;
        timings.join_later(entrance.submit(site, writers, duration / 2).await?);
        site.app.drain_jobs().await?;
        let insert_rate = match (&site.place.database, ceiling.pgbench_script()) {
            (Database::Server(server), Ok(Some(script))) => {
                pgbench::measure(server, &script, folder, writers.min(MOST_CONNECTIONS), duration)
                    .map_err(|cause| anyhow!(cause))?
            }
            (_, Err(error)) => return Err(Failure::of_store(&site.place, error)),
            _ => None,
        };
        outcome.levels.push(Level {
            writers,
            site: timings,
            group,
            bare_rate,
            flushes,
            insert_rate,
        });
    }
    let _nobody_listens = stop.send(true);
    jobs.await.map_err(|cause| Failure::Defect(cause.into()))?;
    Ok(outcome)
}

fn disk_failure(folder: &Path, cause: std::io::Error) -> Failure {
    Failure::Folder {
        data: folder.to_owned(),
        cause,
    }
}

/// The rows of a first submission, ready to be written again.
async fn ceiling_of(site: &ScratchSite, folder: &Path) -> Result<Ceiling, Failure> {
    let slot = site.next().ok_or_else(|| anyhow!("there are no months left"))?;
    let (actor, request) = site.submission(&slot)?;
    let done = site.app.execute(&actor, request).await?;
    site::open_store(&site.place)?
        .ceiling(done.command, &folder.join("ceiling.db"))
        .map_err(|error| Failure::of_store(&site.place, error))
}

/// How many writes shared a commit between two counts, rounded up: of few, a ceiling that commits more seldom is higher.
fn mean_group(before: GroupCommits, after: GroupCommits) -> usize {
    let (groups, writes) = (after.groups - before.groups, after.writes - before.writes);
    usize::try_from(writes.div_ceil(groups.max(1))).unwrap_or(1).max(1)
}

/// How often a second the rows are written by nobody's leave: on SQLite by one writer, on PostgreSQL by as many connections as there
/// are writers, in groups as large as those of the site.
async fn bare(ceiling: &Arc<Ceiling>, writers: usize, group: usize, duration: Duration) -> Result<f64, Failure> {
    let ceiling = Arc::clone(ceiling);
    let measured = tokio::task::spawn_blocking(move || {
        let connections = if ceiling.is_on_server() {
            writers.min(MOST_CONNECTIONS)
        } else {
            1
        };
        let writers = (0..connections)
            .map(|_| ceiling.writer())
            .collect::<Result<Vec<_>, StoreError>>()?;
        let began = Instant::now();
        let written = thread::scope(|scope| {
            let threads: Vec<_> = writers
                .into_iter()
                .map(|mut writer| {
                    scope.spawn(move || {
                        let mut written = 0;
                        while began.elapsed() < duration {
                            writer.write(group)?;
                            written += group;
                        }
                        Ok::<usize, StoreError>(written)
                    })
                })
                .collect();
            let mut written = 0;
            for thread in threads {
                written += thread.join().map_err(|_| StoreError::Unavailable)??;
            }
            Ok::<usize, StoreError>(written)
        })?;
        Ok::<f64, StoreError>(written as f64 / began.elapsed().as_secs_f64())
    });
    let rate = measured.await.map_err(|cause| Failure::Defect(cause.into()))?;
    rate.map_err(|cause| Failure::Defect(cause.into()))
}

/// Where submissions come in.
enum Entrance {
    Execute,
    Server(Arc<Server>),
}

/// The site, served, with who is signed in: a clerk of each body, by session and token of forms.
struct Server {
    address: SocketAddr,
    sessions: Vec<(String, String)>,
}

impl Entrance {
    async fn of_server(site: &Arc<ScratchSite>, address: SocketAddr) -> Result<Self, Failure> {
        let mut sessions = Vec::with_capacity(site.bodies.len());
        for body in &site.bodies {
            let (token, signed_in) = site.sign_clerk_in(body).await?;
            sessions.push((token, signed_in.form_token));
        }
        Ok(Entrance::Server(Arc::new(Server { address, sessions })))
    }

    async fn submit(&self, site: &Arc<ScratchSite>, writers: usize, duration: Duration) -> Result<Timings, Failure> {
        match self {
            Entrance::Execute => through_execute(site, writers, duration).await,
            Entrance::Server(server) => through_http(site, server, writers, duration).await,
        }
    }
}

async fn through_execute(site: &Arc<ScratchSite>, writers: usize, duration: Duration) -> Result<Timings, Failure> {
    let began = Instant::now();
    let tasks: Vec<_> = (0..writers)
        .map(|_| {
            let site = Arc::clone(site);
            tokio::spawn(async move {
                let mut timings = Timings::default();
                while began.elapsed() < duration {
                    let Some(slot) = site.next() else { break };
                    let (actor, request) = site.submission(&slot)?;
                    let one = Instant::now();
                    match site.app.execute(&actor, request).await {
                        Ok(_) => timings.note(one.elapsed()),
                        Err(_) => timings.failed += 1,
                    }
                }
                Ok::<Timings, Failure>(timings)
            })
        })
        .collect();
    let mut all = Timings::default();
    for task in tasks {
        all.join(task.await.map_err(|cause| Failure::Defect(cause.into()))??);
    }
    all.elapsed = began.elapsed();
    Ok(all)
}

/// Serves the site on the loopback for as long as the channel has not said stop.
///
/// # Errors
/// When no port is free.
pub(crate) async fn serve(app: &Arc<App>, mut stopped: watch::Receiver<bool>) -> Result<SocketAddr, Failure> {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let failed = |cause| Failure::Listen { listen, cause };
    let listener = TcpListener::bind(listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let settings = WebSettings {
        connections_per_client: usize::MAX,
        ..WebSettings::default()
    };
    let app = Arc::clone(app);
    tokio::spawn(luoshi_web::serve(listener, app, settings, async move {
        // An error says that whoever could tell is gone, which is the end too.
        let _told = stopped.wait_for(|stopped| *stopped).await;
    }));
    Ok(address)
}

async fn through_http(
    site: &Arc<ScratchSite>,
    server: &Arc<Server>,
    writers: usize,
    duration: Duration,
) -> Result<Timings, Failure> {
    let (site, address) = (Arc::clone(site), server.address);
    let server = Arc::clone(server);
    let load = move || {
        let began = Instant::now();
        let mut all = Timings::default();
        thread::scope(|scope| {
            let threads: Vec<_> = (0..writers)
                .map(|_| scope.spawn(|| client(&site, &server.sessions, address, began, duration)))
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
    timings.map_err(|cause| Failure::Listen { listen: address, cause })
}

fn client(
    site: &ScratchSite,
    sessions: &[(String, String)],
    address: SocketAddr,
    began: Instant,
    duration: Duration,
) -> std::io::Result<Timings> {
    let mut client = Client::connect(address)?;
    let mut timings = Timings::default();
    while began.elapsed() < duration {
        let Some(slot) = site.next() else { break };
        let Some((session, token)) = sessions.get(slot.body) else {
            break;
        };
        let request = form(&slot, address, session, token);
        let one = Instant::now();
        let answer = client.ask(&request)?;
        if answer.status == 303 && answer.location.starts_with("/receipts/") {
            timings.note(one.elapsed());
        } else {
            timings.failed += 1;
        }
    }
    Ok(timings)
}

fn form(slot: &Slot, address: SocketAddr, session: &str, token: &str) -> Vec<u8> {
    let percent = slot.percent().to_string();
    let (field, key, period, done) = (
        format!("value-{}", slot.target),
        slot.key(),
        slot.period.to_string(),
        slot.done(),
    );
    post(
        address,
        &format!("/tasks/{}/report", slot.task),
        session,
        &[
            ("form_token", token),
            ("idempotency_key", &key),
            ("period", &period),
            ("version", "0"),
            ("completion", &percent),
            ("action", "submit"),
            (&field, &percent),
            ("done", &done),
            ("problems", slot.problems()),
            ("help_wanted", ""),
            ("next_step", NEXT_STEP),
        ],
    )
}
