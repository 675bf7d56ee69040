//! `luoshi backup` and `luoshi restore`: one archive of a whole site, enciphered where somebody is named who can open it, and proven by
//! opening it. What is in an archive is decided by the application; here it gets its file.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Read},
    path::{Path, PathBuf},
};

use age::{Decryptor, Encryptor, IdentityFile, x25519};
use indicatif::ProgressBar;
use luoshi_app::backup::{self, ArchiveError, BackupError, BackupPhase, DATABASE, Opened};
use luoshi_ledger::log::IncidentCause;

use crate::{
    arguments::backup::{BackupArguments, RestoreArguments},
    command::verify::{findings, verified},
    exit::Exit,
    failure::Failure,
    output::{complain, print, progress},
    settings::Settings,
    site::{self, beside},
    words::{Words, count, text},
};

/// How an enciphered archive begins.
const AGE: &[u8] = b"age-encryption.org/";
/// Where in the scratch folder of a data folder an archive is unpacked that becomes its site.
const UNPACKED: &str = "restoring";

/// Writes a backup of the site of the data folder and opens it again.
pub(crate) fn run(arguments: &BackupArguments, settings: &Settings, words: Words) -> Result<Exit, Failure> {
    let output = &arguments.output;
    if output.exists() {
        return Err(Failure::FileExists { path: output.clone() });
    }
    let mut recipients = Vec::with_capacity(arguments.recipient.len() + 1);
    for recipient in &arguments.recipient {
        recipients.push(
            recipient
                .parse::<x25519::Recipient>()
                .map_err(|_| Failure::NotARecipient {
                    recipient: recipient.clone(),
                })?,
        );
    }
    let app = site::open(&settings.place()?)?;
    let scratch = app.backup_scratch().map_err(|error| not_made(output, error))?;
    let write_failed = |cause: io::Error| Failure::WriteFile {
        path: output.clone(),
        cause,
    };
    // Nothing but a whole and proven backup ever has the name that was asked for.
    let partial = Partial(beside(output, ".partial"));
    let file = create_private(&partial.0).map_err(write_failed)?;
    let mut writer = BufWriter::new(file);
    let bar = Phases::new(words);
    // The archive is opened once with this key, which is gone when the command ends.
    let opener = x25519::Identity::generate();
    let made = if recipients.is_empty() {
        app.back_up(&scratch, &mut writer, &mut |phase, done, total| {
            bar.tell(phase, done, total)
        })
    } else {
        recipients.push(opener.to_public());
        let of_all = recipients.iter().map(|recipient| recipient as &dyn age::Recipient);
        let encryptor = Encryptor::with_recipients(of_all).map_err(|error| Failure::Defect(error.into()))?;
        let mut stream = encryptor.wrap_output(&mut writer).map_err(write_failed)?;
        let made = app.back_up(&scratch, &mut stream, &mut |phase, done, total| {
            bar.tell(phase, done, total)
        });
        stream.finish().map_err(write_failed)?;
        made
    };
    let manifest = made.map_err(|error| not_made(output, error))?;
    let file = writer.into_inner().map_err(|error| write_failed(error.into_error()))?;
    file.sync_all().map_err(write_failed)?;
    let opened = {
        let folder = scratch.for_opening().map_err(write_failed)?;
        let mut archive = deciphered(&partial.0, &[Box::new(opener)])?;
        let opened = backup::open(&mut archive, &folder, &mut |phase, done, total| {
            bar.tell(phase, done, total)
        });
        opened.map_err(|error| of_archive(output, error))?
    };
    drop(scratch);
    bar.bar.finish_and_clear();
    fs::rename(&partial.0, output).map_err(write_failed)?;
    site::flush_folder_of(output).map_err(write_failed)?;
    let byte_count = fs::metadata(output).map_err(write_failed)?.len();
    print(&words.say_with(
        "backup-done",
        &[
            ("path", text(output.display())),
            ("parts", count(manifest.parts.len())),
            ("size", text(indicatif::HumanBytes(byte_count))),
            ("events", text(opened.events)),
        ],
    ))?;
    print(&words.say("backup-key"))?;
    let mut exit = Exit::Done;
    for path in &manifest.missing {
        complain(&words.say_with("backup-missing", &[("path", text(path))]));
        exit = Exit::Findings;
    }
    if opened.differences > 0 {
        complain(&words.say_with("backup-differs", &[("count", text(opened.differences))]));
        exit = Exit::Findings;
    }
    Ok(exit)
}

