//! Where a password comes from. It is fetched anew for each connection and kept nowhere else.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use super::document::Section;
use super::keyring;
use super::keys::{CLIENT_SECRET_WAYS, WAYS};
use super::oauth2::{Oauth2, Owner};
use super::paths::{self, Paths};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;

/// What a secret is, and the keys that name where it comes from.
pub(super) struct Kind {
    /// As a sentence calls it.
    noun: &'static str,
    command: &'static str,
    file: &'static str,
    env: &'static str,
}

/// The password of an account.
const PASSWORD: Kind =
    Kind { noun: "the password", command: "password_command", file: "password_file", env: "password_env" };

/// The secret of a client of OAuth2.
pub(super) const CLIENT_SECRET: Kind = Kind {
    noun: "the client secret",
    command: "client_secret_command",
    file: "client_secret_file",
    env: "client_secret_env",
};

/// An access token, which only a command prints.
const TOKEN: Kind = Kind { noun: "an access token", command: "token_command", file: "", env: "" };

/// How long a `password_command` may take: long enough for somebody to unlock a key, short enough to notice a hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longest secret, and most that is read of a command's stderr. Bytes; OAuth2 tokens reach some 4 KiB.
const LONGEST: u64 = 64 * 1024;

/// A password that was typed and is kept nowhere yet.
#[derive(Clone)]
pub struct Typed(Arc<SecretString>);

impl Typed {
    /// Of this password.
    pub fn new(secret: SecretString) -> Typed {
        Typed(Arc::new(secret))
    }
}

/// Two are the same when they were typed at once: comparing passwords would be of no use.
impl PartialEq for Typed {
    fn eq(&self, other: &Typed) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Typed {}

/// One way to get a password. `Debug` prints no command, since people do write secrets into those.
#[derive(Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// None of the file's ways: while an account is being set up.
    Typed(Typed),
    /// `keyring = true`: under this name in the desktop's keyring.
    Keyring(String),
    /// `password_command`: run by `sh -c`, prints it.
    Command(String),
    /// `password_file`: absolute; readable by its owner only.
    File(PathBuf),
    /// `password_env`: the name of a variable of this process.
    Env(String),
    /// `credential`: the name of a credential that systemd hands over (`LoadCredential=`, systemd.exec(5)).
    Credential(String),
    /// `oauth2`: no password at all, but tokens, which are had elsewhere.
    Oauth2(Box<Oauth2>),
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretSource::Typed(_) => f.write_str("Typed(***)"),
            SecretSource::Keyring(name) => f.debug_tuple("Keyring").field(name).finish(),
            SecretSource::Command(_) => f.write_str("Command(***)"),
            SecretSource::File(path) => f.debug_tuple("File").field(path).finish(),
            SecretSource::Env(name) => f.debug_tuple("Env").field(name).finish(),
            SecretSource::Credential(name) => f.debug_tuple("Credential").field(name).finish(),
            SecretSource::Oauth2(oauth2) => f.debug_tuple("Oauth2").field(oauth2).finish(),
        }
    }
}

impl SecretSource {
    /// The one way that the account names. `keyring_name` is what its password is called in a keyring.
    pub(super) fn read(section: &Section<'_>, paths: &Paths, owner: &Owner<'_>) -> Result<SecretSource, Fault> {
        let [command, file, variable] = SecretSource::named(section, paths, &PASSWORD)?;
        let credential = credential_name(section)?.map(SecretSource::Credential);
        let keyring = section
            .switch("keyring")?
            .unwrap_or(false)
            .then(|| SecretSource::Keyring(super::keyring_name(owner.username, owner.host)));
        let oauth2 = Oauth2::read(section, paths, owner)?.map(|oauth2| SecretSource::Oauth2(Box::new(oauth2)));
        let mut ways = [command, file, variable, credential, keyring, oauth2].into_iter().flatten();
        match (ways.next(), ways.next()) {
            (Some(way), None) => Ok(way),
            (Some(_), Some(_)) => {
                let last = ["oauth2", "keyring", "credential", "password_env"].into_iter().find(|key| section.has(key));
                let second = last.unwrap_or("password_file");
                Err(section.fault(second, "the password is given in more than one way", WAYS))
            }
            (None, _) => Err(section.fault("password", "this account has no password", WAYS)),
        }
    }

