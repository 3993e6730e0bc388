//! A wire with scissors: forwards a connection to the server line by line, and at a chosen command holds, cuts, or lets the server do
//! it and cuts before the answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// What happens when the chosen command comes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It goes on; [`Proxy::hit`] says that it came.
    Note,
    /// It waits for [`Proxy::release`].
    Hold,
    /// The connection is cut; the server never hears of it.
    CutBefore,
    /// The server does it and answers; the connection is cut before the answer is passed on.
    CutAfter,
}

#[derive(Default)]
struct State {
    /// Text in the command, what to do, how many such commands are let through first.
    rule: Option<(String, Act, usize)>,
    hit: bool,
    released: bool,
}

/// A port that leads to the server.
pub struct Proxy {
    /// Where to connect.
    pub port: u16,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Proxy {
    /// Forwards to `target` on loopback, for as long as the test program lives.
    pub fn to(target: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else { continue };
                forward(client, server, &shared);
            }
        });
        Proxy { port, state }
    }

    /// The next command that holds `text` (upper case), after `skip` others, meets `act`, once.
    pub fn when(&self, text: &str, skip: usize, act: Act) -> &Proxy {
        *self.state.0.lock().unwrap() = State { rule: Some((text.to_owned(), act, skip)), ..State::default() };
        self
    }

    /// Waits until the chosen command has come by; false when it does not within `patience`.
    pub fn hit(&self, patience: Duration) -> bool {
        let state = self.state.0.lock().unwrap();
        let (state, _) = self.state.1.wait_timeout_while(state, patience, |state| !state.hit).unwrap();
        state.hit
    }

    /// Lets a held command go on.
    pub fn release(&self) {
        self.state.0.lock().unwrap().released = true;
        self.state.1.notify_all();
    }
}

type Shared = Arc<(Mutex<State>, Condvar)>;

/// The tag of a command whose answer is withheld.
type Withheld = Arc<Mutex<Option<Vec<u8>>>>;

fn forward(client: TcpStream, server: TcpStream, shared: &Shared) {
    let withheld = Withheld::default();
    let (answers_from, answers_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let (shared, withheld_too) = (Arc::clone(shared), Arc::clone(&withheld));
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    std::thread::spawn(move || commands(&client, &server, &shared, &withheld));
    std::thread::spawn(move || answers(&answers_from, &answers_to, &withheld_too));
}

fn cut(one: &TcpStream, other: &TcpStream) {
    // Fails when the other side has closed already, which is as good.
    let _ = (one.shutdown(Shutdown::Both), other.shutdown(Shutdown::Both));
}

fn commands(client: &TcpStream, mut server: &TcpStream, shared: &Shared, withheld: &Withheld) {
    let mut lines = BufReader::new(client);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|size| size > 0) {
        match act_for(&line, shared) {
            Some(Act::CutBefore) => break,
            Some(Act::CutAfter) => {
                *withheld.lock().unwrap() = line.split(|&byte| byte == b' ').next().map(<[u8]>::to_vec)
            }
            Some(Act::Note | Act::Hold) | None => {}
        }
        if server.write_all(&line).is_err() {
            break;
        }
        line.clear();
    }
    if withheld.lock().unwrap().is_none() {
        cut(client, server);
    }
}

/// Whether this line is the chosen one; waits when it is to be held.
fn act_for(line: &[u8], shared: &Shared) -> Option<Act> {
    let mut state = shared.0.lock().unwrap();
    let (text, act, skip) = state.rule.as_mut()?;
    if !String::from_utf8_lossy(line).to_uppercase().contains(text.as_str()) {
        return None;
    }
    if *skip > 0 {
        *skip -= 1;
        return None;
    }
    let act = *act;
    state.rule = None;
    state.hit = true;
    shared.1.notify_all();
    if act == Act::Hold {
        drop(shared.1.wait_while(state, |state| !state.released).unwrap());
    }
    Some(act)
}

fn answers(mut server: &TcpStream, mut client: &TcpStream, withheld: &Withheld) {
    let mut chunk = vec![0; 1 << 16];
    while let Ok(size @ 1..) = server.read(&mut chunk) {
        let tag = withheld.lock().unwrap().clone();
        if let Some(tag) = tag {
            swallow_until(server, chunk[..size].to_vec(), &tag);
            break;
        }
        if client.write_all(&chunk[..size]).is_err() {
            break;
        }
    }
    cut(server, client);
}

/// Reads on until the server has answered the command of this tag, so that it has certainly done it.
fn swallow_until(mut server: &TcpStream, mut seen: Vec<u8>, tag: &[u8]) {
    let tagged = [b"\r\n", tag, b" "].concat();
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut chunk = vec![0; 1 << 16];
    let answered =
        |seen: &[u8]| seen.starts_with(&tagged[2..]) || seen.windows(tagged.len()).any(|window| window == tagged);
    while !answered(&seen) && Instant::now() < deadline {
        let Ok(size @ 1..) = server.read(&mut chunk) else { return };
        seen.extend_from_slice(&chunk[..size]);
    }
}
