//! Before an order is made of a message that the user moved or points at: is the message from whom it says?

use std::collections::{BTreeMap, HashMap};

use super::judging::read_again;
use super::learner::Learner;
use super::setting::Setting;
use crate::imap::Session;
use crate::logic::doubt::{self, Doubt};
use crate::logic::facts::Facts;
use crate::logic::fault::Fault;
use crate::logic::ids::{FolderName, Uid, UnixTime};
use crate::logic::moves::{Candidate, takes_away};
use crate::logic::orders::Who;

/// More moves at once than this are asked about anyway, as a reorganisation, or are beyond what one forged.
const MOST: usize = 500;

/// Why a message may be somebody else's than `who`, whom an order would be about.
pub(super) fn about(
    setting: &Setting<'_>,
    learner: &mut Learner,
    facts: &Facts,
    who: &Who,
) -> Result<Option<Doubt>, Fault> {
    learner.prepare([facts])?;
    if let Who::List(list) = who {
        learner.prepare_list(list)?;
        let writers = learner.store.writers(learner.account, list)?;
        return Ok(doubt::outsider(facts.author(), list, learner.ledger()?, &writers));
    }
    let ledger = learner.ledger()?;
    let authserv = ledger.trusted_authserv(setting.account.authserv_id.as_deref());
    Ok(doubt::impostor(facts, &learner.own, ledger, authserv, setting.now))
}

/// Notes it of moves that have settled and would take mail out of the user's sight: their headers are read once more.
pub(super) async fn note(
    setting: &Setting<'_>,
    session: &mut Session,
    learner: &mut Learner,
    moves: &mut [((FolderName, Uid), Candidate)],
) -> Result<(), Fault> {
    let due = |one: &Candidate| one.at <= UnixTime(setting.now.0 - i64::from(setting.account.settle_seconds));
    let hides = |one: &Candidate| {
        one.who().zip(one.category).is_some_and(|(who, category)| takes_away(&who, category)) && due(one)
    };
    let mut places: BTreeMap<FolderName, Vec<Uid>> = BTreeMap::new();
    for ((folder, uid), _) in moves.iter().filter(|(_, one)| hides(one)).take(MOST) {
        places.entry(folder.clone()).or_default().push(*uid);
    }
    let mut facts: HashMap<(FolderName, Uid), Facts> = HashMap::new();
    for (folder, uids) in places {
        for fresh in read_again(session, &folder, &uids).await? {
            facts.insert((folder.clone(), fresh.uid), fresh.facts);
        }
    }
    for (place, one) in moves {
        if let (Some(facts), Some(who)) = (facts.get(place), one.who()) {
            one.doubt = about(setting, learner, facts, &who)?;
        }
    }
    Ok(())
}
