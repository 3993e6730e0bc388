//! Block elements and box drawing as shapes (Unicode charts U2580 and U2500).

use std::fmt::Write;

use super::CELL;

/// Towards left, right, up, down: which arms a line symbol has.
const LINES: &[(char, [bool; 4])] = &[
    ('─', [true, true, false, false]),
    ('│', [false, false, true, true]),
    ('┃', [false, false, true, true]),
    ('┌', [false, true, false, true]),
    ('╭', [false, true, false, true]),
    ('┐', [true, false, false, true]),
    ('╮', [true, false, false, true]),
    ('└', [false, true, true, false]),
    ('╰', [false, true, true, false]),
    ('┘', [true, false, true, false]),
    ('╯', [true, false, true, false]),
    ('├', [false, true, true, true]),
    ('┤', [true, false, true, true]),
    ('┬', [true, true, false, true]),
    ('┴', [true, true, true, false]),
    ('┼', [true, true, true, true]),
];

/// The elements that draw `symbol` in the cell whose upper left corner is at `x`, `y`; `None` where it is text.
pub(super) fn of(symbol: &str, x: f64, y: f64) -> Option<String> {
    let mut characters = symbol.chars();
    let (c, None) = (characters.next()?, characters.next()) else { return None };
    match c {
        '▁'..='█' => {
            let height = CELL.1 * f64::from(c as u32 - '▁' as u32 + 1) / 8.0;
            Some(rectangle(x, y + CELL.1 - height, CELL.0, height, 1.0))
        }
        '░' => Some(rectangle(x, y, CELL.0, CELL.1, 0.3)),
        '▒' => Some(rectangle(x, y, CELL.0, CELL.1, 0.55)),
        '▓' => Some(rectangle(x, y, CELL.0, CELL.1, 0.8)),
        '·' => Some(rectangle(x + CELL.0 / 2.0 - 1.0, y + CELL.1 / 2.0 - 1.0, 2.0, 2.0, 1.0)),
        _ => LINES.iter().find(|(line, _)| *line == c).map(|(_, arms)| lines(c, *arms, x, y)),
    }
}

fn lines(c: char, [left, right, up, down]: [bool; 4], x: f64, y: f64) -> String {
    let thick = if c == '┃' { 3.0 } else { 1.0 };
    let (middle_x, middle_y) = (x + CELL.0 / 2.0, y + CELL.1 / 2.0);
    let mut drawn = String::new();
    if left || right {
        let (from, to) = (if left { x } else { middle_x }, if right { x + CELL.0 } else { middle_x });
        drawn.push_str(&rectangle(from, middle_y - thick / 2.0, to - from, thick, 1.0));
    }
    if up || down {
        let (from, to) = (if up { y } else { middle_y }, if down { y + CELL.1 } else { middle_y });
        drawn.push_str(&rectangle(middle_x - thick / 2.0, from, thick, to - from, 1.0));
    }
    drawn
}

fn rectangle(x: f64, y: f64, width: f64, height: f64, opacity: f64) -> String {
    let mut drawn = format!("<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"");
    if opacity < 1.0 {
        // Writing into a String cannot fail.
        let _ = write!(drawn, " fill-opacity=\"{opacity}\"");
    }
    drawn.push_str("/>");
    drawn
}
