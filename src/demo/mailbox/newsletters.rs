//! Newsletters and digests: many get them, and they are meant to be read.

use super::Kind;
use super::encode::Coding;
use super::mail::{Body, Mail, Party};
use super::world::{Place, World, fill};
use crate::logic::ids::UnixTime;

/// Something that comes out again and again.
pub(super) struct Periodical {
    name: &'static str,
    address: &'static str,
    /// `{n}` is the issue, `{topic}` one of the topics.
    subject: &'static str,
    topics: &'static [&'static str],
    /// Days between two issues.
    every: f64,
    /// How many of the issues are read.
    read: f64,
    /// Whether it names itself by List-Id.
    list: bool,
}

const fn periodical(
    name: &'static str,
    address: &'static str,
    subject: &'static str,
    topics: &'static [&'static str],
    every: f64,
    read: f64,
    list: bool,
) -> Periodical {
    Periodical { name, address, subject, topics, every, read, list }
}

const CRAFT: &[&str] =
    &["ownership without tears", "the borrow checker at ten", "small binaries", "a tour of the allocator"];
const WORLD: &[&str] = &["a quiet election", "rivers and borders", "the price of bread", "who owns the night train"];
const GARDEN: &[&str] = &["sowing beans", "pears on walls", "what slugs dislike", "compost, again"];
const GERMAN: &[&str] = &["Streit um die Brücke", "Ein Sommer ohne Regen", "Warum Züge warten", "Die neue Bibliothek"];
const FRENCH: &[&str] =
    &["La forêt qui parle", "Vivre sans voiture", "Un hiver à la ferme", "Le retour du train de nuit"];
const SPANISH: &[&str] = &["Madrid de noche", "El precio del agua", "Cocina de invierno", "Trenes que vuelven"];
const ITALIAN: &[&str] = &["Il mare d'inverno", "Città lente", "Pane e parole", "La biblioteca in salotto"];
const PORTUGUESE: &[&str] = &["O rio e a cidade", "Livros de verão", "A última mercearia"];
const DUTCH: &[&str] = &["De dijk die bleef", "Fietsen in de regen", "Het stille noorden"];
const RELEASES: &[&str] = &["terminal colours", "faster builds", "a better search", "fewer dependencies"];

/// All of them.
pub(super) const PERIODICALS: &[Periodical] = &[
    periodical("The Morning Ledger", "briefing@morningledger.example", "Your briefing: {topic}", WORLD, 3.0, 0.6, true),
    periodical("Oxide Weekly", "editor@oxideweekly.example", "Oxide Weekly #{n}: {topic}", CRAFT, 7.0, 0.9, true),
    periodical(
        "Terminal Notes",
        "hello@terminalnotes.example",
        "Terminal Notes {n}: {topic}",
        RELEASES,
        7.0,
        0.8,
        true,
    ),
    periodical("Die Woche in Kürze", "newsletter@wochenblick.example", "Die Woche: {topic}", GERMAN, 7.0, 0.7, true),
    periodical("La lettre du jeudi", "lettre@lejeudi.example", "La lettre n° {n} : {topic}", FRENCH, 7.0, 0.5, true),
    periodical("Maps & Margins", "marta@mapsandmargins.example", "{topic} (letter {n})", WORLD, 7.0, 0.85, true),
    periodical("Slow Kitchen", "post@slowkitchen.example", "This week's pot: {topic}", GARDEN, 7.0, 0.4, false),
    periodical("Boletín Sur", "boletin@boletinsur.example", "Boletín {n}: {topic}", SPANISH, 14.0, 0.5, true),
    periodical(
        "Lettera lenta",
        "redazione@letteralenta.example",
        "Lettera lenta {n} – {topic}",
        ITALIAN,
        14.0,
        0.6,
        true,
    ),
    periodical("Garden Almanac", "almanac@gardenalmanac.example", "Garden Almanac: {topic}", GARDEN, 14.0, 0.7, false),
    periodical(
        "Data Structures Digest",
        "digest@structuresdigest.example",
        "Digest {n}: {topic}",
        CRAFT,
        14.0,
        0.8,
        true,
    ),
    periodical("Radweg-Nachrichten", "redaktion@radweg.example", "Radweg-Nachrichten Nr. {n}", GERMAN, 14.0, 0.6, true),
    periodical("The Long Read Club", "club@longreadclub.example", "Long read: {topic}", WORLD, 14.0, 0.45, false),
    periodical("Papo de rio", "carta@papoderio.example", "Carta {n}: {topic}", PORTUGUESE, 30.0, 0.6, true),
    periodical("Het Noorderlicht", "redactie@noorderlicht.example", "Nieuwsbrief {n}: {topic}", DUTCH, 30.0, 0.5, true),
    periodical("Museum am Hafen", "programm@museumamhafen.example", "Programm: {topic}", GERMAN, 30.0, 0.5, false),
    periodical("Choir Federation", "news@choirfederation.example", "Federation news {n}", GARDEN, 30.0, 0.7, true),
    periodical(
        "Parents' Council",
        "council@hillside-school.example",
        "School news {n}: {topic}",
        GARDEN,
        30.0,
        0.8,
        false,
    ),
];

