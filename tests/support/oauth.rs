//! A provider of tokens: its pages, its token endpoint, and the introspection by which a Dovecot asks whether a token is good.
//!
//! One for each test program, on a port of loopback. Each test has a client id of its own, and so an account at the provider of its own.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::flavour::Flavour;
use super::program;
use super::user::User;

/// What every token begins with: no log, no error and no database may hold it.
pub const MARKER: &str = "tok-91c4";

/// How the provider treats a client.
#[derive(Clone, Debug)]
pub struct Conduct {
    /// What the client has to show besides its id.
    pub secret: Option<String>,
    /// How long an access token is good, as it is said. Seconds.
    pub says_life: i64,
    /// How many refresh tokens before the newest are still taken.
    pub grace: usize,
    /// Answers of the token endpoint to give first: status and body.
    pub first: Vec<(u16, String)>,
    /// The user has said yes on the page.
    pub allowed: bool,
    /// Hangs up on the token endpoint, after it has given the token and before it says so.
    pub hangs_up: bool,
    /// Takes so long to answer there.
    pub delay: Duration,
}

impl Default for Conduct {
    fn default() -> Conduct {
        Conduct {
            secret: None,
            says_life: 3_600,
            grace: 0,
            first: Vec::new(),
            allowed: true,
            hangs_up: false,
            delay: Duration::ZERO,
        }
    }
}

/// One client, and the user behind it.
#[derive(Clone, Debug, Default)]
struct Known {
    user: String,
    conduct: Conduct,
    /// The access tokens that are good.
    access: Vec<String>,
    /// Every refresh token, the newest last.
    refresh: Vec<String>,
    revoked: bool,
    codes: HashMap<String, String>,
    asked: Vec<String>,
    issued: usize,
}

/// The provider.
pub struct Provider {
    /// Its port.
    pub port: u16,
    clients: Arc<Mutex<HashMap<String, Known>>>,
}

impl Provider {
    /// The one of this test program.
    pub fn shared() -> &'static Provider {
        static SHARED: OnceLock<Provider> = OnceLock::new();
        SHARED.get_or_init(|| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            let clients: Arc<Mutex<HashMap<String, Known>>> = Arc::default();
            let served = clients.clone();
            std::thread::spawn(move || {
                for stream in listener.incoming() {
                    let clients = served.clone();
                    std::thread::spawn(move || serve(stream.unwrap(), &clients));
                }
            });
            Provider { port, clients }
        })
    }

    /// An address of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// A client of this user's.
    pub fn register(&'static self, id: &str, user: &str, conduct: Conduct) -> Registered {
        let known = Known { user: user.to_owned(), conduct, ..Known::default() };
        self.clients.lock().unwrap().insert(id.to_owned(), known);
        Registered { provider: self, id: id.to_owned() }
    }
}

/// A client that the provider knows.
pub struct Registered {
    provider: &'static Provider,
    /// Its id.
    pub id: String,
}

