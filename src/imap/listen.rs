//! How the session waits for what the server says next.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use async_imap::imap_proto;
use tokio::time::{Instant, sleep_until};

use super::loss::{ended, lost, silent, too_slow, wrong_tag};
use super::parse::Response;
use super::session::Session;
use crate::logic::fault::Fault;

/// One response has to be there within so many times the silence that is allowed: a server that sends a byte now and then would never be
/// silent, and never be done.
const SLOWEST: u32 = 10;

impl Session {
    /// The next thing that the server says. Safe to drop: all state is in the stream.
    pub(super) async fn next(&mut self) -> Result<Response, Fault> {
        self.next_within(self.silence).await
    }

    /// The same, with another limit to the server's silence.
    pub(super) async fn next_within(&mut self, silence: Duration) -> Result<Response, Fault> {
        loop {
            if let Some(response) = self.imap.get_mut().pop() {
                if let Response::Tagged { tag, tagged } = &response {
                    self.confirm(tag).await?;
                    if self.leaving.take_if(|leaving| leaving == tag).is_some() {
                        self.ear.idle_fails |= !tagged.is_ok();
                        continue;
                    }
                    if self.unawaited.front() == Some(tag) {
                        self.unawaited.pop_front();
                        continue;
                    }
                }
                return Ok(response);
            }
            if let Some(fault) = &self.lost {
                return Err(fault.clone());
            }
            let patience = if self.leaving.is_some() { silence.min(self.done_within) } else { silence };
            self.read(patience).await;
        }
    }

    /// Lets async-imap read until there is something in the queue or nothing more comes.
    async fn read(&mut self, silence: Duration) {
        let since = Instant::now();
        let mut alarm = pin!(sleep_until(since + silence));
        let imap = &mut self.imap;
        let event = std::future::poll_fn(|cx| {
            if let Poll::Ready(response) = pin!(imap.read_response()).poll(cx) {
                return Poll::Ready(Event::of(response.map(|some| some.map(|some| tag_of(some.parsed())))));
            }
            if !imap.get_ref().is_empty() {
                return Poll::Ready(Event::Queued);
            }
            while alarm.as_mut().poll(cx).is_ready() {
                let due = imap.get_ref().last_byte().max(since) + silence;
                let whole = since + SLOWEST * silence;
                if due <= Instant::now() {
                    return Poll::Ready(Event::Lost(silent(silence)));
                }
                if whole <= Instant::now() {
                    return Poll::Ready(Event::Lost(too_slow(SLOWEST * silence)));
                }
                alarm.as_mut().reset(due.min(whole));
            }
            Poll::Pending
        })
        .await;
        match event {
            Event::Queued => {}
            Event::Ended(tag) => self.ended.push_back(tag),
            Event::Lost(fault) => self.lost = Some(fault),
        }
    }

    /// async-imap sees the same end as the queue: waits for it, so that it is not left for whatever reads next.
    async fn confirm(&mut self, tag: &str) -> Result<(), Fault> {
        let seen = match self.ended.pop_front() {
            Some(seen) => seen,
            None => match self.imap.read_response().await {
                Ok(Some(response)) => tag_of(response.parsed()),
                Ok(None) => return Err(ended()),
                Err(error) => return Err(lost(&error)),
            },
        };
        if seen == tag { Ok(()) } else { Err(wrong_tag()) }
    }
}

/// What came of a wait.
enum Event {
    /// Look at the queue.
    Queued,
    /// async-imap saw the end of the command with this tag.
    Ended(String),
    /// Nothing more comes.
    Lost(Fault),
}

impl Event {
    fn of(response: io::Result<Option<String>>) -> Event {
        match response {
            Ok(Some(tag)) => Event::Ended(tag),
            Ok(None) => Event::Lost(ended()),
            Err(error) => Event::Lost(lost(&error)),
        }
    }
}

fn tag_of(response: &imap_proto::Response<'_>) -> String {
    match response {
        imap_proto::Response::Done { tag, .. } => tag.0.clone(),
        _ => String::new(),
    }
}
