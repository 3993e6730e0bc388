//! The account's own history as a trial: read-only (EXAMINE), in the order of arrival. Nothing is learned for later passes.

use std::collections::{HashMap, HashSet};

use super::setting::Setting;
use crate::backtest::{Figures, Names, Prediction, Times, Trial, arrivals};
use crate::config::{Account, Config};
use crate::imap::folders::{self, Folders, SpecialUse};
use crate::imap::{Access, FetchRow, MAX_LINE, Session, Untagged, all_done, header_query, uid_sets};
use crate::logic::facts;
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Digest, Flags, FolderName, Uid, UidValidity, UnixTime};
use crate::logic::replay::Mail;
use crate::store::{Store, TrialRow};

/// Messages whose headers are in memory together.
const WINDOW: usize = 5_000;
/// Bytes of a header that are kept.
const HEADER: usize = 32 * 1024;
/// FETCHes in flight.
const IN_FLIGHT: usize = 2;
/// Messages in one FETCH of the first reading.
const RANGE: u32 = 5_000;

/// The names of folders of one's own mail that programs use, unless the user gives `sent`; and of Drafts and Junk.
pub fn names(sent: Vec<String>) -> Names {
    let known = |special_use: SpecialUse| special_use.names().iter().map(|name| (*name).to_owned());
    Names {
        sent: if sent.is_empty() { known(SpecialUse::Sent).collect() } else { sent },
        left_out: known(SpecialUse::Drafts).chain(known(SpecialUse::Junk)).collect(),
    }
}

/// What there was besides the messages that were judged and learned from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Drafts, and mail with the user's own address outside Sent.
    pub left_out: u64,
    /// Further copies of a message in other folders.
    pub copies: u64,
}

/// Tells the account's history to `trial`; each prediction goes to `each` with the name of its folder. `sent` names folders of
/// the user's own mail, beside the one that the server knows as such.
///
/// # Errors
/// Those of the connection, and of `each`.
pub async fn replay(
    setting: &Setting<'_>,
    sent: &[String],
    trial: &mut Trial,
    mut each: impl FnMut(Prediction, &str) -> Result<(), Fault>,
) -> Result<Passed, Fault> {
    let mut session = setting.connect().await?;
    let folders = folders::discover(&mut session).await?;
    let mailboxes = mailboxes(&folders, sent);
    let mut history = History { setting, mailboxes, letters: Vec::new(), read: 0 };
    for place in 0..history.mailboxes.len() {
        history.look(&mut session, place).await?;
    }
    history.letters.sort_by_key(|one| (one.arrival, history.mailboxes[one.mailbox].own, one.mailbox, one.uid));
    let mut listener = Listener::new(setting, &history.mailboxes);
    for window in history.letters.chunks(WINDOW) {
        let headers = history.headers(&mut session, window).await?;
        for letter in window {
            let Some(header) = headers.get(&(letter.mailbox, letter.uid)) else { continue };
            if let Some(prediction) = listener.hear(letter, header, trial) {
                each(prediction, &history.mailboxes[letter.mailbox].shown)?;
            }
        }
        history.read += window.len() as u64;
    }
    session.logout().await;
    Ok(listener.passed)
}

/// Remembers how often an answered mail would have been filed away, for the figures that faces show.
///
/// # Errors
/// Those of the database.
pub fn remember(config: &Config, account: &Account, now: UnixTime, figures: &Figures) -> Result<(), Fault> {
    let mut store = Store::open(&config.state_dir)?;
    let id = store.account(&account.name)?;
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let rates = figures.rates();
    let trial = TrialRow { at: now, answered: count(rates.answered), filed_away: count(rates.answered_filed_away) };
    store.note_trial(id, trial)
}

struct Mailbox {
    name: FolderName,
    shown: String,
    own: bool,
    validity: Option<UidValidity>,
}

#[derive(Clone, Copy)]
struct Letter {
    arrival: UnixTime,
    mailbox: usize,
    uid: Uid,
    flags: Flags,
}

/// Sent and all that teaches in a pass, too: no Junk, Trash and Drafts. Where there is an All Mail, the other mailboxes are views
/// of it.
fn mailboxes(folders: &Folders, sent: &[String]) -> Vec<Mailbox> {
    let special = folders.special(SpecialUse::Sent).map(|folder| &folder.name);
    let named: HashSet<FolderName> = sent.iter().map(|name| folders.resolve(name)).collect();
    let is_own = |name: &FolderName| named.contains(name) || (named.is_empty() && special == Some(name));
    let all = folders.special(SpecialUse::All).map(|folder| &folder.name);
    let wanted = folders.all.iter().filter(|folder| {
        let teaches = all.map_or_else(|| !folders.never_read(folder), |all| folder.name == *all);
        folder.selectable && (teaches || is_own(&folder.name))
    });
    let mailbox = |name: &FolderName| Mailbox {
        name: name.clone(),
        shown: folders.display(name),
        own: is_own(name),
        validity: None,
    };
    wanted.map(|folder| mailbox(&folder.name)).collect()
}

struct History<'a, 'b> {
    setting: &'a Setting<'b>,
    mailboxes: Vec<Mailbox>,
    letters: Vec<Letter>,
    read: u64,
}

