//! From any older database to today's schema, one step a version.

use std::path::Path;

use rusqlite::Connection;

use crate::logic::fault::Fault;

/// The steps. Step N brings a database from version N to N + 1; steps are never changed once released.
const STEPS: &[&str] = &[
    include_str!("step-1.sql"),
    include_str!("step-2.sql"),
    include_str!("step-3.sql"),
    include_str!("step-4.sql"),
    include_str!("step-5.sql"),
    include_str!("step-6.sql"),
    include_str!("step-7.sql"),
    include_str!("step-8.sql"),
    include_str!("step-9.sql"),
    include_str!("step-10.sql"),
    include_str!("step-11.sql"),
    include_str!("step-12.sql"),
];

/// The version that this mailherd writes.
fn newest() -> u32 {
    u32::try_from(STEPS.len()).unwrap_or(u32::MAX)
}

/// Why a database could not be brought up to date.
pub(super) enum Problem {
    Newer { found: u32 },
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Problem {
        Problem::Sqlite(error)
    }
}

impl Problem {
    pub(super) fn into_fault(self, path: &Path) -> Fault {
        match self {
            Problem::Sqlite(error) => super::fault(path, &error),
            Problem::Newer { found } => Fault::local(
                format!(
                    "the database {} was written by a newer mailherd (schema {found}; this one knows {})",
                    path.display(),
                    newest()
                ),
                "run the newer mailherd again, or point state_dir at another directory; nothing was changed",
            ),
        }
    }
}

