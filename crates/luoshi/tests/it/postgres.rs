//! The program on PostgreSQL: a demo, its pages, its proof, and what it says when its server is not there.

use std::{fs, path::Path, thread, time::Duration};

use luoshi_equipment::postgres::{self, Server as Postgres};

use crate::{
    http::Client,
    program::{Server, program, run},
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
    // A report for each month that has come, so the number grows with the days.
    let reports = postgres.ask(&database, "select count(*) from report").unwrap();
    let reports = reports.trim();
    assert!(reports.parse::<u32>().unwrap() > 300, "{reports}");
    assert!(
        server.said.contains(&format!("{reports} 份进展报告")),
        "{}",
        server.said
    );
    let public = Client::new(&server.address).get("/public").unwrap();
    assert_eq!(public.status, 200);
    assert!(public.body.contains("霁川省"), "{}", public.body);
    assert_eq!(server.stop(), 0);

    let data = data.to_str().unwrap();
    let verified = run_on(&database, data, &["verify"]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    // Nothing of the ledger lies in the folder.
    assert!(!fs::exists(folder.path().join("demo/luoshi.db")).unwrap());

    // Some reports have no completion, and half of all is half of all the other way round too.
    let completion = "update report set completion = 100 - completion
        where id = (select id from report where completion <> 50 order by id limit 1)";
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

/// The server lets nobody in whose connection is not encrypted, and who it is the program learns from the certificates that it is told to trust.
#[test]
fn an_encrypted_database_is_used_by_whoever_trusts_it() {
    let test = "an encrypted PostgreSQL";
    if Postgres::shared(test).is_none() {
        return;
    }
    let postgres = Postgres::start(&postgres::programs().unwrap(), Some("/dev/shm".as_ref())).unwrap();
    let Some(former) = postgres.encrypt(test) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let impostor = folder.path().join("impostor.pem");
    fs::copy(former, &impostor).unwrap();
    let certificate = postgres.encrypt(test).unwrap();
    let database = postgres.database();
    let trusting = |certificate: &Path| {
        let mut program = program();
        program.env("SSL_CERT_FILE", certificate).env_remove("SSL_CERT_DIR");
        program
    };
    let encrypted = format!("{database}?sslmode=require");
    let data = folder.path().join("demo");
    let server = Server::start_as(trusting(&certificate), &["demo", "--database", &encrypted], &data);
    let public = Client::new(&server.address).get("/public").unwrap();
    assert!(public.body.contains("霁川省"), "{}", public.body);
    assert_eq!(server.stop(), 0);

    let verify = |trusted: &Path, mode: &str| {
        let database = format!("{database}?sslmode={mode}");
        let arguments = ["verify", "--data", data.to_str().unwrap(), "--database", &database];
        let output = trusting(trusted).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), said)
    };
    let verified = verify(&certificate, "require");
    assert_eq!(verified.0, Some(0), "{}", verified.1);
    for (trusted, mode) in [(&certificate, "disable"), (&impostor, "require")] {
        let (code, said) = verify(trusted, mode);
        assert_eq!(code, Some(3), "{mode}: {said}");
        assert!(said.contains("证书"), "{mode}: {said}");
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

#[test]
fn a_site_moves_to_postgres_and_its_log_goes_on() {
    let Some(postgres) = Postgres::shared("moving a site to PostgreSQL") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let server = Server::start(&["demo"], &data);
    let before = Client::new(&server.address).get("/log/checkpoint").unwrap().body;
    assert_eq!(server.stop(), 0);
    let (database, data) = (postgres.database(), data.to_str().unwrap().to_owned());
    let moved = run(["migrate-engine", "--to", &database, "--data", &data]);
    assert_eq!(moved.code, 0, "{}{}", moved.stdout, moved.stderr);
    assert!(moved.stdout.contains("没有发现不一致"), "{}", moved.stdout);
    // The old database is closed, so that nobody goes on writing to it by mistake.
    let old = run(["admin", "list", "--data", &data]);
    assert_eq!(old.code, 3, "{}", old.stdout);
    assert!(old.stderr.contains("已从"), "{}", old.stderr);

    let server = Server::start(&["serve", "--database", &database], data.as_ref());
    let after = Client::new(&server.address).get("/log/checkpoint").unwrap().body;
    assert_eq!(after, before, "nothing was recorded meanwhile");
    assert_eq!(server.stop(), 0);
    let added = [
        "admin",
        "create-office",
        "--name",
        "另一个督查室",
        "--sign-in-name",
        "ducha2",
    ];
    assert_eq!(run_on(&database, &data, &added).code, 0);
    let grown = fs::read_to_string(folder.path().join("demo/log/checkpoint")).unwrap();
    let size = |note: &str| note.lines().nth(1).unwrap().parse::<u64>().unwrap();
    assert!(size(&grown) > size(&before), "{before}{grown}");
    assert_eq!(run_on(&database, &data, &["verify"]).code, 0);

    let again = run(["migrate-engine", "--to", &database, "--data", &data]);
    assert_eq!(
        again.code, 3,
        "a site that has moved is not moved again: {}",
        again.stderr
    );
    // And back, into a file.
    let file = format!("sqlite:{}", folder.path().join("back.db").display());
    let back = run_on(&database, &data, &["migrate-engine", "--to", &file]);
    assert_eq!(back.code, 0, "{}{}", back.stdout, back.stderr);
    assert_eq!(run_on(&file, &data, &["verify"]).code, 0);
}
