//! Connections that are cut: before, in and after every step, at every command and at many bytes of a filing run. Whatever
//! had been done by then, the next run settles it: everything exists once, and the journal explains where.

use mailherd::demo::server::{CopyUid, Options, What, When};
use serde_json::Value;

use crate::support::cast;
use crate::support::embedded::{Embedded, without_move};
use crate::support::mail::Mail;
use crate::support::user::filed;
use crate::support::world::World;

/// What is filed: eight messages into two folders, among them one without Message-ID and two identical ones.
fn mail() -> Vec<Mail> {
    let twin = cast::notification(7);
    let mut mail = cast::machine_mail(1);
    mail.extend([twin.clone(), twin, cast::newsletter(2).without("Message-ID"), cast::stranger(1).flag("\\Seen")]);
    mail
}

/// An account in whose target lies already another message with the Message-ID of one that is filed: it proves nothing.
fn user(options: Options) -> Embedded {
    let mail = mail();
    let user = Embedded::new(&mail, options);
    let other = mail[0].clone().body("By another way, with a signature of the list below it.\r\n");
    user.receives("News", &[other]);
    user
}

/// Every second time the program cannot even connect again, so that the next run has to settle what this one left.
fn cut(user: &Embedded, again: bool, when: When, what: What) {
    user.goes_wrong(when, what);
    if !again {
        user.goes_wrong(When::nth("GREETING", 2), What::No("come back later"));
    }
    let outcome = user.runs();
    if outcome.code() != Some(0) {
        outcome.complains(1);
    }
    user.server.clear_faults();
}

/// One more run settles everything, a third has nothing to do.
#[track_caller]
fn settles(user: &Embedded, before: &World, what: &str) {
    println!("{what}");
    user.files();
    let after = user.world();
    before.assert_same_mail(&after);
    let counts = ["INBOX", "News", "Bulk"].map(|folder| after.count(folder));
    assert_eq!(counts, [1, 1 + 3, 5], "{what}: what was interrupted is filed by the next run");
    assert_eq!(filed(&user.files()), 0, "{what}: a third run does nothing");
    after.assert_same_places(&user.world());
    for verb in ["EXPUNGE", "CLOSE"] {
        assert_eq!(user.server.count(verb), 0, "{what}: {verb}");
    }
    explains(&user.journal(), what);
}

/// No row is open, none says that a message is gone, and for every message that was filed there is one row that did it.
#[track_caller]
fn explains(rows: &[Value], what: &str) {
    let count = |state: &str| rows.iter().filter(|row| row["state"] == state).count();
    assert_eq!([count("intended"), count("gone"), count("undone")], [0, 0, 0], "{what}: {rows:?}");
    let done = |folder: &str| rows.iter().filter(|row| row["state"] == "done" && row["to_folder"] == folder).count();
    assert_eq!([done("News"), done("Bulk")], [3, 5], "{what}: {rows:?}");
}

/// The servers on which mail goes by MOVE and by COPY, with and without COPYUID.
fn ways() -> [Options; 4] {
    let silent = |options| Options { copyuid: CopyUid::Absent, ..options };
    [Options::default(), without_move(), silent(Options::default()), silent(without_move())]
}

/// Whether a filing run on such a server has this step at all, and whether what COPYUID says matters to it.
fn has_step(options: &Options, verb: &str) -> bool {
    match verb {
        "UID MOVE" => options.abilities.r#move,
        "UID COPY" | "UID STORE" | "UID EXPUNGE" => !options.abilities.r#move,
        _ => options.copyuid == CopyUid::AsTheRfcSays,
    }
}

#[test]
fn before_and_after_each_step() {
    let steps = ["STATUS", "SELECT", "EXAMINE", "FETCH", "UID FETCH", "CREATE", "SUBSCRIBE", "LIST"];
    let changes = ["UID MOVE", "UID COPY", "UID STORE", "UID EXPUNGE"];
    for (number, verb) in steps.into_iter().chain(changes).enumerate() {
        for options in ways().into_iter().filter(|options| has_step(options, verb)) {
            for (end, what) in [What::DropBefore, What::DropAfter].into_iter().enumerate() {
                let user = user(options.clone());
                let before = user.world();
                let text = format!("{what:?} of {verb}, COPYUID {:?}", options.copyuid);
                cut(&user, (number + end) % 2 == 0, When::nth(verb, 1), what);
                settles(&user, &before, &text);
            }
        }
    }
}

#[test]
fn a_part_of_a_set_is_done_and_then_the_line_is_dead() {
    for verb in ["UID MOVE", "UID COPY", "UID STORE", "UID EXPUNGE"] {
        for options in ways().into_iter().filter(|options| has_step(options, verb)) {
            for (part, nth) in [(1, 1), (2, 1), (3, 1), (1, 2), (4, 2)] {
                let user = user(options.clone());
                let before = user.world();
                let text = format!("{part} of {verb} number {nth}, COPYUID {:?}", options.copyuid);
                cut(&user, part == 2, When::nth(verb, nth), What::PartThenDrop(part));
                settles(&user, &before, &text);
            }
        }
    }
}

