//! A wire with scissors: forwards a connection to the server line by line, and at a chosen command, or byte, holds, cuts, or lets the
//! server do it and cuts before the answer.

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
    /// It waits for [`Proxy::release`], and then the connection is cut; the server never hears of it.
    HoldAndCut,
    /// The connection is cut; the server never hears of it.
    CutBefore,
    /// The server does it and answers; the connection is cut before the answer is passed on.
    CutAfter,
    /// The same, but the connection is cut after [`Proxy::release`] only; [`Proxy::hit`] says that the answer came.
    Withhold,
    /// The connection is cut for the client; the server hears the command just before the one that comes as this one after it, on
    /// whatever connection.
    Late(usize),
}

/// A place in the traffic.
enum Rule {
    /// Text in a command, what to do, how many such commands are let through first.
    Command(String, Act, usize),
    /// So many bytes from the server, then [`Act::CutBefore`] or [`Act::HoldAndCut`].
    Bytes(u64, Act),
}

/// Where somebody waits for [`Proxy::release`].
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn wait(&self) {
        drop(self.opened.wait_while(self.open.lock().unwrap(), |open| !*open).unwrap());
    }

    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

#[derive(Default)]
struct State {
    rule: Option<Rule>,
    hit: bool,
    gate: Arc<Gate>,
    /// Nobody is let in any more once the rule has struck.
    then_closed: bool,
    /// How many commands came by.
    commands: usize,
    /// Those that the server has not heard yet.
    late: Vec<Late>,
}

/// A command of a connection that the client believes to be dead.
struct Late {
    server: TcpStream,
    line: Vec<u8>,
    /// It comes before this command.
    due: usize,
    /// Opened when it was answered, or never will be.
    answered: Arc<Gate>,
}

impl Late {
    fn arrive(mut self) {
        if self.server.write_all(&self.line).is_ok() {
            self.answered.wait();
        }
    }
}

impl State {
    /// How many of these bytes from the server go on, and what then.
    fn let_through(&mut self, size: usize) -> (usize, Option<Act>) {
        let Some(Rule::Bytes(left, act)) = &mut self.rule else { return (size, None) };
        if *left > size as u64 {
            *left -= size as u64;
            return (size, None);
        }
        let (rest, act) = (*left as usize, *act);
        self.rule = None;
        (rest, Some(act))
    }
}

/// A port that leads to the server.
pub struct Proxy {
    /// Where to connect.
    pub port: u16,
    state: Shared,
}

impl Proxy {
    /// Forwards to `target` on loopback, for as long as the test program lives.
    pub fn to(target: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Shared::default();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let closed = {
                    let state = shared.0.lock().unwrap();
                    state.then_closed && state.hit
                };
                if closed {
                    continue;
                }
                let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else { continue };
                forward(client, server, &shared);
            }
        });
        Proxy { port, state }
    }

    /// The next command that holds `text` (upper case), after `skip` others, meets `act`, once.
    pub fn when(&self, text: &str, skip: usize, act: Act) -> &Proxy {
        self.begin(Some(Rule::Command(text.to_owned(), act, skip)))
    }

    /// When the server has sent so many bytes, the connection is cut, or held and cut, once.
    pub fn after(&self, bytes: u64, act: Act) -> &Proxy {
        self.begin(Some(Rule::Bytes(bytes, act)))
    }

    /// Once the rule has struck, nobody is let in.
    pub fn then_closed(&self) -> &Proxy {
        self.state.0.lock().unwrap().then_closed = true;
        self
    }

    /// Nothing happens any more, until the next rule.
    pub fn forget(&self) {
        self.begin(None);
    }

    fn begin(&self, rule: Option<Rule>) -> &Proxy {
        let mut state = self.state.0.lock().unwrap();
        let (commands, late) = (state.commands, std::mem::take(&mut state.late));
        let before = std::mem::replace(&mut *state, State { rule, commands, late, ..State::default() });
        drop(state);
        before.gate.open();
        self
    }

    /// Waits until the chosen command has come by; false when it does not within `patience`.
    pub fn hit(&self, patience: Duration) -> bool {
        let state = self.state.0.lock().unwrap();
        let (state, _) = self.state.1.wait_timeout_while(state, patience, |state| !state.hit).unwrap();
        state.hit
    }

    /// How many commands of dead connections the server has not heard yet.
    pub fn late(&self) -> usize {
        self.state.0.lock().unwrap().late.len()
    }

    /// It hears them now, and has carried them out when this returns.
    pub fn late_ones_arrive(&self) {
        arrive_before(&self.state, usize::MAX);
    }

    /// Lets a held command go on.
    pub fn release(&self) {
        self.state.0.lock().unwrap().gate.open();
    }
}

type Shared = Arc<(Mutex<State>, Condvar)>;

