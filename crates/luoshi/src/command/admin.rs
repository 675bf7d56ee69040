//! `luoshi admin`: the supervision office, accounts and passwords, by whoever runs the program on the server.
//!
//! Passwords that are made here are shown once and kept nowhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::Arc,
};

use luoshi_app::{
    App, AppError,
    account::{NewAccount, OpenedAccount},
};
use luoshi_export::{Cell, Column, ColumnKind, Sheet, csv};
use luoshi_ledger::{
    Actor, Command, Refusal, Role,
    command::FoundOrganisation,
    ids::{OrganisationId, PlanId},
    organisation::OrganisationKind,
    view::{AccountSummary, LedgerFilter, OrganisationSummary, organisation_named},
};

use crate::{
    arguments::admin::{
        AdminCommand, CreateAccountArguments, CreateAccountsArguments, CreateOfficeArguments, ResetPasswordArguments,
        RoleName, SweepFilesArguments,
    },
    command::{erasures, jobs, serve::runtime},
    exit::Exit,
    failure::Failure,
    output::{print, table},
    settings::Settings,
    site,
    words::{Words, count, text},
};

/// The longest beginning of a sign-in name that a body's name gives; with the ending it stays below the ledger's limit of 64.
const LONGEST_STEM: usize = 48;
/// What follows the body's name in a clerk's sign-in name. Sign-in names are data and the same in both languages.
const CLERK_ENDING: &str = ".填报";
/// What follows the body's name in a head's sign-in name.
const HEAD_ENDING: &str = ".审核";

/// Carries out one of the subcommands.
pub(crate) fn run(command: &AdminCommand, settings: &Settings, words: Words) -> Result<Exit, Failure> {
    runtime()?.block_on(async {
        let place = settings.place()?;
        let app = match command {
            AdminCommand::CreateOffice(_) => site::open_or_create(&place)?,
            _ => site::open(&place)?,
        };
        match command {
            AdminCommand::CreateOffice(arguments) => create_office(&app, arguments, words).await?,
            AdminCommand::CreateAccount(arguments) => create_account(&app, arguments, words).await?,
            AdminCommand::CreateAccounts(arguments) => create_accounts(&app, arguments, words).await?,
            AdminCommand::ResetPassword(arguments) => reset_password(&app, arguments, words).await?,
            AdminCommand::List => list(&app, words)?,
            AdminCommand::SweepFiles(arguments) => sweep_files(&app, arguments, words).await?,
            AdminCommand::RebuildSearch => rebuild_search(&app, words).await?,
            AdminCommand::Erasures { command } => erasures::run(&app, command, words).await?,
            // What was given up may fail again at once; that is for the list to tell and no failure of this command.
            AdminCommand::Jobs { command } => {
                jobs::run(&app, command, words).await?;
                return Ok(Exit::Done);
            }
        }
        app.drain_jobs().await?;
        Ok(Exit::Done)
    })
}

async fn create_office(app: &Arc<App>, arguments: &CreateOfficeArguments, words: Words) -> Result<(), Failure> {
    let (office, founded) = found_office(app, &arguments.name).await?;
    let key = if founded {
        "admin-office-created"
    } else {
        "admin-office-exists"
    };
    print(&words.say_with(key, &[("name", text(&arguments.name))]))?;
    let account = new_account(
        &arguments.sign_in_name,
        arguments.display_name.as_deref(),
        vec![Role::Supervisor],
        office,
    );
    let opened = open_accounts(app, vec![account]).await?;
    show_passwords(app, &opened, words)?;
    print(&words.say("admin-next-serve"))
}

/// The supervision office of that name; founds it where there is none. The second value says whether it was founded now.
pub(crate) async fn found_office(app: &Arc<App>, name: &str) -> Result<(OrganisationId, bool), Failure> {
    let console = Actor::console();
    let present = app
        .organisations(&console)?
        .into_iter()
        .find(|body| body.name == name && body.kind == OrganisationKind::SupervisionOffice);
    if let Some(office) = present {
        return Ok((office.id, false));
    }
    let organisation = OrganisationId(app.new_id());
    let command = Command::FoundOrganisation(FoundOrganisation {
        organisation,
        name: name.to_owned(),
        short_names: Vec::new(),
        kind: OrganisationKind::SupervisionOffice,
    });
    app.execute(&console, command.into()).await?;
    Ok((organisation, true))
}

async fn create_account(app: &Arc<App>, arguments: &CreateAccountArguments, words: Words) -> Result<(), Failure> {
    let bodies = app.organisations(&Actor::console())?;
    let name = &arguments.organisation;
    let body = organisation_named(&bodies, name).ok_or_else(|| Failure::NoSuchOrganisation { name: name.clone() })?;
    let account = new_account(
        &arguments.sign_in_name,
        arguments.display_name.as_deref(),
        arguments.role.iter().map(|role| role_of(*role)).collect(),
        body.id,
    );
    let opened = open_accounts(app, vec![account]).await?;
    show_passwords(app, &opened, words)
}

