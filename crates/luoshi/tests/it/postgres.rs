//! The program on PostgreSQL: a demo, its pages, its proof, and what it says when its server is not there.

use std::{fs, thread, time::Duration};

use luoshi_equipment::postgres::{self, Server as Postgres};

use crate::{
    http::Client,
    program::{Server, run},
};

/// Runs the program on the site in `data` and `database`.
fn run_on(database: &str, data: &str, arguments: &[&str]) -> crate::program::Ran {
    run(arguments
        .iter()
        .copied()
        .chain(["--data", data, "--database", database]))
}

#[test]
fn the_demo_runs_and_is_proven_on_postgres() {
    let Some(postgres) = Postgres::shared("the demo on PostgreSQL") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let database = postgres.database();
    let server = Server::start(&["demo", "--database", &database], &data);
    assert!(server.said.contains("388"), "{}", server.said);
    let public = Client::new(&server.address).get("/public").unwrap();
    assert_eq!(public.status, 200);
    assert!(public.body.contains("霁川省"), "{}", public.body);
    assert_eq!(server.stop(), 0);

    let data = data.to_str().unwrap();
    let verified = run_on(&database, data, &["verify"]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    // Nothing of the ledger lies in the folder.
    assert!(!fs::exists(folder.path().join("demo/luoshi.db")).unwrap());

    let completion =
        "update report set completion = 100 - completion where id = (select id from report order by id limit 1)";
    postgres.ask(&database, completion).unwrap();
    let altered = run_on(&database, data, &["verify"]);
    assert_eq!(altered.code, 1, "{}", altered.stdout);
    assert!(altered.stdout.contains("completion"), "{}", altered.stdout);
}

#[test]
fn a_database_that_cannot_be_used_is_told_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("site").to_str().unwrap().to_owned();
    let unreachable = "postgres://luoshi:geheim@127.0.0.1:1/ledger";
    let ran = run_on(unreachable, &data, &["admin", "create-office"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("postgres://luoshi@127.0.0.1/ledger"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("geheim"), "{}", ran.stderr);
    for wrong in ["mysql://localhost/ledger", "postgres://:geheim@", "luoshi.db"] {
        let ran = run_on(wrong, &data, &["verify"]);
        assert_eq!(ran.code, 2, "{wrong}: {}", ran.stderr);
        assert!(!ran.stderr.contains("geheim"), "{}", ran.stderr);
    }
}

/// A service that is started before its database waits for it.
#[test]
fn a_service_waits_for_its_database() {
    let test = "a service that starts before PostgreSQL";
    if Postgres::shared(test).is_none() {
        return;
    }
    let postgres = Postgres::start(&postgres::programs().unwrap(), Some("/dev/shm".as_ref())).unwrap();
    let database = postgres.database();
    postgres.stop().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("site");
    thread::scope(|scope| {
        let starting = scope.spawn(|| Server::start(&["serve", "--database", &database], &data));
        thread::sleep(Duration::from_millis(1_500));
        postgres.resume().unwrap();
        let server = starting.join().unwrap();
        assert_eq!(Client::new(&server.address).get("/public").unwrap().status, 200);
    });
}
