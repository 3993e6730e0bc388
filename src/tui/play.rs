//! The terminal UI without a terminal and without an engine, for tests: keys in, frames out, answers from a scene.

use std::collections::VecDeque;

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

use super::effect::Effect;
use super::keymap::key;
use super::message::{Message, Ticket};
use super::model::Model;
use super::testing;
use super::theme::{Theme, ThemeName};
use super::update::update;
use super::view;
use crate::logic::engine::{Answer, Notice, Request};
use crate::logic::ids::UnixTime;

pub(crate) mod scene;

pub(crate) use scene::Scene;

/// Saturday, 21 November 2026, 14:03 UTC.
pub(crate) const NOW: UnixTime = UnixTime(1_795_269_780);

/// See the module.
pub(crate) struct Play {
    pub model: Model,
    pub scene: Scene,
    /// What was asked, in order.
    pub asked: Vec<Request>,
    /// Other effects, in order.
    pub effects: Vec<Effect>,
    /// Requests that are not answered yet, because they are held.
    waiting: VecDeque<(Ticket, Request)>,
    held: bool,
}

impl Play {
    /// On a terminal of this size.
    pub fn sized(scene: Scene, width: u16, height: u16, colour: bool) -> Play {
        let theme = Theme::new(ThemeName::Default, colour);
        let mut model = Model::new(NOW, TimeZone::UTC, Size::new(width, height), theme);
        let first = model.start();
        let mut play =
            Play { model, scene, asked: Vec::new(), effects: Vec::new(), waiting: VecDeque::new(), held: false };
        play.carry_out(first);
        play.message(Message::Rest);
        play
    }

    /// On the classic terminal.
    pub fn new(scene: Scene) -> Play {
        Play::sized(scene, 80, 24, true)
    }

    /// Presses keys, with blanks between their names, and rests.
    #[track_caller]
    pub fn press(&mut self, keys: &str) -> &mut Play {
        for name in keys.split_whitespace() {
            let event = key::parse(name).unwrap_or_else(|| panic!("there is no key called {name}"));
            self.message(Message::Key(event));
        }
        self.message(Message::Rest);
        self
    }

    /// Types letters.
    pub fn types(&mut self, text: &str) -> &mut Play {
        for c in text.chars() {
            self.message(Message::Key(key::parse(&c.to_string()).unwrap_or_else(|| key::parse("Space").unwrap())));
        }
        self
    }

    /// Something happens in the engine.
    pub fn hears(&mut self, notice: Notice) -> &mut Play {
        self.message(Message::Notice(notice));
        self
    }

    /// Seconds pass.
    pub fn waits(&mut self, seconds: i64) -> &mut Play {
        let now = UnixTime(self.model.shared.now.0 + seconds);
        self.message(Message::Tick(now));
        self
    }

    /// From now on nothing is answered.
    pub fn hold(&mut self) -> &mut Play {
        self.held = true;
        self
    }

    /// What was held is answered.
    pub fn release(&mut self) -> &mut Play {
        self.held = false;
        self.settle();
        self
    }

    /// The text is on the screen.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Play {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
        self
    }

    /// The text is not on the screen.
    #[track_caller]
    pub fn misses(&mut self, text: &str) -> &mut Play {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
        self
    }

    /// The acts that were asked for, as they would go over a socket.
    pub fn acts(&self) -> Vec<String> {
        let act = |request: &Request| match request {
            Request::Do(act) => serde_json::to_string(act).ok(),
            _ => None,
        };
        self.asked.iter().filter_map(act).collect()
    }

    /// What is drawn.
    pub fn buffer(&self) -> Buffer {
        let size = self.model.shared.size;
        testing::frame(size.width, size.height, |buffer, _| {
            view::draw(&self.model, buffer);
        })
    }

    /// What is read on the screen.
    pub fn screen(&self) -> String {
        testing::text(&self.buffer())
    }

    /// The mail screen, which must be the one that is shown.
    #[track_caller]
    pub fn model_mail(&self) -> &super::screen::mail::Mail {
        match &self.model.screen {
            super::screen::Screen::Mail(mail) => mail,
            other => panic!("the screen is {:?}", other.name()),
        }
    }

    /// Something happens.
    pub fn message(&mut self, message: Message) {
        if let Some(effects) = update(&mut self.model, message) {
            self.carry_out(effects);
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Ask(ticket, request) => {
                    self.asked.push(request.clone());
                    self.waiting.push_back((ticket, request));
                }
                other => self.effects.push(other),
            }
        }
        self.settle();
    }

    fn settle(&mut self) {
        while !self.held
            && let Some((ticket, request)) = self.waiting.pop_front()
        {
            let answer: Answer = self.scene.answer(&request);
            if let Some(effects) = update(&mut self.model, Message::Reply(ticket, answer)) {
                self.carry_out(effects);
            }
        }
    }
}
