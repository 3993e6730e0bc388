//! What [`Facts`] say when they are looked at as a whole: who wrote it, and what shows that no single person wrote it to
//! single people.

use super::{AutoSubmitted, Facts, Oddity, ReturnPath};
use crate::logic::ids::Address;
use crate::logic::words::{self, Role};

/// A sign that a machine made this, or that it was sent to many. Mail without any of them is never filed away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// A sender who says not to answer.
    NoReply,
    /// A sender whose address is a machine's task: `newsletter@`, `alerts@`.
    RobotSender,
    /// An envelope sender (or Sender) of a list or of mass mail: `x-bounces@`, `owner-x@`, VERP.
    MassEnvelope,
    /// X-Auto-Response-Suppress.
    SuppressesReplies,
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

    /// Every [`Sign`] there is.
    pub fn signs(&self) -> impl Iterator<Item = Sign> {
        let role = self.from.as_ref().map_or(Role::Person, |from| words::role(from.local()));
        [
            (self.is_list_copy(), Sign::List),
            (self.unsubscribe.present, Sign::Unsubscribe),
            (self.precedence.is_some(), Sign::Precedence),
            (self.auto_submitted.is_some_and(|how| how != AutoSubmitted::No), Sign::AutoSubmitted),
            (self.feedback_id, Sign::Feedback),
            (self.return_path == ReturnPath::Null, Sign::NullSender),
            (self.report, Sign::Report),
            (role == Role::NoReply, Sign::NoReply),
            (role == Role::Robot, Sign::RobotSender),
            (self.has_mass_envelope(), Sign::MassEnvelope),
            (self.auto_response_suppress, Sign::SuppressesReplies),
        ]
        .into_iter()
        .filter_map(|(seen, sign)| seen.then_some(sign))
    }

    /// Whether there is any [`Sign`].
    pub fn is_impersonal(&self) -> bool {
        self.signs().next().is_some()
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
            .any(|address| is_mass_sender(address.local()))
    }
}

/// List software and mailing services tell bounces apart by the envelope sender. Forwarders rewrite it too (SRS, Gmail's
/// `+caf_=`, BATV's `prvs=`), with the same `=`: that is one person's mail on its way.
fn is_mass_sender(local: &str) -> bool {
    const FORWARDED: [&str; 5] = ["srs0", "srs1", "prvs=", "+caf_", "bounces+srs="];
    const MASS: [&str; 11] = [
        "bounce",
        "-owner",
        "owner-",
        "-admin",
        "-request",
        "-errors",
        "errors-",
        "return-",
        "-return",
        "listmaster",
        "mailer-daemon",
    ];
    let forwarded = FORWARDED.iter().any(|mark| local.contains(mark));
    !forwarded && (local.contains('=') || MASS.iter().any(|mark| local.contains(mark)))
}
