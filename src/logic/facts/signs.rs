//! What [`Facts`] say when they are looked at as a whole: who wrote it, and what shows that no single person wrote it to
//! single people.

use super::{AutoSubmitted, Facts, Oddity, ReturnPath};
use crate::logic::domains::registrable;
use crate::logic::ids::Address;
use crate::logic::words::{self, Role};

/// A sign that a machine made this, or that it was sent to many. Mail without any of them is never filed away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Sign {
    /// List-Id or List-Post.
    List,
    /// List-Unsubscribe.
    Unsubscribe,
    /// Precedence: bulk, list, junk or an automatic reply.
    Precedence,
    /// Auto-Submitted other than `no`.
    AutoSubmitted,
    /// Feedback-ID of a mailing service.
    Feedback,
    /// The null envelope sender.
    NullSender,
    /// A delivery or disposition report.
    Report,
    /// X-Auto-Response-Suppress.
    SuppressesReplies,
    /// A sender who says not to answer.
    NoReply,
    /// An envelope sender (or Sender) of a list or of mass mail: `x-bounces@`, `owner-x@`, VERP.
    MassEnvelope,
    /// A sender whose address is a machine's task: `newsletter@`, `alerts@`.
    RobotSender,
    /// A sender whose local part was made for this one mail.
    GeneratedSender,
    /// A sender's domain that names a task of mass mail: `newsletter.shop.example`.
    MassDomain,
    /// A display name that calls itself a newsletter.
    MassName,
    /// A bounce address of the sender's own domain as envelope sender. Companies write so to many, and some mail systems for
    /// everybody: it says nothing about somebody whom the user has written to.
    OwnBounces,
    /// A subject with a list's tag, on mail that is addressed to nobody, or to others in their own thread; or an office's with a
    /// newsletter's words, on mail to others. Depends on who the user is: the facts of a message never have it.
    Overheard,
}

impl Sign {
    /// In the order of their declaration.
    pub const ALL: [Sign; 16] = [
        Sign::List,
        Sign::Unsubscribe,
        Sign::Precedence,
        Sign::AutoSubmitted,
        Sign::Feedback,
        Sign::NullSender,
        Sign::Report,
        Sign::SuppressesReplies,
        Sign::NoReply,
        Sign::MassEnvelope,
        Sign::RobotSender,
        Sign::GeneratedSender,
        Sign::MassDomain,
        Sign::MassName,
        Sign::OwnBounces,
        Sign::Overheard,
    ];
}

/// A set of [`Sign`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Signs(u16);

impl Signs {
    /// Whether `sign` is among them.
    pub fn has(self, sign: Sign) -> bool {
        self.0 & (1 << sign as u16) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are no guesses at names: a guess says nothing about somebody whom the user has written to.
    #[must_use]
    pub fn hard(self) -> Signs {
        Signs(self.0 & ((1 << Sign::RobotSender as u16) - 1))
    }

    /// Them, in the order of [`Sign::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Sign> {
        Sign::ALL.into_iter().filter(move |&sign| self.has(sign))
    }

    pub(crate) fn add_if(&mut self, seen: bool, sign: Sign) {
        self.0 |= u16::from(seen) << sign as u16;
    }
}

impl Facts {
    /// Who wrote it, as far as anything may be decided by it: `None` when From is missing, malformed, doubled, or names several.
    pub fn author(&self) -> Option<&Address> {
        let doubtful = self.is_odd(Oddity::DoubledFrom) || self.is_odd(Oddity::SeveralAuthors);
        self.from.as_ref().filter(|_| !doubtful)
    }

    /// Whether `oddity` was seen.
    pub fn is_odd(&self, oddity: Oddity) -> bool {
        self.oddities.contains(&oddity)
    }

    /// To, then Cc.
    pub fn recipients(&self) -> impl Iterator<Item = &Address> {
        self.to.iter().chain(&self.cc)
    }

    /// Whether a mailing list (or what calls itself one) sent this copy.
    pub fn is_list_copy(&self) -> bool {
        self.list_id.is_some() || self.list_post
    }

    /// Whether a machine sent it by its own account: auto-submitted, a report, or the null envelope sender.
    pub fn is_automatic(&self) -> bool {
        matches!(self.auto_submitted, Some(AutoSubmitted::Replied | AutoSubmitted::Generated))
            || self.report
            || self.return_path == ReturnPath::Null
    }

