//! A row of small bars: how much came in each of the last weeks.

/// From one eighth of a cell to all of it.
const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The newest `width` of `values`, one column each, the oldest at the left; the highest of them fills its cell, and what is not
/// zero is seen. Where there are fewer, blanks stand before them. Nothing counted is nothing drawn.
pub fn text(values: &[u32], width: usize) -> String {
    let shown = &values[values.len().saturating_sub(width)..];
    let highest = shown.iter().copied().max().unwrap_or(0);
    let mut bars = " ".repeat(width - shown.len());
    bars.extend(shown.iter().map(|value| level(*value, highest)));
    bars
}

fn level(value: u32, highest: u32) -> char {
    if value == 0 {
        return ' ';
    }
    let eighths = (u64::from(value) * 8).div_ceil(u64::from(highest.max(1)));
    LEVELS[(eighths as usize).clamp(1, 8) - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_fills_its_cell_and_one_is_seen() {
        assert_eq!(text(&[0, 1, 500, 1_000, 4, 1_000], 6), " ▁▄█▁█");
        assert_eq!(text(&[u32::MAX, u32::MAX / 2], 2), "█▄");
    }

    #[test]
    fn the_newest_are_shown_and_stand_at_the_right() {
        assert_eq!(text(&[9, 1, 2], 2), "▄█");
        assert_eq!(text(&[1, 2], 4), "  ▄█");
        assert_eq!(text(&[], 3), "   ");
        assert_eq!(text(&[0, 0], 2), "  ");
    }
}
