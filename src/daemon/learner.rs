//! What happens to each message that is read: it becomes facts, the ledger learns from it, the database remembers it.
//!
//! Runs on a thread of its own, beside the one that reads from the network.

mod batch;

use super::backlog::Waiting;
use super::habits;
use super::moves::Observing;
use super::setting::Setting;
use super::trash::THROWN;
use super::unreadable::Known;
use crate::logic::facts::Facts;
use crate::logic::fault::Fault;
use crate::logic::fit::Fit;
use crate::logic::ids::{Address, Flags, Instance, ListId, Uid, UnixTime};
use crate::logic::journal::Row;
use crate::logic::ledger::{Habits, Ledger, Missing, Room};
use crate::logic::plan;
use crate::logic::uid_set::UidSet;
use crate::store::{AccountId, FolderState, Origin, Seen, SenderOf, Shown, Sighting, Standing, Store};

pub(super) use batch::{Batch, Found, Fresh, Message, Raw, Role};

/// The account's memory while it is at work.
pub(super) struct Learner {
    pub(super) store: Store,
    /// `None` until it is needed: reading it is most of what a pass costs that finds nothing new.
    pub(super) ledger: Option<Ledger>,
    /// What the account's own habits add to the weights; `None` where the config wants none of it.
    pub(super) fit: Option<Fit>,
    pub(super) account: AccountId,
    pub(super) own: Vec<Address>,
    pub(super) now: UnixTime,
    pub(super) cutoff: UnixTime,
    /// Whether mail from the user's own address outside Sent is the user's own: only where there is no Sent mailbox, since
    /// anybody can write that address into From.
    pub(super) no_sent: bool,
    /// What lies in INBOX; needed while All Mail is read.
    pub(super) inbox: Lying,
    /// Messages that the ledger learned from in this pass.
    pub(super) learned: u64,
    /// Messages of INBOX that were read in this pass.
    pub(super) seen: UidSet,
    /// Messages that were seen elsewhere before, in INBOX or in another mailbox, turned up in this pass.
    pub(super) elsewhere: bool,
    /// Moves that were given up, and whose copy came all the same.
    pub(super) half_made: Vec<Row>,
    /// Messages that the server cannot read.
    pub(super) unreadable: Known,
    /// What is noted of moves by other programs.
    pub(super) moves: Observing,
    /// What the open transaction still has to say: the mailbox, how far it was read, and how many messages ago.
    pub(super) open: Option<(i64, Uid, usize)>,
    /// Messages in one transaction.
    pub(super) commit: usize,
    /// What the ledger holds at most.
    pub(super) room: Room,
}

/// Messages in one transaction. The busiest senders change with every batch: the fewer transactions, the fewer times their
/// rows of the ledger are written.
const COMMIT: usize = 20_000;

impl Learner {
    /// With an open database and nothing in memory yet; the times are now, and that before which mail is not judged.
    pub(super) fn new(
        store: Store,
        account: AccountId,
        own: Vec<Address>,
        (now, cutoff): (UnixTime, UnixTime),
    ) -> Learner {
        Learner {
            store,
            ledger: None,
            fit: None,
            account,
            own,
            now,
            cutoff,
            no_sent: false,
            inbox: Lying::default(),
            learned: 0,
            seen: UidSet::default(),
            elsewhere: false,
            half_made: Vec::new(),
            unreadable: Known::default(),
            moves: Observing::default(),
            open: None,
            commit: COMMIT,
            room: Room::USUAL,
        }
    }

    /// Begins another pass with the memory of the last one. What a broken pass left to be judged is read again.
    pub(super) fn renew(&mut self, setting: &Setting<'_>) {
        self.now = setting.now;
        self.cutoff = plan::cutoff(setting.now, setting.account.backlog_days);
        self.learned = 0;
        self.seen = UidSet::default();
        self.elsewhere = false;
    }

    /// Has a ledger, if none has been needed before. It holds what [`Learner::prepare`] was told of.
    pub(super) fn recall(&mut self) -> Result<&mut Ledger, Fault> {
        if self.ledger.is_none() {
            self.ledger = Some(self.store.ledger(self.account)?.of(&self.own));
        }
        self.ledger.as_mut().ok_or_else(not_recalled)
    }

