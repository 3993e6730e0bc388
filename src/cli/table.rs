//! Aligned columns. What stands in a cell is our own text or a [`Printable`], by type.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::style::{Style, Tone};
use super::words;
use crate::logic::ids::{Category, UnixTime};
use crate::logic::printable::Printable;

/// Blanks between two columns.
const GAP: usize = 2;

/// A flexible column is not made narrower than this.
const NARROWEST: usize = 8;

/// A column: its title and how its cells are set.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    title: &'static str,
    right: bool,
    flexible: bool,
}

impl Column {
    /// Set to the left, shown whole.
    pub const fn left(title: &'static str) -> Column {
        Column { title, right: false, flexible: false }
    }

    /// Set to the right, shown whole: numbers.
    pub const fn right(title: &'static str) -> Column {
        Column { title, right: true, flexible: false }
    }

    /// Set to the left and cut with `…` where the terminal is too narrow. The widest of these is cut first.
    pub const fn flexible(title: &'static str) -> Column {
        Column { title, right: false, flexible: true }
    }
}

/// One cell.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// Text that mailherd itself put together, of literals and numbers: never of what a mail or a server said.
    pub fn trusted(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), tone: Tone::Plain }
    }

    /// The same cell in another tone.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Cell {
        self.tone = tone;
        self
    }
}

impl From<&Printable> for Cell {
    fn from(text: &Printable) -> Cell {
        Cell::trusted(text.as_str())
    }
}

impl From<&'static str> for Cell {
    fn from(text: &'static str) -> Cell {
        Cell::trusted(text)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Cell {
        Cell::trusted(words::count(number))
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Cell {
        Cell::from(u64::from(number))
    }
}

impl From<UnixTime> for Cell {
    fn from(time: UnixTime) -> Cell {
        Cell::trusted(words::human_time(time))
    }
}

impl From<Category> for Cell {
    fn from(category: Category) -> Cell {
        Cell::from(category.word()).tone(Tone::Category(category))
    }
}

/// Rows under a line of titles.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Without rows. When no column is flexible, the last one is.
    pub fn new(columns: &[Column]) -> Table {
        let mut columns = columns.to_vec();
        if let (false, Some(last)) = (columns.iter().any(|column| column.flexible), columns.last_mut()) {
            last.flexible = true;
        }
        Table { columns, rows: Vec::new() }
    }

    /// Adds a row; cells beyond the columns are dropped, missing ones are empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let mut cells: Vec<Cell> = cells.into_iter().take(self.columns.len()).collect();
        cells.resize(self.columns.len(), Cell::default());
        self.rows.push(cells);
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lines, each with its line break; cut to `width` columns of a terminal where given.
    pub fn render(&self, style: Style, width: Option<usize>) -> String {
        let widths = self.widths(width);
        let titles = self.columns.iter().map(|column| Cell::from(column.title).tone(Tone::Dim)).collect();
        let mut lines = String::new();
        for row in std::iter::once(&titles).chain(&self.rows) {
            self.line(row, &widths, style, &mut lines);
        }
        lines
    }

    fn widths(&self, available: Option<usize>) -> Vec<usize> {
        let widest = |place: usize| self.rows.iter().map(|row| row[place].text.width()).max().unwrap_or(0);
        let columns = self.columns.iter().enumerate();
        let mut widths: Vec<usize> = columns.map(|(place, column)| widest(place).max(column.title.width())).collect();
        let gaps = GAP * widths.len().saturating_sub(1);
        while available.is_some_and(|available| widths.iter().sum::<usize>() + gaps > available) {
            let flexible = widths.iter_mut().zip(&self.columns).filter(|(_, column)| column.flexible);
            match flexible.map(|(width, _)| width).max() {
                Some(width) if *width > NARROWEST => *width -= 1,
                _ => break,
            }
        }
        widths
    }

    fn line(&self, row: &[Cell], widths: &[usize], style: Style, into: &mut String) {
        let mut owed = 0;
        for ((cell, column), width) in row.iter().zip(&self.columns).zip(widths) {
            let text = cut(&cell.text, *width);
            let blank = width.saturating_sub(text.width());
            let (before, after) = if column.right { (blank, 0) } else { (0, blank) };
            if !text.is_empty() {
                // Blanks are owed until text follows, so that no line ends in them.
                into.extend(std::iter::repeat_n(' ', owed + before));
                into.push_str(&style.paint(cell.tone, text));
                owed = after + GAP;
            } else {
                owed += width + GAP;
            }
        }
        into.push('\n');
    }
}

