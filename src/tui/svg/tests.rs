use ratatui::layout::Rect;
use ratatui::style::Style;

use super::*;

fn lines(text: &str, style: Style) -> Vec<String> {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
    buffer.set_string(0, 0, text, style);
    picture(&buffer, "x").lines().skip(3).map(str::to_owned).collect()
}

#[test]
fn text_is_held_to_the_width_of_its_cells() {
    let drawn = lines("  News <3>", Style::new().fg(Color::Cyan).bold());
    assert_eq!(
        drawn,
        [
            "<text x=\"28.8\" y=\"25.0\" textLength=\"67.2\" xml:space=\"preserve\" fill=\"#5fb8c4\" font-weight=\"bold\">News &lt;3&gt;</text>",
            "</svg>"
        ]
    );
}

#[test]
fn wide_characters_are_placed_one_by_one() {
    let drawn = lines("日本ab", Style::new());
    let starts: Vec<&str> =
        drawn.iter().filter_map(|line| line.strip_prefix("<text x=\"")?.split('"').next()).collect();
    assert_eq!(starts, ["12.0", "28.8", "45.6"]);
}

#[test]
fn blocks_and_lines_are_shapes() {
    let drawn = lines("▄░│", Style::new());
    assert_eq!(drawn[0], "<g fill=\"#d5d8de\"><rect x=\"12.0\" y=\"20.5\" width=\"8.4\" height=\"8.5\"/></g>");
    assert!(drawn[1].contains("fill-opacity=\"0.3\""), "{drawn:?}");
    assert!(drawn[2].contains("width=\"1.0\" height=\"17.0\""), "{drawn:?}");
    assert!(!drawn.iter().any(|line| line.contains("<text")), "{drawn:?}");
}

#[test]
fn a_selected_row_has_its_background_and_a_reversed_one_swaps() {
    let selected = lines("x", Style::new().bg(Color::Blue));
    assert!(selected[0].starts_with("<rect x=\"12.0\"") && selected[0].contains("#3f6fb5"), "{selected:?}");
    let reversed = lines("x", Style::new().reversed());
    assert!(reversed[0].contains(INK) && reversed[1].contains(PAPER), "{reversed:?}");
}

#[test]
fn what_xml_forbids_is_not_in_it() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 3, 1));
    buffer[(0, 0)].set_symbol("\u{1}&");
    let drawn = picture(&buffer, "<a & \u{b}b>");
    assert!(drawn.contains("<title>&lt;a &amp; b&gt;</title>") && drawn.contains(">&amp;</text>"), "{drawn}");
    assert!(!drawn.contains('\u{1}'));
}
