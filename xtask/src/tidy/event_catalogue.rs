//! That docs/events.md tells of every event as the ledger declares it. What an event means is judged by people.

use std::collections::BTreeMap;

use super::{Check, Violation};
use crate::{
    markdown_text::cells_of_row,
    tree::{File, Tree},
};

pub(super) const CHECK: Check = Check {
    name: "event_catalogue",
    agreement: "docs/events.md lists every event kind with its version, stream and fields: events are kept for ever and read by others",
    run,
};

const CATALOGUE: &str = "docs/events.md";
const DECLARATIONS: &str = "crates/luoshi-ledger/src/event.rs";

/// One line of the ledger's table: `TaskAdopted = "task_adopted", 1, Task(task);`.
#[derive(Debug, PartialEq, Eq)]
struct Declaration<'text> {
    payload: &'text str,
    kind: &'text str,
    version: &'text str,
    stream: &'text str,
}

/// One row of the catalogue: kind, version, stream, fields, content, meaning.
#[derive(Debug, PartialEq, Eq)]
struct Row<'text> {
    line: usize,
    cells: Vec<&'text str>,
}

/// A field of a payload, and whether its words stand in the content table.
#[derive(Debug, PartialEq, Eq)]
struct Field<'text> {
    name: &'text str,
    is_text: bool,
}

fn run(tree: &Tree) -> Vec<Violation> {
    let (Some(source), Some(catalogue)) = (tree.file(DECLARATIONS), tree.file(CATALOGUE)) else {
        return vec![Violation::in_file(
            CATALOGUE,
            format!("is not there, or {DECLARATIONS} is not"),
        )];
    };
    let declarations = declarations(&source.text);
    if declarations.is_empty() {
        return vec![Violation::in_file(
            DECLARATIONS,
            "declares no event in a table that this check can read",
        )];
    }
    let mut violations = compare_kinds(&declarations, &rows(&catalogue.text), &source.text);
    violations.extend(compare_records(tree, catalogue));
    violations
}

fn compare_kinds(declarations: &[Declaration<'_>], rows: &[Row<'_>], source: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    for declaration in declarations {
        let kind = declaration.kind;
        let Some(row) = rows
            .iter()
            .find(|row| unquoted(row.cells[0]) == kind && row.cells[1] == declaration.version)
        else {
            let message = format!("does not list {kind} version {}", declaration.version);
            violations.push(Violation::in_file(CATALOGUE, message));
            continue;
        };
        if unquoted(row.cells[2]) != declaration.stream.to_lowercase() {
            let message = format!("{kind} belongs to the stream {}", declaration.stream.to_lowercase());
            violations.push(Violation::at(CATALOGUE, row.line, message));
        }
        for field in fields(source, declaration.payload) {
            let (cell, column) = if field.is_text {
                (row.cells[4], "content")
            } else {
                (row.cells[3], "payload")
            };
            if !cell.contains(&format!("`{}`", field.name)) {
                let message = format!(
                    "{kind} has the field {}, which belongs in the column {column}",
                    field.name
                );
                violations.push(Violation::at(CATALOGUE, row.line, message));
            }
        }
    }
    for row in rows {
        let known = declarations
            .iter()
            .any(|declaration| declaration.kind == unquoted(row.cells[0]) && declaration.version == row.cells[1]);
        if !known {
            let message = format!(
                "lists {} version {}, which the ledger does not declare",
                row.cells[0], row.cells[1]
            );
            violations.push(Violation::at(CATALOGUE, row.line, message));
        }
    }
    violations
}

/// Records that payloads carry are shared by several kinds and described once, under a heading of their name.
fn compare_records(tree: &Tree, catalogue: &File) -> Vec<Violation> {
    let sections = sections(&catalogue.text);
    let mut violations = Vec::new();
    for file in tree
        .rust_files()
        .filter(|file| file.path.starts_with("crates/luoshi-ledger/src/"))
    {
        for name in struct_names(&file.text).filter(|name| name.ends_with("Record")) {
            let Some(section) = sections.get(name) else {
                violations.push(Violation::in_file(CATALOGUE, format!("has no section for {name}")));
                continue;
            };
            for field in fields(&file.text, name) {
                if !section.contains(&format!("`{}`", field.name)) {
                    let message = format!("the section of {name} does not name the field {}", field.name);
                    violations.push(Violation::in_file(CATALOGUE, message));
                }
            }
        }
    }
    violations
}

