-- Files that reports carry (佐证材料), and the files themselves as the site keeps them.

-- State: a function of events and contents. A file that a later submission left out stays, with an empty ordinal: the event that brought it
-- still speaks of it.
create table evidence (
    report        blob    not null references report (id),
    id            blob    not null,
    ordinal       integer,
    -- The reporting body again: files are kept for one body each, and this is how they are looked up.
    organisation  blob    not null references organisation (id),
    sha256        text    not null,
    byte_count    integer not null,
    media_type    text    not null,
    name          text    not null,
    primary key (report, id)
) strict, without rowid;

create unique index evidence_id on evidence (id);
create index evidence_content on evidence (organisation, sha256);

-- Files of reports that are still being written: outside the ledger, as the drafts are.
create table draft_evidence (
    author        blob    not null,
    id            blob    not null,
    report        blob    not null,
    organisation  blob    not null,
    sha256        text    not null,
    byte_count    integer not null,
    media_type    text    not null,
    name          text    not null,
    added_at      integer not null,
    -- In the order in which they came, from 1, with gaps where one was removed.
    ordinal       integer not null,
    primary key (author, id)
) strict, without rowid;

create index draft_evidence_draft on draft_evidence (author, report, ordinal);
create index draft_evidence_content on draft_evidence (organisation, sha256);

-- Which bytes lie where. A row is written before its bytes are, so that no file is on the disk that nobody knows of. A place is used once:
-- the bytes of a condemned row can be removed at leisure, since the same bytes coming again get a place of their own.
create table stored_file (
    place         blob    not null primary key,
    -- Whose file it is; sixteen zero bytes for the source documents of the site itself.
    organisation  blob    not null,
    sha256        text    not null,
    byte_count    integer not null,
    -- When somebody last began, found or let go of it: the grace of the sweep is counted from here.
    used_at       integer not null,
    -- Empty until the bytes are durable.
    stored_at     integer,
    -- From then on nobody may refer to it, and its bytes will go.
    condemned_at  integer
) strict, without rowid;

create unique index stored_file_content on stored_file (organisation, sha256) where stored_at is not null and condemned_at is null;
create index stored_file_hash on stored_file (sha256);
create index evidence_hash on evidence (sha256);
create index stored_file_use on stored_file (used_at);
create index stored_file_condemned on stored_file (condemned_at) where condemned_at is not null;
