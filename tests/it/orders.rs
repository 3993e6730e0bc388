//! The user's own word about an address, a list or a domain: it beats every signal, and can be taken back.

use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::mail::Mail;
use crate::support::user::{User, filed};

fn place(user: &User, mail: &Mail) -> String {
    user.world().place_of(&mail.id()).to_owned()
}

fn receives_and_files(user: &User, mail: &Mail) -> String {
    user.receives(std::slice::from_ref(mail)).files();
    place(user, mail)
}

#[test]
pub fn an_order_for_an_address_a_domain_and_a_list_is_obeyed() {
    let user = User::new(Flavour::PLAIN);
    user.mailherd(&["train", "carl.1@strangers.example", "bulk"]).done();
    user.mailherd(&["train", "@bank.example", "news"]).done();
    user.mailherd(&["train", "<dev.lists.tools.example>", "inbox"]).done();
    assert_eq!(receives_and_files(&user, &cast::stranger(1)), "Bulk");
    assert_eq!(receives_and_files(&user, &cast::stranger(2)), "INBOX");
    assert_eq!(receives_and_files(&user, &cast::sign_in_code(1)), "News");
    assert_eq!(receives_and_files(&user, &cast::list_post(1)), "INBOX");
}

#[test]
fn an_address_may_be_ordered_to_the_top_a_list_may_not() {
    let user = User::new(Flavour::PLAIN);
    user.mailherd(&["train", "carl.1@strangers.example", "top"]).done();
    assert_eq!(receives_and_files(&user, &cast::stranger(1)), "Top");
    user.mailherd(&["train", cast::KITCHEN, "top"]).done();
    assert_ne!(receives_and_files(&user, &cast::newsletter(1)), "Top");
}

#[test]
fn orders_lists_them_and_untrain_lifts_them() {
    let user = User::new(Flavour::PLAIN);
    for (who, category) in
        [("carl.1@strangers.example", "bulk"), ("@strangers.example", "news"), (cast::KITCHEN_LIST, "bulk")]
    {
        user.mailherd(&["train", who, category]).done();
        let rows = user.mailherd(&["orders", "--json"]).done().rows();
        let listed = rows.iter().any(|row| row.to_string().contains(who) && row.to_string().contains(category));
        assert!(listed, "{who} is not among {rows:?}");
    }
    for (who, left) in [("carl.1@strangers.example", 2), (cast::KITCHEN_LIST, 1), ("@strangers.example", 0)] {
        user.mailherd(&["untrain", who]).done();
        assert_eq!(user.mailherd(&["orders", "--json"]).done().rows().len(), left);
    }
    assert_eq!(receives_and_files(&user, &cast::stranger(1)), "INBOX");
    user.mailherd(&["untrain", "nobody@nowhere.example"]).complains(1);
}

#[test]
fn the_longest_domain_wins_and_a_new_order_replaces_the_old_one() {
    let user = User::new(Flavour::PLAIN);
    user.mailherd(&["train", "@shop.example", "news"]).done();
    user.mailherd(&["train", "@orders.shop.example", "inbox"]).done();
    assert_eq!(receives_and_files(&user, &cast::receipt(1)), "INBOX");
    assert_eq!(receives_and_files(&user, &cast::promotion(1)), "News");
    user.mailherd(&["train", "@shop.example", "bulk"]).done();
    assert_eq!(receives_and_files(&user, &cast::promotion(2)), "Bulk");
    assert_eq!(user.mailherd(&["orders", "--json"]).done().rows().len(), 2);
}

#[test]
pub fn an_order_moves_what_is_there_only_when_asked() {
    let user = User::new(Flavour::PLAIN);
    let mail = [cast::stranger(1), cast::stranger(1), cast::stranger(2)];
    user.receives(&mail).files();
    user.mailherd(&["train", "carl.1@strangers.example", "news"]).done();
    assert_eq!(filed(&user.files()), 0);
    assert_eq!(user.world().count("INBOX"), 3);
    let before = user.world();
    user.mailherd(&["train", "carl.1@strangers.example", "news", "--existing", "--yes"]).done();
    before.assert_same_mail(&user.world());
    assert_eq!(
        (place(&user, &mail[0]), place(&user, &mail[1]), place(&user, &mail[2])),
        ("News".into(), "News".into(), "INBOX".into())
    );
}

#[test]
fn nonsense_orders_are_wrong_usage() {
    let user = User::new(Flavour::PLAIN);
    for words in [
        ["train", "carl", "bulk"],
        ["train", "@", "bulk"],
        ["train", "<>", "bulk"],
        ["blackhole", "not an address", "--yes"],
    ] {
        user.mailherd(&words).complains(2);
    }
    assert_eq!(user.mailherd(&["train", "carl@strangers.example", "nonsense"]).code(), Some(2));
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty());
}

#[test]
pub fn blackhole_banishes_what_is_there_and_what_comes() {
    let user = User::new(Flavour::PLAIN);
    let (old, other) = (cast::promotion(1), cast::newsletter(1));
    user.receives(&[old.clone(), other.clone()]);
    user.mailherd(&["blackhole", cast::SHOP, "--yes"]).done();
    assert_eq!((place(&user, &old), place(&user, &other)), ("Blackhole".into(), "INBOX".into()));
    assert_eq!(receives_and_files(&user, &cast::promotion(2)), "Blackhole");
    user.mailherd(&["undo", "--all"]).done();
    assert_eq!(place(&user, &old), "INBOX");
}

#[test]
fn somebody_the_user_has_written_to_is_blackholed_only_after_a_word() {
    let user = User::new(Flavour::PLAIN);
    let letter = cast::friend(50);
    user.has_a_friend().receives(std::slice::from_ref(&letter));
    let before = user.world();
    user.mailherd(&["blackhole", cast::ANNA_ADDRESS]).complains(1).says("--yes");
    before.assert_same_places(&user.world());
    assert!(user.mailherd(&["orders", "--json"]).done().rows().is_empty());
    // The domain she writes from is no way around it.
    user.mailherd(&["train", "@friends.example", "blackhole"]).complains(1).says("--yes");
    user.mailherd(&["blackhole", cast::ANNA_ADDRESS, "--yes"]).done();
    assert_eq!(place(&user, &letter), "Blackhole");
}

#[test]
pub fn blackholed_mail_falls_to_trash_what_lay_there_before_does_not() {
    let mut user = User::new(Flavour::PLAIN);
    user.set("blackhole_days", "0");
    let mut client = user.client();
    client.create("Blackhole");
    let older = cast::promotion(1);
    client.append("Blackhole", std::slice::from_ref(&older));
    let banished = cast::promotion(2);
    user.receives(std::slice::from_ref(&banished));
    user.mailherd(&["blackhole", cast::SHOP, "--yes"]).done();
    let before = user.world();
    user.files();
    user.files();
    let after = user.world();
    before.assert_same_mail(&after);
    assert_eq!((after.place_of(&banished.id()), after.place_of(&older.id())), ("Trash", "Blackhole"));
}

#[test]
fn blackholed_mail_stays_for_its_days() {
    let user = User::new(Flavour::PLAIN);
    let banished = cast::promotion(1);
    user.receives(std::slice::from_ref(&banished));
    user.mailherd(&["blackhole", cast::SHOP, "--yes"]).done();
    user.files();
    assert_eq!(place(&user, &banished), "Blackhole");
}
