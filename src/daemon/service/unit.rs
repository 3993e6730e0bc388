//! mailherd as a service of one user, by systemd: the unit of contrib/, with the program that runs now.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::config::write_private;
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

const UNIT: &str = include_str!("../../../contrib/systemd/mailherd.service");

/// How a unit begins that [`install`] wrote.
const WRITTEN: &str = "# Written by `mailherd setup`";

/// What the unit is called.
pub const NAME: &str = "mailherd.service";

/// Where packages put their units for users.
const PACKAGED: [&str; 2] = ["/usr/lib/systemd/user", "/etc/systemd/user"];

/// Whether this user has a service manager to start it by.
pub fn has_manager() -> bool {
    systemctl(&["show-environment"]).is_ok()
}

/// The unit that starts `program`, with `--config` where the config is not in its usual place.
///
/// # Errors
/// Local, when a path cannot be written in a unit.
pub fn text(program: &Path, config: Option<&Path>) -> Result<String, Fault> {
    let mut start = format!("ExecStart={}", quoted(program)?);
    if let Some(config) = config {
        start.push_str(&format!(" --config {}", quoted(config)?));
    }
    start.push_str(" daemon");
    let lines = UNIT.lines().filter(|line| !line.starts_with("# ~/.cargo/bin"));
    let body = lines.skip_while(|line| line.starts_with('#'));
    let body = body.map(|line| if line.starts_with("ExecStart=") { start.as_str() } else { line });
    let head = format!("{WRITTEN}. `systemctl --user disable --now mailherd` ends it.");
    Ok(std::iter::once(head.as_str()).chain(body).collect::<Vec<_>>().join("\n") + "\n")
}

/// A word of a command line (systemd.service(5), "Command lines").
fn quoted(path: &Path) -> Result<String, Fault> {
    let cannot = || {
        let shown = Printable::new(&path.to_string_lossy());
        Fault::local(format!("a unit cannot name {shown}"), "move it to a path without control characters")
    };
    let text = path.to_str().filter(|text| !text.chars().any(char::is_control)).ok_or_else(cannot)?;
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
    Ok(format!("\"{escaped}\""))
}

/// Writes the unit for `program` below `config_home` (`~/.config`), unless a package brought one and the config is in its usual place;
/// starts it now and at each login. Gives the path that was written.
///
/// # Errors
/// Local, when it cannot be written or systemd refuses it.
pub fn install(config_home: &Path, program: &Path, config: Option<&Path>) -> Result<Option<PathBuf>, Fault> {
    let packaged = PACKAGED.iter().any(|folder| Path::new(folder).join(NAME).is_file());
    let path = config_home.join("systemd/user").join(NAME);
    let written = if packaged && config.is_none() && program.starts_with("/usr") {
        None
    } else {
        write_private(&path, &text(program, config)?, 0o644)?;
        Some(path)
    };
    systemctl(&["daemon-reload"])?;
    systemctl(&["enable", "--now", NAME])?;
    // One that ran before has to see the new account.
    systemctl(&["reload-or-restart", NAME])?;
    Ok(written)
}

/// Whether the service runs, or is to run at the next login.
pub fn is_there() -> bool {
    systemctl(&["is-active", "--quiet", NAME]).is_ok() || systemctl(&["is-enabled", "--quiet", NAME]).is_ok()
}

/// Ends it, now and for good. The unit goes, too, where [`install`] wrote it; a package's stays.
///
/// # Errors
/// Local, when systemd refuses, or the unit cannot be removed.
pub fn remove(config_home: &Path) -> Result<(), Fault> {
    systemctl(&["disable", "--now", NAME])?;
    let path = config_home.join("systemd/user").join(NAME);
    if std::fs::read_to_string(&path).is_ok_and(|unit| unit.starts_with(WRITTEN)) {
        std::fs::remove_file(&path).map_err(|error| {
            let shown = Printable::new(&path.to_string_lossy());
            Fault::local(format!("cannot remove {shown}: {error}"), "the service is off; remove the file by hand")
        })?;
        systemctl(&["daemon-reload"])?;
    }
    Ok(())
}

fn systemctl(words: &[&str]) -> Result<(), Fault> {
    let said = |what: &str| {
        let hint = "docs/daemon.md says how to do it by hand; everything else is done";
        Fault::local(format!("systemctl --user {}: {what}", words.join(" ")), hint)
    };
    let output = Command::new("systemctl").arg("--user").args(words).stdin(Stdio::null()).output();
    let output = output.map_err(|error| said(&error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().map(Printable::new).rfind(|line| !line.as_str().is_empty()).unwrap_or_default();
    Err(said(last.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_starts_this_program_on_this_config() {
        let unit = text(Path::new("/opt/my tools/100%/mailherd"), Some(Path::new("/home/me/m.toml"))).unwrap();
        let start = "\nExecStart=\"/opt/my tools/100%%/mailherd\" --config \"/home/me/m.toml\" daemon\n";
        assert!(unit.contains(start), "{unit}");
        assert_eq!(unit.matches("ExecStart=").count(), 1);
        for kept in ["[Unit]", "Type=notify", "NoNewPrivileges=yes", "[Install]", "WantedBy=default.target"] {
            assert!(unit.contains(kept), "{kept}: {unit}");
        }
        assert!(
            text(Path::new("/usr/bin/mailherd"), None).unwrap().contains("ExecStart=\"/usr/bin/mailherd\" daemon\n")
        );
        assert!(text(Path::new("/a\nExecStart=/bin/sh"), None).is_err());
    }
}
