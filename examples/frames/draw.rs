//! The cost of drawing a frame alone, without the terminal.

use std::path::Path;
use std::time::Instant;

use jiff::tz::TimeZone;
use mailherd::config::{self, Config};
use mailherd::daemon::queries::Queries;
use mailherd::logic::fault::Fault;
use mailherd::logic::ids::UnixTime;
use mailherd::tui::effect::Effect;
use mailherd::tui::keymap::key;
use mailherd::tui::message::Message;
use mailherd::tui::model::Model;
use mailherd::tui::theme::Theme;
use mailherd::tui::update::update;
use mailherd::tui::view;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

/// 2026-11-04: when the generated mailbox ends.
const NOW: UnixTime = UnixTime(1_793_836_800);

const FRAMES: u32 = 400;

/// Microseconds that a frame of 200 by 50 cells takes, on average, while somebody walks down the list.
pub fn microseconds(config: &Path) -> f64 {
    let config = config::load(config).expect("a sound configuration");
    let mut model = Model::new(NOW, TimeZone::UTC, Size::new(200, 50), Theme::default());
    let mut queries = Queries::default();
    let first = model.start();
    carry_out(&mut model, &mut queries, &config, first);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 50));
    let down = key::parse("j").expect("a key");
    let mut spent = 0.0;
    for _ in 0..FRAMES {
        let effects = update(&mut model, Message::Key(down)).unwrap_or_default();
        carry_out(&mut model, &mut queries, &config, effects);
        buffer.reset();
        let began = Instant::now();
        view::draw(&model, &mut buffer);
        spent += began.elapsed().as_secs_f64();
    }
    spent * 1e6 / f64::from(FRAMES)
}

fn carry_out(model: &mut Model, queries: &mut Queries, config: &Config, effects: Vec<Effect>) {
    for effect in effects {
        if let Effect::Ask(ticket, request) = effect {
            let nobody = || Err(Fault::transient("there is no engine here", "none is needed"));
            let answer = queries.answer(config, &request, NOW).unwrap_or_else(nobody);
            let effects = update(model, Message::Reply(ticket, answer)).unwrap_or_default();
            carry_out(model, queries, config, effects);
        }
    }
}
