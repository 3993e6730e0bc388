//! The rows. Sources are the providers' help pages on "IMAP settings" and "app passwords".

use super::Password::{App, Bridge, Oauth2, Own};
use super::Provider;
use super::Username::{Address, LocalPart};
use crate::logic::server::Tls;

/// With IMAP over TLS on port 993 and the whole address as login name.
const USUAL: Provider = Provider {
    name: "",
    domains: &[],
    mx: &[],
    host: "",
    port: 993,
    tls: Tls::Implicit,
    username: Address,
    password: Own,
    note: "",
};

const MICROSOFT: &str = "Microsoft takes no passwords from mail programs any more: it needs OAuth2";

/// All of them.
pub const TABLE: &[Provider] = &[
    Provider {
        name: "Gmail",
        domains: &["gmail.com", "googlemail.com"],
        mx: &["google.com", "googlemail.com", "smtp.goog"],
        host: "imap.gmail.com",
        password: App {
            called: "an app password",
            made_at: "https://myaccount.google.com/apppasswords (needs 2-Step Verification)",
            own_too: false,
        },
        note: "folders are labels there; 15 programs may be connected at a time",
        ..USUAL
    },
    Provider {
        name: "Outlook.com",
        domains: &["outlook.*", "hotmail.*", "live.*", "msn.com", "passport.com", "windowslive.com"],
        host: "outlook.office365.com",
        password: Oauth2 { why: MICROSOFT },
        note: "switch IMAP on: Outlook.com, Settings, Mail, Forwarding and IMAP",
        ..USUAL
    },
    Provider {
        name: "Microsoft 365",
        mx: &["mail.protection.outlook.com", "mx.microsoft"],
        host: "outlook.office365.com",
        password: Oauth2 { why: MICROSOFT },
        note: "your organisation may have switched IMAP off",
        ..USUAL
    },
    Provider {
        name: "Yahoo Mail",
        domains: &["yahoo.*", "ymail.com", "rocketmail.com", "myyahoo.com"],
        mx: &["yahoodns.net"],
        host: "imap.mail.yahoo.com",
        password: App {
            called: "an app password",
            made_at: "https://login.yahoo.com/account/security",
            own_too: false,
        },
        note: "the folder Bulk is its spam folder, so the category bulk needs another name",
        ..USUAL
    },
    Provider {
        name: "AOL Mail",
        domains: &["aol.*", "aim.com", "verizon.net"],
        host: "imap.aol.com",
        password: App { called: "an app password", made_at: "https://login.aol.com/account/security", own_too: false },
        note: "the folder Bulk is its spam folder, so the category bulk needs another name",
        ..USUAL
    },
    Provider {
        name: "iCloud Mail",
        domains: &["icloud.com", "me.com", "mac.com"],
        mx: &["mail.icloud.com"],
        host: "imap.mail.me.com",
        username: LocalPart,
        password: App {
            called: "an app-specific password",
            made_at: "https://account.apple.com (Sign-In and Security)",
            own_too: false,
        },
        note: "the login name is what stands before the @ of your iCloud address; try the whole address if it is refused",
        ..USUAL
    },
    Provider {
        name: "Fastmail",
        domains: &["fastmail.*", "fastmail.fm", "messagingengine.com", "sent.com", "mailhaven.com"],
        mx: &["messagingengine.com"],
        host: "imap.fastmail.com",
        password: App {
            called: "an app password",
            made_at: "https://app.fastmail.com/settings/security/integrations",
            own_too: false,
        },
        note: "the Basic plan has no IMAP",
        ..USUAL
    },
    Provider {
        name: "GMX",
        domains: &["gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.eu", "gmx.org", "gmx.info", "gmx.biz"],
        host: "imap.gmx.net",
        password: App {
            called: "an application-specific password",
            made_at: "https://www.gmx.net (Mein Account, Sicherheit)",
            own_too: true,
        },
        note: "switch IMAP on: E-Mail, Einstellungen, POP3/IMAP Abruf",
        ..USUAL
    },
    Provider {
        name: "GMX.com",
        domains: &["gmx.com", "gmx.us", "gmx.co.uk", "gmx.fr", "gmx.es"],
        host: "imap.gmx.com",
        password: App {
            called: "an application-specific password",
            made_at: "https://www.gmx.com (My Account, Security)",
            own_too: true,
        },
        note: "switch IMAP on: Settings, POP3 & IMAP",
        ..USUAL
    },
    Provider {
        name: "WEB.DE",
        domains: &["web.de"],
        host: "imap.web.de",
        password: App {
            called: "an application-specific password",
            made_at: "https://web.de (Mein Account, Sicherheit)",
            own_too: true,
        },
        note: "switch IMAP on: E-Mail, Einstellungen, POP3/IMAP Abruf",
        ..USUAL
    },
    Provider {
        name: "T-Online",
        domains: &["t-online.de", "magenta.de"],
        host: "secureimap.t-online.de",
        password: App {
            called: "the separate password for mail programs",
            made_at: "https://account.idm.telekom.com/account-manager (Passwort für E-Mail-Programme)",
            own_too: false,
        },
        ..USUAL
    },
    Provider {
        name: "Mail.ru",
        domains: &["mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru", "xmail.ru"],
        mx: &["mail.ru"],
        host: "imap.mail.ru",
        password: App {
            called: "a password for external applications",
            made_at: "https://account.mail.ru/user/2-step-auth/passwords",
            own_too: false,
        },
        ..USUAL
    },
    Provider {
        name: "Yandex",
        domains: &["yandex.*", "ya.ru", "narod.ru"],
        mx: &["yandex.net", "yandex.ru"],
        host: "imap.yandex.com",
        password: App {
            called: "an app password",
            made_at: "https://id.yandex.com/security/app-passwords",
            own_too: false,
        },
        note: "switch IMAP on: Mail, Settings, Email clients",
        ..USUAL
    },
    Provider {
        name: "Zoho Mail",
        domains: &["zohomail.com", "zoho.com"],
        mx: &["zoho.com"],
        host: "imap.zoho.com",
        password: App {
            called: "an application-specific password",
            made_at: "https://accounts.zoho.com (Security, App Passwords)",
            own_too: true,
        },
        note: "switch IMAP on: Settings, Mail Accounts, IMAP. Paid plans use imappro.zoho.com",
        ..USUAL
    },
    Provider {
        name: "Zoho Mail (EU)",
        domains: &["zohomail.eu", "zoho.eu"],
        mx: &["zoho.eu"],
        host: "imap.zoho.eu",
        password: App {
            called: "an application-specific password",
            made_at: "https://accounts.zoho.eu (Security, App Passwords)",
            own_too: true,
        },
        note: "switch IMAP on: Settings, Mail Accounts, IMAP. Paid plans use imappro.zoho.eu",
        ..USUAL
    },
    Provider {
        name: "Proton Mail Bridge",
        domains: &["proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
        mx: &["protonmail.ch"],
        host: "127.0.0.1",
        port: 1143,
        tls: Tls::Starttls,
        password: Bridge {
            where_shown: "Proton Mail has IMAP through its Bridge, which runs on this machine and shows the password under Mailbox details",
        },
        note: "the Bridge signs its own certificate: it is trusted by its fingerprint",
        ..USUAL
    },
    Provider {
        name: "mailbox.org",
        domains: &["mailbox.org", "secure.mailbox.org"],
        mx: &["mailbox.org"],
        host: "imap.mailbox.org",
        password: App {
            called: "an app password",
            made_at: "https://login.mailbox.org (Security, Application passwords)",
            own_too: true,
        },
        ..USUAL
    },
    Provider { name: "Posteo", domains: &["posteo.*", "posteo.org"], mx: &["posteo.de"], host: "posteo.de", ..USUAL },
    Provider {
        name: "Infomaniak",
        domains: &["ik.me", "ikmail.com", "etik.com"],
        mx: &["infomaniak.ch", "infomaniak.com"],
        host: "mail.infomaniak.com",
        note: "the password is that of the mailbox, not of the Infomaniak account",
        ..USUAL
    },
    Provider { name: "OVHcloud", mx: &["mail.ovh.net", "ovh.net"], host: "ssl0.ovh.net", ..USUAL },
    Provider { name: "IONOS (Germany)", mx: &["ionos.de", "kundenserver.de"], host: "imap.ionos.de", ..USUAL },
    Provider { name: "IONOS", mx: &["ionos.com", "1and1.com", "perfora.net"], host: "imap.ionos.com", ..USUAL },
    Provider { name: "STRATO", mx: &["rzone.de"], host: "imap.strato.de", ..USUAL },
    Provider { name: "Gandi", mx: &["gandi.net"], host: "mail.gandi.net", ..USUAL },
    Provider { name: "Migadu", mx: &["migadu.com"], host: "imap.migadu.com", ..USUAL },
    Provider {
        name: "QQ Mail",
        domains: &["qq.com", "vip.qq.com", "foxmail.com"],
        mx: &["qq.com"],
        host: "imap.qq.com",
        password: App {
            called: "an authorization code (授权码)",
            made_at: "https://mail.qq.com (设置, 账号, IMAP/SMTP服务)",
            own_too: false,
        },
        ..USUAL
    },
    Provider {
        name: "NetEase 163",
        domains: &["163.com"],
        host: "imap.163.com",
        password: App {
            called: "an authorization code (授权码)",
            made_at: "https://mail.163.com (设置, POP3/SMTP/IMAP)",
            own_too: false,
        },
        ..USUAL
    },
    Provider {
        name: "NetEase 126",
        domains: &["126.com"],
        host: "imap.126.com",
        password: App {
            called: "an authorization code (授权码)",
            made_at: "https://mail.126.com (设置, POP3/SMTP/IMAP)",
            own_too: false,
        },
        ..USUAL
    },
    Provider { name: "Orange", domains: &["orange.fr", "wanadoo.fr"], host: "imap.orange.fr", ..USUAL },
    Provider { name: "Free", domains: &["free.fr"], host: "imap.free.fr", username: LocalPart, ..USUAL },
    Provider {
        name: "Libero",
        domains: &["libero.it", "inwind.it", "iol.it", "blu.it", "giallo.it"],
        host: "imapmail.libero.it",
        note: "switch it on: Impostazioni, Accesso a Libero Mail da altre applicazioni",
        ..USUAL
    },
];
