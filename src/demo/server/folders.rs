//! Commands about folders: finding, making, naming and counting them.

use super::faults::Lie;
use super::folder::Folder;
use super::names::{matches, normalise, quote};
use super::options::Abilities;
use super::reply::{Halt, Outcome, Reply, no};
use super::session::Session;
use super::store::Store;
use super::tokens::{Args, Syntax, Token};
use std::collections::BTreeMap;

impl Session {
    /// RFC 2342: one personal namespace, no others.
    pub(super) fn namespace(&mut self, args: &Args) -> Outcome {
        args.end()?;
        let (prefix, delimiter) = (self.shared.options.prefix.clone(), self.delimiter());
        self.outbound.text(&format!("* NAMESPACE (({} {delimiter})) NIL NIL\r\n", quote(&prefix)));
        Ok(Reply::ok("that is all"))
    }

    /// LIST (RFC 9051, section 6.3.9), of the extended form the several patterns and the return options.
    pub(super) fn list(&mut self, args: &mut Args) -> Outcome {
        let can = self.shared.options.abilities;
        let reference = args.text()?;
        let several = args.peek() == Some(&Token::Open);
        let patterns = args.list()?;
        let returned = args.take_word("RETURN");
        if returned || several {
            extended(can.list_extended)?;
        }
        let wanted = if returned { Return::read(args, can)? } else { Return { special_use: true, status: None } };
        args.end()?;
        if patterns.iter().all(String::is_empty) {
            let delimiter = self.delimiter();
            self.outbound.text(&format!("* LIST (\\Noselect) {delimiter} \"\"\r\n"));
            return Ok(Reply::ok("that is the delimiter"));
        }
        let patterns: Vec<String> = patterns.iter().map(|pattern| format!("{reference}{pattern}")).collect();
        self.answer_list("LIST", &patterns, can.special_use && wanted.special_use, false);
        if let Some(items) = wanted.status {
            self.answer_status_of(&patterns, &items)?;
        }
        Ok(Reply::ok("that is all"))
    }

    /// The folders that are subscribed to (RFC 3501, section 6.3.9).
    pub(super) fn lsub(&mut self, args: &mut Args) -> Outcome {
        let pattern = format!("{}{}", args.text()?, args.text()?);
        args.end()?;
        self.answer_list("LSUB", &[pattern], false, true);
        Ok(Reply::ok("that is all"))
    }

    fn answer_list(&mut self, word: &str, patterns: &[String], with_use: bool, subscribed_only: bool) {
        let delimiter = self.shared.options.delimiter;
        let quoted_delimiter = self.delimiter();
        let shared = self.shared.clone();
        let store = shared.store();
        for (name, folder) in with_parents(&store) {
            if !is_named(name, patterns, delimiter)
                || (subscribed_only && !folder.is_some_and(|folder| folder.subscribed))
            {
                continue;
            }
            let mut attributes = vec![if has_children(&store, name) { "\\HasChildren" } else { "\\HasNoChildren" }];
            if let Some(folder) = folder {
                attributes.extend(folder.special_use.as_deref().filter(|_| with_use));
            } else {
                attributes.push("\\Noselect");
            }
            let (attributes, name) = (attributes.join(" "), quote(name));
            self.outbound.text(&format!("* {word} ({attributes}) {quoted_delimiter} {name}\r\n"));
        }
    }

    /// RFC 9051, section 6.3.11, and HIGHESTMODSEQ of RFC 7162.
    pub(super) fn status(&mut self, args: &mut Args) -> Outcome {
        let name = normalise(&args.text()?);
        let items = args.list()?;
        args.end()?;
        let shared = self.shared.clone();
        let store = shared.store();
        let Some(folder) = store.place(&name).map(|place| &store.folders[place]) else {
            return no("[NONEXISTENT] there is no such folder");
        };
        let row = self.status_row(folder, &items)?;
        self.outbound.text(&row);
        Ok(Reply::ok("that is all"))
    }

    /// `LIST … RETURN (STATUS (…))` of RFC 5819.
    fn answer_status_of(&mut self, patterns: &[String], items: &[String]) -> Result<(), Syntax> {
        let shared = self.shared.clone();
        let store = shared.store();
        let delimiter = self.shared.options.delimiter;
        for folder in store.folders.iter().filter(|folder| is_named(&folder.name, patterns, delimiter)) {
            let row = self.status_row(folder, items)?;
            self.outbound.text(&row);
        }
        Ok(())
    }

    /// `* STATUS "Top" (MESSAGES 3)`
    pub(super) fn status_row(&mut self, folder: &Folder, items: &[String]) -> Result<String, Syntax> {
        let mut values = Vec::new();
        for item in items {
            let item = item.to_ascii_uppercase();
            let value = match item.as_str() {
                "MESSAGES" => folder.messages.len() as u64,
                "RECENT" => 0,
                "UNSEEN" => folder.messages.values().filter(|message| !message.has("\\Seen")).count() as u64,
                "UIDVALIDITY" => match Lie::about(self.twist.uid_validity, folder.uid_validity) {
                    Some(validity) => u64::from(validity),
                    None => continue,
                },
                "UIDNEXT" => match Lie::about(self.twist.uid_next, folder.uid_next) {
                    Some(next) => u64::from(next),
                    None => continue,
                },
                "HIGHESTMODSEQ" if self.shared.options.abilities.condstore => {
                    self.condstore = true;
                    folder.highest_modseq
                }
                _ => return Err(Syntax("unknown STATUS item")),
            };
            values.push(format!("{item} {value}"));
        }
        Ok(format!("* STATUS {} ({})\r\n", quote(&folder.name), values.join(" ")))
    }

