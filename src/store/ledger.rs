//! The ledger on disk.

use std::borrow::Cow;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::learning::LearnTransaction;
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category, ListId, MidHash, UnixTime};
use crate::logic::ledger::{
    AccountRate, Changes, Decayed, Habits, Key, Lately, Ledger, Missing, Relation, Rhythm, Template, Topic,
};

/// A sender as `mailherd senders` shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct SenderRow {
    /// Who.
    pub address: Address,
    /// What the ledger says.
    pub relation: Relation,
    /// What the last judged mail was.
    pub category: Option<Category>,
}

const COLUMNS: &str = "received, read, flagged, replied, sent_to, machine, dmarc_passed, warmth, warmth_at, volume, \
                       volume_at, first_seen, last_seen, last_sent, personal_volume, burst, personal_at, answers, \
                       answers_at, lately, lately_at, answered_user, discarded, gap_mean, gap_variance, gaps, \
                       template, template_votes";

/// The tables that grow with the mailbox.
const EACH: [&str; 4] = ["ledger", "own_message", "topic", "answer"];

/// Relations that are copied at a time to be written.
const TOGETHER: usize = 2_000;

impl Store {
    /// The ledger of an account, with nothing in it yet of what grows with the mailbox: [`Store::bring`] puts back what it asks for.
    pub fn ledger(&self, account: AccountId) -> Result<Ledger, Fault> {
        self.read(|db| {
            let empty = EACH.iter().try_fold(true, |empty, table| {
                let rows: bool = db
                    .prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE account = ?1)"))?
                    .query_row([account.0], |row| row.get(0))?;
                Ok::<_, rusqlite::Error>(empty && !rows)
            })?;
            let mut ledger = if empty { Ledger::new() } else { Ledger::new().of_more() };
            let mut statement = db.prepare_cached("SELECT name, count FROM authserv WHERE account = ?1")?;
            let mut rows = statement.query([account.0])?;
            while let Some(row) = rows.next()? {
                ledger.restore_authserv(row.get_ref(0)?.as_str()?, row.get(1)?);
            }
            let rate = db
                .prepare_cached("SELECT personal, received, read, replied FROM rate WHERE account = ?1")?
                .query_row([account.0], |row| {
                    let count = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
                    Ok(AccountRate { personal: count(0)?, received: count(1)?, read: count(2)?, replied: count(3)? })
                })
                .optional()?;
            ledger.restore_rate(rate.unwrap_or_default());
            Ok(ledger)
        })
    }

    /// Puts back into a ledger what is known of what it misses.
    pub fn bring(&self, account: AccountId, ledger: &mut Ledger, missing: &Missing) -> Result<(), Fault> {
        self.read(|db| bring(db, account, ledger, missing))
    }

    /// The senders that wrote most, most first.
    pub fn senders(&self, account: AccountId, limit: usize) -> Result<Vec<SenderRow>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare(&format!(
                "SELECT name, category, {COLUMNS} FROM ledger WHERE account = ?1 AND kind = 'address'
                 ORDER BY received DESC, sent_to DESC, name LIMIT ?2"
            ))?;
            let rows = statement.query_map(params![account.0, i64::try_from(limit).unwrap_or(i64::MAX)], sender_row)?;
            rows.filter_map(Result::transpose).collect()
        })
    }

    /// What the ledger says of one sender.
    pub fn sender(&self, account: AccountId, address: &Address) -> Result<Option<SenderRow>, Fault> {
        self.read(|db| {
            let mut statement = db.prepare(&format!(
                "SELECT name, category, {COLUMNS} FROM ledger WHERE account = ?1 AND kind = 'address' AND name = ?2"
            ))?;
            let mut rows = statement.query_map(params![account.0, address.as_str()], sender_row)?;
            rows.next().transpose().map(Option::flatten)
        })
    }

    /// Remembers what the last judged mail of each sender was.
    pub fn note_categories<'a>(
        &mut self,
        account: AccountId,
        categories: impl Iterator<Item = (&'a Address, Category)>,
    ) -> Result<(), Fault> {
        self.transaction(|db| {
            let mut statement = db.prepare_cached(
                "UPDATE ledger SET category = ?3 WHERE account = ?1 AND kind = 'address' AND name = ?2",
            )?;
            for (address, category) in categories {
                statement.execute(params![account.0, address.as_str(), category.word()])?;
            }
            Ok(())
        })
    }
}

