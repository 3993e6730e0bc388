//! Mailing lists: threads between people whom the owner mostly does not know, and now and then the owner's own post.

use super::Kind;
use super::OWNER;
use super::mail::{Checked, Mail, Party};
use super::world::{Place, World};
use crate::logic::ids::UnixTime;

/// A list.
struct List {
    /// Before each subject; empty where the list leaves subjects alone.
    tag: &'static str,
    address: &'static str,
    id: &'static str,
    /// Threads in a year.
    threads: u32,
    subjects: &'static [&'static str],
    /// Of the owner, out of a hundred threads.
    own_posts: f64,
}

const LISTS: &[List] = &[
    List {
        tag: "[geotools] ",
        address: "geotools-devel@lists.geotools.example",
        id: "Development of geotools <geotools-devel.lists.geotools.example>",
        threads: 34,
        subjects: &[
            "[PATCH] tiles: do not read past the last row",
            "Projection of the poles",
            "Release 4.2: what is left",
            "Build fails with the new linker",
            "[PATCH 0/3] Faster polygon clipping",
            "Deprecating the old reader",
            "Who can test on big-endian?",
        ],
        own_posts: 0.2,
    },
    List {
        tag: "[choir] ",
        address: "stimmen@chor-am-fluss.example",
        id: "<stimmen.chor-am-fluss.example>",
        threads: 14,
        subjects: &[
            "Probe am Donnerstag",
            "Noten für das Fauré-Requiem",
            "Wer fährt mit?",
            "Konzertkleidung",
            "Protokoll der Versammlung",
        ],
        own_posts: 0.15,
    },
    List {
        tag: "",
        address: "neighbours@millstreet.example",
        id: "Mill Street neighbours <neighbours.millstreet.example>",
        threads: 18,
        subjects: &[
            "Found: black cat with one white sock",
            "Street party in June",
            "Noise from the building site",
            "Ladder to lend?",
            "Parcel for number 14",
        ],
        own_posts: 0.1,
    },
    List {
        tag: "[self-hosting] ",
        address: "self-hosting@groups.homeserver.example",
        id: "Self-hosting <self-hosting.groups.homeserver.example>",
        threads: 22,
        subjects: &[
            "Backups to a friend's cellar",
            "Which mail server in a flat?",
            "Power draw of old laptops",
            "Renewing certificates by hand",
            "My disk sings",
        ],
        own_posts: 0.1,
    },
];

const MEMBERS: &[(&str, &str)] = &[
    ("Ragnhild Moe", "ragnhild@fjordcode.example"),
    ("Ozan Yıldırım", "ozan@yildirim-gis.example"),
    ("Beatrix Novák", "beatrix.novak@kartograf.example"),
    ("Luca Zanetti", "luca@zanetti-lab.example"),
    ("Emeka Obi", "emeka@obimaps.example"),
    ("Petra Schönfeld", "petra@schoenfeld-chor.example"),
    ("Wanda Kowalczyk", "wanda@kowalczyk-dom.example"),
    ("Theo Papadakis", "theo@papadakis-it.example"),
    ("Ilse Vermeulen", "ilse@vermeulen-net.example"),
    ("Rajesh Pillai", "rajesh@pillai-systems.example"),
    ("Margaret Doyle", "margaret@doyle-millstreet.example"),
    ("Yusuf Demir", "yusuf@demir-server.example"),
];

const SAID: &[&str] = &[
    "I can confirm this on my machine. Log attached to the ticket.",
    "Thanks for the report. Could you try it with the branch?",
    "+1 from me. Nobody has touched that code for years.",
    "Bin dabei. Soll ich etwas mitbringen?",
    "I would rather not. We tried that once and it ended in tears.",
    "See my answer to the same question in spring; it still holds.",
];

/// A year of all lists.
pub(super) fn write(world: &mut World) {
    for list in LISTS {
        for _ in 0..list.threads {
            let start = world.waking_moment();
            thread(world, list, start);
        }
    }
}

/// A post to any list.
pub(super) fn arrival(world: &mut World, at: UnixTime) -> Mail {
    let list = world.pick(LISTS);
    let subject = *world.pick(list.subjects);
    let author = *world.pick(MEMBERS);
    post(world, list, Party::new(author.0, author.1), subject, at, &[])
}

fn thread(world: &mut World, list: &List, start: UnixTime) {
    let subject = *world.pick(list.subjects);
    let posts = 1 + world.dice.usize(..6);
    let own_turn = world.chance(list.own_posts).then(|| world.dice.usize(..posts));
    let mut earlier: Vec<String> = Vec::new();
    let mut at = start;
    for turn in 0..posts {
        if at.0 >= world.now.0 {
            return;
        }
        let own = own_turn == Some(turn);
        let author = *world.pick(MEMBERS);
        let author = if own { Party::owner() } else { Party::new(author.0, author.1) };
        let mut mail = post(world, list, author, subject, at, &earlier);
        earlier.push(mail.message_id.clone());
        if own {
            sent_by_owner(world, &mail, list);
            mail.kind = Kind::Own;
        } else if own_turn.is_some_and(|own| own < turn) {
            mail.kind = Kind::ListAnswer;
            if world.chance(0.5) {
                mail.cc.push(Party::owner());
            }
        } else if world.chance(0.05) {
            mail.cc.push(Party::owner());
        }
        let read = if own_turn.is_some() { 0.95 } else { 0.5 };
        world.receive(Place::Inbox, &mail, read);
        at = UnixTime(at.0 + world.dice.i64(600..UnixTime::DAY));
    }
}

/// What the owner's program kept of a post, before the list changed it.
fn sent_by_owner(world: &mut World, mail: &Mail, list: &List) {
    let mut own = mail.clone();
    own.extra.clear();
    own.zone = 60;
    own.subject = own.subject.replace(list.tag, "");
    world.send(&own);
}

/// A list's copy of a post.
fn post(world: &mut World, list: &List, author: Party, subject: &str, at: UnixTime, earlier: &[String]) -> Mail {
    let subject =
        if earlier.is_empty() { format!("{}{subject}", list.tag) } else { format!("Re: {}{subject}", list.tag) };
    let said = *world.pick(SAID);
    let (name, host) = list.address.split_once('@').unwrap_or((list.address, ""));
    let domain = author.domain().to_string();
    let text = format!(
        "{said}\n\n-- \n{}\n_______________________________________________\n{name} mailing list\nhttps://{host}/{name}\n",
        author.name
    );
    let kind = Kind::List;
    let mut mail = Mail::new(kind, at, author, &subject, world.message_id(&domain), &text);
    mail.to = vec![Party::new("", list.address)];
    mail.references = earlier.to_vec();
    mail.envelope = format!("{name}-bounces+{}@{host}", OWNER.replace('@', "="));
    // Lists that change the subject break the author's signature.
    mail.checked = if list.tag.is_empty() { Checked::Pass } else { Checked::Unknown };
    mail.with("Precedence", "list")
        .with("List-Id", list.id)
        .with("List-Post", format!("<mailto:{}>", list.address))
        .with("List-Unsubscribe", format!("<mailto:{name}-leave@{host}>"))
        .with("Sender", format!("{name}-bounces@{host}"))
}
