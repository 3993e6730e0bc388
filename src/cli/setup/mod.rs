//! `mailherd setup`: from an e-mail address to a working account.
//!
//! ```text
//! new: address ─► server (found, tried) ─► password or tokens ─► folders ─► own addresses ─► preview ─► caution, top, mode ─► service ─► yes ─► written
//! there already: server, login, addresses, folders, filing: what is to be otherwise ─► tried ─► yes ─► written
//! ```
//!
//! The same questions are asked on a terminal line by line, and on the screen of the terminal UI: see [`Prompt`].
//! Nothing is written before the last yes; what the preview learns lies in a scratch directory until then. What goes wrong leads back to a
//! useful question, not to the shell. Each question has a flag; without a terminal the flags are all there is.

mod account;
mod change;
mod given;
mod habits;
mod oauth;
mod prompt;
mod scratch;
mod server;
mod steps;
mod watching;
mod write;

use std::cell::Cell;

use tokio::signal::unix::{SignalKind, signal};

use super::args::Setup;
use super::face::Face;
use super::style::Tone;
use crate::config::{Account, Editing, Keeping};
use crate::daemon::Setting;
use crate::logic::fault::Fault;
use crate::logic::ids::{Address, Category};
use crate::logic::printable::Printable;
use crate::logic::provider::Provider;
use crate::store::Store;
use crate::tui::guide;
use crate::tui::theme::Theme;
pub(super) use given::{can_ask, given};
use prompt::{Prompt, Question};
use scratch::Scratch;

/// What a set-up knows while it runs.
struct Flow<'a> {
    face: &'a mut Face,
    args: &'a Setup,
    prompt: Prompt,
    editing: Editing,
    account: Account,
    /// What the account was, where it is one that is changed.
    known: Option<Account>,
    provider: Option<&'static Provider>,
    /// What would be filed now, as the preview found it.
    waiting: usize,
    /// Where a password that was typed will be kept.
    keeping: Option<Keeping>,
    /// What the provider granted, and how the config will say so.
    granted: Option<oauth::Granted>,
    /// Folders with mail in them that may be filed into.
    adopted: Vec<Category>,
    /// Mail cannot be moved there.
    only_preview: bool,
    /// A password by flag was refused.
    flags_failed: bool,
    scratch: Scratch,
    /// Set once the config is written: an interruption is told otherwise then.
    written: &'a Cell<bool>,
}

/// On the terminal, line by line; or by flags alone.
pub(super) async fn setup(face: &mut Face, args: &Setup) -> Result<Vec<Fault>, Fault> {
    let written = Cell::new(false);
    let prompt = Prompt::new(args.yes, face.is_quiet());
    until_interrupted(flow(face, args, prompt, &written), &written).await
}

/// The work, unless the user ends it before.
async fn until_interrupted<T>(work: impl Future<Output = Result<T, Fault>>, written: &Cell<bool>) -> Result<T, Fault> {
    tokio::select! {
        biased;
        result = work => result.map_err(|fault| ended(fault, written.get())),
        () = interrupted() => {
            eprintln!();
            Err(ended(Fault::refused("interrupted", ""), written.get()))
        }
    }
}

/// On the screen of the terminal UI: a new account, or the one that is called so. Whether anything was written.
///
/// # Errors
/// When the user leaves before it is written, and when the terminal cannot be used.
pub(super) async fn on_screen(face: &mut Face, theme: Theme, account: Option<String>) -> Result<bool, Fault> {
    let written = Cell::new(false);
    let args = Setup { account, ..Setup::default() };
    let (talk, hearing) = guide::channel();
    let told = async {
        let result = flow(face, &args, Prompt::on_screen(talk.clone()), &written).await;
        let ends = Prompt::on_screen(talk.clone());
        match &result {
            Ok(faults) => faults.iter().for_each(|fault| ends.say_fault(fault)),
            Err(fault) => ends.say_fault(&ended(fault.clone(), written.get())),
        }
        talk.is_over(if written.get() { "opens your mail" } else { "leaves" });
        // The screen ends it all, when the user has read that.
        std::future::pending::<()>().await;
    };
    let ending = tokio::select! {
        ending = guide::run(theme, hearing) => ending?,
        () = told => guide::Ending::Left,
    };
    match (ending, written.get()) {
        (guide::Ending::Left, false) => Err(ended(Fault::refused("interrupted", ""), false)),
        (_, written) => Ok(written),
    }
}

async fn flow(face: &mut Face, args: &Setup, prompt: Prompt, written: &Cell<bool>) -> Result<Vec<Fault>, Fault> {
    let editing = Editing::open(&face.config_path()?)?;
    let who = match &args.account {
        Some(name) => Who::Known(Box::new(called(&editing, name)?)),
        None => {
            welcome(&prompt, &editing);
            who(&prompt, &editing, args).await?
        }
    };
    let (mut account, known) = match who {
        Who::Known(known) => (Account::clone(&known), Some(*known)),
        Who::New(email) => (editing.draft(name(&editing, args, &email)?, email)?, None),
    };
    name_folders(&mut account, &args.folders)?;
    begun(face, args, prompt, editing, (account, known), written)?.run().await
}

/// At the first question. `known`: what the account was, where it is one that is changed.
fn begun<'a>(
    face: &'a mut Face,
    args: &'a Setup,
    prompt: Prompt,
    editing: Editing,
    (account, known): (Account, Option<Account>),
    written: &'a Cell<bool>,
) -> Result<Flow<'a>, Fault> {
    let scratch = Scratch::beside(&editing.state_dir()?)?;
    Ok(Flow {
        face,
        args,
        prompt,
        editing,
        account,
        known,
        provider: None,
        waiting: 0,
        keeping: None,
        granted: None,
        adopted: Vec::new(),
        only_preview: false,
        flags_failed: false,
        scratch,
        written,
    })
}

