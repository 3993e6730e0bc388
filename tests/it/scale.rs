//! What `docs/scale.md` gives to those with many accounts: the dealing out of accounts to cells, and the manifests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mailherd::config;

fn contrib(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/scale").join(name)
}

fn account(folder: &Path, name: &str) {
    let text =
        format!("name = \"{name}\"\nemail = \"{name}@home.example\"\nhost = \"imap.example\"\npassword_env = \"PW\"\n");
    std::fs::write(folder.join("accounts").join(format!("{name}.toml")), text).unwrap();
}

fn deal(folder: &Path, cells: usize) -> Output {
    let mut command = Command::new(contrib("cells"));
    command.arg(folder.join("accounts")).arg(folder.join("common.toml")).arg(cells.to_string()).arg(folder.join("out"));
    command.output().expect("sh and awk")
}

/// The cell of each account, as mailherd itself reads the configurations.
fn cells(folder: &Path, count: usize) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for cell in 0..count {
        let config = config::load(&folder.join(format!("out/{cell}.toml"))).expect("a sound configuration");
        assert!(config.state_dir.ends_with(format!("state-{cell}")), "{:?}", config.state_dir);
        for account in config.accounts {
            assert_eq!(found.insert(account.name.clone(), cell), None, "{} is in two cells", account.name);
        }
    }
    found
}

#[test]
fn accounts_are_dealt_out_evenly_and_stay_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::create_dir(folder.join("accounts")).unwrap();
    std::fs::write(folder.join("common.toml"), "mode = \"file\"\nstate_dir = \"state-CELL\"\n").unwrap();
    ["ada", "ben", "cleo", "dora", "emil"].iter().for_each(|name| account(folder, name));
    assert!(deal(folder, 2).status.success());
    let first = cells(folder, 2);
    assert_eq!((first.len(), first.values().filter(|cell| **cell == 0).count()), (5, 3));

    account(folder, "aaron");
    account(folder, "zoe");
    std::fs::remove_file(folder.join("accounts/ben.toml")).unwrap();
    assert!(deal(folder, 3).status.success());
    let second = cells(folder, 3);
    assert_eq!(second.len(), 6);
    for (name, cell) in first.iter().filter(|(name, _)| *name != "ben") {
        assert_eq!(second.get(name), Some(cell), "{name} has moved away from its state");
    }
    assert_eq!((second["aaron"], second["zoe"]), (2, 1), "the emptiest cell first: {second:?}");

    let fewer = deal(folder, 2);
    assert_eq!(fewer.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&fewer.stderr).contains("cell 2 still has accounts"));
    assert_eq!(cells(folder, 3), second, "nothing was changed");
}

/// The manifests say to the program only what it understands.
#[test]
fn the_manifests_run_commands_that_there_are() {
    for (file, said) in [
        ("kubernetes.yaml", ["daemon --log-format json", "status --json"]),
        ("mailherd.nomad.hcl", ["\"daemon\", \"--log-format\", \"json\"", "--config"]),
    ] {
        let text = std::fs::read_to_string(contrib(file)).unwrap();
        assert!(!text.contains('\t'), "{file} is indented by spaces");
        for words in said {
            assert!(text.contains(words), "{file} says {words}");
        }
    }
    for (command, flag) in [("daemon", "--log-format"), ("status", "--json")] {
        let help = Command::new(env!("CARGO_BIN_EXE_mailherd")).args([command, "--help"]).output().unwrap();
        assert!(String::from_utf8_lossy(&help.stdout).contains(flag), "{command} {flag}");
    }
}
