//! `mailherd`, and `mailherd demo`: the terminal UI on top of a daemon, or of an engine in this process.

use std::io::IsTerminal;

use super::face::Face;
use super::{appearance, args, demo, setup};
use crate::config::Config;
use crate::daemon::engine::{self, Link, Options};
use crate::logic::appearance::ThemeName;
use crate::logic::fault::Fault;
use crate::tui::run::{self, Ending, LinkPort, NoPort};

/// `mailherd` alone: the accounts of the config, or first contact where there is none.
///
/// # Errors
/// Without a terminal; when the config is wrong; when the engine cannot start.
pub(super) async fn tui(face: &mut Face) -> Result<Vec<Fault>, Fault> {
    needs_terminal("`mailherd --help` lists the commands; `mailherd demo --headless` shows what mailherd does")?;
    if let Some(missing) = face.missing_config()? {
        let (_, messages) = run::channel();
        let options =
            run::Options { theme: appearance::theme(face.theme, ThemeName::default())?, missing: Some(missing) };
        return match run::run(options, &NoPort, messages).await? {
            Ending::Left => Ok(Vec::new()),
            Ending::Demo => demo::watched(face, 1).await.map(|()| Vec::new()),
            Ending::Setup => setup::setup(face, &args::Setup::default()).await,
        };
    }
    let config = face.config()?;
    match face.daemon(&config).await? {
        Some(link) => look(face, &config, link).await?,
        None => show(face, config, Options::default()).await?,
    }
    Ok(Vec::new())
}

/// Looks in on a daemon, which goes on when the user leaves.
async fn look(face: &Face, config: &Config, link: Link) -> Result<(), Fault> {
    let theme = appearance::theme(face.theme, config.theme)?;
    let (sender, messages) = run::channel();
    let port = LinkPort::new(link, sender);
    run::run(run::Options { theme, missing: None }, &port, messages).await.map(|_| ())
}

/// Runs the engine and the terminal UI until the user leaves.
///
/// # Errors
/// When either cannot start.
pub(super) async fn show(face: &Face, config: Config, options: Options) -> Result<(), Fault> {
    let theme = appearance::theme(face.theme, config.theme)?;
    let (engine, link) = engine::start(config, options)?;
    let (sender, messages) = run::channel();
    let port = LinkPort::new(link, sender);
    let ending = run::run(run::Options { theme, missing: None }, &port, messages).await;
    engine.stop().await;
    ending.map(|_| ())
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
