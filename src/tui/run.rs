//! The one place with a terminal, a clock and a way to the engine.

pub(super) mod signals;
pub(super) mod terminal;

use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use jiff::tz::TimeZone;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use super::effect::Effect;
use super::message::{Message, Ticket};
use super::model::Model;
use super::theme::Theme;
use super::update::update;
use super::view;
use crate::daemon::engine::Link;
use crate::logic::engine::Request;
use crate::logic::fault::Fault;
use crate::logic::ids::UnixTime;
use signals::Signals;
use terminal::Terminal;

/// After so long without a key the selection rests. A held key repeats every 30 to 40 ms.
const REST: Duration = Duration::from_millis(120);

/// Messages that are taken in before the next frame is drawn, where so many wait.
const BURST: usize = 256;

/// The way to the engine. Answers and notices come as messages, through the sender that belongs to the receiver of [`run`].
pub trait Port {
    /// Sends a request; never waits.
    fn ask(&self, ticket: Ticket, request: Request);
}

/// The way to an engine in this process.
pub struct LinkPort {
    link: Link,
    messages: UnboundedSender<Message>,
}

impl LinkPort {
    /// Answers and notices go to `messages`. Needs a runtime.
    pub fn new(link: Link, messages: UnboundedSender<Message>) -> LinkPort {
        let (mut notices, sender) = (link.notices(), messages.clone());
        tokio::spawn(async move {
            while let Some(notice) = notices.next().await {
                if sender.send(Message::Notice(notice)).is_err() {
                    return;
                }
            }
            let fault = Fault::local("mailherd's engine has ended", "leave with q and start mailherd again");
            // Nobody listens any more: the user has left.
            let _ = sender.send(Message::Ended(fault));
        });
        LinkPort { link, messages }
    }
}

impl Port for LinkPort {
    fn ask(&self, ticket: Ticket, request: Request) {
        let (link, messages) = (self.link.clone(), self.messages.clone());
        tokio::spawn(async move {
            let _ = messages.send(Message::Reply(ticket, link.ask(request).await));
        });
    }
}

/// No engine: at the first contact there is nothing to ask.
pub struct NoPort;

impl Port for NoPort {
    fn ask(&self, _ticket: Ticket, _request: Request) {}
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The user left.
    Left,
    /// The user wants to see the demo.
    Demo,
    /// The user wants to set an account up.
    Setup,
    /// The user wants to change the account that is called so.
    Change(String),
}

/// What the terminal UI is made with.
pub struct Options {
    /// Colours by meaning.
    pub theme: Theme,
    /// The config file that is not there: first contact.
    pub missing: Option<std::path::PathBuf>,
}

/// Runs the terminal UI until the user leaves.
///
/// # Errors
/// When the terminal cannot be used.
pub async fn run(options: Options, port: &dyn Port, mut messages: UnboundedReceiver<Message>) -> Result<Ending, Fault> {
    let mut terminal = Terminal::open()?;
    let size = terminal.size()?;
    let zone = TimeZone::system();
    let mut model = match options.missing {
        Some(path) => Model::welcome(path, now(), zone, size, options.theme),
        None => Model::new(now(), zone, size, options.theme),
    };
    let mut ending = carry_out(model.start(), port, &mut terminal)?;
    let mut events = EventStream::new();
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut resting: Option<tokio::time::Instant> = None;
    let mut changed = true;
    let mut told_to_end = Signals::listen()?;
    while ending.is_none() {
        if std::mem::take(&mut changed) {
            // The event of a change of size may still be on its way, or have come before anybody listened.
            let size = terminal.size()?;
            if size != model.shared.size {
                let effects = update(&mut model, Message::Resize(size.width, size.height)).unwrap_or_default();
                ending = carry_out(effects, port, &mut terminal)?;
            }
            terminal.draw(|buffer| view::draw(&model, buffer))?;
        }
        let rest = async {
            match resting {
                Some(until) => tokio::time::sleep_until(until).await,
                None => std::future::pending().await,
            }
        };
        let first = tokio::select! {
            event = events.next() => match event {
                Some(Ok(event)) => translate(event),
                Some(Err(error)) => return Err(terminal::trouble("cannot read from the terminal", &error)),
                // The terminal is gone, and so is the user.
                None => return Ok(Ending::Left),
            },
            Some(message) = messages.recv() => Some(message),
            _ = ticks.tick() => Some(Message::Tick(now())),
            // A closed terminal window, `kill`: the terminal is given back as ever.
            () = told_to_end.next() => return Ok(Ending::Left),
            () = rest => { resting = None; Some(Message::Rest) }
        };
        // All that waits is taken in before the next frame: a burst of notices is one frame.
        let more = std::iter::from_fn(|| messages.try_recv().ok()).take(BURST);
        for message in first.into_iter().chain(more) {
            if matches!(message, Message::Key(_) | Message::Mouse(_)) {
                resting = Some(tokio::time::Instant::now() + REST);
            }
            if let Some(effects) = update(&mut model, message) {
                changed = true;
                ending = ending.or(carry_out(effects, port, &mut terminal)?);
            }
        }
    }
    Ok(ending.unwrap_or(Ending::Left))
}

fn carry_out(effects: Vec<Effect>, port: &dyn Port, terminal: &mut Terminal) -> Result<Option<Ending>, Fault> {
    let mut ending = None;
    for effect in effects {
        match effect {
            Effect::Ask(ticket, request) => port.ask(ticket, request),
            Effect::Quit => ending = Some(Ending::Left),
            Effect::Demo => ending = Some(Ending::Demo),
            Effect::Setup => ending = Some(Ending::Setup),
            Effect::Change(account) => ending = Some(Ending::Change(account)),
            Effect::Suspend => terminal.suspend()?,
            Effect::Redraw => terminal.clear()?,
            Effect::Mouse(on) => terminal.listen_to_mouse(on)?,
        }
    }
    Ok(ending)
}

fn translate(event: Event) -> Option<Message> {
    match event {
        Event::Key(event) => Some(Message::Key(event)),
        Event::Mouse(event) => Some(Message::Mouse(event)),
        Event::Resize(columns, rows) => Some(Message::Resize(columns, rows)),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::FocusGained | Event::FocusLost => None,
    }
}

fn now() -> UnixTime {
    UnixTime(jiff::Timestamp::now().as_second())
}

/// A way for answers and notices into [`run`].
pub fn channel() -> (UnboundedSender<Message>, UnboundedReceiver<Message>) {
    tokio::sync::mpsc::unbounded_channel()
}
