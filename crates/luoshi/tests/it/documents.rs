//! Parsing and explaining documents from the command line.

use std::{fs, io::Read, path::Path};

use serde_json::Value;

use crate::program::{run, write};

const PLAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/plan.txt");

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn length(value: &Value) -> usize {
    value.as_array().unwrap().len()
}

#[test]
fn the_demos_plan_gives_the_contract() {
    let ran = run(["parse", PLAN]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("{\n  \"schema\": \"luoshi.parse/1\""));
    let contract = json(&ran.stdout);
    assert_eq!((length(&contract["sections"]), length(&contract["tasks"])), (9, 42));
    assert_eq!(contract["coverage"]["total"], contract["coverage"]["accounted"]);
    assert_eq!(contract["document"]["file"], PLAN);
    assert_eq!(contract["document"]["doc_no"], "霁政发〔2026〕3号");
    assert!(contract["document"].get("text").is_none());
    let with_text = json(&run(["parse", PLAN, "--with-text"]).stdout);
    assert_eq!(with_text["document"]["text"], fs::read_to_string(PLAN).unwrap());
}

#[test]
fn the_seed_gives_what_was_counted_by_hand() {
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/documents/seed.txt");
    if !Path::new(seed).exists() {
        crate::skipped("the seed, which is not beside the project");
        return;
    }
    let ran = run(["parse", seed, "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let contract = json(&ran.stdout);
    let parties: usize = contract["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| length(&task["parties"]))
        .sum();
    assert_eq!(
        (length(&contract["sections"]), length(&contract["tasks"]), parties),
        (9, 56, 274)
    );
    assert_eq!(contract["coverage"]["total"], contract["coverage"]["accounted"]);
}

#[test]
fn the_year_given_resolves_deadlines() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(
        folder.path(),
        "a.txt",
        "一、农业\n（一）抓好春耕。6月底前完成整地100万亩。（责任单位：农业农村局）\n".as_bytes(),
    );
    let resolved = |arguments: &[&str]| {
        json(&run(["parse", &file].iter().chain(arguments)).stdout)["tasks"][0]["deadlines"][0]["resolved"].clone()
    };
    assert_eq!(resolved(&[]), Value::Null);
    assert_eq!(resolved(&["--year", "2031"]), "2031-06-30");
    assert_eq!(resolved(&["--date", "2030-01-05"]), "2030-06-30");
}

#[test]
fn many_files_come_as_lines_in_order_and_a_bad_one_stops_none() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..30 {
        let text = format!("一、农业\n（一）抓好春耕{number}。（责任单位：农业农村局）\n");
        fs::create_dir_all(folder.path().join("sub")).unwrap();
        write(folder.path(), &format!("sub/{number:02}.txt"), text.as_bytes());
    }
    write(folder.path(), "sub/15.txt", b"");
    write(folder.path(), ".hidden.txt", b"");
    let ran = run(["parse", folder.path().to_str().unwrap()]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("15.txt") && ran.stderr.contains("empty-file"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("共 30 个文件，29 项任务；1 个文件有问题"),
        "{}",
        ran.stderr
    );
    let contracts: Vec<Value> = ran.stdout.lines().map(json).collect();
    assert_eq!(contracts.len(), 30);
    for (number, contract) in contracts.iter().enumerate() {
        assert!(
            contract["document"]["file"]
                .as_str()
                .unwrap()
                .ends_with(&format!("{number:02}.txt"))
        );
        let expected = if number == 15 {
            Value::Null
        } else {
            Value::from(format!("抓好春耕{number}"))
        };
        assert_eq!(contract["tasks"][0]["title"], expected);
    }
}

#[test]
fn tables_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let one = run(["parse", PLAN, "--format", "csv"]);
    assert_eq!(one.code, 0, "{}", one.stderr);
    assert!(one.stdout.starts_with("\u{feff}序号,"), "{}", &one.stdout[..60]);
    assert_eq!(one.stdout.matches("\r\n").count(), 43);

    let copy = write(folder.path(), "copy.txt", &fs::read(PLAN).unwrap());
    let table = folder.path().join("both.csv");
    let both = run([
        "parse",
        PLAN,
        &copy,
        "--format",
        "csv",
        "--output",
        table.to_str().unwrap(),
    ]);
    assert_eq!((both.code, both.stdout.as_str()), (0, ""), "{}", both.stderr);
    let text = fs::read_to_string(&table).unwrap();
    assert!(text.starts_with("\u{feff}文件,序号,"));
    assert_eq!(text.matches("\r\n").count(), 85);
    assert!(text.contains(&format!("\r\n{copy},1,")));

    let workbook = folder.path().join("both.xlsx");
    let ran = run([
        "parse",
        PLAN,
        &copy,
        "--format",
        "xlsx",
        "--output",
        workbook.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut archive = zip::ZipArchive::new(fs::File::open(workbook).unwrap()).unwrap();
    let mut strings = String::new();
    archive
        .by_name("xl/sharedStrings.xml")
        .unwrap()
        .read_to_string(&mut strings)
        .unwrap();
    assert!(strings.contains("望澜市人民政府"));
    assert!(
        archive.by_name("xl/worksheets/sheet2.xml").is_ok(),
        "one sheet a document"
    );
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        3,
        "nothing half written is left"
    );
}

#[test]
fn a_missing_file_is_told_and_the_others_are_read() {
    let ran = run(["parse", "/does/not/exist.txt", PLAN]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("/does/not/exist.txt"), "{}", ran.stderr);
    assert_eq!(length(&json(ran.stdout.lines().next().unwrap())["tasks"]), 42);
    let folder = tempfile::tempdir().unwrap();
    let empty = run(["parse", folder.path().to_str().unwrap()]);
    assert_eq!(empty.code, 1, "{}", empty.stderr);
}

#[test]
fn explain_shows_rules_and_spans() {
    let ran = run(["explain", PLAN, "--task", "3"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for expected in [
        "大力提振消费",
        "⟦60个|target⟧",
        "⟦省商务厅|party⟧",
        "party/label-bracket",
        "numbering/bracketed-chinese",
    ] {
        assert!(ran.stdout.contains(expected), "{expected} is missing: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains('\u{1b}'), "no colour where nobody looks on");
    let beyond = run(["explain", PLAN, "--task", "43"]);
    assert_eq!(beyond.code, 1);
    assert!(beyond.stderr.contains("共 42 项"), "{}", beyond.stderr);
    assert_eq!(run(["explain", PLAN, "--task", "0"]).code, 1);
}
