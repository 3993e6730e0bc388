//! The daemon's end of the control socket.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::line::{Lines, Next, line};
use super::place::Bound;
use super::{Greeting, LONGEST_REQUEST, Said, Told, VERSION};
use crate::daemon::engine::Link;
use crate::logic::fault::Fault;

/// Faces at a time.
const CLIENTS: usize = 64;
/// Requests of one face at a time; it is not listened to while it has more.
const AT_ONCE: usize = 64;
/// Lines that wait for one face. Who reads slowly is told of fewer notices, not of old ones.
const BEHIND: usize = 32;
/// Lines that make no sense, before the connection is ended.
const PATIENCE: u32 = 16;
/// A face that takes no byte for so long is let go; it may come again.
const STUCK: Duration = Duration::from_secs(60);

/// The socket on which faces are answered. Dropping it ends all connections and takes the socket away.
pub(in crate::daemon) struct Server {
    bound: Bound,
    listener: UnixListener,
}

impl Server {
    /// Makes the socket. The caller is the only daemon of this state directory.
    ///
    /// # Errors
    /// Local, when it cannot be made; refused, when a daemon answers there.
    pub(in crate::daemon) fn bind(state_dir: &Path) -> Result<Server, Fault> {
        let bound = Bound::make(state_dir)?;
        let listener = bound.listener.try_clone().and_then(UnixListener::from_std).map_err(|error| {
            let cause = format!("cannot listen on {}: {error}", bound.path.display());
            Fault::local(cause, "look at the limits of this process (ulimit -a)")
        })?;
        Ok(Server { bound, listener })
    }

    /// Where it is.
    pub(in crate::daemon) fn path(&self) -> PathBuf {
        self.bound.path.clone()
    }

    /// Answers, until this is dropped.
    pub(in crate::daemon) async fn serve(&self, link: &Link) {
        let own = rustix::process::geteuid().as_raw();
        let mut clients = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) if clients.len() < CLIENTS => {
                        let peer = stream.peer_cred().ok().map(|peer| peer.uid());
                        if peer.is_some_and(|peer| may_ask(peer, own)) {
                            clients.spawn(serve(stream, link.clone()));
                        } else {
                            tracing::warn!(uid = peer, "another user is not answered on the control socket");
                        }
                    }
                    Ok(_) => tracing::warn!("more than {CLIENTS} faces at a time: one is sent away"),
                    Err(error) => {
                        tracing::warn!(%error, "the control socket");
                        // Out of file descriptors: not again at once.
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                },
                Some(_) = clients.join_next() => {}
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.bound.remove();
    }
}

/// Whether this user may ask a daemon that runs as `own`. Root may do anything anyway.
fn may_ask(peer: u32, own: u32) -> bool {
    peer == own || peer == 0
}

/// One face, from its greeting to its end.
async fn serve(stream: UnixStream, link: Link) {
    let (read, write) = stream.into_split();
    let (say, lines) = mpsc::channel(BEHIND);
    let mut tasks = JoinSet::new();
    let greeting =
        Greeting { mailherd: VERSION, version: env!("CARGO_PKG_VERSION").to_owned(), accounts: link.accounts() };
    let _ = say.send(line(&greeting)).await;
    let mut writer = JoinSet::new();
    writer.spawn(write_lines(write, lines));
    let face = Face { link, say, turns: Arc::new(Semaphore::new(AT_ONCE)) };
    let reader = face.listen_to(Lines::new(read, LONGEST_REQUEST), &mut tasks);
    let ending = tokio::select! {
        _ = writer.join_next() => return,
        ending = reader => ending,
    };
    // A script that has said everything (`printf … | socat`) still gets its answers; who listened is gone.
    while ending == Ending::Asked && tasks.join_next().await.is_some() {}
    // What was asked for is done all the same.
    tasks.shutdown().await;
    writer.join_next().await;
}

/// How a face ends.
#[derive(PartialEq, Eq)]
enum Ending {
    /// It asked, and says no more.
    Asked,
    /// It listened and is gone, or made no sense.
    Gone,
}

struct Face {
    link: Link,
    say: mpsc::Sender<Option<String>>,
    turns: Arc<Semaphore>,
}

