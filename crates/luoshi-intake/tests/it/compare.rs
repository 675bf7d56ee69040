//! Two documents compared, and counts over documents.

use std::fmt::Write;

use expect_test::expect;
use luoshi_intake::{
    ChangeKind, Comparison, Counting, Intake, IntakeSettings, compare, comparison_lines, comparison_page, intake,
};
use luoshi_types::Language;

const OLD: &str = "青垣县2024年重点任务分解

一、农业
（一）抓好粮食生产。粮食播种面积稳定在100万亩以上，6月底前新建高标准农田5万亩。（责任单位：县农业农村局、县水利局）
（二）壮大特色产业。培育示范园区6个，认证绿色食品20个。（责任单位：县农业农村局）
（三）抓好脱贫帮扶。年底前落实帮扶项目30个。（牵头单位：县乡村振兴局，配合单位：县财政局）
二、城建
（四）改造老旧小区。改造老旧小区24个。（责任单位：县住建局）
（五）新建公园广场。新建口袋公园8个。（责任单位：县住建局）
";

const NEW: &str = "青垣县2025年重点任务分解

一、城建
（一）改造老旧小区。改造老旧小区30个，力争完成电梯加装12部。（责任单位：县住建局）
（二）整治背街小巷。整治背街小巷15条。（责任单位：县城管局）
二、农业
（三）抓好粮食生产。粮食播种面积稳定在98万亩以上，9月底前新建高标准农田5万亩。（责任单位：县农业农村局，配合单位：县水利局）
（四）壮大特色产业。培育示范园区6个，认证绿色食品20个。（责任单位：县农业农村局）
（五）抓好脱贫帮扶。年底前落实帮扶项目30个。（牵头单位：县农业农村局，配合单位：县财政局）
";

fn take(text: &str, name: &str) -> Intake {
    intake(text.as_bytes(), name, &IntakeSettings::default())
}

fn compared() -> Comparison {
    compare(&take(OLD, "2024.txt"), &take(NEW, "2025.txt"))
}

fn drawn(comparison: &Comparison, language: Language) -> String {
    comparison_lines(comparison, language)
        .iter()
        .fold(String::new(), |mut text, line| {
            for segment in line {
                text.push_str(&segment.text);
            }
            let _ = writeln!(text);
            text
        })
}

