//! A pass inside this process: thousands of them, where starting the program each time would take too long.

use std::time::{Duration, SystemTime};

use mailherd::config::Config;
use mailherd::daemon::pass::{PassRun, Report, pass};
use mailherd::daemon::{Asking, Setting, Watcher};
use mailherd::logic::fault::Fault;
use mailherd::logic::ids::{FolderName, UnixTime};

use super::embedded::Embedded;

/// Somebody who is never there: asks nothing, hears nothing.
struct Nobody;

impl Asking for Nobody {
    fn ask(&self, _: &str) -> Option<bool> {
        None
    }
}

impl Watcher for Nobody {
    fn reading(&self, _: &str, _: &FolderName, _: u64, _: u64) {}
    fn filing(&self, _: &str, _: u64, _: u64) {}
    fn note(&self, _: &str, _: &str) {}
    fn advise(&self, _: &str, _: &str, _: &str) {}
}

/// Another test in this process started a program just now: between `fork` and `exec` it has our lock open, too.
fn is_held_by_a_fork(fault: &Fault) -> bool {
    fault.cause.starts_with(&format!("another mailherd (process {})", std::process::id()))
}

/// The engine of one user, without the program around it.
pub struct Inside {
    runtime: tokio::runtime::Runtime,
    config: Config,
}

impl Inside {
    /// On the user's mailbox and state directory.
    pub fn new(user: &Embedded) -> Inside {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let config = mailherd::config::load(&user.config_file()).unwrap_or_else(|fault| panic!("{fault:?}"));
        Inside { runtime, config }
    }

    /// `run --once --yes`: what it did, and how it ended.
    pub fn pass(&self) -> (Report, Result<(), Fault>) {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let setting = Setting {
            account: &self.config.accounts[0],
            now: UnixTime(i64::try_from(now).unwrap()),
            yes: true,
            asking: &Nobody,
            watcher: &Nobody,
        };
        loop {
            let mut run = PassRun::new("pass", None);
            let (report, result) = self.runtime.block_on(pass(&self.config, &setting, &mut run));
            if !result.as_ref().is_err_and(is_held_by_a_fork) {
                return (report, result);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
