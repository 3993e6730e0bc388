CREATE TABLE fit (
    account    INTEGER PRIMARY KEY REFERENCES account (id),
    answers    INTEGER NOT NULL,
    passed_by  INTEGER NOT NULL,
    looked_at  INTEGER NOT NULL,
    level      REAL NOT NULL,
    level_room REAL NOT NULL
) STRICT;
CREATE TABLE fit_shift (
    account INTEGER NOT NULL REFERENCES account (id),
    signal  TEXT NOT NULL,
    shift   REAL NOT NULL,
    room    REAL NOT NULL,
    usual   REAL NOT NULL,
    PRIMARY KEY (account, signal)
) STRICT, WITHOUT ROWID;
CREATE TABLE fit_waiting (
    account   INTEGER NOT NULL REFERENCES account (id),
    hash      INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    read      INTEGER NOT NULL,
    odds      REAL NOT NULL,
    strengths TEXT NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;
