//! A rate, a price, a subsidy or a fine: 按80%收取, 最高奖励300万元, 150元/平方米.
//!
//! A sum or share is one when its sentence speaks of giving, charging or sparing money before it, or when the number says how a
//! thing is charged. 发放消费券2亿元 and 完成投资3000亿元 are none.
//!
//! The words count in the clause of the number. In an earlier clause they count unless the number's own clause promises it
//! (对企业给予激励，出口额增长5%以上). What is spent in all (发放补贴5000万元) and a measured figure (平均费率低于1%) are none either.

use luoshi_types::{Comparator, Decimal};

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
    text::slice,
};

rule!("mention", "rate-or-subsidy", "rate_or_subsidy.rs");

/// Words before a sum that is given, charged or spared.
const MONEY_WORDS: &[&str] = &[
    "补助",
    "补贴",
    "奖励",
    "给予",
    "奖补",
    "贴息",
    "减免",
    "免征",
    "罚款",
    "收取",
    "缴纳",
    "每人",
    "每户",
    "每月",
    "每平方米",
    "标准为",
    "额度",
    "退税",
    "按照",
    "最高不超过",
    "最高限额",
    "最高额度",
    "贷款限额",
    "公积金贷款",
    "缴存额",
    "提取金额",
    "借款金额",
    "面值",
    "一次性发放",
    "享受",
    "总价款",
    "购房款",
    "每平米",
    "可贷",
    "报销",
    "贷款额度",
    "提取额度",
    "最高贷款",
    "月销售额",
    "年销售额",
    "注册资本",
];

/// Words before a share that is charged or granted.
const SHARE_WORDS: &[&str] = &[
    "各承担",
    "分别承担",
    "各分担",
    "产权份额",
    "减征",
    "减按",
    "减半",
    "税率",
    "费率",
    "利率",
    "首付",
    "扣除",
    "缴存",
    "收取",
    "缴纳",
    "贴息",
    "补助",
    "补贴",
    "奖励",
    "给予",
    "上浮",
    "下浮",
    "返还",
    "抵扣",
    "抵减",
    "按照",
    "预收",
    "保证金",
    "征收",
    "征收率",
    "适用",
    "应缴",
    "应纳",
    "抵免",
    "加计",
    "收费",
    "费用",
    "通行费",
    "优惠",
    "票价",
    "计提",
    "报销比例",
    "支付比例",
    "监管金额",
    "监管额度",
    "贷款额度",
    "免征",
    "减收",
    "预拨",
    "可上浮",
    "最高限额",
];

/// Words directly behind a share that is charged or granted.
const SHARE_BEHIND: &[&str] = &[
    "减征",
    "减免",
    "预留",
    "的比例",
    "的标准",
    "计提",
    "收取",
    "征收",
    "缴纳",
    "给予",
    "返还",
    "计算",
    "执行",
    "优惠",
    "的优惠",
    "抵扣",
    "抵减",
    "折",
    "征收率",
    "预征率",
    "的贴息",
];

/// Words directly behind a sum that is given.
const GIVEN_BEHIND: &[&str] = &[
    "奖励",
    "补助",
    "补贴",
    "的奖励",
    "的补助",
    "的补贴",
    "奖补",
    "的奖补",
    "一次性",
    "的贴息",
    "安家",
    "购房补贴",
    "罚款",
];

/// Words of a policy for buyers, borrowers and payers: all that their sentence says of money is its terms.
const TERMS: &[&str] = &[
    "公积金",
    "贷款额度",
    "提取额度",
    "最高贷款",
    "最高限额",
    "最高额度",
    "贷款限额",
    "可贷",
    "缴存",
    "首付",
    "契税",
    "税率",
    "减按",
    "减征",
    "减半",
    "征收",
    "罚款",
    "监管",
    "保证金",
    "报销",
    "上浮",
    "下浮",
    "应纳",
    "应缴",
    "缴费",
    "保险费",
    "房款",
    "出让",
    "注册资本",
    "月销售额",
    "年销售额",
    "保底",
];

/// Words of a single receiver or of a limit to what each gets.
const EACH: &[&str] = &[
    "最高",
    "最低",
    "最多",
    "给予",
    "予以",
    "一次性",
    "单个",
    "单户",
    "单笔",
    "单家",
    "单套",
    "单项",
    "标准",
    "额度",
    "限额",
    "上限",
    "按照",
    "人均",
    "户均",
    "亩均",
    "不超过",
];

