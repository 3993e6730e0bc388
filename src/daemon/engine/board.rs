//! How each account is, and who is told.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use crate::config::{Account, Config};
use crate::logic::engine::{AccountState, Health, Notice};
use crate::logic::plan::Mode;

/// Progress is told this often at most.
const TOLD: Duration = Duration::from_millis(100);

/// The healths of all accounts, in the order of the config.
#[derive(Clone)]
pub(super) struct Board(Rc<Inner>);

struct Inner {
    healths: RefCell<Vec<Health>>,
    told: RefCell<Vec<Instant>>,
    notices: broadcast::Sender<Notice>,
}

impl Board {
    pub(super) fn new(config: &Config, notices: broadcast::Sender<Notice>) -> Board {
        let healths: Vec<Health> = config.accounts.iter().map(unknown).collect();
        let told = RefCell::new(vec![Instant::now(); healths.len()]);
        Board(Rc::new(Inner { healths: RefCell::new(healths), told, notices }))
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<Health> {
        self.0.healths.borrow().clone()
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
            if before == (Health { last_byte: before.last_byte, ..after.clone() }) {
                return;
            }
            let only_progress =
                before == (Health { last_byte: before.last_byte, progress: before.progress.clone(), ..after.clone() });
            if only_progress && after.progress.is_some() && self.0.told.borrow()[account].elapsed() < TOLD {
                return;
            }
            after.clone()
        };
        self.0.told.borrow_mut()[account] = Instant::now();
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
        last_pass: None,
        next: None,
        queue: 0,
        fault: None,
        progress: None,
        held: None,
        capabilities: Vec::new(),
        advice: Vec::new(),
    }
}
