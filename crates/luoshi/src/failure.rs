//! Why a command was not carried out, one variant a cause, with the exit code and the message of each. The words are in the locale files.

use std::{io, net::SocketAddr, path::PathBuf};

use jiff::civil::Date;
use luoshi_app::{AppError, OpenError, review::ReviewError};
use luoshi_intake::parse::organisations::RegistryFault;
use luoshi_ledger::{Refusal, log::IncidentCause};
use luoshi_store::StoreError;

use crate::{
    exit::Exit,
    log_source::SourceError,
    site::Place,
    words::{Value, Words, count, text},
};

/// Why a command ended early. Nothing was changed by it then, unless a variant says otherwise.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A setting has a value that it cannot have, or does not exist.
    Setting(Box<figment::Error>),
    /// The public address is none that a browser can open.
    PublicUrl { address: String },
    /// Passwords would cross a network in the clear.
    PlainHttp { listen: SocketAddr },
    /// The scanner's address is none.
    Scanner { address: String },
    /// Received files cannot be kept where the settings say.
    FileStore { name: &'static str, place: String },
    /// Received files are to be kept in a bucket, and the program was built without that.
    NoBuckets { place: String },
    /// Received files cannot be read or written.
    Files { cause: anyhow::Error },
    /// The bucket of the published logs cannot be used.
    LogStore { cause: std::io::Error },
    /// Workbooks are bytes that a screen cannot show.
    OutputNeeded,
    /// A file cannot be read.
    ReadFile { path: PathBuf, cause: io::Error },
    /// A file cannot be written.
    WriteFile { path: PathBuf, cause: io::Error },
    /// The file is there already and holds what must not be overwritten.
    FileExists { path: PathBuf },
    /// The screen, or the program behind the pipe, takes nothing any more.
    Output(io::Error),
    /// The folders that were named hold no file.
    NothingToRead,
    /// The document has fewer tasks than the one asked for.
    NoSuchTask { number: usize, tasks: usize },
    /// The registry of bodies has faults; each is told in a line of its own.
    Registry { path: PathBuf, faults: Vec<RegistryFault> },
    /// No site lives in the folder.
    NoSite { data: PathBuf },
    /// The folder holds other things; a site is not made among them.
    ForeignFolder { data: PathBuf },
    /// The site in the folder is not a demo.
    NotADemo { data: PathBuf },
    /// A scratch site is not made in the folder of a real one.
    SiteInTheWay { data: PathBuf },
    /// The demo in the folder was made from another document.
    OtherDemo { data: PathBuf },
    /// The data folder cannot be made or read.
    Folder { data: PathBuf, cause: io::Error },
    /// The database belongs to an older release.
    NeedsMigration { data: PathBuf },
    /// The database belongs to a newer release.
    NewerSchema { data: PathBuf },
    /// The setting `database` is no address that can be used; it is not shown, since it may hold a password.
    DatabaseAddress,
    /// The database belongs to another program.
    ForeignDatabase { database: String },
    /// The database that is to be copied into holds something.
    NotEmpty { database: String },
    /// A copy into the database was broken off.
    HalfCopied { database: String },
    /// Something was written to the database while it was copied.
    StillInUse { database: String },
    /// The copy is not what was copied.
    CopyDiffers { database: String },
    /// The site has moved from this database to another one.
    Moved { database: String, moved_to: String },
    /// The database server cannot be reached.
    Unreachable { database: String, cause: anyhow::Error },
    /// A setting of the database would lose acknowledged changes.
    UnsafeSetting {
        database: String,
        name: &'static str,
        expected: String,
        found: String,
    },
    /// The words in the database are sealed, and the key of an epoch is not in the folder of keys.
    NoWordKey {
        data: PathBuf,
        database: String,
        epoch: u32,
    },
    /// The database cannot be used for another reason.
    Database { database: String, cause: anyhow::Error },
    /// The log cannot be signed, and nothing is recorded meanwhile.
    LogHalted { cause: IncidentCause },
    /// Another backup of the site is under way.
    BackupUnderWay,
    /// The file is no backup.
    NotABackup { path: PathBuf },
    /// The backup ends too early.
    BackupBrokenOff { path: PathBuf },
    /// A part of the backup is not what its manifest says.
    BackupDamaged { path: PathBuf, part: String },
    /// A newer release made the backup.
    NewerBackup { path: PathBuf },
    /// The backup is enciphered and no secret key was given.
    IdentityNeeded { path: PathBuf },
    /// None of the secret keys opens the backup.
    WrongIdentity { path: PathBuf },
    /// The file holds no secret keys.
    NotAnIdentity { path: PathBuf },
    /// What was given as a public key is none.
    NotARecipient { recipient: String },
    /// A site is there already.
    SiteExists { data: PathBuf },
    /// The disk failed while the site was served; nothing after that was acknowledged.
    DiskLost { data: PathBuf },
    /// The log's key is another site's.
    ForeignKey { data: PathBuf },
    /// The log's key is damaged.
    DamagedKey { data: PathBuf },
    /// The log cannot be read where it is said to be.
    LogUnreachable { place: String, cause: SourceError },
    /// There is no checkpoint where a log is said to be.
    NoLog { place: String },
    /// No verifier key was given, and none lies beside the file.
    KeyNeeded,
    /// What was given as a verifier key is none.
    NotAKey { key: String },
    /// What was given as a checkpoint is none of this log.
    NotACheckpoint { path: String },
    /// What was given as an entry is none.
    NotAnEntry { entry: String },
    /// The file holds no receipt.
    NotAReceipt { path: PathBuf },
    /// The file holds no opened entries of a public task.
    NothingOpened { path: PathBuf },
    /// The log has fewer entries than the one asked for.
    NoSuchEntry { index: u64, size: u64 },
    /// The entry is not in the log.
    EntryNotFound,
    /// The address cannot be listened on.
    Listen { listen: SocketAddr, cause: io::Error },
    /// No plan has the id that was given, or there is none at all.
    NoSuchPlan { name: String },
    /// No plan was in the ledger on the day that was given, or not that one.
    NoPlanThen { day: Date },
    /// The day that was given has not come yet.
    FutureDay,
    /// Nobody reports on any task of the plan.
    NobodyReports,
    /// No body has the name that was given.
    NoSuchOrganisation { name: String },
    /// Nobody signs in with the name that was given.
    NoSuchAccount { name: String },
    /// No erasure has the id that was given.
    NoSuchErasure { name: String },
    /// No job of that number was given up.
    NoSuchJob { job: i64 },
    /// Somebody signs in with that name already.
    NameTaken { name: String },
    /// The ledger refuses.
    Refused(Refusal),
    /// Too much is being written, or somebody else changed the same thing meanwhile.
    Busy,
    /// Whether the change is durable is not known.
    Unavailable,
    /// A defect.
    Defect(anyhow::Error),
}

