//! The light (亮灯): a pure function of what was reported, the day, and a versioned rule file, with the reason for its colour.
//!
//! It scores no person, sends no reminder, and never looks at a clock: the day is an argument.

use std::{cmp::Reverse, sync::LazyLock};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{OrganisationId, ReportId},
    period::{Period, day_in_china},
    plan::{Plan, deadline},
    report::{Report, ReportState},
    task::Task,
};

/// The colour of a light. A page shows it as word and shape as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// 红灯: well behind, or overdue.
    Red,
    /// 黄灯: behind, or recovering from red.
    Yellow,
    /// 绿灯: on time.
    Green,
    /// 未亮灯: nothing to judge by yet.
    Grey,
    /// 不跟踪: outside the limits of scope; it never has a light.
    NotTracked,
}

impl Colour {
    /// Every colour, the ones that need somebody first.
    pub const ALL: [Colour; 5] = [
        Colour::Red,
        Colour::Yellow,
        Colour::Green,
        Colour::Grey,
        Colour::NotTracked,
    ];

    /// The stable word of rows, filters and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            Colour::Red => "red",
            Colour::Yellow => "yellow",
            Colour::Green => "green",
            Colour::Grey => "grey",
            Colour::NotTracked => "not_tracked",
        }
    }

    /// The colour that a stable word names.
    pub fn from_code(code: &str) -> Option<Colour> {
        Colour::ALL.into_iter().find(|colour| colour.code() == code)
    }
}

/// How well what a light rests on is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// There is no report.
    None,
    /// 自报: the latest figure is the body's own.
    SelfReported,
    /// 已核验: the latest figure was verified.
    Verified,
}

impl Proof {
    /// Every grade.
    pub const ALL: [Proof; 3] = [Proof::None, Proof::SelfReported, Proof::Verified];

    /// The stable word of rows and locale keys.
    pub fn code(self) -> &'static str {
        match self {
            Proof::None => "none",
            Proof::SelfReported => "self_reported",
            Proof::Verified => "verified",
        }
    }

    /// The grade that a stable word names.
    pub fn from_code(code: &str) -> Option<Proof> {
        Proof::ALL.into_iter().find(|proof| proof.code() == code)
    }
}

/// Why a light has its colour: one rule of the rule file and the figures it saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum Reason {
    /// Rule 1: the task is outside the limits of scope.
    NotTracked,
    /// Rule 2: the plan is not issued.
    NotIssued,
    /// Rule 3: nobody is named to report.
    NoReporter,
    /// Rule 4: 完成率 is 100.
    Completed,
    /// Rule 5: the deadline has passed and 完成率 is below 100 or unknown.
    Overdue {
        /// The deadline.
        due: Date,
        /// 完成率 in whole percent, where known.
        completion: Option<u8>,
    },
    /// Rule 6: planned against reported 完成率.
    Gap {
        /// Planned on this day, in whole percent, spread evenly from the day since when reports are owed to the deadline.
        planned: u8,
        /// Reported or verified.
        completion: u8,
    },
    /// Rule 7: monthly reports in a row that are owed and not in, for a task whose progress no number tells.
    Missed {
        /// How many.
        months: u32,
    },
    /// Rule 8: no report is owed yet.
    NothingOwed,
    /// Rule 9: it would be green and was red at the end of last month, so it goes through yellow.
    Recovering,
}

impl Reason {
    /// Number of the rule in the rule file's order, 1 to 9.
    pub fn rule(self) -> u8 {
        match self {
            Reason::NotTracked => 1,
            Reason::NotIssued => 2,
            Reason::NoReporter => 3,
            Reason::Completed => 4,
            Reason::Overdue { .. } => 5,
            Reason::Gap { .. } => 6,
            Reason::Missed { .. } => 7,
            Reason::NothingOwed => 8,
            Reason::Recovering => 9,
        }
    }

