//! STORE, COPY, MOVE and EXPUNGE.

use super::folder::{Folder, Stored, normalise_flag};
use super::options::CopyUid;
use super::reply::{Halt, Outcome, Reply, no};
use super::session::Session;
use super::sets::compress;
use super::store::Store;
use super::tokens::{Args, Syntax};
use std::collections::BTreeSet;

/// What STORE does with the flags it names.
#[derive(Clone, Copy)]
enum Mode {
    Add,
    Remove,
    Replace,
}

impl Mode {
    fn apply(self, have: &BTreeSet<String>, named: &BTreeSet<String>) -> BTreeSet<String> {
        match self {
            Mode::Add => have | named,
            Mode::Remove => {
                let named = |flag: &String| named.iter().any(|named| named.eq_ignore_ascii_case(flag));
                have.iter().filter(|flag| !named(flag)).cloned().collect()
            }
            Mode::Replace => named.clone(),
        }
    }
}

impl Session {
    /// RFC 9051, section 6.4.6, and UNCHANGEDSINCE of RFC 7162.
    pub(super) fn store_flags(&mut self, args: &mut Args, by_uid: bool) -> Outcome {
        let uids = self.set(args, by_uid)?;
        let limit = self.unchanged_since(args)?;
        let (mode, silent) = store_mode(&args.word()?)?;
        let mut named = BTreeSet::new();
        named.extend(args.list()?.iter().map(|flag| normalise_flag(flag)));
        while args.peek().is_some() {
            named.extend(args.list()?.iter().map(|flag| normalise_flag(flag)));
        }
        if named.iter().any(|flag| !flag.starts_with('\\')) && !self.shared.options.keywords {
            return Err(Syntax("keywords cannot be set here").into());
        }
        let (id, me) = (self.writable_view()?.folder, self.me);
        let mut modified = Vec::new();
        let mut answers = Vec::new();
        self.shared.change(|store| {
            for uid in uids {
                let modseq = store.next_modseq();
                let Some(folder) = store.by_id_mut(id) else { return };
                let Some(message) = folder.messages.get(&uid) else { continue };
                if message.modseq > limit {
                    modified.push(uid);
                    continue;
                }
                let flags = mode.apply(&message.flags, &named);
                folder.set_flags(uid, flags, modseq, me);
                answers.extend(folder.messages.get(&uid).map(|message| (uid, message.clone())));
            }
        });
        for (uid, message) in &answers {
            self.answer_store(*uid, message, by_uid, silent)?;
        }
        if modified.is_empty() {
            return Ok(Reply::ok("stored"));
        }
        if !by_uid {
            let view = self.view()?;
            modified = modified.iter().filter_map(|uid| view.sequence(*uid)).map(|number| number as u32).collect();
        }
        Ok(Reply::ok(format!("[MODIFIED {}] others were changed meanwhile", compress(&modified))))
    }

    fn unchanged_since(&mut self, args: &mut Args) -> Result<u64, Halt> {
        if !args.take_open() {
            return Ok(u64::MAX);
        }
        if !self.shared.options.abilities.condstore || !args.take_word("UNCHANGEDSINCE") {
            return Err(Syntax("unknown STORE modifier").into());
        }
        self.condstore = true;
        let limit = args.number()?;
        if args.take_close() { Ok(limit) } else { Err(Syntax("parenthesis missing").into()) }
    }

    fn answer_store(&mut self, uid: u32, message: &Stored, by_uid: bool, silent: bool) -> Result<(), Halt> {
        let Some(number) = self.view()?.sequence(uid) else { return Ok(()) };
        let mut items = Vec::new();
        if by_uid {
            items.push(format!("UID {uid}"));
        }
        if !silent {
            items.push(format!("FLAGS {}", message.flag_list()));
        }
        if self.condstore {
            items.push(format!("MODSEQ ({})", message.modseq));
        }
        if !silent || self.condstore {
            self.outbound.text(&format!("* {number} FETCH ({})\r\n", items.join(" ")));
        }
        Ok(())
    }

    /// RFC 9051, section 6.4.7. A set that names nothing is copied with OK, as by Dovecot.
    pub(super) fn copy(&mut self, args: &mut Args, by_uid: bool) -> Outcome {
        let uids = self.order_of_copies(self.set(args, by_uid)?);
        let target = args.text()?;
        args.end()?;
        let (from, me) = (self.view()?.folder, self.me);
        let copied = self.shared.change(|store| {
            let place = target_place(store, &target, uids.len())?;
            let pairs = store.copy_uids(from, &uids, place, me);
            Ok::<_, Halt>((store.folders[place].uid_validity, pairs))
        });
        let (validity, pairs) = copied?;
        Ok(match self.copyuid(validity, &pairs) {
            Some(code) => Reply::ok(format!("[{code}] copied")),
            None => Reply::ok("copied"),
        })
    }

