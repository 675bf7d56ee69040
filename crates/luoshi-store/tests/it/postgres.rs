//! What only a database with many writers can get wrong: transactions that meet, and a server that is gone for a while.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::channel,
    },
    thread,
};

use jiff::{ToSpan, civil::date};
use luoshi_equipment::{postgres, postgres::Server};
use luoshi_ledger::{
    Command,
    command::{IssuePlan, SubmitReport},
    period::Period,
};
use luoshi_store::{Address, Location, Store, StoreError, WriteError};

use crate::scene::{No, Scene, at, carry_out, march, next_id};
use crate::vault::vault;

fn open(address: &str) -> Store {
    Store::create(&Location::Postgres(address.parse::<Address>().unwrap(), vault())).unwrap()
}

fn months() -> impl Iterator<Item = Period> {
    (0..24).map(|month| Period::of(date(2026, 1, 1).checked_add(month.months()).unwrap()))
}

/// Two bodies report on one task for many months, every report is sent twice, and all at the same moment: each is there once, the other sending
/// is refused by what the first one did, and lights and totals are those of a ledger that was written one by one.
#[test]
fn transactions_that_meet_are_decided_one_after_the_other() {
    let Some(server) = Server::shared("transactions that meet on PostgreSQL") else {
        return;
    };
    let scene = Scene::set_up(open(&server.database()));
    let now = at("2028-03-01T01:00:00Z");
    let commands: Vec<(luoshi_ledger::Actor, SubmitReport)> = months()
        .flat_map(|month| {
            [
                (scene.roads_clerk.clone(), scene.road_report(scene.roads, month)),
                (scene.clerk.clone(), scene.road_report(scene.finance, month)),
                (scene.clerk.clone(), scene.growth_report(month)),
            ]
        })
        .collect();
    let waiting: Vec<_> = commands
        .iter()
        .chain(&commands)
        .map(|(actor, command)| {
            let (actor, command) = (actor.clone(), Command::SubmitReport(command.clone()));
            scene
                .store
                .write(move |transaction| carry_out(transaction, &actor, &command, now))
        })
        .collect();
    let outcomes: Vec<_> = waiting.into_iter().map(luoshi_store::PendingWrite::wait).collect();
    let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let refused = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(WriteError::Refused(No::Refused(_)))))
        .count();
    assert_eq!((done, refused), (commands.len(), commands.len()), "{outcomes:#?}");
    let replayed = crate::scene::replay(&scene.store);
    assert!(replayed.is_clean(), "{:#?}", replayed.differences);
}

/// Reports lock the plan of their task only where it is not issued, so one that comes in the moment of the issue must wait for it and then see it.
#[test]
fn a_report_in_the_moment_of_the_issue_waits_for_it() {
    let Some(server) = Server::shared("a plan that is issued while somebody reports") else {
        return;
    };
    let mut scene = Scene::before_adoption(open(&server.database()));
    scene.adopt();
    let now = at("2026-03-10T01:00:00Z");
    let (issued, is_issued) = channel();
    let (go, gate) = channel::<()>();
    let issue = Command::IssuePlan(IssuePlan {
        plan: scene.plan,
        effective_on: None,
    });
    let supervisor = scene.supervisor.clone();
    let issuing = scene.store.write(move |transaction| {
        let done = carry_out(transaction, &supervisor, &issue, now);
        let _told = issued.send(());
        let _ = gate.recv();
        done
    });
    is_issued.recv().unwrap();
    let (clerk, report) = (scene.clerk.clone(), Command::SubmitReport(scene.growth_report(march())));
    let reporting = scene
        .store
        .write(move |transaction| carry_out(transaction, &clerk, &report, now));
    // Were it decided now, the plan would not be issued yet and the report refused.
    thread::sleep(std::time::Duration::from_millis(300));
    go.send(()).unwrap();
    issuing.wait().unwrap();
    reporting.wait().unwrap();
    let replayed = crate::scene::replay(&scene.store);
    assert!(replayed.is_clean(), "{:#?}", replayed.differences);
}

