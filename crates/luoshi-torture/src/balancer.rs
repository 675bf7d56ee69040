//! What stands before several processes of one site: it knows which of them take connections, sends a report to one of them, and to another
//! one when the first is gone.
//!
//! It is no proxy: clients open their connections themselves, as behind a balancer that answers with addresses.

use std::{
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crate::{
    book::{Class, Outcome},
    load::hand_in,
    person::{DEADLINE, Person},
    submission::Submission,
};

/// Every so many reports are sent to two processes at the same moment under one key, as by somebody who presses a button twice.
const AT_ONCE: u64 = 5;
/// Every so many reports whose fate is unknown are sent again at once; the others stay unknown until everything is read back.
const SENT_AGAIN: u64 = 2;
/// Pause until a process is asked for again where none takes connections.
const PAUSE: Duration = Duration::from_millis(10);

/// The addresses of the processes, by their places; none where one is down.
#[derive(Debug)]
pub(crate) struct Balancer {
    doors: Mutex<Vec<Option<SocketAddr>>>,
}

/// The windows that a client has open, one for each process.
pub(crate) struct Windows<'a> {
    clerk: &'a Person,
    open: Vec<Option<Person>>,
}

impl Balancer {
    /// Before so many processes, none of which is up yet.
    pub(crate) fn before(processes: usize) -> Self {
        Self {
            doors: Mutex::new(vec![None; processes]),
        }
    }

    /// From now on the process at this place takes connections at `address`, or none any more.
    pub(crate) fn set(&self, place: usize, address: Option<SocketAddr>) {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(door) = doors.get_mut(place) {
            *door = address;
        }
    }

    /// The processes that take connections, the liked one first.
    pub(crate) fn up(&self, liked: usize) -> Vec<(usize, SocketAddr)> {
        let doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        let mut up: Vec<_> = (0..)
            .zip(doors.iter())
            .filter_map(|(place, door)| Some((place, (*door)?)))
            .collect();
        up.sort_by_key(|(place, _)| (place + doors.len() - liked % doors.len()) % doors.len());
        up
    }

    /// Hands a report in at the liked process, and at another one where that is gone. Gives what the client was told in the end, and what
    /// was wrong with two answers to one key.
    pub(crate) fn hand_in(
        &self,
        windows: &mut Windows<'_>,
        submission: &Submission,
        liked: usize,
    ) -> (Outcome, Option<(Class, String)>) {
        if submission.number.is_multiple_of(AT_ONCE)
            && let [one, other] = self.up(liked).as_slice()
        {
            return at_once(windows, submission, [*one, *other]);
        }
        let until = Instant::now() + DEADLINE;
        let mut outcome = Outcome::NotSent;
        // The liked one may be gone without anybody having noticed.
        for further in 0.. {
            for (place, address) in self.up(liked + further) {
                let next = hand_in(windows.at(place, address), submission);
                // Whoever was cut off and finds nobody afterwards still does not know.
                if next != Outcome::NotSent {
                    outcome = next;
                }
                let is_open = match &outcome {
                    Outcome::NotSent => true,
                    Outcome::Unknown(_) => submission.number.is_multiple_of(SENT_AGAIN),
                    Outcome::Acknowledged { .. } | Outcome::Refused(_) => false,
                };
                if !is_open {
                    return (outcome, None);
                }
            }
            if Instant::now() > until {
                break;
            }
            thread::sleep(PAUSE);
        }
        (outcome, None)
    }
}

/// Hands a report in at two processes at the same moment. One key has one receipt, whoever is asked.
fn at_once(
    windows: &mut Windows<'_>,
    submission: &Submission,
    [one, other]: [(usize, SocketAddr); 2],
) -> (Outcome, Option<(Class, String)>) {
    let mut second = windows.clerk.at(other.1);
    let first = windows.at(one.0, one.1);
    let (first, second) = thread::scope(|scope| {
        let beside = scope.spawn(|| hand_in(&mut second, submission));
        let first = hand_in(first, submission);
        let unknown = |_| Outcome::Unknown("the client fell over".to_owned());
        (first, beside.join().unwrap_or_else(unknown))
    });
    together(submission.number, first, second)
}

/// What two answers to one key say together.
fn together(number: u64, first: Outcome, second: Outcome) -> (Outcome, Option<(Class, String)>) {
    let wrong = |class, what: &str| {
        Some((
            class,
            format!("report {number} was sent twice at once and {what}: {first:?}, {second:?}"),
        ))
    };
    let wrong = match (&first, &second) {
        (Outcome::Acknowledged { receipt: one }, Outcome::Acknowledged { receipt: other }) if one != other => {
            wrong(Class::Duplicated, "has two receipts")
        }
        // Its key had a receipt, or was about to get one.
        (Outcome::Acknowledged { .. }, Outcome::Refused(_)) | (Outcome::Refused(_), Outcome::Acknowledged { .. }) => {
            wrong(Class::Unexpected, "was refused once")
        }
        _ => None,
    };
    let certainty = |outcome: &Outcome| match outcome {
        Outcome::Acknowledged { .. } => 3,
        Outcome::Unknown(_) => 2,
        Outcome::Refused(_) => 1,
        Outcome::NotSent => 0,
    };
    let outcome = if certainty(&second) > certainty(&first) {
        second
    } else {
        first
    };
    (outcome, wrong)
}

impl<'a> Windows<'a> {
    /// No window yet.
    pub(crate) fn of(clerk: &'a Person) -> Self {
        Self {
            clerk,
            open: Vec::new(),
        }
    }

    /// The window on the process at this place, a new one where it was started anew.
    pub(crate) fn at(&mut self, place: usize, address: SocketAddr) -> &mut Person {
        while self.open.len() <= place {
            self.open.push(None);
        }
        let window = &mut self.open[place];
        if window.as_ref().is_some_and(|person| person.address() != address) {
            *window = None;
        }
        window.get_or_insert_with(|| self.clerk.at(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acknowledged(receipt: &str) -> Outcome {
        Outcome::Acknowledged {
            receipt: receipt.to_owned(),
        }
    }

    #[test]
    fn the_liked_process_is_asked_first_and_a_dead_one_never() {
        let balancer = Balancer::before(2);
        let addresses = [1, 2].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        assert_eq!(balancer.up(0), []);
        balancer.set(0, Some(addresses[0]));
        balancer.set(1, Some(addresses[1]));
        assert_eq!(balancer.up(0), [(0, addresses[0]), (1, addresses[1])]);
        assert_eq!(balancer.up(3), [(1, addresses[1]), (0, addresses[0])]);
        balancer.set(1, None);
        assert_eq!(balancer.up(1), [(0, addresses[0])]);
    }

    #[test]
    fn one_key_has_one_receipt() {
        let unknown = || Outcome::Unknown("503".to_owned());
        let wrong = |first, second| together(5, first, second).1.map(|(class, _)| class);
        assert_eq!(wrong(acknowledged("/a"), acknowledged("/a")), None);
        assert_eq!(wrong(acknowledged("/a"), unknown()), None);
        assert_eq!(wrong(acknowledged("/a"), acknowledged("/b")), Some(Class::Duplicated));
        assert_eq!(
            wrong(Outcome::Refused(409), acknowledged("/b")),
            Some(Class::Unexpected)
        );
        assert_eq!(together(5, unknown(), acknowledged("/a")).0, acknowledged("/a"));
        assert_eq!(together(5, Outcome::NotSent, unknown()).0, unknown());
    }
}
