//! What the server can do, and how it does it.

use super::faults::Fault;

/// How to start a server.
#[derive(Clone, Debug)]
pub struct Options {
    /// The one login.
    pub user: String,
    /// Its password.
    pub password: String,
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// What is advertised and understood.
    pub abilities: Abilities,
    /// Whether the names of extensions are written in lower case.
    pub lower_case: bool,
    /// Whether folders are refused to clients that sent no ID (163.com, 126.com).
    pub wants_id: bool,
    /// What ID says the server's name is.
    pub name: String,
    /// Between the levels of folder names; `\0`: there are no levels, and LIST says NIL.
    pub delimiter: char,
    /// Before every folder's name but INBOX: `INBOX.` as on Courier, else empty.
    pub prefix: String,
    /// Whether flags other than the system's can be set.
    pub keywords: bool,
    /// Whether IDLE says anything before DONE. mailutils imap4d 3.15 never does.
    pub idle_pushes: bool,
    /// Where COPYUID stands.
    pub copyuid: CopyUid,
    /// COPY, MOVE and APPEND that would leave more messages than this in the account get NO with OVERQUOTA (RFC 5530).
    pub quota_messages: Option<usize>,
    /// Folders (as people write them) that open read-only.
    pub read_only: Vec<String>,
    /// Second names of folders: the name, and the one of the folder that is meant, both on the wire (core#4544).
    pub aliases: Vec<(String, String)>,
    /// Command lines longer than this get BAD, as from Dovecot (64 KiB) or Courier (16 to 60 KiB). Bytes.
    pub longest_line: usize,
    /// The one EMAILID that it gives to all messages, by mistake.
    pub one_email_id: Option<u64>,
    /// How many seconds the server's clock is ahead.
    pub clock_ahead: i64,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            user: "robin".into(),
            password: "correct horse".into(),
            port: 0,
            abilities: Abilities::default(),
            lower_case: false,
            wants_id: false,
            name: "mailherd demo".into(),
            delimiter: '/',
            prefix: String::new(),
            keywords: true,
            idle_pushes: true,
            copyuid: CopyUid::AsTheRfcSays,
            quota_messages: None,
            read_only: Vec::new(),
            aliases: Vec::new(),
            longest_line: 65_536,
            one_email_id: None,
            clock_ahead: 0,
            faults: Vec::new(),
        }
    }
}

impl Options {
    /// What CAPABILITY says.
    pub(super) fn advertised(&self) -> String {
        let words = self.abilities.advertised();
        if self.lower_case { words.to_ascii_lowercase() } else { words }
    }
}

/// Where COPYUID (RFC 4315) stands, and whether it is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyUid {
    /// In COPY's tagged answer; for MOVE in an untagged OK before the EXPUNGEs (RFC 6851, section 4.3).
    #[default]
    AsTheRfcSays,
    /// In the tagged answer of both, as Gmail does (ruby/net-imap#398).
    Tagged,
    /// Nowhere, though UIDPLUS is advertised.
    Absent,
    /// One new UID too many.
    WrongCount,
    /// The new UIDs in the wrong order.
    Swapped,
    /// Messages are copied in another order than that of their UIDs, and COPYUID is in ascending order all the same: the pairs
    /// are wrong and look right (Yahoo, MailKit#1405).
    Sorted,
}

macro_rules! abilities {
    ($($(#[$doc:meta])* $field:ident => $name:literal,)*) => {
        /// Extensions. One that is switched off is neither advertised nor understood: its commands really give BAD.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Abilities {
            $($(#[$doc])* pub $field: bool,)*
        }

        impl Abilities {
            /// Everything.
            pub const ALL: Abilities = Abilities { $($field: true,)* };

            /// Plain IMAP4rev1 (RFC 3501).
            pub const NONE: Abilities = Abilities { $($field: false,)* };

            /// What CAPABILITY says.
            fn advertised(self) -> String {
                let mut words = vec!["IMAP4rev1"];
                $(if self.$field { words.push($name); })*
                words.join(" ")
            }
        }
    };
}

abilities! {
    /// RFC 4315: UID EXPUNGE, COPYUID, APPENDUID.
    uidplus => "UIDPLUS",
    /// RFC 6851.
    r#move => "MOVE",
    /// RFC 6154.
    special_use => "SPECIAL-USE",
    /// RFC 2342.
    namespace => "NAMESPACE",
    /// RFC 7162, without QRESYNC.
    condstore => "CONDSTORE",
    /// RFC 2177.
    idle => "IDLE",
    /// RFC 2971.
    id => "ID",
    /// RFC 3691.
    unselect => "UNSELECT",
    /// RFC 7888.
    literal_plus => "LITERAL+",
    /// RFC 4959.
    sasl_ir => "SASL-IR",
    /// RFC 4616.
    auth_plain => "AUTH=PLAIN",
    /// RFC 5258, of which only `RETURN (…)` and several patterns.
    list_extended => "LIST-EXTENDED",
    /// RFC 5819.
    list_status => "LIST-STATUS",
    /// RFC 5465, of which only new and gone messages in folders that are named.
    notify => "NOTIFY",
    /// RFC 8474, of which only EMAILID.
    objectid => "OBJECTID",
    /// RFC 5161.
    enable => "ENABLE",
    /// RFC 5032: OLDER and YOUNGER, by the server's own clock.
    within => "WITHIN",
}

impl Default for Abilities {
    fn default() -> Abilities {
        Abilities::ALL
    }
}
