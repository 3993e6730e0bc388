//! Standard output carries data: lines of text for people, or one JSON object a line. Faults go to standard error.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::style::{Style, Tone, terminal_width};
use super::table::Table;
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// Standard output of one command.
///
/// A reader that has seen enough (`mailherd log | head`) is no error: from then on everything is swallowed, and
/// [`Out::is_closed`] tells loops that nobody listens any more. Work that has begun goes on: it is about mail.
pub struct Out {
    sink: Box<dyn Write + Send>,
    json: bool,
    quiet: bool,
    style: Style,
    width: Option<usize>,
    closed: bool,
    broken: Option<Fault>,
}

impl Out {
    /// Over standard output: JSON for `--json`, no notes for `-q`.
    pub fn stdout(json: bool, quiet: bool) -> Out {
        let width = io::stdout().is_terminal().then(terminal_width);
        Out::over(Box::new(BufWriter::new(io::stdout())), json, quiet, Style::stdout(), width)
    }

    fn over(sink: Box<dyn Write + Send>, json: bool, quiet: bool, style: Style, width: Option<usize>) -> Out {
        Out { sink, json, quiet, style, width, closed: false, broken: None }
    }

    /// Whether `--json` was given.
    pub fn json(&self) -> bool {
        self.json
    }

    /// How text is coloured.
    pub fn style(&self) -> Style {
        self.style
    }

    /// The columns of the terminal; `None` when it is none, and nothing is to be cut.
    pub fn width(&self) -> Option<usize> {
        self.width
    }

    /// Whether nobody reads any more.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// A line of text. What of it is foreign must be a [`Printable`].
    pub fn line(&mut self, text: impl Display) {
        self.write(format!("{text}\n").as_bytes());
    }

    /// One JSON object on a line of its own. The data are exact: what could steer a terminal is escaped, not dropped.
    pub fn object(&mut self, object: &impl Serialize) {
        let mut line = Vec::new();
        match object.serialize(&mut Serializer::with_formatter(&mut line, Careful)) {
            Ok(()) => {
                line.push(b'\n');
                self.write(&line);
            }
            // Only maps with keys that are no strings, and floats, can fail; neither is in the contract's objects.
            Err(error) => {
                let cause = format!("cannot write the result as JSON: {error}");
                self.broken.get_or_insert_with(|| Fault::refused(cause, "please report this with the command"));
            }
        }
    }

    /// A table, coloured and cut for the terminal.
    pub fn table(&mut self, table: &Table) {
        self.write(table.render(self.style, self.width).as_bytes());
    }

    /// A remark for people on standard error, such as "nothing to show"; silent with `-q` and `--json`.
    pub fn note(&mut self, text: impl Display) {
        self.flush();
        if !self.quiet && !self.json {
            // A standard error that is closed cannot be told about.
            let _ = writeln!(io::stderr(), "{}", Style::stderr().paint(Tone::Dim, text));
        }
    }

    /// Shows what was written so far, for instance before a question.
    pub fn flush(&mut self) {
        let outcome = self.sink.flush();
        self.settle(outcome);
    }

    /// Shows everything.
    ///
    /// # Errors
    ///
    /// [`Fault::local`] when something could not be written, for instance to a full disk. A reader that left is none.
    pub fn finish(mut self) -> Result<(), Fault> {
        self.flush();
        self.broken.take().map_or(Ok(()), Err)
    }

    fn write(&mut self, bytes: &[u8]) {
        if !self.closed {
            let outcome = self.sink.write_all(bytes);
            self.settle(outcome);
        }
    }

    fn settle(&mut self, outcome: io::Result<()>) {
        let Err(error) = outcome else { return };
        self.closed = true;
        if error.kind() != ErrorKind::BrokenPipe {
            let cause = format!("cannot write to standard output: {error}");
            self.broken.get_or_insert_with(|| Fault::local(cause, "see where it goes to; what was done stays done"));
        }
    }
}

/// Prints a fault on standard error: `error: cause`, and below it `hint: what to do`.
pub fn print_fault(fault: &Fault) {
    // A standard error that is closed cannot be told about.
    let _ = io::stderr().write_all(fault_lines(fault, Style::stderr()).as_bytes());
}

