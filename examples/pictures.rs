//! Draws `docs/pictures/*.svg`: the screens of the terminal UI over the demo's mailbox. `cargo run --example pictures`
//!
//! The same source gives the same bytes. Another directory can be named as the first word.

#[path = "pictures/stage.rs"]
mod stage;

use std::path::PathBuf;

use mailherd::logic::fault::Fault;
use mailherd::tui::svg;
use stage::Stage;

/// Name of the file, what is seen, and the keys that lead there from the one before.
const PICTURES: [(&str, &str, &str); 4] = [
    ("mail", "The screen Mail: News, and beside it why the selected message is there", "l l j j"),
    ("why", "Why one message is in Top: the reasons, which add up, the sender, and what was done", "h j w"),
    ("senders", "The screen Senders: whom mail comes from, ranked, with the last 26 weeks", "Esc 2 j j w"),
    ("stats", "The screen Stats: mail per day by category, and what that cost", "4 l"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("docs/pictures"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let stage = Stage::build();
    let mut stage = stage.map_err(|Fault { cause, hint, .. }| format!("{cause}; hint: {hint}"))?;
    for (name, title, keys) in PICTURES {
        stage.press(keys);
        std::fs::write(folder.join(format!("{name}.svg")), svg::picture(&stage.frame(), title))?;
    }
    stage.end();
    Ok(())
}
