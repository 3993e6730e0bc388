//! What was told, what is asked, and what keys do.

use std::mem::take;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Size};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;
use zeroize::Zeroizing;

use super::talk::{Answer, Asked, Kind, Span, Told};
use super::view::{self, Areas};
use crate::tui::keymap::{self, Action, Context};
use crate::tui::theme::{Theme, Tone};
use crate::tui::widget::cells;

/// Older lines are forgotten.
const LINES: usize = 2_000;

/// A password longer than this is a file that was pasted by mistake.
const LONGEST_SECRET: usize = 4_096;

/// Lines that one notch of the wheel moves.
const NOTCH: usize = 3;

/// What a key leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The user leaves, before the end.
    Leave,
    /// The user has read the end.
    Done,
    /// Ctrl-z.
    Suspend,
    /// Ctrl-l.
    Redraw,
}

/// A question that waits for its answer.
#[derive(Debug)]
pub struct Question {
    /// What is asked.
    pub asked: Asked,
    /// Typed so far.
    pub input: Input,
    /// Typed so far, where it is not shown.
    pub secret: Zeroizing<String>,
    /// The choice that is selected, from 0.
    pub selected: usize,
    /// Why the last answer cannot be taken.
    pub objection: String,
}

/// See the module.
#[derive(Debug)]
pub struct State {
    /// Columns and rows.
    pub size: Size,
    /// Colours by meaning.
    pub theme: Theme,
    /// What was told, wrapped.
    pub lines: Vec<Vec<Span>>,
    /// Lines below the last that is seen.
    pub below: usize,
    /// What is being done.
    pub doing: String,
    /// What is asked.
    pub question: Option<Question>,
    /// Nothing more comes: what Enter does.
    pub over: Option<&'static str>,
    told: Vec<Vec<Span>>,
    /// For the same question, asked again.
    typed: (String, String),
    objection: String,
}

impl State {
    /// Nothing was told yet.
    pub fn new(size: Size, theme: Theme) -> State {
        State {
            size,
            theme,
            lines: Vec::new(),
            below: 0,
            doing: String::new(),
            question: None,
            over: None,
            told: Vec::new(),
            typed: Default::default(),
            objection: String::new(),
        }
    }

    /// Takes in what was told.
    pub fn hears(&mut self, told: Told) {
        // Who asked may have found the answer elsewhere.
        self.question.take_if(|question| question.asked.reply.is_closed());
        match told {
            Told::Line(spans) => {
                self.doing.clear();
                self.add(spans);
            }
            Told::Doing(text) => self.doing = text,
            Told::Objected(why) => self.objection = why,
            Told::Asked(asked) => self.ask(asked),
            Told::Over(next) => {
                self.question = None;
                self.doing.clear();
                self.over = Some(next);
            }
        }
    }

    /// The terminal has another size.
    pub fn resize(&mut self, size: Size) {
        let narrower = size.width != self.size.width;
        self.size = size;
        if narrower {
            self.lines.clear();
            let width = self.width();
            self.lines.extend(self.told.iter().flat_map(|line| wrap(line, width)));
        }
        self.scroll(0);
    }

