//! The units for systemd.

use std::path::Path;
use std::process::Command;

use crate::support::flavour::Flavour;
use crate::support::user::User;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The settings of a unit, without comments.
fn settings(unit: &str) -> Vec<(String, String)> {
    let lines = unit.lines().filter(|line| !line.starts_with(['#', '[']) && !line.is_empty());
    lines
        .map(|line| line.split_once('=').unwrap_or_else(|| panic!("{line}")))
        .map(|(key, value)| (key.into(), value.into()))
        .collect()
}

#[track_caller]
fn has(unit: &[(String, String)], key: &str, value: &str) {
    assert!(unit.iter().any(|(known, set)| known == key && set == value), "{key}={value}");
}

/// What glibc's allocator is told, here and in the container: 500 idle accounts need half of the memory that they need without it.
const ALLOCATOR: &str =
    "MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TRIM_THRESHOLD_=65536 MALLOC_TOP_PAD_=0";

#[test]
fn the_container_tells_the_allocator_what_the_units_tell_it() {
    assert!(read("Containerfile").contains(&format!("ENV {ALLOCATOR}\n")));
}

#[test]
fn both_units_are_notified_watched_and_hardened() {
    for name in ["contrib/systemd/mailherd.service", "contrib/systemd/mailherd@.service"] {
        let unit = settings(&read(name));
        for (key, value) in [
            ("Type", "notify"),
            ("WatchdogSec", "120"),
            ("ExecReload", "/bin/kill -HUP $MAINPID"),
            ("RestartPreventExitStatus", "2"),
            ("NoNewPrivileges", "yes"),
            ("MemoryDenyWriteExecute", "yes"),
            ("RuntimeDirectoryMode", "0700"),
            ("Environment", ALLOCATOR),
        ] {
            has(&unit, key, value);
        }
        let start = &unit.iter().find(|(key, _)| key == "ExecStart").unwrap().1;
        let words: Vec<&str> = start.split(' ').skip(1).filter(|word| !word.starts_with('/')).collect();
        assert!(start.ends_with("daemon"), "{start}");
        // The program takes these words: with a config that is missing it complains of just that.
        let user = User::new(Flavour::PLAIN);
        let words: Vec<&str> = words.into_iter().filter(|word| *word != "--config").collect();
        let missing = user.path("missing.toml");
        let words: Vec<&str> = ["--config", missing.to_str().unwrap()].into_iter().chain(words).collect();
        user.bare(&words, &[]).complains(2).says("no config file");
    }
    let system = settings(&read("contrib/systemd/mailherd@.service"));
    for (key, value) in [
        ("DynamicUser", "yes"),
        ("StateDirectory", "mailherd-%i"),
        ("RuntimeDirectory", "mailherd-%i"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("CapabilityBoundingSet", ""),
        ("SystemCallFilter", "@system-service"),
        ("LoadCredential", "password:/etc/mailherd/%i.password"),
    ] {
        has(&system, key, value);
    }
}

/// Where systemd is installed, it reads the unit itself.
#[test]
fn systemd_finds_nothing_wrong_with_the_system_unit() {
    let folder = tempfile::tempdir().unwrap();
    let unit = read("contrib/systemd/mailherd@.service").replace("/usr/local/bin/mailherd", "/bin/true");
    let path = folder.path().join("mailherd@.service");
    std::fs::write(&path, &unit).unwrap();
    match Command::new("systemd-analyze").arg("verify").arg(&path).output() {
        Ok(output) => assert!(output.status.success() && output.stderr.is_empty(), "{output:?}"),
        // Without it, at least each setting is one of the form that it reads.
        Err(_) => assert!(settings(&unit).len() > 30),
    }
}

#[test]
fn a_credential_of_systemd_is_the_password() {
    let mut user = User::new(Flavour::PLAIN);
    let folder = user.path("credentials");
    std::fs::create_dir(&folder).unwrap();
    // systemd shows them with mode 0440 to the service's own user.
    std::fs::copy(user.path("password"), folder.join("home")).unwrap();
    user.unset_account("password_file").set_account("credential", "\"home\"");
    user.mailherd(&["run", "--once"]).complains(1).says("LoadCredential");
    let environment = [("CREDENTIALS_DIRECTORY".to_owned(), folder.display().to_string())];
    user.start_with(&["run", "--once"], &environment).finish().done();
    user.set_account("credential", "\"../password\"");
    user.mailherd(&["run", "--once"]).complains(2).says("not a path");
}