#[test]
fn tells_what_became_of_each_task() {
    expect![[r#"
        原文件  青垣县2024年重点任务分解
        新文件  青垣县2025年重点任务分解
        延续 4 项（其中 1 项的指标、时限和单位未变），新增 1 项，未再列入 1 项。
        指标提高 1  指标降低 1  指标新增 1  时限推后 1  单位角色改变 1  机构改革承接 1

        有变化的任务
        4 → 1  （一）改造老旧小区
            + 指标新增  电梯加装 12部
            ↑ 指标提高  老旧小区 24个 → 30个
        1 → 3  （三）抓好粮食生产
            ↓ 指标降低  粮食播种面积 100万亩以上 → 98万亩以上
            → 时限推后  6月底前 → 9月底前
            ~ 单位角色改变  县水利局 责任 → 配合
        3 → 5  （五）抓好脱贫帮扶
            ~ 机构改革承接  县乡村振兴局 → 县农业农村局

        新增的任务
        + 2  （二）整治背街小巷

        未再列入的任务
        - 5  （五）新建公园广场
    "#]]
    .assert_eq(&drawn(&compared(), Language::Chinese));
}

#[test]
fn a_document_is_like_itself() {
    let same = compare(&take(OLD, "a.txt"), &take(OLD, "b.txt"));
    assert_eq!((same.carried.len(), same.added.len(), same.dropped.len()), (5, 0, 0));
    for task in &same.carried {
        assert_eq!((task.old.number, task.likeness), (task.new.number, 1000));
        assert_eq!(task.changes, []);
    }
}

#[test]
fn foreign_documents_share_no_task() {
    let other = "一、教育\n（一）新建学校。新建小学3所。（责任单位：县教育局）\n";
    let found = compare(&take(OLD, "a.txt"), &take(other, "b.txt"));
    assert_eq!((found.carried.len(), found.added.len(), found.dropped.len()), (0, 1, 5));
    let nothing = compare(&take("", "a.txt"), &take("", "b.txt"));
    assert_eq!(nothing.carried, []);
}

#[test]
fn an_end_that_moves_to_another_year_is_a_delay() {
    let plan = |year: &str, due: &str| {
        take(
            &format!("某县{year}年任务\n一、水利\n（一）建成水库。{due}建成水库2座。（责任单位：县水利局）\n"),
            "a.txt",
        )
    };
    let kinds = |old: &Intake, new: &Intake| -> Vec<ChangeKind> {
        let found = compare(old, new);
        found
            .carried
            .iter()
            .flat_map(|task| &task.changes)
            .map(|change| change.kind)
            .collect()
    };
    assert_eq!(kinds(&plan("2024", "年底前"), &plan("2025", "年底前")), []);
    assert_eq!(
        kinds(&plan("2024", "到2026年"), &plan("2025", "到2027年")),
        [ChangeKind::Delayed]
    );
    assert_eq!(
        kinds(&plan("2024", "年底前"), &plan("2025", "6月底前")),
        [ChangeKind::Advanced]
    );
    assert_eq!(
        kinds(&plan("2024", "年底前"), &plan("2025", "")),
        [ChangeKind::DeadlineDropped]
    );
}

#[test]
fn pairing_costs_no_square() {
    let plan = |tasks: usize| {
        let mut text = String::from("一、农业\n");
        for number in 0..tasks {
            let _ = writeln!(
                text,
                "（一）办理事项{number}甲。新建大棚{number}个。（责任单位：县农业农村局）"
            );
        }
        take(&text, "a.txt")
    };
    // All tasks have the same words, which is the worst that a document can do.
    let (left, right) = (plan(3000), plan(3000));
    let started = std::time::Instant::now();
    let found = compare(&left, &right);
    assert_eq!(found.carried.len() + found.added.len(), 3000);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn the_page_stands_for_itself() {
    let page = comparison_page(&compared(), Language::English);
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
    assert!(page.contains("<caption>Changes in figures</caption>"));
    assert!(page.contains("<span class=\"kind up\">↑ target raised</span>"));
    for outside in ["<script", "http", "src=", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    let hostile = "一、农业\n（一）<script>x</script>甲乙丙。新建大棚3个。（责任单位：县农业农村局）\n";
    let page = comparison_page(&compare(&take("", "a"), &take(hostile, "<b>")), Language::Chinese);
    assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"), "{page}");
}

#[test]
fn the_comparison_can_be_read_back() {
    let found = compared();
    let read: Comparison = serde_json::from_str(&found.to_json()).expect("a comparison is JSON");
    assert_eq!(read, found);
}

#[test]
fn counts_tasks_by_body_and_deadlines_by_month() {
    let mut counting = Counting::default();
    counting.add(&take(OLD, "2024.txt"));
    counting.add(&take(NEW, "2025.txt"));
    let found = counting.finish();
    let bodies: Vec<String> = found
        .bodies
        .iter()
        .map(|body| {
            format!(
                "{} {} {} {} {} {}",
                body.name, body.tasks, body.lead, body.responsible, body.cooperating, body.targets
            )
        })
        .collect();
    assert_eq!(
        bodies,
        [
            "县农业农村局 5 1 4 0 9",
            "县住房和城乡建设局 3 0 3 0 4",
            "县水利局 2 0 1 1 2",
            "县财政局 2 0 0 2 0",
            "县乡村振兴局 1 1 0 0 1",
            "县城市管理局 1 0 1 0 1",
        ]
    );
    let months: Vec<(&str, usize)> = found
        .months
        .iter()
        .map(|month| (month.month.as_str(), month.deadlines))
        .collect();
    assert_eq!(months, [("2024-06", 1), ("2024-12", 1), ("2025-09", 1), ("2025-12", 1)]);
    assert_eq!((found.files, found.tasks, found.without_body), (2, 10, 0));
    assert_eq!(found.body_sheet(Language::English).rows.len(), 6);
}

#[test]
fn what_is_not_tracked_is_counted_once_and_asked_of_nobody() {
    let mut counting = Counting::default();
    counting.add(&take(
        "一、民族宗教\n（一）加强宗教事务管理。检查场所30处。（责任单位：县民宗局）\n",
        "a.txt",
    ));
    let found = counting.finish();
    assert_eq!((found.tasks, found.not_tracked, found.targets), (1, 1, 0));
    assert_eq!(found.bodies, []);
}