impl Face {
    async fn listen_to<R: tokio::io::AsyncRead + Unpin>(self, mut lines: Lines<R>, tasks: &mut JoinSet<()>) -> Ending {
        let (mut bad, mut listens) = (0, false);
        loop {
            while tasks.try_join_next().is_some() {}
            let said = match lines.next().await {
                Ok(Next::Line(line)) => read(&line),
                Ok(Next::TooLong) => Err((None, too_long())),
                Ok(Next::End) | Err(_) => return if listens { Ending::Gone } else { Ending::Asked },
            };
            let said = match said {
                Ok(said) => said,
                Err((id, fault)) => {
                    self.tell(&Told { id, fault: Some(fault), ..Told::default() }).await;
                    bad += 1;
                    if bad > PATIENCE {
                        return Ending::Gone;
                    }
                    continue;
                }
            };
            if said.listen && !listens {
                listens = true;
                tasks.spawn(notices(self.link.clone(), self.say.clone()));
            }
            if let Some(request) = said.ask {
                let Ok(turn) = self.turns.clone().acquire_owned().await else { return Ending::Gone };
                let (link, say) = (self.link.clone(), self.say.clone());
                tasks.spawn(async move {
                    let (reply, fault) = match link.ask(request).await {
                        Ok(reply) => (Some(reply), None),
                        Err(fault) => (None, Some(fault)),
                    };
                    let _ = say.send(line(&Told { id: said.id, reply, fault, notice: None })).await;
                    drop(turn);
                });
            }
        }
    }

    async fn tell(&self, told: &Told) {
        let _ = self.say.send(line(told)).await;
    }
}

/// What a line says; else its number, where there is one, and what is wrong with it.
pub(super) fn read(text: &[u8]) -> Result<Said, (Option<u64>, Fault)> {
    #[derive(serde::Deserialize)]
    struct Numbered {
        id: Option<u64>,
    }
    match serde_json::from_slice::<Said>(text) {
        Ok(said) if said.ask.is_none() && !said.listen => {
            Err((said.id, Fault::usage("the line asks for nothing", "say {\"id\":1,\"ask\":\"health\"}")))
        }
        Ok(said) => Ok(said),
        Err(error) => {
            let id = serde_json::from_slice::<Numbered>(text).ok().and_then(|numbered| numbered.id);
            // The error may quote the line.
            let error = crate::logic::printable::Printable::new(&error.to_string()).to_string();
            let cause = format!("the line was not understood: {}", error.chars().take(200).collect::<String>());
            Err((
                id,
                Fault::usage(cause, "a newer mailherd may ask an older daemon for what it does not know: restart it"),
            ))
        }
    }
}

fn too_long() -> Fault {
    Fault::usage("the line is longer than 1 MiB", "ask for less at a time")
}

/// Tells what happens. While nothing can be written the notices pile up in the channel of the engine, which replaces them by
/// "everything changed" when they are too many.
async fn notices(link: Link, say: mpsc::Sender<Option<String>>) {
    let mut notices = link.notices();
    while let Some(notice) = notices.next().await {
        if say.send(line(&Told { notice: Some(notice), ..Told::default() })).await.is_err() {
            return;
        }
    }
}

async fn write_lines(mut to: impl AsyncWrite + Unpin, mut lines: mpsc::Receiver<Option<String>>) {
    while let Some(line) = lines.recv().await {
        let Some(line) = line else { continue };
        let written = timeout(STUCK, to.write_all(line.as_bytes())).await;
        if !matches!(written, Ok(Ok(()))) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::engine::Request;

    #[test]
    fn only_the_same_user_and_root_may_ask() {
        assert!(may_ask(1000, 1000) && may_ask(0, 1000) && may_ask(0, 0));
        assert!(!may_ask(1001, 1000) && !may_ask(65534, 0));
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_number() {
        assert_eq!(read(b"{\"id\":7,\"ask\":\"health\"}").unwrap().ask, Some(Request::Health));
        assert!(read(b"{\"listen\":true}").unwrap().listen);
        for (text, id) in [
            (&b"{\"id\":7,\"ask\":\"sing\"}"[..], Some(7)),
            (b"{\"id\":7}", Some(7)),
            (b"{\"id\":\"7\",\"ask\":\"health\"}", None),
            (b"", None),
            (b"[]", None),
            (b"\xff\xfe", None),
        ] {
            let (found, fault) = read(text).unwrap_err();
            assert_eq!((found, fault.kind), (id, crate::logic::fault::FaultKind::Usage), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
            let _ = read(&bytes);
        }

        #[test]
        fn nested_lines_are_read_without_harm(depth in 0_usize..100_000, open in "[\\[{]", key in "[a-z\"]{0,6}") {
            let text = format!("{{\"id\":1,\"ask\":{}", format!("{open}{key}").repeat(depth));
            proptest::prop_assert!(read(text.as_bytes()).is_err());
        }
    }
}
