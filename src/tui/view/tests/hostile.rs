//! Foreign text is drawn harmless: what the program writes is read back through a terminal emulator.

use std::cell::RefCell;
use std::io::Write;
use std::num::NonZero;
use std::rc::Rc;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::CellWidth;
use ratatui::layout::Rect;

use crate::logic::ids::Category;
use crate::tui::play::scene::row;
use crate::tui::play::{Play, Scene};
use crate::tui::view;

const COLUMNS: u16 = 100;
const ROWS: u16 = 30;

/// What senders have tried, or could.
fn hostile() -> Vec<String> {
    let mut texts: Vec<String> = [
        "\x1b[2J\x1b[1;1Hgone",
        "\x1b]0;new title\x07\x1b]52;c;aGFjaw==\x07",
        "\u{9b}31mred\u{9d}0;x\u{9c}",
        "a\u{202e}gnp.exe\u{202c}b",
        "z\u{200b}\u{200c}\u{200d}\u{feff}\u{2060}w",
        "tab\tand\r\nnew\u{0b}line\u{2028}x\u{85}y",
        "\x08\x08\x08\x7f\0null",
        "शान्ति क्षत्रिय ﷽ ｶﾞ",
        "👩‍👩‍👧‍👦👍🏽❤️1️⃣🇩🇪 family",
        "דנה לוי 2026 שלום",
        "مرحبا 123 أهلا",
        "\u{301}\u{301}combining",
        "\u{fff9}anno\u{fffa}tation\u{fffb}",
        "\x1b(0lqqk\x1b(B",
        "\x1bP+q544e\x1b\\dcs",
    ]
    .map(String::from)
    .into();
    texts.push(format!("Z{}", "\u{337}\u{321}".repeat(500)));
    texts.push("日本語".repeat(4_000));
    texts.push("x".repeat(10_000));
    texts
}

fn scene() -> Scene {
    let mut scene = Scene::empty();
    let texts = hostile();
    let rows = texts.iter().enumerate().map(|(n, text)| {
        let address = format!("{}@h.example", text.chars().take(20).collect::<String>());
        row(n as u32 + 1, text, &address, &format!("{text}END"), n as i64)
    });
    scene.mail[Category::Inbox as usize] = rows.collect();
    scene.health[0].account = texts[0].clone();
    scene.health[0].state = crate::logic::engine::AccountState::Stopped;
    scene.health[0].fault = Some(crate::logic::fault::Fault::refused(&texts[1], &texts[0]));
    scene
}

/// What the program writes.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What no mail may ever make a terminal do.
#[derive(Default)]
struct Misdeeds(Vec<String>);

impl vt100::Callbacks for Misdeeds {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.0.push("bell".into());
    }

    fn set_window_icon_name(&mut self, _: &mut vt100::Screen, name: &[u8]) {
        self.0.push(format!("icon name {name:?}"));
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.0.push(format!("title {title:?}"));
    }

    fn copy_to_clipboard(&mut self, _: &mut vt100::Screen, _: &[u8], data: &[u8]) {
        self.0.push(format!("clipboard {data:?}"));
    }

    fn unhandled_control(&mut self, _: &mut vt100::Screen, byte: u8) {
        self.0.push(format!("control {byte}"));
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, _: &[&[u8]]) {
        self.0.push("OSC".into());
    }
}

type Emulator = vt100::Parser<Misdeeds>;

/// The bytes of a frame, as a terminal gets them after another frame.
fn bytes(play: &Play, terminal: &mut Terminal<CrosstermBackend<Written>>, written: &Written) -> Vec<u8> {
    terminal
        .draw(|frame| {
            view::draw(&play.model, frame.buffer_mut());
        })
        .unwrap();
    // The emulator takes U+FFFD for bytes that are no UTF-8, and shows nothing; terminals show it in one column.
    let written = String::from_utf8(std::mem::take(&mut written.0.borrow_mut())).unwrap();
    written.replace('\u{fffd}', "?").into_bytes()
}

#[track_caller]
fn agrees(play: &Play, emulator: &Emulator, what: &str) {
    let (buffer, screen) = (play.buffer(), emulator.screen());
    assert_eq!(emulator.callbacks().0, Vec::<String>::new(), "{what}");
    for y in 0..ROWS {
        let mut x = 0;
        while x < COLUMNS {
            let symbol = buffer[(x, y)].symbol();
            let columns = symbol.cell_width();
            // A cluster of two columns is one wide cell, or a letter and a vowel sign side by side.
            let shown: String = (x..x + columns).map(|x| screen.cell(y, x).unwrap().contents()).collect();
            let shown = if shown.is_empty() { " " } else { &shown };
            // The mark that ends right-to-left text takes no column; the emulator does not keep it.
            let drawn = symbol.trim_end_matches('\u{200e}').replace('\u{fffd}', "?");
            assert_eq!(shown.trim_end_matches('\u{200e}'), drawn, "{what}: line {y}, column {x}");
            x += columns;
        }
    }
}

#[test]
fn a_terminal_shows_the_cells_that_were_drawn_and_nothing_else() {
    let area = Rect::new(0, 0, COLUMNS, ROWS);
    let options = ratatui::TerminalOptions { viewport: ratatui::Viewport::Fixed(area) };
    let written = Written::default();
    let mut terminal = Terminal::with_options(CrosstermBackend::new(written.clone()), options).unwrap();
    let (rows, columns) = (NonZero::new(ROWS).unwrap(), NonZero::new(COLUMNS).unwrap());
    let mut emulator = Emulator::new_with_callbacks(rows, columns, 0, Misdeeds::default());
    let mut play = Play::sized(scene(), COLUMNS, ROWS, true);
    emulator.process(&bytes(&play, &mut terminal, &written));
    agrees(&play, &emulator, "the list");
    let last = play.scene.mail[Category::Inbox as usize].len();
    for n in 0..last {
        // Part of the screen is drawn anew: what stays must not have been moved by what came before it in the line.
        for keys in ["w", "q", "o", "q", "\\", "Esc", "j"] {
            play.press(keys);
            emulator.process(&bytes(&play, &mut terminal, &written));
            agrees(&play, &emulator, &format!("message {n}, {keys}"));
        }
    }
    let lines: Vec<String> = (0..ROWS).map(|y| emulator.screen().contents_between(y, 0, y, COLUMNS)).collect();
    assert!(lines.iter().any(|line| line.contains("gnp.exeb")), "read from left to right: {lines:#?}");
}
