//! `luoshi admin jobs`: work that follows a change, and what was given up: looked at, tried again, thrown away.

use std::sync::Arc;

use luoshi_app::{App, AppError};
use luoshi_ledger::Actor;

use crate::{
    arguments::jobs::JobsCommand,
    failure::Failure,
    output::{print, table},
    words::{Words, count, text},
};

/// Carries out one of the subcommands.
pub(crate) async fn run(app: &Arc<App>, command: &JobsCommand, words: Words) -> Result<(), Failure> {
    let console = Actor::console();
    match command {
        JobsCommand::List => list(app, words),
        JobsCommand::Retry(arguments) => {
            found(arguments.job, app.retry_job(&console, arguments.job).await)?;
            print(&words.say("jobs-retried"))
        }
        JobsCommand::Discard(arguments) => {
            found(arguments.job, app.discard_job(&console, arguments.job).await)?;
            print(&words.say("jobs-discarded"))
        }
    }
}

fn found(job: i64, outcome: Result<(), AppError>) -> Result<(), Failure> {
    outcome.map_err(|error| match error {
        AppError::NotFound => Failure::NoSuchJob { job },
        other => other.into(),
    })
}

fn list(app: &Arc<App>, words: Words) -> Result<(), Failure> {
    let console = Actor::console();
    let counts = app.job_counts(&console)?;
    print(&words.say_with(
        "jobs-counts",
        &[("waiting", count(counts.waiting)), ("buried", count(counts.buried))],
    ))?;
    if let Some(oldest) = counts.oldest {
        print(&words.say_with("jobs-oldest", &[("time", text(oldest))]))?;
    }
    let jobs = app.jobs(&console)?;
    if jobs.is_empty() {
        return Ok(());
    }
    let heads = ["id", "kind", "state", "attempts", "enqueued", "next", "cause"]
        .map(|head| words.say(&format!("jobs-head-{head}")));
    let rows: Vec<Vec<String>> = jobs
        .iter()
        .map(|job| {
            let state = if job.buried_at.is_some() { "buried" } else { "waiting" };
            vec![
                job.id.to_string(),
                job.kind.clone(),
                words.say(&format!("jobs-state-{state}")),
                job.attempts.to_string(),
                job.enqueued_at.to_string(),
                job.run_at.to_string(),
                job.last_error.clone().unwrap_or_default(),
            ]
        })
        .collect();
    print(&table(&heads, &rows))
}
