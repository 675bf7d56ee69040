//! The scoreboard over `corpus/documents`: what the parser finds of what a person found, per field and form.
//!
//! `expected.toml` of each document holds what a person read there; it is written by hand and never by the parser. The figures stand in
//! `corpus/scoreboard.toml` and may not fall: a test compares them, and `cargo xtask corpus --update` takes better ones over.

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use luoshi_intake::{Contract, ContractTask, IntakeSettings, intake};
use luoshi_types::Language;
use serde::{Deserialize, Serialize};

/// What a person found in a document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// The forms that the document takes.
    forms: Vec<String>,
    #[serde(default)]
    task: Vec<ExpectedTask>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedTask {
    label: String,
    title: String,
    parties: Vec<String>,
    targets: Vec<String>,
    deadlines: Vec<String>,
}

/// Found, missed and wrong of one field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Score {
    /// Values that a person and the parser have in common.
    pub(crate) found: usize,
    /// Values that only the person has.
    pub(crate) missed: usize,
    /// Values that only the parser has, misread ones among them.
    pub(crate) wrong: usize,
}

impl Score {
    fn add(&mut self, other: Score) {
        self.found += other.found;
        self.missed += other.missed;
        self.wrong += other.wrong;
    }

    /// Twice what was found, of all that either has, in thousandths.
    fn f1(self) -> Option<usize> {
        let all = 2 * self.found + self.missed + self.wrong;
        (all > 0).then(|| 2000 * self.found / all)
    }

    fn is_worse_than(self, other: Score) -> bool {
        self.found < other.found || self.missed > other.missed || self.wrong > other.wrong
    }
}

/// The scores of one document or form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scores {
    tasks: Score,
    parties: Score,
    targets: Score,
    deadlines: Score,
}

impl Scores {
    fn add(&mut self, other: &Scores) {
        self.tasks.add(other.tasks);
        self.parties.add(other.parties);
        self.targets.add(other.targets);
        self.deadlines.add(other.deadlines);
    }

    fn fields(&self) -> [(&'static str, Score); 4] {
        [
            ("tasks", self.tasks),
            ("parties", self.parties),
            ("targets", self.targets),
            ("deadlines", self.deadlines),
        ]
    }
}

/// Everything that the scoreboard says.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// By document.
    documents: BTreeMap<String, Scores>,
    /// By form; a document of several forms counts in each of them.
    forms: BTreeMap<String, Scores>,
    total: Scores,
    /// Each difference in a line.
    differences: Vec<String>,
}

