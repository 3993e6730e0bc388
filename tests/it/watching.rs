//! Waiting for mail on a real server, over networks that are good, slow or dead.

use std::time::{Duration, Instant};

use mailherd::imap::select::Access;
use mailherd::imap::{Endpoint, Login, Pushed, Session, TlsMode, open};
use mailherd::logic::fault::{Fault, FaultKind};
use mailherd::logic::ids::FolderName;
use tokio::runtime::{Builder, Runtime};

use crate::support::cast;
use crate::support::client::Client;
use crate::support::dovecot::PASSWORD;
use crate::support::flavour::Flavour;
use crate::support::network::Network;
use crate::support::user::User;

const PATIENCE: Duration = Duration::from_secs(30);
const SHORT: Duration = Duration::from_millis(300);

/// A session of the engine on INBOX, and the user's other mail program.
struct Watcher {
    runtime: Runtime,
    session: Session,
    client: Client,
}

impl Watcher {
    fn of(user: &User) -> Watcher {
        Watcher::over(user, user.server.port)
    }

    fn over(user: &User, port: u16) -> Watcher {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let endpoint = Endpoint { host: "127.0.0.1".into(), port, tls: TlsMode::None, ca_file: None, pin_sha256: None };
        let login = Login::with_password(&user.name, PASSWORD.to_owned().into());
        let session = runtime.block_on(async {
            let mut session = open(&endpoint, &login).await?;
            session.select(&FolderName::inbox(), Access::ReadWrite).await?;
            Ok::<_, Fault>(session)
        });
        let client = user.client();
        Watcher { runtime, session: session.unwrap(), client }
    }

    /// What the wait says while the user does something.
    fn while_the_user(&mut self, act: impl FnOnce(&mut Client) + Send) -> Pushed {
        let Watcher { runtime, session, client } = self;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(100));
                act(client);
            });
            runtime.block_on(session.idle(PATIENCE, std::future::pending())).unwrap()
        })
    }

    fn waits(&mut self, limit: Duration) -> Result<Pushed, Fault> {
        self.runtime.block_on(self.session.idle(limit, std::future::pending()))
    }

    /// Waits until a good second has passed without news: Dovecot tells of one change in several steps.
    fn settles(&mut self) {
        while !self.waits(Duration::from_millis(700)).unwrap().is_empty() {}
    }

    fn says(&mut self, command: &str) {
        self.runtime.block_on(self.session.exec(command)).unwrap().ok_or_fault(command).unwrap();
    }
}

fn news() -> FolderName {
    FolderName::from_wire("News")
}

fn bulk() -> FolderName {
    FolderName::from_wire("Bulk")
}

#[test]
pub fn what_another_program_does_wakes() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&[cast::newsletter(1)]);
    let mut watcher = Watcher::of(&user);
    watcher.client.select("INBOX");
    assert!(watcher.while_the_user(|client| client.append("INBOX", &[cast::newsletter(2)])).exists);
    watcher.settles();
    assert!(watcher.while_the_user(|client| drop(client.command("UID STORE 1 +FLAGS (\\Flagged)"))).flags);
    watcher.settles();
    let gone = |client: &mut Client| {
        client.command("UID STORE 1 +FLAGS (\\Deleted)");
        client.command("UID EXPUNGE 1");
    };
    let mut pushed = watcher.while_the_user(gone);
    while !pushed.expunged {
        pushed = watcher.waits(PATIENCE).unwrap();
    }
    watcher.settles();
    let burst: Vec<_> = (0..100).map(cast::newsletter).collect();
    assert!(watcher.while_the_user(|client| client.append("INBOX", &burst)).exists);
}

#[test]
pub fn what_came_while_the_session_was_busy_is_not_lost() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&[cast::newsletter(1)]);
    let mut watcher = Watcher::of(&user);
    watcher.client.append("INBOX", &[cast::newsletter(2)]);
    watcher.says("UID FETCH 1 (FLAGS)");
    watcher.says("NOOP");
    let begin = Instant::now();
    assert!(watcher.waits(PATIENCE).unwrap().exists);
    assert!(begin.elapsed() < PATIENCE);
}

#[test]
fn what_the_session_does_itself_does_not_wake_it() {
    for flavour in [Flavour::PLAIN, Flavour::NOTIFIES] {
        let user = User::new(flavour);
        user.receives(&[cast::newsletter(1), cast::newsletter(2), cast::newsletter(3)]);
        let mut watcher = Watcher::of(&user);
        watcher.client.create("News");
        watcher.says("UID STORE 1 +FLAGS.SILENT (\\Flagged)");
        watcher.says("UID MOVE 1:2 \"News\"");
        watcher.says("UID STORE 3 +FLAGS.SILENT (\\Deleted)");
        watcher.says("UID EXPUNGE 3");
        assert_eq!(watcher.waits(Duration::from_secs(1)), Ok(Pushed::default()), "{flavour:?}");
    }
}

