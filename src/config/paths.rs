//! Where the configuration lies, and what `~` and relative paths in it mean.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::document::Section;
use crate::logic::fault::Fault;

/// The configuration file to read: `flag` (`--config`), else `$MAILHERD_CONFIG`, else
/// `$XDG_CONFIG_HOME/mailherd/config.toml`, else `~/.config/mailherd/config.toml`. Whether it exists is not asked.
///
/// # Errors
///
/// [`Fault::usage`] when none of the variables is set, nor `$HOME`.
pub fn default_path(flag: Option<&Path>) -> Result<PathBuf, Fault> {
    path_from(flag, |name| std::env::var_os(name))
}

/// Where the configuration file is looked for when nobody says otherwise, not even `$MAILHERD_CONFIG`: what a service finds.
///
/// # Errors
/// As [`default_path`].
pub fn usual_path() -> Result<PathBuf, Fault> {
    path_from(None, |name| std::env::var_os(name).filter(|_| name != "MAILHERD_CONFIG"))
}

fn path_from(flag: Option<&Path>, variable: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf, Fault> {
    let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = flag.map(Path::to_owned).or_else(|| set("MAILHERD_CONFIG")) {
        return Ok(path);
    }
    // XDG Base Directory Specification: a relative path in the variable is invalid and ignored.
    let xdg = set("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    let folder = xdg.or_else(|| set("HOME").map(|home| home.join(".config")));
    folder.map(|folder| folder.join("mailherd").join("config.toml")).ok_or_else(|| {
        Fault::usage("cannot tell where the config file is: HOME is not set", "name it with --config FILE")
    })
}

/// The absolute path of a state directory as it is written in the file at `config`.
///
/// # Errors
/// [`Fault::usage`] when it starts at a home directory that is not known.
pub fn state_folder(config: &Path, written: &str) -> Result<PathBuf, Fault> {
    let unknown = || Fault::usage("cannot tell where the state directory is: HOME is not set", "set HOME");
    Paths::beside(config).ok().and_then(|paths| paths.resolve(written)).ok_or_else(unknown)
}

/// What paths in the file are relative to.
pub(super) struct Paths {
    home: Option<PathBuf>,
    folder: PathBuf,
}

impl Paths {
    /// For a configuration file at `config`.
    pub(super) fn beside(config: &Path) -> std::io::Result<Paths> {
        let folder = std::path::absolute(config)?.parent().map_or_else(|| PathBuf::from("/"), Path::to_owned);
        let home = std::env::var_os("HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
        Ok(Paths { home, folder })
    }

    /// `~` and `~/…` start at the home directory, other relative paths at the folder of the configuration file. `None`
    /// when the home directory is wanted and unknown, or another user's is (`~anna`).
    pub(super) fn resolve(&self, text: &str) -> Option<PathBuf> {
        match text.strip_prefix('~') {
            None => Some(self.folder.join(text)),
            Some("") => self.home.clone(),
            Some(rest) => Some(self.home.as_ref()?.join(rest.strip_prefix('/')?.trim_start_matches('/'))),
        }
    }
}

/// The path under `key`, resolved.
pub(super) fn given(section: &Section<'_>, key: &str, paths: &Paths) -> Result<Option<PathBuf>, Fault> {
    section.text(key)?.map(|text| resolved(section, key, text, paths)).transpose()
}

/// `text`, given under `key` or its default, resolved.
pub(super) fn resolved(section: &Section<'_>, key: &str, text: &str, paths: &Paths) -> Result<PathBuf, Fault> {
    paths.resolve(text).ok_or_else(|| {
        section.fault(key, format!("`{key}` starts at a home directory that is not known"), "write the whole path")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(flag: Option<&str>, set: &[(&str, &str)]) -> Result<String, Fault> {
        let variable = |name: &str| set.iter().find(|(set, _)| *set == name).map(|(_, value)| OsString::from(value));
        path_from(flag.map(Path::new), variable).map(|path| path.display().to_string())
    }

    #[test]
    fn the_flag_beats_the_variable_beats_xdg_beats_home() {
        let all = [("MAILHERD_CONFIG", "m.toml"), ("XDG_CONFIG_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(path(Some("f.toml"), &all).unwrap(), "f.toml");
        assert_eq!(path(None, &all).unwrap(), "m.toml");
        assert_eq!(path(None, &all[1..]).unwrap(), "/x/mailherd/config.toml");
        assert_eq!(path(None, &all[2..]).unwrap(), "/h/.config/mailherd/config.toml");
        assert!(path(None, &[]).unwrap_err().hint.contains("--config"));
    }

    #[test]
    fn empty_and_relative_variables_count_as_unset() {
        let set = [("MAILHERD_CONFIG", ""), ("XDG_CONFIG_HOME", "relative"), ("HOME", "/h")];
        assert_eq!(path(None, &set).unwrap(), "/h/.config/mailherd/config.toml");
    }

    #[test]
    fn paths_start_at_home_or_at_the_file() {
        let paths = Paths { home: Some("/h".into()), folder: "/etc/mailherd".into() };
        let resolve = |text| paths.resolve(text).map(|path| path.display().to_string());
        assert_eq!(resolve("~/s/x").unwrap(), "/h/s/x");
        assert_eq!(resolve("~//s").unwrap(), "/h/s");
        assert_eq!(resolve("~").unwrap(), "/h");
        assert_eq!(resolve("ca.pem").unwrap(), "/etc/mailherd/ca.pem");
        assert_eq!(resolve("/abs").unwrap(), "/abs");
        assert_eq!(resolve("~anna/x"), None);
        let homeless = Paths { home: None, folder: "/etc".into() };
        assert_eq!(homeless.resolve("~/x"), None);
    }
}
