-- The first schema. schema.sql explains it.
CREATE TABLE account (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE folder (
    id             INTEGER PRIMARY KEY,
    account        INTEGER NOT NULL REFERENCES account (id),
    name           TEXT NOT NULL,
    uid_validity   INTEGER NOT NULL,
    uid_next       INTEGER NOT NULL,
    highest_modseq INTEGER,
    managed_at     INTEGER,
    UNIQUE (account, name)
) STRICT;
CREATE TABLE instance (
    account  INTEGER NOT NULL REFERENCES account (id),
    digest   BLOB NOT NULL,
    size     INTEGER NOT NULL,
    mid_hash INTEGER,
    sender   TEXT,
    list     TEXT,
    older    INTEGER NOT NULL,
    standing INTEGER NOT NULL,
    PRIMARY KEY (account, digest, size)
) STRICT, WITHOUT ROWID;
CREATE INDEX instance_by_message_id ON instance (account, mid_hash) WHERE mid_hash IS NOT NULL;
CREATE INDEX instance_not_judged ON instance (account, older) WHERE standing = 0;
CREATE TABLE message (
    folder INTEGER NOT NULL REFERENCES folder (id),
    uid    INTEGER NOT NULL,
    digest BLOB NOT NULL,
    size   INTEGER NOT NULL,
    flags  INTEGER NOT NULL,
    PRIMARY KEY (folder, uid)
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger (
    account      INTEGER NOT NULL REFERENCES account (id),
    kind         TEXT NOT NULL,
    name         TEXT NOT NULL,
    received     INTEGER NOT NULL,
    read         INTEGER NOT NULL,
    flagged      INTEGER NOT NULL,
    replied      INTEGER NOT NULL,
    sent_to      INTEGER NOT NULL,
    machine      INTEGER NOT NULL,
    dmarc_passed INTEGER NOT NULL,
    warmth       REAL NOT NULL,
    warmth_at    INTEGER NOT NULL,
    volume       REAL NOT NULL,
    volume_at    INTEGER NOT NULL,
    first_seen   INTEGER NOT NULL,
    last_seen    INTEGER NOT NULL,
    last_sent    INTEGER,
    category     TEXT,
    PRIMARY KEY (account, kind, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE own_message (
    account INTEGER NOT NULL REFERENCES account (id),
    hash    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE answer (
    account INTEGER NOT NULL REFERENCES account (id),
    hash    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE authserv (
    account INTEGER NOT NULL REFERENCES account (id),
    name    TEXT NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE standing_order (
    id        INTEGER PRIMARY KEY,
    account   INTEGER REFERENCES account (id),
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    category  TEXT NOT NULL,
    given_at  INTEGER NOT NULL,
    lifted_at INTEGER,
    pending   INTEGER NOT NULL
) STRICT;
CREATE TABLE run (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    at             INTEGER NOT NULL,
    what           TEXT NOT NULL,
    standing_order INTEGER REFERENCES standing_order (id)
) STRICT;
CREATE TABLE journal (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    run             INTEGER NOT NULL REFERENCES run (id),
    at              INTEGER NOT NULL,
    account         INTEGER NOT NULL REFERENCES account (id),
    kind            TEXT NOT NULL,
    state           TEXT NOT NULL,
    category        TEXT NOT NULL,
    digest          BLOB NOT NULL,
    size            INTEGER NOT NULL,
    message_id      TEXT,
    internal_date   INTEGER NOT NULL,
    from_folder     TEXT NOT NULL,
    from_validity   INTEGER NOT NULL,
    from_uid        INTEGER NOT NULL,
    to_folder       TEXT NOT NULL,
    to_validity     INTEGER NOT NULL,
    to_next         INTEGER NOT NULL,
    to_uid          INTEGER,
    undoes          INTEGER REFERENCES journal (id),
    sender          TEXT NOT NULL,
    subject         TEXT NOT NULL,
    reasons         TEXT NOT NULL,
    trouble         TEXT
) STRICT;
CREATE INDEX journal_by_run ON journal (run);
CREATE INDEX journal_open ON journal (account) WHERE state = 'intended';
CREATE INDEX journal_by_instance ON journal (account, digest);
CREATE INDEX journal_in_force ON journal (account, category, at) WHERE state = 'done';
CREATE TRIGGER journal_is_never_deleted BEFORE DELETE ON journal BEGIN
    SELECT RAISE(ABORT, 'rows of the journal are never deleted');
END;
