//! Colour by meaning, and only where somebody looks at it.

use std::ffi::OsStr;
use std::fmt::Display;
use std::io::IsTerminal;

use crate::logic::ids::Category;

/// What a piece of text means; the colour follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// Less important: headers, hints, units.
    Dim,
    /// More important.
    Bold,
    /// It went well.
    Good,
    /// It went wrong.
    Bad,
    /// Somebody should look at it.
    Warn,
    /// A category, or what lies in its folder.
    Category(Category),
}

impl Tone {
    /// One for each way to look.
    const ALL: [Tone; 7] = [
        Tone::Dim,
        Tone::Bold,
        Tone::Good,
        Tone::Bad,
        Tone::Warn,
        Tone::Category(Category::News),
        Tone::Category(Category::Blackhole),
    ];

    /// The parameter of SGR (ECMA-48, 8.3.117); only the 16 colours, so that the user's own palette holds.
    fn sgr(self) -> &'static str {
        match self {
            Tone::Plain | Tone::Category(Category::Inbox) => "",
            Tone::Dim => "2",
            Tone::Bold => "1",
            Tone::Good | Tone::Category(Category::Top) => "32",
            Tone::Bad => "31",
            Tone::Warn | Tone::Category(Category::Bulk) => "33",
            Tone::Category(Category::News) => "36",
            Tone::Category(Category::Blackhole) => "35",
        }
    }
}

/// Whether one output stream is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// Without colour.
    pub const PLAIN: Style = Style { colour: false };

    /// With tones whatever the environment says, for [`pieces`].
    pub const TONED: Style = Style { colour: true };

    /// For standard output.
    pub fn stdout() -> Style {
        Style::from_environment(std::io::stdout().is_terminal())
    }

    /// For standard error.
    pub fn stderr() -> Style {
        Style::from_environment(std::io::stderr().is_terminal())
    }

    fn from_environment(terminal: bool) -> Style {
        Style::decide(terminal, std::env::var_os("NO_COLOR").as_deref(), std::env::var_os("TERM").as_deref())
    }

    /// <https://no-color.org>: any value of NO_COLOR but the empty one switches colour off.
    fn decide(terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> Style {
        let unwanted = no_color.is_some_and(|value| !value.is_empty());
        Style { colour: terminal && !unwanted && term.is_none_or(|term| term != "dumb") }
    }

    /// Whether it is.
    pub fn is_coloured(self) -> bool {
        self.colour
    }

    /// `text` in the colour of `tone`.
    pub fn paint(self, tone: Tone, text: impl Display) -> String {
        match tone.sgr() {
            sgr if self.colour && !sgr.is_empty() => format!("\x1b[{sgr}m{text}\x1b[0m"),
            _ => text.to_string(),
        }
    }
}

/// What [`Style::paint`] put together, taken apart again. Foreign text holds no escape sequence: it is a `Printable`.
pub fn pieces(painted: &str) -> Vec<(Tone, &str)> {
    let mut pieces = Vec::new();
    let mut tone = Tone::Plain;
    for (place, part) in painted.split("\x1b[").enumerate() {
        let text = match part.split_once('m') {
            Some((sgr, text)) if place > 0 => {
                tone = Tone::ALL.into_iter().find(|tone| tone.sgr() == sgr).unwrap_or_default();
                text
            }
            _ => part,
        };
        if !text.is_empty() {
            pieces.push((tone, text));
        }
    }
    pieces
}

/// The width of the terminal that standard output (or else standard error) is, in columns: `$COLUMNS`, else what it says
/// itself, else 100.
pub fn terminal_width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let asked = || {
        let size = rustix::termios::tcgetwinsize(std::io::stdout());
        size.or_else(|_| rustix::termios::tcgetwinsize(std::io::stderr())).map(|size| usize::from(size.ws_col)).ok()
    };
    told.filter(|columns| *columns > 0).or_else(asked).filter(|columns| *columns > 0).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_needs_a_terminal_that_wants_it() {
        let decide = |terminal, no_color: Option<&str>, term: Option<&str>| {
            Style::decide(terminal, no_color.map(OsStr::new), term.map(OsStr::new)) == Style::TONED
        };
        assert!(decide(true, None, Some("xterm")));
        assert!(decide(true, Some(""), None));
        assert!(!decide(false, None, Some("xterm")));
        assert!(!decide(true, Some("1"), Some("xterm")));
        assert!(!decide(true, None, Some("dumb")));
    }

    #[test]
    fn paint_adds_nothing_where_there_is_no_colour() {
        let news = Tone::Category(Category::News);
        assert_eq!(Style::PLAIN.paint(news, "x"), "x");
        assert_eq!(Style::TONED.paint(news, "x"), "\x1b[36mx\x1b[0m");
        assert_eq!(Style::TONED.paint(Tone::Category(Category::Inbox), "x"), "x");
    }

    #[test]
    fn what_was_painted_is_taken_apart_again() {
        let line = format!("{} a {}b", Style::TONED.paint(Tone::Good, " ok"), Style::TONED.paint(Tone::Dim, "x[1m"));
        assert_eq!(pieces(&line), [(Tone::Good, " ok"), (Tone::Plain, " a "), (Tone::Dim, "x[1m"), (Tone::Plain, "b")]);
        assert_eq!(pieces("plain"), [(Tone::Plain, "plain")]);
        assert_eq!(pieces(""), []);
    }
}
