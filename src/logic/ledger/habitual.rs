//! What tells a machine by its habits: it writes at even distances, and the same subject again and again.

use crate::logic::ids::UnixTime;
use crate::logic::words;

/// How evenly mail comes: mean and variance of the logarithm of the hours between two mails, the last ones counting most.
/// Two numbers, whatever the length of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rhythm {
    /// Mean of the logarithms.
    pub mean: f64,
    /// Their variance.
    pub variance: f64,
    /// The distances that were seen, up to [`Rhythm::FULL`].
    pub gaps: u32,
}

impl Rhythm {
    /// From here on each new distance counts the same share, so that a sender may change its habits.
    pub const FULL: u32 = 8;
    /// The distances from which on an evenness may be told.
    pub const ENOUGH: u32 = 4;
    /// What comes closer together than this is one dispatch, seconds.
    const DISPATCH: i64 = 600;

    /// A mail came at `at`, the one before at `last`. What comes out of order, or with the last one, says nothing.
    pub(super) fn beat(&mut self, last: UnixTime, at: UnixTime) {
        let gap = at.0.saturating_sub(last.0);
        if last.0 <= 0 || gap < Self::DISPATCH {
            return;
        }
        let hours = (gap as f64 / 3600.0).ln();
        self.gaps = (self.gaps + 1).min(Self::FULL);
        let share = 1.0 / f64::from(self.gaps);
        let off = hours - self.mean;
        self.mean += share * off;
        self.variance = (1.0 - share) * (self.variance + share * off * off);
    }

    /// 0..1: 1 is a clock. Distances at random (as people's) have logarithms that spread by 1.3, and give 0.
    pub fn evenness(&self) -> f64 {
        if self.gaps < Self::ENOUGH { 0.0 } else { (1.0 - self.variance.max(0.0).sqrt() / 0.8).max(0.0) }
    }

    /// The usual distance, days.
    pub fn days(&self) -> f64 {
        self.mean.exp() / 24.0
    }
}

/// A subject without what changes in it, and how much it prevails: each mail that has it is a vote for it, each other one a
/// vote against it, and without votes the next one takes its place (Boyer and Moore's majority vote, 1981).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// The hash of the subject that prevails; 0 is none.
    pub hash: u32,
    /// Votes for it.
    pub votes: u32,
}

impl Template {
    pub(super) fn vote(&mut self, hash: u32) {
        if hash == self.hash {
            self.votes = self.votes.saturating_add(1);
        } else if self.votes == 0 {
            *self = Template { hash, votes: 1 };
        } else {
            self.votes -= 1;
        }
    }
}

/// The subject without its marks, numbers and names; 0 when nothing is left.
///
/// Names are the words that begin with a capital letter, where at least two others are left (`Your Order` keeps both).
pub(crate) fn template(subject: &str) -> u32 {
    let bare = words::bare(subject);
    if bare.is_ascii() {
        return ascii_template(bare.as_bytes());
    }
    let constant = |word: &&str| !word.bytes().any(|byte| byte.is_ascii_digit());
    let named = |word: &str| word.starts_with(char::is_uppercase);
    let words = || bare.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).filter(constant);
    let plain = words().filter(|word| !named(word)).count();
    let mut hash = Fnv::default();
    words().filter(|word| plain < 2 || !named(word)).for_each(|word| hash.word(word));
    hash.0.unwrap_or(0)
}

/// The same for the subjects that most mail has, in a tenth of the time.
fn ascii_template(bare: &[u8]) -> u32 {
    let all = bare.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words = || all.clone().filter(|word| !word.iter().any(u8::is_ascii_digit));
    let named = |word: &[u8]| word[0].is_ascii_uppercase();
    let plain = words().filter(|word| !named(word)).count();
    let mut hash = Fnv::default();
    words().filter(|word| plain < 2 || !named(word)).for_each(|word| hash.ascii_word(word));
    hash.0.unwrap_or(0)
}

