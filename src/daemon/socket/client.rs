//! A face's end of the control socket: an actor that takes the engine's place behind [`Link`], and comes back by itself.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};

use super::line::{Lines, Next, line};
use super::place::known;
use super::{Greeting, LONGEST_REPLY, Said, Told, VERSION};
use crate::daemon::engine::{Asked, Link, Names};
use crate::logic::engine::{Answer, Request};
use crate::logic::fault::Fault;

/// Notices that a slow listener may be behind.
const BEHIND: usize = 1024;
/// A daemon that is alive greets within this time.
const GREETS: Duration = Duration::from_secs(5);
/// So often a daemon that is gone is looked for.
const AGAIN: Duration = Duration::from_millis(300);

type Connected = (Lines<OwnedReadHalf>, OwnedWriteHalf, Greeting);

impl Link {
    /// To the daemon that works on this state directory; `None` when there is none.
    ///
    /// # Errors
    /// Transient, when it does not answer; refused, when it speaks another version of the words.
    pub async fn find(state_dir: &Path) -> Result<Option<Link>, Fault> {
        match connect(&known(state_dir)).await {
            Ok(connected) => start(state_dir, connected).map(Some),
            Err(Trouble::Nobody) => Ok(None),
            Err(Trouble::Fault(fault)) => Err(fault),
        }
    }

    /// To the daemon that works on this state directory. When it ends and starts again, the link finds it again by itself:
    /// meanwhile requests fail as transient, and after that everything is said to have changed.
    ///
    /// # Errors
    /// Refused, when there is no daemon or it speaks another version of the words; transient, when it does not answer.
    pub async fn connect(state_dir: &Path) -> Result<Link, Fault> {
        Link::find(state_dir).await?.ok_or_else(no_daemon)
    }
}

/// Has the daemon of this state directory read its configuration again, by SIGHUP. `false` where there is none, and where its process
/// cannot be named from here (it may run in a container of its own).
pub async fn tell_to_reload(state_dir: &Path) -> bool {
    let tell = async || {
        let stream = UnixStream::connect(known(state_dir)).await.ok()?;
        // The kernel says who listens there (SO_PEERCRED), as our own process numbers have it; 0 where they have none.
        let pid = rustix::process::Pid::from_raw(stream.peer_cred().ok()?.pid()?)?;
        rustix::process::kill_process(pid, rustix::process::Signal::HUP).ok()
    };
    tell().await.is_some()
}

/// What to say where a daemon is needed.
pub(in crate::daemon) fn no_daemon() -> Fault {
    Fault::refused("no mailherd daemon works on this configuration", "start it with `mailherd daemon`")
}

enum Trouble {
    Nobody,
    Fault(Fault),
}

/// Connects and hears the greeting.
async fn connect(path: &Path) -> Result<Connected, Trouble> {
    let stream = match UnixStream::connect(path).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            return Err(Trouble::Nobody);
        }
        Err(error) => {
            let cause = format!("cannot ask the daemon at {}: {error}", path.display());
            return Err(Trouble::Fault(match error.kind() {
                ErrorKind::PermissionDenied => Fault::refused(cause, "ask as the user who runs it"),
                // One that is killed in this moment resets the connection.
                _ => Fault::transient(cause, "try again; `mailherd daemon` may just be ending"),
            }));
        }
    };
    let (read, write) = stream.into_split();
    let mut lines = Lines::new(read, LONGEST_REPLY);
    let greeting = match timeout(GREETS, lines.next()).await {
        Ok(Ok(Next::Line(line))) => serde_json::from_slice::<Greeting>(&line).ok(),
        Ok(Ok(Next::TooLong)) => None,
        // It is just ending, or sends this user away.
        Ok(Ok(Next::End) | Err(_)) => {
            let hint = "try again; `mailherd daemon` may be ending, or belong to another user";
            return Err(Trouble::Fault(Fault::transient("the daemon hung up", hint)));
        }
        Err(_) => {
            let hint = "if it stays so, stop that daemon and start it again";
            return Err(Trouble::Fault(Fault::transient("the daemon does not answer", hint)));
        }
    };
    match greeting {
        Some(greeting) if greeting.mailherd == VERSION => Ok((lines, write, greeting)),
        _ => {
            let cause = "the daemon that runs speaks another version of mailherd's words";
            Err(Trouble::Fault(Fault::refused(cause, "restart it, so that both are the same version")))
        }
    }
}

/// Starts the actor, on a thread of its own, so that a link can be used from any runtime.
fn start(state_dir: &Path, connected: Connected) -> Result<Link, Fault> {
    let limits = |error: std::io::Error| {
        Fault::local(format!("cannot start: {error}"), "look at the limits of this process (ulimit -a)")
    };
    // The sockets belong to the runtime on which they were made.
    let (lines, write, greeting) = connected;
    let stream = lines.into_inner().reunite(write).map_err(|error| limits(std::io::Error::other(error)))?;
    let stream = stream.into_std().map_err(limits)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(limits)?;
    let (requests, asked) = mpsc::unbounded_channel();
    let notices = broadcast::Sender::new(BEHIND);
    let names = Names::default();
    names.set(greeting.accounts);
    let link = Link::new(requests, notices.clone(), names.clone());
    let mut actor = Actor { state_dir: state_dir.to_owned(), asked, notices, names };
    let run = move || {
        runtime.block_on(async move {
            let first = UnixStream::from_std(stream).ok().map(|stream| {
                let (read, write) = stream.into_split();
                (Lines::new(read, LONGEST_REPLY), write)
            });
            actor.run(first).await;
        });
    };
    std::thread::Builder::new().name("mailherd-link".into()).spawn(run).map_err(limits)?;
    Ok(link)
}

