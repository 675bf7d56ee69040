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

const UNNUMBERED: &str = "2026年云岭省政府工作报告\n各位代表：\n现在报告工作。\n“十四五”时期工作回顾\n地区生产总值增长6%。\n“十五五”时期的主要目标任务\n\
根据规划建议，我们编制了到2030年的规划纲要。\n一是发展质量提升。地区生产总值年均增长5%以上。\n二是治理效能提升。风险防范机制不断健全。\n三是开放水平提升。力争外贸总值翻一番。\n\
各位代表！回望来路，5年奋斗来之不易。\n2026年重点工作\n主要预期目标是：地区生产总值增长5.5%左右。\n（一）做强工业\n新增规上企业300家。\n（二）改善民生\n新建学校12所。\n\
各位代表！今年将继续实施60项民生实事项目，让群众生活更有质量。\n各位代表！让我们团结起来，再创2个新业绩。\n";

#[test]
fn a_report_whose_headings_bear_no_numbers_has_its_parts() {
    let parsed = read(UNNUMBERED);
    let sections: Vec<&str> = parsed.sections.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(
        sections,
        ["“十四五”时期工作回顾", "“十五五”时期的主要目标任务", "2026年重点工作"]
    );
    let tasks: Vec<(&str, &str)> = parsed
        .tasks
        .iter()
        .map(|task| (task.label.as_str(), task.title.as_str()))
        .collect();
    assert_eq!(
        tasks,
        [
            ("", "一是发展质量提升"),
            ("", "二是治理效能提升"),
            ("", "三是开放水平提升"),
            ("", "主要预期目标是：地区生产总值增长5.5%左右"),
            ("（一）", "做强工业"),
            ("（二）", "改善民生"),
            ("", "今年将继续实施60项民生实事项目，让群众生活更有质量"),
        ]
    );
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
}

#[test]
fn an_extract_of_a_report_is_one() {
    for remark in ["（节选）", "(摘要)"] {
        let parsed = read(&REPORT.replacen("工作报告", &format!("工作报告{remark}"), 1));
        assert_eq!(parsed.metadata.kind, Some(DocumentKind::Report), "{remark}");
        assert_eq!(parsed.tasks.len(), 3, "{remark}");
    }
    let breakdown = REPORT.replacen("工作报告", "工作报告（任务分工）", 1);
    assert_ne!(read(&breakdown).metadata.kind, Some(DocumentKind::Report));
}
