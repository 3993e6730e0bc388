//! Who logs in, with which password, and what is found then.

use secrecy::SecretString;

use super::Flow;
use super::prompt::{Question, secret_of_stdin};
use super::steps::Steps;
use crate::config::{Config, Keeping, Mode, SecretSource, ThemeName, Typed};
use crate::daemon::doctor;
use crate::daemon::own;
use crate::daemon::steps::{Check, Finding, Stop};
use crate::logic::fault::{Fault, FaultKind};
use crate::logic::ids::{Address, Category};
use crate::logic::oauth::Preset;
use crate::logic::printable::Printable;
use crate::logic::provider::Password;

const PASSWORD_FLAGS: &str =
    "--password-command, --password-file, --password-env, --password-stdin or --oauth2-client-id";

/// A way to the password, or around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// As it is.
    Kept,
    File,
    Keyring,
    Command,
    Oauth2,
}

impl Flow<'_> {
    /// Logs in, and asks again until it works; then looks at what is there.
    pub(super) async fn log_in(&mut self) -> Result<(), Fault> {
        self.ask_for_username().await?;
        self.ask_for_password().await?;
        self.prove().await
    }

    /// Logs in with what is known, and looks at what is there; asks again until it works.
    pub(super) async fn prove(&mut self) -> Result<(), Fault> {
        loop {
            let (outcome, checks) = self.examine().await;
            let stop = match outcome {
                Ok(()) if self.sees_to(&checks).await? => return Ok(()),
                Ok(()) => continue,
                Err(stop) => stop,
            };
            if !self.prompt.can_ask() {
                return Err(stop.fault);
            }
            match stop.fault.kind {
                FaultKind::Credentials => {
                    self.args_are_used_up();
                    self.ask_for_username().await?;
                    self.ask_for_password().await?;
                }
                _ => self.try_again().await?,
            }
        }
    }

    /// With the account as it is so far, in the scratch directory.
    pub(super) fn config(&self) -> Config {
        Config {
            path: self.editing.path().to_owned(),
            state_dir: self.state_dir(),
            theme: ThemeName::default(),
            accounts: vec![self.account.clone()],
            metrics: None,
        }
    }

    async fn examine(&mut self) -> (Result<(), Stop>, Vec<Check>) {
        self.prompt.say("");
        let config = self.config();
        let mut steps = Steps::again(&self.prompt);
        let setting = self.setting();
        let outcome = doctor::account(&config, &setting, &mut |step| steps.step(step)).await;
        (outcome, steps.checks)
    }

    /// Whether nothing that was found stands in the way any more. False: something was changed, look again.
    async fn sees_to(&mut self, checks: &[Check]) -> Result<bool, Fault> {
        let clash = checks.iter().find(|check| check.finding == Finding::Bad && check.clash.is_some());
        if let Some((check, category)) = clash.and_then(|check| Some((check, check.clash?))) {
            if !self.prompt.can_ask() {
                let flag = format!("--folder {}=NAME", category.word());
                return Err(Fault::usage(check.detail.clone(), format!("give another name with {flag}")));
            }
            self.ask_for_folder(category, other_name(category)).await?;
            return Ok(false);
        }
        // Where the set-up files nothing itself, the first pass asks before it files there: a yes to this would be forgotten.
        let asks = self.known.is_none() && !self.args.no_preview;
        for category in checks.iter().filter_map(|check| check.clash).filter(|_| asks) {
            if !self.adopted.contains(&category) && !self.adopts(category).await? {
                self.ask_for_folder(category, other_name(category)).await?;
                return Ok(false);
            }
        }
        let Some(bad) = checks.iter().find(|check| check.finding == Finding::Bad) else { return Ok(true) };
        if self.args.mode == Some(Mode::Preview) {
            return Ok(true);
        }
        let question =
            Question { text: "What now", why: "Mail cannot be moved there as it is.", flag: "--mode preview" };
        let choices = ["look again", "go on, and only preview", "leave"];
        let chosen = if self.prompt.can_ask() { self.prompt.choice(&question, &choices, 0).await? } else { 2 };
        match chosen {
            0 => Ok(false),
            1 => {
                self.only_preview = true;
                Ok(true)
            }
            _ => Err(Fault::refused(bad.detail.clone(), bad.hint.clone())),
        }
    }

    /// Whether mail may be filed beside what is there.
    async fn adopts(&mut self, category: Category) -> Result<bool, Fault> {
        let folder = Printable::new(self.account.folders.of(category).unwrap_or_default()).to_string();
        let text = format!("File {} mail into {folder}, beside what is there", category.word());
        let flag = format!("--yes, or --folder {}=NAME", category.word());
        let why = "What is there already stays, and is never aged.";
        let adopted = self.prompt.yes_or_no(&Question { text: &text, why, flag: &flag }, true).await?;
        if adopted {
            self.adopted.push(category);
        }
        Ok(adopted)
    }

    pub(super) async fn ask_for_folder(&mut self, category: Category, usual: &str) -> Result<(), Fault> {
        let text = format!("Folder for {} mail", category.word());
        let flag = format!("--folder {}=NAME", category.word());
        let question = Question { text: &text, why: "A name that nothing else uses.", flag: &flag };
        let folders = self.account.folders.clone();
        let name = self.prompt.text(&question, Some(usual), |typed| folders.named(category, typed)).await?;
        self.account.folders = name;
        Ok(())
    }

    pub(super) async fn ask_for_username(&mut self) -> Result<(), Fault> {
        if let (Some(given), false) = (&self.args.username, self.flags_failed) {
            self.account.username.clone_from(given);
            return Ok(());
        }
        // Without a terminal the usual name is as good as an answer: a wrong one is refused, and told.
        if !self.prompt.can_ask() {
            return Ok(());
        }
        let question = Question { text: "Login name", why: "", flag: "--username NAME" };
        let usual = self.account.username.clone();
        let check = |typed: &str| match typed.chars().any(char::is_control) {
            true => Err("it holds a control character".to_owned()),
            false => Ok(typed.to_owned()),
        };
        self.account.username = self.prompt.text(&question, Some(&usual), check).await?;
        Ok(())
    }

    pub(super) async fn ask_for_password(&mut self) -> Result<(), Fault> {
        if let Some(source) = self.given_password().await? {
            self.account.secret = source;
            return Ok(());
        }
        let way = self.way().await?;
        if way == Way::Kept {
            return Ok(());
        }
        self.granted = None;
        if way == Way::Oauth2 {
            return self.ask_for_tokens().await;
        }
        if way == Way::Command {
            let question = Question {
                text: "Command",
                why: "It is run by sh -c and prints the password, such as: pass show mail/home",
                flag: "--password-command COMMAND",
            };
            let some =
                |typed: &str| if typed.is_empty() { Err("it is empty".to_owned()) } else { Ok(typed.to_owned()) };
            self.account.secret = SecretSource::Command(self.prompt.text(&question, None, some).await?);
            return Ok(());
        }
        self.keeping = Some(self.keeping(way == Way::Keyring));
        let words = self.provider.and_then(crate::logic::provider::Provider::password_words).unwrap_or_default();
        let question = Question { text: "Password", why: &words, flag: PASSWORD_FLAGS };
        self.account.secret = typed(self.prompt.secret(&question).await?);
        Ok(())
    }

    async fn way(&self) -> Result<Way, Fault> {
        let keyring = tokio::task::spawn_blocking(Keeping::has_keyring).await.unwrap_or(false);
        let mut ways = Vec::new();
        let kept = format!("as it is: {}", Printable::new(&self.password_place()));
        if self.known.is_some() {
            ways.push((Way::Kept, kept.as_str()));
        }
        let tokens = "OAuth2: I log in at the provider's page, as a client of my own (docs/oauth2.md)";
        let only_tokens = self.provider.is_some_and(|provider| matches!(provider.password, Password::Oauth2 { .. }));
        if only_tokens {
            ways.push((Way::Oauth2, tokens));
        }
        ways.push((Way::File, "I type it; it is kept in a file that only I can read"));
        if keyring {
            ways.push((Way::Keyring, "I type it; it is kept in the keyring of this desktop"));
        }
        ways.push((Way::Command, "a command prints it (pass, op, secret-tool …)"));
        if !only_tokens && Preset::of_host(&self.account.host).is_some() {
            ways.push((Way::Oauth2, tokens));
        }
        let question = Question {
            text: "Where does the password come from",
            why: "The config never holds it. A background service cannot open a locked keyring.",
            flag: PASSWORD_FLAGS,
        };
        let words: Vec<&str> = ways.iter().map(|(_, words)| *words).collect();
        if !self.prompt.can_ask() {
            // By default it could only be typed.
            let fault = "cannot ask without a terminal: Password";
            return Err(Fault::usage(fault, format!("answer it with {PASSWORD_FLAGS}")));
        }
        Ok(ways[self.prompt.choice(&question, &words, 0).await?].0)
    }

    /// What the flags say.
    pub(super) async fn given_password(&mut self) -> Result<Option<SecretSource>, Fault> {
        let args = self.args;
        if self.flags_failed {
            return Ok(None);
        }
        if let Some(pairs) = self.given_oauth2()? {
            return self.tokens_of(pairs, None).await.map(Some);
        }
        if let Some(command) = &args.password_command {
            return Ok(Some(SecretSource::Command(command.clone())));
        }
        if let Some(name) = &args.password_env {
            return Ok(Some(SecretSource::Env(name.clone())));
        }
        if let Some(file) = &args.password_file {
            let whole = std::path::absolute(file).map_err(|error| {
                Fault::usage(format!("the current directory is gone: {error}"), "name a whole path")
            })?;
            return Ok(Some(SecretSource::File(whole)));
        }
        if args.password_stdin {
            self.keeping = Some(self.keeping(args.keyring));
            return Ok(Some(typed(secret_of_stdin().await?)));
        }
        Ok(None)
    }

    fn keeping(&self, keyring: bool) -> Keeping {
        match keyring {
            true => Keeping::Keyring(self.account.keyring_name()),
            false => Keeping::file_beside(self.editing.path(), &self.account.name),
        }
    }

    /// What a flag said was refused: on a terminal the user is asked instead.
    fn args_are_used_up(&mut self) {
        self.flags_failed = true;
    }

    pub(super) async fn try_again(&self) -> Result<(), Fault> {
        let question = Question { text: "Try again", why: "", flag: "another try" };
        match self.prompt.yes_or_no(&question, true).await? {
            true => Ok(()),
            false => Err(Fault::refused("the account could not be looked at", "")),
        }
    }

    /// Which addresses are the user's, besides the one of the account: learned from the mail, confirmed by the user.
    pub(super) async fn own_addresses(&mut self) -> Result<(), Fault> {
        if self.args.no_alias || !self.args.aliases.is_empty() {
            self.account.aliases =
                self.args.aliases.iter().filter(|alias| **alias != self.account.email).cloned().collect();
            return Ok(());
        }
        let setting = self.setting();
        let found = own::addresses(&setting).await?;
        if found.is_empty() {
            return Ok(());
        }
        self.prompt.say("\nYour mail shows these addresses as yours, too:");
        for (number, one) in (1..).zip(&found) {
            let address = Printable::new(one.address.as_str());
            self.prompt
                .say(format!("  {number}  {address}  ({} sent from it, {} arrived there)", one.sent, one.arrived));
        }
        let question = Question {
            text: "Which are yours",
            why: "Mail to them counts as mail to you. \"all\", \"none\", or numbers: 1 3",
            flag: "--alias ADDRESS … or --no-alias",
        };
        let all: Vec<Address> = found.into_iter().map(|one| one.address).collect();
        self.account.aliases = self.prompt.text(&question, Some("all"), |typed| chosen(&all, typed)).await?;
        Ok(())
    }
}