/// The two lines of [`print_fault`], each with its line break; without a hint only the first.
pub fn fault_lines(fault: &Fault, style: Style) -> String {
    let line = |tone, label, text: &str| format!("{} {}\n", style.paint(tone, label), Printable::new(text));
    let hint = if fault.hint.is_empty() { String::new() } else { line(Tone::Dim, "hint:", &fault.hint) };
    line(Tone::Bad, "error:", &fault.cause) + &hint
}

/// Compact JSON in which everything that [`Printable`] would not let through stands as an escape (`\u001b`).
///
/// serde_json escapes only what JSON forbids (below U+0020): U+009B, a terminal's CSI, and bidirectional overrides would
/// pass.
struct Careful;

impl Formatter for Careful {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut buffer = [0; 4];
        for c in fragment.chars() {
            let text: &str = c.encode_utf8(&mut buffer);
            if c == ' ' || Printable::new(text).as_str() == text {
                writer.write_all(text.as_bytes())?;
            } else {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::super::table::Column;
    use super::*;

    /// Keeps what is written, and fails once `room` bytes are full.
    #[derive(Clone)]
    struct Pipe {
        written: Arc<Mutex<Vec<u8>>>,
        room: usize,
        error: ErrorKind,
    }

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut written = self.written.lock().unwrap();
            if written.len() + bytes.len() > self.room {
                return Err(self.error.into());
            }
            written.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn pipe(room: usize, error: ErrorKind) -> (Out, impl Fn() -> String) {
        let pipe = Pipe { written: Arc::default(), room, error };
        let written = Arc::clone(&pipe.written);
        let text = move || String::from_utf8(written.lock().unwrap().clone()).unwrap();
        (Out::over(Box::new(pipe), true, false, Style::PLAIN, None), text)
    }

    #[test]
    fn a_reader_that_left_ends_quietly() {
        let (mut out, text) = pipe(6, ErrorKind::BrokenPipe);
        out.line("12345");
        assert!(!out.is_closed());
        out.line("6");
        assert!(out.is_closed());
        out.line("");
        assert_eq!(text(), "12345\n");
        assert_eq!(out.finish(), Ok(()));
    }

    #[test]
    fn a_full_disk_is_a_fault() {
        let (mut out, _) = pipe(0, ErrorKind::StorageFull);
        out.object(&[1]);
        assert!(out.finish().unwrap_err().cause.starts_with("cannot write to standard output"));
    }

    #[test]
    fn json_is_exact_and_cannot_steer_a_terminal() {
        let (mut out, text) = pipe(1000, ErrorKind::BrokenPipe);
        let hostile = "ü 日本 \u{9b}2J\u{1b}[0m \u{202e}x\u{7f}\u{2028}\u{e0041}\"\\\n";
        out.object(&[hostile]);
        assert!(text().contains(r#""ü 日本 \u009b2J\u001b[0m \u202ex\u007f\u2028\udb40\udc41\"\\\n""#), "{}", text());
        assert_eq!(serde_json::from_str::<[String; 1]>(&text()).unwrap(), [hostile]);
        assert!(text().ends_with("]\n"));
    }

    #[test]
    fn what_is_no_json_is_told_and_leaves_no_half_line() {
        let (mut out, text) = pipe(1000, ErrorKind::BrokenPipe);
        out.object(&std::collections::BTreeMap::from([([1], 2)]));
        assert_eq!(text(), "");
        assert!(out.finish().unwrap_err().cause.contains("JSON"));
    }

    #[test]
    fn a_table_is_written_whole_where_there_is_no_terminal() {
        let (mut out, text) = pipe(1000, ErrorKind::BrokenPipe);
        let mut table = Table::new(&[Column::left("subject")]);
        table.row(["x".repeat(300)].map(super::super::table::Cell::trusted));
        out.table(&table);
        assert_eq!(text().lines().nth(1).map(str::len), Some(300));
    }

    #[test]
    fn a_fault_is_two_lines_whatever_it_holds() {
        let fault = Fault::refused("no\nway \u{1b}[2J", "ask\r\nagain");
        assert_eq!(fault_lines(&fault, Style::PLAIN), "error: no way \u{fffd}[2J\nhint: ask again\n");
        assert!(fault_lines(&fault, Style::TONED).starts_with("\u{1b}[31merror:\u{1b}[0m no"));
        assert_eq!(fault_lines(&Fault::refused("no", ""), Style::PLAIN), "error: no\n");
    }
}
