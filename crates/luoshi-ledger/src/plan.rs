//! Plans (年度计划) and their sections (部分). Tasks have a room and a stream of their own.

use std::ops::RangeInclusive;

use jiff::{Timestamp, civil::Date};
use luoshi_types::Span;
use serde::{Deserialize, Serialize};

use crate::{
    envelope::Recorded,
    event::{ApplyError, Event},
    ids::{DocumentId, PlanId, SectionId},
    text::{HoldsTexts, Text},
};

/// The years that a plan may be for.
pub const YEARS: RangeInclusive<i16> = 1949..=2100;
/// The days of the month by which reports may be due.
pub const REPORT_DAYS: RangeInclusive<u8> = 1..=31;
/// The longest title of a plan, in characters.
pub const LONGEST_PLAN_TITLE: usize = 200;

/// A section as an event records it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionRecord {
    /// Its id.
    pub section: SectionId,
    /// Its number as written, without the title (`一、`); empty where there is none.
    pub label: String,
    /// Its title.
    pub title: Text,
    /// Where it stands in the source document.
    pub span: Option<Span>,
}

impl HoldsTexts for SectionRecord {
    fn visit_texts(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.title.visit_texts(visit);
    }
}

/// A section as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its id.
    pub id: SectionId,
    /// Its number as written.
    pub label: String,
    /// Its title.
    pub title: String,
    /// Where it stands in the source document.
    pub span: Option<Span>,
}

/// How far a plan has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanState {
    /// A person accepted the drafts; only the supervision office sees it.
    Adopted,
    /// 印发: bodies see their tasks and owe reports.
    Issued {
        /// Since when.
        at: Timestamp,
    },
}

/// A plan as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// Version of its stream.
    pub version: u64,
    /// The document that it came from; none for a plan made by hand.
    pub document: Option<DocumentId>,
    /// Its title.
    pub title: String,
    /// Number of the document (文号), where it has one.
    pub document_number: Option<String>,
    /// Who issued the document, where it says so.
    pub issuer: Option<String>,
    /// Date of the document, where it has one.
    pub document_date: Option<Date>,
    /// The year that the plan is for.
    pub year: i16,
    /// Day of the month by which reports are due, 1 to 31; a shorter month takes its last day.
    pub report_day: u8,
    /// In the order of the document.
    pub sections: Vec<Section>,
    /// How far it has come.
    pub state: PlanState,
}

impl Plan {
    /// The state after one more event of its stream.
    pub fn apply(state: Option<Self>, recorded: &Recorded) -> Result<Self, ApplyError> {
        let version = recorded.envelope.version;
        match (state, &recorded.event) {
            (None, Event::PlanAdopted(event)) => Ok(Self {
                id: event.plan,
                version,
                document: event.document,
                title: event.title.body().to_owned(),
                document_number: event.document_number.as_ref().map(|text| text.body().to_owned()),
                issuer: event.issuer.as_ref().map(|text| text.body().to_owned()),
                document_date: event.document_date,
                year: event.year,
                report_day: event.report_day,
                sections: event
                    .sections
                    .iter()
                    .map(|section| Section {
                        id: section.section,
                        label: section.label.clone(),
                        title: section.title.body().to_owned(),
                        span: section.span,
                    })
                    .collect(),
                state: PlanState::Adopted,
            }),
            (Some(plan), Event::PlanIssued(_)) => Ok(Self {
                version,
                state: PlanState::Issued {
                    at: recorded.envelope.effective_at,
                },
                ..plan
            }),
            _ => Err(ApplyError::OutOfPlace),
        }
    }

    /// Since when bodies owe reports; none while the plan is not issued.
    pub fn issued_at(&self) -> Option<Timestamp> {
        match self.state {
            PlanState::Adopted => None,
            PlanState::Issued { at } => Some(at),
        }
    }
}

/// The deadline of a task: its own, or the end of its plan's year.
pub fn deadline(own: Option<Date>, year: i16) -> Date {
    own.or_else(|| Date::new(year, 12, 31).ok()).unwrap_or(Date::MAX)
}
