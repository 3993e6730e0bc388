//! A small world that answers as the engine does.

use std::collections::VecDeque;

use super::NOW;
use crate::logic::engine::*;
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, Flags, FolderName, Uid, UidValidity, UnixTime};

/// See the module. Mail is moved by acts and brought back by undo; nothing is trained.
pub(crate) struct Scene {
    /// Category by category, newest first.
    pub mail: [Vec<MailRow>; 5],
    pub health: Vec<Health>,
    /// What falls out of Blackhole next.
    pub falling: Vec<Falling>,
    pub waiting: Vec<WaitingRow>,
    /// Answers to the next acts, instead of doing them.
    pub acts: VecDeque<Answer>,
    /// Answers to other requests, tried first; `None`: as usual.
    pub other: fn(&Request) -> Option<Answer>,
    moved: Vec<(i64, MailRow, Category, Category)>,
}

/// A message of the scene.
pub(crate) fn row(uid: u32, name: &str, address: &str, subject: &str, minutes: i64) -> MailRow {
    MailRow {
        key: key("home", uid),
        name: name.into(),
        address: address.into(),
        subject: subject.into(),
        at: UnixTime(NOW.0 - minutes * 60),
        flags: Flags { seen: uid.is_multiple_of(3), ..Flags::default() },
        list: None,
        filed: false,
    }
}

pub(crate) fn key(account: &str, uid: u32) -> MessageKey {
    MessageKey { account: account.into(), folder: FolderName::inbox(), validity: UidValidity(1), uid: Uid(uid) }
}

/// An account that is well.
pub(crate) fn live(account: &str) -> Health {
    Health {
        account: account.into(),
        email: format!("me@{account}.example"),
        server: format!("imap.{account}.example:993"),
        state: AccountState::Live,
        files: true,
        last_byte: Some(NOW),
        last_pass: Some(NOW),
        asked: None,
        next: None,
        queue: 0,
        fault: None,
        progress: None,
        held: None,
        capabilities: vec!["IMAP4rev1".into(), "IDLE".into(), "MOVE".into()],
        advice: Vec::new(),
        program_moves: 0,
        unreadable: Vec::new(),
    }
}

impl Scene {
    /// Nothing but one account that is well.
    pub fn empty() -> Scene {
        Scene {
            mail: Default::default(),
            health: vec![live("home")],
            falling: Vec::new(),
            waiting: Vec::new(),
            acts: VecDeque::new(),
            other: |_| None,
            moved: Vec::new(),
        }
    }

    /// A mailbox as many have it.
    pub fn usual() -> Scene {
        let mut scene = Scene::empty();
        let list = |mut row: MailRow, list: &str| {
            row.list = Some(list.into());
            row.filed = true;
            row
        };
        scene.mail[Category::Inbox as usize] = vec![
            row(31, "Anna Berg", "anna@berg.example", "Dinner on Friday?", 4),
            row(29, "山田太郎", "taro@example.jp", "来週の打ち合わせについて", 61),
            row(28, "", "noreply@bank.example", "Your sign-in code", 300),
            row(27, "Toothy Dental 🦷👩‍⚕️", "hello@toothy.example", "Time for your check-up 🪥✨", 1_500),
            row(26, "דנה לוי", "dana@levi.example", "שלום 2026 מה שלומך", 3_000),
            row(25, "Paul", "paul@work.example", "Re: the report", 9_000),
        ];
        scene.mail[Category::Inbox as usize][5].flags.answered = true;
        scene.mail[Category::Inbox as usize][0].flags.flagged = true;
        scene.mail[Category::Top as usize] = vec![row(41, "Mother", "mother@family.example", "Photos", 90)];
        scene.mail[Category::News as usize] = vec![
            list(row(51, "Weekly Rust", "news@rust.example", "This week in Rust 600", 700), "weekly.rust.example"),
            list(row(52, "LWN", "lwn@lwn.example", "Weekly edition", 8_000), "lwn.example"),
        ];
        scene.mail[Category::Bulk as usize] = vec![row(61, "MegaShop", "deals@megashop.example", "70% off", 30)];
        scene
    }

