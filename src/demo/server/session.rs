//! One connection: reads commands, lets the fault script have its way, and hands them to those who carry them out.

use super::command::Command;
use super::faults::{Lie, Twist, What};
use super::folder::Actor;
use super::late::Late;
use super::notify::Told;
use super::reply::{Halt, Outcome, Reply, Status};
use super::shared::{Received, Shared};
use super::tokens::Args;
use super::view::{Tell, View};
use super::wire::{Inbound, NoLine, Outbound};
use std::sync::Arc;
use tokio::net::TcpStream;

/// The state of one connection (RFC 9051, section 3).
pub(super) struct Session {
    pub(super) me: Actor,
    pub(super) shared: Arc<Shared>,
    pub(super) inbound: Inbound,
    pub(super) outbound: Outbound,
    pub(super) logged_in: bool,
    /// Whether it has sent ID.
    pub(super) identified: bool,
    pub(super) selected: Option<View>,
    /// Whether the client has shown that it knows MODSEQ (RFC 7162, section 3.1).
    pub(super) condstore: bool,
    pub(super) twist: Twist,
    /// Folders that NOTIFY named.
    pub(super) told: Told,
    /// Where the present command stands in the record.
    pub(super) record: usize,
    /// The command at which the connection ended, when it is to come late.
    last: Option<Command>,
}

/// Serves one client until one side has had enough.
pub(super) async fn serve(socket: TcpStream, shared: Arc<Shared>, me: Actor) {
    let _open = shared.opened();
    // Answers are small and come in one write each; without this the second of two waits for the first's ACK.
    let _ = socket.set_nodelay(true);
    let (read, write) = socket.into_split();
    let mut session = Session {
        me,
        inbound: Inbound::new(read, shared.clone()),
        outbound: Outbound::new(write, shared.clone()),
        shared,
        logged_in: false,
        identified: false,
        selected: None,
        condstore: false,
        twist: Twist::default(),
        told: Told::new(),
        record: 0,
        last: None,
    };
    if session.greet().await.is_ok() {
        while session.turn().await.is_ok() {}
    }
    if let (Some(count), Some(command)) = (session.twist.late, session.last.take()) {
        let (shared, record) = (session.shared.clone(), session.record);
        return shared.late.add(Late::new(record, count, command, session));
    }
    // What was collected before the end (BYE, a cut answer) still goes out.
    let _ = session.outbound.flush().await;
}

impl Session {
    async fn greet(&mut self) -> Result<(), Halt> {
        let struck = self.shared.script().strike("GREETING", "");
        let mut after = Vec::new();
        if let Some(reply) = self.suffer(struck, &mut after).await? {
            self.outbound.text(&format!("* BYE {}\r\n", reply.text));
            return Err(Halt::Lost);
        }
        let abilities = self.shared.options.advertised();
        self.outbound.text(&format!("* OK [CAPABILITY {abilities}] mailherd's demo server is ready\r\n"));
        Ok(self.outbound.flush().await?)
    }

    /// One command and its answer.
    async fn turn(&mut self) -> Result<(), Halt> {
        let literal_plus = self.shared.options.abilities.literal_plus;
        let parts = match self.inbound.command(&mut self.outbound, literal_plus).await {
            Ok(parts) => parts,
            Err(NoLine::Lost) => return Err(Halt::Lost),
            Err(NoLine::TooLong(tag)) => {
                self.outbound.text(&Reply::bad("command too long").line(&tag));
                return Ok(self.outbound.flush().await?);
            }
        };
        let Some(mut command) = Command::read(&parts) else {
            self.outbound.text("* BAD no command in that line\r\n");
            return Ok(self.outbound.flush().await?);
        };
        self.note(&command);
        self.shared.late.arrive_before(self.record);
        let struck = self.shared.script().strike(&command.verb, &command.line);
        let mut after = Vec::new();
        self.twist = Twist::default();
        self.outbound.drip = None;
        let suffered = self.suffer(struck, &mut after).await;
        if self.twist.late.is_some() {
            self.last = Some(command).filter(|command| !matches!(command.verb.as_str(), "IDLE" | "AUTHENTICATE"));
            return Err(Halt::Lost);
        }
        let result = match suffered? {
            Some(reply) => Ok(reply),
            None => self.carry_out(&command.verb, &mut command.args).await,
        };
        let reply = match result {
            Ok(reply) | Err(Halt::Reply(reply)) => reply,
            Err(Halt::Lost) => return Err(Halt::Lost),
        };
        for action in after {
            self.shared.change(|store| action(store));
        }
        self.tell(tell_after(&command.verb))?;
        self.outbound.text(&reply.line(&command.tag));
        self.outbound.flush().await?;
        let ended = self.outbound.cut_after.is_some() || (command.verb == "LOGOUT" && reply.status == Status::Ok);
        if ended { Err(Halt::Lost) } else { Ok(()) }
    }

    fn note(&mut self, command: &Command) {
        let mut received = self.shared.received();
        self.record = received.len();
        let (verb, line) = (command.verb.clone(), command.line.clone());
        received.push(Received { connection: self.me, verb, line, rows: 0 });
    }

