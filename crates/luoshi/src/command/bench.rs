//! `luoshi bench`: measures the program on this machine and says how near it comes to what the machine can do. How it measures is the part of
//! [`crate::bench`].

use std::{
    env,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::{
    arguments::bench::{BenchArguments, BenchCommand, BenchFormat, BenchPagesArguments, BenchSettings, WayName},
    bench::{
        ScratchFolder,
        pages::{self, FilledSite, Page, PageLoad},
        scratch_site::ScratchSite,
        submissions::{self, Budget, Outcome, Way},
    },
    command::serve::runtime,
    exit::Exit,
    failure::Failure,
    output::{complain, print, progress, table},
    settings::Settings,
    site::Database,
    words::{Words, text},
};

/// Tasks of the site on which submissions are measured: enough that the months do not run out.
const TASKS: u32 = 8_000;
/// Tasks of the site whose pages are measured: twenty bodies with two thousand each.
const TASKS_OF_PAGES: u32 = 40_000;
/// Tasks of it that have one report.
const BEGUN_TASKS: u32 = 1_000;

/// Measures submissions, or pages.
pub(crate) fn run(arguments: &BenchArguments, settings: &Settings, words: Words) -> Result<Exit, Failure> {
    // A file that the settings name is somebody's site; only a server is taken from them, and only an empty database of it.
    let database = match settings.place()?.database {
        Database::Server(address) => Database::Server(address),
        Database::InTheFolder | Database::File(_) => Database::InTheFolder,
    };
    match &arguments.command {
        None => measure_submissions(arguments, database, words),
        Some(BenchCommand::Pages(arguments)) => measure_pages(arguments, database, words),
    }
}

fn folder(settings: &BenchSettings) -> Result<ScratchFolder, Failure> {
    let parent: PathBuf = settings.folder.clone().unwrap_or_else(env::temp_dir);
    ScratchFolder::below(&parent)
}

fn engine(database: &Database) -> &'static str {
    match database {
        Database::Server(_) => "postgresql",
        Database::InTheFolder | Database::File(_) => "sqlite",
    }
}

fn measure_submissions(arguments: &BenchArguments, database: Database, words: Words) -> Result<Exit, Failure> {
    let folder = folder(&arguments.settings)?;
    let engine = engine(&database);
    let (way, way_code) = match arguments.through {
        WayName::Execute => (Way::Execute, "execute"),
        WayName::Http => (Way::Http, "http"),
    };
    let tasks = arguments.settings.tasks.unwrap_or(TASKS) as usize;
    let writers: Vec<usize> = arguments.writers.iter().copied().map(usize::from).collect();
    let duration = Duration::from_secs(arguments.settings.seconds);
    let mut outcome = runtime()?.block_on(async {
        complain(&words.say("bench-making"));
        let site = Arc::new(ScratchSite::make(folder.path(), database, tasks, 1).await?);
        submissions::measure(&site, folder.path(), way, &writers, duration, |writers| {
            complain(&words.say_with("bench-measuring", &[("writers", text(writers))]));
        })
        .await
    })?;
    let budgets = outcome.budgets(engine == "postgresql");
    match arguments.settings.format {
        BenchFormat::Json => print(&submissions_json(&mut outcome, &budgets, engine, way_code).to_string())?,
        BenchFormat::Table => {
            print(&words.say_with(
                "bench-head",
                &[
                    ("engine", text(engine)),
                    ("way", text(way_code)),
                    ("rows", text(outcome.rows)),
                ],
            ))?;
            print(&submissions_table(&mut outcome, words))?;
            for budget in &budgets {
                print(&budget_line(budget, words))?;
            }
        }
    }
    Ok(Exit::Done)
}

