//! The ledger on disk.

use std::borrow::Cow;

use rusqlite::{Row, params};

use super::learning::LearnTransaction;
use super::{AccountId, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category, ListId, MidHash, UnixTime};
use crate::logic::ledger::{Changes, Decayed, Habit, Key, Lately, Ledger, Relation, Rhythm, Template, Topic};

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

impl Store {
    /// The whole ledger of an account.
    pub fn ledger(&self, account: AccountId) -> Result<Ledger, Fault> {
        self.read(|db| {
            let mut ledger = Ledger::default();
            let mut statement = db.prepare(&format!("SELECT kind, name, {COLUMNS} FROM ledger WHERE account = ?1"))?;
            let mut rows = statement.query([account.0])?;
            while let Some(row) = rows.next()? {
                if let Some(key) = key(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?) {
                    ledger.restore_relation(key, relation(row, 2)?);
                }
            }
            let mut statement = db.prepare("SELECT hash, at FROM own_message WHERE account = ?1")?;
            let mut rows = statement.query([account.0])?;
            while let Some(row) = rows.next()? {
                ledger.restore_own_id(hash(row)?, UnixTime(row.get(1)?));
            }
            let mut statement = db.prepare("SELECT hash, own, waiting, at FROM topic WHERE account = ?1")?;
            let mut rows = statement.query([account.0])?;
            while let Some(row) = rows.next()? {
                let topic = Topic::restored(row.get(1)?, row.get(2)?, UnixTime(row.get(3)?));
                ledger.restore_topic(hash(row)?, topic);
            }
            let mut statement = db.prepare("SELECT hash, at FROM answer WHERE account = ?1")?;
            let mut rows = statement.query([account.0])?;
            while let Some(row) = rows.next()? {
                ledger.restore_answered(hash(row)?, UnixTime(row.get(1)?));
            }
            let mut statement = db.prepare("SELECT name, count FROM authserv WHERE account = ?1")?;
            let mut rows = statement.query([account.0])?;
            while let Some(row) = rows.next()? {
                ledger.restore_authserv(row.get_ref(0)?.as_str()?, row.get(1)?);
            }
            Ok(ledger)
        })
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

impl LearnTransaction<'_> {
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

fn key(kind: &str, name: &str) -> Option<Key> {
    match kind {
        "address" => Address::parse(name).map(Key::Address),
        "list" => ListId::new(name).map(Key::List),
        "habit" => Habit::from_name(name).map(Key::Habit),
        "own" => Address::parse(name).map(Key::Own),
        "account" => Some(Key::Account),
        _ => Some(Key::Domain(name.into())),
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

/// The first column.
fn hash(row: &Row<'_>) -> rusqlite::Result<MidHash> {
    Ok(MidHash(row.get::<_, i64>(0)?.cast_unsigned()))
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
        let kept = store.ledger(account).unwrap();
        let paper = kept.sender(&Address::parse("a@paper.example").unwrap()).unwrap();
        assert!(paper.discarded == 7 && paper.rhythm.gaps == 6 && paper.template.votes == 7, "{paper:?}");
        for (key, relation) in &changes.relations {
            assert_eq!(kept.relation(key), Some(relation), "{key:?}");
        }
    }
}
