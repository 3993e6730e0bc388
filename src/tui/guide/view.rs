//! Drawing. Reads the state and changes nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::state::{Question, State};
use super::talk::Kind;
use crate::tui::keymap::{self, Context};
use crate::tui::layout;
use crate::tui::reader::wrap;
use crate::tui::theme::Tone;
use crate::tui::view::text::{Line, rule};
use crate::tui::widget::cells::{self, Align};

/// The parts of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Areas {
    /// The title.
    pub top: Rect,
    /// What was told.
    pub told: Rect,
    /// The line above the question.
    pub rule: Rect,
    /// The question, or what is being done.
    pub asked: Rect,
    /// The keys.
    pub hints: Rect,
}

/// Where what stands: the question has as much as it needs, to more than half of the screen.
pub fn areas(state: &State) -> Areas {
    let whole = layout::areas(state.size);
    let rows = whole.body.height + whole.status.height;
    let wanted = state.question.as_ref().map_or(1, |question| question_height(question, state.width()));
    let asked = wanted.min(rows.saturating_sub(2) * 2 / 3).max(1).min(rows);
    let rule = u16::from(rows > asked);
    let told = rows - asked - rule;
    let part = |y, height| Rect { y: whole.body.y + y, height, ..whole.body };
    Areas {
        top: whole.top,
        told: part(0, told),
        rule: part(told, rule),
        asked: part(told + rule, asked),
        hints: whole.hints,
    }
}

/// Draws everything. Gives the place of the cursor where text is typed.
pub fn draw(state: &State, buffer: &mut Buffer) -> Option<Position> {
    if buffer.area.as_size() != state.size {
        // The state will be told of the new size, and a frame drawn for another one reaches beyond this.
        return None;
    }
    if layout::too_small(state.size) {
        let sentence = format!("mailherd needs {}×{}", layout::SMALLEST.width, layout::SMALLEST.height);
        let style = state.theme.style(Tone::Warn);
        cells::draw(buffer, Rect { height: 1, ..buffer.area }, &sentence, style, Align::Left);
        return None;
    }
    let areas = areas(state);
    let mut top = Line::new(buffer, &state.theme, areas.top);
    top.write(" mailherd ", Tone::Title).write(" set up an account", Tone::Plain);
    if state.below > 0 {
        top.right(&format!("{} more lines below ", state.below), Tone::Dim);
    }
    told(state, buffer, inset(areas.told));
    rule(buffer, &state.theme, areas.rule);
    let cursor = match (&state.question, state.over) {
        (Some(question), _) => asked(question, state, buffer, inset(areas.asked)),
        (None, Some(next)) => {
            let mut line = Line::new(buffer, &state.theme, inset(areas.asked));
            line.write("Enter ", Tone::Key).write(next, Tone::Plain);
            None
        }
        (None, None) => {
            let text = if state.doing.is_empty() { "one moment …" } else { &state.doing };
            Line::new(buffer, &state.theme, inset(areas.asked)).write(text, Tone::Dim);
            None
        }
    };
    hints(state, buffer, areas.hints);
    cursor
}

/// The choice that stands there.
pub fn choice_at(state: &State, at: Position) -> Option<usize> {
    let question = state.question.as_ref()?;
    let Kind::Choice { choices, .. } = &question.asked.kind else { return None };
    let area = inset(areas(state).asked);
    let (field, first) = choices_field(question, area);
    let place = first + usize::from(at.y.checked_sub(field.y)?);
    (field.contains(at) && place < choices.len()).then_some(place)
}

fn inset(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
}

fn told(state: &State, buffer: &mut Buffer, area: Rect) {
    let end = state.lines.len().saturating_sub(state.below);
    let begin = end.saturating_sub(usize::from(area.height));
    for (spans, y) in state.lines[begin..end].iter().zip(area.top()..) {
        let mut line = Line::new(buffer, &state.theme, Rect { y, height: 1, ..area });
        for (tone, text) in spans {
            line.write(text, *tone);
        }
    }
}

/// Lines of the question before its answer: why, what, and why not that.
fn head(question: &Question, width: usize) -> Vec<(String, Tone)> {
    let lines = |text: &str, tone| wrap(text, width.max(1)).into_iter().map(move |line| (line, tone));
    let asked = &question.asked;
    let why = (!asked.why.is_empty()).then(|| lines(&asked.why, Tone::Dim)).into_iter().flatten();
    let not = format!("not that: {}", question.objection);
    let not = (!question.objection.is_empty()).then(|| lines(&not, Tone::Warn)).into_iter().flatten();
    let text = match &asked.kind {
        Kind::YesNo { usual: true } => format!("{}? Y/n", asked.text),
        Kind::YesNo { usual: false } => format!("{}? y/N", asked.text),
        Kind::Secret => format!("{} (it is not shown)", asked.text),
        _ => asked.text.clone(),
    };
    lines(&text, Tone::Strong).chain(why).chain(not).collect()
}