/// In the order in which it lies: each page is then looked at once.
fn bring(db: &Connection, account: AccountId, ledger: &mut Ledger, missing: &Missing) -> rusqlite::Result<()> {
    let mut relations: Vec<_> = missing.relations.iter().map(|key| (columns(key), key)).collect();
    relations.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let mut statement =
        db.prepare_cached(&format!("SELECT {COLUMNS} FROM ledger WHERE account = ?1 AND kind = ?2 AND name = ?3"))?;
    for ((kind, name), key) in relations {
        let found = statement.query_row(params![account.0, kind, &*name], |row| relation(row, 0)).optional()?;
        if let Some(found) = found {
            ledger.restore_relation(key.clone(), found);
        }
    }
    let sorted = |hashes: &mut dyn Iterator<Item = MidHash>| {
        let mut hashes: Vec<i64> = hashes.map(|hash| hash.0.cast_signed()).collect();
        hashes.sort_unstable();
        hashes
    };
    let mut statement = db.prepare_cached("SELECT own, waiting, at FROM topic WHERE account = ?1 AND hash = ?2")?;
    for hash in sorted(&mut missing.topics.iter().copied()) {
        let found = statement.query_row(params![account.0, hash], |row| {
            Ok(Topic::restored(row.get(0)?, row.get(1)?, UnixTime(row.get(2)?)))
        });
        if let Some(topic) = found.optional()? {
            ledger.restore_topic(MidHash(hash.cast_unsigned()), topic);
        }
    }
    let ids = sorted(&mut missing.ids.iter().copied());
    for (table, restore) in [
        ("own_message", Ledger::restore_own_id as fn(&mut Ledger, MidHash, UnixTime)),
        ("answer", Ledger::restore_answered),
    ] {
        let mut statement = db.prepare_cached(&format!("SELECT at FROM {table} WHERE account = ?1 AND hash = ?2"))?;
        for hash in &ids {
            if let Some(at) = statement.query_row(params![account.0, hash], |row| row.get(0)).optional()? {
                restore(ledger, MidHash(hash.cast_unsigned()), UnixTime(at));
            }
        }
    }
    Ok(())
}