impl History<'_, '_> {
    /// Learns when each message of a mailbox arrived.
    async fn look(&mut self, session: &mut Session, place: usize) -> Result<(), Fault> {
        let name = self.mailboxes[place].name.clone();
        let selected = match session.select(&name, Access::ReadOnly).await {
            Ok(selected) => selected,
            // One mailbox that cannot be opened does not stop the others.
            Err(fault) if !session.is_broken() => {
                let shown = &self.mailboxes[place].shown;
                self.setting.watcher.note(&self.setting.account.name, &format!("{shown} is not read: {fault}"));
                return Ok(());
            }
            Err(fault) => return Err(fault),
        };
        self.mailboxes[place].validity = Some(selected.uid_validity);
        let commands = (1..=selected.exists).step_by(RANGE as usize).map(|first| {
            let last = selected.exists.min(first.saturating_add(RANGE - 1));
            format!("FETCH {first}:{last} (UID FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS (DATE)])")
        });
        let mut rows: Vec<(Uid, Flags, Times)> = Vec::new();
        let answers = session
            .stream(commands, IN_FLIGHT, async |untagged| {
                if let Untagged::Fetch(FetchRow { uid: Some(uid), flags, internaldate, header: Some(header), .. }) =
                    untagged
                {
                    let times = Times { kept: internaldate, named: None, written: facts::read(&header).date };
                    rows.push((uid, flags.unwrap_or_default(), times));
                }
                Ok(())
            })
            .await?;
        all_done(&answers, "reading the dates of messages")?;
        let times: Vec<Times> = rows.iter().map(|(_, _, times)| *times).collect();
        self.letters.extend(rows.into_iter().zip(arrivals(&times)).map(|((uid, flags, _), arrival)| Letter {
            arrival,
            mailbox: place,
            uid,
            flags,
        }));
        Ok(())
    }

    /// The headers of some messages. Those that are gone meanwhile are missing.
    async fn headers(&self, session: &mut Session, window: &[Letter]) -> Result<HashMap<(usize, Uid), Vec<u8>>, Fault> {
        let mut headers = HashMap::with_capacity(window.len());
        for (place, mailbox) in self.mailboxes.iter().enumerate() {
            let uids: Vec<Uid> = window.iter().filter(|one| one.mailbox == place).map(|one| one.uid).collect();
            if uids.is_empty() {
                continue;
            }
            let selected = session.select(&mailbox.name, Access::ReadOnly).await?;
            if Some(selected.uid_validity) != mailbox.validity {
                let cause = "the server numbered a mailbox anew while it was read";
                return Err(Fault::transient(cause, "run it again").while_doing(&self.setting.account.name));
            }
            let query = header_query();
            let sets = uid_sets(&uids, MAX_LINE - 700);
            let commands = sets.into_iter().map(|(set, _)| format!("UID FETCH {set} {query}"));
            let answers = session
                .stream(commands, IN_FLIGHT, async |untagged| {
                    if let Untagged::Fetch(FetchRow { uid: Some(uid), header: Some(mut header), .. }) = untagged {
                        header.truncate(HEADER);
                        header.shrink_to_fit();
                        headers.insert((place, uid), header);
                        let (read, total) = (self.read + headers.len() as u64, self.letters.len() as u64);
                        let watcher = self.setting.watcher;
                        watcher.reading(&self.setting.account.name, &mailbox.name, read.min(total), total);
                    }
                    Ok(())
                })
                .await?;
            all_done(&answers, "reading messages")?;
        }
        Ok(headers)
    }
}

/// Decides whose a message is, and whether it was heard before.
struct Listener<'a> {
    mailboxes: &'a [Mailbox],
    own: Vec<Address>,
    /// Without a mailbox for it, mail from the user's own address is the user's; with one, it is a copy or a forgery.
    no_sent: bool,
    /// In which mailbox each header was seen first.
    heard: HashMap<Digest, usize>,
    passed: Passed,
}

impl<'a> Listener<'a> {
    fn new(setting: &Setting<'_>, mailboxes: &'a [Mailbox]) -> Listener<'a> {
        Listener {
            mailboxes,
            own: setting.account.own_addresses(),
            no_sent: !mailboxes.iter().any(|mailbox| mailbox.own),
            heard: HashMap::new(),
            passed: Passed::default(),
        }
    }

    fn hear(&mut self, letter: &Letter, header: &[u8], trial: &mut Trial) -> Option<Prediction> {
        let from_me = || facts::read(header).from.is_some_and(|from| self.own.contains(&from));
        let in_sent = self.mailboxes[letter.mailbox].own;
        let from_me = in_sent || from_me();
        let own = in_sent || (from_me && self.no_sent);
        if letter.flags.draft || (from_me && !own) {
            self.passed.left_out += 1;
            return None;
        }
        if *self.heard.entry(Digest::of(header)).or_insert(letter.mailbox) != letter.mailbox {
            self.passed.copies += 1;
            return None;
        }
        // Whether it was answered is what the replay finds out; known beforehand, it would give the future away.
        let flags = Flags { answered: false, ..letter.flags };
        trial.next(&Mail { header, arrival: letter.arrival, own, flags })
    }
}
