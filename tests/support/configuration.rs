//! The configuration of a private Dovecot 2.3, as root and as anybody else.

use std::fmt::Write as _;
use std::path::Path;

use super::certificates::Certificate;
use super::dovecot::PASSWORD;
use super::flavour::Flavour;
use super::server::{is_root, word_of};

/// Who runs what. Root gives Dovecot its own users; anybody else runs all of it, without chroot.
struct Users {
    internal: String,
    login: String,
    uid: String,
    gid: String,
    services: &'static str,
}

impl Users {
    fn of_this_process() -> Users {
        let root = is_root();
        let (internal, login, mail) = if root { ("dovecot", "dovenull", "mail") } else { ("", "", "") };
        let myself = word_of(&["id", "-un"]);
        let or_myself = |name: &str| if root { name.to_owned() } else { myself.clone() };
        Users {
            internal: or_myself(internal),
            login: or_myself(login),
            uid: word_of(&["id", "-u", &or_myself(mail)]),
            gid: word_of(&["id", "-g", &or_myself(mail)]),
            services: if root { "" } else { WITHOUT_ROOT },
        }
    }
}

const WITHOUT_ROOT: &str = "
service anvil {\n  chroot =\n}
service imap-login {\n  chroot =\n}
service imap {\n  extra_groups =\n}
service stats {\n  chroot =\n}
";

/// The file that says how tokens are looked at.
pub const TOKENS: &str = "oauth2.conf.ext";

/// What is in it: the provider on `port` of loopback is shown each token (RFC 7662).
pub fn introspection(port: u16) -> String {
    format!(
        "introspection_url = http://127.0.0.1:{port}/introspect\nintrospection_mode = auth\nusername_attribute = username\n\
         active_attribute = active\nactive_value = true\n"
    )
}

/// The whole `dovecot.conf` of a server whose files are in `folder`.
pub fn configuration(
    folder: &Path,
    flavour: &Flavour,
    port: u16,
    tls_port: u16,
    certificate: Option<&Certificate>,
) -> String {
    let users = Users::of_this_process();
    let base = folder.display();
    let group = word_of(&["id", "-gn", &users.internal]);
    let name = folder.file_name().unwrap().to_string_lossy();
    let Users { internal, login, uid, gid, services } = users;
    let capabilities = flavour.capabilities();
    let mut text = format!(
        "base_dir = {base}/run
state_dir = {base}/state
instance_name = {name}
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
first_valid_uid = 1
first_valid_gid = 1
auth_mechanisms = plain login
disable_plaintext_auth = no
auth_failure_delay = 0
mail_home = {base}/mail/%u
mail_location = sdbox:~/sdbox
mail_fsync = never
mailbox_list_index = yes
rawlog_dir = %h/wire
protocol imap {{
  imap_capability = {capabilities}
  mail_max_userip_connections = 1000
}}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u
}}
service imap-login {{
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = {implicit}
  }}
}}
service anvil {{
  # Else wrong passwords from one address are answered later and later.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  unix_listener auth-userdb {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
{services}",
        implicit = if certificate.is_some() { "yes" } else { "no" },
    );
    text.push_str(&tls(certificate));
    text.push_str(&namespace(flavour));
    text.push_str(&plugins(folder, flavour));
    if let Some((_, mechanisms)) = flavour.tokens {
        text += &format!(
            "auth_mechanisms = plain login {mechanisms}\npassdb {{\n  driver = oauth2\n  mechanisms = {mechanisms}\n  \
             args = {base}/{TOKENS}\n}}\n"
        );
    }
    text.push_str(flavour.besides_that);
    text
}

fn tls(certificate: Option<&Certificate>) -> String {
    certificate.map_or("ssl = no\n".to_owned(), |certificate| {
        let (shown, key) = (certificate.certificate.display(), certificate.key.display());
        format!("ssl = yes\nssl_cert = <{shown}\nssl_key = <{key}\nssl_dh =\n")
    })
}

fn namespace(flavour: &Flavour) -> String {
    let Flavour { prefix, separator, .. } = flavour;
    let mut text = format!("namespace inbox {{\n  inbox = yes\n  prefix = {prefix}\n  separator = {separator}\n");
    for (name, attribute) in flavour.special {
        let special = if attribute.is_empty() { String::new() } else { format!("    special_use = {attribute}\n") };
        writeln!(text, "  mailbox {name} {{\n    auto = create\n{special}  }}").unwrap();
    }
    text + "}\n"
}

fn plugins(folder: &Path, flavour: &Flavour) -> String {
    let mut text = String::new();
    if let Some(messages) = flavour.quota_messages {
        text += "mail_plugins = $mail_plugins quota\n";
        writeln!(text, "plugin {{\n  quota = count:account\n  quota_vsizes = yes\n  quota_grace = 0\n  quota_rule = *:messages={messages}\n}}").unwrap();
    }
    if !flavour.acl.is_empty() {
        text += "mail_plugins = $mail_plugins acl\n";
        writeln!(text, "plugin {{\n  acl = vfile:{}\n}}", folder.join("acl").display()).unwrap();
    }
    text
}
