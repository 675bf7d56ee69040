-- The keys under which words lie on a server (docs/adr/0010): empty where the engine's own files can be overwritten.

-- Each epoch has a key that no database holds. One that is over has no row, so that no key can be kept under it any more.
create table word_epoch (
    id  integer not null primary key
) strict;

-- A key belongs to one thing and is destroyed with any of its words. What it is wrapped with is the key of its epoch. That the epoch is not over the
-- statement itself sees that writes a key, and whoever ends epochs keeps all others from writing; a reference would lock the row of the epoch, which
-- every new thing shares.
create table word_key (
    id       blob    not null primary key,
    thing    blob    not null,
    epoch    integer not null,
    wrapped  blob    not null
) strict, without rowid;

-- What names to sign in with are found by where they lie sealed: a hash under a key that no database holds.
create table sign_in_key (
    hash     blob    not null primary key,
    account  blob    not null references account (id)
) strict, without rowid;

create index sign_in_key_account on sign_in_key (account);
create index word_key_thing on word_key (thing);
