//! Modified UTF-7, in which folder names travel (RFC 3501, section 5.1.3). Both ways are total.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// The wire form of a name.
pub fn encode(name: &str) -> String {
    let mut wire = String::with_capacity(name.len());
    let mut shifted: Vec<u16> = Vec::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut shifted, &mut wire);
            wire.push(c);
            if c == '&' {
                wire.push('-');
            }
        } else {
            shifted.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
    }
    flush(&mut shifted, &mut wire);
    wire
}

/// The name of a wire form. What is not valid is kept as it is: servers with raw UTF-8 names, or a lone `&`, exist.
pub fn decode(wire: &str) -> String {
    let mut name = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some(at) = rest.find('&') {
        let Some(length) = rest[at..].find('-') else { break };
        name.push_str(&rest[..at]);
        let shifted = &rest[at + 1..at + length];
        match shifted {
            "" => name.push('&'),
            _ => match unshift(shifted) {
                Some(text) => name.push_str(&text),
                None => name.push_str(&rest[at..=at + length]),
            },
        }
        rest = &rest[at + length + 1..];
    }
    name.push_str(rest);
    name
}

fn flush(shifted: &mut Vec<u16>, wire: &mut String) {
    if shifted.is_empty() {
        return;
    }
    wire.push('&');
    let (mut bits, mut held) = (0_u32, 0_u32);
    for unit in shifted.drain(..) {
        bits = (bits << 16) | u32::from(unit);
        held += 16;
        while held >= 6 {
            held -= 6;
            wire.push(letter(bits >> held));
        }
    }
    if held > 0 {
        wire.push(letter(bits << (6 - held)));
    }
    wire.push('-');
}

fn letter(bits: u32) -> char {
    char::from(ALPHABET[(bits & 63) as usize])
}

/// What stands between `&` and `-`; `None` unless it is whole UTF-16 in modified base64.
fn unshift(text: &str) -> Option<String> {
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut units = Vec::with_capacity(text.len() / 2);
    for byte in text.bytes() {
        let value = ALPHABET.iter().position(|letter| *letter == byte)?;
        bits = (bits << 6) | value as u32;
        held += 6;
        if held >= 16 {
            held -= 16;
            units.push((bits >> held) as u16);
            bits &= (1 << held) - 1;
        }
    }
    let complete = held < 6 && bits == 0 && !units.is_empty();
    complete.then(|| String::from_utf16(&units).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_the_rfc_and_of_life() {
        for (name, wire) in [
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("Q&A", "Q&-A"),
            ("Éléments envoyés", "&AMk-l&AOk-ments envoy&AOk-s"),
            ("🦀", "&2D7dgA-"),
            ("INBOX", "INBOX"),
        ] {
            assert_eq!(encode(name), wire);
            assert_eq!(decode(wire), name);
        }
    }

    #[test]
    fn what_is_not_modified_utf7_is_kept() {
        for raw in ["a & b", "&", "&U,BTFw", "&!!-", "&AAA", "&2D4-", "Entwürfe", "&A-", "x&"] {
            assert_eq!(decode(raw), raw);
        }
    }

    proptest! {
        #[test]
        fn every_name_survives(name in any::<String>()) {
            let wire = encode(&name);
            prop_assert!(wire.bytes().all(|b| matches!(b, b' '..=b'~')));
            prop_assert_eq!(decode(&wire), name);
        }

        #[test]
        fn any_wire_name_decodes(wire in any::<String>()) {
            decode(&wire);
        }
    }
}
