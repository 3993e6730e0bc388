//! Columns by priority: on a narrow terminal the less important ones go, instead of all becoming unreadable.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::cells::{self, Align};

/// Blanks between two columns.
const GAP: u16 = 1;

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub title: &'static str,
    /// Not narrower than this, else it is left out. Columns.
    pub least: u16,
    /// Not wider than this. `u16::MAX`: takes what is left.
    pub most: u16,
    /// 0 stays longest.
    pub priority: u8,
    /// At which end its cells stand.
    pub align: Align,
}

impl Column {
    /// Words, from `least` to `most` columns wide.
    pub const fn words(title: &'static str, least: u16, most: u16, priority: u8) -> Column {
        Column { title, least, most, priority, align: Align::Left }
    }

    /// Numbers, `width` columns wide.
    pub const fn numbers(title: &'static str, width: u16, priority: u8) -> Column {
        Column { title, least: width, most: width, priority, align: Align::Right }
    }
}

/// Where the columns stand on a line of a certain width. The order of the columns is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Offset and width by column; `None`: left out.
    fields: Vec<Option<(u16, u16)>>,
    aligns: Vec<Align>,
}

impl Layout {
    /// The columns that fit into `width`, by their priority; among equals the first. What is left over goes to those that may grow, a
    /// column of the terminal to each in turn. The most important column is there whatever the width.
    pub fn new(columns: &[Column], width: u16) -> Layout {
        let mut by_priority: Vec<usize> = (0..columns.len()).collect();
        by_priority.sort_by_key(|place| columns[*place].priority);
        let mut widths: Vec<Option<u16>> = vec![None; columns.len()];
        let mut left = width;
        for (rank, place) in by_priority.iter().enumerate() {
            let least = columns[*place].least;
            let cost = least.saturating_add(if rank == 0 { 0 } else { GAP });
            if cost > left && rank > 0 {
                // What comes after is less important, even where it would fit.
                break;
            }
            widths[*place] = Some(least.min(left));
            left = left.saturating_sub(cost);
        }
        grow(columns, &by_priority, &mut widths, left);
        let mut x = 0;
        let fields = widths.into_iter().map(|width| {
            let field = width.map(|width| (x, width));
            x += width.map_or(0, |width| width + GAP);
            field
        });
        Layout { fields: fields.collect(), aligns: columns.iter().map(|column| column.align).collect() }
    }

    /// Whether the column is shown.
    pub fn shows(&self, column: usize) -> bool {
        self.fields.get(column).is_some_and(Option::is_some)
    }

    /// Where the column's cell stands on `line`.
    pub fn cell(&self, line: Rect, column: usize) -> Option<Rect> {
        let (offset, width) = (*self.fields.get(column)?)?;
        Some(Rect { x: line.x.saturating_add(offset), width, ..line }.intersection(line))
    }

    /// Draws the cell of `column` on `line`, where it is shown.
    pub fn draw(&self, buffer: &mut Buffer, line: Rect, column: usize, text: &str, style: Style) {
        if let Some(field) = self.cell(line, column) {
            cells::draw(buffer, field, text, style, self.aligns[column]);
        }
    }

    /// Draws the titles on `line`; `sorted` is the column that the rows are sorted by, and whether the other way round.
    pub fn titles(
        &self,
        buffer: &mut Buffer,
        line: Rect,
        columns: &[Column],
        sorted: Option<(usize, bool)>,
        style: Style,
    ) {
        for (place, column) in columns.iter().enumerate() {
            match sorted {
                Some((by, reverse)) if by == place => {
                    let title = format!("{}{}", column.title, if reverse { '▴' } else { '▾' });
                    self.draw(buffer, line, place, &title, style);
                }
                _ => self.draw(buffer, line, place, column.title, style),
            }
        }
    }
}

fn grow(columns: &[Column], by_priority: &[usize], widths: &mut [Option<u16>], mut left: u16) {
    loop {
        let before = left;
        for place in by_priority {
            if let Some(width) = &mut widths[*place]
                && *width < columns[*place].most
                && left > 0
            {
                *width += 1;
                left -= 1;
            }
        }
        if left == before {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::testing::text;

    const COLUMNS: &[Column] = &[
        Column::words("sender", 8, u16::MAX, 0),
        Column::numbers("mail", 5, 1),
        Column::words("weeks", 6, 6, 3),
        Column::words("category", 8, 9, 2),
    ];

    fn fields(width: u16) -> Vec<Option<(u16, u16)>> {
        Layout::new(COLUMNS, width).fields
    }

    #[test]
    fn the_least_important_column_goes_first() {
        assert_eq!(fields(50), [Some((0, 27)), Some((28, 5)), Some((34, 6)), Some((41, 9))]);
        assert_eq!(fields(30), [Some((0, 8)), Some((9, 5)), Some((15, 6)), Some((22, 8))]);
        assert_eq!(fields(29), [Some((0, 13)), Some((14, 5)), None, Some((20, 9))]);
        assert_eq!(fields(22), [Some((0, 16)), Some((17, 5)), None, None]);
        assert_eq!(fields(13), [Some((0, 13)), None, None, None]);
        assert_eq!(fields(3), [Some((0, 3)), None, None, None]);
        assert_eq!(fields(0), [Some((0, 0)), None, None, None]);
    }

    #[test]
    fn cells_stand_below_their_titles() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 24, 2));
        let layout = Layout::new(COLUMNS, 24);
        let line = |y| Rect::new(0, y, 24, 1);
        layout.titles(&mut buffer, line(0), COLUMNS, Some((1, true)), Style::new());
        for (place, cell) in ["日本語 mailing list", "1,234", "x", "news"].into_iter().enumerate() {
            layout.draw(&mut buffer, line(1), place, cell, Style::new());
        }
        insta::assert_snapshot!(text(&buffer), @r"
        sender    mail▴ category
        日本語 m… 1,234 news
        ");
    }
}
