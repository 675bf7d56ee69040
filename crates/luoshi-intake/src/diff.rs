//! What became of the tasks of one document in another: of last year's breakdown in this year's, or of a draft in the final text.
//!
//! It pairs tasks by the likeness of their words and compares what each pair promises. It judges nothing: whether a lower target is a
//! worse one is for people. Everything counts in whole numbers, so that two machines find the same.

use std::collections::HashMap;

use jiff::civil::Date;
use luoshi_parse::{DeadlineDraft, DeadlineKind, PartyDraft, TargetDraft, TaskDraft, organisations::Registry};
use luoshi_types::{Decimal, PartyRole};
use serde::{Deserialize, Serialize};

use crate::Intake;

/// Two documents compared, in the order of the new one; tasks that were dropped come last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// `luoshi.diff/1`.
    pub schema: String,
    /// The earlier document.
    pub old: ComparedDocument,
    /// The later document.
    pub new: ComparedDocument,
    /// Tasks in both, with what changed.
    pub carried: Vec<CarriedTask>,
    /// Tasks that only the new document has.
    pub added: Vec<ComparedTask>,
    /// Tasks that only the old document has.
    pub dropped: Vec<ComparedTask>,
}

/// One of the two documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedDocument {
    /// The file's name.
    pub file: String,
    /// Its title.
    pub title: Option<String>,
    /// The year that its deadlines are counted from.
    pub year: Option<i16>,
    /// How many tasks it has.
    pub tasks: usize,
}

/// A task of one of the two documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedTask {
    /// Its number, counted from 1 in document order, as `luoshi explain --task` takes it.
    pub number: usize,
    /// Its label as written.
    pub label: String,
    /// Its first sentence.
    pub title: String,
}

/// A task that both documents have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedTask {
    /// The task in the old document.
    pub old: ComparedTask,
    /// The task in the new document.
    pub new: ComparedTask,
    /// How alike their words are, of 1000.
    pub likeness: u32,
    /// What changed; empty where nothing that is promised did.
    pub changes: Vec<Change>,
}

/// One change between two texts of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// What it happened to: the subject of a target, the name of a body.
    pub subject: Option<String>,
    /// What stood there, as written.
    pub old: Option<String>,
    /// What stands there now, as written.
    pub new: Option<String>,
}

/// What can happen between two texts of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// The value of a target is higher.
    TargetRaised,
    /// The value of a target is lower.
    TargetLowered,
    /// A target has the same value and other words around it: 以上 became 左右, 确保 became 力争.
    TargetReworded,
    /// A target is new.
    TargetAdded,
    /// A target is gone.
    TargetDropped,
    /// A deadline is later, counted in the document's own year where it lies in it.
    Delayed,
    /// A deadline is earlier.
    Advanced,
    /// A deadline is new.
    DeadlineAdded,
    /// A deadline is gone.
    DeadlineDropped,
    /// A body is new to the task.
    PartyAdded,
    /// A body has left the task.
    PartyDropped,
    /// A body has another part in the task.
    PartyRole,
    /// A body was followed by the one that a reform of the institutions put in its place.
    PartySucceeded,
}

impl ChangeKind {
    /// Every kind.
    pub const ALL: [ChangeKind; 13] = [
        ChangeKind::TargetRaised,
        ChangeKind::TargetLowered,
        ChangeKind::TargetReworded,
        ChangeKind::TargetAdded,
        ChangeKind::TargetDropped,
        ChangeKind::Delayed,
        ChangeKind::Advanced,
        ChangeKind::DeadlineAdded,
        ChangeKind::DeadlineDropped,
        ChangeKind::PartyAdded,
        ChangeKind::PartyDropped,
        ChangeKind::PartyRole,
        ChangeKind::PartySucceeded,
    ];

    /// The stable word of the kind.
    pub fn code(self) -> &'static str {
        match self {
            ChangeKind::TargetRaised => "target_raised",
            ChangeKind::TargetLowered => "target_lowered",
            ChangeKind::TargetReworded => "target_reworded",
            ChangeKind::TargetAdded => "target_added",
            ChangeKind::TargetDropped => "target_dropped",
            ChangeKind::Delayed => "delayed",
            ChangeKind::Advanced => "advanced",
            ChangeKind::DeadlineAdded => "deadline_added",
            ChangeKind::DeadlineDropped => "deadline_dropped",
            ChangeKind::PartyAdded => "party_added",
            ChangeKind::PartyDropped => "party_dropped",
            ChangeKind::PartyRole => "party_role",
            ChangeKind::PartySucceeded => "party_succeeded",
        }
    }
}

