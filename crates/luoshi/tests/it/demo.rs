//! The demo: made once, reused, with something to show in every light and state.

use std::{fs, path::Path};

use crate::{
    http::Client,
    program::{Server, done, run},
};

fn signed_in(server: &Server, name: &str) -> Client {
    let mut client = Client::new(&server.address);
    let answer = client
        .post(
            "/sign-in",
            &[("name", name), ("password", "luoshi-demo-2026"), ("next", "/")],
        )
        .unwrap();
    assert_eq!(answer.status, 303, "{name}: {}", answer.body);
    client
}

#[test]
fn the_demo_shows_every_light_and_is_reused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let server = Server::start(&["demo"], &data);
    assert!(server.said.contains("43 项任务"), "{}", server.said);
    let mut office = signed_in(&server, "ducha");
    let plan = office.get("/ledger").unwrap();
    let ledger = plan
        .links("/plans/")
        .into_iter()
        .find(|link| link.contains("/ledger"))
        .or(plan.location.clone())
        .unwrap();
    let page = office.get(&ledger).unwrap();
    assert_eq!(page.status, 200);
    for light in [
        "light-red",
        "light-yellow",
        "light-green",
        "light-grey",
        "light-not_tracked",
    ] {
        assert!(page.body.contains(light), "no {light}");
    }
    let waiting = office.get("/verification").unwrap();
    assert!(waiting.links("/reports/").len() >= 5, "reports wait for the office");
    for clerk in ["tianbao1", "tianbao2", "tianbao3"] {
        let owed = signed_in(&server, clerk).get("/to-do").unwrap();
        assert_eq!(owed.status, 200);
        assert!(!owed.links("/tasks/").is_empty(), "{clerk} has nothing on the list");
    }
    let mut approvals = 0;
    for head in ["shenhe1", "shenhe2", "shenhe3"] {
        approvals += signed_in(&server, head)
            .get("/approvals")
            .unwrap()
            .links("/reports/")
            .len();
    }
    assert!(approvals > 0, "no head has anything to approve");
    let public = Client::new(&server.address).get("/public").unwrap();
    assert!(!public.links("/public/plans/").is_empty());
    drop(server);

    let sound = done(&data, &["verify"]);
    assert!(sound.contains("没有发现不一致"), "{sound}");
    let again = Server::start(&["demo"], &data);
    assert!(again.said.contains("沿用已有的演示站点"), "{}", again.said);
    drop(again);
    assert_eq!(done(&data, &["verify"]), sound, "a second start writes nothing");

    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let refused = run([
        "demo",
        "--document",
        other,
        "--listen",
        "127.0.0.1:0",
        "--data",
        data.to_str().unwrap(),
    ]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
}

#[test]
fn a_real_site_is_not_shown_as_a_demo() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("site");
    done(&data, &["admin", "create-office"]);
    let ran = run(["demo", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("正式站点"), "{}", ran.stderr);
}

#[test]
fn any_breakdown_document_gives_a_demo() {
    let folder = tempfile::tempdir().unwrap();
    let generic = "一、农业\n（一）抓好春耕。粮食面积稳定在100万亩以上。（责任单位：各地、各部门）\n";
    let file = folder.path().join("generic.txt");
    fs::write(&file, generic).unwrap();
    let data = folder.path().join("demo");
    let server = Server::start(&["demo", "--document", file.to_str().unwrap()], &data);
    assert!(server.said.contains("没有明确的责任单位"), "{}", server.said);
    drop(server);
    done(&data, &["verify"]);

    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/documents/seed.txt");
    if !Path::new(seed).exists() {
        crate::skipped("the seed, which is not beside the project");
        return;
    }
    let data = folder.path().join("seed");
    let server = Server::start(&["demo", "--document", seed], &data);
    assert!(
        server.said.contains("56 项任务"),
        "the document's own tasks and no other: {}",
        server.said
    );
    drop(server);
    done(&data, &["verify"]);
}
