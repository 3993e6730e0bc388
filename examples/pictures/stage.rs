//! The demo's mailbox after a pass of the real engine, at a time that does not move, with the terminal UI in front of it.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use jiff::tz::TimeZone;
use mailherd::backtest::Trial;
use mailherd::config::{self, Account, Config, ThemeName};
use mailherd::daemon::queries::{Queries, journal_row};
use mailherd::daemon::{Asking, Setting, Watcher, backtest, inspect, pass};
use mailherd::demo::mailbox;
use mailherd::demo::server::{Options, Server};
use mailherd::logic::engine::*;
use mailherd::logic::fault::Fault;
use mailherd::logic::ids::{Address, FolderName, MessageId, UnixTime};
use mailherd::logic::signals::Weights;
use mailherd::store::{LogFilter, Store};
use mailherd::tui::effect::Effect;
use mailherd::tui::keymap::key;
use mailherd::tui::message::Message;
use mailherd::tui::model::Model;
use mailherd::tui::theme::Theme;
use mailherd::tui::update::update;
use mailherd::tui::view;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

/// Saturday, 21 November 2026, 14:03 UTC. Whatever is asked is answered for this moment.
const NOW: UnixTime = UnixTime(1_795_269_780);

/// Columns and rows of the pictures.
const SIZE: Size = Size::new(112, 30);

/// Name of the file, what is seen, and the keys that lead there from the one before.
pub const PICTURES: [(&str, &str, &str); 4] = [
    ("mail", "The screen Mail: News, and beside it why the selected message is there", "l l j j"),
    ("why", "Why one message is in Top: the reasons, which add up, the sender, and what was done", "h j w"),
    ("senders", "The screen Senders: whom mail comes from, ranked, with the last 26 weeks", "Esc 2 j j w"),
    ("stats", "The screen Stats: mail per day by category, and what that cost", "4 l"),
];

/// See the module.
pub struct Stage {
    server: Server,
    runtime: tokio::runtime::Runtime,
    config: Config,
    queries: Queries,
    model: Model,
    _folder: tempfile::TempDir,
}

/// Nobody is asked, nobody is told.
struct Nobody;

impl Asking for Nobody {
    fn ask(&self, _question: &str) -> Option<bool> {
        None
    }
}

impl Watcher for Nobody {
    fn reading(&self, _account: &str, _folder: &FolderName, _done: u64, _total: u64) {}
    fn filing(&self, _account: &str, _done: u64, _total: u64) {}
    fn note(&self, _account: &str, _text: &str) {}
    fn advise(&self, _account: &str, _text: &str, _hint: &str) {}
}

impl Stage {
    /// Everything from the mailbox to the inbox on the screen.
    ///
    /// # Errors
    /// Those of the engine, and of the directory for its state.
    pub fn build() -> Result<Stage, Fault> {
        let folder = tempfile::tempdir().map_err(trouble)?;
        let mailbox = mailbox::generate(1, NOW);
        let (own, options) = (mailbox.addresses.clone(), Options::default());
        let server = Server::start_in_thread(mailbox, options.clone()).map_err(trouble)?;
        let config = config(folder.path(), &own, &options, server.port())?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(trouble)?;
        runtime.block_on(work(&config))?;
        let model = Model::new(NOW, TimeZone::UTC, SIZE, Theme::new(ThemeName::Default, true));
        let queries = Queries::default();
        let mut stage = Stage { server, runtime, config, queries, model, _folder: folder };
        let first = stage.model.start();
        stage.carry_out(first);
        Ok(stage)
    }

    /// Presses keys, with blanks between their names.
    pub fn press(&mut self, keys: &str) {
        for name in keys.split_whitespace() {
            let event = key::parse(name).unwrap_or_else(|| panic!("there is no key called {name}"));
            self.tell(Message::Key(event));
        }
        self.tell(Message::Rest);
    }

    /// What is on the screen.
    pub fn frame(&self) -> Buffer {
        let mut buffer = Buffer::empty(Rect::from((ratatui::layout::Position::ORIGIN, SIZE)));
        view::draw(&self.model, &mut buffer);
        buffer
    }

    /// Ends the server.
    pub fn end(self) {
        self.runtime.block_on(self.server.stop());
    }