    /// An inbox of `count` messages.
    pub fn large(count: u32) -> Scene {
        let mut scene = Scene::empty();
        let row = |n: u32| {
            row(count - n, &format!("Sender {n}"), &format!("s{n}@example.org"), &format!("Mail {n}"), i64::from(n))
        };
        scene.mail[Category::Inbox as usize] = (0..count).map(row).collect();
        scene
    }

    pub fn answer(&mut self, request: &Request) -> Answer {
        if let Some(answer) = (self.other)(request) {
            return answer;
        }
        Ok(match request {
            Request::Health | Request::Probe => Reply::Health(self.health.clone()),
            Request::Shelves { .. } => Reply::Shelves(Category::ALL.map(|category| self.shelf(category)).into()),
            Request::Mail(query) => Reply::Mail(self.page(query)),
            Request::Find(find) => Reply::Found(self.find(find)),
            Request::Why(key) => Reply::Why(Box::new(self.why(key)?)),
            Request::Open(key) => Reply::Opened(Box::new(self.open(key)?)),
            Request::Waiting => Reply::Waiting(self.waiting.clone()),
            Request::Do(act) => return self.acts.pop_front().unwrap_or_else(|| self.act(act)),
            Request::Senders(_) => Reply::Senders(SendersPage::default()),
            Request::Runs { .. } => Reply::Runs(Vec::new(), 0),
            Request::Rows { .. } => Reply::Rows(Vec::new(), 0),
            Request::Stats { .. } => Reply::Stats(StatsReply::default()),
            // The screen does not ask for these.
            Request::Falling { .. } => Reply::Falling(self.falling.clone()),
            Request::About | Request::Run { .. } | Request::Judge { .. } => {
                return Err(Fault::refused("nobody asks that here", ""));
            }
        })
    }

    fn shelf(&self, category: Category) -> ShelfCount {
        let rows = &self.mail[category as usize];
        let unread = rows.iter().filter(|row| !row.flags.seen).count() as u64;
        ShelfCount { category, total: rows.len() as u64, unread }
    }

    fn filtered(&self, query: &MailQuery) -> Vec<&MailRow> {
        let mine = |row: &&MailRow| query.account.as_ref().is_none_or(|account| *account == row.key.account);
        self.mail[query.category as usize].iter().filter(mine).filter(|row| holds(row, &query.filter)).collect()
    }

    fn page(&self, query: &MailQuery) -> MailPage {
        let rows = self.filtered(query);
        let place = query.around.as_ref().and_then(|key| rows.iter().position(|row| row.key == *key));
        let around = place.map(|place| (place as u64).saturating_sub(u64::from(query.page.limit / 2)));
        let offset = around.unwrap_or(query.page.offset);
        let part = rows.iter().skip(offset as usize).take(query.page.limit as usize);
        MailPage {
            rows: part.map(|row| (*row).clone()).collect(),
            offset,
            total: rows.len() as u64,
            place: place.map(|place| place as u64),
        }
    }

    fn find(&self, find: &Find) -> Option<u64> {
        let rows = self.filtered(&find.list);
        let total = rows.len() as u64;
        let order = (1..=total).map(|step| match find.backward {
            true => (find.from + total - step) % total,
            false => (find.from + step) % total,
        });
        order.into_iter().find(|place| holds(rows[*place as usize], &find.text))
    }

    fn row(&self, key: &MessageKey) -> Result<&MailRow, Fault> {
        let row = self.mail.iter().flatten().find(|row| row.key == *key);
        row.ok_or_else(|| Fault::refused("the message is not there any more", "look for it in History"))
    }

