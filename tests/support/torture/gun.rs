//! The end of a run at a chosen moment: the server waits until mailherd is dead.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

/// So long the server waits for a death that does not come.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Default)]
struct State {
    fired: bool,
    buried: bool,
}

/// Loaded by whoever runs mailherd, fired by the server.
#[derive(Clone, Default)]
pub struct Gun {
    shot: Arc<Notify>,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Gun {
    /// Kills, and returns when it is done.
    pub fn fire(&self) {
        self.state.0.lock().unwrap().fired = true;
        self.shot.notify_one();
        self.state.1.notify_all();
        let state = self.state.0.lock().unwrap();
        drop(self.state.1.wait_timeout_while(state, PATIENCE, |state| !state.buried).unwrap());
    }

    /// Whether it was fired.
    pub fn fired(&self) -> bool {
        self.state.0.lock().unwrap().fired
    }

    /// Whether there is nobody left to be killed.
    pub fn is_buried(&self) -> bool {
        self.state.0.lock().unwrap().buried
    }

    /// Waits for the shot.
    pub async fn shot(&self) {
        self.shot.notified().await;
    }

    /// It is dead, or over.
    pub fn bury(&self) {
        self.state.0.lock().unwrap().buried = true;
        self.state.1.notify_all();
    }
}
