//! How far something is: a bar, and the figures beside it.

use crate::logic::figures::{count, percent};

/// Not narrower than this, else the figures stand alone.
const NARROWEST_BAR: usize = 6;

/// Wider says no more.
const WIDEST_BAR: usize = 30;

/// `██████░░░░ 62% 1,234 of 2,000` in at most `width` columns; on less room the bar goes first, then the percentage. Without a
/// total there is no bar: `1,234`.
pub fn text(done: u64, total: u64, width: usize) -> String {
    let Some(share) = percent(done, total) else { return fitting(vec![count(done)], width) };
    let figures = format!("{} of {}", count(done.min(total)), count(total));
    let long = format!("{share}% {figures}");
    let room = width.saturating_sub(long.len() + 1).min(WIDEST_BAR);
    if room < NARROWEST_BAR {
        return fitting(vec![long, figures, format!("{share}%")], width);
    }
    format!("{} {long}", bar(share, room))
}

/// A bar of `width` columns, `share` percent of it full. It is full only at 100.
pub fn bar(share: u8, width: usize) -> String {
    let full = width * usize::from(share.min(100)) / 100;
    format!("{}{}", "█".repeat(full), "░".repeat(width - full))
}

/// The first of `texts` that fits, or nothing.
fn fitting(texts: Vec<String>, width: usize) -> String {
    texts.into_iter().find(|text| text.chars().count() <= width).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_less_room_less_is_said() {
        for (width, expected) in [
            (40, "█████████████░░░░░░░░ 62% 1,234 of 2,000"),
            (25, "███░░░ 62% 1,234 of 2,000"),
            (24, "62% 1,234 of 2,000"),
            (17, "1,234 of 2,000"),
            (5, "62%"),
            (2, ""),
        ] {
            assert_eq!(text(1_234, 2_000, width), expected);
        }
    }

    #[test]
    fn full_means_done() {
        assert_eq!(text(1_999, 2_000, 25), "█████░ 99% 1,999 of 2,000");
        assert_eq!(text(2_000, 2_000, 26), "██████ 100% 2,000 of 2,000");
        assert_eq!(text(9, 7, 8), "7 of 7");
        assert_eq!(text(1_234, 0, 30), "1,234");
    }
}
