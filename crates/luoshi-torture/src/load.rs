//! Many clients of a department that hand in reports at once and write into the book what they are told.

use std::{
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{
    balancer::{Balancer, Windows},
    book::{Class, Entry, Outcome, Tally},
    http::{Answer, Trouble},
    person::Person,
    submission::Submission,
};

/// Pause of a client that was told that the site is busy.
const PAUSE: Duration = Duration::from_millis(20);
/// Of how many acknowledged reports one is read again right away.
const READ_AGAIN: u64 = 16;

/// A rush of submissions, shared by the clients.
pub(crate) struct Load {
    submissions: Vec<Submission>,
    next: AtomicUsize,
    acknowledged: AtomicUsize,
    over: AtomicBool,
    entries: Mutex<Vec<Entry>>,
    found: Mutex<Vec<(Class, String)>>,
}

/// What the clients were told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) entries: Vec<Entry>,
    /// What nobody came to.
    pub(crate) unused: Vec<Submission>,
    /// What the clients themselves found wrong: reports that were promised and not shown right afterwards, two receipts for one key.
    pub(crate) found: Vec<(Class, String)>,
}

impl Told {
    /// How many reports were acknowledged.
    pub(crate) fn acknowledged(&self) -> usize {
        let is_acknowledged = |entry: &&Entry| matches!(entry.outcome, Outcome::Acknowledged { .. });
        self.entries.iter().filter(is_acknowledged).count()
    }

    /// Notes what the clients found wrong.
    pub(crate) fn note_found(&self, tally: &mut Tally) {
        for (class, detail) in &self.found {
            tally.note(*class, detail.as_str());
        }
    }
}

impl Load {
    /// These submissions, in order.
    pub(crate) fn of(submissions: Vec<Submission>) -> Self {
        Self {
            submissions,
            next: AtomicUsize::new(0),
            acknowledged: AtomicUsize::new(0),
            over: AtomicBool::new(false),
            entries: Mutex::default(),
            found: Mutex::default(),
        }
    }

    /// Lets so many clients hand in at `address` until the submissions run out, somebody says that it is over, or nobody listens any more.
    /// `meanwhile` runs beside them.
    pub(crate) fn run<T>(
        &self,
        clerk: &Person,
        address: SocketAddr,
        clients: usize,
        deadline: Duration,
        meanwhile: impl FnOnce() -> T,
    ) -> T {
        thread::scope(|scope| {
            for _ in 0..clients {
                scope.spawn(|| self.client(clerk.at_within(address, deadline)));
            }
            let outcome = meanwhile();
            self.over.store(true, Ordering::Relaxed);
            outcome
        })
    }

    /// As [`Load::run`], through a balancer: a client whose process is gone goes on at another one, and takes a breath between two reports,
    /// so that a site has room for more kills.
    pub(crate) fn run_through<T>(
        &self,
        clerk: &Person,
        balancer: &Balancer,
        clients: usize,
        breath: Duration,
        meanwhile: impl FnOnce() -> T,
    ) -> T {
        thread::scope(|scope| {
            for client in 0..clients {
                scope.spawn(move || self.client_of(balancer, clerk, client, breath));
            }
            let outcome = meanwhile();
            self.over.store(true, Ordering::Relaxed);
            outcome
        })
    }

    /// How many were acknowledged so far.
    pub(crate) fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Whether nothing is left to be handed in.
    pub(crate) fn is_spent(&self) -> bool {
        self.next.load(Ordering::Relaxed) >= self.submissions.len()
    }

    /// What they were told.
    pub(crate) fn told(mut self) -> Told {
        let used = self.next.into_inner().min(self.submissions.len());
        Told {
            unused: self.submissions.split_off(used),
            entries: self.entries.into_inner().unwrap_or_else(PoisonError::into_inner),
            found: self.found.into_inner().unwrap_or_else(PoisonError::into_inner),
        }
    }

