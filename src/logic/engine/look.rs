//! What a face can look at.

use serde::{Deserialize, Serialize};

use crate::logic::ids::{Category, Flags, FolderName, Uid, UidValidity, UnixTime};

/// A message in a mailbox of an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MessageKey {
    /// The account's name.
    pub account: String,
    /// The mailbox, as the server spells it.
    pub folder: FolderName,
    /// Its generation of UIDs.
    pub validity: UidValidity,
    /// The message.
    pub uid: Uid,
}

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The first row, from 0.
    pub offset: u64,
    /// Rows at most.
    pub limit: u32,
}

/// Which mail, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailQuery {
    /// What lies in INBOX, or in the category's folder.
    pub category: Category,
    /// One account; `None`: all of them together.
    pub account: Option<String>,
    /// Only mail whose sender, subject or list holds this text. Capital letters in it make them matter (smart case). Empty: all.
    pub filter: String,
    /// Which part.
    pub page: Page,
    /// Instead of `page.offset`: the part around this message, when it is still there.
    pub around: Option<MessageKey>,
}

/// A part of the mail of a category.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MailPage {
    /// The rows, newest first.
    pub rows: Vec<MailRow>,
    /// The place of the first of them.
    pub offset: u64,
    /// How many there are in all, filtered.
    pub total: u64,
    /// The place of [`MailQuery::around`], when it is still there.
    pub place: Option<u64>,
}

/// One message in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MailRow {
    /// Which.
    pub key: MessageKey,
    /// The sender's display name; empty when there is none. Foreign text.
    pub name: String,
    /// The sender's address; empty when From holds none.
    pub address: String,
    /// Foreign text.
    pub subject: String,
    /// When it arrived.
    pub at: UnixTime,
    /// Its flags as last seen.
    pub flags: Flags,
    /// Its List-Id.
    pub list: Option<String>,
    /// mailherd moved it here.
    pub filed: bool,
}

/// Where the next mail is whose sender, subject or list holds a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Find {
    /// In which list; its page is not looked at.
    pub list: MailQuery,
    /// What, with smart case.
    pub text: String,
    /// From which place on, which is looked at last.
    pub from: u64,
    /// Towards newer mail.
    pub backward: bool,
}

/// How much mail a category holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShelfCount {
    /// The category.
    pub category: Category,
    /// Messages.
    pub total: u64,
    /// Without `\Seen`.
    pub unread: u64,
}

/// One reason of a verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReasonRow {
    /// The signal's name.
    pub signal: String,
    /// What it adds to the score.
    pub weight: f64,
    /// The sentence.
    pub text: String,
}

/// A message, its verdict as of now, and what would happen to it: a line of `plan`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedRow {
    /// The mailbox in which it lies, for people.
    pub folder: String,
    /// Its number there.
    pub uid: Uid,
    /// With its angle brackets.
    pub message_id: Option<String>,
    /// The address in From.
    pub from: Option<String>,
    /// Foreign text.
    pub subject: String,
    /// When it arrived.
    pub at: UnixTime,
    /// What it is.
    pub category: Category,
    /// 0 to 1.
    pub importance: f64,
    /// What adds up to it, the weightiest first.
    pub reasons: Vec<ReasonRow>,
    /// The mailbox that it would go to, for people; `None`: it stays.
    pub target: Option<String>,
}

/// Why a message is where it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhyReply {
    /// Which.
    pub key: MessageKey,
    /// With its angle brackets.
    pub message_id: Option<String>,
    /// Header fields for people, in order: From, To, Cc, Date, Subject, List-Id. Foreign text.
    pub headers: Vec<(String, String)>,
    /// What it is, judged now.
    pub category: Category,
    /// 0 to 1.
    pub importance: f64,
    /// What adds up to it, the weightiest first.
    pub reasons: Vec<ReasonRow>,
    /// What the ledger says of the sender.
    pub sender: Option<SenderDetail>,
    /// The order that holds for it, in words.
    pub order: Option<String>,
    /// What mailherd did to it, oldest first.
    pub history: Vec<JournalRow>,
    /// When it falls from Blackhole to Trash, if it does.
    pub falls: Option<UnixTime>,
    /// How one unsubscribes: in words, and whether [`Act::Unsubscribe`](super::Act) can do it.
    pub unsubscribe: Option<(String, bool)>,
}

/// What the ledger says of one sender, in words and figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SenderDetail {
    /// The figures.
    pub row: SenderRow,
    /// In sentences.
    pub words: Vec<String>,
}

/// One message as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedMail {
    /// Which.
    pub key: MessageKey,
    /// Header fields for people. Foreign text.
    pub headers: Vec<(String, String)>,
    /// The body as lines of text; HTML turned into text, links as footnotes. Foreign text, but without control characters.
    pub lines: Vec<String>,
    /// Names and sizes of what is attached. Foreign text.
    pub attachments: Vec<String>,
    /// The message is longer than what was read.
    pub cut: bool,
}

