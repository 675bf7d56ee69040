//! Backing a site up while it is served, and making a site of the backup: what it holds, and that it signs nothing by itself.

use std::{
    fs,
    path::{Path, PathBuf},
};

use age::secrecy::ExposeSecret;
use luoshi_equipment::postgres::Server as Postgres;

use crate::{
    http::Client,
    program::{Ran, Server, run},
};

const PLAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/plan.txt");

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn on(data: &Path, arguments: &[&str]) -> Ran {
    run(arguments.iter().copied().chain(["--data", text(data)]))
}

#[track_caller]
fn well(ran: Ran) -> String {
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    ran.stdout
}

/// A small site with one plan, and an office that records things.
fn small_site(root: &Path) -> PathBuf {
    let data = root.join("site");
    well(on(&data, &["import", PLAN, "--adopt"]));
    data
}

fn found_office(data: &Path, sign_in_name: &str) -> Ran {
    let create = [
        "admin",
        "create-office",
        "--name",
        "霁川省人民政府督查室",
        "--sign-in-name",
    ];
    on(data, &[&create[..], &[sign_in_name]].concat())
}

fn copy_key(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("key")).unwrap();
    for entry in fs::read_dir(from.join("key")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join("key").join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_served_demo_is_backed_up_and_restored_and_signs_nothing_until_an_incident_is_recorded() {
    let root = tempfile::tempdir().unwrap();
    let (data, archive) = (root.path().join("demo"), root.path().join("demo.tar"));
    let server = Server::start(&["demo"], &data);
    let said = well(on(&data, &["backup", "--output", text(&archive)]));
    assert!(said.contains("key 文件夹"), "{said}");
    let checkpoint = Client::new(&server.address).get("/log/checkpoint").unwrap().body;
    assert_eq!(server.stop(), 0);
    assert_eq!(
        on(&data, &["backup", "--output", text(&archive)]).code,
        3,
        "overwritten"
    );
    well(run(["restore", text(&archive), "--check"]));

    let restored = root.path().join("restored");
    copy_key(&data, &restored);
    let said = well(on(&restored, &["restore", text(&archive)]));
    assert!(said.contains("luoshi log incident"), "{said}");
    let names = |folder: &Path| -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with("luoshi.db-"))
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(&restored), ["files", "key", "log", "luoshi.db", "scratch"]);
    assert_eq!(fs::read_to_string(restored.join("log/checkpoint")).unwrap(), checkpoint);
    well(on(&restored, &["verify"]));
    let status = on(&restored, &["log", "status"]);
    assert!(
        status.stdout.contains("从备份恢复"),
        "{}{}",
        status.stdout,
        status.stderr
    );
    let refused = found_office(&restored, "houlai");
    assert_eq!(refused.code, 3, "{}", refused.stdout);
    assert!(refused.stderr.contains("从备份恢复"), "{}", refused.stderr);
    well(on(
        &restored,
        &["log", "incident", "--reason", "机房失火，恢复到昨夜的备份"],
    ));
    let refused = found_office(&restored, "houlai");
    assert!(!refused.stderr.contains("从备份恢复"), "{}", refused.stderr);
    well(on(&restored, &["verify"]));

    // Whoever brings the last checkpoint of the site shows that nothing was signed since.
    let moved = root.path().join("moved");
    copy_key(&data, &moved);
    let witnessed = root.path().join("checkpoint");
    fs::write(&witnessed, &checkpoint).unwrap();
    let said = well(on(
        &moved,
        &["restore", text(&archive), "--witnessed", text(&witnessed)],
    ));
    assert!(!said.contains("luoshi log incident"), "{said}");
    // Another one shows nothing, and whoever brought it is told.
    let other = root.path().join("other");
    fs::write(&witnessed, checkpoint.replacen("\n", "x\n", 1)).unwrap();
    let ran = on(&other, &["restore", text(&archive), "--witnessed", text(&witnessed)]);
    assert!(ran.stdout.contains("luoshi log incident"), "{}", ran.stdout);
    assert!(ran.stderr.contains("不一致"), "{}", ran.stderr);
    let again = on(&moved, &["restore", text(&archive)]);
    assert_eq!(again.code, 3, "{}", again.stdout);
    assert!(again.stderr.contains("已经有一个站点"), "{}", again.stderr);
}

