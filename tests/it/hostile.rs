//! Servers that refuse everything once, and that lie about numbers and names. Each time: a clear
//! cause and hint, nothing moved wrongly; and when the server has come to its senses, the mail is filed.

use mailherd::demo::mailbox::{Account, Folder};
use mailherd::demo::server::{Abilities, CopyUid, Options, What, When};
use mailherd::logic::fault::{Fault, FaultKind};

use crate::support::cast;
use crate::support::embedded::{Embedded, message, without_move};
use crate::support::inside::Inside;
use crate::support::mail::{ME, Mail};
use crate::support::user::filed;
use crate::support::world::World;

/// Three messages that are filed, two to News and one to Bulk, and one that stays.
pub fn mail() -> Vec<Mail> {
    vec![cast::newsletter(1), cast::list_post(1), cast::notification(1), cast::stranger(1).flag("\\Seen")]
}

/// A fault that can be shown: a line of cause, a line of hint, neither of which steers a terminal.
#[track_caller]
pub fn clear(fault: &Fault, what: &str) {
    for line in [&fault.cause, &fault.hint] {
        assert!(!line.trim().is_empty() && !line.contains(char::is_control), "{what}: {fault:?}");
        assert!(line.chars().count() < 1_000, "{what}: {fault:?}");
    }
}

/// Everything is filed, exists once, and no row of the journal is open or says that a message is gone.
#[track_caller]
pub fn settled(user: &Embedded, before: &World, what: &str) {
    before.assert_same_mail(&user.world());
    assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [1, 2, 1], "{what}");
    let states = "SELECT count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state NOT IN ('done', 'refused')) FROM journal";
    let counts: (i64, i64) = user.database().query_row(states, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(counts, (3, 0), "{what}: rows that are done, and rows that are open or gone");
    for verb in ["EXPUNGE", "CLOSE"] {
        assert_eq!(user.server.count(verb), 0, "{what}: {verb} takes other people's mail along");
    }
}

/// A whole filing session, of which each command in turn meets `what`, if it is one of `verbs` (all of them, when there are none).
fn each_command_meets(what: &What, options: &Options, verbs: &[&str]) {
    for number in 1.. {
        let user = Embedded::new(&mail(), options.clone());
        let (inside, before) = (Inside::new(&user), user.world());
        user.goes_wrong(When::nth("*", number), what.clone());
        let result = inside.pass().1;
        let commands = user.server.commands();
        let Some(met) = commands.get(number - 1) else {
            assert!(number > 20, "a whole filing session takes more commands than {number}");
            return settled(&user, &before, "undisturbed");
        };
        let text = format!("{what:?} to command {number}, {}", met.line.chars().take(60).collect::<String>());
        if let Err(fault) = &result {
            clear(fault, &text);
        }
        let after = user.world();
        if options.abilities.r#move {
            before.assert_same_mail(&after);
        } else {
            // What was copied and could not be looked at is in both folders, for the next pass to settle.
            assert!(before.items().all(|(_, item)| !after.places_of(&item.message_id).is_empty()), "{text}: lost");
        }
        if verbs.is_empty() || verbs.contains(&met.verb.as_str()) {
            user.server.clear_faults();
            inside.pass().1.unwrap_or_else(|fault| panic!("{text}: the next pass: {fault:?}"));
            settled(&user, &before, &text);
        }
    }
}

#[test]
fn no_to_every_command() {
    each_command_meets(&What::No("not today"), &Options::default(), &[]);
}

#[test]
fn bad_to_every_command() {
    each_command_meets(&What::Bad("what is that?"), &Options::default(), &[]);
}

#[test]
fn goodbye_at_every_command() {
    each_command_meets(&What::Bye("[UNAVAILABLE] \u{1b}[2J maintenance"), &Options::default(), &[]);
}

#[test]
fn no_to_every_command_of_a_copy() {
    each_command_meets(
        &What::No("not today"),
        &Options { copyuid: CopyUid::Absent, ..without_move() },
        &["UID COPY", "UID STORE", "UID EXPUNGE", "UID FETCH"],
    );
}

