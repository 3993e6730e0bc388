//! Colour by meaning: the 16 colours of the terminal's own palette, and never colour alone.
//!
//! Whatever a colour says, a word, a letter or a pattern says beside it, so that nothing is lost without it
//! (<https://no-color.org>). A named theme is a list of what differs from the default one.

use ratatui::style::{Color, Modifier, Style};

use crate::logic::ids::Category;

pub use crate::logic::appearance::ThemeName;

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// Less important: units, hints, what is not loaded yet.
    Dim,
    /// More important.
    Strong,
    /// Titles of panes and columns.
    Title,
    /// Lines between panes.
    Border,
    /// The selected row of the list that keys go to.
    Selected,
    /// The selected row of another list.
    SelectedElsewhere,
    /// A marked row.
    Marked,
    /// Mail without `\Seen`.
    Unread,
    /// A key that can be pressed.
    Key,
    /// What a search found.
    Match,
    /// It goes well.
    Good,
    /// Somebody should look at it.
    Warn,
    /// It went wrong.
    Bad,
    /// A reason that speaks for a person, a conversation.
    For,
    /// A reason that speaks for a machine, a mailing.
    Against,
    /// A category, or what lies in its folder.
    Category(Category),
}

const PLAIN: Style = Style::new();

/// For a dark background. Only where something is not drawn plain.
const DEFAULT: &[(Tone, Style)] = &[
    (Tone::Dim, PLAIN.add_modifier(Modifier::DIM)),
    (Tone::Strong, PLAIN.add_modifier(Modifier::BOLD)),
    (Tone::Title, PLAIN.add_modifier(Modifier::BOLD)),
    (Tone::Border, PLAIN.add_modifier(Modifier::DIM)),
    (Tone::Selected, PLAIN.fg(Color::White).bg(Color::Blue)),
    (Tone::SelectedElsewhere, PLAIN.add_modifier(Modifier::UNDERLINED)),
    (Tone::Marked, PLAIN.fg(Color::Yellow).add_modifier(Modifier::BOLD)),
    (Tone::Unread, PLAIN.add_modifier(Modifier::BOLD)),
    (Tone::Key, PLAIN.fg(Color::Cyan).add_modifier(Modifier::BOLD)),
    (Tone::Match, PLAIN.fg(Color::Yellow).add_modifier(Modifier::UNDERLINED)),
    (Tone::Good, PLAIN.fg(Color::Green)),
    (Tone::Warn, PLAIN.fg(Color::Yellow)),
    (Tone::Bad, PLAIN.fg(Color::Red).add_modifier(Modifier::BOLD)),
    (Tone::For, PLAIN.fg(Color::Green)),
    (Tone::Against, PLAIN.fg(Color::Yellow)),
    (Tone::Category(Category::Top), PLAIN.fg(Color::Green)),
    (Tone::Category(Category::News), PLAIN.fg(Color::Cyan)),
    (Tone::Category(Category::Bulk), PLAIN.fg(Color::Yellow)),
    (Tone::Category(Category::Blackhole), PLAIN.fg(Color::Magenta)),
];

const LIGHT: &[(Tone, Style)] = &[
    (Tone::Selected, PLAIN.fg(Color::White).bg(Color::Blue).add_modifier(Modifier::BOLD)),
    (Tone::Marked, PLAIN.fg(Color::Magenta).add_modifier(Modifier::BOLD)),
    (Tone::Key, PLAIN.fg(Color::Blue).add_modifier(Modifier::BOLD)),
    (Tone::Match, PLAIN.fg(Color::Magenta).add_modifier(Modifier::UNDERLINED)),
    (Tone::Warn, PLAIN.fg(Color::Magenta)),
    (Tone::Against, PLAIN.fg(Color::Red)),
    (Tone::Category(Category::News), PLAIN.fg(Color::Blue)),
    (Tone::Category(Category::Bulk), PLAIN.fg(Color::Red)),
];

const HIGH_CONTRAST: &[(Tone, Style)] = &[
    (Tone::Dim, PLAIN),
    (Tone::Border, PLAIN),
    (Tone::Title, PLAIN.add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED))),
    (Tone::Selected, PLAIN.add_modifier(Modifier::REVERSED.union(Modifier::BOLD))),
    (Tone::SelectedElsewhere, PLAIN.add_modifier(Modifier::REVERSED)),
    (Tone::Good, PLAIN.fg(Color::LightGreen).add_modifier(Modifier::BOLD)),
    (Tone::Warn, PLAIN.fg(Color::LightYellow).add_modifier(Modifier::BOLD)),
    (Tone::Bad, PLAIN.fg(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD)),
];

