//! What goes wrong, and when: a script by which this server plays the hostile and broken ones of public bug reports.
//!
//! ```
//! use mailherd::demo::server::{Fault, Options, What, When};
//!
//! let mut options = Options::default();
//! // The second UID MOVE is carried out for three messages, then the line is dead.
//! options.faults.push(Fault::new(When::nth("UID MOVE", 2), What::PartThenDrop(3)));
//! // Meanwhile somebody empties the mailbox while its second FETCH is being answered.
//! options.faults.push(Fault::new(When::nth("UID FETCH", 2), What::midway(100, |store| store.empty("INBOX"))));
//! ```

use super::store::Store;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// One thing that goes wrong.
#[derive(Clone, Debug)]
pub struct Fault {
    /// When.
    pub when: When,
    /// What.
    pub what: What,
}

impl Fault {
    /// `what` happens at `when`.
    pub fn new(when: When, what: What) -> Fault {
        Fault { when, what }
    }
}

/// When a fault strikes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// At a command.
    Command {
        /// `SELECT`, `UID MOVE`; `*` means any; `GREETING` stands for a new connection before its first line.
        verb: String,
        /// Only commands whose line (without tag, literals as they are) holds this text count.
        mentioning: String,
        /// At which of them, counted from 1 over all connections; `None`: at each.
        nth: Option<usize>,
    },
    /// As soon as this many bytes were sent, on all connections together. Only [`What::DropBefore`] and
    /// [`What::Silence`] make sense here.
    BytesSent(u64),
    /// As soon as this many bytes were received, likewise. Only [`What::DropBefore`] makes sense here: the bytes before it are read,
    /// and a command of which the end is among the others is not carried out.
    BytesReceived(u64),
}

impl When {
    /// At the `nth` command (from 1) with this verb.
    pub fn nth(verb: &str, nth: usize) -> When {
        When::Command { verb: verb.into(), mentioning: String::new(), nth: Some(nth) }
    }

    /// At each command with this verb.
    pub fn every(verb: &str) -> When {
        When::Command { verb: verb.into(), mentioning: String::new(), nth: None }
    }

    /// Only commands whose line holds `text` count. Without effect on counts of bytes.
    #[must_use]
    pub fn mentioning(self, text: &str) -> When {
        match self {
            When::Command { verb, nth, .. } => When::Command { verb, mentioning: text.into(), nth },
            other => other,
        }
    }

    fn is_about(&self, command: &str, line: &str) -> bool {
        match self {
            When::Command { verb, mentioning, .. } => {
                // A greeting is no command that a client sends, so "any" does not mean it.
                let any = verb == "*" && command != "GREETING";
                (any || verb.eq_ignore_ascii_case(command)) && line.contains(mentioning.as_str())
            }
            When::BytesSent(_) | When::BytesReceived(_) => false,
        }
    }
}

/// Something done to the mail by somebody else.
pub type Action = Arc<dyn Fn(&mut Store) + Send + Sync>;

