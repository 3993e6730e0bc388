//! Text in the cells of a terminal: cut and padded by what is seen, so that no name and no subject moves a column.
//!
//! Terminals disagree about the width of what is put together from several characters: `👩‍💻` takes two columns in one and
//! four in the next, `❤️` one or two (<https://www.unicode.org/reports/tr51/#Display>). So such a cluster is drawn as its first
//! character alone, about which all agree. What has no width (bidirectional controls, a lone combining mark) is not drawn.

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

/// More characters than this in one cell are not writing but an attack on the terminal (`Z̷̡̛a̴l̷g̸o̵`).
const LONGEST_CLUSTER: usize = 8;

/// LEFT-TO-RIGHT MARK: no width, and a strong character of left-to-right text.
const LEFT_TO_RIGHT: char = '\u{200e}';

/// At which end of a field a text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Numbers.
    Right,
}

/// How many columns `text` takes.
pub fn width(text: &str) -> usize {
    clusters(text).map(|(_, width)| width).sum()
}

/// `text` in at most `width` columns, with `…` where something was cut off.
pub fn cut(text: &str, width: usize) -> String {
    let mut kept = String::with_capacity(text.len().min(4 * width));
    let mut used = 0;
    // Where `…` would stand, should the rest not fit.
    let mut room = 0;
    for (cluster, columns) in clusters(text) {
        if used + columns > width {
            kept.truncate(room);
            kept.truncate(kept.trim_end().len());
            if width > 0 {
                kept.push('…');
            }
            return kept;
        }
        kept.push_str(cluster);
        used += columns;
        if used < width {
            room = kept.len();
        }
    }
    kept
}

/// `text` in exactly `width` columns: cut, or padded with blanks.
pub fn fit(text: &str, width: usize, align: Align) -> String {
    let mut fitted = cut(text, width);
    let blank = width - self::width(&fitted);
    match align {
        Align::Left => fitted.extend(std::iter::repeat_n(' ', blank)),
        Align::Right => fitted.insert_str(0, &" ".repeat(blank)),
    }
    fitted
}

/// Fills the first line of `field` with `text`, cut or padded, in `style`.
///
/// Right-to-left text is shut in: a terminal that reorders it (UAX #9) would carry a number in the next column along, because
/// digits after it count as part of it. A left-to-right mark behind it ends that. Unlike isolates, which come in pairs, a mark
/// does no harm when only a part of the line is drawn again.
pub fn draw(buffer: &mut Buffer, field: Rect, text: &str, style: Style, align: Align) {
    let field = field.intersection(buffer.area);
    if field.is_empty() {
        return;
    }
    let fitted = fit(text, usize::from(field.width), align);
    let mut x = field.x;
    let mut last_seen = None;
    for (cluster, columns) in clusters(&fitted) {
        if cluster != " " {
            last_seen = Some(x);
        }
        let (first, second) = halves(cluster, columns).unwrap_or((cluster, " "));
        buffer[(x, field.y)].set_symbol(first).set_style(style);
        for covered in 1..columns as u16 {
            let covered = &mut buffer[(x + covered, field.y)];
            covered.reset();
            if second != " " {
                covered.set_symbol(second).set_style(style);
            }
        }
        x += columns as u16;
    }
    if let (Some(last), true) = (last_seen, fitted.chars().any(is_right_to_left)) {
        let marked = format!("{}{LEFT_TO_RIGHT}", buffer[(last, field.y)].symbol());
        buffer[(last, field.y)].set_symbol(&marked);
    }
}

/// A cluster of two columns that is no wide character but a letter and a sign beside it (`शा`), as two cells: what is written over
/// the first column leaves the second as it is, other than with a wide character, so it must be known to be written on.
fn halves(cluster: &str, columns: usize) -> Option<(&str, &str)> {
    let single = |part: &str| part.cell_width() == 1;
    let boundary = |(at, _): &(usize, char)| single(&cluster[..*at]) && single(&cluster[*at..]);
    let last = cluster.char_indices().skip(1).filter(boundary).last().filter(|_| columns == 2);
    last.map(|(at, _)| cluster.split_at(at))
}

/// What is drawn, cluster by cluster, and how many columns each takes: 1 or 2.
fn clusters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.graphemes(true).filter_map(|cluster| {
        if cluster.chars().any(char::is_control) {
            return None;
        }
        let cluster = settled(cluster);
        match usize::from(cluster.cell_width()) {
            columns @ 1..=2 => Some((cluster, columns)),
            0 => None,
            // Some scripts put a whole syllable into a cluster: its first character then stands for it.
            _ => Some(first(cluster)).map(|first| (first, usize::from(first.cell_width()))).filter(|(_, n)| *n > 0),
        }
    })
}

