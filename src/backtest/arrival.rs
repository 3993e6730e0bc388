//! When messages arrived, where the time of the file only says when it was copied.

use crate::logic::ids::UnixTime;

/// What is known of a message's time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// The time in the `From ` line, or the file's.
    pub kept: Option<UnixTime>,
    /// The time in the name of a Maildir's file.
    pub named: Option<UnixTime>,
    /// Date.
    pub written: Option<UnixTime>,
}

/// Messages that one folder got within an hour, for it to be suspected of being a copy.
const BURST: usize = 20;
/// Mail is seldom under way for longer.
const UNDER_WAY: i64 = 2 * UnixTime::DAY;
const HOUR: i64 = 3600;

/// The arrivals of the messages of one folder, in their order.
///
/// What the folder says counts. But the first fetch of a Maildir by mbsync, a copy without `-p`, and Thunderbird's `From - …`
/// lines stamp years of mail with the hour in which it was copied. Where at least 20 messages share an hour and most of
/// them were written days before it, the name of the file or the Date counts instead.
pub fn arrivals(times: &[Times]) -> Vec<UnixTime> {
    let mut order: Vec<usize> = (0..times.len()).filter(|&one| times[one].kept.is_some()).collect();
    order.sort_by_key(|&one| hour(times[one]));
    let mut arrivals: Vec<Option<UnixTime>> = times.iter().map(|one| one.kept.or(one.written)).collect();
    for burst in order.chunk_by(|&a, &b| hour(times[a]) == hour(times[b])).filter(|burst| burst.len() >= BURST) {
        let old = burst.iter().filter(|&&one| is_older(times[one].written, times[one].kept)).count();
        if 2 * old > burst.len() {
            burst.iter().for_each(|&one| arrivals[one] = uncopied(times[one]));
        }
    }
    let mut last = UnixTime::default();
    // What has no time at all stays where it lies: behind the message before it.
    arrivals.into_iter().map(|arrival| *arrival.inspect(|&time| last = time).as_ref().unwrap_or(&last)).collect()
}

fn uncopied(times: Times) -> Option<UnixTime> {
    times.named.filter(|&named| is_older(Some(named), times.kept)).or(times.written).or(times.kept)
}

fn is_older(one: Option<UnixTime>, than: Option<UnixTime>) -> bool {
    matches!((one, than), (Some(one), Some(than)) if one.0 < than.0.saturating_sub(UNDER_WAY))
}

fn hour(times: Times) -> Option<i64> {
    times.kept.map(|kept| kept.0.div_euclid(HOUR))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_767_614_400;

    fn times(kept: i64, written: i64) -> Times {
        Times { kept: Some(UnixTime(kept)), named: None, written: Some(UnixTime(written)) }
    }

    #[test]
    fn what_the_folder_says_counts() {
        let forged = times(NOON, 0);
        assert_eq!(arrivals(&[forged, forged]), [UnixTime(NOON); 2]);
        let none = Times::default();
        let dated = Times { written: Some(UnixTime(7)), ..none };
        assert_eq!(arrivals(&[none, dated, none]), [UnixTime(0), UnixTime(7), UnixTime(7)]);
    }

    #[test]
    fn a_copied_folder_does_not_make_one_day_of_years() {
        let day = |n: i64| NOON - (40 - n) * UnixTime::DAY;
        let copied: Vec<Times> = (0..30).map(|n| times(NOON + n, day(n))).collect();
        assert_eq!(arrivals(&copied), (0..30).map(|n| UnixTime(day(n))).collect::<Vec<_>>());
        let mut named = copied.clone();
        named[3].named = Some(UnixTime(day(9)));
        named[4].named = Some(UnixTime(NOON + 4));
        assert_eq!(arrivals(&named)[3..5], [UnixTime(day(9)), UnixTime(day(4))]);
    }

    #[test]
    fn a_busy_hour_is_no_copy() {
        let busy: Vec<Times> = (0..30).map(|n| times(NOON + n, if n % 3 == 0 { 0 } else { NOON })).collect();
        assert_eq!(arrivals(&busy)[27], UnixTime(NOON + 27));
    }
}
