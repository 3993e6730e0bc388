//! Text that is longer than its window: wrapped once for a width, scrolled by lines.

use super::theme::Tone;
use super::widget::cells;
use super::widget::list::{ListState, Step};
use crate::logic::printable::Printable;

/// A paragraph: a head of its own tone, and a text that is wrapped beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Stands before the first line; the lines below are indented by its width. Clean text.
    pub head: String,
    /// Of the head.
    pub head_tone: Tone,
    /// Clean text.
    pub text: String,
    /// Of the text.
    pub tone: Tone,
}

impl Piece {
    /// Text of mailherd's own, or text that is clean already.
    pub fn plain(text: impl Into<String>) -> Piece {
        Piece { text: text.into(), ..Piece::default() }
    }

    /// Foreign text.
    pub fn foreign(text: &str) -> Piece {
        Piece::plain(Printable::new(text).as_str())
    }

    /// A line without text.
    pub fn blank() -> Piece {
        Piece::default()
    }

    /// The same with a head before it.
    #[must_use]
    pub fn head(mut self, head: impl Into<String>, tone: Tone) -> Piece {
        (self.head, self.head_tone) = (head.into(), tone);
        self
    }

    /// The same in another tone.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Piece {
        self.tone = tone;
        self
    }

    fn wrap(&self, width: usize, into: &mut Vec<Piece>) {
        let indent = cells::width(&self.head).min(width / 2);
        let lines = wrap(&self.text, (width - indent).max(1));
        for (place, line) in lines.into_iter().enumerate() {
            let head = if place == 0 { self.head.clone() } else { " ".repeat(indent) };
            into.push(Piece { head, text: line, ..*self });
        }
    }
}

/// `text` in lines of at most `width` columns, broken at blanks, and within a word where it is longer than a line.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for (place, word) in text.split(' ').enumerate() {
        let columns = cells::width(word);
        // The first word of a line stands at its beginning; blanks before the first word of all are an indentation, and stay.
        if place > 0 && (used > 0 || lines.is_empty()) {
            if used + 1 + columns > width && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            } else {
                line.push(' ');
                used += 1;
            }
        }
        for c in word.chars() {
            let columns = cells::width(c.encode_utf8(&mut [0; 4]));
            if used + columns > width && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += columns;
        }
    }
    lines.push(line);
    lines
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    pieces: Vec<Piece>,
    lines: Vec<Piece>,
    width: u16,
    /// Its selected line is not shown: only the window counts.
    window: ListState,
}

impl Reader {
    /// Shows these from the top.
    pub fn show(&mut self, pieces: Vec<Piece>) {
        (self.pieces, self.width) = (pieces, 0);
        self.window = ListState::default();
    }

    /// Shows these instead, at the same place.
    pub fn renew(&mut self, pieces: Vec<Piece>) {
        (self.pieces, self.width) = (pieces, 0);
    }

    /// The window is now of this size.
    pub fn resize(&mut self, width: u16, height: u16) {
        if self.width != width {
            self.width = width;
            self.lines.clear();
            self.pieces.iter().for_each(|piece| piece.wrap(usize::from(width.max(1)), &mut self.lines));
        }
        self.window.resize(height, self.total());
    }

    /// All lines, wrapped.
    pub fn lines(&self) -> &[Piece] {
        &self.lines
    }

    /// The lines that are seen.
    pub fn visible(&self) -> &[Piece] {
        let seen = self.window.visible(self.total());
        &self.lines[seen.start as usize..seen.end as usize]
    }

    /// How much of it was seen when the last visible line was read, in percent.
    pub fn percent(&self) -> u64 {
        let seen = self.window.visible(self.total());
        if self.total() == 0 { 100 } else { seen.end * 100 / self.total() }
    }

    /// Scrolls.
    pub fn step(&mut self, step: Step) {
        let (height, total) = (i64::from(self.window.height()), self.total());
        let rows = match step {
            Step::Up => -1,
            Step::Down => 1,
            Step::HalfUp => -(height / 2).max(1),
            Step::HalfDown => (height / 2).max(1),
            Step::PageUp => -(height - 1).max(1),
            Step::PageDown => (height - 1).max(1),
            Step::First => -(total as i64),
            Step::Last => total as i64,
        };
        self.window.scroll(rows, total);
    }

    /// Goes to the next line that holds `text` (smart case), or to the one before; `false` when there is none.
    pub fn find(&mut self, text: &str, backward: bool) -> bool {
        let total = self.lines.len();
        let top = self.window.visible(self.total()).start as usize;
        let exact = text.chars().any(char::is_uppercase);
        let holds = |line: usize| {
            let found = &self.lines[line].text;
            if exact { found.contains(text) } else { found.to_lowercase().contains(&text.to_lowercase()) }
        };
        let order = (1..=total).map(|step| if backward { (top + total - step) % total } else { (top + step) % total });
        let Some(line) = order.into_iter().find(|line| holds(*line)) else { return false };
        self.window.scroll(line as i64 - top as i64, total as u64);
        true
    }

    fn total(&self) -> u64 {
        self.lines.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_blanks_and_long_words_are_broken() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("日本語テキスト", 5), ["日本", "語テ", "キス", "ト"]);
        assert_eq!(wrap("  indented", 20), ["  indented"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn a_head_stands_beside_its_text() {
        let mut reader = Reader::default();
        reader.show(vec![Piece::plain("one two three").head("x: ", Tone::Dim)]);
        reader.resize(10, 5);
        let lines: Vec<String> = reader.visible().iter().map(|line| format!("{}{}", line.head, line.text)).collect();
        assert_eq!(lines, ["x: one two", "   three"]);
    }

    #[test]
    fn it_is_scrolled_to_its_ends_and_searched_around_them() {
        let mut reader = Reader::default();
        reader.show((0..100).map(|line| Piece::plain(format!("line {line}"))).collect());
        reader.resize(20, 10);
        reader.step(Step::Last);
        assert_eq!(reader.visible()[0].text, "line 90");
        assert_eq!(reader.percent(), 100);
        assert!(reader.find("line 42", false) && reader.visible()[0].text == "line 42");
        assert!(!reader.find("LINE 4", false) && reader.visible()[0].text == "line 42");
        assert!(reader.find("line 41", true) && reader.visible()[0].text == "line 41");
        Reader::default().find("x", true);
    }
}
