use super::*;
use crate::logic::engine::Notice;
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, UnixTime};
use crate::tui::play::{NOW, Play, Scene};
use crate::tui::testing::{SIZES, styled};

fn run(id: i64, what: &str, minutes: i64, counts: [u32; 5], undoable: u32) -> RunRow {
    let at = UnixTime(NOW.0 - minutes * 60);
    RunRow { id, at, what: what.into(), accounts: vec!["home".into()], counts, undoable, order: None }
}

pub(crate) fn runs() -> Vec<RunRow> {
    let mut runs = vec![
        run(5, "undo", 3, [0, 1, 0, 0, 0], 0),
        run(4, "order", 20, [0, 0, 0, 0, 7], 7),
        run(3, "pass", 70, [2, 0, 5, 31, 1], 38),
        run(2, "pass", 2_000, [0, 0, 1, 0, 0], 0),
        run(1, "pass", 9_000, [40, 0, 320, 1_200, 0], 1_560),
    ];
    runs[1].order = Some("blackhole deals@megashop.example".into());
    runs
}

fn row(id: i64, state: &str, sender: &str, subject: &str, category: Category) -> JournalRow {
    JournalRow {
        id,
        run: 3,
        at: UnixTime(NOW.0 - 70 * 60),
        account: "home".into(),
        kind: "move".into(),
        state: state.into(),
        category,
        from_folder: "INBOX".into(),
        to_folder: category.word().to_uppercase(),
        sender: sender.into(),
        subject: subject.into(),
        because: "many get it, and you never answer".into(),
        undoes: None,
        trouble: None,
    }
}

fn rows() -> Vec<JournalRow> {
    let mut rows = vec![
        row(19, "done", "news@rust.example", "This week in Rust 600", Category::News),
        row(18, "undone", "dana@levi.example", "שלום 2026 \u{202e}gnp.exe", Category::Bulk),
        row(17, "refused", "deals@megashop.example", "70% off \x1b[31m 🪥✨", Category::Bulk),
        row(16, "gone", "taro@example.jp", "来週の打ち合わせについて", Category::News),
        row(15, "done", "anna@berg.example", "Dinner", Category::Inbox),
    ];
    rows[2].trouble = Some("the server is over quota".into());
    rows[4].undoes = Some(9);
    rows
}

fn journal(request: &Request) -> Option<Answer> {
    match request {
        Request::Runs { .. } => Some(Ok(Reply::Runs(runs(), 5))),
        Request::Rows { run: 3, .. } => Some(Ok(Reply::Rows(rows(), 5))),
        Request::Rows { .. } => Some(Ok(Reply::Rows(Vec::new(), 0))),
        _ => None,
    }
}

fn play(width: u16, height: u16, colour: bool) -> Play {
    let mut scene = Scene::usual();
    scene.other = journal;
    let mut play = Play::sized(scene, width, height, colour);
    play.press("3");
    play
}

fn classic() -> Play {
    play(80, 24, true)
}

#[test]
fn frames() {
    for (width, height) in SIZES {
        for colour in [true, false] {
            let name = format!("{width}x{height}{}", if colour { "" } else { "_no_color" });
            insta::assert_snapshot!(format!("runs_{name}"), styled(&play(width, height, colour).buffer()));
            let inside = styled(&play(width, height, colour).press("j j Enter").buffer());
            insta::assert_snapshot!(format!("rows_{name}"), inside);
        }
    }
}

#[test]
fn a_run_is_looked_into_and_left_again() {
    let mut play = classic();
    play.press("j j Enter").sees("run 3").sees("This week in Rust").sees("✗ refused");
    play.press("Enter").sees("5 runs").press("l").sees("run 3").press("h").sees("5 runs");
    play.press("l Esc").sees("5 runs").press("l").press("q").misses("5 runs");
}

