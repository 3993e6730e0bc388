use super::*;
use crate::logic::engine::{Done, MailRow, Question, Reply, WaitingKind, WaitingRow};
use crate::logic::fault::Fault;
use crate::logic::ids::Category;
use crate::tui::effect::Effect;
use crate::tui::play::scene::{key, live, row};
use crate::tui::play::{NOW, Play, Scene};
use crate::tui::toast;

fn usual() -> Play {
    Play::new(Scene::usual())
}

fn subjects(play: &Play, category: Category) -> Vec<&str> {
    play.scene.mail[category as usize].iter().map(|row: &MailRow| row.subject.as_str()).collect()
}

#[test]
fn the_inbox_is_there_at_once_with_its_reasons() {
    usual().sees("Anna Berg").sees("6 messages").sees("you answered 7 of their last 9 mails").sees("live");
}

#[test]
fn tabs_are_walked_in_both_directions() {
    usual()
        .press("l")
        .sees("Photos")
        .press("Right")
        .sees("This week in Rust")
        .press("h h h")
        .sees("Nobody is banished");
}

#[test]
fn a_key_files_the_message_and_says_what_it_did() {
    let mut play = usual();
    play.press("j n").sees("1 to news, and from now on").sees("u undo").misses("来週");
    assert_eq!(subjects(&play, Category::News)[0], "来週の打ち合わせについて");
    play.press("u").sees("1 taken back").sees("来週");
    assert_eq!(play.scene.mail[Category::Inbox as usize].len(), 6);
}

#[test]
fn the_row_reacts_before_the_server_does() {
    let mut play = usual();
    play.hold().press("b").sees("→ bulk Dinner on Friday?");
    assert_eq!(play.model_mail().selected().unwrap().name, "山田太郎", "the selection goes on");
    play.press("b").release().misses("Dinner");
    assert_eq!(play.scene.mail[Category::Bulk as usize].len(), 3);
}

#[test]
fn what_the_server_refuses_comes_back_with_the_reason() {
    let mut play = usual();
    play.scene.acts.push_back(Err(Fault::refused("the mailbox is full", "delete something")));
    play.press("t")
        .sees("the mailbox is full")
        .sees("hint: delete something")
        .misses("→ top")
        .sees("Dinner on Friday?");
    play.waits(3_600).sees("the mailbox is full");
    play.press("j").misses("the mailbox is full");
    play.press("u").sees("nothing to take back yet");
}

#[test]
fn of_several_the_ones_that_failed_come_back() {
    let mut play = usual();
    let failed = vec![(key("home", 29), "no such message".to_owned())];
    let done = Done {
        words: vec!["1 to bulk".into(), "1 message not moved: no such message".into()],
        moved: 1,
        failed,
        runs: vec![9],
        ..Done::default()
    };
    play.scene.acts.push_back(Ok(Reply::Done(done)));
    play.press("Space Space b").sees("1 to bulk").sees("not moved: no such message").misses("→ bulk");
}

#[test]
fn marks_take_the_action_together() {
    let mut play = usual();
    play.press("Space Space").sees("2 marked").press("x").sees("2 to blackhole");
    let acts = play.acts();
    assert!(acts[0].contains("\"uid\":31") && acts[0].contains("\"uid\":29"), "{acts:?}");
    play.misses("marked");
}

#[test]
fn a_range_is_marked_between_two_presses() {
    usual().press("v j j").sees("range of 3").press("v").sees("3 marked").press("Esc").misses("marked");
}

#[test]
fn a_range_that_was_not_read_to_its_end_is_filed_whole() {
    let mut play = Play::new(Scene::large(2_345));
    play.press("v G").sees("range of 2,345").press("n");
    let acts = play.acts();
    assert_eq!((acts.len(), acts[0].matches("\"uid\":").count()), (1, 2_345), "{:.200}", acts[0]);
    play.misses("range of").misses("marked");
}

#[test]
fn all_of_a_list_is_marked_up_to_a_limit_that_is_said() {
    let mut play = Play::new(Scene::large(2_345));
    play.press("Ctrl-a").sees("2,345 marked").press("Ctrl-a").misses("marked");
    let mut play = Play::new(Scene::large(7_000));
    play.press("Ctrl-a").sees("the first 5,000 are marked").press("Esc").waits(toast::SECONDS).sees("live");
}

