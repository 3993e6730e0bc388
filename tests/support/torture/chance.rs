//! Histories by chance: the same one for the same seed, whatever comes of it.

use fastrand::Rng;

use super::history::{Blow, CopyUidKind, Deed, Event, Face, History, Kind, Moment, Scene, Step, Trouble, Way, Work};
use super::letter::{Letter, LetterKind};
use crate::support::cast;

/// Where the user drags mail, and where most of it lies.
const FOLDERS: [&str; 8] = ["INBOX", "Top", "News", "Bulk", "Blackhole", "Archive", "Trash", "Projects"];
/// What mailherd files into, and from.
const OURS: [&str; 5] = ["INBOX", "News", "Bulk", "Top", "Blackhole"];
const FLAGS: [&str; 6] = ["\\Seen", "\\Flagged", "\\Deleted", "\\Answered", "\\Draft", "$Label1"];

/// The history of a seed.
pub fn history(server: Kind, seed: u64) -> History {
    let mut rng = Rng::with_seed(seed);
    let scene = scene(server, &mut rng);
    let mut chance = Chance { rng, scene, letters: Vec::new() };
    let mut steps = Vec::new();
    for _ in 0..chance.rng.usize(3..9) {
        steps.push(chance.comes("INBOX"));
    }
    for _ in 0..chance.rng.usize(4..13) {
        let step = chance.step();
        if step.event.is_troubled() && chance.rng.bool() {
            // Something to be in the middle of.
            for _ in 0..chance.rng.usize(1..4) {
                steps.push(chance.comes("INBOX"));
            }
        }
        steps.push(step);
    }
    History { scene: chance.scene, steps }
}

fn scene(server: Kind, rng: &mut Rng) -> Scene {
    let embedded = server == Kind::Embedded;
    let way = match rng.u32(..100) {
        0..45 => Way::Move,
        45..90 => Way::Copy,
        90..96 if embedded => Way::MoveOnly,
        90..96 => Way::Copy,
        _ => Way::Not,
    };
    let kinds = [CopyUidKind::Tagged, CopyUidKind::Absent, CopyUidKind::WrongCount, CopyUidKind::Swapped];
    let copyuid = if embedded && rng.bool() { kinds[rng.usize(..4)] } else { CopyUidKind::Right };
    Scene {
        server,
        way,
        copyuid,
        condstore: rng.u32(..3) > 0,
        top: ["move", "move", "flag", "off"][rng.usize(..4)],
        accounts: if rng.u32(..10) == 0 { 2 } else { 1 },
        friend: rng.bool(),
    }
}

struct Chance {
    rng: Rng,
    scene: Scene,
    letters: Vec<Letter>,
}

impl Chance {
    fn one_of<T: Copy>(&mut self, some: &[T]) -> T {
        some[self.rng.usize(..some.len())]
    }

    fn on_some(&mut self, event: Event) -> Step {
        Step { account: self.rng.usize(..self.scene.accounts), event }
    }

    fn step(&mut self) -> Step {
        let event = match self.rng.u32(..100) {
            0..42 => {
                let work = self.work();
                let trouble = (self.rng.u32(..10) < 7).then(|| self.trouble());
                Event::Works(work, self.face(trouble.as_ref()), trouble)
            }
            42..60 => {
                let folder = if self.rng.u32(..4) > 0 { "INBOX" } else { self.one_of(&FOLDERS) };
                return self.comes(folder);
            }
            60..88 => Event::Hand(self.deed()),
            88..97 => Event::Passes(self.one_of(&[17, 200, 1000, 8 * 86_400])),
            _ => Event::Restarts,
        };
        self.on_some(event)
    }

    fn comes(&mut self, folder: &'static str) -> Step {
        let letter = self.letter();
        self.letters.push(letter.clone());
        let folder = if letter.kind == LetterKind::Answer { "Sent" } else { folder };
        self.on_some(Event::Comes(letter, folder))
    }

