CREATE TABLE rate (
    account  INTEGER PRIMARY KEY REFERENCES account (id),
    personal INTEGER NOT NULL,
    received INTEGER NOT NULL,
    read     INTEGER NOT NULL,
    replied  INTEGER NOT NULL
) STRICT;
INSERT INTO rate (account, personal, received, read, replied)
SELECT account, sum(max(received - machine, 0)), sum(received), sum(read), sum(replied)
FROM ledger WHERE kind = 'address' GROUP BY account;