#[test]
fn the_engine_asks_and_the_user_says_no_or_yes() {
    for (answer, left) in [("n", 6), ("Esc", 6), ("y", 5)] {
        let mut play = usual();
        let question = Question {
            text: "Banish Anna Berg, to whom you wrote 12 times?".into(),
            details: vec!["34 older messages go along.".into()],
        };
        play.scene.acts.push_back(Ok(Reply::Question(question)));
        play.press("x").sees("Banish Anna Berg").sees("34 older messages").sees("→ blackhole Dinner");
        play.press(answer).misses("34 older").misses("→ blackhole");
        assert_eq!(play.scene.mail[Category::Inbox as usize].len(), left, "{answer}");
        let sure = play.acts().iter().filter(|act| act.contains("\"sure\":true")).count();
        assert_eq!(sure, usize::from(answer == "y"));
    }
}

#[test]
fn the_order_is_widened_before_it_is_given() {
    let mut play = usual();
    play.press("A").sees("an order for everybody at berg.example").press("A").misses("an order for");
    play.press("l l A").sees("an order for news@rust.example").press("A").sees("everybody at rust.example");
    play.press("b");
    assert!(play.acts()[0].contains("\"width\":\"domain\""), "{:?}", play.acts());
}

#[test]
fn a_toast_stays_for_eight_seconds() {
    usual().press("n").sees("from now on").waits(7).sees("from now on").waits(1).misses("from now on");
}

#[test]
fn an_undo_that_fails_can_be_tried_again() {
    let mut play = usual();
    play.press("n");
    play.scene.acts.push_back(Err(Fault::transient("the connection is gone", "it is tried again")));
    play.press("u").sees("the connection is gone").press("u").sees("1 taken back");
    assert_eq!(play.scene.mail[Category::Inbox as usize].len(), 6);
}

#[test]
fn a_filter_narrows_while_it_is_typed_and_esc_clears_it() {
    let mut play = usual();
    play.press("\\").types("berg").sees("1 message").sees("Dinner").misses("sign-in").press("Enter").sees("\\berg");
    play.press("Esc").sees("6 messages");
    play.press("\\").types("BERG").sees("No mail in Inbox holds “BERG”").press("Esc").sees("6 messages");
}

#[test]
fn a_search_goes_from_match_to_match_without_n() {
    let mut play = usual();
    play.press(">").sees("search for something first").press("/").types("example").press("Enter");
    assert_eq!(play.model_mail().list.selected(), 1);
    play.press("> >");
    assert_eq!(play.model_mail().list.selected(), 3);
    play.press("<");
    assert_eq!(play.model_mail().list.selected(), 2);
    play.press("/").types("nowhere").press("Enter").sees("nothing here holds “nowhere”");
    play.press("/").types("dinner").press("Enter").press(">").sees("only this one holds “dinner”");
}

#[test]
fn a_key_that_is_pressed_ahead_of_the_search_waits_for_what_it_finds() {
    let mut play = usual();
    play.hold().press("/").types("report").press("Enter b").sees("Dinner");
    assert!(play.acts().is_empty());
    play.release().sees("1 to bulk");
    assert!(play.acts()[0].contains("\"uid\":25"), "{:?}", play.acts());
    let mut play = usual();
    play.hold().press("l b").release().misses("Photos");
    assert!(play.acts()[0].contains("\"uid\":41"), "the message of the tab that was gone to: {:?}", play.acts());
    let mut play = usual();
    play.hold().press("l b b Esc").release();
    assert!(play.acts().is_empty(), "Esc takes back what was pressed ahead");
    let mut play = usual();
    play.hold().press("/").types("report").press("Enter w q o").release().sees("this is line 1 of");
    assert!(play.effects.is_empty(), "q closes what w opens, in the order in which they were pressed");
    let mut play = usual();
    play.hold().press("l b").press("Ctrl-c");
    assert_eq!(play.effects, [Effect::Quit]);
}

#[test]
fn the_palette_finds_an_action_by_some_of_its_letters() {
    usual().press(":").types("hist").press("Enter").sees(" 3 History ").press("q").sees("Dinner");
    usual().press("Ctrl-p").types("blkh").sees("banish").press("Esc").misses("banish");
    let mut play = usual();
    play.press(":")
        .types("nwes")
        .sees("No action is called so")
        .press("Backspace Backspace")
        .press("Enter")
        .sees("1 to news");
}

#[test]
fn the_help_is_narrowed_by_typing_and_runs_what_is_chosen() {
    let mut play = usual();
    play.press("?").sees("Keys: Mail").types("u").sees("nothing to take back yet").press("Esc");
    play.press("?").types("into bulk").sees("put it into Bulk").press("Enter").sees("1 to bulk");
}

