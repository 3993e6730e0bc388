//! Frames of the screens of this half: each at three sizes, in colour and without.

use crate::logic::engine::{Question, Reply, WaitingKind, WaitingRow};
use crate::logic::ids::Category;
use crate::tui::play::{NOW, Play, Scene};
use crate::tui::testing::{SIZES, styled, text};

/// Holds the frame that `keys` lead to: as text at all sizes; with its styles, in colour and without, at the classic one.
fn frames(name: &str, scene: fn() -> Scene, prepare: fn(&mut Play)) {
    for (width, height) in SIZES {
        let mut play = Play::sized(scene(), width, height, true);
        prepare(&mut play);
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), text(&play.buffer()));
            for (colour, kind) in [(true, "coloured"), (false, "colourless")] {
                let mut play = Play::sized(scene(), width, height, colour);
                prepare(&mut play);
                insta::assert_snapshot!(format!("{name}-{width}x{height}-{kind}"), styles(&styled(&play.buffer())));
            }
        });
    }
}

/// The styles alone: the text is held once.
fn styles(styled: &str) -> &str {
    styled.split_once("--- styles\n").map_or("", |(_, styles)| styles)
}

#[test]
fn a_frame_of_another_size_than_the_model_was_told_is_left_empty() {
    for (width, height) in SIZES {
        let mut play = Play::sized(Scene::usual(), 100, 30, true);
        play.press("j w");
        let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, width, height));
        assert_eq!(super::draw(&play.model, &mut buffer), None);
        assert!(text(&buffer).trim().is_empty(), "{width}x{height}");
    }
}

#[test]
fn mail() {
    frames("mail", Scene::usual, |play| {
        play.press("j Space Space A");
    });
}

#[test]
fn mail_leaving() {
    frames("mail-leaving", Scene::usual, |play| {
        play.press("n").hold().press("b");
    });
}

#[test]
fn mail_empty() {
    frames("mail-empty", Scene::empty, |_| {});
}

#[test]
fn why() {
    frames("why", Scene::usual, |play| {
        play.press("l l w");
    });
}

#[test]
fn opened() {
    frames("opened", Scene::usual, |play| {
        play.press("o j");
    });
}

#[test]
fn help() {
    frames("help", Scene::usual, |play| {
        play.press("?").types("mark").press("Down");
    });
}

#[test]
fn palette() {
    frames("palette", Scene::usual, |play| {
        play.press(":").types("scr");
    });
}

#[test]
fn question() {
    frames("question", Scene::usual, |play| {
        let question = Question {
            text: "Banish Anna Berg <anna@berg.example>, to whom you wrote 12 times?".into(),
            details: vec!["34 older messages go along from the inbox to Blackhole.".into()],
        };
        play.scene.acts.push_back(Ok(Reply::Question(question)));
        play.press("x");
    });
}

fn with_waiting() -> Scene {
    let mut scene = Scene::usual();
    let row = |id: &str, kind, text: &str| WaitingRow {
        id: id.into(),
        account: "home".into(),
        kind,
        since: NOW,
        text: text.into(),
        details: vec!["Weekly Rust, LWN and 10 more".into(), "moved on Friday by another program".into()],
    };
    scene.waiting = vec![
        row("order:1", WaitingKind::Order, "60 messages of 12 senders were moved to News: train all of them?"),
        row("batch:home", WaitingKind::Batch, "612 messages of 900 in the inbox would be filed"),
    ];
    scene
}

#[test]
fn waiting() {
    frames("waiting", with_waiting, |play| {
        play.press("W").hold().press("y");
    });
}

#[test]
fn prompt() {
    frames("prompt", Scene::usual, |play| {
        play.press("\\").types("a very long filter that is longer than a small terminal is wide");
    });
}

#[test]
fn a_terminal_that_is_too_small_gets_one_sentence() {
    let play = Play::sized(Scene::usual(), 39, 12, true);
    assert_eq!(play.screen().trim_end(), "mailherd needs 40×8");
    Play::sized(Scene::usual(), 40, 7, true).sees("needs 40×8");
    Play::sized(Scene::usual(), 40, 8, true).sees("Anna");
}

#[test]
fn two_accounts_have_a_column() {
    let mut scene = Scene::usual();
    scene.health.push(crate::tui::play::scene::live("work"));
    scene.mail[Category::Inbox as usize][2].key.account = "work".into();
    Play::sized(scene, 120, 40, true).sees("all accounts").sees(" work ").sees(" home ").press("a").misses(" work ");
}

mod hostile;
