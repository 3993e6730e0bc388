//! The JSON that scripts depend on: exactly the contract's keys, with values of the promised kinds.

use serde_json::Value;

use crate::support::cast;
use crate::support::flavour::Flavour;
use crate::support::json;
use crate::support::user::User;

const PLAN: &str = "account folder uid message_id from subject category target importance reasons";

fn a_user() -> User {
    let user = User::new(Flavour::PLAIN);
    user.has_a_friend();
    user.receives(&cast::inbox(2));
    user
}

#[test]
fn run_prints_one_object_with_the_result() {
    for mode in ["preview", "file"] {
        let mut user = a_user();
        user.set("mode", &format!("{mode:?}"));
        let result = user.mailherd(&["run", "--once", "--yes", "--json"]).done().object();
        json::has_exactly(&result, "mode accounts");
        assert_eq!(result["mode"], mode);
        let account = &result["accounts"][0];
        json::has_exactly(account, "account ok seen filed kept learned error");
        json::has_exactly(&account["filed"], "top news bulk blackhole");
        assert_eq!(
            (account["account"].as_str(), account["ok"].as_bool(), account["error"].is_null()),
            (Some("home"), Some(true), true)
        );
        for count in ["seen", "kept", "learned"]
            .map(|key| &account[key])
            .into_iter()
            .chain(account["filed"].as_object().unwrap().values())
        {
            assert!(count.is_u64(), "{account}");
        }
        assert_eq!(account["seen"].as_u64(), Some(cast::inbox(2).len() as u64), "{account}");
    }
}

#[test]
fn plan_prints_one_object_a_message_and_its_reasons_add_up() {
    let user = a_user();
    let rows = user.mailherd(&["plan", "--json"]).done().rows();
    assert_eq!(rows.len(), cast::inbox(2).len());
    rows.iter().for_each(is_a_plan_row);
    assert_eq!(user.mailherd(&["plan", "--json", "--limit", "3"]).done().rows().len(), 3);
    assert_eq!(user.mailherd(&["plan", "--json", "--account", "home"]).done().rows().len(), rows.len());
}

fn is_a_plan_row(row: &Value) {
    json::has_exactly(row, PLAN);
    assert_eq!((row["account"].as_str(), row["folder"].as_str()), (Some("home"), Some("INBOX")));
    assert!(row["uid"].is_u64() && row["from"].is_string() && row["subject"].is_string(), "{row}");
    let id = row["message_id"].as_str().unwrap();
    assert!(id.starts_with('<') && id.ends_with('>'), "{row}");
    let category = row["category"].as_str().unwrap();
    assert!(["top", "inbox", "news", "bulk", "blackhole"].contains(&category), "{row}");
    assert_eq!(row["target"].is_null(), category == "inbox", "{row}");
    adds_up(row);
}

/// The weights are log-odds: their sum is the logit of the importance (but for rounding near 0 and 1).
fn adds_up(row: &Value) {
    let importance = row["importance"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&importance), "{row}");
    let reasons = row["reasons"].as_array().unwrap();
    assert!(!reasons.is_empty(), "a verdict without a reason: {row}");
    for reason in reasons {
        json::has_exactly(reason, "signal weight text");
        assert!(!reason["text"].as_str().unwrap().is_empty() && reason["signal"].is_string(), "{row}");
    }
    let sum: f64 = reasons.iter().map(|reason| reason["weight"].as_f64().unwrap()).sum();
    let said = 1.0 / (1.0 + (-sum).exp());
    assert!((said - importance).abs() < 0.01, "the reasons add up to {said}: {row}");
}

#[test]
fn why_explains_one_message_before_and_after_it_was_filed() {
    let user = a_user();
    let letter = cast::newsletter(9);
    user.receives(std::slice::from_ref(&letter));
    for filed in [false, true] {
        if filed {
            user.files();
        }
        let row = user.mailherd(&["why", &letter.id(), "--json"]).done().object();
        json::has(&row, PLAN);
        assert_eq!(
            (row["message_id"].as_str(), row["category"].as_str()),
            (Some(letter.id().as_str()), Some("news")),
            "{row}"
        );
        assert!(!row["reasons"].as_array().unwrap().is_empty(), "{row}");
        assert!(row.to_string().contains("\"received\""), "the sender's ledger is missing: {row}");
    }
}

#[test]
fn why_says_what_it_does_not_know() {
    let user = a_user();
    user.files();
    user.mailherd(&["why", "<nobody@nowhere.example>", "--json"]).complains(1);
}

