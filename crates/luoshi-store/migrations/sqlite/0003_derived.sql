-- What jobs work out from the state. It can be thrown away and made again, so nothing proves it.

-- Every task has a light from the moment it enters the ledger; plan and number are repeated so that a ledger filtered by colour is walked
-- in its own order and the colours of a plan are counted in the index alone.
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
    rule_version  integer not null
) strict, without rowid;

create index task_light_colour on task_light (plan, colour, number);
create index task_light_day on task_light (day);
