//! The names of the managed folders.

use super::document::Section;
use crate::logic::fault::Fault;
use crate::logic::ids::Category;
use crate::logic::printable::Printable;

/// The folders that mail is filed into, as the user wrote them: UTF-8, `/` between the levels, no namespace prefix needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedNames {
    /// For `top`.
    pub top: String,
    /// For `news`.
    pub news: String,
    /// For `bulk`.
    pub bulk: String,
    /// For `blackhole`.
    pub blackhole: String,
}

impl Default for ManagedNames {
    fn default() -> Self {
        ManagedNames { top: "Top".into(), news: "News".into(), bulk: "Bulk".into(), blackhole: "Blackhole".into() }
    }
}

impl ManagedNames {
    /// The folder of `category`; `None` for `inbox`, which stays where it is.
    pub fn of(&self, category: Category) -> Option<&str> {
        match category {
            Category::Inbox => None,
            Category::Top => Some(&self.top),
            Category::News => Some(&self.news),
            Category::Bulk => Some(&self.bulk),
            Category::Blackhole => Some(&self.blackhole),
        }
    }

    /// These with another name for `category`.
    ///
    /// # Errors
    /// Why it cannot be called so, half a sentence.
    pub fn named(&self, category: Category, name: &str) -> Result<ManagedNames, String> {
        let name = plain(name).map_err(|(why, hint)| format!("{why}: {hint}"))?;
        let others = Category::ALL.into_iter().filter(|other| *other != category);
        for other in others {
            if self.of(other).is_some_and(|known| known.to_lowercase() == name.to_lowercase()) {
                return Err(format!("{} mail goes there", other.word()));
            }
        }
        let mut names = self.clone();
        match category {
            Category::Top => names.top = name,
            Category::News => names.news = name,
            Category::Bulk => names.bulk = name,
            Category::Blackhole => names.blackhole = name,
            Category::Inbox => return Err("inbox mail stays where it is".to_owned()),
        }
        Ok(names)
    }

    /// These names with what `section` overrides.
    pub(super) fn overridden(&self, section: &Section<'_>) -> Result<ManagedNames, Fault> {
        let name = |key, inherited: &String| match section.text(key)? {
            Some(text) => sound(section, key, text),
            None => Ok(inherited.clone()),
        };
        let names = ManagedNames {
            top: name("top", &self.top)?,
            news: name("news", &self.news)?,
            bulk: name("bulk", &self.bulk)?,
            blackhole: name("blackhole", &self.blackhole)?,
        };
        names.must_differ(section)?;
        Ok(names)
    }

    fn must_differ(&self, section: &Section<'_>) -> Result<(), Fault> {
        let named = [("top", &self.top), ("news", &self.news), ("bulk", &self.bulk), ("blackhole", &self.blackhole)];
        for (later, (key, name)) in named.iter().enumerate() {
            // Some servers keep folders on file systems that do not tell `News` from `news`.
            let same = named[..later].iter().find(|(_, other)| other.to_lowercase() == name.to_lowercase());
            if let Some((other, _)) = same {
                let cause = format!("`{other}` and `{key}` would both be filed into \"{}\"", Printable::new(name));
                let blamed = if section.has(key) { key } else { other };
                return Err(section.fault(blamed, cause, "give each category a folder of its own"));
            }
        }
        Ok(())
    }
}

fn sound(section: &Section<'_>, key: &str, text: &str) -> Result<String, Fault> {
    plain(text).map_err(|(why, hint)| {
        let cause = format!("`{key}` cannot be the folder \"{}\": {why}", Printable::new(text));
        section.fault(key, cause, hint)
    })
}

/// A name that a folder can have; else why not, and what to do.
fn plain(text: &str) -> Result<String, (&'static str, &'static str)> {
    let name = text.trim();
    if name.eq_ignore_ascii_case("INBOX") {
        return Err(("that is the inbox itself", "name a folder beside it"));
    }
    // RFC 9051, section 5.1: control characters and the wildcards of LIST have no place in a name that is created.
    if name.chars().any(char::is_control) || name.contains(['*', '%']) {
        return Err(("it holds a control character, `*` or `%`", "choose a plain name"));
    }
    if name.split('/').any(|level| level.trim().is_empty()) {
        return Err(("a level between its slashes is empty", "write it like \"Filed/News\""));
    }
    Ok(name.to_owned())
}
