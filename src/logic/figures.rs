//! Numbers as people read them.

use std::fmt::Display;

/// With thousands separators: `12,400`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 message`, `12,400 messages`.
pub fn plural(number: u64, one: impl Display, many: impl Display) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{} {many}", count(number)),
    }
}

/// `part` of `whole` in percent, rounded; 1 and 99 stay clear of "none" and "all". `None` when there is no whole.
pub fn percent(part: u64, whole: u64) -> Option<u8> {
    if whole == 0 {
        return None;
    }
    let part = part.min(whole);
    let rounded = (u128::from(part) * 200 / u128::from(whole)).div_ceil(2);
    Some(match rounded {
        0 if part > 0 => 1,
        100 if part < whole => 99,
        rounded => rounded as u8,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_separators() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_400, "12,400"), (1_234_567, "1,234,567")] {
            assert_eq!(count(number), text);
        }
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(plural(1, "message", "messages"), "1 message");
        assert_eq!(plural(0, "message", "messages"), "0 messages");
        assert_eq!(plural(20_000, "message", "messages"), "20,000 messages");
    }

    #[test]
    fn a_little_is_not_nothing_and_nearly_all_is_not_all() {
        let cases = [(0, 9, 0), (1, 1_000, 1), (1, 3, 33), (2, 3, 67), (999, 1_000, 99), (7, 7, 100), (9, 7, 100)];
        for (part, whole, expected) in cases {
            assert_eq!(percent(part, whole), Some(expected), "{part} of {whole}");
        }
        assert_eq!(percent(u64::MAX, u64::MAX), Some(100));
        assert_eq!(percent(0, 0), None);
    }
}