    fn why(&self, key: &MessageKey) -> Result<WhyReply, Fault> {
        let row = self.row(key)?;
        let reason = |signal: &str, weight, text: &str| ReasonRow { signal: signal.into(), weight, text: text.into() };
        Ok(WhyReply {
            key: key.clone(),
            message_id: Some(format!("<{}@example.org>", key.uid.0)),
            headers: vec![
                ("From".into(), format!("{} <{}>", row.name, row.address)),
                ("To".into(), "me@home.example".into()),
                ("Subject".into(), row.subject.clone()),
            ],
            category: Category::Top,
            importance: 0.93,
            reasons: vec![
                reason("talk", 0.0, "you talk with this person"),
                reason("answers", 3.1, "you answered 7 of their last 9 mails, the last time two days ago"),
                reason("known", 1.4, "you have known the address for 6 years"),
                reason("base", -1.9, "most mail is not answered"),
            ],
            sender: Some(SenderDetail {
                row: SenderRow {
                    account: key.account.clone(),
                    address: row.address.clone(),
                    received: 120,
                    read: 118,
                    replied: 60,
                    sent_to: 75,
                    first_seen: UnixTime(NOW.0 - 6 * 365 * 86_400),
                    last_seen: row.at,
                    category: Some(Category::Top),
                    order: None,
                    weeks: Vec::new(),
                },
                words: vec!["120 mails since 2020, 98% read, 60 answered; you wrote 75.".into()],
            }),
            order: None,
            history: vec![JournalRow {
                id: 7,
                run: 3,
                at: UnixTime(NOW.0 - 7_200),
                account: key.account.clone(),
                kind: "move".into(),
                state: "done".into(),
                category: Category::Top,
                from_folder: "INBOX".into(),
                to_folder: "Top".into(),
                sender: row.address.clone(),
                subject: row.subject.clone(),
                because: "you talk with this person".into(),
                undoes: None,
                trouble: None,
            }],
            falls: None,
            unsubscribe: row.list.as_ref().map(|_| ("by its own button, at lists.example".into(), true)),
        })
    }

    fn open(&self, key: &MessageKey) -> Result<OpenedMail, Fault> {
        let row = self.row(key)?;
        let mut lines = vec!["Hello,".to_owned(), String::new()];
        lines.extend((1..=60).map(|n| format!("this is line {n} of the message, see [{n}]")));
        lines.push("> and this was quoted".into());
        Ok(OpenedMail {
            key: key.clone(),
            headers: vec![("From".into(), row.name.clone()), ("Subject".into(), row.subject.clone())],
            lines,
            attachments: vec!["photo.jpg, 120 KB".into()],
            cut: false,
        })
    }

    fn act(&mut self, act: &Act) -> Answer {
        let run = self.moved.len() as i64 + 1;
        let done = match act {
            Act::File { messages, category, .. } => {
                for key in messages {
                    let row = self.row(key)?.clone();
                    let from = Category::ALL.into_iter().find(|c| self.mail[*c as usize].contains(&row)).unwrap();
                    self.mail[from as usize].retain(|other| other.key != *key);
                    self.mail[*category as usize].insert(0, row.clone());
                    self.moved.push((run, row, from, *category));
                }
                let moved = messages.len() as u32;
                let words = vec![format!("{moved} to {}, and from now on", category.word())];
                Done { words, moved, runs: vec![run], orders: vec![run], ..Done::default() }
            }
            Act::Order { who, category, .. } => {
                let from: Vec<MailRow> =
                    self.mail.iter().flatten().filter(|row| row.address == *who).cloned().collect();
                let messages = from.into_iter().map(|row| row.key).collect();
                return self.act(&Act::File { messages, category: *category, width: Width::Natural, sure: true });
            }
            Act::Undo(Undo::Done { runs, .. }) => {
                let (back, rest) = std::mem::take(&mut self.moved).into_iter().partition(|m| runs.contains(&m.0));
                self.moved = rest;
                let back: Vec<(i64, MailRow, Category, Category)> = back;
                for (_, row, from, to) in &back {
                    self.mail[*to as usize].retain(|other| other.key != row.key);
                    self.mail[*from as usize].insert(0, row.clone());
                    self.mail[*from as usize].sort_by_key(|row| std::cmp::Reverse(row.at));
                }
                Done { words: vec![format!("{} taken back", back.len())], moved: back.len() as u32, ..Done::default() }
            }
            Act::Decide { id, .. } => {
                self.waiting.retain(|row| row.id != *id);
                Done { words: vec![format!("{id} is decided")], ..Done::default() }
            }
            _ => Done::default(),
        };
        Ok(Reply::Done(done))
    }
}

fn holds(row: &MailRow, text: &str) -> bool {
    let exact = text.chars().any(char::is_uppercase);
    let all = format!("{} {} {} {}", row.name, row.address, row.subject, row.list.as_deref().unwrap_or(""));
    if exact { all.contains(text) } else { all.to_lowercase().contains(&text.to_lowercase()) }
}