fn submissions_json(outcome: &mut Outcome, budgets: &[Budget], engine: &str, way: &str) -> Value {
    let levels: Vec<Value> = outcome
        .levels
        .iter_mut()
        .map(|level| {
            json!({
                "writers": level.writers,
                "submissions_per_second": level.site.rate(),
                "p50_ms": level.site.percentile(50),
                "p99_ms": level.site.percentile(99),
                "failed": level.site.failed,
                "submissions_per_commit": level.group,
                "bare_per_second": level.bare_rate,
                "ratio_to_bare": level.bare_ratio(),
                "flushes_per_second": level.flushes.rate(),
                "flush_p50_ms": level.flushes.percentile(50),
                "pgbench_inserts_per_second": level.insert_rate,
                "ratio_to_pgbench": level.insert_ratio(),
            })
        })
        .collect();
    let budgets: Vec<Value> = budgets
        .iter()
        .map(|budget| {
            json!({
                "budget": budget.code,
                "measured": budget.measured,
                "limit": budget.limit,
                "held": budget.held,
            })
        })
        .collect();
    json!({
        "engine": engine,
        "through": way,
        "rows_per_submission": outcome.rows,
        "levels": levels,
        "budgets": budgets,
    })
}

fn submissions_table(outcome: &mut Outcome, words: Words) -> String {
    let on_server = outcome.levels.iter().any(|level| level.insert_rate.is_some());
    let mut keys = vec![
        "bench-writers",
        "bench-rate",
        "bench-p50",
        "bench-p99",
        "bench-group",
        "bench-bare",
        "bench-bare-ratio",
        "bench-flushes",
        "bench-flush-p50",
        "bench-failed",
    ];
    if on_server {
        keys.extend(["bench-inserts", "bench-insert-ratio"]);
    }
    let heads: Vec<String> = keys.iter().map(|key| words.say(key)).collect();
    let rows: Vec<Vec<String>> = outcome
        .levels
        .iter_mut()
        .map(|level| {
            let mut row = vec![
                level.writers.to_string(),
                format!("{:.0}", level.site.rate()),
                format!("{:.2}", level.site.percentile(50)),
                format!("{:.2}", level.site.percentile(99)),
                level.group.to_string(),
                format!("{:.0}", level.bare_rate),
                format!("{:.2}", level.bare_ratio()),
                format!("{:.0}", level.flushes.rate()),
                format!("{:.2}", level.flushes.percentile(50)),
                level.site.failed.to_string(),
            ];
            if on_server {
                row.push(level.insert_rate.map_or_else(String::new, |rate| format!("{rate:.0}")));
                row.push(
                    level
                        .insert_ratio()
                        .map_or_else(String::new, |ratio| format!("{ratio:.2}")),
                );
            }
            row
        })
        .collect();
    table(&heads, &rows)
}

fn budget_line(budget: &Budget, words: Words) -> String {
    let verdict = words.say(if budget.held { "bench-held" } else { "bench-missed" });
    words.say_with(
        &format!("bench-budget-{}", budget.code),
        &[
            ("measured", text(format!("{:.2}", budget.measured))),
            ("limit", text(format!("{:.2}", budget.limit))),
            ("verdict", text(verdict)),
        ],
    )
}

/// A load of pages as it is told.
struct PageFigure {
    page: Page,
    reports: u64,
    connections: u16,
    rate: f64,
    p50: f64,
    p99: f64,
    failed: u64,
    /// How much longer the usual answer took than with the fewest reports.
    growth: f64,
}

fn page_figures(loads: Vec<PageLoad>) -> Vec<PageFigure> {
    let mut figures: Vec<PageFigure> = Vec::with_capacity(loads.len());
    for mut load in loads {
        let p50 = load.timings.percentile(50);
        let fewest = figures
            .iter()
            .find(|figure| figure.page == load.page && figure.connections == load.connections)
            .map_or(p50, |figure| figure.p50);
        figures.push(PageFigure {
            page: load.page,
            reports: load.reports,
            connections: load.connections,
            rate: load.timings.rate(),
            p50,
            p99: load.timings.percentile(99),
            failed: load.timings.failed,
            growth: p50 / fewest.max(f64::EPSILON),
        });
    }
    figures
}

/// A site with so many begun tasks, in which the history of a task is whole before that of the next begins: with more reports the pages that are
/// measured show the same, and what they cost more is the price of what else is there.
async fn begun_site(
    folder: &Path,
    database: Database,
    tasks: u32,
    most_reports: u64,
) -> Result<Arc<ScratchSite>, Failure> {
    let begun = BEGUN_TASKS.min(tasks / 10).max(1);
    let filled = u64::from(tasks.saturating_sub(begun).max(1));
    let months_in_a_row = most_reports.div_ceil(filled).max(1);
    let mut site = ScratchSite::make(folder, database, tasks as usize, months_in_a_row).await?;
    site.begin(begun as usize).await?;
    Ok(Arc::new(site))
}

