//! The kinds of server that the tests start: what is advertised, how folders are named, what is forbidden.

/// What Dovecot 2.3 advertises after login, as far as a filing client could care.
const CAPABILITIES: &str = "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED CONDSTORE \
    QRESYNC ESEARCH WITHIN LIST-STATUS BINARY MOVE SPECIAL-USE LITERAL+ MULTIAPPEND UNSELECT";

/// A password for programs that do not quote one as IMAP has it.
pub const EASY: &str = "easy";

/// Which certificate the server shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tls {
    /// Signed by a private CA.
    Signed,
    /// Plainly self-signed.
    SelfSigned,
    /// No TLS, no STARTTLS.
    Off,
}

/// Which program the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Dovecot, installed: the one that most tests are on.
    Dovecot,
    /// Cyrus IMAP, unpacked.
    Cyrus,
    /// Courier, unpacked.
    Courier,
    /// GNU mailutils' imap4d, unpacked.
    Imap4d,
}

/// What a server is like. Servers of the same flavour are shared by all tests of a test program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flavour {
    /// Which program.
    pub kind: Kind,
    /// Capabilities it lacks. Dovecot only hides them (the commands still work), so the tests that use this also read the commands
    /// that reached the server, see `wire_log`.
    pub without: &'static [&'static str],
    /// Capabilities that it names besides. Only those that it has.
    pub besides: &'static [&'static str],
    /// The personal namespace's prefix.
    pub prefix: &'static str,
    /// The hierarchy delimiter.
    pub separator: char,
    /// Messages an account may hold.
    pub quota_messages: Option<u32>,
    /// Lines of a Dovecot ACL file: `mailbox identifier rights`.
    pub acl: &'static str,
    /// Which certificate it shows.
    pub tls: Tls,
    /// Mailboxes that every user has from the start with a SPECIAL-USE attribute: name and attribute.
    pub special: &'static [(&'static str, &'static str)],
    /// The port of a provider who is asked whether access tokens are good, and the mechanisms that take them.
    pub tokens: Option<(u16, &'static str)>,
    /// More lines of `dovecot.conf`.
    pub besides_that: &'static str,
}

impl Flavour {
    /// Dovecot as it comes.
    pub const PLAIN: Flavour = Flavour {
        kind: Kind::Dovecot,
        without: &[],
        besides: &[],
        prefix: "",
        separator: '/',
        quota_messages: None,
        acl: "",
        tls: Tls::Signed,
        special: &[
            ("Drafts", "\\Drafts"),
            ("Sent", "\\Sent"),
            ("Trash", "\\Trash"),
            ("Junk", "\\Junk"),
            ("Archive", "\\Archive"),
        ],
        tokens: None,
        besides_that: "",
    };
    /// COPY, STORE and UID EXPUNGE instead of MOVE.
    pub const NO_MOVE: Flavour = Flavour { without: &["MOVE"], ..Flavour::PLAIN };
    /// Neither MOVE nor UIDPLUS: no filing.
    pub const NO_MOVE_NO_UIDPLUS: Flavour = Flavour { without: &["MOVE", "UIDPLUS"], ..Flavour::PLAIN };
    /// Folders are found by name, nothing says what changed.
    pub const BARE: Flavour = Flavour {
        without: &[
            "CONDSTORE",
            "QRESYNC",
            "SPECIAL-USE",
            "NAMESPACE",
            "LIST-EXTENDED",
            "LIST-STATUS",
            "ESEARCH",
            "ENABLE",
            "ID",
        ],
        // Dovecot answers a plain LIST with these attributes even when SPECIAL-USE is hidden.
        special: &[("Drafts", ""), ("Sent", ""), ("Trash", ""), ("Junk", ""), ("Archive", "")],
        ..Flavour::PLAIN
    };
    /// Everything below INBOX, as on a Courier-style server.
    pub const BELOW_INBOX: Flavour = Flavour { prefix: "INBOX.", separator: '.', ..Flavour::PLAIN };
    /// An account that is full at 40 messages. Moves within an account need no space, copies do.
    pub const SMALL_QUOTA: Flavour = Flavour { without: &["MOVE"], quota_messages: Some(40), ..Flavour::PLAIN };
    /// Nobody may put mail into `Bulk`; the INBOX of the users `locked-inbox` is read-only.
    pub const READ_ONLY: Flavour = Flavour {
        acl: "Bulk owner lr\nINBOX user=locked-inbox lr\nINBOX user=locked-inbox-2 lr\n",
        special: &[("Sent", "\\Sent"), ("Bulk", "")],
        ..Flavour::PLAIN
    };
    /// `Bulk` is the provider's spam folder, and there is no folder for sent mail.
    pub const SPAM_IS_BULK: Flavour =
        Flavour { special: &[("Bulk", "\\Junk"), ("Trash", "\\Trash")], ..Flavour::PLAIN };
    /// It tells of folders that are not open (RFC 5465).
    pub const NOTIFIES: Flavour = Flavour { besides: &["NOTIFY"], ..Flavour::PLAIN };
    /// One that is restarted while tests run, so that nobody else may be on it.
    pub const RESTARTED: Flavour = Flavour { without: &["BINARY"], ..Flavour::PLAIN };
    /// A certificate that nobody signed.
    pub const SELF_SIGNED: Flavour = Flavour { tls: Tls::SelfSigned, ..Flavour::PLAIN };
    /// No STARTTLS.
    pub const NO_TLS: Flavour = Flavour { tls: Tls::Off, ..Flavour::PLAIN };

