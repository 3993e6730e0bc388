//! Orders as a Sieve script (RFC 5228): whoever leaves mailherd, or wants a server to file as well, takes them along.

use std::fmt::Write as _;

use crate::logic::ids::Category;
use crate::logic::orders::Who;

/// Where a script puts mail: the names of folders as the server's Sieve wants them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// For `top`.
    pub top: String,
    /// For `news`.
    pub news: String,
    /// For `bulk`.
    pub bulk: String,
    /// For `blackhole`.
    pub blackhole: String,
}

impl Folders {
    fn action(&self, category: Category) -> String {
        match category {
            Category::Inbox => "keep;".to_owned(),
            Category::Top => filing(&self.top),
            Category::News => filing(&self.news),
            Category::Bulk => filing(&self.bulk),
            Category::Blackhole => filing(&self.blackhole),
        }
    }
}

fn filing(folder: &str) -> String {
    format!("fileinto {};", quoted(folder))
}

/// Keys in one test: a line that people can still read.
const KEYS: usize = 20;

/// The script, one order about each sender. `note` goes above it as comments.
pub fn write(orders: &[(Who, Category)], folders: &Folders, note: &str) -> String {
    let mut script = String::new();
    for line in note.lines() {
        let _ = writeln!(script, "# {line}");
    }
    script.push_str("require [\"fileinto\"];\n");
    let banished = |category: Category| category == Category::Blackhole;
    // As mailherd decides: who is banished first; then lists, addresses, domains, the longest first.
    for blackhole in [true, false] {
        let of = |kind: &str| -> Vec<&(Who, Category)> {
            let right = |order: &&(Who, Category)| banished(order.1) == blackhole && order.0.columns().0 == kind;
            orders.iter().filter(right).collect()
        };
        let lists = of("list");
        let addresses = of("address");
        let mut domains = of("domain");
        domains.sort_by_key(|(who, _)| std::cmp::Reverse(who.columns().1.split('.').count()));
        let first = if blackhole { [&addresses, &lists] } else { [&lists, &addresses] };
        first.into_iter().for_each(|some| by_category(&mut script, some, folders));
        // Those with as many labels cannot mean the same mail.
        for some in domains.chunk_by(|(a, _), (b, _)| labels(a) == labels(b)) {
            by_category(&mut script, some, folders);
        }
    }
    script
}

fn labels(who: &Who) -> usize {
    who.columns().1.split('.').count()
}

fn by_category(script: &mut String, orders: &[&(Who, Category)], folders: &Folders) {
    for category in Category::ALL {
        let whos: Vec<&Who> = orders.iter().filter(|order| order.1 == category).map(|order| &order.0).collect();
        for some in whos.chunks(KEYS) {
            let _ =
                write!(script, "\nif {}\n{{\n    {}\n    stop;\n}}\n", test(some, category), folders.action(category));
        }
    }
}

/// A test of senders of one kind.
fn test(whos: &[&Who], category: Category) -> String {
    let keys = |form: &dyn Fn(&str) -> String| {
        let keys: Vec<String> = whos.iter().map(|who| quoted(&form(who.columns().1))).collect();
        format!("[{}]", keys.join(", "))
    };
    match whos.first() {
        Some(Who::List(_)) => format!("header :contains \"list-id\" {}", keys(&|name| format!("<{name}>"))),
        Some(Who::Domain(_)) => {
            let below = keys(&|name| format!("*.{}", literal(name)));
            let test = format!(
                "anyof (address :domain :is \"from\" {},\n         address :domain :matches \"from\" {below})",
                keys(&str::to_owned)
            );
            lists_aside(test, category)
        }
        _ => lists_aside(format!("address :is \"from\" {}", keys(&str::to_owned)), category),
    }
}

/// Mail of a list is never raised to the top by its sender's order.
fn lists_aside(test: String, category: Category) -> String {
    if category == Category::Top { format!("allof (not exists \"list-id\",\n   {test})") } else { test }
}

/// A quoted string (RFC 5228, section 2.4.2). Neither names of senders nor of folders hold line ends.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Text within a pattern of `:matches` (section 2.7.1).
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?")
}

#[cfg(test)]
mod tests {
    use super::super::{Map, sieve};
    use super::*;

    fn folders() -> Folders {
        let [top, news, bulk, blackhole] = ["Top", "News", "My \"Bulk\" \\ mail", "Blackhole"].map(str::to_owned);
        Folders { top, news, bulk, blackhole }
    }

    #[test]
    fn what_is_written_is_read_as_the_same_orders() {
        let mut orders: Vec<(Who, Category)> = [
            ("anna@berg.example", Category::Top),
            ("\"odd\\name\"@berg.example", Category::Bulk),
            ("@shop.example", Category::Bulk),
            ("@news.shop.example", Category::News),
            ("boss@shop.example", Category::Inbox),
            ("<dev.lists.example>", Category::Inbox),
            ("<ads.lists.example>", Category::Blackhole),
            ("@noise.example", Category::Blackhole),
            ("@friends.example", Category::Top),
        ]
        .map(|(who, category)| (Who::parse(who).unwrap(), category))
        .to_vec();
        orders.extend((0..45).map(|n| (Who::parse(&format!("n{n}@many.example")).unwrap(), Category::News)));
        let script = write(&orders, &folders(), "Written by a test.\nTwo lines.");
        let map = Map::new(vec![(folders().bulk, Category::Bulk)]);
        let (taken, left_out) = sieve::read(&script, &[]).orders(&map);
        // An address that needs quoting means nobody in particular to the reader, who would have to guess what its marks are.
        assert!(left_out.iter().all(|one| one.why.contains("odd")), "{left_out:?}\n{script}");
        let mut read: Vec<(Who, Category)> = taken.into_iter().map(|one| (one.who, one.category)).collect();
        read.sort();
        orders.retain(|(who, _)| !who.to_string().contains("odd"));
        orders.sort();
        assert_eq!(read, orders, "{script}");
        assert!(script.starts_with("# Written by a test.\n# Two lines.\nrequire"), "{script}");
    }

    #[test]
    fn the_special_stands_before_the_general_and_who_is_banished_before_all() {
        let orders = [
            ("@a.example", Category::Bulk),
            ("@b.a.example", Category::News),
            ("x@b.a.example", Category::Inbox),
            ("@c.b.a.example", Category::Blackhole),
        ]
        .map(|(who, category)| (Who::parse(who).unwrap(), category));
        let script = write(&orders, &folders(), "");
        let at = |text: &str| script.find(text).unwrap_or_else(|| panic!("{text}: {script}"));
        assert!(at("\"c.b.a.example\"") < at("x@b.a.example"), "{script}");
        assert!(at("x@b.a.example") < at("[\"b.a.example\"]"), "{script}");
        assert!(at("[\"b.a.example\"]") < at("[\"a.example\"]"), "{script}");
    }
}