    fn tell(&mut self, message: Message) {
        let effects = update(&mut self.model, message).unwrap_or_default();
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Ask(ticket, request) = effect {
                let answer = self.answer(&request);
                self.tell(Message::Reply(ticket, answer));
            }
        }
    }

    fn answer(&mut self, request: &Request) -> Answer {
        if let Some(answer) = self.queries.answer(&self.config, request, NOW) {
            return answer;
        }
        match request {
            Request::Health => Ok(Reply::Health(vec![live(&self.config.accounts[0])])),
            Request::Why(key) => self.why(key).map(|why| Reply::Why(Box::new(why))),
            _ => Err(Fault::refused("pictures change nothing", "press keys that only look")),
        }
    }

    fn why(&mut self, key: &MessageKey) -> Result<WhyReply, Fault> {
        let id = self.message_id(key).ok_or_else(|| Fault::refused("mailherd did not move it", "choose another"))?;
        let (config, account) = (&self.config, &self.config.accounts[0]);
        let found = self.runtime.block_on(inspect::why(config, &setting(account), &id))?;
        let why = found.ok_or_else(|| Fault::refused("it is not there", "choose another"))?;
        let judged = why.planned;
        let address = judged.from.as_deref().and_then(Address::parse);
        let row = match &address {
            Some(address) => self.queries.sender(config, &account.name, address, NOW)?,
            None => None,
        };
        Ok(WhyReply {
            key: key.clone(),
            message_id: Some(id.as_str().to_owned()),
            headers: vec![
                ("From".into(), address.as_ref().map(ToString::to_string).unwrap_or_default()),
                ("To".into(), account.email.to_string()),
                ("Subject".into(), judged.subject),
            ],
            category: judged.category,
            importance: judged.importance,
            reasons: judged.reasons,
            sender: row.map(|row| SenderDetail { words: sentences(&row), row }),
            order: None,
            history: why.history.into_iter().map(journal_row).collect(),
            falls: None,
            unsubscribe: None,
        })
    }

    /// The Message-ID of what mailherd moved to this place.
    fn message_id(&self, key: &MessageKey) -> Option<MessageId> {
        let rows = Store::open(&self.config.state_dir).ok()?.log(LogFilter::default()).ok()?;
        let here = rows.into_iter().find(|row| row.intent.to == key.folder && row.to_uid == Some(key.uid));
        here?.intent.message_id
    }
}

/// A backtest, so that the harm is known, and one pass.
async fn work(config: &Config) -> Result<(), Fault> {
    let account = &config.accounts[0];
    let setting = setting(account);
    let mut trial = Trial::new(account.own_addresses(), account.caution, None, Weights::built_in().clone());
    backtest::replay(&setting, &[], &mut trial, |_, _| Ok(())).await?;
    backtest::remember(config, account, NOW, &trial.finish())?;
    let mut run = pass::PassRun::new("pass", None);
    pass::pass(config, &setting, &mut run).await.1
}

fn setting(account: &Account) -> Setting<'_> {
    Setting { account, now: NOW, yes: true, asking: &Nobody, watcher: &Nobody }
}

/// Its config, as a user would write it.
fn config(folder: &Path, own: &[String], options: &Options, port: u16) -> Result<Config, Fault> {
    let secret = folder.join("password");
    let mut file = std::fs::OpenOptions::new();
    let file = file.write(true).create_new(true).mode(0o600).open(&secret).map_err(trouble)?;
    (&file).write_all(options.password.as_bytes()).map_err(trouble)?;
    let text = format!(
        "mode = \"file\"\nstate_dir = \"state\"\nbacklog_days = 36500\n\
         [[accounts]]\nname = \"demo\"\nemail = {:?}\naliases = {:?}\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n\
         username = {:?}\npassword_file = \"password\"\n",
        own[0],
        &own[1..],
        options.user
    );
    let path = folder.join("config.toml");
    std::fs::write(&path, text).map_err(trouble)?;
    config::load(&path)
}

fn trouble(error: std::io::Error) -> Fault {
    Fault::local(error.to_string(), "look at the temporary directory")
}

fn live(account: &Account) -> Health {
    Health {
        account: account.name.clone(),
        email: account.email.to_string(),
        server: "127.0.0.1".into(),
        state: AccountState::Live,
        files: true,
        last_byte: Some(NOW),
        asked: None,
        last_pass: Some(NOW),
        next: None,
        queue: 0,
        fault: None,
        progress: None,
        held: None,
        capabilities: Vec::new(),
        advice: Vec::new(),
        program_moves: 0,
        unreadable: Vec::new(),
    }
}

fn sentences(row: &SenderRow) -> Vec<String> {
    let mut words = vec![format!("{} mails received, {} of them read", row.received, row.read)];
    if row.replied > 0 {
        words.push(format!("you answered {}, and sent {}", row.replied, row.sent_to));
    }
    words
}
