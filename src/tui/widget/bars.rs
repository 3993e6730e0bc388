//! Stacked bars: how much mail a day, by category. Each category has its pattern besides its colour.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::{self, Align};
use crate::logic::figures::count;
use crate::logic::ids::Category;
use crate::tui::theme::{Theme, Tone, letter, pattern};

/// A bar is not wider than this. Columns.
const WIDEST: u16 = 3;

/// Draws one bar for each of `days` (messages by category, oldest first), as high as `area` allows, over an axis with labels. The
/// highest day fills the height. Where there is no room for all days, the newest are shown.
pub fn draw(buffer: &mut Buffer, area: Rect, theme: &Theme, days: &[[u32; 5]], label: impl Fn(usize) -> String) {
    let area = area.intersection(buffer.area);
    let highest = days.iter().map(total).max().unwrap_or(0);
    let axis = count(highest).len() as u16 + 1;
    if area.height < 3 || area.width <= axis + 1 {
        return;
    }
    let field = Rect { x: area.x + axis, width: area.width - axis, height: area.height - 1, ..area };
    scale(buffer, field, theme, area.x, highest);
    let pitch = (usize::from(field.width) / days.len().max(1)).clamp(1, usize::from(WIDEST) + 1) as u16;
    let shown = days.len().min(usize::from(field.width / pitch));
    let first = days.len() - shown;
    for (place, day) in days[first..].iter().enumerate() {
        let x = field.x + place as u16 * pitch;
        bar(buffer, Rect { x, width: pitch.saturating_sub(1).max(1), ..field }, theme, day, highest);
    }
    let labels = Rect { y: field.bottom(), height: 1, ..field };
    write_labels(buffer, labels, theme, pitch, (first..days.len()).map(label).collect());
}

/// Messages of a day.
fn total(day: &[u32; 5]) -> u64 {
    day.iter().map(|count| u64::from(*count)).sum()
}

fn scale(buffer: &mut Buffer, field: Rect, theme: &Theme, left: u16, highest: u64) {
    let width = field.x - left - 1;
    let dim = theme.style(Tone::Dim);
    for (y, number) in [(field.top(), highest), (field.bottom() - 1, 0)] {
        cells::draw(buffer, Rect::new(left, y, width, 1), &count(number), dim, Align::Right);
    }
    for y in field.top()..field.bottom() {
        buffer[(field.x - 1, y)].set_symbol("│").set_style(theme.style(Tone::Border));
    }
}

fn bar(buffer: &mut Buffer, field: Rect, theme: &Theme, day: &[u32; 5], highest: u64) {
    let mut y = field.bottom();
    for (category, cells) in Category::ALL.into_iter().zip(heights(day, highest, field.height)) {
        for _ in 0..cells {
            y -= 1;
            for x in field.left()..field.right().min(buffer.area.right()) {
                buffer[(x, y)].set_symbol(pattern(category)).set_style(theme.style(Tone::Category(category)));
            }
        }
    }
}

/// Cells by category, of `height` for the highest day. A day with mail has at least one; a category with mail has one where there
/// are enough; what is left is shared out by size (the largest remainder first).
fn heights(day: &[u32; 5], highest: u64, height: u16) -> [u16; 5] {
    let sum = total(day);
    if sum == 0 || highest == 0 {
        return [0; 5];
    }
    let whole =
        (u128::from(sum) * u128::from(height)).div_ceil(u128::from(highest)).clamp(1, u128::from(height)) as u64;
    let exact = day.map(|count| u64::from(count) * whole * 1_000 / sum);
    let mut cells = exact.map(|thousandths| thousandths / 1_000);
    let present = (0..5).filter(|place| day[*place] > 0);
    // Owed a cell: first those that would vanish, then by remainder.
    let mut owed: Vec<usize> = present.collect();
    owed.sort_by_key(|place| (cells[*place] > 0, std::cmp::Reverse(exact[*place] % 1_000)));
    let missing = whole - cells.iter().sum::<u64>();
    owed.iter().take(missing as usize).for_each(|place| cells[*place] += 1);
    // Rounding left none over for one that has mail: the highest gives one of its own.
    for place in 0..5 {
        let richest = (0..5).max_by_key(|place| cells[*place]).unwrap_or(0);
        if day[place] > 0 && cells[place] == 0 && cells[richest] > 1 {
            cells[richest] -= 1;
            cells[place] = 1;
        }
    }
    cells.map(|cells| cells as u16)
}

