//! What a server answers, read by a few lines of its own: nothing that the engine gets wrong is got wrong here in the same way.

use std::collections::BTreeSet;

/// One value in a response (RFC 9051, section 4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A bare word; a `BODY[…]` with its brackets is one.
    Word(String),
    /// A quoted string or a literal.
    Text(Vec<u8>),
    /// What stands between parentheses.
    List(Vec<Value>),
}

impl Value {
    /// As text; a list is none.
    pub fn text(&self) -> String {
        match self {
            Value::Word(word) => word.clone(),
            Value::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Value::List(_) => panic!("a list where text was expected: {self:?}"),
        }
    }

    /// The bytes of a string.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Value::Word(word) => word.as_bytes(),
            Value::Text(bytes) => bytes,
            Value::List(_) => panic!("a list where bytes were expected: {self:?}"),
        }
    }

    /// What stands between the parentheses.
    pub fn list(&self) -> &[Value] {
        match self {
            Value::List(values) => values,
            _ => panic!("a list was expected: {self:?}"),
        }
    }
}

/// Reads all values of one response, literals included.
pub fn values(response: &[u8]) -> Vec<Value> {
    Reader { rest: response }.until(None)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    fn until(&mut self, end: Option<u8>) -> Vec<Value> {
        let mut values = Vec::new();
        while let Some(&next) = self.rest.first() {
            match next {
                _ if Some(next) == end => {
                    self.take();
                    return values;
                }
                b' ' | b'\r' | b'\n' => drop(self.take()),
                b'(' => {
                    self.take();
                    values.push(Value::List(self.until(Some(b')'))));
                }
                b'"' => values.push(self.quoted()),
                b'{' => values.push(self.literal()),
                _ => values.push(self.word()),
            }
        }
        values
    }

    fn quoted(&mut self) -> Value {
        self.take();
        let mut text = Vec::new();
        loop {
            match self.take().expect("an open quoted string") {
                b'"' => return Value::Text(text),
                b'\\' => text.push(self.take().expect("an open quoted string")),
                byte => text.push(byte),
            }
        }
    }

    fn literal(&mut self) -> Value {
        let end = self.rest.iter().position(|&byte| byte == b'\n').expect("a literal's line ends");
        let size = literal_size(&self.rest[..=end]).expect("a literal's size");
        let (text, rest) = self.rest[end + 1..].split_at(size);
        self.rest = rest;
        Value::Text(text.to_vec())
    }

    fn word(&mut self) -> Value {
        let mut word = String::new();
        let mut brackets = 0_i32;
        while let Some(&next) = self.rest.first() {
            brackets += i32::from(next == b'[') - i32::from(next == b']');
            if brackets == 0 && matches!(next, b' ' | b'(' | b')' | b'\r' | b'\n') {
                break;
            }
            word.push(char::from(next));
            self.take();
        }
        Value::Word(word)
    }
}

/// The size of the literal that this line announces at its end: `… {123}\r\n`.
pub fn literal_size(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"\r\n")?.strip_suffix(b"}")?;
    let open = line.iter().rposition(|&byte| byte == b'{')?;
    std::str::from_utf8(&line[open + 1..]).ok()?.parse().ok()
}

/// One message as it lies in a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its UID.
    pub uid: u32,
    /// Its flags and keywords without `\Recent`.
    pub flags: BTreeSet<String>,
    /// Its INTERNALDATE as the server says it.
    pub internal_date: String,
    /// The whole message.
    pub bytes: Vec<u8>,
}

/// The message of a `* n FETCH (…)` response.
pub fn stored(response: &[u8]) -> Option<Stored> {
    let values = values(response);
    let [_, _, Value::Word(verb), Value::List(items)] = &values[..] else { return None };
    let item = |name: &str| items.chunks_exact(2).find(|pair| pair[0].text() == name).map(|pair| &pair[1]);
    (verb == "FETCH").then(|| Stored {
        uid: item("UID").expect("UID").text().parse().expect("a number"),
        flags: item("FLAGS").expect("FLAGS").list().iter().map(Value::text).filter(|flag| flag != "\\Recent").collect(),
        internal_date: item("INTERNALDATE").expect("INTERNALDATE").text(),
        bytes: item("BODY[]").map(|bytes| bytes.bytes().to_vec()).unwrap_or_default(),
    })
}
