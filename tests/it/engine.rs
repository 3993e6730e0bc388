//! The engine as a face sees it: it watches, does what it is told, and says truthfully how it is. What became of the mail is read by
//! another program.

use mailherd::logic::engine::{Act, Notice, Undo, Width};
use mailherd::logic::ids::Category;

use crate::support::cast;
use crate::support::engine::{Watching, eventually, quick};
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::user::User;
use crate::support::world::count;

fn place(user: &User, mail: &Mail) -> String {
    user.world().place_of(&mail.id()).to_owned()
}

fn file(watching: &Watching, subject: &str, from: Category, to: Category) -> Act {
    let key = watching.row(from, subject).key;
    Act::File { messages: vec![key], category: to, width: Width::Natural, sure: false }
}

#[test]
fn the_first_pass_files_and_then_each_delivery() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::inbox(2));
    let mut watching = Watching::start(&user.config_file(), quick());
    let health = watching.rests("home");
    assert!(health.fault.is_none() && health.capabilities.contains(&"IDLE".to_owned()), "{health:?}");
    let filed = |notice: &Notice| matches!(notice, Notice::Filed { .. });
    watching.hears(filed);
    let letter = cast::newsletter(70);
    user.receives(std::slice::from_ref(&letter));
    let Notice::Filed { account, counts, .. } = watching.hears(filed) else { unreachable!() };
    assert_eq!((account.as_str(), counts), ("home", [0, 0, 1, 0, 0]));
    assert_eq!(place(&user, &letter), "News");
}

#[test]
fn what_the_user_files_goes_there_and_so_does_the_next_until_it_is_undone() {
    let user = User::new(Flavour::PLAIN);
    let mail = [cast::stranger(1).subject("first"), cast::stranger(2).subject("other")];
    user.receives(&mail);
    let watching = Watching::start(&user.config_file(), quick());
    watching.rests("home");
    let done = watching.does(file(&watching, "first", Category::Inbox, Category::Bulk));
    assert_eq!((done.moved, done.failed.len(), done.runs.len(), done.orders.len()), (1, 0, 1, 1), "{done:?}");
    assert!(done.words.iter().any(|words| words.contains("carl.1@strangers.example")), "{:?}", done.words);
    assert_eq!((place(&user, &mail[0]), place(&user, &mail[1])), ("Bulk".into(), "INBOX".into()));
    let next = cast::stranger(1).subject("next");
    user.receives(std::slice::from_ref(&next));
    eventually("the next one follows the order", || place(&user, &next) == "Bulk");
    let undone = watching.does(Act::Undo(Undo::Done { runs: done.runs, orders: done.orders }));
    assert_eq!(undone.moved, 1, "{undone:?}");
    assert_eq!((place(&user, &mail[0]), place(&user, &next)), ("INBOX".into(), "Bulk".into()));
    let last = cast::stranger(1).subject("last");
    user.receives(std::slice::from_ref(&last));
    eventually("the last one was seen", || watching.mail(Category::Inbox).iter().any(|row| row.subject == "last"));
    watching.does(Act::Check { account: None });
    assert_eq!((place(&user, &last), count(&mut user.client(), "INBOX")), ("INBOX".into(), 3));
}
