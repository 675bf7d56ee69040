-- The index of search. It holds no word: pairs of characters are numbers here, and whether a word is in a text is looked up in the text.
-- Everything can be thrown away and made again.

-- Whether the index knows a thing as it stands now. A thing that changed waits, without a number, and is looked through until the worker has
-- put it into a segment; its old number then means nothing any more.
create table search_entry (
    -- The id first: a condition on the kind alone must not tempt an engine to read all things of that kind.
    subject     blob    not null,
    kind        text    not null,
    -- When its words, or who may read them, changed last.
    changed_at  integer not null,
    -- Counts the changes, so that a worker that read an older state does not give that one a number.
    revision    integer not null,
    number      integer,
    primary key (subject, kind)
) strict, without rowid;

create unique index search_entry_number on search_entry (number) where number is not null;
-- In the order in which numbers are given out, so that a greater number is a later change.
create index search_entry_waiting on search_entry (changed_at, subject desc) where number is null;

-- Written once and merged with its neighbours later; segments hold ranges of numbers that do not overlap.
create table search_segment (
    id     integer not null primary key,
    state  text    not null,
    low    integer not null,
    high   integer not null
) strict, without rowid;

create table search_posting (
    segment  integer not null,
    term     integer not null,
    -- The least number of the block; the differences of the others to the one before each are in it.
    low      integer not null,
    numbers  blob    not null,
    primary key (segment, term, low)
) strict, without rowid;

-- One row: which numbers come next, and which worker has the index in hand. Where it is missing the index was never made.
create table search_index (
    id            integer not null primary key,
    -- The version of folding and terms with which the index was made; 0 while it is being made again.
    format        integer not null,
    next_number   integer not null,
    next_segment  integer not null,
    -- Whether numbers that mean nothing any more are to be taken out of every segment.
    purge         integer not null,
    holder        blob,
    held_until    integer not null
) strict, without rowid;

-- Finds the task that a passage of a document belongs to.
create index task_source on task (source_document, source_start);
