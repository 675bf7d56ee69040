//! A site from the command line: import, accounts, verification, migration.

use std::{fs, path::PathBuf};

use tempfile::TempDir;

use crate::program::{done, run, write};

const PLAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/plan.txt");

struct Folder {
    root: TempDir,
    data: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("site");
        Self { root, data }
    }

    fn run(&self, arguments: &[&str]) -> crate::program::Ran {
        run(arguments.iter().copied().chain(["--data", self.data.to_str().unwrap()]))
    }
}

#[test]
fn a_document_becomes_a_plan_with_accounts_for_its_bodies() {
    let folder = Folder::new();
    let said = done(&folder.data, &["import", PLAN, "--adopt"]);
    assert!(said.contains("2026 年，42 项任务"), "{said}");
    let plan = said
        .split("计划编号：")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .to_owned();
    assert!(said.contains(&format!("/plans/{plan}/ledger")), "{said}");

    let office = done(
        &folder.data,
        &[
            "admin",
            "create-office",
            "--name",
            "霁川省人民政府督查室",
            "--sign-in-name",
            "ducha",
        ],
    );
    assert!(office.contains("ducha"), "{office}");
    let list = folder.root.path().join("accounts.csv");
    let opened = done(
        &folder.data,
        &[
            "admin",
            "create-accounts",
            "--plan",
            &plan,
            "--output",
            list.to_str().unwrap(),
        ],
    );
    assert!(
        opened.contains("省财政厅.填报") && opened.contains("省财政厅.审核"),
        "{opened}"
    );
    let written = fs::read_to_string(&list).unwrap();
    let bodies = written.lines().count() / 2;
    assert_eq!(written.lines().count(), 1 + 2 * bodies);
    assert!(written.contains("省财政厅.填报,"), "{written}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&list).unwrap().permissions().mode() & 0o077,
            0,
            "only the owner reads passwords"
        );
    }

    let again = done(&folder.data, &["admin", "create-accounts", "--plan", "latest"]);
    assert!(
        again.contains("已开设 0 个账号") && again.contains(&format!("{bodies} 个单位的账号已经齐全")),
        "{again}"
    );

    let listed = done(&folder.data, &["admin", "list"]);
    assert!(
        listed.contains("省财政厅.审核") && listed.contains(&plan) && listed.contains("未印发"),
        "{listed}"
    );
    let sound = done(&folder.data, &["verify"]);
    assert!(sound.contains("没有发现不一致"), "{sound}");
    assert!(done(&folder.data, &["migrate"]).contains("无需升级"));
}

#[test]
fn passwords_are_reset_and_names_are_not_taken_twice() {
    let folder = Folder::new();
    let first = done(&folder.data, &["admin", "create-office"]);
    let reset = done(&folder.data, &["admin", "reset-password", "督查"]);
    let password = |said: &str| {
        said.lines()
            .last()
            .unwrap()
            .split_whitespace()
            .last()
            .unwrap()
            .to_owned()
    };
    assert_ne!(
        password(first.trim_end().rsplit_once('\n').unwrap().0),
        password(&reset)
    );
    let twice = folder.run(&["admin", "create-office"]);
    assert_eq!(twice.code, 4, "{}", twice.stderr);
    assert!(twice.stderr.contains("登录名“督查”已经有人用了"), "{}", twice.stderr);
    let nobody = folder.run(&["admin", "reset-password", "nobody"]);
    assert_eq!(nobody.code, 4, "{}", nobody.stderr);
    done(
        &folder.data,
        &[
            "admin",
            "create-account",
            "wang",
            "--organisation",
            "督查室",
            "--role",
            "supervisor",
        ],
    );
    let wrong_name = folder.run(&[
        "admin",
        "create-account",
        "a b",
        "--organisation",
        "督查室",
        "--role",
        "clerk",
    ]);
    assert_eq!(wrong_name.code, 4, "{}", wrong_name.stderr);
    let no_body = folder.run(&[
        "admin",
        "create-account",
        "li",
        "--organisation",
        "财政厅",
        "--role",
        "clerk",
    ]);
    assert_eq!(no_body.code, 4, "{}", no_body.stderr);
    let no_plan = folder.run(&["admin", "create-accounts", "--plan", "latest"]);
    assert_eq!(no_plan.code, 4, "{}", no_plan.stderr);
}

