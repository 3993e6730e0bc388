//! A server that carries out the last command of a connection after that was dead, and after the next run has looked.

use mailherd::demo::server::{CopyUid, Options, What, When};
use mailherd::logic::ids::Uid;

use crate::journal;
use crate::support::cast;
use crate::support::embedded::Embedded;
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
