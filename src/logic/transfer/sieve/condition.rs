//! Conditions of a Sieve script that are about senders.

use super::super::Rules;
use super::super::sender::{Match, Part, by_address, by_list};
use super::grammar::{Argument, Test};
use crate::logic::ids::ListId;
use crate::logic::orders::Who;

/// Whom a condition is about, each with its line. What of it is not understood is left out.
pub(super) fn understand(test: &Test, lists: &[ListId], rules: &mut Rules) -> Vec<(usize, Who)> {
    match (test.name.as_str(), test.tests.as_slice()) {
        // Each of them is enough.
        ("anyof", tests) => tests.iter().flat_map(|test| understand(test, lists, rules)).collect(),
        ("allof", [only]) => understand(only, lists, rules),
        // As `export --sieve` writes it: mail of a list is never raised by its sender's order.
        ("allof", [first, second]) if is_no_list(first) => understand(second, lists, rules),
        ("address" | "header", []) => senders(test, lists, rules),
        ("false", []) => {
            rules.leave_out(test.line, "it is switched off (`false`)");
            Vec::new()
        }
        ("allof", _) => {
            rules.leave_out(test.line, "`allof` asks for more than a sender");
            Vec::new()
        }
        (name, _) => {
            rules.leave_out(test.line, format!("`{name}` asks for something else than a sender"));
            Vec::new()
        }
    }
}

fn is_no_list(test: &Test) -> bool {
    let [inner] = test.tests.as_slice() else { return false };
    let [Argument::Texts(fields)] = inner.arguments.as_slice() else { return false };
    let list_id = fields.iter().all(|field| field.eq_ignore_ascii_case("list-id"));
    test.name == "not" && inner.name == "exists" && list_id
}

/// `address` and `header`: fields and keys, and how they are compared.
struct Asked<'a> {
    fields: &'a [String],
    keys: &'a [String],
    part: Part,
    how: Match,
}

impl<'a> Asked<'a> {
    fn of(test: &'a Test) -> Result<Asked<'a>, String> {
        let (mut part, mut how, mut texts) = (Part::All, Match::Is, Vec::new());
        let mut arguments = test.arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument {
                Argument::Texts(list) => texts.push(list.as_slice()),
                Argument::Number => return Err("a number is compared".to_owned()),
                Argument::Tag(tag) => match tag.as_str() {
                    "is" => how = Match::Is,
                    "contains" => how = Match::Contains,
                    "matches" => how = Match::Matches,
                    "all" => part = Part::All,
                    "domain" if test.name == "address" => part = Part::Domain,
                    // Its argument: addresses and lists are compared without case here.
                    "comparator" => drop(arguments.next()),
                    other => return Err(format!("`:{other}` compares something else than a whole sender")),
                },
            }
        }
        match texts.as_slice() {
            [fields, keys] => Ok(Asked { fields, keys, part, how }),
            _ => Err("it is not clear what is compared".to_owned()),
        }
    }
}

fn senders(test: &Test, lists: &[ListId], rules: &mut Rules) -> Vec<(usize, Who)> {
    let asked = match Asked::of(test) {
        Ok(asked) => asked,
        Err(why) => {
            rules.leave_out(test.line, why);
            return Vec::new();
        }
    };
    let all =
        |name: &str| !asked.fields.is_empty() && asked.fields.iter().all(|field| field.eq_ignore_ascii_case(name));
    // The field From holds more than the address: whether it `is` one depends on the sender's program.
    let how = if test.name == "header" && asked.how == Match::Is { Match::Contains } else { asked.how };
    let mut found = Vec::new();
    for key in asked.keys {
        let whos = if all("from") {
            by_address(asked.part, how, key).map(|who| vec![who])
        } else if all("list-id") && test.name == "header" {
            by_list(asked.how, key, lists)
        } else {
            let named = asked.fields.join(", ");
            rules.leave_out(test.line, format!("orders go by From and List-Id, not by {named}"));
            return Vec::new();
        };
        match whos {
            Ok(whos) => found.extend(whos.into_iter().map(|who| (test.line, who))),
            Err(why) => rules.leave_out(test.line, format!("\"{key}\" {why}")),
        }
    }
    found
}
