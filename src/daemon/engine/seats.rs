//! The accounts' tasks: one each, begun anew when the config of its account changes or when it panics.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use futures_util::FutureExt as _;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_local};

use super::Changes;
use super::account::Worker;
use super::control::Control;
use super::ear::Ear;
use super::hub::Hub;
use super::job::Ticket;
use crate::config::{Account, Config};
use crate::logic::fault::Fault;

/// Bytes of an account's task.
const LARGEST: usize = 16 << 10;

/// An account: as the config had it when its task began, and the way to that task.
pub(super) struct Seat {
    pub(super) account: Rc<Account>,
    pub(super) jobs: mpsc::UnboundedSender<Box<Ticket>>,
    pub(super) control: Rc<Control>,
    pub(super) ear: Rc<Ear>,
    task: RefCell<Option<JoinHandle<()>>>,
}

impl Hub {
    /// Gives each account its task.
    pub(super) fn begin(&self) {
        self.seat_all(&self.config(), &[]);
    }

    /// Ends the tasks of the accounts. They may still be at it when this returns.
    pub(super) fn end(&self) -> Vec<JoinHandle<()>> {
        let seats = self.seats.borrow();
        seats.iter().for_each(|seat| seat.control.stop());
        seats.iter().filter_map(|seat| seat.task.take()).collect()
    }

    /// Takes another config: accounts that differ are begun anew, those that are gone end, the others do not notice.
    pub(super) fn reload(&self, config: Config) -> Result<Changes, Fault> {
        if config.state_dir != self.config().state_dir {
            let cause = "state_dir is another one now, which cannot change while mailherd runs";
            let fault = Fault::usage(cause, "stop mailherd, move the directory, and start it again");
            *self.trouble.borrow_mut() = Some(fault.clone());
            return Err(fault);
        }
        *self.trouble.borrow_mut() = None;
        let config = Rc::new(config);
        let before = self.order.take();
        *self.config.borrow_mut() = config.clone();
        let changes = self.seat_all(&config, &before);
        self.tell_all();
        self.order.borrow().iter().for_each(|slot| self.board.tell_of(*slot));
        Ok(changes)
    }

    /// Gives each account of `config` a task, or leaves it the one that it has. `before`: the slots until now.
    fn seat_all(&self, config: &Rc<Config>, before: &[usize]) -> Changes {
        self.crowd.count(config.accounts.len());
        let mut changes = Changes::default();
        let mut order = Vec::with_capacity(config.accounts.len());
        for (place, account) in config.accounts.iter().enumerate() {
            let known = before.iter().copied().find(|slot| self.seat(*slot).account.name == account.name);
            match known {
                Some(slot) if *self.seat(slot).account == *account => order.push(slot),
                Some(slot) => {
                    changes.restarted.push(account.name.clone());
                    order.push(self.sit_down(config, place, self.stop(slot)));
                }
                None => {
                    changes.started.push(account.name.clone());
                    order.push(self.sit_down(config, place, None));
                }
            }
        }
        for slot in before {
            let name = &self.seat(*slot).account.name;
            if !config.accounts.iter().any(|account| account.name == *name) {
                changes.stopped.push(name.clone());
                // It ends by itself; the end of the engine does not wait for it.
                drop(self.stop(*slot));
            }
        }
        self.names.set(config.accounts.iter().map(|account| account.name.clone()).collect());
        *self.order.borrow_mut() = order;
        changes
    }

    fn stop(&self, slot: usize) -> Option<JoinHandle<()>> {
        let seat = self.seat(slot);
        seat.control.stop();
        seat.task.take()
    }

    /// A task for an account, which begins when the one before it has ended.
    fn sit_down(&self, config: &Rc<Config>, place: usize, before: Option<JoinHandle<()>>) -> usize {
        let account = &config.accounts[place];
        let slot = self.board.add(account);
        let (jobs, inbox) = mpsc::unbounded_channel();
        let control = Rc::new(Control::default());
        let ear = Rc::new(Ear::new(self.board.clone(), slot, control.clone()));
        let common = (config.clone(), self.options.clone(), self.crowd.clone());
        let worker = Worker::new(common, (place, slot), self.board.clone(), control.clone(), ear.clone(), inbox);
        let task = async move {
            if let Some(before) = before {
                let _ = before.await;
            }
            supervise(worker).await;
        };
        // An account that waits keeps all of it: what is large and seldom has a box of its own.
        debug_assert!(size_of_val(&task) <= LARGEST, "the task of an account has {} bytes", size_of_val(&task));
        let task = RefCell::new(Some(spawn_local(task)));
        self.seats.borrow_mut().push(Rc::new(Seat { account: Rc::new(account.clone()), jobs, control, ear, task }));
        slot
    }
}

/// Runs an account's task again when it panics, after a wait that grows.
async fn supervise(mut worker: Worker) {
    while AssertUnwindSafe(worker.run()).catch_unwind().await.is_err() {
        worker.panicked().await;
    }
}