    /// The ledger, when it was recalled.
    pub(super) fn ledger(&self) -> Result<&Ledger, Fault> {
        self.ledger.as_ref().ok_or_else(not_recalled)
    }

    /// The messages of INBOX that were read since the last call.
    pub(super) fn take_seen(&mut self) -> UidSet {
        std::mem::take(&mut self.seen)
    }

    /// Has the ledger know what it will be asked about these messages.
    pub(super) fn prepare<'f>(&mut self, facts: impl IntoIterator<Item = &'f Facts>) -> Result<&mut Ledger, Fault> {
        self.recall()?;
        let Learner { store, ledger, account, room, .. } = self;
        let ledger = ledger.as_mut().ok_or_else(not_recalled)?;
        if ledger.is_full(*room) {
            ledger.make_room(*room);
        }
        ledger.begin_batch();
        let mut missing = Missing::default();
        facts.into_iter().for_each(|facts| ledger.ask(facts, &mut missing));
        if !missing.is_empty() {
            store.bring(*account, ledger, &missing)?;
        }
        Ok(ledger)
    }

    /// Has the ledger know what it will be asked about a list.
    pub(super) fn prepare_list(&mut self, list: &ListId) -> Result<(), Fault> {
        let (account, mut missing) = (self.account, Missing::default());
        self.recall()?.ask_list(list, &mut missing);
        let Learner { store, ledger: Some(ledger), .. } = self else { return Err(not_recalled()) };
        store.bring(account, ledger, &missing)
    }

    /// Learns from a batch and remembers it. Gives back what is to be judged.
    ///
    /// A transaction holds several batches of one mailbox; [`Learner::close`] ends it.
    pub(super) fn learn(&mut self, batch: Batch<Message>) -> Result<Vec<Found>, Fault> {
        let result = self.try_learn(batch);
        self.unless_undone(result)
    }

    fn try_learn(&mut self, batch: Batch<Message>) -> Result<Vec<Found>, Fault> {
        let before = self.open.map_or(0, |(_, _, messages)| messages);
        self.open = Some((batch.folder.id, batch.next, before + batch.messages.len()));
        let (folder, next, highest_modseq, last) = (batch.folder.id, batch.next, batch.highest_modseq, batch.last);
        let fresh = match &batch {
            Batch { again: true, .. } => self.show(&batch)?,
            Batch { messages, .. } if messages.is_empty() => Vec::new(),
            _ => self.remember(batch)?,
        };
        if last {
            self.store.learn_more(|db| db.read_up_to(folder, next, highest_modseq))?;
        }
        if last || self.open.is_some_and(|(_, _, messages)| messages >= self.commit) {
            self.close()?;
        }
        Ok(fresh)
    }

    /// What failed was rolled back, with all batches that shared its transaction. The ledger has learned from them already: it is put away,
    /// and what is on the disk counts.
    fn unless_undone<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        if result.is_err() {
            (self.open, self.ledger) = (None, None);
        }
        result
    }

    /// Commits what was learned, in one transaction with how far the mailbox has been read.
    pub(super) fn close(&mut self) -> Result<(), Fault> {
        let result = self.try_close();
        self.unless_undone(result)
    }

    fn try_close(&mut self) -> Result<(), Fault> {
        let Some((folder, next, _)) = self.open.take() else { return Ok(()) };
        let (account, fit) = (self.account, habits::to_keep(&mut self.fit, self.now));
        let Learner { store, ledger, .. } = self;
        store.learn_more(|db| {
            if let Some(ledger) = ledger {
                db.write_down(account, ledger)?;
            }
            fit.iter().try_for_each(|fit| db.fit(account, fit))?;
            db.read_up_to(folder, next, None)
        })?;
        self.store.finish_learning()
    }

    fn show(&mut self, batch: &Batch<Message>) -> Result<Vec<Found>, Fault> {
        let now = self.now;
        self.store.learn_more(|db| {
            for Message { uid, internal_date, facts, .. } in &batch.messages {
                let arrival = internal_date.or(facts.date).unwrap_or(now);
                db.show(batch.folder.id, *uid, &shown(batch.role, facts, arrival))?;
            }
            Ok(Vec::new())
        })
    }

    fn remember(&mut self, batch: Batch<Message>) -> Result<Vec<Found>, Fault> {
        self.recall()?;
        let Learner {
            store,
            ledger,
            fit,
            account,
            own,
            now,
            cutoff,
            no_sent,
            inbox,
            learned,
            seen: looked_at,
            elsewhere,
            moves,
            room,
            ..
        } = self;
        let ledger = ledger.as_mut().ok_or_else(not_recalled)?;
        store.learn_more(|db| {
            let is_own = |facts: &Facts| facts.from.as_ref().is_some_and(|from| own.contains(from));
            let by_user =
                |facts: &Facts| batch.role == Role::Sent || (*no_sent && batch.role != Role::Inbox && is_own(facts));
            ledger.begin_batch();
            let mut missing = Missing::default();
            for Message { facts, .. } in &batch.messages {
                if by_user(facts) { ledger.ask_own(facts, &mut missing) } else { ledger.ask(facts, &mut missing) }
            }
            db.bring(*account, ledger, &missing)?;
            let mut found = Vec::new();
            for message in batch.messages {
                let Message { uid, flags, internal_date, instance, object, mid_hash, facts, header } = message;
                let older = plan::older(internal_date, facts.date, *now);
                let arrival = internal_date.or(facts.date).unwrap_or(*now);
                let habits = ledger.habits_of(&facts);
                let seen = Seen {
                    instance,
                    object,
                    uid,
                    flags,
                    mid_hash,
                    sender: facts.from.as_ref().map(Address::as_str),
                    list: facts.list_id.as_ref().map(ListId::as_str),
                    habits,
                    older,
                    at: *now,
                    standing: first_standing(batch.role, instance, arrival, *now, inbox),
                    shown: shown(batch.role, &facts, arrival),
                };
                let Sighting { new, former, there, standing } = db.saw(*account, batch.folder.id, &seen)?;
                let managed_at = batch.folder.managed_at;
                if !there && let Some(how) = moves.turned_up(batch.role, new, managed_at, internal_date, *now) {
                    db.turned_up(*account, (batch.folder.id, uid), (instance, former), how, *now)?;
                    if let Some(from) = &facts.from
                        && db.taken_out_of_trash(*account, instance)?
                    {
                        let list = facts.list_id.as_ref();
                        db.bring_whom(*account, ledger, (from, list, Habits::NONE))?;
                        ledger.flags_changed(from, list, THROWN, Flags::default());
                    }
                }
                if new {
                    *learned += 1;
                    if by_user(&facts) {
                        for answered in ledger.learn_own(&facts, arrival) {
                            if let Some(fit) = fit {
                                fit.wanted(answered);
                            }
                            if let Some((sender, list, habits)) = whose(db.senders_of(*account, answered)?, &facts) {
                                db.bring_whom(*account, ledger, (&sender, list.as_ref(), habits))?;
                                ledger.credit_answer(&sender, list.as_ref(), habits, arrival);
                                if moves.on {
                                    moves.pardoned.extend(db.answered(*account, &sender, list.as_ref(), arrival)?);
                                }
                            }
                        }
                    } else if !is_own(&facts) {
                        ledger.learn_received_of(habits, &facts, arrival, flags);
                    }
                }
                *elsewhere |= !new && standing == Standing::Elsewhere;
                if batch.role == Role::Inbox {
                    looked_at.insert(uid);
                }
                if batch.role == Role::Inbox && standing == Standing::NotJudged && older >= *cutoff {
                    let internal_date = internal_date.unwrap_or(older);
                    found.push(Found { waiting: Waiting { uid, instance, internal_date, flags, new }, header });
                }
            }
            if ledger.is_full(*room) {
                db.write_down(*account, ledger)?;
                ledger.make_room(*room);
            }
            Ok(found)
        })
    }

    /// Takes over what other programs did to known messages: new flags, and messages that are gone.
    pub(super) fn reconcile(
        &mut self,
        folder: &FolderState,
        flags: &[(Uid, Flags)],
        vanished: &[Uid],
    ) -> Result<(), Fault> {
        if flags.is_empty() && vanished.is_empty() {
            return Ok(());
        }
        let parts = || (flags.chunks(PART), vanished.chunks(PART));
        let (mut flags, mut vanished) = parts();
        loop {
            let part = (flags.next().unwrap_or_default(), vanished.next().unwrap_or_default());
            if part.0.is_empty() && part.1.is_empty() {
                return Ok(());
            }
            let result = self.reconcile_part(folder, part);
            self.unless_undone(result)?;
        }
    }

    fn reconcile_part(
        &mut self,
        folder: &FolderState,
        (flags, vanished): (&[(Uid, Flags)], &[Uid]),
    ) -> Result<(), Fault> {
        self.recall()?;
        let Learner { store, ledger, fit, account, moves, now, room, .. } = self;
        let ledger = ledger.as_mut().ok_or_else(not_recalled)?;
        store.learn(|db| {
            for (uid, after) in flags {
                let Some(known) = db.flags(*account, folder.id, *uid, *after)? else { continue };
                if let (Some(fit), Some(id)) = (&mut *fit, known.mid_hash) {
                    habits::of_flags(fit, id, known.flags, *after);
                }
                if known.flags != *after
                    && let Some(sender) = known.sender.as_deref().and_then(Address::parse)
                {
                    let list = known.list.as_deref().and_then(ListId::new);
                    db.bring_whom(*account, ledger, (&sender, list.as_ref(), Habits::NONE))?;
                    ledger.flags_changed(&sender, list.as_ref(), known.flags, *after);
                    if moves.on && after.answered && !known.flags.answered {
                        moves.pardoned.extend(db.answered(*account, &sender, list.as_ref(), *now)?);
                    }
                }
            }
            if moves.on {
                db.departed(*account, folder.id, vanished, *now)?;
            }
            db.vanished(folder.id, vanished)?;
            habits::to_keep(fit, *now).iter().try_for_each(|fit| db.fit(*account, fit))?;
            db.write_down(*account, ledger)?;
            if ledger.is_full(*room) {
                ledger.make_room(*room);
            }
            Ok(())
        })
    }
}

