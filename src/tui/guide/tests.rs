//! Frames of the set-up, and what its keys answer.

use ratatui::layout::Size;
use tokio::sync::oneshot;

use super::state::{Effect, State, wrap};
use super::talk::{Answer, Asked, Kind, Told};
use super::view;
use crate::tui::keymap::key;
use crate::tui::testing::{SIZES, frame, styled, text};
use crate::tui::theme::{Theme, ThemeName, Tone};

struct Play {
    state: State,
    answer: Option<oneshot::Receiver<Answer>>,
}

impl Play {
    fn new((width, height): (u16, u16)) -> Play {
        let state = State::new(Size::new(width, height), Theme::new(ThemeName::default(), true));
        Play { state, answer: None }
    }

    /// What a set-up tells before its first steps are done.
    fn begun(size: (u16, u16)) -> Play {
        let mut play = Play::new(size);
        let plain = |text: &str| vec![(Tone::Plain, text.to_owned())];
        play.state.hears(Told::Line(vec![(Tone::Strong, "From your e-mail address to a calm inbox.".into())]));
        play.state.hears(Told::Line(plain(
            "Nothing is written, and no mail is touched, before your last yes. Ctrl-C leaves at any time.",
        )));
        play.state.hears(Told::Line(plain("imap.home.example port 993 (TLS), said by autoconfig.home.example")));
        for (part, detail) in
            [("dns", "imap.home.example is at 192.0.2.1"), ("tls", "TLS 1.3, the certificate is good until 2027-01-01")]
        {
            let spans = vec![
                (Tone::Plain, "  ".into()),
                (Tone::Good, " ok".into()),
                (Tone::Plain, format!("  {part:<12}  {detail}")),
            ];
            play.state.hears(Told::Line(spans));
        }
        play
    }

    fn asks(&mut self, text: &str, why: &str, kind: Kind) -> &mut Play {
        let (reply, answer) = oneshot::channel();
        self.answer = Some(answer);
        self.state.hears(Told::Asked(Asked { text: text.into(), why: why.into(), kind, reply }));
        self
    }

    fn press(&mut self, keys: &str) -> Option<Effect> {
        keys.split(' ').filter(|key| !key.is_empty()).fold(None, |_, name| self.state.press(key::parse(name).unwrap()))
    }

    fn answered(&mut self) -> Option<Answer> {
        self.answer.as_mut()?.try_recv().ok()
    }

    fn draw(&self) -> ratatui::buffer::Buffer {
        let size = self.state.size;
        frame(size.width, size.height, |buffer, _| {
            view::draw(&self.state, buffer);
        })
    }
}

fn usual(text: &str) -> Kind {
    Kind::Text { usual: Some(text.into()) }
}

fn three(usual: usize) -> Kind {
    let words = [
        "I type it; it is kept in a file that only I can read",
        "in the keyring of this desktop",
        "a command prints it",
    ];
    Kind::Choice { choices: words.map(str::to_owned).to_vec(), usual }
}

#[test]
fn each_kind_of_question_at_each_size() {
    for (width, height) in SIZES {
        let kinds: [(&str, &str, &str, Kind, &str); 4] = [
            (
                "text",
                "IMAP server",
                "As your provider's help page calls it: a name, or name:port.",
                usual("imap.home.example"),
                "",
            ),
            ("secret", "Password", "An app password, not the one of the web site.", Kind::Secret, "h u s h"),
            (
                "choice",
                "Where does the password come from",
                "The config never holds it. A background service cannot open a locked keyring.",
                three(0),
                "Down",
            ),
            (
                "yes-or-no",
                "Trust this one certificate",
                "Only if this is your own server.",
                Kind::YesNo { usual: false },
                "",
            ),
        ];
        for (name, what, why, kind, keys) in kinds {
            let mut play = Play::begun((width, height));
            play.asks(what, why, kind).press(keys);
            let mut settings = insta::Settings::clone_current();
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(format!("guide-{name}-{width}x{height}"), text(&play.draw())));
        }
    }
}

