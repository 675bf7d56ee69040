//! Plausible values for targets: they grow with the months and agree with the rate of completion that the report states.
//!
//! The figures are invented and need no exactness, so that floating point serves here and nowhere else in the house.

use jiff::civil::Date;
use luoshi_ledger::{report::TargetValue, target::Target};
use luoshi_types::{Comparator, Decimal, Direction};

/// How a target is counted, which decides how its value moves over the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    /// Counted up from nothing: kilometres built, people trained.
    Cumulated,
    /// A rate of change over the year's months: growth of output.
    Rate,
    /// A level that rises to the one promised: coverage, stock.
    Level,
    /// A level that is to stay where it is.
    Steady,
    /// A ceiling.
    Ceiling,
}

/// The value that goes with `completion` percent; `wobble` (0 to 6) makes neighbours differ. None for a target without a number.
pub(crate) fn value_at(target: &Target, completion: u8, behind: bool, wobble: u8) -> Option<TargetValue> {
    let promised: f64 = target.value?.to_string().parse().ok()?;
    let done = f64::from(completion) / 100.0;
    let small = (f64::from(wobble) - 3.0) / 200.0;
    let value = match course(target) {
        Course::Cumulated => promised * done,
        Course::Rate if behind => promised * (0.84 + small),
        Course::Rate => promised * (1.0 + small),
        Course::Level if behind => promised * (0.88 + 0.05 * done),
        Course::Level => promised * (0.92 + 0.08 * done),
        Course::Steady => promised * (1.0 + small.abs() / 4.0),
        Course::Ceiling if behind => promised * (1.03 + small.abs()),
        Course::Ceiling => promised * (0.94 + small),
    };
    Some(TargetValue {
        target: target.id,
        value: if is_counted(target) {
            format!("{:.0}", value.floor()).parse().ok()?
        } else {
            rounded(value, promised)?
        },
    })
}

fn course(target: &Target) -> Course {
    let is_share = target.unit.contains('%') || target.unit.contains("百分点") || target.unit.contains('‰');
    let is_ceiling = matches!(target.comparator, Comparator::AtMost | Comparator::LessThan);
    match target.direction {
        Some(Direction::LimitTo) => Course::Ceiling,
        _ if is_ceiling => Course::Ceiling,
        Some(Direction::Maintain) => Course::Steady,
        Some(Direction::IncreaseBy | Direction::ReduceBy) if is_share => Course::Rate,
        Some(Direction::Reach) => Course::Level,
        _ if is_share => Course::Level,
        _ => Course::Cumulated,
    }
}

/// Whether the target counts whole things: 2.7 parks are no report.
fn is_counted(target: &Target) -> bool {
    const MEASURES: [&str; 15] = [
        "%",
        "‰",
        "百分点",
        "元",
        "亩",
        "顷",
        "里",
        "米",
        "吨",
        "千瓦",
        "瓦",
        "斤",
        "克",
        "时",
        "天",
    ];
    let is_whole = target.value.is_some_and(|value| !value.to_string().contains('.'));
    is_whole && !target.unit.is_empty() && !MEASURES.iter().any(|measure| target.unit.contains(measure))
}

/// A value as a clerk would write it: small ones with the promise's decimals or one more, large ones with four digits that count.
fn rounded(value: f64, promised: f64) -> Option<Decimal> {
    let has_decimals = promised.fract() != 0.0;
    let text = if promised < 20.0 {
        let decimals = if has_decimals || promised < 10.0 { 2 } else { 1 };
        format!("{value:.decimals$}")
    } else if promised < 200.0 {
        let decimals = usize::from(has_decimals);
        format!("{value:.decimals$}")
    } else {
        let digits = value.abs().max(1.0).log10().floor() - 3.0;
        let step = 10_f64.powf(digits.max(0.0));
        format!("{:.0}", (value / step).round() * step)
    };
    text.parse().ok()
}

