//! Waiting for the server to say that something happened.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::time::sleep;

use crate::imap::Session;
use crate::logic::fault::Fault;

/// Waits on the open mailbox until something came or went there, until `limit` is over, or until `cancel` is ready. `true`
/// when something happened, or when the server has just shown that it cannot tell.
pub(super) async fn watch(
    session: &mut Session,
    limit: Duration,
    cancel: impl Future<Output = ()>,
) -> Result<bool, Fault> {
    if session.can_idle() {
        return match session.idle_until_news(limit, cancel).await {
            Ok(pushed) => Ok(!pushed.is_empty()),
            Err(_) if !session.is_broken() => Ok(true),
            Err(fault) => Err(fault),
        };
    }
    let over = tokio::select! {
        biased;
        () = pin!(cancel) => false,
        () = sleep(limit) => true,
    };
    Ok(over && !session.look().await?.is_empty())
}
