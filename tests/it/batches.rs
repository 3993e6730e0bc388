//! More mail than one batch: the next one is prepared, and what became of the last one is written down, while the server moves one. Whatever
//! happens in the middle, each row is on the disk before its message is touched, and says in the end what became of it.

use std::sync::{Arc, Mutex};

use mailherd::demo::server::{Options, What, When};
use serde_json::Value;

use crate::support::cast;
use crate::support::embedded::{Embedded, without_move};
use crate::support::inside::Inside;
use crate::support::user::filed;

/// Three batches, the last of them small.
const LETTERS: usize = 2_050;

/// A user whose folders exist, with that much mail to file.
fn user(options: &Options) -> (Embedded, Inside) {
    let user = Embedded::new(&[], options.clone());
    let inside = Inside::new(&user);
    inside.pass().1.unwrap();
    let mail: Vec<_> = (1..=LETTERS as u32).map(cast::newsletter).collect();
    user.receives("INBOX", &mail);
    (user, inside)
}

fn count(rows: &[Value], state: &str) -> usize {
    rows.iter().filter(|row| row["state"] == state).count()
}

#[test]
fn the_rows_of_a_batch_are_on_the_disk_before_it_is_moved_and_those_of_the_next_are_not() {
    for (options, verb) in [(Options::default(), "UID MOVE"), (without_move(), "UID COPY")] {
        let (user, inside) = user(&options);
        let written = Arc::new(Mutex::new(Vec::new()));
        for nth in 1..=3 {
            let database = user.database();
            let (database, written) = (Mutex::new(database), written.clone());
            let look = What::before(move |_| {
                let database = database.lock().unwrap();
                let rows = database.query_row("SELECT count(*) FROM journal", [], |row| row.get::<_, i64>(0));
                written.lock().unwrap().push(rows.unwrap());
            });
            user.goes_wrong(When::nth(verb, nth), look);
        }
        inside.pass().1.unwrap();
        assert_eq!(*written.lock().unwrap(), [1_000, 2_000, LETTERS as i64], "{verb}");
        assert_eq!((user.counts(["INBOX", "News"]), count(&user.journal(), "done")), ([0, LETTERS], LETTERS));
    }
}

#[test]
fn a_line_that_is_cut_in_the_second_batch_leaves_the_first_one_settled() {
    for (options, verb, what) in [
        (Options::default(), "UID MOVE", What::DropBefore),
        (Options::default(), "UID MOVE", What::PartThenDrop(400)),
        (without_move(), "UID COPY", What::DropAfter),
    ] {
        let (user, inside) = user(&options);
        let before = user.world();
        user.goes_wrong(When::nth(verb, 2), what.clone());
        user.goes_wrong(When::nth("GREETING", 2), What::No("come back later"));
        inside.pass().1.unwrap_err();
        user.server.clear_faults();
        let rows = user.journal();
        assert_eq!((count(&rows, "done"), count(&rows, "intended")), (1_000, 1_000), "{what:?}");
        inside.pass().1.unwrap();
        before.assert_same_mail(&user.world());
        let rows = user.journal();
        assert_eq!((user.counts(["INBOX", "News"]), count(&rows, "done")), ([0, LETTERS], LETTERS), "{what:?}");
        assert_eq!(count(&rows, "intended") + count(&rows, "gone"), 0, "{what:?}");
        assert_eq!(filed(&user.files()), 0);
    }
}

#[test]
fn what_the_server_refuses_in_the_second_batch_is_not_asked_a_third_time() {
    for (options, verb) in [(Options::default(), "UID MOVE"), (without_move(), "UID COPY")] {
        let (user, inside) = user(&options);
        let before = user.world();
        user.goes_wrong(When::nth(verb, 2), What::No("[OVERQUOTA] no room"));
        assert!(inside.pass().1.unwrap_err().cause.contains("no room"));
        before.assert_same_mail(&user.world());
        let rows = user.journal();
        assert_eq!((count(&rows, "done"), count(&rows, "refused"), rows.len()), (1_000, 1_000, 2_000), "{verb}");
        assert_eq!((user.counts(["INBOX", "News"]), user.server.count(verb)), ([1_050, 1_000], 2), "{verb}");
        user.server.clear_faults();
        inside.pass().1.unwrap();
        assert_eq!(user.counts(["INBOX", "News"]), [0, LETTERS], "{verb}: what is refused may be tried again");
    }
}
