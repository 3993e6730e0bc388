//! A running engine and a face that talks to it, as the terminal UI does.

use std::path::Path;
use std::time::{Duration, Instant};

use mailherd::daemon::engine::{Engine, Link, Notices, Options, start};
use mailherd::logic::engine::{
    Act, Answer, Done, Health, MailQuery, MailRow, Notice, Page, Question, Reply, Request, WaitingRow,
};
use mailherd::logic::ids::Category;

/// Nothing on these mailboxes takes this long.
const PATIENCE: Duration = Duration::from_secs(40);

/// An engine in this process.
pub struct Watching {
    runtime: tokio::runtime::Runtime,
    engine: Option<Engine>,
    /// The face's way to it.
    pub link: Link,
    notices: Notices,
}

/// Options with which tests do not wait.
pub fn quick() -> Options {
    Options {
        poll: Duration::from_millis(200),
        look: Duration::from_secs(1),
        first_retry: Duration::from_millis(100),
        longest_retry: Duration::from_secs(1),
        accept: true,
        ..Options::default()
    }
}

impl Watching {
    /// On the accounts of a configuration file.
    pub fn start(config: &Path, options: Options) -> Watching {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let config = mailherd::config::load(config).unwrap_or_else(|fault| panic!("{fault:?}"));
        let (engine, link) = start(config, options).unwrap_or_else(|fault| panic!("{fault:?}"));
        let notices = link.notices();
        Watching { runtime, engine: Some(engine), link, notices }
    }

    /// Stops the engine; how long that took.
    pub fn stop(mut self) -> Duration {
        let since = Instant::now();
        let engine = self.engine.take().unwrap();
        self.runtime.block_on(engine.stop());
        since.elapsed()
    }

    /// Asks.
    #[track_caller]
    pub fn ask(&self, request: Request) -> Answer {
        let asked = request.clone();
        let answer = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, self.link.ask(request)).await });
        answer.unwrap_or_else(|_| panic!("no answer to {asked:?}"))
    }

    /// Has something done, which has to succeed without a question.
    #[track_caller]
    pub fn does(&self, act: Act) -> Done {
        match self.ask(Request::Do(act)) {
            Ok(Reply::Done(done)) => done,
            other => panic!("{other:?}"),
        }
    }

    /// Wants something done about which the engine has to ask first.
    #[track_caller]
    pub fn is_asked(&self, act: Act) -> Question {
        match self.ask(Request::Do(act)) {
            Ok(Reply::Question(question)) => question,
            other => panic!("{other:?}"),
        }
    }

    /// How each account is.
    #[track_caller]
    pub fn health(&self) -> Vec<Health> {
        match self.ask(Request::Health) {
            Ok(Reply::Health(healths)) => healths,
            other => panic!("{other:?}"),
        }
    }

    /// What waits for a word.
    #[track_caller]
    pub fn waiting(&self) -> Vec<WaitingRow> {
        match self.ask(Request::Waiting) {
            Ok(Reply::Waiting(rows)) => rows,
            other => panic!("{other:?}"),
        }
    }

    /// The mail of a category, the newest first.
    #[track_caller]
    pub fn mail(&self, category: Category) -> Vec<MailRow> {
        let page = Page { offset: 0, limit: 1000 };
        let query = MailQuery { category, account: None, filter: String::new(), page, around: None };
        match self.ask(Request::Mail(query)) {
            Ok(Reply::Mail(page)) => page.rows,
            other => panic!("{other:?}"),
        }
    }

    /// The message with this subject.
    #[track_caller]
    pub fn row(&self, category: Category, subject: &str) -> MailRow {
        let rows = self.mail(category);
        let found = rows.iter().find(|row| row.subject == subject);
        found.unwrap_or_else(|| panic!("{subject:?} is not in {category}: {rows:?}")).clone()
    }

    /// Waits until an account is so.
    #[track_caller]
    pub fn until(&self, account: &str, so: impl Fn(&Health) -> bool) -> Health {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let health = self.health().into_iter().find(|health| health.account == account).expect("the account");
            if so(&health) {
                return health;
            }
            assert!(Instant::now() < deadline, "it does not come to that: {health:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until an account is up to date and rests.
    #[track_caller]
    pub fn rests(&self, account: &str) -> Health {
        use mailherd::logic::engine::AccountState::{Live, Polling};
        self.until(account, |health| matches!(health.state, Live | Polling) && health.last_pass.is_some())
    }

    /// Waits for a notice.
    #[track_caller]
    pub fn hears(&mut self, wanted: impl Fn(&Notice) -> bool) -> Notice {
        let notices = &mut self.notices;
        let wait = async {
            loop {
                match notices.next().await {
                    Some(notice) if wanted(&notice) => return notice,
                    Some(_) => {}
                    None => panic!("the engine has stopped"),
                }
            }
        };
        self.runtime.block_on(async { tokio::time::timeout(PATIENCE, wait).await }).expect("the notice comes")
    }
}

/// Waits until something is so in the mailbox.
#[track_caller]
pub fn eventually(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !so() {
        assert!(Instant::now() < deadline, "it does not come to that: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