impl Board {
    /// Reads and scores every document below `root`.
    pub(crate) fn of(root: &Path) -> Result<Board> {
        let folder = root.join("corpus/documents");
        let mut folders: Vec<PathBuf> = fs::read_dir(&folder)
            .with_context(|| format!("cannot list {}", folder.display()))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.is_dir())
            .collect();
        folders.sort();
        let mut board = Board::default();
        for folder in folders {
            let id = folder
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            board
                .score(&id, &folder)
                .with_context(|| format!("cannot score {id}"))?;
        }
        Ok(board)
    }

    fn score(&mut self, id: &str, folder: &Path) -> Result<()> {
        let expected = fs::read_to_string(folder.join("expected.toml")).context("expected.toml is missing")?;
        let expected: Expected = toml::from_str(&expected).context("expected.toml is not of its form")?;
        let (name, bytes) = source(folder)?;
        let contract = intake(&bytes, &name, &IntakeSettings::default()).contract(Language::English, false);
        let mut scores = Scores::default();
        let mut say = |line: String| self.differences.push(format!("{id}: {line}"));
        compare_tasks(&expected.task, &contract, &mut scores, &mut say);
        self.documents.insert(id.to_owned(), scores);
        for form in expected.forms {
            self.forms.entry(form).or_default().add(&scores);
        }
        self.total.add(&scores);
        Ok(())
    }

    /// The scoreboard as a table.
    pub(crate) fn table(&self) -> String {
        let mut table = format!("{:<26}", "form");
        for (field, _) in self.total.fields() {
            // Writing to a String cannot fail.
            let _ = write!(table, "{:>22}", format!("{field} f/m/w F1"));
        }
        table.push('\n');
        for (form, scores) in self
            .forms
            .iter()
            .map(|(form, scores)| (form.as_str(), scores))
            .chain([("all documents", &self.total)])
        {
            let _ = write!(table, "{form:<26}");
            for (_, score) in scores.fields() {
                let f1 = score.f1().map_or_else(
                    || "-".to_owned(),
                    |thousandths| format!("{}.{:03}", thousandths / 1000, thousandths % 1000),
                );
                let _ = write!(
                    table,
                    "{:>22}",
                    format!("{}/{}/{} {f1}", score.found, score.missed, score.wrong)
                );
            }
            table.push('\n');
        }
        for difference in &self.differences {
            let _ = writeln!(table, "{difference}");
        }
        table
    }

    /// What fell below the figures in store: one line each.
    pub(crate) fn falls(&self, root: &Path) -> Result<Vec<String>> {
        let stored = stored(root)?;
        let mut falls = Vec::new();
        for (id, before) in &stored {
            let Some(now) = self.documents.get(id) else {
                falls.push(format!("{id}: the document is gone"));
                continue;
            };
            for ((field, was), (_, is)) in before.fields().into_iter().zip(now.fields()) {
                if is.is_worse_than(was) {
                    falls.push(format!(
                        "{id}: {field} found/missed/wrong {}/{}/{} fell to {}/{}/{}",
                        was.found, was.missed, was.wrong, is.found, is.missed, is.wrong
                    ));
                }
            }
        }
        falls.extend(
            self.documents
                .keys()
                .filter(|id| !stored.contains_key(*id))
                .map(|id| format!("{id}: the scoreboard has no figures; run cargo xtask corpus --update")),
        );
        Ok(falls)
    }

    /// Stores the figures.
    pub(crate) fn update(&self, root: &Path) -> Result<()> {
        let mut text = String::from(
            "# What the parser finds of what a person found, by document. `cargo xtask corpus --update` writes this file; its figures may not fall.\n",
        );
        for (id, scores) in &self.documents {
            let _ = write!(text, "\n[{id}]\n");
            for (field, score) in scores.fields() {
                let _ = writeln!(
                    text,
                    "{field} = {{ found = {}, missed = {}, wrong = {} }}",
                    score.found, score.missed, score.wrong
                );
            }
        }
        fs::write(root.join("corpus/scoreboard.toml"), text).context("cannot write corpus/scoreboard.toml")
    }
}

fn stored(root: &Path) -> Result<BTreeMap<String, Scores>> {
    let path = root.join("corpus/scoreboard.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).context("corpus/scoreboard.toml is not of its form")
}

/// The document in a folder: the one file that is called `source`.
fn source(folder: &Path) -> Result<(String, Vec<u8>)> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_stem().is_some_and(|stem| stem == "source") {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            return Ok((name.unwrap_or_default(), fs::read(&path)?));
        }
    }
    bail!("there is no file called source")
}

