-- Learning by moving: what was seen to go and to come, what the user moved, and what waits for a word.
ALTER TABLE account ADD COLUMN looked_at INTEGER;
ALTER TABLE account ADD COLUMN program_moves INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN program_moved_at INTEGER;
ALTER TABLE message ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
CREATE TABLE waiting (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    INTEGER NOT NULL REFERENCES account (id),
    kind       TEXT NOT NULL,
    at         INTEGER NOT NULL,
    messages   INTEGER NOT NULL,
    who_kind   TEXT,
    who        TEXT,
    category   TEXT,
    decided_at INTEGER
) STRICT;
ALTER TABLE standing_order ADD COLUMN waiting INTEGER REFERENCES waiting (id);
CREATE TABLE departure (
    id         INTEGER PRIMARY KEY,
    account    INTEGER NOT NULL REFERENCES account (id),
    folder     INTEGER NOT NULL REFERENCES folder (id),
    digest     BLOB NOT NULL,
    size       INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    renumbered INTEGER NOT NULL
) STRICT;
CREATE TABLE arrival (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    folder  INTEGER NOT NULL REFERENCES folder (id),
    uid     INTEGER NOT NULL,
    digest  BLOB NOT NULL,
    size    INTEGER NOT NULL,
    away    INTEGER NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
CREATE TABLE user_move (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    digest  BLOB NOT NULL,
    size    INTEGER NOT NULL,
    origin  INTEGER REFERENCES folder (id),
    folder  INTEGER NOT NULL REFERENCES folder (id),
    uid     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    settled INTEGER NOT NULL
) STRICT;
