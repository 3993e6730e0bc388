//! FETCH and SEARCH.

use super::clock;
use super::folder::{Damage, Stored};
use super::reply::{Halt, Outcome, Reply, no};
use super::search::{self, Candidate};
use super::section::{self, Item};
use super::session::Session;
use super::tokens::{Args, Syntax};

/// So many rows are read from the store in one go; in between, others may change it.
const ROWS_AT_ONCE: usize = 256;

impl Session {
    /// RFC 9051, section 6.4.5, and CHANGEDSINCE of RFC 7162.
    pub(super) async fn fetch(&mut self, args: &mut Args, by_uid: bool) -> Outcome {
        let uids = self.set(args, by_uid)?;
        let mut items = section::items(args)?;
        let since = self.changed_since(args)?;
        args.end()?;
        if by_uid && !items.contains(&Item::Uid) {
            items.insert(0, Item::Uid);
        }
        if since > 0 && !items.contains(&Item::ModSeq) {
            items.push(Item::ModSeq);
        }
        if items.contains(&Item::ModSeq) {
            if !self.shared.options.abilities.condstore {
                return Err(Syntax("MODSEQ without CONDSTORE").into());
            }
            self.condstore = true;
        }
        if items.contains(&Item::EmailId) && !self.shared.options.abilities.objectid {
            return Err(Syntax("EMAILID without OBJECTID").into());
        }
        let (mut sent, mut missed, mut rest) = (0, false, uids.as_slice());
        while !rest.is_empty() {
            self.intervene(sent);
            let until_action = self.twist.midway.iter().map(|(rows, _)| rows - sent).min().unwrap_or(usize::MAX);
            let (now, later) = rest.split_at(rest.len().min(ROWS_AT_ONCE).min(until_action));
            rest = later;
            for (uid, message) in self.rows(now, &items)? {
                let Some(message) = message else {
                    missed = true;
                    continue;
                };
                match message.damage.filter(|_| items.iter().any(|item| matches!(item, Item::Bytes(_)))) {
                    Some(Damage::Refused) => return no("[SERVERBUG] internal error, see the log of the server"),
                    Some(Damage::LeftOut) => continue,
                    None => {}
                }
                if message.modseq > since {
                    self.write_row(uid, &message, &items)?;
                    sent += 1;
                    self.outbound.relieve().await?;
                }
            }
        }
        self.intervene(usize::MAX);
        // Others on this thread get their turn even when the socket never makes us wait.
        tokio::task::yield_now().await;
        let text = if missed { "[EXPUNGEISSUED] some of them are gone" } else { "that is all" };
        Ok(Reply::ok(text))
    }

    /// `(CHANGEDSINCE 12345)`, or 0.
    fn changed_since(&self, args: &mut Args) -> Result<u64, Halt> {
        if !args.take_open() {
            return Ok(0);
        }
        if !self.shared.options.abilities.condstore || !args.take_word("CHANGEDSINCE") {
            return Err(Syntax("unknown FETCH modifier").into());
        }
        let since = args.number()?;
        if args.take_close() { Ok(since) } else { Err(Syntax("parenthesis missing").into()) }
    }

    /// Runs the actions that are due after so many rows.
    fn intervene(&mut self, sent: usize) {
        let (due, later) = std::mem::take(&mut self.twist.midway).into_iter().partition(|(rows, _)| *rows <= sent);
        self.twist.midway = later;
        let due: Vec<_> = due;
        for (_, action) in due {
            self.shared.change(|store| action(store));
        }
    }

    /// The messages as they are now; `None` for those that are gone. Sets `\Seen` where the items say so.
    fn rows(&mut self, uids: &[u32], items: &[Item]) -> Result<Vec<(u32, Option<Stored>)>, Halt> {
        let view = self.view()?;
        let id = view.folder;
        let sees = !view.read_only && items.iter().any(|item| matches!(item, Item::Bytes(it) if it.sets_seen));
        let mut store = self.shared.store();
        let mut rows = Vec::with_capacity(uids.len());
        for uid in uids {
            let modseq = if sees { store.next_modseq() } else { 0 };
            let Some(folder) = store.by_id_mut(id) else { return Err(Halt::Lost) };
            if sees && let Some(message) = folder.messages.get(uid) {
                let mut flags = message.flags.clone();
                flags.insert("\\Seen".into());
                folder.set_flags(*uid, flags, modseq, self.me);
            }
            rows.push((*uid, folder.messages.get(uid).cloned()));
        }
        Ok(rows)
    }

    fn write_row(&mut self, uid: u32, message: &Stored, items: &[Item]) -> Result<(), Halt> {
        let Some(number) = self.view()?.sequence(uid) else { return Ok(()) };
        let sees = items.iter().any(|item| matches!(item, Item::Bytes(it) if it.sets_seen));
        let answer = self.outbound.buffer();
        answer.extend_from_slice(format!("* {number} FETCH (").as_bytes());
        for (place, item) in items.iter().enumerate() {
            if place > 0 {
                answer.push(b' ');
            }
            let text = match item {
                Item::Uid => format!("UID {uid}"),
                Item::Flags => format!("FLAGS {}", message.flag_list()),
                Item::InternalDate => format!("INTERNALDATE {}", clock::internal_date(message.internaldate)),
                Item::Size => format!("RFC822.SIZE {}", message.bytes.len()),
                Item::ModSeq => format!("MODSEQ ({})", message.modseq),
                Item::EmailId => format!("EMAILID (M{})", self.shared.options.one_email_id.unwrap_or(message.object)),
                Item::Bytes(section) => {
                    section.write(&message.bytes, answer);
                    continue;
                }
            };
            answer.extend_from_slice(text.as_bytes());
        }
        if sees && !items.contains(&Item::Flags) {
            answer.extend_from_slice(format!(" FLAGS {}", message.flag_list()).as_bytes());
        }
        answer.extend_from_slice(b")\r\n");
        self.shared.received()[self.record].rows += 1;
        Ok(())
    }

    /// RFC 9051, section 6.4.4, answered in the way of RFC 3501: `* SEARCH 1 2 3`.
    pub(super) fn search(&mut self, args: &mut Args, by_uid: bool) -> Outcome {
        let options = &self.shared.options;
        let now = jiff::Timestamp::now().as_second() + options.clock_ahead;
        let key = search::keys(args, options.abilities.within.then_some(now))?;
        let view = self.view()?;
        let with_modseq = key.asks_modseq();
        if with_modseq && !self.shared.options.abilities.condstore {
            return Err(Syntax("MODSEQ without CONDSTORE").into());
        }
        let store = self.shared.store();
        let Some(folder) = store.by_id(view.folder) else { return Err(Halt::Lost) };
        let (last_number, last_uid) = (view.len(), view.all().last().map_or(0, |(_, uid)| uid));
        let mut answer = String::from("* SEARCH");
        let mut highest = 0;
        for (number, uid) in view.all() {
            let Some(message) = folder.messages.get(&uid) else { continue };
            if key.admits(&Candidate { number, uid, message, last_number, last_uid }) {
                let found = if by_uid { uid as usize } else { number };
                answer += &format!(" {found}");
                highest = highest.max(message.modseq);
            }
        }
        drop(store);
        if with_modseq && highest > 0 {
            answer += &format!(" (MODSEQ {highest})");
        }
        self.condstore |= with_modseq;
        self.outbound.text(&format!("{answer}\r\n"));
        Ok(Reply::ok("that is all"))
    }
}
