//! Flags and UIDs of a mailbox: what the server says, and what is known.

use crate::logic::ids::{Flags, Uid};

/// What the server says of some UIDs, against what is known.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Difference {
    /// Known, with other flags now.
    pub(super) changed: Vec<(Uid, Flags)>,
    /// Known, and not there.
    pub(super) vanished: Vec<Uid>,
    /// There, and not known.
    pub(super) unknown: Vec<Uid>,
}

impl Difference {
    /// Both in the order of UIDs; of several rows about a message the last one counts.
    pub(super) fn between(on_server: &[(Uid, Flags)], known: &[(Uid, Flags)]) -> Difference {
        let mut difference = Difference::default();
        let mut known = known.iter().peekable();
        for (place, (uid, flags)) in on_server.iter().enumerate() {
            if on_server.get(place + 1).is_some_and(|(next, _)| next == uid) {
                continue;
            }
            while let Some((gone, _)) = known.next_if(|(known, _)| known < uid) {
                difference.vanished.push(*gone);
            }
            match known.next_if(|(known, _)| known == uid) {
                Some((_, before)) if before == flags => {}
                Some(_) => difference.changed.push((*uid, *flags)),
                None => difference.unknown.push(*uid),
            }
        }
        difference.vanished.extend(known.map(|(gone, _)| *gone));
        difference
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_is_compared_with_what_is_known() {
        let [none, seen] = [Flags::default(), Flags { seen: true, ..Flags::default() }];
        let row = |uid: u32, flags: Flags| (Uid(uid), flags);
        let on_server = [row(2, none), row(3, seen), row(5, none), row(5, seen), row(7, none), row(8, seen)];
        let known = [row(1, none), row(2, none), row(3, none), row(4, none), row(5, none), row(8, seen), row(9, none)];
        let expected = Difference {
            changed: vec![row(3, seen), row(5, seen)],
            vanished: [1, 4, 9].map(Uid).to_vec(),
            unknown: vec![Uid(7)],
        };
        assert_eq!(Difference::between(&on_server, &known), expected);
        assert_eq!(Difference::between(&[], &known[..1]).vanished, [Uid(1)]);
        assert_eq!(Difference::between(&on_server[..1], &[]).unknown, [Uid(2)]);
    }
}
