//! Real mail replayed: what is read, in which order, whose it is, and what is said about it.

use serde_json::Value;

use crate::support::archive::{Archive, Form, day, mbox};
use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::json;
use crate::support::mail::{ME, Mail};
use crate::support::user::User;

const FORMS: [Form; 3] = [Form::Mbox, Form::Maildir, Form::Files];

/// Messages, each with its day.
type Arrivals = Vec<(f64, Mail)>;

/// Received mail and the user's own: a friend who is answered each week, a newsletter and a shop that are not.
fn history() -> (Arrivals, Arrivals) {
    let (mut received, mut own) = (Arrivals::new(), Arrivals::new());
    for week in 0..8_u32 {
        let days = f64::from(week) * 7.0;
        let letter = cast::friend(week);
        own.push((days + 1.0, cast::own_letter(cast::ANNA, 0).answers(&letter)));
        received.push((days, letter.flag("\\Seen")));
        received.push((days + 0.25, cast::newsletter(week)));
        received.push((days + 0.5, cast::promotion(week)));
    }
    (received, own)
}

fn archive(form: Form) -> Archive {
    let (received, own) = history();
    let archive = Archive::new();
    archive.folder("INBOX", form, &received).folder("Sent", form, &own);
    archive
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["message_id"].as_str().unwrap_or("null")).collect()
}

