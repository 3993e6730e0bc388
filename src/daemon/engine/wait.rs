//! Waiting for the server to say that something happened.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use crate::imap::{Session, Untagged};
use crate::logic::fault::Fault;

/// How often the server is asked while it is watched.
const ASK: Duration = Duration::from_secs(1);

/// Waits on the open mailbox until something came or went there, until `limit` is over, or until `cancel` is ready. `true`
/// when something happened.
pub(super) async fn watch(
    session: &mut Session,
    limit: Duration,
    cancel: impl Future<Output = ()>,
) -> Result<bool, Fault> {
    let mut cancel = pin!(cancel);
    let mut over = pin!(sleep_until(Instant::now() + limit));
    loop {
        tokio::select! {
            biased;
            () = &mut cancel => return Ok(false),
            () = &mut over => return Ok(false),
            () = sleep(ASK) => {}
        }
        let answer = session.exec("NOOP").await?.ok_or_fault("asking for news")?;
        if answer.untagged.iter().any(is_news) {
            return Ok(true);
        }
    }
}

fn is_news(said: &Untagged) -> bool {
    match said {
        Untagged::Exists(_) | Untagged::Expunge(_) | Untagged::Vanished { .. } => true,
        Untagged::Fetch(row) => row.flags.is_some(),
        _ => false,
    }
}