/// The part of a cluster whose width is the same everywhere.
fn settled(cluster: &str) -> &str {
    if cluster.len() == 1 {
        return cluster;
    }
    let disputed = |c| matches!(c, '\u{200d}' | '\u{fe0f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}');
    if cluster.chars().skip(1).any(disputed) {
        return first(cluster);
    }
    cluster.char_indices().nth(LONGEST_CLUSTER).map_or(cluster, |(end, _)| &cluster[..end])
}

fn first(cluster: &str) -> &str {
    cluster.char_indices().nth(1).map_or(cluster, |(end, _)| &cluster[..end])
}

/// Blocks that hold right-to-left scripts only (Unicode's DerivedBidiClass.txt gives unassigned characters in them R or AL).
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &[&str] = &[
        "plain text",
        "日本語テキスト",
        "ｶﾞｷﾞ",
        "❤️❤️❤️❤️",
        "👩‍👩‍👧‍👦 family 👍🏽",
        "1️⃣2️⃣ 🇩🇪🇫🇷",
        "e\u{301}e\u{301}e\u{301}",
        "क्षत्रिय नमस्ते",
        "שלום עולם 12",
        "a\u{202e}b\u{200b}c\x1b[31m\td",
        "\u{301}\u{301}",
        "",
    ];

    fn drawn(text: &str, width: u16, align: Align) -> Buffer {
        let mut buffer = Buffer::filled(Rect::new(0, 0, width + 1, 1), ratatui::buffer::Cell::new("|"));
        draw(&mut buffer, Rect::new(0, 0, width, 1), text, Style::new(), align);
        buffer
    }

    #[test]
    fn a_text_takes_its_width_and_not_a_column_more() {
        for text in HOSTILE {
            for columns in 0..24 {
                let short = cut(text, columns);
                assert!(width(&short) <= columns, "{text:?} in {columns}: {short:?}");
                assert_eq!(
                    short.contains('…'),
                    width(text) > columns && columns > 0,
                    "{text:?} in {columns}: {short:?}"
                );
                for align in [Align::Left, Align::Right] {
                    assert_eq!(width(&fit(text, columns, align)), columns, "{text:?} in {columns}");
                    let buffer = drawn(text, columns as u16, align);
                    assert_eq!(buffer[(columns as u16, 0)].symbol(), "|", "{text:?} in {columns}");
                }
            }
        }
    }

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(cut("newsletter", 10), "newsletter");
        assert_eq!(cut("newsletters", 10), "newslette…");
        assert_eq!(cut("the news today", 9), "the news…");
        assert_eq!(cut("the news today", 5), "the…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 1), "…");
        assert_eq!(cut("x", 0), "");
        assert_eq!(fit("12", 5, Align::Right), "   12");
        assert_eq!(fit("日本", 5, Align::Left), "日本 ");
    }

    #[test]
    fn clusters_that_terminals_disagree_about_become_their_first_character() {
        assert_eq!(cut("👩‍💻 at ❤️ 1️⃣ 👍🏽", 40), "👩 at ❤ 1 👍");
        assert_eq!(width("👩‍👩‍👧‍👦"), 2);
        assert_eq!(width("❤️"), 1);
        let stacked = format!("Z{}", "\u{301}".repeat(10_000));
        assert_eq!(cut(&stacked, 5).chars().count(), LONGEST_CLUSTER);
    }

    #[test]
    fn right_to_left_text_does_not_take_the_next_column_along() {
        let buffer = drawn("שלום", 6, Align::Left);
        let symbols: Vec<&str> = buffer.content.iter().map(|cell| cell.symbol()).collect();
        assert_eq!(symbols, ["ש", "ל", "ו", "ם\u{200e}", " ", " ", "|"]);
        assert_eq!(drawn("abc", 3, Align::Left)[(2, 0)].symbol(), "c");
    }

    #[test]
    fn a_letter_and_the_sign_beside_it_are_two_cells() {
        let buffer = drawn("शान्", 4, Align::Left);
        let symbols: Vec<&str> = buffer.content.iter().map(|cell| cell.symbol()).collect();
        assert_eq!(symbols, ["श", "ा", "न्", " ", "|"]);
    }

    #[test]
    fn nothing_is_drawn_outside_of_the_buffer() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        draw(&mut buffer, Rect::new(2, 0, 90, 3), "日本語", Style::new(), Align::Left);
        draw(&mut buffer, Rect::new(50, 7, 9, 3), "x", Style::new(), Align::Left);
        assert_eq!(buffer[(2, 0)].symbol(), "…");
    }
}