/// Makes a site of a backup, or only opens it.
pub(crate) fn restore(arguments: &RestoreArguments, settings: &Settings, words: Words) -> Result<Exit, Failure> {
    let archive = &arguments.archive;
    let identities = read_identities(arguments.identity.as_deref())?;
    let bar = Phases::new(words);
    if arguments.check {
        let scratch = Unpacked::new(beside(archive, ".opened"))?;
        let opened = backup::open(
            &mut deciphered(archive, &identities)?,
            &scratch.0,
            &mut |phase, done, total| {
                bar.tell(phase, done, total);
            },
        );
        bar.bar.finish_and_clear();
        return told(&opened.map_err(|error| of_archive(archive, error))?, words);
    }
    let witnessed = match &arguments.witnessed {
        Some(path) => Some(fs::read_to_string(path).map_err(|cause| Failure::ReadFile {
            path: path.clone(),
            cause,
        })?),
        None => None,
    };
    let place = settings.place()?;
    let folder_failed = |cause: io::Error| Failure::Folder {
        data: place.data.clone(),
        cause,
    };
    if place.is_taken() {
        return Err(Failure::SiteExists {
            data: place.data.clone(),
        });
    }
    site::refuse_foreign(&place.data)?;
    let scratch = place.data.join("scratch");
    let unpacked = scratch.join(UNPACKED);
    let parts = [place.data.join("files"), place.data.join("log")];
    if unpacked.exists() {
        // An earlier try was broken off; what it brought is in the archive still.
        for part in parts.iter().chain([&unpacked]).filter(|part| part.exists()) {
            fs::remove_dir_all(part).map_err(folder_failed)?;
        }
    }
    for part in parts.iter().filter(|part| part.exists()) {
        // Empty ones go; whatever else lies there is not this backup's.
        fs::remove_dir(part).map_err(|_| Failure::ForeignFolder {
            data: place.data.clone(),
        })?;
    }
    fs::create_dir_all(&scratch).map_err(folder_failed)?;
    let unpacked = Unpacked::new(unpacked)?;
    let opened = backup::unpack(
        &mut deciphered(archive, &identities)?,
        &unpacked.0,
        &mut |phase, done, total| {
            bar.tell(phase, done, total);
        },
    )
    .map_err(|error| of_archive(archive, error))?;
    bar.bar.finish_and_clear();
    if opened.differences > 0 {
        let exit = told(&opened, words);
        complain(&words.say("restore-not-made"));
        return exit;
    }
    let is_newest = witnessed
        .as_ref()
        .is_some_and(|note| backup::is_last_checkpoint(&opened.manifest, note));
    if witnessed.is_some() && !is_newest {
        complain(&words.say("restore-not-witnessed"));
    }
    let halt = site::take_over(
        &place,
        &unpacked.0.join(DATABASE),
        |store| backup::mark_restored(store, is_newest),
        |part| {
            let from = unpacked.0.join(part);
            if !from.exists() {
                return Ok(());
            }
            if let (Some(files), "files") = (&place.files.store, part) {
                backup::put_back(files, &from).map_err(|error| Failure::Files { cause: error.into() })?;
            }
            let to = place.data.join(part);
            fs::rename(&from, &to)
                .and_then(|()| site::flush_folder_of(&to))
                .map_err(folder_failed)
        },
    )?;
    drop(unpacked);
    let app = site::open(&place)?;
    let verification = verified(&app, words)?;
    print(&words.say_with(
        "restore-done",
        &[
            ("data", text(place.data.display())),
            ("made_at", text(opened.manifest.made_at)),
            ("events", text(verification.events)),
            ("files", text(verification.files)),
        ],
    ))?;
    match halt {
        None => {}
        Some(IncidentCause::Restored) => print(&words.say("restore-halted"))?,
        // It stood still before it was backed up.
        Some(cause) => print(&words.say(&format!("log-halt-{}", cause.code())))?,
    }
    print(&words.say("restore-next"))?;
    if verification.is_sound() {
        return Ok(Exit::Done);
    }
    complain(&findings(&verification, words).join("\n"));
    Ok(Exit::Findings)
}

