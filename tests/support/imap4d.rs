//! GNU mailutils' imap4d 3, in one folder. Its users are those of a virtual domain.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, UNIX_EPOCH};

use super::courier::{hash, make_maildir};
use super::mail::Mail;
use super::server::{Server, give_to_owner, mail_owner, word_of};
use super::unpacked::Unpacked;

const DOMAIN: &str = "test";

/// Writes its configuration; the script that becomes it.
pub fn prepare(server: &Server) -> String {
    let (here, port, tls_port) = (server.folder.display(), server.port, server.tls_port);
    std::fs::create_dir(server.folder.join("users")).unwrap();
    std::fs::write(server.folder.join("users").join(DOMAIN), "").unwrap();
    let certificate = server.certificate.as_ref().expect("imap4d has TLS in these tests");
    let tls = format!(
        "tls {{ ssl-certificate-file {}; ssl-key-file {}; }};",
        certificate.certificate.display(),
        certificate.key.display()
    );
    let configuration = format!(
        "mode daemon;
foreground yes;
max-children 200;
pidfile {here}/imap4d.pid;
server 127.0.0.1:{port} {{ tls-mode ondemand; {tls} }};
server 127.0.0.1:{tls_port} {{ tls-mode connection; {tls} }};
auth {{ authentication \"generic\"; authorization \"virtdomain\"; }};
virtdomain {{ passwd-dir {here}/users; }};
namespace personal {{ prefix \"\" {{ directory \"$home/folders\"; delimiter \"/\"; mailbox-type maildir; }}; }};
mailbox {{ mailbox-pattern \"maildir:{here}/mail/${{user}}/INBOX\"; mailbox-type maildir; }};
locking {{ type null; }};
logging {{ syslog no; }};
tcp-wrappers {{ enable no; }};
"
    );
    std::fs::write(server.folder.join("imap4d.conf"), configuration).unwrap();
    let script = "exec \"$root/usr/sbin/imap4d\" --no-site-config --config-file=\"$here/imap4d.conf\" --foreground\n";
    Unpacked::of("imap4d").start(&server.folder, script, false)
}

/// The name that a user logs in with.
pub fn login(user: &str) -> String {
    format!("{user}@{DOMAIN}")
}

/// Puts mail into a folder as a delivery agent does, without flags: imap4d 3.15 answers every APPEND with `NO APPEND [TRYCREATE] failed`,
/// and loses flags in names of files that it did not make.
pub fn deliver(home: &Path, folder: &str, mail: &[Mail]) {
    let folder = if folder == "INBOX" { home.join("INBOX") } else { home.join("folders").join(folder) };
    for mail in mail {
        let path = folder.join(format!("new/{}.{}.host", mail.arrived(), fastrand::u64(..)));
        std::fs::write(&path, String::from_utf8(mail.bytes()).expect("mail in UTF-8").replace("\r\n", "\n")).unwrap();
        let time = UNIX_EPOCH + Duration::from_secs(mail.arrived().unsigned_abs());
        File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        give_to_owner(&path);
    }
}

/// Writes the user down, and makes their folders.
pub fn welcome(server: &Server, user: &str) {
    static HASH: OnceLock<String> = OnceLock::new();
    let hash = HASH.get_or_init(hash);
    let home = server.home_of(user);
    let folders = server.flavour.special.iter().map(|(name, _)| format!("folders/{name}"));
    for folder in folders.chain(["INBOX".to_owned()]) {
        make_maildir(&home.join(folder));
    }
    give_to_owner(&home);
    let id = |which: &str| word_of(&["id", which, &mail_owner()]);
    let mut users = File::options().append(true).open(server.folder.join("users").join(DOMAIN)).unwrap();
    writeln!(users, "{user}:{hash}:{}:{}:{user}:{}:/bin/sh", id("-u"), id("-g"), home.display()).unwrap();
}
