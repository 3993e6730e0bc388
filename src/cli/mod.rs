//! The command line: one file a command; text for people, JSON for programs.
//!
//! A command asks the engine and shows what it says. It opens no socket, judges nothing and moves nothing itself.

mod appearance;
mod args;
mod backtest;
mod daemon;
mod demo;
mod digest;
mod doctor;
mod export;
mod face;
mod fit;
mod generate;
mod import;
mod journal;
mod log;
mod login;
mod memory;
mod orders;
pub mod out;
mod panics;
mod pending;
mod plan;
pub mod progress;
mod run;
mod senders;
mod setup;
mod status;
pub mod style;
pub mod table;
mod tui;
mod typing;
mod undo;
mod uninstall;
mod usage;
pub mod words;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;

use crate::logic::fault::{Fault, FaultKind};
use args::{Cli, Command};
use face::Face;

/// Runs the program and gives its exit status: 0 done, 1 something failed, 2 wrong usage or configuration.
pub fn main() -> ExitCode {
    memory::keep_to_itself();
    panics::keep_quiet();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            return match usage::fault(&error) {
                Some(fault) => {
                    out::print_fault(&fault);
                    ExitCode::from(2)
                }
                // Help, or the version: on standard output, which may be closed.
                None => {
                    let _ = error.print();
                    ExitCode::SUCCESS
                }
            };
        }
    };
    match &cli.command {
        Some(Command::Daemon(args)) => journal::start(args.log_format, cli.verbose, cli.quiet),
        // A log would be written over the screen of the terminal UI, unless it goes elsewhere.
        _ if cli.shows_screen() && std::io::stderr().is_terminal() => {}
        _ => face::start_log(cli.verbose),
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let fault =
                Fault::local(format!("cannot start: {error}"), "look at the limits of this process (ulimit -a)");
            out::print_fault(&fault);
            return ExitCode::from(1);
        }
    };
    let mut face = Face::new(&cli);
    let mut faults = match runtime.block_on(run_command(&cli, &mut face)) {
        Ok(faults) => faults,
        Err(fault) => vec![fault],
    };
    faults.extend(face.finish().err());
    if let Some(Command::Setup(_)) | None = &cli.command {
        // A question to a name server, or a line that nobody types any more, is not waited for.
        runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    }
    faults.iter().for_each(out::print_fault);
    match faults.iter().map(|fault| fault.kind).max_by_key(|kind| u8::from(*kind == FaultKind::Usage)) {
        None => ExitCode::SUCCESS,
        Some(FaultKind::Usage) => ExitCode::from(2),
        Some(_) => ExitCode::from(1),
    }
}

/// What failed while the rest was done; or the one thing that stopped all of it.
async fn run_command(cli: &Cli, face: &mut Face) -> Result<Vec<Fault>, Fault> {
    let Some(command) = &cli.command else { return tui::tui(face).await };
    match command {
        Command::Setup(args) => setup::setup(face, args).await,
        Command::Demo(args) => demo::demo(face, args).await,
        Command::Run(args) => run::run(face, args).await,
        Command::Daemon(args) => daemon::daemon(face, args).await,
        Command::Status(args) => status::status(face, args).await,
        Command::Pause(args) => daemon::pause(face, args).await,
        Command::Resume(args) => daemon::resume(face, args).await,
        Command::Check(args) => daemon::check(face, args).await,
        Command::Plan(args) => plan::plan(face, args).await,
        Command::Why(args) => plan::why(face, args).await,
        Command::Log(args) => log::log(face, args),
        Command::Undo(args) => undo::undo(face, args).await,
        Command::Digest(args) => digest::digest(face, args).await,
        Command::Senders(args) => senders::senders(face, args),
        Command::Fit(args) => fit::fit(face, args),
        Command::Train(args) => orders::train(face, args).await,
        Command::Untrain(args) => orders::untrain(face, args).await,
        Command::Orders(args) => orders::list(face, args),
        Command::Confirm(args) => pending::confirm(face, args).await,
        Command::Blackhole(args) => orders::blackhole(face, args).await,
        Command::Backtest(args) => backtest::backtest(face, args).await,
        Command::Login(args) => login::login(face, args).await,
        Command::Doctor(args) => doctor::doctor(face, args).await,
        Command::Import(args) => import::import(face, args).await,
        Command::Export(args) => export::export(face, args),
        Command::Uninstall(args) => uninstall::uninstall(face, args).await,
        Command::Completions(args) => generate::completions(face, args),
        Command::Man => generate::manual(face),
    }
}