#[test]
fn log_prints_one_object_a_row() {
    let user = a_user();
    user.files();
    let rows = user.mailherd(&["log", "--json"]).done().rows();
    assert!(!rows.is_empty());
    for row in &rows {
        json::has_exactly(row, "id run at account message_id from_folder to_folder category state kind undoes");
        assert!(row["id"].is_u64() && row["run"].is_u64(), "{row}");
        json::is_a_time(&row["at"]);
        assert_eq!((row["account"].as_str(), row["from_folder"].as_str()), (Some("home"), Some("INBOX")));
        assert_eq!(
            (row["state"].as_str(), row["kind"].as_str(), row["undoes"].is_null()),
            (Some("done"), Some("move"), true)
        );
    }
    assert_eq!(user.mailherd(&["log", "--json", "--limit", "2"]).done().rows().len(), 2);
    let run = rows[0]["run"].to_string();
    assert_eq!(user.mailherd(&["log", "--json", "--run", &run]).done().rows().len(), rows.len());
    assert!(user.mailherd(&["log", "--json", "--run", "4711"]).done().rows().is_empty());
}

#[test]
fn senders_prints_one_object_a_sender() {
    let user = a_user();
    user.files();
    user.mailherd(&["train", cast::SHOP, "bulk"]).done();
    let rows = user.mailherd(&["senders", "--json"]).done().rows();
    for row in &rows {
        json::has_exactly(row, "account address received read replied sent_to first_seen last_seen category order");
        json::is_a_time(&row["first_seen"]);
        json::is_a_time(&row["last_seen"]);
    }
    let anna = rows.iter().find(|row| row["address"] == cast::ANNA_ADDRESS).expect("the friend is known");
    let counts = ["received", "replied", "sent_to"].map(|key| anna[key].as_u64().unwrap());
    // Two letters in INBOX, eight in Archive, eight answers in Sent.
    assert_eq!(counts, [10, 8, 8], "{anna}");
    let shop = rows.iter().find(|row| row["address"] == cast::SHOP).expect("the shop is known");
    assert!(shop["order"].to_string().contains("bulk"), "{shop}");
    assert_eq!(user.mailherd(&["senders", "--json", "--limit", "1"]).done().rows().len(), 1);
}

#[test]
fn global_flags_stand_before_or_after_the_command() {
    let user = a_user();
    let after = user.mailherd(&["plan", "--json"]).done().rows();
    let before = user.mailherd(&["--json", "plan"]).done().rows();
    assert_eq!((after.len(), after), (cast::inbox(2).len(), before));
}

#[test]
fn wrong_usage_is_exit_status_2() {
    let user = User::new(Flavour::PLAIN);
    for words in [
        &["run", "--nonsense"][..],
        &["nonsense"],
        &["undo"],
        &["undo", "--all", "--last"],
        &["log", "--limit", "many"],
    ] {
        assert_eq!(user.mailherd(words).code(), Some(2), "{words:?}");
    }
    user.mailherd(&["plan", "--account", "nobody"]).complains(2);
}

#[test]
fn completions_and_manual_need_no_config() {
    let user = User::new(Flavour::PLAIN);
    for words in [&["completions", "bash"][..], &["completions", "zsh"], &["completions", "fish"], &["man"]] {
        let outcome = user.bare(words, &[]);
        assert!(outcome.clone().done().stdout.contains("mailherd"), "{outcome}");
    }
    // The manual sends nobody to pages that there are not.
    let page = user.bare(&["man"], &[]).done().stdout;
    assert!(page.contains("COMMAND IMPORT SANEBOX") && page.contains("keep\\-names"), "{page}");
    assert!(page.contains("COMMAND SETUP") && page.contains("\\fBsetup\\fR"), "{page}");
    assert!(!page.contains("(1)"), "{page}");
}

#[test]
fn text_output_holds_no_colour_when_it_is_no_terminal() {
    let user = a_user();
    user.mailherd(&["train", cast::SHOP, "bulk"]).done();
    for words in [&["plan"][..], &["run", "--once", "--yes"], &["log"], &["senders"], &["orders"], &["doctor"]] {
        let outcome = user.mailherd(words).done();
        assert!(!outcome.stdout.trim().is_empty(), "{outcome}");
        assert!(!outcome.stdout.contains('\u{1b}') && !outcome.stderr.contains('\u{1b}'), "{outcome}");
    }
}