impl Failure {
    /// A failure of [`OpenError`]'s sort, for the site at `place`.
    pub(crate) fn of_opening(place: &Place, error: OpenError) -> Self {
        let data = place.data.clone();
        match error {
            OpenError::Store(error) => Self::of_store(place, error),
            OpenError::Folder(cause) => Failure::Folder { data, cause },
            OpenError::Files(cause) => Failure::Files { cause: cause.into() },
            OpenError::Logs(cause) => Failure::LogStore { cause },
            OpenError::ForeignKey => Failure::ForeignKey { data },
            OpenError::DamagedKey => Failure::DamagedKey { data },
            OpenError::Internal(cause) => Failure::Defect(anyhow::anyhow!(cause)),
        }
    }

    /// A failure of [`StoreError`]'s sort, for the site at `place`.
    pub(crate) fn of_store(place: &Place, error: StoreError) -> Self {
        let data = place.data.clone();
        let database = place.database_text();
        match error {
            StoreError::Missing(_) => Failure::NoSite { data },
            StoreError::NeedsMigration { .. } => Failure::NeedsMigration { data },
            StoreError::NewerSchema { .. } => Failure::NewerSchema { data },
            StoreError::ForeignDatabase => Failure::ForeignDatabase { database },
            StoreError::NotEmpty => Failure::NotEmpty { database },
            StoreError::BadAddress => Failure::DatabaseAddress,
            StoreError::Unreachable(_) => Failure::Unreachable {
                database,
                cause: error.into(),
            },
            StoreError::Setting { name, expected, found } => Failure::UnsafeSetting {
                database,
                name,
                expected,
                found,
            },
            StoreError::NoWordKey { epoch } => Failure::NoWordKey { data, database, epoch },
            other => Failure::Database {
                database,
                cause: other.into(),
            },
        }
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Failure::Setting(_)
            | Failure::PublicUrl { .. }
            | Failure::PlainHttp { .. }
            | Failure::Scanner { .. }
            | Failure::FileStore { .. }
            | Failure::NoBuckets { .. }
            | Failure::OutputNeeded
            | Failure::FutureDay
            | Failure::KeyNeeded
            | Failure::NotAKey { .. }
            | Failure::NotAnEntry { .. }
            | Failure::NotARecipient { .. }
            | Failure::NotAnIdentity { .. }
            | Failure::IdentityNeeded { .. }
            | Failure::DatabaseAddress
            | Failure::Registry { .. } => Exit::Usage,
            Failure::NothingToRead
            | Failure::NoSuchTask { .. }
            | Failure::NoSuchEntry { .. }
            | Failure::EntryNotFound
            | Failure::CopyDiffers { .. } => Exit::Findings,
            Failure::ReadFile { .. }
            | Failure::WriteFile { .. }
            | Failure::FileExists { .. }
            | Failure::Output(_)
            | Failure::NoSite { .. }
            | Failure::ForeignFolder { .. }
            | Failure::NotADemo { .. }
            | Failure::SiteInTheWay { .. }
            | Failure::OtherDemo { .. }
            | Failure::Folder { .. }
            | Failure::Files { .. }
            | Failure::LogStore { .. }
            | Failure::NeedsMigration { .. }
            | Failure::NewerSchema { .. }
            | Failure::Database { .. }
            | Failure::DiskLost { .. }
            | Failure::ForeignDatabase { .. }
            | Failure::NotEmpty { .. }
            | Failure::HalfCopied { .. }
            | Failure::StillInUse { .. }
            | Failure::Moved { .. }
            | Failure::Unreachable { .. }
            | Failure::UnsafeSetting { .. }
            | Failure::NoWordKey { .. }
            | Failure::ForeignKey { .. }
            | Failure::DamagedKey { .. }
            | Failure::BackupUnderWay
            | Failure::NotABackup { .. }
            | Failure::BackupBrokenOff { .. }
            | Failure::BackupDamaged { .. }
            | Failure::NewerBackup { .. }
            | Failure::WrongIdentity { .. }
            | Failure::SiteExists { .. }
            | Failure::LogHalted { .. }
            | Failure::LogUnreachable { .. }
            | Failure::NoLog { .. }
            | Failure::NotACheckpoint { .. }
            | Failure::NotAReceipt { .. }
            | Failure::NothingOpened { .. }
            | Failure::Listen { .. }
            | Failure::Busy
            | Failure::Unavailable => Exit::Unavailable,
            Failure::NoSuchPlan { .. }
            | Failure::NoPlanThen { .. }
            | Failure::NobodyReports
            | Failure::NoSuchOrganisation { .. }
            | Failure::NoSuchAccount { .. }
            | Failure::NameTaken { .. }
            | Failure::NoSuchErasure { .. }
            | Failure::NoSuchJob { .. }
            | Failure::Refused(_) => Exit::Refused,
            Failure::Defect(_) => Exit::Defect,
        }
    }

    /// Whether only the reader of the output has gone, which is no fault (`luoshi parse … | head`).
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Failure::Output(cause) if cause.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The message: what is the matter, what to do next, and the cause that the system gives, a line each.
    pub(crate) fn message(&self, words: Words) -> String {
        let (key, values) = self.key();
        let what = words.say_with(&key, &values);
        let mut lines = vec![words.say_with("failure-line", &[("what", text(what))])];
        if let Some(next) = words.find(&format!("{key}.next"), &values) {
            lines.push(words.say_with("failure-next-line", &[("next", text(next))]));
        }
        if let Failure::Registry { faults, .. } = self {
            lines.extend(faults.iter().map(|fault| registry_fault(fault, words)));
        }
        if let Some(cause) = self.cause() {
            lines.push(words.say_with("failure-cause-line", &[("cause", text(cause))]));
        }
        lines.join("\n")
    }

    fn key(&self) -> (String, Vec<(&'static str, Value)>) {
        let path = |path: &PathBuf| text(path.display());
        let (key, values) = match self {
            Failure::Setting(_) => ("failure-setting", vec![]),
            Failure::PublicUrl { address } => ("failure-public-url", vec![("address", text(address))]),
            Failure::PlainHttp { listen } => ("failure-plain-http", vec![("listen", text(listen))]),
            Failure::Scanner { address } => ("failure-scanner", vec![("address", text(address))]),
            Failure::FileStore { name, place } => {
                ("failure-file-store", vec![("name", text(name)), ("place", text(place))])
            }
            Failure::NoBuckets { place } => ("failure-no-buckets", vec![("place", text(place))]),
            Failure::Files { .. } => ("failure-files", vec![]),
            Failure::LogStore { .. } => ("failure-log-store", vec![]),
            Failure::OutputNeeded => ("failure-output-needed", vec![]),
            Failure::ReadFile { path: file, .. } => ("failure-read-file", vec![("path", path(file))]),
            Failure::WriteFile { path: file, .. } => ("failure-write-file", vec![("path", path(file))]),
            Failure::FileExists { path: file } => ("failure-file-exists", vec![("path", path(file))]),
            Failure::Output(_) => ("failure-output", vec![]),
            Failure::NothingToRead => ("failure-nothing-to-read", vec![]),
            Failure::NoSuchTask { number, tasks } => (
                "failure-no-such-task",
                vec![("number", count(*number)), ("tasks", count(*tasks))],
            ),
            Failure::Registry { path: file, .. } => ("failure-registry", vec![("path", path(file))]),
            Failure::NoSite { data } => ("failure-no-site", vec![("data", path(data))]),
            Failure::ForeignFolder { data } => ("failure-foreign-folder", vec![("data", path(data))]),
            Failure::NotADemo { data } => ("failure-not-a-demo", vec![("data", path(data))]),
            Failure::SiteInTheWay { data } => ("failure-site-in-the-way", vec![("data", path(data))]),
            Failure::OtherDemo { data } => ("failure-other-demo", vec![("data", path(data))]),
            Failure::Folder { data, .. } => ("failure-folder", vec![("data", path(data))]),
            Failure::NeedsMigration { data } => ("failure-needs-migration", vec![("data", path(data))]),
            Failure::NewerSchema { data } => ("failure-newer-schema", vec![("data", path(data))]),
            Failure::DatabaseAddress => ("failure-database-address", vec![]),
            Failure::ForeignDatabase { database } => ("failure-foreign-database", vec![("database", text(database))]),
            Failure::NotEmpty { database } => ("failure-not-empty", vec![("database", text(database))]),
            Failure::HalfCopied { database } => ("failure-half-copied", vec![("database", text(database))]),
            Failure::StillInUse { database } => ("failure-still-in-use", vec![("database", text(database))]),
            Failure::CopyDiffers { database } => ("failure-copy-differs", vec![("database", text(database))]),
            Failure::Moved { database, moved_to } => (
                "failure-moved",
                vec![("database", text(database)), ("moved_to", text(moved_to))],
            ),
            Failure::Unreachable { database, .. } => ("failure-unreachable", vec![("database", text(database))]),
            Failure::BackupUnderWay => ("failure-backup-under-way", vec![]),
            Failure::NotABackup { path: file } => ("failure-not-a-backup", vec![("path", path(file))]),
            Failure::BackupBrokenOff { path: file } => ("failure-backup-broken-off", vec![("path", path(file))]),
            Failure::BackupDamaged { path: file, part } => (
                "failure-backup-damaged",
                vec![("path", path(file)), ("part", text(part))],
            ),
            Failure::NewerBackup { path: file } => ("failure-newer-backup", vec![("path", path(file))]),
            Failure::IdentityNeeded { path: file } => ("failure-identity-needed", vec![("path", path(file))]),
            Failure::WrongIdentity { path: file } => ("failure-wrong-identity", vec![("path", path(file))]),
            Failure::NotAnIdentity { path: file } => ("failure-not-an-identity", vec![("path", path(file))]),
            Failure::NotARecipient { recipient } => ("failure-not-a-recipient", vec![("recipient", text(recipient))]),
            Failure::SiteExists { data } => ("failure-site-exists", vec![("data", path(data))]),
            Failure::NoWordKey { data, database, epoch } => (
                "failure-no-word-key",
                vec![
                    ("database", text(database)),
                    ("file", path(&data.join("key").join(format!("words-{epoch}.key")))),
                ],
            ),
            Failure::UnsafeSetting {
                database,
                name,
                expected,
                found,
            } => (
                "failure-unsafe-setting",
                vec![
                    ("database", text(database)),
                    ("name", text(name)),
                    ("expected", text(expected)),
                    ("found", text(found)),
                ],
            ),
            Failure::Database { database, .. } => ("failure-database", vec![("database", text(database))]),
            Failure::DiskLost { data } => ("failure-disk-lost", vec![("data", path(data))]),
            Failure::ForeignKey { data } => ("failure-foreign-key", vec![("data", path(data))]),
            Failure::DamagedKey { data } => ("failure-damaged-key", vec![("data", path(data))]),
            Failure::LogHalted { cause } => return (format!("failure-log-halted-{}", cause.code()), vec![]),
            Failure::LogUnreachable { place, .. } => ("failure-log-unreachable", vec![("place", text(place))]),
            Failure::NoLog { place } => ("failure-no-log", vec![("place", text(place))]),
            Failure::KeyNeeded => ("failure-key-needed", vec![]),
            Failure::NotAKey { key } => ("failure-not-a-key", vec![("key", text(key))]),
            Failure::NotACheckpoint { path } => ("failure-not-a-checkpoint", vec![("path", text(path))]),
            Failure::NotAnEntry { entry } => ("failure-not-an-entry", vec![("entry", text(entry))]),
            Failure::NotAReceipt { path: file } => ("failure-not-a-receipt", vec![("path", path(file))]),
            Failure::NothingOpened { path: file } => ("failure-nothing-opened", vec![("path", path(file))]),
            Failure::NoSuchEntry { index, size } => (
                "failure-no-such-entry",
                vec![("index", text(index)), ("size", text(size))],
            ),
            Failure::EntryNotFound => ("failure-entry-not-found", vec![]),
            Failure::Listen { listen, .. } => ("failure-listen", vec![("listen", text(listen))]),
            Failure::NoSuchPlan { name } => ("failure-no-such-plan", vec![("name", text(name))]),
            Failure::NoPlanThen { day } => ("failure-no-plan-then", vec![("day", text(day))]),
            Failure::FutureDay => ("failure-future-day", vec![]),
            Failure::NobodyReports => ("failure-nobody-reports", vec![]),
            Failure::NoSuchOrganisation { name } => ("failure-no-such-organisation", vec![("name", text(name))]),
            Failure::NoSuchAccount { name } => ("failure-no-such-account", vec![("name", text(name))]),
            Failure::NoSuchErasure { name } => ("failure-no-such-erasure", vec![("name", text(name))]),
            Failure::NoSuchJob { job } => ("failure-no-such-job", vec![("job", text(job))]),
            Failure::NameTaken { name } => ("failure-name-taken", vec![("name", text(name))]),
            Failure::Refused(refusal) => return (refusal_key(*refusal), vec![("code", text(refusal.code()))]),
            Failure::Busy => ("failure-busy", vec![]),
            Failure::Unavailable => ("failure-unavailable", vec![]),
            Failure::Defect(_) => ("failure-defect", vec![]),
        };
        (key.to_owned(), values)
    }

    fn cause(&self) -> Option<String> {
        match self {
            Failure::Setting(cause) => Some(cause.to_string()),
            Failure::ReadFile { cause, .. }
            | Failure::WriteFile { cause, .. }
            | Failure::Output(cause)
            | Failure::Folder { cause, .. }
            | Failure::LogStore { cause }
            | Failure::Listen { cause, .. } => Some(cause.to_string()),
            Failure::LogUnreachable { cause, .. } => Some(cause.to_string()),
            Failure::Database { cause, .. }
            | Failure::Unreachable { cause, .. }
            | Failure::Files { cause }
            | Failure::Defect(cause) => Some(format!("{cause:#}")),
            _ => None,
        }
    }
}

