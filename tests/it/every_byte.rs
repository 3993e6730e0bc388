//! A filing session that is cut at every byte, of what the server says and of what mailherd says.
//!
//! The mailbox is small, so that a session is: one message to file beside others that are none of mailherd's business. After each
//! cut the same pass connects again, or, each second time, cannot, and the next one has to settle what was left.

use mailherd::demo::mailbox::Account;
use mailherd::demo::server::{Abilities, CopyUid, Options, Server, What, When};
use mailherd::imap::mover::{self, Outcome};
use mailherd::imap::{Access, Endpoint, Login, Session, TlsMode, discover, open};
use mailherd::logic::fault::Fault;
use mailherd::logic::ids::{Category, FolderName, Instance, RowId, RunId, Uid, UidValidity, UnixTime};
use mailherd::logic::journal::{Before, Intent, Kind, Place, Row, State};

use crate::support::embedded::{Embedded, message};
use crate::support::inside::Inside;
use crate::support::mail::{ME, Mail};
use crate::support::world::World;

/// A letter for News, with a header as short as they come.
fn letter() -> Mail {
    Mail::from("A <a@k.example>").header("List-Id", "<l.k.example>").header("Precedence", "bulk")
}

/// A user on a server that says no more than it must, whose managed folders exist, with somebody else's mail in INBOX and News
/// that is marked as deleted, and a letter of a stranger.
struct Bench {
    user: Embedded,
    inside: Inside,
    cuts: u32,
}

impl Bench {
    fn new(abilities: Abilities) -> Bench {
        let user = Embedded::of(Account::empty("Me", ME), Options { abilities, ..Options::default() });
        let inside = Inside::new(&user);
        inside.pass().1.unwrap();
        user.receives("INBOX", &[letter().flag("\\Deleted"), Mail::from("Carl <c@x.example>")]);
        user.receives("News", &[letter().flag("\\Deleted")]);
        user.server.change(|store| {
            // UIDs of three digits from here on: each session is as long as the one before.
            for folder in ["INBOX", "News"] {
                for _ in 0..100 {
                    let uid = store.deliver(folder, message(&letter()));
                    store.expunge(folder, &[uid]);
                }
            }
        });
        inside.pass().1.unwrap();
        Bench { user, inside, cuts: 0 }
    }

    /// How many bytes a session takes that nobody cuts: of the server's, and of mailherd's.
    fn undisturbed(&self) -> (u64, u64) {
        let before = self.user.server.counts();
        self.arrives();
        self.inside.pass().1.unwrap();
        self.filed_and_taken_away("undisturbed");
        let after = self.user.server.counts();
        (after.bytes_sent - before.bytes_sent, after.bytes_received - before.bytes_received)
    }

    fn arrives(&self) {
        self.user.receives("INBOX", &[letter().flag("\\Seen")]);
    }

    /// One session that is cut at `when`, and what settles it.
    fn cut(&mut self, when: When, what: &str) {
        self.cuts += 1;
        let before = self.user.world();
        self.arrives();
        let arrived = self.user.world();
        self.user.goes_wrong(when, What::DropBefore);
        let again = self.cuts.is_multiple_of(2);
        if !again {
            self.user.goes_wrong(When::nth("GREETING", 2), What::Bye("come back later"));
        }
        if let Err(fault) = self.inside.pass().1 {
            assert!(!fault.cause.is_empty() && !fault.hint.is_empty(), "{what}: {fault:?}");
            self.user.server.clear_faults();
            self.inside.pass().1.unwrap_or_else(|fault| panic!("{what}: the next pass fails: {fault:?}"));
        } else {
            self.user.server.clear_faults();
        }
        arrived.assert_same_mail(&self.user.world());
        self.filed_and_taken_away(what);
        before.assert_same_places(&self.user.world());
    }

    /// The letter lies in News and nowhere else, and the journal says so; then its user throws it away.
    fn filed_and_taken_away(&self, what: &str) {
        let counts = self.user.counts(["INBOX", "News"]);
        assert_eq!(counts, [2, 2], "{what}: INBOX and News");
        let open: i64 = self
            .user
            .database()
            .query_row("SELECT count(*) FROM journal WHERE state NOT IN ('done', 'refused')", [], |row| row.get(0))
            .unwrap();
        assert_eq!(open, 0, "{what}: a row that is open, or says that a message is gone");
        self.user.server.change(|store| {
            let last = store.uids("News")[1];
            store.expunge("News", &[last]);
        });
    }
}

/// A whole pass that is cut at each byte that is divisible by this. All of them, over move and copy, take three minutes of one core:
/// `MAILHERD_EVERY_BYTE=1` does it. What a pass does besides moving (reading, learning) is cut at a byte of each line anyway.
const EVERY: usize = 11;

