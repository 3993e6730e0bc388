//! A list of any length that costs what is seen of it: only visible rows are asked for.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::theme::{Theme, Tone};

/// Rows that stay visible before and behind the selected one, where there are any.
const MARGIN: u64 = 2;

/// A movement of the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One row.
    Up,
    /// One row.
    Down,
    /// Half of what is seen.
    HalfUp,
    /// Half of what is seen.
    HalfDown,
    /// All but a row of what is seen.
    PageUp,
    /// All but a row of what is seen.
    PageDown,
    /// The first row.
    First,
    /// The last row.
    Last,
}

/// What is selected in a list and which part of it is seen. Who owns the list tells it how long it is and, when the terminal's
/// size changes, how high its window is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListState {
    selected: u64,
    top: u64,
    height: u16,
}

impl Default for ListState {
    fn default() -> Self {
        ListState { selected: 0, top: 0, height: 1 }
    }
}

impl ListState {
    /// The selected row, from 0. Means nothing where the list is empty.
    pub fn selected(&self) -> u64 {
        self.selected
    }

    /// The rows of a list of `total` that are seen.
    pub fn visible(&self, total: u64) -> Range<u64> {
        self.top.min(total)..self.top.saturating_add(u64::from(self.height)).min(total)
    }

    /// Rows that the window holds; at least 1.
    pub fn height(&self) -> u16 {
        self.height
    }

    /// The window is now `height` rows high, the list `total` rows long.
    pub fn resize(&mut self, height: u16, total: u64) {
        self.height = height.max(1);
        self.settle(total);
    }

    /// Selects the row `place`, or the last one of `total`.
    pub fn select(&mut self, place: u64, total: u64) {
        self.selected = place;
        self.settle(total);
    }

    /// Moves the selection.
    pub fn step(&mut self, step: Step, total: u64) {
        let (half, page) = (u64::from(self.height / 2).max(1), u64::from(self.height.saturating_sub(1)).max(1));
        let place = match step {
            Step::Up => self.selected.saturating_sub(1),
            Step::Down => self.selected.saturating_add(1),
            Step::HalfUp => self.selected.saturating_sub(half),
            Step::HalfDown => self.selected.saturating_add(half),
            Step::PageUp => self.selected.saturating_sub(page),
            Step::PageDown => self.selected.saturating_add(page),
            Step::First => 0,
            Step::Last => u64::MAX,
        };
        self.select(place, total);
    }

    /// Scrolls by `rows` as a mouse wheel does; the selection goes along only as far as it has to.
    pub fn scroll(&mut self, rows: i64, total: u64) {
        let last_top = total.saturating_sub(u64::from(self.height));
        self.top = self.top.saturating_add_signed(rows).min(last_top);
        let seen = self.visible(total);
        self.selected = self.selected.clamp(seen.start, seen.end.saturating_sub(1).max(seen.start));
    }

    /// The row that is drawn `line` lines below the top of the window.
    pub fn at_line(&self, line: u16, total: u64) -> Option<u64> {
        Some(self.top + u64::from(line)).filter(|place| self.visible(total).contains(place))
    }

    /// Selection and window into the bounds of the list, the window around the selection.
    fn settle(&mut self, total: u64) {
        self.selected = self.selected.min(total.saturating_sub(1));
        let height = u64::from(self.height);
        let margin = MARGIN.min((height - 1) / 2);
        let lowest = (self.selected + margin + 1).saturating_sub(height);
        let highest = self.selected.saturating_sub(margin);
        self.top = self.top.clamp(lowest, highest.max(lowest)).min(total.saturating_sub(height));
    }
}

/// How a row stands in its list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The selection is on it.
    pub selected: bool,
    /// Keys go to this list.
    pub focused: bool,
}

/// Draws the visible rows: `row` is called for each with its place and its line. Lists that do not fit have a scroll bar at the right.
pub fn draw(
    buffer: &mut Buffer,
    area: Rect,
    theme: &Theme,
    (state, total): (&ListState, u64),
    focused: bool,
    mut row: impl FnMut(&mut Buffer, Rect, u64, Look),
) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let fits = total <= u64::from(area.height);
    let width = if fits { area.width } else { area.width.saturating_sub(1) };
    for (place, y) in state.visible(total).zip(area.top()..area.bottom()) {
        let line = Rect::new(area.x, y, width, 1);
        let look = Look { selected: place == state.selected, focused };
        row(buffer, line, place, look);
        if look.selected {
            let tone = if focused { Tone::Selected } else { Tone::SelectedElsewhere };
            buffer.set_style(line, theme.style(tone));
        }
    }
    if !fits {
        scroll_bar(buffer, Rect { x: area.right() - 1, width: 1, ..area }, theme, state.visible(total), total);
    }
}