/// Changed flags, and messages that are gone, that are taken over in one transaction.
const PART: usize = 10_000;

fn not_recalled() -> Fault {
    Fault::local("the ledger was asked before it was read", "please report it; nothing was moved")
}

/// An hour: what came into All Mail while INBOX was being read has not been seen in INBOX yet, and is no old mail.
const SETTLED: i64 = 3600;

/// Whose mail an answer answers. Anybody can give a mail the Message-ID of another one, which a public list shows: of several senders who
/// share it, it is the one whom the answer goes to.
fn whose(found: Vec<SenderOf>, answer: &Facts) -> Option<(Address, Option<ListId>, Habits)> {
    let parsed = |(sender, list, habits): SenderOf| {
        let list = list.as_deref().and_then(ListId::new);
        Some((sender.as_deref().and_then(Address::parse)?, list, habits))
    };
    let mut found: Vec<_> = found.into_iter().filter_map(parsed).collect();
    if found.iter().any(|(sender, ..)| *sender != found[0].0) {
        found.retain(|(sender, ..)| answer.recipients().any(|to| to == sender));
    }
    found.into_iter().next()
}

/// Subjects are kept where lists show them.
fn shown(role: Role, facts: &Facts, at: UnixTime) -> Shown<'_> {
    let origin = Origin {
        name: &facts.from_name,
        address: facts.from.as_ref().map_or("", Address::as_str),
        list: facts.list_id.as_ref().map(ListId::as_str),
    };
    Shown {
        at,
        origin: (role != Role::Sent).then_some(origin),
        subject: if matches!(role, Role::Inbox | Role::Managed) { &facts.subject } else { "" },
    }
}

/// Instances that lie in a mailbox: eight bytes each, since there may be a million, in order. What can be done by finding two messages
/// of which these bytes are the same is to have one's own mail judged.
#[derive(Default)]
pub(super) struct Lying(Vec<u64>);

impl Lying {
    pub(super) fn new(mut instances: Vec<u64>) -> Lying {
        instances.sort_unstable();
        Lying(instances)
    }

    fn holds(&self, instance: Instance) -> bool {
        self.0.binary_search(&instance.digest.first()).is_ok()
    }
}

fn first_standing(role: Role, instance: Instance, arrival: UnixTime, now: UnixTime, inbox: &Lying) -> Standing {
    match role {
        Role::Inbox => Standing::NotJudged,
        Role::All if inbox.holds(instance) || arrival.0 > now.0 - SETTLED => Standing::NotJudged,
        _ => Standing::Elsewhere,
    }
}

#[cfg(test)]
mod tests;