async fn rebuild_search(app: &Arc<App>, words: Words) -> Result<(), Failure> {
    let worker = Arc::clone(app);
    tokio::task::spawn_blocking(move || worker.rebuild_search())
        .await
        .map_err(|cause| Failure::from(AppError::internal(cause)))??;
    print(&words.say("admin-search-rebuilt"))
}

/// An account with a one-time password; pages show the name to sign in with where no other was given.
fn new_account(
    sign_in_name: &str,
    display_name: Option<&str>,
    roles: Vec<Role>,
    organisation: OrganisationId,
) -> NewAccount {
    NewAccount {
        sign_in_name: sign_in_name.to_owned(),
        display_name: display_name.unwrap_or(sign_in_name).to_owned(),
        roles,
        organisation,
        password: None,
    }
}

fn role_of(name: RoleName) -> Role {
    match name {
        RoleName::Clerk => Role::Clerk,
        RoleName::Head => Role::Head,
        RoleName::Supervisor => Role::Supervisor,
    }
}

async fn create_accounts(app: &Arc<App>, arguments: &CreateAccountsArguments, words: Words) -> Result<(), Failure> {
    let plan = plan_of(app, &arguments.plan)?;
    let reporters = reporters_of(app, plan)?;
    if reporters.is_empty() {
        return Err(Failure::NobodyReports);
    }
    let missing = missing_accounts(&reporters, &app.accounts(&Actor::console())?, words);
    let bodies_with_new: BTreeSet<OrganisationId> = missing.iter().map(|account| account.organisation).collect();
    let complete = reporters.len() - bodies_with_new.len();
    // Made before any account is opened: a password that cannot be written down afterwards would be lost.
    let file = match &arguments.output {
        Some(path) if !missing.is_empty() => Some((path, create_secret_file(path)?)),
        _ => None,
    };
    let opened = open_accounts(app, missing).await?;
    print(&words.say_with("admin-accounts-opened", &[("count", count(opened.len()))]))?;
    if complete > 0 {
        print(&words.say_with("admin-accounts-present", &[("count", count(complete))]))?;
    }
    if opened.is_empty() {
        return Ok(());
    }
    let rows = show_passwords(app, &opened, words).and_then(|()| password_rows(app, &opened, words))?;
    if let Some((path, mut file)) = file {
        let bytes = csv(&password_sheet(&rows, words)).map_err(|error| Failure::Defect(error.into()))?;
        file.write_all(&bytes)
            .and_then(|()| file.sync_all())
            .map_err(|cause| Failure::WriteFile {
                path: path.clone(),
                cause,
            })?;
        print(&words.say_with("admin-accounts-written", &[("path", text(path.display()))]))?;
    }
    Ok(())
}

/// Lists the files that nothing refers to, or removes them.
async fn sweep_files(app: &Arc<App>, arguments: &SweepFilesArguments, words: Words) -> Result<(), Failure> {
    let sweep = if arguments.remove {
        app.sweep_files().await?
    } else {
        app.sweepable_files().await?
    };
    if sweep.files.is_empty() && sweep.incoming == 0 {
        return print(&words.say("admin-sweep-nothing"));
    }
    if !sweep.files.is_empty() {
        let bodies = app.organisations(&Actor::console())?;
        let heads = ["organisation", "sha256", "bytes"].map(|head| words.say(&format!("admin-head-{head}")));
        let rows: Vec<Vec<String>> = sweep
            .files
            .iter()
            .map(|file| {
                let owner = bodies.iter().find(|body| body.id == file.organisation);
                vec![
                    owner.map_or_else(|| words.say("admin-site-files"), |body| body.name.clone()),
                    file.sha256.clone(),
                    file.byte_count.to_string(),
                ]
            })
            .collect();
        print(&table(&heads, &rows))?;
    }
    let key = if arguments.remove {
        "admin-sweep-done"
    } else {
        "admin-sweep-would"
    };
    let values = [
        ("count", text(sweep.files.len())),
        ("bytes", text(sweep.byte_count())),
        ("incoming", text(sweep.incoming)),
    ];
    print(&words.say_with(key, &values))?;
    if arguments.remove {
        return Ok(());
    }
    print(&words.say("admin-sweep-next"))
}

