//! One message in front of the history it meets: everything that signals look at, looked up once.

use crate::logic::facts::{Facts, Sign, Signs};
use crate::logic::ids::{Address, UnixTime};
use crate::logic::ledger::{
    AccountRate, Form, Habits, Key, Ledger, Relation, ThreadState, Topic, came_by, form, registrable, thread_state,
    topic,
};
use crate::logic::words::{Kind, Role, Subject, part, version};

/// A message with what is known of its sender.
pub struct Scene<'a> {
    /// The message.
    pub facts: &'a Facts,
    /// When it arrived: decay and days are counted up to then, so that mail judged late is judged as it would have been.
    pub at: UnixTime,
    /// The sender's relation, if it may be believed that the message is theirs.
    pub sender: Option<&'a Relation>,
    /// The relation of whom it claims to be from, when that may not be believed ([`Trust::Lost`]).
    pub claimed: Option<&'a Relation>,
    /// The list's.
    pub list: Option<&'a Relation>,
    /// The sender's domain's, under the same condition; never a free-mail provider's.
    pub domain: Option<&'a Relation>,
    /// What the account did of late, and in all.
    pub account: Option<&'a Relation>,
    /// The kinds of mail that it is of, as the user treats them; none for a machine's or a list's.
    pub habits: [Option<&'a Relation>; 4],
    /// Where it stands to the user's own mail.
    pub thread: ThreadState,
    /// What its subject makes of it.
    pub form: Form,
    /// Its place in a series, and how many parts that has: 2 and 5 of `[PATCH 2/5]`.
    pub part: Option<(u32, u32)>,
    /// The number of a later version: 3 of `[PATCH v3]`.
    pub version: Option<u32>,
    /// How many recipients stand before the user, when the user is among them.
    pub ahead: Option<usize>,
    /// Of a machine's or a list's mail: what is known of the address of the user's by which it came.
    pub way: Option<&'a Relation>,
    /// Of a machine's or a list's mail: it came by one of the user's own addresses.
    pub by_own_address: bool,
    /// The mail before it in its thread.
    pub before: Before,
    /// What is known of its subject.
    pub topic: Option<Topic>,
    /// The sender is at the same domain as the user.
    pub colleague: bool,
    /// What it answers has been answered by the user already.
    pub parent_answered: bool,
    /// How the user treats mail in general.
    pub rate: AccountRate,
    /// Whether the sender is who it claims to be.
    pub trust: Trust,
    /// Where the user stands among the recipients.
    pub place: Place,
    /// It answers (In-Reply-To) something that the user wrote.
    pub answers_own: bool,
    /// Something that the user wrote is among its References.
    pub own_thread: bool,
    /// Something that the user answered is among its References.
    pub answered_thread: bool,
    /// The subject's form, and its words when a machine may have chosen them.
    pub subject: Subject,
    /// The words of the sender's name and local part; empty when a person may have written it.
    pub sender_words: Subject,
    /// The signs of machines and lists; without guesses at names when the user has written to the sender.
    pub signs: Signs,
}

/// What the receiving host says of the sender's identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The account's host says nothing that can be relied on.
    Unknown,
    /// DMARC passed.
    Passed,
    /// DMARC did not pass, and never did for this sender.
    NeverPassed,
    /// DMARC did not pass, but used to: this may be an impostor.
    Lost,
}

/// Where the user's addresses stand among the recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Alone in To, and nobody in Cc.
    Alone,
    /// First in To, with others.
    First,
    /// In To, with others.
    To,
    /// In Cc.
    Cc,
    /// In neither.
    Nowhere,
}

