//! The file as text with lines to point at, and its tables as sections that hand out typed values.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{Place, objection};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// Larger files are not configurations; a device or a pipe given by mistake must not fill the memory. Bytes.
const LARGEST: u64 = 1024 * 1024;

/// The text of a configuration file.
pub(super) struct Document {
    /// As it was given.
    pub(super) path: PathBuf,
    text: String,
}

impl Document {
    pub(super) fn open(path: &Path) -> Result<Document, Fault> {
        let text = read(path).map_err(|error| cannot_read(path, &error))?;
        Ok(Document { path: path.to_owned(), text })
    }

    /// Of a text that was read already.
    #[cfg(any(test, fuzzing))]
    pub(super) fn of(path: &Path, text: String) -> Document {
        Document { path: path.to_owned(), text }
    }

    /// All of it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The file's outermost table.
    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'_>>, Fault> {
        DeTable::parse(&self.text).map_err(|error| {
            let at = error.span().unwrap_or(0..0);
            let cause = format!("this is not TOML: {}", Printable::new(error.message()));
            self.fault_at(
                &at,
                cause,
                "a text value stands in \"quotes\", a list in [brackets]; see config.example.toml",
            )
        })
    }

    /// `file:line: cause`, for what stands at `at` (bytes).
    pub(super) fn fault_at(&self, at: &Range<usize>, cause: impl AsRef<str>, hint: impl Into<String>) -> Fault {
        let before = self.text.as_bytes().iter().take(at.start);
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        Fault::usage(format!("{}:{line}: {}", shown(&self.path), cause.as_ref()), hint)
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(std::io::Error::new(ErrorKind::FileTooLarge, "it is larger than 1 MiB"));
    }
    Ok(text)
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Fault {
    let path = shown(path);
    match error.kind() {
        ErrorKind::NotFound => Fault::usage(
            format!("there is no config file at {path}"),
            "copy config.example.toml there and fill in your account, name another with --config, or try `mailherd demo`",
        ),
        ErrorKind::InvalidData => Fault::usage(format!("{path} is not UTF-8 text"), "save it as UTF-8"),
        _ => Fault::usage(format!("cannot read the config file {path}: {error}"), "check the path and its permissions"),
    }
}

fn shown(path: &Path) -> Printable {
    Printable::new(&path.to_string_lossy())
}

/// One table of the file. Every key in it is known to be allowed there.
pub(super) struct Section<'a> {
    pub(super) document: &'a Document,
    table: &'a DeTable<'a>,
    span: Range<usize>,
}

