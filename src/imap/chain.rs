//! Commands that go out together although each one depends on what those before it do: SELECT, and a FETCH in what it opens.
//!
//! A server that works on several commands at once has to be through with all before a SELECT, and with that, before it goes on, since SELECT changes what
//! the next ones mean (RFC 9051, section 5.5). So what it says between the ends of two openings is about the first. In what order it does the others, it
//! may choose: Dovecot 2.3 answers a LIST before the UID FETCH that came before it. What they say is told apart by its kind. None of them may do harm when
//! one before it was refused: only what reads belongs here.

use std::collections::VecDeque;

use super::loss::{endless, unasked_continuation, wrong_tag};
use super::parse::Response;
use super::response::{Answer, Tagged, Untagged};
use super::select::{self, Access, Selected};
use super::session::Session;
use crate::logic::fault::Fault;
use crate::logic::ids::FolderName;

/// One command of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// SELECT or EXAMINE.
    Open(FolderName, Access),
    /// Any other, without its tag.
    Say(String),
}

/// What the server says to a chain, which begins with an opening. Openings are counted from 0.
#[derive(Debug)]
pub enum Heard {
    /// Something, while this folder is open.
    Said(usize, Untagged),
    /// The folder is open, or why it is not.
    Opened(usize, Result<Selected, Fault>),
    /// How any other command ended: the folder that is open, and the place of the command in the chain, from 0.
    Ended(usize, usize, Tagged),
}

/// Commands under way: [`Chain::next`] until it says `None`. Dropped before that, it leaves the session broken.
#[derive(Debug)]
pub struct Chain<'s> {
    session: &'s mut Session,
    waiting: VecDeque<Waiting>,
    /// How many folders were opened, or not, so far.
    opened: usize,
    /// What was said so far to an opening.
    opening: Vec<Untagged>,
    rows: u64,
    others: usize,
}

#[derive(Debug)]
struct Waiting {
    tag: String,
    command: String,
    /// Its place in the chain.
    at: usize,
    /// What it opens.
    opens: Option<(FolderName, Access)>,
}

/// Things that are no rows, as long as one folder is open.
const MOST_OTHERS: usize = 50_000;
/// Rows in that time, besides two for each command and message of the folder.
const MORE_ROWS: u64 = 100_000;

impl Session {
    /// Sends all of these at once.
    ///
    /// # Errors
    /// As [`Session::exec`].
    pub async fn chain(&mut self, requests: Vec<Request>) -> Result<Chain<'_>, Fault> {
        let commands: Vec<String> = requests
            .iter()
            .map(|request| match request {
                Request::Open(folder, access) => self.opening(folder, *access),
                Request::Say(command) => command.clone(),
            })
            .collect();
        self.start(&commands.iter().map(String::as_str).collect::<Vec<_>>())?;
        let mut waiting = VecDeque::with_capacity(commands.len());
        for (at, (command, request)) in commands.into_iter().zip(requests).enumerate() {
            let opens = match request {
                Request::Open(folder, access) => Some((folder, access)),
                Request::Say(_) => None,
            };
            match self.send(&command).await {
                Ok(tag) => waiting.push_back(Waiting { tag, command, at, opens }),
                Err(fault) => return self.finish(Err(fault)),
            }
        }
        let mut chain = Chain { session: self, waiting, opened: 0, opening: Vec::new(), rows: 0, others: 0 };
        chain.begin();
        Ok(chain)
    }
}

impl Chain<'_> {
    /// The next thing that the server says; `None` when all commands have ended, whatever became of them.
    ///
    /// # Errors
    /// As [`Session::exec`].
    pub async fn next(&mut self) -> Result<Option<Heard>, Fault> {
        match self.advance().await {
            Ok(Some(heard)) => Ok(Some(heard)),
            end => self.session.finish(end),
        }
    }

    async fn advance(&mut self) -> Result<Option<Heard>, Fault> {
        loop {
            let Some(first) = self.waiting.front() else { return Ok(None) };
            let opens = first.opens.is_some();
            match self.session.next().await? {
                Response::Tagged { tag, tagged } => return self.end(&tag, tagged).map(Some),
                Response::Continue(_) => return Err(unasked_continuation()),
                Response::Untagged(item) => {
                    let item = self.session.heard(item)?;
                    self.count(&item)?;
                    match item {
                        // No part of an answer to SELECT, and perhaps large.
                        Untagged::Fetch(_) if opens => {}
                        item if opens => self.opening.push(item),
                        item => return Ok(Some(Heard::Said(self.opened.saturating_sub(1), item))),
                    }
                }
            }
        }
    }

    /// An answer without end is given up.
    fn count(&mut self, item: &Untagged) -> Result<(), Fault> {
        match item {
            Untagged::Fetch(_) => self.rows += 1,
            _ => self.others += 1,
        }
        let messages = u64::from(self.session.ear.count());
        let most_rows = 2 * messages * self.waiting.len() as u64 + MORE_ROWS;
        if self.rows > most_rows || self.others > MOST_OTHERS { Err(endless()) } else { Ok(()) }
    }

    /// The first command is answered from now on, with those up to the next opening.
    fn begin(&mut self) {
        (self.rows, self.others) = (0, 0);
        let Some(first) = self.waiting.front() else { return };
        self.session.ear.during(&first.command);
        if first.opens.is_some() {
            self.session.leaves();
            return;
        }
        for also in self.waiting.iter().skip(1).take_while(|also| also.opens.is_none()) {
            self.session.ear.during_also(&also.command);
        }
    }

    /// One of those that are answered now has ended.
    fn end(&mut self, tag: &str, tagged: Tagged) -> Result<Heard, Fault> {
        let opens = |waiting: &Waiting| waiting.opens.is_some();
        let now = match self.waiting.front() {
            Some(first) if opens(first) => 1,
            _ => self.waiting.iter().take_while(|waiting| !opens(waiting)).count(),
        };
        let place = self.waiting.iter().take(now).position(|waiting| waiting.tag == tag);
        let Some(Waiting { command, at, opens, .. }) = place.and_then(|place| self.waiting.remove(place)) else {
            return Err(wrong_tag());
        };
        tracing::debug!(command = super::session::verb(&command), status = tagged.status.word(), "imap, in a chain");
        let heard = match opens {
            Some((folder, access)) => {
                let answer = Answer { untagged: std::mem::take(&mut self.opening), tagged };
                let opened = select::opened(&folder, access, answer);
                if let Ok(selected) = &opened {
                    self.session.has_opened(selected);
                }
                self.opened += 1;
                Heard::Opened(self.opened - 1, opened)
            }
            None => Heard::Ended(self.opened.saturating_sub(1), at, tagged),
        };
        if now == 1 {
            self.begin();
        }
        Ok(heard)
    }
}
