//! How the terminal UI looks: `--theme`, else `$MAILHERD_THEME`, else the config.

use std::ffi::{OsStr, OsString};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::style::Style;
use crate::logic::appearance::ThemeName;
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;
use crate::tui::theme::Theme;

const VARIABLE: &str = "MAILHERD_THEME";

/// The theme that the UI gets.
///
/// # Errors
/// Usage, when `$MAILHERD_THEME` names no theme.
pub(super) fn theme(asked: Option<ThemeName>, configured: ThemeName) -> Result<Theme, Fault> {
    let name = choose(asked, std::env::var_os(VARIABLE), configured)?;
    Ok(Theme::new(name, Style::stdout().is_coloured()))
}

fn choose(asked: Option<ThemeName>, wished: Option<OsString>, configured: ThemeName) -> Result<ThemeName, Fault> {
    match (asked, wished.as_deref().map(OsStr::to_string_lossy).filter(|word| !word.is_empty())) {
        (Some(asked), _) => Ok(asked),
        (None, None) => Ok(configured),
        (None, Some(word)) => ThemeName::from_word(&word).ok_or_else(|| {
            let cause = format!("${VARIABLE} is \"{}\", which is no theme", Printable::new(&word));
            Fault::usage(cause, format!("themes are {}", ThemeName::ALL.map(ThemeName::word).join(", ")))
        }),
    }
}

/// Reads `--theme`, and lists the themes in the help and the completions.
pub(super) fn parser() -> impl TypedValueParser<Value = ThemeName> {
    let words = PossibleValuesParser::new(ThemeName::ALL.map(ThemeName::word));
    words.map(|word| ThemeName::from_word(&word).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_comes_before_the_environment_and_that_before_the_config() {
        let (light, high) = (ThemeName::Light, ThemeName::HighContrast);
        let choose = |asked, wished: Option<&str>| choose(asked, wished.map(OsString::from), high);
        assert_eq!(choose(None, None), Ok(high));
        assert_eq!(choose(None, Some("")), Ok(high));
        assert_eq!(choose(None, Some("light")), Ok(light));
        assert_eq!(choose(Some(ThemeName::Default), Some("light")), Ok(ThemeName::Default));
        assert_eq!(choose(Some(light), Some("nonsense")), Ok(light));
        let fault = choose(None, Some("dark\x1b[2J")).unwrap_err();
        assert_eq!(fault.cause, "$MAILHERD_THEME is \"dark\u{fffd}[2J\", which is no theme");
        assert_eq!(fault.hint, "themes are default, light, high-contrast");
    }
}