#[test]
fn pasted_text_presses_no_keys() {
    let mut play = usual();
    play.message(Message::Paste("xxu\ny".into()));
    assert!(play.acts().is_empty());
    play.press("/").message(Message::Paste("din\nner".into()));
    play.sees("/dinner");
}

#[test]
fn why_fills_the_screen_and_acts_on_its_message() {
    let mut play = usual();
    play.press("j w").sees("Moves").sees("INBOX → Top").press("n").sees("1 to news");
    assert!(play.acts()[0].contains("\"uid\":29"), "{:?}", play.acts());
}

#[test]
fn what_is_read_on_top_does_not_act_on_what_took_its_place() {
    let mut play = usual();
    play.press("w");
    play.scene.mail[Category::Inbox as usize].remove(0);
    play.hears(Notice::Changed { account: "home".into() }).press("b").sees("does not lie here any more");
    assert!(play.acts().is_empty());
}

#[test]
fn a_message_is_opened_read_and_searched() {
    let mut play = usual();
    play.press("o").sees("this is line 1 of").sees("Attached  photo.jpg").press("G").sees("> and this was quoted");
    play.press("/").types("line 30").press("Enter").sees("line 30").misses("line 1 of").press("q").sees("6 messages");
    let opened = play.asked.iter().filter(|request| matches!(request, Request::Open(_))).count();
    assert_eq!(opened, 1);
}

#[test]
fn what_waits_is_walked_with_y_and_n() {
    let mut scene = Scene::usual();
    let waiting = |id: &str| WaitingRow {
        id: id.into(),
        account: "home".into(),
        kind: WaitingKind::Order,
        since: NOW,
        text: format!("mail of {id} goes to news from now on"),
        details: vec!["you moved 60 of them yesterday".into()],
    };
    scene.waiting = vec![waiting("anna"), waiting("bert")];
    let mut play = Play::new(scene);
    play.sees("2 things wait for your word: W").press("W").sees("you moved 60").press("y").sees("mail of bert");
    assert!(play.acts()[0].contains("\"anna\"") && play.acts()[0].contains("true"));
    play.press("n").misses("Waiting for your word").sees("Dinner").press("W").sees("nothing waits for your word");
}

#[test]
fn new_mail_appears_without_a_key_and_moves_nothing_that_is_read() {
    let mut play = Play::new(Scene::large(500));
    play.press("PgDn PgDn");
    let seen = play.model_mail().selected().unwrap().subject.clone();
    let line = play.screen().lines().position(|line| line.contains(&seen)).unwrap();
    play.scene.mail[Category::Inbox as usize].insert(0, row(9_999, "New", "new@example.org", "New mail", 0));
    play.hears(Notice::Changed { account: "home".into() });
    assert_eq!(play.model_mail().selected().unwrap().subject, seen);
    assert_eq!(play.screen().lines().position(|line| line.contains(&seen)), Some(line));
    play.press("g").sees("New mail");
}

#[test]
fn at_the_top_new_mail_is_seen() {
    let mut play = usual();
    play.scene.mail[Category::Inbox as usize].insert(0, row(99, "New", "new@example.org", "New mail", 0));
    play.hears(Notice::Changed { account: "home".into() }).sees("New mail");
    assert_eq!(play.model_mail().selected().unwrap().name, "Anna Berg");
}

#[test]
fn a_burst_of_notices_is_one_question_at_a_time() {
    let mut play = usual();
    play.hold();
    let before = play.asked.len();
    for _ in 0..100 {
        play.hears(Notice::Changed { account: "home".into() });
    }
    assert!(play.asked.len() <= before + 4, "{:?}", &play.asked[before..]);
    play.release().sees("Dinner");
}

#[test]
fn a_long_list_is_read_in_parts() {
    let mut play = Play::new(Scene::large(100_000));
    play.press("G").sees("Mail 99999").press("g").sees("Mail 0 ");
    play.press("PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn").misses("…");
    let most = play.asked.iter().filter(|request| matches!(request, Request::Mail(_))).count();
    assert!(most < 8, "{most} parts were read");
    play.hold().press("G").sees("…").release().misses("…").sees("Mail 99999");
}

#[test]
fn what_mailherd_does_by_itself_is_said_quietly() {
    let mut play = usual();
    play.hears(Notice::Filed { account: "home".into(), run: 3, counts: [1, 0, 12, 0, 0] });
    play.sees("filed 1 top, 12 news").waits(QUIET_SECONDS).misses("filed 1 top");
}

