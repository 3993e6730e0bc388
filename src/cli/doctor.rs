//! `mailherd doctor`

use serde_json::json;

use super::args::OneAccount;
use super::face::{Face, chosen, guarded};
use super::style::Tone;
use super::words::plural;
use crate::daemon::doctor;
use crate::daemon::steps::{Check, Finding, Step};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

pub(super) async fn doctor(face: &mut Face, args: &OneAccount) -> Result<Vec<Fault>, Fault> {
    let config = face.config()?;
    let mut checks = doctor::common(&config);
    checks.iter().for_each(|check| show(face, check));
    for account in chosen(&config, args.account.as_deref())? {
        let mut found = Vec::new();
        {
            let setting = face.setting(account, false);
            let mut tell = |step| found.extend(done(step));
            // Where the way ended is among what was told.
            let looked = async { Ok(doctor::account(&config, &setting, &mut tell).await) };
            let _stop = guarded(&account.name, looked).await?;
        }
        found.iter().for_each(|check| show(face, check));
        checks.extend(found);
    }
    let bad = checks.iter().filter(|check| check.finding == Finding::Bad).count() as u64;
    if bad == 0 {
        return Ok(Vec::new());
    }
    let found = plural(bad, "thing stands", "things stand");
    Ok(vec![Fault::refused(format!("{found} in the way"), "follow the hints above, then run `mailherd doctor` again")])
}

fn done(step: Step) -> Option<Check> {
    match step {
        Step::Done(check) => Some(check),
        Step::Begins(_) => None,
    }
}

fn show(face: &mut Face, check: &Check) {
    let word = match check.finding {
        Finding::Good => "ok",
        Finding::Warning => "warning",
        Finding::Bad => "bad",
    };
    if face.out().json() {
        let hint = (!check.hint.is_empty()).then_some(&check.hint);
        face.out().object(&json!({
            "account": check.account, "check": check.part, "finding": word, "detail": check.detail, "hint": hint,
        }));
        return;
    }
    let tone = match check.finding {
        Finding::Good => Tone::Good,
        Finding::Warning => Tone::Warn,
        Finding::Bad => Tone::Bad,
    };
    let style = face.out().style();
    let account = check.account.as_deref().map(|name| format!("{}: ", Printable::new(name))).unwrap_or_default();
    let mark = style.paint(tone, format!("{word:>7}"));
    face.out().line(format!("{mark}  {account}{}", Printable::new(&check.detail)));
    if !check.hint.is_empty() {
        let hint = style.paint(Tone::Dim, "hint:");
        face.out().line(format!("         {hint} {}", Printable::new(&check.hint)));
    }
}