fn question_height(question: &Question, width: usize) -> u16 {
    let answer = match &question.asked.kind {
        Kind::Choice { choices, .. } => choices.len(),
        Kind::Text { .. } | Kind::Secret => 1,
        Kind::YesNo { .. } => 0,
    };
    u16::try_from(head(question, width).len() + answer).unwrap_or(u16::MAX)
}

fn asked(question: &Question, state: &State, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let theme = &state.theme;
    let head = head(question, usize::from(area.width));
    let answer = question_height(question, usize::from(area.width)).saturating_sub(head.len() as u16);
    // Where there is too little room for all, the answer is what must be seen, and what is asked.
    let shown = usize::from(area.height.saturating_sub(answer.min(3))).clamp(1, head.len().max(1));
    for ((text, tone), y) in head.iter().take(shown).zip(area.top()..area.bottom()) {
        Line::new(buffer, theme, Rect { y, height: 1, ..area }).write(text, *tone);
    }
    let field = Rect { y: area.y + shown as u16, height: area.height.saturating_sub(shown as u16), ..area };
    if field.height == 0 {
        return None;
    }
    match &question.asked.kind {
        Kind::Text { usual } => {
            let line = Rect { height: 1, ..field };
            let cursor = crate::tui::view::frame::typed(&question.input, "> ", theme, buffer, line);
            if let (true, Some(usual)) = (question.input.value().is_empty(), usual) {
                let behind = Rect { x: line.x + 3, width: line.width.saturating_sub(3), ..line };
                Line::new(buffer, theme, behind).write(&format!("[{usual}]"), Tone::Dim);
            }
            cursor
        }
        Kind::Secret => {
            // One sign for any length.
            let sign = if question.secret.is_empty() { "" } else { "•••" };
            let mut line = Line::new(buffer, theme, Rect { height: 1, ..field });
            line.write("> ", Tone::Key).write(sign, Tone::Plain);
            Some(Position::new(field.x + 2 + cells::width(sign) as u16, field.y))
        }
        Kind::Choice { choices, .. } => {
            let (field, first) = choices_field(question, area);
            for ((place, words), y) in choices.iter().enumerate().skip(first).zip(field.top()..field.bottom()) {
                let tone = if place == question.selected { Tone::Selected } else { Tone::Plain };
                let mark = if place == question.selected { ">" } else { " " };
                let line = Rect { y, height: 1, ..field };
                let text = format!("{mark} {}  {words}", place + 1);
                cells::draw(buffer, line, &text, theme.style(tone), Align::Left);
            }
            None
        }
        Kind::YesNo { .. } => None,
    }
}

/// Where choices are drawn, and which is the first: the selected one is always seen.
fn choices_field(question: &Question, area: Rect) -> (Rect, usize) {
    let Kind::Choice { choices, .. } = &question.asked.kind else { return (area, 0) };
    let head = head(question, usize::from(area.width)).len();
    let shown = usize::from(area.height.saturating_sub((choices.len() as u16).min(3))).clamp(1, head.max(1));
    let field = Rect { y: area.y + shown as u16, height: area.height.saturating_sub(shown as u16), ..area };
    let first = (question.selected + 1).saturating_sub(usize::from(field.height));
    (field, first)
}

fn hints(state: &State, buffer: &mut Buffer, area: Rect) {
    let kind = state.question.as_ref().map(|question| &question.asked.kind);
    let mut line = Line::new(buffer, &state.theme, area);
    line.write(" ", Tone::Plain);
    if let Some(Kind::YesNo { .. }) = kind {
        line.write("y", Tone::Key).write(" yes  ", Tone::Dim).write("n", Tone::Key).write(" no  ", Tone::Dim);
    }
    for binding in keymap::bindings(Context::Guide) {
        let Some(key) = binding.keys().next().filter(|_| !binding.hint.is_empty()) else { continue };
        let useful = match binding.action {
            keymap::Action::Accept => kind.is_some(),
            keymap::Action::Down => matches!(kind, Some(Kind::Choice { .. })),
            _ => true,
        };
        if !useful || usize::from(line.room()) < cells::width(key) + cells::width(binding.hint) + 3 {
            continue;
        }
        line.write(key, Tone::Key).write(&format!(" {}  ", binding.hint), Tone::Dim);
    }
}
