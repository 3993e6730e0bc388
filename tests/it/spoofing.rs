//! What somebody can and cannot do who only sends mail: the sentences of docs/security.md.

use std::process::Command;

use mailherd::logic::engine::{Act, MailRow, Width};
use mailherd::logic::ids::Category;
use serde_json::json;

use super::moving::{Moving, pair};
use crate::support::cast;
use crate::support::daemon::Daemon;
use crate::support::engine::{Watching, quick};
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::user::User;
use crate::support::world::count;

/// The user's own receiving host, as `cast` has it.
const HOST: &str = "mx.home.example";
const RESULTS: &str = "Authentication-Results";

/// A user whose host says who was authenticated, and who writes to Anna.
fn user() -> User {
    let mut user = User::new(Flavour::PLAIN);
    user.set_account("authserv_id", &format!("{HOST:?}"));
    user.has_a_friend();
    user
}

fn results(mail: Mail, words: &str) -> Mail {
    mail.header(RESULTS, format!("{HOST}; {words}"))
}

/// The same mail with a false sender, as the user's host finds out.
fn forged(mail: Mail) -> Mail {
    results(mail, "spf=fail smtp.mailfrom=evil.example; dkim=none; dmarc=fail header.from=friends.example")
}

#[test]
fn a_forged_friend_is_never_top() {
    let user = user();
    let below = |mail: Mail| mail.another(RESULTS, format!("{HOST}; dmarc=pass header.from=friends.example"));
    let forgeries = [
        forged(cast::friend(101)),
        below(forged(cast::friend(102))),
        cast::friend(103).without(RESULTS),
        cast::friend(104).header(RESULTS, "mx.evil.example; dmarc=pass header.from=friends.example"),
        results(cast::friend(105), "(dmarc=pass) spf=fail reason=\"; dmarc=pass\""),
        results(cast::friend(106), "dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example"),
        // In a thread of the user's, too.
        forged(cast::friend(107)).answers(&cast::own_letter(cast::ANNA, 1)),
    ];
    let genuine = cast::friend(110);
    user.receives(&forgeries).receives(std::slice::from_ref(&genuine)).files();
    let world = user.world();
    assert_eq!((world.count("Top"), world.place_of(&genuine.id())), (1, "Top"));
    for mail in &forgeries {
        assert_eq!(world.place_of(&mail.id()), "INBOX", "nothing hides it, either");
    }
    let why = user.mailherd(&["why", &forgeries[0].id()]).done();
    assert!(why.stdout.contains("used to pass DMARC, and this one does not"), "{why}");
}

#[test]
fn where_the_host_knows_no_dmarc_an_aligned_signature_is_as_good() {
    let mut user = User::new(Flavour::PLAIN);
    user.set_account("authserv_id", &format!("{HOST:?}"));
    let signed = |mail: Mail, domain: &str| results(mail, &format!("dkim=pass (2048-bit key) header.d={domain}"));
    let (letters, answers) = cast::acquaintance();
    let letters: Vec<Mail> = letters.into_iter().map(|letter| signed(letter, "friends.example")).collect();
    user.client().append("Archive", &letters);
    user.client().append("Sent", &answers);
    let (genuine, impostor) =
        (signed(cast::friend(101), "mail.friends.example"), signed(cast::friend(102), "evil.example"));
    user.receives(&[genuine.clone(), impostor.clone()]).files();
    assert_eq!((user.place(&genuine).as_str(), user.place(&impostor).as_str()), ("Top", "INBOX"));
}

/// The limit of the promise: nobody tells mailherd who it is.
#[test]
fn where_the_host_says_nothing_a_forged_friend_looks_like_the_friend() {
    let user = User::new(Flavour::PLAIN);
    let (letters, answers) = cast::acquaintance();
    let letters: Vec<Mail> = letters.into_iter().map(|letter| letter.without(RESULTS)).collect();
    user.client().append("Archive", &letters);
    user.client().append("Sent", &answers);
    let impostor = cast::friend(101).without(RESULTS);
    user.receives(std::slice::from_ref(&impostor)).files();
    assert_eq!(user.place(&impostor), "Top");
}

