//! `luoshi parse`: documents to the parse contract, csv or a workbook, without a site, a database or a network.
//!
//! Files are read on all cores and written in the order of the list; one that cannot be used does not stop the others.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufWriter, Read, Write},
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{SyncSender, sync_channel},
    },
    thread,
};

use luoshi_app::{Clock, SystemClock};
use luoshi_export::{Cell, Column, ColumnKind, Metadata, Sheet, csv, xlsx};
use luoshi_intake::{IntakeSettings, Limits, intake, ledger_sheet};
use luoshi_types::{Diagnostic, Severity};

use crate::{
    arguments::parse::{OutputFormat, ParseArguments},
    command::{diagnostics, orgs::registry},
    exit::Exit,
    failure::Failure,
    output::{complain, print, progress},
    site::beside,
    words::{Words, count, text},
};

/// Files that may be ready before the one that is to be written next, for each thread: it bounds what is kept in memory.
const AHEAD: usize = 4;

/// Reads the documents and writes what was found.
pub(crate) fn run(arguments: &ParseArguments, words: Words) -> Result<Exit, Failure> {
    if arguments.format == OutputFormat::Xlsx && arguments.output.is_none() {
        return Err(Failure::OutputNeeded);
    }
    let (paths, mut tally) = list(&arguments.paths, words);
    if paths.is_empty() && tally.unreadable == 0 {
        return Err(Failure::NothingToRead);
    }
    let is_single = paths.len() == 1 && arguments.paths.len() == 1 && arguments.paths.first() == paths.first();
    let work = Work {
        settings: IntakeSettings {
            date: arguments.document.date,
            year: arguments.document.year,
            organisations: registry(&arguments.registry)?,
            ..IntakeSettings::default()
        },
        format: arguments.format,
        with_text: arguments.with_text,
        is_single,
        words,
    };
    let mut sink = Sink::open(arguments)?;
    let bar = (paths.len() > 1).then(|| progress(paths.len() as u64, words.say("parse-progress")));
    let say = |lines: &str| match &bar {
        Some(bar) => bar.suspend(|| complain(lines)),
        None => complain(lines),
    };
    let outcome = each_in_order(&paths, &work, |path, result| {
        if let Some(bar) = &bar {
            bar.inc(1);
        }
        let found = match result {
            Ok(found) => found,
            Err(cause) => {
                tally.unreadable += 1;
                say(&Failure::ReadFile {
                    path: path.to_owned(),
                    cause,
                }
                .message(words));
                return Ok(());
            }
        };
        tally.tasks += found.tasks;
        tally.failed += usize::from(found.has_errors);
        if !found.complaints.is_empty() {
            say(&words.say_with("parse-file-line", &[("file", text(path.display()))]));
            say(&found.complaints.join("\n"));
        }
        sink.take(found.product, path)
    });
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    outcome?;
    sink.finish(words)?;
    if !is_single {
        complain(&words.say_with(
            "parse-summary",
            &[
                ("files", count(paths.len())),
                ("tasks", count(tally.tasks)),
                ("failed", count(tally.failed + tally.unreadable)),
            ],
        ));
    }
    Ok(tally.exit())
}

/// What came of all files together.
#[derive(Debug, Default)]
pub(super) struct Tally {
    tasks: usize,
    pub(super) failed: usize,
    pub(super) unreadable: usize,
}

impl Tally {
    pub(super) fn exit(&self) -> Exit {
        match (self.unreadable, self.failed) {
            (0, 0) => Exit::Done,
            (0, _) => Exit::Findings,
            _ => Exit::Unavailable,
        }
    }
}

/// The files to read, and how many paths could not even be looked at; each of those is told at once.
pub(super) fn list(given: &[PathBuf], words: Words) -> (Vec<PathBuf>, Tally) {
    let mut paths = Vec::new();
    let mut tally = Tally::default();
    for path in given {
        let listed = match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk(path, &mut paths),
            Ok(_) => {
                paths.push(path.clone());
                Ok(())
            }
            Err(cause) => Err((path.clone(), cause)),
        };
        if let Err((path, cause)) = listed {
            tally.unreadable += 1;
            complain(&Failure::ReadFile { path, cause }.message(words));
        }
    }
    (paths, tally)
}

/// Adds the files below `folder` in order of name. Hidden entries, lock files of office programs and linked folders are left out: the last
/// could lead in a circle.
fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
    let failed = |cause| (folder.to_owned(), cause);
    let mut entries = fs::read_dir(folder)
        .map_err(failed)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') || name.starts_with("~$") {
            continue;
        }
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            walk(&entry.path(), paths)?;
        } else if kind.is_file() || (kind.is_symlink() && entry.path().is_file()) {
            paths.push(entry.path());
        }
    }
    Ok(())
}

