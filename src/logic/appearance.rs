//! How the terminal UI looks, as the config, the command line and the UI itself call it.

/// A theme of the terminal UI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeName {
    /// For a dark background, and for most light ones.
    #[default]
    Default,
    /// For a light background on which yellow and cyan are hard to read.
    Light,
    /// Nothing faint, and what matters stands out.
    HighContrast,
}

impl ThemeName {
    /// All of them.
    pub const ALL: [ThemeName; 3] = [ThemeName::Default, ThemeName::Light, ThemeName::HighContrast];

    /// The word for it in the config and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            ThemeName::Default => "default",
            ThemeName::Light => "light",
            ThemeName::HighContrast => "high-contrast",
        }
    }

    /// The theme of a [`ThemeName::word`].
    pub fn from_word(word: &str) -> Option<ThemeName> {
        ThemeName::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_themes() {
        assert!(ThemeName::ALL.into_iter().all(|theme| ThemeName::from_word(theme.word()) == Some(theme)));
        assert_eq!(ThemeName::from_word("dark"), None);
    }
}