#[test]
fn a_small_run_is_taken_back_at_once_and_a_large_one_after_a_question() {
    let mut play = classic();
    play.press("j z");
    assert_eq!(play.acts(), [r#"{"undo":{"run":4}}"#]);
    play.press("j z").sees("Take back all 38 moves of run 3?");
    assert_eq!(play.acts().len(), 1);
    play.press("y");
    assert_eq!(play.acts()[1], r#"{"undo":{"run":3}}"#);
    play.press("G z").sees("1,560 moves").press("n");
    assert_eq!(play.acts().len(), 2);
}

#[test]
fn one_move_is_taken_back() {
    let mut play = classic();
    play.press("j j Enter z");
    assert_eq!(play.acts(), [r#"{"undo":{"row":19}}"#]);
}

#[test]
fn what_was_done_to_a_sender_is_taken_back_after_a_question() {
    let mut play = classic();
    play.press("j j Z").sees("choose a move first");
    play.press("Enter Z").sees("everything that was done to mail from news@rust.example?").press("y");
    assert_eq!(play.acts(), [r#"{"undo":{"sender":{"account":"home","address":"news@rust.example"}}}"#]);
}

#[test]
fn what_cannot_be_taken_back_says_why() {
    let mut play = classic();
    play.press("z").sees("it is not taken back itself");
    play.press("j j j z").sees("nothing of this run is left");
    play.press("k Enter j z").sees("taken back already");
    play.press("j z").sees("was not made");
    play.press("j z").sees("nowhere any more");
    play.press("j z").sees("this move took another back");
    assert!(play.acts().is_empty());
}

#[test]
fn a_new_run_appears_and_the_selection_stays_on_its_run() {
    let mut play = classic();
    play.press("j j");
    play.scene.other = |request| match request {
        Request::Runs { .. } => {
            let mut runs = runs();
            runs.insert(0, run(6, "pass", 0, [0, 0, 9, 0, 0], 9));
            Some(Ok(Reply::Runs(runs, 6)))
        }
        _ => None,
    };
    play.hears(Notice::Changed { account: "home".into() }).sees("6 runs").sees("9 news");
    let crate::tui::screen::Screen::History(history) = &play.model.screen else { panic!("another screen") };
    assert_eq!(history.run().map(|run| run.id), Some(3));
}

#[test]
fn the_state_of_what_was_taken_back_is_seen_while_one_looks_into_the_run() {
    let mut play = classic();
    play.press("j j Enter").sees("✓ moved");
    play.scene.other = |request| match request {
        Request::Runs { .. } => Some(Ok(Reply::Runs(vec![run(3, "pass", 70, [2, 0, 5, 31, 1], 0)], 1))),
        Request::Rows { .. } => {
            let rows = rows().into_iter().map(|row| JournalRow { state: "undone".into(), ..row });
            Some(Ok(Reply::Rows(rows.collect(), 5)))
        }
        _ => None,
    };
    play.hears(Notice::Changed { account: "home".into() }).misses("✓ moved").sees("run 3").sees("taken back");
}

#[test]
fn nothing_is_said_in_words_and_a_fault_with_its_hint() {
    Play::new(Scene::empty()).press("3").sees("Nothing was moved yet.").press("z").sees("there is no run here yet");
    let mut scene = Scene::empty();
    scene.other = |request| {
        let fault = Fault::local("the database is locked", "end the other program");
        matches!(request, Request::Runs { .. }).then_some(Err(fault))
    };
    Play::new(scene).press("3").sees("the database is locked").sees("end the other program");
}

#[test]
fn what_is_left_of_a_run_is_told() {
    let of = |counts, undoable, what| remains(&run(1, what, 0, counts, undoable));
    assert_eq!(of([1, 0, 2, 0, 0], 3, "pass"), "");
    assert_eq!(of([1, 0, 2, 0, 0], 2, "pass"), "2 left");
    assert_eq!(of([1, 0, 2, 0, 0], 0, "pass"), "taken back");
    assert_eq!(of([0, 3, 0, 0, 0], 0, "undo"), "");
    assert_eq!(of([0; 5], 0, "pass"), "");
}
