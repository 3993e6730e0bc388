//! One account of a history: its server, and what the user knows of the mail on it.

use std::collections::BTreeSet;

use super::gun::Gun;
use super::hands::{Hands, Lying};
use super::history::{Deed, Face, Trouble};
use super::journal::Database;
use super::letter::Letter;
use super::on_dovecot::Dovecot;
use super::on_embedded::Embedded;
use super::stage::Belief;

/// The server of an account.
pub enum Place {
    /// In this process.
    Embedded(Embedded),
    /// A real one.
    Dovecot(Dovecot),
}

/// See the module.
pub struct Seat {
    place: Place,
    belief: Belief,
    database: Database,
}

impl Seat {
    /// On this server, whose mailbox is as mailherd will find it.
    pub fn new(account: &str, place: Place, database: &Database) -> Seat {
        let belief = place.with(&mut |hands| Belief::begin(account, hands));
        Seat { place, belief, database: database.clone() }
    }

    /// Where mailherd connects.
    pub fn port(&self) -> u16 {
        match &self.place {
            Place::Embedded(server) => server.port(),
            Place::Dovecot(server) => server.port(),
        }
    }

    /// The login name.
    pub fn user(&self) -> &str {
        match &self.place {
            Place::Embedded(_) => "robin",
            Place::Dovecot(server) => server.user(),
        }
    }

    /// The password.
    pub fn password(&self) -> &str {
        match &self.place {
            Place::Embedded(_) => "correct horse",
            Place::Dovecot(_) => crate::support::dovecot::PASSWORD,
        }
    }

    /// What lies in the mailbox.
    pub fn world(&self) -> Vec<Lying> {
        self.place.with(&mut |hands| hands.world())
    }

    /// What should lie there.
    pub fn belief(&self) -> &Belief {
        &self.belief
    }

    /// Mail is delivered.
    pub fn receives(&self, letter: &Letter, folder: &str, now: i64) {
        let (rows, mail) = (self.database.rows(), letter.mail(now));
        self.place.with(&mut |hands| {
            if hands.deliver(folder, &mail) {
                self.belief.model().delivered(letter.number, folder, hands, &rows);
            }
        });
    }

    /// The user does something.
    pub fn does(&self, deed: &Deed) {
        let rows = self.database.rows();
        self.place.with(&mut |hands| self.belief.model().act(deed, hands, &rows));
    }

    /// The server ends and starts again.
    pub fn restarts(&self) {
        if let Place::Dovecot(server) = &self.place {
            server.restart();
        }
    }

    /// This will go wrong in the run that comes now.
    pub fn expects(&self, trouble: &Trouble, face: Face, gun: &Gun) {
        match &self.place {
            Place::Embedded(server) => server.expects(trouble, face, gun, &self.belief, &self.database),
            Place::Dovecot(server) => server.expects(trouble, gun, &self.belief, &self.database),
        }
    }

    /// Whether a command of a dead connection is still on its way, which the belief then hears of.
    pub fn is_owed_something(&self) -> bool {
        let late = match &self.place {
            Place::Embedded(server) => server.late(),
            Place::Dovecot(server) => server.late(),
        };
        self.belief.model().on_its_way = late > 0;
        late > 0
    }

    /// What is still on its way arrives now.
    pub fn late_ones_arrive(&self) {
        match &self.place {
            Place::Embedded(server) => server.late_ones_arrive(),
            Place::Dovecot(server) => server.late_ones_arrive(),
        }
        self.is_owed_something();
    }

    /// From now on nothing goes wrong.
    pub fn calms_down(&self) {
        match &self.place {
            Place::Embedded(server) => server.calms_down(),
            Place::Dovecot(server) => server.calms_down(),
        }
    }

    /// Commands that change something, which mailherd sent since the last call; `None` where they cannot be told from the user's.
    pub fn changes(&self) -> Option<BTreeSet<String>> {
        match &self.place {
            Place::Embedded(server) => Some(server.changes()),
            Place::Dovecot(_) => None,
        }
    }
}

impl Place {
    fn with<T>(&self, work: &mut dyn FnMut(&mut dyn Hands) -> T) -> T {
        match self {
            Place::Embedded(server) => server.with(work),
            Place::Dovecot(server) => server.with(work),
        }
    }
}
