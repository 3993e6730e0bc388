//! What became of intents, and what that changes in what is known of the mailboxes.

use rusqlite::{Connection, OptionalExtension, params};

use super::instances::set_standing;
use super::shown::{Origin, insert_origin};
use super::{AccountId, Standing, Store};
use crate::logic::fault::Fault;
use crate::logic::ids::{Instance, RowId, Uid};
use crate::logic::journal::{Kind, Row, State};

impl Store {
    /// What became of intents.
    pub fn settle(
        &mut self,
        account: AccountId,
        outcomes: &[(&Row, State, Option<Uid>, Option<&str>)],
    ) -> Result<(), Fault> {
        self.transaction(|db| {
            outcomes.iter().try_for_each(|outcome| settle_one(db, account, outcome))?;
            let mut targets: Vec<&str> = outcomes.iter().map(|(row, ..)| row.intent.to.wire()).collect();
            targets.sort_unstable();
            targets.dedup();
            targets.into_iter().try_for_each(|target| read_what_we_moved(db, account, target))
        })
    }

    /// A done row whose message is no longer anywhere.
    pub fn mark_gone(&mut self, row: RowId) -> Result<(), Fault> {
        self.transaction(|db| {
            db.execute("UPDATE journal SET state = 'gone' WHERE id = ?1 AND state = 'done'", [row.0])?;
            Ok(())
        })
    }

    /// A done row whose message the user has put back.
    pub fn mark_undone(&mut self, row: RowId) -> Result<(), Fault> {
        self.transaction(|db| {
            db.execute("UPDATE journal SET state = 'undone' WHERE id = ?1 AND state = 'done'", [row.0])?;
            Ok(())
        })
    }
}

fn settle_one(
    db: &Connection,
    account: AccountId,
    (row, state, to_uid, trouble): &(&Row, State, Option<Uid>, Option<&str>),
) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE journal SET state = ?2, to_uid = ?3, trouble = ?4 WHERE id = ?1")?.execute(params![
        row.id.0,
        state.word(),
        to_uid.map(|uid| uid.0),
        trouble
    ])?;
    if *state != State::Done {
        return Ok(());
    }
    if row.intent.kind == Kind::Append {
        return put_there(db, account, row);
    }
    set_standing(db, account, row.intent.instance, Standing::Filed)?;
    if row.intent.kind == Kind::Move {
        moved(db, account, row, *to_uid)?;
    }
    let Some(undoes) = row.intent.undoes else { return Ok(()) };
    db.prepare_cached("UPDATE journal SET state = 'undone' WHERE id = ?1")?.execute([undoes.0])?;
    if let Some(uid) = to_uid {
        // The row that had put it where it now lies again must find it under its new UID.
        db.prepare_cached(
            "UPDATE journal SET to_uid = ?1, to_validity = ?2 WHERE id = (
                 SELECT max(id) FROM journal WHERE account = ?3 AND digest = ?4 AND size = ?5 AND state = 'done'
                     AND undoes IS NULL AND to_folder = ?6 AND id < ?7
                     AND to_uid = (SELECT from_uid FROM journal WHERE id = ?7))",
        )?
        .execute(params![
            uid.0,
            row.before.validity.0,
            account.0,
            row.intent.instance.digest.0,
            row.intent.instance.size,
            row.intent.to.wire(),
            undoes.0
        ])?;
    }
    Ok(())
}

/// Our own message lies there. It counts as seen, learned from and judged before any pass comes by; as what the server shows of it,
/// which may differ from what was sent.
fn put_there(db: &Connection, account: AccountId, row: &Row) -> rusqlite::Result<()> {
    let Instance { digest, size } = row.intent.instance;
    db.prepare_cached("UPDATE journal SET digest = ?2, size = ?3 WHERE id = ?1")?
        .execute(params![row.id.0, digest.0, size])?;
    let origin = Origin { address: &row.intent.sender, ..Origin::default() };
    insert_origin(db)?.execute(params![origin.id(), origin.name, origin.address, origin.list])?;
    db.prepare_cached(
        "INSERT INTO instance (account, digest, size, mid_hash, origin, older, standing) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO UPDATE SET standing = ?7",
    )?
    .execute(params![
        account.0,
        digest.0,
        size,
        row.intent.message_id.as_ref().map(|id| id.hash().0.cast_signed()),
        origin.id(),
        row.intent.internal_date.0,
        Standing::Filed.number(),
    ])
    .map(drop)
}

/// The message lies in another mailbox now, so that the next pass does not read it again.
fn moved(db: &Connection, account: AccountId, row: &Row, to_uid: Option<Uid>) -> rusqlite::Result<()> {
    type Moved = (i64, i64, Option<i64>, Option<String>);
    let known: Option<Moved> = db
        .prepare_cached(
            "DELETE FROM message WHERE uid = ?3 AND folder = (SELECT id FROM folder WHERE account = ?1 AND name = ?2)
             RETURNING flags, at, origin, subject",
        )?
        .query_row(params![account.0, row.intent.from.folder.wire(), row.intent.from.uid.0], |found| {
            Ok((found.get(0)?, found.get(1)?, found.get(2)?, found.get(3)?))
        })
        .optional()?;
    let (Some(uid), Some((flags, at, origin, subject))) = (to_uid, known) else { return Ok(()) };
    db.prepare_cached(
        "INSERT INTO message (folder, uid, digest, size, flags, at, origin, subject, since)
         SELECT id, ?3, ?4, ?5, ?6, ?8, ?9, ?10, ?11 FROM folder WHERE account = ?1 AND name = ?2 AND uid_validity = ?7
         ON CONFLICT (folder, uid) DO UPDATE SET digest = ?4, size = ?5, flags = ?6, at = ?8, origin = ?9, subject = ?10",
    )?
    .execute(params![
        account.0,
        row.intent.to.wire(),
        uid.0,
        row.intent.instance.digest.0,
        row.intent.instance.size,
        flags,
        row.before.validity.0,
        at,
        origin,
        subject,
        row.at.0
    ])?;
    Ok(())
}

/// What we moved need not be read again: the mailbox counts as read as far as our own messages reach without a gap.
fn read_what_we_moved(db: &Connection, account: AccountId, folder: &str) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE folder SET uid_next = (
             SELECT CASE WHEN count(*) > 0 AND max(m.uid) - folder.uid_next + 1 = count(*) THEN max(m.uid) + 1
                         ELSE folder.uid_next END
             FROM message m WHERE m.folder = folder.id AND m.uid >= folder.uid_next)
         WHERE account = ?1 AND name = ?2",
    )?
    .execute(params![account.0, folder])
    .map(drop)
}
