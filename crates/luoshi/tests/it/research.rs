//! What a reader of documents does without a site: `diff`, `stats` and `orgs`.

use crate::program::{run, write};

const OLD: &str = "某县2024年任务\n一、城建\n（一）改造老旧小区。改造老旧小区24个。（责任单位：县住建局、县国土资源局）\n（二）新建公园。新建公园8个。（责任单位：县住建局）\n";
const NEW: &str =
    "某县2025年任务\n一、城建\n（一）改造老旧小区。改造老旧小区30个。（责任单位：县住建局、县自然资源局）\n";

#[test]
fn diff_tells_what_changed_in_three_forms() {
    let folder = tempfile::tempdir().unwrap();
    let old = write(folder.path(), "old.txt", OLD.as_bytes());
    let new = write(folder.path(), "new.txt", NEW.as_bytes());
    let text = run(["diff", &old, &new]);
    assert_eq!(text.code, 0, "{}", text.stderr);
    assert!(
        text.stdout.contains("↑ 指标提高  老旧小区 24个 → 30个"),
        "{}",
        text.stdout
    );
    assert!(
        text.stdout.contains("机构改革承接  县国土资源局 → 县自然资源局"),
        "{}",
        text.stdout
    );
    assert!(text.stdout.contains("- 2  （二）新建公园"), "{}", text.stdout);
    let json = run(["diff", &old, &new, "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(value["carried"][0]["changes"][0]["kind"], "target_raised");
    let page = folder.path().join("page.html");
    let html = run([
        "diff",
        &old,
        &new,
        "--format",
        "html",
        "--output",
        page.to_str().unwrap(),
        "--lang",
        "en",
    ]);
    assert_eq!(html.code, 0, "{}", html.stderr);
    assert!(std::fs::read_to_string(page).unwrap().contains("<html lang=\"en\">"));
    let empty = write(folder.path(), "empty.txt", b"");
    assert_eq!(run(["diff", &old, &empty]).code, 1);
    assert_eq!(run(["diff", &old, "missing.txt"]).code, 3);
}

#[test]
fn stats_counts_over_files_and_goes_past_bad_ones() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.txt", OLD.as_bytes());
    write(folder.path(), "b.txt", NEW.as_bytes());
    let whole = folder.path().to_str().unwrap();
    let json = run(["stats", whole, "--format", "json"]);
    assert_eq!(json.code, 0, "{}", json.stderr);
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((value["files"].as_u64(), value["tasks"].as_u64()), (Some(2), Some(3)));
    assert_eq!(value["bodies"][0]["name"], "县住房和城乡建设局");
    let csv = run(["stats", whole, "--format", "csv"]).stdout;
    assert!(csv.contains("县住房和城乡建设局,3,0,3,0,0,3"), "{csv}");
    write(folder.path(), "c.txt", b"");
    let text = run(["stats", whole]);
    assert_eq!(text.code, 1);
    assert!(
        text.stdout.contains("县住房和城乡建设局") && text.stderr.contains("empty-file"),
        "{}",
        text.stdout
    );
}

#[test]
fn orgs_resolves_names_at_a_date() {
    let ran = run(["orgs", "resolve", "省国土资源厅", "--at", "2020-01-01", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(value["standing"], "superseded");
    assert_eq!(value["successors"][0], "省自然资源厅");
    let unknown = run(["orgs", "resolve", "省农村农业厅", "--lang", "en"]);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.stdout.contains("Near names  省农业农村厅"),
        "{}",
        unknown.stdout
    );
}

#[test]
fn orgs_checks_a_file_and_the_parser_uses_it() {
    let folder = tempfile::tempdir().unwrap();
    let good = write(
        folder.path(),
        "good.toml",
        "[[body]]\nfull = \"县新城建设管理处\"\nshort = [\"新城处\"]\n".as_bytes(),
    );
    let checked = run(["orgs", "check", &good]);
    assert_eq!((checked.code, checked.stdout.trim()), (0, "名录没有错：1 个单位名称。"));
    let plan = write(
        folder.path(),
        "plan.txt",
        "一、城建\n（一）新建公园。新建公园8个。（责任单位：新城处）\n".as_bytes(),
    );
    let parsed = run(["parse", &plan, "--organisations", &good]);
    let value: serde_json::Value = serde_json::from_str(&parsed.stdout).unwrap();
    assert_eq!(value["tasks"][0]["parties"][0]["name"], "县新城建设管理处");
    let bad = write(folder.path(), "bad.toml", b"[[body]]\nfull = \"\"\n");
    assert_eq!(run(["orgs", "check", &bad]).code, 1);
    let refused = run(["parse", &plan, "--organisations", &bad]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
}
