//! A quantity that narrows the thing behind it: 8个超千亿元产业, 6000个亿元以上项目, 90平方米以下住房.
//!
//! It is a Chinese sum directly before a noun, or a comparator word with a noun behind it. 4%以内的目标 and 300场以上活动 are none.
//!
//! A value inside a condition is one too: 对年产值超过1亿元的企业, 投资5000万元以上的. So is a size that describes a thing: 总投资50亿元的项目.

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
};

rule!("mention", "threshold", "threshold.rs");

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    let noun_follows = context
        .after
        .chars()
        .next()
        .is_some_and(|character| ('\u{4e00}'..='\u{9fff}').contains(&character));
    if is_condition(context) {
        return true;
    }
    if !noun_follows {
        return false;
    }
    if quantity.chinese && quantity.kind == UnitKind::Money {
        let is_level = ["台阶", "大关", "目标", "规模"]
            .iter()
            .any(|word| context.after.starts_with(word));
        return !is_level;
    }
    let goes_on = [
        "的目标",
        "目标",
        "的任务",
        "和",
        "及",
        "与",
        "并",
        "水平",
        "的水平",
        "，",
        "（",
    ]
    .iter()
    .any(|word| context.after.starts_with(word));
    let narrows = matches!(
        quantity.kind,
        UnitKind::Money | UnitKind::Measure | UnitKind::Percent | UnitKind::Voltage
    );
    quantity.suffix.is_some() && narrows && !goes_on
}

/// Words with which a clause that names those it is for begins.
const CONDITIONS: &[&str] = &["对", "凡", "如", "若", "当", "针对", "符合", "面向"];

/// Words before a size that describes the thing behind 的.
const SIZES: &[&str] = &[
    "总投资",
    "投资额",
    "投资",
    "年产",
    "占地",
    "面积",
    "全长",
    "总长",
    "规模",
    "装机",
    "容量",
    "产值",
    "营业收入",
    "营收",
    "收入",
    "销售额",
    "贷款",
    "存续",
    "总额",
    "金额",
    "人口",
    "达到",
    "超过",
    "以上",
    "不足",
    "低于",
    "高于",
    "满足",
];

/// Words behind 的 that speak of the value itself.
const VALUE_NOUNS: &[&str] = &[
    "目标", "任务", "水平", "增速", "增长", "增幅", "要求", "速度", "比例", "标准", "降幅", "预期", "控制", "底线",
    "红线", "历史", "基础", "幅度", "规模", "产能", "投资", "资金", "建设", "改造", "治理", "创建", "新建",
];

/// Whether the quantity stands in a condition, or describes what stands behind 的.
fn is_condition(context: &Context<'_>) -> bool {
    let behind = context.clause_behind;
    let kind = context.quantity.kind;
    if matches!(
        kind,
        UnitKind::None | UnitKind::Identifier | UnitKind::Age | UnitKind::Time
    ) {
        return false;
    }
    // 达到5亿元、10亿元的企业: what closes the list holds for each of its values.
    let Some(possessive) = behind.find('的') else {
        return false;
    };
    let noun = &behind[possessive + '的'.len_utf8()..];
    if VALUE_NOUNS.iter().any(|word| noun.starts_with(word)) {
        return false;
    }
    if noun.is_empty() {
        return possessive == 0 || context.quantity.suffix.is_some() || opens_condition(context);
    }
    let is_list = behind[..possessive].chars().all(|character| {
        character.is_ascii_digit()
            || "、.和及或以上以下下内元万亿千百%％户家个人吨亩头只（含）()左右".contains(character)
    });
    let describes = possessive == 0 || is_list;
    opens_condition(context)
        || (describes && SIZES.iter().any(|word| context.before.ends_with(word)) && !context.before.contains("实现"))
}

/// Whether the clause names those it is for: 对…的, 凡…的.
fn opens_condition(context: &Context<'_>) -> bool {
    let clause = context.before.trim_start();
    CONDITIONS.iter().any(|word| clause.starts_with(word)) || clause.contains("对年") || clause.contains("对当年")
}
