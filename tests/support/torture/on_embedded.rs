//! An account on mailherd's own server. It strikes exactly where it was told to, so that a history is the same each time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use mailherd::demo::mailbox::{Account, Folder, Message};
use mailherd::demo::server::{Abilities, CopyUid, Options, Server, What, When};
use mailherd::logic::ids::UnixTime;

use super::gun::Gun;
use super::hands::Hands;
use super::history::{Blow, CopyUidKind, Deed, Face, Moment, Scene, Trouble, Way};
use super::journal::Database;
use super::stage::Belief;
use crate::support::cast;
use crate::support::mail::{ME, Mail};

/// What changes a mailbox, and what no client of other people's mail should ever say.
const CHANGING: [&str; 12] = [
    "UID MOVE",
    "UID COPY",
    "UID STORE",
    "UID EXPUNGE",
    "MOVE",
    "COPY",
    "STORE",
    "EXPUNGE",
    "CLOSE",
    "APPEND",
    "CREATE",
    "DELETE",
];

/// See the module.
pub struct Embedded {
    server: Arc<Server>,
    /// How many commands [`Embedded::changes`] has looked at.
    looked_at: Mutex<usize>,
    /// Waits for a byte.
    waiting: Mutex<Option<JoinHandle<()>>>,
}

impl Embedded {
    /// A mailbox as mailherd finds it at first.
    pub fn start(scene: &Scene, now: i64) -> Embedded {
        let mut account = Account::empty("Me", ME);
        let special =
            [("Archive", Some("\\Archive")), ("Sent", Some("\\Sent")), ("Trash", Some("\\Trash")), ("Projects", None)];
        special.into_iter().for_each(|(name, special_use)| account.folders.push(Folder::new(name, special_use)));
        if scene.friend {
            let (letters, answers) = cast::acquaintance();
            for (folder, mail) in [("Archive", letters), ("Sent", answers)] {
                account.folder_mut(folder).messages = mail
                    .into_iter()
                    .enumerate()
                    .map(|(number, mail)| message(&old(mail, number, folder, now)))
                    .collect();
            }
        }
        let server = Arc::new(Server::start_in_thread(account, options(scene)).unwrap());
        Embedded { server, looked_at: Mutex::new(0), waiting: Mutex::new(None) }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// Somebody else works on the mailbox.
    pub fn with<T>(&self, work: &mut dyn FnMut(&mut dyn Hands) -> T) -> T {
        self.server.change(|store| work(store))
    }

    /// This will go wrong. A death is real when mailherd is a program of its own; in this process its work is dropped.
    pub fn expects(&self, trouble: &Trouble, face: Face, gun: &Gun, belief: &Belief, database: &Database) {
        if trouble.away {
            self.server.add_fault(When::nth("GREETING", 2), What::No("come back later"));
        }
        match trouble.when {
            Moment::Command(verb, nth) => self.at_command(When::nth(verb, nth), &trouble.blow, gun, belief, database),
            Moment::Byte(byte) => {
                let at = self.server.counts().bytes_sent + byte;
                let what = if trouble.blow.kills() { What::Silence } else { What::DropBefore };
                self.server.add_fault(When::BytesSent(at), what);
                if trouble.blow.kills() {
                    self.kill_at(at, face, gun);
                }
            }
            Moment::Time(_) => {}
        }
    }

    fn at_command(&self, when: When, blow: &Blow, gun: &Gun, belief: &Belief, database: &Database) {
        let kill = || {
            let gun = gun.clone();
            move |_: &mut mailherd::demo::server::Store| gun.fire()
        };
        let deed = |deed: &Deed| {
            let (deed, belief, database) = (deed.clone(), belief.clone(), database.clone());
            move |store: &mut mailherd::demo::server::Store| belief.model().act(&deed, store, &database.rows())
        };
        let what = match blow {
            Blow::CutBefore => vec![What::DropBefore],
            Blow::CutAfter => vec![What::DropAfter],
            Blow::CutPart(part) => vec![What::PartThenDrop(*part)],
            Blow::CutMid(bytes) => vec![What::Cut(*bytes)],
            Blow::KillBefore => vec![What::before(kill()), What::DropBefore],
            Blow::KillAfter => vec![What::DropAfter, What::after(kill())],
            Blow::KillPart(part) => vec![What::PartThenDrop(*part), What::after(kill())],
            Blow::Late(count) => vec![What::Late(*count)],
            Blow::KillLate(count) => vec![What::before(kill()), What::Late(*count)],
            Blow::No => vec![What::No("not now")],
            Blow::Pretend => vec![What::Pretend],
            Blow::MeanwhileBefore(it) => vec![What::before(deed(it))],
            Blow::MeanwhileAfter(it) => vec![What::after(deed(it))],
        };
        what.into_iter().for_each(|what| self.server.add_fault(when.clone(), what));
    }

    /// The server falls silent at that byte, so mailherd waits there for its end.
    fn kill_at(&self, byte: u64, face: Face, gun: &Gun) {
        let (server, gun) = (Arc::clone(&self.server), gun.clone());
        let waits = move || {
            while !gun.is_buried() {
                if server.counts().bytes_sent >= byte {
                    // What it was sent before that byte, it has read.
                    std::thread::sleep(Duration::from_millis(if face == Face::Inside { 1 } else { 3 }));
                    return gun.fire();
                }
                std::thread::sleep(Duration::from_micros(300));
            }
        };
        *self.waiting.lock().unwrap() = Some(std::thread::spawn(waits));
    }

    /// From now on nothing goes wrong.
    pub fn calms_down(&self) {
        if let Some(waiting) = self.waiting.lock().unwrap().take() {
            waiting.join().unwrap();
        }
        self.server.clear_faults();
    }

    /// How many commands of dead connections are still to be carried out.
    pub fn late(&self) -> usize {
        self.server.late()
    }

    /// They are carried out now.
    pub fn late_ones_arrive(&self) {
        self.server.late_ones_arrive();
    }

    /// See [`Seat::changes`](super::seat::Seat::changes).
    pub fn changes(&self) -> BTreeSet<String> {
        let commands = self.server.commands();
        let new = commands[std::mem::replace(&mut *self.looked_at.lock().unwrap(), commands.len())..].iter();
        new.filter(|one| CHANGING.contains(&one.verb.as_str())).map(|one| one.line.clone()).collect()
    }
}

fn options(scene: &Scene) -> Options {
    let (r#move, uidplus) = match scene.way {
        Way::Move => (true, true),
        Way::Copy => (false, true),
        Way::MoveOnly => (true, false),
        Way::Not => (false, false),
    };
    let copyuid = match scene.copyuid {
        CopyUidKind::Right => CopyUid::AsTheRfcSays,
        CopyUidKind::Tagged => CopyUid::Tagged,
        CopyUidKind::Absent => CopyUid::Absent,
        CopyUidKind::WrongCount => CopyUid::WrongCount,
        CopyUidKind::Swapped => CopyUid::Swapped,
    };
    let abilities = Abilities { r#move, uidplus, condstore: scene.condstore, ..Abilities::ALL };
    Options { abilities, copyuid, ..Options::default() }
}

fn message(mail: &Mail) -> Message {
    let start = Message::new(mail.bytes(), UnixTime(mail.arrived()));
    mail.flags.iter().fold(start, |message, flag| message.flagged(flag))
}

/// With a Message-ID and a body that do not depend on what else this process wrote.
pub fn old(mail: Mail, number: usize, folder: &str, now: i64) -> Mail {
    let days = 7 * (number as i64 + 1) - i64::from(folder == "Sent");
    let id = format!("<{}{number}@old.example>", folder.to_lowercase());
    let mail = mail.header("Message-ID", id).at(now - days * 86_400).body(&format!("{folder} {number}.\r\n"));
    if folder == "Sent" {
        mail.header("In-Reply-To", format!("<archive{number}@old.example>")).without("References")
    } else {
        mail
    }
}
