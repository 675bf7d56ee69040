//! Work without an end: 持续推进, 长期坚持, 长期. It counts only where deadlines are stated: in a responsibility clause or behind a deadline label.

use std::sync::LazyLock;

use crate::{rules::rule, words::WordTable};

rule!("deadline", "continuous", "continuous.rs");

static WORDS: LazyLock<WordTable<()>> = LazyLock::new(|| {
    WordTable::for_search(
        [
            "持续推进",
            "年内持续推进",
            "全年持续推进",
            "长期坚持",
            "长期推进",
            "长期",
            "常态化推进",
            "常态化",
            "持续实施",
            "全年推进",
            "按序时进度推进",
            "按时序推进",
            "每季度",
            "每月",
            "每年",
            "每半年",
            "适时",
            "常态长效",
            "持续",
        ]
        .into_iter()
        .map(|word| (word, ()))
        .collect(),
    )
});

/// The words of the rule.
pub(crate) fn words() -> &'static WordTable<()> {
    &WORDS
}