    /// Whether there is any [`Sign`] that a machine made it or that it was sent to many.
    pub fn is_impersonal(&self) -> bool {
        !self.signs.is_empty()
    }

    /// Looks for every [`Sign`].
    pub(super) fn find_signs(&self) -> Signs {
        let mut signs = Signs::default();
        signs.add_if(self.is_list_copy(), Sign::List);
        signs.add_if(self.unsubscribe.present, Sign::Unsubscribe);
        signs.add_if(self.precedence.is_some(), Sign::Precedence);
        signs.add_if(self.auto_submitted.is_some_and(|how| how != AutoSubmitted::No), Sign::AutoSubmitted);
        signs.add_if(self.feedback_id, Sign::Feedback);
        signs.add_if(self.return_path == ReturnPath::Null, Sign::NullSender);
        signs.add_if(self.report, Sign::Report);
        signs.add_if(self.auto_response_suppress, Sign::SuppressesReplies);
        let mass_envelope = self.has_mass_envelope();
        let own_bounces = mass_envelope && self.has_own_bounces();
        signs.add_if(mass_envelope && !own_bounces, Sign::MassEnvelope);
        // Free-mail providers have no registrable domain of a sender's own: what they send is their users' mail.
        let free_mail = own_bounces && self.from.as_ref().is_some_and(|from| registrable(from.domain()).is_none());
        signs.add_if(own_bounces && !free_mail, Sign::OwnBounces);
        let mass_name = words::is_mass_name(&self.from_name) || words::is_organisation(&self.from_name);
        signs.add_if(mass_name, Sign::MassName);
        if let Some(from) = &self.from {
            signs.add_if(self.role == Role::NoReply, Sign::NoReply);
            signs.add_if(self.role == Role::Robot, Sign::RobotSender);
            signs.add_if(words::is_generated(from.local()), Sign::GeneratedSender);
            signs.add_if(words::is_mass_domain(from.domain()), Sign::MassDomain);
        }
        signs
    }

    /// Whether the envelope is nothing more than a bounce address at the sender's own domain.
    fn has_own_bounces(&self) -> bool {
        let (ReturnPath::Address(envelope), Some(from), None) = (&self.return_path, &self.from, &self.sender) else {
            return false;
        };
        envelope.domain() == from.domain() && envelope.local().starts_with("bounce") && !envelope.local().contains('=')
    }

    fn has_mass_envelope(&self) -> bool {
        let envelope = match &self.return_path {
            ReturnPath::Address(address) => Some(address),
            _ => None,
        };
        [envelope, self.sender.as_ref()]
            .into_iter()
            .flatten()
            .filter(|address| Some(*address) != self.from.as_ref())
            .any(is_mass_sender)
    }
}

/// List software and mailing services tell bounces apart by the envelope sender. Forwarders rewrite it too (SRS, Gmail's
/// `+caf_=`, BATV's `prvs=`), with the same `=`: that is one person's mail on its way.
fn is_mass_sender(address: &Address) -> bool {
    const FORWARDED: [&str; 5] = ["srs0", "srs1", "prvs=", "+caf_", "bounces+srs="];
    /// Of the marks, those without a dash stand first.
    const UNDASHED: usize = 2;
    const MASS: [&str; 12] = [
        "bounce",
        "listmaster",
        "-owner",
        "owner-",
        "-admin",
        "-request",
        "-errors",
        "errors-",
        "return-",
        "-return",
        "mailer-daemon",
        "dev-null",
    ];
    let local = address.local();
    // One look first: most local parts hold nothing that any of these is made of.
    let (mut joined, mut dashed) = (false, false);
    for byte in local.bytes() {
        joined |= matches!(byte, b'=' | b'+' | b'0' | b'1');
        dashed |= byte == b'-';
    }
    if joined && FORWARDED.iter().any(|mark| local.contains(mark)) {
        return false;
    }
    let marks = if dashed { &MASS[..] } else { &MASS[..UNDASHED] };
    let named = joined && local.contains('=') || marks.iter().any(|mark| local.contains(mark));
    named || words::is_generated(local) || words::is_mass_domain(address.domain())
}
