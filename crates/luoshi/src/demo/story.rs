//! What happens to each task in the demo: a course for every task and body, so that all lights and all states of reports can be seen.
//!
//! It makes commands and carries none out. The same tasks on the same day give the same history.

use jiff::{Timestamp, ToSpan, civil::Date};
use luoshi_app::Request;
use luoshi_ledger::{
    Actor, Command,
    command::{ApproveReport, ReturnReport, SubmitReport, VerifyReport},
    ids::{OrganisationId, ReportId},
    period::Period,
    report::{TargetValue, VerificationMethod},
    task::{Task, Tracking},
};

use crate::demo::{
    calendar::{Calendar, working_day},
    prose::{Filling, Prose, clauses, say},
    values::{sentence, value_at},
};

/// One thing that somebody does.
pub(crate) type Deed = (Actor, Request, Timestamp);

/// How one body gets on with one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    /// On plan: green, or completed where the deadline has passed.
    OnPlan,
    /// Completed before its time: green.
    Early,
    /// A little behind: yellow, or overdue where the deadline has passed.
    Behind,
    /// Far behind: red.
    FarBehind,
    /// Was far behind until last month and has caught up: yellow for a while.
    Recovering,
    /// The last report that was due never came: yellow.
    SilentOnce,
    /// The last two never came: red.
    SilentTwice,
    /// On plan, with reports that were returned on their way.
    Returned,
    /// Reports in words alone, judged by whether they come in time.
    WordsOnly,
}

/// The courses in turn. Most tasks do well, as in life.
const COURSES: [Course; 14] = [
    Course::OnPlan,
    Course::Behind,
    Course::Early,
    Course::OnPlan,
    Course::FarBehind,
    Course::Returned,
    Course::OnPlan,
    Course::Recovering,
    Course::OnPlan,
    Course::SilentOnce,
    Course::Early,
    Course::OnPlan,
    Course::SilentTwice,
    Course::OnPlan,
];

/// How far a report of the latest month has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Submitted,
    Approved,
    Verified,
    ReturnedByHead,
    ReturnedByOffice,
}

/// The people of one reporting body.
#[derive(Debug, Clone)]
pub(crate) struct Staff {
    /// Their body.
    pub(crate) organisation: OrganisationId,
    /// Who reports.
    pub(crate) clerk: Actor,
    /// Who approves.
    pub(crate) head: Actor,
}

/// One body's part in one task.
pub(crate) struct Part<'a> {
    pub(crate) task: &'a Task,
    pub(crate) due: Date,
    pub(crate) staff: &'a Staff,
    /// Short names of the task's other bodies.
    pub(crate) others: Vec<&'a str>,
    /// Its place among all parts, which decides its course.
    pub(crate) turn: usize,
    /// Whether the report of the present month is left for the visitor of the demo to write.
    pub(crate) left_for_visitor: bool,
    /// The first day on which there can be a report: some days after the plan was issued or the task was added.
    pub(crate) from: Date,
}

/// What the history is made of.
pub(crate) struct Teller<'a> {
    pub(crate) calendar: Calendar,
    pub(crate) prose: &'a Prose,
    pub(crate) report_day: u8,
    pub(crate) supervisor: &'a Actor,
}