#[test]
fn a_line_that_is_typed_or_the_usual_one() {
    let mut play = Play::begun((80, 24));
    play.asks("Login name", "", usual("anna")).press("b e n Enter");
    assert_eq!(play.answered(), Some(Answer::Text("ben".to_owned().into())));
    assert!(text(&play.draw()).contains("? Login name: ben"));
    play.asks("Login name", "", usual("anna")).press("Enter");
    assert_eq!(play.answered(), Some(Answer::Text(String::new().into())), "who asks fills it in");
    assert!(text(&play.draw()).contains("? Login name: anna"));
}

#[test]
fn what_was_typed_stands_there_when_it_is_asked_again() {
    let mut play = Play::begun((80, 24));
    play.asks("IMAP server", "", Kind::Text { usual: None }).press("a / b Enter");
    play.state.hears(Told::Objected("\"a/b\" is no host".into()));
    play.asks("IMAP server", "", Kind::Text { usual: None });
    let frame = text(&play.draw());
    assert!(frame.contains("not that: \"a/b\" is no host") && frame.contains("> a/b"), "{frame}");
    play.press("Esc c Enter");
    assert_eq!(play.answered(), Some(Answer::Text("c".to_owned().into())));
}

#[test]
fn a_password_is_never_drawn_nor_how_long_it_is() {
    let mut play = Play::begun((80, 24));
    play.asks("Password", "", Kind::Secret).press("z q");
    let short = text(&play.draw());
    play.press("z q z q z Backspace");
    assert_eq!(short, text(&play.draw()));
    assert!(!short.contains("zq"));
    play.press("Enter");
    assert_eq!(play.answered(), Some(Answer::Text("zqzqzq".to_owned().into())));
    assert!(!text(&play.draw()).contains("zq"));
    assert!(!format!("{:?}", play.state.lines).contains("zq"));
}

#[test]
fn a_choice_by_number_by_arrow_and_by_letter() {
    for (keys, place) in
        [("Enter", 1), ("3 Enter", 2), ("Up Enter", 0), ("j Enter", 2), ("k k k Enter", 0), ("9 0 Enter", 1)]
    {
        let mut play = Play::begun((80, 24));
        play.asks("Which", "", three(1)).press(keys);
        assert_eq!(play.answered(), Some(Answer::Choice(place)), "{keys}");
    }
}

#[test]
fn many_choices_scroll_so_that_the_selected_one_is_seen() {
    let mut play = Play::begun((40, 8));
    let choices = (1..=9).map(|number| format!("choice number {number}")).collect();
    play.asks("Which", "why not", Kind::Choice { choices, usual: 8 });
    assert!(text(&play.draw()).contains("> 9  choice number 9"), "{}", text(&play.draw()));
    play.press("1");
    assert!(text(&play.draw()).contains("> 1  choice number 1"), "{}", text(&play.draw()));
}

#[test]
fn a_click_selects_the_choice_that_is_drawn_there() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    for size in SIZES {
        let mut play = Play::begun(size);
        play.asks("Which", "why", three(0));
        let drawn = text(&play.draw());
        let row = drawn.lines().position(|line| line.contains("3  a command")).unwrap() as u16;
        let kind = MouseEventKind::Down(MouseButton::Left);
        play.state.point(MouseEvent { kind, column: 5, row, modifiers: KeyModifiers::NONE });
        assert!(text(&play.draw()).contains("> 3  a command"), "{drawn}");
    }
}

#[test]
fn yes_no_and_what_enter_says() {
    for (keys, usual, yes) in [("y", false, true), ("n", true, false), ("Enter", true, true), ("Enter", false, false)] {
        let mut play = Play::begun((80, 24));
        play.asks("Sure", "", Kind::YesNo { usual }).press(keys);
        assert_eq!(play.answered(), Some(Answer::Yes(yes)), "{keys}");
    }
    let mut play = Play::begun((80, 24));
    play.asks("Sure", "", Kind::YesNo { usual: true }).press("x q Esc");
    assert_eq!(play.answered(), None);
}

