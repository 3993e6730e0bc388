//! A logged-in connection, and the one way to speak on it.
//!
//! async-imap's own verbs are not used: `uid_search`, `uid_fetch`, `uid_store`, `uid_expunge` and `list` of 0.12 return an
//! empty success after NO, BAD and a lost connection. Here the tag is matched, an end of the stream and silence are
//! errors, and after any error, or when a future of this session was dropped half-way, the session is broken: each later
//! call fails at once, because what the server still has to say would be taken for the answer to something else.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use super::capability::Capabilities;
use super::command::check;
use super::ear::Ear;
use super::guard::Guard;
use super::loss::{bye, ended, endless, lost, silent, unasked_continuation, wrong_tag};
use super::parse::{self, Response};
use super::pulse::Pulse;
use super::response::{Answer, Status, Tagged, Untagged};
use super::watch::{DONE_WITHIN, QUIET};
use crate::logic::fault::Fault;
use crate::logic::ids::FolderName;

/// How long a server may say nothing while it owes an answer.
pub const SILENCE: Duration = Duration::from_secs(60);
/// What one [`Session::exec`] may collect. Larger answers are for [`Session::stream`].
const MOST_ITEMS: usize = 200_000;
pub(super) const MOST_BYTES: u64 = 32 << 20;
const GOODBYE: Duration = Duration::from_secs(3);

/// See the module.
pub struct Session {
    pub(super) imap: async_imap::Session<Guard>,
    pub(super) capabilities: Capabilities,
    pub(super) server_id: Vec<(String, String)>,
    pub(super) selected: Option<FolderName>,
    host: String,
    pub(super) silence: Duration,
    /// After so long without a word from the server IDLE is renewed…
    pub(super) quiet: Duration,
    /// …and so long its end may take.
    pub(super) done_within: Duration,
    fetch_rows: u64,
    /// What was said without being asked.
    pub(super) ear: Ear,
    /// Tags whose end async-imap saw before the session came to it in the queue.
    pub(super) ended: VecDeque<String>,
    /// Tags of commands whose end nobody waits for.
    pub(super) unawaited: VecDeque<String>,
    /// The tag of an IDLE to which DONE was said, and whose end comes with the next command.
    pub(super) leaving: Option<String>,
    /// Why nothing more comes, once the queue is empty.
    pub(super) lost: Option<Fault>,
    /// Whether a command is under way. Still set at the next one when a future was dropped.
    busy: bool,
    broken: Option<Fault>,
}

impl Session {
    /// On a connection that has just logged in to `host`.
    pub(super) fn new(mut imap: async_imap::Session<Guard>, host: &str) -> Session {
        imap.get_mut().hand_over();
        Session {
            imap,
            capabilities: Capabilities::default(),
            server_id: Vec::new(),
            selected: None,
            host: host.to_owned(),
            silence: SILENCE,
            quiet: QUIET,
            done_within: DONE_WITHIN,
            fetch_rows: 0,
            ear: Ear::default(),
            ended: VecDeque::new(),
            unawaited: VecDeque::new(),
            leaving: None,
            lost: None,
            busy: false,
            broken: None,
        }
    }

    /// Sends one command, without its tag, and collects what the server says until its end. NO and BAD are answers, not
    /// errors: see [`Answer::ok_or_fault`].
    ///
    /// # Errors
    /// Refused when the command holds a line break. Transient when the connection is lost, silent for too long or was
    /// broken before; protocol when the server talks nonsense. After either of these the session is broken.
    pub async fn exec(&mut self, command: &str) -> Result<Answer, Fault> {
        self.exec_meanwhile(command, || ()).await
    }

    /// The same, with work that is done when the command is sent and before its answer is read.
    ///
    /// # Errors
    /// As [`Session::exec`].
    pub async fn exec_meanwhile(&mut self, command: &str, work: impl FnOnce()) -> Result<Answer, Fault> {
        self.start(&[command])?;
        let outcome = self.converse(command, None, work).await;
        self.finish(outcome)
    }

    /// Like [`Session::exec`], with a literal at the end of the command: `APPEND "INBOX" (\Seen)` and a message.
    ///
    /// # Errors
    /// As [`Session::exec`].
    pub async fn exec_with_literal(&mut self, command: &str, literal: &[u8]) -> Result<Answer, Fault> {
        self.start(&[command])?;
        let outcome = self.converse(&format!("{command} {{{}}}", literal.len()), Some(literal), || ()).await;
        self.finish(outcome)
    }

    /// Sends a command that cannot matter, such as ID, and goes on without its answer, which comes with that to the next one.
    ///
    /// # Errors
    /// As [`Session::exec`], but a refusal is never heard of.
    pub(super) async fn mention(&mut self, command: &str) -> Result<(), Fault> {
        self.start(&[command])?;
        let sent = self.send(command).await.map(|tag| self.unawaited.push_back(tag));
        self.finish(sent)
    }

    /// Sends many commands, `in_flight` of them at a time to hide latency, and gives each thing that the server says to
    /// `each` as it comes. Memory is bounded whatever the answers hold. Returns the ends of the commands in their order;
    /// after a NO or BAD no further command is sent, so that there may be fewer ends than commands.
    ///
    /// # Errors
    /// As [`Session::exec`], and what `each` returns; the session is broken after that, too.
    pub async fn stream(
        &mut self,
        commands: impl IntoIterator<Item = String>,
        in_flight: usize,
        mut each: impl AsyncFnMut(Untagged) -> Result<(), Fault>,
    ) -> Result<Vec<Tagged>, Fault> {
        let mut pipeline = self.pipeline(commands, in_flight)?;
        while let Some(item) = pipeline.next().await? {
            each(item).await?;
        }
        Ok(pipeline.ends())
    }

