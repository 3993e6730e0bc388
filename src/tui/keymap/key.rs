//! The names of keys: `j`, `Ctrl-d`, `PgUp`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

const NAMED: &[(&str, KeyCode)] = &[
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Space", KeyCode::Char(' ')),
];

/// The name of a pressed key; `None` for keys that nothing is bound to (function keys, media keys).
pub fn name(event: KeyEvent) -> Option<String> {
    let named = NAMED.iter().find(|(_, code)| *code == event.code).map(|(name, _)| (*name).to_owned());
    let bare = named.or(match event.code {
        // Terminals without the kitty protocol send Shift as another character: the modifier says nothing more.
        KeyCode::Char(c) => Some(c.to_string()),
        _ => None,
    })?;
    let mut name = String::new();
    for (modifier, prefix) in [(KeyModifiers::CONTROL, "Ctrl-"), (KeyModifiers::ALT, "Alt-")] {
        if event.modifiers.contains(modifier) {
            name.push_str(prefix);
        }
    }
    let held = !name.is_empty();
    name.push_str(&if held && bare.len() == 1 { bare.to_lowercase() } else { bare });
    Some(name)
}

/// The key of a name; the opposite of [`name`].
pub fn parse(name: &str) -> Option<KeyEvent> {
    let (modifiers, bare) = match name {
        _ if name.starts_with("Ctrl-") => (KeyModifiers::CONTROL, &name[5..]),
        _ if name.starts_with("Alt-") => (KeyModifiers::ALT, &name[4..]),
        _ => (KeyModifiers::NONE, name),
    };
    let named = NAMED.iter().find(|(name, _)| *name == bare).map(|(_, code)| *code);
    let mut characters = bare.chars();
    let code = named.or(match (characters.next(), characters.next()) {
        (Some(one), None) => Some(KeyCode::Char(one)),
        _ => None,
    })?;
    Some(KeyEvent::new(code, modifiers))
}
