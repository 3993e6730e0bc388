//! `mailherd demo`: the unchanged engine against the embedded IMAP server, over TCP, in a state directory of its own.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::Demo;
use super::face::Face;
use super::style::Tone;
use super::table::{Cell, Column, Table};
use super::{log, run, tui};
use crate::config::{Account, Config, ManagedNames, SecretSource, ThemeName, Tls};
use crate::daemon::engine;
use crate::demo::mailbox;
use crate::demo::server::{Options, Server};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category, UnixTime};
use crate::logic::plan::{Mode, TopMode};
use crate::logic::policy::Caution;
use crate::logic::printable::Printable;
use crate::store::{LogFilter, Store};
use crate::tui::run::Ending;

/// The name of the demo's account.
pub(super) const NAME: &str = "demo";

/// A new mail comes about this often while somebody watches. Seconds.
const ARRIVALS: std::ops::Range<u64> = 6..16;

pub(super) async fn demo(face: &mut Face, args: &Demo) -> Result<Vec<Fault>, Fault> {
    if args.headless { headless(face, args).await } else { watched(face, args.seed).await.map(|()| Vec::new()) }
}

/// In the terminal UI, with new mail now and then.
///
/// # Errors
/// Without a terminal, before anything is started.
pub(super) async fn watched(face: &mut Face, seed: u64) -> Result<(), Fault> {
    tui::needs_terminal("`mailherd demo --headless` prints what it does, and ends")?;
    let stage = Stage::build(face, seed).await?;
    let Stage { server, config, .. } = &stage;
    let options = engine::Options { accept: true, ..engine::Options::default() };
    let shown = tui::show(face, config.clone(), options);
    let delivered = async {
        for number in 1_u64.. {
            tokio::time::sleep(Duration::from_secs(fastrand::u64(ARRIVALS))).await;
            let now = UnixTime(jiff::Timestamp::now().as_second());
            for message in mailbox::arrivals(seed.wrapping_add(number), now, 1) {
                server.deliver("INBOX", message);
            }
        }
    };
    let ending = tokio::select! {
        ending = shown => ending,
        () = delivered => Ok(Ending::Left),
    };
    stage.server.stop().await;
    match ending? {
        // Who has seen enough of the demo: their own account now.
        Ending::Setup | Ending::Change(_) => Box::pin(tui::begin(face)).await,
        Ending::Left | Ending::Demo => Ok(()),
    }
}

/// One filing run, told like `run`.
async fn headless(face: &mut Face, args: &Demo) -> Result<Vec<Fault>, Fault> {
    let stage = Stage::build(face, args.seed).await?;
    face.out().note(&stage.told);
    let accounts: Vec<&Account> = stage.config.accounts.iter().collect();
    let faults = run::once(face, &stage.config, &accounts, true).await;
    if !face.out().json() {
        examples(face, &stage.config)?;
    }
    stage.server.stop().await;
    faults
}

/// The mailbox depends on the time, and is the same one for as long as somebody looks at it twice.
fn of_this_hour(now: UnixTime) -> UnixTime {
    const HOUR: i64 = 3600;
    UnixTime(now.0 - now.0.rem_euclid(HOUR))
}

/// What the demo plays on: a server with a mailbox, a config that leads to it, a directory for the time that it lasts.
struct Stage {
    server: Server,
    config: Config,
    /// Whose mailbox it is, and how large, in words.
    told: String,
    _state: TemporaryState,
}

impl Stage {
    async fn build(face: &Face, seed: u64) -> Result<Stage, Fault> {
        let mailbox = mailbox::generate(seed, of_this_hour(face.now));
        let addresses: Vec<Address> = mailbox.addresses.iter().filter_map(|address| Address::parse(address)).collect();
        let folders = mailbox.folders.len();
        let messages: usize = mailbox.folders.iter().map(|folder| folder.messages.len()).sum();
        let owner = mailbox.owner.clone();
        let options = Options::default();
        let (user, password) = (options.user.clone(), options.password.clone());
        // On a thread of its own, so that server and engine do not wait for each other.
        let started = tokio::task::spawn_blocking(move || Server::start_in_thread(mailbox, options)).await;
        let server = started.map_err(std::io::Error::other).and_then(|server| server).map_err(|error| {
            let cause = format!("the demo's mail server could not start: {error}");
            Fault::local(cause, "look at the limits of this process (ulimit -a)")
        })?;
        let state = TemporaryState::make()?;
        let config = config(&state, addresses, user, &password, server.port())?;
        let told = format!(
            "{owner}'s invented mailbox: {messages} messages in {folders} mailboxes, on 127.0.0.1 port {}",
            server.port()
        );
        Ok(Stage { server, config, told, _state: state })
    }
}

/// Some of what was filed, with the reasons: the newest of each category.
fn examples(face: &mut Face, config: &Config) -> Result<(), Fault> {
    let rows = Store::open(&config.state_dir)?.log(LogFilter::default())?;
    for category in [Category::Top, Category::News, Category::Bulk] {
        let title = face.out().style().paint(Tone::Category(category), category.word());
        face.out().line(format!("\n{title}, for instance"));
        let mut table = Table::new(&[Column::left("from"), Column::flexible("subject"), Column::flexible("because")]);
        for row in rows.iter().rev().filter(|row| row.intent.category == category).take(5) {
            table.row([
                Cell::from(&Printable::new(&row.intent.sender)),
                Cell::from(&Printable::new(&row.intent.subject)),
                Cell::from(&Printable::new(&log::first_reason(row).unwrap_or_default())).tone(Tone::Dim),
            ]);
        }
        face.out().table(&table);
    }
    Ok(())
}

fn config(
    state: &TemporaryState,
    mut addresses: Vec<Address>,
    username: String,
    password: &str,
    port: u16,
) -> Result<Config, Fault> {
    if addresses.is_empty() {
        return Err(Fault::local("the demo's mailbox has no owner", "report this"));
    }
    let email = addresses.remove(0);
    let account = Account {
        name: NAME.into(),
        email,
        aliases: addresses,
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        tls_ca_file: None,
        tls_pin_sha256: None,
        username,
        secret: SecretSource::File(state.secret(password)?),
        authserv_id: None,
        mode: Mode::File,
        folders: ManagedNames::default(),
        top: TopMode::Move,
        caution: Caution::Normal,
        fit: crate::config::FIT,
        backlog_days: u32::MAX,
        blackhole_days: 7,
        settle_seconds: 120,
        digest: None,
    };
    Ok(Config {
        path: PathBuf::from("(the demo)"),
        state_dir: state.0.join("state"),
        theme: ThemeName::default(),
        accounts: vec![account],
        metrics: None,
    })
}

/// A directory that is there as long as the demo.
struct TemporaryState(PathBuf);

impl TemporaryState {
    fn make() -> Result<TemporaryState, Fault> {
        let mut random = fastrand::Rng::new();
        let name = format!("mailherd-demo-{}-{:08x}", std::process::id(), random.u32(..));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).map_err(|error| trouble(&path, &error))?;
        Ok(TemporaryState(path))
    }

    fn secret(&self, password: &str) -> Result<PathBuf, Fault> {
        let path = self.0.join("password");
        let write = || {
            let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            file.write_all(password.as_bytes())
        };
        write().map_err(|error| trouble(&path, &error))?;
        Ok(path)
    }
}

impl Drop for TemporaryState {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, "the demo's directory was not removed");
        }
    }
}

fn trouble(path: &Path, error: &std::io::Error) -> Fault {
    Fault::local(format!("cannot write {}: {error}", path.display()), "set TMPDIR to a directory that you can write to")
}
