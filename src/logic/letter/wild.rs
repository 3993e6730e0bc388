//! HTML that would take the program down: elements within elements without end, formatting that multiplies.

use html2text::RcDom;

/// Elements that have no end tag, or that the next one of their kind ends: leaving them open nests nothing.
const ALONE: [&str; 22] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p",
    "li", "dt", "dd", "option", "td", "tr", "th",
];

/// Formatting elements (HTML 13.2.4.3): a parser opens those that are open anew where a block has ended them.
const FORMATTING: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

/// Whether, by its tags alone, no more than `most_open` elements are open at once, and no more than `most_formatting` formatting
/// elements come of it (opening tags, times the most formatting that is open at once).
///
/// An end tag counts only when it ends what was opened last: others may be ignored by a parser, and `<div></x><div></x>` nests.
pub(super) fn is_tame(html: &str, most_open: usize, most_formatting: usize) -> bool {
    let mut open: Vec<&str> = Vec::new();
    let (mut tags, mut formatting, mut most) = (0_usize, 0_usize, 0);
    for at in memchr::memchr_iter(b'<', html.as_bytes()) {
        let rest = &html[at + 1..];
        let (end, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let name = &rest[..length];
        if name.is_empty() {
            continue;
        }
        let is = |names: &[&str]| names.iter().any(|one| one.eq_ignore_ascii_case(name));
        if end {
            if open.last().is_some_and(|last| last.eq_ignore_ascii_case(name)) {
                open.pop();
                formatting -= usize::from(is(&FORMATTING));
            }
            continue;
        }
        tags += 1;
        if is(&ALONE) {
            continue;
        }
        open.push(name);
        formatting += usize::from(is(&FORMATTING));
        most = most.max(formatting);
        if open.len() > most_open || tags.saturating_mul(most) > most_formatting {
            return false;
        }
    }
    tags.saturating_mul(most) <= most_formatting
}

/// Whether there are elements within more than `deepest` others. Does not recurse.
pub(super) fn is_deeper(document: &RcDom, deepest: usize) -> bool {
    let mut left = vec![(document.document.clone(), 0)];
    while let Some((node, depth)) = left.pop() {
        if depth > deepest {
            return true;
        }
        left.extend(node.children.borrow().iter().map(|child| (child.clone(), depth + 1)));
    }
    false
}
