//! Targets (指标): what is measured and how much was promised. It does not find them in a sentence.

use jiff::civil::Date;
use luoshi_types::{Comparator, Decimal, Direction, Span, Strength};
use serde::{Deserialize, Serialize};

use crate::ids::TargetId;

/// A target of a task.
///
/// Its words are verbatim from the promise, which the task's text already holds, so they are plain parts of the payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its id.
    pub id: TargetId,
    /// What is measured (城镇登记失业率); may be empty where the sentence does not say.
    pub subject: String,
    /// The number with its unit as written (`4%以内`); empty for a result without a number.
    pub quantity_text: String,
    /// The value promised, in units of `unit`; none for a result without a number.
    pub value: Option<Decimal>,
    /// The upper end of a range.
    pub value_max: Option<Decimal>,
    /// The unit, free of 万 and 亿.
    pub unit: String,
    /// How a value is compared with the one promised.
    pub comparator: Comparator,
    /// What is to happen to the measured thing, where the sentence says.
    pub direction: Option<Direction>,
    /// How strongly it is promised, where the sentence says.
    pub strength: Option<Strength>,
    /// Its own deadline, where it has one.
    pub due: Option<Date>,
    /// Where it stands in the source document.
    pub span: Option<Span>,
}

impl Target {
    /// How far `value` has come towards the target, as whole percent from 0 to 100.
    ///
    /// None where progress cannot be told from one number: a target without a value, or one that is to be limited, kept or met about.
    pub fn completion(&self, value: Decimal) -> Option<u8> {
        let limits = matches!(
            self.comparator,
            Comparator::AtMost | Comparator::LessThan | Comparator::About
        ) || matches!(self.direction, Some(Direction::LimitTo | Direction::Maintain));
        if limits {
            return None;
        }
        let percent = value.percent_of(self.value?)?;
        u8::try_from(percent.clamp(0, 100)).ok()
    }
}
