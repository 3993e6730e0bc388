//! Several commands under way at once.

use std::collections::VecDeque;

use super::command::check;
use super::loss::{endless, unasked_continuation, wrong_tag};
use super::parse::Response;
use super::response::{Tagged, Untagged};
use super::session::{MOST_BYTES, Session};
use crate::logic::fault::Fault;

/// What [`Session::stream`] is made of, for a caller that would rather ask than be called: [`Pipeline::next`] until it says
/// `None`, then [`Pipeline::ends`]. Dropped before that, it leaves the session broken.
///
/// It exists because the future of an async closure that borrows is not `Send` (rustc 1.95), so `stream` serves only
/// tasks that stay on their thread.
#[derive(Debug)]
pub struct Pipeline<'s, C> {
    session: &'s mut Session,
    commands: C,
    in_flight: usize,
    waiting: VecDeque<String>,
    ends: Vec<Tagged>,
    refused: bool,
    /// Rows, and other things, that the server said since…
    rows: u64,
    others: u64,
    /// …so many commands were sent.
    sent: u64,
}

/// More than that besides rows is no answer to anything.
const MOST_OTHERS: u64 = 200_000;
/// For each command the server may send a row for every message of the folder, and again when its flags change, and so many more that
/// came meanwhile.
const MORE_ROWS: u64 = 100_000;

impl Session {
    /// Starts a [`Pipeline`] of `commands`, of which `in_flight` are under way at a time. Nothing is sent before the first
    /// [`Pipeline::next`].
    ///
    /// # Errors
    /// When the session is broken.
    pub fn pipeline<C: IntoIterator<Item = String>>(
        &mut self,
        commands: C,
        in_flight: usize,
    ) -> Result<Pipeline<'_, C::IntoIter>, Fault> {
        self.start(&[])?;
        self.ear.during("");
        let commands = commands.into_iter();
        Ok(Pipeline {
            session: self,
            commands,
            in_flight: in_flight.max(1),
            waiting: VecDeque::new(),
            ends: Vec::new(),
            refused: false,
            rows: 0,
            others: 0,
            sent: 0,
        })
    }

    /// Sends commands that do not depend on each other, together, so that they take one round trip. What the server says to
    /// them comes in one heap, since it may work on several at once (RFC 9051, section 5.5): they have to be of kinds whose
    /// answers can be told apart.
    ///
    /// # Errors
    /// As [`Session::exec`].
    pub async fn exec_together(&mut self, commands: &[&str]) -> Result<(Vec<Untagged>, Vec<Tagged>), Fault> {
        let before = self.bytes_read();
        let owned: Vec<String> = commands.iter().map(|command| (*command).to_owned()).collect();
        let mut pipeline = self.pipeline(owned, commands.len())?;
        let mut untagged = Vec::new();
        while let Some(item) = pipeline.next().await? {
            untagged.push(item);
            if pipeline.session.bytes_read() - before > MOST_BYTES {
                return pipeline.session.finish(Err(endless()));
            }
        }
        Ok((untagged, pipeline.ends()))
    }
}

impl<C: Iterator<Item = String>> Pipeline<'_, C> {
    /// The next thing that the server says; `None` when all commands have ended. After a NO or BAD no further command is
    /// sent.
    ///
    /// # Errors
    /// As [`Session::exec`].
    pub async fn next(&mut self) -> Result<Option<Untagged>, Fault> {
        match self.advance().await {
            Ok(Some(item)) => Ok(Some(item)),
            end => self.session.finish(end),
        }
    }

    /// How the commands ended, in their order. Fewer than there were commands if one was refused.
    pub fn ends(self) -> Vec<Tagged> {
        self.ends
    }

    async fn advance(&mut self) -> Result<Option<Untagged>, Fault> {
        loop {
            self.send_more().await?;
            let Some(first) = self.waiting.front() else { return Ok(None) };
            match self.session.next().await? {
                Response::Tagged { tag, tagged } if tag == *first => {
                    self.waiting.pop_front();
                    self.refused |= !tagged.is_ok();
                    self.ends.push(tagged);
                }
                Response::Tagged { .. } => return Err(wrong_tag()),
                Response::Untagged(item) => {
                    self.count(&item)?;
                    return self.session.heard(item).map(Some);
                }
                Response::Continue(_) => return Err(unasked_continuation()),
            }
        }
    }

    /// An answer without end is given up: memory is bounded by the consumer, time and what it writes down are not.
    fn count(&mut self, item: &Untagged) -> Result<(), Fault> {
        let is_row = matches!(item, Untagged::Fetch(_));
        *if is_row { &mut self.rows } else { &mut self.others } += 1;
        let most_rows = self.sent.saturating_mul(2 * u64::from(self.session.ear.count()) + MORE_ROWS);
        if self.rows > most_rows || self.others > MOST_OTHERS.saturating_mul(self.sent) {
            return Err(endless());
        }
        Ok(())
    }

    async fn send_more(&mut self) -> Result<(), Fault> {
        while self.waiting.len() < self.in_flight && !self.refused {
            let Some(command) = self.commands.next() else { break };
            check(&command)?;
            self.session.ear.during_also(&command);
            self.waiting.push_back(self.session.send(&command).await?);
            self.sent += 1;
        }
        Ok(())
    }
}