fn cut_passes(abilities: Abilities) {
    let every = std::env::var("MAILHERD_EVERY_BYTE").map_or(EVERY, |_| 1);
    let mut bench = Bench::new(abilities);
    bench.undisturbed();
    let (says, hears) = bench.undisturbed();
    assert!(says > 1_000 && hears > 1_000, "{says} and {hears} bytes are no whole session");
    for byte in (0..says).step_by(every) {
        let at = bench.user.server.counts().bytes_sent + byte;
        bench.cut(When::BytesSent(at), &format!("cut after byte {byte} of {says} from the server"));
    }
    for byte in (0..hears).step_by(every * 4) {
        let at = bench.user.server.counts().bytes_received + byte;
        bench.cut(When::BytesReceived(at), &format!("cut after byte {byte} of {hears} to the server"));
    }
}

const MOVE: Abilities = Abilities { r#move: true, uidplus: true, ..Abilities::NONE };
const COPY: Abilities = Abilities { uidplus: true, ..Abilities::NONE };
const BARE_MOVE: Abilities = Abilities { r#move: true, ..Abilities::NONE };

#[test]
fn a_pass_by_move() {
    cut_passes(MOVE);
}

#[test]
fn a_pass_by_copy() {
    cut_passes(COPY);
}

/// The moves alone, from the connection to the proof, at every single byte: the journal is in memory here, and survives the cut.
struct Wire {
    server: Server,
    runtime: tokio::runtime::Runtime,
}

/// How the rows that a session was to carry out stand.
type Rows = Vec<Row>;

impl Wire {
    fn new(abilities: Abilities, copyuid: CopyUid) -> Wire {
        let options = Options { abilities, copyuid, ..Options::default() };
        let server = Server::start_in_thread(Account::empty("Me", ME), options).unwrap();
        server.change(|store| {
            for folder in ["INBOX", "News"] {
                // UIDs of four digits from here on: each session is as long as the one before.
                for _ in 0..1_000 {
                    let uid = store.deliver(folder, message(&letter()));
                    store.expunge(folder, &[uid]);
                }
                store.deliver(folder, message(&letter().flag("\\Deleted")));
            }
            let twin = letter().flag("\\Seen");
            for mail in [&twin, &twin, &letter()] {
                store.deliver("INBOX", message(mail));
            }
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Wire { server, runtime }
    }

    async fn open(&self) -> Result<Session, Fault> {
        let endpoint = Endpoint {
            host: "127.0.0.1".into(),
            port: self.server.port(),
            tls: TlsMode::None,
            ca_file: None,
            pin_sha256: None,
        };
        open(&endpoint, &Login::with_password("robin", "correct horse".into())).await
    }

    /// A filing session: what lies in INBOX and is not marked as deleted goes to News.
    async fn files(&self, rows: &mut Rows) -> Result<(), Fault> {
        let mut session = self.open().await?;
        discover(&mut session).await?;
        let inbox = session.select(&FolderName::inbox(), Access::ReadWrite).await?;
        let there = mover::look_from(&mut session, Uid(1)).await?;
        let news = FolderName::from_wire("News");
        let before = mover::before(&mut session, &news).await?;
        *rows = there
            .into_iter()
            .filter(|(_, found)| !found.flags.deleted)
            .zip(1..)
            .map(|((uid, found), id)| row(id, found.instance, uid, inbox.uid_validity, before))
            .collect();
        let outcomes = carry_out(&mut session, rows).await?;
        settle(rows, &outcomes);
        session.logout().await;
        Ok(())
    }

    /// What the next session does about rows that are still open.
    async fn settles(&self, rows: &mut Rows) -> Result<(), Fault> {
        let mut session = self.open().await?;
        let mut open: Rows = rows.iter().filter(|row| row.state == State::Intended).cloned().collect();
        if open.is_empty() {
            return Ok(());
        }
        let mut copies = Vec::new();
        let mut witness = |pairs: &[(RowId, Uid)]| {
            copies.extend_from_slice(pairs);
            Ok(())
        };
        let recovered = mover::recover(&mut session, &open, &mover::Known::default(), &mut witness).await;
        note(rows, &copies);
        settle(rows, &recovered?);
        open.clear();
        Ok(())
    }

    /// One session that is cut at `when`, if at all, and those that settle it.
    fn cut(&self, when: Option<When>, before: &World, what: &str) {
        if let Some(when) = when {
            self.server.add_fault(when, What::DropBefore);
        }
        let mut rows = Rows::new();
        let result = self.runtime.block_on(self.files(&mut rows));
        self.server.clear_faults();
        if let Err(fault) = result {
            assert!(!fault.cause.is_empty() && !fault.hint.is_empty(), "{what}: {fault:?}");
            self.runtime.block_on(self.settles(&mut rows)).unwrap_or_else(|fault| panic!("{what}: {fault:?}"));
        }
        before.assert_same_mail(&World::of_rows(&self.server.snapshot()));
        self.explained(&rows, what);
        self.server.change(|store| {
            for uid in store.uids("News").split_off(1) {
                store.move_message("News", uid, "INBOX").unwrap();
            }
        });
    }

    /// Each message lies where its row says.
    fn explained(&self, rows: &Rows, what: &str) {
        let there = |folder: &str, uid: Uid| self.server.inspect(|store| store.uids(folder).contains(&uid));
        for row in rows {
            match row.state {
                State::Done => assert!(row.to_uid.is_none_or(|uid| there("News", uid)), "{what}: {row:?}"),
                State::Refused => assert!(there("INBOX", row.intent.from.uid), "{what}: {row:?}"),
                _ => panic!("{what}: {row:?}"),
            }
        }
        let done = rows.iter().filter(|row| row.state == State::Done).count();
        assert_eq!(self.server.inspect(|store| store.uids("News").len()), 1 + done, "{what}");
    }
}

/// Carries rows out as the engine does: copies that are proven are noted before anything else happens.
async fn carry_out(session: &mut Session, rows: &mut Rows) -> Result<Vec<Outcome>, Fault> {
    let mut copies = Vec::new();
    let mut witness = |pairs: &[(RowId, Uid)]| {
        copies.extend_from_slice(pairs);
        Ok(())
    };
    let outcomes = mover::carry_out(session, rows, &mut witness).await;
    note(rows, &copies);
    outcomes
}

fn note(rows: &mut Rows, copies: &[(RowId, Uid)]) {
    for (id, uid) in copies {
        rows.iter_mut().filter(|row| row.id == *id).for_each(|row| row.to_uid = Some(*uid));
    }
}

fn settle(rows: &mut Rows, outcomes: &[Outcome]) {
    for outcome in outcomes {
        for row in rows.iter_mut().filter(|row| row.id == outcome.row) {
            (row.state, row.to_uid, row.trouble) = (outcome.state, outcome.to_uid, outcome.trouble.clone());
        }
    }
}

fn row(id: i64, instance: Instance, uid: Uid, validity: UidValidity, before: Before) -> Row {
    let intent = Intent {
        kind: Kind::Move,
        category: Category::News,
        instance,
        message_id: None,
        internal_date: UnixTime(0),
        from: Place { folder: FolderName::inbox(), validity, uid },
        to: FolderName::from_wire("News"),
        undoes: None,
        sender: String::new(),
        subject: String::new(),
        reasons: String::new(),
    };
    Row {
        id: RowId(id),
        run: RunId(1),
        at: UnixTime(0),
        account: "home".into(),
        state: State::Intended,
        intent,
        before,
        to_uid: None,
        trouble: None,
    }
}

/// At each byte that the server says, or each `every`th; of what mailherd says at each seventh of these, since a command of which a
/// byte is missing is no command.
fn cut_everywhere(abilities: Abilities, copyuid: CopyUid, every: usize) {
    let every = std::env::var("MAILHERD_EVERY_BYTE").map_or(every, |_| 1);
    let wire = Wire::new(abilities, copyuid);
    let before = World::of_rows(&wire.server.snapshot());
    let start = wire.server.counts();
    wire.cut(None, &before, "undisturbed");
    let end = wire.server.counts();
    let (says, hears) = (end.bytes_sent - start.bytes_sent, end.bytes_received - start.bytes_received);
    assert!(says > 1_000 && hears > 500, "{says} and {hears} bytes are no whole session");
    for byte in (0..says).step_by(every) {
        let at = wire.server.counts().bytes_sent + byte;
        wire.cut(Some(When::BytesSent(at)), &before, &format!("cut after byte {byte} of {says} from the server"));
    }
    for byte in (0..hears).step_by(every * 7) {
        let at = wire.server.counts().bytes_received + byte;
        wire.cut(Some(When::BytesReceived(at)), &before, &format!("cut after byte {byte} of {hears} to the server"));
    }
    before.assert_same_places(&World::of_rows(&wire.server.snapshot()));
}

#[test]
fn moves_that_the_server_proves() {
    cut_everywhere(MOVE, CopyUid::AsTheRfcSays, 1);
}

#[test]
fn moves_that_have_to_be_looked_for() {
    cut_everywhere(BARE_MOVE, CopyUid::Absent, 3);
}

#[test]
fn copies_that_the_server_proves() {
    cut_everywhere(COPY, CopyUid::AsTheRfcSays, 3);
}

#[test]
fn copies_that_have_to_be_looked_for() {
    cut_everywhere(COPY, CopyUid::Absent, 1);
}