#[test]
fn a_folder_without_uidvalidity_or_with_zero_is_not_worked_in() {
    for what in [What::UidValidity(0), What::NoUidValidity] {
        let user = Embedded::new(&mail(), Options::default());
        let (inside, before) = (Inside::new(&user), user.world());
        for verb in ["SELECT", "EXAMINE", "STATUS"] {
            user.goes_wrong(When::every(verb), what.clone());
        }
        let fault = inside.pass().1.unwrap_err();
        clear(&fault, &format!("{what:?}"));
        assert_eq!((fault.kind, fault.cause.contains("UIDVALIDITY")), (FaultKind::Protocol, true), "{fault:?}");
        before.assert_same_places(&user.world());
        user.server.clear_faults();
        inside.pass().1.unwrap();
        settled(&user, &before, &format!("{what:?}"));
    }
}

/// One that only teaches is passed over.
#[test]
fn one_odd_folder_does_not_stop_the_others() {
    let lies = [What::UidValidity(0), What::NoUidValidity, What::No("[NOPERM] not yours"), What::Bad("no such thing")];
    for what in lies {
        let user = Embedded::new(&mail(), Options::default());
        user.receives("Archive", &[cast::friend(1)]);
        let (inside, before) = (Inside::new(&user), user.world());
        user.goes_wrong(When::every("EXAMINE").mentioning("Archive"), what.clone());
        inside.pass().1.unwrap_or_else(|fault| panic!("{what:?}: {fault:?}"));
        settled(&user, &before, &format!("{what:?}"));
    }
}

/// At the moment of the move the target says another UIDVALIDITY than it did when the row was written: COPYUID proves nothing then.
#[test]
fn a_uidvalidity_that_changes_at_each_look_proves_nothing_and_loses_nothing() {
    for options in [Options::default(), without_move()] {
        for nth in 1..=4 {
            let user = Embedded::new(&mail(), options.clone());
            let (inside, before) = (Inside::new(&user), user.world());
            let about = When::Command { verb: "EXAMINE".into(), mentioning: "News".into(), nth: Some(nth) };
            user.goes_wrong(about, What::UidValidity(7));
            if let Err(fault) = inside.pass().1 {
                clear(&fault, "another UIDVALIDITY");
            }
            before.assert_same_mail(&user.world());
            user.server.clear_faults();
            inside.pass().1.unwrap();
            before.assert_same_mail(&user.world());
            assert_eq!(user.counts(["INBOX", "News", "Bulk"]), [1, 2, 1], "number {nth}");
        }
    }
}

/// Of another generation of UIDs, or of UIDs that were there before: such a COPYUID is about something else, and OK alone proves nothing.
#[test]
fn a_copyuid_about_something_else_is_no_proof() {
    for options in [Options::default(), without_move()] {
        for validity in [None, Some(99)] {
            let user = Embedded::new(&[], options.clone());
            let inside = Inside::new(&user);
            inside.pass().1.unwrap();
            user.receives("News", &[cast::stranger(7)]);
            user.receives("INBOX", &[cast::newsletter(1)]);
            let before = user.world();
            let validity = validity.or(user.server.inspect(|store| store.uid_validity("News")).map(|it| it.0)).unwrap();
            for verb in ["UID MOVE", "UID COPY"] {
                user.goes_wrong(When::nth(verb, 1), What::Lines(vec![format!("* OK [COPYUID {validity} 1 1] done")]));
                user.goes_wrong(When::nth(verb, 1), What::Pretend);
            }
            clear(&inside.pass().1.unwrap_err(), "nothing was moved");
            before.assert_same_places(&user.world());
            inside.pass().1.unwrap();
            before.assert_same_mail(&user.world());
            assert_eq!(user.counts(["INBOX", "News"]), [0, 2]);
        }
    }
}

