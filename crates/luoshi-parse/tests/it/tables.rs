//! Tables of tasks: cells as the reader delivers them, and lines whose cells are parted by marks.

use luoshi_parse::{ParseSettings, Parsed, parse};
use luoshi_types::{Block, BlockKind, Document, Place, SourceFormat, Span};

use crate::assert_partition;

/// One cell: row, column, rows, columns, text.
type Cell = (u32, u32, u32, u32, &'static str);

/// A document with a title line and one table.
fn table(title: &str, cells: &[Cell]) -> Parsed {
    let mut text = format!("{title}\n");
    let mut blocks = Vec::new();
    for &(row, column, rows, columns, content) in cells {
        let start = text.chars().count();
        text.push_str(content);
        blocks.push(Block {
            span: Span::new(start, text.chars().count()),
            kind: BlockKind::Cell {
                table: 0,
                row,
                column,
                rows,
                columns,
            },
            label: None,
            place: Place::default(),
        });
        text.push('\n');
    }
    let document = Document {
        text,
        blocks,
        format: SourceFormat::Docx,
        diagnostics: Vec::new(),
    };
    let settings = ParseSettings {
        year: Some(2024),
        ..ParseSettings::default()
    };
    let parsed = parse(&document, &settings);
    assert_partition(&document.text, &parsed);
    parsed
}

fn show(parsed: &Parsed) -> Vec<String> {
    parsed
        .tasks
        .iter()
        .map(|task| {
            let mut words = vec![task.path.join(">"), task.title.clone()];
            words.extend(task.parties.iter().map(|party| {
                format!(
                    "{}{}:{}",
                    if party.inherited { "^" } else { "" },
                    party.role.code(),
                    party.raw
                )
            }));
            words.extend(task.targets.iter().map(|target| target.quantity_text.clone()));
            words.extend(task.deadlines.iter().map(|deadline| {
                deadline
                    .resolved
                    .map_or_else(|| deadline.text.clone(), |date| date.to_string())
            }));
            words.join(" ")
        })
        .collect()
}

#[test]
fn rows_are_tasks() {
    let parsed = table(
        "望川县2024年民生实事任务分解表",
        &[
            (0, 0, 1, 1, "序号"),
            (0, 1, 1, 1, "民生实事"),
            (0, 2, 1, 1, "责任单位"),
            (0, 3, 1, 1, "完成时限"),
            (1, 0, 1, 1, "1"),
            (1, 1, 1, 1, "新建幼儿园4所。"),
            (1, 2, 1, 1, "县教育局\n县财政局"),
            (1, 3, 1, 1, "8月底前"),
            (2, 0, 1, 1, "2"),
            (2, 1, 1, 1, "改造管网30公里。"),
            (2, 2, 1, 1, "县住建局 县水利局"),
            (2, 3, 1, 1, "2024.12"),
        ],
    );
    assert_eq!(
        show(&parsed),
        [
            "1 新建幼儿园4所 responsible:县教育局 responsible:县财政局 4所 2024-08-31",
            "2 改造管网30公里 responsible:县住建局 responsible:县水利局 30公里 2024-12-31",
        ]
    );
}

#[test]
fn merged_cells_speak_for_the_rows_beside_them() {
    let parsed = table(
        "望川县2024年重点任务分解表",
        &[
            (0, 0, 1, 1, "类别"),
            (0, 1, 1, 1, "目标任务"),
            (0, 2, 1, 1, "牵头领导"),
            (0, 3, 1, 1, "牵头单位"),
            (0, 4, 1, 1, "配合单位"),
            (1, 0, 2, 1, "农业"),
            (1, 1, 1, 1, "建设高标准农田2万亩"),
            (1, 2, 2, 1, "王 某"),
            (1, 3, 1, 1, "县农业农村局"),
            (1, 4, 1, 1, "各镇"),
            (2, 1, 1, 1, "新增大棚300亩"),
            (2, 3, 1, 1, "县农业农村局"),
            (2, 4, 1, 1, "无"),
        ],
    );
    assert_eq!(
        show(&parsed),
        [
            "农业 建设高标准农田2万亩 leader_person:王 某 lead:县农业农村局 generic:各镇 2万亩",
            "农业 新增大棚300亩 lead:县农业农村局 leader_person:王 某 300亩",
        ]
    );
}

#[test]
fn a_full_row_is_a_heading_and_can_name_a_leader() {
    let parsed = table(
        "望川县2024年重点任务分解表",
        &[
            (0, 0, 1, 1, "序号"),
            (0, 1, 1, 1, "重点工作任务"),
            (0, 2, 1, 1, "责任单位"),
            (1, 0, 1, 3, "（一）李某副县长牵头重点工作"),
            (2, 0, 1, 1, "1"),
            (2, 1, 1, 1, "抓好春耕。"),
            (2, 2, 1, 1, "牵头单位：县农业农村局\n配合单位：县水利局"),
        ],
    );
    assert_eq!(
        show(&parsed),
        ["（一）李某副县长牵头重点工作>1 抓好春耕 lead:县农业农村局 cooperating:县水利局 ^leader_person:李某"]
    );
}

#[test]
fn progress_is_what_was_and_no_target() {
    let parsed = table(
        "望川县2024年重点任务进展表",
        &[
            (0, 0, 1, 1, "序号"),
            (0, 1, 1, 1, "内容与要求"),
            (0, 2, 1, 1, "进展情况"),
            (0, 3, 1, 1, "责任单位"),
            (1, 0, 1, 1, "1"),
            (1, 1, 1, 1, "新建住房200套。"),
            (1, 2, 1, 1, "建成住房120套。"),
            (1, 3, 1, 1, "县住建局"),
        ],
    );
    assert_eq!(show(&parsed), ["1 新建住房200套 responsible:县住建局 200套"]);
    assert_eq!(parsed.mentions[0].text, "120套");
}

#[test]
fn lines_with_strokes_are_a_table() {
    let parsed = crate::read(
        "某县任务分解\n序号|任务|责任单位|完成时限\n1|修建道路5公里|县交通局|年底前\n2|修建桥梁2座|县交通局|6月底前\n",
    );
    assert_eq!(
        show(&parsed),
        [
            "1 修建道路5公里 responsible:县交通局 5公里 2024-12-31",
            "2 修建桥梁2座 responsible:县交通局 2座 2024-06-30",
        ]
    );
}

#[test]
fn a_table_without_tasks_is_running_text() {
    let parsed = table(
        "联系方式",
        &[
            (0, 0, 1, 1, "姓名"),
            (0, 1, 1, 1, "电话"),
            (1, 0, 1, 1, "张某"),
            (1, 1, 1, 1, "12345678"),
        ],
    );
    assert!(parsed.tasks.is_empty());
}

#[test]
fn a_flattened_table_is_read_where_it_can_be_read_in_one_way() {
    let parsed =
        crate::read("某县任务分解\n序号\n任务\n责任单位\n1\n修建道路\n县交通局\n县财政局\n2\n修建桥梁\n县交通局\n");
    assert_eq!(
        show(&parsed),
        [
            "1 修建道路 responsible:县交通局 responsible:县财政局",
            "2 修建桥梁 responsible:县交通局"
        ]
    );
    assert!(parsed.coverage.unresolved.is_empty());
}

#[test]
fn a_flattened_table_is_told() {
    let parsed = crate::read(
        "某县任务分解\n序号\n任务\n牵头单位\n配合单位\n1\n修建道路\n县交通局\n县财政局\n县水利局\n2\n修建桥梁\n县交通局\n县水利局\n",
    );
    assert!(parsed.tasks.is_empty());
    assert_eq!(parsed.coverage.unresolved.len(), 1);
    assert_eq!(
        parsed.coverage.unresolved[0].alternatives,
        ["numbering/table-row", "context"]
    );
}

#[test]
fn the_rule_below_the_header_of_a_markdown_table_is_no_row() {
    let parsed = crate::read(
        "某县任务分解\n| 序号 | 任务 | 责任单位 |\n|---|:---:|---|\n| 1 | 修建道路 | 县交通局 |\n| 2 | 修建桥梁 | 县水利局 |\n",
    );
    assert_eq!(
        show(&parsed),
        ["1 修建道路 responsible:县交通局", "2 修建桥梁 responsible:县水利局"]
    );
}
