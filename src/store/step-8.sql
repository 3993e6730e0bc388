CREATE TABLE digest (
    account   INTEGER PRIMARY KEY REFERENCES account (id),
    looked_at INTEGER NOT NULL,
    orders    INTEGER NOT NULL
) STRICT;