impl LearnTransaction<'_> {
    /// As [`Store::bring`], with what this transaction has written.
    pub fn bring(&self, account: AccountId, ledger: &mut Ledger, missing: &Missing) -> rusqlite::Result<()> {
        bring(self.db, account, ledger, missing)
    }

    /// Puts back what is known of those whom the ledger is about to learn something of.
    pub fn bring_whom(
        &self,
        account: AccountId,
        ledger: &mut Ledger,
        (sender, list, habits): (&Address, Option<&ListId>, Habits),
    ) -> rusqlite::Result<()> {
        let mut missing = Missing::default();
        ledger.ask_sender(sender, list, habits, &mut missing);
        if missing.is_empty() { Ok(()) } else { self.bring(account, ledger, &missing) }
    }

    /// All that the ledger learned since it was last written; some of it at a time, since it is copied for that.
    pub fn write_down(&self, account: AccountId, ledger: &mut Ledger) -> rusqlite::Result<()> {
        loop {
            let changes = ledger.take_some_changes(TOGETHER);
            if changes.is_empty() {
                return Ok(());
            }
            self.ledger(account, &changes)?;
        }
    }

    /// What the ledger learned since it was last written.
    pub fn ledger(&self, account: AccountId, changes: &Changes) -> rusqlite::Result<()> {
        let mut upsert = self.db.prepare_cached(
            "INSERT INTO ledger (account, kind, name, received, read, flagged, replied, sent_to, machine, dmarc_passed,
                                 warmth, warmth_at, volume, volume_at, first_seen, last_seen, last_sent,
                                 personal_volume, burst, personal_at, answers, answers_at, lately, lately_at, answered_user,
                                 discarded, gap_mean, gap_variance, gaps, template, template_votes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23,
                     ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31)
             ON CONFLICT (account, kind, name) DO UPDATE SET received = ?4, read = ?5, flagged = ?6, replied = ?7,
                 sent_to = ?8, machine = ?9, dmarc_passed = ?10, warmth = ?11, warmth_at = ?12, volume = ?13,
                 volume_at = ?14, first_seen = ?15, last_seen = ?16, last_sent = ?17, personal_volume = ?18, burst = ?19,
                 personal_at = ?20, answers = ?21, answers_at = ?22, lately = ?23, lately_at = ?24, answered_user = ?25,
                 discarded = ?26, gap_mean = ?27, gap_variance = ?28, gaps = ?29, template = ?30, template_votes = ?31",
        )?;
        // In the order in which they lie: each page is then written once.
        let mut relations: Vec<_> = changes.relations.iter().map(|(key, one)| (columns(key), one)).collect();
        relations.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        for ((kind, name), one) in &relations {
            let name = &**name;
            upsert.execute(params![
                account.0,
                kind,
                name,
                one.received,
                one.read,
                one.flagged,
                one.replied,
                one.sent_to,
                one.machine,
                one.dmarc_passed,
                one.warmth.value,
                one.warmth.at.0,
                one.volume.value,
                one.volume.at.0,
                one.first_seen.0,
                one.last_seen.0,
                one.last_sent.map(|at| at.0),
                one.personal_volume.value,
                one.burst.value,
                one.personal_volume.at.0,
                one.answers.value,
                one.answers.at.0,
                one.lately.value,
                one.lately.at.0,
                one.answered_user,
                one.discarded,
                one.rhythm.mean,
                one.rhythm.variance,
                one.rhythm.gaps,
                one.template.hash,
                one.template.votes
            ])?;
        }
        let mut own = self
            .db
            .prepare_cached("INSERT INTO own_message (account, hash, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
        for (hash, at) in &changes.own_ids {
            own.execute(params![account.0, hash.0.cast_signed(), at.0])?;
        }
        let mut topics = self.db.prepare_cached(
            "INSERT INTO topic (account, hash, own, waiting, at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (account, hash) DO UPDATE SET own = ?3, waiting = ?4, at = ?5",
        )?;
        let mut in_order: Vec<_> = changes.topics.iter().collect();
        in_order.sort_unstable_by_key(|(hash, _)| hash.0.cast_signed());
        for (hash, topic) in in_order {
            topics.execute(params![account.0, hash.0.cast_signed(), topic.own, topic.waiting, topic.at.0])?;
        }
        let mut answer = self
            .db
            .prepare_cached("INSERT INTO answer (account, hash, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
        for (hash, at) in &changes.answered {
            answer.execute(params![account.0, hash.0.cast_signed(), at.0])?;
        }
        let mut authserv = self.db.prepare_cached(
            "INSERT INTO authserv (account, name, count) VALUES (?1, ?2, ?3)
             ON CONFLICT (account, name) DO UPDATE SET count = ?3",
        )?;
        for (name, count) in &changes.authserv {
            authserv.execute(params![account.0, name, count])?;
        }
        if let Some(rate) = &changes.rate {
            let [personal, received, read, replied] =
                [rate.personal, rate.received, rate.read, rate.replied].map(u64::cast_signed);
            self.db
                .prepare_cached(
                    "INSERT INTO rate (account, personal, received, read, replied) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (account) DO UPDATE SET personal = ?2, received = ?3, read = ?4, replied = ?5",
                )?
                .execute(params![account.0, personal, received, read, replied])?;
        }
        Ok(())
    }
}

fn columns(key: &Key) -> (&'static str, Cow<'_, str>) {
    match key {
        Key::Address(address) => ("address", address.as_str().into()),
        Key::List(list) => ("list", list.as_str().into()),
        Key::Domain(domain) => ("domain", (&**domain).into()),
        Key::Habit(habit) => ("habit", habit.name().into()),
        Key::Own(address) => ("own", address.as_str().into()),
        Key::Account => ("account", "".into()),
    }
}

