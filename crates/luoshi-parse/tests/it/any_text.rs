//! What holds for any text at all: no panic, a whole partition, spans inside the text, and a cost that grows with the length only.

use std::time::{Duration, Instant};

use luoshi_parse::Parsed;
use luoshi_types::Span;
use proptest::prelude::*;

use crate::{assert_partition, read};

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
        assert_eq!(
            characters[party.span.start..party.span.end].iter().collect::<String>(),
            party.raw
        );
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

fn cost(text: &str) -> Duration {
    let started = Instant::now();
    let parsed = read(text);
    assert_eq!(parsed.coverage.total, parsed.coverage.accounted);
    started.elapsed()
}

/// Eight times the text may cost some eight times the time. The bound is wide, since other work runs on the machine: it finds squares
/// (64 times), not percents.
#[test]
fn hostile_text_costs_no_square() {
    let patterns = [
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
    for pattern in patterns {
        let small = pattern.repeat(8_000 / pattern.len());
        let large = pattern.repeat(8 * 8_000 / pattern.len());
        let in_task = |text: &str| format!("一、农业\n（一）抓好春耕。{text}（农业农村局负责）\n");
        for (small, large) in [(in_task(&small), in_task(&large)), (small, large)] {
            let quick = cost(&small).min(cost(&small)).max(Duration::from_millis(10));
            let slow = cost(&large).min(cost(&large));
            assert!(slow < quick * 30, "{pattern:?}: {quick:?} became {slow:?}");
        }
    }
}
