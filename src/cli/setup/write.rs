//! The last yes, and what comes after it: the password is kept, the config written, mail filed, the service started.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::Flow;
use super::prompt::Question;
use crate::cli::style::Tone;
use crate::cli::words::plural;
use crate::config::{Account, Config, Keeping, Mode, SecretSource};
use crate::daemon::Setting;
use crate::daemon::pass::{self, PassRun};
use crate::daemon::service::unit;
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

impl Flow<'_> {
    /// Asks for the last yes, and does it.
    pub(super) async fn finish(mut self) -> Result<Vec<Fault>, Fault> {
        let service = self.wants_service().await?;
        self.say_what_will_be(service);
        let question = Question { text: "Write it", why: "", flag: "--yes" };
        if !self.prompt.yes_or_no(&question, true).await? {
            return Err(Fault::refused("you said no", ""));
        }
        self.write().await?;
        let mut faults = Vec::new();
        let filed = self.file(&mut faults).await?;
        let started = service && self.start_service(&mut faults);
        if !started {
            faults.extend(self.say_of_a_daemon().await.err());
        }
        self.say_what_next(started);
        if self.face.out().json() {
            self.show(filed, started, None);
        }
        Ok(faults)
    }

    async fn wants_service(&self) -> Result<bool, Fault> {
        if self.args.no_service {
            return Ok(false);
        }
        let there = tokio::task::spawn_blocking(unit::has_manager).await.unwrap_or(false);
        if self.args.service {
            let hint =
                "start `mailherd daemon` by your own service manager, or run `mailherd run --once --yes` by cron";
            return if there { Ok(true) } else { Err(Fault::usage("there is no systemd for users here", hint)) };
        }
        if !there {
            return Ok(false);
        }
        let question = Question {
            text: "Let it work in the background",
            why: "A service of yours: it starts now and with each login, and files what comes.",
            flag: "--service or --no-service",
        };
        // By `--yes` alone no program is left running.
        if self.prompt.can_ask() { self.prompt.yes_or_no(&question, true).await } else { Ok(false) }
    }

    fn say_what_will_be(&self, service: bool) {
        let account = &self.account;
        let line = |label: &str, text: String| {
            self.prompt.say(format!(
                "  {}  {}",
                self.prompt.style().paint(Tone::Dim, format!("{label:>8}")),
                Printable::new(&text)
            ));
        };
        self.prompt.say("");
        line("account", format!("{}: {} at {} port {}", account.name, account.username, account.host, account.port));
        line("password", self.password_place());
        line("filing", filing(account, self.waiting));
        line("config", self.editing.path().display().to_string());
        line("service", if service { "started now and with each login".to_owned() } else { "none".to_owned() });
    }

    pub(super) fn password_place(&self) -> String {
        place_of(&self.account.secret, self.keeping.as_ref())
    }

    /// The password first, then the config: a config never names a password that is not there. A password without its config goes again.
    pub(super) async fn write(&mut self) -> Result<(), Fault> {
        let mut written = None;
        if let (SecretSource::Typed(_), Some(keeping)) = (&self.account.secret, self.keeping.clone()) {
            let secret = self.account.secret.fetch().await?;
            if let Keeping::File(path) = &keeping {
                written = Some(path.clone());
            }
            let kept = tokio::task::spawn_blocking(move || keeping.keep(&secret)).await;
            self.account.secret =
                kept.map_err(|_| Fault::local("the password could not be kept", "try another place"))??;
        }
        if let Some(path) = self.keep_client_secret().await? {
            written = Some(path);
        }
        if let Err(fault) = self.editing.put(&self.account).and_then(|()| self.editing.write()) {
            if let Some(path) = written {
                // The fault says what matters.
                let _ = std::fs::remove_file(path);
            }
            return Err(fault);
        }
        self.written.set(true);
        if self.known.is_none() {
            self.scratch.keep();
        }
        self.keep_tokens().await?;
        self.prompt.say(format!("\nWritten: {}", self.editing.path().display()));
        self.remove_old_password();
        Ok(())
    }

    /// A password file that an earlier set-up wrote, and that nothing names any more.
    fn remove_old_password(&self) {
        let Some(SecretSource::File(old)) = self.known.as_ref().map(|known| &known.secret) else { return };
        let named = self.editing.accounts().iter().any(|account| account.secret == SecretSource::File(old.clone()));
        if named || !Keeping::is_beside(old, self.editing.path(), &self.account.name) {
            return;
        }
        match std::fs::remove_file(old) {
            Ok(()) => self.prompt.say(format!("Removed: {}", Printable::new(&old.to_string_lossy()))),
            Err(error) => {
                let shown = Printable::new(&old.to_string_lossy());
                self.prompt.say(format!("The old password is still in {shown}: {error}"));
            }
        }
    }

    /// The first pass, in mode `file`: the yes to it was given with the mode, after the preview.
    async fn file(&mut self, faults: &mut Vec<Fault>) -> Result<Option<pass::Counts>, Fault> {
        if self.account.mode != Mode::File || self.args.no_preview {
            return Ok(None);
        }
        let config = crate::config::load(self.editing.path())?;
        let Some(account) = config.accounts.iter().find(|account| account.name == self.account.name) else {
            return Ok(None);
        };
        let (counts, run, fault) = self.pass(&config, account).await;
        self.prompt.done();
        self.face.voice.clear();
        let filed = plural(counts.sum() as u64, "message", "messages");
        let undo = run.map(|run| format!(" `mailherd undo --run {run}` takes it back.")).unwrap_or_default();
        self.prompt
            .say(format!("Filed {filed}: top {}, news {}, bulk {}.{undo}", counts.top, counts.news, counts.bulk));
        faults.extend(fault);
        Ok(Some(counts))
    }

    async fn pass(&self, config: &Config, account: &Account) -> (pass::Counts, Option<i64>, Option<Fault>) {
        let mut run = PassRun::new("pass", None);
        let setting = Setting { account, yes: true, ..self.setting() };
        let done =
            crate::cli::face::guarded(&account.name, async { Ok(pass::pass(config, &setting, &mut run).await) }).await;
        match done {
            Ok((report, result)) => (report.filed, run.id.map(|id| id.0), result.err()),
            Err(fault) => (pass::Counts::default(), run.id.map(|id| id.0), Some(fault)),
        }
    }

    fn start_service(&self, faults: &mut Vec<Fault>) -> bool {
        let installed =
            self.service_paths().and_then(|(home, program, config)| unit::install(&home, &program, config.as_deref()));
        match installed {
            Ok(written) => {
                let shown = written.map(|path| format!(" ({})", path.display())).unwrap_or_default();
                self.prompt.say(format!("The service runs{shown}. `mailherd status` says how it is."));
                self.prompt.say("On a machine where you are not logged in all the time: loginctl enable-linger");
                true
            }
            Err(fault) => {
                faults.push(fault);
                false
            }
        }
    }

    /// `~/.config`, this program, and the config where it is not found by itself.
    fn service_paths(&self) -> Result<(PathBuf, PathBuf, Option<PathBuf>), Fault> {
        let usual = crate::config::usual_path()?;
        let home = usual.parent().and_then(Path::parent).unwrap_or(Path::new("/")).to_owned();
        let program = std::env::current_exe()
            .map_err(|error| Fault::local(format!("cannot tell where this program is: {error}"), "docs/daemon.md"))?;
        let path = std::path::absolute(self.editing.path()).unwrap_or_else(|_| self.editing.path().to_owned());
        Ok((home, program, (path != usual).then_some(path)))
    }

    /// A daemon that runs already, and was not told of the new account by its service manager.
    pub(super) async fn say_of_a_daemon(&self) -> Result<(), Fault> {
        let config = crate::config::load(self.editing.path())?;
        if self.face.daemon(&config).await?.is_none() {
            return Ok(());
        }
        let does = if self.known.is_some() { "work with the new settings" } else { "watch the new account, too" };
        if crate::daemon::tell_to_reload(&config.state_dir).await {
            self.prompt.say(format!("The daemon that is at work was told to {does}."));
        } else {
            self.prompt
                .say(format!("A daemon is at work: `systemctl --user reload mailherd` (or kill -HUP) has it {does}."));
        }
        Ok(())
    }

    fn say_what_next(&self, started: bool) {
        self.prompt.say("");
        if self.prompt.is_on_screen() {
            if self.account.mode == Mode::Preview {
                self.prompt.say("Nothing is moved yet: w says why a message would go where. When you trust it: set mode = \"file\" in the config.");
            }
        } else if self.account.mode == Mode::Preview {
            self.prompt.say("mailherd plan       shows what would happen to each message, and why");
            self.prompt.say("mailherd            opens the terminal UI");
            self.prompt.say("When you trust it: set mode = \"file\" in the config.");
        } else {
            self.prompt
                .say("mailherd            opens the terminal UI; move mail by hand, in any program, to teach it");
            if !started {
                self.prompt.say("mailherd daemon     files what comes, for as long as it runs (docs/daemon.md)");
            }
        }
    }

    pub(super) fn show(&mut self, filed: Option<pass::Counts>, started: bool, changed: Option<Vec<&str>>) {
        let account = &self.account;
        let object = json!({
            "account": account.name,
            "config": self.editing.path().display().to_string(),
            "host": account.host,
            "port": account.port,
            "tls": account.tls.word(),
            "username": account.username,
            "aliases": account.aliases.iter().map(|alias| alias.as_str()).collect::<Vec<_>>(),
            "mode": account.mode.word(),
            "filed": filed,
            "service": started,
            "changed": changed,
        });
        self.face.out().object(&object);
    }
}

/// Where a password comes from, or will be.
pub(super) fn place_of(secret: &SecretSource, keeping: Option<&Keeping>) -> String {
    match (secret, keeping) {
        (SecretSource::Typed(_), Some(Keeping::File(path))) => {
            format!("in {}, readable by you alone", path.display())
        }
        (SecretSource::Typed(_), Some(Keeping::Keyring(_))) => "in the keyring".to_owned(),
        (SecretSource::Command(_), _) => "printed by your command".to_owned(),
        (SecretSource::File(path), _) => format!("in {}", path.display()),
        (SecretSource::Env(name), _) => format!("in the variable {name}"),
        (SecretSource::Oauth2(oauth2), _) => match oauth2.client() {
            Some(_) => "none: OAuth2, with tokens that you alone can read".to_owned(),
            None => "none: OAuth2, with tokens that your command prints".to_owned(),
        },
        _ => "in the keyring".to_owned(),
    }
}

fn filing(account: &Account, waiting: usize) -> String {
    match account.mode {
        Mode::Preview => "preview: nothing is moved".to_owned(),
        Mode::File => format!("{} now, and what comes from now on", plural(waiting as u64, "message", "messages")),
    }
}