impl<'a> Section<'a> {
    /// Takes the table that stands at `span`, once all its keys are known at `place`.
    pub(super) fn new(
        document: &'a Document,
        place: Place,
        table: &'a DeTable<'a>,
        span: Range<usize>,
    ) -> Result<Section<'a>, Fault> {
        // The map is sorted by name: report the first in the order of the file.
        let unknown = table.keys().filter(|key| objection(place, key.get_ref()).is_some());
        if let Some(first) = unknown.min_by_key(|key| key.span().start)
            && let Some((cause, hint)) = objection(place, first.get_ref())
        {
            return Err(document.fault_at(&first.span(), cause, hint));
        }
        Ok(Section { document, table, span })
    }

    /// Whether `key` is given.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// A fault about `key`, or about the whole section when `key` is not given.
    pub(super) fn fault(&self, key: &str, cause: impl AsRef<str>, hint: impl Into<String>) -> Fault {
        let at = self.table.get(key).map_or_else(|| self.span.clone(), Spanned::span);
        self.document.fault_at(&at, cause, hint)
    }

    /// Whether `key` is an empty text: a key that may be switched off so.
    pub(super) fn is_empty_text(&self, key: &str) -> bool {
        self.table.get(key).and_then(|value| value.get_ref().as_str()).is_some_and(|text| text.trim().is_empty())
    }

    /// A text that is not empty.
    pub(super) fn text(&self, key: &str) -> Result<Option<&'a str>, Fault> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        match value.get_ref().as_str() {
            Some(text) if text.trim().is_empty() => {
                Err(self.fault(key, format!("`{key}` is empty"), "give it a value, or leave the key out"))
            }
            Some(text) => Ok(Some(text)),
            None => Err(self.wrong_type(key, "a text in \"quotes\"")),
        }
    }

    /// A text that must be given.
    pub(super) fn required_text(&self, key: &str) -> Result<&'a str, Fault> {
        let missing = || self.fault(key, format!("`{key}` is missing in this table"), format!("add {key} = \"…\""));
        self.text(key)?.ok_or_else(missing)
    }

    /// A list of texts; empty when not given.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<&'a str>, Fault> {
        let Some(value) = self.table.get(key) else {
            return Ok(Vec::new());
        };
        let list = || self.wrong_type(key, "a list of texts, [\"…\", \"…\"]");
        let DeValue::Array(items) = value.get_ref() else {
            return Err(list());
        };
        items.iter().map(|item| item.get_ref().as_str().ok_or_else(list)).collect()
    }

    /// One of the words of a choice.
    pub(super) fn choice<T: Copy>(&self, key: &str, words: &[(&'static str, T)]) -> Result<Option<T>, Fault> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        let allowed = one_of(words);
        let Some(text) = value.get_ref().as_str() else {
            return Err(self.wrong_type(key, &allowed));
        };
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, choice)) => Ok(Some(*choice)),
            None => {
                let cause = format!("`{key}` cannot be \"{}\"", Printable::new(text));
                Err(self.fault(key, cause, format!("it is {allowed}")))
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn switch(&self, key: &str) -> Result<Option<bool>, Fault> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        value.get_ref().as_bool().map(Some).ok_or_else(|| self.wrong_type(key, "true or false"))
    }

    /// A whole number, 0 or more; what is larger than `u32` can hold is its maximum.
    pub(super) fn count(&self, key: &str) -> Result<Option<u32>, Fault> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        let Some(number) = value.get_ref().as_integer() else {
            return Err(self.wrong_type(key, "a whole number, 0 or more"));
        };
        let (sign, digits) = match number.as_str().strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", number.as_str().trim_start_matches('+')),
        };
        if sign == "-" && digits.chars().any(|digit| digit != '0') {
            return Err(self.fault(key, format!("`{key}` is below 0"), "it is a whole number, 0 or more"));
        }
        Ok(Some(u32::from_str_radix(digits, number.radix()).unwrap_or(u32::MAX)))
    }

    /// The table under `key`.
    pub(super) fn section(&self, key: &str, place: Place) -> Result<Option<Section<'a>>, Fault> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        let DeValue::Table(table) = value.get_ref() else {
            return Err(self.wrong_type(key, &format!("a table, [{key}]")));
        };
        Section::new(self.document, place, table, value.span()).map(Some)
    }

    /// The tables of the array under `key`; empty when not given.
    pub(super) fn sections(&self, key: &str, place: Place) -> Result<Vec<Section<'a>>, Fault> {
        let Some(value) = self.table.get(key) else {
            return Ok(Vec::new());
        };
        let wanted = || self.wrong_type(key, &format!("a list of tables, each under [[{key}]] (two brackets)"));
        let DeValue::Array(items) = value.get_ref() else {
            return Err(wanted());
        };
        let section = |item: &'a Spanned<DeValue<'a>>| match item.get_ref() {
            DeValue::Table(table) => Section::new(self.document, place, table, item.span()),
            _ => Err(wanted()),
        };
        items.iter().map(section).collect()
    }

    fn wrong_type(&self, key: &str, wanted: &str) -> Fault {
        let found = match self.table.get(key).map(Spanned::get_ref) {
            Some(DeValue::String(_)) => "a text",
            Some(DeValue::Integer(_) | DeValue::Float(_)) => "a number",
            Some(DeValue::Boolean(_)) => "true or false",
            Some(DeValue::Datetime(_)) => "a date",
            Some(DeValue::Array(_)) => "a list",
            Some(DeValue::Table(_)) => "a table",
            None => "nothing",
        };
        self.fault(key, format!("`{key}` cannot be {found}"), format!("it is {wanted}"))
    }
}

/// `"a", "b" or "c"`.
fn one_of<T>(words: &[(&'static str, T)]) -> String {
    let quoted: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
