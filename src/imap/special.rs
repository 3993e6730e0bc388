//! What folders are for: the server's word (RFC 6154), else the names that mail programs give them.

use super::response::ListRow;

/// The use of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SpecialUse {
    /// `\All`: all mail, as a view (Gmail).
    All,
    /// `\Archive`
    Archive,
    /// `\Drafts`
    Drafts,
    /// `\Flagged`: flagged mail, as a view.
    Flagged,
    /// `\Important`: as a view (RFC 8457).
    Important,
    /// `\Junk`
    Junk,
    /// `\Sent`
    Sent,
    /// `\Trash`
    Trash,
}

impl SpecialUse {
    /// All of them.
    pub const ALL: [SpecialUse; 8] = [
        SpecialUse::All,
        SpecialUse::Archive,
        SpecialUse::Drafts,
        SpecialUse::Flagged,
        SpecialUse::Important,
        SpecialUse::Junk,
        SpecialUse::Sent,
        SpecialUse::Trash,
    ];

    /// The word of the attribute, without its backslash.
    pub fn word(self) -> &'static str {
        match self {
            SpecialUse::All => "All",
            SpecialUse::Archive => "Archive",
            SpecialUse::Drafts => "Drafts",
            SpecialUse::Flagged => "Flagged",
            SpecialUse::Important => "Important",
            SpecialUse::Junk => "Junk",
            SpecialUse::Sent => "Sent",
            SpecialUse::Trash => "Trash",
        }
    }

    /// What the attributes of a folder say. Cyrus writes them in lower case.
    pub fn of(row: &ListRow) -> Option<SpecialUse> {
        SpecialUse::ALL.into_iter().find(|special_use| row.has(&format!("\\{}", special_use.word())))
    }

    /// Names that stand for it, the commonest first: of Outlook, Apple Mail, Thunderbird, Exchange, Horde, GMX, Gandi, OVH,
    /// and their translations. None for the views, which only exist where the server marks them.
    pub fn names(self) -> &'static [&'static str] {
        match self {
            SpecialUse::Sent => &SENT,
            SpecialUse::Trash => &TRASH,
            SpecialUse::Junk => &JUNK,
            SpecialUse::Archive => &ARCHIVE,
            SpecialUse::Drafts => &DRAFTS,
            SpecialUse::All | SpecialUse::Flagged | SpecialUse::Important => &[],
        }
    }
}

/// Whether a folder is called so, in any case. A name with levels matches no well-known name.
pub fn same_name(display: &str, known: &str) -> bool {
    display.eq_ignore_ascii_case(known) || display.to_lowercase() == known.to_lowercase()
}

const SENT: [&str; 27] = [
    "Sent",
    "Sent Items",
    "Sent Messages",
    "Sent Mail",
    "sent-mail",
    "Gesendet",
    "Gesendete Elemente",
    "Gesendete Objekte",
    "Gesendete Nachrichten",
    "Envoyés",
    "Éléments envoyés",
    "Messages envoyés",
    "Courrier envoyé",
    "Enviados",
    "Elementos enviados",
    "Mensajes enviados",
    "Itens enviados",
    "Mensagens enviadas",
    "Posta inviata",
    "Inviati",
    "Inviata",
    "Verzonden",
    "Verzonden items",
    "Verzonden berichten",
    "Skickat",
    "Wysłane",
    "Отправленные",
];
const TRASH: [&str; 22] = [
    "Trash",
    "Deleted Items",
    "Deleted Messages",
    "Deleted",
    "Bin",
    "Papierkorb",
    "Gelöscht",
    "Gelöschte Elemente",
    "Gelöschte Objekte",
    "Corbeille",
    "Éléments supprimés",
    "Papelera",
    "Elementos eliminados",
    "Lixeira",
    "Lixo",
    "Itens excluídos",
    "Cestino",
    "Posta eliminata",
    "Prullenbak",
    "Verwijderde items",
    "Kosz",
    "Удаленные",
];
const JUNK: [&str; 17] = [
    "Junk",
    "Spam",
    "Junk E-mail",
    "Junk Email",
    "Junk Mail",
    "Bulk Mail",
    "Spamverdacht",
    "Unerwünscht",
    "Junk-E-Mail",
    "Indésirables",
    "Courrier indésirable",
    "Pourriel",
    "Correo no deseado",
    "Lixo Eletrônico",
    "Posta indesiderata",
    "Ongewenste e-mail",
    "Спам",
];
const ARCHIVE: [&str; 9] =
    ["Archive", "Archives", "Archiv", "Archivo", "Archivos", "Arquivo", "Archivio", "Archief", "Архив"];
const DRAFTS: [&str; 13] = [
    "Drafts",
    "Draft",
    "Entwürfe",
    "Entwurf",
    "Brouillons",
    "Brouillon",
    "Borradores",
    "Rascunhos",
    "Bozze",
    "Concepten",
    "Utkast",
    "Robocze",
    "Черновики",
];