    /// Plays the faults that strike now. A reply ends the command without carrying it out.
    async fn suffer(
        &mut self,
        struck: Vec<What>,
        after: &mut Vec<super::faults::Action>,
    ) -> Result<Option<Reply>, Halt> {
        for what in struck {
            match what {
                What::No(text) => return Ok(Some(Reply::no(text))),
                What::Bad(text) => return Ok(Some(Reply::bad(text))),
                What::Pretend => return Ok(Some(Reply::ok("done"))),
                What::Bye(text) => {
                    self.outbound.text(&format!("* BYE {text}\r\n"));
                    return Err(Halt::Lost);
                }
                What::DropBefore => return Err(Halt::Lost),
                What::DropAfter => self.outbound.cut_after = Some(0),
                What::Cut(bytes) => self.outbound.cut_after = Some(bytes),
                What::PartThenDrop(count) => {
                    self.twist.part = Some(count);
                    self.outbound.cut_after = Some(0);
                }
                What::Late(count) => {
                    self.twist.late = Some(count);
                    return Err(Halt::Lost);
                }
                What::Silence => {
                    self.inbound.swallow().await;
                    return Err(Halt::Lost);
                }
                What::Delay(time) => tokio::time::sleep(time).await,
                What::Lines(lines) => lines.iter().for_each(|line| self.outbound.text(&format!("{line}\r\n"))),
                What::Flood(bytes, times) => self.outbound.flood(&bytes, times).await?,
                What::Drip(pause) => self.outbound.drip = Some(pause),
                What::NoUidNext => self.twist.uid_next = Some(Lie::Omitted),
                What::UidNext(uid) => self.twist.uid_next = Some(Lie::Said(uid)),
                What::NoUidValidity => self.twist.uid_validity = Some(Lie::Omitted),
                What::UidValidity(validity) => self.twist.uid_validity = Some(Lie::Said(validity)),
                What::Before(action) => self.shared.change(|store| action(store)),
                What::After(action) => after.push(action),
                What::Midway(rows, action) => self.twist.midway.push((rows, action)),
            }
        }
        Ok(None)
    }

    pub(super) async fn carry_out(&mut self, verb: &str, args: &mut Args) -> Outcome {
        // New mail may be told of at any time; it is told now so that `*` means what the client will have heard of.
        self.tell(Tell::NoExpunge)?;
        let can = self.shared.options.abilities;
        match verb {
            "CAPABILITY" => self.capability(args),
            "NOOP" | "CHECK" => Ok(Reply::ok("nothing done")),
            "LOGOUT" => {
                self.outbound.text("* BYE see you\r\n");
                Ok(Reply::ok("bye"))
            }
            "ID" if can.id => self.id(args),
            "LOGIN" => self.login(args),
            "AUTHENTICATE" => self.authenticate(args).await,
            _ if !self.logged_in => Err(Halt::Reply(Reply::bad("unknown command, or not before a login"))),
            "ENABLE" if can.enable => self.enable(args),
            "NAMESPACE" if can.namespace => self.namespace(args),
            "LIST" => self.list(args),
            "LSUB" => self.lsub(args),
            "NOTIFY" if can.notify => self.notify(args),
            "STATUS" => self.status(args),
            "CREATE" => self.create(args),
            "DELETE" => self.delete(args),
            "RENAME" => self.rename(args),
            "SUBSCRIBE" => self.subscribe(args, true),
            "UNSUBSCRIBE" => self.subscribe(args, false),
            "SELECT" => self.select(args, false),
            "EXAMINE" => self.select(args, true),
            "APPEND" => self.append(args),
            "IDLE" if can.idle => self.idle(args).await,
            "CLOSE" => self.close(args, true),
            "UNSELECT" if can.unselect => self.close(args, false),
            "EXPUNGE" => self.expunge(args, false),
            "UID EXPUNGE" if can.uidplus => self.expunge(args, true),
            "FETCH" | "UID FETCH" => self.fetch(args, verb != "FETCH").await,
            "STORE" | "UID STORE" => self.store_flags(args, verb != "STORE"),
            "SEARCH" | "UID SEARCH" => self.search(args, verb != "SEARCH"),
            "COPY" | "UID COPY" => self.copy(args, verb != "COPY"),
            "MOVE" | "UID MOVE" if can.r#move => self.r#move(args, verb != "MOVE"),
            _ => Err(Halt::Reply(Reply::bad("unknown command"))),
        }
    }

    /// Tells what happened in the selected folder. A folder that is no more ends the connection, as on Dovecot.
    pub(super) fn tell(&mut self, tell: Tell) -> Result<(), Halt> {
        self.tell_of_others()?;
        let Some(view) = &mut self.selected else { return Ok(()) };
        let lines = {
            let store = self.shared.store();
            store.by_id(view.folder).map(|folder| view.catch_up(folder, self.me, tell, self.condstore))
        };
        let Some(lines) = lines else {
            self.outbound.text("* BYE the selected folder is no more\r\n");
            return Err(Halt::Lost);
        };
        self.outbound.text(&lines);
        Ok(())
    }

    /// The folder that is open.
    pub(super) fn view(&self) -> Result<&View, Halt> {
        self.selected.as_ref().ok_or_else(|| Halt::Reply(Reply::bad("select a folder first")))
    }

    /// The same, if it may be changed.
    pub(super) fn writable_view(&self) -> Result<&View, Halt> {
        let view = self.view()?;
        if view.read_only { super::reply::no("[READ-ONLY] the folder was opened read-only") } else { Ok(view) }
    }

    /// The UIDs of the set that comes next, cut short by [`What::PartThenDrop`].
    pub(super) fn set(&self, args: &mut Args, by_uid: bool) -> Result<Vec<u32>, Halt> {
        let set = super::sets::Set::parse(&args.atom()?)?;
        let mut uids = self.view()?.resolve(&set, by_uid)?;
        uids.truncate(self.twist.part.unwrap_or(usize::MAX));
        Ok(uids)
    }
}

/// FETCH, STORE and SEARCH by sequence number must not renumber. By UID they may: RFC 9051, section 7.5.1, and Dovecot
/// does.
fn tell_after(verb: &str) -> Tell {
    if matches!(verb, "FETCH" | "STORE" | "SEARCH") { Tell::NoExpunge } else { Tell::Everything }
}
