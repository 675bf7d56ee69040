//! Jobs beside a clock that a test sets: pauses between tries, what is given up, and that one that fails keeps nobody else from running.
//!
//! What a job of a kind does is told where that is.

use luoshi_app::AppError;
use luoshi_ledger::{
    Actor, Command, Role,
    command::{FoundOrganisation, IssuePlan},
    ids::OrganisationId,
    organisation::OrganisationKind,
};
use luoshi_store::{Location, Store};

use crate::site::Site;

/// A second way into the site's jobs.
fn store(site: &Site) -> Store {
    Store::open(&Location::Sqlite(site.folder.path().join("luoshi.db"))).unwrap()
}

fn enqueue(site: &Site, kind: &'static str) {
    let now = site.app.now();
    store(site)
        .write(move |transaction| transaction.enqueue(kind, "", now))
        .wait()
        .unwrap();
}

#[tokio::test]
async fn a_job_that_always_fails_is_given_up_and_others_go_on() {
    let site = Site::new();
    let supervisor = site.supervisor().await;
    site.app.drain_jobs().await.unwrap();
    // A kind that a later release wrote and this one does not know fails whenever it is tried.
    enqueue(&site, "of_another_release");
    let before = site.app.checkpoint().unwrap();
    site.execute(Command::FoundOrganisation(FoundOrganisation {
        organisation: OrganisationId(site.app.new_id()),
        name: "省财政厅".to_owned(),
        short_names: Vec::new(),
        kind: OrganisationKind::Department,
    }))
    .await;
    assert!(site.app.drain_jobs().await.is_err());
    assert_ne!(site.app.checkpoint().unwrap(), before, "the log went on");

    let jobs = site.app.jobs(&supervisor).unwrap();
    assert_eq!((jobs.len(), jobs[0].attempts, jobs[0].buried_at), (1, 1, None));
    let pause = jobs[0].run_at.duration_since(site.app.now()).as_secs();
    assert!((10..=30).contains(&pause), "{pause}");
    assert!(site.app.drain_jobs().await.is_ok(), "before its time nobody tries it");
    assert_eq!(site.app.jobs(&supervisor).unwrap()[0].attempts, 1);

    let mut tries = 1;
    let mut pauses = vec![pause];
    loop {
        let job = site.app.jobs(&supervisor).unwrap().remove(0);
        if job.buried_at.is_some() {
            break;
        }
        site.clock.set(job.run_at);
        assert!(site.app.drain_jobs().await.is_err());
        tries += 1;
        let job = site.app.jobs(&supervisor).unwrap().remove(0);
        if job.buried_at.is_none() {
            pauses.push(job.run_at.duration_since(site.app.now()).as_secs());
        }
    }
    assert_eq!(tries, 14);
    assert!(pauses.iter().all(|pause| *pause <= 6 * 3600), "{pauses:?}");
    assert!(pauses[12] > 2 * 3600, "{pauses:?}");
    let counts = site.app.job_counts(&Actor::console()).unwrap();
    assert_eq!((counts.waiting, counts.buried, counts.oldest), (0, 1, None));
    let buried = site.app.jobs(&supervisor).unwrap().remove(0);
    assert_eq!(buried.last_error.as_deref(), Some("internal: unknown kind of job"));
    site.clock.set("2027-01-01T00:00:00Z".parse().unwrap());
    site.app.drain_jobs().await.unwrap();

    // People look at it, have it tried again, and throw it away.
    let clerk = site.person("填报", Role::Clerk, supervisor.organisation.unwrap()).await;
    assert!(matches!(site.app.jobs(&clerk), Err(AppError::Forbidden)));
    assert!(matches!(
        site.app.retry_job(&clerk, buried.id).await,
        Err(AppError::Forbidden)
    ));
    assert!(matches!(
        site.app.discard_job(&clerk, buried.id).await,
        Err(AppError::Forbidden)
    ));
    site.app.retry_job(&supervisor, buried.id).await.unwrap();
    assert!(matches!(
        site.app.retry_job(&supervisor, buried.id).await,
        Err(AppError::NotFound)
    ));
    assert!(site.app.drain_jobs().await.is_err());
    let revived = site.app.jobs(&supervisor).unwrap().remove(0);
    assert_eq!((revived.attempts, revived.buried_at), (1, None));
    assert!(
        matches!(
            site.app.discard_job(&supervisor, buried.id).await,
            Err(AppError::NotFound)
        ),
        "it is tried still"
    );
}

