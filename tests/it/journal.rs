//! What the journal says against where the mail lies.

use std::collections::HashMap;

use serde_json::Value;

use crate::support::user::User;
use crate::support::world::World;

/// Where the journal says that each message lies which it ever moved: Message-ID to folder. Rows in the order of their ids.
fn places(rows: &[Value]) -> HashMap<&str, &str> {
    let mut places = HashMap::new();
    for row in rows.iter().filter(|row| row["kind"] == "move") {
        let (id, from, to) = (text(&row["message_id"]), text(&row["from_folder"]), text(&row["to_folder"]));
        match text(&row["state"]) {
            // What was undone had happened; the row that took it back comes later.
            "done" | "undone" => places.insert(id, to),
            "refused" | "gone" => places.insert(id, places.get(id).copied().unwrap_or(from)),
            other => panic!("a row that nobody settled ({other}): {row}"),
        };
    }
    places
}

/// Asserts that the journal explains where every message lies, for mail whose Message-IDs are unique and that began in INBOX. Mail
/// that no row is about has to lie in INBOX still, but for the folders of `others`.
#[track_caller]
pub fn explains(user: &User, world: &World, others: &[&str]) {
    explain(&user.journal(), user.server.flavour.prefix, world, others);
}

/// The same, of rows that are at hand.
#[track_caller]
pub fn explain(rows: &[Value], prefix: &str, world: &World, others: &[&str]) {
    let places = places(rows);
    let bare = |name: &str| name.strip_prefix(prefix).unwrap_or(name).to_owned();
    for (folder, item) in world.items().filter(|(folder, _)| !others.contains(folder)) {
        let said = places.get(item.message_id.as_str()).copied().unwrap_or("INBOX");
        assert_eq!(bare(said), bare(folder), "{}: the journal says {said}", item.message_id);
    }
}

/// The row about the message with this Message-ID that was written last.
#[track_caller]
pub fn last_row<'a>(rows: &'a [Value], message_id: &str) -> &'a Value {
    let row = rows.iter().rfind(|row| row["message_id"] == message_id);
    row.unwrap_or_else(|| panic!("the journal says nothing about {message_id}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("text was expected: {value}"))
}
