//! `luoshi import`: a breakdown document into the site, as a review or, where it is asked for, adopted at once.

use luoshi_app::{
    document::{ImportError, LARGEST_DOCUMENT, Upload},
    review::Review,
};
use luoshi_intake::{IntakeSettings, Limits, intake};
use luoshi_ledger::{Actor, ids::PlanId};
use luoshi_types::Severity;

use crate::{
    arguments::import::ImportArguments,
    command::{diagnostics, parse::read, serve::runtime},
    exit::Exit,
    failure::Failure,
    output::{complain, print},
    settings::Settings,
    site,
    words::{Words, count, text},
};

/// Takes the document in as the console.
pub(crate) fn run(arguments: &ImportArguments, settings: &Settings, words: Words) -> Result<Exit, Failure> {
    let (date, year) = (arguments.document.date, arguments.document.year);
    // Read by the reader's own limit, which is wider, so that the complaint about a large file can tell its size.
    let bytes = read(&arguments.file, &Limits::default()).map_err(|cause| Failure::ReadFile {
        path: arguments.file.clone(),
        cause,
    })?;
    let limits = Limits {
        bytes: LARGEST_DOCUMENT,
        ..Limits::default()
    };
    let file_name = diagnostics::file_name(&arguments.file);
    // Looked at before the site is opened, so that a document that cannot be used does not even leave an empty site behind.
    let found = intake(
        &bytes,
        &file_name,
        &IntakeSettings {
            date,
            year,
            limits,
            ..IntakeSettings::default()
        },
    );
    let errors: Vec<_> = found
        .parsed
        .diagnostics
        .into_iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .collect();
    let refuse = |errors: &[luoshi_types::Diagnostic]| {
        complain(&words.say_with("import-refused", &[("file", text(&file_name))]));
        complain(&diagnostics::lines(errors, words).join("\n"));
        Ok(Exit::Findings)
    };
    if !errors.is_empty() {
        return refuse(&errors);
    }
    let console = Actor::console();
    let upload = Upload {
        file_name: file_name.clone(),
        bytes,
        date,
        year,
    };
    runtime()?.block_on(async {
        let app = site::open_or_create(&settings.place()?)?;
        let id = match app.import_document(&console, upload).await {
            Ok(id) => id,
            Err(ImportError::Unusable(errors)) => return refuse(&errors),
            Err(ImportError::App(error)) => return Err(error.into()),
        };
        let Some(review) = app.review(&console, id)? else {
            return Err(Failure::Defect(anyhow::anyhow!("the review is gone")));
        };
        if arguments.adopt {
            let plan = app.adopt_review(&console, id, review.version, None).await?;
            say_adopted(&review, plan, settings, words)?;
        } else {
            say_review(&review, settings, words)?;
        }
        app.drain_jobs().await?;
        Ok(Exit::Done)
    })
}

fn say_review(review: &Review, settings: &Settings, words: Words) -> Result<(), Failure> {
    let unresolved = review.tasks.iter().filter(|task| task.is_unresolved()).count();
    let address = format!("{}/reviews/{}", settings.address(settings.listen), review.id);
    print(&words.say_with(
        "import-review",
        &[("tasks", count(review.tasks.len())), ("unresolved", count(unresolved))],
    ))?;
    print(&words.say_with("import-review-address", &[("address", text(address))]))?;
    print(&words.say("import-serve-hint"))
}

fn say_adopted(review: &Review, plan: PlanId, settings: &Settings, words: Words) -> Result<(), Failure> {
    let address = format!("{}/plans/{plan}/ledger", settings.address(settings.listen));
    print(&words.say_with(
        "import-adopted",
        &[
            ("title", text(&review.title)),
            ("year", text(review.year)),
            ("tasks", count(review.tasks.len())),
        ],
    ))?;
    print(&words.say_with("import-plan", &[("plan", text(plan))]))?;
    print(&words.say_with("import-plan-address", &[("address", text(address))]))?;
    print(&words.say_with("import-next", &[("plan", text(plan))]))
}
