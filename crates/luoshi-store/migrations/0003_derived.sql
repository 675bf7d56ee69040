-- What jobs work out from the state. It can be thrown away and made again, so nothing proves it.

-- Every task has a light from the moment it enters the ledger; plan and number are repeated so that a ledger filtered by colour is walked
-- in its own order.
create table task_light (
    task          blob    not null primary key references task (id),
    plan          blob    not null,
    number        integer not null,
    -- The day it was judged for; empty before the first time, which sorts before every day.
    day           text    not null,
    colour        text    not null,
    proof         text    not null,
    reason        text    not null,
    since         text,
    rule_version  integer not null,
    -- The latest report that is not returned, so that a page of the ledger need not look for it in the history of each task.
    latest        blob
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
