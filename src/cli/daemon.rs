//! `mailherd daemon`, and what one says to it: `pause`, `resume`, `check`

use serde_json::json;

use super::args::{Daemon, OneAccount};
use super::face::Face;
use crate::config;
use crate::daemon::engine::Options;
use crate::daemon::service;
use crate::logic::engine::{Act, Reply, Request};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

pub(super) async fn daemon(face: &mut Face, args: &Daemon) -> Result<Vec<Fault>, Fault> {
    let metrics = args.metrics.as_deref().map(config::loopback).transpose()?;
    let read = face.read_config()?;
    service::run(read()?, Options::default(), metrics, read).await?;
    Ok(Vec::new())
}

pub(super) async fn pause(face: &mut Face, args: &OneAccount) -> Result<Vec<Fault>, Fault> {
    tell(face, args, |account| Act::Pause { account }).await
}

pub(super) async fn resume(face: &mut Face, args: &OneAccount) -> Result<Vec<Fault>, Fault> {
    tell(face, args, |account| Act::Resume { account }).await
}

pub(super) async fn check(face: &mut Face, args: &OneAccount) -> Result<Vec<Fault>, Fault> {
    tell(face, args, |account| Act::Check { account }).await
}

async fn tell(
    face: &mut Face,
    args: &OneAccount,
    act: impl FnOnce(Option<String>) -> Act,
) -> Result<Vec<Fault>, Fault> {
    let link = face.running_daemon().await?;
    let Reply::Done(done) = link.ask(Request::Do(act(args.account.clone()))).await? else {
        return Err(misunderstood());
    };
    if face.out().json() {
        face.out().object(&json!({ "account": args.account, "done": true }));
    } else {
        done.words.iter().for_each(|words| face.out().line(Printable::new(words)));
    }
    Ok(done.faults)
}

/// An answer that is none to the question.
pub(super) fn misunderstood() -> Fault {
    Fault::refused("the daemon answered something else", "restart it, so that both are the same version")
}
