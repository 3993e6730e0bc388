//! A new user's first minutes, typed into a terminal of a clean system on which the package has just been installed: see scripts/trial.
//! Prints what is on the terminal, and how long each step was waited for.
//!
//! `trial INSIDE` runs a command there as that user by `INSIDE COMMAND…`.

#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "the trial needs a part of the test bench")]
mod support;

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use mailherd::demo::mailbox;
use mailherd::logic::ids::UnixTime;
use support::cast;
use support::client::Client;
use support::dovecot::PASSWORD;
use support::flavour::Flavour;
use support::mail::Mail;
use support::response::Stored;
use support::screen::Screen;
use support::server::Server;

const LOGIN: &str = "robin";
const ADDRESS: &str = "robin@maren.example";
/// What a letter may take until it is filed.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    let inside = std::env::args().nth(1).expect("scripts/trial says how commands are run");
    let server = Server::start(Flavour::SELF_SIGNED);
    let messages = year_of_mail(&server);
    println!("a private Dovecot with a certificate that it signed itself, and {messages} messages of a year\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shell = ["env", "PS1=[\\#] $ ", "bash", "--norc", "--noprofile", "--noediting", "-i"];
    let mut trial = Trial {
        screen: Screen::run(Path::new(&inside), folder.path(), &shell, 120, 400),
        commands: 1,
        steps: Vec::new(),
    };
    trial.screen.sees("[1] $ ");
    set_up(&mut trial, &server);
    for command in ["mailherd doctor", "mailherd plan --limit 3", "mailherd log --limit 3"] {
        trial.types(command, command);
    }
    daemon(&mut trial, &server);
    trial.tell();
}

/// One terminal, in which one shell runs.
struct Trial {
    screen: Screen,
    /// The number in the shell's prompt.
    commands: u32,
    steps: Vec<(String, Duration)>,
}

impl Trial {
    /// Enters a line, and waits for the next prompt.
    fn types(&mut self, what: &str, line: &str) {
        let start = Instant::now();
        self.commands += 1;
        let prompt = format!("[{}] $ ", self.commands);
        self.screen.press(&format!("{line}\r")).sees(&prompt);
        self.steps.push((what.to_owned(), start.elapsed()));
    }

    /// Waits for a question, and answers it.
    fn answers(&mut self, question: &str, answer: &str) {
        let start = Instant::now();
        self.screen.sees(question).press(&format!("{answer}\r"));
        self.steps.push((format!("setup, until it asks: {question}"), start.elapsed()));
    }

    fn tell(&self) {
        for line in self.screen.text().lines() {
            println!("  {line}");
        }
        println!("\nwaited for:");
        for (what, took) in &self.steps {
            println!("{:8.1} s  {what}", took.as_secs_f64());
        }
        let all: Duration = self.steps.iter().map(|(_, took)| *took).sum();
        println!("{:8.1} min in all, without the reading of a person", all.as_secs_f64() / 60.0);
    }
}

/// The demo's year of mail on a real server; how many messages that is.
fn year_of_mail(server: &Server) -> usize {
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("a clock").as_secs();
    let account = mailbox::generate(1, UnixTime(i64::try_from(now).expect("a time")));
    let mut client = Client::login(server.port, LOGIN, PASSWORD);
    let mut messages = 0;
    // Those with a name that the bench's client does not spell are left out.
    for folder in account.folders.iter().filter(|folder| folder.name.is_ascii()) {
        let stored = |message: &mailbox::Message| Stored {
            flags: message.flags.iter().filter(|flag| *flag != "\\Recent").cloned().collect(),
            internal_date: internal_date(message.internaldate),
            bytes: message.bytes.to_vec(),
            uid: 0,
        };
        let mail: Vec<Stored> = folder.messages.iter().map(stored).collect();
        if !client.has_folder(&folder.name) {
            client.create(&folder.name);
        }
        client.append_copies(&folder.name, &mail);
        messages += mail.len();
    }
    messages
}

fn internal_date(time: UnixTime) -> String {
    Mail::from(ADDRESS).at(time.0).internal_date()
}

/// `mailherd setup`, as somebody answers it who knows their address, the server and the password.
fn set_up(trial: &mut Trial, server: &Server) {
    trial.types("mailherd --version", "mailherd --version");
    trial.commands += 1;
    trial.screen.press("mailherd setup\r");
    trial.answers("E-mail address:", ADDRESS);
    trial.answers("Ask Mozilla's database", "");
    trial.answers("IMAP server:", &format!("127.0.0.1:{}", server.tls_port));
    trial.answers("Trust this one certificate [y/N]:", "y");
    trial.answers("Login name", LOGIN);
    trial.answers("Where does the password come from", "");
    trial.answers("Password (it is not shown):", PASSWORD);
    trial.answers("Which are yours [all]:", "");
    trial.answers("How sure must it be", "");
    trial.answers("Mail from people you know", "");
    trial.answers("File mail now", "2");
    let start = Instant::now();
    let prompt = format!("[{}] $ ", trial.commands);
    trial.screen.sees("Write it [Y/n]:").press("\r").sees(&prompt);
    trial.steps.push(("setup, written and filed".to_owned(), start.elapsed()));
    assert!(trial.screen.text().contains("Filed "), "{}", trial.screen.text());
}

/// There is no service manager in a folder: the unit's own command is what it would start.
fn daemon(trial: &mut Trial, server: &Server) {
    let unit = "/usr/lib/systemd/user/mailherd.service";
    trial.types("the service", &format!("$(sed -n 's/^ExecStart=//p' {unit}) 2>daemon.log & sleep 3"));
    trial.types("mailherd check", "mailherd check");
    let letter = cast::notification(1).to(ADDRESS).header("Delivered-To", ADDRESS);
    let mut client = Client::login(server.port, LOGIN, PASSWORD);
    let start = Instant::now();
    client.append("INBOX", std::slice::from_ref(&letter));
    while client.find("Bulk", &letter.id()).is_empty() {
        assert!(start.elapsed() < PATIENCE, "it is not filed\n{}", trial.screen.text());
        std::thread::sleep(Duration::from_millis(20));
    }
    trial.steps.push(("a letter comes, and lies in Bulk".to_owned(), start.elapsed()));
    for command in
        ["mailherd status".to_owned(), format!("mailherd why '{}'", letter.id()), "mailherd undo --last".into()]
    {
        trial.types(&command, &command);
    }
    assert!(!client.find("INBOX", &letter.id()).is_empty(), "undo brings it back\n{}", trial.screen.text());
    trial.types("the service ends", "kill %1; wait");
    assert!(!trial.screen.text().contains("error:"), "{}", trial.screen.text());
}
