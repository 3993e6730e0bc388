//! What files on disk say of a message's flags: Maildir in the file's name, mbox in fields that mail programs add.

use crate::logic::ids::Flags;

/// Of a Maildir's file: `1767607200.M1P2.host:2,FRS`. Some file systems and programs take `;` or `!` for the colon.
pub(super) fn of_name(name: &str) -> Flags {
    let Some(letters) = [":2,", ";2,", "!2,"].into_iter().find_map(|mark| Some(name.rsplit_once(mark)?.1)) else {
        return Flags::default();
    };
    let has = |letter| letters.contains(letter);
    Flags {
        seen: has('S'),
        answered: has('R'),
        flagged: has('F'),
        deleted: has('T'),
        draft: has('D'),
        important: false,
    }
}

/// When the file was delivered, by its name: seconds since 1970 before the first dot.
pub(super) fn time_of_name(name: &str) -> Option<i64> {
    let seconds: i64 = name.split('.').next()?.parse().ok()?;
    // Since 1990, when there were no Maildirs; four more digits are somebody else's numbering.
    (631_152_000..100_000_000_000).contains(&seconds).then_some(seconds)
}

/// Of an mbox's message: `Status: RO` and `X-Status: AF` of mbox programs, `X-Mozilla-Status: 0001` of Thunderbird.
pub(super) fn of_header(header: &[u8]) -> Flags {
    let mut flags = Flags::default();
    for line in header.split(|&byte| byte == b'\n') {
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        let has = |letter: u8| value.contains(&letter);
        if name.eq_ignore_ascii_case(b"status") {
            flags.seen |= has(b'R');
        } else if name.eq_ignore_ascii_case(b"x-status") {
            flags.answered |= has(b'A');
            flags.flagged |= has(b'F');
            flags.draft |= has(b'T');
            flags.deleted |= has(b'D');
        } else if name.eq_ignore_ascii_case(b"x-mozilla-status") {
            let bits = std::str::from_utf8(value).ok().and_then(|text| u16::from_str_radix(text.trim(), 16).ok());
            let set = |bit: u16| bits.is_some_and(|bits| bits & bit != 0);
            flags.seen |= set(0x0001);
            flags.answered |= set(0x0002);
            flags.flagged |= set(0x0004);
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maildirs_names_say_flags_and_time() {
        let flags = Flags { seen: true, answered: true, ..Flags::default() };
        assert_eq!(of_name("1767607200.M1P2.host:2,RS"), flags);
        assert_eq!(of_name("1767607200.M1P2.host;2,RS"), flags);
        assert_eq!(of_name("1767607200.M1P2.host"), Flags::default());
        assert_eq!(time_of_name("1767607200.M1P2.host:2,RS"), Some(1_767_607_200));
        for odd in ["17.eml", "message.eml", "", "99999999999999.x"] {
            assert_eq!(time_of_name(odd), None, "{odd}");
        }
    }

    #[test]
    fn an_mboxs_fields_say_flags() {
        let flags = Flags { seen: true, flagged: true, ..Flags::default() };
        assert_eq!(of_header(b"Subject: x\r\nStatus: RO\r\nX-Status: F\r\n"), flags);
        assert_eq!(of_header(b"X-Mozilla-Status: 0005\n"), flags);
        assert_eq!(of_header(b"X-Mozilla-Status: zzzz\nStatus\n: R\n"), Flags::default());
    }
}
