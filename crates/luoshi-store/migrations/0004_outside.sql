-- What stands outside the ledger (law 4): access, drafts, receipts given, work to do, settings. No event tells of these rows.

create table credential (
    account        blob    not null primary key references account (id),
    password_hash  text    not null,
    must_change    integer not null
) strict, without rowid;

-- Only the hash of a token is kept: whoever reads the database cannot sign in with it.
create table session (
    token_hash    blob    not null primary key,
    account       blob    not null references account (id),
    created_at    integer not null,
    last_seen_at  integer not null,
    expires_at    integer not null
) strict, without rowid;

create index session_account on session (account);
create index session_expiry on session (expires_at);

-- The key is a hash of a name, an address or both, so that the table is no list of who tried to sign in from where.
create table sign_in_attempt (
    key       blob    not null primary key,
    count     integer not null,
    first_at  integer not null
) strict, without rowid;

create index sign_in_attempt_age on sign_in_attempt (first_at);

create table report_draft (
    author      blob    not null,
    report      blob    not null,
    body        text    not null,
    updated_at  integer not null,
    primary key (author, report)
) strict, without rowid;

create table review (
    id          blob    not null primary key,
    document    blob    not null,
    version     integer not null,
    updated_by  blob    not null,
    updated_at  integer not null,
    body        text    not null
) strict;

create index review_age on review (updated_at);

create table receipt (
    command_id    blob    not null primary key,
    event_id      blob    not null,
    actor         blob    not null,
    -- A hash of the Idempotency-Key; empty where the request had none.
    key_hash      blob,
    request_hash  blob    not null,
    recorded_at   integer not null,
    note          text    not null
) strict;

create unique index receipt_key on receipt (actor, key_hash);

create table job (
    id          integer primary key,
    kind        text    not null,
    payload     text    not null,
    -- When it may be taken next: moved to the end of the lease when it is taken, to the time of the next try when it fails.
    run_at      integer not null,
    attempts    integer not null,
    last_error  text
) strict;

create index job_due on job (run_at);

create table site (
    key    text not null primary key,
    value  text not null
) strict, without rowid;