/// A session keeps the plans that it has met as issued and does not ask for them again; an issue that is undone is none.
#[test]
fn a_plan_whose_issue_is_undone_takes_no_reports() {
    let Some(server) = Server::shared("the issue of a plan that is undone") else {
        return;
    };
    let mut scene = Scene::before_adoption(open(&server.database()));
    scene.adopt();
    let now = at("2026-03-10T01:00:00Z");
    let issue = Command::IssuePlan(IssuePlan {
        plan: scene.plan,
        effective_on: None,
    });
    let report = Command::SubmitReport(scene.growth_report(march()));
    let (supervisor, clerk) = (scene.supervisor.clone(), scene.clerk.clone());
    let both = [(supervisor.clone(), issue.clone()), (clerk.clone(), report.clone())];
    let undone = scene.store.write(move |transaction| {
        for (actor, command) in &both {
            carry_out(transaction, actor, command, now)?;
        }
        Err::<(), No>(No::Refused("after both were done".to_owned()))
    });
    undone.wait().unwrap_err();
    let give = |actor: &luoshi_ledger::Actor, command: &Command| {
        let (actor, command) = (actor.clone(), command.clone());
        let write = scene
            .store
            .write(move |transaction| carry_out(transaction, &actor, &command, now));
        write.wait()
    };
    let early = give(&clerk, &report);
    assert!(matches!(early, Err(WriteError::Refused(No::Refused(_)))), "{early:?}");
    give(&supervisor, &issue).unwrap();
    give(&clerk, &report).unwrap();
    let replayed = crate::scene::replay(&scene.store);
    assert!(replayed.is_clean(), "{:#?}", replayed.differences);
}

/// After its server a process may find one that was made from an older copy. What it knew of plans was of the first.
#[test]
fn a_plan_that_the_next_server_has_not_issued_takes_no_reports() {
    let Some(server) = Server::shared("a plan that the next server has not issued") else {
        return;
    };
    let address = server.database();
    let mut scene = Scene::before_adoption(open(&address));
    scene.adopt();
    let (before, name) = address.rsplit_once('/').unwrap();
    let beside = format!("{before}/postgres");
    let ask = |question: &str| server.ask(&beside, question).unwrap();
    let cut = || {
        ask(&format!(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '{name}'"
        ))
    };
    cut();
    ask(&format!("create database {name}_older template {name}"));
    let now = at("2028-03-10T01:00:00Z");
    let give = |actor: &luoshi_ledger::Actor, command: Command| {
        let actor = actor.clone();
        let write = scene
            .store
            .write(move |transaction| carry_out(transaction, &actor, &command, now));
        write.wait()
    };
    let issue = IssuePlan {
        plan: scene.plan,
        effective_on: None,
    };
    give(&scene.supervisor, Command::IssuePlan(issue)).unwrap();
    let report = |month| Command::SubmitReport(scene.growth_report(month));
    for month in months() {
        give(&scene.clerk, report(month)).unwrap();
    }
    cut();
    ask(&format!("alter database {name} rename to {name}_gone"));
    ask(&format!("alter database {name}_older rename to {name}"));
    // As many as there are threads that write, and some more: each of them has to ask anew.
    for month in months() {
        let early = give(&scene.clerk, report(month));
        assert!(matches!(early, Err(WriteError::Refused(No::Refused(_)))), "{early:?}");
    }
    let replayed = crate::scene::replay(&scene.store);
    assert!(replayed.is_clean(), "{:#?}", replayed.differences);
}

