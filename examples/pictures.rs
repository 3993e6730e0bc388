//! Draws `docs/pictures/*.svg`: the screens of the terminal UI over the demo's mailbox. `cargo run --example pictures`
//!
//! The same source gives the same bytes. Another directory can be named as the first word.

#[path = "pictures/stage.rs"]
mod stage;

use std::path::PathBuf;

use mailherd::logic::fault::Fault;
use mailherd::tui::svg;
use stage::{PICTURES, Stage};

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