impl Teller<'_> {
    /// Everything that happens to one part, in order of time.
    pub(crate) fn tell(&self, part: &Part<'_>) -> Vec<Deed> {
        let course = self.course(part);
        let periods = self.reported_periods(part, course);
        let mut deeds = Vec::new();
        for (month, period) in periods.iter().enumerate() {
            let is_last = month + 1 == periods.len();
            self.report(part, course, *period, month, is_last, &mut deeds);
        }
        deeds
    }

    fn course(&self, part: &Part<'_>) -> Course {
        let has_numbers = part.task.targets.iter().any(|target| target.value.is_some());
        if has_numbers || part.turn.is_multiple_of(3) {
            COURSES[part.turn % COURSES.len()]
        } else {
            Course::WordsOnly
        }
    }

    /// The months that the body has reported on by now.
    fn reported_periods(&self, part: &Part<'_>, course: Course) -> Vec<Period> {
        let today = self.calendar.today;
        let mut periods = self.calendar.periods();
        periods.retain(|period| period.last_day() >= part.from);
        let present = Period::of(today);
        if part.left_for_visitor || (course != Course::Recovering && self.submission_day(part, present) > today) {
            periods.retain(|period| *period != present);
        }
        // The last month whose report is due already.
        let owed = if present.due_day(self.report_day) < today {
            present
        } else {
            present.previous()
        };
        match course {
            Course::SilentOnce => periods.retain(|period| *period < owed),
            Course::SilentTwice => periods.retain(|period| *period < owed.previous()),
            _ => {}
        }
        periods
    }

    fn submission_day(&self, part: &Part<'_>, period: Period) -> Date {
        let month = usize::try_from(period.month()).unwrap_or(1);
        let offset = i32::try_from((part.turn * 5 + month * 3) % 16).unwrap_or(0) + 5;
        working_day(period.first_day().saturating_add(offset.days()).max(part.from))
    }

    fn report(
        &self,
        part: &Part<'_>,
        course: Course,
        period: Period,
        month: usize,
        is_last: bool,
        deeds: &mut Vec<Deed>,
    ) {
        let today = self.calendar.today;
        let is_late = !is_last && (part.turn * 7 + month * 3) % 19 == 4;
        let day = if is_late {
            working_day(period.due_day(self.report_day).saturating_add(4.days()))
        } else {
            self.submission_day(part, period)
        }
        .min(today);
        let completion = self.completion(part, course, period, day, is_last);
        let report = ReportId::of(part.task.id, part.staff.organisation, period);
        let stage = self.stage(part, course, month, is_last);
        let behind = matches!(course, Course::Behind | Course::FarBehind) || (course == Course::Recovering && !is_last);
        let submit = self.submission(part, course, period, month, day, is_last, completion, behind);
        let hour = i8::try_from(9 + (part.turn + month) % 8).unwrap_or(9);
        let minute = i8::try_from((part.turn * 13 + month * 7) % 60).unwrap_or(0);
        let mut clock = Deeds {
            calendar: &self.calendar,
            day,
            deeds,
        };
        clock.add(
            &part.staff.clerk,
            Command::SubmitReport(submit.clone()),
            0,
            hour,
            minute,
        );
        if course == Course::Returned && !is_last && month % 3 == 1 {
            let reason = say(&self.prose.returned_by_head, part.turn + month, &Filling::default());
            clock.add(
                &part.staff.head,
                Command::ReturnReport(ReturnReport { report, reason }),
                1,
                9,
                20,
            );
            clock.add(&part.staff.clerk, Command::SubmitReport(submit.clone()), 0, 15, 40);
        }
        if stage == Stage::Submitted {
            return;
        }
        if stage == Stage::ReturnedByHead {
            let reason = say(&self.prose.returned_by_head, part.turn, &Filling::default());
            clock.add(
                &part.staff.head,
                Command::ReturnReport(ReturnReport { report, reason }),
                1,
                10,
                5,
            );
            return;
        }
        clock.add(
            &part.staff.head,
            Command::ApproveReport(ApproveReport { report }),
            1,
            10,
            minute,
        );
        if stage == Stage::Approved {
            return;
        }
        if stage == Stage::ReturnedByOffice {
            let reason = say(&self.prose.returned_by_office, part.turn, &Filling::default());
            clock.add(
                self.supervisor,
                Command::ReturnReport(ReturnReport { report, reason }),
                2,
                11,
                15,
            );
            return;
        }
        let is_padded =
            completion.is_some_and(|percent| percent > 20) && !is_last && (part.turn + month).is_multiple_of(23);
        let found = completion.map(|percent| if is_padded { percent - 8 } else { percent });
        let conclusions = if is_padded {
            &self.prose.conclusion_padded
        } else {
            &self.prose.conclusion
        };
        let methods = VerificationMethod::ALL;
        let verify = VerifyReport {
            report,
            method: if is_padded {
                VerificationMethod::Sample
            } else {
                methods[(part.turn + month) % methods.len()]
            },
            values: found.map_or_else(Vec::new, |percent| self.values(part, percent, behind, month)),
            completion: found,
            conclusion: say(conclusions, part.turn + month, &Filling::default()),
        };
        clock.add(self.supervisor, Command::VerifyReport(verify), 3, 14, minute);
    }

    /// 完成率 for a month. For the latest report it is set against today's plan, which is what the light judges by.
    fn completion(&self, part: &Part<'_>, course: Course, period: Period, day: Date, is_last: bool) -> Option<u8> {
        let judged_on = if is_last { self.calendar.today } else { day };
        let planned = self.calendar.planned(part.due, judged_on);
        // What is on plan today should still be so when the visitor comes back in a week.
        let ahead = self.calendar.planned(part.due, judged_on.saturating_add(8.days()));
        let unfinished = |percent: u8| {
            if planned >= 100 {
                percent.min(92)
            } else {
                percent.min(99)
            }
        };
        let on_plan = if planned >= 100 {
            100
        } else {
            (ahead + u8::from(part.turn.is_multiple_of(2))).min(99)
        };
        let months = i64::from(period.month());
        let percent = match course {
            Course::WordsOnly => return None,
            Course::OnPlan | Course::Returned | Course::SilentOnce | Course::SilentTwice => on_plan,
            Course::Early if planned >= 55 => 100,
            Course::Early => (planned + planned / 2 + 8).min(99),
            Course::Behind => unfinished(planned.saturating_sub(13)),
            Course::FarBehind => unfinished(planned.saturating_sub(24 + u8::try_from(months % 4).unwrap_or(0))),
            // Set against the end of its month, where the light looks back to.
            Course::Recovering if !is_last => {
                unfinished(self.calendar.planned(part.due, period.last_day()).saturating_sub(26))
            }
            Course::Recovering => {
                if planned >= 100 {
                    94
                } else {
                    on_plan
                }
            }
        };
        // Nobody reports a naught.
        Some(percent.max(2))
    }

    fn stage(&self, part: &Part<'_>, course: Course, month: usize, is_last: bool) -> Stage {
        // What is to be seen of a body that has fallen silent is its silence.
        if !is_last || matches!(course, Course::SilentOnce | Course::SilentTwice) {
            let waits = (part.turn * 5 + month).is_multiple_of(31);
            return if waits { Stage::Approved } else { Stage::Verified };
        }
        if course == Course::Returned {
            return if part.turn.is_multiple_of(2) {
                Stage::ReturnedByOffice
            } else {
                Stage::ReturnedByHead
            };
        }
        match part.turn % 5 {
            0 | 3 => Stage::Verified,
            1 => Stage::Submitted,
            _ => Stage::Approved,
        }
    }

    fn values(&self, part: &Part<'_>, completion: u8, behind: bool, month: usize) -> Vec<TargetValue> {
        part.task
            .targets
            .iter()
            .enumerate()
            .filter_map(|(place, target)| {
                let wobble = u8::try_from((part.turn * 3 + place * 2 + month) % 7).unwrap_or(3);
                value_at(target, completion, behind, wobble)
            })
            .collect()
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "they are the facts of one report, and it is made in one place"
    )]
    fn submission(
        &self,
        part: &Part<'_>,
        course: Course,
        period: Period,
        month: usize,
        day: Date,
        is_last: bool,
        completion: Option<u8>,
        behind: bool,
    ) -> SubmitReport {
        let values = completion.map_or_else(Vec::new, |percent| self.values(part, percent, behind, month));
        let figures = sentence(&part.task.targets, &values, day, completion);
        let tracked_text = tracked_text(part.task);
        let measures = clauses(called(part.task, &tracked_text), &tracked_text);
        // Seven shares no factor with the lengths of the lists, so that a task goes through all of each.
        let turn = part.turn + month * 7;
        let filling = Filling {
            measure: measures[(part.turn + month) % measures.len()],
            body: part
                .others
                .get((part.turn + month) % part.others.len().max(1))
                .copied()
                .unwrap_or("有关单位"),
            figures: &figures,
        };
        let is_complete = completion == Some(100);
        let catches_up = course == Course::Recovering && is_last;
        let prose = self.prose;
        let done = match () {
            () if is_complete => &prose.complete,
            () if catches_up => &prose.catching_up,
            () if behind => &prose.behind,
            () if month == 0 => &prose.opening,
            () => &prose.progress,
        };
        let problems = if behind {
            say(&prose.problems, turn, &filling)
        } else if !is_complete && turn.is_multiple_of(4) {
            say(&prose.minor_problems, turn / 4, &filling)
        } else {
            String::new()
        };
        let wants_help = behind && (course == Course::FarBehind || turn.is_multiple_of(3));
        let next = if is_complete {
            &prose.next_when_complete
        } else {
            &prose.next_step
        };
        SubmitReport {
            task: part.task.id,
            organisation: part.staff.organisation,
            period,
            values,
            completion,
            done: say(done, turn, &filling),
            problems,
            help_wanted: if wants_help {
                say(&prose.help_wanted, turn, &filling)
            } else {
                String::new()
            },
            next_step: say(next, turn, &filling),
            evidence: Vec::new(),
        }
    }
}

