//! What cannot be brought about from outside: a panic in the work on one account.

use std::time::Duration;

use tokio::sync::broadcast;

use super::Options;
use super::hub::Hub;
use super::job::Job;
use super::link::Names;
use crate::config::Config;
use crate::daemon::filing::Run;
use crate::demo::mailbox::{Account, Folder};
use crate::demo::server::{self, Server};
use crate::logic::engine::{AccountState, Health};
use crate::logic::fault::FaultKind;
use crate::store::Store;

async fn until(hub: &Hub, account: usize, so: impl Fn(&Health) -> bool) -> Health {
    let wait = async {
        loop {
            let health = hub.board.see(account, Health::clone);
            if so(&health) {
                return health;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.expect("it comes to that")
}

#[test]
fn a_panic_in_one_account_is_told_and_got_over_and_the_other_does_not_notice() {
    let dir = tempfile::tempdir().unwrap();
    let servers: Vec<Server> = (0..2)
        .map(|_| {
            let mut account = Account::empty("Me", "me@home.example");
            account.folders.push(Folder::new("Sent", Some("\\Sent")));
            Server::start_in_thread(account, server::Options::default()).unwrap()
        })
        .collect();
    let config = config(dir.path(), &servers);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let options = Options { first_retry: Duration::from_millis(200), ..Options::default() };
        let hub = Hub::new(
            config.clone(),
            options,
            Store::open(&config.state_dir).unwrap(),
            broadcast::Sender::new(8),
            Names::default(),
        );
        hub.begin();
        let live = |health: &Health| health.state == AccountState::Live && health.fault.is_none();
        let before = until(&hub, 1, live).await;
        until(&hub, 0, live).await;
        let fault = hub.job(0, Job::Panic, Run::new("panic", None)).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Local);
        let waiting = until(&hub, 0, |health| health.state == AccountState::Waiting).await;
        assert!(waiting.fault.unwrap().cause.contains("failed inside"));
        until(&hub, 0, live).await;
        assert_eq!(hub.board.see(1, Health::clone), before);
        for task in hub.end() {
            task.await.unwrap();
        }
    });
}

fn config(dir: &std::path::Path, servers: &[Server]) -> Config {
    use std::os::unix::fs::PermissionsExt as _;
    let (password, file) = (dir.join("password"), dir.join("config.toml"));
    let options = server::Options::default();
    let mut text = format!("mode = \"file\"\nstate_dir = \"{}\"\n", dir.join("state").display());
    for (number, server) in servers.iter().enumerate() {
        text += &format!(
            "[[accounts]]\nname = \"a{number}\"\nemail = \"me@home.example\"\nhost = \"127.0.0.1\"\nport = {}\n\
             tls = \"none\"\nusername = \"{}\"\npassword_file = \"{}\"\n",
            server.port(),
            options.user,
            password.display()
        );
    }
    for (path, text) in [(&password, options.password.as_str()), (&file, text.as_str())] {
        std::fs::write(path, text).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    crate::config::load(&file).unwrap()
}
