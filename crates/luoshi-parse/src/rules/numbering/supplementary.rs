//! An item that says since when the document itself holds, how long, or who explains it (附则) is no task.
//!
//! 第九条 附则, 十、本办法自印发之日起施行 and （六）本措施由市住建局负责解释 are such items, with all that stands below them. One that names
//! responsible bodies in a clause of its own is a task like the others.

use crate::{rules::rule, text::is_blank};

rule!("numbering", "supplementary", "supplementary.rs");

/// Characters in which the item says what it is about.
const HEAD: usize = 80;

/// What documents call themselves.
const DOCUMENTS: &[&str] = &[
    "措施", "办法", "意见", "政策", "通知", "方案", "规定", "细则", "文件", "通告", "公告", "清单", "计划", "条款",
];

/// Titles of such items.
const TITLES: &[&str] = &[
    "附则本",
    "解释权",
    "施行时间",
    "实施时间",
    "执行时间",
    "生效时间",
    "有效期",
    "政策有效期",
    "政策执行期限",
    "文件有效期",
];

/// Words that speak of the document's own force.
const FORCE: &[&str] = &[
    "施行",
    "起实施",
    "起执行",
    "起生效",
    "日实施",
    "有效期",
    "负责解释",
    "解释权",
    "不一致的",
    "从其规定",
];

/// Whether the item whose text begins with `body` is one.
pub(crate) fn is_one(body: &str) -> bool {
    let head: String = body
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(HEAD)
        .filter(|character| !is_blank(*character))
        .collect();
    let first = head.split(['。', '.', '；', ';']).next().unwrap_or_default();
    let is_title = TITLES.iter().any(|title| first.starts_with(title));
    if first == "附则" || is_title {
        return true;
    }
    // 本措施自…, 本意见执行期间…: the document is the subject, so its word stands within the first few characters.
    let Some(rest) = first.strip_prefix('本') else {
        return false;
    };
    let named = DOCUMENTS
        .iter()
        .filter_map(|word| rest.find(word))
        .min()
        .is_some_and(|at| at <= "若干政策".len());
    named && FORCE.iter().any(|word| first.contains(word))
}
