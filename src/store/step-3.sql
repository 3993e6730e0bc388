ALTER TABLE folder ADD COLUMN category TEXT;
UPDATE folder SET category = 'inbox' WHERE name = 'INBOX';
CREATE TABLE origin (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    address TEXT NOT NULL,
    list    TEXT
) STRICT;
ALTER TABLE message ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN origin INTEGER;
ALTER TABLE message ADD COLUMN subject TEXT;
-- The best that is known until the headers are read again.
UPDATE message SET at = coalesce(
    (SELECT i.older FROM folder f JOIN instance i ON i.account = f.account
     WHERE f.id = message.folder AND i.digest = message.digest AND i.size = message.size), 0);
CREATE INDEX message_by_arrival ON message (folder, at, uid, flags, origin);
CREATE INDEX message_deleted ON message (folder, flags) WHERE flags & 8 <> 0;
CREATE INDEX message_not_shown ON message (folder) WHERE subject IS NULL;
CREATE TABLE trial (
    account    INTEGER PRIMARY KEY REFERENCES account (id),
    at         INTEGER NOT NULL,
    answered   INTEGER NOT NULL,
    filed_away INTEGER NOT NULL
) STRICT;