fn told(opened: &Opened, words: Words) -> Result<Exit, Failure> {
    print(&words.say_with(
        "restore-opened",
        &[
            ("made_at", text(opened.manifest.made_at)),
            ("parts", count(opened.manifest.parts.len())),
            ("events", text(opened.events)),
        ],
    ))?;
    if opened.differences == 0 {
        return Ok(Exit::Done);
    }
    complain(&words.say_with("restore-differs", &[("count", text(opened.differences))]));
    Ok(Exit::Findings)
}

/// The bytes of an archive, deciphered where they are enciphered.
fn deciphered(path: &Path, identities: &[Box<dyn age::Identity>]) -> Result<Box<dyn Read>, Failure> {
    let failed = |cause: io::Error| Failure::ReadFile {
        path: path.to_owned(),
        cause,
    };
    let mut reader = BufReader::with_capacity(64 * 1024, File::open(path).map_err(failed)?);
    if !reader.fill_buf().map_err(failed)?.starts_with(AGE) {
        return Ok(Box::new(reader));
    }
    if identities.is_empty() {
        return Err(Failure::IdentityNeeded { path: path.to_owned() });
    }
    let damaged = || Failure::NotABackup { path: path.to_owned() };
    let decryptor = Decryptor::new_buffered(reader).map_err(|_| damaged())?;
    let stream = decryptor
        .decrypt(identities.iter().map(AsRef::as_ref))
        .map_err(|_| Failure::WrongIdentity { path: path.to_owned() })?;
    Ok(Box::new(stream))
}

fn read_identities(path: Option<&Path>) -> Result<Vec<Box<dyn age::Identity>>, Failure> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let file = File::open(path).map_err(|cause| Failure::ReadFile {
        path: path.to_owned(),
        cause,
    })?;
    let none = || Failure::NotAnIdentity { path: path.to_owned() };
    let file = IdentityFile::from_buffer(BufReader::new(file)).map_err(|_| none())?;
    let identities = file.into_identities().map_err(|_| none())?;
    let identities: Vec<Box<dyn age::Identity>> = identities
        .into_iter()
        .map(|identity| -> Box<dyn age::Identity> { identity })
        .collect();
    if identities.is_empty() {
        Err(none())
    } else {
        Ok(identities)
    }
}

fn not_made(path: &Path, error: BackupError) -> Failure {
    match error {
        BackupError::UnderWay => Failure::BackupUnderWay,
        BackupError::App(error) => error.into(),
        BackupError::Write(cause) => Failure::WriteFile {
            path: path.to_owned(),
            cause,
        },
    }
}

fn of_archive(path: &Path, error: ArchiveError) -> Failure {
    let path = path.to_owned();
    match error {
        ArchiveError::NotABackup => Failure::NotABackup { path },
        ArchiveError::BrokenOff => Failure::BackupBrokenOff { path },
        ArchiveError::Differs(part) => Failure::BackupDamaged { path, part },
        ArchiveError::Newer => Failure::NewerBackup { path },
        ArchiveError::Read(cause) => Failure::ReadFile { path, cause },
        ArchiveError::Store(cause) => Failure::Database {
            database: path.display().to_string(),
            cause: cause.into(),
        },
    }
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A file that goes unless it was given its name.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        // After the archive has got its name there is none.
        let _gone_already = fs::remove_file(&self.0);
    }
}

/// A private folder that goes at the end.
struct Unpacked(PathBuf);

impl Unpacked {
    fn new(path: PathBuf) -> Result<Self, Failure> {
        let failed = |cause: io::Error| Failure::Folder {
            data: path.clone(),
            cause,
        };
        if path.exists() {
            fs::remove_dir_all(&path).map_err(failed)?;
        }
        fs::create_dir(&path).map_err(failed)?;
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o700)).map_err(failed)?;
        Ok(Self(path))
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next try.
        let _left_behind = fs::remove_dir_all(&self.0);
    }
}

/// A bar that names what is being done.
struct Phases {
    bar: ProgressBar,
    words: Words,
}

impl Phases {
    fn new(words: Words) -> Self {
        Self {
            bar: progress(0, String::new()),
            words,
        }
    }

    fn tell(&self, phase: BackupPhase, done: u64, total: u64) {
        self.bar
            .set_message(self.words.say(&format!("backup-phase-{}", phase.code())));
        self.bar.set_length(total);
        self.bar.set_position(done);
    }
}
