-- The record itself. Rows of these three tables are written once; only a leaf gets its place in the log later, once. Contents, leaf and receipt are
-- written together with their event and nowhere else, and no event ever goes; so they name it without a reference that the engine checks. Those
-- checks were a tenth of the price of a report on a server, and `luoshi verify` finds rows that name no event.
-- Ids are 16 bytes, instants are microseconds since 1970 in UTC, days are ISO texts: the same bytes in every engine.

create table event (
    id            blob    not null primary key,
    stream_kind   text    not null,
    stream_id     blob    not null,
    version       integer not null,
    kind          text    not null,
    kind_version  integer not null,
    -- The console is the id of sixteen zero bytes, so that every event names somebody and a unique key over actors holds for it too.
    actor         blob    not null,
    command_id    blob    not null,
    effective_at  integer not null,
    recorded_at   integer not null,
    -- Bytes, not text: they are kept exactly as hashed.
    payload       blob    not null
) strict;

-- The stream first: this index finds the version of a stream and reads its history in order.
create unique index event_stream on event (stream_id, stream_kind, version);

-- Words and names stand apart from the events that commit to them, so that the law can erase them without breaking a proof.
create table content (
    event_id  blob    not null,
    ordinal   integer not null,
    salt      blob    not null,
    body      text    not null,
    primary key (event_id, ordinal)
) strict;

create table leaf (
    event_id    blob    not null primary key,
    salt        blob    not null,
    entry       blob    not null,
    -- Empty until the one worker that orders the log gives the leaf its place: no row is hot while many write.
    leaf_index  integer
) strict, without rowid;

create unique index leaf_place on leaf (leaf_index) where leaf_index is not null;
create index leaf_waiting on leaf (event_id) where leaf_index is null;

-- What was signed, kept before it is published.
create table checkpoint (
    size       integer not null primary key,
    note       text    not null,
    -- Or, where leaves were waiting on, when the first of those was recorded: whatever was recorded earlier is covered.
    signed_at  integer not null
) strict;