pub(super) fn migrate(db: &mut Connection) -> Result<(), Problem> {
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > newest() {
        return Err(Problem::Newer { found });
    }
    if found == newest() {
        return Ok(());
    }
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Another process may have done it while this one waited for the lock.
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for step in &STEPS[found.min(newest()) as usize..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", newest())?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn shape(db: &Connection) -> BTreeMap<String, String> {
        let mut statement = db
            .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
            .unwrap();
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
        rows.map(|row| row.map(|(name, sql)| (name, without_comments(&sql))).unwrap()).collect()
    }

    fn without_comments(sql: &str) -> String {
        let code = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
        let code = code.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        // ALTER TABLE writes its column where the table ends, with blanks of its own.
        code.replace(" ,", ",").replace(" )", ")")
    }

    #[test]
    fn the_commented_schema_is_what_migration_makes() {
        let mut migrated = Connection::open_in_memory().unwrap();
        migrate(&mut migrated).ok().unwrap();
        let commented = Connection::open_in_memory().unwrap();
        commented.execute_batch(include_str!("schema.sql")).unwrap();
        assert_eq!(shape(&migrated), shape(&commented));
        let strict: i64 = migrated
            .query_row(
                "SELECT count(*) FROM pragma_table_list WHERE strict = 0 AND name NOT LIKE 'sqlite_%'",
                [],
                |r| r.get(0),
            )
            .unwrap();
        assert_eq!(strict, 0, "every table is STRICT");
    }

    #[test]
    fn a_database_of_the_first_version_keeps_what_it_knew() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(STEPS[0]).unwrap();
        db.pragma_update(None, "user_version", 1).unwrap();
        db.execute_batch(
            "INSERT INTO account (id, name) VALUES (1, 'home');
             INSERT INTO ledger (account, kind, name, received, read, flagged, replied, sent_to, machine, dmarc_passed, warmth,
                                 warmth_at, volume, volume_at, first_seen, last_seen, last_sent)
             VALUES (1, 'address', 'a@b.example', 5, 4, 0, 2, 1, 1, 0, 3.0, 200, 5.0, 300, 100, 300, 200)",
        )
        .unwrap();
        migrate(&mut db).ok().unwrap();
        let kept: (f64, i64, f64, i64, u32) = db
            .query_row("SELECT personal_volume, personal_at, answers, answers_at, received FROM ledger", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .unwrap();
        assert_eq!(kept, (4.0, 300, 2.0, 200, 5));
    }

    #[test]
    fn mail_of_a_database_of_the_second_version_is_in_order_and_waits_to_be_read_again() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(STEPS[0]).unwrap();
        db.execute_batch(STEPS[1]).unwrap();
        db.pragma_update(None, "user_version", 2).unwrap();
        db.execute_batch(
            "INSERT INTO account (id, name) VALUES (1, 'home');
             INSERT INTO folder (id, account, name, uid_validity, uid_next, managed_at)
             VALUES (1, 1, 'INBOX', 7, 3, NULL), (2, 1, 'News', 7, 1, 5);
             INSERT INTO instance (account, digest, size, sender, older, standing) VALUES (1, x'aa', 10, 'a@b.example', 900, 1);
             INSERT INTO message (folder, uid, digest, size, flags) VALUES (1, 1, x'aa', 10, 0), (1, 2, x'bb', 10, 0)",
        )
        .unwrap();
        migrate(&mut db).ok().unwrap();
        let mut statement = db.prepare("SELECT at, subject IS NULL FROM message ORDER BY uid").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(rows.collect::<rusqlite::Result<Vec<(i64, bool)>>>().unwrap(), [(900, true), (0, true)]);
        let category: String = db.query_row("SELECT category FROM folder WHERE id = 1", [], |row| row.get(0)).unwrap();
        assert_eq!(category, "inbox");
    }

    #[test]
    fn instances_of_a_database_of_the_eighth_version_are_from_whom_they_were() {
        let mut db = Connection::open_in_memory().unwrap();
        STEPS[..8].iter().for_each(|step| db.execute_batch(step).unwrap());
        db.pragma_update(None, "user_version", 8).unwrap();
        db.execute_batch(
            "INSERT INTO account (id, name) VALUES (1, 'home'), (2, 'work');
             INSERT INTO origin (id, name, address, list) VALUES (-77, 'Anna', 'a@b.example', NULL),
                 (9, 'Anna Berg', 'a@b.example', NULL), (10, 'Anna', 'a@b.example', 'list.b.example');
             INSERT INTO instance (account, digest, size, mid_hash, sender, list, older, standing, habits) VALUES
                 (1, x'01', 10, 5, 'a@b.example', NULL, 30, 1, 7),
                 (1, x'02', 10, NULL, 'a@b.example', 'list.b.example', 20, 2, 0),
                 (2, x'01', 10, 5, 'c@d.example', 'x.d.example', 10, 0, 0),
                 (1, x'03', 11, 6, NULL, NULL, 5, 3, 0)",
        )
        .unwrap();
        migrate(&mut db).ok().unwrap();
        let mut statement = db
            .prepare(
                "SELECT i.account, hex(i.digest), i.mid_hash, i.standing, i.habits, o.address, o.list FROM instance i
                 JOIN origin o ON o.id = i.origin ORDER BY i.older DESC",
            )
            .unwrap();
        type Kept = (i64, String, Option<i64>, i64, i64, String, Option<String>);
        let rows = statement.query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
        });
        let kept: Vec<Kept> = rows.unwrap().collect::<rusqlite::Result<_>>().unwrap();
        let row = |account, digest: &str, mid_hash, standing, habits, address: &str, list: Option<&str>| {
            (account, digest.to_owned(), mid_hash, standing, habits, address.to_owned(), list.map(str::to_owned))
        };
        let expected = [
            row(1, "01", Some(5), 1, 7, "a@b.example", None),
            row(1, "02", None, 2, 0, "a@b.example", Some("list.b.example")),
            row(2, "01", Some(5), 0, 0, "c@d.example", Some("x.d.example")),
            row(1, "03", Some(6), 3, 0, "", None),
        ];
        assert_eq!(kept, expected);
        let named: i64 = db.query_row("SELECT origin FROM instance WHERE older = 30", [], |row| row.get(0)).unwrap();
        assert_eq!(named, -77, "an origin that is there already is not written again");
    }

    #[test]
    fn orders_of_a_database_of_the_tenth_version_come_from_where_they_came() {
        let mut db = Connection::open_in_memory().unwrap();
        STEPS[..10].iter().for_each(|step| db.execute_batch(step).unwrap());
        db.pragma_update(None, "user_version", 10).unwrap();
        db.execute_batch(
            "INSERT INTO standing_order (id, account, kind, name, category, given_at, pending) VALUES
                 (1, NULL, 'domain', 'said.example', 'bulk', 1, 0), (2, NULL, 'domain', 'moved.example', 'bulk', 2, 0);
             INSERT INTO run (id, at, what, standing_order) VALUES (7, 1, 'order', 1);
             INSERT INTO standing_order (id, account, kind, name, category, given_at, pending, run)
             VALUES (3, NULL, 'domain', 'pointed.example', 'bulk', 3, 0, 7)",
        )
        .unwrap();
        migrate(&mut db).ok().unwrap();
        let mut statement = db.prepare("SELECT origin FROM standing_order ORDER BY id").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        assert_eq!(rows.collect::<rusqlite::Result<Vec<String>>>().unwrap(), ["said", "moved", "said"]);
    }

    #[test]
    fn how_mail_is_treated_is_counted_from_the_ledger_of_an_older_version() {
        let mut db = Connection::open_in_memory().unwrap();
        STEPS[..11].iter().for_each(|step| db.execute_batch(step).unwrap());
        db.pragma_update(None, "user_version", 11).unwrap();
        db.execute_batch("INSERT INTO account (id, name) VALUES (1, 'home'), (2, 'work'), (3, 'new')").unwrap();
        let rows = [
            (1, "address", "a@b.example", 5, 4, 2, 1),
            (1, "address", "c@b.example", 3, 0, 0, 3),
            (1, "domain", "b.example", 8, 4, 2, 4),
            (2, "address", "a@b.example", 1, 1, 0, 0),
        ];
        for (account, kind, name, received, read, replied, machine) in rows {
            db.execute(
                "INSERT INTO ledger (account, kind, name, received, read, flagged, replied, sent_to, machine, dmarc_passed,
                                     warmth, warmth_at, volume, volume_at, first_seen, last_seen)
                 VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, 0, ?7, 0, 0.0, 0, 0.0, 0, 0, 0)",
                rusqlite::params![account, kind, name, received, read, replied, machine],
            )
            .unwrap();
        }
        migrate(&mut db).ok().unwrap();
        let mut statement =
            db.prepare("SELECT account, personal, received, read, replied FROM rate ORDER BY account").unwrap();
        type Rate = (i64, i64, i64, i64, i64);
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)));
        let kept: Vec<Rate> = rows.unwrap().collect::<rusqlite::Result<_>>().unwrap();
        assert_eq!(kept, [(1, 4, 8, 4, 2), (2, 1, 1, 1, 0)]);
    }

    #[test]
    fn a_newer_database_is_refused_and_not_touched() {
        let mut db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "user_version", 999).unwrap();
        let Err(problem) = migrate(&mut db) else { panic!("accepted") };
        let fault = problem.into_fault(Path::new("x"));
        assert!(fault.cause.contains("newer mailherd (schema 999"), "{fault}");
        assert!(shape(&db).is_empty());
    }
}