/// Between the links of this process and the daemon. It ends with the last of the links.
struct Actor {
    state_dir: PathBuf,
    asked: mpsc::UnboundedReceiver<Asked>,
    notices: broadcast::Sender<crate::logic::engine::Notice>,
    names: Names,
}

/// How a connection ended.
#[derive(PartialEq, Eq)]
enum End {
    /// Nobody can ask any more.
    Unused,
    /// The daemon is gone.
    Lost,
}

impl Actor {
    async fn run(&mut self, first: Option<(Lines<OwnedReadHalf>, OwnedWriteHalf)>) {
        let mut open = first;
        loop {
            if let Some((lines, write)) = open.take()
                && self.talk(lines, write).await == End::Unused
            {
                return;
            }
            // Whoever looks asks again, and hears that nobody answers.
            self.tell_all();
            match self.reconnected().await {
                Some((lines, write, greeting)) => {
                    self.names.set(greeting.accounts);
                    self.tell_all();
                    open = Some((lines, write));
                }
                None => return,
            }
        }
    }

    fn tell_all(&self) {
        for notice in self.names.all_changed() {
            // An error says only that nobody listens.
            let _ = self.notices.send(notice);
        }
    }

    /// Looks for the daemon until it is there again; `None` when nobody can ask any more.
    async fn reconnected(&mut self) -> Option<Connected> {
        loop {
            let again = Instant::now() + AGAIN;
            let mut fault = away();
            match connect(&known(&self.state_dir)).await {
                Ok(connected) => return Some(connected),
                Err(Trouble::Nobody) => {}
                Err(Trouble::Fault(other)) => fault = other,
            }
            loop {
                tokio::select! {
                    () = sleep_until(again) => break,
                    asked = self.asked.recv() => {
                        let (_, answer) = asked?;
                        let _ = answer.send(Err(fault.clone()));
                    }
                }
            }
        }
    }

    /// One connection, to its end.
    async fn talk(&mut self, mut lines: Lines<OwnedReadHalf>, write: OwnedWriteHalf) -> End {
        let mut waiting: HashMap<u64, oneshot::Sender<Answer>> = HashMap::new();
        let (say, said) = mpsc::unbounded_channel();
        let writer = tokio::spawn(write_lines(write, said));
        let _ = say.send(line(&Said { listen: true, ..Said::default() }));
        let mut number = 0;
        let end = loop {
            tokio::select! {
                asked = self.asked.recv() => {
                    let Some((request, answer)) = asked else { break End::Unused };
                    number += 1;
                    waiting.retain(|_, answer| !answer.is_closed());
                    waiting.insert(number, answer);
                    let _ = say.send(ask(number, request));
                }
                next = lines.next() => match next {
                    Ok(Next::Line(line)) => self.heard(&line, &mut waiting),
                    Ok(Next::TooLong) => {}
                    Ok(Next::End) | Err(_) => break End::Lost,
                },
            }
        };
        writer.abort();
        for (_, answer) in waiting {
            let _ = answer.send(Err(Fault::transient(
                "the daemon ended before it answered",
                "ask again when it is back; what it had begun is in `mailherd log`",
            )));
        }
        end
    }

    fn heard(&self, line: &[u8], waiting: &mut HashMap<u64, oneshot::Sender<Answer>>) {
        #[derive(serde::Deserialize)]
        struct Numbered {
            id: Option<u64>,
        }
        let Ok(told) = serde_json::from_slice::<Told>(line) else {
            // Words of a newer daemon: whoever asked for them is told.
            let id = serde_json::from_slice::<Numbered>(line).ok().and_then(|numbered| numbered.id);
            if let Some(answer) = id.and_then(|id| waiting.remove(&id)) {
                let _ = answer.send(Err(Fault::refused(
                    "the daemon's answer was not understood",
                    "restart it, so that both are the same version",
                )));
            }
            return;
        };
        if let Some(notice) = told.notice {
            let _ = self.notices.send(notice);
        }
        let answer = match (told.reply, told.fault) {
            (Some(reply), _) => Ok(reply),
            (None, Some(fault)) => Err(fault),
            (None, None) => return,
        };
        if let Some(asked) = told.id.and_then(|id| waiting.remove(&id)) {
            let _ = asked.send(answer);
        }
    }
}

fn ask(id: u64, request: Request) -> Option<String> {
    line(&Said { id: Some(id), ask: Some(request), listen: false })
}

fn away() -> Fault {
    Fault::transient("the mailherd daemon does not run just now", "start it with `mailherd daemon`; this looks for it")
}

async fn write_lines(mut to: OwnedWriteHalf, mut lines: mpsc::UnboundedReceiver<Option<String>>) {
    while let Some(line) = lines.recv().await {
        if let Some(line) = line
            && to.write_all(line.as_bytes()).await.is_err()
        {
            return;
        }
    }
}

/// How many answers the face gets that asked under `number`, when a daemon says these lines.
#[cfg(any(test, fuzzing))]
pub(super) fn hears(lines: &[Vec<u8>], number: u64) -> usize {
    let (_, asked) = mpsc::unbounded_channel();
    let notices = broadcast::Sender::new(BEHIND);
    let actor = Actor { state_dir: PathBuf::new(), asked, notices, names: Names::default() };
    let (answer, mut answered) = oneshot::channel();
    let mut waiting = HashMap::from([(number, answer)]);
    for line in lines {
        let _ = serde_json::from_slice::<Greeting>(line);
        actor.heard(line, &mut waiting);
    }
    usize::from(answered.try_recv().is_ok())
}
