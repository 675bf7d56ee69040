//! `luoshi admin erasures`: the console as the second person of an erasure, and the list of erasures that is kept beside backups.
//!
//! Proposing is done on the site, where the words can be seen.

use std::{fs, path::Path, sync::Arc};

use luoshi_app::{App, Request, erasure::ErasureView};
use luoshi_ledger::{
    Actor, Command,
    command::{ConfirmErasure, DeclineErasure},
    erasure::Tombstone,
    ids::ErasureId,
};

use crate::{
    arguments::erasures::ErasuresCommand,
    failure::Failure,
    output::{print, table},
    words::{Words, count, text},
};

/// Carries out one of the subcommands.
pub(crate) async fn run(app: &Arc<App>, command: &ErasuresCommand, words: Words) -> Result<(), Failure> {
    match command {
        ErasuresCommand::List => list(app, words),
        ErasuresCommand::Confirm(arguments) => {
            let erasure = known(app, &arguments.erasure)?;
            decide(app, Command::ConfirmErasure(ConfirmErasure { erasure })).await?;
            print(&words.say("erasures-confirmed"))
        }
        ErasuresCommand::Decline(arguments) => {
            let decline = DeclineErasure {
                erasure: known(app, &arguments.erasure)?,
                reason: arguments.reason.clone(),
            };
            decide(app, Command::DeclineErasure(decline)).await?;
            print(&words.say("erasures-declined"))
        }
        ErasuresCommand::Export(arguments) => export(app, &arguments.file, words),
        ErasuresCommand::Reapply(arguments) => reapply(app, &arguments.file, words).await,
    }
}

fn known(app: &Arc<App>, name: &str) -> Result<ErasureId, Failure> {
    let unknown = || Failure::NoSuchErasure { name: name.to_owned() };
    let id: ErasureId = name.parse().map_err(|_| unknown())?;
    app.erasure(&Actor::console(), id)?.map(|_| id).ok_or_else(unknown)
}

async fn decide(app: &Arc<App>, command: Command) -> Result<(), Failure> {
    app.execute(&Actor::console(), Request::from(command)).await?;
    Ok(())
}

fn list(app: &Arc<App>, words: Words) -> Result<(), Failure> {
    let erasures = app.erasures(&Actor::console())?;
    if erasures.is_empty() {
        return print(&words.say("erasures-none"));
    }
    let heads = ["id", "time", "ground", "texts", "files", "first", "state"]
        .map(|head| words.say(&format!("erasures-head-{head}")));
    let rows: Vec<Vec<String>> = erasures.iter().map(|view| row(view, words)).collect();
    print(&table(&heads, &rows))
}

fn row(view: &ErasureView, words: Words) -> Vec<String> {
    let word = |prefix: &str, code: &str| words.say(&format!("{prefix}{}", code.replace('_', "-")));
    vec![
        view.erasure.id.to_string(),
        view.erasure.proposed_at.to_string(),
        word("erasures-ground-", view.erasure.ground.code()),
        view.erasure.texts.len().to_string(),
        view.erasure.files.len().to_string(),
        view.proposed_by_name.clone(),
        word("erasures-state-", view.progress.code()),
    ]
}

fn export(app: &Arc<App>, path: &Path, words: Words) -> Result<(), Failure> {
    let tombstones = app.tombstones()?;
    let bytes = serde_json::to_vec_pretty(&tombstones).map_err(|error| Failure::Defect(error.into()))?;
    fs::write(path, bytes).map_err(|cause| Failure::WriteFile {
        path: path.to_owned(),
        cause,
    })?;
    print(&words.say_with("erasures-exported", &[("count", count(tombstones.len()))]))
}

async fn reapply(app: &Arc<App>, path: &Path, words: Words) -> Result<(), Failure> {
    let read = |cause| Failure::ReadFile {
        path: path.to_owned(),
        cause,
    };
    let bytes = fs::read(path).map_err(read)?;
    let kept: Vec<Tombstone> = serde_json::from_slice(&bytes).map_err(|error| read(error.into()))?;
    let erased = app.reapply_erasures(kept).await?;
    print(&words.say_with("erasures-reapplied", &[("count", text(erased))]))
}
