use super::*;
use crate::logic::engine::{FallingRow, Held, Phase, Progress};
use crate::logic::fault::Fault;
use crate::logic::ids::UnixTime;
use crate::tui::play::scene::live;
use crate::tui::play::{NOW, Play, Scene};
use crate::tui::testing::{SIZES, styled};

fn scene() -> Scene {
    let mut scene = Scene::usual();
    let syncing = Health {
        state: AccountState::Working,
        progress: Some(Progress { phase: Phase::Reading, folder: "Archive/2019".into(), done: 1_234, total: 5_000 }),
        last_pass: None,
        capabilities:
            "IMAP4rev1 IDLE NAMESPACE MOVE UIDPLUS CONDSTORE QRESYNC ENABLE ESEARCH SPECIAL-USE COMPRESS=DEFLATE"
                .split(' ')
                .map(str::to_owned)
                .collect(),
        ..live("work")
    };
    let waiting = Health {
        state: AccountState::Waiting,
        next: Some(UnixTime(NOW.0 + 12)),
        last_byte: Some(UnixTime(NOW.0 - 400)),
        fault: Some(Fault::transient("the connection was reset", "nothing to do: mailherd tries again")),
        queue: 2,
        ..live("old")
    };
    let stopped = Health {
        state: AccountState::Stopped,
        fault: Some(Fault::credentials("the password was refused", "look at password_command")),
        last_byte: None,
        last_pass: None,
        capabilities: Vec::new(),
        ..live("club")
    };
    let held = Held { counts: [0, 3, 200, 700, 0], inbox: 1_400, since: NOW };
    let held = Health {
        files: false,
        held: Some(held),
        advice: vec![("the server has no MOVE".into(), "nothing: copies are proven before the original goes".into())],
        ..live("家族")
    };
    scene.health = vec![live("home"), syncing, waiting, stopped, held];
    scene
}

fn play(width: u16, height: u16, colour: bool) -> Play {
    let mut play = Play::sized(scene(), width, height, colour);
    play.press("5");
    play
}

#[test]
fn frames() {
    for (width, height) in SIZES {
        for colour in [true, false] {
            let name = format!("{width}x{height}{}", if colour { "" } else { "_no_color" });
            let syncing = styled(&play(width, height, colour).press("j").buffer());
            insta::assert_snapshot!(format!("accounts_{name}"), syncing);
        }
        let stopped = styled(&play(width, height, false).press("j j j").buffer());
        insta::assert_snapshot!(format!("accounts_stopped_{width}x{height}"), stopped);
        let held = styled(&play(width, height, false).press("G").buffer());
        insta::assert_snapshot!(format!("accounts_held_{width}x{height}"), held);
    }
}

#[test]
fn one_account_is_checked_paused_and_resumed() {
    let mut play = play(120, 40, true);
    play.press("r p");
    assert_eq!(play.acts(), [r#"{"check":{"account":"home"}}"#, r#"{"pause":{"account":"home"}}"#]);
    let paused = Health { state: AccountState::Paused, ..live("home") };
    play.hears(Notice::Health(Box::new(paused))).sees("paused; p goes on");
    play.press("r").sees("home is paused; p goes on");
    play.press("p");
    assert_eq!(play.acts()[2], r#"{"resume":{"account":"home"}}"#);
    play.press("j r").sees("work is being looked at just now");
    assert_eq!(play.acts().len(), 3);
}

#[test]
fn what_falls_next_is_told_with_its_time() {
    let row =
        FallingRow { at: UnixTime(NOW.0 + 86_400), sender: "deals@shop.example".into(), subject: "Last chance".into() };
    let mut scene = scene();
    scene.falling = vec![Falling { account: "home".into(), total: 12, next: vec![row] }];
    let mut play = Play::sized(scene, 120, 40, true);
    play.press("5").sees("12 messages fall to Trash").sees("deals@shop.example Last chance");
    play.press("j").misses("Last chance");
}

#[test]
fn progress_appears_without_a_key() {
    let mut play = play(120, 40, true);
    play.press("j").sees("1,234 of 5,000");
    let progress = Progress { phase: Phase::Filing, folder: String::new(), done: 90, total: 100 };
    let filing = Health { state: AccountState::Working, progress: Some(progress), ..live("work") };
    play.hears(Notice::Health(Box::new(filing))).sees("filing").sees("90 of 100");
}

#[test]
fn what_has_to_be_done_comes_first_and_the_rest_is_scrolled_to() {
    let mut play = play(40, 12, true);
    play.press("j j j").sees("the password was refused").misses("server can");
    play.press("PgDn PgDn PgDn").sees("server can");
    play.press("k").sees("the connection was reset");
}

#[test]
fn before_the_first_answer_it_says_so() {
    let mut play = Play::new(Scene::empty());
    play.hold();
    play.model.shared.health.clear();
    play.press("5").sees("being asked how they are").press("r").sees("still being asked");
}