    /// The key of its wording in the locale files.
    pub fn code(self) -> &'static str {
        match self {
            Reason::NotTracked => "not-tracked",
            Reason::NotIssued => "not-issued",
            Reason::NoReporter => "no-reporter",
            Reason::Completed => "completed",
            Reason::Overdue { .. } => "overdue",
            Reason::Gap { .. } => "gap",
            Reason::Missed { .. } => "missed",
            Reason::NothingOwed => "nothing-owed",
            Reason::Recovering => "recovering",
        }
    }
}

/// A light with its "why".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Light {
    /// Its colour.
    pub colour: Colour,
    /// How well it is proved.
    pub proof: Proof,
    /// The rule that decided.
    pub reason: Reason,
    /// The day since when it has had this colour, where that is known to the month; the first day of a month or the day since when reports are owed.
    pub since: Option<Date>,
    /// Version of the rule file.
    pub rule_version: u16,
}

/// One report as the light sees it, with what tells the latest one of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportFact {
    /// The report.
    pub id: ReportId,
    /// Version of its stream.
    pub version: u64,
    /// The body that reports.
    pub organisation: OrganisationId,
    /// The month that it is about.
    pub period: Period,
    /// The day on which it was first submitted.
    pub submitted_on: Date,
    /// When it was submitted last.
    pub submitted_at: Timestamp,
    /// 完成率 reported, in whole percent.
    pub completion: Option<u8>,
    /// Verified, and with what 完成率; none while it is not verified.
    pub verified: Option<Option<u8>>,
}

/// What a light is computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LightFacts {
    /// Whether luoshi follows the task.
    pub tracked: bool,
    /// The day since when reports are owed: the plan's issue, or the naming of the reporting bodies where that came later. None while the
    /// plan is not issued.
    pub owed_since: Option<Date>,
    /// Number of bodies that owe reports.
    pub reporters: u32,
    /// Day of the month by which reports are due.
    pub report_day: u8,
    /// The deadline of the task.
    pub due: Date,
    /// Reports that are not returned, in any order.
    pub reports: Vec<ReportFact>,
}

impl ReportFact {
    /// A report as the light sees it; none where it was returned.
    pub fn of(report: &Report) -> Option<Self> {
        if matches!(report.state, ReportState::Returned { .. }) {
            return None;
        }
        Some(Self {
            id: report.id,
            version: report.version,
            organisation: report.organisation,
            period: report.period,
            submitted_on: day_in_china(report.first_submitted_at),
            submitted_at: report.submitted_at,
            completion: report.completion,
            verified: report.is_verified().then(|| report.verified_completion()),
        })
    }
}

impl LightFacts {
    /// What the light of a task is judged from, given its reports.
    pub fn of(task: &Task, plan: &Plan, reports: Vec<ReportFact>) -> Self {
        Self {
            tracked: task.is_tracked(),
            owed_since: owed_since(plan.issued_at(), task.reporting_since),
            reporters: u32::try_from(task.reporting.organisations().len()).unwrap_or(u32::MAX),
            report_day: plan.report_day,
            due: deadline(task.due, plan.year),
            reports,
        }
    }

    /// Lets a report of the task, new or changed, count as it stands now.
    pub fn note(&mut self, report: &Report) {
        self.reports.retain(|known| known.id != report.id);
        self.reports.extend(ReportFact::of(report));
    }

    /// The latest report: of the latest month that has any; where several bodies report, the last handed in.
    pub fn latest(&self) -> Option<&ReportFact> {
        self.reports
            .iter()
            .max_by_key(|report| (report.period, report.submitted_at, Reverse(report.id)))
    }
}

/// The day since when reports are owed: the plan's issue, or the naming of the reporting bodies where that came later.
pub fn owed_since(issued_at: Option<Timestamp>, reporting_since: Timestamp) -> Option<Date> {
    issued_at.map(|issued_at| day_in_china(issued_at.max(reporting_since)))
}

#[derive(Debug, Deserialize)]
struct RuleFile {
    version: u16,
    yellow_gap: u8,
    red_gap: u8,
    yellow_missed: u32,
    red_missed: u32,
}