fn scroll_bar(buffer: &mut Buffer, area: Rect, theme: &Theme, seen: Range<u64>, total: u64) {
    let height = u64::from(area.height);
    let thumb = (height * height / total.max(1)).clamp(1, height);
    let (hidden, room) = (total.saturating_sub(height).max(1), height - thumb);
    // Rounded to the nearest line, but at an end only when the list is.
    let mut start = (u128::from(seen.start) * u128::from(room) + u128::from(hidden / 2)) / u128::from(hidden);
    if room >= 2 {
        start = match seen.start {
            0 => 0,
            top if top >= hidden => u128::from(room),
            _ => start.clamp(1, u128::from(room - 1)),
        };
    }
    let thumb = start as u64..start as u64 + thumb;
    for (line, y) in (area.top()..area.bottom()).enumerate() {
        let on_thumb = thumb.contains(&(line as u64));
        let (symbol, tone) = if on_thumb { ("┃", Tone::Plain) } else { ("│", Tone::Border) };
        buffer[(area.x, y)].set_symbol(symbol).set_style(theme.style(tone));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::testing::text;
    use crate::tui::widget::cells::{self, Align};

    fn of(height: u16, total: u64, steps: &[Step]) -> ListState {
        let mut state = ListState::default();
        state.resize(height, total);
        steps.iter().for_each(|step| state.step(*step, total));
        state
    }

    #[test]
    fn the_window_follows_the_selection() {
        use Step::*;
        for (height, total, steps, selected, seen) in [
            (5, 0, &[Down, Last][..], 0, 0..0),
            (5, 3, &[Down, Down, Down, Down], 2, 0..3),
            (5, 10, &[Down, Down], 2, 0..5),
            (5, 10, &[Down, Down, Down], 3, 1..6),
            (5, 10, &[Last], 9, 5..10),
            (5, 10, &[Last, Up, Up, Up], 6, 4..9),
            (5, 10, &[PageDown], 4, 2..7),
            (5, 10, &[Last, First], 0, 0..5),
            (1, 10, &[Down, Down], 2, 2..3),
            (2, 10, &[Down, Down], 2, 1..3),
            (10, 100, &[HalfDown, HalfDown, HalfUp], 5, 3..13),
        ] {
            let state = of(height, total, steps);
            assert_eq!((state.selected(), state.visible(total)), (selected, seen), "{height} of {total}: {steps:?}");
        }
    }

    #[test]
    fn a_list_that_shrinks_or_a_window_that_grows_leaves_no_gap() {
        let mut state = of(5, 100, &[Step::Last]);
        state.select(state.selected(), 7);
        assert_eq!((state.selected(), state.visible(7)), (6, 2..7));
        state.resize(50, 7);
        assert_eq!(state.visible(7), 0..7);
    }

    #[test]
    fn the_wheel_moves_the_window_and_the_selection_stays_in_it() {
        let mut state = of(5, 100, &[]);
        state.scroll(10, 100);
        assert_eq!((state.selected(), state.visible(100)), (10, 10..15));
        state.scroll(-3, 100);
        assert_eq!((state.selected(), state.visible(100)), (10, 7..12));
        state.scroll(1_000, 100);
        assert_eq!(state.visible(100), 95..100);
        assert_eq!((state.at_line(2, 100), state.at_line(5, 100)), (Some(97), None));
        state.scroll(3, 0);
        assert_eq!(state.selected(), 0);
    }

    #[test]
    fn only_what_is_seen_is_asked_for() {
        let total = 1_000_000_000_000;
        let state = of(4, total, &[Step::Last, Step::Up, Step::Up]);
        let mut asked = Vec::new();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 16, 4));
        let area = buffer.area;
        draw(&mut buffer, area, &Theme::default(), (&state, total), true, |buffer, line, place, look| {
            asked.push(place);
            let mark = if look.selected { ">" } else { " " };
            cells::draw(buffer, line, &format!("{mark}{place}"), Default::default(), Align::Left);
        });
        assert_eq!(asked, [999_999_999_996, 999_999_999_997, 999_999_999_998, 999_999_999_999]);
        insta::assert_snapshot!(text(&buffer), @r"
         999999999996  │
        >999999999997  │
         999999999998  │
         999999999999  ┃
        ");
    }

    #[test]
    fn the_scroll_bar_stands_at_an_end_only_when_the_list_does() {
        let bar = |top: i64| {
            let mut state = of(8, 1_000, &[]);
            state.scroll(top, 1_000);
            let mut buffer = Buffer::empty(Rect::new(0, 0, 1, 8));
            let area = buffer.area;
            draw(&mut buffer, area, &Theme::default(), (&state, 1_000), true, |_, _, _, _| ());
            buffer.content.iter().position(|cell| cell.symbol() == "┃")
        };
        assert_eq!([0, 1, 500, 991, 992].map(bar), [0, 1, 4, 6, 7].map(Some));
    }
}
