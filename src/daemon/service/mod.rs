//! The daemon: the engine, the control socket, what systemd wants to hear, and the signals.
//!
//! SIGTERM and SIGINT end it within five seconds; a batch in hand is finished or left to the next start, never half-way in the
//! journal. SIGHUP reads the configuration again; one that cannot be used changes nothing, and `status` says so.

mod files;
mod metrics;
mod tell;

use std::net::SocketAddr;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;

use super::engine::{Changes, Engine, Link, Options, start};
use super::socket::server::Server;
use crate::config::Config;
use crate::logic::engine::Request;
use crate::logic::fault::Fault;
use crate::store::DaemonLock;

/// An engine that does not answer for so long is not alive, and systemd is told nothing.
const ANSWERS: Duration = Duration::from_secs(10);

/// Runs until it is told to end. `read` reads the configuration again; `metrics` is where Prometheus is answered, whatever the
/// configuration says.
///
/// # Errors
/// Refused, when a daemon runs already; local, when the state directory, the socket or the address cannot be used.
pub async fn run(
    config: Config,
    options: Options,
    metrics: Option<SocketAddr>,
    read: impl Fn() -> Result<Config, Fault>,
) -> Result<(), Fault> {
    let mut signals = Signals::catch()?;
    let _lock = DaemonLock::take(&config.state_dir)?;
    let server = Server::bind(&config.state_dir)?;
    let listener = match metrics.or(config.metrics) {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        accounts = config.accounts.len(),
        socket = %server.path().display(),
        "mailherd watches"
    );
    files::make_room(config.accounts.len());
    let status = watching(config.accounts.len());
    let (engine, link) = start(config, options)?;
    systemd(&[NotifyState::Ready, NotifyState::Status(&status)]);
    let work = async {
        tokio::join!(server.serve(&link), tell::tell(&link), watchdog(&link), async {
            if let Some(listener) = listener {
                metrics::serve(listener, &link).await;
            }
        });
    };
    tokio::select! {
        () = work => {}
        () = obey(&mut signals, &engine, read) => {}
    }
    systemd(&[NotifyState::Stopping]);
    // Faces are let go first: what they wait for is in the journal.
    drop(server);
    engine.stop().await;
    tracing::info!("mailherd has ended");
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Fault> {
    TcpListener::bind(address).await.map_err(|error| {
        Fault::local(format!("cannot answer Prometheus at {address}: {error}"), "choose another port for `metrics`")
    })
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn catch() -> Result<Signals, Fault> {
        let catch = || -> std::io::Result<Signals> {
            Ok(Signals {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
                hang_up: signal(SignalKind::hangup())?,
            })
        };
        catch().map_err(|error| {
            Fault::local(format!("cannot catch signals: {error}"), "look at the limits of this process (ulimit -a)")
        })
    }
}

/// Until the end is wanted.
async fn obey(signals: &mut Signals, engine: &Engine, read: impl Fn() -> Result<Config, Fault>) {
    loop {
        tokio::select! {
            _ = signals.terminate.recv() => return,
            _ = signals.interrupt.recv() => return,
            _ = signals.hang_up.recv() => reload(engine, read()).await,
        }
    }
}

async fn reload(engine: &Engine, config: Result<Config, Fault>) {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        systemd(&[NotifyState::Reloading, now]);
    }
    let count = config.as_ref().map(|config| config.accounts.len()).ok();
    match engine.reload(config).await {
        Ok(Changes { started, restarted, stopped }) => {
            let list = |names: Vec<String>| names.join(", ");
            tracing::info!(
                started = list(started),
                restarted = list(restarted),
                stopped = list(stopped),
                "the config was read again"
            );
        }
        Err(fault) => {
            tracing::error!(cause = %fault, hint = fault.hint, "the config cannot be used: the old one stays")
        }
    }
    match count {
        Some(count) => systemd(&[NotifyState::Ready, NotifyState::Status(&watching(count))]),
        None => systemd(&[NotifyState::Ready, NotifyState::Status("the config is broken: an older one is in force")]),
    }
}

fn watching(accounts: usize) -> String {
    if accounts == 1 { "watching 1 account".to_owned() } else { format!("watching {accounts} accounts") }
}

/// Says that all is well while the engine answers (sd_watchdog_enabled(3): twice in the interval).
async fn watchdog(link: &Link) {
    let Some(interval) = sd_notify::watchdog_enabled().filter(|interval| !interval.is_zero()) else { return };
    loop {
        if let Ok(Ok(_)) = timeout(ANSWERS.min(interval / 2), link.ask(Request::Health)).await {
            systemd(&[NotifyState::Watchdog]);
        } else {
            tracing::error!("the engine does not answer");
        }
        tokio::time::sleep(interval / 3).await;
    }
}

/// Tells systemd, where there is one that listens.
fn systemd(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd was not told");
    }
}