/// The rule file is part of the program, so a broken one is caught by the tests; these figures are the ones of version 1.
static RULES: LazyLock<RuleFile> = LazyLock::new(|| {
    toml::from_str(include_str!("../rules/light-1.toml")).unwrap_or(RuleFile {
        version: 1,
        yellow_gap: 10,
        red_gap: 20,
        yellow_missed: 1,
        red_missed: 2,
    })
});

/// The light of a task on `today`.
pub fn light(facts: &LightFacts, today: Date) -> Light {
    let rules = &*RULES;
    let Some(owed_since) = facts.owed_since.filter(|_| facts.tracked) else {
        let (colour, reason) = if facts.tracked {
            (Colour::Grey, Reason::NotIssued)
        } else {
            (Colour::NotTracked, Reason::NotTracked)
        };
        return Light {
            colour,
            proof: Proof::None,
            reason,
            since: None,
            rule_version: rules.version,
        };
    };
    // The colour at the end of each month since then is needed for rule 9 and for "since"; a plan has few months.
    let mut since = owed_since;
    let mut last = judge(facts, owed_since, owed_since.min(today), None, rules);
    let mut period = Period::of(owed_since);
    while period.last_day() < today {
        let next = judge(facts, owed_since, period.last_day(), Some(last.0), rules);
        if next.0 != last.0 {
            since = period.first_day().max(owed_since);
        }
        last = next;
        if period.next() == period {
            break;
        }
        period = period.next();
    }
    let (colour, reason) = judge(facts, owed_since, today, Some(last.0), rules);
    if colour != last.0 {
        since = period.first_day().max(owed_since);
    }
    Light {
        colour,
        proof: proof(facts, today),
        reason,
        since: Some(since),
        rule_version: rules.version,
    }
}

fn known(facts: &LightFacts, on: Date) -> impl Iterator<Item = &ReportFact> {
    facts.reports.iter().filter(move |report| report.submitted_on <= on)
}

/// How well the latest month is proven; where several bodies reported on it, by the least proven of them, in whatever order they come.
fn proof(facts: &LightFacts, on: Date) -> Proof {
    let Some(latest) = known(facts, on).map(|report| report.period).max() else {
        return Proof::None;
    };
    if known(facts, on).all(|report| report.period != latest || report.verified.is_some()) {
        Proof::Verified
    } else {
        Proof::SelfReported
    }
}

/// The least 完成率 among the reports of the latest month that has any; with several bodies the slowest counts.
fn completion(facts: &LightFacts, on: Date) -> Option<u8> {
    let latest = known(facts, on)
        .filter(|report| report.completion.is_some() || report.verified.flatten().is_some())
        .map(|report| report.period)
        .max()?;
    known(facts, on)
        .filter(|report| report.period == latest)
        .filter_map(|report| report.verified.flatten().or(report.completion))
        .min()
}

/// Months in a row, up to the last one whose report is due on `on`, in which fewer bodies reported than owe it.
///
/// Values are cumulated over the year, so a report for a later month makes up for the ones that were left out before it.
fn missed(facts: &LightFacts, owed_since: Date, on: Date) -> Option<u32> {
    let is_in = |period| {
        let given = known(facts, on).filter(|report| report.period == period).count();
        given >= facts.reporters as usize
    };
    let mut period = Period::of(on);
    if is_in(period) {
        return Some(0);
    }
    if period.due_day(facts.report_day) >= on {
        period = period.previous();
    }
    let first = Period::of(owed_since);
    if period < first {
        return None;
    }
    let mut months = 0;
    while period >= first && !is_in(period) {
        months += 1;
        period = period.previous();
    }
    Some(months)
}

fn planned(owed_since: Date, due: Date, on: Date) -> u8 {
    let whole = i64::from(due.since(owed_since).map_or(0, |span| span.get_days()).max(1));
    let passed = i64::from(on.since(owed_since).map_or(0, |span| span.get_days()).max(0));
    u8::try_from((passed * 100 / whole).clamp(0, 100)).unwrap_or(100)
}

