//! The log of the daemon on standard error: a line an event, as the journal of systemd or a program wants it.

use std::fmt::{self, Write as _};

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::args::LogFormat;
use super::words::rfc3339;
use crate::logic::ids::UnixTime;
use crate::logic::printable::Printable;

/// From now on what happens is written: informative by default, more with `-v`, warnings and errors only with `-q`.
///
/// Only our own words, as in [`start_log`](super::face::start_log): no line of the protocol, which would hold passwords, ever reaches it.
pub(super) fn start(format: LogFormat, verbose: u8, quiet: bool) {
    let level = match (quiet, verbose) {
        (true, _) => Level::WARN,
        (false, 0) => Level::INFO,
        (false, _) => Level::DEBUG,
    };
    let shape = match format {
        LogFormat::Json => Shape::Json,
        LogFormat::Text if stderr_is_the_journal() => Shape::Journal,
        LogFormat::Text => Shape::Plain,
    };
    tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).event_format(shape).init();
}

/// systemd says which file the journal is (systemd.exec(5), "$JOURNAL_STREAM"); somebody may have redirected standard error.
fn stderr_is_the_journal() -> bool {
    let Some(named) = std::env::var("JOURNAL_STREAM").ok() else { return false };
    rustix::fs::fstat(std::io::stderr()).is_ok_and(|file| named == format!("{}:{}", file.st_dev, file.st_ino))
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `2026-11-21T14:03:00Z warning does not work account=home cause="…"`
    Plain,
    /// `<4>does not work account=home cause="…"`: the journal has the time already (sd-daemon(3)).
    Journal,
    Json,
}

impl<S, N> FormatEvent<S, N> for Shape
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = Fields::default();
        event.record(&mut fields);
        writeln!(to, "{}", self.line(*event.metadata().level(), UnixTime(jiff::Timestamp::now().as_second()), fields))
    }
}

impl Shape {
    fn line(self, level: Level, now: UnixTime, fields: Fields) -> String {
        let (priority, word) = match level {
            Level::ERROR => (3, "error"),
            Level::WARN => (4, "warning"),
            Level::INFO => (6, "info"),
            _ => (7, "debug"),
        };
        let Fields { message, fields } = fields;
        if self == Shape::Json {
            let mut object = Map::new();
            object.insert("at".into(), json!(rfc3339(now)));
            object.insert("level".into(), json!(word));
            object.insert("message".into(), json!(message));
            object.extend(fields);
            return Value::Object(object).to_string();
        }
        let mut line = match self {
            Shape::Journal => format!("<{priority}>"),
            _ => format!("{} {word} ", rfc3339(now)),
        };
        line.push_str(Printable::new(&message).as_str());
        for (name, value) in fields.iter().filter(|(_, value)| !value.as_str().is_some_and(str::is_empty)) {
            let text = value.as_str().map_or_else(|| value.to_string(), |text| Printable::new(text).to_string());
            let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'=');
            let _ = if plain { write!(line, " {name}={text}") } else { write!(line, " {name}={text:?}") };
        }
        line
    }
}

/// What an event says.
#[derive(Default)]
struct Fields {
    message: String,
    /// In their order.
    fields: Vec<(String, Value)>,
}

impl Fields {
    fn keep(&mut self, field: &Field, value: Value) {
        self.fields.push((field.name().to_owned(), value));
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        match field.name() {
            "message" => self.message = text,
            _ => self.keep(field, json!(text)),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            _ => self.keep(field, json!(value)),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.keep(field, json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.keep(field, json!(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Fields {
        let all = [
            ("account", json!("home")),
            ("cause", json!("no \u{1b}[2J \"way\"\nout")),
            ("empty", json!("")),
            ("news", json!(3)),
        ];
        let fields = all.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Fields { message: "does\nnot work".into(), fields }
    }

    #[test]
    fn a_line_is_one_line_whatever_it_says() {
        let now = UnixTime(1_795_269_780);
        let plain = Shape::Plain.line(Level::WARN, now, fields());
        assert!(plain.starts_with("2026-11-21T14:03:00Z warning does not work account=home cause=\"no "), "{plain}");
        assert!(plain.ends_with(" news=3") && !plain.contains(['\n', '\u{1b}']), "{plain}");
        assert!(Shape::Journal.line(Level::ERROR, now, fields()).starts_with("<3>does not work account=home"));
        let json = Shape::Json.line(Level::INFO, now, fields());
        let object: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&object["level"], &object["news"], &object["account"]),
            (&json!("info"), &json!(3), &json!("home"))
        );
        assert!(!json.contains(['\n', '\u{1b}']), "{json}");
    }
}