/// As the flags want it.
fn name_folders(account: &mut Account, names: &[(Category, String)]) -> Result<(), Fault> {
    for (category, name) in names {
        account.folders = account
            .folders
            .named(*category, name)
            .map_err(|why| Fault::usage(Printable::new(&why).to_string(), "give --folder another name"))?;
    }
    Ok(())
}

/// A fault without a hint is the user's own leaving: what is true then.
fn ended(fault: Fault, written: bool) -> Fault {
    let hint = match (fault.hint.is_empty(), written) {
        (false, _) => return fault,
        (true, false) => "nothing was written; `mailherd setup` begins again",
        (true, true) => "the account is set up; `mailherd doctor` looks at it",
    };
    Fault { hint: hint.to_owned(), ..fault }
}

/// Ctrl-C, a closed terminal, or being told to end.
async fn interrupted() {
    let mut signals =
        [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(|kind| signal(kind).ok());
    let waits = signals.iter_mut().flatten().map(|signal| Box::pin(signal.recv()));
    let waits: Vec<_> = waits.collect();
    if waits.is_empty() {
        std::future::pending::<()>().await;
    }
    futures_util::future::select_all(waits).await;
}

fn welcome(prompt: &Prompt, editing: &Editing) {
    if !prompt.can_ask() {
        return;
    }
    prompt.tell(Tone::Bold, "From your e-mail address to a calm inbox.");
    let path = Printable::new(&editing.path().to_string_lossy()).to_string();
    let what = if editing.exists() { "It adds an account to" } else { "The account will be in" };
    prompt.tell(Tone::Plain, &format!("{what} {path}"));
    prompt.tell(
        Tone::Plain,
        "Nothing is written, and no mail is touched, before your last yes. Ctrl-C leaves at any time. Enter takes what stands in [brackets].",
    );
}

/// Whom it is about.
enum Who {
    /// An account that is to be added.
    New(Address),
    /// One that is there, and is to be changed.
    Known(Box<Account>),
}

fn called(editing: &Editing, name: &str) -> Result<Account, Fault> {
    editing.accounts().iter().find(|account| account.name == name).cloned().ok_or_else(|| {
        let names: Vec<&str> = editing.accounts().iter().map(|account| account.name.as_str()).collect();
        let hint = match names.as_slice() {
            [] => "there is none yet: `mailherd setup` adds one".to_owned(),
            names => format!("the accounts are: {}", Printable::new(&names.join(", "))),
        };
        Fault::usage(format!("there is no account called {}", Printable::new(name)), hint)
    })
}

/// By the address; that of an account which is there is asked about.
async fn who(prompt: &Prompt, editing: &Editing, args: &Setup) -> Result<Who, Fault> {
    let check = |typed: &str| {
        Address::parse(typed).ok_or_else(|| format!("\"{typed}\" is not an e-mail address, such as anna@example.org"))
    };
    let mut given = args.email.as_deref();
    loop {
        let email = match given.take() {
            Some(given) => {
                let hint = "name the new account's address with --email";
                check(given).map_err(|why| Fault::usage(Printable::new(&why).to_string(), hint))?
            }
            None => {
                let question = Question { text: "E-mail address", why: "", flag: "--email ADDRESS" };
                prompt.text(&question, None, check).await?
            }
        };
        let Some(known) = editing.accounts().iter().find(|account| account.email == email) else {
            return Ok(Who::New(email));
        };
        let there = format!(
            "{} has an account already, called {}",
            Printable::new(email.as_str()),
            Printable::new(&known.name)
        );
        if !prompt.can_ask() {
            let hint = format!("--account {} changes it; --email names a new account's address", known.name);
            return Err(Fault::usage(there, hint));
        }
        let question = Question { text: "Change it", why: &there, flag: "--account NAME" };
        if prompt.yes_or_no(&question, true).await? {
            return Ok(Who::Known(Box::new(known.clone())));
        }
    }
}

/// What the account is called: as said, else by the domain of the address.
fn name(editing: &Editing, args: &Setup, email: &Address) -> Result<String, Fault> {
    let Some(given) = &args.name else {
        return Ok(editing.free_name(email.domain().split('.').next().unwrap_or_default()));
    };
    let free = editing.free_name(given);
    if free == *given {
        return Ok(free);
    }
    let cause = format!("an account cannot be called \"{}\" here", Printable::new(given));
    Err(Fault::usage(cause, format!("choose another word for --name, such as {free}")))
}

impl Flow<'_> {
    /// Where what is found out about the account goes: it is read anew each time, and nobody misses it afterwards; where the account has been at
    /// work, what it has learned and filed is known.
    fn state_dir(&self) -> std::path::PathBuf {
        let there = self.editing.state_dir().ok().filter(|state| self.known.is_some() && Store::is_in(state));
        there.unwrap_or_else(|| self.scratch.path().to_owned())
    }

    /// The account, and who is told of the work on it.
    fn setting(&self) -> Setting<'_> {
        let setting = self.face.setting(&self.account, false);
        match self.prompt.is_on_screen() {
            true => Setting { asking: &self.prompt, watcher: &self.prompt, ..setting },
            false => setting,
        }
    }

    async fn run(mut self) -> Result<Vec<Fault>, Fault> {
        if self.known.is_some() {
            return self.change().await;
        }
        self.find_server().await?;
        self.log_in().await?;
        self.own_addresses().await?;
        let preview = self.preview().await?;
        self.choose_habits(preview.as_ref()).await?;
        self.finish().await
    }
}
