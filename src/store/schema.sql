-- What a freshly migrated database looks like. A test compares this file with a real one: change both together.
-- Times are seconds since 1970-01-01 UTC. Names of mailboxes are as the server spells them.

-- One IMAP login. Its name in the config is its identity here.
CREATE TABLE account (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    looked_at        INTEGER,                     -- when INBOX and the managed mailboxes were last read; NULL: never
    program_moves    INTEGER NOT NULL DEFAULT 0,  -- moves by a program: within seconds of the arrival, or on delivery
    program_moved_at INTEGER                      -- the last of them
) STRICT;

-- How far a mailbox has been read. Written in the same transaction as what was learned from it (bichon#297).
CREATE TABLE folder (
    id             INTEGER PRIMARY KEY,
    account        INTEGER NOT NULL REFERENCES account (id),
    name           TEXT NOT NULL,
    uid_validity   INTEGER NOT NULL,
    uid_next       INTEGER NOT NULL,              -- the first UID that has not been read
    highest_modseq INTEGER,                       -- flags are known up to here; NULL without CONDSTORE
    managed_at     INTEGER,                       -- since when mailherd files into it; NULL: it does not
    category       TEXT,                          -- whose mail lies in it: inbox, or what mailherd files into it; NULL: neither
    UNIQUE (account, name)
) STRICT;

-- A physical message, wherever it lies: seen once, learned from once, judged once.
CREATE TABLE instance (
    id       INTEGER PRIMARY KEY,                 -- in the order in which they were seen: what is written together lies together
    account  INTEGER NOT NULL REFERENCES account (id),
    digest   BLOB NOT NULL,                       -- 16 bytes: SHA-256 of its header fields, cut
    size     INTEGER NOT NULL,                    -- RFC822.SIZE
    mid_hash INTEGER,                             -- of its Message-ID; NULL when it has none
    origin   INTEGER NOT NULL,                    -- whom it is from, the user's own mail too
    older    INTEGER NOT NULL,                    -- the older one of INTERNALDATE and Date
    standing INTEGER NOT NULL,                    -- 0 not judged yet, 1 kept in INBOX, 2 filed, 3 first seen elsewhere
    habits   INTEGER NOT NULL DEFAULT 0,          -- the kinds of mail that it was of when it was learned from
    UNIQUE (digest, size, account)
) STRICT;
-- What differs stands first: SQLite compares whole keys only as far as it must.
CREATE INDEX instance_by_message_id ON instance (mid_hash, account);
CREATE INDEX instance_not_judged ON instance (account, older) WHERE standing = 0;

-- The server's own names for messages, where it has some: EMAILID (RFC 8474), X-GM-MSGID.
CREATE TABLE object (
    account INTEGER NOT NULL REFERENCES account (id),
    id      INTEGER NOT NULL,                     -- the first 64 bits of its SHA-256
    digest  BLOB NOT NULL,                        -- the instance as which it was seen last
    size    INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) STRICT, WITHOUT ROWID;

-- Where instances lie, as far as mailherd has looked.
CREATE TABLE message (
    folder INTEGER NOT NULL REFERENCES folder (id),
    uid    INTEGER NOT NULL,
    digest BLOB NOT NULL,
    size   INTEGER NOT NULL,
    flags  INTEGER NOT NULL,                      -- bits: seen, answered, flagged, deleted, draft, $Important
    at     INTEGER NOT NULL DEFAULT 0,            -- when it arrived: INTERNALDATE, else Date
    origin INTEGER,                               -- whom it is from; NULL: the user's own, or not read for lists yet
    subject TEXT,                                 -- cut; '' outside the mailboxes that lists show; NULL: to be read again
    since  INTEGER NOT NULL DEFAULT 0,            -- when it was first seen there, or put there by us
    PRIMARY KEY (folder, uid)
) STRICT, WITHOUT ROWID;
-- The order of lists. flags: what is marked as deleted is not shown, what is unread is counted. origin: mail per sender and week.
CREATE INDEX message_by_arrival ON message (folder, at, uid, flags, origin);
-- There are few, and counting all and taking these off is twice as fast as looking at each.
CREATE INDEX message_deleted ON message (folder, flags) WHERE flags & 8 <> 0;
CREATE INDEX message_not_shown ON message (folder) WHERE subject IS NULL;

-- Whom mail is from: each display name with its address and List-Id once.
CREATE TABLE origin (
    id      INTEGER PRIMARY KEY,                  -- of the other columns: SHA-256, cut to 64 bits; any number in rows of schema 8
    name    TEXT NOT NULL,                        -- as the sender wrote it, cut; '' without one
    address TEXT NOT NULL,                        -- '' when From holds none
    list    TEXT                                  -- List-Id
) STRICT;

-- What the account's history says of a sender, a list and a domain.
CREATE TABLE ledger (
    account      INTEGER NOT NULL REFERENCES account (id),
    kind         TEXT NOT NULL,                   -- address, list, domain; own (the user's address), habit (a kind of mail), account (all of it)
    name         TEXT NOT NULL,
    received     INTEGER NOT NULL,
    read         INTEGER NOT NULL,
    flagged      INTEGER NOT NULL,
    replied      INTEGER NOT NULL,
    sent_to      INTEGER NOT NULL,
    machine      INTEGER NOT NULL,
    dmarc_passed INTEGER NOT NULL,
    warmth       REAL NOT NULL,                   -- decayed count, as it was at warmth_at
    warmth_at    INTEGER NOT NULL,
    volume       REAL NOT NULL,                   -- decayed count, as it was at volume_at
    volume_at    INTEGER NOT NULL,
    first_seen   INTEGER NOT NULL,
    last_seen    INTEGER NOT NULL,
    last_sent    INTEGER,
    category     TEXT,                            -- what its last judged mail was
    personal_volume REAL NOT NULL DEFAULT 0,      -- decayed count of mail by people, as it was at personal_at
    burst           REAL NOT NULL DEFAULT 0,      -- the same, of the last days
    personal_at     INTEGER NOT NULL DEFAULT 0,
    answers         REAL NOT NULL DEFAULT 0,      -- decayed count of answers that the user gave, as it was at answers_at
    answers_at      INTEGER NOT NULL DEFAULT 0,
    lately          REAL NOT NULL DEFAULT 0,      -- mail that the user sent in the last days, decayed, as it was at lately_at
    lately_at       INTEGER NOT NULL DEFAULT 0,
    answered_user   INTEGER NOT NULL DEFAULT 0,   -- of the received: answers to mail of the user's own
    discarded       INTEGER NOT NULL DEFAULT 0,   -- of the received: thrown away unread
    gap_mean        REAL NOT NULL DEFAULT 0,      -- between two mails: mean of the logarithm of the hours, the last counting most
    gap_variance    REAL NOT NULL DEFAULT 0,      -- the variance of that logarithm
    gaps            INTEGER NOT NULL DEFAULT 0,   -- how many were seen, up to 8
    template        INTEGER NOT NULL DEFAULT 0,   -- hash of the subject that prevails, numbers and names aside; 0: none
    template_votes  INTEGER NOT NULL DEFAULT 0,   -- how much it prevails
    PRIMARY KEY (account, kind, name)
) STRICT, WITHOUT ROWID;

-- Message-IDs (hashed) of the user's own mail: an answer to one of them is a thread of the user's.
CREATE TABLE own_message (
    account INTEGER NOT NULL REFERENCES account (id),
    hash    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

-- Message-IDs (hashed) that the user has answered.
CREATE TABLE answer (
    account INTEGER NOT NULL REFERENCES account (id),
    hash    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

-- Subjects (hashed): what the user wrote about them, and what came since.
CREATE TABLE topic (
    account INTEGER NOT NULL REFERENCES account (id),
    hash    INTEGER NOT NULL,
    own     INTEGER NOT NULL,                     -- mail that the user wrote about it
    waiting INTEGER NOT NULL,                     -- mail by people that came since
    at      INTEGER NOT NULL,                     -- when the user last wrote about it, or 0
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

-- Which authserv-id tops how much of the received mail; '' counts mail without the header.
CREATE TABLE authserv (
    account INTEGER NOT NULL REFERENCES account (id),
    name    TEXT NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;

-- How the user treats mail in general: counts over all senders.
CREATE TABLE rate (
    account  INTEGER PRIMARY KEY REFERENCES account (id),
    personal INTEGER NOT NULL,                    -- mail received without a machine's or list's sign
    received INTEGER NOT NULL,
    read     INTEGER NOT NULL,
    replied  INTEGER NOT NULL
) STRICT;

-- What the account's own habits come to; no row: nothing was learned.
CREATE TABLE fit (
    account    INTEGER PRIMARY KEY REFERENCES account (id),
    answers    INTEGER NOT NULL,                  -- mail that taught by being answered or flagged
    passed_by  INTEGER NOT NULL,                  -- mail that taught by being left alone
    looked_at  INTEGER NOT NULL,
    level      REAL NOT NULL,                  -- log-odds of an answer beside the weights
    level_room REAL NOT NULL                  -- its variance
) STRICT;

-- What the fit has made of each signal.
CREATE TABLE fit_shift (
    account INTEGER NOT NULL REFERENCES account (id),
    signal  TEXT NOT NULL,
    shift   REAL NOT NULL,                  -- added to the weight
    room    REAL NOT NULL,                  -- variance
    usual   REAL NOT NULL,                  -- mean strength of late
    PRIMARY KEY (account, signal)
) STRICT, WITHOUT ROWID;

-- Mail that was judged and waits for what the user does with it.
CREATE TABLE fit_waiting (
    account   INTEGER NOT NULL REFERENCES account (id),
    hash      INTEGER NOT NULL,                  -- of its Message-ID
    at        INTEGER NOT NULL,
    read      INTEGER NOT NULL,
    odds      REAL NOT NULL,                  -- log-odds of importance by the weights alone
    strengths TEXT NOT NULL,                  -- NAME=STRENGTH NAME=STRENGTH
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

-- What waits for the user's word.
CREATE TABLE waiting (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account    INTEGER NOT NULL REFERENCES account (id),
    kind       TEXT NOT NULL,                     -- order, reorganisation, return
    at         INTEGER NOT NULL,
    messages   INTEGER NOT NULL,                  -- that the user moved
    who_kind   TEXT,                              -- of a return: whose mail could come back out of Blackhole
    who        TEXT,
    category   TEXT,                              -- of a return: where it would go
    decided_at INTEGER                            -- NULL: it still waits
) STRICT;

-- The user's own word about an address, a domain or a list.
CREATE TABLE standing_order (
    id        INTEGER PRIMARY KEY,
    account   INTEGER REFERENCES account (id),    -- NULL: on all accounts
    kind      TEXT NOT NULL,                      -- address, domain, list
    name      TEXT NOT NULL,
    category  TEXT NOT NULL,
    given_at  INTEGER NOT NULL,
    lifted_at INTEGER,                            -- NULL: in force
    pending   INTEGER NOT NULL,                   -- 1: waits for the user's word
    run       INTEGER REFERENCES run (id),        -- the run that moved the mail it was given with; several orders may share one
    waiting   INTEGER REFERENCES waiting (id),    -- with what it waits, or waited
    origin    TEXT NOT NULL DEFAULT 'said'        -- said: in so many words; moved: by moving mail; import: from another program
) STRICT;

-- The last backtest of an account: mail that the user answered, and how much of it would have been filed away.
CREATE TABLE trial (
    account    INTEGER PRIMARY KEY REFERENCES account (id),
    at         INTEGER NOT NULL,
    answered   INTEGER NOT NULL,
    filed_away INTEGER NOT NULL
) STRICT;

-- A batch in the journal that can be undone as a whole.
CREATE TABLE run (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    at             INTEGER NOT NULL,
    what           TEXT NOT NULL,                 -- pass, order, undo, return, digest, import
    standing_order INTEGER REFERENCES standing_order (id) -- the order that this run carried out
) STRICT;

-- One row for each change to the mailbox, written before it is made, never deleted.
CREATE TABLE journal (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    run             INTEGER NOT NULL REFERENCES run (id),
    at              INTEGER NOT NULL,
    account         INTEGER NOT NULL REFERENCES account (id),
    kind            TEXT NOT NULL,                -- move, flag, append
    state           TEXT NOT NULL,                -- intended, done, refused, undone, gone
    category        TEXT NOT NULL,
    digest          BLOB NOT NULL,
    size            INTEGER NOT NULL,
    message_id      TEXT,
    internal_date   INTEGER NOT NULL,
    from_folder     TEXT NOT NULL,
    from_validity   INTEGER NOT NULL,
    from_uid        INTEGER NOT NULL,
    to_folder       TEXT NOT NULL,
    to_validity     INTEGER NOT NULL,             -- the target's UIDVALIDITY
    to_next         INTEGER NOT NULL,             -- the target's UIDNEXT before the change
    to_uid          INTEGER,                      -- where it came to lie; set while intended: the copy is proven
    undoes          INTEGER REFERENCES journal (id),
    sender          TEXT NOT NULL,
    subject         TEXT NOT NULL,
    reasons         TEXT NOT NULL,                -- JSON array
    trouble         TEXT                          -- why it was refused
) STRICT;
CREATE INDEX journal_by_run ON journal (run);
CREATE INDEX journal_open ON journal (account) WHERE state = 'intended';
CREATE INDEX journal_by_instance ON journal (account, digest);
CREATE INDEX journal_in_force ON journal (account, category, at) WHERE state = 'done';
CREATE TRIGGER journal_is_never_deleted BEFORE DELETE ON journal BEGIN
    SELECT RAISE(ABORT, 'rows of the journal are never deleted');
END;

-- What the daily digest has to remember; what it told is in the journal.
CREATE TABLE digest (
    account   INTEGER PRIMARY KEY REFERENCES account (id),
    looked_at INTEGER NOT NULL,                   -- when there was last a digest, or a reason for none
    orders    INTEGER NOT NULL                    -- the last order that one told of
) STRICT;

-- A message that left INBOX or a managed mailbox, and not by us. It stays here until it is seen where it went, or until the
-- next pass has looked everywhere.
CREATE TABLE departure (
    id         INTEGER PRIMARY KEY,
    account    INTEGER NOT NULL REFERENCES account (id),
    folder     INTEGER NOT NULL REFERENCES folder (id),
    digest     BLOB NOT NULL,
    size       INTEGER NOT NULL,
    since      INTEGER NOT NULL,                  -- since when it had been there
    at         INTEGER NOT NULL,                  -- when it was missed
    renumbered INTEGER NOT NULL,                  -- 1: the mailbox got a new UIDVALIDITY; the message may still be there
    unread     INTEGER NOT NULL DEFAULT 0         -- 1: it had neither \Seen nor \Deleted, and was not looked for in Trash yet
) STRICT;

-- Unread mail that the user moved to Trash, so that it counts once.
CREATE TABLE thrown (
    account INTEGER NOT NULL REFERENCES account (id),
    digest  BLOB NOT NULL,
    size    INTEGER NOT NULL,
    PRIMARY KEY (account, digest, size)
) STRICT, WITHOUT ROWID;

-- A message that came into INBOX or a managed mailbox and was seen elsewhere before, or that came while nobody watched.
CREATE TABLE arrival (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    folder  INTEGER NOT NULL REFERENCES folder (id),
    uid     INTEGER NOT NULL,
    digest  BLOB NOT NULL,
    size    INTEGER NOT NULL,
    away    INTEGER NOT NULL,                     -- 1: never seen anywhere, and it arrived while mailherd was away
    at      INTEGER NOT NULL,
    former_digest BLOB,                           -- what it was before, when the server now shows other header fields of it
    former_size   INTEGER
) STRICT;

-- A message that the user moved. Gone when an order was made of it, except in Blackhole, where its fall is counted from here.
CREATE TABLE user_move (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    digest  BLOB NOT NULL,
    size    INTEGER NOT NULL,
    origin  INTEGER REFERENCES folder (id),       -- where it lay before; NULL: it was moved while mailherd was away
    folder  INTEGER NOT NULL REFERENCES folder (id), -- where it lies now
    uid     INTEGER NOT NULL,
    at      INTEGER NOT NULL,                     -- when that was first seen
    settled INTEGER NOT NULL                      -- 1: an order was made of it, or asked for
) STRICT;
