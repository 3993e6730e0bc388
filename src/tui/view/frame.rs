//! What surrounds each screen: the names of the screens above, the keys below, and the line that is typed into.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::text::Line;
use crate::logic::printable::Printable;
use crate::tui::keymap::{self, Action, Context};
use crate::tui::model::Model;
use crate::tui::overlay::Prompt;
use crate::tui::screen::ScreenName;
use crate::tui::shared::Shared;
use crate::tui::theme::{Theme, Tone};
use crate::tui::widget::cells;

/// From this many columns on the program's name stands before the names of the screens.
const NAMED: u16 = 84;

/// The names of the screens and their keys, and the account that is looked at.
pub fn top(model: &Model, buffer: &mut Buffer, area: Rect) {
    let shared = &model.shared;
    let mut line = Line::new(buffer, &shared.theme, area);
    if model.screen.name() == ScreenName::Welcome {
        line.write(" mailherd", Tone::Title);
        return;
    }
    for (name, text) in entries(model) {
        let tone = match name {
            None => Tone::Title,
            Some(name) if name == model.screen.name() => Tone::Selected,
            Some(_) => Tone::Dim,
        };
        line.write(&text, tone);
    }
    if shared.several() {
        let account = shared.account.as_deref().map_or("all accounts".into(), |name| Printable::new(name).to_string());
        line.right(&format!("{account} "), Tone::Dim);
    }
}

/// The screen whose name stands in this column.
pub fn screen_at(model: &Model, column: u16) -> Option<ScreenName> {
    let mut end = 0;
    for (name, text) in entries(model) {
        end += cells::width(&text) as u16;
        if column < end {
            return name;
        }
    }
    None
}

/// On a narrow terminal only the screen that is shown is named; the others are their keys.
fn entries(model: &Model) -> Vec<(Option<ScreenName>, String)> {
    let width = model.shared.size.width;
    let mut entries = Vec::new();
    if width >= NAMED {
        entries.push((None, " mailherd ".to_owned()));
    }
    for (place, name) in ScreenName::ALL.into_iter().enumerate() {
        let named = width >= 60 || name == model.screen.name();
        let title = if named { format!(" {}", name.title()) } else { String::new() };
        entries.push((Some(name), format!(" {}{title} ", place + 1)));
    }
    entries
}

/// The keys that can be pressed, as many as there is room for.
pub fn hints(model: &Model, buffer: &mut Buffer, area: Rect) {
    let context = model.context();
    let mut line = Line::new(buffer, &model.shared.theme, area);
    line.write(" ", Tone::Plain);
    // The way to all other keys is always there.
    let help = keymap::binding(context, Action::Help).map_or(0, |_| " ? help".len() as u16);
    for binding in keymap::bindings(context) {
        let Some(key) = binding.keys().next().filter(|_| !binding.hint.is_empty()) else { continue };
        if binding.action == Action::Help || model.can(binding.action).is_err() {
            continue;
        }
        let hint = if binding.action == Action::Close { "close" } else { binding.hint };
        let width = (cells::width(key) + 1 + cells::width(hint)) as u16;
        if width + help + 2 > line.room() {
            break;
        }
        line.write(key, Tone::Key).write(" ", Tone::Plain).write(hint, Tone::Dim).write("  ", Tone::Plain);
    }
    if help > 0 {
        line.write("?", Tone::Key).write(" help", Tone::Dim);
    } else if context != Context::Welcome {
        line.write("Esc", Tone::Key).write(" close", Tone::Dim);
    }
}

/// The line that is typed into, instead of the status line; gives the place of the cursor.
pub fn prompt(prompt: &Prompt, shared: &Shared, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    super::text::clear(buffer, area);
    typed(&prompt.input, &prompt.purpose.sign().to_string(), &shared.theme, buffer, area)
}

/// A sign and the line behind it, scrolled so that the cursor is seen; gives its place.
pub fn typed(input: &tui_input::Input, sign: &str, theme: &Theme, buffer: &mut Buffer, area: Rect) -> Option<Position> {
    let mut line = Line::new(buffer, theme, area);
    line.write(sign, Tone::Key);
    let room = usize::from(line.room().saturating_sub(1));
    let before: String = input.value().chars().take(input.cursor()).collect();
    // From the left as much is left out as must be, so that the cursor has a column of its own.
    let mut skip = 0;
    let mut characters = before.chars();
    while cells::width(characters.as_str()) > room {
        characters.next();
        skip += 1;
    }
    let shown: String = input.value().chars().skip(skip).collect();
    line.write(&shown, Tone::Plain);
    let column = area.x + (cells::width(sign) + cells::width(characters.as_str())) as u16;
    Some(Position::new(column.min(area.right().saturating_sub(1)), area.y))
}
