//! What the user does with mail, as the fit hears of it.

use super::judging::situation;
use super::learner::{Fresh, Learner};
use super::setting::Setting;
use crate::logic::fault::Fault;
use crate::logic::fit::{Fit, Kept, Sketch};
use crate::logic::ids::{Flags, MessageId, MidHash, UnixTime};
use crate::logic::orders::Orders;

/// A message that is judged later than this after it came does not teach: the ledger knows by then what came after it.
const LATE: i64 = UnixTime::DAY;

/// A message that was just judged: its Message-ID, when it came, and what was seen of it.
pub(super) type Judged = (MidHash, UnixTime, Sketch);

/// Of the messages that are being judged, those that will teach.
pub(super) fn sketches(
    setting: &Setting<'_>,
    learner: &mut Learner,
    orders: &Orders,
    fresh: &[Fresh],
) -> Result<Vec<Judged>, Fault> {
    if learner.fit.is_none() {
        return Ok(Vec::new());
    }
    let situation = situation(setting, learner, orders, fresh)?;
    let sketch = |one: &Fresh| {
        let id = one.facts.message_id.as_ref().map(MessageId::hash)?;
        let own = one.facts.from.as_ref().is_some_and(|from| situation.own.contains(from));
        let late = one.internal_date.0.saturating_add(LATE) < setting.now.0;
        let known = one.flags.answered || one.flags.flagged || situation.ledger.is_answered(id);
        if own || late || known {
            return None;
        }
        Some((id, one.internal_date, Sketch::of(&one.facts, one.internal_date, &situation)?))
    };
    Ok(fresh.iter().filter_map(sketch).collect())
}

/// Remembers them until it is known what became of them. To be called when nothing of this pass is left to be judged: a
/// message must not be judged in two ways.
pub(super) fn remember(learner: &mut Learner, judged: Vec<Judged>) -> Result<(), Fault> {
    let Some(fit) = &mut learner.fit else { return Ok(()) };
    judged.into_iter().for_each(|(id, at, sketch)| fit.judged(id, at, sketch));
    match to_keep(&mut learner.fit, learner.now) {
        Some(fit) => learner.store.learn(|db| db.fit(learner.account, &fit)),
        None => Ok(()),
    }
}

/// The flags of a message have changed: a flag is as good as an answer, and what is deleted unread is not wanted.
pub(super) fn of_flags(fit: &mut Fit, id: MidHash, before: Flags, after: Flags) {
    let became = |flag: fn(&Flags) -> bool| flag(&after) && !flag(&before);
    if became(|flags| flags.answered) || became(|flags| flags.flagged) {
        fit.wanted(id);
    } else if became(|flags| flags.deleted) && !after.seen {
        fit.unwanted(id);
    } else if became(|flags| flags.seen) {
        fit.read(id);
    }
}

/// As it is to be written down; `None` when nothing changed.
pub(super) fn to_keep(fit: &mut Option<Fit>, now: UnixTime) -> Option<Kept> {
    let fit = fit.as_mut()?;
    fit.pass(now);
    fit.take_changed().then(|| fit.kept())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::signals::Weights;

    #[test]
    fn what_the_user_does_with_a_message_teaches() {
        let none = Flags::default();
        let seen = Flags { seen: true, ..none };
        let cases = [
            (none, Flags { flagged: true, ..none }, (1, 0)),
            (seen, Flags { answered: true, ..seen }, (1, 0)),
            (none, Flags { deleted: true, ..none }, (0, 1)),
            (seen, Flags { deleted: true, ..seen }, (0, 0)),
            (none, seen, (0, 0)),
        ];
        for (before, after, evidence) in cases {
            let mut fit = Fit::new(Weights::built_in());
            fit.judged(MidHash(7), UnixTime(1), Sketch::default());
            of_flags(&mut fit, MidHash(7), before, after);
            assert_eq!(fit.evidence(), evidence, "{before:?} to {after:?}");
        }
    }
}
