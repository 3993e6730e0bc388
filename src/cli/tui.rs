//! `mailherd`, and `mailherd demo`: the terminal UI on top of a daemon, or of an engine in this process.

use std::io::IsTerminal;

use super::face::Face;
use super::{appearance, demo, setup};
use crate::config::Config;
use crate::daemon::engine::{self, Link, Options};
use crate::logic::appearance::ThemeName;
use crate::logic::fault::{Fault, FaultKind};
use crate::tui::run::{self, Ending, LinkPort, NoPort};

/// `mailherd` alone: the accounts of the config, or first contact where there is none.
///
/// # Errors
/// Without a terminal; when the config is wrong; when the engine cannot start.
pub(super) async fn tui(face: &mut Face) -> Result<Vec<Fault>, Fault> {
    needs_terminal("`mailherd --help` lists the commands; `mailherd demo --headless` shows what mailherd does")?;
    if let Some(missing) = face.missing_config()? {
        let (_, messages) = run::channel();
        let theme = appearance::theme(face.theme, ThemeName::default())?;
        match run::run(run::Options { theme, missing: Some(missing) }, &NoPort, messages).await? {
            Ending::Left | Ending::Change(_) => return Ok(Vec::new()),
            Ending::Demo => return demo::watched(face, 1).await.map(|()| Vec::new()),
            Ending::Setup => return begin(face).await.map(|()| Vec::new()),
        }
    }
    watch(face).await.map(|()| Vec::new())
}

/// Sets an account up, and opens its mail.
///
/// # Errors
/// When the user leaves, and as [`tui`].
pub(super) async fn begin(face: &mut Face) -> Result<(), Fault> {
    let theme = appearance::theme(face.theme, ThemeName::default())?;
    if setup::on_screen(face, theme, None).await? { watch(face).await } else { Ok(()) }
}

/// Shows the accounts of the config until the user leaves.
async fn watch(face: &mut Face) -> Result<(), Fault> {
    loop {
        let config = face.config()?;
        let ending = match face.daemon(&config).await? {
            Some(link) => look(face, &config, link).await?,
            None => show(face, config.clone(), Options::default()).await?,
        };
        match ending {
            Ending::Setup => set_up(face, &config, None).await?,
            Ending::Change(account) => set_up(face, &config, Some(account)).await?,
            Ending::Left | Ending::Demo => return Ok(()),
        }
    }
}

/// Sets another account up, or changes the one that is called so, from the Accounts screen. Who changes their mind is back where they were.
async fn set_up(face: &mut Face, config: &Config, account: Option<String>) -> Result<(), Fault> {
    let theme = appearance::theme(face.theme, config.theme)?;
    match setup::on_screen(face, theme, account).await {
        Err(fault) if fault.kind != FaultKind::Refused => Err(fault),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Looks in on a daemon, which goes on when the user leaves.
async fn look(face: &Face, config: &Config, link: Link) -> Result<Ending, Fault> {
    let theme = appearance::theme(face.theme, config.theme)?;
    let (sender, messages) = run::channel();
    let port = LinkPort::new(link, sender);
    run::run(run::Options { theme, missing: None }, &port, messages).await
}

/// Runs the engine and the terminal UI until the user leaves.
///
/// # Errors
/// When either cannot start.
pub(super) async fn show(face: &Face, config: Config, options: Options) -> Result<Ending, Fault> {
    let theme = appearance::theme(face.theme, config.theme)?;
    let (engine, link) = engine::start(config, options)?;
    let (sender, messages) = run::channel();
    let port = LinkPort::new(link, sender);
    let ending = run::run(run::Options { theme, missing: None }, &port, messages).await;
    engine.stop().await;
    ending
}

/// Refuses where nobody can see a screen.
///
/// # Errors
/// Usage, with `hint`.
pub(super) fn needs_terminal(hint: &str) -> Result<(), Fault> {
    if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        return Ok(());
    }
    Err(Fault::usage("no command was given, and the terminal UI needs a terminal", hint))
}