/// The sentence that states up to two values, on `day`; empty where there is none.
pub(crate) fn sentence(targets: &[Target], values: &[TargetValue], day: Date, completion: Option<u8>) -> String {
    let mut clauses: Vec<String> = values
        .iter()
        .filter_map(|value| {
            let target = targets.iter().find(|target| target.id == value.target)?;
            let amount = format!("{}{}", amount(value.value), target.unit);
            let subject = target.subject.trim();
            (!subject.is_empty()).then(|| match (course(target), target.direction) {
                (Course::Rate, Some(Direction::ReduceBy)) => format!("{subject}下降{amount}"),
                (Course::Rate, _) => format!("{subject}增长{amount}"),
                (Course::Cumulated, _) => format!("{subject}完成{amount}"),
                (Course::Level | Course::Steady | Course::Ceiling, _) => format!("{subject}为{amount}"),
            })
        })
        .take(2)
        .collect();
    if let Some(percent) = completion {
        clauses.push(format!("总体完成年度任务的{percent}%"));
    }
    if clauses.is_empty() {
        String::new()
    } else {
        format!("截至{}月{}日，{}。", day.month(), day.day(), clauses.join("，"))
    }
}

/// A number as Chinese texts write it: 1.5万, 2600亿.
pub(super) fn amount(value: Decimal) -> String {
    let Ok(number) = value.to_string().parse::<f64>() else {
        return value.to_string();
    };
    let short = |number: f64| {
        let text = format!("{number:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    if number >= 1e8 {
        format!("{}亿", short(number / 1e8))
    } else if number >= 1e4 {
        format!("{}万", short(number / 1e4))
    } else {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use luoshi_ledger::ids::TargetId;

    use super::*;

    fn target(subject: &str, value: &str, unit: &str, comparator: Comparator, direction: Direction) -> Target {
        Target {
            id: TargetId::from(uuid::Uuid::nil()),
            subject: subject.to_owned(),
            quantity_text: String::new(),
            value: value.parse().ok(),
            value_max: None,
            unit: unit.to_owned(),
            comparator,
            direction: Some(direction),
            strength: None,
            due: None,
            span: None,
        }
    }

    #[track_caller]
    fn check(target: &Target, completion: u8, behind: bool, value: &str, words: &str) {
        let found = value_at(target, completion, behind, 3).unwrap();
        assert_eq!(found.value.to_string(), value);
        assert_eq!(
            sentence(std::slice::from_ref(target), &[found], date(2026, 9, 20), None),
            words
        );
    }

    #[test]
    fn counts_grow_from_nothing() {
        let roads = target("新改建农村公路", "4500", "公里", Comparator::Equal, Direction::Complete);
        check(&roads, 0, false, "0", "截至9月20日，新改建农村公路完成0公里。");
        check(&roads, 43, false, "1935", "截至9月20日，新改建农村公路完成1935公里。");
        let parks = target("零碳园区", "3", "个", Comparator::Equal, Direction::Complete);
        check(&parks, 90, false, "2", "截至9月20日，零碳园区完成2个。");
        let money = target(
            "年度投资",
            "260000000000",
            "元",
            Comparator::AtLeast,
            Direction::Complete,
        );
        check(&money, 50, false, "130000000000", "截至9月20日，年度投资完成1300亿元。");
    }

    #[test]
    fn rates_levels_and_ceilings_stay_near_the_promise() {
        let growth = target("地区生产总值", "5", "%", Comparator::About, Direction::IncreaseBy);
        check(&growth, 70, false, "5", "截至9月20日，地区生产总值增长5%。");
        check(&growth, 70, true, "4.2", "截至9月20日，地区生产总值增长4.2%。");
        let coverage = target("覆盖率", "85", "%", Comparator::AtLeast, Direction::Reach);
        check(&coverage, 50, false, "82", "截至9月20日，覆盖率为82%。");
        let prices = target("涨幅", "2", "%", Comparator::AtMost, Direction::LimitTo);
        check(&prices, 50, false, "1.88", "截至9月20日，涨幅为1.88%。");
        let grain = target(
            "粮食播种面积",
            "36000000",
            "亩",
            Comparator::AtLeast,
            Direction::Maintain,
        );
        check(&grain, 50, false, "36000000", "截至9月20日，粮食播种面积为3600万亩。");
    }

    #[test]
    fn a_result_without_a_number_has_no_value() {
        let mut whole = target("覆盖", "1", "", Comparator::Equal, Direction::Reach);
        whole.value = None;
        assert_eq!(value_at(&whole, 50, false, 3), None);
        assert_eq!(
            sentence(&[], &[], date(2026, 9, 20), Some(40)),
            "截至9月20日，总体完成年度任务的40%。"
        );
        assert_eq!(sentence(&[], &[], date(2026, 9, 20), None), "");
    }
}
