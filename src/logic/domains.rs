//! Domains as people mean them: `news.shop.example.co.uk` is `example.co.uk`.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Mail providers whose users have nothing to do with each other: their domain says nothing about a sender.
const FREE_MAIL: &str = "126.com 139.com 163.com aim.com alice.it aol.com arcor.de att.net bellsouth.net bk.ru bluewin.ch \
    blueyonder.co.uk bol.com.br btinternet.com centrum.cz charter.net comcast.net cox.net daum.net disroot.org \
    duck.com earthlink.net email.cz email.de fastmail.com fastmail.fm foxmail.com free.fr freenet.de gmail.com \
    googlemail.com hanmail.net hey.com home.nl hushmail.com icloud.com ig.com.br iinet.net.au inbox.lv inbox.ru \
    interia.pl kpnmail.nl laposte.net libero.it list.ru mac.com mail.com mail.de mail.ru mailbox.org me.com \
    naver.com neuf.fr o2.pl onet.pl orange.fr planet.nl pm.me posteo.de proton.me protonmail.ch protonmail.com \
    qq.com rambler.ru rediffmail.com rocketmail.com sapo.pt seznam.cz sfr.fr sina.com t-online.de tiscali.it \
    tutanota.com uol.com.br verizon.net wanadoo.fr web.de wp.pl ymail.com";

/// The same for providers with a domain in each country (`yahoo.fr`), by the first label.
const FREE_MAIL_BRANDS: [&str; 11] =
    ["gmx", "hotmail", "live", "msn", "outlook", "yahoo", "yandex", "virgilio", "terra", "ziggo", "xs4all"];

static FREE_MAIL_SET: LazyLock<HashSet<&str, foldhash::fast::FixedState>> =
    LazyLock::new(|| FREE_MAIL.split_whitespace().collect());

/// The registrable domain (public suffix plus one label), lower-cased. `None` for a public suffix itself, for what is no
/// domain name (an address literal), and for free-mail providers, where it says nothing about the sender.
pub fn registrable_domain(domain: &str) -> Option<Box<str>> {
    registrable(&domain.to_ascii_lowercase()).map(Box::from)
}

/// The same of a domain that is in lower case already, as that of each [`Address`](super::ids::Address): a part of it.
pub fn registrable(domain: &str) -> Option<&str> {
    let domain = domain.trim_end_matches('.');
    let last = domain.rsplit('.').next()?;
    let numeric = last.ends_with(']') || last.bytes().all(|byte| byte.is_ascii_digit());
    if numeric {
        return None;
    }
    psl::domain_str(domain).filter(|registrable| !is_free_mail(registrable))
}

fn is_free_mail(registrable: &str) -> bool {
    let brand = registrable.split('.').next().unwrap_or_default();
    FREE_MAIL_SET.contains(registrable) || FREE_MAIL_BRANDS.contains(&brand)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_registrable_or_says_nothing() {
        let cases = [
            ("news.shop.example.co.uk", Some("example.co.uk")),
            ("Example.ORG.", Some("example.org")),
            ("host.lan", Some("host.lan")),
            ("gmail.com", None),
            ("yahoo.co.jp", None),
            ("co.uk", None),
            ("localhost", None),
            ("[192.0.2.1]", None),
            ("192.0.2.1", None),
            ("", None),
        ];
        for (domain, registrable) in cases {
            assert_eq!(registrable_domain(domain).as_deref(), registrable, "{domain:?}");
        }
    }
}
