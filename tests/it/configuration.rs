//! A configuration that is wrong is said so by its name, with exit status 2, before anything happens.

use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::user::User;

#[test]
fn an_unknown_key_names_the_nearest_one() {
    for (key, nearest) in [("blackhole_day", "blackhole_days"), ("stat_dir", "state_dir"), ("cauton", "caution")] {
        let mut user = User::new(Flavour::PLAIN);
        user.set(key, "\"x\"");
        user.mailherd(&["plan"]).complains(2).says(key).says(nearest);
    }
    let mut user = User::new(Flavour::PLAIN);
    user.set_account("usename", "\"x\"");
    user.mailherd(&["plan"]).complains(2).says("usename").says("username");
    let mut user = User::new(Flavour::PLAIN);
    user.set_folder("bulky", "x");
    user.mailherd(&["plan"]).complains(2).says("bulky").says("bulk");
}

#[test]
fn a_wrong_value_is_named_with_what_would_be_right() {
    for (key, value, right) in
        [("mode", "\"files\"", "preview"), ("caution", "\"some\"", "normal"), ("top", "\"moved\"", "flag")]
    {
        let mut user = User::new(Flavour::PLAIN);
        user.set(key, value);
        user.mailherd(&["plan"]).complains(2).says(key).says(right);
    }
    for (key, value) in [("backlog_days", "\"many\""), ("settle_seconds", "-1"), ("mode", "3")] {
        let mut user = User::new(Flavour::PLAIN);
        user.set(key, value);
        user.mailherd(&["plan"]).complains(2).says(key);
    }
}

#[test]
fn a_missing_file_and_broken_toml_are_said_so() {
    let user = User::new(Flavour::PLAIN);
    user.bare(&["plan"], &[]).complains(2).says("config");
    user.bare(&["--config", "/nowhere/config.toml", "plan"], &[]).complains(2).says("/nowhere/config.toml");
    user.with_config("mode = [", &["plan"]).complains(2).says("other.toml");
    user.with_config("mode = \"file\"\n", &["plan"]).complains(2).says("accounts");
}

#[test]
fn the_configuration_is_found_by_environment_and_in_its_usual_place() {
    let user = User::new(Flavour::PLAIN);
    user.receives(&cast::inbox(1));
    let elsewhere = user.path("elsewhere.toml");
    std::fs::write(&elsewhere, user.configuration()).unwrap();
    let named = [("MAILHERD_CONFIG".to_owned(), elsewhere.to_str().unwrap().to_owned())];
    assert_eq!(user.bare(&["plan", "--json"], &named).done().rows().len(), 8);
    std::fs::create_dir_all(user.path("config/mailherd")).unwrap();
    std::fs::rename(&elsewhere, user.path("config/mailherd/config.toml")).unwrap();
    assert_eq!(user.bare(&["plan", "--json"], &[]).done().rows().len(), 8);
}

#[test]
fn an_account_overrides_what_holds_for_all() {
    let mut user = User::new(Flavour::PLAIN);
    user.receives(&cast::machine_mail(1));
    user.set_account("mode", "\"preview\"");
    let before = user.world();
    user.mailherd(&["run", "--once", "--yes"]).done();
    before.assert_same_places(&user.world());
    user.unset_account("mode").set_account("folders", "{ news = \"Letters\" }");
    user.mailherd(&["run", "--once", "--yes"]).done();
    let world = user.world();
    assert_eq!((world.count("Letters"), world.count("Bulk")), (2, 3));
}
