//! How each account is, and who is told.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use crate::config::Account;
use crate::daemon::clock;
use crate::imap::Pulse;
use crate::logic::engine::{AccountState, FiledCount, Health, Notice};
use crate::logic::plan::Mode;

/// Progress is told this often at most.
const TOLD: Duration = Duration::from_millis(100);

/// A server that owes an answer for this long may be gone. Seconds.
pub(super) const UNSURE: i64 = 2;

/// The healths of all accounts that there are or were, each in a slot that stays its own.
#[derive(Clone)]
pub(super) struct Board(Rc<Inner>);

struct Inner {
    healths: RefCell<Vec<Health>>,
    pulses: RefCell<Vec<Pulse>>,
    /// Who was told that a server may be gone: when it is not, that is news.
    doubted: RefCell<Vec<bool>>,
    told: RefCell<Vec<Instant>>,
    filed: RefCell<Vec<[u64; 5]>>,
    notices: broadcast::Sender<Notice>,
}

impl Board {
    pub(super) fn new(notices: broadcast::Sender<Notice>) -> Board {
        Board(Rc::new(Inner {
            healths: RefCell::default(),
            pulses: RefCell::default(),
            doubted: RefCell::default(),
            told: RefCell::default(),
            filed: RefCell::default(),
            notices,
        }))
    }

    /// A slot for one more account.
    pub(super) fn add(&self, account: &Account) -> usize {
        self.0.pulses.borrow_mut().push(Pulse::default());
        self.0.doubted.borrow_mut().push(false);
        self.0.told.borrow_mut().push(Instant::now());
        self.0.filed.borrow_mut().push([0; 5]);
        let mut healths = self.0.healths.borrow_mut();
        healths.push(unknown(account));
        healths.len() - 1
    }

    /// Those in these slots.
    pub(super) fn some(&self, slots: &[usize]) -> Vec<Health> {
        let healths = self.0.healths.borrow();
        slots.iter().filter_map(|slot| healths.get(*slot).map(|health| self.now(*slot, health))).collect()
    }

    /// The account in this slot has another connection.
    pub(super) fn connected(&self, slot: usize, pulse: Pulse) {
        self.0.pulses.borrow_mut()[slot] = pulse;
    }

    /// With what the connection tells of itself while the work that tells everything else is under way, or waits.
    fn now(&self, slot: usize, health: &Health) -> Health {
        let pulses = self.0.pulses.borrow();
        let pulse = pulses.get(slot);
        let (last_byte, asked) = (pulse.and_then(Pulse::last), pulse.and_then(Pulse::asked));
        let rests = matches!(health.state, AccountState::Live | AccountState::Polling);
        let unsure = rests && asked.is_some_and(|asked| clock::now().0 - asked.0 >= UNSURE);
        self.0.doubted.borrow_mut()[slot] |= unsure;
        let state = if unsure { AccountState::Probing } else { health.state };
        Health { last_byte, asked, state, ..health.clone() }
    }

    /// For how long the server of an account that is up to date has said nothing, in seconds; `None` of other accounts.
    pub(super) fn silent_for(&self, slot: usize) -> Option<i64> {
        let rests = self.see(slot, |health| matches!(health.state, AccountState::Live | AccountState::Polling));
        let last = self.0.pulses.borrow().get(slot).and_then(Pulse::last);
        rests.then(|| last.map_or(i64::MAX, |last| clock::now().0 - last.0))
    }

    /// Notes what a pass filed.
    pub(super) fn filed(&self, slot: usize, counts: [u32; 5]) {
        let filed = &mut self.0.filed.borrow_mut()[slot];
        filed.iter_mut().zip(counts).for_each(|(sum, count)| *sum += u64::from(count));
    }

    /// What was filed on the accounts in these slots.
    pub(super) fn filed_in(&self, slots: &[usize]) -> Vec<FiledCount> {
        let (healths, filed) = (self.0.healths.borrow(), self.0.filed.borrow());
        let count = |slot: &usize| FiledCount { account: healths[*slot].account.clone(), counts: filed[*slot] };
        slots.iter().map(count).collect()
    }

    /// What `look` sees in one of them.
    pub(super) fn see<T>(&self, account: usize, look: impl FnOnce(&Health) -> T) -> T {
        look(&self.0.healths.borrow()[account])
    }

    /// Changes one of them and tells of it.
    pub(super) fn update(&self, account: usize, change: impl FnOnce(&mut Health)) {
        let health = {
            let mut healths = self.0.healths.borrow_mut();
            let before = healths[account].clone();
            change(&mut healths[account]);
            let after = &healths[account];
            // A byte from the server is no news: it is there when somebody asks.
            let doubted = std::mem::take(&mut self.0.doubted.borrow_mut()[account]);
            if before == *after && !doubted {
                return;
            }
            let only_progress = before == (Health { progress: before.progress.clone(), ..after.clone() });
            if only_progress && after.progress.is_some() && self.0.told.borrow()[account].elapsed() < TOLD {
                return;
            }
            self.now(account, after)
        };
        self.0.told.borrow_mut()[account] = Instant::now();
        self.tell(Notice::Health(Box::new(health)));
    }

    /// Tells how the account in this slot is.
    pub(super) fn tell_of(&self, slot: usize) {
        let health = self.see(slot, |health| self.now(slot, health));
        self.tell(Notice::Health(Box::new(health)));
    }

    /// Tells whoever listens.
    pub(super) fn tell(&self, notice: Notice) {
        // An error says only that nobody listens.
        let _ = self.0.notices.send(notice);
    }
}

fn unknown(account: &Account) -> Health {
    Health {
        account: account.name.clone(),
        email: account.email.as_str().to_owned(),
        server: format!("{}:{}", account.host, account.port),
        state: AccountState::Connecting,
        files: account.mode == Mode::File,
        last_byte: None,
        asked: None,
        last_pass: None,
        next: None,
        queue: 0,
        fault: None,
        progress: None,
        held: None,
        capabilities: Vec::new(),
        advice: Vec::new(),
        program_moves: 0,
        unreadable: Vec::new(),
    }
}
