//! Which addresses are the user's: seen in the account's own mail. Nothing is changed, and nothing remembered.

use std::collections::BTreeMap;

use super::setting::Setting;
use crate::imap::folders::{self, SpecialUse};
use crate::imap::{Access, Session, Untagged, all_done, header_query};
use crate::logic::facts::{self, Facts};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, FolderName};

/// So many of the newest messages of each folder are looked at.
const NEWEST: u32 = 1_000;

/// An address from which so many messages were sent is the user's, most likely: one may be a mistake.
const SENT: u32 = 2;

/// An address at which so many messages arrived is the user's, most likely.
const ARRIVED: u32 = 3;

/// An address that seems to be the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnAddress {
    /// The address.
    pub address: Address,
    /// Messages in Sent that are from it, of those that were looked at.
    pub sent: u32,
    /// Messages in INBOX that were delivered to it.
    pub arrived: u32,
}

/// Addresses besides `email` that the account's mail shows as the user's, the busiest first.
///
/// # Errors
/// As for connecting and reading.
pub async fn addresses(setting: &Setting<'_>) -> Result<Vec<OwnAddress>, Fault> {
    let mut session = setting.connect().await?;
    let folders = folders::discover(&mut session).await?;
    let mut seen: BTreeMap<Address, OwnAddress> = BTreeMap::new();
    if let Some(sent) = folders.special(SpecialUse::Sent) {
        for facts in newest(&mut session, &sent.name).await? {
            if let Some(from) = facts.from {
                count(&mut seen, from).sent += 1;
            }
        }
    }
    for facts in newest(&mut session, &FolderName::inbox()).await? {
        // Some list servers write the list's address into Delivered-To.
        let addresses = if facts.list_id.is_none() { facts.delivered_to } else { Box::default() };
        for address in addresses {
            count(&mut seen, address).arrived += 1;
        }
    }
    session.logout().await;
    Ok(likely(seen.into_values(), &setting.account.email))
}

fn count(seen: &mut BTreeMap<Address, OwnAddress>, address: Address) -> &mut OwnAddress {
    seen.entry(address.clone()).or_insert(OwnAddress { address, sent: 0, arrived: 0 })
}

fn likely(seen: impl Iterator<Item = OwnAddress>, email: &Address) -> Vec<OwnAddress> {
    let is_likely = |one: &OwnAddress| one.address != *email && (one.sent >= SENT || one.arrived >= ARRIVED);
    let mut found: Vec<OwnAddress> = seen.filter(is_likely).collect();
    found.sort_by_key(|one| std::cmp::Reverse((one.sent, one.arrived)));
    found
}

async fn newest(session: &mut Session, folder: &FolderName) -> Result<Vec<Facts>, Fault> {
    let selected = session.select(folder, Access::ReadOnly).await?;
    if selected.exists == 0 {
        return Ok(Vec::new());
    }
    let first = selected.exists.saturating_sub(NEWEST) + 1;
    let command = format!("FETCH {first}:* {}", header_query());
    let mut found = Vec::new();
    let answers = session
        .stream([command], 1, async |untagged| {
            if let Untagged::Fetch(row) = untagged
                && let Some(header) = row.header
            {
                found.push(facts::read(&header));
            }
            Ok(())
        })
        .await?;
    all_done(&answers, "reading messages")?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_message_proves_nothing_and_the_busiest_comes_first() {
        let own =
            |address: &str, sent, arrived| OwnAddress { address: Address::parse(address).unwrap(), sent, arrived };
        let seen = [own("me@a.b", 90, 900), own("once@a.b", 1, 2), own("old@a.b", 2, 0), own("shop@a.b", 0, 40)];
        let found = likely(seen.clone().into_iter(), &seen[0].address);
        assert_eq!(found, [seen[2].clone(), seen[3].clone()]);
    }
}
