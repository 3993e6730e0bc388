CREATE TABLE object (
    account INTEGER NOT NULL REFERENCES account (id),
    id      INTEGER NOT NULL,
    digest  BLOB NOT NULL,
    size    INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;
ALTER TABLE arrival ADD COLUMN former_digest BLOB;
ALTER TABLE arrival ADD COLUMN former_size INTEGER;
ALTER TABLE departure ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
CREATE TABLE thrown (
    account INTEGER NOT NULL REFERENCES account (id),
    digest  BLOB NOT NULL,
    size    INTEGER NOT NULL,
    PRIMARY KEY (account, digest, size)
) STRICT, WITHOUT ROWID;
