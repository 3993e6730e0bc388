//! Why a message is where it is: its header is read, judged with what is known now, and its history told.

use crate::daemon::desk::Desk;
use crate::daemon::judging::{judged, orders, read_again, situation};
use crate::daemon::learner::{Fresh, Learner};
use crate::daemon::opening::Ready;
use crate::daemon::queries::journal_row;
use crate::daemon::setting::Setting;
use crate::daemon::{opened, unsubscribe};
use crate::imap::Session;
use crate::imap::folders::SpecialUse;
use crate::logic::engine::{MessageKey, ReasonRow, SenderDetail, SenderRow, WhyReply};
use crate::logic::facts::Facts;
use crate::logic::fault::Fault;
use crate::logic::figures::plural;
use crate::logic::ids::{Address, Category, UnixTime};
use crate::logic::journal::{Kind, Row, State};
use crate::logic::orders::{Orders, Who};

/// Everything about one message.
///
/// # Errors
/// Refused when it is no longer there.
pub(super) async fn why(
    setting: &Setting<'_>,
    session: &mut Session,
    desk: &mut Desk,
    ready: &Ready,
    key: &MessageKey,
) -> Result<WhyReply, Fault> {
    let fresh = read(session, key).await?;
    let learner = desk.learner().await?;
    let orders = orders(learner)?;
    let unsubscribe = match fresh.facts.unsubscribe.present {
        true => {
            let authserv = learner.recall()?.trusted_authserv(setting.account.authserv_id.as_deref());
            Some(unsubscribe::look(session, key, authserv).await?.words())
        }
        false => None,
    };
    let headers = headers(&fresh.facts);
    let message_id = fresh.facts.message_id.as_ref().map(|id| id.as_str().to_owned());
    let order = order_in_words(&orders, &fresh.facts);
    let rows = rows_of(learner, &fresh)?;
    let falls = falls(setting, learner, ready, key, (&rows, &fresh, &orders))?;
    let situation = situation(setting, learner, &orders, std::slice::from_ref(&fresh))?;
    let verdict = judged(fresh, &situation);
    let sender = match &verdict.from {
        Some(from) => sender(learner, from, &orders, &setting.account.name)?,
        None => None,
    };
    Ok(WhyReply {
        key: key.clone(),
        message_id,
        headers,
        category: verdict.verdict.category,
        importance: verdict.verdict.importance,
        reasons: verdict
            .verdict
            .reasons
            .iter()
            .map(|one| ReasonRow { signal: one.signal.to_owned(), weight: one.weight, text: one.text.clone() })
            .collect(),
        sender,
        order,
        history: rows.into_iter().map(journal_row).collect(),
        falls,
        unsubscribe,
    })
}

async fn read(session: &mut Session, key: &MessageKey) -> Result<Fresh, Fault> {
    opened::place(session, key).await?;
    read_again(session, &key.folder, &[key.uid]).await?.pop().ok_or_else(opened::gone)
}

fn headers(facts: &Facts) -> Vec<(String, String)> {
    let list = |addresses: &[Address]| addresses.iter().map(Address::as_str).collect::<Vec<_>>().join(", ");
    let from = facts.from.as_ref().map(|from| match &*facts.from_name {
        "" => from.as_str().to_owned(),
        name => format!("{name} <{from}>"),
    });
    let fields = [
        ("From", from.unwrap_or_else(|| facts.from_name.to_string())),
        ("To", list(&facts.to)),
        ("Cc", list(&facts.cc)),
        ("Date", facts.date.map(date).unwrap_or_default()),
        ("Subject", facts.subject.to_string()),
        ("List-Id", facts.list_id.as_ref().map(|list| list.as_str().to_owned()).unwrap_or_default()),
    ];
    fields.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text)).collect()
}

fn date(at: UnixTime) -> String {
    jiff::Timestamp::from_second(at.0)
        .map(|at| at.strftime("%a, %d %b %Y %H:%M:%S UTC").to_string())
        .unwrap_or_default()
}

/// The order that decides this message, in the order of the rules: banishing ones first.
fn order_in_words(orders: &Orders, facts: &Facts) -> Option<String> {
    let order = orders.blackhole_for(facts).or_else(|| orders.other_for(facts).map(|ruling| ruling.order))?;
    Some(format!("mail of {} is {}", order.who, order.category))
}

fn rows_of(learner: &Learner, fresh: &Fresh) -> Result<Vec<Row>, Fault> {
    let rows = match &fresh.facts.message_id {
        Some(id) => learner.store.rows_of_message(learner.account, id)?,
        None => learner.store.rows_of_instance(learner.account, fresh.instance)?,
    };
    Ok(rows)
}

/// When the message falls into Trash: only what a row of ours or the user's own hand brought here, whose sender is banished, that is not
/// flagged, and where there is a Trash.
fn falls(
    setting: &Setting<'_>,
    learner: &Learner,
    ready: &Ready,
    key: &MessageKey,
    (rows, fresh, orders): (&[Row], &Fresh, &Orders),
) -> Result<Option<UnixTime>, Fault> {
    let trash = ready.folders.special(SpecialUse::Trash).is_some_and(|trash| trash.selectable);
    let banished = orders.blackhole_for(&fresh.facts).is_some();
    if key.folder != ready.managed.blackhole || !trash || !banished || fresh.flags.flagged {
        return Ok(None);
    }
    let ours = rows.iter().rev().find(|row| {
        row.state == State::Done
            && row.intent.kind == Kind::Move
            && row.intent.category == Category::Blackhole
            && row.intent.to == key.folder
            && row.to_uid == Some(key.uid)
    });
    let came = match ours {
        Some(row) => Some(row.at),
        None => {
            let dragged = learner.store.dragged_until(learner.account, &key.folder, UnixTime(i64::MAX))?;
            dragged.into_iter().find(|one| one.uid == key.uid).map(|one| one.at)
        }
    };
    let days = i64::from(setting.account.blackhole_days) * UnixTime::DAY;
    Ok(came.map(|came| UnixTime(came.0.saturating_add(days))))
}

fn sender(learner: &Learner, from: &Address, orders: &Orders, account: &str) -> Result<Option<SenderDetail>, Fault> {
    let Some(found) = learner.store.sender(learner.account, from)? else { return Ok(None) };
    let relation = &found.relation;
    let order = orders.of(&Who::Address(from.clone())).map(|order| order.category.word().to_owned());
    let mut words = vec![format!(
        "{} received, {} of them read",
        plural(u64::from(relation.received), "mail", "mails"),
        relation.read
    )];
    if relation.replied > 0 {
        words.push(format!("you answered {}", plural(u64::from(relation.replied), "mail", "mails")));
    }
    if relation.sent_to > 0 {
        words.push(format!("you sent {} there", plural(u64::from(relation.sent_to), "mail", "mails")));
    }
    let row = SenderRow {
        account: account.to_owned(),
        address: from.as_str().to_owned(),
        received: relation.received,
        read: relation.read,
        replied: relation.replied,
        sent_to: relation.sent_to,
        first_seen: relation.first_seen,
        last_seen: relation.last_seen,
        category: found.category,
        order,
        weeks: Vec::new(),
    };
    Ok(Some(SenderDetail { row, words }))
}
