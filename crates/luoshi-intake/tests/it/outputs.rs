//! The table and the explanation.

use expect_test::expect;
use luoshi_export::Cell;
use luoshi_intake::{ExplainLine, IntakeSettings, SegmentStyle, explain, intake, ledger_sheet};
use luoshi_types::Language;

use crate::take;

const TEXT: &str = "云岭省2024年任务分解\n一、农业\n（一）抓好春耕。小麦面积稳定在300万亩以上，推进劳动力转移就业，6月底前完成。（牵头单位：农业农村厅，配合单位：水利厅）\n（二）依法加强宗教事务管理。做好登记。（责任单位：民宗委）\n";

fn plain(lines: &[ExplainLine]) -> String {
    lines
        .iter()
        .map(|line| line.iter().map(|segment| segment.text.as_str()).collect::<String>() + "\n")
        .collect()
}

#[test]
fn the_table_has_the_customary_columns() {
    let sheet = ledger_sheet(&take(TEXT), Language::Chinese);
    let headings: Vec<&str> = sheet.columns.iter().map(|column| column.heading.as_str()).collect();
    assert_eq!(
        headings,
        [
            "序号",
            "类别",
            "任务内容（原文）",
            "目标值/完成标准",
            "责任单位",
            "配合单位",
            "完成时限",
            "范围",
            "出处"
        ]
    );
    let shown: Vec<String> = sheet
        .rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| match cell {
                    Cell::Text(text) => text.clone(),
                    Cell::Number(number) => number.to_string(),
                    Cell::Date(date) => date.to_string(),
                    Cell::Empty => String::new(),
                })
                .collect();
            cells.join("|")
        })
        .collect();
    expect![[r#"
        1|一、农业|（一）抓好春耕。小麦面积稳定在300万亩以上，推进劳动力转移就业，6月底前完成。（牵头单位：农业农村厅，配合单位：水利厅）|小麦面积：300万亩以上|农业农村厅（牵头）|水利厅|6月底前（2024-06-30）|不予跟踪的语句（有组织的劳动力转移）：“推进劳动力转移就业”|第 3 行，第 21 至 79 字
        2|一、农业|（二）依法加强宗教事务管理。做好登记。（责任单位：民宗委）||民宗委|||不予跟踪：宗教事务|第 4 行，第 83 至 109 字"#]]
    .assert_eq(&shown.join("\n"));
    assert!(luoshi_export::csv(&sheet).is_ok());
}

#[test]
fn the_explanation_shows_text_and_rules() {
    let lines = explain(&take(TEXT), 1, Language::Chinese).expect("there is a first task");
    expect![[r#"
        任务 1  （一）抓好春耕
        第 3 行，第 21 至 79 字
        部分  一、农业

        抓好春耕。小麦面积稳定在300万亩以上，推进劳动力转移就业，6月底前完成。（牵头单位：农业农村厅，配合单位：水利厅）

        用到的规则
        numbering/bracketed-chinese  18–21  “（一）”  → task
            （一） or (一) at the beginning of a line opens a task; where 1. below it carries the responsibility clauses, it is a sub-heading.
        target/bound-after  33–40  “300万亩以上”  → >= 3000000 亩 (小麦面积)
            A comparator word behind the unit: 1600万亩以上 (>=), 4%以内 (<=), 2000万亩左右 (≈). 以上, 以下 and 以内 include the number.
        scope/topic-clause  41–50  “推进劳动力转移就业”  → labour-transfer
            A clause with a topic outside the limits of scope is excluded; the rest of its task is tracked.
        deadline/month-end  51–55  “6月底前”  → by 2024-06-30
            The end of a month: 6月底前, 2024年10月底前, 12月底. A month with 前 (6月前) ends with the month before in strict reading; offices mean the month itself, and so it is read. A month alone counts where what is done or begun follows it (9月投入使用), also behind a comma.
        party/label-bracket  64–69  “农业农村厅”  → lead 农业农村厅
            A bracket that begins with a role label and a colon names the bodies of the task before it.
        party/label-bracket  75–78  “水利厅”  → cooperating 水利厅
            A bracket that begins with a role label and a colon names the bodies of the task before it.
    "#]].assert_eq(&plain(&lines));
    let styles: Vec<SegmentStyle> = lines.iter().flatten().map(|segment| segment.style).collect();
    for style in [
        SegmentStyle::Party,
        SegmentStyle::Target,
        SegmentStyle::Deadline,
        SegmentStyle::Excluded,
        SegmentStyle::Rule,
    ] {
        assert!(styles.contains(&style), "{style:?}");
    }
}

#[test]
fn there_is_no_task_zero_and_none_behind_the_last() {
    let found = take(TEXT);
    assert!(explain(&found, 0, Language::English).is_none());
    assert!(explain(&found, 3, Language::English).is_none());
}

#[test]
fn without_a_trace_the_explanation_says_so() {
    let found = intake(TEXT.as_bytes(), "plan.txt", &IntakeSettings::default());
    let lines = explain(&found, 2, Language::English).expect("there is a second task");
    assert!(plain(&lines).contains("not recorded"));
}
