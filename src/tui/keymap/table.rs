//! The rows.

use super::Action as A;
use super::Binding;
use super::Context::{self, *};

const SCREENS: &[Context] = &[Mail, Senders, History, Stats, Accounts];
const LISTS: &[Context] = &[Mail, Senders, History, Accounts, Why, Opened, Waiting];
const CHOICES: &[Context] = &[Help, Palette];
const READING: &[Context] = &[Mail, Why, Opened];
const ACTING: &[Context] = &[Mail, Senders, Why, Opened];
const EVERYWHERE: &[Context] =
    &[Mail, Senders, History, Stats, Accounts, Why, Opened, Waiting, Question, Prompt, Help, Palette, Welcome];
const UNTYPED: &[Context] = &[Mail, Senders, History, Stats, Accounts, Why, Opened, Waiting];

const fn row(
    action: A,
    name: &'static str,
    keys: &'static str,
    contexts: &'static [Context],
    hint: &'static str,
    words: &'static str,
) -> Binding {
    Binding { action, name, keys, contexts, words, hint }
}

/// All of them. What a user needs first comes first: the hint bar shows as many as there is room for.
#[rustfmt::skip]
pub const TABLE: &[Binding] = &[
    // Answers.
    row(A::Yes, "yes", "y", &[Question, Waiting], "yes", "yes, do it"),
    row(A::No, "no", "n", &[Question, Waiting], "no", "no, leave it"),
    row(A::Accept, "accept", "Enter", &[Prompt, Help, Palette], "take it", "take what was typed or chosen"),
    row(A::Setup, "setup", "s Enter", &[Welcome], "set up", "set up your own account, with questions; nothing is written before your yes"),
    row(A::Demo, "demo", "d", &[Welcome], "demo", "try everything on an invented mailbox, without an account"),

    // Setting up an account.
    row(A::Setup, "setup", "a", &[Accounts], "add", "set up another account, with questions; nothing is written before your yes"),
    row(A::Change, "change", "e", &[Accounts], "change", "change this account (server, login, folders …), with questions; nothing is written before your yes"),
    row(A::Accept, "accept", "Enter", &[Guide], "take it", "take what was typed or chosen; alone, what stands in [brackets] or is written large"),
    row(A::Down, "down", "Down Ctrl-n", &[Guide], "next", "the next choice; a number goes to it"),
    row(A::Up, "up", "Up", &[Guide], "", "the choice before"),
    row(A::PageUp, "page-up", "PgUp", &[Guide], "read above", "a screen up in what was told"),
    row(A::PageDown, "page-down", "PgDn", &[Guide], "", "a screen down"),
    row(A::Close, "close", "Esc", &[Guide], "", "forget what was typed, and go to the last line"),
    row(A::Quit, "quit", "Ctrl-c", &[Guide], "leave", "leave; before the last yes nothing is written"),
    row(A::Suspend, "suspend", "Ctrl-z", &[Guide], "", "stop; `fg` comes back"),
    row(A::Redraw, "redraw", "Ctrl-l", &[Guide], "", "draw the screen anew"),

    // Putting mail where it belongs.
    row(A::Top, "top", "t", ACTING, "top", "put it into Top, now and from now on"),
    row(A::Inbox, "inbox", "i", ACTING, "inbox", "put it into the inbox, now and from now on"),
    row(A::News, "news", "n", ACTING, "news", "put it into News, now and from now on"),
    row(A::Bulk, "bulk", "b", ACTING, "bulk", "put it into Bulk, now and from now on"),
    row(A::Blackhole, "blackhole", "x", ACTING, "blackhole", "banish the sender: all of their mail goes to Blackhole"),
    row(A::Undo, "undo", "u", UNTYPED, "undo", "take back your last action, and the order that it gave"),
    row(A::Widen, "widen", "A", ACTING, "wider", "how far the next order reaches: list or address, address, list, domain"),

    // Reading.
    row(A::Why, "why", "w Enter", &[Mail], "why", "why it is where it is: the reasons, which add up"),
    row(A::Why, "why", "w", &[Senders], "why", "what mailherd knows of this sender"),
    row(A::Open, "open", "o", &[Mail, Why], "open", "read it as text; it stays unread"),
    row(A::Pane, "pane", "Tab", &[Mail], "", "show or hide the reasons beside the list"),
    row(A::Unsubscribe, "unsubscribe", "U", READING, "", "leave the list by its own button (RFC 8058); asks first"),

    // What the selected row stands for.
    row(A::Enter, "show-mail", "Enter", &[Senders], "mail", "show the mail of this sender"),
    row(A::Enter, "show-run", "Enter", &[History], "rows", "show what this run did, or go back to the runs"),
    row(A::TakeBack, "take-back", "z", &[History], "take back", "take this run or this move back"),
    row(A::TakeBackSender, "take-back-sender", "Z", &[History], "", "take back everything that was done to this sender's mail"),
    row(A::Lift, "lift", "L", &[Senders], "lift", "lift the order about this sender"),
    row(A::Sort, "sort", "s", &[Senders], "sort", "rank by the next column"),
    row(A::Reverse, "reverse", "S", &[Senders], "", "rank the other way round"),
    row(A::Check, "check", "r", &[Accounts], "check", "look at the server now, and end the waiting after a failure"),
    row(A::Check, "check", "r", &[Mail, Senders, History, Stats], "", "look at the server now, and end the waiting after a failure"),
    row(A::Pause, "pause", "p", &[Accounts], "pause", "stop working on this account, or go on"),

    // Choosing several.
    row(A::Mark, "mark", "Space", &[Mail], "mark", "mark this message and go down"),
    row(A::Range, "range", "v", &[Mail], "", "begin or end a range of marks"),
    row(A::MarkAll, "mark-all", "Ctrl-a", &[Mail], "", "mark all of this list, or none"),

    // Finding.
    row(A::Search, "search", "/", &[Mail, Opened], "search", "go to mail whose sender, subject or list holds a text"),
    row(A::SearchNext, "next-match", ">", &[Mail, Opened], "", "the next match (n is News)"),
    row(A::SearchPrevious, "previous-match", "<", &[Mail, Opened], "", "the match before"),
    row(A::Filter, "filter", "\\", &[Mail, Senders], "filter", "show only what holds a text; a capital letter makes case matter"),
    row(A::Waiting, "waiting", "W", SCREENS, "", "what waits for your word: orders that were read out of your moves, large batches"),

    // Screens.
    row(A::Mail, "mail-screen", "1", SCREENS, "", "Mail"),
    row(A::Senders, "senders-screen", "2", SCREENS, "", "Senders: whom mail comes from"),
    row(A::History, "history-screen", "3", SCREENS, "", "History: what was done, run by run"),
    row(A::Stats, "stats-screen", "4", SCREENS, "", "Stats: mail per day"),
    row(A::Accounts, "accounts-screen", "5", SCREENS, "", "Accounts: how they are"),
    row(A::NextAccount, "account", "a", &[Mail, Senders, Stats], "", "all accounts, or one after the other"),

    // Moving.
    row(A::Down, "down", "j Down", LISTS, "", "one row down"),
    row(A::Up, "up", "k Up", LISTS, "", "one row up"),
    row(A::Down, "down", "Down Ctrl-n", CHOICES, "", "one row down"),
    row(A::Up, "up", "Up", CHOICES, "", "one row up"),
    row(A::Right, "next-tab", "l Right", &[Mail], "", "the next category"),
    row(A::Left, "previous-tab", "h Left", &[Mail], "", "the category before"),
    row(A::Right, "into-run", "l Right", &[History], "", "show what this run did"),
    row(A::Left, "out-of-run", "h Left", &[History], "", "back to the runs"),
    row(A::Right, "longer", "l Right", &[Stats], "longer", "look at more days"),
    row(A::Left, "shorter", "h Left", &[Stats], "shorter", "look at fewer days"),
    row(A::First, "first", "g Home", LISTS, "", "the first row"),
    row(A::Last, "last", "G End", LISTS, "", "the last row"),
    row(A::HalfDown, "half-down", "Ctrl-d", LISTS, "", "half a screen down"),
    row(A::HalfUp, "half-up", "Ctrl-u", LISTS, "", "half a screen up"),
    row(A::PageDown, "page-down", "PgDn Ctrl-f", LISTS, "", "a screen down"),
    row(A::PageUp, "page-up", "PgUp Ctrl-b", LISTS, "", "a screen up"),

    // Everywhere.
    row(A::Help, "help", "?", UNTYPED, "help", "the keys of this screen; type to narrow, Enter runs one"),
    row(A::Palette, "palette", ": Ctrl-p", UNTYPED, "", "run any action by its name"),
    row(A::Close, "close", "Esc", EVERYWHERE, "", "one level back: closes what lies on top, then clears marks and filter"),
    row(A::Back, "back", "q", &[Mail, Senders, History, Stats, Accounts, Why, Opened, Waiting, Welcome], "back", "back, and out from the first screen"),
    row(A::Mouse, "mouse", "M", SCREENS, "", "leave the mouse to the terminal (to select text), or take it again"),
    row(A::Redraw, "redraw", "Ctrl-l", UNTYPED, "", "draw the screen anew"),
    row(A::Suspend, "suspend", "Ctrl-z", EVERYWHERE, "", "stop; `fg` comes back"),
    row(A::Quit, "quit", "Ctrl-c", EVERYWHERE, "", "leave, from anywhere"),
];