    /// The secret of an OAuth2 client, which not every provider gives.
    pub(super) fn read_prefixed(
        section: &Section<'_>,
        paths: &Paths,
        kind: &Kind,
    ) -> Result<Option<SecretSource>, Fault> {
        let mut ways = SecretSource::named(section, paths, kind)?.into_iter().flatten();
        match (ways.next(), ways.next()) {
            (way, None) => Ok(way),
            (_, Some(_)) => {
                let second = if section.has(kind.env) { kind.env } else { kind.file };
                let cause = format!("{} is given in more than one way", kind.noun);
                Err(section.fault(second, cause, CLIENT_SECRET_WAYS))
            }
        }
    }

    fn named(section: &Section<'_>, paths: &Paths, kind: &Kind) -> Result<[Option<SecretSource>; 3], Fault> {
        Ok([
            section.text(kind.command)?.map(|command| SecretSource::Command(command.to_owned())),
            paths::given(section, kind.file, paths)?.map(SecretSource::File),
            section.text(kind.env)?.map(|name| SecretSource::Env(name.trim().to_owned())),
        ])
    }

    /// Gets the password. One newline at its end (`\n` or `\r\n`) is taken off.
    ///
    /// # Errors
    ///
    /// [`Fault::credentials`] when the command fails or takes longer than a minute, when the file is missing or others
    /// may read it, when the variable is unset, and when what came is empty, several lines, or not UTF-8. No fault quotes
    /// the secret, the command or its standard output.
    pub async fn fetch(&self) -> Result<SecretString, Fault> {
        self.fetch_as(&PASSWORD).await
    }

    /// Gets the secret of an OAuth2 client.
    ///
    /// # Errors
    /// As [`SecretSource::fetch`].
    pub async fn fetch_client_secret(&self) -> Result<SecretString, Fault> {
        self.fetch_as(&CLIENT_SECRET).await
    }

    async fn fetch_as(&self, kind: &Kind) -> Result<SecretString, Fault> {
        match self {
            SecretSource::Typed(typed) => Ok(SecretString::clone(&typed.0)),
            SecretSource::Keyring(name) => {
                let name = name.clone();
                let read = tokio::task::spawn_blocking(move || keyring::read(&name)).await;
                secret(read.map_err(|_| keyring::broke())??, "keyring", kind)
            }
            SecretSource::Command(command) => secret(run(command, kind, PATIENCE).await?, kind.command, kind),
            SecretSource::File(path) => secret(read_private(path, kind)?, kind.file, kind),
            SecretSource::Env(name) => secret(read_variable(name, kind)?, kind.env, kind),
            SecretSource::Credential(name) => secret(read_credential(name)?, "credential", kind),
            SecretSource::Oauth2(_) => {
                Err(Fault::refused("this account logs in with OAuth2, and has no password", WAYS))
            }
        }
    }
}

/// What a `token_command` prints.
///
/// # Errors
/// As [`SecretSource::fetch`].
pub async fn printed_token(command: &str) -> Result<SecretString, Fault> {
    secret(run(command, &TOKEN, PATIENCE).await?, TOKEN.command, &TOKEN)
}

type Bytes = Zeroizing<Vec<u8>>;

fn secret(bytes: Bytes, way: &str, kind: &Kind) -> Result<SecretString, Fault> {
    let noun = kind.noun;
    let fault = |what: &str, hint: String| Err(Fault::credentials(format!("{way} gave {what}"), hint));
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let line = if line.len() < bytes.len() { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
    match std::str::from_utf8(line) {
        Ok("") => fault("nothing", format!("it must give {noun} on one line")),
        // RFC 4013, section 2.3: no password holds a control character; NUL would end it early (RFC 4616).
        Ok(text) if text.contains(['\n', '\r', '\0']) => {
            fault("more than one line", format!("let it give {noun} alone, for example with `| head -n 1`"))
        }
        Ok(text) => Ok(SecretString::from(text)),
        Err(_) => fault("something that is not UTF-8 text", format!("check that it gives {noun} and nothing else")),
    }
}

/// A name that leads nowhere else: it becomes part of a path.
fn credential_name(section: &Section<'_>) -> Result<Option<String>, Fault> {
    let Some(name) = section.text("credential")?.map(str::trim) else { return Ok(None) };
    if name.contains('/') || name.starts_with('.') {
        let hint = "write the name that stands before the colon in LoadCredential=";
        return Err(section.fault("credential", "`credential` is a name, not a path", hint));
    }
    Ok(Some(name.to_owned()))
}

/// systemd shows credentials to the service alone, whatever their mode says (systemd.exec(5), "Credentials").
fn read_credential(name: &str) -> Result<Bytes, Fault> {
    let shown = Printable::new(name);
    let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") else {
        let cause = format!("credential names {shown}, and systemd hands no credentials over");
        return Err(Fault::credentials(cause, "start mailherd by its unit, with LoadCredential= in it"));
    };
    let cannot = |error: std::io::Error| {
        let hint = format!("add LoadCredential={shown}:/path/of/the/file to the unit");
        Fault::credentials(format!("cannot read the credential {shown}: {error}"), hint)
    };
    let file = File::open(Path::new(&folder).join(name)).map_err(cannot)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LONGEST).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}