#[test]
fn keys_without_a_question_answer_nothing() {
    let mut play = Play::begun((80, 24));
    assert_eq!(play.press("y Enter q"), None);
    play.state.hears(Told::Over("leaves"));
    assert_eq!(play.press("y"), None);
    assert_eq!(play.press("Enter"), Some(Effect::Done));
    assert_eq!(play.press("Ctrl-c"), Some(Effect::Leave));
}

#[test]
fn a_question_that_nobody_waits_for_any_more_vanishes() {
    let mut play = Play::begun((80, 24));
    play.asks("Address that the browser ended at", "", Kind::Text { usual: None }).press("h t");
    play.answer = None;
    play.state.hears(Told::Doing("login".into()));
    let frame = text(&play.draw());
    assert!(!frame.contains("Address that") && frame.contains("login"), "{frame}");
}

#[test]
fn what_was_told_scrolls_and_stays_where_it_is_read() {
    let mut play = Play::new((60, 20));
    for number in 0..100 {
        play.state.hears(Told::Line(vec![(Tone::Plain, format!("line {number}"))]));
    }
    assert!(text(&play.draw()).contains("line 99"));
    play.press("PgUp PgUp");
    let before = text(&play.draw());
    assert!(!before.contains("line 99"));
    play.state.hears(Told::Line(vec![(Tone::Plain, "one more".into())]));
    let first = |frame: &str| frame.lines().nth(1).map(str::to_owned);
    assert_eq!(first(&before), first(&text(&play.draw())));
    play.state.resize(Size::new(40, 10));
    play.press("PgDn PgDn PgDn PgDn PgDn PgDn");
    assert!(text(&play.draw()).contains("one more"));
}

#[test]
fn a_long_line_is_broken_between_words_and_keeps_its_tones() {
    let spans = vec![
        (Tone::Plain, "  ".to_owned()),
        (Tone::Good, "ok".to_owned()),
        (Tone::Dim, "  one two three four".to_owned()),
    ];
    let lines = wrap(&spans, 14);
    let shown: Vec<String> = lines.iter().map(|line| line.iter().map(|(_, text)| text.as_str()).collect()).collect();
    assert_eq!(shown, ["  ok  one two ", "    three four"]);
    assert!(lines[1].iter().any(|(tone, _)| *tone == Tone::Dim));
    // The blank after a word that ends where the line does.
    let shown: Vec<String> = wrap(&[(Tone::Plain, "one two three".to_owned())], 7)
        .iter()
        .map(|line| line.iter().map(|(_, text)| text.as_str()).collect())
        .collect();
    assert_eq!(shown, ["one two", "  three"]);
    // The address of a page is all there, in lines that can be copied.
    let page = format!("https://id.example/{}", "q".repeat(60));
    let lines = wrap(&[(Tone::Plain, page.clone())], 30);
    assert!(lines.iter().all(|line| line.len() == 1 && !line[0].1.starts_with(' ')), "{lines:?}");
    assert_eq!(lines.into_iter().flatten().map(|(_, text)| text).collect::<String>(), page);
    // A word without end, and no room at all.
    for width in 1..20 {
        for line in wrap(&[(Tone::Plain, format!("   {}", "x".repeat(50)))], width) {
            let columns: usize = line.iter().map(|(_, text)| crate::tui::widget::cells::width(text)).sum();
            assert!(columns <= width.max(1) + 1, "{width}: {line:?}");
        }
    }
}

#[test]
fn every_size_can_be_drawn() {
    for width in (1..10).chain((10..90).step_by(13)) {
        for height in (1..12).chain([14, 20, 25]) {
            let mut play = Play::begun((width, height));
            styled(&play.draw());
            play.asks("Where does the password come from", "The config never holds it.", three(2));
            styled(&play.draw());
            play.asks("Password", "An app password.", Kind::Secret).press("a");
            styled(&play.draw());
        }
    }
}
