use std::collections::HashMap;

use super::*;

#[test]
fn each_key_of_the_table_can_be_pressed() {
    for binding in TABLE {
        for name in binding.keys() {
            let event = key::parse(name).unwrap_or_else(|| panic!("there is no key called {name}"));
            assert_eq!(key::name(event).as_deref(), Some(name));
        }
    }
}

#[test]
fn a_key_does_one_thing_in_one_place() {
    for context in Context::ALL {
        let mut seen = HashMap::new();
        for binding in bindings(context) {
            for key in binding.keys() {
                if let Some(other) = seen.insert(key, binding.name) {
                    panic!("{key} is both {other} and {} in {}", binding.name, context.title());
                }
            }
        }
    }
}

#[test]
fn letters_can_be_typed_where_text_is_typed() {
    for context in Context::ALL.into_iter().filter(|context| context.types()) {
        for binding in bindings(context) {
            assert!(binding.keys().all(|key| key.len() > 1), "{} takes a letter away", binding.name);
        }
    }
}

#[test]
fn n_is_news_wherever_mail_is() {
    let press = |context| action(context, key::parse("n").unwrap());
    for context in [Context::Mail, Context::Senders, Context::Why, Context::Opened] {
        assert_eq!(press(context), Some(Action::News));
    }
    assert_eq!(press(Context::Prompt), None);
}

#[test]
fn a_name_is_one_action() {
    let mut seen = HashMap::new();
    for binding in TABLE {
        let earlier = seen.insert(binding.name, binding.action);
        assert!(earlier.is_none_or(|earlier| earlier == binding.action), "{}", binding.name);
    }
}