/// A job that ends its worker, as by a defect that aborts the process, comes back by its lease and is given up all the same.
#[tokio::test]
async fn a_job_that_ends_its_worker_is_given_up() {
    let site = Site::new();
    let supervisor = site.supervisor().await;
    site.app.drain_jobs().await.unwrap();
    enqueue(&site, "deadly");
    let second = store(&site);
    for _ in 0..14 {
        let now = site.app.now();
        let lease = now.checked_add(jiff::SignedDuration::from_mins(1)).unwrap();
        let taken = second
            .write(move |transaction| transaction.take_jobs(now, lease))
            .wait()
            .unwrap();
        assert_eq!(taken.len(), 1);
        site.clock.set(lease);
    }
    site.app.drain_jobs().await.unwrap();
    let jobs = site.app.jobs(&supervisor).unwrap();
    assert_eq!(jobs.len(), 1);
    assert_eq!(
        jobs[0].last_error.as_deref(),
        Some("the worker ended without an answer")
    );
    site.app.discard_job(&supervisor, jobs[0].id).await.unwrap();
    assert_eq!(site.app.jobs(&supervisor).unwrap(), []);
}

/// Each change left a job of its own for the log. A process that was killed had tried all that waited, so they were taken one by one afterwards,
/// with a rest after each, and a server that was told to end went through thousands first.
#[tokio::test]
async fn a_change_waits_for_the_log_by_its_leaf_alone() {
    let (site, plan) = Site::issued().await;
    let supervisor = site.supervisor().await;
    assert_eq!(site.app.jobs(&supervisor).unwrap(), []);
    let waiting = || store(&site).read(|snapshot| Ok(snapshot.unsequenced_leaves(1_000)?.len()));
    let before = waiting().unwrap();
    assert!(before > 0);
    let again = luoshi_app::Request::from(Command::IssuePlan(IssuePlan {
        plan,
        effective_on: None,
    }));
    assert!(site.app.execute(&supervisor, again).await.is_err());
    assert_eq!(waiting().unwrap(), before, "what was refused left a leaf");
    site.app.drain_jobs().await.unwrap();
    assert_eq!(waiting().unwrap(), 0);
}

#[tokio::test]
async fn a_log_that_cannot_be_written_is_one_job_with_its_cause_until_it_can_be() {
    let site = Site::new();
    let supervisor = site.supervisor().await;
    site.app.drain_jobs().await.unwrap();
    let before = site.app.checkpoint().unwrap();
    let (checkpoint, aside) = (
        site.folder.path().join("log/checkpoint"),
        site.folder.path().join("aside"),
    );
    std::fs::rename(&checkpoint, &aside).unwrap();
    std::fs::create_dir(&checkpoint).unwrap();
    for name in ["省财政厅", "省水利厅"] {
        site.execute(Command::FoundOrganisation(FoundOrganisation {
            organisation: OrganisationId(site.app.new_id()),
            name: name.to_owned(),
            short_names: Vec::new(),
            kind: OrganisationKind::Department,
        }))
        .await;
        assert!(site.app.drain_jobs().await.is_err());
        let jobs = site.app.jobs(&supervisor).unwrap();
        assert_eq!(
            (jobs.len(), jobs[0].kind.as_str(), jobs[0].attempts),
            (1, "integrate_log", 1)
        );
        assert!(jobs[0].last_error.is_some());
    }
    std::fs::remove_dir(&checkpoint).unwrap();
    std::fs::rename(&aside, &checkpoint).unwrap();
    let job = site.app.jobs(&supervisor).unwrap().remove(0);
    site.clock.set(job.run_at);
    site.app.drain_jobs().await.unwrap();
    assert_eq!(site.app.jobs(&supervisor).unwrap(), []);
    assert_ne!(site.app.checkpoint().unwrap(), before);
}