/// The hash of the first word of a subject whose marks were taken off: `Invoice`, `Meeting`, `kernel` of `kernel/fork: …`. `None` where
/// there is no word of three letters at least.
pub(super) fn first_word(bare: &str) -> Option<u32> {
    let word = bare
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .find(|word| word.chars().nth(2).is_some() && word.starts_with(char::is_alphabetic))?;
    let mut hash = Fnv::default();
    hash.word(word);
    hash.0
}

/// FNV-1a (Fowler, Noll, Vo) over lower-cased words: the hash is kept on disk, so it is not the standard library's.
#[derive(Default)]
struct Fnv(Option<u32>);

impl Fnv {
    fn word(&mut self, word: &str) {
        let mut hash = self.0.unwrap_or(0x811c_9dc5);
        for c in word.chars().flat_map(char::to_lowercase).chain([' ']) {
            hash = (hash ^ u32::from(c)).wrapping_mul(0x0100_0193);
        }
        self.0 = Some(hash.max(1));
    }

    fn ascii_word(&mut self, word: &[u8]) {
        let mut hash = self.0.unwrap_or(0x811c_9dc5);
        for byte in word.iter().chain(b" ") {
            hash = (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193);
        }
        self.0 = Some(hash.max(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = UnixTime::DAY;

    fn rhythm(days: &[f64]) -> Rhythm {
        let mut rhythm = Rhythm::default();
        let times: Vec<_> = days.iter().map(|day| UnixTime(DAY + (day * DAY as f64) as i64)).collect();
        times.windows(2).for_each(|two| rhythm.beat(two[0], two[1]));
        rhythm
    }

    #[test]
    fn a_clock_is_even_and_a_person_is_not() {
        let weekly = rhythm(&[0.0, 7.0, 14.1, 21.0, 27.9, 35.0]);
        assert!(weekly.evenness() > 0.9 && (weekly.days() - 7.0).abs() < 0.2, "{weekly:?}");
        let person = rhythm(&[0.0, 0.1, 4.0, 4.2, 9.0, 9.05, 30.0, 30.4]);
        assert_eq!(person.evenness(), 0.0, "{person:?}");
        assert_eq!(rhythm(&[0.0, 7.0, 14.0]).evenness(), 0.0, "too early to tell");
    }

    #[test]
    fn one_dispatch_and_what_comes_out_of_order_are_no_distance() {
        let mut rhythm = rhythm(&[0.0, 1.0, 2.0, 3.0, 4.0]);
        let before = rhythm;
        rhythm.beat(UnixTime(9 * DAY), UnixTime(9 * DAY + 60));
        rhythm.beat(UnixTime(9 * DAY), UnixTime(DAY));
        rhythm.beat(UnixTime(i64::MAX), UnixTime(i64::MIN));
        assert_eq!(rhythm, before);
    }

    #[test]
    fn numbers_and_names_do_not_make_another_subject() {
        let same = [
            ["Your order 4711 has shipped", "Your order 4712-A9 has shipped"],
            ["Re: Anna Berg commented on your post", "Otto commented on your post"],
            ["New comment by Anna Berg on your post", "New comment by Otto on your post"],
            ["Ihre Rechnung 12/2025", "Ihre Rechnung 01/2026"],
        ];
        for [one, other] in same {
            assert_eq!(template(one), template(other), "{one} | {other}");
        }
        assert_ne!(template("Your order has shipped"), template("Your order was cancelled"));
        assert_eq!((template(""), template("4711")), (0, 0));
    }

    #[test]
    fn it_makes_no_difference_by_which_way_a_subject_is_read() {
        // What is not ASCII is no word here, so that both ways read the same words.
        for subject in
            ["Your order 4711 has shipped", "New comment by Anna Berg on your post", "A B", "a-b_c 1x y2", "4711"]
        {
            assert_eq!(template(subject), template(&format!("{subject} \u{2026}")), "{subject}");
        }
    }

    #[test]
    fn the_subject_that_comes_most_prevails() {
        let mut template = Template::default();
        [7, 7, 3, 7, 5, 7].into_iter().for_each(|hash| template.vote(hash));
        assert_eq!(template, Template { hash: 7, votes: 2 });
    }
}
