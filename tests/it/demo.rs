//! The demo: the real thing without an account, the same every time, leaving nothing behind.

use serde_json::Value;

use crate::support::flavour::Flavour;
use crate::support::json;
use crate::support::user::{User, filed};

#[test]
fn the_headless_demo_files_its_mailbox_and_prints_the_result() {
    let user = User::new(Flavour::PLAIN);
    let result = user.bare(&["demo", "--headless", "--json"], &[]).done().object();
    json::has_exactly(&result, "mode accounts");
    assert_eq!(result["mode"], "file");
    let account = &result["accounts"][0];
    json::has_exactly(account, "account ok seen filed kept learned error");
    let count = |key: &str| account["filed"][key].as_u64().unwrap();
    assert!(count("top") > 0 && count("news") > 0 && count("bulk") > 0 && filed(account) >= 500, "{account}");
    assert!(account["kept"].as_u64() > Some(0), "{account}");
    let text = user.bare(&["demo", "--headless"], &[]).done();
    // Its mailbox is another one each hour.
    let later = user.bare(&["demo", "--headless", "--json"], &[]).done().object();
    let told = |result: &Value| text.stdout.contains(&result["accounts"][0]["filed"]["news"].to_string());
    assert!(told(&result) || told(&later), "another result the second time: {text}");
    assert!(!user.path("xdg-state").exists() && !user.path("config").exists() && !user.path(".local").exists());
}