/// The refusals that a command of the console can meet have words of their own; any other one is named by its code.
fn refusal_key(refusal: Refusal) -> String {
    match refusal {
        Refusal::InvalidName
        | Refusal::NoRole
        | Refusal::SupervisorOutsideOffice
        | Refusal::InvalidText
        | Refusal::NoReason
        | Refusal::LogIsSound
        | Refusal::NoTasks
        | Refusal::FileErased
        | Refusal::ErasureDecided
        | Refusal::OfficeAlone => format!("refusal-{}", refusal.code()),
        _ => "refusal-other".to_owned(),
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(refusal) => Failure::Refused(refusal),
            AppError::Conflict | AppError::Busy => Failure::Busy,
            AppError::Unavailable => Failure::Unavailable,
            AppError::FutureDay => Failure::FutureDay,
            AppError::LogHalted(cause) => Failure::LogHalted { cause },
            other => Failure::Defect(other.into()),
        }
    }
}

impl From<ReviewError> for Failure {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::App(error) => error.into(),
            ReviewError::Changed => Failure::Busy,
            other => Failure::Defect(other.into()),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(cause: anyhow::Error) -> Self {
        Failure::Defect(cause)
    }
}

/// One fault of a registry file, in a line.
pub(crate) fn registry_fault(fault: &RegistryFault, words: Words) -> String {
    let values = match fault {
        RegistryFault::Form { line, cause } => vec![
            (
                "line",
                text(line.map_or_else(|| "?".to_owned(), |line| line.to_string())),
            ),
            ("cause", text(cause)),
        ],
        RegistryFault::Name { name } => vec![("name", text(format!("“{name}”")))],
        RegistryFault::NoEnds { name } | RegistryFault::Order { name } | RegistryFault::Twice { name } => {
            vec![("name", text(name))]
        }
        RegistryFault::Period { name, period } => vec![("name", text(name)), ("period", text(period))],
        RegistryFault::Successor { name, successor } => vec![("name", text(name)), ("successor", text(successor))],
    };
    format!("  {}", words.say_with(fault.code(), &values))
}

