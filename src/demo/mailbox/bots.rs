//! Bug trackers, builds, monitors and social sites: machines that tell what happened.

use super::Kind;
use super::mail::{Mail, Party};
use super::world::{Place, World, fill};
use crate::logic::ids::UnixTime;

/// A machine that writes.
struct Bot {
    /// What it calls itself: `{who}` is the user who made it write.
    name: &'static str,
    address: &'static str,
    subjects: &'static [&'static str],
    /// Mails in a year.
    mails: u32,
    /// Further lines that name the machine.
    headers: &'static [(&'static str, &'static str)],
}

const WHO: &[&str] = &["ragnhild", "amara-ok", "stweiss", "theo-p", "hlindqvist", "renovate-bot"];

const BOTS: &[Bot] = &[
    Bot {
        name: "{who} (Forgeworks)",
        address: "notifications@forgeworks.example",
        subjects: &[
            "Re: [work/tide-tables] Tests are flaky on Mondays (#{n})",
            "[work/tide-tables] Bump parser to {n}.2 (#{n}4)",
            "Re: [geotools/core] Reader panics on empty tile (#{n})",
        ],
        mails: 90,
        headers: &[
            ("List-Id", "work/tide-tables <tide-tables.work.forgeworks.example>"),
            ("List-Unsubscribe", "<https://forgeworks.example/leave>"),
            ("Precedence", "list"),
            ("X-Forgeworks-Reason", "subscribed"),
        ],
    },
    Bot {
        name: "Build Robot",
        address: "ci@builds.work.example",
        subjects: &[
            "Build {n} failed: tide-tables/main",
            "Build {n} fixed: tide-tables/main",
            "Nightly {n}: 3 warnings",
        ],
        mails: 46,
        headers: &[("Auto-Submitted", "auto-generated"), ("X-Build-Number", "1")],
    },
    Bot {
        name: "Bug Desk",
        address: "bugs@tracker.example",
        subjects: &["[Bug {n}] Export forgets the time zone", "[Bug {n}] CLOSED: Icons are blurred"],
        mails: 28,
        headers: &[("Auto-Submitted", "auto-generated"), ("X-Bug-Component", "export")],
    },
    Bot {
        name: "Watchtower",
        address: "alerts@watchtower.example",
        subjects: &["[RESOLVED] disk usage on attic is above {n}%", "[FIRING] disk usage on attic is above {n}%"],
        mails: 24,
        headers: &[("Auto-Submitted", "auto-generated"), ("Precedence", "bulk")],
    },
    Bot {
        name: "Trailmates",
        address: "notify@trailmates.example",
        subjects: &["You have {n} new followers", "Your week on the trail: {n} km", "Someone liked your route"],
        mails: 40,
        headers: &[("List-Unsubscribe", "<https://trailmates.example/quiet>"), ("Feedback-ID", "social:trailmates")],
    },
    Bot {
        name: "Stadtbücherei",
        address: "ausleihe@stadtbuecherei.example",
        subjects: &["Erinnerung: {n} Medien sind bald fällig", "Ihre Vormerkung liegt bereit"],
        mails: 16,
        headers: &[("Auto-Submitted", "auto-generated")],
    },
];

/// A year of them.
pub(super) fn write(world: &mut World) {
    for bot in BOTS {
        for _ in 0..bot.mails {
            let at = world.moment();
            let mail = notice(world, bot, at);
            world.receive(Place::Inbox, &mail, 0.45);
        }
    }
}

/// One of any of them.
pub(super) fn arrival(world: &mut World, at: UnixTime) -> Mail {
    let bot = world.pick(BOTS);
    notice(world, bot, at)
}

fn notice(world: &mut World, bot: &Bot, at: UnixTime) -> Mail {
    let (who, number) = (*world.pick(WHO), world.dice.u32(11..99).to_string());
    let subject = *world.pick(bot.subjects);
    let subject = fill(subject, &[("n", &number)]);
    let from = Party::new(&fill(bot.name, &[("who", who)]), bot.address);
    let domain = from.domain().to_string();
    let text = format!("{subject}\n\nhttps://{domain}/{number}\n\nYou receive this because you follow it.\n");
    let mut mail = Mail::new(Kind::Bot, at, from, &subject, world.message_id(&domain), &text);
    mail.envelope = format!("noreply@{domain}");
    for (name, value) in bot.headers {
        mail = mail.with(name, *value);
    }
    mail
}
