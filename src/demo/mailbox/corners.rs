//! The corners of the mailbox: spam that the host found, drafts, a journey, and questions to companies.

use super::mail::{Checked, Mail, Party};
use super::people::PEOPLE;
use super::world::{Place, World};
use super::{Kind, Message};
use crate::logic::ids::UnixTime;

const SPAM: &[&str] =
    &["You have WON", "Cheap meds", "Re: your invoice", "Hot stocks for Monday", "Congratulations winner"];

/// Subject of the journey's mails.
const JOURNEY: &[(&str, &str, &str)] = &[
    ("RailPass", "tickets@railpass.example", "Night train to Lisbon: your tickets"),
    ("Pensão Aurora", "reservas@pensaoaurora.example", "A sua reserva: 7 noites"),
    ("Ferry Line South", "booking@ferrylinesouth.example", "Booking confirmed: Setúbal–Tróia"),
];

/// Companies that the owner asked something: name, address, question, answer.
const SUPPORT: &[(&str, &str, &str, &str)] = &[
    (
        "Paperwing Support",
        "support@paperwing.example",
        "Ink that leaks",
        "Dear Robin,\n\nwe are sorry and send you a new bottle.\n\nMina, Paperwing",
    ),
    (
        "Kite Mobile",
        "help@kitemobile.example",
        "Roaming in Norway",
        "Hello Robin,\n\nit is included. Have a good journey!\n\nAnton, Kite Mobile",
    ),
    (
        "Pensão Aurora",
        "reservas@pensaoaurora.example",
        "Chegada tardia",
        "Bom dia Robin,\n\nnão há problema, esperamos por si.\n\nDona Teresa",
    ),
];

/// All corners.
pub(super) fn write(world: &mut World) {
    for place in 0..24 {
        let (at, subject) = (world.moment(), *world.pick(SPAM));
        let id = world.message_id("winner.test");
        let from = Party::new("Prize Office", &format!("win{place}@winner.test"));
        let mut mail = Mail::new(Kind::Odd, at, from, subject, id, "Click now.\n");
        mail.checked = Checked::Fail;
        world.receive(Place::Junk, &mail, 0.0);
    }
    for (name, address, subject) in JOURNEY {
        let at = UnixTime(world.now.0 - world.dice.i64(100..140) * UnixTime::DAY);
        let from = Party::new(name, address);
        let id = world.message_id(from.domain());
        let mail = Mail::new(Kind::Receipt, at, from, subject, id, "Have a good journey!\n")
            .with("Auto-Submitted", "auto-generated");
        world.receive(Place::Travel, &mail, 1.0);
    }
    for person in &PEOPLE[10..12] {
        let at = UnixTime(world.now.0 - world.dice.i64(1..20) * UnixTime::DAY);
        let id = world.message_id("maren.example");
        let mut mail = Mail::new(Kind::Own, at, Party::owner(), "What I meant to say", id, "I never found the words\n");
        mail.to = vec![Party::new(person.name, person.address)];
        let mut message = Message::new(mail.written(), at).flagged("\\Draft").flagged("\\Seen");
        message.kind = Kind::Own;
        world.put(Place::Drafts, message);
    }
    for inquiry in SUPPORT {
        support(world, inquiry);
    }
}

/// A question to a company, and a person's answer to it.
fn support(world: &mut World, inquiry: &(&str, &str, &str, &str)) {
    let (name, address, subject, text) = *inquiry;
    let at = UnixTime(world.now.0 - world.dice.i64(3..200) * UnixTime::DAY);
    let id = world.message_id("maren.example");
    let mut own = Mail::new(Kind::Own, at, Party::owner(), subject, id, "Hello,\n\nI have a question.\n\nRobin\n");
    own.to = vec![Party::new(name, address)];
    let from = Party::new(name, address);
    let id = world.message_id(from.domain());
    let at = UnixTime(at.0 + world.dice.i64(3_600..2 * UnixTime::DAY));
    let mut answer = Mail::new(Kind::Person, at, from, &format!("Re: {subject}"), id, text);
    answer.references = vec![own.message_id.clone()];
    world.send(&own);
    world.receive(Place::Inbox, &answer, 1.0);
}