    pub(super) fn create(&mut self, args: &mut Args) -> Outcome {
        let name = self.sound_name(args)?;
        // RFC 6154, section 3: the folder's use may be asked for.
        let mut special_use = None;
        if self.shared.options.abilities.special_use && args.take_open() {
            let uses = if args.take_word("USE") { args.list()? } else { return Err(Syntax("USE expected").into()) };
            special_use = uses.into_iter().next();
            args.take_close();
        }
        args.end()?;
        let name = name.trim_end_matches(self.shared.options.delimiter).to_string();
        let made = self.shared.change(|store| {
            let fresh = store.place(&name).is_none();
            let place = store.create(&name);
            if fresh {
                store.folders[place].special_use = special_use;
            }
            fresh
        });
        if made { Ok(Reply::ok("made")) } else { no("[ALREADYEXISTS] there is such a folder already") }
    }

    pub(super) fn delete(&mut self, args: &mut Args) -> Outcome {
        let name = normalise(&args.text()?);
        args.end()?;
        if name == "INBOX" {
            return no("[CANNOT] INBOX stays");
        }
        let found = self.shared.change(|store| {
            let place = store.place(&name);
            place.map(|place| store.folders.remove(place))
        });
        if found.is_some() { Ok(Reply::ok("deleted")) } else { no("[NONEXISTENT] there is no such folder") }
    }

    /// Names a folder and those below it anew. INBOX, whose renaming moves its mail out, is not renamed here.
    pub(super) fn rename(&mut self, args: &mut Args) -> Outcome {
        let (from, to) = (normalise(&args.text()?), self.sound_name(args)?);
        args.end()?;
        let delimiter = self.shared.options.delimiter;
        let outcome = self.shared.change(|store| {
            if from == "INBOX" || store.place(&to).is_some() {
                return no("[ALREADYEXISTS] that name is taken");
            }
            let below = format!("{from}{delimiter}");
            let mut found = false;
            for folder in &mut store.folders {
                if folder.name == from {
                    folder.name.clone_from(&to);
                    found = true;
                } else if let Some(rest) = folder.name.strip_prefix(&below) {
                    folder.name = format!("{to}{delimiter}{rest}");
                    found = true;
                }
            }
            if found { Ok(()) } else { no("[NONEXISTENT] there is no such folder") }
        });
        outcome.map(|()| Reply::ok("renamed"))
    }

    pub(super) fn subscribe(&mut self, args: &mut Args, subscribed: bool) -> Outcome {
        let name = args.text()?;
        args.end()?;
        let mut store = self.shared.store();
        match store.place(&name) {
            Some(place) => {
                store.folders[place].subscribed = subscribed;
                Ok(Reply::ok("noted"))
            }
            None => no("[NONEXISTENT] there is no such folder"),
        }
    }

    /// A name that a folder may bear: under the prefix, and 7-bit, since 8-bit names are not modified UTF-7.
    fn sound_name(&self, args: &mut Args) -> Result<String, Halt> {
        let name = normalise(&args.text()?);
        if name.is_empty() || !name.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return no("[CANNOT] a name is printable ASCII, the rest in modified UTF-7");
        }
        if !name.starts_with(&self.shared.options.prefix) {
            return no("[CANNOT] a folder's name begins with the personal namespace");
        }
        Ok(name)
    }

    fn delimiter(&self) -> String {
        match self.shared.options.delimiter {
            '\0' => "NIL".to_owned(),
            delimiter => quote(&delimiter.to_string()),
        }
    }
}

/// What RETURN asks of LIST (RFC 5258).
struct Return {
    special_use: bool,
    status: Option<Vec<String>>,
}

impl Return {
    fn read(args: &mut Args, can: Abilities) -> Result<Return, Syntax> {
        let mut wanted = Return { special_use: false, status: None };
        if !args.take_open() {
            return Err(Syntax("RETURN takes a list"));
        }
        while !args.take_close() {
            if can.list_status && args.take_word("STATUS") {
                wanted.status = Some(args.list()?);
            } else {
                wanted.special_use |= args.text()?.eq_ignore_ascii_case("SPECIAL-USE");
            }
        }
        Ok(wanted)
    }
}

fn is_named(name: &str, patterns: &[String], delimiter: char) -> bool {
    let named = |pattern: &String| matches(pattern, name, delimiter) || (name == "INBOX" && normalise(pattern) == name);
    patterns.iter().any(named)
}

fn extended(understood: bool) -> Result<(), Syntax> {
    if understood { Ok(()) } else { Err(Syntax("LIST takes a reference and a pattern")) }
}

/// All folders by name, and the levels above them that are no folders themselves.
fn with_parents(store: &Store) -> BTreeMap<&str, Option<&Folder>> {
    let mut listed = BTreeMap::new();
    for folder in &store.folders {
        for (end, _) in folder.name.match_indices(store.spelling.delimiter) {
            listed.entry(&folder.name[..end]).or_insert(None);
        }
        listed.insert(&folder.name, Some(folder));
    }
    for (alias, name) in &store.aliases {
        listed.insert(alias, store.folders.iter().find(|folder| folder.name == *name));
    }
    listed
}

fn has_children(store: &Store, name: &str) -> bool {
    let below = format!("{name}{}", store.spelling.delimiter);
    store.folders.iter().any(|folder| folder.name.starts_with(&below))
}
