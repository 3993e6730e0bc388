//! The total order of rules that turns orders, thread and score into a category.

use std::borrow::Cow;

use super::{Reason, Score, Situation};
use crate::logic::ids::{Category, Flags};
use crate::logic::ledger::Relation;
use crate::logic::orders::{Order, Who};
use crate::logic::signals::{Place, Scene, Trust, same_person};
use crate::logic::words::{Kind, Role};

const NO_LONGER_PASSES: &str = "mail of this sender used to pass DMARC, and this one does not";

/// What the rules came to.
pub(super) struct Decision {
    pub(super) category: Category,
    pub(super) untouchable: bool,
    pub(super) order: Option<i64>,
    rule: &'static str,
    text: Cow<'static, str>,
    /// Why it is not `top`, as it would else be.
    lowered: Option<&'static str>,
}

impl Decision {
    fn new(category: Category, rule: &'static str, text: impl Into<Cow<'static, str>>) -> Decision {
        Decision { category, untouchable: false, order: None, rule, text: text.into(), lowered: None }
    }

    /// In words.
    pub(super) fn reasons(self) -> Vec<Reason> {
        let reason = |signal, text| Reason { signal, weight: 0.0, text };
        let lowered = self.lowered.map(|why| reason("not-top", format!("kept out of Top: {why}")));
        [reason(self.rule, self.text.into_owned())].into_iter().chain(lowered).collect()
    }

    fn ordered(order: &Order) -> Decision {
        let kind = match order.who {
            Who::Address(_) => "this address",
            Who::Domain(_) => "this domain",
            Who::List(_) => "this list",
        };
        let text = format!("your order: {kind} is always {}", order.category);
        Decision { order: Some(order.id), ..Decision::new(order.category, "order", text) }
    }
}

/// First match decides.
pub(super) fn decide(scene: &Scene<'_>, flags: Flags, situation: &Situation<'_>, score: &Score) -> Decision {
    let (orders, facts) = (situation.orders, scene.facts);
    if let Some(why) = untouchable(scene, flags, situation) {
        return Decision { untouchable: true, ..Decision::new(Category::Inbox, "untouchable", why) };
    }
    if let Some(order) = orders.blackhole_for(facts) {
        return Decision::ordered(order);
    }
    if let Some(ruling) = orders.other_for(facts) {
        let decision = Decision::ordered(ruling.order);
        let refused = if ruling.may_raise { refusal(scene) } else { Some("a list passed it on") };
        return lowered(decision, refused);
    }
    if scene.own_thread {
        let decision = Decision::new(Category::Top, "thread", "it answers something that you wrote");
        return lowered(decision, refusal(scene));
    }
    if let Some(why) = time_critical(scene) {
        return Decision::new(Category::Inbox, "time-critical", why);
    }
    if scene.claimed.is_some_and(Relation::is_written_to) {
        return Decision::new(Category::Inbox, "distrust", NO_LONGER_PASSES);
    }
    by_score(scene, situation, score)
}

fn untouchable(scene: &Scene<'_>, flags: Flags, situation: &Situation<'_>) -> Option<&'static str> {
    let own = |from| situation.own.iter().any(|own| same_person(own, from));
    if flags.deleted {
        Some("you marked it as deleted")
    } else if flags.draft {
        Some("it is a draft")
    } else if flags.flagged {
        Some("you flagged it")
    } else if scene.facts.from.as_ref().is_some_and(own) {
        Some("it carries your own address as its sender")
    } else {
        None
    }
}

/// Turns `top` into `inbox` where it is refused, and says why.
fn lowered(mut decision: Decision, refused: Option<&'static str>) -> Decision {
    if let (Category::Top, Some(why)) = (decision.category, refused) {
        decision.category = Category::Inbox;
        decision.lowered = Some(why);
    }
    decision
}

