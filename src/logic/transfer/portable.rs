//! Orders and settings as a file that people can read and another mailherd takes over (TOML).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Entry;
use crate::logic::fault::Fault;
use crate::logic::ids::{Category, UnixTime};
use crate::logic::orders::{Origin, Who};
use crate::logic::printable::Printable;

/// The version of the file's form.
const FORM: u32 = 1;

#[derive(Serialize, Deserialize)]
struct File {
    /// [`FORM`]
    mailherd_export: u32,
    #[serde(default)]
    program: String,
    #[serde(default)]
    exported_at: String,
    /// What the config said; read by whoever knows configs.
    #[serde(default)]
    settings: toml::Table,
    #[serde(default)]
    orders: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    who: Who,
    category: Category,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    given_at: String,
    #[serde(default)]
    origin: Origin,
}

/// The file.
///
/// # Errors
/// Local, when the settings cannot be written as TOML.
pub fn write(orders: &[Entry], settings: toml::Table, at: UnixTime) -> Result<String, Fault> {
    let row = |entry: &Entry| Row {
        who: entry.who.clone(),
        category: entry.category,
        account: entry.account.clone(),
        given_at: written(entry.given_at),
        origin: entry.origin,
    };
    let file = File {
        mailherd_export: FORM,
        program: concat!("mailherd ", env!("CARGO_PKG_VERSION")).to_owned(),
        exported_at: written(at),
        settings,
        orders: orders.iter().map(row).collect(),
    };
    let text = toml::to_string(&file)
        .map_err(|error| Fault::local(format!("cannot write the orders as TOML: {error}"), "please report this"))?;
    Ok(format!("{HEAD}\n{text}"))
}

const HEAD: &str = "# Orders and settings of mailherd: `mailherd import FILE` takes them over, and `--dry-run` shows what that would change.\n\
    # Passwords, and where they come from, are left out.\n";

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// As the config told them; not looked at here.
    pub settings: toml::Table,
    /// The orders, in the order of the file.
    pub orders: Vec<Entry>,
}

/// The orders and settings of a file.
///
/// # Errors
/// Usage, with the line, when it is no such file.
pub fn read(text: &str) -> Result<Export, Fault> {
    let file: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = 1 + text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
        let cause = format!("line {line}: this is no export of mailherd: {}", Printable::new(error.message()));
        Fault::usage(cause, "`mailherd export` writes one; rules of other programs: `mailherd import sieve FILE`")
    })?;
    if file.mailherd_export != FORM {
        let cause = format!("the file has the form {}, and this mailherd knows {FORM}", file.mailherd_export);
        return Err(Fault::usage(cause, "import it with the mailherd that wrote it, or with a newer one"));
    }
    let entry = |row: Row| {
        let Row { who, category, account, given_at, origin } = row;
        match given_at.parse::<Timestamp>() {
            Ok(at) => Ok(Entry { who, category, account, given_at: UnixTime(at.as_second()), origin }),
            Err(_) => {
                let cause = format!(
                    "{}: given_at \"{}\" is no time",
                    Printable::new(&who.to_string()),
                    Printable::new(&given_at)
                );
                Err(Fault::usage(cause, "write it as 2026-11-21T14:03:00Z"))
            }
        }
    };
    let orders = file.orders.into_iter().map(entry).collect::<Result<_, _>>()?;
    Ok(Export { settings: file.settings, orders })
}

fn written(time: UnixTime) -> String {
    let (first, last) = (Timestamp::MIN, Timestamp::MAX);
    Timestamp::from_second(time.0).unwrap_or(if time.0 < 0 { first } else { last }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(who: &str, account: Option<&str>, at: i64, origin: Origin) -> Entry {
        let who = Who::parse(who).unwrap();
        Entry { who, category: Category::News, account: account.map(str::to_owned), given_at: UnixTime(at), origin }
    }

    #[test]
    fn what_is_written_is_read() {
        let orders = [
            entry("a@b.example", Some("home \"x\""), 1_795_269_780, Origin::Said),
            entry("@b.example", None, 0, Origin::Moved),
            entry("<l.example>", None, 5, Origin::Import),
        ];
        let mut settings = toml::Table::new();
        settings.insert("mode".into(), "file".into());
        let text = write(&orders, settings.clone(), UnixTime(1_795_269_780)).unwrap();
        assert_eq!(read(&text).unwrap(), Export { settings, orders: orders.to_vec() }, "{text}");
        assert!(text.starts_with("# Orders") && text.contains("[settings]\nmode = \"file\""), "{text}");
        assert!(text.contains("given_at = \"2026-11-21T14:03:00Z\""), "{text}");
    }

    #[test]
    fn what_is_no_export_is_refused_with_its_line() {
        for (text, says) in [
            ("x = 1", "no export"),
            ("mailherd_export = 2", "form 2"),
            ("mailherd_export = 1\n[[orders]]\nwho = \"nobody\"\ncategory = \"news\"\ngiven_at = \"\"", "line 3"),
            ("mailherd_export = 1\n[[orders]]\nwho = \"a@b.c\"\ncategory = \"neews\"\ngiven_at = \"\"", "line 4"),
            ("mailherd_export = 1\n[[orders]]\nwho = \"a@b.c\"\ncategory = \"news\"\ngiven_at = \"never\"", "never"),
            ("= ", "line 1"),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.cause.contains(says), "{text}: {fault}");
            assert!(!fault.cause.contains('\n'), "{fault}");
        }
    }
}
