//! Moves that have come to rest, and the orders that they give.

use std::collections::HashMap;

use crate::logic::doubt::Doubt;
use crate::logic::ids::{Address, Category, ListId, UnixTime};
use crate::logic::orders::Who;

/// Seconds: moves that were first seen closer together than this belong together.
const TOGETHER: i64 = 60;
/// More messages than this, of more than [`MANY_SENDERS`] senders, moved together, are a reorganisation.
const MANY_MESSAGES: usize = 50;
/// See [`MANY_MESSAGES`].
const MANY_SENDERS: usize = 10;

/// A message that the user moved and that no order was made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its row in the database.
    pub id: i64,
    /// The address in From.
    pub sender: Option<Address>,
    /// Its List-Id.
    pub list: Option<ListId>,
    /// What the mailbox in which it lies is for; `None`: not managed any more.
    pub category: Option<Category>,
    /// When the move was first seen.
    pub at: UnixTime,
    /// Whether it still lies there.
    pub there: bool,
    /// It is by the user.
    pub own: bool,
    /// The user has written to the sender.
    pub dear: bool,
    /// Why it may be somebody else's.
    pub doubt: Option<Doubt>,
}

impl Candidate {
    /// Whom the move speaks of: the list, if it came by one, else the sender.
    pub(crate) fn who(&self) -> Option<Who> {
        if self.own || !self.there || self.category.is_none() {
            return None;
        }
        let list = self.list.clone().map(Who::List);
        list.or_else(|| self.sender.clone().map(Who::Address))
    }
}

/// What the user said about somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// About whom.
    pub who: Who,
    /// Where their mail goes.
    pub category: Category,
    /// The moves that say so ([`Candidate::id`]).
    pub moves: Vec<i64>,
    /// When the newest of these moves was first seen: an order that was given since is newer.
    pub at: UnixTime,
    /// The addresses in From of the moved messages: an order that banishes one of them is lifted.
    pub senders: Vec<Address>,
    /// It waits for a word: somebody the user has written to is to be banished, or the mail may be forged.
    pub asks: bool,
    /// Why all of the moved mail may be somebody else's.
    pub doubt: Option<Doubt>,
}

/// What came of [`settle`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled {
    /// Moves that say nothing: the message has gone on, or nobody can be named.
    pub forget: Vec<i64>,
    /// Orders.
    pub lessons: Vec<Lesson>,
    /// Reorganisations, each to be confirmed as a whole.
    pub held: Vec<Vec<Lesson>>,
}

/// What the moves say that have been at rest for `settle_seconds`.
///
/// Of several moves of one sender's mail the newest counts; of those that are as new, what most of them say.
pub fn settle(moves: &[Candidate], now: UnixTime, settle_seconds: u32) -> Settled {
    let due = |one: &Candidate| one.at.0 + i64::from(settle_seconds) <= now.0;
    let mut by_time: Vec<&Candidate> = moves.iter().collect();
    by_time.sort_by_key(|one| (one.at, one.id));
    let mut settled = Settled::default();
    let mut ripe: Vec<&Candidate> = Vec::new();
    for together in by_time.chunk_by(|one, next| next.at.0 - one.at.0 < TOGETHER) {
        if !together.iter().any(|one| due(one)) {
            continue;
        }
        if is_reorganisation(together) {
            // As a whole, so also what came a moment later.
            settled.forget.extend(together.iter().filter(|one| one.who().is_none()).map(|one| one.id));
            settled.held.push(lessons(together));
        } else {
            ripe.extend(together.iter().filter(|one| due(one)));
        }
    }
    settled.forget.extend(ripe.iter().filter(|one| one.who().is_none()).map(|one| one.id));
    settled.lessons = lessons(&ripe);
    settled
}

fn is_reorganisation(together: &[&Candidate]) -> bool {
    let mut names: Vec<Who> = together.iter().filter_map(|one| one.who()).collect();
    let messages = names.len();
    names.sort_unstable();
    names.dedup();
    messages > MANY_MESSAGES && names.len() > MANY_SENDERS
}

fn lessons(moves: &[&Candidate]) -> Vec<Lesson> {
    let mut places: HashMap<Who, usize> = HashMap::new();
    let mut about: Vec<(Who, Vec<&Candidate>)> = Vec::new();
    for one in moves {
        let Some(who) = one.who() else { continue };
        let place = *places.entry(who.clone()).or_insert_with(|| {
            about.push((who, Vec::new()));
            about.len() - 1
        });
        about[place].1.push(one);
    }
    about.into_iter().filter_map(|(who, moves)| lesson(who, &moves)).collect()
}

fn lesson(who: Who, moves: &[&Candidate]) -> Option<Lesson> {
    let newest = moves.iter().map(|one| one.at).max()?;
    let mut votes: HashMap<Category, usize> = HashMap::new();
    moves.iter().filter(|one| one.at == newest).filter_map(|one| one.category).for_each(|category| {
        *votes.entry(category).or_default() += 1;
    });
    // When it is a draw, the one that hides least.
    let (category, _) = votes.into_iter().max_by_key(|(category, count)| (*count, std::cmp::Reverse(*category)))?;
    let mut senders: Vec<Address> = moves.iter().filter_map(|one| one.sender.clone()).collect();
    senders.sort_unstable();
    senders.dedup();
    let dear = matches!(who, Who::Address(_)) && moves.iter().any(|one| one.dear);
    // One that is beyond doubt says the same.
    let sure = moves.iter().any(|one| one.doubt.is_none());
    let doubt = moves.iter().find_map(|one| one.doubt).filter(|_| !sure && takes_away(&who, category));
    Some(Lesson {
        asks: dear && category == Category::Blackhole || doubt.is_some(),
        doubt,
        moves: moves.iter().map(|one| one.id).collect(),
        at: newest,
        who,
        category,
        senders,
    })
}

/// Whether the order would take mail out of the user's sight. A list in News or Bulk is where lists are.
pub(crate) fn takes_away(who: &Who, category: Category) -> bool {
    match category {
        Category::Top | Category::Inbox => false,
        Category::News | Category::Bulk => !matches!(who, Who::List(_)),
        Category::Blackhole => true,
    }
}
