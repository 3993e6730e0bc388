use super::*;
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, Flags, FolderName, Uid, UidValidity, UnixTime};
use crate::logic::orders::{Origin, Who};
use crate::logic::transfer::Entry;

fn key() -> MessageKey {
    MessageKey { account: "home".into(), folder: FolderName::inbox(), validity: UidValidity(7), uid: Uid(12) }
}

#[track_caller]
fn survives<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: T) {
    let line = serde_json::to_string(&value).unwrap();
    assert!(!line.contains('\n'), "one object a line: {line}");
    assert_eq!(serde_json::from_str::<T>(&line).unwrap(), value, "{line}");
}

#[test]
fn words_survive_the_socket() {
    let query = MailQuery {
        category: Category::News,
        account: None,
        filter: "Käse\n\u{202e}".into(),
        page: Page { offset: 0, limit: 50 },
        around: Some(key()),
    };
    survives(Request::Mail(query.clone()));
    survives(Request::Find(Find { list: query, text: "x".into(), from: 3, backward: true }));
    survives(Request::Do(Act::File {
        messages: vec![key()],
        category: Category::Bulk,
        width: Width::Domain,
        sure: false,
    }));
    let entry = Entry {
        who: Who::parse("@b.example").unwrap(),
        category: Category::Bulk,
        account: None,
        given_at: UnixTime(7),
        origin: Origin::Import,
    };
    survives(Request::Do(Act::Import { entries: vec![entry] }));
    survives(Request::Do(Act::Undo(Undo::Done { runs: vec![1], orders: vec![2] })));
    let flags = Flags { seen: true, important: true, ..Flags::default() };
    let row = MailRow {
        key: key(),
        name: String::new(),
        address: "a@b.example".into(),
        subject: "s".into(),
        at: UnixTime(1),
        flags,
        list: None,
        filed: true,
    };
    survives(Reply::Mail(MailPage { rows: vec![row], offset: 0, total: 1, place: Some(0) }));
    survives(Reply::Runs(Vec::new(), 0));
    survives(Notice::Filed { account: "home".into(), run: 3, counts: [1, 0, 2, 3, 0] });
    survives(Fault::credentials("the password was refused", "look at password_command"));
}

fn health(state: AccountState, last_pass: Option<i64>, last_byte: Option<i64>) -> Health {
    Health {
        account: "home".into(),
        email: "me@example.org".into(),
        server: "imap.example.org:993".into(),
        state,
        files: true,
        last_byte: last_byte.map(UnixTime),
        last_pass: last_pass.map(UnixTime),
        asked: None,
        next: None,
        queue: 0,
        fault: None,
        progress: None,
        held: None,
        capabilities: Vec::new(),
        advice: Vec::new(),
        program_moves: 0,
        unreadable: Vec::new(),
    }
}

#[test]
fn an_account_is_well_while_its_passes_succeed() {
    use AccountState::{Connecting, Live, Paused, Stopped, Waiting, Working};
    let well = |state, pass, byte, now| health(state, pass, byte).is_well(UnixTime(now), UnixTime(1000));
    assert!(well(Connecting, None, None, 1900) && !well(Connecting, None, None, 1901));
    assert!(well(Live, Some(2000), None, 2900) && !well(Live, Some(2000), None, 2901));
    assert!(well(Waiting, Some(2000), None, 2900) && !well(Waiting, Some(2000), None, 2901));
    assert!(!well(Stopped, Some(2000), Some(2000), 2000) && well(Paused, None, None, 99_999));
    assert!(well(Working, None, Some(9000), 9100) && !well(Working, None, Some(9000), 9200));
}

#[test]
fn a_state_is_called_the_same_in_words_and_on_the_wire() {
    use AccountState::{Connecting, Live, Paused, Polling, Probing, Stopped, Waiting, Working};
    for state in [Connecting, Working, Live, Polling, Probing, Waiting, Stopped, Paused] {
        assert_eq!(serde_json::to_string(&state).unwrap(), format!("\"{}\"", state.word()));
    }
}
