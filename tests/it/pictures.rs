//! The pictures of the documentation: they can be drawn anew from the demo's mailbox, and show what they are said to show.

#[path = "../../examples/pictures/stage.rs"]
mod stage;

use std::path::Path;

use mailherd::tui::svg;
use stage::{PICTURES, Stage};

/// Some of what is read in each picture, in the order of [`PICTURES`].
const WORDS: [&[&str]; 4] = [
    &["Inbox", "messages", "importance", "(Precedence)", "x blackhole"],
    &["Subject", "importance", "the sum"],
    &["senders, most mail first", "26 weeks", "received,"],
    &["kept out", "that you answered would have been filed away", "21 Nov", "· blackhole"],
];

#[test]
fn pictures_are_drawn_from_the_demo_and_are_in_the_readme() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let mut stage = Stage::build().unwrap();
    for ((name, title, keys), words) in PICTURES.into_iter().zip(WORDS) {
        stage.press(keys);
        let frame = stage.frame();
        let text: String = frame.content.iter().map(|cell| cell.symbol()).collect();
        for word in words {
            assert!(text.contains(word), "{word:?} is not in {name}: {text}");
        }
        let picture = svg::picture(&frame, title);
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n") && picture.contains(title), "{name}");
        let path = format!("docs/pictures/{name}.svg");
        assert!(root.join(&path).exists(), "{path} is not there: cargo run --example pictures");
        assert!(readme.contains(&path), "{path} is not in the README");
    }
    stage.end();
}
