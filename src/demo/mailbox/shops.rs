//! Shops: what they praise, what they charge, and where the parcel is.

use super::Kind;
use super::encode::Coding;
use super::mail::{Body, Mail, Party};
use super::world::{Place, World, fill};
use crate::logic::ids::UnixTime;

/// A shop, with its words for praise and for bills.
struct Shop {
    name: &'static str,
    domain: &'static str,
    /// Days between two promotions; 0 for none.
    every: f64,
    offers: &'static [&'static str],
    /// `{order}` is the order's number.
    receipt: &'static str,
}

const ENGLISH: &[&str] = &[
    "20% off everything until Sunday",
    "Last chance: free shipping ends tonight",
    "New in: the autumn collection",
    "We miss you – here is 10 EUR",
    "Flash sale ⚡ 48 hours only",
    "Your wishlist is on sale",
];
const GERMAN: &[&str] = &[
    "Nur heute: 15 % Rabatt auf alles",
    "Winterschlussverkauf – bis zu 50 % sparen",
    "Neu im Sortiment",
    "Ihr Gutschein wartet 🎁",
];
const FRENCH: &[&str] = &["Soldes : jusqu'à -50 %", "Livraison offerte ce week-end", "Nouveautés de la saison"];
const SPANISH: &[&str] = &["¡Rebajas! Hasta un 40 % de descuento", "Envío gratis solo hoy", "Novedades para ti"];
const ITALIAN: &[&str] = &["Saldi: fino al 50% di sconto", "Spedizione gratuita fino a domenica"];
const PORTUGUESE: &[&str] = &["Promoção: 30% de desconto", "Portes grátis até domingo"];
const DUTCH: &[&str] = &["Uitverkoop: tot 40% korting", "Alleen vandaag gratis verzending", "Nieuw binnen"];

const SHOPS: &[Shop] = &[
    Shop {
        name: "Paperwing",
        domain: "paperwing.example",
        every: 9.0,
        offers: ENGLISH,
        receipt: "Your order {order} at Paperwing",
    },
    Shop {
        name: "Nordlicht Outdoor",
        domain: "nordlicht-outdoor.example",
        every: 8.0,
        offers: GERMAN,
        receipt: "Ihre Bestellung {order}",
    },
    Shop {
        name: "Maison Verte",
        domain: "maisonverte.example",
        every: 14.0,
        offers: FRENCH,
        receipt: "Confirmation de commande {order}",
    },
    Shop {
        name: "Sol y Sombra",
        domain: "solysombra.example",
        every: 20.0,
        offers: SPANISH,
        receipt: "Confirmación de tu pedido {order}",
    },
    Shop {
        name: "Bottega Lume",
        domain: "bottegalume.example",
        every: 21.0,
        offers: ITALIAN,
        receipt: "Conferma d'ordine {order}",
    },
    Shop {
        name: "Casa do Mar",
        domain: "casadomar.example",
        every: 30.0,
        offers: PORTUGUESE,
        receipt: "A sua encomenda {order}",
    },
    Shop {
        name: "De Fietsenstal",
        domain: "fietsenstal.example",
        every: 16.0,
        offers: DUTCH,
        receipt: "Bevestiging van bestelling {order}",
    },
    Shop {
        name: "GadgetBarn",
        domain: "gadgetbarn.example",
        every: 6.0,
        offers: ENGLISH,
        receipt: "Receipt for order {order}",
    },
    Shop {
        name: "Teahouse Nine",
        domain: "teahouse9.example",
        every: 18.0,
        offers: ENGLISH,
        receipt: "Thank you for your order {order}",
    },
    Shop {
        name: "Apptown",
        domain: "apptown.example",
        every: 0.0,
        offers: ENGLISH,
        receipt: "Your receipt from Apptown, {order}",
    },
];

/// Carriers: name, domain, and what they say on the way.
const CARRIERS: &[(&str, &str, &[&str])] = &[
    (
        "SwiftParcel",
        "swiftparcel.example",
        &["Your parcel {order} is on its way", "Parcel {order} will arrive today", "Delivered: parcel {order}"],
    ),
    (
        "Paketblitz",
        "paketblitz.example",
        &[
            "Ihre Sendung {order} ist unterwegs",
            "Ihre Sendung {order} kommt heute",
            "Ihre Sendung {order} wurde zugestellt",
        ],
    ),
    ("Colis Vert", "colisvert.example", &["Votre colis {order} est en route", "Votre colis {order} a été livré"]),
];