#[test]
fn only_who_has_the_secret_key_opens_an_enciphered_backup() {
    let root = tempfile::tempdir().unwrap();
    let data = small_site(root.path());
    let archive = root.path().join("site.tar.age");
    let identity = age::x25519::Identity::generate();
    let public = identity.to_public().to_string();
    well(on(
        &data,
        &["backup", "--output", text(&archive), "--recipient", &public],
    ));
    let bytes = fs::read(&archive).unwrap();
    let is_in = |bytes: &[u8]| bytes.windows(8).any(|window| window == b"manifest");
    assert!(bytes.starts_with(b"age-encryption.org/v1") && !is_in(&bytes));

    let without = run(["restore", text(&archive), "--check"]);
    assert_eq!(without.code, 2, "{}", without.stdout);
    assert!(without.stderr.contains("--identity"), "{}", without.stderr);
    let keys = root.path().join("keys.txt");
    fs::write(&keys, age::x25519::Identity::generate().to_string().expose_secret()).unwrap();
    let other = run(["restore", text(&archive), "--check", "--identity", text(&keys)]);
    assert_eq!(other.code, 3, "{}", other.stdout);
    fs::write(&keys, identity.to_string().expose_secret()).unwrap();
    well(run(["restore", text(&archive), "--check", "--identity", text(&keys)]));
    let restored = root.path().join("restored");
    copy_key(&data, &restored);
    well(on(&restored, &["restore", text(&archive), "--identity", text(&keys)]));
    let wrong = on(
        &data,
        &[
            "backup",
            "--output",
            text(&root.path().join("x")),
            "--recipient",
            "age1wrong",
        ],
    );
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
}

#[test]
fn what_is_no_whole_backup_makes_no_site() {
    let root = tempfile::tempdir().unwrap();
    let data = small_site(root.path());
    let archive = root.path().join("site.tar");
    well(on(&data, &["backup", "--output", text(&archive)]));
    let bytes = fs::read(&archive).unwrap();
    let broken = root.path().join("broken.tar");
    let restored = root.path().join("restored");
    let mut flipped = bytes.clone();
    flipped[5_000] ^= 1;
    let cases: [(&str, &[u8]); 4] = [
        ("不是 luoshi 的备份", b"not a backup at all"),
        ("不是 luoshi 的备份", b""),
        ("不完整", &bytes[..bytes.len() / 2]),
        ("与清单不符", &flipped),
    ];
    for (said, content) in cases {
        fs::write(&broken, content).unwrap();
        let ran = on(&restored, &["restore", text(&broken)]);
        assert_eq!(ran.code, 3, "{said}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
        assert!(!restored.join("luoshi.db").exists(), "{said}");
        assert_eq!(fs::read_dir(restored.join("scratch")).unwrap().count(), 0, "{said}");
    }
    // One that was broken off half-way is begun anew.
    fs::create_dir_all(restored.join("scratch/restoring/files")).unwrap();
    fs::create_dir_all(restored.join("files/site")).unwrap();
    fs::write(restored.join("files/site/half"), "half").unwrap();
    copy_key(&data, &restored);
    well(on(&restored, &["restore", text(&archive)]));
    assert!(!restored.join("files/site/half").exists());
    // Without that mark whatever lies there is somebody's.
    let foreign = root.path().join("foreign");
    fs::create_dir_all(foreign.join("files/site")).unwrap();
    fs::write(foreign.join("files/site/letter"), "dear").unwrap();
    assert_eq!(on(&foreign, &["restore", text(&archive)]).code, 3);
    assert!(foreign.join("files/site/letter").exists());
    // Nor is a folder with a key beside other things one for a site, wherever its database is.
    copy_key(&data, &foreign);
    fs::write(foreign.join("letter"), "dear").unwrap();
    let nowhere = "postgres://127.0.0.1:1/luoshi";
    let ran = on(&foreign, &["restore", text(&archive), "--database", nowhere]);
    assert!(ran.stderr.contains("里有别的文件"), "{}", ran.stderr);
    assert!(foreign.join("files/site/letter").exists());
}

#[test]
fn a_backup_of_a_server_becomes_a_site_on_another_one() {
    let Some(postgres) = Postgres::shared("a backup of a site on PostgreSQL") else {
        return;
    };
    let root = tempfile::tempdir().unwrap();
    let (data, archive) = (root.path().join("site"), root.path().join("site.tar"));
    let (first, second) = (postgres.database(), postgres.database());
    well(on(&data, &["import", PLAN, "--adopt", "--database", &first]));
    well(on(&data, &["backup", "--output", text(&archive), "--database", &first]));
    let restored = root.path().join("restored");
    copy_key(&data, &restored);
    well(on(&restored, &["restore", text(&archive), "--database", &second]));
    well(on(&restored, &["verify", "--database", &second]));
    assert!(!restored.join("luoshi.db").exists() && !restored.join("scratch/restoring").exists());
    let status = on(&restored, &["log", "status", "--database", &second]);
    assert!(
        status.stdout.contains("从备份恢复"),
        "{}{}",
        status.stdout,
        status.stderr
    );
}