fn judge(facts: &LightFacts, owed_since: Date, on: Date, before: Option<Colour>, rules: &RuleFile) -> (Colour, Reason) {
    let (colour, reason) = judge_alone(facts, owed_since, on, rules);
    let completed = reason == Reason::Completed;
    if before == Some(Colour::Red) && colour == Colour::Green && !completed {
        (Colour::Yellow, Reason::Recovering)
    } else {
        (colour, reason)
    }
}

fn judge_alone(facts: &LightFacts, owed_since: Date, on: Date, rules: &RuleFile) -> (Colour, Reason) {
    if facts.reporters == 0 {
        return (Colour::Grey, Reason::NoReporter);
    }
    let completion = completion(facts, on);
    if completion == Some(100) {
        return (Colour::Green, Reason::Completed);
    }
    if on > facts.due {
        return (
            Colour::Red,
            Reason::Overdue {
                due: facts.due,
                completion,
            },
        );
    }
    let missed = missed(facts, owed_since, on);
    let by_reports = missed.map(|months| {
        let colour = if months >= rules.red_missed {
            Colour::Red
        } else if months >= rules.yellow_missed {
            Colour::Yellow
        } else {
            Colour::Green
        };
        (colour, Reason::Missed { months })
    });
    let by_progress = completion.map(|completion| {
        let planned = planned(owed_since, facts.due, on);
        let gap = planned.saturating_sub(completion);
        let colour = if gap >= rules.red_gap {
            Colour::Red
        } else if gap >= rules.yellow_gap {
            Colour::Yellow
        } else {
            Colour::Green
        };
        (colour, Reason::Gap { planned, completion })
    });
    // The worse of the two counts, so that silence never looks better than a bad figure; where both agree the figure is the better reason.
    match (by_progress, by_reports) {
        (Some(progress), Some(reports)) if reports.0 < progress.0 => reports,
        (Some(progress), _) => progress,
        (None, Some(reports)) => reports,
        (None, None) => (Colour::Grey, Reason::NothingOwed),
    }
}

#[cfg(test)]
mod tests {
    use jiff::{civil::date, tz::TimeZone};
    use uuid::Uuid;

    use super::*;

    fn fact(period: &str, submitted_on: Date, completion: Option<u8>) -> ReportFact {
        ReportFact {
            id: ReportId(Uuid::from_u128(1)),
            version: 1,
            organisation: OrganisationId(Uuid::from_u128(2)),
            period: period.parse().unwrap(),
            submitted_on,
            submitted_at: TimeZone::UTC.to_timestamp(submitted_on.at(9, 0, 0, 0)).unwrap(),
            completion,
            verified: None,
        }
    }

    fn facts(reports: &[(&str, Date, Option<u8>)]) -> LightFacts {
        LightFacts {
            tracked: true,
            owed_since: Some(date(2026, 3, 1)),
            reporters: 1,
            report_day: 25,
            due: date(2026, 12, 31),
            reports: reports
                .iter()
                .map(|(period, submitted_on, completion)| fact(period, *submitted_on, *completion))
                .collect(),
        }
    }

    #[track_caller]
    fn check(facts: &LightFacts, today: Date, colour: Colour, rule: u8) {
        let light = light(facts, today);
        assert_eq!((light.colour, light.reason.rule()), (colour, rule), "{light:?}");
    }

    #[test]
    fn the_rule_file_is_the_one_described() {
        let file: RuleFile = toml::from_str(include_str!("../rules/light-1.toml")).unwrap();
        assert_eq!((file.version, file.yellow_gap, file.red_gap), (1, 10, 20));
    }

    #[test]
    fn without_anything_owed_it_is_grey() {
        check(&facts(&[]), date(2026, 3, 10), Colour::Grey, 8);
    }