/// Deeds that follow each other, each some days after the one before it.
struct Deeds<'a> {
    calendar: &'a Calendar,
    day: Date,
    deeds: &'a mut Vec<Deed>,
}

impl Deeds<'_> {
    fn add(&mut self, actor: &Actor, command: Command, days_later: i32, hour: i8, minute: i8) {
        if days_later > 0 {
            let later = self.day.saturating_add(days_later.days());
            let worked = working_day(later);
            // The Saturday before a Sunday may be the day of the deed before this one.
            self.day = if worked > self.day {
                worked
            } else {
                later.saturating_add(2.days())
            };
        }
        self.deeds.push((
            actor.clone(),
            Request::from(command),
            self.calendar.at(self.day, hour, minute),
        ));
    }
}

/// The text of a task without the sentences in which a clause is outside the limits of scope: nothing is reported on those, in the demo either.
pub(crate) fn tracked_text(task: &Task) -> String {
    let Tracking::Tracked { excluded } = &task.tracking else {
        return String::new();
    };
    let mut start = task.source.map_or(0, |source| source.span.start);
    let mut kept = String::new();
    for sentence in task.text.split_inclusive('。') {
        let end = start + sentence.chars().count();
        if !excluded
            .iter()
            .any(|clause| clause.span.start < end && start < clause.span.end)
        {
            kept.push_str(sentence);
        }
        start = end;
    }
    kept
}

/// What a narrative calls the task where no clause of it can be quoted; a title that is outside the limits of scope is not quoted either.
fn called<'a>(task: &'a Task, tracked_text: &str) -> &'a str {
    if tracked_text.contains(task.title.trim_end_matches('。')) {
        &task.title
    } else {
        "本项工作"
    }
}

/// The draft that a clerk has left: begun, not finished.
pub(crate) fn draft(task: &Task) -> luoshi_app::report::ReportDraft {
    let text = tracked_text(task);
    let measures = clauses(called(task, &text), &text);
    luoshi_app::report::ReportDraft {
        done: format!("围绕“{}”，本月", measures[0]),
        ..luoshi_app::report::ReportDraft::default()
    }
}
