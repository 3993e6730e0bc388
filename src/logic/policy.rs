//! How sure mailherd must be before mail leaves the inbox.

/// The `caution` of the configuration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Caution {
    /// Files what is likely unimportant.
    Low,
    /// Files what is clearly unimportant.
    #[default]
    Normal,
    /// Files only what is unimportant beyond doubt.
    High,
}

impl Caution {
    /// The words of the config.
    pub const WORDS: [(&str, Caution); 3] =
        [("low", Caution::Low), ("normal", Caution::Normal), ("high", Caution::High)];

    /// As it stands in the config.
    pub fn word(self) -> &'static str {
        match self {
            Caution::Low => "low",
            Caution::Normal => "normal",
            Caution::High => "high",
        }
    }

    /// Mail below this importance (0..1) may be filed to news or bulk.
    pub fn away_below(self) -> f64 {
        match self {
            Caution::Low => 0.35,
            Caution::Normal => 0.20,
            Caution::High => 0.08,
        }
    }

    /// Whether a guess at a name (`alerts@`, `news.shop.example`, "Shop Newsletter") is enough of a sign to file by. Else it takes
    /// a header field that only machines and lists set, or an address that says not to answer.
    pub fn trusts_names(self) -> bool {
        self != Caution::High
    }

    /// Whether an office (`info@`, `sales@`) to which the user never wrote is filed when its subject is a mailing's, though
    /// no header field says so.
    pub fn files_offices(self) -> bool {
        self == Caution::Low
    }

    /// Mail above this importance (0..1), from somebody the user talks with, is `top`.
    pub fn top_above(self) -> f64 {
        match self {
            Caution::Low => 0.45,
            Caution::Normal => 0.55,
            Caution::High => 0.75,
        }
    }
}
