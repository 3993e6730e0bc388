//! Folders as servers list them.

use super::script::session;
use crate::imap::folders::{Folders, SpecialUse, create, discover};
use crate::imap::quirks::is_provider_spam;
use crate::logic::fault::FaultKind;
use crate::logic::ids::FolderName;

/// What is discovered on a server with these capabilities and these LIST lines.
async fn folders(capabilities: &str, namespace: &str, list: &[&str]) -> Folders {
    let mut script = format!("C: NOOP\nS: * CAPABILITY {capabilities}\nS: $ OK\n");
    if !namespace.is_empty() {
        script += &format!("C: NAMESPACE\nS: * NAMESPACE {namespace}\nS: $ OK\n");
    }
    script += "C: LIST \"\" \"*\"\n";
    for line in list {
        script += &format!("S: * LIST {line}\n");
    }
    script += "S: $ OK\n";
    let mut session = session(&script).await;
    session.exec("NOOP").await.unwrap();
    discover(&mut session).await.unwrap()
}

fn wire(folders: &Folders, special_use: SpecialUse) -> Option<&str> {
    folders.special(special_use).map(|folder| folder.name.wire())
}

#[tokio::test]
async fn the_servers_word_counts_more_than_names() {
    let folders = folders(
        "IMAP4rev1 SPECIAL-USE",
        "",
        &[
            "() \"/\" INBOX",
            "() \"/\" Sent",
            "(\\sent) \"/\" \"Gesendet &- weg\"",
            "(\\Noselect) \"/\" Trash",
            "() \"/\" Papierkorb",
        ],
    )
    .await;
    assert_eq!(wire(&folders, SpecialUse::Sent), Some("Gesendet &- weg"));
    assert_eq!(wire(&folders, SpecialUse::Trash), Some("Papierkorb"));
    assert_eq!(wire(&folders, SpecialUse::Archive), None);
    let sent = folders.special(SpecialUse::Sent).unwrap();
    assert_eq!(sent.display, "Gesendet & weg");
}

/// emailjs-imap-client#67: `INBOX.IDN.Sent` was taken for the folder of sent mail.
#[tokio::test]
async fn names_count_at_the_root_of_the_namespace_only() {
    let list = [
        "() \".\" INBOX",
        "() \".\" INBOX.IDN.Sent",
        "() \".\" INBOX.&AMk-l&AOk-ments.Sent",
        "() \".\" \"INBOX.sent items\"",
    ];
    let courier = folders("IMAP4rev1 NAMESPACE", "((\"INBOX.\" \".\")) NIL NIL", &list).await;
    assert_eq!(wire(&courier, SpecialUse::Sent), Some("INBOX.sent items"));
    let without_namespace = folders("IMAP4rev1", "", &list).await;
    assert_eq!(without_namespace.prefix, "INBOX.");
    assert_eq!(wire(&without_namespace, SpecialUse::Sent), Some("INBOX.sent items"));
    let flat = folders("IMAP4rev1", "", &["() \".\" INBOX", "() \".\" INBOX.Sent", "() \".\" Work"]).await;
    assert_eq!((flat.prefix.as_str(), wire(&flat, SpecialUse::Sent)), ("", None));
}

#[tokio::test]
async fn names_of_the_config_become_wire_names_and_back() {
    let list = ["() \".\" INBOX", "() \".\" INBOX.Entw&APw-rfe", "() \".\" \"INBOX.Caf\u{e9}\""];
    let folders = folders("IMAP4rev1 NAMESPACE", "((\"INBOX.\" \".\")) NIL NIL", &list).await;
    for (configured, expected, display) in [
        ("Top", "INBOX.Top", "Top"),
        ("INBOX.Top", "INBOX.Top", "Top"),
        ("Inbox/Top", "INBOX.Top", "Top"),
        (" /Mail//News/ ", "INBOX.Mail.News", "Mail/News"),
        ("Entwürfe", "INBOX.Entw&APw-rfe", "Entwürfe"),
        ("Q&A \"x\"", "INBOX.Q&-A \"x\"", "Q&A \"x\""),
        ("inbox", "INBOX", "INBOX"),
        // Exists, though it is not in modified UTF-7: it is meant.
        ("Café", "INBOX.Café", "Café"),
    ] {
        let name = folders.resolve(configured);
        assert_eq!(name.wire(), expected, "{configured}");
        assert_eq!(folders.display(&name), display, "{configured}");
    }
    assert!(folders.find(&FolderName::from_wire("INBOX.Entw&APw-rfe")).is_some());
}

