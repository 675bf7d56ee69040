-- What jobs work out from the state. It can be thrown away and made again, so nothing proves it.

-- Every task has a light from the moment it enters the ledger; plan and number are repeated so that a ledger filtered by colour is walked
-- in its own order. The version and the latest report are repeated so that a page of lines, which depend on them, reads neither tasks nor
-- reports: both are wide, and of reports there are the more the older the ledger is.
create table task_light (
    task          blob    not null primary key references task (id),
    plan          blob    not null,
    number        integer not null,
    task_version  integer not null,
    -- The day it was judged for; empty before the first time, which sorts before every day.
    day           text    not null,
    colour        text    not null,
    proof         text    not null,
    reason        text    not null,
    since         text,
    rule_version  integer not null,
    -- The one that is not returned.
    latest               blob,
    latest_organisation  blob,
    latest_version       integer
) strict, without rowid;

-- How many tasks have which light, of a plan (under the id of sixteen zero bytes) and of each body in it: a ledger's head shows them on every
-- page, and counting would take longer the longer the ledger is.
create table light_total (
    plan          blob    not null,
    organisation  blob    not null,
    colour        text    not null,
    task_count    integer not null,
    primary key (plan, organisation, colour)
) strict, without rowid;

create index task_light_colour on task_light (plan, colour, number);
create index task_light_day on task_light (day);
