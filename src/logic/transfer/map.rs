//! What folders are: by the user's word, else by their names.

use crate::logic::ids::Category;

/// Names by which people and other programs call such folders, in several languages.
const NAMES: &[(Category, &[&str])] = &[
    (Category::Inbox, &["inbox"]),
    (Category::Top, &["top", "important", "vip", "vips", "wichtig", "people", "personal"]),
    (
        Category::News,
        &[
            "news",
            "newsletter",
            "newsletters",
            "lists",
            "mailinglists",
            "mailing lists",
            "mailing-lists",
            "rundbriefe",
            "listen",
            "infolettres",
            "boletines",
            "forums",
            "subscriptions",
        ],
    ),
    (
        Category::Bulk,
        &[
            "bulk",
            "later",
            "notifications",
            "automatic",
            "automated",
            "receipts",
            "orders",
            "shopping",
            "shops",
            "promotions",
            "promo",
            "promos",
            "marketing",
            "ads",
            "offers",
            "social",
            "updates",
            "werbung",
            "benachrichtigungen",
            "publicité",
        ],
    ),
    (
        Category::Blackhole,
        &[
            "blackhole",
            "black hole",
            "junk",
            "spam",
            "trash",
            "deleted",
            "deleted items",
            "deleted messages",
            "papierkorb",
        ],
    ),
];

/// Which folders are what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    said: Vec<(String, Category)>,
}

impl Map {
    /// With what the user said; the first about a folder counts.
    pub fn new(said: Vec<(String, Category)>) -> Map {
        Map { said }
    }

    /// What the folder is, if that is known.
    pub fn category(&self, folder: &str) -> Option<Category> {
        self.said(folder).or_else(|| {
            // `${…}` is a variable of Sieve: what it holds is known only there.
            if folder.contains("${") {
                return None;
            }
            let last = last_level(folder).to_lowercase();
            NAMES.iter().find(|(_, names)| names.contains(&&*last)).map(|(category, _)| *category)
        })
    }

    /// What the user said of it.
    pub fn said(&self, folder: &str) -> Option<Category> {
        let known = |(name, _): &&(String, Category)| name.to_lowercase() == folder.to_lowercase();
        self.said.iter().find(known).map(|(_, category)| *category)
    }
}

/// The name without what it lies in: rules name folders by the server's delimiter, which is `/` or `.`.
fn last_level(folder: &str) -> &str {
    folder.rsplit(['/', '.']).next().unwrap_or(folder).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_what_the_user_says_else_what_it_is_called_else_unknown() {
        let map = Map::new(vec![("Trade".into(), Category::Bulk), ("News".into(), Category::Top)]);
        for (folder, category) in [
            ("INBOX.Newsletters", Some(Category::News)),
            ("Lists/Mailing Lists", Some(Category::News)),
            ("trade", Some(Category::Bulk)),
            ("News", Some(Category::Top)),
            ("Other/News", Some(Category::News)),
            ("Spam", Some(Category::Blackhole)),
            ("INBOX", Some(Category::Inbox)),
            ("Receipts 2026", None),
            ("${folder}.news", None),
            ("", None),
        ] {
            assert_eq!(map.category(folder), category, "{folder:?}");
        }
    }
}
