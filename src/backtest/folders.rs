//! What the folders of a mailbox on disk are called, and whose mail is in them.

use std::path::{Component, Path};

/// The names that mean something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Folders of the user's own mail.
    pub sent: Vec<String>,
    /// Folders whose mail never was in the inbox: Drafts and Junk.
    pub left_out: Vec<String>,
}

/// What the mail of a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// What others wrote.
    Received,
    /// What the user wrote.
    Own,
    /// Neither: it is left out.
    Nothing,
}

impl Names {
    /// What a folder holds. It is meant by its last level (`Sent`) or by all of them (`Work/Sent`), in any case; `_` and `-`
    /// are as good as a blank (`sent_items`, `sent-mail`).
    pub(super) fn holds(&self, levels: &[String]) -> Holds {
        let (last, whole) = (plain(levels.last().map_or("", String::as_str)), plain(&levels.join("/")));
        let among = |names: &[String]| {
            names.iter().map(|name| plain(name)).any(|name| !name.is_empty() && (name == last || name == whole))
        };
        if among(&self.sent) {
            Holds::Own
        } else if among(&self.left_out) {
            Holds::Nothing
        } else {
            Holds::Received
        }
    }
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace(['_', '-'], " ").trim().to_owned()
}

/// What kind of thing a folder is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// As one mbox file, which the path names.
    Mbox,
    /// As a Maildir, which the path names.
    Maildir,
    /// As a directory of message files, which the path names.
    Files,
}

/// The levels of a folder's name, by its path below the directory that was given; `decode` undoes modified UTF-7, in which
/// servers spell the names of their Maildirs.
pub(super) fn levels(path: &Path, kept: Kept, decode: &dyn Fn(&str) -> String) -> Vec<String> {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    let mut parts: Vec<String> = parts.collect();
    // Apple Mail: the messages lie somewhere below `Sent Messages.mbox`, or in a file called `mbox` in it.
    if let Some(place) = parts.iter().take(parts.len().saturating_sub(1)).rposition(|part| part.ends_with(".mbox")) {
        parts.truncate(place + 1);
    }
    let mut levels = Vec::new();
    for part in parts {
        // Thunderbird keeps the folders below `Work` in `Work.sbd`; Maildir++ writes `.Work.Sent`.
        let part = [".sbd", ".mbox", ".mbx"].iter().find_map(|ending| part.strip_suffix(ending)).unwrap_or(&part);
        match (part.strip_prefix('.'), kept) {
            (Some(inner), Kept::Maildir) => levels.extend(inner.split('.').map(decode)),
            _ => levels.push(decode(part)),
        }
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str, kept: Kept) -> String {
        levels(Path::new(path), kept, &str::to_owned).join("/")
    }

    #[test]
    fn folders_are_named_as_their_programs_name_them() {
        assert_eq!(named("Sent.mbox", Kept::Mbox), "Sent");
        assert_eq!(named("Mail/Work.sbd/Sent", Kept::Mbox), "Mail/Work/Sent");
        assert_eq!(named("Sent Messages.mbox/mbox", Kept::Mbox), "Sent Messages");
        assert_eq!(named("INBOX.mbox/1F/Data/Messages", Kept::Files), "INBOX");
        assert_eq!(named(".Work.Sent", Kept::Maildir), "Work/Sent");
        assert_eq!(named("work/Sent", Kept::Maildir), "work/Sent");
        assert_eq!(named("", Kept::Maildir), "");
    }

    #[test]
    fn own_mail_is_where_the_user_says() {
        let names = Names { sent: vec!["Sent".into(), "Work/Out-Box".into()], left_out: vec!["Drafts".into()] };
        let holds = |name: &str| names.holds(&name.split('/').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(holds("SENT"), Holds::Own);
        assert_eq!(holds("[Gmail]/Sent"), Holds::Own);
        assert_eq!(holds("work/out_box"), Holds::Own);
        assert_eq!(holds("Home/Out-Box"), Holds::Received);
        assert_eq!(holds("Sent/2024"), Holds::Received);
        assert_eq!(holds("drafts"), Holds::Nothing);
        assert_eq!(names.holds(&[]), Holds::Received);
    }
}
