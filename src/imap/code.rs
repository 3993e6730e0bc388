//! Reads what follows OK, NO or BAD: a response code in brackets, and text.

use super::cursor::{Cursor, number};
use super::framer::Frame;
use super::parse::{ranges, words_upper};
use super::response::Code;
use crate::logic::ids::{ModSeq, Uid, UidValidity};

/// A COPYUID that names more messages than this is taken for a lie. Our own commands are far smaller (8,000 bytes).
const MOST_UIDS: u64 = 1_000_000;
/// Text beyond this many bytes is cut: nobody reads it.
const MOST_TEXT: usize = 2_000;

/// The code, if any, and the text after it.
pub fn code_and_text(line: &[u8]) -> (Option<Code>, String) {
    let line = line.trim_ascii_start();
    let mut cursor = Cursor::new(Frame { bytes: line, literals: &[] });
    let code = cursor.eat(b'[').then(|| code(cursor.bracketed()));
    let text = cursor.rest().trim_ascii();
    (code, String::from_utf8_lossy(&text[..text.len().min(MOST_TEXT)]).into_owned())
}

fn code(inner: &[u8]) -> Code {
    let mut cursor = Cursor::new(Frame { bytes: inner, literals: &[] });
    let name = cursor.word().to_ascii_uppercase();
    let known = simple(&name).or_else(|| with_argument(&name, &mut cursor));
    known.unwrap_or_else(|| Code::Other(String::from_utf8_lossy(&inner[..inner.len().min(1_000)]).into_owned()))
}

fn simple(name: &[u8]) -> Option<Code> {
    Some(match name {
        b"READ-ONLY" => Code::ReadOnly,
        b"READ-WRITE" => Code::ReadWrite,
        b"NOMODSEQ" => Code::NoModSeq,
        b"ALERT" => Code::Alert,
        b"TRYCREATE" => Code::TryCreate,
        b"NONEXISTENT" => Code::NonExistent,
        b"ALREADYEXISTS" => Code::AlreadyExists,
        b"OVERQUOTA" => Code::OverQuota,
        b"NOPERM" => Code::NoPerm,
        b"INUSE" => Code::InUse,
        b"LIMIT" => Code::Limit,
        b"CANNOT" => Code::Cannot,
        b"UNAVAILABLE" => Code::Unavailable,
        b"AUTHENTICATIONFAILED" => Code::AuthenticationFailed,
        b"AUTHORIZATIONFAILED" => Code::AuthorizationFailed,
        b"EXPIRED" => Code::Expired,
        b"PRIVACYREQUIRED" => Code::PrivacyRequired,
        b"CONTACTADMIN" => Code::ContactAdmin,
        b"EXPUNGEISSUED" => Code::ExpungeIssued,
        b"CORRUPTION" => Code::Corruption,
        b"CLOSED" => Code::Closed,
        _ => return None,
    })
}

fn with_argument(name: &[u8], cursor: &mut Cursor<'_>) -> Option<Code> {
    match name {
        b"COPYUID" => copy_uid(cursor),
        b"APPENDUID" => {
            let validity = UidValidity(cursor.number32()?);
            Some(Code::AppendUid { validity, uids: uids(cursor.atom())? })
        }
        // 0 is none (RFC 9051, section 9, `nz-number`), though a server says it (defects#52).
        b"UIDVALIDITY" => {
            cursor.number32().filter(|number| *number > 0).map(|number| Code::UidValidity(UidValidity(number)))
        }
        b"UIDNEXT" => cursor.number32().map(|number| Code::UidNext(Uid(number))),
        b"HIGHESTMODSEQ" => number(cursor.atom()).map(|number| Code::HighestModSeq(ModSeq(number))),
        b"PERMANENTFLAGS" => cursor.list().map(Code::PermanentFlags),
        b"CAPABILITY" => Some(Code::Capability(words_upper(cursor))),
        _ => None,
    }
}

/// `38505 304,319:320 3956:3958`. hoodiecrow sends `1  ` when it copied nothing.
fn copy_uid(cursor: &mut Cursor<'_>) -> Option<Code> {
    let validity = UidValidity(cursor.number32()?);
    let from = uids(cursor.atom())?;
    let to = uids(cursor.atom())?;
    (from.len() == to.len()).then_some(Code::CopyUid { validity, from, to })
}

fn uids(set: &[u8]) -> Option<Vec<Uid>> {
    ranges(set)?.expand(MOST_UIDS).filter(|uids| !uids.is_empty())
}
