//! A server that carries out the last command of a connection after that was dead, and after the next run has looked.

use mailherd::demo::server::{CopyUid, Options, What, When};
use mailherd::logic::ids::Uid;

use crate::journal;
use crate::support::cast;
use crate::support::embedded::{Embedded, without_move};
use crate::support::inside::Inside;

/// The move of a broken run is made by the server at the command of this number of the next run.
fn made_at(command: usize, options: &Options) -> bool {
    let mail: Vec<_> = (1..=3).map(cast::newsletter).collect();
    let user = Embedded::new(&mail, options.clone());
    let before = user.world();
    user.goes_wrong(When::nth("UID MOVE", 1), What::DropBefore);
    user.goes_wrong(When::nth("GREETING", 2), What::No("come back later"));
    let inside = Inside::new(&user);
    inside.pass().1.unwrap_err();
    user.server.clear_faults();
    let said = user.server.commands().len();
    let moves = |store: &mut mailherd::demo::server::Store| {
        for uid in [1, 2] {
            store.move_message("INBOX", Uid(uid), "News");
        }
    };
    user.goes_wrong(When::nth("*", command), What::before(moves));
    // It may end with a fault: the message that it was about to move is not there any more.
    let _ = inside.pass();
    let over = user.server.commands().len() - said < command;
    inside.pass().1.unwrap();
    let after = user.world();
    let text = format!("at command {command}");
    before.assert_same_mail(&after);
    assert_eq!(user.counts(["INBOX", "News"]), [0, 3], "{text}");
    let rows = user.journal();
    journal::explain(&rows, "", &after, &[]);
    let done = rows.iter().filter(|row| row["state"] == "done").count();
    assert_eq!(done, 3, "{text}: {rows:?}");
    let learned: i64 = user.database().query_row("SELECT count(*) FROM user_move", [], |row| row.get(0)).unwrap();
    assert_eq!(learned, 0, "{text}: it passes for the user's doing");
    if command.is_multiple_of(4) {
        assert_eq!(user.undoes(&["--all"]), [3, 0, 0], "{text}");
        before.assert_same_places(&user.world());
    }
    over
}

#[test]
fn a_move_that_a_dead_connection_makes_after_all_is_in_the_journal() {
    for options in [Options::default(), Options { copyuid: CopyUid::Absent, ..Options::default() }] {
        let mut command = 2;
        // In the middle of AUTHENTICATE, the first command, nothing is looked at yet.
        while !made_at(command, &options) {
            command += 1;
        }
        assert!(command > 15, "a whole run takes more commands than {command}");
    }
}

/// What came of a COPY that was made at the command of this number after its connection had died.
struct Copied {
    /// It came while the next run was at work.
    in_time: bool,
    /// Messages that are there twice.
    twice: usize,
    /// Moves that were finished by the row that they began with.
    finished: usize,
}

fn copied_at(command: usize, copyuid: CopyUid) -> Copied {
    let mail: Vec<_> = (1..=3).map(cast::newsletter).collect();
    let user = Embedded::new(&mail, Options { copyuid, ..without_move() });
    user.goes_wrong(When::nth("UID COPY", 1), What::Late(command));
    user.goes_wrong(When::nth("GREETING", 2), What::No("come back later"));
    let inside = Inside::new(&user);
    inside.pass().1.unwrap_err();
    user.server.clear_faults();
    inside.pass().1.unwrap();
    let in_time = user.server.late() == 0;
    user.server.late_ones_arrive();
    inside.pass().1.unwrap();
    let changes = ["UID COPY", "UID STORE", "UID EXPUNGE"].map(|verb| user.server.count(verb));
    inside.pass().1.unwrap();
    let text = format!("{copyuid:?} at command {command}: {:?}", user.journal());
    assert_eq!(changes, ["UID COPY", "UID STORE", "UID EXPUNGE"].map(|verb| user.server.count(verb)), "{text}");
    let count = |sql: &str| {
        let count: u32 = user.database().query_row(sql, [], |row| row.get(0)).unwrap();
        count as usize
    };
    let twice =
        count("SELECT count(*) FROM journal WHERE state = 'refused' AND trouble LIKE '%it may be there twice%'");
    // Each of the three is in News, and what is there twice the journal tells.
    assert_eq!(user.counts(["INBOX", "News"]), [0, 3 + twice], "{text}");
    let mut subjects = user.messages("News");
    subjects.sort();
    subjects.dedup();
    assert_eq!(subjects.len(), 3, "{text}");
    assert_eq!(count("SELECT count(*) FROM user_move"), 0, "{text}: it passes for the user's doing");
    assert_eq!(count("SELECT count(*) FROM journal WHERE state = 'done'"), 3, "{text}");
    let finished = count("SELECT count(*) FROM journal WHERE state = 'done' AND run = (SELECT min(id) FROM run)");
    assert_eq!(user.undoes(&["--all"])[0], 3, "{text}");
    assert_eq!(user.counts(["INBOX", "News"]), [3, twice], "{text}");
    Copied { in_time, twice, finished }
}

#[test]
fn a_copy_that_a_dead_connection_makes_after_all_is_used_or_told_in_the_journal() {
    for copyuid in [CopyUid::AsTheRfcSays, CopyUid::Absent] {
        let mut all = Vec::new();
        while all.last().is_none_or(|copied: &Copied| copied.in_time) {
            all.push(copied_at(all.len() + 1, copyuid));
        }
        assert!(all.len() > 15, "a whole run takes more commands than {}", all.len());
        // Before the run has read the target, the copy is used. When the original is gone, it finds nothing to copy. In between it is one too many.
        let finished = all.iter().filter(|copied| copied.finished == 3 && copied.twice == 0).count();
        assert!(finished > all.len() / 3, "{finished} of {} were finished", all.len());
    }
}