/// A year of buying, and of being asked to.
pub(super) fn write(world: &mut World) {
    for shop in SHOPS.iter().filter(|shop| shop.every > 0.0) {
        for at in world.cadence(shop.every) {
            let mail = offer(world, shop, at);
            world.receive(Place::Inbox, &mail, 0.2);
        }
    }
    for _ in 0..44 {
        let (shop, at) = (world.pick(SHOPS), world.waking_moment());
        let mail = receipt(world, shop, at);
        let place = world.file_of_paper(at);
        world.receive(place, &mail, 0.85);
        if shop.every > 0.0 {
            parcel(world, at);
        }
    }
}

/// A shop's mail, for the demo's later hours.
pub(super) fn arrival(world: &mut World, at: UnixTime) -> Mail {
    let shop = world.pick(SHOPS);
    if shop.every > 0.0 && world.chance(0.6) { offer(world, shop, at) } else { receipt(world, shop, at) }
}

fn offer(world: &mut World, shop: &Shop, at: UnixTime) -> Mail {
    let subject = *world.pick(shop.offers);
    let (domain, reader) = (shop.domain, world.digits(9));
    let mut mail = Mail::new(
        Kind::Offer,
        at,
        Party::new(shop.name, &format!("offers@mail.{domain}")),
        subject,
        world.message_id(&format!("mail.{domain}")),
        "",
    );
    mail.body = Body::Page {
        text: format!("{subject}\n\nhttps://{domain}/sale\n\nUnsubscribe: https://{domain}/u/{reader}\n"),
        html: format!(
            "<html><body style=\"font-family:sans-serif\"><h1>{subject}</h1><p><a href=\"https://{domain}/sale\">{}</a></p>\
             <p><a href=\"https://{domain}/u/{reader}\">Unsubscribe</a></p></body></html>",
            shop.name
        ),
    };
    mail.envelope = format!("b-{reader}@bounce.{domain}");
    mail.coding = Coding::Quoted;
    mail.with("List-Unsubscribe", format!("<https://{domain}/u/{reader}>"))
        .with("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        .with("Feedback-ID", format!("{}:promo:{domain}", world.digits(4)))
        .with("X-Mailer", "CampaignPress 3")
}

fn receipt(world: &mut World, shop: &Shop, at: UnixTime) -> Mail {
    let (order, money, domain) = (world.digits(8), world.money(), shop.domain);
    let subject = fill(shop.receipt, &[("order", &order)]);
    let text = format!("{}\n\n{order}: {money}\n\nhttps://{domain}/orders/{order}\n", shop.name);
    let from = Party::new(shop.name, &format!("no-reply@{domain}"));
    let mut mail = Mail::new(Kind::Receipt, at, from, &subject, world.message_id(domain), &text);
    mail.envelope = format!("bounces@{domain}");
    mail.with("Auto-Submitted", "auto-generated")
}

/// The way of one parcel, as far as it has come.
fn parcel(world: &mut World, bought: UnixTime) {
    let (name, domain, stations) = *world.pick(CARRIERS);
    let order = format!("{}{}", &name[..2].to_uppercase(), world.digits(10));
    let mut at = bought;
    for station in stations {
        at = UnixTime(at.0 + world.dice.i64(6 * 3_600..30 * 3_600));
        if at.0 >= world.now.0 {
            return;
        }
        let subject = fill(station, &[("order", &order)]);
        let text = format!("{subject}\n\nhttps://{domain}/track/{order}\n");
        let from = Party::new(name, &format!("noreply@{domain}"));
        let mut mail = Mail::new(Kind::Parcel, at, from, &subject, world.message_id(domain), &text);
        mail.envelope = format!("tracking-{order}@bounce.{domain}");
        let mail = mail.with("Auto-Submitted", "auto-generated").with("X-Auto-Response-Suppress", "All");
        world.receive(Place::Inbox, &mail, 0.6);
    }
}