/// A process looked who has the lease, stood still until its term was over, and kept a smaller checkpoint after another process had kept a
/// larger one: between the look and what it allowed nothing held the lease.
#[test]
fn a_lease_that_is_held_goes_to_nobody_before_the_transaction_ends() {
    let Some(server) = Server::shared("a lease that is held on PostgreSQL") else {
        return;
    };
    let address = server.database();
    let (store, other) = (open(&address), open(&address));
    let (first, second) = (next_id(), next_id());
    let (noon, soon, later) = (
        at("2026-03-01T12:00:00Z"),
        at("2026-03-01T12:00:05Z"),
        at("2026-03-01T12:00:10Z"),
    );
    assert!(
        store
            .write(move |transaction| transaction.take_lease("sign", first, noon, soon))
            .wait()
            .unwrap()
    );
    let (inside, entered) = channel();
    let (go, gate) = channel::<()>();
    let held = store.write(move |transaction| {
        let held = transaction.hold_lease("sign", first, noon)?;
        inside.send(()).unwrap();
        let _ = gate.recv();
        Ok::<_, StoreError>(held)
    });
    entered.recv().unwrap();
    let taking = thread::spawn(move || {
        other
            .write(move |transaction| transaction.take_lease("sign", second, soon, later))
            .wait()
    });
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while !taking.is_finished() && server.ask(&address, waiting).unwrap().trim() == "0" {}
    let was_early = taking.is_finished();
    go.send(()).unwrap();
    assert!(held.wait().unwrap());
    assert!(!was_early, "the lease was taken from under a transaction that holds it");
    assert!(taking.join().unwrap().unwrap());
}

/// Reading does not wait for the end of its transaction, and the session may have been cut when it reads again.
#[test]
fn reading_leaves_nothing_open_and_begins_anew_only_before_an_answer() {
    let Some(server) = Server::shared("reading on sessions of PostgreSQL that are cut") else {
        return;
    };
    let address = server.database();
    let store = open(&address);
    let ask = |question: &str| server.ask(&address, question).unwrap().trim().to_owned();
    let is_left_open = || {
        ask("select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in%'") != "0"
    };
    let cut = || {
        ask("select count(pg_terminate_backend(pid)) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()")
    };
    let read = |cut_at: &dyn Fn(u32)| {
        let mut runs = 0;
        let outcome = store.read(|snapshot| {
            runs += 1;
            let first = snapshot.setting("first")?;
            cut_at(runs);
            Ok((first, snapshot.setting("second")?))
        });
        (outcome, runs)
    };
    let reads = |runs| matches!(read(&|_| {}), (Ok((None, None)), found) if found == runs);
    assert!(reads(1));
    // What was handed to the network is on its way.
    for _ in 0..100 {
        if !is_left_open() {
            break;
        }
        thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(!is_left_open());
    assert!(reads(1), "the same session");
    assert_ne!(cut(), "0");
    assert!(reads(2), "a session that was cut is found out by the first question");
    // Cut in the middle, what was done with the first answer is not done twice.
    let (outcome, runs) = read(&|run| assert_ne!((run, cut().as_str()), (1, "0")));
    assert!(matches!(outcome, Err(StoreError::Unavailable)), "{outcome:?}");
    assert_eq!(runs, 1);
    assert!(reads(1));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read(&|_| panic!("on purpose"))));
    assert!(panicked.is_err());
    assert!(reads(1));
    for _ in 0..100 {
        if !is_left_open() {
            break;
        }
        thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(
        !is_left_open(),
        "a reader that has panicked leaves no transaction to the next one"
    );
}

