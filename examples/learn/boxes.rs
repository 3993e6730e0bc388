//! Boxes on disk, and what they teach.

use std::collections::HashMap;
use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use mailherd::logic::facts;
use mailherd::logic::ids::{Address, Flags, UnixTime};
use mailherd::logic::policy::Caution;
use mailherd::logic::replay::{Mail, Replay};
use mailherd::logic::signals::{Scene, Weights, table};

/// One message.
pub struct Message {
    pub header: Vec<u8>,
    pub arrival: UnixTime,
    pub own: bool,
}

/// What one received message teaches.
pub struct Row {
    /// Its place in `truth.tsv`, from 0.
    pub place: usize,
    /// The signals that it shows: their places in the table, and their strengths.
    pub strengths: Vec<(u16, f32)>,
    pub answered: bool,
    /// The copy that was sent to the owner, not the list's.
    pub direct: bool,
    /// Among those that are scored: the first 30 % of a box only warm up.
    pub late: bool,
}

/// One box.
pub struct Mailbox {
    pub name: String,
    pub path: PathBuf,
    pub owner: Vec<Address>,
    pub messages: Vec<Message>,
    /// One row for each received message, in order.
    pub rows: Vec<Row>,
}

/// The boxes at or below `given`.
pub fn find<'a>(given: impl Iterator<Item = &'a Path>) -> Result<Vec<PathBuf>, std::io::Error> {
    let is_box = |path: &PathBuf| path.join("truth.tsv").is_file();
    let mut found = Vec::new();
    for path in given {
        if is_box(&path.to_path_buf()) {
            found.push(path.to_path_buf());
        } else {
            let below = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
            found.extend(below.collect::<Result<Vec<_>, _>>()?.into_iter().filter(is_box));
        }
    }
    found.sort();
    Ok(found)
}

impl Mailbox {
    /// Reads a box and replays it.
    pub fn read(path: &Path) -> Result<Mailbox, std::io::Error> {
        let owner: Vec<Address> =
            fs::read_to_string(path.join("owner.txt"))?.lines().filter_map(Address::parse).collect();
        let mut messages = mbox(&fs::read(path.join("INBOX.mbox"))?, false);
        messages.extend(mbox(&fs::read(path.join("Sent.mbox"))?, true));
        messages.sort_by_key(|message| message.arrival);
        let truth = fs::read_to_string(path.join("truth.tsv"))?;
        let truth: Vec<(String, bool, bool)> = truth.lines().skip(1).filter_map(truth_of).collect();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let rows = rows(&owner, &messages, &truth);
        Ok(Mailbox { name, path: path.to_path_buf(), owner, messages, rows })
    }
}

fn truth_of(line: &str) -> Option<(String, bool, bool)> {
    let mut columns = line.split('\t');
    let id = columns.next()?.trim_matches(['<', '>']).to_string();
    let direct = columns.next()? == "direct";
    Some((id, direct, columns.nth(1)? == "1"))
}

fn rows(owner: &[Address], messages: &[Message], truth: &[(String, bool, bool)]) -> Vec<Row> {
    let warm = truth.len() * 3 / 10;
    let place: HashMap<&str, usize> = truth.iter().enumerate().map(|(place, row)| (row.0.as_str(), place)).collect();
    let mut replay = Replay::new(owner.to_vec(), Caution::Normal, None, Weights::built_in().clone());
    let mut rows = Vec::with_capacity(truth.len());
    for message in messages {
        let facts = facts::read(&message.header);
        let id = facts.message_id.as_ref().map_or("", |id| id.as_str().trim_matches(['<', '>']));
        if let Some(&place) = place.get(id).filter(|_| !message.own) {
            let situation = replay.situation(message.arrival);
            let scene = Scene::new(&facts, situation.own, situation.ledger, situation.authserv, message.arrival);
            let strengths = table().enumerate().map(|(at, signal)| (at as u16, (signal.strength)(&scene) as f32));
            rows.push(Row {
                place,
                strengths: strengths.filter(|(_, strength)| *strength != 0.0).collect(),
                answered: truth[place].2,
                direct: truth[place].1,
                late: place >= warm,
            });
        }
        replay.next(&message.mail());
    }
    rows
}

/// Writes a file for each box: place, answered, direct, late, then the strength of every signal.
pub fn write_rows(mailboxes: &[Mailbox], dir: &Path) -> Result<(), std::io::Error> {
    fs::create_dir_all(dir)?;
    let names: Vec<&str> = table().map(|signal| signal.name).collect();
    for one in mailboxes {
        let mut file = BufWriter::new(fs::File::create(dir.join(format!("{}.tsv", one.name)))?);
        writeln!(file, "place\tanswered\tdirect\tlate\t{}", names.join("\t"))?;
        for row in &one.rows {
            let mut dense = vec![0.0; names.len()];
            row.strengths.iter().for_each(|&(at, strength)| dense[usize::from(at)] = strength);
            let strengths: Vec<String> = dense.iter().map(f32::to_string).collect();
            let (answered, direct, late) = (u8::from(row.answered), u8::from(row.direct), u8::from(row.late));
            writeln!(file, "{}\t{answered}\t{direct}\t{late}\t{}", row.place, strengths.join("\t"))?;
        }
    }
    Ok(())
}

impl Message {
    /// As a replay takes it.
    pub fn mail(&self) -> Mail<'_> {
        Mail { header: &self.header, arrival: self.arrival, own: self.own, flags: Flags::default() }
    }
}

/// The messages of an mbox of headers: `From sender Fri Sep 25 09:37:02 2020`, then the header.
pub fn mbox(bytes: &[u8], own: bool) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    let mut blank = true;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        if let (true, Some(rest)) = (blank, line.strip_prefix(b"From ")) {
            let date = std::str::from_utf8(rest).unwrap_or_default().split_once(' ').map_or("", |(_, date)| date);
            messages.push(Message { header: Vec::new(), arrival: asctime(date), own });
        } else if let Some(message) = messages.last_mut() {
            message.header.extend_from_slice(line);
        }
        blank = line.trim_ascii().is_empty();
    }
    messages
}

/// `Fri Sep 25 09:37:02 2020`, in UTC.
fn asctime(date: &str) -> UnixTime {
    let parsed = jiff::civil::DateTime::strptime("%a %b %d %H:%M:%S %Y", date.trim());
    let time = parsed.and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC));
    UnixTime(time.map_or(0, |time| time.timestamp().as_second()))
}