    fn client(&self, mut clerk: Person) {
        while !self.over.load(Ordering::Relaxed) {
            let Some(submission) = self.submissions.get(self.next.fetch_add(1, Ordering::Relaxed)) else {
                return;
            };
            let outcome = hand_in(&mut clerk, submission);
            let mut note = None;
            if let Outcome::Acknowledged { receipt } = &outcome {
                self.acknowledged.fetch_add(1, Ordering::Relaxed);
                if submission.number.is_multiple_of(READ_AGAIN) {
                    note = self.read_again(&mut clerk, submission, receipt);
                }
            }
            let was_busy = matches!(&outcome, Outcome::Unknown(why) if why == "503");
            let nobody_listens = outcome == Outcome::NotSent;
            self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(Entry {
                submission: submission.clone(),
                outcome,
                note,
            });
            if nobody_listens {
                return;
            }
            if was_busy {
                thread::sleep(PAUSE);
            }
        }
    }

    fn client_of(&self, balancer: &Balancer, clerk: &Person, client: usize, breath: Duration) {
        let mut windows = Windows::of(clerk);
        for turn in client.. {
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            let Some(submission) = self.submissions.get(self.next.fetch_add(1, Ordering::Relaxed)) else {
                return;
            };
            let (outcome, wrong) = balancer.hand_in(&mut windows, submission, turn);
            if let Some((class, detail)) = wrong {
                self.note(class, detail);
            }
            let mut note = None;
            if let Outcome::Acknowledged { receipt } = &outcome {
                self.acknowledged.fetch_add(1, Ordering::Relaxed);
                // What one process acknowledged the other one has to show.
                if submission.number.is_multiple_of(READ_AGAIN)
                    && let Some((place, address)) = balancer.up(turn + 1).first()
                {
                    note = self.read_again(windows.at(*place, *address), submission, receipt);
                }
            }
            self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(Entry {
                submission: submission.clone(),
                outcome,
                note,
            });
            thread::sleep(breath);
        }
    }

    fn note(&self, class: Class, detail: String) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.push((class, detail));
    }

    /// Reads the receipt and the report of what was just acknowledged; a cut connection says nothing about either.
    fn read_again(&self, clerk: &mut Person, submission: &Submission, receipt: &str) -> Option<String> {
        let shown = clerk.get(&format!("{receipt}/receipt.txt")).ok()?;
        let place = clerk.get(&submission.place()).ok()?;
        if shown.status == 200 && place.status == 303 {
            return Some(shown.text());
        }
        if shown.status < 500 && place.status < 500 {
            let detail = format!(
                "report {} was acknowledged; its receipt was answered with {} and its place with {}",
                submission.number, shown.status, place.status
            );
            self.note(Class::Stale, detail);
        }
        None
    }
}

/// Hands one report in, once.
pub(crate) fn hand_in(clerk: &mut Person, submission: &Submission) -> Outcome {
    outcome_of(attempt(clerk, submission))
}

/// Hands one report in and gives the answer itself.
pub(crate) fn attempt(clerk: &mut Person, submission: &Submission) -> Result<Answer, Trouble> {
    let fields = submission.fields();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    if submission.files().is_empty() {
        clerk.submit(&submission.form(), &fields)
    } else {
        clerk.submit_with_files(&submission.form(), &fields, submission.files())
    }
}

/// What an answer tells.
pub(crate) fn outcome_of(answer: Result<Answer, Trouble>) -> Outcome {
    match answer {
        Ok(answer) => match (answer.status, answer.location()) {
            (303, Some(receipt)) if receipt.starts_with("/receipts/") => Outcome::Acknowledged {
                receipt: receipt.to_owned(),
            },
            (303, Some(elsewhere)) => Outcome::Unknown(format!("303 to {elsewhere}")),
            (status, _) if (400..500).contains(&status) => Outcome::Refused(status),
            (status, _) => Outcome::Unknown(status.to_string()),
        },
        Err(Trouble::NotSent(_)) => Outcome::NotSent,
        Err(trouble) => Outcome::Unknown(trouble.to_string()),
    }
}
