//! An account of which everything is known but the password, as an export has it: the password is asked for, the way to the mail is tried, and
//! the account is written as a whole.

use std::cell::Cell;

use super::super::args::Setup;
use super::super::face::Face;
use super::prompt::Prompt;
use super::{Flow, begun, until_interrupted};
use crate::cli::style::Tone;
use crate::config::{Account, Editing, SecretSource};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;
use crate::logic::provider::Provider;

/// Whether the user can be asked for what is missing. `yes`: `--yes` was given.
pub(in crate::cli) fn can_ask(yes: bool) -> bool {
    Prompt::new(yes, false).can_ask()
}

/// Tries and writes it: as a new account, or in place of the one that is called so. `secret`: where the password comes from, when that is known.
///
/// # Errors
/// When it does not work and nobody can be asked; when the user leaves. Then this account is as it was.
pub(in crate::cli) async fn given(
    face: &mut Face,
    account: Account,
    secret: Option<SecretSource>,
    yes: bool,
) -> Result<(), Fault> {
    let (written, args) = (Cell::new(false), Setup { yes, no_preview: true, ..Setup::default() });
    let prompt = Prompt::new(yes, face.is_quiet());
    let editing = Editing::open(&face.config_path()?)?;
    let known = editing.accounts().iter().find(|known| known.name == account.name).cloned();
    let flow = begun(face, &args, prompt, editing, (account, known), &written)?;
    until_interrupted(flow.settle(secret), &written).await
}

impl Flow<'_> {
    async fn settle(mut self, secret: Option<SecretSource>) -> Result<(), Fault> {
        let heading = format!("The account {}", self.account.name);
        self.prompt.tell(Tone::Bold, Printable::new(&heading).as_str());
        self.provider = Provider::of_host(&self.account.host);
        match secret {
            Some(secret) => self.account.secret = secret,
            None => self.ask_for_password().await?,
        }
        self.take_along().await?;
        if self.has_to_be_proven() {
            self.prove().await?;
        }
        self.settle_for_preview();
        self.write().await?;
        self.say_of_a_daemon().await
    }
}