#[test]
fn the_worst_account_is_named_first() {
    let mut scene = Scene::usual();
    let mut other = live("work");
    (other.state, other.fault) =
        (AccountState::Stopped, Some(Fault::credentials("password refused", "look at password_command")));
    scene.health.push(other.clone());
    let mut play = Play::new(scene);
    play.sees("work: stopped: password refused").sees("all accounts");
    (other.state, other.next) = (AccountState::Waiting, Some(UnixTime(NOW.0 + 12)));
    other.fault = None;
    play.hears(Notice::Health(Box::new(other))).sees("work: waiting 12 s").waits(5).sees("waiting 7 s");
    play.press("a").sees("home: live").press("a").sees("work: waiting").press("a").sees("all accounts");
}

#[test]
fn the_gauge_shows_how_far_the_first_reading_is() {
    use crate::logic::engine::{Phase, Progress};
    let mut health = live("home");
    health.state = AccountState::Working;
    health.progress = Some(Progress { phase: Phase::Reading, folder: "Archive".into(), done: 1_234, total: 5_000 });
    usual().hears(Notice::Health(Box::new(health))).sees("Archive").sees("25% 1,234 of 5,000");
}

#[test]
fn leaving_is_q_from_the_first_screen_and_ctrl_c_from_anywhere() {
    let mut play = usual();
    play.press("2 3 q q").sees("Dinner");
    assert!(play.effects.is_empty());
    play.press("q");
    assert_eq!(play.effects, [Effect::Quit]);
    for before in ["?", ":", "/", "\\", "w", "o", "2"] {
        let mut play = usual();
        play.press(before).press("Ctrl-c");
        assert_eq!(play.effects, [Effect::Quit], "from {before}");
        let mut play = usual();
        play.press(before).press("Ctrl-z");
        assert_eq!(play.effects, [Effect::Suspend], "from {before}");
    }
}

#[test]
fn the_mouse_selects_scrolls_and_changes_tabs() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let mut play = usual();
    let mouse = |kind, column, row| Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
    let click = MouseEventKind::Down(MouseButton::Left);
    play.message(mouse(click, 20, 4));
    assert_eq!(play.model_mail().list.selected(), 2);
    play.message(mouse(click, 15, 1));
    play.sees("Photos");
    play.message(mouse(click, 15, 0));
    assert_eq!(play.model.screen.name(), crate::tui::screen::ScreenName::Senders);
    let mut play = Play::new(Scene::large(500));
    play.message(mouse(MouseEventKind::ScrollDown, 20, 4));
    assert_eq!(play.model_mail().seen().start, 3);
    play.press("M").sees("the mouse selects text");
    assert_eq!(play.effects, [Effect::Mouse(false)]);
}

#[test]
fn a_key_that_cannot_act_says_why() {
    let mut play = Play::new(Scene::empty());
    for (keys, why) in [
        ("n", "there is no message here"),
        ("u", "nothing to take back yet"),
        ("W", "nothing waits for your word"),
        ("a", "there is only one account"),
        (">", "search for something first"),
    ] {
        play.press(keys).sees(why);
    }
    usual().press("U").sees("this mail does not say how to unsubscribe");
    let mut play = usual();
    play.press("l l U");
    assert!(play.acts()[0].contains("unsubscribe"));
}

#[test]
fn the_end_of_the_engine_is_said() {
    let mut play = usual();
    play.message(Message::Ended(Fault::local("mailherd failed inside", "report it")));
    play.sees("mailherd failed inside");
}

#[test]
fn time_alone_draws_nothing_new() {
    let mut play = usual();
    let tick = |seconds| Message::Tick(UnixTime(NOW.0 + seconds));
    assert!(update(&mut play.model, tick(1)).is_none());
    assert!(update(&mut play.model, tick(60)).is_some(), "ages have changed");
}

/// Any keys, in any order: no panic, and the screen can always be left.
#[test]
fn any_keys_are_survived() {
    let names: Vec<&str> = crate::tui::keymap::TABLE.iter().flat_map(|binding| binding.keys()).collect();
    let mut random = fastrand::Rng::with_seed(7);
    for round in 0..24 {
        let mut scene = if round % 3 == 0 { Scene::large(900) } else { Scene::usual() };
        scene.waiting = Vec::new();
        let (width, height) = [(80, 24), (120, 40), (40, 12), (12, 4)][round % 4];
        let mut play = Play::sized(scene, width, height, true);
        for _ in 0..100 {
            let name = names[random.usize(..names.len())];
            if name != "Ctrl-c" {
                play.press(name);
            }
            if random.u8(..) < 20 {
                play.message(Message::Resize(random.u16(1..200), random.u16(1..60)));
            }
            play.screen();
        }
        play.press("Ctrl-c");
        assert_eq!(play.effects.last(), Some(&Effect::Quit));
    }
}
