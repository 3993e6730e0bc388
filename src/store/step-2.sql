ALTER TABLE ledger ADD COLUMN personal_volume REAL NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN burst REAL NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN personal_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN answers REAL NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN answers_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN lately REAL NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN lately_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN answered_user INTEGER NOT NULL DEFAULT 0;
-- What older databases counted without dates is taken to be as old as the last mail.
UPDATE ledger SET personal_volume = received - machine, personal_at = volume_at, answers = replied, answers_at = warmth_at;
ALTER TABLE instance ADD COLUMN habits INTEGER NOT NULL DEFAULT 0;
CREATE TABLE topic (
    account INTEGER NOT NULL REFERENCES account (id),
    hash    INTEGER NOT NULL,
    own     INTEGER NOT NULL,
    waiting INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;