fn declarations(source: &str) -> Vec<Declaration<'_>> {
    source
        .lines()
        .skip_while(|line| line.trim() != "events! {")
        .take_while(|line| line.trim() != "}")
        .filter_map(|line| {
            let (payload, rest) = line.trim().split_once(" = \"")?;
            let (kind, rest) = rest.split_once("\", ")?;
            let (version, rest) = rest.split_once(", ")?;
            let (stream, _) = rest.split_once('(')?;
            Some(Declaration {
                payload,
                kind,
                version,
                stream,
            })
        })
        .collect()
}

/// The rows of tables of six columns, without their heads.
fn rows(catalogue: &str) -> Vec<Row<'_>> {
    catalogue
        .lines()
        .enumerate()
        .filter_map(|(offset, line)| {
            let cells = cells_of_row(line).filter(|cells| cells.len() == 6)?;
            Some(Row {
                line: offset + 1,
                cells,
            })
        })
        .collect()
}

/// The text under each heading of the third level, by the heading's words without backticks.
fn sections(catalogue: &str) -> BTreeMap<&str, String> {
    let mut sections: BTreeMap<&str, String> = BTreeMap::new();
    let mut current = None;
    for line in catalogue.lines() {
        if line.starts_with('#') {
            current = line.strip_prefix("### ").map(unquoted);
        } else if let Some(name) = current {
            let section = sections.entry(name).or_default();
            section.push_str(line);
            section.push('\n');
        }
    }
    sections
}

fn struct_names(source: &str) -> impl Iterator<Item = &str> {
    source
        .lines()
        .filter_map(|line| line.strip_prefix("pub struct ")?.strip_suffix(" {"))
}

/// The public fields of a struct.
fn fields<'text>(source: &'text str, name: &str) -> Vec<Field<'text>> {
    let opening = format!("pub struct {name} {{");
    source
        .lines()
        .skip_while(|line| *line != opening)
        .skip(1)
        .take_while(|line| *line != "}")
        .filter_map(|line| {
            let (name, kind) = line.trim().strip_prefix("pub ")?.split_once(": ")?;
            let is_text = matches!(kind.trim_end_matches(','), "Text" | "Option<Text>" | "Vec<Text>");
            Some(Field { name, is_text })
        })
        .collect()
}

fn unquoted(cell: &str) -> &str {
    cell.trim().trim_matches('`')
}

#[cfg(test)]
mod tests {
    use super::{super::*, CATALOGUE, CHECK, DECLARATIONS};

    const SOURCE: &str = "\
events! {
    /// A task entered.
    TaskAdopted = \"task_adopted\", 1, Task(task);
    /// A plan was issued.
    PlanIssued = \"plan_issued\", 2, Plan(plan);
}
pub struct TaskAdopted {
    /// Its id.
    pub task: TaskId,
    pub note: Option<Text>,
    pub record: TaskRecord,
}
pub struct TaskRecord {
    pub number: u32,
}
";

    #[test]
    fn this_repository_keeps_it() {
        assert_kept(&CHECK);
    }

    #[test]
    fn accepts_a_complete_catalogue() {
        let catalogue = "\
| kind | version | stream | payload | content | meaning |
| --- | --- | --- | --- | --- | --- |
| `task_adopted` | 1 | `task` | `task`, `record` | `note` | … |
| `plan_issued` | 2 | `plan` | `plan` | | … |

### `TaskRecord`
`number`: its number.
";
        assert_eq!(
            found_in(&CHECK, &[(DECLARATIONS, SOURCE), (CATALOGUE, catalogue)]),
            Vec::<String>::new()
        );
    }

    #[test]
    fn finds_what_is_missing_wrong_or_invented() {
        let catalogue = "\
| kind | version | stream | payload | content | meaning |
| --- | --- | --- | --- | --- | --- |
| `task_adopted` | 1 | `plan` | `task`, `note`, `record` | | … |
| `plan_issued` | 1 | `plan` | `plan` | | … |
";
        assert_eq!(
            found_in(&CHECK, &[(DECLARATIONS, SOURCE), (CATALOGUE, catalogue)]),
            [
                "docs/events.md:3: task_adopted belongs to the stream task",
                "docs/events.md:3: task_adopted has the field note, which belongs in the column content",
                "docs/events.md: does not list plan_issued version 2",
                "docs/events.md:4: lists `plan_issued` version 1, which the ledger does not declare",
                "docs/events.md: has no section for TaskRecord",
            ]
        );
    }
}