/// Why a message may not be `top`, by whichever rule.
fn refusal(scene: &Scene<'_>) -> Option<&'static str> {
    if scene.trust == Trust::Lost {
        Some(NO_LONGER_PASSES)
    } else if scene.facts.author().is_none() {
        Some("it is not clear whom it is from")
    } else if scene.facts.is_automatic() {
        Some("a machine sent it")
    } else if scene.facts.is_list_copy() && scene.place == Place::Nowhere {
        Some("a list sent it, and it is not addressed to you")
    } else {
        None
    }
}

/// Mail that is worthless an hour later. Only machines send it, so only their mail is searched for its words; a mail that
/// offers or discusses something is none.
fn time_critical(scene: &Scene<'_>) -> Option<&'static str> {
    if scene.facts.invitation {
        return Some("an invitation waits for an answer");
    }
    let subject = &scene.subject;
    let talk = subject.reply || scene.facts.list_post || subject.says(Kind::Offer) || subject.says(Kind::Editorial);
    let machine = scene.is_impersonal() || scene.facts.role != Role::Person;
    if talk || !machine {
        None
    } else if subject.says(Kind::Code) {
        Some("a code or a link to sign in")
    } else if subject.says(Kind::Security) {
        Some("a security alert")
    } else if subject.invitation {
        Some("an invitation waits for an answer")
    } else {
        None
    }
}

fn by_score(scene: &Scene<'_>, situation: &Situation<'_>, score: &Score) -> Decision {
    let caution = situation.caution;
    if score.importance > caution.top_above() && talks_with_user(scene) {
        let decision = Decision::new(Category::Top, "talk", "you and they write to each other");
        return lowered(decision, refusal(scene));
    }
    if caution.files_offices() && is_office_mailing(scene) {
        let news = scene.subject.says(Kind::Editorial);
        let category = if news { Category::News } else { Category::Bulk };
        return Decision::new(category, "office", "an office that you never wrote to, with a mailing's subject");
    }
    if !scene.is_impersonal() {
        return Decision::new(
            Category::Inbox,
            "personal",
            "no sign of a machine or a list: a person may have written it",
        );
    }
    if !caution.trusts_names() && scene.signs.hard().is_empty() {
        return Decision::new(
            Category::Inbox,
            "unsure",
            "only names speak for a machine, and you asked for high caution",
        );
    }
    if score.importance >= caution.away_below() {
        return Decision::new(Category::Inbox, "unsure", "not sure enough to take it out of the inbox");
    }
    let (category, rule, text) = match score.kind() {
        (true, why) => (Category::News, "news", with("sent to many, to be read", why)),
        (false, why) => (Category::Bulk, "bulk", with("machine-made or sent to many", why)),
    };
    Decision::new(category, rule, text)
}

fn is_office_mailing(scene: &Scene<'_>) -> bool {
    let mailing = [Kind::Editorial, Kind::Offer, Kind::Receipt, Kind::Notice];
    let written = |relation: Option<&Relation>| relation.is_some_and(Relation::is_written_to);
    let answer = scene.subject.reply || !scene.facts.in_reply_to.is_empty();
    scene.facts.role == Role::Office
        && !answer
        && !written(scene.sender)
        && !written(scene.domain)
        && mailing.into_iter().any(|kind| scene.subject.says(kind))
}

fn with(text: &'static str, why: Option<&str>) -> Cow<'static, str> {
    why.map_or(Cow::Borrowed(text), |why| format!("{text}: {why}").into())
}

/// Whether mail goes both ways, and did recently: at least one act of the user towards them, of weight one half today.
/// A machine, an office, or a list copy is no such somebody.
fn talks_with_user(scene: &Scene<'_>) -> bool {
    let Some(sender) = scene.sender else { return false };
    let mutual = sender.replied > 0 || (sender.sent_to > 0 && sender.received > 0);
    let recent = sender.warmth.now(scene.at) >= 0.5;
    mutual && recent && !scene.is_impersonal() && scene.facts.role == Role::Person
}