async fn fill(site: &ScratchSite, reports: u64, words: Words) -> Result<(), Failure> {
    let bar = progress(reports, words.say("bench-filling"));
    let filled = site.fill(reports, |there| bar.set_position(there)).await;
    bar.finish_and_clear();
    filled?;
    site.app.drain_jobs().await?;
    Ok(())
}

fn measure_pages(arguments: &BenchPagesArguments, database: Database, words: Words) -> Result<Exit, Failure> {
    let folder = folder(&arguments.settings)?;
    let engine = engine(&database);
    let duration = Duration::from_secs(arguments.settings.seconds);
    let tasks = arguments.settings.tasks.unwrap_or(TASKS_OF_PAGES);
    let mut reports = arguments.reports.clone();
    reports.sort_unstable();
    reports.dedup();
    let (fewest, most) = (
        reports.first().copied().unwrap_or_default(),
        reports.last().copied().unwrap_or_default(),
    );
    let connections = &arguments.connections;
    let loads = runtime()?.block_on(async {
        complain(&words.say("bench-making"));
        let (stop, stopped) = watch::channel(false);
        let mut loads = Vec::new();
        if let Database::Server(_) = &database {
            // A database on a server has room for one site, which grows between its measurements.
            let site = begun_site(folder.path(), database, tasks, most).await?;
            let address = submissions::serve(&site.app, stopped).await?;
            for reports in reports {
                fill(&site, reports, words).await?;
                let site = Arc::clone(&site);
                let filled = FilledSite { reports, site, address };
                loads.extend(pages::measure_in_turns(&[filled], connections, fewest, duration).await?);
            }
        } else {
            let mut sites = Vec::with_capacity(reports.len());
            for reports in reports {
                let folder = folder.room(&reports.to_string())?;
                let site = begun_site(&folder, database.clone(), tasks, most).await?;
                let address = submissions::serve(&site.app, stopped.clone()).await?;
                fill(&site, reports, words).await?;
                sites.push(FilledSite { reports, site, address });
            }
            loads = pages::measure_in_turns(&sites, connections, fewest, duration).await?;
        }
        let _nobody_listens = stop.send(true);
        Ok::<_, Failure>(loads)
    })?;
    let figures = page_figures(loads);
    match arguments.settings.format {
        BenchFormat::Json => print(&pages_json(&figures, engine, tasks).to_string())?,
        BenchFormat::Table => print(&pages_table(&figures, words))?,
    }
    Ok(Exit::Done)
}

fn pages_json(figures: &[PageFigure], engine: &str, tasks: u32) -> Value {
    let figures: Vec<Value> = figures
        .iter()
        .map(|figure| {
            json!({
                "page": figure.page.code(),
                "reports": figure.reports,
                "connections": figure.connections,
                "pages_per_second": figure.rate,
                "p50_ms": figure.p50,
                "p99_ms": figure.p99,
                "failed": figure.failed,
                "growth": figure.growth,
            })
        })
        .collect();
    json!({ "engine": engine, "tasks": tasks, "pages": figures })
}

fn pages_table(figures: &[PageFigure], words: Words) -> String {
    let heads = [
        "bench-page",
        "bench-reports",
        "bench-connections",
        "bench-page-rate",
        "bench-p50",
        "bench-p99",
        "bench-growth",
        "bench-failed",
    ]
    .map(|key| words.say(key));
    let rows: Vec<Vec<String>> = figures
        .iter()
        .map(|figure| {
            vec![
                words.say(&format!("bench-page-{}", figure.page.code())),
                figure.reports.to_string(),
                figure.connections.to_string(),
                format!("{:.0}", figure.rate),
                format!("{:.2}", figure.p50),
                format!("{:.2}", figure.p99),
                format!("{:.2}", figure.growth),
                figure.failed.to_string(),
            ]
        })
        .collect();
    table(&heads, &rows)
}
