//! Several commands under way at once.

use std::collections::VecDeque;

use super::command::check;
use super::loss::{unasked_continuation, wrong_tag};
use super::parse::Response;
use super::response::{Tagged, Untagged};
use super::session::Session;
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
}

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
        })
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
                Response::Untagged(item) => return self.session.heard(item).map(Some),
                Response::Continue => return Err(unasked_continuation()),
            }
        }
    }

    async fn send_more(&mut self) -> Result<(), Fault> {
        while self.waiting.len() < self.in_flight && !self.refused {
            let Some(command) = self.commands.next() else { break };
            check(&command)?;
            self.session.ear.during_also(&command);
            self.waiting.push_back(self.session.send(&command).await?);
        }
        Ok(())
    }
}
