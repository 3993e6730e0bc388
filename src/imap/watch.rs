//! Waiting for the server to say that something happened: IDLE (RFC 2177), and a look where there is none.
//!
//! ```text
//! IDLE ─► + ─► news, renewal or the caller ─► (more that is on its way) ─► DONE ─► OK
//! ```
//!
//! Whatever comes in any of these steps is in what [`Session::idle`] returns, or in the next one.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, sleep_until, timeout_at};

pub use super::ear::Pushed;
use super::loss::wrong_tag;
use super::nap;
use super::parse::Response;
use super::response::Tagged;
use super::session::Session;
use crate::logic::fault::Fault;

/// RFC 2177: the server may log a client off that says nothing for 30 minutes.
pub const LONGEST_IDLE: Duration = Duration::from_secs(28 * 60);
/// After so long without a word from the server IDLE is renewed: carriers forget connections that are silent for 5 to 15
/// minutes, without a word to either end (core#5093, core#5096, stalwart#3299).
pub const QUIET: Duration = Duration::from_secs(5 * 60);
/// For the end of IDLE after DONE. A laptop that slept holds a dead connection, and TCP takes a quarter of an hour to say
/// so (core#975, offlineimap#20).
pub const DONE_WITHIN: Duration = Duration::from_secs(15);

/// An IDLE that the server ends by itself sooner than this is none: to begin again each time would never rest.
const AT_ONCE: Duration = Duration::from_secs(10);
/// More of a burst is waited for until nothing came for so long…
const LULL: Duration = Duration::from_millis(30);
/// …and for so long in all.
const BURST: Duration = Duration::from_millis(300);
/// Responses in one IDLE.
const MOST_RESPONSES: u32 = 100_000;
/// Longer than any wait here.
const FOREVER: Duration = Duration::from_secs(86_400);

impl Session {
    /// Waits until something happens in the open folder (or, with NOTIFY, in one that was named), until `limit` is over, at
    /// most [`LONGEST_IDLE`], until the server has said nothing for [`QUIET`] or the machine slept, or until `cancel` resolves. Returns what was
    /// pushed, which is nothing when it was not the server that ended the wait. What was pushed with commands before, and not
    /// [taken](Session::take_pushed), ends it at once.
    ///
    /// Never drop the future half-way, which breaks the session: that is what `cancel` is for. It takes effect within a
    /// round trip, and within [`DONE_WITHIN`] if the connection is dead.
    ///
    /// IDLE does not tell everything on every server (nmail#112, core#1868): look at the folder after each wait, whatever
    /// was pushed.
    ///
    /// # Errors
    /// Refused when the server has no IDLE, or protocol or refused when it has and says NO or BAD to it or ends it at
    /// once: the session still lives, [`Session::can_idle`] says no from now on, and what was pushed is kept for
    /// [`Session::take_pushed`]. Otherwise as [`Session::exec`], and the session is broken.
    pub async fn idle(&mut self, limit: Duration, cancel: impl Future<Output = ()>) -> Result<Pushed, Fault> {
        self.wait(limit, cancel, Leaving::AtItsEnd).await
    }

    /// The same, but when news end the wait, the answer to DONE is not waited for: it comes before that to the next command, which goes out
    /// a round trip earlier. The server has just spoken, so the connection is not dead; and mutt has always sent DONE in one packet with its next
    /// command (`imap_cmd_idle` queues it). What comes after the news, and before the next command takes effect, is heard with that.
    ///
    /// # Errors
    /// As [`Session::idle`]. A refusal that comes that late is in [`Session::can_idle`] only.
    pub async fn idle_until_news(
        &mut self,
        limit: Duration,
        cancel: impl Future<Output = ()>,
    ) -> Result<Pushed, Fault> {
        self.wait(limit, cancel, Leaving::WithTheNextCommand).await
    }

    async fn wait(
        &mut self,
        limit: Duration,
        cancel: impl Future<Output = ()>,
        leaving: Leaving,
    ) -> Result<Pushed, Fault> {
        if !self.can_idle() {
            return Err(Fault::refused("the server has no IDLE", "mailherd looks for new mail at intervals instead"));
        }
        self.start(&[])?;
        let outcome = self.idle_until(limit, pin!(cancel), leaving).await;
        match self.finish(outcome)? {
            None => Ok(self.take_pushed()),
            Some(refusal) => {
                self.ear.idle_fails = true;
                Err(refusal)
            }
        }
    }

    /// Whether the server has IDLE and has not shown that it does not work.
    pub fn can_idle(&self) -> bool {
        self.capabilities().has("IDLE") && !self.ear.idle_fails
    }

    /// Asks whether something happened in the open folder, where there is no IDLE. What came before is in the answer.
    ///
    /// # Errors
    /// As [`Session::exec`], and when the server refuses.
    pub async fn look(&mut self) -> Result<Pushed, Fault> {
        self.exec("NOOP").await?.ok_or_fault("looking for new mail")?;
        Ok(self.take_pushed())
    }

    /// What was pushed since this was last asked, or since the folder was opened: opening a folder forgets what was said of
    /// the one before, since the answer to SELECT says how the folder is. Changes by this session's own commands are left
    /// out.
    pub fn take_pushed(&mut self) -> Pushed {
        self.ear.take()
    }