    /// Most are like no other; some are the same as another, or look like one.
    fn letter(&mut self) -> Letter {
        use LetterKind::{Answer, Code, Friend, Newsletter, Notification, Post, Promotion, Receipt, Stranger};
        let number = self.letters.len() as u32;
        let kinds = [
            Newsletter,
            Newsletter,
            Post,
            Notification,
            Notification,
            Receipt,
            Promotion,
            Promotion,
            Stranger,
            Code,
            Friend,
            Answer,
        ];
        let flags: &[&'static [&'static str]] =
            &[&[], &[], &[], &[], &[], &["\\Seen"], &["\\Flagged"], &["\\Deleted"], &["\\Seen", "$Label1"]];
        let flags = self.one_of(flags);
        let (kind, days) = (self.one_of(&kinds), if self.rng.u32(..12) == 0 { 50 } else { 0 });
        let order = number;
        let fresh = Letter { number, kind, id: Some(number), body: number, head: number, flags, days, order };
        let Some(like) = (!self.letters.is_empty()).then(|| self.letters[self.rng.usize(..self.letters.len())].clone())
        else {
            return fresh;
        };
        match self.rng.u32(..20) {
            // The same message once more, perhaps with other flags.
            0 | 1 => Letter { flags, order, ..like },
            // The same Message-ID, by another way.
            2 => Letter { id: like.id, ..fresh },
            // Header and size are the same, the body is not.
            3 => Letter { number, body: number, order, ..like },
            4 => Letter { id: None, ..fresh },
            _ => fresh,
        }
    }

    fn number(&mut self) -> u32 {
        if self.letters.is_empty() { 0 } else { self.letters[self.rng.usize(..self.letters.len())].number }
    }

    fn deed(&mut self) -> Deed {
        let letter = self.number();
        match self.rng.u32(..100) {
            0..40 => Deed::Move(letter, self.one_of(&FOLDERS)),
            40..48 => Deed::Copy(letter, self.one_of(&FOLDERS)),
            48..72 => Deed::Mark(letter, self.one_of(&FLAGS), self.rng.u32(..3) > 0),
            72..82 => Deed::Expunge(letter),
            82..89 => Deed::ExpungeMarked(self.one_of(&OURS)),
            89..96 => Deed::Renumber(self.one_of(&OURS)),
            _ => Deed::Remove(self.one_of(&OURS[1..4])),
        }
    }

    fn work(&mut self) -> Work {
        let whom = [
            cast::KITCHEN_LIST.to_owned(),
            cast::TRACKER.to_owned(),
            cast::SHOP.to_owned(),
            "@strangers.example".to_owned(),
            "@orders.shop.example".to_owned(),
            cast::ANNA_ADDRESS.to_owned(),
        ];
        let who = whom[self.rng.usize(..whom.len())].clone();
        match self.rng.u32(..100) {
            0..58 => Work::Pass,
            58..70 => Work::UndoAll,
            70..76 => Work::UndoLast,
            76..84 => Work::UndoRow(self.rng.u32(..)),
            84..97 => {
                let category = self.one_of(&["blackhole", "blackhole", "news", "bulk", "inbox", "top"]);
                Work::Train(who, category, self.rng.u32(..4) > 0)
            }
            _ => Work::Untrain(who),
        }
    }

    fn trouble(&mut self) -> Trouble {
        let changing: &[&'static str] = match self.scene.way {
            Way::Move | Way::MoveOnly => &["UID MOVE"],
            Way::Copy => &["UID COPY", "UID COPY", "UID STORE", "UID EXPUNGE"],
            Way::Not => &["UID FETCH"],
        };
        let reading = ["SELECT", "EXAMINE", "FETCH", "UID FETCH", "STATUS", "CREATE", "LIST"];
        let when = match self.rng.u32(..100) {
            0..55 => Moment::Command(self.one_of(changing), self.one_of(&[1, 1, 1, 2, 2, 3])),
            55..66 => Moment::Command(self.one_of(&reading), self.rng.usize(1..9)),
            66..86 => Moment::Command("*", self.rng.usize(2..55)),
            86..97 => Moment::Byte(self.rng.u64(..14_000)),
            _ => Moment::Time(self.rng.u64(..120_000)),
        };
        let part = self.rng.usize(1..4);
        let blow = match (when, self.rng.u32(..100)) {
            (Moment::Time(_), _) | (Moment::Byte(_), 0..50) => Blow::KillBefore,
            (Moment::Byte(_), _) | (_, 0..8) => Blow::CutBefore,
            (_, 8..16) => Blow::CutAfter,
            (_, 16..24) => Blow::CutPart(part),
            (_, 24..29) => Blow::CutMid(self.rng.usize(1..400)),
            (_, 29..38) => Blow::Late(self.later()),
            (_, 38..45) => Blow::KillBefore,
            (_, 45..55) => Blow::KillAfter,
            (_, 55..62) => Blow::KillPart(part),
            (_, 62..66) => Blow::KillLate(self.later()),
            (_, 66..71) => Blow::No,
            (_, 71..75) => Blow::Pretend,
            (_, 75..90) => Blow::MeanwhileBefore(self.deed()),
            (_, 90..) => Blow::MeanwhileAfter(self.deed()),
        };
        Trouble { when, blow, away: self.rng.u32(..3) == 0 }
    }

    /// Before how many commands a late one comes: those of the login, of the recovery, of the filing, or of a later run.
    fn later(&mut self) -> usize {
        if self.rng.bool() { self.rng.usize(1..16) } else { self.rng.usize(1..90) }
    }

    /// A moment in time means something only to a process of its own. Otherwise a process now and then on the embedded server, and
    /// on Dovecot whenever it is killed.
    fn face(&mut self, trouble: Option<&Trouble>) -> Face {
        let kills = trouble.is_some_and(|trouble| trouble.blow.kills());
        let timed = trouble.is_some_and(|trouble| matches!(trouble.when, Moment::Time(_)));
        let often = match self.scene.server {
            Kind::Embedded => kills && self.rng.u32(..10) == 0,
            Kind::Dovecot => kills || self.rng.u32(..10) == 0,
        };
        if often || timed { Face::Program } else { Face::Inside }
    }
}
