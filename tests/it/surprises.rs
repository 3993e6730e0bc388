//! The guards against surprises: many moves, folders that hold somebody's mail, folders that are not for us.

use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::user::{User, filed};
use crate::support::world::count;

#[test]
fn more_than_500_moves_need_a_word() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::machine_mail(101));
    user.receives(&(0..600).map(cast::stranger).collect::<Vec<_>>());
    let outcome = user.mailherd(&["run", "--once", "--json"]);
    outcome.complains(1).says("505").says("--yes");
    let account = &outcome.object()["accounts"][0];
    assert_eq!(
        (account["ok"].as_bool(), account["error"].is_null(), filed(account)),
        (Some(false), false, 0),
        "{account}"
    );
    assert_eq!(count(&mut user.client(), "INBOX"), 1105);
    assert_eq!(filed(&user.files()), 505);
}

#[test]
fn half_of_the_inbox_needs_a_word() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::machine_mail(12));
    user.mailherd(&["run", "--once"]).complains(1).says("60").says("--yes");
    assert_eq!((count(&mut user.client(), "INBOX"), user.journal().len()), (60, 0));
    user.mailherd(&["run", "--once", "--yes"]).done();
    assert_eq!(count(&mut user.client(), "INBOX"), 0);
}

#[test]
fn fewer_than_50_moves_or_less_than_half_of_the_inbox_need_none() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::machine_mail(9));
    user.mailherd(&["run", "--once"]).done();
    assert_eq!(count(&mut user.client(), "INBOX"), 0);
    user.receives(&cast::machine_mail(11));
    user.receives(&(0..60).map(cast::stranger).collect::<Vec<_>>());
    user.mailherd(&["run", "--once"]).done();
    assert_eq!(count(&mut user.client(), "INBOX"), 60);
}

#[test]
pub fn a_folder_that_holds_mail_already_is_adopted_only_after_a_word() {
    let user = User::new(Flavour::PLAIN);
    let mut client = user.client();
    client.create("News");
    let old = [cast::stranger(1), cast::newsletter(1).days_old(900)];
    client.append("News", &old);
    user.receives(&cast::machine_mail(1));
    let before = user.world();
    user.mailherd(&["run", "--once"]).complains(1).says("News").says("--yes");
    before.assert_same_places(&user.world());
    user.files();
    let after = user.world();
    before.assert_same_mail(&after);
    assert!(old.iter().all(|mail| after.place_of(&mail.id()) == "News"));
    assert_eq!((after.count("News"), after.count("INBOX")), (4, 0));
    user.receives(&[cast::newsletter(2)]);
    user.mailherd(&["run", "--once"]).done();
}

#[test]
pub fn an_empty_folder_of_that_name_is_used_without_a_question() {
    let user = User::new(Flavour::PLAIN);
    user.client().create("News");
    user.receives(&[cast::newsletter(1)]);
    user.mailherd(&["run", "--once"]).done();
    assert_eq!(user.world().count("News"), 1);
}

#[test]
fn the_providers_spam_folder_is_never_filed_into() {
    let mut user = User::new(Flavour::SPAM_IS_BULK);
    user.receives(&cast::machine_mail(2));
    let before = user.world();
    let outcome = user.mailherd(&["run", "--once", "--yes", "--json"]);
    outcome.complains(1).says("Bulk").says("folders");
    assert_eq!(outcome.object()["accounts"][0]["ok"].as_bool(), Some(false));
    before.assert_same_places(&user.world());
    user.set_folder("bulk", "Machines");
    user.files();
    assert_eq!((user.world().count("Machines"), user.world().count("Bulk")), (6, 0));
}

#[test]
pub fn no_managed_folder_may_be_trash_sent_or_junk() {
    for (key, name) in
        [("news", "Trash"), ("top", "Sent"), ("blackhole", "Junk"), ("bulk", "Archive"), ("news", "INBOX")]
    {
        let mut user = User::new(Flavour::PLAIN);
        user.set_folder(key, name);
        user.receives(&cast::machine_mail(1));
        let before = user.world();
        let outcome = user.mailherd(&["run", "--once", "--yes"]);
        let code = if name == "INBOX" { outcome.code().unwrap() } else { 1 };
        assert!(code != 0);
        outcome.complains(code).says(name);
        before.assert_same_places(&user.world());
    }
}