/// A year of all of them. Most begin on some day of it.
pub(super) fn write(world: &mut World) {
    for (place, periodical) in PERIODICALS.iter().enumerate() {
        for (back, at) in world.cadence(periodical.every).into_iter().enumerate() {
            let mail = issue(world, periodical, 400 - back - place, at);
            // Some of what was not wanted is in the trash by now.
            let place = if world.chance(0.03) { Place::Trash } else { Place::Inbox };
            world.receive(place, &mail, periodical.read);
        }
    }
}

/// An issue of any of them.
pub(super) fn arrival(world: &mut World, at: UnixTime) -> Mail {
    let periodical = world.pick(PERIODICALS);
    issue(world, periodical, 401, at)
}

fn issue(world: &mut World, periodical: &Periodical, number: usize, at: UnixTime) -> Mail {
    let topic = world.pick(periodical.topics);
    let subject = fill(periodical.subject, &[("n", &number.to_string()), ("topic", topic)]);
    let from = Party::new(periodical.name, periodical.address);
    let domain = from.domain().to_string();
    let (id, reader) = (world.message_id(&format!("mta.{domain}")), world.digits(7));
    let text = format!(
        "{}\n\n{topic}\n\nThe story of this issue takes about six minutes to read.\n\nRead it here: https://{domain}/issues/{number}\n\n\
         You get this because you signed up. Leave: https://{domain}/leave/{reader}\n",
        periodical.name
    );
    let html = format!(
        "<html><body><h1>{}</h1><h2>{topic}</h2><p>The story of this issue takes about six minutes to read.</p>\
         <p><a href=\"https://{domain}/issues/{number}\">Read it here</a></p>\
         <p><small>You get this because you signed up. <a href=\"https://{domain}/leave/{reader}\">Leave</a></small></p></body></html>",
        periodical.name
    );
    let mut mail = Mail::new(Kind::Newsletter, at, from, &subject, id, "");
    mail.body = Body::Page { text, html };
    mail.envelope = format!("bounce-{number}-{reader}@mta.{domain}");
    mail.coding = if number.is_multiple_of(2) { Coding::Quoted } else { Coding::Base64 };
    if periodical.list {
        mail = mail.with("List-Id", format!("{} <{}.{domain}>", ascii(periodical.name), "letter"));
    }
    mail.with("List-Unsubscribe", format!("<https://{domain}/leave/{reader}>, <mailto:leave-{reader}@{domain}>"))
        .with("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        .with("Feedback-ID", format!("{number}:letter:{domain}"))
        .with("Precedence", "bulk")
}

fn ascii(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == ' ').collect()
}