/// `text` in at most `width` columns of a terminal, with `…` where something was cut off.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 0;
    let fits = |c: &char| {
        // U+FE0F makes the character before it an emoji two columns wide.
        used += if *c == '\u{fe0f}' { 1 } else { c.width().unwrap_or(0) };
        used < width
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    if width > 0 {
        kept.truncate(kept.trim_end().len());
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters() -> Table {
        let mut table = Table::new(&[Column::left("from"), Column::right("n"), Column::flexible("subject")]);
        table.row(["Ana".into(), Cell::from(12_400_u64), Cell::from(&Printable::new("Hi\x1b[31m there"))]);
        table.row(["日本語".into(), Cell::from(7_u32), Cell::from(Category::News)]);
        table.row([Cell::default(), Cell::from(1_u32)]);
        table
    }

    #[test]
    fn columns_are_aligned_by_what_the_terminal_shows() {
        let expected = "\
from         n  subject
Ana     12,400  Hi\u{fffd}[31m there
日本語       7  news
             1
";
        assert_eq!(letters().render(Style::PLAIN, None), expected);
    }

    #[test]
    fn the_flexible_column_gives_way_on_a_narrow_terminal() {
        let narrow = letters().render(Style::PLAIN, Some(26));
        assert!(narrow.lines().all(|line| line.width() <= 26), "{narrow}");
        assert!(narrow.contains("Hi\u{fffd}[31m t…"), "{narrow}");
        let hopeless = letters().render(Style::PLAIN, Some(3));
        assert!(hopeless.contains("Hi\u{fffd}[31m…"), "not below {NARROWEST} columns: {hopeless}");
    }

    #[test]
    fn the_widest_of_two_flexible_columns_is_cut_first() {
        let mut table = Table::new(&[Column::flexible("a"), Column::flexible("b")]);
        table.row([Cell::trusted("x".repeat(12)), Cell::trusted("y".repeat(40))]);
        let text = table.render(Style::PLAIN, Some(34));
        assert!(text.contains(&format!("{}  {}…", "x".repeat(12), "y".repeat(19))), "{text}");
    }

    #[test]
    fn without_a_flexible_column_the_last_one_is() {
        let mut table = Table::new(&[Column::left("a"), Column::left("b")]);
        table.row(["x".into(), Cell::trusted("y".repeat(40))]);
        assert!(table.render(Style::PLAIN, Some(20)).lines().all(|line| line.width() <= 20));
    }

    #[test]
    fn colour_does_not_move_a_column() {
        let bare = |text: &str| {
            let mut parts = text.split('\x1b');
            let first = parts.next().unwrap_or("").to_owned();
            parts.fold(first, |bare, part| bare + part.split_once('m').map_or("", |(_, rest)| rest))
        };
        let coloured = letters().render(Style::TONED, None);
        assert!(coloured.contains("\x1b[36mnews\x1b[0m") && coloured.contains("\x1b[2msubject\x1b[0m"));
        assert_eq!(bare(&coloured), letters().render(Style::PLAIN, None));
    }

    #[test]
    fn cutting_never_exceeds_the_width() {
        for text in ["plain text", "日本語テキスト", "❤️❤️❤️❤️", "👩‍👩‍👧‍👦 family", "e\u{301}e\u{301}e\u{301}", ""]
        {
            for width in 0..12 {
                let short = cut(text, width);
                assert!(short.width() <= width, "{text:?} in {width}: {short:?}");
                assert_eq!(short == text, text.width() <= width, "{text:?} in {width}");
            }
        }
    }
}
