//! `mailherd digest`

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde_json::{Value, json};

use super::args::Digest as Args;
use super::daemon;
use super::face::{Face, chosen, guarded};
use super::style::{Style, Tone};
use super::words::rfc3339;
use crate::config::{Account, Config};
use crate::daemon::digest;
use crate::daemon::engine::Link;
use crate::daemon::pass::PassRun;
use crate::logic::digest::{Digest, Line, lines};
use crate::logic::engine::{Act, Reply, Request};
use crate::logic::fault::Fault;
use crate::logic::ids::UnixTime;
use crate::logic::printable::Printable;

pub(super) async fn digest(face: &mut Face, args: &Args) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let since = args.since.as_deref().map(|text| moment(text, face.now, &TimeZone::system())).transpose()?;
    let link = if args.append { face.daemon(&config).await? } else { None };
    let mut faults = Vec::new();
    let mut digests = Vec::new();
    let mut run = PassRun::new("digest", None);
    for account in chosen(&config, args.account.as_deref())? {
        let digest = digest::compose(&config, account, since, face.now)?;
        let appended = match (args.append, &link) {
            (false, _) => Ok(false),
            (true, Some(link)) => by_daemon(link, account, since).await,
            (true, None) => by_itself(face, &config, account, since, &mut run).await,
        };
        digests.push((digest, *appended.as_ref().unwrap_or(&false)));
        faults.extend(appended.err());
    }
    if face.out().json() {
        face.out().object(&json!({ "accounts": digests.iter().map(object).collect::<Vec<_>>() }));
    } else {
        digests.iter().for_each(|(digest, appended)| print(face, digest, args.append, *appended));
    }
    Ok(faults)
}

async fn by_daemon(link: &Link, account: &Account, since: Option<UnixTime>) -> Result<bool, Fault> {
    match link.ask(Request::Do(Act::Digest { account: Some(account.name.clone()), since })).await? {
        Reply::Done(done) => Ok(done.moved > 0),
        _ => Err(daemon::misunderstood()),
    }
}

async fn by_itself(
    face: &Face,
    config: &Config,
    account: &Account,
    since: Option<UnixTime>,
    run: &mut PassRun,
) -> Result<bool, Fault> {
    let setting = face.setting(account, false);
    guarded(&account.name, digest::append_once(config, &setting, since, run)).await.map(|sent| sent.is_some())
}

/// The time that `text` means.
fn moment(text: &str, now: UnixTime, zone: &TimeZone) -> Result<UnixTime, Fault> {
    let ago = |unit: char, seconds: i64| {
        let count: i64 = text.strip_suffix(unit)?.parse().ok().filter(|count| *count >= 0)?;
        Some(UnixTime(now.0.saturating_sub(count.saturating_mul(seconds))))
    };
    let local = |time: civil::DateTime| Some(UnixTime(time.to_zoned(zone.clone()).ok()?.timestamp().as_second()));
    let exact = || text.parse::<Timestamp>().ok().map(|time| UnixTime(time.as_second()));
    let written = || text.parse::<civil::DateTime>().ok().and_then(local);
    ago('h', 3600).or_else(|| ago('d', UnixTime::DAY)).or_else(exact).or_else(written).ok_or_else(|| {
        let cause = format!("--since cannot be \"{}\"", Printable::new(text));
        Fault::usage(cause, "it is a day such as 2026-11-21, a time such as 2026-11-21T08:00, or so long ago: 12h, 7d")
    })
}

fn object((digest, appended): &(Digest, bool)) -> Value {
    let next: Vec<Value> = digest
        .falling
        .next
        .iter()
        .map(|row| json!({ "at": rfc3339(row.at), "from": row.sender, "subject": row.subject }))
        .collect();
    json!({
        "account": digest.account,
        "since": rfc3339(digest.since),
        "until": rfc3339(digest.until),
        "filed": digest.filed,
        "fell": digest.fell,
        "learned": digest.learned,
        "falling": { "total": digest.falling.total, "next": next },
        "waiting": digest.waiting,
        "appended": appended,
    })
}

fn print(face: &mut Face, digest: &Digest, append: bool, appended: bool) {
    let style = Style::stdout();
    for line in lines(digest, &TimeZone::system()) {
        let text = match line {
            Line::Title(title) => style.paint(Tone::Bold, title).to_string(),
            Line::Heading(heading) => format!("\n{}", style.paint(Tone::Bold, heading)),
            Line::Item { text, new: true } => format!("  {text} {}", style.paint(Tone::Warn, "new")),
            Line::Item { text, new: false } => format!("  {text}"),
            Line::Detail(detail) => format!("    {}", style.paint(Tone::Dim, detail)),
            Line::Note(_) => continue,
        };
        face.out().line(text);
    }
    let account = Printable::new(&digest.account);
    match (append, appended) {
        (true, true) => face.out().note(format!("{account}: it is in INBOX")),
        (true, false) => face.out().note(format!("{account}: nothing was put into INBOX")),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_day_a_time_or_so_long_ago() {
        let (now, zone) = (UnixTime(1_795_269_780), TimeZone::fixed(jiff::tz::offset(1)));
        for (text, seconds) in [
            ("12h", now.0 - 43_200),
            ("7d", now.0 - 7 * UnixTime::DAY),
            ("0h", now.0),
            ("2026-11-21T14:03:00Z", now.0),
            ("2026-11-21T15:03", now.0),
            ("2026-11-21", now.0 - 15 * 3600 - 180),
        ] {
            assert_eq!(moment(text, now, &zone).unwrap().0, seconds, "{text}");
        }
        for text in ["", "h", "-3d", "tomorrow", "2026-13-01", "٣d"] {
            assert!(moment(text, now, &zone).is_err(), "{text}");
        }
        assert!(moment("9223372036854775807d", now, &zone).is_ok());
    }
}
