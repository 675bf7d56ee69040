//! Pieces of text that, repeated, tempt a parser to look back over and over again. The tests read them for what they give, the
//! benchmark for what they cost; nothing here measures a time.

/// Each is repeated until the text is as long as wanted.
pub(crate) const PATTERNS: &[&str] = &[
    "（",
    "）",
    "（）",
    "[（",
    "（责任单位：",
    "责任单位：",
    "责任单位：财政局、",
    "财政局和",
    "“",
    "1",
    "1,111",
    "一",
    "第",
    "十",
    "完成1个",
    "，",
    "、",
    "。",
    "\n",
    "以下均需",
    "1—",
    "1年",
    "2024年1月1日至",
    "牵头",
    "负责",
    "等",
    "各市、",
    "一、a\n",
    "（一）a。（财政局负责）",
    "（一）a。（财政局负责）\n",
    "控制人口",
    "控制人口，",
    "全覆盖",
    " ",
    "　",
    "以下任务均需各市落实（",
    "\n责任单位：财政局\n完成时限：年底\n",
    "<",
    "《",
];

/// A task whose body is `text`, for what happens only inside one.
pub(crate) fn in_task(text: &str) -> String {
    format!("一、农业\n（一）抓好春耕。{text}（农业农村局负责）\n")
}
