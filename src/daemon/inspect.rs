//! Looks, and touches nothing: what would happen to what is in INBOX, and why one message is where it is.

use super::desk::Desk;
use super::judging::{judged, orders, read_again, situation};
use super::learner::Fresh;
use super::managed;
use super::opening::open;
use super::setting::Setting;
use super::sync::{self, Scope};
use crate::config::Config;
use crate::imap::folders::{self, Folders};
use crate::imap::{Access, Session, Untagged, quote};
use crate::logic::fault::Fault;
use crate::logic::ids::{FolderName, MessageId, Uid};
use crate::logic::journal::{Row, State};
use crate::logic::plan::{Judged, Managed, Step, cutoff, older, step};
use crate::store::{AccountLock, SenderRow, Standing};

/// A message, its verdict, and what would happen to it.
pub struct Planned {
    /// The message and its verdict.
    pub judged: Judged,
    /// Where it lies.
    pub folder: FolderName,
    /// `folder` for people.
    pub shown_folder: String,
    /// The mailbox that it would go to, for people; `None`: it stays.
    pub target: Option<String>,
}

/// Everything about one message.
pub struct Why {
    /// The message and its verdict as of now.
    pub planned: Planned,
    /// What the ledger says of its sender.
    pub sender: Option<SenderRow>,
    /// What mailherd did to it, oldest first.
    pub history: Vec<Row>,
}

/// A dry run over what is in INBOX now, the newest first.
pub async fn plan(config: &Config, setting: &Setting<'_>, limit: usize) -> Result<Vec<Planned>, Fault> {
    let mut looking = Looking::begin(config, setting).await?;
    let selected = looking.session.select(&FolderName::inbox(), Access::ReadOnly).await?;
    if selected.exists == 0 || limit == 0 {
        return Ok(Vec::new());
    }
    let first = selected.exists.saturating_sub(u32::try_from(limit).unwrap_or(u32::MAX)) + 1;
    let answer = looking.session.exec(&format!("FETCH {first}:* (UID)")).await?.ok_or_fault("reading INBOX")?;
    let uids: Vec<Uid> = answer
        .untagged
        .iter()
        .filter_map(|one| match one {
            Untagged::Fetch(row) => row.uid,
            _ => None,
        })
        .collect();
    let mut fresh = read_again(&mut looking.session, &FolderName::inbox(), &uids).await?;
    fresh.sort_by_key(|one| std::cmp::Reverse(one.uid));
    let planned = looking.judge(FolderName::inbox(), fresh).await?;
    looking.session.logout().await;
    Ok(planned)
}

/// One message by its Message-ID, filed or not. `None` when this account does not have it.
pub async fn why(config: &Config, setting: &Setting<'_>, id: &MessageId) -> Result<Option<Why>, Fault> {
    let mut looking = Looking::begin(config, setting).await?;
    let learner = looking.desk.learner().await?;
    let history = learner.store.rows_of_message(learner.account, id)?;
    let mut places: Vec<(FolderName, Uid)> = Vec::new();
    if let Some((row, uid)) = history.iter().rev().find_map(|row| Some((row, row.to_uid?)))
        && row.state == State::Done
    {
        places.push((row.intent.to.clone(), uid));
    }
    places.extend(
        learner.store.messages_with_id(learner.account, id.hash())?.into_iter().map(|(name, uid, _)| (name, uid)),
    );
    let mut found = looking.first_of(&places, id).await?;
    if found.is_none() {
        found = looking.search(id).await?;
    }
    let Some((folder, fresh)) = found else { return Ok(None) };
    let Some(planned) = looking.judge(folder, vec![fresh]).await?.pop() else { return Ok(None) };
    let learner = looking.desk.learner().await?;
    let sender = match &planned.judged.from {
        Some(from) => learner.store.sender(learner.account, from)?,
        None => None,
    };
    looking.session.logout().await;
    Ok(Some(Why { planned, sender, history }))
}

struct Looking<'a, 'b> {
    setting: &'a Setting<'b>,
    session: Session,
    desk: Desk,
    folders: Folders,
    managed: Managed,
}

impl<'a, 'b> Looking<'a, 'b> {
    /// Connects and learns what is new, unless another mailherd holds the account: then what it has learned must do.
    async fn begin(config: &Config, setting: &'a Setting<'b>) -> Result<Looking<'a, 'b>, Fault> {
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
        Ok(Looking { setting, session, desk, folders, managed })
    }

    async fn judge(&mut self, folder: FolderName, fresh: Vec<Fresh>) -> Result<Vec<Planned>, Fault> {
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
        learner.recall()?;
        let situation = situation(self.setting, learner, &orders)?;
        let planned = fresh.into_iter().zip(may_go).map(|(one, may_go)| {
            let judged = judged(one, &situation);
            let moves = may_go && step(&judged.verdict, self.setting.account.top) == Step::Move;
            let target = moves.then(|| self.folders.display(&self.managed.of(judged.verdict.category)));
            Planned { target, shown_folder: self.folders.display(&folder), folder: folder.clone(), judged }
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
            let found = read_again(&mut self.session, folder, &[*uid]).await?;
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