impl Registered {
    fn with<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(self.provider.clients.lock().unwrap().get_mut(&self.id).unwrap())
    }

    /// Changes how it is treated from now on.
    pub fn is_treated(&self, change: impl FnOnce(&mut Conduct)) {
        self.with(|known| change(&mut known.conduct));
    }

    /// The user takes the permission back.
    pub fn is_revoked(&self) {
        self.with(|known| {
            known.revoked = true;
            known.access.clear();
        });
    }

    /// Every access token so far has ended.
    pub fn tokens_end(&self) {
        self.with(|known| known.access.clear());
    }

    /// The bodies of the requests to the token endpoint, so far.
    pub fn asked(&self) -> Vec<String> {
        self.with(|known| known.asked.clone())
    }

    /// How often tokens were renewed, or tried to be.
    pub fn renewals(&self) -> usize {
        self.asked().iter().filter(|body| body.contains("grant_type=refresh_token")).count()
    }

    /// The newest refresh token.
    pub fn newest_refresh(&self) -> String {
        self.with(|known| known.refresh.last().cloned().unwrap_or_default())
    }

    /// Waits until the token endpoint was asked `count` times.
    #[track_caller]
    pub fn was_asked(&self, count: usize) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.asked().len() < count {
            assert!(Instant::now() < deadline, "it was asked {} times", self.asked().len());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The browser of a test: opens the page, says yes (or no), and follows the redirect. The status that it gets there.
#[track_caller]
pub fn browse(page: &str) -> u16 {
    let (status, head) = get(page);
    assert_eq!(status, 302, "{page}: {head}");
    let target = head.lines().find_map(|line| line.strip_prefix("Location: ")).expect("a redirect").to_owned();
    get(&target).0
}

/// Where the provider sends a browser that has said yes.
#[track_caller]
pub fn redirect_of(page: &str) -> String {
    let (_, head) = get(page);
    head.lines().find_map(|line| line.strip_prefix("Location: ")).expect("a redirect").to_owned()
}

fn get(url: &str) -> (u16, String) {
    let rest = url.strip_prefix("http://").expect("http");
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    let mut stream = TcpStream::connect(authority).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

fn serve(stream: TcpStream, clients: &Mutex<HashMap<String, Known>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let (mut length, mut bearer, mut last) = (0, String::new(), false);
        loop {
            let mut field = String::new();
            if reader.read_line(&mut field).unwrap_or(0) == 0 || field == "\r\n" {
                break;
            }
            let (name, value) = field.trim().split_once(':').unwrap_or_default();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap(),
                "connection" => last = value.trim().eq_ignore_ascii_case("close"),
                "authorization" => bearer = value.trim().trim_start_matches("Bearer ").to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let body = String::from_utf8(body).unwrap();
        let Some((status, head, said)) = answer(&target, &bearer, &body, clients) else { return };
        let length = said.len();
        let whole = format!(
            "HTTP/1.1 {status} x\r\n{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{said}"
        );
        if stream.write_all(whole.as_bytes()).is_err() || last {
            return;
        }
    }
}

fn answer(
    target: &str,
    bearer: &str,
    body: &str,
    clients: &Mutex<HashMap<String, Known>>,
) -> Option<(u16, String, String)> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match path {
        "/introspect" => Some(introspected(bearer, clients)),
        "/authorize" => Some(authorized(&fields(query), clients)),
        "/device" => Some(coded(&fields(body), clients)),
        "/token" => token(body, clients),
        _ => Some((404, String::new(), String::new())),
    }
}

fn introspected(bearer: &str, clients: &Mutex<HashMap<String, Known>>) -> (u16, String, String) {
    let clients = clients.lock().unwrap();
    let user = clients.values().find(|known| known.access.iter().any(|token| token == bearer)).map(|known| &known.user);
    match user {
        Some(user) => (200, String::new(), format!("{{\"active\":true,\"username\":\"{user}\",\"scope\":\"mail\"}}")),
        None => (200, String::new(), "{\"active\":false}".to_owned()),
    }
}

fn authorized(query: &HashMap<String, String>, clients: &Mutex<HashMap<String, Known>>) -> (u16, String, String) {
    let mut clients = clients.lock().unwrap();
    let Some(known) = clients.get_mut(&query["client_id"]) else { return (400, String::new(), String::new()) };
    assert_eq!((query["response_type"].as_str(), query["code_challenge_method"].as_str()), ("code", "S256"));
    let (redirect, state) = (&query["redirect_uri"], &query["state"]);
    let joint = if redirect.contains('?') { '&' } else { '?' };
    let back = match known.conduct.allowed {
        true => {
            let code = format!("{MARKER}-code-{}", known.codes.len());
            known.codes.insert(code.clone(), query["code_challenge"].clone());
            format!("code={code}")
        }
        false => "error=access_denied".to_owned(),
    };
    (302, format!("Location: {redirect}{joint}{back}&state={state}\r\n"), String::new())
}

fn coded(form: &HashMap<String, String>, clients: &Mutex<HashMap<String, Known>>) -> (u16, String, String) {
    if !clients.lock().unwrap().contains_key(&form["client_id"]) {
        return (401, String::new(), "{\"error\":\"invalid_client\"}".to_owned());
    }
    let said = format!(
        "{{\"device_code\":\"{MARKER}-device\",\"user_code\":\"ABCD-1234\",\"verification_uri\":\"https://id.example/link\",\
         \"expires_in\":60,\"interval\":1}}"
    );
    (200, String::new(), said)
}

/// `None`: hangs up.
fn token(body: &str, clients: &Mutex<HashMap<String, Known>>) -> Option<(u16, String, String)> {
    let form = fields(body);
    let refused = |status, error: &str| {
        Some((status, String::new(), format!("{{\"error\":\"{error}\",\"error_description\":\"{error} it is\"}}")))
    };
    let (outcome, delay, hangs_up) = {
        let mut clients = clients.lock().unwrap();
        let Some(known) = clients.get_mut(&form["client_id"]) else { return refused(401, "invalid_client") };
        known.asked.push(body.to_owned());
        let hangs_up = known.conduct.hangs_up;
        (granted(&form, known), known.conduct.delay, hangs_up)
    };
    std::thread::sleep(delay);
    if hangs_up {
        return None;
    }
    match outcome {
        Ok(said) => Some((200, String::new(), said)),
        Err((status, said)) if said.starts_with('{') || said.starts_with('<') => Some((status, String::new(), said)),
        Err((status, error)) => refused(status, &error),
    }
}

fn granted(form: &HashMap<String, String>, known: &mut Known) -> Result<String, (u16, String)> {
    let no = |error: &str| Err((400, error.to_owned()));
    if known.conduct.secret.as_ref().is_some_and(|secret| form.get("client_secret") != Some(secret)) {
        return Err((401, "invalid_client".to_owned()));
    }
    if !known.conduct.first.is_empty() {
        return Err(known.conduct.first.remove(0));
    }
    match form["grant_type"].as_str() {
        "refresh_token" => {
            let taken =
                known.refresh.iter().rev().take(1 + known.conduct.grace).any(|one| *one == form["refresh_token"]);
            if known.revoked || !taken {
                return no("invalid_grant");
            }
        }
        "authorization_code" => {
            let challenge = known.codes.remove(&form["code"]);
            let digest = ring::digest::digest(&ring::digest::SHA256, form["code_verifier"].as_bytes());
            if challenge != Some(mailherd::logic::oauth::base64_url(digest.as_ref())) {
                return no("invalid_grant");
            }
        }
        "urn:ietf:params:oauth:grant-type:device_code" => {
            if !known.conduct.allowed {
                return no("authorization_pending");
            }
            if form["device_code"] != format!("{MARKER}-device") {
                return no("invalid_grant");
            }
        }
        _ => return no("unsupported_grant_type"),
    }
    known.revoked = false;
    known.issued += 1;
    let number = known.issued;
    let user = &known.user;
    known.access.push(format!("{MARKER}-access-{user}-{number}"));
    known.refresh.push(format!("{MARKER}-refresh-{user}-{number}"));
    Ok(format!(
        "{{\"access_token\":\"{}\",\"refresh_token\":\"{}\",\"token_type\":\"Bearer\",\"expires_in\":{}}}",
        known.access.last().unwrap(),
        known.refresh.last().unwrap(),
        known.conduct.says_life
    ))
}

fn fields(text: &str) -> HashMap<String, String> {
    mailherd::logic::oauth::parameters(text).into_iter().collect()
}

/// A Dovecot that shows each token to the provider.
pub fn flavour() -> Flavour {
    Flavour { tokens: Some((Provider::shared().port, "xoauth2 oauthbearer")), ..Flavour::PLAIN }
}

/// A user who logs in with tokens, as a client of their own. Nobody has logged in yet.
pub fn user(conduct: Conduct) -> (User, Registered) {
    user_on(flavour(), conduct)
}

/// The same on a server of this flavour.
pub fn user_on(flavour: Flavour, conduct: Conduct) -> (User, Registered) {
    let provider = Provider::shared();
    let mut user = User::new(flavour);
    let client = provider.register(&format!("client-of-{}", user.name), &user.name, conduct);
    user.unset_account("password_file").set_account("oauth2", &table(&client.id, ""));
    (user, client)
}

/// The `oauth2` of a client.
pub fn table(id: &str, more: &str) -> String {
    let provider = Provider::shared();
    let [token, device, authorize] = ["token", "device", "authorize"].map(|path| provider.url(path));
    format!(
        "{{ client_id = \"{id}\", token_url = \"{token}\", device_url = \"{device}\", authorize_url = \"{authorize}\", \
         scope = \"mail offline_access\"{more} }}"
    )
}

/// A login that is under way.
pub struct LoggingIn {
    child: Child,
    out: BufReader<ChildStdout>,
    /// What it says first: where to go.
    pub invitation: Value,
}

impl LoggingIn {
    /// `mailherd login` with these words.
    #[track_caller]
    pub fn start(user: &User, words: &[&str]) -> LoggingIn {
        let config = user.config_file();
        let words: Vec<&str> = ["--config", config.to_str().unwrap(), "login", "--json"]
            .into_iter()
            .chain(words.iter().copied())
            .collect();
        let mut command = program::command(&user.path(""), &words, &[]);
        command.stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let invitation = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        LoggingIn { child, out, invitation }
    }

    /// Its address for the browser.
    pub fn page(&self) -> &str {
        self.invitation["url"].as_str().unwrap()
    }

    /// Waits for its end: the result, and the exit status.
    pub fn ends(mut self) -> (Option<Value>, i32) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        (serde_json::from_str(&rest).ok(), code)
    }
}

/// Logs in by a code that is accepted at once.
#[track_caller]
pub fn logs_in(user: &User) {
    let (result, code) = LoggingIn::start(user, &["--device"]).ends();
    let result = result.expect("a result");
    assert_eq!((result["server_ok"].as_bool(), code), (Some(true), 0), "{result}");
}

/// The tokens as they are kept.
pub fn kept(user: &User) -> Value {
    let text = std::fs::read_to_string(user.state_dir().join("tokens/home.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}
