//! `mailherd backtest`

mod figures;
mod predictions;
mod report;

use std::path::Path;
use std::time::Instant;

use super::args::{Backtest, OnOff};
use super::face::{Face, chosen, guarded};
use super::words::plural;
use crate::backtest::{Archive, Figures, Tally, Trial};
use crate::daemon::Watcher as _;
use crate::daemon::backtest as live;
use crate::logic::fault::Fault;
use crate::logic::ids::Address;
use crate::logic::policy::Caution;
use crate::logic::printable::Printable;
use crate::logic::signals::Weights;
use predictions::Predictions;

pub(super) async fn backtest(face: &mut Face, args: &Backtest) -> Result<Vec<Fault>, Fault> {
    let weights = match &args.weights {
        Some(path) => read_weights(path)?,
        None => Weights::built_in().clone(),
    };
    let mut predictions = Predictions::create(args.predictions.as_deref())?;
    let began = Instant::now();
    let (what, figures, tally) = match (&args.mail, &args.account) {
        (Some(mail), _) => from_disk(face, args, mail, weights, &mut predictions)?,
        (None, name) => from_account(face, args, name.as_deref(), weights, &mut predictions).await?,
    };
    predictions.finish()?;
    face.voice.detail(&format!(
        "{} in {:.1} s",
        plural(figures.received + figures.own, "message", "messages"),
        began.elapsed().as_secs_f64()
    ));
    if figures.received == 0 {
        return Err(Fault::refused(
            format!("there is no received mail in {}", Printable::new(&what)),
            "name a directory with mbox files, Maildirs or message files; mail from --address and in --sent is your own",
        ));
    }
    if face.out().json() {
        face.out().object(&figures::object(&figures, tally));
    } else {
        report::print(face, &what, &figures, tally);
    }
    Ok(Vec::new())
}

fn from_disk(
    face: &mut Face,
    args: &Backtest,
    mail: &Path,
    weights: Weights,
    predictions: &mut Predictions,
) -> Result<(String, Figures, Tally), Fault> {
    let own = addresses(&args.addresses)?;
    let what = mail.display().to_string();
    if let Err(error) = std::fs::metadata(mail) {
        let cause = format!("cannot read {}: {error}", Printable::new(&what));
        return Err(Fault::usage(cause, "give --mail a directory with mbox files, Maildirs or message files"));
    }
    let decode = |name: &str| crate::daemon::shown(&crate::logic::ids::FolderName::from_wire(name));
    let mut archive = Archive::open(mail, &own, &live::names(args.sent.clone()), &decode);
    let mut trial = Trial::new(own, Caution::default(), None, weights)
        .fitted(args.fit.map_or(crate::config::FIT, |fit| fit == OnOff::On));
    let (mut done, total, mut slowest) = (0, archive.len() as u64, std::time::Duration::ZERO);
    archive.replay(|letter| {
        let began = Instant::now();
        let prediction = trial.next(&letter.mail);
        slowest = slowest.max(began.elapsed());
        done += 1;
        face.voice.replaying(&what, done, total);
        prediction.map_or(Ok(()), |prediction| predictions.write(&prediction, &letter.path.to_string_lossy()))
    })?;
    face.voice.detail(&format!("the slowest message took {:.2} ms", slowest.as_secs_f64() * 1e3));
    Ok((what, trial.finish(), archive.tally()))
}

async fn from_account(
    face: &mut Face,
    args: &Backtest,
    name: Option<&str>,
    weights: Weights,
    predictions: &mut Predictions,
) -> Result<(String, Figures, Tally), Fault> {
    let config = face.config()?;
    let Some(account) = chosen(&config, name)?.into_iter().next() else {
        return Err(Fault::usage("there is no account in the configuration", "add one, or give --mail"));
    };
    let mut trial = Trial::new(account.own_addresses(), account.caution, account.authserv_id.clone(), weights)
        .fitted(args.fit.map_or(account.fit, |fit| fit == OnOff::On));
    let setting = face.setting(account, false);
    let each = |prediction, folder: &str| predictions.write(&prediction, folder);
    let passed = guarded(&account.name, live::replay(&setting, &args.sent, &mut trial, each)).await?;
    let tally = Tally { left_out: passed.left_out, copies: passed.copies, ..Tally::default() };
    let figures = trial.finish();
    // Other weights than the built-in ones say nothing about what mailherd does to this account.
    if args.weights.is_none()
        && let Err(fault) = live::remember(&config, account, face.now, &figures)
    {
        face.voice.note(&account.name, &format!("these figures are not remembered: {fault}"));
    }
    Ok((account.name.clone(), figures, tally))
}

fn addresses(texts: &[String]) -> Result<Vec<Address>, Fault> {
    let address = |text: &String| {
        Address::parse(text).ok_or_else(|| {
            let cause = format!("{} is no address", Printable::new(text));
            Fault::usage(cause, "give your own addresses, for instance --address me@example.org me@old.example")
        })
    };
    texts.iter().filter(|text| !text.trim().is_empty()).map(address).collect()
}

fn read_weights(path: &Path) -> Result<Weights, Fault> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Fault::usage(format!("cannot read the weights in {shown}: {error}"), "give --weights a file that can be read")
    })?;
    Weights::from_json(&text).map_err(|fault| fault.while_doing(shown))
}
