//! Looking for a text as people type it: small letters find large ones, too; a capital letter is meant.

use memchr::memmem::Finder;

/// A text to look for in many others.
#[derive(Clone, Debug)]
pub struct SmartCase {
    finder: Finder<'static>,
    exact: bool,
    folded: String,
}

impl SmartCase {
    /// Capital letters in `text` make them matter. Blanks around it do not count.
    pub fn new(text: &str) -> SmartCase {
        let text = text.trim();
        let exact = text.chars().any(char::is_uppercase);
        let needle = if exact { text.to_owned() } else { text.to_lowercase() };
        SmartCase { finder: Finder::new(needle.as_bytes()).into_owned(), exact, folded: String::new() }
    }

    /// Everything holds it.
    pub fn is_empty(&self) -> bool {
        self.finder.needle().is_empty()
    }

    /// Whether `text` holds it.
    pub fn is_in(&mut self, text: &str) -> bool {
        if self.exact {
            return self.finder.find(text.as_bytes()).is_some();
        }
        self.folded.clear();
        if text.is_ascii() {
            self.folded.push_str(text);
            self.folded.make_ascii_lowercase();
        } else {
            self.folded.extend(text.chars().flat_map(char::to_lowercase));
        }
        self.finder.find(self.folded.as_bytes()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(what: &str, text: &str) {
        assert!(SmartCase::new(what).is_in(text), "{what:?} is in {text:?}");
    }

    #[track_caller]
    fn misses(what: &str, text: &str) {
        assert!(!SmartCase::new(what).is_in(text), "{what:?} is not in {text:?}");
    }

    #[test]
    fn small_letters_find_large_ones_and_capitals_are_meant() {
        finds("käse", "KÄSE und Brot");
        finds("KÄSE", "KÄSE und Brot");
        misses("Käse", "käse");
        misses("KÄse", "KÄSE");
        finds("σοφία", "ΣΟΦΊΑ");
        finds("привет", "Привет, мир");
        finds("日本", "日本語のメール");
        finds(" rust ", "Trust");
        misses("rust", "ru st");
        finds("", "");
    }
}
