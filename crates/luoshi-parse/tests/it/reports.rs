//! Work reports: the past is reached, the plan promises.

use luoshi_types::DocumentKind;

use crate::read;

const REPORT: &str = "云岭省政府工作报告\n各位代表：\n现在报告工作。\n一、2023年工作回顾\n地区生产总值增长6%，新增就业20万人。\n（一）农业稳步发展。粮食产量达到300万吨。\n\
二、2024年工作安排\n今年主要预期目标是：地区生产总值增长5.5%左右，城镇调查失业率控制在5.5%以内。\n（一）做强工业。新增规上企业300家。\n培育集群5个。\n（二）改善民生。新建学校12所。\n各位代表！\n让我们团结起来，再创2个新业绩。\n";

#[test]
fn the_plan_gives_targets_and_no_bodies() {
    let parsed = read(REPORT);
    assert_eq!(parsed.metadata.kind, Some(DocumentKind::Report));
    let targets: Vec<(&str, Vec<&str>)> = parsed
        .tasks
        .iter()
        .map(|task| {
            let texts = task
                .targets
                .iter()
                .map(|target| target.quantity_text.as_str())
                .collect();
            (task.label.as_str(), texts)
        })
        .collect();
    assert_eq!(
        targets,
        [
            ("", vec!["5.5%左右", "5.5%以内"]),
            ("（一）", vec!["300家", "5个"]),
            ("（二）", vec!["12所"]),
        ]
    );
    assert!(parsed.tasks.iter().all(|task| task.parties.is_empty()));
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
}

#[test]
fn the_review_is_what_was() {
    let parsed = read(REPORT);
    let reached: Vec<&str> = parsed
        .mentions
        .iter()
        .filter(|mention| mention.why.code() == "actual-value")
        .map(|mention| mention.text.as_str())
        .collect();
    assert_eq!(reached, ["6%", "20万人", "300万吨"]);
    assert_eq!(parsed.sections.len(), 2);
}
