//! What happens to a mailbox, as plain data: each step can be printed, and left out.

use std::fmt;

use super::letter::Letter;

/// Where it happens, and what happens.
#[derive(Clone, Debug)]
pub struct History {
    /// Where.
    pub scene: Scene,
    /// What, in this order.
    pub steps: Vec<Step>,
}

/// The servers and the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// Which server.
    pub server: Kind,
    /// How mail can be moved on it.
    pub way: Way,
    /// Where COPYUID stands. Dovecot always says it as the RFC does.
    pub copyuid: CopyUidKind,
    /// Whether the server tells what changed (CONDSTORE).
    pub condstore: bool,
    /// `top` in the configuration.
    pub top: &'static str,
    /// Accounts, each on a server of its own, in one database.
    pub accounts: usize,
    /// Whether there is a correspondence with a friend from the start.
    pub friend: bool,
}

/// A server to be tortured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// mailherd's own, in this process.
    Embedded,
    /// The real one.
    Dovecot,
}

/// How mail can be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By MOVE.
    Move,
    /// By COPY, STORE and UID EXPUNGE.
    Copy,
    /// By MOVE, without UIDPLUS: no COPYUID, no UID EXPUNGE.
    MoveOnly,
    /// Not safely: nothing may be filed.
    Not,
}

/// Where COPYUID stands, and whether it is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyUidKind {
    /// As RFC 4315 and RFC 6851 say.
    Right,
    /// In the tagged answer.
    Tagged,
    /// Nowhere.
    Absent,
    /// One too many.
    WrongCount,
    /// In the wrong order.
    Swapped,
}

/// Something that happens on one of the accounts.
#[derive(Clone, Debug)]
pub struct Step {
    /// On which; modulo their number.
    pub account: usize,
    /// What.
    pub event: Event,
}

/// Something that happens.
#[derive(Clone, Debug)]
pub enum Event {
    /// Mail is delivered.
    Comes(Letter, &'static str),
    /// The user does something with another program.
    Hand(Deed),
    /// mailherd works.
    Works(Work, Face, Option<Trouble>),
    /// So many seconds pass.
    Passes(i64),
    /// The server ends and starts again.
    Restarts,
}

/// What a second client does.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Moves the letter of this number.
    Move(u32, &'static str),
    /// Copies it.
    Copy(u32, &'static str),
    /// Sets a flag, or takes it off.
    Mark(u32, &'static str, bool),
    /// Removes it for good.
    Expunge(u32),
    /// Removes what is marked in a folder: a bare EXPUNGE.
    ExpungeMarked(&'static str),
    /// The folder gets a new UIDVALIDITY.
    Renumber(&'static str),
    /// Removes a folder with all that is in it.
    Remove(&'static str),
}

/// What mailherd is asked to do.
#[derive(Clone, Debug)]
pub enum Work {
    /// `run --once`
    Pass,
    /// `undo --all`
    UndoAll,
    /// `undo --last`
    UndoLast,
    /// `undo --id`: the row at this place among those that can be taken back.
    UndoRow(u32),
    /// `train WHO CATEGORY`, with `--existing` or without.
    Train(String, &'static str, bool),
    /// `untrain WHO`
    Untrain(String),
}

/// Where mailherd runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// In this process: its engine, without a face.
    Inside,
    /// As the program that users have.
    Program,
}

/// What goes wrong while mailherd works.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// When.
    pub when: Moment,
    /// What.
    pub blow: Blow,
    /// mailherd cannot connect a second time.
    pub away: bool,
}

/// A moment that the server, or the wire, can tell.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// At the command with this verb that comes as this one; `*` is any.
    Command(&'static str, usize),
    /// When so many bytes came from the server.
    Byte(u64),
    /// So many microseconds after the start. Not to be had a second time.
    Time(u64),
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Blow {
    /// The line is cut before the command is carried out; at a byte: there.
    CutBefore,
    /// The line is cut after it was carried out.
    CutAfter,
    /// It is carried out for so many of its messages, then the line is cut.
    CutPart(usize),
    /// The line is cut after so many bytes of the answer.
    CutMid(usize),
    /// `kill -9` before the command is carried out; at a byte, or at a time: there.
    KillBefore,
    /// `kill -9` after it was carried out, before the answer.
    KillAfter,
    /// It is carried out for so many of its messages, then `kill -9`.
    KillPart(usize),
    /// The line is cut, and the server carries the command out all the same: just before the one that comes as this one after it.
    Late(usize),
    /// The same with `kill -9`.
    KillLate(usize),
    /// The answer is NO, and nothing is done.
    No,
    /// The answer is OK, and nothing is done.
    Pretend,
    /// The user does something just before the command is carried out.
    MeanwhileBefore(Deed),
    /// The user does something just after it was carried out.
    MeanwhileAfter(Deed),
}

impl Event {
    /// Whether something goes wrong in it.
    pub fn is_troubled(&self) -> bool {
        matches!(self, Event::Works(_, _, Some(_)))
    }
}

impl Blow {
    /// Whether mailherd dies of it.
    pub fn kills(&self) -> bool {
        matches!(self, Blow::KillBefore | Blow::KillAfter | Blow::KillPart(_) | Blow::KillLate(_))
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scene { server, way, copyuid, condstore, top, accounts, friend } = self.scene;
        writeln!(
            f,
            "{server:?}, way {way:?}, COPYUID {copyuid:?}, CONDSTORE {condstore}, top {top:?}, accounts {accounts}, friend {friend}"
        )?;
        self.steps.iter().enumerate().try_for_each(|(number, step)| writeln!(f, "{:3}. {step}", number + 1))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "account {}: ", self.account)?;
        match &self.event {
            Event::Comes(letter, folder) => write!(f, "{letter} comes into {folder}"),
            Event::Hand(deed) => write!(f, "the user {deed}"),
            Event::Works(work, face, None) => write!(f, "mailherd ({face:?}): {work:?}"),
            Event::Works(work, face, Some(trouble)) => write!(f, "mailherd ({face:?}): {work:?}, {trouble}"),
            Event::Passes(seconds) => write!(f, "{seconds} s pass"),
            Event::Restarts => write!(f, "the server restarts"),
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deed::Move(letter, to) => write!(f, "moves #{letter} to {to}"),
            Deed::Copy(letter, to) => write!(f, "copies #{letter} to {to}"),
            Deed::Mark(letter, flag, true) => write!(f, "sets {flag} on #{letter}"),
            Deed::Mark(letter, flag, false) => write!(f, "takes {flag} off #{letter}"),
            Deed::Expunge(letter) => write!(f, "removes #{letter} for good"),
            Deed::ExpungeMarked(folder) => write!(f, "expunges {folder}"),
            Deed::Renumber(folder) => write!(f, "gets a new UIDVALIDITY for {folder}"),
            Deed::Remove(folder) => write!(f, "deletes the folder {folder}"),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.when {
            Moment::Command(verb, nth) => write!(f, "at {verb} number {nth}: ")?,
            Moment::Byte(byte) => write!(f, "at byte {byte}: ")?,
            Moment::Time(after) => write!(f, "after {after} µs: ")?,
        }
        match &self.blow {
            Blow::MeanwhileBefore(deed) => write!(f, "before it the user {deed}")?,
            Blow::MeanwhileAfter(deed) => write!(f, "after it the user {deed}")?,
            other => write!(f, "{other:?}")?,
        }
        if self.away { f.write_str(", no second connection") } else { Ok(()) }
    }
}
