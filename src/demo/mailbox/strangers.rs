//! People the owner does not know: some write because they mean it, some because they sell, some are not who they say.

use super::Kind;
use super::encode::Coding;
use super::mail::{Checked, Mail, Party};
use super::people::PEOPLE;
use super::world::{Place, World};
use crate::logic::ids::UnixTime;

/// Name, address, subject, text: written by hand, to Robin, once.
const PERSONAL: &[(&str, &str, &str, &str)] = &[
    (
        "Elspeth Murray",
        "elspeth@murray-archive.example",
        "Your grandfather's boat",
        "Dear Robin,\n\nI found a photograph of the Hedwig in our parish archive and think it is your grandfather's boat. Would you like a copy?",
    ),
    (
        "Tarik Benali",
        "tarik.benali@studentmail.test",
        "Question about your talk in Uppsala",
        "Hello Robin,\n\nI heard your talk and write my thesis on tides. Could I ask you two questions?",
    ),
    (
        "Rosa Giménez",
        "rosa@gimenez-casa.example",
        "La habitación de tu anuncio",
        "Hola Robin:\n\nVi el anuncio en la panadería. ¿Sigue libre la habitación?",
    ),
    (
        "Walter Knopp",
        "w.knopp@knopp-hof.example",
        "Ihr Fahrrad",
        "Guten Tag,\n\nich habe am Bahnhof ein Fahrrad mit Ihrem Namen am Schloss gefunden.",
    ),
    (
        "Adèle Fontaine",
        "adele@fontaine-lyon.example",
        "Votre article sur les marées",
        "Bonjour Robin,\n\nvotre article m'a beaucoup touchée. Puis-je le traduire pour notre bulletin ?",
    ),
    (
        "Ji-woo Han",
        "jiwoo@han-studio.example",
        "Lost wallet",
        "Hi Robin,\n\nI found a wallet with your card in it on the ferry. How can I get it to you?",
    ),
    (
        "Benedikt Aumann",
        "b.aumann@aumann-family.example",
        "Klassentreffen?",
        "Lieber Robin,\n\nerinnerst du dich an die 4b? Wir suchen alle von damals.",
    ),
    (
        "Olivia Strand",
        "olivia@strand-violins.example",
        "The violin",
        "Dear Robin Maren,\n\nmy father sold you a violin in 1998. We would love to know whether it is still played.",
    ),
    (
        "Matteo Sala",
        "matteo@sala-gite.example",
        "Il tuo zaino",
        "Ciao Robin,\n\nhai lasciato lo zaino al rifugio. Lo tengo io fino a sabato.",
    ),
    (
        "Vera Lindgren",
        "vera@lindgren-hus.example",
        "New neighbour on the third floor",
        "Hello Robin,\n\nwe moved in above you last week. May we invite you for coffee, as an apology for the drilling?",
    ),
];

/// Name, address, subject: companies nobody asked, and what they say first and again.
const SELLERS: &[(&str, &str, &str)] = &[
    ("Brad Lawson", "brad@growthrocket.test", "Quick question, Robin"),
    ("Jessica from Leadwell", "jessica@leadwell.test", "Robin, 15 minutes next week?"),
    ("Kyle Benson", "kyle@outsourcely.test", "Developers from 12 EUR an hour"),
    ("Simone Krug", "s.krug@seo-turbo.test", "Ihre Webseite auf Platz 1"),
    ("Andrew Peck", "andrew@mail.backlinkr.test", "Guest post on your site"),
    ("Ella Marsh", "ella@conferenceleads.test", "Attendee list"),
];

/// A year of strangers.
pub(super) fn write(world: &mut World) {
    for place in 0..PERSONAL.len() {
        let at = world.waking_moment();
        let mail = personal(world, place, at);
        world.receive(Place::Inbox, &mail, 0.9);
    }
    for seller in SELLERS {
        let mut at = world.waking_moment();
        let mut thread = Vec::new();
        for _ in 0..world.dice.usize(2..6) {
            if at.0 < world.now.0 {
                let mail = sale(world, seller, at, &thread);
                thread.push(mail.message_id.clone());
                world.receive(Place::Inbox, &mail, 0.5);
            }
            at = UnixTime(at.0 + world.dice.i64(2..6) * UnixTime::DAY);
        }
    }
    for _ in 0..4 {
        let at = world.waking_moment();
        let mail = spoof(world, at);
        world.receive(Place::Inbox, &mail, 0.3);
    }
}

/// A stranger, or somebody who says to be a friend.
pub(super) fn arrival(world: &mut World, at: UnixTime) -> Mail {
    if world.chance(0.2) {
        return spoof(world, at);
    }
    let place = world.dice.usize(..PERSONAL.len());
    personal(world, place, at)
}

fn personal(world: &mut World, place: usize, at: UnixTime) -> Mail {
    let (name, address, subject, text) = PERSONAL[place];
    let from = Party::new(name, address);
    let id = world.message_id(from.domain());
    let first = name.split(' ').next().unwrap_or(name);
    let mut mail = Mail::new(Kind::Stranger, at, from, subject, id, &format!("{text}\n\n{first}\n"));
    mail.zone = 60;
    mail.coding = Coding::Quoted;
    mail.checked = if place.is_multiple_of(3) { Checked::Unknown } else { Checked::Pass };
    mail
}

fn sale(world: &mut World, seller: &(&str, &str, &str), at: UnixTime, thread: &[String]) -> Mail {
    let (name, address, subject) = *seller;
    let from = Party::new(name, address);
    let domain = from.domain().to_string();
    let subject = if thread.is_empty() { subject.to_string() } else { format!("Re: {subject}") };
    let text = "Hi Robin,\n\nI know you are busy, so I keep this short. We help teams like yours to save 40%.\nWould you be open to a call?\n\n\
                If you would rather not hear from me, tell me.\n";
    let mut mail = Mail::new(Kind::ColdSales, at, from, &subject, world.message_id(&domain), text);
    mail.to = vec![Party::owner_at_work()];
    mail.references = thread.to_vec();
    mail.envelope = format!("bnc-{}@send.{domain}", world.digits(6));
    mail.with("List-Unsubscribe", format!("<https://{domain}/stop>"))
}

/// The address of a friend, and a server that is not the friend's.
fn spoof(world: &mut World, at: UnixTime) -> Mail {
    let friend = world.pick(&PEOPLE[..4]);
    let id = world.message_id("bulk-relay.test");
    let text = "Robin, I am stuck and my phone is dead. Can you buy three gift cards and send me the codes? I pay you back tomorrow.\n";
    let mut mail = Mail::new(Kind::Spoof, at, Party::new(friend.name, friend.address), "Urgent favour", id, text);
    mail.checked = Checked::Fail;
    mail.envelope = "www-data@bulk-relay.test".into();
    mail.with("Reply-To", "quick.help@bulk-relay.test")
}