    /// For how long the server has said nothing.
    pub fn silent_for(&self) -> Duration {
        self.imap.get_ref().last_byte().elapsed()
    }

    /// A refusal with which the session lives, or nothing.
    async fn idle_until<C: Future<Output = ()>>(
        &mut self,
        limit: Duration,
        mut cancel: Pin<&mut C>,
        leaving: Leaving,
    ) -> Result<Option<Fault>, Fault> {
        if self.ear.has_news() || cancel.as_mut().now_or_never().is_some() {
            return Ok(None);
        }
        let mut idling = Idling { tag: self.send("IDLE").await?, responses: 0 };
        self.ear.during("IDLE");
        if let Some(end) = self.until_idling(&mut idling).await? {
            return Ok(Some(refusal(&end)));
        }
        let began = Instant::now();
        self.imap.get_ref().pulse().rests();
        if let Some(end) = self.until_news(&mut idling, limit, cancel).await? {
            let at_once = began.elapsed() < AT_ONCE && !self.ear.has_news();
            return Ok((at_once || !end.is_ok()).then(|| refusal(&end)));
        }
        self.imap.get_ref().pulse().asks();
        self.write(&[b"DONE\r\n"], self.done_within).await?;
        if leaving == Leaving::WithTheNextCommand && self.ear.has_news() {
            self.leaving = Some(idling.tag);
            return Ok(None);
        }
        let end = self.until_the_end(&mut idling).await?;
        Ok((!end.is_ok()).then(|| refusal(&end)))
    }

    /// Waits for the `+`.
    async fn until_idling(&mut self, idling: &mut Idling) -> Result<Option<Tagged>, Fault> {
        loop {
            let response = self.next().await?;
            match self.heard_idling(response, idling)? {
                Heard::Continue => return Ok(None),
                Heard::End(end) => return Ok(Some(end)),
                Heard::More => {}
            }
        }
    }

    /// Waits for a reason to say DONE, or for an end that comes without it.
    async fn until_news<C: Future<Output = ()>>(
        &mut self,
        idling: &mut Idling,
        limit: Duration,
        mut cancel: Pin<&mut C>,
    ) -> Result<Option<Tagged>, Fault> {
        let deadline = Instant::now() + limit.min(LONGEST_IDLE);
        let mut woken = pin!(nap::woken());
        while !self.ear.has_news() {
            let due = deadline.min(self.imap.get_ref().last_byte() + self.quiet);
            if due <= Instant::now() {
                return Ok(None);
            }
            let response = tokio::select! {
                biased;
                () = &mut cancel => return Ok(None),
                () = &mut woken => return Ok(None),
                () = sleep_until(due) => continue,
                response = self.next_within(FOREVER) => response?,
            };
            if let Heard::End(end) = self.heard_idling(response, idling)? {
                return Ok(Some(end));
            }
        }
        self.gather(idling).await
    }

    /// Hears what is there already; of a burst also what follows, so that it is filed in one move. One letter alone is
    /// never kept waiting.
    async fn gather(&mut self, idling: &mut Idling) -> Result<Option<Tagged>, Fault> {
        let until = Instant::now() + BURST;
        while Instant::now() < until {
            let response = if self.ear.changes() > 1 {
                timeout_at(until.min(Instant::now() + LULL), self.next_within(FOREVER)).await.ok()
            } else {
                self.next_within(FOREVER).now_or_never()
            };
            let Some(response) = response else { break };
            if let Heard::End(end) = self.heard_idling(response?, idling)? {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// Waits for the tagged end.
    async fn until_the_end(&mut self, idling: &mut Idling) -> Result<Tagged, Fault> {
        let patience = self.silence.min(self.done_within);
        loop {
            let response = self.next_within(patience).await?;
            if let Heard::End(end) = self.heard_idling(response, idling)? {
                return Ok(end);
            }
        }
    }

    fn heard_idling(&mut self, response: Response, idling: &mut Idling) -> Result<Heard, Fault> {
        idling.responses += 1;
        if idling.responses > MOST_RESPONSES {
            return Err(Fault::protocol("the server does not stop talking in IDLE", "run `mailherd doctor`"));
        }
        match response {
            Response::Tagged { tag, tagged } if tag == idling.tag => Ok(Heard::End(tagged)),
            Response::Tagged { .. } => Err(wrong_tag()),
            Response::Untagged(item) => self.heard(item).map(|_| Heard::More),
            Response::Continue(_) => Ok(Heard::Continue),
        }
    }
}

/// When an IDLE that brought news is over for its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    /// When the server has answered DONE.
    AtItsEnd,
    /// When DONE is said.
    WithTheNextCommand,
}

/// An IDLE under way.
struct Idling {
    tag: String,
    responses: u32,
}

/// What a response means to an IDLE.
enum Heard {
    /// It has begun.
    Continue,
    /// It goes on.
    More,
    /// It is over.
    End(Tagged),
}

fn refusal(end: &Tagged) -> Fault {
    if end.is_ok() {
        let hint = "mailherd looks for new mail at intervals instead";
        return Fault::refused("the server offers IDLE and ends it at once", hint);
    }
    end.fault("waiting for mail (IDLE)")
}