/// The bytes of a file, at most one more than the reader takes: a larger one is refused by its size, whatever it is.
pub(super) fn read(path: &Path, limits: &Limits) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(limits.bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What is to be made of each file.
struct Work {
    settings: IntakeSettings,
    format: OutputFormat,
    with_text: bool,
    is_single: bool,
    words: Words,
}

/// What was made of one file.
struct Found {
    product: Product,
    tasks: usize,
    has_errors: bool,
    /// Lines for the screen.
    complaints: Vec<String>,
}

/// The part of the output that comes from one file.
enum Product {
    Json(String),
    Sheet(Box<Sheet>),
}

impl Work {
    fn one(&self, path: &Path) -> io::Result<Found> {
        let bytes = read(path, &self.settings.limits)?;
        let found = intake(&bytes, &path.to_string_lossy(), &self.settings);
        let language = self.words.0;
        let product = match self.format {
            OutputFormat::Json if self.is_single => Product::Json(found.contract(language, self.with_text).to_json()),
            OutputFormat::Json => Product::Json(found.contract(language, self.with_text).to_json_line()),
            OutputFormat::Csv | OutputFormat::Xlsx => Product::Sheet(Box::new(ledger_sheet(&found, language))),
        };
        // The json holds every complaint; a table holds none, so that its warnings would be lost without a word here.
        let least = if self.format == OutputFormat::Json {
            Severity::Error
        } else {
            Severity::Warning
        };
        let told: Vec<Diagnostic> = found
            .parsed
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity >= least)
            .cloned()
            .collect();
        Ok(Found {
            product,
            tasks: found.parsed.tasks.len(),
            has_errors: told.iter().any(|diagnostic| diagnostic.severity == Severity::Error),
            complaints: if told.is_empty() {
                Vec::new()
            } else {
                diagnostics::lines(&told, self.words)
            },
        })
    }
}

