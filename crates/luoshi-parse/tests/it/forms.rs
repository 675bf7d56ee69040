//! The forms that documents take, one small document each.

use luoshi_types::{DiagnosticCode, DocumentKind, PartyRole};

use crate::{assert_partition, read};

/// Checks label, section, bodies with roles of every task against lines such as `（一） s1 lead:财政局 generic:各县`.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let parsed = read(text);
    assert_partition(text, &parsed);
    let found: Vec<String> = parsed
        .tasks
        .iter()
        .map(|task| {
            let mut words = vec![task.label.clone(), task.section.clone().unwrap_or("-".to_owned())];
            words.extend(task.parties.iter().map(|party| {
                format!(
                    "{}{}:{}",
                    if party.inherited { "^" } else { "" },
                    party.role.code(),
                    party.raw
                )
            }));
            words.join(" ")
        })
        .collect();
    assert_eq!(found, expected);
}

#[track_caller]
fn codes(text: &str) -> Vec<DiagnosticCode> {
    let parsed = read(text);
    assert_partition(text, &parsed);
    parsed.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn numbers_restart_in_each_section() {
    check(
        "一、农业\n1.抓好春耕。（农业农村局负责）\n2.抓好秋收。（水利局负责）\n二、工业\n1.抓好投产。（工信局负责）\n",
        &[
            "1. s1 responsible:农业农村局",
            "2. s1 responsible:水利局",
            "1. s2 responsible:工信局",
        ],
    );
}

#[test]
fn sub_headings_stand_in_the_path() {
    let parsed = read("一、农业\n（一）种植业\n1.抓好春耕。（农业农村局负责）\n2.抓好秋收。（农业农村局负责）\n");
    assert_eq!(parsed.tasks[1].path, ["一、农业", "（一）种植业", "2."]);
    assert_eq!(parsed.sections.len(), 1);
}

#[test]
fn top_numbers_can_be_the_tasks() {
    check(
        "一、抓好春耕。保供应。\n责任单位：农业农村局\n二、抓好秋收。\n责任单位：农业农村局、气象局\n",
        &[
            "一、 - responsible:农业农村局",
            "二、 - responsible:农业农村局 responsible:气象局",
        ],
    );
}

#[test]
fn a_document_on_one_line() {
    check(
        "某县关于抓好农业的意见一段前言。现提出以下意见：一、农业。（一）抓好春耕。（农业农村局负责）（二）抓好秋收。（水利局负责）二、工业。（三）抓好投产。（工信局负责）请落实。",
        &[
            "（一） s1 responsible:农业农村局",
            "（二） s1 responsible:水利局",
            "（三） s2 responsible:工信局",
        ],
    );
}

#[test]
fn a_covering_notice_has_no_sections() {
    let text = "关于印发任务分解的通知\n各县人民政府：\n一、加强领导。\n二、按时报送。\n任务分解\n一、农业\n（一）抓好春耕。（农业农村局负责）\n二、工业\n（二）抓好投产。（工信局负责）\n";
    check(
        text,
        &["（一） s1 responsible:农业农村局", "（二） s2 responsible:工信局"],
    );
    assert_eq!(read(text).sections.len(), 2);
}

#[test]
fn roles_of_every_kind() {
    check(
        "一、农业\n（一）抓好春耕。（牵头单位：农业农村局；责任单位：水利局；配合单位：财政局、各乡镇；分管领导：张某）\n（二）抓好秋收。（农业农村局会同水利局负责）\n",
        &[
            "（一） s1 lead:农业农村局 responsible:水利局 cooperating:财政局 generic:各乡镇 leader_person:张某",
            "（二） s1 responsible:农业农村局 cooperating:水利局",
        ],
    );
}

#[test]
fn a_section_line_is_inherited() {
    let text = "一、农业\n（一）抓好春耕。\n（二）抓好秋收。\n责任单位：农业农村局\n二、工业\n（三）抓好投产。\n（四）抓好达产。\n责任单位：工信局\n";
    check(
        text,
        &[
            "（一） s1 ^responsible:农业农村局",
            "（二） s1 ^responsible:农业农村局",
            "（三） s2 ^responsible:工信局",
            "（四） s2 ^responsible:工信局",
        ],
    );
    assert_eq!(read(text).inheritance.len(), 2);
}

#[test]
fn the_title_of_another_document_in_the_first_sentence_is_no_title() {
    let parsed = read(
        "为落实《云溪省政府办公厅关于促进就业若干措施的通知》精神，制定本措施。\n一、抓好春耕。（责任单位：农业农村局）\n",
    );
    assert_eq!(parsed.metadata.title, None);
}

#[test]
fn a_time_stated_once_leaves_a_task_with_a_term_of_its_own_alone() {
    let parsed = read(
        "一、农业\n（一）抓好春耕。（责任单位：农业农村局）\n（二）延续贴息政策，执行期限至2024年8月31日。（责任单位：财政局）\n\
         未特别注明时限的，有效期至2024年12月31日。\n",
    );
    let inherited: Vec<bool> = parsed
        .tasks
        .iter()
        .map(|task| task.deadlines.iter().any(|deadline| deadline.inherited))
        .collect();
    assert_eq!(inherited, [true, false]);
}

#[test]
fn a_clause_stated_once_governs_what_follows() {
    let text = "一、农业\n（一）抓好春耕。（农业农村局负责，各县政府负责落实。以下任务均需各县政府落实，不再列出）\n（二）抓好秋收。（水利局负责）\n";
    check(
        text,
        &[
            "（一） s1 responsible:农业农村局 implementing:各县政府",
            "（二） s1 responsible:水利局 ^implementing:各县政府",
        ],
    );
    assert_eq!(read(text).inheritance[0].parties[0].role, PartyRole::Implementing);
}

#[test]
fn elided_territory_is_restored_in_the_name() {
    let parsed = read("一、民生\n（一）办好实事。（省民政厅、卫生健康委，省税务局、云岭银保监分局负责）\n");
    let names: Vec<&str> = parsed.tasks[0]
        .parties
        .iter()
        .map(|party| party.name.as_str())
        .collect();
    assert_eq!(names, ["省民政厅", "省卫生健康委员会", "省税务局", "云岭银保监分局"]);
}

#[test]
fn the_span_of_a_task_goes_from_label_to_clause() {
    let text = "一、农业\n（一）抓好春耕。备足种子。（农业农村局负责）\n";
    let task = &read(text).tasks[0];
    assert_eq!(crate::show(text, task.span), "抓好春耕。备足种子。（农业农村局负责）");
    assert_eq!(task.title, "抓好春耕");
    assert_eq!(
        task.measures
            .iter()
            .map(|span| crate::show(text, *span))
            .collect::<Vec<_>>(),
        ["备足种子。"]
    );
}

#[test]
fn both_ends_of_the_document_are_read() {
    let parsed = read(
        "云岭省人民政府办公厅关于印发\n《重点工作任务分工方案》的通知\n云政办〔2024〕3号\n各市、县人民政府，省政府各部门：\n现印发给你们。\n云岭省人民政府办公厅\n2024年2月1日\n一、农业\n（一）抓好春耕。6月底前完成。（农业农村厅负责）\n",
    );
    let metadata = &parsed.metadata;
    assert_eq!(
        metadata.title.as_ref().map(|title| title.text.as_str()),
        Some("云岭省人民政府办公厅关于印发《重点工作任务分工方案》的通知")
    );
    assert_eq!(
        metadata.document_number.as_ref().map(|number| number.text.as_str()),
        Some("云政办〔2024〕3号")
    );
    assert_eq!(
        metadata.issuer.as_ref().map(|issuer| issuer.text.as_str()),
        Some("云岭省人民政府办公厅")
    );
    assert_eq!(metadata.date, jiff::civil::Date::new(2024, 2, 1).ok());
    assert_eq!(
        metadata
            .addressees
            .iter()
            .map(|body| body.text.as_str())
            .collect::<Vec<_>>(),
        ["各市、县人民政府", "省政府各部门"]
    );
    assert_eq!(metadata.kind, Some(DocumentKind::Breakdown));
    assert_eq!(
        parsed.tasks[0].deadlines[0].resolved,
        jiff::civil::Date::new(2024, 6, 30).ok()
    );
}

#[test]
fn complaints_are_named() {
    let breakdown = |items: &str| format!("某县2024年任务分解\n一、农业\n{items}");
    assert_eq!(
        codes(&breakdown("（一）春耕。（水利局负责）\n（一）秋收。（水利局负责）\n")),
        [DiagnosticCode::DuplicateNumber]
    );
    assert_eq!(
        codes(&breakdown("（一）春耕。（水利局负责）\n（三）秋收。（水利局负责）\n")),
        [DiagnosticCode::NumberGap]
    );
    assert_eq!(
        codes(&breakdown("（一）春耕。（水利局负责）\n（二）秋收。\n")),
        [DiagnosticCode::NoParty]
    );
    assert_eq!(
        codes(&breakdown("（一）春耕。（责任单位：水利局\n")),
        [DiagnosticCode::UnclosedBracket]
    );
    assert_eq!(
        codes(&breakdown("（一）春耕。（责任单位：）\n（二）秋收。（水利局负责）\n")),
        [DiagnosticCode::NoParty, DiagnosticCode::Unresolved]
    );
    assert_eq!(codes("今天天气很好。\n"), [DiagnosticCode::NoTasks]);
    assert_eq!(codes(""), []);
}

#[test]
fn label_lines_below_a_task_belong_to_it() {
    let text = "1.抓好春耕。\n政策依据：《通知》（云政发〔2022〕65号）\n执行期限：长期\n责任单位：农业农村局\n2.抓好秋收。\n责任单位：水利局\n完成时限：2024年10月底前\n";
    check(text, &["1. - responsible:农业农村局", "2. - responsible:水利局"]);
    let parsed = read(text);
    let deadlines: Vec<&str> = parsed
        .tasks
        .iter()
        .flat_map(|task| &task.deadlines)
        .map(|deadline| deadline.text.as_str())
        .collect();
    assert_eq!(deadlines, ["长期", "2024年10月底前"]);
}

#[test]
fn text_below_a_title_with_its_clause_belongs_to_the_task() {
    let parsed = crate::read(
        "某县措施\n一、农业\n（一）抓好春耕（责任单位：农业农村局）\n1.备足种子，优质种子覆盖全部乡镇。\n2.备足化肥，化肥储备达到300吨。\n\
         （二）抓好秋收（责任单位：农业农村局）\n全县组织农机下乡，投入收割机200台以上。\n\n某县人民政府\n",
    );
    let found: Vec<(&str, &str, Vec<&str>)> = parsed
        .tasks
        .iter()
        .map(|task| {
            let targets = task.targets.iter().map(|target| target.quantity_text.as_str());
            (task.label.as_str(), task.title.as_str(), targets.collect())
        })
        .collect();
    assert_eq!(
        found,
        [
            ("（一）", "抓好春耕", vec!["300吨"]),
            ("（二）", "抓好秋收", vec!["200台以上"]),
        ]
    );
}

#[test]
fn a_section_without_items_leaves_no_gap() {
    let parsed = crate::read(
        "一、农业\n（一）抓好春耕。（责任单位：农业农村局）\n二、抓好教育。（责任单位：教育局）\n三、工业\n（一）抓好投产。（责任单位：工信局）\n",
    );
    assert_eq!(parsed.tasks.len(), 3);
    assert!(
        parsed
            .diagnostics
            .iter()
            .all(|diagnostic| diagnostic.code != luoshi_types::DiagnosticCode::NumberGap),
        "{:?}",
        parsed.diagnostics
    );
}