#[test]
fn nobody_is_banished_by_mail_that_is_forged() {
    let user = user();
    let genuine: Vec<Mail> = (1..=3).map(cast::promotion).collect();
    user.receives(&genuine).files();
    let annoying = |number| {
        let mail = Mail::from(cast::SHOP).subject(&format!("annoying mail {number}"));
        results(mail, "spf=fail smtp.mailfrom=evil.example; dmarc=fail header.from=shop.example")
    };
    let (first, second) = (annoying(1), annoying(2));
    user.receives(&[first.clone(), second.clone()]).files();
    user.moves(&first, "Bulk", "Blackhole");
    assert_eq!(user.orders(), [], "it is not the shop's");
    let waiting = user.pending();
    assert_eq!((waiting.len(), &waiting[0]["who"], &waiting[0]["kind"]), (1, &json!(cast::SHOP), &json!("order")));
    let said = user.mailherd(&["orders", "--pending"]).done().stdout;
    assert!(said.contains("may be forged") && !said.contains("to whom you have written"), "{said}");
    assert_eq!(user.gets(&cast::promotion(4)), "Bulk", "the shop's own mail goes where it went");
    // Nor is its mail sent away into News.
    user.mailherd(&["confirm", &waiting[0]["id"].to_string(), "--no"]).done();
    user.moves(&second, "Bulk", "News");
    assert_eq!((user.orders(), user.pending().len()), (vec![], 1));
    // A word, or a mail that is beyond doubt, is enough.
    user.moves(&genuine[0], "Bulk", "Blackhole");
    assert_eq!(user.orders(), [pair(cast::SHOP, "blackhole")]);
    assert_eq!(user.gets(&cast::promotion(5)), "Blackhole");
}

#[test]
fn no_list_is_banished_by_an_outsider_who_bears_its_name() {
    let user = user();
    let letters: Vec<Mail> = (1..=12).map(|number| cast::newsletter(number).flag("\\Seen")).collect();
    user.receives(&letters).files();
    let outsider = results(Mail::from("Eve <eve@evil.example>"), "dmarc=pass header.from=evil.example")
        .header("List-Id", cast::KITCHEN_LIST)
        .subject("annoying mail");
    user.receives(std::slice::from_ref(&outsider)).files();
    let place = user.place(&outsider);
    user.moves(&outsider, &place, "Blackhole");
    assert_eq!(user.orders(), []);
    assert_eq!((user.pending().len(), &user.pending()[0]["who"]), (1, &json!(cast::KITCHEN_LIST)));
    assert_eq!(user.gets(&cast::newsletter(20)), "News", "the list goes on");
    user.moves(&letters[0], "News", "Blackhole");
    assert_eq!(user.orders(), [pair(cast::KITCHEN_LIST, "blackhole")]);
}

#[test]
fn pointing_at_mail_that_is_forged_asks_too() {
    let user = user();
    user.receives(&[1, 2, 3].map(cast::promotion)).files();
    let mail = Mail::from(cast::SHOP).subject("annoying mail");
    user.receives(&[results(mail, "dmarc=fail header.from=shop.example")]).files();
    let engine = Watching::start(&user.config_file(), quick());
    engine.until("home", |health| health.last_pass.is_some());
    let MailRow { key, .. } = engine.row(Category::Bulk, "annoying mail");
    let banish =
        |sure| Act::File { messages: vec![key.clone()], category: Category::Blackhole, width: Width::Natural, sure };
    let question = engine.is_asked(banish(false));
    assert!(question.text.contains("may be forged"), "{question:?}");
    assert_eq!(user.orders(), [], "nothing is done before the answer");
    let done = engine.does(banish(true));
    assert_eq!((done.moved, done.orders.len()), (1, 1));
    engine.stop();
}

/// Public lists show Message-IDs. Such mail is in Top, the reason is said, and it is one message at a time.
#[test]
fn who_knows_a_message_id_of_the_users_reaches_top_as_themselves_and_not_as_others() {
    let user = user();
    let own = cast::own_letter("dev@lists.tools.example", 3);
    user.client().append("Sent", std::slice::from_ref(&own));
    let stranger = cast::stranger(1).answers(&own);
    let machine = cast::notification(2).answers(&own);
    let list_copy = cast::list_post(3).answers(&own);
    let friend = forged(cast::friend(4)).answers(&own);
    user.receives(&[stranger.clone(), machine.clone(), list_copy.clone(), friend.clone()]).files();
    assert_eq!(user.place(&stranger), "Top");
    for mail in [&machine, &list_copy, &friend] {
        assert_eq!(user.place(mail), "INBOX");
    }
    let why = user.mailherd(&["why", &stranger.id()]).done();
    assert!(why.stdout.contains("it answers something that you wrote"), "{why}");
    // It does not make them somebody whom the user writes to.
    let next = cast::stranger(1);
    assert_eq!(user.gets(&next), "INBOX");
}