/// Works on all files at once, as many as there are cores, and hands over what came of each in the order of the list.
fn each_in_order(
    paths: &[PathBuf],
    work: &Work,
    mut take: impl FnMut(&Path, io::Result<Found>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if let [path] = paths {
        return take(path, work.one(path));
    }
    let threads = thread::available_parallelism().map_or(1, usize::from).min(paths.len());
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let (sender, receiver) = sync_channel(threads * AHEAD);
    thread::scope(|scope| {
        for _ in 0..threads {
            let sender: SyncSender<(usize, io::Result<Found>)> = sender.clone();
            let (next, stopped) = (&next, &stopped);
            scope.spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = paths.get(index) else { return };
                    // Nobody listens any more where the output has failed.
                    if sender.send((index, work.one(path))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut due = 0;
        for (index, result) in &receiver {
            early.insert(index, result);
            while let Some(result) = early.remove(&due) {
                if let Some(path) = paths.get(due)
                    && let Err(failure) = take(path, result)
                {
                    stopped.store(true, Ordering::Relaxed);
                    drop(receiver);
                    return Err(failure);
                }
                due += 1;
            }
        }
        Ok(())
    })
}

/// Where the output goes.
enum Sink {
    /// Line by line to the screen or a pipe.
    Screen,
    /// Line by line to a file beside the one that was asked for, which takes its place at the end.
    Lines {
        file: BufWriter<File>,
        part: PathBuf,
        path: PathBuf,
    },
    /// A table, written at the end.
    Table {
        sheets: Vec<Sheet>,
        format: OutputFormat,
        path: Option<PathBuf>,
        files: Vec<String>,
    },
}

impl Sink {
    fn open(arguments: &ParseArguments) -> Result<Self, Failure> {
        match (arguments.format, &arguments.output) {
            (OutputFormat::Json, None) => Ok(Sink::Screen),
            (OutputFormat::Json, Some(path)) => {
                let part = beside(path, ".part");
                let file = File::create(&part).map_err(|cause| Failure::WriteFile {
                    path: path.clone(),
                    cause,
                })?;
                Ok(Sink::Lines {
                    file: BufWriter::new(file),
                    part,
                    path: path.clone(),
                })
            }
            (format, path) => Ok(Sink::Table {
                sheets: Vec::new(),
                format,
                path: path.clone(),
                files: Vec::new(),
            }),
        }
    }

    fn take(&mut self, product: Product, from: &Path) -> Result<(), Failure> {
        match (self, product) {
            (Sink::Screen, Product::Json(json)) => print(&json),
            (Sink::Lines { file, path, .. }, Product::Json(json)) => {
                writeln!(file, "{json}").map_err(|cause| Failure::WriteFile {
                    path: path.clone(),
                    cause,
                })
            }
            (Sink::Table { sheets, files, .. }, Product::Sheet(sheet)) => {
                files.push(from.to_string_lossy().into_owned());
                sheets.push(*sheet);
                Ok(())
            }
            (Sink::Table { .. }, Product::Json(_)) | (_, Product::Sheet(_)) => {
                Err(Failure::Defect(anyhow::anyhow!("the output does not fit its format")))
            }
        }
    }

    fn finish(self, words: Words) -> Result<(), Failure> {
        match self {
            Sink::Screen => Ok(()),
            Sink::Lines { file, part, path } => {
                let failed = |cause| Failure::WriteFile {
                    path: path.clone(),
                    cause,
                };
                let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
                file.sync_all()
                    .and_then(|()| fs::rename(&part, &path))
                    .map_err(failed)?;
                said_written(&path, words);
                Ok(())
            }
            Sink::Table {
                sheets,
                format,
                path,
                files,
            } => {
                // Every file was unreadable, and each has been told.
                if sheets.is_empty() {
                    return Ok(());
                }
                let bytes = match format {
                    OutputFormat::Xlsx => xlsx(&sheets, &metadata(words)),
                    OutputFormat::Csv | OutputFormat::Json => csv(&joined(sheets, &files, words)),
                }
                .map_err(|error| Failure::Defect(error.into()))?;
                write_table(&bytes, path.as_deref(), words)
            }
        }
    }
}

pub(super) fn write_table(bytes: &[u8], path: Option<&Path>, words: Words) -> Result<(), Failure> {
    let Some(path) = path else {
        let mut output = io::stdout().lock();
        return output
            .write_all(bytes)
            .and_then(|()| output.flush())
            .map_err(Failure::Output);
    };
    let part = beside(path, ".part");
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, path))
        .map_err(|cause| Failure::WriteFile {
            path: path.to_owned(),
            cause,
        })?;
    said_written(path, words);
    Ok(())
}

fn said_written(path: &Path, words: Words) {
    complain(&words.say_with("parse-written", &[("path", text(path.display()))]));
}

/// One table of several: the first column then names the file of each row.
fn joined(mut sheets: Vec<Sheet>, files: &[String], words: Words) -> Sheet {
    let mut whole = sheets.remove(0);
    if files.len() == 1 {
        return whole;
    }
    let heading = words.say("parse-column-file");
    whole.columns.insert(
        0,
        Column {
            heading,
            width: 24,
            kind: ColumnKind::Text,
        },
    );
    let named = |rows: Vec<Vec<Cell>>, file: &str| -> Vec<Vec<Cell>> {
        rows.into_iter()
            .map(|mut row| {
                row.insert(0, Cell::from(file));
                row
            })
            .collect()
    };
    let mut files = files.iter();
    whole.rows = named(whole.rows, files.next().map_or("", String::as_str));
    for (sheet, file) in sheets.into_iter().zip(files) {
        whole.rows.extend(named(sheet.rows, file));
    }
    whole
}

fn metadata(words: Words) -> Metadata {
    Metadata {
        author: "luoshi".to_owned(),
        created_at: SystemClock.now(),
        page_words: (words.say("parse-page-before"), words.say("parse-page-after")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_walked_in_order_without_hidden_and_lock_files() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.txt", "a/2.txt", "a/1.txt", ".hidden", ".git/x.txt", "~$b.docx"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let mut paths = Vec::new();
        walk(folder.path(), &mut paths).unwrap();
        let names: Vec<_> = paths
            .iter()
            .map(|path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["a/1.txt", "a/2.txt", "b.txt"]);
    }

    #[test]
    fn a_failing_output_stops_the_readers() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..200)
            .map(|number| folder.path().join(format!("{number}.txt")))
            .collect();
        for path in &paths {
            fs::write(path, "（一）做好春耕。").unwrap();
        }
        let work = Work {
            settings: IntakeSettings::default(),
            format: OutputFormat::Json,
            with_text: false,
            is_single: false,
            words: Words(luoshi_types::Language::Chinese),
        };
        let mut taken = Vec::new();
        let outcome = each_in_order(&paths, &work, |path, _| {
            taken.push(path.to_owned());
            if taken.len() == 3 {
                Err(Failure::NothingToRead)
            } else {
                Ok(())
            }
        });
        assert!(matches!(outcome, Err(Failure::NothingToRead)));
        assert_eq!(taken, paths[..3]);
    }
}