#[tokio::test]
async fn a_flat_namespace_has_no_levels() {
    let folders = folders("IMAP4rev1", "", &["() NIL INBOX", "() NIL Sent"]).await;
    assert_eq!(folders.delimiter, None);
    assert_eq!(folders.resolve("Top").wire(), "Top");
    assert_eq!(wire(&folders, SpecialUse::Sent), Some("Sent"));
}

#[tokio::test]
async fn special_use_is_asked_for_and_done_without() {
    let script = "C: NOOP\nS: * CAPABILITY IMAP4rev1 LIST-EXTENDED SPECIAL-USE\nS: $ OK\n\
        C: LIST \"\" \"*\" RETURN (SPECIAL-USE)\nS: $ BAD what?\nC: LIST \"\" \"*\"\nS: * LIST () \"/\" Spam\nS: $ OK\n";
    let mut session = session(script).await;
    session.exec("NOOP").await.unwrap();
    let folders = discover(&mut session).await.unwrap();
    assert_eq!(wire(&folders, SpecialUse::Junk), Some("Spam"));
    assert!(folders.find(&FolderName::inbox()).is_some(), "INBOX exists, listed or not");
}

#[tokio::test]
async fn a_folder_is_created_once_and_subscribed() {
    let script = "C: CREATE \"Top\"\nS: $ OK\nC: SUBSCRIBE \"Top\"\nS: $ OK\n\
        C: CREATE \"Top\"\nS: $ NO [ALREADYEXISTS] there\nC: SUBSCRIBE \"Top\"\nS: $ NO no subscriptions\n\
        C: CREATE \"Top\"\nS: $ NO Mailbox exists\nC: LIST \"\" \"Top\"\nS: * LIST () \"/\" Top\nS: $ OK\nC: SUBSCRIBE\nS: $ OK\n\
        C: CREATE \"Top\"\nS: $ NO [NOPERM] never\nC: LIST \"\" \"Top\"\nS: $ OK\n";
    let mut session = session(script).await;
    let top = FolderName::from_wire("Top");
    for _ in 0..3 {
        create(&mut session, &top).await.unwrap();
    }
    let fault = create(&mut session, &top).await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.cause.as_str()),
        (FaultKind::Refused, "creating the folder Top: the server refused: never")
    );
}

#[tokio::test]
async fn what_the_provider_uses_is_not_ours() {
    let list = ["() \"/\" INBOX", "() \"/\" Bulk", "(\\Trash) \"/\" Bin", "() \"/\" News"];
    let plain = folders("IMAP4rev1", "", &list).await;
    let bulk = plain.resolve("Bulk");
    let spam = |host: &str, folders: &Folders, name: &FolderName| is_provider_spam(host, folders, name).is_some();
    assert!(spam("imap.mail.yahoo.com", &plain, &bulk) && spam("imap.aol.com", &plain, &bulk));
    assert!(!spam("imap.example.org", &plain, &bulk) && !spam("notyahoo.com", &plain, &bulk));
    assert!(spam("imap.example.org", &plain, &plain.resolve("Bin")));
    assert!(!spam("imap.mail.yahoo.com", &plain, &plain.resolve("News")));
    let with_junk = folders("IMAP4rev1", "", &["() \"/\" Bulk", "(\\Junk) \"/\" Spam"]).await;
    assert!(!spam("imap.mail.yahoo.com", &with_junk, &bulk));
}

#[tokio::test]
async fn what_mail_programs_use_by_name_is_not_ours_where_the_server_marks_nothing() {
    let uses = |folders: &Folders, name: &str| folders.use_of(&folders.resolve(name));
    let list = ["() \".\" INBOX", "() \".\" INBOX.Trash", "() \".\" \"INBOX.Deleted Items\"", "() \".\" INBOX.News"];
    let courier = folders("IMAP4rev1 NAMESPACE", "((\"INBOX.\" \".\")) NIL NIL", &list).await;
    assert_eq!(uses(&courier, "trash"), Some(SpecialUse::Trash));
    assert_eq!(uses(&courier, "Deleted Items"), None, "Trash is what is thrown away to here");
    assert_eq!(uses(&courier, "Spam"), Some(SpecialUse::Junk), "once it is there, it is taken for that");
    assert_eq!([uses(&courier, "News"), uses(&courier, "Lists/Trash")], [None, None]);
    let marked = folders("IMAP4rev1", "", &["(\\Junk) \"/\" Junk", "() \"/\" Spam"]).await;
    assert_eq!([uses(&marked, "Junk"), uses(&marked, "Spam")], [Some(SpecialUse::Junk), None]);
}