#[test]
fn a_message_id_that_the_user_answered_makes_nobody_else_a_friend() {
    let user = user();
    let question = cast::list_post(1).days_old(9);
    let answer = cast::own_letter("dev@lists.tools.example", 8).answers(&question);
    user.client().append("Archive", std::slice::from_ref(&question));
    user.client().append("Sent", &[answer]);
    user.files();
    // And of mail that was sent before the answer: whom that went to counts.
    let (letter, early) = (cast::stranger(8), cast::stranger(9));
    let early = early.header("Message-ID", letter.id());
    user.receives(&[early, letter.clone()]).files();
    user.client().append("Sent", &[cast::own_letter("carl.8@strangers.example", 0).answers(&letter)]);
    user.files();
    let senders = user.mailherd(&["senders", "--json"]).done().rows();
    let replied = |number: u32| {
        let address = format!("carl.{number}@strangers.example");
        senders.iter().find(|row| row["address"] == address.as_str()).map(|row| row["replied"].clone())
    };
    assert_eq!((replied(8), replied(9)), (Some(json!(1)), Some(json!(0))));
    for number in 1..4 {
        let copy = cast::stranger(7).header("Message-ID", question.id()).subject(&format!("copy {number}"));
        user.receives(&[copy]).files();
    }
    assert_eq!((user.world().count("Top"), user.world().count("INBOX")), (0, 5));
    let senders = user.mailherd(&["senders", "--json"]).done().rows();
    let stranger = senders.iter().find(|row| row["address"] == "carl.7@strangers.example").unwrap();
    assert_eq!((&stranger["received"], &stranger["replied"], &stranger["sent_to"]), (&json!(3), &json!(0), &json!(0)));
}

#[test]
fn mail_from_the_users_own_address_is_left_alone_and_teaches_nothing() {
    let user = user();
    let impostor =
        Mail::from(&format!("Me <{}>", crate::support::mail::ME)).to("Eve <eve@evil.example>").subject("Hello Eve");
    user.receives(std::slice::from_ref(&impostor)).files();
    assert_eq!(user.place(&impostor), "INBOX");
    let eve = Mail::from("Eve <eve@evil.example>").answers(&impostor).subject("Re: Hello Eve");
    assert_eq!(user.gets(&eve), "INBOX", "nobody wrote to her");
    let senders = user.mailherd(&["senders", "--json"]).done().rows();
    assert!(senders.iter().all(|row| row["address"] != "eve@evil.example" || row["sent_to"] == 0), "{senders:?}");
}

#[test]
fn a_false_date_keeps_mail_in_the_inbox_and_out_of_nothing_else() {
    let mut user = user();
    user.set("backlog_days", "30");
    user.mailherd(&["train", cast::TRACKER, "blackhole"]).done();
    let old = cast::notification(1).header("Date", "Mon, 1 Jan 1990 00:00:00 +0000");
    let future = cast::notification(2).header("Date", "Fri, 1 Jan 2100 00:00:00 +0000");
    user.receives(&[old.clone(), future.clone()]).files();
    assert_eq!((user.place(&old).as_str(), user.place(&future).as_str()), ("INBOX", "Blackhole"));
    user.mailherd(&["blackhole", cast::TRACKER, "--yes"]).done();
    assert_eq!(user.place(&old), "Blackhole", "a word of the user's takes it along");
}

