//! Mail that goes both ways: the owner and the people of the cast, in threads, with the owner's half in Sent.

use super::encode::Coding;
use super::mail::{Body, Mail, Party, date};
use super::people::{Circle, PEOPLE, Person};
use super::talk::Topic;
use super::world::{Place, World, fill};
use super::{Kind, OWNER_NAME};
use crate::logic::ids::UnixTime;

const CITIES: &[&str] =
    &["Ghent", "Porto", "Trieste", "Uppsala", "Lyon", "Girona", "Leith", "Graz", "Haarlem", "Lucca"];
const FOODS: &[&str] =
    &["lasagne", "ramen", "tarte flambée", "bacalhau", "pierogi", "Apfelstrudel", "gazpacho", "rhubarb crumble"];

/// The cast's whole year.
pub(super) fn write(world: &mut World) {
    for person in PEOPLE {
        for _ in 0..person.threads {
            let start = world.waking_moment();
            let turns = 1 + [0, 0, 0, 1, 1, 1, 2, 2, 3, 4][world.dice.usize(..10)];
            let first = world.chance(0.65);
            thread(world, person, start, turns, first);
        }
    }
}

/// A mail out of the blue from somebody of the cast, for the demo's later hours.
pub(super) fn arrival(world: &mut World, at: UnixTime) -> Mail {
    let person = world.pick(PEOPLE);
    let topic = topic_for(world, person);
    let exchange = Exchange { person, subject: subject(world, person, topic), topic };
    turn(world, &exchange, at, true, &[])
}

/// What a thread is about.
struct Exchange {
    person: &'static Person,
    subject: String,
    topic: &'static Topic,
}

/// One thread. Old ones are often put into the archive as a whole.
fn thread(world: &mut World, person: &'static Person, start: UnixTime, turns: usize, theirs_first: bool) {
    let topic = topic_for(world, person);
    let exchange = Exchange { person, subject: subject(world, person, topic), topic };
    let archived = world.now.days_since(start) > 40.0 && world.chance(0.65);
    let place = if archived { Place::Archive } else { Place::Inbox };
    let mut earlier: Vec<Mail> = Vec::new();
    let mut theirs = theirs_first;
    let mut at = start;
    let mut open_question = None;
    for _ in 0..turns {
        if at.0 >= world.now.0 {
            break;
        }
        let mail = turn(world, &exchange, at, theirs, &earlier);
        if theirs {
            let read = if turns > 1 { 1.0 } else { 0.93 };
            let flag = world.chance(0.015);
            let message = world.receive(place, &mail, read);
            if flag {
                message.flags.push("\\Flagged".into());
            }
            open_question = Some(world.pieces.len() - 1);
        } else {
            world.send(&mail);
            if let Some(answered) = open_question.take() {
                let flags = &mut world.pieces[answered].message.flags;
                flags.retain(|flag| flag != "\\Seen");
                flags.extend(["\\Seen".to_string(), "\\Answered".to_string()]);
            }
        }
        earlier.push(mail);
        theirs = !theirs;
        at = UnixTime(at.0 + world.dice.i64(900..2 * UnixTime::DAY));
    }
}

fn topic_for(world: &mut World, person: &Person) -> &'static Topic {
    let talk = person.tongue.talk();
    let at_work = person.circle == Circle::Work && !talk.work.is_empty();
    world.pick(if at_work { talk.work } else { talk.topics })
}

fn subject(world: &mut World, person: &Person, topic: &Topic) -> String {
    let values = slots(world, person);
    fill(topic.subject, &values.each_ref().map(|(slot, value)| (*slot, value.as_str())))
}

fn slots(world: &mut World, person: &Person) -> [(&'static str, String); 4] {
    [
        ("city", (*world.pick(CITIES)).into()),
        ("food", (*world.pick(FOODS)).into()),
        ("day", (*world.pick(person.tongue.days())).into()),
        ("n", world.dice.u32(3..40).to_string()),
    ]
}

/// The next mail of a thread, by one side or the other.
fn turn(world: &mut World, exchange: &Exchange, at: UnixTime, theirs: bool, earlier: &[Mail]) -> Mail {
    let Exchange { person, subject, topic } = exchange;
    let talk = person.tongue.talk();
    let owner = if person.circle == Circle::Work { Party::owner_at_work() } else { Party::owner() };
    let them = Party::new(person.name, person.address);
    let (from, to, called) = if theirs {
        (them, owner, OWNER_NAME.split(' ').next().unwrap_or(OWNER_NAME))
    } else {
        (owner, them, person.first_name())
    };
    let said = match earlier.len() {
        0 => topic.opening,
        1 => topic.answer,
        _ => world.pick(talk.replies),
    };
    let values = slots(world, person);
    let said = fill(said, &values.each_ref().map(|(slot, value)| (*slot, value.as_str())));
    let signature = if theirs { person.first_name() } else { "Robin" };
    let mut text =
        format!("{}\n\n{said}\n\n{}\n{signature}\n", fill(talk.greeting, &[("name", called)]), talk.farewell);
    let mut subject = subject.clone();
    if let Some(last) = earlier.last() {
        text += &quotation(last, talk.wrote);
        let mark = if theirs { talk.answer_mark } else { "Re: " };
        subject = format!("{mark}{subject}");
    }
    let domain = from.domain().to_string();
    let mut mail = Mail::new(Kind::Person, at, from, &subject, world.message_id(&domain), &text);
    mail.to = vec![to];
    mail.references = earlier.iter().map(|mail| mail.message_id.clone()).collect();
    (mail.zone, mail.coding) = if theirs { (person.zone, coding(person)) } else { (60, Coding::Base64) };
    if person.circle != Circle::Friends && world.chance(0.15) {
        mail.cc = vec![companion(person)];
    }
    if theirs { mail.with("User-Agent", program(person)) } else { mail }
}

/// `On …, … wrote:` and what they wrote, without what they quoted.
fn quotation(last: &Mail, wrote: &str) -> String {
    let Body::Text(text) = &last.body else { return String::new() };
    let mut quoted = format!("\n{}\n", fill(wrote, &[("date", &date(last.at, last.zone)), ("name", &last.from.name)]));
    for line in text.lines().take_while(|line| !line.ends_with(':') || line.len() < 20).filter(|line| !line.is_empty())
    {
        quoted += &format!("> {line}\n");
    }
    quoted
}

/// A third one in Cc: of the same circle, not the same one.
fn companion(person: &Person) -> Party {
    let peers: Vec<&Person> = PEOPLE.iter().filter(|peer| peer.circle == person.circle).collect();
    let place = peers.iter().position(|peer| peer.address == person.address).unwrap_or(0);
    let peer = peers[(place + 1) % peers.len()];
    Party::new(peer.name, peer.address)
}

/// Each person's program has its own way.
fn coding(person: &Person) -> Coding {
    [Coding::Base64, Coding::Quoted, Coding::Latin1][person.address.len() % 3]
}

fn program(person: &Person) -> &'static str {
    ["Mailbird Garden 4.2", "K-Nine for Phones 6.8", "Postlight 12.1 (X11)", "Quill Webmail 1.6"]
        [person.address.len() % 4]
}
