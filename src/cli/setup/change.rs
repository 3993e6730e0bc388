//! An account that is there is changed: what the flags say, or what the user chooses, each with its present value offered; then it is
//! tried as at first, and written after a yes. What is not named stays as it is.

use super::Flow;
use super::account::typed;
use super::prompt::Question;
use super::server::{candidates, place_of};
use super::write;
use crate::cli::style::Tone;
use crate::config::{Account, Keeping, Mode, SecretSource, Tls, TopMode};
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category};
use crate::logic::printable::Printable;
use crate::logic::provider::Provider;

/// A part of an account that can be changed, in the order of the menu.
const PARTS: [&str; 5] = ["server", "login", "addresses", "folders", "filing"];

impl Flow<'_> {
    /// Finds out what is to be otherwise, tries it, and writes it.
    pub(super) async fn change(mut self) -> Result<Vec<Fault>, Fault> {
        self.provider = Provider::of_host(&self.account.host);
        self.by_flags().await?;
        if self.changes().is_empty() {
            self.by_questions().await?;
        }
        if self.changes().is_empty() {
            self.prompt.say("\nNothing is changed.");
            return Ok(Vec::new());
        }
        self.take_along().await?;
        if self.has_to_be_proven() {
            self.prove().await?;
        }
        self.settle_for_preview();
        self.say_what_changes();
        let question = Question { text: "Write it", why: "", flag: "--yes" };
        if !self.prompt.yes_or_no(&question, true).await? {
            return Err(Fault::refused("you said no", ""));
        }
        let changed = self.changes().into_iter().map(|(label, ..)| label).collect();
        self.write().await?;
        let faults = self.say_of_a_daemon().await.err().into_iter().collect();
        if self.face.out().json() {
            self.show(None, false, Some(changed));
        }
        Ok(faults)
    }

    /// Where mail cannot be moved.
    pub(super) fn settle_for_preview(&mut self) {
        if self.only_preview {
            self.account.mode = Mode::Preview;
        }
    }

    async fn by_flags(&mut self) -> Result<(), Fault> {
        let args = self.args;
        let certificate = args.no_tls_pin || args.tls_pin_sha256.is_some() || args.tls_ca_file.is_some();
        if args.host.is_some() || args.port.is_some() || args.tls.is_some() || certificate {
            let host = args.host.clone().unwrap_or_else(|| self.account.host.clone());
            let stays = host == self.account.host;
            let tls = args.tls.or(stays.then_some(self.account.tls));
            let port = args.port.or((stays && args.tls.is_none()).then_some(self.account.port));
            let hint = "write --host imap.example.org, and the port into --port";
            let named =
                candidates(&host, port, tls).map_err(|why| Fault::usage(Printable::new(&why).to_string(), hint))?;
            self.try_servers(named).await?;
        }
        if let Some(name) = &args.username {
            self.account.username.clone_from(name);
        }
        if let Some(secret) = self.given_password().await? {
            self.account.secret = secret;
        }
        if args.no_alias || !args.aliases.is_empty() {
            self.account.aliases = without(&args.aliases, &self.account.email);
        }
        self.account.caution = args.caution.unwrap_or(self.account.caution);
        self.account.top = args.top.unwrap_or(self.account.top);
        self.account.mode = args.mode.unwrap_or(self.account.mode);
        Ok(())
    }

    async fn by_questions(&mut self) -> Result<(), Fault> {
        if !self.prompt.can_ask() {
            let hint = "say what: --host, --port, --username, --password-file, --alias, --folder, --caution, --mode …";
            return Err(Fault::usage("nothing is to be changed", hint));
        }
        let name = Printable::new(&self.account.name).to_string();
        self.prompt.tell(Tone::Bold, &format!("The account {name}, as it is."));
        self.prompt.tell(
            Tone::Plain,
            "What you change is tried, and written after your last yes. Ctrl-C leaves at any time. Enter takes what stands in [brackets].",
        );
        loop {
            let values = self.values(&self.account);
            let mut choices: Vec<String> = PARTS
                .iter()
                .zip(values)
                .map(|(part, value)| format!("{part:<10} {}", Printable::new(&value)))
                .collect();
            let done = if self.changes().is_empty() { "nothing: leave it as it is" } else { "nothing more: try it" };
            choices.push(done.to_owned());
            let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
            let question = Question { text: "What is to be changed", why: "", flag: "a flag" };
            match self.prompt.choice(&question, &choices, PARTS.len()).await? {
                0 => self.change_server().await?,
                1 => self.change_login().await?,
                2 => self.change_addresses().await?,
                3 => self.change_folders().await?,
                4 => self.change_filing().await?,
                _ => return Ok(()),
            }
        }
    }

    async fn change_server(&mut self) -> Result<(), Fault> {
        let named = self.ask_for_host().await?;
        self.try_servers(named).await
    }

    /// Tried at once, so that a mistyped password is asked for again while one remembers it.
    async fn change_login(&mut self) -> Result<(), Fault> {
        self.ask_for_username().await?;
        self.ask_for_password().await?;
        self.take_along().await?;
        self.prove().await
    }

    async fn change_addresses(&mut self) -> Result<(), Fault> {
        let now = match self.account.aliases.as_slice() {
            [] => "none".to_owned(),
            aliases => aliases.iter().map(Address::as_str).collect::<Vec<_>>().join(" "),
        };
        let text = format!("Your addresses besides {}", Printable::new(self.account.email.as_str()));
        let question = Question {
            text: &text,
            why: "Mail to them counts as mail to you. Addresses with blanks between, \"none\", or \"look\": they are looked for in your mail.",
            flag: "--alias ADDRESS … or --no-alias",
        };
        let given = self.prompt.text(&question, Some(&now), addresses).await?;
        match given {
            Some(aliases) => self.account.aliases = without(&aliases, &self.account.email),
            None => {
                if let Err(fault) = self.own_addresses().await {
                    if fault.hint.is_empty() {
                        return Err(fault);
                    }
                    self.prompt.say_fault(&fault);
                }
            }
        }
        Ok(())
    }

    async fn change_folders(&mut self) -> Result<(), Fault> {
        for category in Category::ALL.into_iter().filter(|category| *category != Category::Inbox) {
            let now = self.account.folders.of(category).unwrap_or_default().to_owned();
            self.ask_for_folder(category, &now).await?;
        }
        self.prompt.tell(Tone::Dim, "Mail that was filed before stays where it is.");
        Ok(())
    }

    async fn change_filing(&mut self) -> Result<(), Fault> {
        self.account.caution = self.caution(None).await?;
        self.account.top = self.top().await?;
        self.account.mode = self.mode().await?;
        Ok(())
    }

    /// A password in the keyring is called after who logs in where, and what a client of OAuth2 asks belongs to the server.
    pub(super) async fn take_along(&mut self) -> Result<(), Fault> {
        match &self.account.secret {
            SecretSource::Keyring(name) if *name != self.account.keyring_name() => {
                let secret = self.account.secret.fetch().await?;
                self.account.secret = typed(secret);
                self.keeping = Some(Keeping::Keyring(self.account.keyring_name()));
            }
            SecretSource::Oauth2(oauth2) if self.granted.is_none() => {
                let moved = oauth2.of_account(&self.account, self.editing.path(), &self.editing.state_dir()?)?;
                self.account.secret = SecretSource::Oauth2(Box::new(moved));
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether what is otherwise can be wrong: what only says how mail is filed cannot.
    pub(super) fn has_to_be_proven(&self) -> bool {
        let Some(known) = &self.known else { return true };
        let now = &self.account;
        let flag = now.top == TopMode::Flag && known.top != TopMode::Flag;
        let reached = Account {
            host: now.host.clone(),
            port: now.port,
            tls: now.tls,
            tls_ca_file: now.tls_ca_file.clone(),
            tls_pin_sha256: now.tls_pin_sha256,
            username: now.username.clone(),
            secret: now.secret.clone(),
            folders: now.folders.clone(),
            ..known.clone()
        };
        flag || reached != *known
    }

    fn say_what_changes(&self) {
        self.prompt.say("");
        for (label, before, after) in self.changes() {
            let label = self.prompt.style().paint(Tone::Dim, format!("{label:>10}"));
            let (before, after) = (Printable::new(&before), Printable::new(&after));
            if before == after {
                self.prompt.say(format!("  {label}  {after} (another one)"));
            } else {
                self.prompt.say(format!("  {label}  {after}, until now {before}"));
            }
        }
    }

    /// What is otherwise: which part, what it was, what it will be.
    fn changes(&self) -> Vec<(&'static str, String, String)> {
        let Some(known) = &self.known else { return Vec::new() };
        let now = &self.account;
        let (before, after) = (self.values(known), self.values(now));
        let server = |account: &Account| {
            (account.host.clone(), account.port, account.tls, account.tls_ca_file.clone(), account.tls_pin_sha256)
        };
        let otherwise = [
            server(known) != server(now),
            known.username != now.username || known.secret != now.secret,
            known.aliases != now.aliases,
            known.folders != now.folders,
            (known.caution, known.top, known.mode) != (now.caution, now.top, now.mode),
        ];
        let all = PARTS.into_iter().zip(before.into_iter().zip(after)).zip(otherwise);
        all.filter(|(_, otherwise)| *otherwise).map(|((part, (before, after)), _)| (part, before, after)).collect()
    }

    /// In the order of [`PARTS`].
    fn values(&self, account: &Account) -> [String; 5] {
        let keeping = self.keeping.as_ref().filter(|_| matches!(account.secret, SecretSource::Typed(_)));
        let addresses = std::iter::once(&account.email).chain(&account.aliases).map(Address::as_str);
        let folders = Category::ALL.into_iter().filter_map(|category| account.folders.of(category));
        [
            server(account),
            format!("{}, password {}", account.username, write::place_of(&account.secret, keeping)),
            addresses.collect::<Vec<_>>().join(", "),
            folders.collect::<Vec<_>>().join(", "),
            filing(account),
        ]
    }
}

/// `imap.home.example (TLS, certificate 09ab…)`
fn server(account: &Account) -> String {
    let tls = match account.tls {
        Tls::Implicit => "TLS",
        Tls::Starttls => "STARTTLS",
        Tls::None => "no TLS",
    };
    let trust = match (&account.tls_ca_file, account.tls_pin_sha256) {
        (Some(file), _) => format!(", authorities of {}", file.display()),
        (None, Some(pin)) => format!(", certificate {:02x}{:02x}{:02x}…", pin[0], pin[1], pin[2]),
        (None, None) => String::new(),
    };
    format!("{} ({tls}{trust})", place_of(account))
}

fn filing(account: &Account) -> String {
    let top = match account.top {
        TopMode::Move => "top moved",
        TopMode::Flag => "top marked in the inbox",
        TopMode::Off => "top left in the inbox",
    };
    format!("mode {}, caution {}, {top}", account.mode.word(), account.caution.word())
}

fn without(aliases: &[Address], email: &Address) -> Vec<Address> {
    aliases.iter().filter(|alias| *alias != email).cloned().collect()
}

/// `None`: they are to be looked for.
fn addresses(typed: &str) -> Result<Option<Vec<Address>>, String> {
    match typed.to_lowercase().as_str() {
        "look" => return Ok(None),
        "none" => return Ok(Some(Vec::new())),
        _ => {}
    }
    let words = typed.split([' ', ',', ';']).filter(|word| !word.is_empty());
    let one = |word: &str| Address::parse(word).ok_or_else(|| format!("\"{word}\" is not an e-mail address"));
    words.map(one).collect::<Result<_, _>>().map(Some)
}
