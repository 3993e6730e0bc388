//! `mailherd status`

use serde_json::{Value, json};

use super::args::OneAccount;
use super::daemon;
use super::face::Face;
use super::style::Tone;
use super::words::{human_time, plural, rfc3339};
use crate::daemon::engine::Link;
use crate::logic::engine::{About, AccountState, Falling, Health, Held, Reply, Request, WaitingRow};
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, UnixTime};
use crate::logic::printable::Printable;

/// Messages that fall next, of each account.
const NEXT: u32 = 3;

/// A server that owes an answer for longer than this is waited for, and that is said. Seconds.
const SILENT: i64 = 5;

/// What there is to say about one account.
struct Shown {
    health: Health,
    well: bool,
    waiting: Vec<WaitingRow>,
    falling: Option<Falling>,
}

pub(super) async fn status(face: &mut Face, args: &OneAccount) -> Result<Vec<Fault>, Fault> {
    let link = face.running_daemon().await?;
    let (about, shown) = ask(&link, args.account.as_deref(), face.now).await?;
    if face.out().json() {
        shown.iter().for_each(|one| face.out().object(&object(one, &about)));
    } else {
        print(face, &about, &shown);
    }
    let unwell: Vec<String> =
        shown.iter().filter(|one| !one.well).map(|one| Printable::new(&one.health.account).to_string()).collect();
    if unwell.is_empty() {
        return Ok(Vec::new());
    }
    let verb = if unwell.len() == 1 { "needs" } else { "need" };
    let hint = match shown.iter().find_map(|one| one.health.fault.as_ref().filter(|_| !one.well)) {
        Some(fault) if !fault.hint.is_empty() => fault.hint.clone(),
        _ => "`mailherd doctor` looks at config, connection and folders".to_owned(),
    };
    Ok(vec![Fault::refused(format!("{} {verb} you", unwell.join(", ")), hint)])
}

async fn ask(link: &Link, account: Option<&str>, now: UnixTime) -> Result<(About, Vec<Shown>), Fault> {
    let Reply::About(about) = link.ask(Request::About).await? else { return Err(daemon::misunderstood()) };
    let Reply::Health(healths) = link.ask(Request::Probe).await? else { return Err(daemon::misunderstood()) };
    let Reply::Waiting(waiting) = link.ask(Request::Waiting).await? else { return Err(daemon::misunderstood()) };
    let falling = Request::Falling { account: account.map(str::to_owned), limit: NEXT };
    let Reply::Falling(mut falling) = link.ask(falling).await? else { return Err(daemon::misunderstood()) };
    let chosen = healths.into_iter().filter(|health| account.is_none_or(|name| name == health.account));
    let shown = chosen.map(|health| Shown {
        well: health.is_well(now, about.since),
        waiting: waiting
            .iter()
            .filter(|row| row.account.is_empty() || row.account == health.account)
            .cloned()
            .collect(),
        falling: falling.iter().position(|one| one.account == health.account).map(|at| falling.swap_remove(at)),
        health,
    });
    let shown: Vec<Shown> = shown.collect();
    match account {
        Some(name) if shown.is_empty() => Err(Fault::usage(
            format!("the daemon knows no account called {}", Printable::new(name)),
            format!("the accounts are: {}", link.accounts().join(", ")),
        )),
        _ => Ok((about, shown)),
    }
}

fn object(one: &Shown, about: &About) -> Value {
    let Shown { health, well, waiting, falling } = one;
    let time = |time: Option<UnixTime>| time.map(rfc3339);
    let waiting: Vec<Value> = waiting
        .iter()
        .map(|row| {
            json!({ "id": row.id, "kind": row.kind, "since": rfc3339(row.since), "text": row.text,
                    "command": command(row) })
        })
        .collect();
    let next: Vec<Value> = falling
        .iter()
        .flat_map(|falling| &falling.next)
        .map(|row| json!({ "at": rfc3339(row.at), "from": row.sender, "subject": row.subject }))
        .collect();
    let advice: Vec<Value> = health.advice.iter().map(|(text, hint)| json!({ "text": text, "hint": hint })).collect();
    let unreadable: Vec<Value> = health
        .unreadable
        .iter()
        .flat_map(|one| one.uids.iter().map(|uid| json!({ "folder": one.folder, "uid": uid })))
        .collect();
    json!({
        "account": health.account,
        "email": health.email,
        "server": health.server,
        "state": health.state,
        "healthy": well,
        "mode": if health.files { "file" } else { "preview" },
        "last_byte": time(health.last_byte),
        "asked": time(health.asked),
        "last_pass": time(health.last_pass),
        "queue": health.queue,
        "next": time(health.next),
        "next_retry": time(health.next.filter(|_| health.state == AccountState::Waiting)),
        "error": health.fault.as_ref().map(|fault| &fault.cause),
        "hint": health.fault.as_ref().map(|fault| &fault.hint),
        "held": health.held.as_ref().map(|held| held_object(held, &health.account)),
        "waiting": waiting,
        "falling": { "total": falling.as_ref().map_or(0, |falling| falling.total), "next": next },
        "advice": advice,
        "program_moves": health.program_moves,
        "unreadable": unreadable,
        "daemon": { "version": about.version, "pid": about.pid, "since": rfc3339(about.since),
                    "config": about.config, "config_error": about.trouble.as_ref().map(|fault| &fault.cause) },
    })
}

