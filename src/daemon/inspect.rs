//! Looks, and touches nothing: what would happen to what is in INBOX, and why one message is where it is.

use super::desk::Desk;
use super::judging::{judged, orders, read_again, read_here, situation};
use super::learner::Fresh;
use super::managed;
use super::opening::{Ready, open};
use super::setting::Setting;
use super::sync::{self, Scope};
use crate::config::Config;
use crate::imap::folders::{self, Folders};
use crate::imap::{Access, Session, Untagged, quote};
use crate::logic::engine::{PlannedRow, ReasonRow};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, FolderName, MessageId, Uid};
use crate::logic::journal::{Row, State};
use crate::logic::plan::{Judged, Managed, Step, cutoff, older, step};
use crate::store::{AccountLock, SenderRow, Standing, Store};

/// Everything about one message.
pub struct Why {
    /// The message and its verdict as of now.
    pub planned: PlannedRow,
    /// What the ledger says of its sender.
    pub sender: Option<SenderRow>,
    /// What mailherd did to it, oldest first.
    pub history: Vec<Row>,
}

impl Why {
    /// With what the database knows of it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of(store: &Store, account: &str, planned: PlannedRow) -> Result<Why, Fault> {
        let account = store.account(account)?;
        let sender = match planned.from.as_deref().and_then(Address::parse) {
            Some(from) => store.sender(account, &from)?,
            None => None,
        };
        let history = match planned.message_id.as_deref().and_then(MessageId::new) {
            Some(id) => store.rows_of_message(account, &id)?,
            None => Vec::new(),
        };
        Ok(Why { planned, sender, history })
    }
}

/// A dry run over what is in INBOX now, the newest first.
pub async fn plan(config: &Config, setting: &Setting<'_>, limit: usize) -> Result<Vec<PlannedRow>, Fault> {
    let mut own = Own::begin(config, setting).await?;
    let selected = own.session.select(&FolderName::inbox(), Access::ReadOnly).await?;
    if selected.exists == 0 || limit == 0 {
        return Ok(Vec::new());
    }
    let first = selected.exists.saturating_sub(u32::try_from(limit).unwrap_or(u32::MAX)) + 1;
    let answer = own.session.exec(&format!("FETCH {first}:* (UID)")).await?.ok_or_fault("reading INBOX")?;
    let uids: Vec<Uid> = answer
        .untagged
        .iter()
        .filter_map(|one| match one {
            Untagged::Fetch(row) => row.uid,
            _ => None,
        })
        .collect();
    // Without opening it once more: imap4d 3.15 gives new mail other UIDs each time.
    let mut fresh = read_here(&mut own.session, &uids).await?;
    fresh.sort_by_key(|one| std::cmp::Reverse(one.uid));
    let planned = own.looking(setting).judge(FolderName::inbox(), fresh).await?;
    own.session.logout().await;
    Ok(planned)
}

/// One message by its Message-ID, filed or not, on a connection of its own. `None` when this account does not have it.
pub async fn why(config: &Config, setting: &Setting<'_>, id: &MessageId) -> Result<Option<Why>, Fault> {
    let mut own = Own::begin(config, setting).await?;
    let found = own.looking(setting).find(id).await?;
    let Some(planned) = found else { return Ok(None) };
    let why = Why::of(&own.desk.learner().await?.store, &setting.account.name, planned)?;
    own.session.logout().await;
    Ok(Some(why))
}

/// The same message on an open connection.
pub(super) async fn find(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    ready: &Ready,
    id: &MessageId,
) -> Result<Option<PlannedRow>, Fault> {
    Looking { setting, session, desk, folders: &ready.folders, managed: &ready.managed }.find(id).await
}

/// A connection that was opened for this.
struct Own {
    session: Session,
    desk: Desk,
    folders: Folders,
    managed: Managed,
}

impl Own {
    /// Connects and learns what is new, unless another mailherd holds the account: then what it has learned must do.
    async fn begin(config: &Config, setting: &Setting<'_>) -> Result<Own, Fault> {
        let lock = AccountLock::take(&config.state_dir, &setting.account.name);
        let mut desk = Desk::new(open(config, setting)?);
        let mut session = setting.connect().await?;
        let folders = folders::discover(&mut session).await?;
        let managed = managed::resolve(&setting.account.folders, &folders);
        match lock {
            Ok(_held) => {
                sync::sync(setting, &mut session, &mut desk, &folders, &managed, Scope::All).await?;
            }
            Err(fault) => {
                setting.watcher.note(&setting.account.name, &format!("{fault}; showing what it has learned so far"))
            }
        }
        Ok(Own { session, desk, folders, managed })
    }

    fn looking<'a, 'b>(&'a mut self, setting: &'a Setting<'b>) -> Looking<'a, 'b> {
        let Own { session, desk, folders, managed } = self;
        Looking { setting, session, desk, folders, managed }
    }
}

