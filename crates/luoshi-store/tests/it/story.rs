//! The conformance story: every function of the store, told against [`Store`] alone. Each engine has to tell it alike, so an engine is one
//! more line at the end.
//!
//! Each chapter is in the module of its noun; what a test does behind the store's back is in `tampering`.

mod access;
mod copy;
mod draft;
mod erasure;
mod evidence;
mod job;
mod ledger;
mod light;
mod log;
mod people;
mod plan;
mod replay;
mod report;
mod search;
mod stored_file;

use luoshi_equipment::postgres::{Pooler, Server};
use luoshi_store::{Location, Store};

pub(crate) use self::{
    erasure::{erase, is_found_by_replay},
    replay::eventful,
};
use crate::scene::next_id;
use crate::vault::vault;

fn in_memory() -> Store {
    Store::create(&Location::SqliteInMemory).unwrap()
}

/// Runs every chapter on stores that `open` makes, each empty and migrated.
fn tell(open: &dyn Fn() -> Store) {
    people::people_and_documents(open());
    plan::a_plan_as_it_is_adopted(open());
    report::a_report_all_the_way(open());
    ledger::the_ledger_and_its_filters(open());
    plan::duties(open());
    light::lights(open());
    log::the_log(open());
    log::receipts(open());
    log::one_holder_at_a_time(open());
    log::keys_and_continuations(open());
    log::places_are_given_back(open());
    job::jobs(open());
    job::a_job_that_fails_does_not_take_others_with_it(open());
    job::a_lost_lease(open());
    job::jobs_that_are_given_up(open());
    access::access(open());
    draft::drafts_and_reviews(open());
    erasure::words_that_have_to_go(open());
    erasure::everything_that_repeats_them(open());
    evidence::evidence_from_draft_to_report(open());
    stored_file::the_register_of_files(open());
    stored_file::what_is_condemned(open());
    log::what_append_and_apply_refuse(open());
    replay::replaying_a_clean_ledger(open());
    replay::a_past_day(open());
    search::who_finds_what(open());
    search::reports_and_their_words(open());
    search::segments_and_merges(open());
    search::a_worker_that_is_stopped_or_outrun(open());
    search::a_database_from_before(open());
    copy::copying(open(), &open());
}

#[test]
fn sqlite_in_memory() {
    tell(&in_memory);
}

#[test]
fn sqlite_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    tell(&|| Store::create(&Location::Sqlite(folder.path().join(next_id().to_string()))).unwrap());
}

#[test]
fn postgres() {
    let Some(server) = Server::shared("the conformance story on PostgreSQL") else {
        return;
    };
    tell(&|| Store::create(&Location::Postgres(server.database().parse().unwrap(), vault())).unwrap());
}

#[test]
fn postgres_behind_a_pooler() {
    let test = "the conformance story behind PgBouncer";
    let Some(server) = Server::shared(test) else { return };
    let Some(pooler) = Pooler::before(&server, test) else {
        return;
    };
    tell(&|| {
        let address = pooler.address_of(&server.database()) + "?pooler=transaction";
        Store::create(&Location::Postgres(address.parse().unwrap(), vault())).unwrap()
    });
}

#[test]
fn a_ledger_moves_between_engines() {
    let Some(server) = Server::shared("moving a ledger to PostgreSQL and back") else {
        return;
    };
    let on_server = || Store::create(&Location::Postgres(server.database().parse().unwrap(), vault())).unwrap();
    copy::copying(in_memory(), &on_server());
    copy::copying(on_server(), &in_memory());
}
