//! Courier IMAP 5, in one folder and a mount namespace: the paths of its configuration and of its socket are compiled in.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::dovecot::PASSWORD;
use super::server::{Server, give_to_owner, is_root, mail_owner, word_of};
use super::unpacked::Unpacked;

/// What Debian's `/etc/courier/authdaemonrc` says, but for where the users are.
const AUTHENTICATION: &str = r#"authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=2
authdaemonvar=/run/courier/authdaemon
DEBUG_LOGIN=0
DEFAULTOPTIONS=""
LOGGEROPTS=""
"#;

/// What Debian's start script exports from `/etc/courier/imapd`, but for `IMAP_IDLE_TIMEOUT`: Courier looks for news every 60 seconds, here
/// every 2. Each login waits more than a second for gamin's daemon where it cannot be started. `/etc` and `/run` are the server's own here, whether there is
/// anything of Courier's in the system's or not; what programs need of `/etc` is copied, and the user added that STARTTLS is done as.
const START: &str = r#"
for file in passwd group nsswitch.conf hosts localtime ld.so.cache; do
  [ ! -e "/etc/$file" ] || cp -L "/etc/$file" "$here/etc/"
done
echo "courier:x:$uid:$gid::/:/bin/false" >>"$here/etc/passwd"
echo "courier:x:$gid:" >>"$here/etc/group"
mount --bind "$here/etc" /etc
mount -t tmpfs none /run
mkdir -p /run/courier/authdaemon
export authmodulelist=authuserdb authmodulelistorig=authuserdb daemons=2 authdaemonvar=/run/courier/authdaemon
export DEBUG_LOGIN=0 DEFAULTOPTIONS=
capability='IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE'
export IMAP_CAPABILITY="$capability" IMAP_CAPABILITY_ORIG="$capability"
export IMAP_CAPABILITY_TLS="$capability AUTH=PLAIN" IMAP_CAPABILITY_TLS_ORIG="$capability AUTH=PLAIN"
export IMAP_KEYWORDS=1 IMAP_ACL=0 IMAP_IDLE_TIMEOUT=2 IMAP_ENHANCEDIDLE=0 IMAP_USELOCKS=1 IMAP_UMASK=022
export IMAP_DISABLETHREADSORT=0 IMAP_CHECK_ALL_FOLDERS=0 IMAP_OBSOLETE_CLIENT=0 IMAP_ULIMITD=262144
export IMAP_TRASHFOLDERNAME=Trash IMAP_EMPTYTRASH= IMAP_MOVE_EXPUNGE_TO_TRASH=0 IMAP_MAILBOX_SANITY_CHECK=0
export MAILDIRPATH=Maildir IMAPDSTART=YES IMAPDSTARTTLS=YES IMAP_STARTTLS=YES IMAP_TLS_REQUIRED=0
export COURIERTLS="$root/usr/bin/couriertls" TLS_CERTFILE="$here/courier.pem" TLS_TRUSTCERTS= TLS_VERIFYPEER=NONE
export GAMIN_DEBUG_SERVER="$root/usr/libexec/gam_server" GAM_CLIENT_ID="${here##*/}"
login="$root/usr/lib/courier/courier/imaplogin"
imapd="$root/usr/bin/imapd"
listen="$root/usr/sbin/couriertcpd -address=127.0.0.1 -maxprocs=100 -maxperip=1000 -nodnslookup -noidentlookup"
$as_owner "$root/usr/lib/courier/courier-authlib/authdaemond" &
IMAP_TLS=1 $as_owner $listen "$tls_port" "$COURIERTLS" -server -tcpd "$login" "$imapd" Maildir &
while [ ! -S /run/courier/authdaemon/socket ]; do sleep 0.02; done
exec $as_owner $listen "$port" "$login" "$imapd" Maildir
"#;

/// Writes its configuration; the script that becomes it.
pub fn prepare(server: &Server) -> String {
    let etc = server.folder.join("etc/courier");
    std::fs::create_dir_all(&etc).unwrap();
    std::fs::write(etc.join("authdaemonrc"), AUTHENTICATION).unwrap();
    let certificate = server.certificate.as_ref().expect("Courier has TLS in these tests");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    std::fs::write(server.folder.join("courier.pem"), read(&certificate.key) + &read(&certificate.certificate))
        .unwrap();
    give_to_owner(&server.folder.join("courier.pem"));
    know(server, &BTreeSet::new());
    let (uid, gid) = owner();
    // Who is root in a user namespace may mount, but not change groups, which Courier does when it is root. In another one it is not.
    let as_owner = if is_root() { String::new() } else { format!("unshare -U --map-user={uid} --map-group={gid}") };
    let (port, tls_port) = (server.port, server.tls_port);
    let settings = format!("port={port} tls_port={tls_port} uid={uid} gid={gid} as_owner='{as_owner}'\n");
    Unpacked::of("courier").start(&server.folder, &(settings + START), true)
}

/// Tells it of all users, and makes a Maildir++ for the new one.
pub fn welcome(server: &Server, users: &BTreeSet<String>, user: &str) {
    let home = server.home_of(user);
    if !home.exists() {
        let maildir = home.join("Maildir");
        let names = server.flavour.special.iter().map(|(name, _)| format!(".{name}"));
        for folder in names.chain([String::new()]) {
            let folder = maildir.join(folder);
            make_maildir(&folder);
            if folder != maildir.join("") {
                std::fs::write(folder.join("maildirfolder"), "").unwrap();
            }
        }
        give_to_owner(&home);
    }
    know(server, users);
}

/// The folders of a Maildir.
pub fn make_maildir(folder: &Path) {
    for part in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(folder.join(part)).unwrap();
    }
}

/// Writes what `makeuserdb` would: who there is, and what their passwords are.
fn know(server: &Server, users: &BTreeSet<String>) {
    static HASH: OnceLock<String> = OnceLock::new();
    let hash = HASH.get_or_init(hash);
    let (uid, gid) = owner();
    let (mut open, mut hidden) = (String::new(), String::new());
    for user in users {
        let home = server.home_of(user);
        let home = home.display();
        writeln!(open, "{user}\tuid={uid}|gid={gid}|home={home}|mail={home}/Maildir|_=").unwrap();
        writeln!(hidden, "{user}\tsystempw={hash}").unwrap();
    }
    for (name, text) in [("userdb.dat", open), ("userdbshadow.dat", hidden)] {
        let etc = server.folder.join("etc/courier");
        let mut command = Unpacked::of("courier").command("usr/lib/courier/courier-authlib/makedatprog");
        command.arg("-").arg(etc.join(name.replace(".dat", ".tmp"))).arg(etc.join(name)).stdin(Stdio::piped());
        let mut child = command.spawn().expect("makedatprog starts");
        child.stdin.take().unwrap().write_all(format!("{text}.\n").as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{name} is written");
    }
}

/// Who owns the mail, in numbers.
fn owner() -> (String, String) {
    let id = |which: &str| word_of(&["id", which, &mail_owner()]);
    (id("-u"), id("-g"))
}

/// The password as crypt(5) has it.
pub fn hash() -> String {
    let output = Command::new("openssl").args(["passwd", "-6", PASSWORD]).output().expect("openssl");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
