-- Instances are written in the order in which they come and found by a small index, and whom they are from is said once, in origin.
-- The first pass over 100,000 messages spent most of its time on moving pages of the old table in and out of the cache.
CREATE TABLE origin_of (address TEXT NOT NULL, list TEXT, id INTEGER NOT NULL) STRICT;
INSERT INTO origin_of SELECT address, list, min(id) FROM origin GROUP BY address, list;
CREATE INDEX origin_of_address ON origin_of (address, list);
INSERT INTO origin (name, address, list) SELECT DISTINCT '', coalesce(i.sender, ''), i.list FROM instance i
    WHERE NOT EXISTS (SELECT 1 FROM origin_of o WHERE o.address = coalesce(i.sender, '') AND o.list IS i.list);
DELETE FROM origin_of;
INSERT INTO origin_of SELECT address, list, min(id) FROM origin GROUP BY address, list;
DROP INDEX instance_by_message_id;
DROP INDEX instance_not_judged;
ALTER TABLE instance RENAME TO instance_of_old;
CREATE TABLE instance (
    id       INTEGER PRIMARY KEY,
    account  INTEGER NOT NULL REFERENCES account (id),
    digest   BLOB NOT NULL,
    size     INTEGER NOT NULL,
    mid_hash INTEGER,
    origin   INTEGER NOT NULL,
    older    INTEGER NOT NULL,
    standing INTEGER NOT NULL,
    habits   INTEGER NOT NULL DEFAULT 0,
    UNIQUE (digest, size, account)
) STRICT;
INSERT INTO instance (account, digest, size, mid_hash, origin, older, standing, habits)
    SELECT i.account, i.digest, i.size, i.mid_hash, o.id, i.older, i.standing, i.habits
    FROM instance_of_old i JOIN origin_of o ON o.address = coalesce(i.sender, '') AND o.list IS i.list
    ORDER BY i.account, i.older;
CREATE INDEX instance_by_message_id ON instance (mid_hash, account);
CREATE INDEX instance_not_judged ON instance (account, older) WHERE standing = 0;
DROP TABLE instance_of_old;
DROP TABLE origin_of;