    /// Cyrus as Debian configures it: everything below `INBOX.`.
    pub const CYRUS: Flavour = Flavour { kind: Kind::Cyrus, prefix: "INBOX.", separator: '.', ..Flavour::PLAIN };
    /// Cyrus with `altnamespace` and `unixhierarchysep`, the defaults since version 3.
    pub const CYRUS_ALT: Flavour = Flavour { kind: Kind::Cyrus, ..Flavour::PLAIN };
    /// Courier: UIDPLUS and no MOVE, and nothing says which folder is for what.
    pub const COURIER: Flavour = Flavour {
        kind: Kind::Courier,
        without: &[
            "SASL-IR",
            "LOGIN-REFERRALS",
            "ID",
            "LIST-EXTENDED",
            "CONDSTORE",
            "QRESYNC",
            "ESEARCH",
            "WITHIN",
            "LIST-STATUS",
            "BINARY",
            "MOVE",
            "SPECIAL-USE",
            "LITERAL+",
            "MULTIAPPEND",
            "UNSELECT",
        ],
        prefix: "INBOX.",
        separator: '.',
        special: Flavour::BARE.special,
        ..Flavour::PLAIN
    };
    /// imap4d: IMAP4rev1 and little else.
    pub const IMAP4D: Flavour = Flavour {
        kind: Kind::Imap4d,
        without: &[
            "SASL-IR",
            "LOGIN-REFERRALS",
            "ENABLE",
            "CHILDREN",
            "UIDPLUS",
            "LIST-EXTENDED",
            "CONDSTORE",
            "QRESYNC",
            "ESEARCH",
            "WITHIN",
            "LIST-STATUS",
            "BINARY",
            "MOVE",
            "SPECIAL-USE",
            "MULTIAPPEND",
        ],
        special: Flavour::BARE.special,
        ..Flavour::PLAIN
    };
    /// For hundreds of thousands of messages: many in a file, so that they are there soon, and no limit to what the server maps. Users have a
    /// second password, [`EASY`].
    pub const LARGE: Flavour = Flavour {
        besides_that: "mail_location = mdbox:~/mdbox\ndefault_vsz_limit = 0\npassdb {\n  driver = static\n  args = password=easy\n}\n",
        ..Flavour::PLAIN
    };
    /// The same without CONDSTORE and QRESYNC: nothing says what changed.
    pub const LARGE_BARE: Flavour =
        Flavour { besides_that: Flavour::LARGE.besides_that, without: Flavour::BARE.without, ..Flavour::BARE };
    /// For hundreds of sessions at a time. The kernel gives a user 128 inotify instances, and whoever gets none looks every 30 seconds unless told
    /// otherwise.
    pub const CROWDED: Flavour = Flavour {
        besides_that: "default_process_limit = 4000\ndefault_client_limit = 20000\nmailbox_idle_check_interval = 1 s\nmail_location = mdbox:~/mdbox\n",
        ..Flavour::PLAIN
    };

    /// What it advertises.
    pub fn capabilities(&self) -> String {
        let words = CAPABILITIES.split(' ').filter(|word| !self.without.contains(word));
        words.chain(self.besides.iter().copied()).collect::<Vec<_>>().join(" ")
    }

    /// Whether it lacks `capability`.
    pub fn lacks(&self, capability: &str) -> bool {
        self.without.contains(&capability)
    }
}
