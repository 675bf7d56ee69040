-- What became of the transparency log: keys that took over, logs that continue others; and who may do the work of one worker.

-- A log that has always had one key has no row: its name and key are settings of the site.
create table log (
    id            blob    not null primary key,
    version       integer not null,
    origin        text    not null,
    -- The rest is empty for the first log of a site.
    previous      blob,
    previous_key  text,
    cause         text,
    checkpoint    text,
    -- The leaf at this place of the record is entry 0 of the log.
    first_place   integer,
    statement     text,
    begun_at      integer
) strict, without rowid;

create table log_key (
    log          blob    not null references log (id),
    ordinal      integer not null,
    key          text    not null,
    begins_at    integer,
    signs_until  integer,
    statement    text,
    primary key (log, ordinal)
) strict, without rowid;

-- Work that one process at a time may do. A row says who holds it and until when; it is taken and renewed in short transactions.
create table lease (
    name    text    not null primary key,
    holder  blob    not null,
    until   integer not null
) strict, without rowid;