    /// RFC 6851.
    pub(super) fn r#move(&mut self, args: &mut Args, by_uid: bool) -> Outcome {
        let uids = self.order_of_copies(self.set(args, by_uid)?);
        let target = args.text()?;
        args.end()?;
        let (from, me) = (self.writable_view()?.folder, self.me);
        let moved = self.shared.change(|store| {
            let place = target_place(store, &target, uids.len())?;
            let pairs = store.copy_uids(from, &uids, place, me);
            let gone: Vec<u32> = pairs.iter().map(|(old, _)| *old).collect();
            store.expunge_uids(from, &gone, me);
            Ok::<_, Halt>((store.folders[place].uid_validity, pairs))
        });
        let (validity, pairs) = moved?;
        match self.copyuid(validity, &pairs) {
            Some(code) if self.shared.options.copyuid == CopyUid::Tagged => Ok(Reply::ok(format!("[{code}] moved"))),
            Some(code) => {
                self.outbound.text(&format!("* OK [{code}] moved\r\n"));
                Ok(Reply::ok("moved"))
            }
            None => Ok(Reply::ok("moved")),
        }
    }

    /// In which order messages are copied: mostly that of their UIDs.
    fn order_of_copies(&self, mut uids: Vec<u32>) -> Vec<u32> {
        if self.shared.options.copyuid == CopyUid::Sorted {
            uids.reverse();
        }
        uids
    }

    /// The code of RFC 4315, as true as the options want it.
    fn copyuid(&self, validity: u32, pairs: &[(u32, u32)]) -> Option<String> {
        let options = &self.shared.options;
        if !options.abilities.uidplus || pairs.is_empty() {
            return None;
        }
        let (mut old, mut new): (Vec<u32>, Vec<u32>) = pairs.iter().copied().unzip();
        let new = match options.copyuid {
            CopyUid::Absent => return None,
            CopyUid::AsTheRfcSays | CopyUid::Tagged => compress(&new),
            CopyUid::Sorted => {
                old.sort_unstable();
                new.sort_unstable();
                compress(&new)
            }
            CopyUid::WrongCount => {
                new.push(new[new.len() - 1] + 1);
                compress(&new)
            }
            CopyUid::Swapped => new.iter().rev().map(u32::to_string).collect::<Vec<_>>().join(","),
        };
        Some(format!("COPYUID {validity} {} {new}", compress(&old)))
    }

    /// EXPUNGE, or UID EXPUNGE of RFC 4315. The EXPUNGE lines come with what else there is to tell.
    pub(super) fn expunge(&mut self, args: &mut Args, by_uid: bool) -> Outcome {
        let named = if by_uid { Some(self.set(args, true)?) } else { None };
        args.end()?;
        let (folder, me) = (self.writable_view()?.folder, self.me);
        let part = self.twist.part.unwrap_or(usize::MAX);
        self.shared.change(|store| {
            let mut deleted = store.by_id(folder).map_or_else(Vec::new, Folder::deleted);
            if let Some(named) = &named {
                deleted.retain(|uid| named.binary_search(uid).is_ok());
            }
            deleted.truncate(part);
            store.expunge_uids(folder, &deleted, me);
        });
        Ok(Reply::ok("expunged"))
    }
}

fn store_mode(word: &str) -> Result<(Mode, bool), Syntax> {
    let (word, silent) = word.strip_suffix(".SILENT").map_or((word, false), |word| (word, true));
    match word {
        "+FLAGS" => Ok((Mode::Add, silent)),
        "-FLAGS" => Ok((Mode::Remove, silent)),
        "FLAGS" => Ok((Mode::Replace, silent)),
        _ => Err(Syntax("FLAGS expected")),
    }
}

/// Where copies go, if there is room for them.
fn target_place(store: &Store, name: &str, count: usize) -> Result<usize, Halt> {
    let Some(place) = store.place(name) else { return no("[TRYCREATE] there is no such folder") };
    if store.folders[place].read_only {
        return no("[NOPERM] the target is read-only");
    }
    if store.room_for(count).is_err() {
        return no("[OVERQUOTA] no room for these messages");
    }
    Ok(place)
}
