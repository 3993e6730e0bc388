//! Sign-in codes and security alerts: what must be seen now, though a machine wrote it.

use super::Kind;
use super::mail::{Mail, Party};
use super::world::{Place, World, fill};
use crate::logic::ids::UnixTime;

/// Name, address, subject (`{code}`).
type Service = (&'static str, &'static str, &'static str);

const CODES: &[Service] = &[
    ("Forgeworks", "noreply@forgeworks.example", "Your sign-in code is {code}"),
    ("Harbour Bank", "security@harbourbank.example", "{code} is your one-time passcode"),
    ("Kite Mobile", "no-reply@kitemobile.example", "Your verification code: {code}"),
    ("Sparbank Süd", "sicherheit@sparbank-sued.example", "Ihr Bestätigungscode: {code}"),
    ("Crédit du Lac", "securite@creditdulac.example", "Votre code de vérification : {code}"),
    ("Energía Clara", "seguridad@energiaclara.example", "Tu código de verificación: {code}"),
    ("Trailmates", "login@trailmates.example", "Confirm your e-mail address"),
];

const ALERTS: &[Service] = &[
    ("Forgeworks", "security@forgeworks.example", "New sign-in to your account from Graz"),
    ("CloudShelf", "security@cloudshelf.example", "Security alert: your password was changed"),
    ("Harbour Bank", "security@harbourbank.example", "Unusual activity on your card ending in {code}"),
    ("Paperwing", "account@paperwing.example", "Reset your password"),
    ("Sparbank Süd", "sicherheit@sparbank-sued.example", "Sicherheitshinweis: Neue Anmeldung in Ihrem Konto"),
    ("Apptown", "id@apptown.example", "New device added to your account"),
];

/// A year of them.
pub(super) fn write(world: &mut World) {
    for (services, kind, mails) in [(CODES, Kind::Code, 44), (ALERTS, Kind::Alert, 24)] {
        for _ in 0..mails {
            let at = world.waking_moment();
            let mail = written(world, services, kind, at);
            world.receive(Place::Inbox, &mail, 0.95);
        }
    }
}

/// A code or an alert.
pub(super) fn arrival(world: &mut World, at: UnixTime) -> Mail {
    if world.chance(0.7) { written(world, CODES, Kind::Code, at) } else { written(world, ALERTS, Kind::Alert, at) }
}

fn written(world: &mut World, services: &[Service], kind: Kind, at: UnixTime) -> Mail {
    let (name, address, subject) = *world.pick(services);
    let code = if kind == Kind::Code { world.digits(6) } else { world.digits(4) };
    let subject = fill(subject, &[("code", &code)]);
    let from = Party::new(name, address);
    let domain = from.domain().to_string();
    let text = format!("{subject}\n\nIf this was not you, go to https://{domain}/security.\n");
    let mut mail = Mail::new(kind, at, from, &subject, world.message_id(&domain), &text);
    mail.envelope = format!("bounce@{domain}");
    mail.with("Auto-Submitted", "auto-generated")
}