#[cfg(test)]
mod tests {
    use luoshi_types::Language;

    use super::*;

    fn one_of_each() -> Vec<Failure> {
        let data = || PathBuf::from("folder");
        let path = || PathBuf::from("file.txt");
        let cause = || io::Error::from(io::ErrorKind::PermissionDenied);
        let listen = SocketAddr::from(([127, 0, 0, 1], 80));
        vec![
            Failure::Setting(Box::new(figment::Error::from("wrong".to_owned()))),
            Failure::PublicUrl {
                address: "x".to_owned(),
            },
            Failure::PlainHttp { listen },
            Failure::Scanner {
                address: "clamd".to_owned(),
            },
            Failure::FileStore {
                name: "file_store",
                place: "ftp://x".to_owned(),
            },
            Failure::NoBuckets {
                place: "s3://x".to_owned(),
            },
            Failure::Files {
                cause: anyhow::anyhow!("cause"),
            },
            Failure::LogStore {
                cause: std::io::ErrorKind::ConnectionRefused.into(),
            },
            Failure::OutputNeeded,
            Failure::ReadFile {
                path: path(),
                cause: cause(),
            },
            Failure::WriteFile {
                path: path(),
                cause: cause(),
            },
            Failure::FileExists { path: path() },
            Failure::Output(cause()),
            Failure::NothingToRead,
            Failure::NoSuchTask { number: 3, tasks: 2 },
            Failure::Registry {
                path: path(),
                faults: vec![RegistryFault::Name { name: "x".to_owned() }],
            },
            Failure::NoSite { data: data() },
            Failure::ForeignFolder { data: data() },
            Failure::NotADemo { data: data() },
            Failure::SiteInTheWay { data: data() },
            Failure::OtherDemo { data: data() },
            Failure::Folder {
                data: data(),
                cause: cause(),
            },
            Failure::NeedsMigration { data: data() },
            Failure::NewerSchema { data: data() },
            Failure::DatabaseAddress,
            Failure::ForeignDatabase {
                database: "x".to_owned(),
            },
            Failure::NotEmpty {
                database: "x".to_owned(),
            },
            Failure::HalfCopied {
                database: "x".to_owned(),
            },
            Failure::StillInUse {
                database: "x".to_owned(),
            },
            Failure::CopyDiffers {
                database: "x".to_owned(),
            },
            Failure::Moved {
                database: "x".to_owned(),
                moved_to: "y".to_owned(),
            },
            Failure::Unreachable {
                database: "x".to_owned(),
                cause: anyhow::anyhow!("cause"),
            },
            Failure::UnsafeSetting {
                database: "x".to_owned(),
                name: "fsync",
                expected: "on".to_owned(),
                found: "off".to_owned(),
            },
            Failure::NoWordKey {
                data: data(),
                database: "x".to_owned(),
                epoch: 1,
            },
            Failure::Database {
                database: "x".to_owned(),
                cause: anyhow::anyhow!("cause"),
            },
            Failure::BackupUnderWay,
            Failure::NotABackup { path: data() },
            Failure::BackupBrokenOff { path: data() },
            Failure::BackupDamaged {
                path: data(),
                part: "x".to_owned(),
            },
            Failure::NewerBackup { path: data() },
            Failure::IdentityNeeded { path: data() },
            Failure::WrongIdentity { path: data() },
            Failure::NotAnIdentity { path: data() },
            Failure::NotARecipient {
                recipient: "x".to_owned(),
            },
            Failure::SiteExists { data: data() },
            Failure::DiskLost { data: data() },
            Failure::ForeignKey { data: data() },
            Failure::DamagedKey { data: data() },
            Failure::LogHalted {
                cause: IncidentCause::KeyLost,
            },
            Failure::LogHalted {
                cause: IncidentCause::DatabaseBehind,
            },
            Failure::LogHalted {
                cause: IncidentCause::RecordDiffers,
            },
            Failure::LogHalted {
                cause: IncidentCause::Restored,
            },
            Failure::LogUnreachable {
                place: "x".to_owned(),
                cause: SourceError::Status(500),
            },
            Failure::NoLog { place: "x".to_owned() },
            Failure::KeyNeeded,
            Failure::NotAKey { key: "x".to_owned() },
            Failure::NotACheckpoint { path: "x".to_owned() },
            Failure::NotAnEntry { entry: "x".to_owned() },
            Failure::NotAReceipt { path: path() },
            Failure::NothingOpened { path: path() },
            Failure::NoSuchEntry { index: 3, size: 2 },
            Failure::EntryNotFound,
            Failure::Listen { listen, cause: cause() },
            Failure::NoSuchPlan { name: "x".to_owned() },
            Failure::NoPlanThen { day: Date::MIN },
            Failure::FutureDay,
            Failure::NobodyReports,
            Failure::NoSuchOrganisation { name: "x".to_owned() },
            Failure::NoSuchAccount { name: "x".to_owned() },
            Failure::NoSuchErasure { name: "x".to_owned() },
            Failure::NoSuchJob { job: 1 },
            Failure::NameTaken { name: "x".to_owned() },
            Failure::Busy,
            Failure::Unavailable,
            Failure::Defect(anyhow::anyhow!("cause")),
        ]
        .into_iter()
        .chain(Refusal::ALL.iter().map(|refusal| Failure::Refused(*refusal)))
        .collect()
    }

    #[test]
    fn every_failure_says_what_to_do_in_both_languages() {
        for language in Language::ALL {
            for failure in one_of_each() {
                let message = failure.message(Words(language));
                assert!(!message.contains('⟦'), "{failure:?}: {message}");
                assert!(!message.contains("{ $"), "{failure:?}: {message}");
                assert!(
                    message.lines().count() >= 2,
                    "{failure:?} says nothing of what to do next: {message}"
                );
                assert_ne!(failure.exit(), Exit::Done, "{failure:?}");
            }
        }
    }
}