/// Tasks await what the threads of the store read for them. One that panics takes none of these with it, and one that nobody awaits is left out.
#[test]
fn what_is_read_for_tasks_holds_no_thread_of_theirs() {
    let Some(server) = Server::shared("reading for tasks on PostgreSQL") else {
        return;
    };
    let store = open(&server.database());
    let executor = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let setting = |store: &Store| executor.block_on(store.read_async(|snapshot| snapshot.setting("nothing")));
    for _ in 0..20 {
        let panicked = executor.block_on(store.read_async::<()>(|_| panic!("on purpose")));
        assert!(matches!(panicked, Err(StoreError::Engine(_))), "{panicked:?}");
    }
    assert_eq!(setting(&store).unwrap(), None);

    // Twenty wait on the one thread that they have, for gates that are closed. Eight threads read, so at least two of the first ten are not begun.
    let (gates, closed): (Vec<_>, Vec<_>) = (0..20).map(|_| channel::<()>()).unzip();
    let runs = Arc::new(AtomicUsize::new(0));
    let waiting: Vec<_> = closed
        .into_iter()
        .map(|gate| {
            let (store, runs) = (store.clone(), Arc::clone(&runs));
            executor.spawn(async move {
                let read = store.read_async(move |_| {
                    runs.fetch_add(1, Ordering::SeqCst);
                    let _opened = gate.recv();
                    Ok(())
                });
                read.await
            })
        })
        .collect();
    let begun = async {
        while runs.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    };
    executor.block_on(begun);
    let (left, awaited) = waiting.split_at(10);
    left.iter().for_each(tokio::task::JoinHandle::abort);
    executor.block_on(tokio::task::yield_now());
    drop(gates);
    for read in awaited {
        while !read.is_finished() {
            executor.block_on(tokio::task::yield_now());
        }
    }
    assert_eq!(setting(&store).unwrap(), None);
    // With its last owner the store waits for the threads that read.
    drop((executor, store));
    let runs = runs.load(Ordering::SeqCst);
    assert!((10..=18).contains(&runs), "{runs}");
}

/// A store goes on by itself when its server comes back; nothing is acknowledged meanwhile.
#[test]
fn a_server_that_was_gone_is_found_again() {
    let test = "a PostgreSQL server that is gone for a while";
    if Server::shared(test).is_none() {
        return;
    }
    // A server of its own, since the others that share one would miss it.
    let server = Server::start(&postgres::programs().unwrap(), Some("/dev/shm".as_ref())).unwrap();
    let address = server.database();
    let store = open(&address);
    let set = |key: &'static str| {
        store
            .write(move |transaction| transaction.set_setting(key, "set"))
            .wait()
    };
    let read = |key: &str| store.read(|snapshot| snapshot.setting(key));
    set("before").unwrap();
    server.kill().unwrap();
    assert!(matches!(set("meanwhile"), Err(WriteError::Busy)));
    assert!(matches!(read("before"), Err(StoreError::Unreachable(_))));
    server.resume().unwrap();
    set("afterwards").unwrap();
    assert_eq!(read("before").unwrap().as_deref(), Some("set"));
    assert_eq!(read("meanwhile").unwrap(), None);
}

#[test]
fn a_server_that_would_lose_commits_is_refused() {
    let Some(server) = Server::shared("settings of a PostgreSQL server") else {
        return;
    };
    let address = server.database();
    let name = address.rsplit('/').next().unwrap();
    server
        .ask(&address, &format!("alter database {name} set synchronous_commit = off"))
        .unwrap();
    let refused = Store::create(&Location::Postgres(address.parse().unwrap(), vault())).err();
    let is_named = matches!(
        refused,
        Some(StoreError::Setting {
            name: "synchronous_commit",
            ..
        })
    );
    assert!(is_named, "{refused:?}");
}

#[test]
fn somebody_elses_database_is_left_alone() {
    let Some(server) = Server::shared("somebody else's database on PostgreSQL") else {
        return;
    };
    let address = server.database();
    server.ask(&address, "create table letter (id integer)").unwrap();
    let refused = Store::create(&Location::Postgres(address.parse().unwrap(), vault())).err();
    assert!(matches!(refused, Some(StoreError::ForeignDatabase)), "{refused:?}");
    let tables = "select count(*) from information_schema.tables where table_schema = 'public'";
    assert_eq!(server.ask(&address, tables).unwrap().trim(), "1");
}

/// Four processes that begin at the same moment make one schema.
#[test]
fn several_begin_to_migrate_at_once() {
    let Some(server) = Server::shared("migrations of PostgreSQL at once") else {
        return;
    };
    let address = server.database();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| drop(open(&address)));
        }
    });
    assert!(!open(&address).needs_migration().unwrap());
}
