//! Banks, insurers, landlords and other offices that write once a month.

use super::Kind;
use super::encode::Coding;
use super::mail::{Mail, Party};
use super::world::{World, fill};

/// An office: name, address, subject (`{month}`), days between two mails.
struct Office {
    name: &'static str,
    address: &'static str,
    subject: &'static str,
    every: f64,
    kind: Kind,
}

const fn office(name: &'static str, address: &'static str, subject: &'static str, every: f64, kind: Kind) -> Office {
    Office { name, address, subject, every, kind }
}

const OFFICES: &[Office] = &[
    office("Harbour Bank", "statements@harbourbank.example", "Your statement {month} is ready", 30.4, Kind::Statement),
    office(
        "Sparbank Süd",
        "postfach@sparbank-sued.example",
        "Neuer Kontoauszug in Ihrem Postfach ({month})",
        30.4,
        Kind::Statement,
    ),
    office("Crédit du Lac", "releves@creditdulac.example", "Votre relevé de compte {month}", 61.0, Kind::Statement),
    office("Stadtwerke", "rechnung@stadtwerke.example", "Ihre Abrechnung {month}", 30.4, Kind::Statement),
    office("Kite Mobile", "billing@kitemobile.example", "Your bill {month}", 30.4, Kind::Statement),
    office(
        "Aurora Insurance",
        "documents@aurora-insurance.example",
        "A document has been added to your account",
        61.0,
        Kind::Statement,
    ),
    office("CloudShelf", "billing@cloudshelf.example", "Invoice {month} from CloudShelf", 30.4, Kind::Receipt),
    office("RailPass", "tickets@railpass.example", "Your booking confirmation {month}", 24.0, Kind::Receipt),
    office("Energía Clara", "facturas@energiaclara.example", "Tu factura {month}", 61.0, Kind::Statement),
];

/// A year of paper that is not paper.
pub(super) fn write(world: &mut World) {
    for office in OFFICES {
        for at in world.cadence(office.every) {
            let month =
                jiff::Timestamp::from_second(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH).strftime("%m/%Y").to_string();
            let subject = fill(office.subject, &[("month", &month)]);
            let from = Party::new(office.name, office.address);
            let domain = from.domain().to_string();
            let text = format!("{subject}\n\nhttps://{domain}/documents\n\nPlease do not answer this message.\n");
            let mut mail = Mail::new(office.kind, at, from, &subject, world.message_id(&domain), &text);
            mail.envelope = format!("bounce@{domain}");
            mail.coding = Coding::Latin1;
            let mail = mail.with("Auto-Submitted", "auto-generated").with("Precedence", "bulk");
            let place = world.file_of_paper(at);
            world.receive(place, &mail, 0.75);
        }
    }
}