/// What goes wrong. Several faults at one command add up, in the order of the script, until one of them ends it.
#[derive(Clone)]
pub enum What {
    /// The command is not carried out: `tag NO text`, or with a code: `tag NO [OVERQUOTA] text`.
    No(&'static str),
    /// The same with BAD.
    Bad(&'static str),
    /// The command is not carried out, and the answer is OK all the same (Dovecot: COPY of a UID that does not exist).
    Pretend,
    /// `* BYE text`, and the connection ends.
    Bye(&'static str),
    /// The connection ends; nothing was done.
    DropBefore,
    /// The command is carried out; the connection ends before a byte of the answer.
    DropAfter,
    /// The command is carried out for the first so many messages of its set; then the connection ends without an answer.
    PartThenDrop(usize),
    /// The command is carried out; the connection ends after so many bytes of the answer.
    Cut(usize),
    /// The connection ends, and the command is carried out all the same: just before the one that comes as this one after it, on whatever
    /// connection. It outlives [`Server::clear_faults`](super::Server::clear_faults). What asks the client for more is only cut off.
    Late(usize),
    /// The command is not carried out and never answered; the connection stays open.
    Silence,
    /// The answer comes this late.
    Delay(Duration),
    /// These lines (without line ends) come before the answer.
    Lines(Vec<String>),
    /// These bytes come before the answer, so many times, and each time at once: an answer of any size, which takes no memory here.
    Flood(Vec<u8>, usize),
    /// The answer comes byte by byte, and so long after each other.
    Drip(Duration),
    /// SELECT, EXAMINE and STATUS leave UIDNEXT out, as Courier's SELECT does (defects#43).
    NoUidNext,
    /// They say this UIDNEXT (defects#15).
    UidNext(u32),
    /// They say this UIDVALIDITY; 0 is none, and servers say it (defects#52).
    UidValidity(u32),
    /// They leave UIDVALIDITY out.
    NoUidValidity,
    /// Before the command is carried out.
    Before(Action),
    /// After it was carried out, before the tagged answer.
    After(Action),
    /// While a FETCH is answered, after so many rows.
    Midway(usize, Action),
}

impl What {
    /// [`What::Before`]
    pub fn before(action: impl Fn(&mut Store) + Send + Sync + 'static) -> What {
        What::Before(Arc::new(action))
    }

    /// [`What::After`]
    pub fn after(action: impl Fn(&mut Store) + Send + Sync + 'static) -> What {
        What::After(Arc::new(action))
    }

    /// [`What::Midway`]
    pub fn midway(rows: usize, action: impl Fn(&mut Store) + Send + Sync + 'static) -> What {
        What::Midway(rows, Arc::new(action))
    }
}

impl fmt::Debug for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::No(text) => write!(f, "No({text:?})"),
            What::Bad(text) => write!(f, "Bad({text:?})"),
            What::Pretend => f.write_str("Pretend"),
            What::Bye(text) => write!(f, "Bye({text:?})"),
            What::DropBefore => f.write_str("DropBefore"),
            What::DropAfter => f.write_str("DropAfter"),
            What::PartThenDrop(count) => write!(f, "PartThenDrop({count})"),
            What::Cut(bytes) => write!(f, "Cut({bytes})"),
            What::Late(count) => write!(f, "Late({count})"),
            What::Silence => f.write_str("Silence"),
            What::Delay(time) => write!(f, "Delay({time:?})"),
            What::Lines(lines) => write!(f, "Lines({lines:?})"),
            What::Flood(bytes, times) => write!(f, "Flood({} bytes, {times})", bytes.len()),
            What::Drip(time) => write!(f, "Drip({time:?})"),
            What::NoUidNext => f.write_str("NoUidNext"),
            What::UidNext(uid) => write!(f, "UidNext({uid})"),
            What::UidValidity(validity) => write!(f, "UidValidity({validity})"),
            What::NoUidValidity => f.write_str("NoUidValidity"),
            What::Before(_) => f.write_str("Before(…)"),
            What::After(_) => f.write_str("After(…)"),
            What::Midway(rows, _) => write!(f, "Midway({rows}, …)"),
        }
    }
}

/// The faults of a running server, and how often each condition was met.
#[derive(Debug, Default)]
pub(super) struct Script {
    faults: Vec<(Fault, usize)>,
}

impl Script {
    pub(super) fn new(faults: Vec<Fault>) -> Script {
        Script { faults: faults.into_iter().map(|fault| (fault, 0)).collect() }
    }

    /// One more; it counts commands from now on.
    pub(super) fn add(&mut self, fault: Fault) {
        self.faults.push((fault, 0));
    }