fn held_object(held: &Held, account: &str) -> Value {
    let [top, _, news, bulk, blackhole] = held.counts;
    json!({
        "top": top, "news": news, "bulk": bulk, "blackhole": blackhole,
        "inbox": held.inbox, "since": rfc3339(held.since), "command": format!("mailherd confirm 'batch:{account}'"),
    })
}

/// What says yes to it.
fn command(row: &WaitingRow) -> String {
    match row.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b':') {
        true => format!("mailherd confirm {}", row.id),
        false => format!("mailherd confirm '{}'", row.id),
    }
}

fn print(face: &mut Face, about: &About, shown: &[Shown]) {
    let style = face.out().style();
    let since = human_time(about.since);
    face.out().line(format!("mailherd {}, process {}, since {since}", Printable::new(&about.version), about.pid));
    if let Some(fault) = &about.trouble {
        let mark = style.paint(Tone::Bad, "the config cannot be used, so an older one is in force:");
        face.out().line(format!("{mark} {}", Printable::new(&fault.cause)));
    }
    for one in shown {
        lines(one, face.now).iter().for_each(|(tone, text)| {
            let line = style.paint(*tone, Printable::new(text));
            face.out().line(line);
        });
    }
}

/// One account, line by line.
fn lines(one: &Shown, now: UnixTime) -> Vec<(Tone, String)> {
    let Shown { health, well, waiting, falling } = one;
    let mut lines = vec![
        (Tone::Dim, String::new()),
        (
            if *well { Tone::Good } else { Tone::Bad },
            format!("{} ({}): {}", health.account, health.server, state(health, now)),
        ),
    ];
    let mut say = |tone: Tone, name: &str, text: String| lines.push((tone, format!("{name:>12}  {text}")));
    if let Some(fault) = &health.fault {
        say(Tone::Bad, "error", fault.cause.clone());
        if !fault.hint.is_empty() {
            say(Tone::Dim, "hint", fault.hint.clone());
        }
    }
    let ago = |time: Option<UnixTime>| time.map_or("never".to_owned(), |time| span(now.0 - time.0) + " ago");
    say(Tone::Plain, "last pass", ago(health.last_pass));
    say(Tone::Plain, "last byte", ago(health.last_byte));
    if health.queue > 0 {
        say(Tone::Plain, "queue", plural(u64::from(health.queue), "request", "requests"));
    }
    for row in waiting {
        say(Tone::Warn, "waits", format!("{}: {}", row.text, command(row)));
    }
    if let Some(falling) = falling.as_ref().filter(|falling| falling.total > 0) {
        say(Tone::Plain, "Blackhole", format!("{} will fall to Trash", plural(falling.total, "message", "messages")));
        for row in &falling.next {
            say(Tone::Category(Category::Blackhole), &human_time(row.at), format!("{}  {}", row.sender, row.subject));
        }
    }
    for (text, hint) in &health.advice {
        say(Tone::Warn, "advice", text.clone());
        say(Tone::Dim, "hint", hint.clone());
    }
    lines
}

fn state(health: &Health, now: UnixTime) -> String {
    let mode = if health.files { "" } else { " (preview: nothing is moved)" };
    let next = health.next.map(human_clock);
    let text = match (health.state, next) {
        (AccountState::Connecting, _) => "connecting".to_owned(),
        (AccountState::Working, _) => {
            let progress = health.progress.as_ref();
            let done = progress.map(|progress| format!(", {} of {}", progress.done, progress.total));
            // A network that drops packets without a word is found out only when the time that a server may take is over.
            let silent = health.last_byte.map_or(0, |last| now.0 - last.0);
            let silent = (silent > SILENT).then(|| format!("; waits for the server, silent for {}", span(silent)));
            format!("working{}{}", done.unwrap_or_default(), silent.unwrap_or_default())
        }
        (AccountState::Live, _) => "up to date; the server tells what is new".to_owned(),
        (AccountState::Probing, _) => {
            let since = health.asked.map_or(0, |asked| now.0 - asked.0);
            format!("unsure; the server was asked {} ago whether it is there, and has not answered", span(since))
        }
        (AccountState::Polling, Some(next)) => format!("up to date; looks again at {next}"),
        (AccountState::Polling, None) => "up to date".to_owned(),
        (AccountState::Waiting, Some(next)) => format!("waiting; tries again at {next}"),
        (AccountState::Waiting, None) => "waiting".to_owned(),
        (AccountState::Stopped, _) => "stopped: it is not tried again before `mailherd resume`".to_owned(),
        (AccountState::Paused, _) => "paused: `mailherd resume` ends it".to_owned(),
    };
    text + mode
}

/// With seconds, unlike [`human_time`]: retries are near.
fn human_clock(time: UnixTime) -> String {
    let zone = jiff::tz::TimeZone::system();
    jiff::Timestamp::from_second(time.0)
        .map_or_else(|_| human_time(time), |at| at.to_zoned(zone).strftime("%H:%M:%S").to_string())
}

/// "40 seconds", "12 minutes", "3 hours", "2 days".
fn span(seconds: i64) -> String {
    let seconds = u64::try_from(seconds).unwrap_or(0);
    match seconds {
        0..=119 => plural(seconds, "second", "seconds"),
        120..=7199 => plural(seconds / 60, "minute", "minutes"),
        7200..=172_799 => plural(seconds / 3600, "hour", "hours"),
        _ => plural(seconds / 86_400, "day", "days"),
    }
}
