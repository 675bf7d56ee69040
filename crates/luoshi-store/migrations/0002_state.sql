-- The ledger as it stands: every column is a function of events and contents, and `luoshi verify` holds it to that.
-- Enumerations are stored by their stable words, numbers of targets as decimal texts, so that nothing is rounded.

create table organisation (
    id           blob    not null primary key,
    version      integer not null,
    name         text    not null,
    -- A JSON list: names are looked up in the program, as of a document's date, never by the database.
    short_names  text    not null,
    kind         text    not null
) strict;

create table account (
    id            blob    not null primary key,
    version       integer not null,
    sign_in_name  text    not null,
    display_name  text    not null,
    roles         text    not null,
    organisation  blob    not null references organisation (id)
) strict;

-- An erased name is empty and there may be many of those.
create unique index account_sign_in_name on account (sign_in_name) where sign_in_name <> '';
create index account_organisation on account (organisation);

create table document (
    id           blob    not null primary key,
    version      integer not null,
    file_name    text    not null,
    sha256       text    not null,
    byte_count   integer not null,
    received_by  blob    not null,
    received_at  integer not null,
    -- Last, because it is long and lists leave it out.
    text         text    not null
) strict;

create table plan (
    id               blob    not null primary key,
    version          integer not null,
    document         blob    references document (id),
    title            text    not null,
    document_number  text,
    issuer           text,
    document_date    text,
    year             integer not null,
    report_day       integer not null,
    state            text    not null,
    issued_at        integer
) strict;

create index plan_document on plan (document);

create table section (
    plan        blob    not null references plan (id),
    ordinal     integer not null,
    id          blob    not null,
    label       text    not null,
    title       text    not null,
    span_start  integer,
    span_end    integer,
    primary key (plan, ordinal)
) strict, without rowid;

create unique index section_id on section (id);

create table task (
    id                  blob    not null primary key,
    version             integer not null,
    plan                blob    not null references plan (id),
    section             blob    references section (id),
    number              integer not null,
    kind                text    not null,
    label               text    not null,
    title               text    not null,
    basis               text,
    source_document     blob,
    source_start        integer,
    source_end          integer,
    deliverable         text,
    due                 text,
    reporting           text    not null,
    reporting_since     integer not null,
    tracking            text    not null,
    not_tracked_reason  text,
    -- A JSON list of spans with their reasons: read whole with the task and never searched.
    excluded            text    not null,
    publication         text    not null,
    text                text    not null
) strict;

-- The ledger's order and its paging key.
create unique index task_number on task (plan, number);
create index task_section on task (section, number);
create index task_publication on task (plan, publication, number);

-- Counted as tasks come and are published, so that a list of plans does not count tens of thousands of them each time.
create table plan_total (
    plan             blob    not null primary key references plan (id),
    task_count       integer not null,
    open_task_count  integer not null
) strict, without rowid;

create table party (
    task          blob    not null references task (id),
    ordinal       integer not null,
    role          text    not null,
    raw           text    not null,
    organisation  blob    references organisation (id),
    span_start    integer,
    span_end      integer,
    inherited     integer not null,
    primary key (task, ordinal)
) strict, without rowid;

create table target (
    task           blob    not null references task (id),
    ordinal        integer not null,
    id             blob    not null,
    subject        text    not null,
    quantity_text  text    not null,
    value          text,
    value_max      text,
    unit           text    not null,
    comparator     text    not null,
    direction      text,
    strength       text,
    due            text,
    span_start     integer,
    span_end       integer,
    primary key (task, ordinal)
) strict, without rowid;

create table task_reporter (
    task          blob    not null references task (id),
    ordinal       integer not null,
    organisation  blob    not null references organisation (id),
    primary key (task, ordinal)
) strict, without rowid;

create index task_reporter_organisation on task_reporter (organisation, task);

-- The bodies that a task names or that report on it, once each: what a ledger filtered by body walks in its own order, however long it is.
create table task_organisation (
    plan          blob    not null references plan (id),
    organisation  blob    not null references organisation (id),
    number        integer not null,
    task          blob    not null references task (id),
    primary key (plan, organisation, number)
) strict, without rowid;

create index task_organisation_task on task_organisation (task);

create table report (
    id                   blob    not null primary key,
    version              integer not null,
    -- Without references: a report is written while its task is locked, its body is one that the task names, and neither ever goes. Many reports at
    -- once would share the row of their body, which costs a server a row lock for each and a record of who shares it.
    task                 blob    not null,
    organisation         blob    not null,
    period               text    not null,
    completion           integer,
    done                 text    not null,
    problems             text    not null,
    help_wanted          text    not null,
    next_step            text    not null,
    submitted_by         blob    not null,
    first_submitted_at   integer not null,
    submitted_at         integer not null,
    state                text    not null,
    -- Who approved, verified or returned it, and when.
    decided_by           blob,
    decided_at           integer,
    method               text,
    verified_completion  integer,
    conclusion           text,
    return_stage         text,
    return_reason        text
) strict;

create unique index report_task on report (task, period, organisation);
create index report_state on report (state, organisation);

-- Reported and verified values are two series in two sets of rows, never one (law 12). They are written together with their report and nowhere
-- else, so the engine does not check that it is there.
create table report_value (
    report   blob    not null,
    series   text    not null,
    ordinal  integer not null,
    target   blob    not null,
    value    text    not null,
    primary key (report, series, ordinal)
) strict, without rowid;
