//! What holds for any text at all: no panic, a whole partition, and spans inside the text.

use luoshi_parse::Parsed;
use luoshi_types::Span;
use proptest::prelude::*;

use crate::{assert_partition, hostile, read};

fn spans_of(parsed: &Parsed) -> Vec<Span> {
    let mut spans: Vec<Span> = parsed.diagnostics.iter().map(|diagnostic| diagnostic.span).collect();
    spans.extend(parsed.mentions.iter().map(|mention| mention.span));
    spans.extend(parsed.trace.iter().map(|entry| entry.span));
    spans.extend(
        parsed
            .sections
            .iter()
            .flat_map(|section| [section.span, section.title_span]),
    );
    for task in &parsed.tasks {
        spans.extend([task.span, task.title_span]);
        spans.extend(task.responsibility.iter().chain(&task.measures));
        spans.extend(task.parties.iter().map(|party| party.span));
        spans.extend(task.targets.iter().map(|target| target.span));
        spans.extend(task.deadlines.iter().map(|deadline| deadline.span));
        spans.extend(task.tracking.excluded.iter().map(|exclusion| exclusion.span));
    }
    spans
}

fn check(text: &str) {
    let parsed = read(text);
    assert_partition(text, &parsed);
    let total = parsed.coverage.total;
    for span in spans_of(&parsed) {
        assert!(span.start <= span.end && span.end <= total, "{span:?} of {total}");
    }
    let characters: Vec<char> = text.chars().collect();
    for target in parsed.tasks.iter().flat_map(|task| &task.targets) {
        assert_eq!(
            characters[target.span.start..target.span.end]
                .iter()
                .collect::<String>(),
            target.quantity_text
        );
    }
    for party in parsed.tasks.iter().flat_map(|task| &task.parties) {
        // A name that a narrow page broke is written as it stands there; only `name` makes it whole.
        let written: String = characters[party.span.start..party.span.end].iter().collect();
        assert_eq!(written, party.raw);
    }
}

/// Pieces of the genre in any order: far more likely to reach the rules than random characters.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "一、",
        "二、",
        "（一）",
        "（二）",
        "(三)",
        "1.",
        "2、",
        "（1）",
        "①",
        "第一条 ",
        "第一部分 ",
        "责任单位：",
        "牵头单位:",
        "配合单位：",
        "（责任部门：",
        "（",
        "）",
        "〔",
        "〕",
        "[",
        "]",
        "<",
        ">",
        "财政局",
        "各县(市)人民政府",
        "省发改委",
        "、",
        "，",
        ",",
        "。",
        "；",
        "：",
        "\n",
        "\r\n",
        "　",
        " ",
        "负责",
        "牵头",
        "按职责分工负责",
        "会同",
        "等",
        "和",
        "以下任务均需各市落实，不再列出",
        "完成",
        "新增",
        "力争",
        "控制在",
        "不少于",
        "1600万亩以上",
        "8%",
        "7.5%—8%",
        "10，438",
        "千亿元",
        "十二五",
        "“",
        "”",
        "《",
        "》",
        "第",
        "±",
        "年底前",
        "6月底前",
        "到2027年",
        "2024年",
        "“十四五”期间",
        "上半年",
        "计划生育",
        "，控制人口",
        "宗教事务",
        "完成时限：",
        "长期",
        "全覆盖",
        "超过全省平均水平",
        "云政办〔2024〕12号",
        "2024年7月1日",
        "某省人民政府",
        "关于印发方案的通知",
        "\u{feff}",
        "é",
        "😀",
        "a",
        "99999999999999999999999999999999",
        "万亿",
        "0",
        "./",
        "的",
        "约",
        "至",
    ]);
    prop::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_string_is_covered(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn any_mixture_of_the_genre_is_covered(text in pieces()) {
        check(&text);
    }
}

/// What each of them costs, the benchmark tells; here a stack that overflows or a proof that breaks would show.
#[test]
fn hostile_text_is_covered_however_long() {
    for pattern in hostile::PATTERNS {
        let text = pattern.repeat(64_000 / pattern.len());
        for text in [hostile::in_task(&text), text] {
            let parsed = read(&text);
            assert_partition(&text, &parsed);
        }
    }
}