/// Verbs with which a government disposes of a sum in all.
const IN_ALL: &[&str] = &[
    "发放", "安排", "争取", "下达", "落实", "兑现", "拨付", "筹集", "统筹", "投放", "设立", "撬动", "带动", "投入",
    "完成", "新增", "引进", "吸引", "募集", "发行", "归集", "拉动", "促成", "减税", "实现", "盘活", "组建",
];

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    if quantity.is_rate && is_price(context) {
        return true;
    }
    let is_loan_limit = quantity.unit.is_none()
        && ["贷款额度", "提取额度", "额度由", "额度从", "额度提高", "限额", "金额"]
            .iter()
            .any(|word| context.before.contains(word));
    if is_loan_limit {
        return true;
    }
    let is_money = quantity.kind == UnitKind::Money;
    let is_share = quantity.kind == UnitKind::Percent;
    if !is_money && !is_share {
        return false;
    }
    if GIVEN_BEHIND.iter().any(|word| context.after.starts_with(word))
        || (is_share && SHARE_BEHIND.iter().any(|word| context.after.starts_with(word)))
    {
        return true;
    }
    let is_most = ["最高", "最多", "至多"]
        .iter()
        .any(|word| context.before.ends_with(word));
    if is_money && is_most {
        return true;
    }
    let words = if is_money { MONEY_WORDS } else { SHARE_WORDS };
    let contains = |part: &str| words.iter().any(|word| part.contains(word));
    if contains(context.before) {
        return !(is_money && is_sum_in_all(context) || is_share && is_measured(context));
    }
    contains(context.sentence_before) && !promises_itself(context)
}

/// Whether a value with a stroke in its unit is a price. 税收达到12万元/亩 and 产能稳定在2亿吨/年 are values to be reached.
fn is_price(context: &Context<'_>) -> bool {
    let reaches = context.is_brought() || (context.quantity.suffix.is_some() && context.verb.is_some());
    if context.quantity.kind == UnitKind::Money {
        let is_given = MONEY_WORDS.iter().any(|word| context.sentence_before.contains(word))
            || ["价", "费", "租金", "标准"]
                .iter()
                .any(|word| context.before.contains(word));
        return is_given || !reaches;
    }
    // 15平方米/套 is what each gets; 批次/千人 and 吨/年 measure a whole.
    let each = ["/户", "/套", "/人", "/栋", "/个", "/辆"];
    let is_for_each = context
        .quantity
        .unit
        .is_some_and(|unit| each.iter().any(|word| slice(context.text, unit).ends_with(word)));
    is_for_each && !reaches
}

fn names_each(part: &str) -> bool {
    // 每年 repeats a sum in all; a quota of bonds or of credit is one as well.
    let part = ["每年", "债券额度", "授信额度", "每季度"]
        .iter()
        .fold(part.to_owned(), |part, word| part.replace(word, ""));
    EACH.iter().any(|word| part.contains(word))
        || (part.contains('每')
            && !["每万", "每千", "每百", "每十万"]
                .iter()
                .any(|word| part.contains(word)))
}

/// Whether the sum is what is spent in all: 全年发放购房补贴5000万元, 安排奖补资金2亿元. What one receiver gets is smaller.
fn is_sum_in_all(context: &Context<'_>) -> bool {
    let before = context.before;
    let disposes = IN_ALL.iter().any(|word| before.contains(word));
    let is_large = context
        .quantity
        .value
        .is_some_and(|value| value >= Decimal::from(1_000_000));
    let is_receiver = ["对", "给", "凡", "按"]
        .iter()
        .any(|word| before.trim_start().starts_with(word))
        && !before.trim_start().starts_with("对上");
    let is_limit = ["贷款额度", "提取额度", "注册资本", "罚款", "销售额"]
        .iter()
        .any(|word| before.contains(word));
    disposes && is_large && !names_each(before) && !is_receiver && !is_limit
}

/// Whether the share is a measured figure with a value to reach: 平均担保费率低于1%, 物流总费用与生产总值的比率降至14%以内.
fn is_measured(context: &Context<'_>) -> bool {
    let figure = ["平均", "比率", "占", "综合融资成本", "新发放", "物流成本", "降低物流"]
        .iter()
        .any(|word| context.before.contains(word));
    // 不高于1% is a limit that a policy sets; 低于1% is to be reached.
    let reaches = context.is_brought()
        || context
            .comparator_before()
            .is_some_and(|(comparator, _)| comparator != Comparator::AtMost);
    figure && reaches && !names_each(context.before) && !context.before.contains("公积金")
}

/// Whether the clause of the number promises it, though an earlier clause of the sentence speaks of giving.
fn promises_itself(context: &Context<'_>) -> bool {
    if TERMS.iter().any(|word| context.sentence_before.contains(word)) || names_each(context.before) {
        return false;
    }
    let reaches = context.is_brought();
    let disposes = context.quantity.kind == UnitKind::Money && IN_ALL.iter().any(|word| context.before.contains(word));
    let has_goal_time = ["全年", "年内", "年底", "上半年", "一季度", "四季度", "今年"]
        .iter()
        .any(|word| context.before.contains(word));
    reaches || disposes || has_goal_time || context.promises() || is_measured(context)
}
