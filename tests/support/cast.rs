//! Invented people and machines whose mail leaves no doubt what it is.

use super::mail::{ME, Mail};

/// A friend: [`acquaintance`] is the history with her.
pub const ANNA: &str = "Anna Berg <anna@friends.example>";
/// Her bare address.
pub const ANNA_ADDRESS: &str = "anna@friends.example";
/// The address that [`newsletter`] comes from.
pub const KITCHEN: &str = "letter@news.kitchen.example";
/// The List-Id of [`newsletter`].
pub const KITCHEN_LIST: &str = "<letter.kitchen.example>";
/// The address that [`notification`] comes from.
pub const TRACKER: &str = "no-reply@tracker.example";
/// The address that [`promotion`] comes from.
pub const SHOP: &str = "offers@shop.example";

fn received(sender: &str, envelope: &str) -> Mail {
    let domain = envelope.rsplit('@').next().unwrap_or_default();
    let results = format!(
        "mx.home.example; dkim=pass header.d={domain}; spf=pass smtp.mailfrom={domain}; dmarc=pass header.from={domain}"
    );
    Mail::from(sender)
        .header("Return-Path", format!("<{envelope}>"))
        .header("Delivered-To", ME)
        .header("Authentication-Results", results)
        .header("MIME-Version", "1.0")
        .header("Content-Type", "text/plain; charset=utf-8")
}

/// A weekly letter that is meant to be read: `news`.
pub fn newsletter(number: u32) -> Mail {
    received(&format!("Kitchen Letter <{KITCHEN}>"), &format!("bounce-{number}@news.kitchen.example"))
        .header("List-Id", format!("Kitchen Letter {KITCHEN_LIST}"))
        .header("List-Unsubscribe", format!("<https://kitchen.example/u/{number}>, <mailto:leave@kitchen.example>"))
        .header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        .header("Precedence", "bulk")
        .subject(&format!("The weekly kitchen newsletter, issue {number}: what is in season"))
}

/// A post on a discussion list: `news`.
pub fn list_post(number: u32) -> Mail {
    received("Otto Klee <otto@tools.example>", "dev-bounces@lists.tools.example")
        .to("dev@lists.tools.example")
        .header("Sender", "dev-bounces@lists.tools.example")
        .header("List-Id", "Tools development <dev.lists.tools.example>")
        .header("List-Post", "<mailto:dev@lists.tools.example>")
        .header("List-Unsubscribe", "<mailto:dev-leave@lists.tools.example>")
        .header("Precedence", "list")
        .subject(&format!("[dev] Digest of the discussion, volume {number}"))
}

/// A machine's report: `bulk`.
pub fn notification(number: u32) -> Mail {
    received(&format!("Tracker <{TRACKER}>"), &format!("bounces+{number}=me@tracker.example"))
        .header("Auto-Submitted", "auto-generated")
        .header("Precedence", "bulk")
        .header("X-Auto-Response-Suppress", "All")
        .header("Feedback-ID", format!("{number}:build:tracker"))
        .subject(&format!("[tracker] Notification: build {number} failed"))
}

/// A receipt: `bulk`.
pub fn receipt(number: u32) -> Mail {
    received("Shop <noreply@orders.shop.example>", &format!("bounces+{number}=me@orders.shop.example"))
        .header("Auto-Submitted", "auto-generated")
        .header("X-Auto-Response-Suppress", "All")
        .subject(&format!("Your receipt for order {number}: it has shipped"))
}

/// An offer to thousands: `bulk`.
pub fn promotion(number: u32) -> Mail {
    received(&format!("Shop <{SHOP}>"), &format!("bounces+{number}=me@shop.example"))
        .header("List-Unsubscribe", format!("<https://shop.example/u/{number}>"))
        .header("Precedence", "bulk")
        .header("Feedback-ID", format!("{number}:offers:shop"))
        .subject(&format!("{number} % off everything: sale ends tonight, last chance to buy"))
}

/// A person that nothing is known of, writing by name: stays in INBOX.
pub fn stranger(number: u32) -> Mail {
    let address = format!("carl.{number}@strangers.example");
    received(&format!("Carl Noor <{address}>"), &address).subject("About your talk in Ghent")
}

/// A code to sign in with: stays in INBOX, machine-made as it is.
pub fn sign_in_code(number: u32) -> Mail {
    received("Bank <no-reply@bank.example>", "no-reply@bank.example")
        .header("Auto-Submitted", "auto-generated")
        .subject(&format!("{number} is your sign-in code"))
}

/// A letter by the friend: `top` after [`acquaintance`].
pub fn friend(number: u32) -> Mail {
    received(ANNA, ANNA_ADDRESS).subject(&format!("Dinner on day {number}?"))
}

/// The user's own letter to somebody.
pub fn own_letter(to: &str, days_ago: i64) -> Mail {
    Mail::from(&format!("Me <{ME}>")).to(to).subject("Dinner").days_old(days_ago).flag("\\Seen")
}

/// A warm correspondence with [`ANNA`]: what she wrote (for an archive) and what was answered (for the sent mail).
pub fn acquaintance() -> (Vec<Mail>, Vec<Mail>) {
    let letters: Vec<Mail> =
        (1..=8).map(|week| friend(week as u32).days_old(week * 7).flag("\\Seen").flag("\\Answered")).collect();
    let answers =
        letters.iter().zip(1..).map(|(letter, week)| own_letter(ANNA, week * 7 - 1).answers(letter)).collect();
    (letters, answers)
}

/// Some of everything, `each` of a kind: what is filed and what stays.
pub fn inbox(each: u32) -> Vec<Mail> {
    let kinds = [newsletter, list_post, notification, receipt, promotion, stranger, sign_in_code, friend];
    (1..=each).flat_map(|number| kinds.map(|kind| kind(number))).collect()
}

/// Machines' mail only, `each` of a kind: all of it is filed, into News and Bulk.
pub fn machine_mail(each: u32) -> Vec<Mail> {
    let kinds = [newsletter, list_post, notification, receipt, promotion];
    (1..=each).flat_map(|number| kinds.map(|kind| kind(number))).collect()
}
