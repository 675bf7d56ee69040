//! Measuring: that it measures what it says, beside what it says, and leaves nothing behind. No figure is judged; a machine may be slow.

use std::{fs, path::Path};

use luoshi_equipment::postgres::Server as Postgres;
use serde_json::Value;

use crate::program::run;

fn measured(arguments: &[&str], folder: &Path) -> Value {
    let folder_text = folder.to_str().unwrap();
    let usual = [
        "--seconds",
        "1",
        "--tasks",
        "60",
        "--format",
        "json",
        "--folder",
        folder_text,
    ];
    let ran = run(arguments.iter().copied().chain(usual));
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    let left = fs::read_dir(folder).unwrap().count();
    assert_eq!(left, 0, "{arguments:?} left something behind");
    serde_json::from_str(&ran.stdout).unwrap()
}

#[track_caller]
fn check_level(level: &Value, writers: u64) {
    assert_eq!(level["writers"], writers);
    assert_eq!(level["failed"], 0, "{level}");
    for name in [
        "submissions_per_second",
        "p50_ms",
        "bare_per_second",
        "flushes_per_second",
    ] {
        assert!(level[name].as_f64().unwrap() > 0.0, "{name}: {level}");
    }
    assert!(level["p50_ms"].as_f64() <= level["p99_ms"].as_f64(), "{level}");
    let ratio = level["submissions_per_second"].as_f64().unwrap() / level["bare_per_second"].as_f64().unwrap();
    assert!(
        (level["ratio_to_bare"].as_f64().unwrap() - ratio).abs() < 1e-9,
        "{level}"
    );
}

#[test]
fn submissions_are_measured_by_both_ways_beside_their_ceilings() {
    let folder = tempfile::tempdir().unwrap();
    for way in ["execute", "http"] {
        let measured = measured(&["bench", "--writers", "1,64", "--through", way], folder.path());
        assert_eq!(
            (&measured["engine"], &measured["through"]),
            (&"sqlite".into(), &way.into())
        );
        // Event, content of three texts, leaf, report, value, entry of search, receipt.
        assert!(measured["rows_per_submission"].as_u64() >= Some(9), "{measured}");
        let levels = measured["levels"].as_array().unwrap();
        check_level(&levels[0], 1);
        check_level(&levels[1], 64);
        let budgets: Vec<&str> = measured["budgets"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|budget| budget["budget"].as_str())
            .collect();
        assert_eq!(budgets, ["alone", "group-commit"]);
    }
}

#[test]
fn submissions_are_measured_on_postgres() {
    let Some(postgres) = Postgres::shared("measuring on PostgreSQL") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let database = postgres.database();
    let arguments = ["bench", "--writers", "2", "--database", database.as_str()];
    let measured = measured(&arguments, folder.path());
    assert_eq!(measured["engine"], "postgresql");
    check_level(&measured["levels"][0], 2);

    // What is in it now is a site, if only one of this program.
    let again = run(arguments
        .iter()
        .copied()
        .chain(["--folder", folder.path().to_str().unwrap()]));
    assert_eq!(again.code, 3, "{}", again.stdout);
}

#[test]
fn pages_are_measured_with_few_reports_and_with_many() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["bench", "pages", "--reports", "120,30", "--connections", "2"];
    let measured = measured(&arguments, folder.path());
    let pages = measured["pages"].as_array().unwrap();
    let of = |place: usize| {
        let page = &pages[place];
        (page["page"].as_str().unwrap(), page["reports"].as_u64().unwrap())
    };
    let found: Vec<_> = (0..pages.len()).map(of).collect();
    assert_eq!(found[..3], [("list", 30), ("task", 30), ("begun-task", 30)]);
    assert_eq!(found[3..], [("list", 120), ("task", 120), ("begun-task", 120)]);
    for page in pages {
        assert_eq!(page["failed"], 0, "{page}");
        assert!(page["pages_per_second"].as_f64().unwrap() > 0.0, "{page}");
    }
    assert_eq!(pages[0]["growth"], 1.0);
}

#[test]
fn nothing_is_measured_in_the_folder_of_a_site() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("luoshi.db"), "").unwrap();
    let refused = run(["bench", "--folder", folder.path().to_str().unwrap()]);
    assert_eq!(refused.code, 3, "{}", refused.stdout);
    assert!(refused.stderr.contains("--folder"), "{}", refused.stderr);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