fn relation(row: &Row<'_>, first: usize) -> rusqlite::Result<Relation> {
    Ok(Relation {
        received: row.get(first)?,
        read: row.get(first + 1)?,
        flagged: row.get(first + 2)?,
        replied: row.get(first + 3)?,
        sent_to: row.get(first + 4)?,
        machine: row.get(first + 5)?,
        dmarc_passed: row.get(first + 6)?,
        warmth: Decayed { value: row.get(first + 7)?, at: UnixTime(row.get(first + 8)?) },
        volume: Decayed { value: row.get(first + 9)?, at: UnixTime(row.get(first + 10)?) },
        first_seen: UnixTime(row.get(first + 11)?),
        last_seen: UnixTime(row.get(first + 12)?),
        last_sent: row.get::<_, Option<i64>>(first + 13)?.map(UnixTime),
        // Both count the same mail.
        personal_volume: Decayed { value: row.get(first + 14)?, at: UnixTime(row.get(first + 16)?) },
        burst: Lately { value: row.get(first + 15)?, at: UnixTime(row.get(first + 16)?) },
        answers: Decayed { value: row.get(first + 17)?, at: UnixTime(row.get(first + 18)?) },
        lately: Lately { value: row.get(first + 19)?, at: UnixTime(row.get(first + 20)?) },
        answered_user: row.get(first + 21)?,
        discarded: row.get(first + 22)?,
        rhythm: Rhythm { mean: row.get(first + 23)?, variance: row.get(first + 24)?, gaps: row.get(first + 25)? },
        template: Template { hash: row.get(first + 26)?, votes: row.get(first + 27)? },
    })
}

fn sender_row(row: &Row<'_>) -> rusqlite::Result<Option<SenderRow>> {
    let Some(address) = Address::parse(row.get_ref(0)?.as_str()?) else { return Ok(None) };
    let category = row.get::<_, Option<String>>(1)?.and_then(|word| Category::from_word(&word));
    Ok(Some(SenderRow { address, relation: relation(row, 2)?, category }))
}

#[cfg(test)]
impl Store {
    /// Each row of what the ledger is made of, in words.
    pub(crate) fn everything_learned(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for table in EACH.into_iter().chain(["authserv", "rate", "instance", "message", "folder"]) {
            let mut statement = self.db.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3")).unwrap();
            let columns = statement.column_count();
            let row = |row: &Row<'_>| {
                let values = (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column));
                values.collect::<rusqlite::Result<Vec<_>>>().map(|values| format!("{table} {values:?}"))
            };
            rows.extend(statement.query_map([], row).unwrap().map(Result::unwrap));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::facts;
    use crate::logic::ids::Flags;

    #[test]
    fn what_was_learned_survives_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::new().of(&[Address::parse("me@maren.example").unwrap()]);
        let thrown_away = Flags { deleted: true, ..Flags::default() };
        for day in 1..=7 {
            let header = format!(
                "From: a@paper.example\r\nTo: me@maren.example\r\nSubject: Issue no. {day} is out\r\nMessage-ID: <{day}@x>\r\n"
            );
            ledger.learn_received(&facts::read(header.as_bytes()), UnixTime(day * UnixTime::DAY), thrown_away);
        }
        ledger
            .learn_own(&facts::read(b"From: me@maren.example\r\nTo: a@paper.example\r\n"), UnixTime(9 * UnixTime::DAY));
        let changes = ledger.take_changes();
        let mut store = Store::open(dir.path()).unwrap();
        let account = store.account("home").unwrap();
        store.learn_more(|db| db.ledger(account, &changes)).unwrap();
        store.finish_learning().unwrap();
        drop(store);
        let store = Store::open(dir.path()).unwrap();
        let account = store.account("home").unwrap();
        let mut kept = store.ledger(account).unwrap();
        assert_eq!(kept.account_rate(), ledger.account_rate());
        let relations = changes.relations.iter().map(|(key, _)| key.clone()).collect();
        store.bring(account, &mut kept, &Missing { relations, ..Missing::default() }).unwrap();
        let paper = kept.sender(&Address::parse("a@paper.example").unwrap()).unwrap();
        assert!(paper.discarded == 7 && paper.rhythm.gaps == 6 && paper.template.votes == 7, "{paper:?}");
        for (key, relation) in &changes.relations {
            assert_eq!(kept.relation(key), Some(relation), "{key:?}");
        }
    }
}