/// MailKit#1405: on Yahoo's servers COPYUID can pair the wrong messages and look right.
#[test]
fn a_copyuid_of_yahoo_is_not_believed() {
    for options in [Options::default(), without_move()] {
        let options = Options { copyuid: CopyUid::Sorted, name: "Yahoo! Mail".into(), ..options };
        let mut user = Embedded::new(&mail(), options);
        // `Bulk` is Yahoo's own folder for spam.
        user.set("folders", "{ news = \"Papers\", bulk = \"Machines\" }");
        let (inside, before) = (Inside::new(&user), user.world());
        inside.pass().1.unwrap();
        assert_eq!(user.counts(["INBOX", "Papers", "Machines"]), [1, 2, 1]);
        let rows = user.server.snapshot();
        let database = user.database();
        let mut journal = database.prepare("SELECT to_folder, to_uid, message_id FROM journal").unwrap();
        let found = journal.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<u32>>(1)?, row.get::<_, Option<String>>(2)?))
        });
        for (folder, uid, id) in found.unwrap().map(Result::unwrap) {
            let there = rows.iter().find(|row| row.folder == folder && Some(row.uid.0) == uid).expect("its UID");
            let line = format!("Message-ID: {}", id.unwrap());
            assert!(String::from_utf8_lossy(&there.bytes).contains(&line), "{folder} {uid:?} is not {line}");
        }
        drop(journal);
        assert_eq!(user.undoes(&["--all"]), [3, 0, 0]);
        before.assert_same_places(&user.world());
    }
}