/// The plan of that id, or the latest one.
fn plan_of(app: &Arc<App>, name: &str) -> Result<PlanId, Failure> {
    let plans = app.plans(&Actor::console())?;
    let found = if name == "latest" {
        // Version 7 ids sort by the time of their making.
        plans.iter().map(|plan| plan.id).max()
    } else {
        plans.iter().map(|plan| plan.id).find(|plan| plan.to_string() == name)
    };
    found.ok_or_else(|| Failure::NoSuchPlan { name: name.to_owned() })
}

/// The bodies that report on a task of the plan, in the order of the ledger.
pub(crate) fn reporters_of(app: &Arc<App>, plan: PlanId) -> Result<Vec<OrganisationSummary>, Failure> {
    let console = Actor::console();
    let Some(page) = app.ledger(&console, plan, &LedgerFilter::default())? else {
        return Ok(Vec::new());
    };
    let bodies: BTreeMap<OrganisationId, OrganisationSummary> = app
        .organisations(&console)?
        .into_iter()
        .map(|body| (body.id, body))
        .collect();
    let mut seen = BTreeSet::new();
    Ok(page
        .rows
        .iter()
        .flat_map(|row| &row.reporters)
        .filter(|(id, _)| seen.insert(*id))
        .filter_map(|(id, _)| bodies.get(id).cloned())
        .collect())
}

/// A clerk and a head for every body that has none yet.
pub(crate) fn missing_accounts(
    reporters: &[OrganisationSummary],
    present: &[AccountSummary],
    words: Words,
) -> Vec<NewAccount> {
    let mut taken: BTreeSet<String> = present.iter().map(|account| account.sign_in_name.clone()).collect();
    let mut missing = Vec::new();
    for body in reporters {
        let short_name = body.shortest_name();
        for (role, ending, shown) in [
            (Role::Clerk, CLERK_ENDING, "admin-display-clerk"),
            (Role::Head, HEAD_ENDING, "admin-display-head"),
        ] {
            if present
                .iter()
                .any(|account| account.organisation == body.id && account.roles.contains(&role))
            {
                continue;
            }
            let stem: String = short_name
                .chars()
                .filter(|character| !character.is_whitespace() && !character.is_control())
                .take(LONGEST_STEM)
                .collect();
            let sign_in_name = (1..)
                .map(|attempt: u32| match attempt {
                    1 => format!("{stem}{ending}"),
                    _ => format!("{stem}{attempt}{ending}"),
                })
                .find(|name| !taken.contains(name))
                .unwrap_or_default();
            taken.insert(sign_in_name.clone());
            missing.push(NewAccount {
                display_name: words.say_with(shown, &[("organisation", text(&stem))]),
                sign_in_name,
                roles: vec![role],
                organisation: body.id,
                password: None,
            });
        }
    }
    missing
}

/// Opens accounts; a name that is taken is told apart from other things that exist already, for it is all that can be meant here.
async fn open_accounts(app: &Arc<App>, accounts: Vec<NewAccount>) -> Result<Vec<OpenedAccount>, Failure> {
    let first = accounts
        .first()
        .map(|account| account.sign_in_name.clone())
        .unwrap_or_default();
    app.open_accounts(&Actor::console(), accounts)
        .await
        .map_err(|error| match Failure::from(error) {
            Failure::Refused(Refusal::AlreadyExists) => Failure::NameTaken { name: first },
            other => other,
        })
}

async fn reset_password(app: &Arc<App>, arguments: &ResetPasswordArguments, words: Words) -> Result<(), Failure> {
    let name = &arguments.sign_in_name;
    let opened = app
        .reset_password(&Actor::console(), name)
        .await
        .map_err(|error| match error {
            luoshi_app::AppError::NotFound => Failure::NoSuchAccount { name: name.clone() },
            other => other.into(),
        })?;
    print(&words.say("admin-password-reset"))?;
    show_passwords(app, &[opened], words)
}

fn list(app: &Arc<App>, words: Words) -> Result<(), Failure> {
    let console = Actor::console();
    let accounts = app.accounts(&console)?;
    if accounts.is_empty() {
        print(&words.say("admin-no-accounts"))?;
    } else {
        let heads =
            ["organisation", "role", "name", "display-name"].map(|head| words.say(&format!("admin-head-{head}")));
        let rows: Vec<Vec<String>> = accounts
            .iter()
            .map(|account| {
                vec![
                    account.organisation_name.clone(),
                    role_words(&account.roles, words),
                    account.sign_in_name.clone(),
                    account.display_name.clone(),
                ]
            })
            .collect();
        print(&table(&heads, &rows))?;
    }
    print("")?;
    let plans = app.plans(&console)?;
    if plans.is_empty() {
        return print(&words.say("admin-no-plans"));
    }
    let heads = ["plan", "year", "title", "tasks", "issued"].map(|head| words.say(&format!("admin-head-{head}")));
    let rows: Vec<Vec<String>> = plans
        .iter()
        .map(|plan| {
            let issued = plan.issued_at.map_or_else(
                || words.say("admin-not-issued"),
                |at| luoshi_ledger::period::day_in_china(at).to_string(),
            );
            vec![
                plan.id.to_string(),
                plan.year.to_string(),
                plan.title.clone(),
                plan.task_count.to_string(),
                issued,
            ]
        })
        .collect();
    print(&table(&heads, &rows))
}

