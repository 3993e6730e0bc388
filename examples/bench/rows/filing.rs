//! Filing thousands of messages, with a row of the journal each, against the bare commands for the same sets.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use mailherd::imap::{MAX_LINE, uid_sets};
use mailherd::logic::ids::Uid;

use super::boxes::{FOLDERS, filled, first_pass};
use super::raw::{self, Raw};
use super::reading::thousands;
use super::{Boxes, Plan, Row, Table, median};
use crate::support::client::Client;
use crate::support::flavour::Flavour;
use crate::support::user::User;

/// Where mail is filed to.
const TARGETS: [&str; 3] = ["Top", "News", "Bulk"];

/// UIDs by their folder.
type Sets = HashMap<&'static str, Vec<Uid>>;

/// See the module.
pub fn rows(plan: &Plan, _: &mut Boxes, table: &mut Table) {
    compare(plan, Flavour::PLAIN, ("UID MOVE", 1.3), table);
    compare(plan, Flavour::NO_MOVE, ("COPY, STORE, UID EXPUNGE", 2.0), table);
}

fn compare(plan: &Plan, flavour: Flavour, (commands, most): (&str, f64), table: &mut Table) {
    let original = filled(flavour, plan.filed);
    raw::headers(original.server.port, &original.name, &FOLDERS);
    first_pass(&original, &original.configuration());
    let (mut ours, mut theirs, mut filed) = (Vec::new(), Vec::new(), 0);
    for round in 0..plan.rounds.min(3) {
        // What it takes to read and judge is measured apart, by a pass that moves nothing.
        let reading = first_pass(&original, &original.configuration()).time;
        let copy = original.copied(&format!("filed{round}-{}", original.name));
        let pass = first_pass(&copy, &copy.configuration());
        let sets = sets(&original, &copy);
        filed = sets.values().map(Vec::len).sum();
        assert_eq!(pass.filed, filed as u64, "all that was filed lies in the folders");
        let bare = original.copied(&format!("bare{round}-{}", original.name));
        ours.push(pass.time.saturating_sub(reading).as_secs_f64());
        theirs.push(bare_moves(&bare, &sets, !flavour.lacks("MOVE")).as_secs_f64());
        for user in [copy, bare] {
            let _ = std::fs::remove_dir_all(user.server.home_of(&user.name));
        }
    }
    let ratio = median(ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect());
    let what = format!("filing {} messages by {commands}", thousands(filed));
    table.add(Row::ratio(what, median(ours), ("the bare commands", median(theirs)), ratio, most));
    let _ = std::fs::remove_dir_all(original.server.home_of(&original.name));
}

/// What went where, by its UIDs in INBOX.
fn sets(original: &User, filed: &User) -> Sets {
    let places: HashMap<String, Uid> =
        ids(&mut original.client(), "INBOX").into_iter().map(|(uid, id)| (id, uid)).collect();
    let mut client = filed.client();
    let of = |folder: &'static str| {
        let moved = ids(&mut client, folder);
        (folder, moved.iter().filter_map(|(_, id)| places.get(id).copied()).collect())
    };
    TARGETS.into_iter().map(of).collect()
}

/// The Message-IDs of a folder.
fn ids(client: &mut Client, folder: &str) -> Vec<(Uid, String)> {
    if !client.has_folder(folder) {
        return Vec::new();
    }
    client.command(&format!("EXAMINE {folder}"));
    let reply = client.command("UID FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])");
    let row = |line: &Vec<u8>| {
        let text = String::from_utf8_lossy(line);
        let uid = text.split_once("UID ")?.1.split([' ', ')']).next()?.parse().ok()?;
        let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: "))?;
        Some((Uid(uid), id.trim().to_owned()))
    };
    reply.untagged.iter().filter_map(row).collect()
}

fn bare_moves(user: &User, sets: &Sets, can_move: bool) -> Duration {
    let mut raw = Raw::login(user.server.port, &user.name);
    for folder in TARGETS {
        raw.says(&format!("CREATE {folder}"));
    }
    let since = Instant::now();
    raw.says("SELECT INBOX");
    for folder in TARGETS {
        for (set, _) in uid_sets(&sets[folder], MAX_LINE - 100) {
            if can_move {
                raw.says(&format!("UID MOVE {set} {folder}"));
            } else {
                raw.says(&format!("UID COPY {set} {folder}"));
                raw.says(&format!("UID STORE {set} +FLAGS.SILENT (\\Deleted)"));
                raw.says(&format!("UID EXPUNGE {set}"));
            }
        }
    }
    since.elapsed()
}