#[test]
fn folders_that_are_not_open_are_told_of_where_the_server_can() {
    let user = User::new(Flavour::NOTIFIES);
    user.receives(&[cast::newsletter(1)]);
    let mut watcher = Watcher::of(&user);
    watcher.client.create("News");
    watcher.client.create("Bulk");
    let told = watcher.runtime.block_on(watcher.session.notify(&[news(), bulk()]));
    assert_eq!((told, watcher.session.told_of()), (Ok(true), &[news(), bulk()][..]));
    let pushed = watcher.while_the_user(|client| client.append("News", &[cast::newsletter(2)]));
    assert_eq!(
        pushed.status.iter().map(|row| (row.folder.clone(), row.messages)).collect::<Vec<_>>(),
        [(news(), Some(1))]
    );
    watcher.settles();
    let drag = |client: &mut Client| {
        client.select("News");
        client.command("UID MOVE 1 Bulk");
    };
    let mut seen: Vec<FolderName> = watcher.while_the_user(drag).status.into_iter().map(|row| row.folder).collect();
    while !(seen.contains(&news()) && seen.contains(&bulk())) {
        seen.extend(watcher.waits(PATIENCE).unwrap().status.into_iter().map(|row| row.folder));
    }
    assert!(watcher.while_the_user(|client| client.append("INBOX", &[cast::newsletter(3)])).exists);
}

#[test]
fn folders_are_asked_where_the_server_cannot() {
    for flavour in [Flavour::PLAIN, Flavour::BARE] {
        let user = User::new(flavour);
        let mut watcher = Watcher::of(&user);
        for folder in ["News", "Bulk"] {
            watcher.client.command(&format!("CREATE {folder}"));
        }
        watcher.client.append("Bulk", &[cast::newsletter(1), cast::newsletter(2)]);
        let Watcher { runtime, session, .. } = &mut watcher;
        assert_eq!(runtime.block_on(session.notify(&[news()])), Ok(false));
        let rows = runtime.block_on(session.poll(&[news(), FolderName::inbox(), bulk()])).unwrap();
        let counts: Vec<_> = rows.iter().map(|row| (row.folder.wire(), row.messages)).collect();
        assert_eq!(counts, [("News", Some(0)), ("INBOX", Some(0)), ("Bulk", Some(2))]);
        assert_eq!(rows[2].highest_modseq.is_some(), !flavour.lacks("CONDSTORE"));
        let fault = runtime.block_on(session.poll(&[news(), FolderName::from_wire("Nowhere"), bulk()])).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Refused, "{fault}");
        assert!(!session.is_broken());
    }
}

/// A NAT that forgot the connection, a laptop that slept: no byte and no end comes, and only the renewal can tell.
#[test]
fn a_frozen_network_is_found_out_at_the_renewal() {
    let user = User::new(Flavour::PLAIN);
    let network = Network::to(user.server.port);
    let mut watcher = Watcher::over(&user, network.port);
    watcher.session.set_silence(Duration::from_secs(2));
    assert_eq!(watcher.waits(SHORT), Ok(Pushed::default()));
    network.freeze();
    watcher.client.append("INBOX", &[cast::newsletter(1)]);
    let begin = Instant::now();
    let fault = watcher.waits(Duration::from_secs(2)).unwrap_err();
    assert_eq!((fault.kind, watcher.session.is_broken()), (FaultKind::Transient, true), "{fault}");
    assert!(begin.elapsed() >= Duration::from_secs(2));
    network.thaw();
    assert!(Watcher::over(&user, network.port).waits(SHORT).is_ok());
    assert_eq!(network.connections(), 2);
}

#[test]
fn a_slow_network_loses_nothing() {
    let user = User::new(Flavour::PLAIN);
    let network = Network::to(user.server.port);
    network.delay(SHORT);
    let mut watcher = Watcher::over(&user, network.port);
    assert_eq!(watcher.waits(Duration::ZERO), Ok(Pushed::default()));
    assert!(watcher.while_the_user(|client| client.append("INBOX", &[cast::newsletter(1)])).exists);
}

#[test]
fn a_cut_ends_the_wait_at_once() {
    let user = User::new(Flavour::PLAIN);
    let network = Network::to(user.server.port);
    let mut watcher = Watcher::over(&user, network.port);
    let Watcher { runtime, session, .. } = &mut watcher;
    let fault = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(SHORT);
            network.down();
        });
        runtime.block_on(session.idle(PATIENCE, std::future::pending())).unwrap_err()
    });
    assert_eq!((fault.kind, session.is_broken()), (FaultKind::Transient, true), "{fault}");
    network.up();
    assert!(Watcher::over(&user, network.port).waits(SHORT).is_ok());
}
