//! Invented mail, one header at a time.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;

/// A message before it is put into a mailbox.
#[derive(Clone, Debug)]
pub struct Mail {
    headers: Vec<(String, Vec<u8>)>,
    body: String,
    /// Its flags and keywords.
    pub flags: Vec<String>,
    /// When it was written, and when it arrived unless [`Mail::arrived`] says otherwise. Seconds since 1970.
    written: i64,
    arrived: i64,
    /// Whether it says when it was written.
    dated: bool,
}

/// Whose mailbox it is.
pub const ME: &str = "me@home.example";

impl Mail {
    /// A message to [`ME`] with an own Message-ID, written and arrived an hour ago.
    pub fn from(sender: &str) -> Mail {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let domain = sender.rsplit('@').next().unwrap_or_default().trim_end_matches('>').to_owned();
        let now = Timestamp::now().as_second() - 3600;
        let body = format!("Message {number}.\r\n");
        let mail = Mail { headers: Vec::new(), body, flags: Vec::new(), written: now, arrived: now, dated: true };
        mail.header("From", sender).header("To", ME).header("Message-ID", format!("<{number}@{domain}>"))
    }

    /// Adds a header field, or replaces the one of this name.
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Mail {
        let value = value.into();
        self.dated &= name != "Date";
        match self.headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some(place) => place.1 = value,
            None => self.headers.push((name.to_owned(), value)),
        }
        self
    }

    /// Adds a header field that may be there already.
    pub fn another(mut self, name: &str, value: impl Into<Vec<u8>>) -> Mail {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Takes a header field away.
    pub fn without(mut self, name: &str) -> Mail {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.dated &= name != "Date";
        self
    }

    /// `Subject`
    pub fn subject(self, text: &str) -> Mail {
        self.header("Subject", text)
    }

    /// `To`
    pub fn to(self, address: &str) -> Mail {
        self.header("To", address)
    }

    /// `In-Reply-To` and `References`
    pub fn answers(self, other: &Mail) -> Mail {
        self.answers_id(&other.id())
    }

    /// The same, by the other's Message-ID.
    pub fn answers_id(self, id: &str) -> Mail {
        self.header("In-Reply-To", id).header("References", id)
    }

    /// Another body: also other bytes for mail whose header is the same.
    pub fn body(mut self, text: &str) -> Mail {
        text.clone_into(&mut self.body);
        self
    }

    /// A flag or keyword.
    pub fn flag(mut self, flag: &str) -> Mail {
        self.flags.push(flag.to_owned());
        self
    }

    /// Written and arrived so many days ago.
    pub fn days_old(mut self, days: i64) -> Mail {
        self.written = Timestamp::now().as_second() - days * 86_400;
        self.arrived = self.written;
        self
    }

    /// Written and arrived at this time, seconds since 1970.
    pub fn at(mut self, seconds: i64) -> Mail {
        (self.written, self.arrived) = (seconds, seconds);
        self
    }

    /// Arrived (INTERNALDATE) so many days ago, whenever it was written.
    pub fn arrived_days_ago(mut self, days: i64) -> Mail {
        self.arrived = Timestamp::now().as_second() - days * 86_400;
        self
    }

    /// Arrived (INTERNALDATE) at this time, seconds since 1970, whenever it was written.
    pub fn arrived_at(mut self, seconds: i64) -> Mail {
        self.arrived = seconds;
        self
    }

    /// Its Message-ID with brackets.
    pub fn id(&self) -> String {
        let (_, id) = self.headers.iter().find(|(name, _)| name == "Message-ID").expect("mail with a Message-ID");
        String::from_utf8(id.clone()).unwrap()
    }

    /// The whole message.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1024);
        let date = self
            .dated
            .then(|| ("Date".to_owned(), format_time(self.written, "%a, %d %b %Y %H:%M:%S +0000").into_bytes()));
        for (name, value) in self.headers.iter().chain(&date) {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(self.body.as_bytes());
        bytes
    }

    /// When it arrived, in seconds since 1970.
    pub fn arrived(&self) -> i64 {
        self.arrived
    }

    /// INTERNALDATE as APPEND takes it.
    pub fn internal_date(&self) -> String {
        format_time(self.arrived, "%d-%b-%Y %H:%M:%S +0000")
    }
}

fn format_time(seconds: i64, format: &str) -> String {
    Timestamp::from_second(seconds).unwrap().strftime(format).to_string()
}