/// From the newest to the oldest, wherever one fits without touching the next.
fn write_labels(buffer: &mut Buffer, line: Rect, theme: &Theme, pitch: u16, labels: Vec<String>) {
    let mut free = line.right();
    for (place, label) in labels.iter().enumerate().rev() {
        let width = cells::width(label) as u16;
        let under = line.x + place as u16 * pitch;
        // The newest may stand to the left of its bar, so that it is always there.
        let x = under.min(line.right().saturating_sub(width));
        if width > 0 && x >= line.x && (x == under || free == line.right()) && x + width <= free {
            cells::draw(buffer, Rect::new(x, line.y, width, 1), label, theme.style(Tone::Dim), Align::Left);
            free = x.saturating_sub(1);
        }
    }
}

/// `█ top  ▓ inbox  …`: which pattern is which; letters instead of words where there is no room.
pub fn legend(buffer: &mut Buffer, line: Rect, theme: &Theme) {
    let entries = |name: fn(Category) -> &'static str| {
        Category::ALL.map(|category| (category, format!("{} {}", pattern(category), name(category))))
    };
    let words = entries(Category::word);
    let needed: usize = words.iter().map(|(_, text)| cells::width(text) + 2).sum::<usize>() - 2;
    let shown = if needed <= usize::from(line.width) { words } else { entries(letter) };
    let mut x = line.x;
    for (category, text) in shown {
        let width = (cells::width(&text) as u16).min(line.right().saturating_sub(x));
        let field = Rect::new(x, line.y, width, line.height.min(1));
        cells::draw(buffer, field, &text, theme.style(Tone::Category(category)), Align::Left);
        x = x.saturating_add(width + 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::testing::{frame, text};

    #[test]
    fn what_is_there_is_seen_and_the_sum_is_right() {
        for (day, highest, height, expected) in [
            ([0, 0, 0, 0, 0], 10, 8, [0, 0, 0, 0, 0]),
            ([0, 1, 0, 0, 0], 1_000, 8, [0, 1, 0, 0, 0]),
            ([2, 2, 2, 2, 2], 10, 10, [2, 2, 2, 2, 2]),
            ([1, 0, 0, 99, 0], 100, 5, [1, 0, 0, 4, 0]),
            ([1, 1, 1, 97, 0], 100, 6, [1, 1, 1, 3, 0]),
            ([5, 3, 0, 0, 0], 8, 4, [3, 1, 0, 0, 0]),
            ([1, 1, 1, 1, 1], 500, 4, [1, 0, 0, 0, 0]),
        ] {
            assert_eq!(heights(&day, highest, height), expected, "{day:?} of {highest} in {height}");
        }
        assert_eq!(heights(&[u32::MAX; 5], 5 * u64::from(u32::MAX), 10), [2; 5]);
    }

    #[test]
    fn bars_stand_on_their_axis() {
        let days = [[2, 1, 1, 4, 0], [0, 0, 0, 0, 0], [0, 1, 0, 0, 0], [1, 0, 0, 2, 1], [0, 2, 3, 3, 0]];
        let buffer = frame(24, 8, |buffer, area| {
            let below = Rect { height: area.height - 1, ..area };
            draw(buffer, below, &Theme::default(), &days, |day| format!("{} Nov", 18 + day));
            legend(buffer, Rect { y: 7, height: 1, ..area }, &Theme::default());
        });
        insta::assert_snapshot!(text(&buffer), @r"
        8│░░░             ░░░
         │░░░             ░░░
         │░░░             ▒▒▒
         │▒▒▒         ··· ▒▒▒
         │▓▓▓         ░░░ ▓▓▓
        0│███     ▓▓▓ ███ ▓▓▓
          18 Nov  20 Nov  22 Nov
        █ t  ▓ i  ▒ n  ░ b  · x
        ");
    }

    #[test]
    fn without_room_the_newest_days_are_shown_and_then_none() {
        let days: Vec<[u32; 5]> = (0..100).map(|day| [0, day, 0, 0, 0]).collect();
        let read = |width, height| {
            text(&frame(width, height, |buffer, area| {
                draw(buffer, area, &Theme::default(), &days, |day| day.to_string());
            }))
        };
        insta::assert_snapshot!(read(14, 4), @r"
        99│▓▓▓▓▓▓▓▓▓▓▓
          │▓▓▓▓▓▓▓▓▓▓▓
         0│▓▓▓▓▓▓▓▓▓▓▓
           89 92 95 99
        ");
        assert_eq!(read(4, 4).trim(), "");
        assert_eq!(read(14, 2).trim(), "");
    }
}
