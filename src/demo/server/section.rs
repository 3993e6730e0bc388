//! What FETCH can ask for (RFC 9051, section 6.4.5), and the bytes that answer it. MIME parts, ENVELOPE and
//! BODYSTRUCTURE are not served.

use super::tokens::Part as Line;
use super::tokens::{Args, Syntax, Token, tokenize};

/// One data item of a FETCH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Uid,
    Flags,
    InternalDate,
    Size,
    ModSeq,
    EmailId,
    Bytes(Section),
}

/// An item that is answered with a literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// What stands before the literal in the answer: `BODY[HEADER]<0>`.
    pub(super) label: String,
    pub(super) what: Extract,
    /// Whether fetching it sets `\Seen`.
    pub(super) sets_seen: bool,
    /// First byte and count.
    pub(super) window: Option<(usize, usize)>,
}

/// Which bytes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Extract {
    Whole,
    Header,
    Text,
    /// The header lines with these names, or all but these.
    Fields {
        names: Vec<String>,
        but: bool,
    },
}

/// Reads the items of a FETCH: one, or a list, or the macro FAST.
pub(super) fn items(args: &mut Args) -> Result<Vec<Item>, Syntax> {
    if !args.take_open() {
        let word = args.atom()?;
        return if word.eq_ignore_ascii_case("FAST") {
            Ok(vec![Item::Flags, Item::InternalDate, Item::Size])
        } else {
            Ok(vec![item(&word)?])
        };
    }
    let mut items = Vec::new();
    while !args.take_close() {
        items.push(item(&args.atom()?)?);
    }
    if items.is_empty() { Err(Syntax("nothing to fetch")) } else { Ok(items) }
}

fn item(word: &str) -> Result<Item, Syntax> {
    let old =
        |label: &str, what, sets_seen| Ok(Item::Bytes(Section { label: label.into(), what, sets_seen, window: None }));
    match word.to_ascii_uppercase().as_str() {
        "UID" => Ok(Item::Uid),
        "FLAGS" => Ok(Item::Flags),
        "INTERNALDATE" => Ok(Item::InternalDate),
        "RFC822.SIZE" => Ok(Item::Size),
        "MODSEQ" => Ok(Item::ModSeq),
        "EMAILID" => Ok(Item::EmailId),
        "RFC822" => old("RFC822", Extract::Whole, true),
        "RFC822.HEADER" => old("RFC822.HEADER", Extract::Header, false),
        "RFC822.TEXT" => old("RFC822.TEXT", Extract::Text, true),
        _ => section(word).map(Item::Bytes),
    }
}

/// `BODY.PEEK[HEADER.FIELDS (FROM TO)]<0.100>`
fn section(word: &str) -> Result<Section, Syntax> {
    const UNKNOWN: Syntax = Syntax("this server does not serve that FETCH item");
    let (name, rest) = word.split_once('[').ok_or(UNKNOWN)?;
    let (spec, window) = rest.split_once(']').ok_or(UNKNOWN)?;
    let sets_seen = match name.to_ascii_uppercase().as_str() {
        "BODY" => true,
        "BODY.PEEK" => false,
        _ => return Err(UNKNOWN),
    };
    let window = window_of(window)?;
    let origin = window.map_or(String::new(), |(first, _)| format!("<{first}>"));
    Ok(Section { label: format!("BODY[{spec}]{origin}"), what: extract(spec)?, sets_seen, window })
}

fn extract(spec: &str) -> Result<Extract, Syntax> {
    let mut args = Args::new(tokenize(&[Line::Text(spec.as_bytes().to_vec())])?);
    let Some(Token::Atom(_)) = args.peek() else { return Ok(Extract::Whole) };
    let what = match args.word()?.as_str() {
        "HEADER" => Extract::Header,
        "TEXT" => Extract::Text,
        "HEADER.FIELDS" => Extract::Fields { names: args.list()?, but: false },
        "HEADER.FIELDS.NOT" => Extract::Fields { names: args.list()?, but: true },
        _ => return Err(Syntax("this server serves no MIME parts")),
    };
    args.end()?;
    Ok(what)
}

/// `<first.count>`, or nothing.
fn window_of(text: &str) -> Result<Option<(usize, usize)>, Syntax> {
    const BAD: Syntax = Syntax("bad partial fetch");
    if text.is_empty() {
        return Ok(None);
    }
    let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).ok_or(BAD)?;
    let (first, count) = inner.split_once('.').ok_or(BAD)?;
    match (first.parse(), count.parse()) {
        (Ok(first), Ok(count)) if count > 0 => Ok(Some((first, count))),
        _ => Err(BAD),
    }
}