#[test]
fn every_form_of_a_mailbox_is_read_without_a_config() {
    let mut told: Vec<Vec<String>> = Vec::new();
    for form in FORMS {
        let archive = archive(form);
        let rows = archive.predictions(&[]);
        let (received, _) = history();
        assert_eq!(rows.len(), received.len(), "{form:?}");
        for row in &rows {
            json::has_exactly(row, "message_id category importance path");
            assert!((0.0..=1.0).contains(&row["importance"].as_f64().unwrap()), "{row}");
            let path = archive.path(row["path"].as_str().unwrap());
            assert!(path.is_file() && path.to_str().unwrap().contains("INBOX"), "{row}");
        }
        told.push(rows.iter().map(|row| format!("{} {}", row["category"], row["importance"])).collect());
        let figures = archive.figures();
        let counts = ["received", "sent", "answered", "answered_filed_away", "skipped", "unreadable"]
            .map(|key| figures[key].as_u64().unwrap());
        assert_eq!(counts, [24, 8, 8, 0, 0, 0], "{form:?} {figures}");
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
}

#[test]
fn the_figures_are_complete() {
    let figures = archive(Form::Maildir).figures();
    json::has_exactly(
        &figures,
        "received answered filed_away inbox top answered_filed_away relief harm top_hit top_precision auc sent first \
         last days answered_by inbox_per_day categories settled caution cautions mistakes oddities skipped unreadable \
         left_out copies",
    );
    json::is_a_time(&figures["first"]);
    assert_eq!(figures["answered_by"], "in-reply-to");
    assert_eq!(figures["caution"], "normal");
    let levels: Vec<&str> =
        figures["cautions"].as_array().unwrap().iter().map(|one| one["caution"].as_str().unwrap()).collect();
    assert_eq!(levels, ["low", "normal", "high"]);
    // The friend's eight were answered, the rest was not even read.
    let columns = |key: &str| {
        let rows = figures["categories"].as_object().unwrap().values();
        rows.map(|row| row[key].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!((columns("answered"), columns("read"), columns("unread")), (8, 0, 16), "{figures}");
    let per_day = |key: &str| figures["inbox_per_day"][key].as_f64().unwrap();
    assert!(per_day("before") > per_day("after") + per_day("top"), "{figures}");
}

#[test]
fn a_message_is_judged_before_it_is_learned_from() {
    let rows = archive(Form::Mbox).predictions(&[]);
    let friend: Vec<&str> = rows.iter().step_by(3).map(|row| row["category"].as_str().unwrap()).collect();
    assert_eq!((friend[0], friend[7]), ("inbox", "top"), "{friend:?}");
    let importance: Vec<f64> = rows.iter().step_by(3).map(|row| row["importance"].as_f64().unwrap()).collect();
    assert!(importance[7] > importance[0], "{importance:?}");
}

#[test]
fn order_is_that_of_arrival() {
    // The Dates go backwards, the From lines and the files' times forwards.
    let mails: Vec<(f64, Mail)> =
        (0..5_u32).map(|n| (f64::from(n), cast::stranger(n).at(day(-f64::from(n))))).collect();
    let forwards: Vec<String> = mails.iter().map(|(_, mail)| mail.id()).collect();
    for form in [Form::Mbox, Form::Maildir] {
        let archive = Archive::new();
        let shuffled: Vec<(f64, Mail)> = [3, 0, 4, 1, 2].map(|place: usize| mails[place].clone()).to_vec();
        archive.folder("INBOX", form, &shuffled);
        assert_eq!(ids(&archive.predictions(&[])), forwards, "{form:?}");
    }
}

#[test]
fn several_folders_are_one_mailbox() {
    let archive = Archive::new();
    let (received, own) = history();
    archive.folder("INBOX", Form::Mbox, &received[12..]).folder(".Work.Archive", Form::Maildir, &received[..6]);
    archive.folder("old/letters", Form::Files, &received[6..12]).folder("old/sent-mail", Form::Files, &own);
    let rows = archive.predictions(&[]);
    let wanted: Vec<String> = received.iter().map(|(_, mail)| mail.id()).collect();
    assert_eq!(ids(&rows), wanted);
    assert_eq!(archive.figures()["sent"], 8);
}

#[test]
fn what_is_no_mail_is_skipped_and_counted() {
    let archive = archive(Form::Maildir);
    archive.file("notes.txt", "From now on: write things down.\n").file("empty", "").file("list.tsv", "a\tb\n");
    archive.file("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\r").file("INBOX/dovecot-uidlist", "3 V1 N2\n");
    let _socket = std::os::unix::net::UnixListener::bind(archive.path("mail").join("socket")).unwrap();
    std::os::unix::fs::symlink(archive.path("mail"), archive.path("mail").join("INBOX/loop")).unwrap();
    std::os::unix::fs::symlink("nowhere", archive.path("mail").join("dangling")).unwrap();
    let figures = archive.figures();
    assert_eq!((figures["received"].as_u64(), figures["skipped"].as_u64()), (Some(24), Some(6)), "{figures}");
    assert_eq!(figures["unreadable"], 1);
    let outcome = archive.backtest(&[]).done();
    assert!(outcome.stderr.contains("6 files that are no mail were skipped"), "{outcome}");
}

#[test]
fn drafts_and_junk_never_were_in_the_inbox() {
    let archive = archive(Form::Maildir);
    archive.folder("Drafts", Form::Maildir, &[(1.0, cast::own_letter("x@strangers.example", 0))]);
    archive.folder(".Spam", Form::Maildir, &[(1.0, cast::promotion(900)), (2.0, cast::promotion(901))]);
    let figures = archive.figures();
    assert_eq!((figures["received"].as_u64(), figures["left_out"].as_u64()), (Some(24), Some(3)), "{figures}");
}

#[test]
fn copies_in_several_folders_are_one_message() {
    let (received, own) = history();
    let archive = Archive::new();
    archive.folder("INBOX", Form::Maildir, &received).folder("Sent", Form::Maildir, &own);
    archive.folder("All Mail", Form::Mbox, &[received, own].concat());
    let figures = archive.figures();
    let counts = ["received", "sent", "copies", "answered"].map(|key| figures[key].as_u64().unwrap());
    assert_eq!(counts, [24, 8, 32, 8], "{figures}");
}

#[test]
fn a_message_without_an_id_has_null() {
    let archive = Archive::new();
    let bare = |subject: &str| cast::stranger(1).without("Message-ID").subject(subject);
    let mails = [(1.0, bare("one")), (2.0, bare("one")), (3.0, cast::stranger(2))];
    archive.folder("INBOX", Form::Mbox, &mails);
    let rows = archive.predictions(&[]);
    assert!(rows[0]["message_id"].is_null() && rows[1]["message_id"].is_null(), "{rows:?}");
    assert_eq!((rows.len(), rows[2]["message_id"].as_str().unwrap()), (3, mails[2].1.id().as_str()));
}

#[test]
fn own_mail_is_known_by_its_folder_or_its_address() {
    let (received, own) = history();
    let archive = Archive::new();
    archive.folder("INBOX", Form::Mbox, &[received, own].concat());
    archive.folder("Out-Box", Form::Mbox, &[(3.0, cast::stranger(1))]);
    assert_eq!((archive.figures()["sent"].as_u64(), archive.figures()["answered"].as_u64()), (Some(8), Some(8)));
    let other = |words: &[&str]| {
        let words: Vec<&str> = ["--mail", "mail", "--json", "--address"].iter().chain(words).copied().collect();
        archive.run(&words).done().object()["sent"].as_u64().unwrap()
    };
    assert_eq!(other(&["nobody@nowhere.example"]), 0);
    assert_eq!(other(&["nobody@nowhere.example", ME]), 8);
    assert_eq!(other(&["nobody@nowhere.example", "--sent", "Sent", "out_box"]), 1);
}

#[test]
fn where_there_is_no_in_reply_to_the_subject_tells_an_answer() {
    let archive = Archive::new();
    let letter = |n: u32, subject: &str| cast::stranger(n).subject(subject);
    let answer = |n: u32, subject: &str| Mail::from(ME).to(&format!("carl.{n}@strangers.example")).subject(subject);
    let received =
        [(1.0, letter(1, "Skiing")), (1.0, letter(2, "Skiing")), (1.0, letter(3, "Old")), (1.0, letter(4, "New"))];
    let own = [(2.0, answer(1, "Re: Skiing")), (40.0, answer(3, "Re: Old")), (2.0, answer(4, "New"))];
    archive.folder("INBOX", Form::Mbox, &received).folder("Sent", Form::Mbox, &own);
    let figures = archive.figures();
    assert_eq!(
        (figures["answered"].as_u64(), figures["answered_by"].as_str()),
        (Some(1), Some("subject")),
        "{figures}"
    );
    // One answer with the field, and subjects count no more.
    let named = answer(4, "Re: New").answers(&received[3].1);
    archive.folder("Sent", Form::Mbox, &[own.as_slice(), &[(3.0, named)]].concat());
    let figures = archive.figures();
    assert_eq!((figures["answered"].as_u64(), figures["answered_by"].as_str()), (Some(1), Some("in-reply-to")));
}

#[test]
fn an_answered_mail_that_would_have_been_filed_is_shown_with_its_reasons() {
    let archive = Archive::new();
    let letter = cast::promotion(7).subject("Sale \u{1b}[31mends\u{202e} tonight");
    let own = cast::own_letter(cast::SHOP, 0).answers(&letter);
    archive.folder("INBOX", Form::Mbox, &[(1.0, letter.clone())]).folder("Sent", Form::Mbox, &[(2.0, own)]);
    let figures = archive.figures();
    assert_eq!((figures["answered_filed_away"].as_u64(), figures["harm"].as_f64()), (Some(1), Some(1.0)));
    let mistake = &figures["mistakes"][0];
    json::has_exactly(mistake, "at message_id from subject category importance reasons");
    assert_eq!((mistake["message_id"].as_str().unwrap(), &mistake["from"]), (letter.id().as_str(), &cast::SHOP.into()));
    json::has_exactly(&mistake["reasons"][0], "signal weight text");
    let outcome = archive.backtest(&[]).done();
    let text = &outcome.stdout;
    assert!(text.contains("Of 1 mail you answered, 1 would have been filed away:"), "{outcome}");
    assert!(text.contains(cast::SHOP) && text.contains("tonight") && text.contains("  2026-01-0"), "{outcome}");
    assert!(text.contains(mistake["reasons"][1]["text"].as_str().unwrap()), "{outcome}");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{outcome}");
}

#[test]
fn the_report_is_for_people() {
    let outcome = archive(Form::Maildir).backtest(&[]).done();
    for words in [
        "24 mails received and 8 of your own",
        "Of 8 mails you answered, 0 would have been filed away.",
        "category",
        "came a day",
        "caution",
    ] {
        assert!(outcome.stdout.contains(words), "{words:?} is missing\n{outcome}");
    }
    let silent = archive(Form::Files);
    std::fs::remove_dir_all(silent.path("mail").join("Sent")).unwrap();
    let outcome = silent.backtest(&[]).done();
    assert!(outcome.stdout.contains("there is no mail of your own"), "{outcome}");
}

#[test]
fn broken_mboxes_give_what_is_in_them() {
    let (received, _) = history();
    let whole = mbox(&received);
    let body = "\n\nFrom what I hear, it works.\nFrom: nobody, in a body\n\nFrom here on\nSubject: no\n";
    let wild = whole.replacen("\n\nMessage", &format!("{body}\nMessage"), 3);
    let cut = format!("{}From sender@example.org Mon Mar  9 10:00:00 2026\nFrom: x@y.exam", whole);
    for (text, count) in [
        (whole.replace('\n', "\r\n"), 24),
        (whole.replace(".\n\nFrom ", ".\nFrom "), 24),
        (wild, 24),
        (format!("garbage\n{whole}"), 24),
        (format!("\n\n{whole}\0\0\0"), 24),
        (cut, 25),
    ] {
        let archive = Archive::new();
        archive.file("Inbox.mbox", &text).file("other.eml", cast::stranger(5).bytes());
        let figures = archive.figures();
        assert_eq!(figures["received"].as_u64(), Some(count + 1), "{}", &text[..text.len().min(2_000)]);
    }
}

#[test]
fn odd_mail_is_judged_and_named() {
    let archive = Archive::new();
    let folded = vec![b'x'; 1 << 20];
    let huge = cast::stranger(1).header("X-Huge", folded.clone()).header("Subject", folded);
    archive
        .file("a.eml", huge.bytes())
        .file("b.eml", b"\xff\xfe\xfd: \x80\x81\n\n")
        .file("c.eml", b"no header\n\nbody");
    archive.file("d.eml", b"From: a@b.example\nFrom: c@d.example\nSubject: \xe4\xf6\n\n");
    let figures = archive.figures();
    assert_eq!(figures["received"], 4);
    let texts = figures["oddities"].to_string();
    assert!(texts.contains("more than one From") && texts.contains("so long"), "{texts}");
    assert!(texts.contains("does not say whom it is from"), "{texts}");
}

#[test]
fn weights_come_from_a_file() {
    let archive = archive(Form::Mbox);
    let plain = archive.predictions(&[]);
    std::fs::write(archive.path("w.json"), r#"{"signals": {"base": {"weight": 40}}}"#).unwrap();
    let weighted = archive.predictions(&["--weights", "w.json"]);
    assert!(plain[1]["importance"].as_f64().unwrap() < 0.2 && weighted[1]["importance"].as_f64().unwrap() > 0.9);
    std::fs::write(archive.path("w.json"), r#"{"signals": {"bse": {"weight": 40}}}"#).unwrap();
    archive.backtest(&["--weights", "w.json"]).complains(2).says("bse").says("\"base\"");
    archive.backtest(&["--weights", "nowhere.json"]).complains(2).says("nowhere.json");
}

#[test]
fn wrong_usage_is_said() {
    let archive = archive(Form::Mbox);
    for words in [&[][..], &["--mail", "mail"], &["--mail", "mail", "--account", "home"], &["--address", ME]] {
        assert_eq!(archive.run(words).code(), Some(2), "{words:?}");
    }
    archive.run(&["--mail", "nowhere", "--address", ME]).complains(2).says("nowhere");
    archive.run(&["--mail", "mail", "--address", "me"]).complains(2).says("no address");
    archive.backtest(&["--predictions", "no/such/p.jsonl"]).complains(1).says("p.jsonl");
    let empty = Archive::new();
    empty.file("notes.txt", "nothing");
    empty.backtest(&[]).complains(1).says("no received mail");
}

#[test]
fn a_live_account_is_read_and_left_as_it_was() {
    let user = User::new(Flavour::PLAIN);
    user.has_a_friend();
    let mut inbox = cast::inbox(2);
    // The list sends the user's own post back, and a letter lies in two folders.
    inbox.push(cast::list_post(9).header("From", ME));
    user.receives(&inbox);
    let (letters, _) = cast::acquaintance();
    let copy = letters[0].clone().flag("\\Flagged");
    user.client().append("INBOX", std::slice::from_ref(&copy));
    user.client().append(&user.folder("Archive"), std::slice::from_ref(&copy));
    let before = user.world();
    let log = user.wire_log();
    let file = user.path("p.jsonl");
    let words = ["backtest", "--account", "home", "--json", "--predictions", file.to_str().unwrap()];
    let figures = user.mailherd(&words).done().object();
    for command in log.commands() {
        let verb = command.split(' ').next().unwrap_or_default();
        assert!(!["SELECT", "APPEND", "CREATE", "SUBSCRIBE", "EXPUNGE", "STORE"].contains(&verb), "{command}");
        assert!(!command.starts_with("UID ") || command.starts_with("UID FETCH "), "{command}");
    }
    assert_eq!(before, user.world());
    assert!(user.mailherd(&["senders", "--json"]).done().rows().is_empty(), "nothing is learned from a trial");
    let counts = ["received", "sent", "answered", "left_out", "copies"].map(|key| figures[key].as_u64().unwrap());
    assert_eq!(counts, [16 + 8 + 1, 8, 8, 1, 1], "{figures}");
    let config = mailherd::config::load(&user.path("config.toml")).unwrap();
    let stats = mailherd::logic::engine::Request::Stats { account: Some("home".into()), days: 1 };
    let now = mailherd::logic::ids::UnixTime(1_800_000_000);
    let answer = mailherd::daemon::queries::Queries::default().answer(&config, &stats, now);
    let Some(Ok(mailherd::logic::engine::Reply::Stats(stats))) = answer else { panic!("{answer:?}") };
    assert!(matches!(stats.harm.as_slice(), [(home, _, 8, 0)] if home == "home"), "{:?}", stats.harm);
    let text = std::fs::read_to_string(file).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 25);
    assert_eq!(rows[0]["path"], "Archive", "the oldest first");
    let last = rows.iter().rev().find(|row| row["message_id"] == inbox[7].id()).unwrap();
    assert_eq!((last["category"].as_str(), last["path"].as_str()), (Some("top"), Some("INBOX")));
}
