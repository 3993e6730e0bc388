//! Sequence sets (RFC 9051, section 9, `sequence-set`): `1:3,7,12:*`.

use super::tokens::Syntax;

/// A set of sequence numbers or of UIDs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Set(Vec<(Bound, Bound)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Number(u32),
    /// `*`: the largest number there is.
    Last,
}

impl Bound {
    fn parse(text: &str) -> Result<Bound, Syntax> {
        match text {
            "*" => Ok(Bound::Last),
            text => match text.parse() {
                Ok(number) if number > 0 => Ok(Bound::Number(number)),
                _ => Err(Syntax("bad sequence set")),
            },
        }
    }

    fn resolve(self, last: u32) -> u32 {
        match self {
            Bound::Number(number) => number,
            Bound::Last => last,
        }
    }
}

impl Set {
    /// Reads the wire form.
    pub(super) fn parse(text: &str) -> Result<Set, Syntax> {
        let range = |part: &str| {
            let (from, to) = part.split_once(':').unwrap_or((part, part));
            Ok((Bound::parse(from)?, Bound::parse(to)?))
        };
        text.split(',').map(range).collect::<Result<_, _>>().map(Set)
    }

    /// The ranges, ends included, each in ascending order, when `*` means `last`.
    ///
    /// `n:*` holds `last` even when it is below `n` (RFC 9051, section 9: "seq-range").
    pub(super) fn ranges(&self, last: u32) -> impl Iterator<Item = (u32, u32)> {
        self.0.iter().map(move |(from, to)| {
            let (from, to) = (from.resolve(last), to.resolve(last));
            (from.min(to), from.max(to))
        })
    }
}

/// The wire form of ascending numbers, runs written as `a:b`.
pub(super) fn compress(numbers: &[u32]) -> String {
    numbers
        .chunk_by(|one, next| one.checked_add(1) == Some(*next))
        .map(|run| match run {
            [only] => only.to_string(),
            run => format!("{}:{}", run[0], run[run.len() - 1]),
        })
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_to_the_last_holds_the_last_from_either_side() {
        let set = Set::parse("7:*,2,*:3").unwrap();
        assert_eq!(set.ranges(5).collect::<Vec<_>>(), [(5, 7), (2, 2), (3, 5)]);
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "0", "1:", ":2", "1,,2", "a", "1:2:3", "-1", "4294967296"] {
            assert!(Set::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn runs_are_compressed() {
        assert_eq!(compress(&[1, 2, 3, 7, 9, 10]), "1:3,7,9:10");
        assert_eq!(compress(&[]), "");
        assert_eq!(compress(&[u32::MAX]), u32::MAX.to_string());
    }
}
