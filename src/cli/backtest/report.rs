//! The figures of a backtest for people.

use crate::backtest::{Fate, Figures, Mistake, Rates, Tally};
use crate::cli::face::Face;
use crate::cli::style::Tone;
use crate::cli::table::{Cell, Column, Table};
use crate::cli::words::{count, human_time, plural};
use crate::logic::facts::Oddity;
use crate::logic::ids::{Category, UnixTime};
use crate::logic::policy::Caution;
use crate::logic::printable::Printable;

/// Mistakes that are shown with their reasons; `--json` has all.
const SHOWN: usize = 20;
/// Reasons shown of each.
const REASONS: usize = 4;

/// Prints the report.
pub(super) fn print(face: &mut Face, what: &str, figures: &Figures, tally: Tally) {
    face.out().line(opening(what, figures));
    answered(face, figures);
    heading(face, "What would have become of it, and what you did with it");
    face.out().table(&confusion(figures));
    heading(face, "A day in your inbox");
    face.out().line(day(figures));
    heading(face, "How cautious do you want it to be?");
    face.out().table(&cautions(figures));
    face.out().line("\"caution\" in the config chooses; \"normal\" is the default.");
    remarks(face, figures, tally);
}

fn heading(face: &mut Face, text: &'static str) {
    let heading = face.out().style().paint(Tone::Bold, text).to_string();
    face.out().line(format!("\n{heading}"));
}

fn opening(what: &str, figures: &Figures) -> String {
    let date = |time: UnixTime| human_time(time).chars().take(10).collect::<String>();
    let period = figures.period.map(|(first, last)| format!(", {} to {}", date(first), date(last)));
    format!(
        "{}: {} and {} of your own{}",
        Printable::new(what),
        plural(figures.received, "mail received", "mails received"),
        count(figures.own),
        period.unwrap_or_default()
    )
}

fn answered(face: &mut Face, figures: &Figures) {
    let rates = figures.rates();
    if rates.answered == 0 {
        let why = if figures.own == 0 { "there is no mail of your own" } else { "none of your mail answers any of it" };
        face.out().line(format!("Whom you answer is not known: {why}, so nothing can be said about mistakes."));
        return;
    }
    let wrong = rates.answered_filed_away;
    let end = if wrong == 0 { "." } else { ":" };
    let mails = plural(rates.answered, "mail", "mails");
    let line = format!("Of {mails} you answered, {} would have been filed away{end}", count(wrong));
    let tone = if wrong == 0 { Tone::Good } else { Tone::Warn };
    let line = face.out().style().paint(tone, line).to_string();
    face.out().line(line);
    for one in figures.mistakes.iter().take(SHOWN) {
        mistake(face, one);
    }
    let more = wrong.saturating_sub(figures.mistakes.len().min(SHOWN) as u64);
    if more > 0 {
        face.out().line(format!("  and {}; --json lists them", plural(more, "more", "more")));
    }
}

fn mistake(face: &mut Face, mistake: &Mistake) {
    let style = face.out().style();
    let category = style.paint(Tone::Category(mistake.category), mistake.category.word()).to_string();
    let from = Printable::new(mistake.from.as_ref().map_or("(nobody)", |from| from.as_str()));
    let subject = Printable::new(&mistake.subject);
    face.out().line(format!("  {}  {from}  {subject}  → {category}", human_time(mistake.arrival)));
    for reason in mistake.reasons.iter().take(REASONS) {
        // A rule decides without a weight.
        let weight = if reason.weight == 0.0 { String::new() } else { format!("{:+.2}", reason.weight) };
        let line = format!("      {weight:>6}  {}", Printable::new(&reason.text));
        let line = style.paint(Tone::Dim, line).to_string();
        face.out().line(line);
    }
}

fn confusion(figures: &Figures) -> Table {
    let mut columns = vec![Column::left("category"), Column::right("mails"), Column::right(title(Fate::Answered))];
    if figures.knows_read {
        columns.push(Column::right(title(Fate::Read)));
    }
    columns.push(Column::right(if figures.knows_read { title(Fate::Unread) } else { "not answered" }));
    let mut table = Table::new(&columns);
    for (category, [answered, read, unread]) in Category::ALL.iter().zip(&figures.confusion) {
        if *category == Category::Blackhole {
            continue;
        }
        let mut cells = vec![Cell::from(*category), Cell::from(answered + read + unread), Cell::from(*answered)];
        if figures.knows_read {
            cells.push(Cell::from(*read));
        }
        cells.push(Cell::from(*unread));
        table.row(cells);
    }
    table
}

fn title(fate: Fate) -> &'static str {
    match fate {
        Fate::Answered => "answered",
        Fate::Read => "only read",
        Fate::Unread => "not read",
    }
}

fn day(figures: &Figures) -> String {
    let day = |messages: u64| format!("{:.1}", messages as f64 / figures.days());
    let Rates { received, top, .. } = figures.rates();
    format!(
        "{} mails came a day; {} would have stayed in the inbox and {} gone to Top, {} to News and Bulk.",
        day(received),
        day(figures.rates().inbox()),
        day(top),
        day(figures.rates().filed_away)
    )
}

fn cautions(figures: &Figures) -> Table {
    let mut table = Table::new(&[
        Column::left("caution"),
        Column::right("out of the inbox"),
        Column::right("answered, but filed away"),
        Column::right("of all answered"),
        Column::right("in Top"),
        Column::right("Top that was answered"),
    ]);
    for one in &figures.cautions {
        let rates = one.rates;
        let tone = if one.caution == figures.caution { Tone::Bold } else { Tone::Plain };
        table.row([
            Cell::from(word(one.caution)).tone(tone),
            percent(rates.relief()),
            Cell::from(rates.answered_filed_away),
            percent(rates.harm()),
            Cell::from(rates.top),
            percent(rates.top_precision()),
        ]);
    }
    table
}

fn word(caution: Caution) -> &'static str {
    match caution {
        Caution::Low => "low",
        Caution::Normal => "normal",
        Caution::High => "high",
    }
}

fn percent(share: Option<f64>) -> Cell {
    share.map_or(Cell::from("–"), |share| Cell::trusted(format!("{:.1} %", share * 100.0)))
}

/// What the reader should know about the figures.
fn remarks(face: &mut Face, figures: &Figures, tally: Tally) {
    if figures.by_subject && figures.rates().answered > 0 {
        face.out().note("none of your mail has In-Reply-To: answers were recognised by subject, within 30 days");
    }
    let left = [
        (tally.skipped, "that is no mail was skipped", "that are no mail were skipped", "file", "files"),
        (tally.unreadable, "could not be read", "could not be read", "file", "files"),
        (
            tally.left_out,
            "was left out: a draft, junk, or your own outside Sent",
            "were left out: drafts, junk, your own outside Sent",
            "message",
            "messages",
        ),
        (tally.copies, "was left out", "were left out", "copy of a message", "copies of messages"),
    ];
    for (number, one, many, noun, nouns) in left.into_iter().filter(|left| left.0 > 0) {
        face.out().note(format!("{} {}", plural(number, noun, nouns), if number == 1 { one } else { many }));
    }
    for (oddity, number) in figures.oddities.iter().filter(|(oddity, _)| *oddity != Oddity::NotUtf8) {
        face.out().note(format!("odd: {}: {oddity}", plural(*number, "message", "messages")));
    }
}