/// Pairs tasks by label and title in order, and compares the fields of each pair.
fn compare_tasks(expected: &[ExpectedTask], contract: &Contract, scores: &mut Scores, say: &mut impl FnMut(String)) {
    let mut rest: Vec<&ContractTask> = contract.tasks.iter().collect();
    for task in expected {
        let name = format!("{}{}", task.label, task.title);
        let at = rest
            .iter()
            .position(|found| found.label.trim() == task.label && found.title.trim() == task.title);
        let Some(at) = at else {
            say(format!("missed task {name}"));
            scores.tasks.missed += 1;
            scores.parties.missed += task.parties.len();
            scores.targets.missed += task.targets.len();
            scores.deadlines.missed += task.deadlines.len();
            continue;
        };
        let found = rest.remove(at);
        scores.tasks.found += 1;
        let parties = found.parties.iter().map(|party| {
            let inherited = if party.inherited { "^" } else { "" };
            format!("{inherited}{} {}", party.role.code(), party.raw)
        });
        let targets = found.targets.iter().map(|target| {
            let value = match (&target.value, &target.value_max) {
                (Some(least), Some(most)) => format!("{least}..{most}"),
                (Some(value), None) => value.clone(),
                _ => "-".to_owned(),
            };
            format!(
                "{} {} {value} {}",
                target.quantity_text,
                target.comparator.code(),
                target.unit.as_deref().unwrap_or("-")
            )
        });
        let deadlines = found.deadlines.iter().map(|deadline| {
            format!(
                "{} {} {}",
                deadline.kind,
                deadline.text,
                deadline.resolved.as_deref().unwrap_or("-")
            )
        });
        for (field, wanted, got, score) in [
            ("party", &task.parties, parties.collect(), &mut scores.parties),
            ("target", &task.targets, targets.collect(), &mut scores.targets),
            ("deadline", &task.deadlines, deadlines.collect(), &mut scores.deadlines),
        ] {
            score.add(compare_values(&name, field, wanted, got, say));
        }
    }
    for surplus in rest {
        say(format!("wrong task {}{}", surplus.label, surplus.title));
        scores.tasks.wrong += 1;
        scores.parties.wrong += surplus.parties.len();
        scores.targets.wrong += surplus.targets.len();
        scores.deadlines.wrong += surplus.deadlines.len();
    }
}

fn compare_values(
    task: &str,
    field: &str,
    wanted: &[String],
    mut got: Vec<String>,
    say: &mut impl FnMut(String),
) -> Score {
    let mut score = Score::default();
    for value in wanted {
        if let Some(at) = got.iter().position(|other| other == value) {
            got.remove(at);
            score.found += 1;
        } else {
            say(format!("{task}: missed {field} {value}"));
            score.missed += 1;
        }
    }
    for value in got {
        say(format!("{task}: wrong {field} {value}"));
        score.wrong += 1;
    }
    score
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_do_not_fall() {
        let root = crate::tree::root().expect("the repository is found");
        let board = Board::of(&root).expect("the corpus can be read");
        let falls = board.falls(&root).expect("the scoreboard can be read");
        assert!(falls.is_empty(), "\n{}\n{}", falls.join("\n"), board.table());
    }

    #[test]
    fn a_difference_is_seen() {
        let task = |target: &str| ExpectedTask {
            label: "（一）".to_owned(),
            title: "抓好春耕".to_owned(),
            parties: vec!["responsible 农业农村局".to_owned()],
            targets: vec![target.to_owned()],
            deadlines: vec!["by 年底前 -".to_owned()],
        };
        let text = "一、农业\n（一）抓好春耕。新建大棚3个。（责任单位：农业农村局）\n";
        let contract = intake(text.as_bytes(), "a.txt", &IntakeSettings::default()).contract(Language::English, false);
        let mut scores = Scores::default();
        let mut lines = Vec::new();
        compare_tasks(&[task("3个 = 4 个")], &contract, &mut scores, &mut |line| {
            lines.push(line)
        });
        let figures = |score: Score| (score.found, score.missed, score.wrong);
        assert_eq!(figures(scores.tasks), (1, 0, 0));
        assert_eq!(figures(scores.parties), (1, 0, 0));
        assert_eq!(figures(scores.targets), (0, 1, 1));
        assert_eq!(figures(scores.deadlines), (0, 1, 0));
        assert_eq!(lines.len(), 3);
        assert_eq!((scores.parties.f1(), scores.targets.f1()), (Some(1000), Some(0)));
        assert!(scores.targets.is_worse_than(Score {
            found: 1,
            missed: 0,
            wrong: 0
        }));
    }
}