impl<'a> Scene<'a> {
    /// Looks everything up. `authserv` is the authserv-id of the account's own host, if one is to be believed.
    pub fn new(
        facts: &'a Facts,
        own: &[Address],
        ledger: &'a Ledger,
        authserv: Option<&str>,
        at: UnixTime,
    ) -> Scene<'a> {
        let relation = facts.author().and_then(|author| ledger.sender(author));
        let trust = trust(facts, relation, authserv);
        let believed = trust != Trust::Lost;
        let acquainted = believed && relation.is_some_and(Relation::is_written_to);
        let registrable = facts.author().and_then(|author| registrable(author.domain()));
        let colleague = registrable.is_some_and(|domain| is_colleague(domain, own));
        let place = place(facts, own);
        let by_machine = facts.is_impersonal() || facts.role != Role::Person;
        let (subject, bare) =
            if by_machine { Subject::read(&facts.subject) } else { Subject::read_form(&facts.subject) };
        let mut signs = if acquainted { facts.signs.hard() } else { facts.signs };
        let others = !facts.in_reply_to.is_empty() || facts.recipients().next().is_none();
        let periodical = facts.role == Role::Office && subject.says(Kind::Editorial);
        let overheard = place == Place::Nowhere && (subject.tagged && others || periodical);
        signs.add_if(!acquainted && overheard, Sign::Overheard);
        let local = facts.from.as_ref().map_or("", Address::local);
        let topic = topic(bare).and_then(|topic| ledger.topic(topic));
        let before = Before::of(facts, ledger);
        let thread = thread_state(facts, |id| ledger.is_own(id));
        let way = if signs.is_empty() { None } else { came_by(facts, own) };
        let mut ids = facts.in_reply_to.iter().chain(&facts.references);
        Scene {
            facts,
            at,
            claimed: relation.filter(|_| !believed),
            sender: relation.filter(|_| believed),
            list: facts.list_id.as_ref().and_then(|list| ledger.list(list)),
            domain: registrable.filter(|_| believed).and_then(|domain| ledger.domain(domain)),
            account: ledger.relation(&Key::Account),
            habits: if signs.is_empty() { habits(facts, place, thread, (subject, bare), ledger) } else { [None; 4] },
            thread,
            form: form(facts, subject),
            part: part(&facts.subject),
            version: version(&facts.subject),
            ahead: ahead(facts, own, place),
            way: way.and_then(|way| ledger.way(way)),
            by_own_address: way.is_some(),
            before,
            topic,
            colleague,
            parent_answered: facts.in_reply_to.iter().any(|&id| ledger.is_answered(id)),
            rate: ledger.account_rate(),
            trust,
            place,
            answers_own: thread == ThreadState::AnswersUser,
            own_thread: matches!(thread, ThreadState::AnswersUser | ThreadState::Joined),
            answered_thread: ids.any(|&id| ledger.is_answered(id)),
            subject,
            sender_words: if signs.is_empty() {
                Subject::default()
            } else {
                Subject::read_sender(&facts.from_name, local)
            },
            signs,
        }
    }

    /// Whether `sign` was seen.
    pub fn has(&self, sign: Sign) -> bool {
        self.signs.has(sign)
    }

    /// Whether any sign of a machine or a list was seen.
    pub fn is_impersonal(&self) -> bool {
        !self.signs.is_empty()
    }
}

/// The mail before a message in its thread, as its References tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// How many.
    pub mails: usize,
    /// How many of them the user wrote.
    pub own: usize,
    /// How far back the last of those lies: 1 is the mail that the message answers, 0 is none.
    pub since_own: usize,
}

impl Before {
    fn of(facts: &Facts, ledger: &Ledger) -> Before {
        let parent = facts.in_reply_to.first();
        let others = facts.references.iter().rev().filter(|&id| Some(id) != parent);
        let mut before = Before::default();
        for id in parent.into_iter().chain(others) {
            before.mails += 1;
            if !ledger.is_own(*id) {
                continue;
            }
            before.own += 1;
            if before.own == 1 {
                before.since_own = before.mails;
            }
        }
        before
    }
}

fn habits<'a>(
    facts: &Facts,
    place: Place,
    thread: ThreadState,
    (subject, bare): (Subject, &str),
    ledger: &'a Ledger,
) -> [Option<&'a Relation>; 4] {
    let habits = Habits::new(place, thread, form(facts, subject), (facts, bare));
    habits.each().map(|habit| ledger.relation(&Key::Habit(habit?)))
}

fn is_colleague(domain: &str, own: &[Address]) -> bool {
    own.iter().any(|own| own.domain().ends_with(domain) && registrable(own.domain()) == Some(domain))
}

/// The topmost Authentication-Results counts only when it is the account's own host's.
fn trust(facts: &Facts, sender: Option<&Relation>, authserv: Option<&str>) -> Trust {
    let Some(authserv) = authserv else { return Trust::Unknown };
    let ours = facts.auth.as_ref().filter(|auth| auth.authserv_id.eq_ignore_ascii_case(authserv));
    let passed = ours.is_some_and(|auth| auth.is_authentic());
    let used_to = sender.is_some_and(|sender| sender.dmarc_passed > 0);
    match (passed, used_to) {
        (true, _) => Trust::Passed,
        (false, true) => Trust::Lost,
        (false, false) => Trust::NeverPassed,
    }
}

pub(crate) fn place(facts: &Facts, own: &[Address]) -> Place {
    let is_own = |address: &Address| own.iter().any(|own| same_person(own, address));
    if facts.to.iter().any(is_own) {
        match facts.to.first().is_some_and(is_own) {
            true if facts.to.len() == 1 && facts.cc.is_empty() => Place::Alone,
            true => Place::First,
            false => Place::To,
        }
    } else if facts.cc.iter().any(is_own) {
        Place::Cc
    } else {
        Place::Nowhere
    }
}

fn ahead(facts: &Facts, own: &[Address], place: Place) -> Option<usize> {
    match place {
        Place::Alone | Place::First => Some(0),
        Place::To | Place::Cc => facts.recipients().position(|to| own.iter().any(|own| same_person(own, to))),
        Place::Nowhere => None,
    }
}

/// Whether `address` is `own`, with or without a detail (`me+shop@example.org`, RFC 5233).
pub(crate) fn same_person(own: &Address, address: &Address) -> bool {
    own == address
        || (own.domain() == address.domain()
            && address.local().split_once('+').is_some_and(|(local, _)| local == own.local()))
}