impl Section {
    /// Adds label and literal for `message` to an answer.
    pub(super) fn write(&self, message: &[u8], answer: &mut Vec<u8>) {
        let (header, text) = message.split_at(header_length(message));
        let gathered;
        let bytes = match &self.what {
            Extract::Whole => message,
            Extract::Header => header,
            Extract::Text => text,
            Extract::Fields { names, but } => {
                gathered = fields(header, names, *but);
                &gathered
            }
        };
        let (first, count) = self.window.unwrap_or((0, usize::MAX));
        let bytes = bytes.get(first..).unwrap_or_default();
        let bytes = &bytes[..bytes.len().min(count)];
        answer.extend_from_slice(format!("{} {{{}}}\r\n", self.label, bytes.len()).as_bytes());
        answer.extend_from_slice(bytes);
    }
}

/// How long the header is, the blank line at its end included.
pub(super) fn header_length(message: &[u8]) -> usize {
    if message.starts_with(b"\r\n") {
        return 2;
    }
    memchr::memmem::find(message, b"\r\n\r\n").map_or(message.len(), |end| end + 4)
}

/// The header lines of a block with their folded continuations, without the blank line.
pub(super) fn header_lines(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = header;
    std::iter::from_fn(move || {
        let mut end = 0;
        loop {
            end += rest[end..].iter().position(|byte| *byte == b'\n').map_or(rest.len() - end, |at| at + 1);
            if !matches!(rest.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        let (line, after) = rest.split_at(end);
        rest = after;
        (!line.is_empty() && line != b"\r\n").then_some(line)
    })
}

/// The name of a header line, or nothing for a line without a colon.
pub(super) fn name_of(line: &[u8]) -> &[u8] {
    let colon = line.iter().position(|byte| *byte == b':').unwrap_or(0);
    line[..colon].trim_ascii_end()
}

fn fields(header: &[u8], names: &[String], but: bool) -> Vec<u8> {
    let wanted = |line: &&[u8]| {
        let name = name_of(line);
        names.iter().any(|wanted| wanted.as_bytes().eq_ignore_ascii_case(name)) != but
    };
    let mut gathered: Vec<u8> = header_lines(header).filter(wanted).flatten().copied().collect();
    gathered.extend_from_slice(b"\r\n");
    gathered
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"From: a@b.test\r\nSubject: one\r\n two\r\nX-Y: z\r\nfrom : c\r\n\r\nbody\r\n";

    fn answer(item_text: &str) -> String {
        let Item::Bytes(section) = item(item_text).unwrap() else { panic!("{item_text} has no bytes") };
        let mut answer = Vec::new();
        section.write(MESSAGE, &mut answer);
        String::from_utf8(answer).unwrap()
    }

    #[test]
    fn fields_come_in_the_order_of_the_message_with_their_continuations() {
        assert_eq!(
            answer("BODY.PEEK[HEADER.FIELDS (SUBJECT From)]"),
            "BODY[HEADER.FIELDS (SUBJECT From)] {59}\r\nFrom: a@b.test\r\nSubject: one\r\n two\r\nfrom : c\r\n\r\n"
                .replace("{59}", "{48}")
        );
        assert_eq!(
            answer("body[header.fields.not (\"from\" subject)]").split_once("\r\n").unwrap().1,
            "X-Y: z\r\n\r\n"
        );
    }

    #[test]
    fn windows_may_reach_beyond_the_end() {
        assert_eq!(answer("BODY[TEXT]<1.3>"), "BODY[TEXT]<1> {3}\r\nody");
        assert_eq!(answer("BODY[]<9000.3>"), "BODY[]<9000> {0}\r\n");
    }

    #[test]
    fn nothing_is_set_seen_by_peeking() {
        let sets_seen = |text| matches!(item(text).unwrap(), Item::Bytes(Section { sets_seen: true, .. }));
        assert!(sets_seen("BODY[]") && sets_seen("RFC822") && sets_seen("BODY[HEADER]"));
        assert!(!sets_seen("BODY.PEEK[]") && !sets_seen("RFC822.HEADER"));
    }

    #[test]
    fn what_is_not_served_is_refused() {
        for bad in ["ENVELOPE", "BODYSTRUCTURE", "BODY[1]", "BODY[TEXT", "BODY[]<1>", "BODY[]<1.0>", "XBODY[]"] {
            assert!(item(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn headers_without_a_body_or_without_anything_have_an_end() {
        assert_eq!(header_length(b"A: b\r\n"), 6);
        assert_eq!(header_length(b"\r\nbody"), 2);
        assert_eq!(header_lines(b"").count(), 0);
        assert_eq!(header_lines(b"A: b\n c\nD: e").count(), 2);
    }
}