    /// What goes wrong with this command. Counts it.
    pub(super) fn strike(&mut self, command: &str, line: &str) -> Vec<What> {
        let mut struck = Vec::new();
        for (fault, met) in &mut self.faults {
            if fault.when.is_about(command, line) {
                *met += 1;
                let When::Command { nth, .. } = &fault.when else { continue };
                if nth.is_none_or(|nth| nth == *met) {
                    struck.push(fault.what.clone());
                }
            }
        }
        struck
    }

    /// The next fault that waits for a count of bytes above `sent`: that count, and whether the line falls silent.
    pub(super) fn next_cut(&self, sent: u64) -> Option<(u64, bool)> {
        let cut = |fault: &Fault| match fault.when {
            When::BytesSent(count) if count >= sent => Some((count, matches!(fault.what, What::Silence))),
            _ => None,
        };
        self.faults.iter().filter_map(|(fault, _)| cut(fault)).min()
    }

    /// The same for bytes that are received.
    pub(super) fn next_deafness(&self, received: u64) -> Option<u64> {
        let count = |fault: &Fault| match fault.when {
            When::BytesReceived(count) if count >= received => Some(count),
            _ => None,
        };
        self.faults.iter().filter_map(|(fault, _)| count(fault)).min()
    }

    /// A connection that went deaf did so once.
    pub(super) fn forget_deafness(&mut self, at: u64) {
        self.faults.retain(|(fault, _)| fault.when != When::BytesReceived(at));
    }

    /// A cut that was made is made once.
    pub(super) fn forget_cut(&mut self, at: u64) {
        self.faults.retain(|(fault, _)| fault.when != When::BytesSent(at));
    }
}

/// What the faults of one command mean to the code that carries it out.
#[derive(Default)]
pub(super) struct Twist {
    /// Only the first so many messages of the set.
    pub(super) part: Option<usize>,
    /// It comes after so many others.
    pub(super) late: Option<usize>,
    pub(super) uid_next: Option<Lie>,
    pub(super) uid_validity: Option<Lie>,
    pub(super) midway: Vec<(usize, Action)>,
}

/// What is said instead of the truth: see [`What::NoUidNext`] and its neighbours.
#[derive(Clone, Copy)]
pub(super) enum Lie {
    Omitted,
    Said(u32),
}

impl Lie {
    /// What is said of `truth`.
    pub(super) fn about(lie: Option<Lie>, truth: u32) -> Option<u32> {
        match lie {
            None => Some(truth),
            Some(Lie::Said(lie)) => Some(lie),
            Some(Lie::Omitted) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_at_its_count_only() {
        let about_top = When::nth("uid move", 2).mentioning("Top");
        let mut script = Script::new(vec![Fault::new(about_top, What::Silence)]);
        assert!(script.strike("UID MOVE", "UID MOVE 1 Top").is_empty());
        assert!(script.strike("UID MOVE", "UID MOVE 1 News").is_empty());
        assert!(script.strike("UID COPY", "UID COPY 1 Top").is_empty());
        assert_eq!(script.strike("UID MOVE", "UID MOVE 1 Top").len(), 1);
        assert!(script.strike("UID MOVE", "UID MOVE 1 Top").is_empty());
    }

    #[test]
    fn any_command_is_not_the_greeting() {
        let mut script = Script::new(vec![Fault::new(When::every("*"), What::DropBefore)]);
        assert!(script.strike("GREETING", "").is_empty());
        assert_eq!(script.strike("NOOP", "NOOP").len(), 1);
        assert_eq!(script.strike("SELECT", "SELECT INBOX").len(), 1);
    }

    #[test]
    fn cuts_come_in_order_and_once() {
        let cut = |at| Fault::new(When::BytesSent(at), What::DropBefore);
        let mut script = Script::new(vec![cut(900), cut(100)]);
        assert_eq!(script.next_cut(0), Some((100, false)));
        script.forget_cut(100);
        assert_eq!(script.next_cut(101), Some((900, false)));
        assert_eq!(script.next_cut(901), None);
    }
}
