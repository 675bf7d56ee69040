//! A rate, a price, a subsidy or a fine: 按80%收取, 最高奖励300万元, 150元/平方米.
//!
//! A sum or share is one when its sentence speaks of giving, charging or sparing money before it, or when the number says how a
//! thing is charged. 发放消费券2亿元 and 完成投资3000亿元 are none.

use crate::{
    rules::rule,
    targets::{Context, quantity::UnitKind},
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

/// Whether the quantity is one.
pub(crate) fn applies(context: &Context<'_>) -> bool {
    let quantity = context.quantity;
    // 75微克/立方米 is what is to be reached; 150元/平方米 is a price.
    if quantity.is_rate {
        return true;
    }
    let is_loan_limit = quantity.unit.is_none()
        && ["贷款额度", "提取额度", "额度由", "额度从", "额度提高"]
            .iter()
            .any(|word| context.before.contains(word));
    if is_loan_limit {
        return true;
    }
    let is_money = quantity.kind == UnitKind::Money;
    let is_share = quantity.kind == UnitKind::Percent;
    let words_before = |words: &[&str]| words.iter().any(|word| context.sentence_before.contains(word));
    (is_money && words_before(MONEY_WORDS))
        || (is_share && (words_before(SHARE_WORDS) || SHARE_BEHIND.iter().any(|word| context.after.starts_with(word))))
        || ((is_money || is_share) && GIVEN_BEHIND.iter().any(|word| context.after.starts_with(word)))
}
