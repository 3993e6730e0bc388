//! Whom the work on an account tells how it goes, and whom it asks.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::board::Board;
use super::control::Control;
use crate::daemon::clock;
use crate::daemon::setting::{Asking, Watcher, made_way};
use crate::logic::engine::{Notice, Phase, Progress, Unreadable};
use crate::logic::fault::Fault;
use crate::logic::ids::{FolderName, UnixTime};

/// Lists grow on the screen this often while a mailbox is read for the first time.
const GROWS: Duration = Duration::from_millis(500);

/// What the user said to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    Yes,
    No,
}

/// The watcher of one account. Questions are kept until somebody answers: the work goes on without, or fails and is tried
/// again after the answer.
pub(super) struct Ear {
    board: Board,
    account: usize,
    control: Rc<Control>,
    advice: RefCell<Vec<(String, String)>>,
    question: RefCell<Option<(String, UnixTime, Said)>>,
    grown: Cell<Instant>,
}

impl Ear {
    pub(super) fn new(board: Board, account: usize, control: Rc<Control>) -> Ear {
        let grown = Cell::new(Instant::now());
        Ear { board, account, control, advice: RefCell::default(), question: RefCell::new(None), grown }
    }

    /// The advice that was given since the last call.
    pub(super) fn take_advice(&self) -> Vec<(String, String)> {
        self.advice.take()
    }

    /// The question that waits for an answer, and since when.
    pub(super) fn question(&self) -> Option<(String, UnixTime)> {
        let question = self.question.borrow();
        question.as_ref().filter(|(.., said)| *said == Said::Nothing).map(|(text, since, _)| (text.clone(), *since))
    }

    /// Answers it. `false` when there is none.
    pub(super) fn answer(&self, yes: bool) -> bool {
        match &mut *self.question.borrow_mut() {
            Some((.., said)) => {
                *said = if yes { Said::Yes } else { Said::No };
                true
            }
            None => false,
        }
    }
}

impl Watcher for Ear {
    fn reading(&self, account: &str, folder: &FolderName, done: u64, total: u64) {
        // A single new mail is no progress to speak of.
        if total > 1 {
            let folder = crate::daemon::shown(folder);
            let progress = Progress { phase: Phase::Reading, folder, done, total };
            self.board.update(self.account, |health| health.progress = Some(progress));
        }
        if done > 1 && self.grown.get().elapsed() > GROWS {
            self.grown.set(Instant::now());
            self.board.tell(Notice::Changed { account: account.to_owned() });
        }
    }

    fn filing(&self, account: &str, done: u64, total: u64) {
        let progress = Progress { phase: Phase::Filing, folder: String::new(), done, total };
        self.board.update(self.account, |health| health.progress = Some(progress));
        if self.grown.get().elapsed() > GROWS {
            self.grown.set(Instant::now());
            self.board.tell(Notice::Changed { account: account.to_owned() });
        }
    }

    fn note(&self, account: &str, text: &str) {
        tracing::info!(account, "{}", crate::logic::printable::Printable::new(text));
    }

    fn advise(&self, account: &str, text: &str, hint: &str) {
        let advice = (text.to_owned(), hint.to_owned());
        if !self.board.see(self.account, |health| health.advice.contains(&advice)) {
            let (account, text, hint) = (account.to_owned(), text.to_owned(), hint.to_owned());
            self.board.tell(Notice::Advice { account, text, hint });
        }
        let mut given = self.advice.borrow_mut();
        if !given.contains(&advice) {
            given.push(advice);
        }
    }

    fn unreadable(&self, _account: &str, list: &[Unreadable]) {
        if self.board.see(self.account, |health| health.unreadable != list) {
            self.board.update(self.account, |health| health.unreadable = list.to_vec());
        }
    }

    fn learned(&self, account: &str, text: &str, _hint: &str) {
        self.board.tell(Notice::Learned { account: account.to_owned(), text: text.to_owned() });
    }

    fn batch(&self, under_way: bool) {
        self.control.set_in_batch(under_way);
    }

    fn between_batches(&self) -> Result<(), Fault> {
        if self.control.is_interrupted() {
            return Err(Fault::transient("the work was interrupted", "what was not done yet is done later"));
        }
        if self.control.is_to_make_way() {
            return Err(made_way());
        }
        Ok(())
    }

    fn is_wanted(&self) -> bool {
        self.control.is_to_make_way()
    }
}

impl Asking for Ear {
    fn ask(&self, question: &str) -> Option<bool> {
        let mut kept = self.question.borrow_mut();
        match &*kept {
            Some((text, _, said)) if text == question => match said {
                Said::Nothing => None,
                Said::Yes => Some(true),
                Said::No => Some(false),
            },
            _ => {
                *kept = Some((question.to_owned(), clock::now(), Said::Nothing));
                None
            }
        }
    }
}
