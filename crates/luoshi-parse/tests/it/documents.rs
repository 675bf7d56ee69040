//! Real documents that lie beside the project. They are not part of it; without them these tests say so and pass.

use std::{fs, path::Path};

use luoshi_parse::{Parsed, TrackingState};
use luoshi_types::{Comparator, Decimal, PartyRole};

use crate::{assert_partition, read, show, skipped};

const DOCUMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/documents");

fn with_document(name: &str, check: impl FnOnce(&str, &Parsed)) {
    match fs::read_to_string(Path::new(DOCUMENTS).join(name)) {
        Ok(text) => check(&text, &read(&text)),
        Err(error) => skipped(&format!("{name}: {error}")),
    }
}

#[test]
fn the_seed_has_its_sections_tasks_and_bodies() {
    with_document("seed.txt", |text, parsed| {
        assert_partition(text, parsed);
        assert_eq!(parsed.sections.len(), 9);
        assert_eq!(parsed.tasks.len(), 56);
        let per_section: Vec<usize> = parsed
            .sections
            .iter()
            .map(|section| {
                parsed
                    .tasks
                    .iter()
                    .filter(|task| task.section.as_ref() == Some(&section.id))
                    .count()
            })
            .collect();
        assert_eq!(per_section, [15, 6, 8, 5, 10, 2, 5, 3, 2]);
        assert_eq!(parsed.metadata.addressees.len(), 5);
        assert_eq!(parsed.metadata.date, None);
        for task in &parsed.tasks {
            // The names of the clause, cut in the simplest way, are the parties in the same order.
            let clause = show(text, task.responsibility[0]);
            let names: Vec<&str> = clause
                .trim_start_matches("（责任部门：")
                .trim_end_matches('）')
                .split('、')
                .collect();
            let raw: Vec<&str> = task.parties.iter().map(|party| party.raw.as_str()).collect();
            assert_eq!(raw, names, "{}", task.label);
            assert!(task.deadlines.is_empty(), "{}: the seed states no deadline", task.label);
        }
        let parties: Vec<_> = parsed.tasks.iter().flat_map(|task| &task.parties).collect();
        assert_eq!(parties.len(), 274);
        assert_eq!(
            parties.iter().filter(|party| party.role == PartyRole::Generic).count(),
            4
        );
    });
}

#[test]
fn the_seed_has_exactly_its_scope_marks() {
    with_document("seed.txt", |text, parsed| {
        let numbers = |wanted: &dyn Fn(&luoshi_parse::TaskDraft) -> bool| -> Vec<usize> {
            parsed
                .tasks
                .iter()
                .enumerate()
                .filter(|(_, task)| wanted(task))
                .map(|(index, _)| index + 1)
                .collect()
        };
        assert_eq!(
            numbers(&|task| task.tracking.state == TrackingState::NotTracked),
            [47, 48, 50, 51]
        );
        assert_eq!(
            numbers(&|task| !task.tracking.excluded.is_empty()),
            [12, 22, 36, 40, 49, 56]
        );
        for task in &parsed.tasks {
            assert!(task.tracking.excluded.len() <= 1, "{}", task.label);
        }
        assert_eq!(
            show(text, parsed.tasks[48].tracking.excluded[0].span),
            "依法推进网络管理"
        );
    });
}

#[test]
fn the_seed_has_its_targets() {
    with_document("seed.txt", |_, parsed| {
        let counts: Vec<(usize, usize)> = parsed
            .tasks
            .iter()
            .enumerate()
            .filter(|(_, task)| !task.targets.is_empty())
            .map(|(index, task)| (index + 1, task.targets.len()))
            .collect();
        let expected = [
            (1, 2),
            (3, 1),
            (6, 3),
            (9, 1),
            (10, 3),
            (18, 6),
            (28, 4),
            (35, 6),
            (36, 5),
            (37, 1),
            (38, 2),
            (39, 4),
            (40, 2),
            (41, 1),
            (42, 7),
            (43, 5),
            (44, 2),
        ];
        assert_eq!(counts, expected);
        let targets: Vec<_> = parsed.tasks.iter().flat_map(|task| &task.targets).collect();
        let with = |comparator| targets.iter().filter(|target| target.comparator == comparator).count();
        assert_eq!(with(Comparator::AtLeast), 3);
        assert_eq!(with(Comparator::AtMost), 1);
        assert_eq!(with(Comparator::About), 1);
        assert_eq!(with(Comparator::MoreThan), 1);
        assert_eq!(with(Comparator::Equal), 49);
        let without_value = targets.iter().filter(|target| target.value.is_none()).count();
        assert_eq!(without_value, 4);
        assert!(
            targets
                .iter()
                .any(|target| target.value == Some(Decimal::from(27_100)) && target.unit.as_deref() == Some("户"))
        );
    });
}

#[test]
fn every_document_is_covered_and_has_its_tasks() {
    for (name, sections, tasks) in [
        ("S02-suzhou-2023.txt", 12, 55),
        ("S04-guangyuan-2023.txt", 10, 35),
        ("S05-shenyang-jiuye-2022.txt", 5, 49),
        ("S07-nanjing-2023.txt", 10, 33),
        ("S08-guangdong-neixunhuan-2025.txt", 7, 76),
        ("S12-yingtan-2024.txt", 3, 28),
        ("S17-chongqing-2023.txt", 0, 27),
        ("S22-yangquan-2024.txt", 0, 20),
        ("S23-dingxi-2023.txt", 8, 30),
        ("S26-kunming-2025.txt", 7, 27),
        ("S27-henan-kaimenhong-2025.txt", 0, 28),
        ("S28-altay-2022.txt", 4, 15),
        ("S33-henan-shengyu-2025.txt", 4, 13),
        ("S38-guoban-meitan-2013.txt", 0, 5),
    ] {
        with_document(name, |text, parsed| {
            assert_partition(text, parsed);
            assert_eq!((parsed.sections.len(), parsed.tasks.len()), (sections, tasks), "{name}");
            let without: Vec<&str> = parsed
                .tasks
                .iter()
                .filter(|task| task.parties.is_empty())
                .map(|task| task.label.as_str())
                .collect();
            assert_eq!(without, [""; 0], "{name}");
        });
    }
}
