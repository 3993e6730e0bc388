//! The contract's JSON: exactly these keys, no fewer, no more.

use serde_json::Value;

/// Asserts that `object` has exactly the keys of the blank-separated list.
#[track_caller]
pub fn has_exactly(object: &Value, keys: &str) {
    let mut found = names(object);
    let mut wanted: Vec<&str> = keys.split_whitespace().collect();
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{object}");
}

/// Asserts that `object` has at least these keys.
#[track_caller]
pub fn has(object: &Value, keys: &str) {
    let found = names(object);
    for key in keys.split_whitespace() {
        assert!(found.contains(&key), "no {key:?} in {object}");
    }
}

#[track_caller]
fn names(object: &Value) -> Vec<&str> {
    let map = object.as_object().unwrap_or_else(|| panic!("an object was expected: {object}"));
    map.keys().map(String::as_str).collect()
}

/// Asserts that `value` is a time as RFC 3339 has it.
#[track_caller]
pub fn is_a_time(value: &Value) {
    let text = value.as_str().unwrap_or_else(|| panic!("a time was expected: {value}"));
    assert!(text.parse::<jiff::Timestamp>().is_ok(), "{text:?} is no RFC 3339 time");
}
