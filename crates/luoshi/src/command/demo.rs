//! `luoshi demo`: makes the demo site the first time, then serves it.

use std::{fs, path::Path, sync::Arc};

use luoshi_app::{App, Clock, SystemClock};
use luoshi_ledger::Actor;

use crate::{
    arguments::demo::DemoArguments,
    command::{
        admin::role_words,
        diagnostics,
        serve::{announce, listen, runtime, start_log, stop_signal, until_stopped},
    },
    demo::{self, DemoError, PASSWORD, Source, Summary},
    exit::Exit,
    failure::Failure,
    output::{complain, print, table},
    settings::Settings,
    site,
    words::{Words, count, text},
};

/// Makes or reuses the demo site and serves it.
pub(crate) fn run(arguments: &DemoArguments, settings: &Settings, words: Words) -> Result<Exit, Failure> {
    settings.refuse_plain_http()?;
    let place = settings.demo_place()?;
    let data = place.data.clone();
    runtime()?.block_on(async {
        // Before half a year is written, so that a taken port is told at once.
        let listener = listen(settings.listen).await?;
        let reuses = place.holds_site();
        if !reuses {
            refuse_other_things(&data)?;
            let source = match &arguments.document {
                Some(path) => read(path)?,
                None => Source::shipped(SystemClock.now()),
            };
            complain(&words.say("demo-making"));
            match demo::make(&place, &source).await {
                Ok(()) => {}
                Err(DemoError::Unusable(errors)) => {
                    complain(&words.say_with("import-refused", &[("file", text(&source.file_name))]));
                    complain(&diagnostics::lines(&errors, words).join("\n"));
                    return Ok(Exit::Findings);
                }
                Err(DemoError::Failure(failure)) => return Err(failure),
            }
        }
        let app = site::open(&place)?;
        if reuses {
            refuse_other_site(&app, &data, arguments.document.as_deref())?;
        }
        // A site that was left for some days has lights of another day.
        app.drain_jobs().await?;
        let summary = demo::summary(&app)?;
        let stopped = stop_signal()?;
        say_what_there_is(&data, &summary, reuses, words)?;
        let address = announce(settings, &listener, words)?;
        print(&words.say_with("demo-public", &[("address", text(format!("{address}/public")))]))?;
        print(&words.say("serve-stop"))?;
        start_log(settings)?;
        until_stopped(app, listener, settings, stopped).await?;
        print(&words.say("serve-stopped"))?;
        Ok(Exit::Done)
    })
}

fn read(path: &Path) -> Result<Source, Failure> {
    let bytes = fs::read(path).map_err(|cause| Failure::ReadFile {
        path: path.to_owned(),
        cause,
    })?;
    Ok(Source {
        file_name: diagnostics::file_name(path),
        bytes,
        with_task_by_hand: false,
    })
}

/// The demo is moved to its place whole, so that the place has to be free.
fn refuse_other_things(data: &Path) -> Result<(), Failure> {
    let is_free = match fs::read_dir(data) {
        Ok(mut entries) => entries.next().is_none(),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => true,
        Err(cause) => {
            return Err(Failure::Folder {
                data: data.to_owned(),
                cause,
            });
        }
    };
    if is_free {
        Ok(())
    } else {
        Err(Failure::ForeignFolder { data: data.to_owned() })
    }
}

/// A real site is not shown as a demo, nor a demo of one document for that of another.
fn refuse_other_site(app: &Arc<App>, data: &Path, document: Option<&Path>) -> Result<(), Failure> {
    if !demo::is_demo(app)? {
        return Err(Failure::NotADemo { data: data.to_owned() });
    }
    let Some(path) = document else { return Ok(()) };
    let wanted = demo::hash(&read(path)?);
    let has_it = app
        .documents(&Actor::console())?
        .iter()
        .any(|document| document.sha256 == wanted);
    if has_it {
        Ok(())
    } else {
        Err(Failure::OtherDemo { data: data.to_owned() })
    }
}

fn say_what_there_is(data: &Path, summary: &Summary, reuses: bool, words: Words) -> Result<(), Failure> {
    let key = if reuses { "demo-reused" } else { "demo-made" };
    print(&words.say_with(
        key,
        &[
            ("data", text(data.display())),
            ("tasks", count(summary.tasks)),
            ("reports", count(summary.reports)),
        ],
    ))?;
    print(&words.say_with("demo-accounts", &[("password", text(PASSWORD))]))?;
    let heads = ["name", "role", "organisation"].map(|head| words.say(&format!("admin-head-{head}")));
    let rows: Vec<Vec<String>> = summary
        .accounts
        .iter()
        .map(|account| {
            vec![
                account.sign_in_name.clone(),
                role_words(&account.roles, words),
                account.organisation_name.clone(),
            ]
        })
        .collect();
    print(&table(&heads, &rows))?;
    if summary.accounts.len() < 2 {
        print(&words.say("demo-unreported"))?;
    }
    if let Some(name) = &summary.another {
        print(&words.say_with(
            "demo-other-accounts",
            &[("name", text(name)), ("data", text(data.display()))],
        ))?;
    }
    Ok(())
}
