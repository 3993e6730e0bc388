//! An account on a real Dovecot, behind a wire with scissors. Where it strikes is told by what passes by, so that a history is
//! much the same each time; how far the server has come by then is its own affair.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::gun::Gun;
use super::hands::{Hands, OnDovecot};
use super::history::{Blow, Deed, Moment, Scene, Trouble, Way};
use super::journal::Database;
use super::on_embedded::old;
use super::stage::Belief;
use crate::support::cast;
use crate::support::client::Client;
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::Flavour;
use crate::support::proxy::{Act, Proxy};
use crate::support::server::Server;

/// See the module.
pub struct Dovecot {
    server: Arc<Server>,
    proxy: Arc<Proxy>,
    user: String,
    client: RefCell<Option<Client>>,
    helper: RefCell<Option<JoinHandle<()>>>,
}

/// The kinds of Dovecot that histories play on. Not shared with anybody, since they are restarted.
pub fn flavour(scene: &Scene) -> Flavour {
    match (scene.way, scene.condstore) {
        (Way::Not, _) => Flavour::NO_MOVE_NO_UIDPLUS,
        (Way::Copy, _) => Flavour::NO_MOVE,
        (_, true) => Flavour::PLAIN,
        (_, false) => Flavour::BARE,
    }
}

impl Dovecot {
    /// A new user there.
    pub fn start(server: Arc<Server>, scene: &Scene, now: i64) -> Dovecot {
        static USERS: AtomicU32 = AtomicU32::new(1);
        let user = format!("tortured{}", USERS.fetch_add(1, Ordering::Relaxed));
        let proxy = Arc::new(Proxy::to(server.port));
        let mut client = Client::login(server.port, &user, PASSWORD);
        client.command("CREATE Projects");
        if scene.friend {
            let (letters, answers) = cast::acquaintance();
            for (folder, mail) in [("Archive", letters), ("Sent", answers)] {
                let mail = mail.into_iter().enumerate().map(|(number, mail)| old(mail, number, folder, now));
                client.append(folder, &mail.collect::<Vec<_>>());
            }
        }
        Dovecot { server, proxy, user, client: RefCell::new(Some(client)), helper: RefCell::new(None) }
    }

    /// Where mailherd connects.
    pub fn port(&self) -> u16 {
        self.proxy.port
    }

    /// The login name.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Somebody else works on the mailbox.
    pub fn with<T>(&self, work: &mut dyn FnMut(&mut dyn Hands) -> T) -> T {
        let mut client = self.client.borrow_mut();
        let client = client.get_or_insert_with(|| Client::login(self.server.port, &self.user, PASSWORD));
        work(&mut OnDovecot { client, server: &self.server, user: &self.user })
    }

    /// The server ends and starts again.
    pub fn restart(&self) {
        drop(self.client.borrow_mut().take());
        self.server.restart();
    }

    /// This will go wrong.
    pub fn expects(&self, trouble: &Trouble, gun: &Gun, belief: &Belief, database: &Database) {
        let act = match (&trouble.blow, trouble.when) {
            (Blow::Late(count) | Blow::KillLate(count), Moment::Command(..)) => Act::Late(*count),
            (Blow::KillBefore, _) => Act::HoldAndCut,
            (Blow::KillAfter | Blow::KillPart(_), _) => Act::Withhold,
            (Blow::MeanwhileBefore(_) | Blow::MeanwhileAfter(_), _) => Act::Hold,
            (Blow::CutAfter | Blow::CutPart(_) | Blow::CutMid(_), Moment::Command(..)) => Act::CutAfter,
            _ => Act::CutBefore,
        };
        match trouble.when {
            Moment::Command(verb, nth) => self.proxy.when(verb.trim_matches('*'), nth - 1, act),
            Moment::Byte(byte) => self.proxy.after(byte, act),
            Moment::Time(_) => return,
        };
        if trouble.away {
            self.proxy.then_closed();
        }
        match &trouble.blow {
            blow if blow.kills() => self.kill(gun),
            Blow::MeanwhileBefore(deed) | Blow::MeanwhileAfter(deed) => self.meanwhile(deed, gun, belief, database),
            _ => {}
        }
    }

    fn kill(&self, gun: &Gun) {
        let (proxy, gun) = (Arc::clone(&self.proxy), gun.clone());
        self.help(move || {
            if comes(&proxy, &gun) {
                gun.fire();
            }
        });
    }

    fn meanwhile(&self, deed: &Deed, gun: &Gun, belief: &Belief, database: &Database) {
        let (proxy, gun, server, user) =
            (Arc::clone(&self.proxy), gun.clone(), Arc::clone(&self.server), self.user.clone());
        let (deed, belief, database) = (deed.clone(), belief.clone(), database.clone());
        self.help(move || {
            if comes(&proxy, &gun) {
                let mut client = Client::login(server.port, &user, PASSWORD);
                let mut hands = OnDovecot { client: &mut client, server: &server, user: &user };
                belief.model().act(&deed, &mut hands, &database.rows());
                proxy.release();
            }
        });
    }

    fn help(&self, work: impl FnOnce() + Send + 'static) {
        *self.helper.borrow_mut() = Some(std::thread::spawn(work));
    }

    /// How many commands of dead connections are still on their way.
    pub fn late(&self) -> usize {
        self.proxy.late()
    }

    /// They arrive now.
    pub fn late_ones_arrive(&self) {
        self.proxy.late_ones_arrive();
    }

    /// From now on nothing goes wrong.
    pub fn calms_down(&self) {
        if let Some(helper) = self.helper.borrow_mut().take() {
            helper.join().expect("the user's other program");
        }
        self.proxy.forget();
    }
}

/// Whether the moment comes before the run is over.
fn comes(proxy: &Proxy, gun: &Gun) -> bool {
    while !proxy.hit(Duration::from_millis(3)) {
        if gun.is_buried() {
            return false;
        }
    }
    true
}