fn read_variable(name: &str, kind: &Kind) -> Result<Bytes, Fault> {
    use std::os::unix::ffi::OsStringExt;
    std::env::var_os(name).map(|value| Zeroizing::new(value.into_vec())).ok_or_else(|| {
        let cause = format!("{} names {}, which is not set", kind.env, Printable::new(name));
        Fault::credentials(cause, "export it before you start mailherd")
    })
}

fn read_private(path: &Path, kind: &Kind) -> Result<Bytes, Fault> {
    let (key, shown) = (kind.file, Printable::new(&path.to_string_lossy()));
    let cannot = |error: std::io::Error| {
        Fault::credentials(format!("cannot read {key} {shown}: {error}"), "check the path and its permissions")
    };
    // Asked before it is opened: opening a pipe waits for somebody to write.
    if !std::fs::metadata(path).map_err(cannot)?.is_file() {
        let cause = format!("{key} {shown} is not a file");
        return Err(Fault::credentials(cause, format!("name a file that holds {} and nothing else", kind.noun)));
    }
    let file = File::open(path).map_err(cannot)?;
    let mode = file.metadata().map_err(cannot)?.permissions().mode();
    if mode & 0o077 != 0 {
        let cause = format!("others may read {key} {shown} (mode {:03o})", mode & 0o777);
        return Err(Fault::credentials(cause, format!("chmod 600 {shown}")));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(LONGEST).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}

async fn run(command: &str, kind: &Kind, patience: Duration) -> Result<Bytes, Fault> {
    let key = kind.command;
    let hint = format!("run it by hand: it must print {} and end with status 0", kind.noun);
    // It stays in our process group: a command in one of its own is stopped when it asks on the terminal.
    let child = Command::new("sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn();
    let child = child.map_err(|error| Fault::credentials(format!("cannot start {key}: {error}"), hint.clone()))?;
    match tokio::time::timeout(patience, outcome(child)).await {
        Ok(Ok((status, stdout, _))) if status.success() => Ok(stdout),
        Ok(Ok((status, _, stderr))) => {
            let said = last_line(&stderr).map(|line| format!(": {line}")).unwrap_or_default();
            Err(Fault::credentials(format!("{key} failed ({status}){said}"), hint))
        }
        Ok(Err(error)) => Err(Fault::credentials(format!("{key} broke off: {error}"), hint)),
        Err(_) => {
            let cause = format!("{key} did not end within {} s", patience.as_secs());
            Err(Fault::credentials(cause, "it must not wait for input; unlock its key first"))
        }
    }
}

async fn outcome(mut child: Child) -> std::io::Result<(ExitStatus, Bytes, Bytes)> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = tokio::try_join!(drain(stdout), drain(stderr))?;
    Ok((child.wait().await?, stdout, stderr))
}

/// Reads to the end, so that the command can end, and keeps the first [`LONGEST`] bytes.
async fn drain(pipe: Option<impl AsyncRead + Unpin>) -> std::io::Result<Bytes> {
    let mut kept = Zeroizing::new(Vec::new());
    if let Some(mut pipe) = pipe {
        (&mut pipe).take(LONGEST).read_to_end(&mut kept).await?;
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(kept)
}

fn last_line(stderr: &[u8]) -> Option<Printable> {
    let text = String::from_utf8_lossy(stderr);
    text.lines().map(Printable::new).rfind(|line| !line.as_str().is_empty())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use secrecy::ExposeSecret;

    use super::*;
    use crate::logic::fault::FaultKind;

    fn fetched(source: &SecretSource) -> Result<String, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(source.fetch()).map(|secret| secret.expose_secret().to_owned())
    }

    fn command(text: &str) -> Result<String, Fault> {
        fetched(&SecretSource::Command(text.to_owned()))
    }

    fn file(content: &[u8], mode: u32) -> Result<String, Fault> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pw");
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        fetched(&SecretSource::File(path))
    }

    #[test]
    fn a_command_prints_it() {
        assert_eq!(command("printf 'a b\\303\\274'").unwrap(), "a bü");
        assert_eq!(command("cat; echo x").unwrap(), "x", "its standard input is empty");
    }

    #[test]
    fn one_newline_at_the_end_is_taken_off_and_no_blank() {
        for (content, secret) in [("s3", "s3"), ("s3\n", "s3"), ("s3\r\n", "s3"), (" s3 \n", " s3 ")] {
            assert_eq!(file(content.as_bytes(), 0o600).unwrap(), secret, "{content:?}");
        }
    }

    #[test]
    fn what_is_no_password_is_refused_without_being_quoted() {
        for (content, why) in [
            (&b""[..], "nothing"),
            (b"\n", "nothing"),
            (b"\r\n", "nothing"),
            (b"hunter2\n\n", "more than one line"),
            (b"hunter2\nlogin: me\n", "more than one line"),
            (b"hunter2\r", "more than one line"),
            (b"hun\0ter2", "more than one line"),
            (b"hunter2\xff", "not UTF-8"),
        ] {
            let fault = file(content, 0o600).unwrap_err();
            assert!(fault.kind == FaultKind::Credentials && fault.cause.contains(why), "{content:?}: {fault}");
            assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
        }
    }

    #[test]
    fn a_failing_command_is_told_by_its_last_line_on_stderr_alone() {
        let fault =
            command("echo hunter2; echo first >&2; printf 'gpg:\\033[31m locked\\n\\n' >&2; exit 3").unwrap_err();
        assert_eq!(fault.cause, "password_command failed (exit status: 3): gpg:\u{fffd}[31m locked");
        let silent = command("echo hunter2; exit 1").unwrap_err();
        assert_eq!(silent.cause, "password_command failed (exit status: 1)");
        assert!(command("kill -9 $$").unwrap_err().cause.contains("signal"));
        assert!(command("no-such-program-here").unwrap_err().cause.contains("127"));
    }

    #[test]
    fn a_chatty_command_can_end() {
        let fault = command("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2").unwrap_err();
        assert!(fault.cause.contains("more than one line"), "{fault}");
    }

    #[test]
    fn a_command_that_hangs_is_given_up() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let begun = Instant::now();
        let fault = runtime.block_on(run("exec sleep 30", &PASSWORD, Duration::from_millis(50))).unwrap_err();
        assert!(fault.cause.contains("did not end"), "{fault}");
        assert!(begun.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        for mode in [0o640, 0o604, 0o660, 0o610] {
            let fault = file(b"hunter2", mode).unwrap_err();
            assert!(fault.cause.contains("others may read") && fault.hint.contains("chmod 600"), "{mode:o}: {fault}");
        }
        assert_eq!(file(b"s3", 0o400).unwrap(), "s3");
    }

    #[test]
    fn a_file_must_be_a_file() {
        let missing = fetched(&SecretSource::File("/nonexistent/pw".into())).unwrap_err();
        assert!(missing.cause.contains("/nonexistent/pw"), "{missing}");
        let folder = tempfile::tempdir().unwrap();
        let fault = fetched(&SecretSource::File(folder.path().to_owned())).unwrap_err();
        assert!(fault.cause.contains("is not a file"), "{fault}");
    }

    #[test]
    fn a_variable_must_be_set() {
        let fault = fetched(&SecretSource::Env("MAILHERD_TEST_UNSET".into())).unwrap_err();
        assert_eq!(fault.cause, "password_env names MAILHERD_TEST_UNSET, which is not set");
        // `unsafe` is forbidden, so no variable can be set here; PATH is in every environment.
        assert!(!fetched(&SecretSource::Env("PATH".into())).unwrap().is_empty());
    }
}
