//! What comes back by itself when the owner writes: absences, and mail that could not be delivered.

use super::mail::{Body, Mail, Party};
use super::people::PEOPLE;
use super::talk::Tongue;
use super::world::{Place, World};
use super::{Kind, OWNER};
use crate::logic::ids::UnixTime;

/// A year of them.
pub(super) fn write(world: &mut World) {
    for _ in 0..10 {
        absence(world);
    }
    for place in 0..6 {
        bounce(world, place);
    }
}

/// The owner writes, and a machine answers.
fn absence(world: &mut World) {
    let (person, at) = (world.pick(PEOPLE), world.waking_moment());
    let owner = Party::owner();
    let mut own =
        Mail::new(Kind::Own, at, owner, "Quick question", world.message_id("maren.example"), "Are you around today?\n");
    own.to = vec![Party::new(person.name, person.address)];
    let (subject, text) = match person.tongue {
        Tongue::German => ("Abwesenheitsnotiz: Quick question", "Ich bin bis Montag nicht im Büro."),
        Tongue::French => ("Absence du bureau : Quick question", "Je suis absent jusqu'à lundi."),
        _ => ("Automatic reply: Quick question", "I am out of the office until Monday."),
    };
    let from = Party::new(person.name, person.address);
    let id = world.message_id(from.domain());
    let mut answer = Mail::new(Kind::AutoReply, UnixTime((at.0 + 30).min(world.now.0 - 10)), from, subject, id, text);
    answer.references = vec![own.message_id.clone()];
    answer.envelope = String::new();
    let answer = answer
        .with("Auto-Submitted", "auto-replied")
        .with("X-Auto-Response-Suppress", "All")
        .with("Precedence", "junk");
    world.send(&own);
    world.receive(Place::Inbox, &answer, 0.9);
}

/// The owner writes to nobody, and the mail host says so.
fn bounce(world: &mut World, place: usize) {
    let at = world.waking_moment();
    let lost = format!("old.address{place}@gone.example");
    let mut own = Mail::new(
        Kind::Own,
        at,
        Party::owner(),
        "Still the right address?",
        world.message_id("maren.example"),
        "Hello?\n",
    );
    own.to = vec![Party::new("", &lost)];
    let from = Party::new("Mail Delivery System", "mailer-daemon@mx.demo.example");
    let at = UnixTime((at.0 + 5).min(world.now.0 - 10));
    let subject = "Undelivered Mail Returned to Sender";
    let mut report = Mail::new(Kind::Bounce, at, from, subject, world.message_id("mx.demo.example"), "");
    report.envelope = String::new();
    report.body = Body::Report {
        text: format!("Your message to {lost} could not be delivered.\n"),
        status: format!(
            "Reporting-MTA: dns; mx.demo.example\n\nFinal-Recipient: rfc822; {lost}\nAction: failed\nStatus: 5.1.1\n"
        ),
    };
    let report = report.with("Auto-Submitted", "auto-replied").with("X-Failed-For", OWNER);
    world.send(&own);
    world.receive(Place::Inbox, &report, 0.9);
}
