//! What a generated mailbox is made of. Tests build small ones by hand from the same types.

use crate::logic::ids::{Category, UnixTime};
use std::sync::Arc;

/// One person's mail.
#[derive(Clone, Debug)]
pub struct Account {
    /// The owner's name, as it stands in From.
    pub owner: String,
    /// The owner's addresses, the main one first.
    pub addresses: Vec<String>,
    /// All folders.
    pub folders: Vec<Folder>,
}

impl Account {
    /// An account of `address` with an empty INBOX and nothing else.
    pub fn empty(owner: &str, address: &str) -> Account {
        let folders = vec![Folder::new("INBOX", None)];
        Account { owner: owner.into(), addresses: vec![address.into()], folders }
    }

    /// The folder of this name.
    pub fn folder(&self, name: &str) -> Option<&Folder> {
        self.folders.iter().find(|folder| folder.name == name)
    }

    /// The folder of this name, made if it is not there.
    pub fn folder_mut(&mut self, name: &str) -> &mut Folder {
        let place = self.folders.iter().position(|folder| folder.name == name).unwrap_or_else(|| {
            self.folders.push(Folder::new(name, None));
            self.folders.len() - 1
        });
        &mut self.folders[place]
    }
}

/// One folder.
#[derive(Clone, Debug)]
pub struct Folder {
    /// For people: Unicode, with `/` between the levels.
    pub name: String,
    /// Its attribute of RFC 6154, as `\Sent`.
    pub special_use: Option<&'static str>,
    /// In the order of their UIDs.
    pub messages: Vec<Message>,
}

impl Folder {
    /// An empty folder.
    pub fn new(name: &str, special_use: Option<&'static str>) -> Folder {
        Folder { name: name.into(), special_use, messages: Vec::new() }
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Header, blank line, body; lines end in CRLF.
    pub bytes: Arc<[u8]>,
    /// System flags and keywords, as `\Seen`.
    pub flags: Vec<String>,
    /// When the server got it.
    pub internaldate: UnixTime,
    /// What it is, by the will of its inventor: the truth that verdicts are held against.
    pub kind: Kind,
}

impl Message {
    /// An unread message of [`Kind::Odd`].
    pub fn new(bytes: impl Into<Arc<[u8]>>, internaldate: UnixTime) -> Message {
        Message { bytes: bytes.into(), flags: Vec::new(), internaldate, kind: Kind::Odd }
    }

    /// The same with one more flag.
    #[must_use]
    pub fn flagged(mut self, flag: &str) -> Message {
        self.flags.push(flag.into());
        self
    }
}

/// What a generated message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// From somebody the owner talks with, or an answer to what the owner wrote.
    Person,
    /// From a human being the owner does not know, by name.
    Stranger,
    /// Says it is from a known person, and fails the receiving host's checks.
    Spoof,
    /// A newsletter or digest that is meant to be read.
    Newsletter,
    /// A mailing list's copy.
    List,
    /// A list's copy of an answer to the owner's own post.
    ListAnswer,
    /// A shop's promotion.
    Offer,
    /// A receipt or an invoice.
    Receipt,
    /// A bank's or a provider's statement.
    Statement,
    /// A parcel's whereabouts.
    Parcel,
    /// A bug tracker's or a build's notification.
    Bot,
    /// A sign-in code.
    Code,
    /// A security alert.
    Alert,
    /// A calendar invitation.
    Invitation,
    /// An automatic answer.
    AutoReply,
    /// A mail that could not be delivered.
    Bounce,
    /// Sales mail from a company the owner never asked.
    ColdSales,
    /// Broken headers. What becomes of it is not said.
    Odd,
    /// The owner's own.
    Own,
}

impl Kind {
    /// Where such a message belongs once the owner's history is known. `None` where two readers could differ.
    pub fn expected(self) -> Option<Category> {
        match self {
            Kind::Person => Some(Category::Top),
            Kind::Stranger | Kind::Spoof | Kind::Code | Kind::Alert | Kind::Invitation => Some(Category::Inbox),
            Kind::Newsletter | Kind::List => Some(Category::News),
            Kind::Offer | Kind::Receipt | Kind::Statement | Kind::Parcel | Kind::Bot => Some(Category::Bulk),
            Kind::AutoReply | Kind::Bounce => Some(Category::Bulk),
            Kind::ListAnswer | Kind::ColdSales | Kind::Odd | Kind::Own => None,
        }
    }
}
