//! Being told to end: a closed terminal window, `kill`.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::terminal::trouble;
use crate::logic::fault::Fault;

/// SIGTERM and SIGHUP.
pub struct Signals(Signal, Signal);

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn listen() -> Result<Signals, Fault> {
        let listen = |kind| signal(kind).map_err(|error| trouble("cannot listen to signals", &error));
        Ok(Signals(listen(SignalKind::terminate())?, listen(SignalKind::hangup())?))
    }

    /// Waits for one.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}
