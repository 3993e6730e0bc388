//! The digest of an account: printed, or put into its INBOX.
//!
//! What lies there is mailherd's own message, and no header makes it so, since anybody can write headers: the journal says which
//! message it is, and by that it counts as seen, learned from and judged before any pass comes by. Without its journal row
//! (in another installation) it is mail of the user's own, which is neither filed nor learned from either.

use jiff::tz::TimeZone;

use super::desk::Desk;
use super::filing::{self, Run};
use super::opening::open;
use super::queries::Queries;
use super::recovery;
use super::setting::Setting;
use crate::config::{Account, Config};
use crate::imap::Session;
use crate::imap::mover::{self, Known};
use crate::logic::digest::{self, Digest, Envelope, Material};
use crate::logic::engine::{Reply, Request};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, FolderName, MessageId, RowId, Uid, UnixTime};
use crate::logic::journal::{Intent, Kind, Place, State};
use crate::logic::plan::Mode;
use crate::store::{AccountLock, Since, Store};

/// Messages that fall next, as far as they are shown.
const NEXT: u32 = 5;

/// What there is to tell of an account since `since`; without it since its last digest, or in the last day.
///
/// # Errors
/// Those of the database.
pub fn compose(config: &Config, account: &Account, since: Option<UnixTime>, now: UnixTime) -> Result<Digest, Fault> {
    let store = Store::open(&config.state_dir)?;
    let id = store.account(&account.name)?;
    let last = store.last_digest(id)?;
    let orders = store.digest_mark(id)?.map_or(0, |mark| mark.orders);
    let (since, from) = match (since, last) {
        (Some(since), _) => (Since::Time(since), since),
        (None, Some(last)) => (Since::Last(last.id, orders), last.at),
        (None, None) => (Since::Time(now.minus_days(1)), now.minus_days(1)),
    };
    let blackholes =
        store.shelves()?.into_iter().filter(|one| one.account == id && one.category == Category::Blackhole);
    let mut fell = 0;
    for shelf in blackholes {
        fell += store.fallen_since(id, &shelf.name, since)?;
    }
    let request = Request::Falling { account: Some(account.name.clone()), limit: NEXT };
    let falling = match Queries::default().answer(config, &request, now) {
        Some(Ok(Reply::Falling(mut falling))) => falling.pop(),
        Some(Err(fault)) => return Err(fault),
        _ => None,
    };
    let waiting = store.waiting()?.iter().filter(|one| one.account == account.name).count() as u64;
    let material = Material {
        filed: store.filed_since(id, since)?,
        fell,
        learned: store.learned_since(id, since)?,
        falling,
        waiting,
    };
    Ok(Digest::of(&account.name, (from, now), material))
}

/// Puts a digest into INBOX, on a connection of its own. `None`: there is nothing to tell.
///
/// # Errors
/// Where nothing may be changed (mode `preview`), and when the server refuses or the connection fails.
pub async fn append_once(
    config: &Config,
    setting: &Setting<'_>,
    since: Option<UnixTime>,
    run: &mut Run,
) -> Result<Option<Digest>, Fault> {
    let _lock = AccountLock::take(&config.state_dir, &setting.account.name)?;
    let mut desk = Desk::new(open(config, setting)?);
    let mut session = setting.connect().await?;
    let result = async {
        recovery::recover(setting, &mut session, &mut desk).await?;
        append(config, setting, &mut session, &mut desk, (since, run)).await
    }
    .await;
    if !session.is_broken() {
        session.logout().await;
    }
    result
}