    #[test]
    fn silence_turns_yellow_then_red() {
        check(&facts(&[]), date(2026, 3, 26), Colour::Yellow, 7);
        check(&facts(&[]), date(2026, 4, 26), Colour::Red, 7);
    }

    #[test]
    fn a_gap_turns_yellow_then_red() {
        let mut in_time = facts(&[
            ("2026-06", date(2026, 6, 20), Some(38)),
            ("2026-05", date(2026, 5, 20), Some(30)),
            ("2026-04", date(2026, 4, 20), Some(20)),
            ("2026-03", date(2026, 3, 20), Some(10)),
        ]);
        check(&in_time, date(2026, 6, 21), Colour::Green, 6);
        in_time.reports[0].completion = Some(20);
        check(&in_time, date(2026, 6, 21), Colour::Yellow, 6);
        in_time.reports[0].completion = Some(10);
        check(&in_time, date(2026, 6, 21), Colour::Red, 6);
    }

    #[test]
    fn a_red_that_catches_up_goes_through_yellow() {
        let caught_up = facts(&[("2026-05", date(2026, 5, 20), Some(60))]);
        check(&caught_up, date(2026, 5, 21), Colour::Yellow, 9);
        check(&caught_up, date(2026, 6, 2), Colour::Green, 6);
    }

    #[test]
    fn an_overdue_task_is_red_until_complete() {
        let mut late = facts(&[("2026-12", date(2026, 12, 20), Some(90))]);
        check(&late, date(2027, 1, 5), Colour::Red, 5);
        late.reports.push(ReportFact {
            verified: Some(Some(100)),
            ..fact("2027-01", date(2027, 1, 6), Some(100))
        });
        check(&late, date(2027, 1, 7), Colour::Green, 4);
        assert_eq!(light(&late, date(2027, 1, 7)).proof, Proof::Verified);
    }

    /// Two engines give rows without an order in different orders, and a light must not depend on it.
    #[test]
    fn a_month_of_several_bodies_is_as_well_proven_as_its_least_proven_report() {
        let mut shared = facts(&[
            ("2026-05", date(2026, 5, 20), Some(40)),
            ("2026-06", date(2026, 6, 19), Some(50)),
            ("2026-06", date(2026, 6, 20), Some(50)),
        ]);
        shared.reports[1].verified = Some(Some(50));
        for _ in 0..2 {
            assert_eq!(light(&shared, date(2026, 6, 21)).proof, Proof::SelfReported);
            shared.reports.reverse();
        }
        shared.reports[2].verified = Some(None);
        assert_eq!(light(&shared, date(2026, 6, 21)).proof, Proof::Verified);
    }

    #[test]
    fn a_verified_figure_counts_before_the_reported_one() {
        let mut padded = facts(&[("2026-06", date(2026, 6, 20), Some(90))]);
        padded.reports[0].verified = Some(Some(10));
        check(&padded, date(2026, 6, 21), Colour::Red, 6);
    }

    #[test]
    fn outside_the_limits_of_scope_there_is_no_light() {
        let outside = LightFacts {
            tracked: false,
            ..facts(&[])
        };
        check(&outside, date(2026, 6, 1), Colour::NotTracked, 1);
    }

    #[test]
    fn the_latest_report_is_of_the_latest_month_and_the_last_handed_in() {
        let numbered = |number, period, day, version| ReportFact {
            id: ReportId(Uuid::from_u128(number)),
            version,
            ..fact(period, date(2026, 7, day), None)
        };
        let mut of_several = LightFacts {
            reports: vec![
                numbered(4, "2026-05", 9, 1),
                numbered(3, "2026-06", 2, 1),
                // Handed in at the same instant; the ids decide.
                numbered(2, "2026-06", 3, 1),
                numbered(1, "2026-06", 3, 1),
            ],
            ..facts(&[])
        };
        assert_eq!(facts(&[]).latest(), None);
        for _ in 0..2 {
            assert_eq!(of_several.latest().map(|report| report.id.0.as_u128()), Some(1));
            of_several.reports.reverse();
        }
    }
}