pub(super) fn typed(secret: SecretString) -> SecretSource {
    SecretSource::Typed(Typed::new(secret))
}

/// A name that no provider uses for anything else.
fn other_name(category: Category) -> &'static str {
    match category {
        Category::Top => "Top mail",
        Category::News => "Newsletters",
        Category::Bulk => "Automatic",
        Category::Blackhole => "Banished",
        Category::Inbox => "INBOX",
    }
}

fn chosen(all: &[Address], typed: &str) -> Result<Vec<Address>, String> {
    match typed.to_lowercase().as_str() {
        "all" => return Ok(all.to_vec()),
        "none" => return Ok(Vec::new()),
        _ => {}
    }
    let numbers = typed.split([' ', ',']).filter(|word| !word.is_empty());
    let one = |word: &str| word.parse::<usize>().ok().and_then(|number| all.get(number.checked_sub(1)?)).cloned();
    numbers.map(|word| one(word).ok_or_else(|| format!("\"{word}\" is none of 1 to {}", all.len()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_chosen_by_number() {
        let all: Vec<Address> = ["a@x.y", "b@x.y", "c@x.y"].iter().filter_map(|one| Address::parse(one)).collect();
        assert_eq!(chosen(&all, "all").unwrap(), all);
        assert_eq!(chosen(&all, "None").unwrap(), []);
        assert_eq!(chosen(&all, "3, 1").unwrap(), [all[2].clone(), all[0].clone()]);
        for wrong in ["4", "0", "a@x.y", "1-2"] {
            assert!(chosen(&all, wrong).is_err(), "{wrong}");
        }
    }
}