/// The same on an open session, under the account's lock, when the journal is settled.
pub(super) async fn append(
    config: &Config,
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    (since, run): (Option<UnixTime>, &mut Run),
) -> Result<Option<Digest>, Fault> {
    let account = setting.account;
    if account.mode == Mode::Preview {
        let cause = format!("{}: in preview nothing is changed, so there is no digest in INBOX either", account.name);
        return Err(Fault::refused(cause, "set mode = \"file\" in the config; without --append it is printed"));
    }
    if came_late(session, desk).await? && since.is_none() {
        return Ok(None);
    }
    let digest = compose(config, account, since, setting.now)?;
    if digest.is_empty() {
        let learner = desk.learner().await?;
        learner.store.mark_digest(learner.account, setting.now, false)?;
        return Ok(None);
    }
    setting.watcher.batch(true);
    let result = put(setting, session, desk, run, &digest).await;
    setting.watcher.batch(false);
    result.map(|()| Some(digest))
}

/// A server may finish an APPEND after the connection was lost and nobody saw it yet: then the digest that was given up came after
/// all, and another one would say the same again.
async fn came_late(session: &mut Session, desk: &mut Desk) -> Result<bool, Fault> {
    let learner = desk.learner().await?;
    let account = learner.account;
    let last = learner.store.last_digest(account)?.map_or(RowId(0), |row| row.id);
    let refused = learner.store.refused_digests(account, last)?;
    let mut came = false;
    for row in refused.iter().rev().take(3) {
        let rows = std::slice::from_ref(row);
        let outcomes = mover::recover(session, rows, &Known::default(), &mut |_: &[(RowId, Uid)]| Ok(())).await?;
        if outcomes.iter().any(|outcome| outcome.state == State::Done) {
            let learner = desk.learner().await?;
            filing::settle(&mut learner.store, account, rows, &outcomes)?;
            learner.store.mark_digest(account, row.at, true)?;
            came = true;
        }
    }
    Ok(came)
}

async fn put(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    run: &mut Run,
    digest: &Digest,
) -> Result<(), Fault> {
    let inbox = FolderName::inbox();
    let before = mover::before(session, &inbox).await?;
    let own = setting.account.email.clone();
    let id = message_id(own.domain())?;
    let envelope = Envelope { own: own.clone(), id: id.clone(), at: setting.now, zone: TimeZone::system() };
    let message = digest::message(digest, &envelope);
    let subject = digest::subject(digest);
    let intent = Intent {
        kind: Kind::Append,
        category: Category::Inbox,
        instance: mover::instance_of(&message),
        message_id: Some(id),
        internal_date: setting.now,
        // It comes from nowhere.
        from: Place { folder: inbox.clone(), validity: before.validity, uid: Uid(0) },
        to: inbox,
        undoes: None,
        sender: own.as_str().to_owned(),
        subject,
        reasons: serde_json::json!([{ "signal": "digest", "weight": 0.0, "text": "the digest" }]).to_string(),
    };
    let learner = desk.learner().await?;
    let run = run.begin(&mut learner.store, setting)?;
    let rows = learner.store.intend(learner.account, run, setting.now, before, vec![intent])?;
    let Some(row) = rows.first() else { return Ok(()) };
    let outcome = mover::append(session, row, &message).await?;
    let learner = desk.learner().await?;
    filing::settle(&mut learner.store, learner.account, &rows, std::slice::from_ref(&outcome))?;
    if outcome.state != State::Done {
        let why = outcome.trouble.unwrap_or_default();
        let cause = format!("{}: the server did not take the digest: {why}", setting.account.name);
        return Err(Fault::refused(cause, "`mailherd digest` prints it; nothing else is affected"));
    }
    learner.store.mark_digest(learner.account, setting.now, true)
}

/// 128 bits that nobody can guess: by them the message is known again after a crash.
fn message_id(domain: &str) -> Result<MessageId, Fault> {
    let mut random = [0; 16];
    let failed = |_| Fault::local("this system gives no random numbers", "it has to, for TLS as well");
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut random).map_err(failed)?;
    let hex: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    MessageId::new(&format!("<digest.{hex}@{domain}>"))
        .or_else(|| MessageId::new(&format!("<digest.{hex}@mailherd.invalid>")))
        .ok_or_else(|| Fault::local("no Message-ID can be made", "please report it"))
}