/// A flood is held, for a word of the user's. What comes after it is filed all the same.
#[test]
fn a_flood_holds_up_nothing_but_itself() {
    let user = user();
    user.receives(&cast::machine_mail(12));
    let daemon = Daemon::start(&user);
    daemon.until("home", |status| !status["held"].is_null());
    let (friend, letter) = (cast::friend(101), cast::newsletter(60));
    user.receives(&[friend.clone(), letter.clone()]);
    for (mail, folder) in [(&friend, "Top"), (&letter, "News")] {
        for _ in 0..600 {
            if user.world().places_of(&mail.id()) == [folder] {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        assert_eq!(user.place(mail), folder);
    }
    assert_eq!(count(&mut user.client(), "INBOX"), 60);
    drop(daemon);
}

/// A hint that is pasted into a shell does what it says, whatever the sender's address is.
#[test]
fn a_senders_name_in_a_hint_is_quoted_for_the_shell() {
    let mut user = user();
    user.set("settle_seconds", "0");
    let mail = cast::newsletter(1).header("List-Id", "<a$(touch${IFS}owned)';touch${IFS}owned;'.example>");
    user.receives(std::slice::from_ref(&mail)).files();
    user.later(60);
    user.client().drag(&mail.id(), "News", "Bulk");
    let outcome = user.mailherd(&["run", "--once"]).done();
    let hint = outcome.stderr.split('`').nth(1).unwrap_or_else(|| panic!("a hint: {outcome}")).to_owned();
    let command = hint.replacen("mailherd", "printf '%s\\n'", 1);
    let folder = tempfile::tempdir().unwrap();
    let pasted = Command::new("sh").arg("-c").arg(&command).current_dir(folder.path()).output().unwrap();
    assert!(
        String::from_utf8_lossy(&pasted.stdout).contains("<a$(touch${ifs}owned)';touch${ifs}owned;'.example>"),
        "{hint}"
    );
    assert!(!folder.path().join("owned").exists(), "{hint}");
}

/// What no output may hold: control characters, bidirectional controls, characters of no width.
fn assert_calm(text: &str, what: &str) {
    let steers = |c: char| {
        c.is_control() && c != '\n'
            || matches!(u32::from(c), 0x200b | 0x200e | 0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xe0000..=0xe007f)
    };
    if let Some(found) = text.chars().find(|c| steers(*c)) {
        panic!("{what} holds U+{:04X}: {text:?}", u32::from(found));
    }
}

/// Every face, while a daemon works: its log, what it is asked, and the digest as text, as JSON and as a message in two parts.
#[test]
fn no_face_shows_what_steers_a_terminal() {
    let hostile = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}txt.exe\u{2066}\u{200b}\u{feff}\rPaid\u{e0041}";
    let mut user = user();
    user.set("settle_seconds", "0");
    let sly = |mail: Mail, address: &str| {
        mail.header("Subject", hostile)
            .header("From", format!("{hostile} <{address}>"))
            .header("Message-ID", format!("<{hostile}@evil.example>"))
    };
    let loud = ["RUST_LOG", "MAILHERD_LOG"].map(|name| (name.to_owned(), "trace".to_owned()));
    let daemon = Daemon::start_with(&user, &["-v", "-v"], &loud);
    daemon.rests("home");
    user.receives(&[
        sly(cast::notification(1), "no-reply@tracker.example"),
        sly(cast::newsletter(2), cast::KITCHEN).header("List-Id", format!("{hostile} <l\u{202e}\u{1b}.example>")),
        sly(cast::promotion(3), "\u{202e}o\u{1b}@shop.example"),
    ]);
    daemon.until("home", |_| user.mailherd(&["log", "--json"]).rows().len() == 3);
    let commands = [
        &["log"][..],
        &["senders"],
        &["plan"],
        &["digest"],
        &["status"],
        &["orders", "--pending"],
        &["train", "\u{202e}o\u{1b}@shop.example", "news"],
        &["orders"],
        &["check", "-v"],
        &["doctor"],
    ];
    for words in commands {
        for json in [&[][..], &["--json"]] {
            let outcome = user.mailherd(&[words, json].concat());
            assert_calm(&outcome.stdout, &words.join(" "));
            assert_calm(&outcome.stderr, &words.join(" "));
        }
    }
    user.mailherd(&["digest", "--append"]).done();
    let (log, _) = daemon.ends();
    assert!(log.stderr.len() > 500, "it was to be noisy: {log}");
    assert_calm(&log.stderr, "the log");
    let stored = user.client().messages("INBOX");
    let digest = stored.iter().find(|one| String::from_utf8_lossy(&one.bytes).contains("X-Mailherd-Digest")).unwrap();
    let parsed = mail_parser::MessageParser::default().parse(&digest.bytes).unwrap();
    for part in [parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap()] {
        assert!(part.contains("txt.exe"), "{part}");
        assert_calm(&part.replace("\r\n", "\n"), "the digest");
    }
}