#[test]
fn what_lay_in_the_target_before_is_no_proof_of_a_copy() {
    for options in ways() {
        for (verb, part) in [("UID COPY", 1), ("UID COPY", 2), ("UID COPY", 3), ("UID MOVE", 1), ("UID MOVE", 2)] {
            if options.abilities.r#move != (verb == "UID MOVE") {
                continue;
            }
            let mail = [1, 2, 3].map(cast::notification);
            let user = Embedded::new(&mail, options.clone());
            // The second one lies there already, byte for byte; and one that only has the third one's Message-ID.
            user.receives("News", &[mail[1].clone(), mail[2].clone().body("Another one altogether.\r\n")]);
            let before = user.world();
            user.goes_wrong(When::nth(verb, 1), What::PartThenDrop(part));
            user.mailherd(&["train", cast::TRACKER, "news", "--existing", "--yes"]).complains(1);
            // Any command settles what was left; this one files nothing else.
            user.mailherd(&["train", "nobody@nowhere.example", "bulk", "--existing", "--yes"]).done();
            before.assert_same_mail(&user.world());
            assert_eq!(user.counts(["INBOX", "News"]), [3 - part, 2 + part], "{part} of {verb}");
            let rows = user.journal();
            let count = |state: &str| rows.iter().filter(|row| row["state"] == state).count();
            assert_eq!([count("done"), count("refused")], [part, 3 - part], "{rows:?}");
            user.undoes(&["--all"]);
            before.assert_same_places(&user.world());
        }
    }
}

#[test]
fn a_mailbox_that_is_renumbered_while_the_line_is_dead() {
    for folder in ["INBOX", "News", "Bulk"] {
        for (options, verb) in
            [(Options::default(), "UID MOVE"), (without_move(), "UID COPY"), (without_move(), "UID STORE")]
        {
            for nth in 1..=2 {
                let mut mail = mail();
                // Without its UIDVALIDITY nothing tells one of two identical messages in INBOX from the other.
                mail.remove(5);
                let user = Embedded::new(&mail, options.clone());
                let before = user.world();
                cut(&user, false, When::nth(verb, nth), What::DropAfter);
                user.server.change(|store| store.renumber(folder));
                user.files();
                user.files();
                let after = user.world();
                println!("{folder} after {verb} number {nth}");
                let rows = user.journal();
                assert!(rows.iter().all(|row| row["state"] != "intended" && row["state"] != "gone"), "{rows:?}");
                if folder == "INBOX" && verb == "UID COPY" {
                    // Copied, not marked: nothing tells it from another one like it. It stays in both rather than in neither.
                    assert!(after.total() > before.total());
                    continue;
                }
                before.assert_same_mail(&after);
                assert_eq!(filed(&user.files()), 0);
                user.undoes(&["--all"]);
                before.assert_same_places(&user.world());
            }
        }
    }
}

/// A filing run that is cut after each of its commands, one after the other, until one run comes through.
fn cut_at_each_command(options: Options) {
    for number in 1.. {
        let user = user(options.clone());
        let before = user.world();
        // In the middle of AUTHENTICATE, the first command, the two would wait for each other.
        let what = if number % 2 == 0 || number == 1 { What::DropBefore } else { What::DropAfter };
        let text = format!("{what:?} at command {number}");
        let commands = |user: &Embedded| user.server.commands().iter().filter(|it| it.connection == 1).count();
        cut(&user, number % 3 == 0, When::nth("*", number), what);
        if commands(&user) < number {
            assert!(number > 20, "a whole filing run takes more commands than {number}");
            return;
        }
        settles(&user, &before, &text);
    }
}

#[test]
fn at_each_command_by_move() {
    cut_at_each_command(Options::default());
}

#[test]
fn at_each_command_by_copy() {
    cut_at_each_command(Options { copyuid: CopyUid::Absent, ..without_move() });
}

/// A filing run whose line dies after so many bytes, at `POINTS` of them.
fn cut_at_bytes(options: Options) {
    const POINTS: u64 = 60;
    let undisturbed = user(options.clone());
    undisturbed.files();
    let bytes = undisturbed.server.counts().bytes_sent;
    for point in 0..POINTS {
        let user = user(options.clone());
        let before = user.world();
        // Odd distances, so that the cuts fall into all parts of a line.
        let after = bytes * point / POINTS + point % 7;
        cut(&user, point % 3 == 0, When::BytesSent(after), What::DropBefore);
        settles(&user, &before, &format!("cut after {after} of {bytes} bytes"));
    }
}

#[test]
fn at_many_bytes_by_move() {
    cut_at_bytes(Options::default());
}

#[test]
fn at_many_bytes_by_copy() {
    cut_at_bytes(without_move());
}