struct Looking<'a, 'b> {
    setting: &'a Setting<'b>,
    session: &'a mut Session,
    desk: &'a mut Desk,
    folders: &'a Folders,
    managed: &'a Managed,
}

impl Looking<'_, '_> {
    /// Where the journal has put it, else where it is known to lie, else where the server finds it.
    async fn find(&mut self, id: &MessageId) -> Result<Option<PlannedRow>, Fault> {
        let learner = self.desk.learner().await?;
        let history = learner.store.rows_of_message(learner.account, id)?;
        let mut places: Vec<(FolderName, Uid)> = Vec::new();
        if let Some((row, uid)) = history.iter().rev().find_map(|row| Some((row, row.to_uid?)))
            && row.state == State::Done
        {
            places.push((row.intent.to.clone(), uid));
        }
        let known = learner.store.messages_with_id(learner.account, id.hash())?;
        places.extend(known.into_iter().map(|(name, uid, _)| (name, uid)));
        let mut found = self.first_of(&places, id).await?;
        if found.is_none() {
            found = self.search(id).await?;
        }
        let Some((folder, fresh)) = found else { return Ok(None) };
        Ok(self.judge(folder, vec![fresh]).await?.pop())
    }

    async fn judge(&mut self, folder: FolderName, fresh: Vec<Fresh>) -> Result<Vec<PlannedRow>, Fault> {
        let learner = self.desk.learner().await?;
        let cutoff = cutoff(self.setting.now, self.setting.account.backlog_days);
        let mut may_go = Vec::with_capacity(fresh.len());
        for one in &fresh {
            let young = older(Some(one.internal_date), one.facts.date, self.setting.now) >= cutoff;
            let standing = learner.store.standing(learner.account, one.instance)?;
            let undecided = matches!(standing, None | Some(Standing::NotJudged));
            may_go.push(folder.is_inbox() && young && undecided);
        }
        let orders = orders(learner)?;
        let situation = situation(self.setting, learner, &orders, &fresh)?;
        let planned = fresh.into_iter().zip(may_go).map(|(one, may_go)| {
            let judged = judged(one, &situation);
            let moves = may_go && step(&judged.verdict, self.setting.account.top) == Step::Move;
            let target = moves.then(|| self.folders.display(&self.managed.of(judged.verdict.category)));
            row(judged, self.folders.display(&folder), target)
        });
        Ok(planned.collect())
    }

    async fn first_of(
        &mut self,
        places: &[(FolderName, Uid)],
        id: &MessageId,
    ) -> Result<Option<(FolderName, Fresh)>, Fault> {
        for (folder, uid) in places {
            if self.folders.find(folder).is_none() {
                continue;
            }
            let found = read_again(self.session, folder, &[*uid]).await?;
            if let Some(fresh) = found.into_iter().find(|one| one.facts.message_id.as_ref() == Some(id)) {
                return Ok(Some((folder.clone(), fresh)));
            }
        }
        Ok(None)
    }

    /// Asks the server, mailbox by mailbox. SEARCH HEADER matches substrings, so what it finds is looked at.
    async fn search(&mut self, id: &MessageId) -> Result<Option<(FolderName, Fresh)>, Fault> {
        let mailboxes: Vec<FolderName> =
            self.folders.all.iter().filter(|folder| folder.selectable).map(|folder| folder.name.clone()).collect();
        for mailbox in mailboxes {
            if self.session.select(&mailbox, Access::ReadOnly).await.is_err() {
                if self.session.is_broken() {
                    return Err(Fault::transient("the connection was lost while searching", "try again"));
                }
                continue;
            }
            let answer = self.session.exec(&format!("UID SEARCH HEADER Message-ID {}", quote(id.as_str()))).await?;
            let uids: Vec<(FolderName, Uid)> = answer
                .untagged
                .iter()
                .filter_map(|one| if let Untagged::Search(uids) = one { Some(uids) } else { None })
                .flatten()
                .map(|uid| (mailbox.clone(), Uid(*uid)))
                .collect();
            if let Some(found) = self.first_of(&uids, id).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

fn row(judged: Judged, folder: String, target: Option<String>) -> PlannedRow {
    let Judged { uid, internal_date, message_id, from, subject, verdict, .. } = judged;
    let reasons = verdict.reasons.into_iter();
    PlannedRow {
        folder,
        uid,
        message_id: message_id.map(|id| id.as_str().to_owned()),
        from: from.map(|from| from.as_str().to_owned()),
        subject: subject.to_string(),
        at: internal_date,
        category: verdict.category,
        importance: verdict.importance,
        reasons: reasons
            .map(|one| ReasonRow { signal: one.signal.to_owned(), weight: one.weight, text: one.text })
            .collect(),
        target,
    }
}
