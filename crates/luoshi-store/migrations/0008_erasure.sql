-- Erasures by law: who proposed and who agreed, on which ground, and which texts and files. State, as all tables of 0002.

create table erasure (
    id              blob    not null primary key,
    version         integer not null,
    ground          text    not null,
    explanation     text    not null,
    proposed_by     blob    not null,
    proposed_at     integer not null,
    state           text    not null,
    -- Who confirmed or declined it, and when.
    decided_by      blob,
    decided_at      integer,
    decline_reason  text
) strict;

create table erasure_text (
    erasure       blob    not null references erasure (id),
    ordinal       integer not null,
    event         blob    not null,
    text_ordinal  integer not null,
    primary key (erasure, ordinal)
) strict, without rowid;

create index erasure_text_event on erasure_text (event, text_ordinal);

create table erasure_file (
    erasure  blob    not null references erasure (id),
    ordinal  integer not null,
    sha256   text    not null,
    primary key (erasure, ordinal)
) strict, without rowid;

create index erasure_file_sha256 on erasure_file (sha256);

-- What of an erasure is still to be done outside the rows: files, free pages, the write-ahead log. Outside the ledger; no event tells of it.
create table scrubbing (
    erasure      blob    not null primary key,
    asked_at     integer not null,
    finished_at  integer
) strict, without rowid;

-- When the job was written, for the age of the oldest; rows of earlier releases have nothing better than the time of their next try.
alter table job add column enqueued_at integer;
-- When it was given up; such a job is shown to people and taken by nobody.
alter table job add column buried_at integer;
