//! Commands that go out together although each one depends on what those before it do: SELECT, and a FETCH in what it opens.
//!
//! A server that works on several commands at once has to carry these out in the order in which they came, since SELECT changes what the
//! next one means (RFC 9051, section 5.5). So what it says up to the end of the first is about the first, and so on. None of them may
//! do harm when one before it was refused: only what reads belongs here.

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

/// What the server says to one command of a chain, which is counted from 0.
#[derive(Debug)]
pub enum Heard {
    /// Something on the way. Never to [`Request::Open`].
    Said(usize, Untagged),
    /// The folder is open, or why it is not.
    Opened(usize, Result<Selected, Fault>),
    /// How any other command ended.
    Ended(usize, Tagged),
}

/// Commands under way: [`Chain::next`] until it says `None`. Dropped before that, it leaves the session broken.
#[derive(Debug)]
pub struct Chain<'s> {
    session: &'s mut Session,
    waiting: VecDeque<(String, String, Request)>,
    at: usize,
    /// What was said so far to an opening.
    opening: Vec<Untagged>,
    rows: u64,
    others: usize,
}

/// Things that are no rows, to one command.
const MOST_OTHERS: usize = 50_000;
/// Rows to one command, besides two for each message of the open folder.
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
        for (command, request) in commands.into_iter().zip(requests) {
            match self.send(&command).await {
                Ok(tag) => waiting.push_back((tag, command, request)),
                Err(fault) => return self.finish(Err(fault)),
            }
        }
        let mut chain = Chain { session: self, waiting, at: 0, opening: Vec::new(), rows: 0, others: 0 };
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
            let Some((tag, _, request)) = self.waiting.front() else { return Ok(None) };
            let opens = matches!(request, Request::Open(..));
            match self.session.next().await? {
                Response::Tagged { tag: ended, tagged } if ended == *tag => return Ok(self.end(tagged)),
                Response::Tagged { .. } => return Err(wrong_tag()),
                Response::Continue(_) => return Err(unasked_continuation()),
                Response::Untagged(item) => {
                    let item = self.session.heard(item)?;
                    self.count(&item)?;
                    match item {
                        // No part of an answer to SELECT, and perhaps large.
                        Untagged::Fetch(_) if opens => {}
                        item if opens => self.opening.push(item),
                        item => return Ok(Some(Heard::Said(self.at, item))),
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
        let most_rows = 2 * u64::from(self.session.ear.count()) + MORE_ROWS;
        if self.rows > most_rows || self.others > MOST_OTHERS { Err(endless()) } else { Ok(()) }
    }

    /// The first command is answered from now on.
    fn begin(&mut self) {
        (self.rows, self.others) = (0, 0);
        let Some((_, command, request)) = self.waiting.front() else { return };
        self.session.ear.during(command);
        if matches!(request, Request::Open(..)) {
            self.session.leaves();
        }
    }

    fn end(&mut self, tagged: Tagged) -> Option<Heard> {
        let (_, command, request) = self.waiting.pop_front()?;
        let at = self.at;
        self.at += 1;
        tracing::debug!(command = super::session::verb(&command), status = tagged.status.word(), "imap, in a chain");
        let heard = match request {
            Request::Open(folder, access) => {
                let answer = Answer { untagged: std::mem::take(&mut self.opening), tagged };
                let opened = select::opened(&folder, access, answer);
                if let Ok(selected) = &opened {
                    self.session.has_opened(selected);
                }
                Heard::Opened(at, opened)
            }
            Request::Say(_) => Heard::Ended(at, tagged),
        };
        self.begin();
        Some(heard)
    }
}
