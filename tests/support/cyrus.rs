//! Cyrus IMAP 3, in one folder: root runs it as `mail`, anybody else as themselves (it refuses to be root).

use std::io::Write as _;
use std::process::Stdio;

use super::dovecot::PASSWORD;
use super::server::{Server, give_to_owner, mail_owner};
use super::unpacked::Unpacked;

/// Writes its configuration; the script that becomes it.
pub fn prepare(server: &Server) -> String {
    let (here, port, tls_port) = (server.folder.display(), server.port, server.tls_port);
    for folder in ["conf/socket", "spool", "run/proc", "run/lock", "run/socket"] {
        std::fs::create_dir_all(server.folder.join(folder)).unwrap();
    }
    let yes = |yes: bool| if yes { "yes" } else { "no" };
    let certificate = server.certificate.as_ref().expect("Cyrus has TLS in these tests");
    let special: Vec<&str> = server.flavour.special.iter().map(|(name, _)| *name).collect();
    let uses: String = special.iter().map(|name| format!("xlist-{}: {name}\n", name.to_lowercase())).collect();
    let configuration = format!(
        "configdirectory: {here}/conf
proc_path: {here}/run/proc
mboxname_lockpath: {here}/run/lock
idlesocket: {here}/run/socket/idle
defaultpartition: default
partition-default: {here}/spool
cyrus_user: {owner}
altnamespace: {alt}
unixhierarchysep: {unix}
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {here}/sasldb2
sasl_mech_list: PLAIN
autocreate_quota: 0
autocreate_inbox_folders: {folders}
autocreate_subscribe_folders: {folders}
{uses}conversations: yes
skiplist_unsafe: yes
tls_server_cert: {cert}
tls_server_key: {key}
",
        owner = mail_owner(),
        alt = yes(server.flavour.prefix.is_empty()),
        unix = yes(server.flavour.separator == '/'),
        folders = special.join(" | "),
        cert = certificate.certificate.display(),
        key = certificate.key.display(),
    );
    std::fs::write(server.folder.join("imapd.conf"), configuration).unwrap();
    let bin = format!("{here}/root/usr/lib/cyrus/bin");
    let services = format!(
        "START {{
  recover cmd=\"{bin}/ctl_cyrusdb -C {here}/imapd.conf -r\"
  idled cmd=\"{bin}/idled -C {here}/imapd.conf\"
}}
SERVICES {{
  imap cmd=\"{bin}/imapd -C {here}/imapd.conf\" listen=\"127.0.0.1:{port}\" prefork=1 maxchild=100
  imaps cmd=\"{bin}/imapd -C {here}/imapd.conf -s\" listen=\"127.0.0.1:{tls_port}\" prefork=0 maxchild=100
}}
EVENTS {{
}}
"
    );
    std::fs::write(server.folder.join("cyrus.conf"), services).unwrap();
    for path in ["conf", "spool", "run"].map(|name| server.folder.join(name)).iter().chain([&certificate.key]) {
        give_to_owner(path);
    }
    let script = "exec \"$root/usr/lib/cyrus/bin/master\" -C \"$here/imapd.conf\" -M \"$here/cyrus.conf\" \
         -p \"$here/master.pid\" -D\n";
    Unpacked::of("cyrus").start(&server.folder, script, false)
}

/// Gives a user a password. The mailboxes come with the first login.
pub fn welcome(server: &Server, user: &str) {
    let passwords = server.folder.join("sasldb2");
    let mut command = Unpacked::of("cyrus").command("usr/sbin/saslpasswd2");
    command.args(["-p", "-c", "-f"]).arg(&passwords).arg(user).stdin(Stdio::piped());
    let mut child = command.spawn().expect("saslpasswd2 starts");
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{user} gets a password");
    give_to_owner(&passwords);
}