#[test]
fn accounts_are_not_opened_where_their_passwords_cannot_be_written() {
    let folder = Folder::new();
    done(&folder.data, &["import", PLAN, "--adopt"]);
    let list = write(folder.root.path(), "accounts.csv", b"kept");
    let ran = folder.run(&["admin", "create-accounts", "--plan", "latest", "--output", &list]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(fs::read(&list).unwrap(), b"kept");
    assert!(done(&folder.data, &["admin", "list"]).contains("还没有账号"));
}

#[test]
fn a_refused_import_leaves_a_site_as_it_was() {
    let folder = Folder::new();
    done(&folder.data, &["import", PLAN, "--adopt"]);
    let before = done(&folder.data, &["verify"]);
    let bad = write(folder.root.path(), "letter.txt", "请准时参加。".as_bytes());
    assert_eq!(folder.run(&["import", &bad]).code, 1);
    assert_eq!(done(&folder.data, &["verify"]), before);
}

#[test]
fn commands_on_a_missing_site_make_none() {
    let folder = Folder::new();
    for arguments in [
        &["verify"][..],
        &["migrate"],
        &["admin", "list"],
        &["admin", "reset-password", "a"],
    ] {
        let ran = folder.run(arguments);
        assert_eq!(ran.code, 3, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("下一步："), "{arguments:?}: {}", ran.stderr);
        assert!(!folder.data.exists(), "{arguments:?}");
    }
}

#[test]
fn a_site_is_not_made_among_other_files() {
    let folder = Folder::new();
    fs::create_dir(&folder.data).unwrap();
    write(&folder.data, "letter.txt", b"dear");
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["import", PLAN],
        &["demo", "--listen", "127.0.0.1:0"],
        &["admin", "create-office"],
    ] {
        let ran = folder.run(arguments);
        assert_eq!(ran.code, 3, "{arguments:?}: {}", ran.stderr);
        assert_eq!(fs::read_dir(&folder.data).unwrap().count(), 1, "{arguments:?}");
    }
}

#[test]
fn a_database_of_another_release_is_left_alone() {
    let folder = Folder::new();
    done(&folder.data, &["admin", "create-office"]);
    let database = folder.data.join("luoshi.db");
    for (version, key) in [(1_u32, "luoshi migrate"), (9_999, "更新版本的 luoshi")] {
        let mut bytes = fs::read(&database).unwrap();
        // The version of the schema stands in the header of the file (SQLite, "The Database Header", offset 60).
        bytes[60..64].copy_from_slice(&version.to_be_bytes());
        fs::write(&database, &bytes).unwrap();
        for arguments in [
            &["serve", "--listen", "127.0.0.1:0"][..],
            &["import", PLAN],
            &["verify"],
            &["admin", "list"],
        ] {
            let ran = folder.run(arguments);
            assert_eq!(ran.code, 3, "{arguments:?}: {}", ran.stderr);
            assert!(ran.stderr.contains(key), "{arguments:?}: {}", ran.stderr);
        }
        assert_eq!(fs::read(&database).unwrap(), bytes, "the database was touched");
    }
}

#[test]
fn what_was_changed_behind_the_programs_back_is_found() {
    let folder = Folder::new();
    done(&folder.data, &["import", PLAN]);
    let received = walk(&folder.data.join("files"));
    assert_eq!(received.len(), 1);
    fs::write(&received[0], "别的内容").unwrap();
    let ran = folder.run(&["verify"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("文件不见了或被改动：plan.txt"), "{}", ran.stdout);
}

fn walk(folder: &std::path::Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path) } else { vec![path] }
        })
        .collect()
}

#[test]
fn the_ledger_is_listed_and_exported_also_as_of_a_past_day() {
    let folder = Folder::new();
    done(&folder.data, &["import", PLAN, "--adopt"]);
    let listed = done(&folder.data, &["ledger", "list"]);
    assert!(listed.contains("序号") && listed.lines().count() > 42, "{listed}");
    let data: serde_json::Value =
        serde_json::from_str(&done(&folder.data, &["ledger", "list", "--format", "json"])).unwrap();
    assert_eq!(data["schema"], "luoshi.ledger/1");
    assert_eq!(data["tasks"].as_array().unwrap().len(), 42);
    assert_eq!(data.get("as_of"), None);

    // The plan was made today, so there was none before; there is no tomorrow yet.
    let before = folder.run(&["ledger", "list", "--as-of", "2024-01-31"]);
    assert_eq!(before.code, 4, "{}", before.stderr);
    assert!(
        before.stderr.contains("2024-01-31 那天台账中没有这份计划"),
        "{}",
        before.stderr
    );
    let future = folder.run(&["ledger", "list", "--as-of", "2999-01-01", "--clock", "true"]);
    assert_eq!(future.code, 2, "{}", future.stderr);

    let file = folder.root.path().join("ledger.xlsx");
    let export = ["ledger", "export", "--output", file.to_str().unwrap()];
    let written = folder.run(&export);
    assert_eq!(written.code, 0, "{}", written.stderr);
    assert!(fs::read(&file).unwrap().starts_with(b"PK"));
    let again = folder.run(&export);
    assert_eq!(again.code, 3, "an existing file is not overwritten: {}", again.stderr);
}
