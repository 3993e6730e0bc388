//! Calendar invitations, by colleagues and by machines for them.

use super::Kind;
use super::mail::{Body, Mail, Party};
use super::people::{Circle, PEOPLE, Person};
use super::world::{Place, World};
use crate::logic::ids::UnixTime;

const MEETINGS: &[&str] = &[
    "Planning",
    "Jour fixe",
    "Review of the tide tables",
    "Déjeuner d'équipe",
    "Retrospective",
    "Budget 2nd round",
    "Überblick Quartal",
];

/// A year of meetings.
pub(super) fn write(world: &mut World) {
    for _ in 0..30 {
        let at = world.waking_moment();
        let mail = invitation(world, at);
        world.receive(Place::Inbox, &mail, 0.95);
    }
}

/// One more meeting.
pub(super) fn arrival(world: &mut World, at: UnixTime) -> Mail {
    invitation(world, at)
}

fn invitation(world: &mut World, at: UnixTime) -> Mail {
    let colleagues: Vec<&Person> = PEOPLE.iter().filter(|person| person.circle == Circle::Work).collect();
    let host = *world.pick(&colleagues);
    let meeting = *world.pick(MEETINGS);
    let begins = UnixTime(at.0 + world.dice.i64(1..9) * UnixTime::DAY);
    let stamp = jiff::Timestamp::from_second(begins.0)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string();
    let from = Party::new(host.name, host.address);
    let id = world.message_id(from.domain());
    let calendar = format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Quill//Calendar 1.6//EN\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:{}\nDTSTART:{stamp}\n\
         SUMMARY:{meeting}\nORGANIZER:mailto:{}\nATTENDEE;RSVP=TRUE:mailto:{}\nEND:VEVENT\nEND:VCALENDAR\n",
        id.trim_matches(['<', '>']),
        host.address,
        super::ALIAS
    );
    let text = format!("{} invites you: {meeting}\n", host.name);
    let mut mail = Mail::new(Kind::Invitation, at, from, &format!("Invitation: {meeting}"), id, "");
    mail.to = vec![Party::owner_at_work()];
    // Programs differ: some send the calendar object alone.
    mail.body = if world.chance(0.6) { Body::Calendar(calendar) } else { Body::Invitation { text, calendar } };
    mail.zone = host.zone;
    mail
}
