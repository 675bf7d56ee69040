//! How a target compares, which way it points and how strongly it is promised.
//!
//! It does not read any of them from a sentence; `luoshi-parse` does.

use serde::{Deserialize, Serialize};

/// How a value is compared with the value promised.
///
/// 以上, 以下 and 以内 include the number (Civil Code of the People's Republic of China, article 1259).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparator {
    /// 以上, 不低于, 不少于.
    #[serde(rename = ">=")]
    AtLeast,
    /// 以下, 以内, 不超过, a bare 控制在.
    #[serde(rename = "<=")]
    AtMost,
    /// 左右, 约.
    #[serde(rename = "≈")]
    About,
    /// A bare number or 达到.
    #[serde(rename = "=")]
    Equal,
    /// 超过, 突破, 高于.
    #[serde(rename = ">")]
    MoreThan,
    /// 不足, 低于.
    #[serde(rename = "<")]
    LessThan,
    /// From `value` to `value_max`.
    #[serde(rename = "range")]
    Range,
}

impl Comparator {
    /// Every comparator.
    pub const ALL: [Comparator; 7] = [
        Comparator::AtLeast,
        Comparator::AtMost,
        Comparator::About,
        Comparator::Equal,
        Comparator::MoreThan,
        Comparator::LessThan,
        Comparator::Range,
    ];

    /// The symbol of the parse contract and of form fields.
    pub fn code(self) -> &'static str {
        match self {
            Comparator::AtLeast => ">=",
            Comparator::AtMost => "<=",
            Comparator::About => "≈",
            Comparator::Equal => "=",
            Comparator::MoreThan => ">",
            Comparator::LessThan => "<",
            Comparator::Range => "range",
        }
    }

    /// The comparator that a symbol names.
    pub fn from_code(code: &str) -> Option<Comparator> {
        Comparator::ALL.into_iter().find(|comparator| comparator.code() == code)
    }
}

/// What is to happen to the measured thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// 稳定在, 保持.
    Maintain,
    /// 新增, 增长, 提高.
    IncreaseBy,
    /// 达到, 提高到.
    Reach,
    /// 完成, 建成.
    Complete,
    /// 控制在, 不超过.
    LimitTo,
    /// 减少, 下降.
    ReduceBy,
}

impl Direction {
    /// Every direction.
    pub const ALL: [Direction; 6] = [
        Direction::Maintain,
        Direction::IncreaseBy,
        Direction::Reach,
        Direction::Complete,
        Direction::LimitTo,
        Direction::ReduceBy,
    ];

    /// The stable word of the parse contract, of rows and of form fields.
    pub fn code(self) -> &'static str {
        match self {
            Direction::Maintain => "maintain",
            Direction::IncreaseBy => "increase_by",
            Direction::Reach => "reach",
            Direction::Complete => "complete",
            Direction::LimitTo => "limit_to",
            Direction::ReduceBy => "reduce_by",
        }
    }

    /// The direction that a stable word names.
    pub fn from_code(code: &str) -> Option<Direction> {
        Direction::ALL.into_iter().find(|direction| direction.code() == code)
    }
}

/// How strongly a target is promised, as the document's own word says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Strength {
    /// 确保: ensured.
    #[serde(rename = "确保")]
    Ensure,
    /// 完成: to be completed.
    #[serde(rename = "完成")]
    Complete,
    /// 力争: strive for.
    #[serde(rename = "力争")]
    StriveFor,
    /// 争取: try for.
    #[serde(rename = "争取")]
    TryFor,
    /// 计划: planned.
    #[serde(rename = "计划")]
    Plan,
    /// 预期: expected.
    #[serde(rename = "预期")]
    Expect,
}

impl Strength {
    /// Every strength, the firmest first.
    pub const ALL: [Strength; 6] = [
        Strength::Ensure,
        Strength::Complete,
        Strength::StriveFor,
        Strength::TryFor,
        Strength::Plan,
        Strength::Expect,
    ];

    /// The word of the parse contract, of rows and of form fields: the document's own.
    pub fn code(self) -> &'static str {
        match self {
            Strength::Ensure => "确保",
            Strength::Complete => "完成",
            Strength::StriveFor => "力争",
            Strength::TryFor => "争取",
            Strength::Plan => "计划",
            Strength::Expect => "预期",
        }
    }

    /// The strength that a word names.
    pub fn from_code(code: &str) -> Option<Strength> {
        Strength::ALL.into_iter().find(|strength| strength.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_contract() {
        for direction in Direction::ALL {
            assert_eq!(serde_json::to_value(direction).unwrap(), direction.code());
            assert_eq!(Direction::from_code(direction.code()), Some(direction));
        }
        for strength in Strength::ALL {
            assert_eq!(serde_json::to_value(strength).unwrap(), strength.code());
            assert_eq!(Strength::from_code(strength.code()), Some(strength));
        }
        for comparator in Comparator::ALL {
            assert_eq!(serde_json::to_value(comparator).unwrap(), comparator.code());
        }
    }
}