#[test]
fn capabilities_in_lower_case_and_names_without_levels() {
    for options in [
        Options { lower_case: true, ..Options::default() },
        Options { lower_case: true, ..without_move() },
        Options { delimiter: '\0', ..Options::default() },
        Options { delimiter: '\0', abilities: Abilities { r#move: true, ..Abilities::NONE }, ..Options::default() },
    ] {
        let what = format!("{:?} {:?}", options.lower_case, options.delimiter);
        let user = Embedded::new(&mail(), options);
        let (inside, before) = (Inside::new(&user), user.world());
        inside.pass().1.unwrap();
        settled(&user, &before, &what);
        assert_eq!(inside.pass().0.filed.sum(), 0);
    }
}

/// core#4544: two names of one folder made loops of moves.
#[test]
fn a_managed_folder_that_is_inbox_by_another_name_makes_no_loop() {
    for options in [Options::default(), without_move()] {
        let user = Embedded::new(&mail(), Options { aliases: vec![("News".into(), "INBOX".into())], ..options });
        let (inside, before) = (Inside::new(&user), user.world());
        user.mailherd(&["run", "--once", "--yes"]);
        let moves = |user: &Embedded| {
            user.database().query_row("SELECT count(*) FROM journal", [], |row| row.get::<_, i64>(0)).unwrap()
        };
        let first = moves(&user);
        for _ in 0..3 {
            if let Err(fault) = inside.pass().1 {
                clear(&fault, "an alias");
            }
            before.assert_same_mail(&user.world());
        }
        assert!(moves(&user) <= first.max(3), "{} rows after {first}: a loop", moves(&user));
    }
}

/// Every character that can be typed, the ones that IMAP gives a meaning, and some that it has to encode, each in a name of its own.
#[test]
fn folders_of_every_name_teach_and_take_mail() {
    let printable: Vec<String> = (' '..='~').filter(|c| *c != '/').map(|c| format!("x{c}y")).collect();
    let others = [
        "Bücher",
        "&",
        "&-",
        "&AOk-",
        "台北 & more",
        "🚲🚲",
        "*",
        "%",
        "\"\\\"",
        "NIL",
        "{3}",
        "(a",
        "a)",
        "[x]",
        "~{2}",
    ];
    let names: Vec<String> = printable.into_iter().chain(others.map(str::to_owned)).collect();
    let mut account = Account::empty("Me", ME);
    account.folder_mut("INBOX").messages = mail().iter().map(message).collect();
    account.folders.push(Folder::new("Sent", Some("\\Sent")));
    for name in &names {
        let mut folder = Folder::new(name, None);
        folder.messages = vec![message(&cast::receipt(1))];
        account.folders.push(folder);
    }
    for abilities in [Abilities::ALL, Abilities { r#move: true, ..Abilities::NONE }] {
        let user = Embedded::of(account.clone(), Options { abilities, ..Options::default() });
        let (inside, before) = (Inside::new(&user), user.world());
        inside.pass().1.unwrap();
        settled(&user, &before, "odd names");
        let opened = |name: &String| {
            let text = format!("\"{}\"", wire(name).replace('\\', "\\\\").replace('"', "\\\""));
            user.server.commands().iter().any(|command| command.verb == "EXAMINE" && command.line.contains(&text))
        };
        let missed: Vec<&String> = names.iter().filter(|name| !opened(name)).collect();
        assert!(missed.is_empty(), "not read: {missed:?}");
    }
    // The same names as targets.
    let targets = names.iter().enumerate().filter(|(_, name)| !name.contains(['*', '%']));
    for (at, name) in targets.filter(|(at, _)| at % 6 == 0 || *at >= 94) {
        let mut user = Embedded::new(&mail(), Options::default());
        let name = format!("{name}{at}");
        user.set("folders", &format!("{{ news = {} }}", toml::Value::from(name.as_str())));
        let before = user.world();
        Inside::new(&user).pass().1.unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
        before.assert_same_mail(&user.world());
        assert_eq!(user.counts([wire(&name).as_str()]), [2], "{name}: {:?}", user.world().folder_names());
    }
}

/// A name as the server spells it. What is not ASCII is looked up, since the test is not to share the code under test.
fn wire(name: &str) -> String {
    let encoded = [("ü", "&APw-"), ("台北", "&U,BTFw-"), ("🚲🚲", "&2D3estg93rI-")];
    let plain = name.replace('&', "&-");
    encoded.iter().fold(plain, |name, (char, code)| name.replace(char, code))
}

/// One that the server itself cannot read, and says so by leaving out what was asked.
#[test]
fn a_message_that_the_server_cannot_read_is_left_alone() {
    let user = Embedded::new(&mail(), Options::default());
    let (inside, before) = (Inside::new(&user), user.world());
    let rows = [
        "* 9 FETCH (UID 9 RFC822.SIZE 77 FLAGS ())",
        "* 8 FETCH (UID 8 BODY[HEADER.FIELDS (FROM)] NIL)",
        "* 7 FETCH (UID 0)",
    ];
    let rows = rows.map(str::to_owned).to_vec();
    user.goes_wrong(When::every("FETCH"), What::Lines(rows));
    inside.pass().1.unwrap();
    settled(&user, &before, "rows without what was asked");
}

/// Everything in lines, tags and codes that is not what a client would expect, before each answer of a session.
#[test]
fn noise_before_every_answer_changes_nothing() {
    let noise = [
        "* LSUB (\\Noselect) \"/\" News",
        "* LSUB () \"/\" \"Sent\"",
        "* STATUS News (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 1)",
        "* OK [ALERT]\u{e9} {5}",
        "* OK [UIDNEXT 0] x",
        "* NO [COPYUID 1 1:3 1:3] not yours",
        "* OK [COPYUID 99 1:9 1:9] never happened",
        "* 0 EXPUNGE",
        "* 1 FETCH (FLAGS (\\Deleted))",
        "* ENABLED X",
        "* CAPABILITYX",
        "",
        "* ",
        "*",
    ];
    let user = Embedded::new(&mail(), Options::default());
    let (inside, before) = (Inside::new(&user), user.world());
    user.goes_wrong(When::every("*"), What::Lines(noise.map(str::to_owned).to_vec()));
    let result = inside.pass().1;
    result.unwrap_or_else(|fault| panic!("{fault:?}"));
    settled(&user, &before, "noise");
    assert_eq!(filed(&user.files()), 0);
}
