//! NOTIFY (RFC 5465), of which only `mailboxes` and what comes into or leaves them.

use super::folder::Folder;
use super::reply::{Outcome, Reply};
use super::session::Session;
use super::tokens::{Args, Syntax, Token};
use std::collections::BTreeMap;

/// What a session has been told of folders that are not open, by their names: next UID and number of messages.
pub(super) type Told = BTreeMap<String, (u32, usize)>;

fn state(folder: &Folder) -> (u32, usize) {
    (folder.uid_next, folder.messages.len())
}

impl Session {
    /// `NOTIFY NONE`, or `NOTIFY SET (selected-delayed (…)) (mailboxes (Top News) (MessageNew MessageExpunge))`. What
    /// happens in the open folder is told in any case.
    pub(super) fn notify(&mut self, args: &mut Args) -> Outcome {
        self.told = Told::new();
        if args.take_word("NONE") {
            args.end()?;
            return Ok(Reply::ok("nothing will be told"));
        }
        if !args.take_word("SET") {
            return Err(Syntax("SET or NONE expected").into());
        }
        while args.take_open() {
            let names = match args.word()?.as_str() {
                "SELECTED" | "SELECTED-DELAYED" => Vec::new(),
                "MAILBOXES" => args.list()?,
                _ => return Ok(Reply::no("[NOTIFICATIONOVERFLOW] only folders that are named")),
            };
            skip_events(args)?;
            let shared = self.shared.clone();
            let store = shared.store();
            let folders = names.iter().filter_map(|name| store.place(name)).map(|place| &store.folders[place]);
            self.told.extend(folders.map(|folder| (folder.name.clone(), state(folder))));
        }
        args.end()?;
        Ok(Reply::ok("will be told"))
    }

    /// Tells what is new in folders that are not open; also what this session did there itself, as Dovecot 2.3 does.
    pub(super) fn tell_of_others(&mut self) -> Result<(), Syntax> {
        let shared = self.shared.clone();
        let store = shared.store();
        let mut told = std::mem::take(&mut self.told);
        let open = self.selected.as_ref().map(|view| view.folder);
        for (name, last) in &mut told {
            let Some(folder) = store.place(name).map(|place| &store.folders[place]) else { continue };
            if state(folder) != *last && open != Some(folder.id) {
                let row = self.status_row(folder, &["MESSAGES", "UIDNEXT", "UIDVALIDITY"].map(String::from))?;
                self.outbound.text(&row);
            }
            *last = state(folder);
        }
        self.told = told;
        Ok(())
    }
}

/// `(MessageNew (UID FLAGS) MessageExpunge))`, with the parenthesis that ends the group.
fn skip_events(args: &mut Args) -> Result<(), Syntax> {
    let mut depth = 1;
    while depth > 0 {
        match args.token()? {
            Token::Open => depth += 1,
            Token::Close => depth -= 1,
            _ => {}
        }
    }
    Ok(())
}
