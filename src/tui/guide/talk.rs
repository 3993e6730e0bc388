//! What passes between who guides and the screen.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::tui::theme::Tone;

/// A piece of a line, of clean text.
pub type Span = (Tone, String);

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A line of text; Enter alone takes the usual one.
    Text {
        /// What most people answer.
        usual: Option<String>,
    },
    /// A line that is not shown.
    Secret,
    /// One of these, by their words.
    Choice {
        /// The words.
        choices: Vec<String>,
        /// Where most people stay, from 0.
        usual: usize,
    },
    /// Yes or no.
    YesNo {
        /// What Enter alone says.
        usual: bool,
    },
}

/// What the user said.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// To a text or a secret, as it was typed: the usual text is not filled in.
    Text(Zeroizing<String>),
    /// To a choice, from 0.
    Choice(usize),
    /// To a yes or no.
    Yes(bool),
}

/// One question.
#[derive(Debug)]
pub struct Asked {
    /// What is asked, without a colon.
    pub text: String,
    /// Why, or what the answer does; may be empty.
    pub why: String,
    /// How it is answered.
    pub kind: Kind,
    /// Where the answer goes.
    pub(super) reply: oneshot::Sender<Answer>,
}

/// What the screen is told.
#[derive(Debug)]
pub(super) enum Told {
    /// A line.
    Line(Vec<Span>),
    /// What is being done at the moment; empty: nothing that takes time.
    Doing(String),
    /// A question.
    Asked(Asked),
    /// The last answer cannot be taken, and why.
    Objected(String),
    /// Nothing more comes: what Enter does now.
    Over(&'static str),
}

/// The end of who guides.
#[derive(Clone, Debug)]
pub struct Talk {
    told: UnboundedSender<Told>,
    width: Arc<AtomicU16>,
}

/// The end of the screen.
#[derive(Debug)]
pub struct Hearing {
    pub(super) told: UnboundedReceiver<Told>,
    pub(super) width: Arc<AtomicU16>,
}

/// Both ends.
pub fn channel() -> (Talk, Hearing) {
    let (sender, told) = unbounded_channel();
    let width = Arc::new(AtomicU16::new(80));
    (Talk { told: sender, width: width.clone() }, Hearing { told, width })
}

impl Talk {
    /// Columns that a line has at the moment.
    pub fn width(&self) -> usize {
        usize::from(self.width.load(Ordering::Relaxed))
    }

    /// Tells a line; one that is longer than the screen is broken between words.
    pub fn line(&self, spans: Vec<Span>) {
        self.tell(Told::Line(spans));
    }

    /// Says what is being done, until the next line or question.
    pub fn doing(&self, text: String) {
        self.tell(Told::Doing(text));
    }

    /// Says why the last answer cannot be taken. The same question follows, with what was typed.
    pub fn objects(&self, why: String) {
        self.tell(Told::Objected(why));
    }

    /// Nothing more comes; `next` says what Enter does.
    pub fn is_over(&self, next: &'static str) {
        self.tell(Told::Over(next));
    }

    /// Asks. `None` when the user has left.
    pub async fn ask(&self, text: &str, why: &str, kind: Kind) -> Option<Answer> {
        let (reply, answer) = oneshot::channel();
        self.tell(Told::Asked(Asked { text: text.to_owned(), why: why.to_owned(), kind, reply }));
        answer.await.ok()
    }

    fn tell(&self, told: Told) {
        // Who left hears nothing any more; a question says so.
        let _ = self.told.send(told);
    }
}