/// What stands in for colour where there is none.
const COLOURLESS: &[(Tone, Style)] = &[
    (Tone::Selected, PLAIN.add_modifier(Modifier::REVERSED)),
    (Tone::Warn, PLAIN.add_modifier(Modifier::BOLD)),
    (Tone::Bad, PLAIN.add_modifier(Modifier::BOLD.union(Modifier::REVERSED))),
];

/// Modifiers that need no colour, and that every terminal shows.
const PLAIN_MODIFIERS: Modifier = Modifier::BOLD.union(Modifier::REVERSED).union(Modifier::UNDERLINED);

/// How everything is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    name: ThemeName,
    colourless: bool,
}

impl Theme {
    /// The theme, with colour or without.
    pub fn new(name: ThemeName, colour: bool) -> Theme {
        Theme { name, colourless: !colour }
    }

    /// Whether there is colour.
    pub fn coloured(&self) -> bool {
        !self.colourless
    }

    /// How `tone` is drawn.
    pub fn style(&self, tone: Tone) -> Style {
        let difference = match self.name {
            ThemeName::Default => &[],
            ThemeName::Light => LIGHT,
            ThemeName::HighContrast => HIGH_CONTRAST,
        };
        let style = || find(difference, tone).or_else(|| find(DEFAULT, tone)).unwrap_or(PLAIN);
        if self.coloured() {
            return style();
        }
        find(COLOURLESS, tone).unwrap_or_else(|| PLAIN.add_modifier(style().add_modifier.intersection(PLAIN_MODIFIERS)))
    }
}

fn find(styles: &[(Tone, Style)], tone: Tone) -> Option<Style> {
    styles.iter().find(|(known, _)| *known == tone).map(|(_, style)| *style)
}

/// The key that puts mail there, which is also its letter where a word has no room.
pub fn letter(category: Category) -> &'static str {
    match category {
        Category::Top => "t",
        Category::Inbox => "i",
        Category::News => "n",
        Category::Bulk => "b",
        Category::Blackhole => "x",
    }
}

/// What its part of a bar is filled with: the fuller, the closer to the user.
pub fn pattern(category: Category) -> &'static str {
    match category {
        Category::Top => "█",
        Category::Inbox => "▓",
        Category::News => "▒",
        Category::Bulk => "░",
        Category::Blackhole => "·",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TONES: &[Tone] = &[
        Tone::Plain,
        Tone::Dim,
        Tone::Strong,
        Tone::Title,
        Tone::Border,
        Tone::Selected,
        Tone::SelectedElsewhere,
        Tone::Marked,
        Tone::Unread,
        Tone::Key,
        Tone::Match,
        Tone::Good,
        Tone::Warn,
        Tone::Bad,
        Tone::For,
        Tone::Against,
        Tone::Category(Category::Top),
        Tone::Category(Category::Inbox),
        Tone::Category(Category::News),
        Tone::Category(Category::Bulk),
        Tone::Category(Category::Blackhole),
    ];

    fn colours(style: Style) -> impl Iterator<Item = Color> {
        [style.fg, style.bg, style.underline_color].into_iter().flatten()
    }

    #[test]
    fn without_colour_there_is_none() {
        for (name, tone) in ThemeName::ALL.into_iter().flat_map(|name| TONES.iter().map(move |tone| (name, *tone))) {
            let style = Theme::new(name, false).style(tone);
            assert_eq!(colours(style).count(), 0, "{name:?} {tone:?}");
            assert!(PLAIN_MODIFIERS.contains(style.add_modifier), "{name:?} {tone:?}");
        }
        assert_ne!(Theme::new(ThemeName::Default, false).style(Tone::Selected), PLAIN, "the selection is seen");
    }

    #[test]
    fn only_the_palette_of_the_terminal_is_used() {
        for (name, tone) in ThemeName::ALL.into_iter().flat_map(|name| TONES.iter().map(move |tone| (name, *tone))) {
            let foreign = |colour: &Color| matches!(colour, Color::Rgb(..) | Color::Indexed(_));
            assert_eq!(colours(Theme::new(name, true).style(tone)).find(foreign), None, "{name:?} {tone:?}");
        }
    }

    #[test]
    fn a_theme_names_only_what_differs() {
        for difference in [LIGHT, HIGH_CONTRAST] {
            for (tone, style) in difference {
                assert_ne!(find(DEFAULT, *tone), Some(*style), "{tone:?} is so by default");
            }
        }
    }

    #[test]
    fn categories_are_told_apart_without_colour() {
        let distinct = |of: fn(Category) -> &'static str| {
            Category::ALL.map(of).into_iter().collect::<std::collections::HashSet<_>>().len()
        };
        assert_eq!((distinct(letter), distinct(pattern)), (5, 5));
    }
}