impl Comparison {
    /// How many changes of a kind there are.
    pub fn count(&self, kind: ChangeKind) -> usize {
        self.carried
            .iter()
            .flat_map(|task| &task.changes)
            .filter(|change| change.kind == kind)
            .count()
    }

    /// Indented JSON, without a line end behind it.
    pub fn to_json(&self) -> String {
        // Strings and integers only: there is no value that JSON cannot hold.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// Compares two documents that were taken in.
pub fn compare(old: &Intake, new: &Intake) -> Comparison {
    let pairs = pair(&features(old), &features(new));
    let registry = Registry::shipped();
    let years = (old.parsed.metadata.year, new.parsed.metadata.year);
    let mut carried = Vec::new();
    let mut is_old_paired = vec![false; old.parsed.tasks.len()];
    let mut added = Vec::new();
    for (index, task) in new.parsed.tasks.iter().enumerate() {
        match pairs.get(&index) {
            Some(&(old_index, likeness)) => {
                is_old_paired[old_index] = true;
                let before = &old.parsed.tasks[old_index];
                let mut changes = Vec::new();
                compare_targets(&before.targets, &task.targets, &mut changes);
                compare_deadlines(&before.deadlines, &task.deadlines, years, &mut changes);
                compare_parties(&before.parties, &task.parties, registry, &mut changes);
                carried.push(CarriedTask {
                    old: named(old_index, before),
                    new: named(index, task),
                    likeness,
                    changes,
                });
            }
            None => added.push(named(index, task)),
        }
    }
    let dropped = old
        .parsed
        .tasks
        .iter()
        .enumerate()
        .filter(|(index, _)| !is_old_paired[*index])
        .map(|(index, task)| named(index, task))
        .collect();
    Comparison {
        schema: "luoshi.diff/1".to_owned(),
        old: document(old),
        new: document(new),
        carried,
        added,
        dropped,
    }
}

fn document(intake: &Intake) -> ComparedDocument {
    let metadata = &intake.parsed.metadata;
    ComparedDocument {
        file: intake.file_name.clone(),
        title: metadata.title.as_ref().map(|title| title.text.clone()),
        year: metadata.year,
        tasks: intake.parsed.tasks.len(),
    }
}

fn named(index: usize, task: &TaskDraft) -> ComparedTask {
    ComparedTask {
        number: index + 1,
        label: task.label.clone(),
        title: task.title.clone(),
    }
}

/// Two neighbouring characters, as one number.
type Pair = u64;

/// What a task is compared by: the pairs of neighbouring characters of its title and of its words, each with how often it occurs.
struct Features {
    title: Vec<Pair>,
    words: Vec<Pair>,
}

fn features(intake: &Intake) -> Vec<Features> {
    let scalars: Vec<char> = intake.document.text.chars().collect();
    intake
        .parsed
        .tasks
        .iter()
        .map(|task| Features {
            title: character_pairs(task.title.chars()),
            words: character_pairs(
                std::iter::once(&task.title_span)
                    .chain(&task.measures)
                    .filter_map(|span| scalars.get(span.start..span.end))
                    .flatten()
                    .copied(),
            ),
        })
        .collect()
}

/// The sorted pairs of a text, without figures and marks: a target that was raised makes no other task.
fn character_pairs(text: impl Iterator<Item = char>) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut previous: Option<char> = None;
    for character in text.filter(|character| character.is_alphanumeric() && !character.is_numeric()) {
        if let Some(before) = previous {
            pairs.push(u64::from(u32::from(before)) << 32 | u64::from(u32::from(character)));
        }
        previous = Some(character);
    }
    pairs.sort_unstable();
    pairs
}

/// Twice the pairs that both have, of all pairs, of 1000.
fn likeness_of(left: &[Pair], right: &[Pair]) -> u32 {
    let total = left.len() + right.len();
    if total == 0 {
        return 0;
    }
    let (mut shared, mut at) = (0usize, 0);
    for pair in left {
        while right.get(at).is_some_and(|other| other < pair) {
            at += 1;
        }
        if right.get(at) == Some(pair) {
            shared += 1;
            at += 1;
        }
    }
    u32::try_from(2000 * shared / total).unwrap_or(1000)
}

fn likeness(left: &Features, right: &Features) -> u32 {
    let words = likeness_of(&left.words, &right.words);
    // A bare target has no title worth the name; then the words decide alone.
    if left.title.len().min(right.title.len()) < 2 {
        return words;
    }
    let title = likeness_of(&left.title, &right.title);
    // The same title with other words is the same task rewritten, and the same words under another title the same task renamed.
    (2 * title.max(words) + title.min(words)) / 3
}

/// Tasks less alike than this are two.
const LEAST_LIKENESS: u32 = 480;

/// A pair of characters in more tasks than this tells none of them from the others.
const COMMON: usize = 40;

/// The old tasks that are looked at for each new one.
const LOOKED_AT: usize = 8;

/// The old task of each new one, and how alike they are. A task is paired once; the most alike go first.
fn pair(old: &[Features], new: &[Features]) -> HashMap<usize, (usize, u32)> {
    let mut places: HashMap<Pair, Vec<usize>> = HashMap::new();
    for (index, features) in old.iter().enumerate() {
        for &pair in &features.words {
            let tasks = places.entry(pair).or_default();
            if tasks.last() != Some(&index) {
                tasks.push(index);
            }
        }
    }
    let mut found: Vec<(u32, usize, usize)> = Vec::new();
    for (index, features) in new.iter().enumerate() {
        let mut votes: HashMap<usize, usize> = HashMap::new();
        let mut words = features.words.clone();
        words.dedup();
        for tasks in words.iter().filter_map(|pair| places.get(pair)) {
            if tasks.len() <= COMMON {
                for &task in tasks {
                    *votes.entry(task).or_default() += 1;
                }
            }
        }
        // Tasks that share only common words can still be alike where the document is a list of like things; the neighbours in order are looked at.
        votes.entry(index.min(old.len().saturating_sub(1))).or_default();
        let mut votes: Vec<(usize, usize)> = votes.into_iter().collect();
        votes.sort_by_key(|&(task, count)| (std::cmp::Reverse(count), task));
        for (task, _) in votes.into_iter().take(LOOKED_AT) {
            if let Some(other) = old.get(task) {
                let alike = likeness(other, features);
                if alike >= LEAST_LIKENESS {
                    found.push((alike, task, index));
                }
            }
        }
    }
    found.sort_by_key(|&(alike, task, index)| (std::cmp::Reverse(alike), task.abs_diff(index), index, task));
    let mut is_taken = vec![false; old.len()];
    let mut pairs = HashMap::new();
    for (alike, task, index) in found {
        if !is_taken[task] && !pairs.contains_key(&index) {
            is_taken[task] = true;
            pairs.insert(index, (task, alike));
        }
    }
    pairs
}

/// What a target measures, by which it is found again.
fn target_key(target: &TargetDraft) -> (Option<&str>, Option<&str>) {
    (target.subject.as_deref(), target.unit.as_deref())
}

fn compare_targets(old: &[TargetDraft], new: &[TargetDraft], changes: &mut Vec<Change>) {
    let mut rest: Vec<&TargetDraft> = old.iter().collect();
    let mut unmatched = Vec::new();
    let mut pairs = Vec::new();
    for target in new {
        match rest.iter().position(|other| target_key(other) == target_key(target)) {
            Some(at) => pairs.push((rest.remove(at), target)),
            None => unmatched.push(target),
        }
    }
    // A subject that was reworded is the same where it still shares most of its characters and the unit is the same.
    for target in unmatched {
        let alike = |other: &TargetDraft| {
            let pairs =
                |target: &TargetDraft| character_pairs(target.subject.iter().flat_map(|subject| subject.chars()));
            other.unit == target.unit && likeness_of(&pairs(other), &pairs(target)) >= LEAST_LIKENESS
        };
        match rest.iter().position(|other| alike(other)) {
            Some(at) => pairs.push((rest.remove(at), target)),
            None => changes.push(target_change(ChangeKind::TargetAdded, None, Some(target))),
        }
    }
    for (before, after) in pairs {
        let reach = |target: &TargetDraft| -> Option<Decimal> { target.value_maximum.or(target.value) };
        let kind = match (reach(before), reach(after)) {
            (Some(was), Some(is)) if is > was => Some(ChangeKind::TargetRaised),
            (Some(was), Some(is)) if is < was => Some(ChangeKind::TargetLowered),
            _ if before.value != after.value
                || before.comparator != after.comparator
                || before.strength != after.strength
                || (before.value.is_none() && before.quantity_text != after.quantity_text) =>
            {
                Some(ChangeKind::TargetReworded)
            }
            _ => None,
        };
        changes.extend(kind.map(|kind| target_change(kind, Some(before), Some(after))));
    }
    changes.extend(
        rest.into_iter()
            .map(|target| target_change(ChangeKind::TargetDropped, Some(target), None)),
    );
}

fn target_change(kind: ChangeKind, old: Option<&TargetDraft>, new: Option<&TargetDraft>) -> Change {
    Change {
        kind,
        subject: new.or(old).and_then(|target| target.subject.clone()),
        old: old.map(|target| target.quantity_text.clone()),
        new: new.map(|target| target.quantity_text.clone()),
    }
}

fn compare_deadlines(
    old: &[DeadlineDraft],
    new: &[DeadlineDraft],
    years: (Option<i16>, Option<i16>),
    changes: &mut Vec<Change>,
) {
    let change = |kind, old: Option<&DeadlineDraft>, new: Option<&DeadlineDraft>| Change {
        kind,
        subject: None,
        old: old.map(|deadline| deadline.text.clone()),
        new: new.map(|deadline| deadline.text.clone()),
    };
    let mut rest: Vec<&DeadlineDraft> = old.iter().collect();
    let mut moved = Vec::new();
    for deadline in new {
        let same = rest.iter().position(|other| {
            other.kind == deadline.kind && place_in_time(other, years.0) == place_in_time(deadline, years.1)
        });
        match same {
            Some(at) => {
                rest.remove(at);
            }
            None => moved.push(deadline),
        }
    }
    for deadline in moved {
        // The beginning of work and its end are two things.
        let position = rest
            .iter()
            .position(|other| (other.kind == DeadlineKind::StartBy) == (deadline.kind == DeadlineKind::StartBy));
        let Some(at) = position else {
            changes.push(change(ChangeKind::DeadlineAdded, None, Some(deadline)));
            continue;
        };
        let before = rest.remove(at);
        let kind = match (place_in_time(before, years.0), place_in_time(deadline, years.1)) {
            // Work without an end can be no later.
            (Some(was), Some(is)) if is > was => ChangeKind::Delayed,
            (Some(was), Some(is)) if is < was => ChangeKind::Advanced,
            (Some(_), None) => ChangeKind::Delayed,
            (None, Some(_)) => ChangeKind::Advanced,
            _ => continue,
        };
        changes.push(change(kind, Some(before), Some(deadline)));
    }
    changes.extend(
        rest.into_iter()
            .map(|deadline| change(ChangeKind::DeadlineDropped, Some(deadline), None)),
    );
}

/// A deadline as years after the document's own, month and day; an absolute year where the deadline lies beyond it. 年底前 of two years is the
/// same place, 到2025年 and 到2027年 are two.
fn place_in_time(deadline: &DeadlineDraft, year: Option<i16>) -> Option<(bool, i16, i8, i8)> {
    let date: Date = deadline.resolved?;
    let is_own_year = Some(date.year()) == year;
    Some((
        !is_own_year,
        if is_own_year { 0 } else { date.year() },
        date.month(),
        date.day(),
    ))
}

/// A body without the mark of its level, which one document may write and the other leave out.
fn core(name: &str) -> &str {
    ["自治区", "省", "市", "县", "区"]
        .iter()
        .find_map(|mark| {
            name.strip_prefix(mark)
                .filter(|rest| rest.chars().count() >= 3 && !rest.starts_with('场'))
        })
        .unwrap_or(name)
}

fn compare_parties(old: &[PartyDraft], new: &[PartyDraft], registry: &Registry, changes: &mut Vec<Change>) {
    let change = |kind, subject: &PartyDraft, old: Option<String>, new: Option<String>| Change {
        kind,
        subject: Some(subject.name.clone()),
        old,
        new,
    };
    let role = |party: &PartyDraft| party.role.code().to_owned();
    let mut rest: Vec<&PartyDraft> = old
        .iter()
        .filter(|party| party.role != PartyRole::LeaderPerson)
        .collect();
    let mut unmatched = Vec::new();
    for party in new.iter().filter(|party| party.role != PartyRole::LeaderPerson) {
        let same_role = rest
            .iter()
            .position(|other| core(&other.name) == core(&party.name) && other.role == party.role);
        let same = same_role.or_else(|| rest.iter().position(|other| core(&other.name) == core(&party.name)));
        match same {
            Some(at) => {
                let before = rest.remove(at);
                if before.role != party.role {
                    changes.push(change(
                        ChangeKind::PartyRole,
                        party,
                        Some(role(before)),
                        Some(role(party)),
                    ));
                }
            }
            None => unmatched.push(party),
        }
    }
    for party in unmatched {
        let follows = |other: &PartyDraft| {
            let successors = registry.resolve(&other.name, None).successors;
            successors.iter().any(|successor| core(successor) == core(&party.name))
        };
        match rest.iter().position(|other| follows(other)) {
            Some(at) => {
                let before = rest.remove(at);
                changes.push(change(
                    ChangeKind::PartySucceeded,
                    party,
                    Some(before.name.clone()),
                    Some(party.name.clone()),
                ));
            }
            None => changes.push(change(ChangeKind::PartyAdded, party, None, Some(role(party)))),
        }
    }
    for party in rest {
        changes.push(change(ChangeKind::PartyDropped, party, Some(role(party)), None));
    }
}
