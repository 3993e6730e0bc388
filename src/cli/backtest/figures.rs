//! The figures of a backtest as JSON.

use serde_json::{Map, Value, json};

use crate::backtest::{Figures, Mistake, Rates, Tally};
use crate::cli::words::rfc3339;
use crate::logic::ids::{Category, MessageId};

/// One object. Shares are between 0 and 1, and null where there is nothing to have a share of.
pub(super) fn object(figures: &Figures, tally: Tally) -> Value {
    let day = |messages: u64| rounded(Some(messages as f64 / figures.days()));
    let whole = figures.rates();
    let mut object = rates(&whole);
    let more = json!({
        "sent": figures.own,
        "first": figures.period.map(|(first, _)| rfc3339(first)),
        "last": figures.period.map(|(_, last)| rfc3339(last)),
        "days": rounded(Some(figures.days())),
        "answered_by": if figures.by_subject { "subject" } else { "in-reply-to" },
        "inbox_per_day": { "before": day(whole.received), "after": day(whole.inbox()), "top": day(whole.top) },
        "categories": categories(figures),
        "settled": rates(&figures.settled),
        "caution": figures.caution,
        "cautions": figures.cautions.iter().map(|one| {
            let mut rates = rates(&one.rates);
            rates.insert("caution".into(), json!(one.caution));
            rates
        }).collect::<Vec<_>>(),
        "mistakes": figures.mistakes.iter().map(mistake).collect::<Vec<_>>(),
        "oddities": figures.oddities.iter().map(|(oddity, count)| {
            json!({ "text": oddity.to_string(), "count": count })
        }).collect::<Vec<_>>(),
        "skipped": tally.skipped,
        "unreadable": tally.unreadable,
        "left_out": tally.left_out,
        "copies": tally.copies,
    });
    if let Value::Object(more) = more {
        object.extend(more);
    }
    Value::Object(object)
}

fn rates(rates: &Rates) -> Map<String, Value> {
    let object = json!({
        "received": rates.received,
        "answered": rates.answered,
        "filed_away": rates.filed_away,
        "inbox": rates.inbox(),
        "top": rates.top,
        "answered_filed_away": rates.answered_filed_away,
        "relief": rounded(rates.relief()),
        "harm": rounded(rates.harm()),
        "top_hit": rounded(rates.top_hit()),
        "top_precision": rounded(rates.top_precision()),
        "auc": rounded(rates.auc),
    });
    match object {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn categories(figures: &Figures) -> Map<String, Value> {
    let rows = Category::ALL.iter().zip(&figures.confusion);
    let object = |[answered, read, unread]: &[u64; 3]| json!({ "answered": answered, "read": read, "unread": unread });
    rows.map(|(category, counts)| (category.word().to_owned(), object(counts))).collect()
}

fn mistake(mistake: &Mistake) -> Value {
    let reasons = mistake.reasons.iter();
    json!({
        "at": rfc3339(mistake.arrival),
        "message_id": mistake.message_id.as_ref().map(MessageId::as_str),
        "from": mistake.from.as_ref().map(|from| from.as_str()),
        "subject": &*mistake.subject,
        "category": mistake.category,
        "importance": mistake.importance,
        "reasons": reasons
            .map(|reason| json!({ "signal": reason.signal, "weight": reason.weight, "text": reason.text }))
            .collect::<Vec<_>>(),
    })
}

fn rounded(share: Option<f64>) -> Option<f64> {
    share.map(|share| (share * 1e4).round() / 1e4)
}
