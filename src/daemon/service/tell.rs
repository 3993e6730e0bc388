//! What happens, as lines of the log. No subjects, and no text of mail: addresses and counts at most.

use std::collections::HashMap;

use crate::daemon::engine::Link;
use crate::logic::engine::{AccountState, Health, Notice, Reply, Request};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// How an account was when it was last written about.
type Written = (AccountState, Option<Fault>, bool);

/// Writes until the engine ends.
pub(super) async fn tell(link: &Link) {
    let mut notices = link.notices();
    let mut written: HashMap<String, Written> = HashMap::new();
    if let Ok(Reply::Health(healths)) = link.ask(Request::Health).await {
        healths.iter().for_each(|health| of_health(health, &mut written));
    }
    while let Some(notice) = notices.next().await {
        match notice {
            Notice::Health(health) => of_health(&health, &mut written),
            Notice::Filed { account, run, counts: [top, _, news, bulk, blackhole] } => {
                tracing::info!(account, run, top, news, bulk, blackhole, "filed");
            }
            Notice::Learned { account, text } => {
                tracing::info!(account, what = Printable::new(&text).as_str(), "learned from the user's own moves");
            }
            Notice::Advice { account, text, hint } => {
                tracing::warn!(account, hint, "{}", Printable::new(&text));
            }
            Notice::Changed { .. } => {}
        }
    }
}

/// An account comes and goes between working and waiting all day: only what somebody would look up is written.
fn of_health(health: &Health, written: &mut HashMap<String, Written>) {
    let account = health.account.as_str();
    let now = (health.state, health.fault.clone(), health.held.is_some());
    let before = written.get(account);
    let (state, fault, held) = match before {
        Some((state, fault, held)) => (Some(*state), fault.clone(), *held),
        None => (None, None, false),
    };
    if health.fault != fault {
        match &health.fault {
            Some(fault) => tracing::warn!(
                account,
                cause = Printable::new(&fault.cause).as_str(),
                hint = Printable::new(&fault.hint).as_str(),
                "does not work"
            ),
            None => tracing::info!(account, "works again"),
        }
    }
    if now.2 && !held {
        let command = format!("mailherd confirm batch:{account}");
        tracing::warn!(account, command, "a batch surprises and waits for a word");
    }
    let resting = |state: AccountState| !matches!(state, AccountState::Connecting | AccountState::Working);
    if !resting(health.state) {
        // Remembered as it rests, so that a pass is no change.
        written.insert(account.to_owned(), (state.unwrap_or(health.state), now.1, now.2));
        return;
    }
    if state != Some(health.state) {
        tracing::info!(account, state = health.state.word(), server = health.server, "is");
    }
    written.insert(account.to_owned(), now);
}
