//! `corpus/documents/<id>/`: each source file and, beside it, the contract that it gives. `UPDATE_EXPECT=1` rewrites the results; the
//! difference is what a change of the parser means.

use std::{
    fs,
    path::{Path, PathBuf},
};

use expect_test::expect_file;
use luoshi_intake::{Contract, Intake, IntakeSettings, intake};
use luoshi_types::Language;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../corpus/documents");

fn documents() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(CORPUS)
        .expect("the corpus is part of the project")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn take(folder: &Path) -> Intake {
    let name = ["source.txt", "source.html"]
        .into_iter()
        .find(|name| folder.join(name).is_file())
        .expect("a folder of the corpus has a source");
    let source = fs::read(folder.join(name)).expect("the source can be read");
    intake(&source, name, &IntakeSettings::default())
}

fn contract_of(folder: &Path) -> Contract {
    take(folder).contract(Language::English, false)
}

#[test]
fn every_document_gives_its_golden_result() {
    let folders = documents();
    assert!(folders.len() >= 10, "{}", folders.len());
    for folder in folders {
        let found = contract_of(&folder).to_json() + "\n";
        expect_file![folder.join("contract.json")].assert_eq(&found);
    }
}

#[test]
fn the_contract_can_be_read_back() {
    for folder in documents() {
        let contract = contract_of(&folder);
        let read: Contract = serde_json::from_str(&contract.to_json_line()).expect("the contract is JSON");
        assert_eq!(read, contract, "{}", folder.display());
    }
}

#[test]
fn every_span_of_a_contract_lies_in_its_text() {
    for folder in documents() {
        let taken = take(&folder);
        let text: Vec<char> = taken.document.text.chars().collect();
        let contract = taken.contract(Language::English, false);
        assert_eq!(contract.document.chars, text.len());
        let mut at = 0;
        for part in &contract.spans {
            assert_eq!(part.range.start, at);
            at = part.range.end;
        }
        assert_eq!(at, text.len());
        for task in &contract.tasks {
            for party in &task.parties {
                let raw: String = text[party.range.start..party.range.end].iter().collect();
                assert_eq!(raw, party.raw);
            }
            for target in &task.targets {
                let quantity: String = text[target.range.start..target.range.end].iter().collect();
                assert_eq!(quantity, target.quantity_text);
            }
        }
    }
}
