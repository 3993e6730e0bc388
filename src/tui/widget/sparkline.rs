//! A row of small bars: how much came in each of the last weeks.

/// From one eighth of a cell to seven: a full one would touch the row above.
const LEVELS: [char; 7] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇'];

/// The highest bar stands for at least so many, so that one mail a week does not look like a flood.
const FLOOR: u32 = 4;

/// The newest `width` of `values`, one column each, the oldest at the left; the highest of them nearly fills its cell, and what is not
/// zero is seen. Where there are fewer, blanks stand before them. Nothing counted is nothing drawn.
pub fn text(values: &[u32], width: usize) -> String {
    let shown = &values[values.len().saturating_sub(width)..];
    let highest = shown.iter().copied().max().unwrap_or(0).max(FLOOR);
    let mut bars = " ".repeat(width - shown.len());
    bars.extend(shown.iter().map(|value| level(*value, highest)));
    bars
}

fn level(value: u32, highest: u32) -> char {
    if value == 0 {
        return ' ';
    }
    let level = (u64::from(value) * LEVELS.len() as u64).div_ceil(u64::from(highest));
    LEVELS[(level as usize).clamp(1, LEVELS.len()) - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_stands_out_and_one_is_seen() {
        assert_eq!(text(&[0, 1, 500, 1_000, 4, 1_000], 6), " ▁▄▇▁▇");
        assert_eq!(text(&[u32::MAX, u32::MAX / 2], 2), "▇▄");
    }

    #[test]
    fn the_newest_are_shown_and_stand_at_the_right() {
        assert_eq!(text(&[9, 1, 8], 2), "▁▇");
        assert_eq!(text(&[1, 2], 4), "  ▂▄");
        assert_eq!(text(&[], 3), "   ");
        assert_eq!(text(&[0, 0], 2), "  ");
    }
}