    /// What the server can do.
    pub fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// What the server says it is (RFC 2971): lower-cased names, values. Foreign text.
    pub fn server_id(&self) -> &[(String, String)] {
        &self.server_id
    }

    /// The host that was connected to, as it was configured.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The folder that is open.
    pub fn selected(&self) -> Option<&FolderName> {
        self.selected.as_ref()
    }

    /// How many FETCH rows this session has read.
    pub fn fetch_rows_read(&self) -> u64 {
        self.fetch_rows
    }

    /// How many bytes the server has sent (before compression and after TLS).
    pub fn bytes_read(&self) -> u64 {
        self.imap.get_ref().bytes_read()
    }

    /// When the server last said something, also while a future of this session has it.
    pub fn pulse(&self) -> Pulse {
        self.imap.get_ref().pulse().clone()
    }

    /// Whether this session can only be dropped.
    pub fn is_broken(&self) -> bool {
        self.broken.is_some() || self.busy
    }

    /// How long the server may be silent while it owes an answer.
    pub fn silence(&self) -> Duration {
        self.silence
    }

    /// Sets how long the server may be silent while it owes an answer; [`SILENCE`] at first.
    pub fn set_silence(&mut self, silence: Duration) {
        self.silence = silence;
    }

    /// Says goodbye, for at most three seconds, and closes the connection.
    pub async fn logout(mut self) {
        if self.is_broken() {
            return;
        }
        let goodbye = async {
            if self.send("LOGOUT").await.is_ok() {
                while !matches!(self.next().await, Err(_) | Ok(Response::Tagged { .. })) {}
            }
            let _ = self.imap.get_mut().shutdown().await;
        };
        let _ = timeout(GOODBYE, goodbye).await;
    }

    pub(super) fn start(&mut self, commands: &[&str]) -> Result<(), Fault> {
        commands.iter().try_for_each(|command| check(command))?;
        if self.busy && self.broken.is_none() {
            self.broken = Some(Fault::transient("a command was given up half-way", "mailherd connects again"));
        }
        if let Some(fault) = &self.broken {
            return Err(fault.clone().while_doing("the connection was dropped before"));
        }
        self.busy = true;
        self.imap.get_ref().pulse().asks();
        Ok(())
    }

    pub(super) fn finish<T>(&mut self, outcome: Result<T, Fault>) -> Result<T, Fault> {
        self.busy = false;
        self.imap.get_ref().pulse().rests();
        if let Err(fault) = &outcome {
            tracing::debug!(cause = %fault, "imap session is broken");
            self.broken = Some(fault.clone());
        }
        outcome
    }

    async fn converse(
        &mut self,
        command: &str,
        mut literal: Option<&[u8]>,
        work: impl FnOnce(),
    ) -> Result<Answer, Fault> {
        let tag = self.send(command).await?;
        work();
        self.ear.during(command);
        let mut untagged = Vec::new();
        let before = self.bytes_read();
        let tagged = loop {
            match self.next().await? {
                Response::Tagged { tag: other, tagged } if other == tag => break tagged,
                Response::Tagged { .. } => return Err(wrong_tag()),
                Response::Untagged(item) => untagged.push(self.heard(item)?),
                Response::Continue(_) => self.send_literal(literal.take()).await?,
            }
            if untagged.len() > MOST_ITEMS || self.bytes_read() - before > MOST_BYTES {
                return Err(endless());
            }
        };
        tracing::debug!(command = verb(command), untagged = untagged.len(), status = tagged.status.word(), "imap");
        Ok(Answer { untagged, tagged })
    }

    /// Counts rows, remembers capabilities and what is news, and turns BYE into an error.
    pub(super) fn heard(&mut self, item: Untagged) -> Result<Untagged, Fault> {
        self.ear.hear(&item);
        match &item {
            Untagged::Fetch(_) => self.fetch_rows += 1,
            Untagged::Id(pairs) => self.server_id.clone_from(pairs),
            Untagged::Condition { status: Status::Bye, text, .. } => return Err(bye(text)),
            item => {
                if let Some(words) = parse::capabilities(item) {
                    self.capabilities = Capabilities::new(words);
                }
            }
        }
        Ok(item)
    }

    pub(super) async fn send(&mut self, command: &str) -> Result<String, Fault> {
        match timeout(self.silence, self.imap.run_command(command)).await {
            Ok(Ok(tag)) => Ok(tag.0),
            Ok(Err(async_imap::error::Error::Io(error))) => Err(lost(&error)),
            Ok(Err(_)) => Err(ended()),
            Err(_) => Err(silent(self.silence)),
        }
    }

    async fn send_literal(&mut self, literal: Option<&[u8]>) -> Result<(), Fault> {
        let Some(literal) = literal else { return Err(unasked_continuation()) };
        self.write(&[literal, b"\r\n"], self.silence.max(Duration::from_secs(60))).await
    }

    /// Sends what is no command.
    pub(super) async fn write(&mut self, parts: &[&[u8]], patience: Duration) -> Result<(), Fault> {
        let guard = self.imap.get_mut();
        let write = async {
            for part in parts {
                guard.write_all(part).await?;
            }
            guard.flush().await
        };
        match timeout(patience, write).await {
            Ok(written) => written.map_err(|error| lost(&error)),
            Err(_) => Err(silent(patience)),
        }
    }
}

/// The first two words of a command, for the log.
pub(super) fn verb(command: &str) -> &str {
    let end = command.match_indices(' ').nth(1).map_or(command.len(), |(at, _)| at);
    let two = &command[..end];
    if two.starts_with("UID ") { two } else { two.split(' ').next().unwrap_or_default() }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("host", &self.host).field("broken", &self.broken).finish_non_exhaustive()
    }
}