    /// A key was pressed.
    pub fn press(&mut self, event: KeyEvent) -> Option<Effect> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let page = usize::from(self.areas().told.height.saturating_sub(1)).max(1) as isize;
        match keymap::action(Context::Guide, event) {
            Some(Action::Quit) => return Some(Effect::Leave),
            Some(Action::Suspend) => return Some(Effect::Suspend),
            Some(Action::Redraw) => return Some(Effect::Redraw),
            Some(Action::PageUp) => self.scroll(page),
            Some(Action::PageDown) => self.scroll(-page),
            Some(Action::Up) => self.choose(-1),
            Some(Action::Down) => self.choose(1),
            Some(Action::Close) => self.forget_typed(),
            Some(Action::Accept) if self.over.is_some() => return Some(Effect::Done),
            Some(Action::Accept) => self.accept(),
            _ => self.type_in(event),
        }
        None
    }

    /// Text was pasted: one line of it.
    pub fn paste(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()).take(LONGEST_SECRET) {
            self.type_in(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        }
    }

    /// The mouse did something.
    pub fn point(&mut self, event: MouseEvent) {
        match event.kind {
            MouseEventKind::ScrollUp => self.scroll(NOTCH as isize),
            MouseEventKind::ScrollDown => self.scroll(-(NOTCH as isize)),
            MouseEventKind::Down(MouseButton::Left) => {
                let at = Position::new(event.column, event.row);
                let place = view::choice_at(self, at);
                if let (Some(place), Some(question)) = (place, &mut self.question) {
                    question.selected = place;
                }
            }
            _ => {}
        }
    }

    /// Where what stands.
    pub fn areas(&self) -> Areas {
        view::areas(self)
    }

    /// Columns of a line.
    pub fn width(&self) -> usize {
        usize::from(self.size.width.saturating_sub(2)).max(1)
    }

    fn add(&mut self, spans: Vec<Span>) {
        if self.told.len() == LINES {
            let width = self.width();
            let first = wrap(&self.told.remove(0), width).len();
            self.lines.drain(..first.min(self.lines.len()));
        }
        let wrapped = wrap(&spans, self.width());
        if self.below > 0 {
            // Who reads further up goes on reading there.
            self.below += wrapped.len();
        }
        self.lines.extend(wrapped);
        self.told.push(spans);
        self.scroll(0);
    }

    fn scroll(&mut self, up: isize) {
        let most = self.lines.len().saturating_sub(usize::from(self.areas().told.height));
        self.below = self.below.saturating_add_signed(up).min(most);
    }

    fn ask(&mut self, asked: Asked) {
        self.doing.clear();
        let (text, typed) = take(&mut self.typed);
        let again = !self.objection.is_empty() && text == asked.text;
        let selected = match asked.kind {
            Kind::Choice { usual, .. } => usual,
            _ => 0,
        };
        self.question = Some(Question {
            input: Input::new(if again { typed } else { String::new() }),
            secret: Zeroizing::default(),
            selected,
            objection: take(&mut self.objection),
            asked,
        });
        self.below = 0;
    }

    fn choose(&mut self, down: isize) {
        let Some(question) = &mut self.question else { return self.scroll(-down) };
        match &question.asked.kind {
            Kind::Choice { choices, .. } => {
                let last = choices.len().saturating_sub(1);
                question.selected = question.selected.saturating_add_signed(down).min(last);
            }
            _ => self.scroll(-down),
        }
    }

    fn forget_typed(&mut self) {
        if let Some(question) = &mut self.question {
            (question.input, question.secret) = (Input::default(), Zeroizing::default());
        }
        self.below = 0;
    }

    fn type_in(&mut self, event: KeyEvent) {
        let Some(question) = &mut self.question else { return };
        let plain = !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let typed = match event.code {
            KeyCode::Char(c) if plain => Some(c),
            _ => None,
        };
        match (&question.asked.kind, typed) {
            (Kind::Text { .. }, _) => {
                question.input.handle_event(&Event::Key(event));
            }
            (Kind::Secret, Some(c)) if question.secret.len() < LONGEST_SECRET => question.secret.push(c),
            (Kind::Secret, _) if event.code == KeyCode::Backspace => {
                question.secret.pop();
            }
            (Kind::Choice { choices, .. }, Some(c)) => match c {
                'j' => self.choose(1),
                'k' => self.choose(-1),
                _ => {
                    let place = c.to_digit(10).and_then(|number| (number as usize).checked_sub(1));
                    if let Some(place) = place.filter(|place| *place < choices.len()) {
                        question.selected = place;
                    }
                }
            },
            (Kind::YesNo { .. }, Some('y' | 'Y')) => self.answer(Answer::Yes(true), "yes"),
            (Kind::YesNo { .. }, Some('n' | 'N')) => self.answer(Answer::Yes(false), "no"),
            _ => {}
        }
    }

    fn accept(&mut self) {
        let Some(question) = &mut self.question else { return };
        match &question.asked.kind {
            Kind::Text { usual } => {
                let typed = question.input.value().to_owned();
                let shown = match (typed.trim(), usual) {
                    ("", Some(usual)) => usual.clone(),
                    (typed, _) => typed.to_owned(),
                };
                self.typed = (question.asked.text.clone(), typed.clone());
                self.answer(Answer::Text(typed.into()), &shown);
            }
            Kind::Secret => {
                let typed = take(&mut question.secret);
                self.answer(Answer::Text(typed), "(it is not shown)");
            }
            Kind::Choice { choices, .. } => {
                let place = question.selected;
                let words = choices.get(place).cloned().unwrap_or_default();
                self.answer(Answer::Choice(place), &words);
            }
            Kind::YesNo { usual } => {
                let usual = *usual;
                self.answer(Answer::Yes(usual), if usual { "yes" } else { "no" });
            }
        }
    }

    /// Gives the answer, and keeps it above as a line.
    fn answer(&mut self, answer: Answer, shown: &str) {
        let Some(question) = self.question.take() else { return };
        let clean = crate::logic::printable::Printable::new(shown);
        self.add(vec![
            (Tone::Key, "? ".to_owned()),
            (Tone::Dim, format!("{}: ", question.asked.text)),
            (Tone::Plain, clean.to_string()),
        ]);
        // Who asked may have given up.
        let _ = question.asked.reply.send(answer);
    }
}

/// A line in lines of at most `width` columns, broken at blanks; what follows the first is indented as far as that, and a little more.
pub fn wrap(spans: &[Span], width: usize) -> Vec<Vec<Span>> {
    let text: String = spans.iter().map(|(_, text)| text.as_str()).collect();
    let indent = (text.len() - text.trim_start().len() + 2).min(width / 2);
    if cells::width(&text) <= width {
        return vec![spans.to_vec()];
    }
    let mut lines: Vec<Vec<Span>> = vec![Vec::new()];
    let mut used = 0;
    for (tone, text) in spans {
        for word in text.split_inclusive(' ') {
            let columns = cells::width(word.trim_end_matches(' '));
            if used + columns > width && used > indent {
                lines.push(vec![(Tone::Plain, " ".repeat(indent))]);
                used = indent;
            }
            let word = if used == indent && lines.len() > 1 { word.trim_start() } else { word };
            if columns > width.saturating_sub(indent) {
                // An address of a page: in whole lines, so that it can be copied.
                let parts = crate::tui::reader::wrap(word.trim_end(), width);
                used = parts.last().map_or(0, |part| cells::width(part));
                lines.extend(parts.into_iter().map(|part| vec![(*tone, part)]));
                continue;
            }
            // A blank that has no room is none.
            let room = width.saturating_sub(used).max(1);
            let word = if cells::width(word) > room { word.trim_end() } else { word };
            used += cells::width(word);
            if let Some(line) = lines.last_mut() {
                line.push((*tone, word.to_owned()));
            }
        }
    }
    lines.retain(|line| line.iter().any(|(_, text)| !text.trim().is_empty()));
    lines
}