/// How senders are ranked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SenderSort {
    /// By mail received.
    #[default]
    Volume,
    /// By the share that was read, least first.
    Read,
    /// By answers given.
    Replied,
    /// By the last mail.
    Recent,
    /// By address.
    Name,
}

/// Which senders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderQuery {
    /// One account; `None`: all of them, a row for each account that knows the sender.
    pub account: Option<String>,
    /// The order.
    pub sort: SenderSort,
    /// The other way round.
    pub reverse: bool,
    /// Only senders whose address holds this text. Empty: all.
    pub filter: String,
    /// Which part.
    pub page: Page,
}

/// A part of the ledger.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SendersPage {
    /// The rows.
    pub rows: Vec<SenderRow>,
    /// The place of the first of them.
    pub offset: u64,
    /// How many there are in all, filtered.
    pub total: u64,
}

/// One sender on one account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SenderRow {
    /// The account's name.
    pub account: String,
    /// The address.
    pub address: String,
    /// Mail received.
    pub received: u32,
    /// Of it read.
    pub read: u32,
    /// Answers given.
    pub replied: u32,
    /// Mail sent there.
    pub sent_to: u32,
    /// First and last mail.
    pub first_seen: UnixTime,
    /// Last mail.
    pub last_seen: UnixTime,
    /// What its last judged mail was.
    pub category: Option<Category>,
    /// The order that holds for the address itself, in words.
    pub order: Option<String>,
    /// Mail received in each of the last 26 weeks, oldest first. Empty when it was not counted.
    pub weeks: Vec<u32>,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRow {
    /// Its number.
    pub id: i64,
    /// `a@b.c`, `@b.c` or a List-Id in `<…>`.
    pub who: String,
    /// Where their mail goes.
    pub category: Category,
    /// The account; `None`: all.
    pub account: Option<String>,
    /// When it was given.
    pub given_at: UnixTime,
}

/// A run of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRow {
    /// Its number.
    pub id: i64,
    /// When it began.
    pub at: UnixTime,
    /// `pass`, `order`, `undo`, …
    pub what: String,
    /// Accounts that it touched.
    pub accounts: Vec<String>,
    /// Rows that were carried out, taken back since or not, by category (top, inbox, news, bulk, blackhole).
    pub counts: [u32; 5],
    /// Rows that are done and can be taken back.
    pub undoable: u32,
    /// The order that it carried out, in words.
    pub order: Option<String>,
}

/// A row of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRow {
    /// Its number.
    pub id: i64,
    /// Its run.
    pub run: i64,
    /// When.
    pub at: UnixTime,
    /// The account.
    pub account: String,
    /// `move`, `flag`, `append`.
    pub kind: String,
    /// `intended`, `done`, `refused`, `undone`, `gone`.
    pub state: String,
    /// Where it went.
    pub category: Category,
    /// From which mailbox, for people.
    pub from_folder: String,
    /// To which, for people.
    pub to_folder: String,
    /// The sender's address.
    pub sender: String,
    /// Foreign text.
    pub subject: String,
    /// The weightiest reason, in words.
    pub because: String,
    /// The row that it takes back.
    pub undoes: Option<i64>,
    /// Why it was refused.
    pub trouble: Option<String>,
}

/// Mail that arrived on a day, by the category in which it lies now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCount {
    /// Midnight UTC at its beginning.
    pub day: UnixTime,
    /// Messages by category (top, inbox, news, bulk, blackhole).
    pub counts: [u32; 5],
}

/// Mail per day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StatsReply {
    /// One entry a day, oldest first, without gaps.
    pub days: Vec<DayCount>,
    /// Share of the mail of these days that does not lie in INBOX, 0 to 1.
    pub kept_out: f64,
    /// Of the last backtest of each account: account, when, answered mails, of them filed away.
    pub harm: Vec<(String, UnixTime, u32, u32)>,
    /// Messages moved by mailherd, ever, and of them taken back by the user.
    pub moved: u64,
    /// See `moved`.
    pub undone: u64,
}

/// Something that waits for the user's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingRow {
    /// Its name for [`Act::Decide`](super::Act) and for `mailherd confirm`.
    pub id: String,
    /// The account; empty: all of them.
    pub account: String,
    /// What it is.
    pub kind: WaitingKind,
    /// Since when.
    pub since: UnixTime,
    /// One line: what happens on yes.
    pub text: String,
    /// More lines, such as examples.
    pub details: Vec<String>,
}

/// What kind of thing waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitingKind {
    /// An order that was read out of the user's moves.
    Order,
    /// A batch that surprises.
    Batch,
    /// Mail that could come back out of Blackhole.
    Return,
    /// A question that stopped a pass: whether a mailbox that holds mail already may be filed into.
    Question,
}
