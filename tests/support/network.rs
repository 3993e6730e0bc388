//! A network between the program and the server, with weather: slow, frozen without a word, cut, or down.
//!
//! It knows nothing of IMAP. To strike at a chosen command put a [`Proxy`](super::proxy::Proxy) behind it, which says when
//! that command comes by.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A port that leads to the server.
pub struct Network {
    /// Where to connect.
    pub port: u16,
    weather: Arc<Weather>,
}

#[derive(Default)]
struct Weather {
    /// Of each direction, in milliseconds.
    delay: AtomicU64,
    frozen: AtomicBool,
    down: AtomicBool,
    /// That were carried, in both directions.
    bytes: AtomicU64,
    links: Mutex<Vec<Arc<Link>>>,
    recording: AtomicBool,
    /// Whole connections, from the client and from the server.
    recorded: Mutex<Vec<[Record; 2]>>,
}

type Record = Arc<Mutex<Vec<u8>>>;

/// One connection, both ends of it. Kept for as long as the network is, so that nobody hears of the end of a frozen one.
struct Link {
    client: TcpStream,
    server: Option<TcpStream>,
    frozen: AtomicBool,
}

impl Network {
    /// Forwards to `target` on loopback, for as long as the test program lives.
    pub fn to(target: u16) -> Network {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let weather = Arc::new(Weather::default());
        let shared = Arc::clone(&weather);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                connect(client, target, &shared);
            }
        });
        Network { port, weather }
    }

    /// From now on each byte takes this long in each direction; a round trip takes twice as long.
    pub fn delay(&self, one_way: Duration) {
        self.weather.delay.store(one_way.as_millis().try_into().unwrap(), Ordering::SeqCst);
    }

    /// From now on no byte arrives, in either direction, and no end of a connection either: packets are dropped. Who
    /// connects hears nothing.
    pub fn freeze(&self) {
        self.weather.frozen.store(true, Ordering::SeqCst);
        self.weather.links.lock().unwrap().iter().for_each(|link| link.frozen.store(true, Ordering::SeqCst));
    }

    /// New connections work again. The frozen ones stay as they are: the router has forgotten them.
    pub fn thaw(&self) {
        self.weather.frozen.store(false, Ordering::SeqCst);
    }

    /// Ends all connections. New ones work.
    pub fn cut(&self) {
        self.weather.links.lock().unwrap().drain(..).for_each(|link| link.end());
    }

    /// From now on ends new connections at once. The old ones go on, for as long as the server lets them.
    pub fn closed(&self) {
        self.weather.down.store(true, Ordering::SeqCst);
    }

    /// Ends all connections, and new ones at once.
    pub fn down(&self) {
        self.closed();
        self.cut();
    }

    /// New connections work again.
    pub fn up(&self) {
        self.weather.down.store(false, Ordering::SeqCst);
    }

    /// How many bytes it has carried, in both directions.
    pub fn bytes(&self) -> u64 {
        self.weather.bytes.load(Ordering::SeqCst)
    }

    /// From now on writes down what new connections carry. What was written before is forgotten.
    pub fn record(&self) {
        self.weather.recording.store(true, Ordering::SeqCst);
        self.weather.recorded.lock().unwrap().clear();
    }

    /// What was carried from the clients, or to them, connection by connection.
    pub fn recorded(&self, from_clients: bool) -> Vec<Vec<u8>> {
        let recorded = self.weather.recorded.lock().unwrap();
        recorded.iter().map(|both| both[usize::from(!from_clients)].lock().unwrap().clone()).collect()
    }

    /// How many connections were made since the last cut.
    pub fn connections(&self) -> usize {
        self.weather.links.lock().unwrap().len()
    }
}

impl Link {
    fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::SeqCst)
    }

    fn end(&self) {
        // Fails when the other side has closed already, which is as good.
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.as_ref().map(|server| server.shutdown(Shutdown::Both));
    }
}

fn connect(client: TcpStream, target: u16, weather: &Arc<Weather>) {
    if weather.down.load(Ordering::SeqCst) {
        return;
    }
    let frozen = weather.frozen.load(Ordering::SeqCst);
    let server = if frozen { None } else { TcpStream::connect(("127.0.0.1", target)).ok() };
    if !frozen && server.is_none() {
        return;
    }
    let _ = client.set_nodelay(true);
    let link = Arc::new(Link { client, server, frozen: AtomicBool::new(frozen) });
    weather.links.lock().unwrap().push(Arc::clone(&link));
    let Some(server) = &link.server else { return };
    let _ = server.set_nodelay(true);
    let mut records = [None, None];
    if weather.recording.load(Ordering::SeqCst) {
        let both = [Record::default(), Record::default()];
        weather.recorded.lock().unwrap().push(both.clone());
        records = both.map(Some);
    }
    let [said, answered] = records;
    lane(link.client.try_clone().unwrap(), server.try_clone().unwrap(), &link, weather, said);
    lane(server.try_clone().unwrap(), link.client.try_clone().unwrap(), &link, weather, answered);
}

/// Carries bytes in one direction: one thread takes them, another hands them over when they are due, so that a long
/// way makes nothing narrow.
fn lane(from: TcpStream, to: TcpStream, link: &Arc<Link>, weather: &Arc<Weather>, record: Option<Record>) {
    let (sender, receiver) = channel();
    let (weather, arriving) = (Arc::clone(weather), Arc::clone(link));
    std::thread::spawn(move || take(from, &sender, &weather, record.as_deref()));
    std::thread::spawn(move || hand_over(to, &receiver, &arriving));
}

fn take(mut from: TcpStream, lane: &Sender<(Instant, Vec<u8>)>, weather: &Weather, record: Option<&Mutex<Vec<u8>>>) {
    let mut chunk = vec![0; 1 << 16];
    while let Ok(size @ 1..) = from.read(&mut chunk) {
        weather.bytes.fetch_add(size as u64, Ordering::SeqCst);
        if let Some(record) = record {
            record.lock().unwrap().extend(&chunk[..size]);
        }
        let delay = Duration::from_millis(weather.delay.load(Ordering::SeqCst));
        if lane.send((Instant::now() + delay, chunk[..size].to_vec())).is_err() {
            return;
        }
    }
}

fn hand_over(mut to: TcpStream, lane: &Receiver<(Instant, Vec<u8>)>, link: &Link) {
    for (due, bytes) in lane {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        if !link.is_frozen() && to.write_all(&bytes).is_err() {
            break;
        }
    }
    if !link.is_frozen() {
        link.end();
    }
}