pub(super) fn role_words(roles: &[Role], words: Words) -> String {
    let said: Vec<String> = roles
        .iter()
        .map(|role| words.say(&format!("admin-role-{}", role.code())))
        .collect();
    said.join(" ")
}

fn password_heads(words: Words) -> [String; 4] {
    ["organisation", "role", "name", "password"].map(|head| words.say(&format!("admin-head-{head}")))
}

fn password_rows(app: &Arc<App>, opened: &[OpenedAccount], words: Words) -> Result<Vec<Vec<String>>, Failure> {
    let accounts = app.accounts(&Actor::console())?;
    Ok(opened
        .iter()
        .filter_map(|new| {
            let account = accounts.iter().find(|account| account.id == new.account)?;
            Some(vec![
                account.organisation_name.clone(),
                role_words(&account.roles, words),
                new.sign_in_name.clone(),
                new.password.clone(),
            ])
        })
        .collect())
}

fn show_passwords(app: &Arc<App>, opened: &[OpenedAccount], words: Words) -> Result<(), Failure> {
    print(&words.say("admin-passwords-once"))?;
    print(&table(&password_heads(words), &password_rows(app, opened, words)?))
}

fn password_sheet(rows: &[Vec<String>], words: Words) -> Sheet {
    Sheet {
        name: words.say("admin-head-name"),
        title: String::new(),
        notes: Vec::new(),
        columns: password_heads(words)
            .into_iter()
            .map(|heading| Column {
                heading,
                width: 24,
                kind: ColumnKind::Text,
            })
            .collect(),
        frozen_columns: 0,
        rows: rows
            .iter()
            .map(|row| row.iter().map(|cell| Cell::from(cell.as_str())).collect())
            .collect(),
    }
}

/// A new file that only its owner can read.
fn create_secret_file(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::FileExists { path: path.to_owned() },
        _ => Failure::WriteFile {
            path: path.to_owned(),
            cause,
        },
    })
}

#[cfg(test)]
mod tests {
    use luoshi_types::Language;
    use uuid::Uuid;

    use super::*;

    fn body(number: u128, name: &str, short_names: &[&str]) -> OrganisationSummary {
        OrganisationSummary {
            id: OrganisationId(Uuid::from_u128(number)),
            name: name.to_owned(),
            short_names: short_names.iter().map(|name| (*name).to_owned()).collect(),
            kind: OrganisationKind::Department,
        }
    }

    fn names(accounts: &[NewAccount]) -> Vec<&str> {
        accounts.iter().map(|account| account.sign_in_name.as_str()).collect()
    }

    const WORDS: Words = Words(Language::Chinese);

    #[test]
    fn names_are_readable_and_unique() {
        let bodies = [
            body(1, "霁川省财政厅", &["省财政厅"]),
            body(2, "望澜市财政厅", &["省财政厅"]),
            body(3, "霁川 海关", &[]),
        ];
        let accounts = missing_accounts(&bodies, &[], WORDS);
        assert_eq!(
            names(&accounts),
            [
                "省财政厅.填报",
                "省财政厅.审核",
                "省财政厅2.填报",
                "省财政厅2.审核",
                "霁川海关.填报",
                "霁川海关.审核"
            ]
        );
        assert_eq!(accounts[0].display_name, "省财政厅填报人");
    }

    #[test]
    fn a_body_that_has_its_accounts_gets_no_others() {
        let bodies = [body(1, "省财政厅", &[])];
        let clerk = AccountSummary {
            id: luoshi_ledger::ids::AccountId(Uuid::from_u128(9)),
            sign_in_name: "old".to_owned(),
            display_name: "old".to_owned(),
            roles: vec![Role::Clerk],
            organisation: bodies[0].id,
            organisation_name: "省财政厅".to_owned(),
        };
        assert_eq!(names(&missing_accounts(&bodies, &[clerk], WORDS)), ["省财政厅.审核"]);
    }

    #[test]
    fn a_very_long_name_gives_a_name_that_the_ledger_takes() {
        let long = "委".repeat(100);
        let accounts = missing_accounts(&[body(1, &long, &[])], &[], WORDS);
        assert!(
            accounts
                .iter()
                .all(|account| account.sign_in_name.chars().count() <= 64)
        );
        assert!(
            accounts
                .iter()
                .all(|account| account.display_name.chars().count() <= 64)
        );
    }
}
