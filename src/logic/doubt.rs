//! Whether a message is from whom it says: anybody can write a sender or a List-Id into a mail, and get the user to banish them.
//!
//! What the user says by moving such a message is about somebody else than it seems. So it is asked about first.

use super::facts::Facts;
use super::ids::{Address, ListId, UnixTime};
use super::ledger::{Key, Ledger, registrable_domain};
use super::signals::{Scene, Trust};

/// Why an order should not be made of one message alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// It fails DMARC, and the sender's mail used to pass.
    Impostor,
    /// The user reads the list whose List-Id it bears, and hardly any of the list's mail came from the sender's domain.
    Outsider,
}

impl Doubt {
    /// A sentence: what is odd.
    pub fn text(self) -> &'static str {
        match self {
            Doubt::Impostor => "the mail may be forged: mail of this sender used to pass DMARC, and this one does not",
            Doubt::Outsider => {
                "the mail may be forged: you read this list, and hardly any of its mail comes from that sender's domain"
            }
        }
    }
}

/// Of a list with less mail than this nobody knows who writes to it.
const KNOWN_LIST: u32 = 10;
/// A domain with less than this share of a list's mail is an outsider's.
const OUTSIDER: f64 = 0.1;

/// Whether it may be forged that a message is from its sender. Says nothing where the account's host does not tell (`authserv`).
pub fn impostor(
    facts: &Facts,
    own: &[Address],
    ledger: &Ledger,
    authserv: Option<&str>,
    now: UnixTime,
) -> Option<Doubt> {
    (Scene::new(facts, own, ledger, authserv, now).trust == Trust::Lost).then_some(Doubt::Impostor)
}

/// Whether it may be forged that a message came by its list. `writers`: how much of the list's mail each address wrote.
pub fn outsider(sender: Option<&Address>, list: &ListId, ledger: &Ledger, writers: &[(Address, u64)]) -> Option<Doubt> {
    let known = ledger.relation(&Key::List(list.clone())).filter(|list| list.received >= KNOWN_LIST)?;
    let matters = known.is_written_to() || known.read * 2 >= known.received;
    let all: u64 = writers.iter().map(|(_, count)| count).sum();
    let from_there = |writer: &Address| sender.is_some_and(|sender| same_house(sender, writer));
    let theirs: u64 = writers.iter().filter(|(writer, _)| from_there(writer)).map(|(_, count)| count).sum();
    (matters && (theirs as f64) < OUTSIDER * all as f64).then_some(Doubt::Outsider)
}

/// The same organisation; with a free-mail provider, the same address.
fn same_house(one: &Address, other: &Address) -> bool {
    let (of_one, of_other) = (registrable_domain(one.domain()), registrable_domain(other.domain()));
    if of_one.is_some() { of_one == of_other } else { one == other }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logic::facts;
    use crate::logic::ids::Flags;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn list(seen: bool, mails: u32) -> (Ledger, ListId) {
        let mut ledger = Ledger::new();
        let letter = facts::read(b"From: news@kitchen.example\r\nList-Id: <letter.kitchen.example>\r\n");
        (0..mails).for_each(|_| ledger.learn_received(&letter, UnixTime(9), Flags { seen, ..Flags::default() }));
        (ledger, ListId::new("letter.kitchen.example").unwrap())
    }

    #[test]
    fn an_outsider_is_who_hardly_writes_to_a_list_that_is_read() {
        let writers = [(address("news@kitchen.example"), 40), (address("eve@evil.example"), 2)];
        let (read, id) = list(true, 42);
        let of = |sender, ledger: &Ledger| outsider(Some(&address(sender)), &id, ledger, &writers);
        assert_eq!(of("eve@evil.example", &read), Some(Doubt::Outsider));
        assert_eq!(of("mallory@else.example", &read), Some(Doubt::Outsider));
        assert_eq!(of("other@mail.kitchen.example", &read), None, "the same organisation");
        assert_eq!(outsider(None, &id, &read, &writers), Some(Doubt::Outsider));
        assert_eq!(of("eve@evil.example", &list(false, 42).0), None, "a list that nobody reads is not missed");
        assert_eq!(of("eve@evil.example", &list(true, 9).0), None, "too little to know who writes to it");
    }
}