fn strike(shared: &Shared) {
    shared.0.lock().unwrap().hit = true;
    shared.1.notify_all();
}

fn arrive_before(shared: &Shared, number: usize) {
    let due: Vec<Late> = shared.0.lock().unwrap().late.extract_if(.., |late| late.due <= number).collect();
    due.into_iter().for_each(Late::arrive);
}

/// A command whose answer is withheld.
#[derive(Clone)]
struct Kept {
    tag: Vec<u8>,
    /// What its end waits for.
    gate: Option<Arc<Gate>>,
    /// Opened when the answer was there.
    answered: Option<Arc<Gate>>,
}

type Withheld = Arc<Mutex<Option<Kept>>>;

fn forward(client: TcpStream, server: TcpStream, shared: &Shared) {
    let withheld = Withheld::default();
    let (answers_from, answers_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let (shared, shared_too, withheld_too) = (Arc::clone(shared), Arc::clone(shared), Arc::clone(&withheld));
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    std::thread::spawn(move || commands(&client, &server, &shared, &withheld));
    std::thread::spawn(move || answers(&answers_from, &answers_to, &shared_too, &withheld_too));
}

fn cut(one: &TcpStream, other: &TcpStream) {
    // Fails when the other side has closed already, which is as good.
    let _ = (one.shutdown(Shutdown::Both), other.shutdown(Shutdown::Both));
}

fn commands(client: &TcpStream, mut server: &TcpStream, shared: &Shared, withheld: &Withheld) {
    let mut lines = BufReader::new(client);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|size| size > 0) {
        let keep = |gate: Option<Arc<Gate>>, answered: Option<Arc<Gate>>| {
            let tag = line.split(|&byte| byte == b' ').next().unwrap_or_default().to_vec();
            *withheld.lock().unwrap() = Some(Kept { tag, gate, answered });
        };
        let number = {
            let mut state = shared.0.lock().unwrap();
            state.commands += 1;
            state.commands
        };
        arrive_before(shared, number);
        match act_for(&line, shared) {
            Some((Act::CutBefore, _)) => break,
            Some((Act::Hold, gate)) => gate.wait(),
            Some((Act::HoldAndCut, gate)) => {
                gate.wait();
                break;
            }
            Some((Act::CutAfter, _)) => keep(None, None),
            Some((Act::Withhold, gate)) => keep(Some(gate), None),
            // It would ask the client for more.
            Some((Act::Late(_), _)) if String::from_utf8_lossy(&line).to_uppercase().contains("AUTHENTICATE") => break,
            Some((Act::Late(count), _)) => {
                let answered = Arc::<Gate>::default();
                keep(None, Some(Arc::clone(&answered)));
                let server = server.try_clone().unwrap();
                shared.0.lock().unwrap().late.push(Late { server, line, due: number + count, answered });
                // Fails when the client has hung up already, which is as good.
                let _ = client.shutdown(Shutdown::Both);
                return;
            }
            Some((Act::Note, _)) | None => {}
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

/// Whether this line is the chosen one.
fn act_for(line: &[u8], shared: &Shared) -> Option<(Act, Arc<Gate>)> {
    let mut state = shared.0.lock().unwrap();
    let Some(Rule::Command(text, act, skip)) = &mut state.rule else { return None };
    if !String::from_utf8_lossy(line).to_uppercase().contains(text.as_str()) {
        return None;
    }
    if *skip > 0 {
        *skip -= 1;
        return None;
    }
    let act = *act;
    state.rule = None;
    let gate = Arc::clone(&state.gate);
    drop(state);
    if act != Act::Withhold {
        strike(shared);
    }
    Some((act, gate))
}

fn answers(mut server: &TcpStream, mut client: &TcpStream, shared: &Shared, withheld: &Withheld) {
    let mut chunk = vec![0; 1 << 16];
    while let Ok(size @ 1..) = server.read(&mut chunk) {
        let kept = withheld.lock().unwrap().clone();
        if let Some(Kept { tag, gate, .. }) = kept {
            swallow_until(server, chunk[..size].to_vec(), &tag);
            if let Some(gate) = gate {
                strike(shared);
                gate.wait();
            }
            break;
        }
        let ((through, act), gate) = {
            let mut state = shared.0.lock().unwrap();
            (state.let_through(size), Arc::clone(&state.gate))
        };
        let written = client.write_all(&chunk[..through]).is_ok();
        if act.is_some() {
            strike(shared);
        }
        if act == Some(Act::HoldAndCut) {
            gate.wait();
        }
        if act.is_some() || !written {
            break;
        }
    }
    cut(server, client);
    if let Some(answered) = withheld.lock().unwrap().as_ref().and_then(|kept| kept.answered.as_ref()) {
        answered.open();
    }
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
