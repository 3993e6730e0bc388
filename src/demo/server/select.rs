//! Opening and closing folders, IDLE, and mail that the client brings itself.

use super::clock;
use super::faults::Lie;
use super::names::normalise;
use super::reply::{Halt, Outcome, Reply, no};
use super::session::Session;
use super::tokens::{Args, Syntax, Token};
use super::view::{Tell, View};
use super::wire::NoLine;
use crate::logic::ids::UnixTime;

impl Session {
    /// SELECT, or EXAMINE (RFC 9051, section 6.3.2).
    pub(super) fn select(&mut self, args: &mut Args, examine: bool) -> Outcome {
        let name = args.text()?;
        if self.shared.options.wants_id && !self.identified {
            return no("SELECT Unsafe Login. Please contact kefu@188.com for help");
        }
        if args.peek().is_some() {
            let parameters = args.list()?;
            let known = parameters.iter().all(|parameter| parameter.eq_ignore_ascii_case("CONDSTORE"));
            if !known || !self.shared.options.abilities.condstore {
                return Err(Syntax("unknown SELECT parameter").into());
            }
            self.condstore = true;
        }
        args.end()?;
        self.selected = None;
        let shared = self.shared.clone();
        let store = shared.store();
        let Some(folder) = store.place(&name).map(|place| &store.folders[place]) else {
            return no("[NONEXISTENT] there is no such folder");
        };
        let read_only = examine || folder.read_only;
        let view = View::open(folder, read_only);
        let permanent = match (read_only, shared.options.keywords) {
            (true, _) => "",
            (false, false) => "\\Answered \\Flagged \\Deleted \\Seen \\Draft",
            (false, true) => "\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*",
        };
        let mut answer = format!(
            "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n* OK [PERMANENTFLAGS ({permanent})] flags that stay\r\n\
             * {} EXISTS\r\n* 0 RECENT\r\n",
            view.len()
        );
        if let Some((number, _)) = view.all().find(|(_, uid)| !folder.messages[uid].has("\\Seen")) {
            answer += &format!("* OK [UNSEEN {number}] first unseen\r\n");
        }
        if let Some(validity) = Lie::about(self.twist.uid_validity, folder.uid_validity) {
            answer += &format!("* OK [UIDVALIDITY {validity}] UIDs hold\r\n");
        }
        if let Some(next) = Lie::about(self.twist.uid_next, folder.uid_next) {
            answer += &format!("* OK [UIDNEXT {next}] next UID\r\n");
        }
        if shared.options.abilities.condstore {
            answer += &format!("* OK [HIGHESTMODSEQ {}] highest\r\n", folder.highest_modseq);
        }
        self.outbound.text(&answer);
        self.selected = Some(view);
        Ok(Reply::ok(if read_only { "[READ-ONLY] opened" } else { "[READ-WRITE] opened" }))
    }

    /// CLOSE, which expunges and tells nothing; or UNSELECT, which does not.
    pub(super) fn close(&mut self, args: &Args, expunge: bool) -> Outcome {
        args.end()?;
        let view = self.view()?;
        if expunge && !view.read_only {
            let (folder, me) = (view.folder, self.me);
            self.shared.change(|store| {
                let deleted = store.by_id(folder).map_or_else(Vec::new, super::folder::Folder::deleted);
                store.expunge_uids(folder, &deleted, me);
            });
        }
        self.selected = None;
        Ok(Reply::ok("closed"))
    }

    /// RFC 2177.
    pub(super) async fn idle(&mut self, args: &Args) -> Outcome {
        args.end()?;
        let mut beat = self.shared.beat.subscribe();
        self.outbound.text("+ idling\r\n");
        loop {
            if self.shared.options.idle_pushes {
                self.tell(Tell::Everything)?;
            }
            self.outbound.flush().await?;
            tokio::select! {
                line = self.inbound.line() => return match line {
                    Ok(line) if line.eq_ignore_ascii_case(b"DONE") => Ok(Reply::ok("done idling")),
                    Ok(_) => Err(Syntax("DONE expected").into()),
                    Err(NoLine::TooLong(_)) => Err(Syntax("DONE expected").into()),
                    Err(NoLine::Lost) => Err(Halt::Lost),
                },
                changed = beat.changed() => if changed.is_err() {
                    return Err(Halt::Lost);
                },
            }
        }
    }

    /// RFC 9051, section 6.3.12, with APPENDUID of RFC 4315.
    pub(super) fn append(&mut self, args: &mut Args) -> Outcome {
        let name = normalise(&args.text()?);
        let flags = if args.peek() == Some(&Token::Open) { args.list()? } else { Vec::new() };
        let mut message = args.bytes()?;
        let mut internaldate = UnixTime(jiff::Timestamp::now().as_second());
        if args.peek().is_some() {
            let text = String::from_utf8_lossy(&message).into_owned();
            internaldate = clock::parse_internal_date(&text).ok_or(Syntax("bad date"))?;
            message = args.bytes()?;
        }
        args.end()?;
        let me = self.me;
        let appended = self.shared.change(|store| {
            let Some(place) = store.place(&name) else { return no("[TRYCREATE] there is no such folder") };
            if store.room_for(1).is_err() {
                return no("[OVERQUOTA] no room for this message");
            }
            if store.folders[place].read_only {
                return no("[READ-ONLY] the folder is read-only");
            }
            let uid = store.append(place, message.into(), &flags, internaldate, me);
            Ok((store.folders[place].uid_validity, uid))
        });
        let (validity, uid) = appended?;
        Ok(match self.shared.options.abilities.uidplus {
            true => Reply::ok(format!("[APPENDUID {validity} {uid}] appended")),
            false => Reply::ok("appended"),
        })
    }
}
