use super::*;
use crate::logic::engine::Notice;
use crate::tui::play::{NOW, Play, Scene};
use crate::tui::testing::{SIZES, styled};

pub(crate) fn days(count: u32) -> Vec<DayCount> {
    let today = NOW.0.div_euclid(UnixTime::DAY) * UnixTime::DAY;
    (0..count)
        .map(|day| {
            let back = count - 1 - day;
            let counts =
                [back % 5, 3 + back % 4, (back * 3) % 11, 12 + (back * 7) % 23, u32::from(back.is_multiple_of(6))];
            DayCount { day: UnixTime(today - i64::from(back) * UnixTime::DAY), counts }
        })
        .collect()
}

fn figures(request: &Request) -> Option<Answer> {
    let Request::Stats { days: count, .. } = request else { return None };
    let harm = vec![("home".to_owned(), UnixTime(NOW.0 - 86_400), 412, 3), ("work".to_owned(), NOW, 60, 4)];
    let reply = StatsReply { days: days(*count), kept_out: 0.817, harm, moved: 12_431, undone: 17 };
    Some(Ok(Reply::Stats(reply)))
}

fn play(width: u16, height: u16, colour: bool) -> Play {
    let mut scene = Scene::usual();
    scene.other = figures;
    let mut play = Play::sized(scene, width, height, colour);
    play.press("4");
    play
}

#[test]
fn frames() {
    for (width, height) in SIZES {
        for colour in [true, false] {
            let name = format!("{width}x{height}{}", if colour { "" } else { "_no_color" });
            insta::assert_snapshot!(format!("stats_{name}"), styled(&play(width, height, colour).buffer()));
        }
        let year = styled(&play(width, height, false).press("l l").buffer());
        insta::assert_snapshot!(format!("stats_year_{width}x{height}"), year);
    }
}

#[test]
fn more_and_fewer_days_are_looked_at() {
    let mut play = play(120, 40, true);
    play.sees("82% of 1,039 messages").press("h h").sees("this is the shortest time");
    play.press("l l l l").sees("this is the longest time").sees("a bar a week");
    let days = |request: &Request| match request {
        Request::Stats { days, .. } => Some(*days),
        _ => None,
    };
    let asked: Vec<u32> = play.asked.iter().filter_map(days).collect();
    assert_eq!(asked, [30, 14, 30, 90, 365]);
}

#[test]
fn the_harm_says_how_it_can_be_measured() {
    let mut scene = Scene::usual();
    scene.other = |request| {
        let Request::Stats { days: count, .. } = request else { return None };
        let reply = StatsReply { days: days(*count), kept_out: 0.5, ..StatsReply::default() };
        Some(Ok(Reply::Stats(reply)))
    };
    let mut play = Play::new(scene);
    play.press("4").sees("not measured yet: mailherd backtest --account NAME").sees("nothing yet");
}

#[test]
fn what_the_engine_does_appears_without_a_key() {
    let mut play = play(80, 24, true);
    play.sees("12,431 messages");
    play.scene.other = |_| Some(Ok(Reply::Stats(StatsReply { days: days(30), moved: 3, ..StatsReply::default() })));
    play.hears(Notice::Changed { account: "home".into() }).sees("3 messages");
}

#[test]
fn days_without_mail_are_said_in_words() {
    Play::new(Scene::empty()).press("4").sees("No mail came in these days.").sees("l looks further back");
}

#[test]
fn a_long_time_is_told_by_weeks_that_end_today() {
    let all = days(30);
    assert_eq!(bars(&all, 30).len(), 30);
    let weeks = bars(&all, 29);
    assert_eq!(weeks.len(), 5);
    assert_eq!(weeks[4].from, all[23].day);
    assert_eq!(
        weeks[0].counts,
        [all[0].counts, all[1].counts]
            .into_iter()
            .fold([0; 5], |sum, day| { std::array::from_fn(|place| sum[place] + day[place]) })
    );
    assert!(bars(&[], 9).is_empty());
}
