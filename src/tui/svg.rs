//! A frame of the terminal as a picture (SVG 1.1), for the documentation.
//!
//! No font is brought along and none is fetched: the text is in the reader's own monospace, each run of it held to the width of its
//! cells. What bars and frames are made of is drawn, since fonts disagree about the height of a block.

mod shape;

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};

/// Width and height of a cell in user units: the proportions of most monospace fonts at 14 units.
const CELL: (f64, f64) = (8.4, 17.0);

/// Units around the frame.
const EDGE: f64 = 12.0;

/// Units from the top of a cell to the line that letters stand on.
const BASELINE: f64 = 13.0;

/// The terminal's own background in the picture.
const PAPER: &str = "#16181d";

/// The terminal's own colour of text.
const INK: &str = "#d5d8de";

/// `buffer` as a whole SVG document. `title` is read to people who cannot see it.
pub fn picture(buffer: &Buffer, title: &str) -> String {
    let width = f64::from(buffer.area.width) * CELL.0 + 2.0 * EDGE;
    let height = f64::from(buffer.area.height) * CELL.1 + 2.0 * EDGE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" role=\"img\" shape-rendering=\"crispEdges\" \
         font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\">\n\
         <title>{}</title>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n",
        escaped(title)
    );
    for (line, row) in buffer.content.chunks(usize::from(buffer.area.width.max(1))).enumerate() {
        let mut x = EDGE;
        for run in row.chunk_by(|one, next| Look::of(one) == Look::of(next)) {
            draw_run(&mut svg, x, EDGE + line as f64 * CELL.1, run);
            x += run.len() as f64 * CELL.0;
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// How a cell looks.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    ink: &'static str,
    paper: &'static str,
    modifier: Modifier,
}

impl Look {
    fn of(cell: &Cell) -> Look {
        let (ink, paper) = (colour(cell.fg).unwrap_or(INK), colour(cell.bg).unwrap_or(PAPER));
        let reversed = cell.modifier.contains(Modifier::REVERSED);
        let (ink, paper) = if reversed { (paper, ink) } else { (ink, paper) };
        Look { ink, paper, modifier: cell.modifier.difference(Modifier::REVERSED) }
    }

    fn attributes(self) -> String {
        let mut attributes = format!("fill=\"{}\"", self.ink);
        for (modifier, attribute) in [
            (Modifier::BOLD, " font-weight=\"bold\""),
            (Modifier::DIM, " opacity=\"0.6\""),
            (Modifier::ITALIC, " font-style=\"italic\""),
            (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        ] {
            if self.modifier.contains(modifier) {
                attributes.push_str(attribute);
            }
        }
        attributes
    }
}

fn draw_run(svg: &mut String, x: f64, y: f64, run: &[Cell]) {
    let look = Look::of(&run[0]);
    let attributes = look.attributes();
    if look.paper != PAPER {
        let width = run.len() as f64 * CELL.0;
        writeln_to(
            svg,
            format_args!(
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{}\"/>",
                CELL.1, look.paper
            ),
        );
    }
    let mut cells = run.iter().enumerate().peekable();
    while let Some((place, cell)) = cells.next() {
        let left = x + place as f64 * CELL.0;
        if let Some(shape) = shape::of(cell.symbol(), left, y) {
            writeln_to(svg, format_args!("<g {attributes}>{shape}</g>"));
            continue;
        }
        let mut text = cell.symbol().to_owned();
        let mut columns = cell.cell_width().max(1);
        while is_word(cell.symbol())
            && let Some((_, next)) = cells.next_if(|(_, next)| is_word(next.symbol()))
        {
            text.push_str(next.symbol());
            columns += 1;
        }
        for _ in 1..cell.cell_width() {
            // The cell that a wide character covers.
            cells.next();
        }
        let (kept, before) = (text.trim_end(), text.len() - text.trim_start().len());
        if kept.trim().is_empty() && !look.modifier.contains(Modifier::UNDERLINED) {
            continue;
        }
        let (left, columns) =
            (left + before as f64 * CELL.0, usize::from(columns) - (text.len() - kept.len()) - before);
        let (baseline, length) = (y + BASELINE, columns as f64 * CELL.0);
        writeln_to(
            svg,
            format_args!(
                "<text x=\"{left:.1}\" y=\"{baseline:.1}\" textLength=\"{length:.1}\" xml:space=\"preserve\" {attributes}>{}</text>",
                escaped(kept.trim_start())
            ),
        );
    }
}

/// Whether a symbol may stand in one run of text with its neighbours. Others are placed one by one: their width is the font's affair.
fn is_word(symbol: &str) -> bool {
    symbol.len() == 1
}

fn writeln_to(svg: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing into a String cannot fail.
    let _ = writeln!(svg, "{line}");
}

/// Text between tags. What XML 1.0 (section 2.2) does not allow is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// The 16 colours as a terminal with a dark palette shows them.
fn colour(colour: Color) -> Option<&'static str> {
    Some(match colour {
        Color::Black => "#1f2229",
        Color::Red => "#e5737b",
        Color::Green => "#8fc379",
        Color::Yellow => "#e2bd6d",
        Color::Blue => "#3f6fb5",
        Color::Magenta => "#c98ae0",
        Color::Cyan => "#5fb8c4",
        Color::Gray => "#b4b8c0",
        Color::DarkGray => "#6b717d",
        Color::LightRed => "#f28b92",
        Color::LightGreen => "#a9d894",
        Color::LightYellow => "#f0d28a",
        Color::LightBlue => "#7aa7e8",
        Color::LightMagenta => "#dba6ee",
        Color::LightCyan => "#86d3dd",
        Color::White => "#ffffff",
        Color::Reset | Color::Rgb(..) | Color::Indexed(_) => return None,
    })
}

#[cfg(test)]
mod tests;
