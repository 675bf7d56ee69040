//! A number inside the description of a thing that exists: 用好用活12个重点产业发展特殊政策措施.
//!
//! The clause speaks of using, supporting or carrying out, and the noun behind the number ends with 政策, 措施, 规定, 意见 or 精神.
//! A word such as 全市, 现有 or 上述 directly before the number (支持全市17个产业) says as well that the things are there, and so does
//! a word of leaning on them (围绕8条产业链, 发挥10亿元基金作用), money that supports others (20亿元债券支持的项目), a number behind 在 or
//! of a whole whose parts are counted (在14个市新建学校20所, 7所高校的11个学科), and the speed of what is being built.

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
};

rule!("mention", "existing-thing", "existing_thing.rs");

/// Words directly before the number of things that are there.
const THERE: &[&str] = &[
    "全市",
    "全省",
    "全县",
    "全区",
    "全州",
    "全国",
    "我市",
    "我省",
    "我区",
    "我县",
    "我州",
    "本市",
    "本省",
    "上述",
    "已有的",
    "现有的",
    "这",
    "该",
    "在建的",
    "在建",
    "已签约的",
    "已签约",
    "已开工的",
    "已建成的",
];

/// Words that lean on what is there.
const LEANING: &[&str] = &[
    "围绕",
    "聚焦",
    "依托",
    "发挥",
    "利用",
    "用好",
    "用足",
    "用活",
    "紧盯",
    "盯紧",
    "根据",
    "结合",
    "针对",
    "对照",
    "按照",
    "通过",
    "涉及",
    "涵盖",
    "做大做强",
    "做优做强",
];

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    let uses = ["用足", "用好", "用活", "落实", "贯彻", "执行", "国家支持"]
        .iter()
        .any(|word| context.before.contains(word));
    let noun = context.after.trim_end_matches(['等', '的']);
    let is_policy = [
        "政策",
        "政策措施",
        "措施",
        "举措",
        "新规",
        "规定",
        "意见",
        "精神",
        "办法",
        "条例",
    ]
    .iter()
    .any(|word| noun.ends_with(word));
    let is_bare = quantity.suffix.is_none() && quantity.maximum.is_none();
    let counts = quantity.kind == UnitKind::Count && is_bare;
    let is_there = counts && !context.after.is_empty() && THERE.iter().any(|word| context.before.ends_with(word));
    let things = counts || (is_bare && matches!(quantity.kind, UnitKind::Money | UnitKind::Measure));
    let leaned_on = things && context.noun_follows() && LEANING.iter().any(|word| context.before.ends_with(word));
    (uses && is_policy)
        || is_there
        || leaned_on
        || supports(context)
        || is_place(context)
        || is_listed(context)
        || is_kept_to(context)
        || is_sum_of_programme(context)
}

/// 50项按国家标准执行: the things are those of the standard.
fn is_kept_to(context: &Context<'_>) -> bool {
    context.quantity.kind == UnitKind::Count
        && context.quantity.suffix.is_none()
        && ["按", "依照", "参照"]
            .iter()
            .any(|word| context.after.starts_with(word))
        && ["执行", "管理"].iter().any(|word| context.after.ends_with(word))
}

/// 用好专项贷款（第一期规模100亿元）等政策: the bracket tells the sum of what is there.
fn is_sum_of_programme(context: &Context<'_>) -> bool {
    let sentence = context.sentence_before;
    let Some(open) = sentence
        .rfind(['（', '('])
        .filter(|&open| !sentence[open..].contains(['）', ')']))
    else {
        return false;
    };
    let name = &sentence[..open];
    context.quantity.kind == UnitKind::Money
        && ["用足", "用好", "用活", "落实", "执行"]
            .iter()
            .any(|word| name.contains(word))
        && ["贷款", "资金", "基金", "政策", "再贷款", "债券"]
            .iter()
            .any(|word| name.trim_end_matches('”').ends_with(word))
}

/// 20亿元债券支持的项目: the money is there.
fn supports(context: &Context<'_>) -> bool {
    context.quantity.kind == UnitKind::Money && context.after.contains("支持的")
}

/// 在14个市新建学校20所, 7所高校的11个学科: the things are where others are counted.
fn is_place(context: &Context<'_>) -> bool {
    let counts = context.quantity.kind == UnitKind::Count && context.quantity.suffix.is_none();
    let within = context.before.ends_with('在') && context.neighbour_behind.is_some();
    let whole = context
        .neighbour_behind
        .is_some_and(|(kind, gap)| kind == UnitKind::Count && gap.ends_with('的') && !gap.contains('、'))
        && context.before.ends_with('等');
    let part = context.neighbour_before.is_some_and(|(kind, gap)| {
        kind == UnitKind::Count && gap.ends_with('的') && !gap.contains('、') && gap.len() > 3
    }) && ["开展", "推进"].iter().any(|word| context.clause_behind.contains(word));
    counts && (within || whole || part)
}

/// 推进28条重点产业链强链, 推进150项年度任务落实, 加快4所学校建设进度: the things are listed elsewhere, and their work goes on.
fn is_listed(context: &Context<'_>) -> bool {
    let counts = context.quantity.kind == UnitKind::Count && context.quantity.suffix.is_none();
    let goes_on = ["推进", "推动", "加快", "落实", "完善", "健全"]
        .iter()
        .any(|word| context.before.contains(word));
    let makes = ["新增", "新建", "打造", "培育", "完成", "实施", "建成", "形成", "构建"]
        .iter()
        .any(|word| context.before.contains(word));
    let noun = context.after;
    let is_list = ["产业链", "举措", "年度任务", "目标任务", "清单任务", "重点任务"]
        .iter()
        .any(|word| noun.contains(word))
        || noun.ends_with("建设进度");
    counts && goes_on && !makes && is_list
}
