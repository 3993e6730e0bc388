//! What a sender's address says about who sits behind it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use foldhash::fast::FixedState;

/// Who sits behind an address, by its local part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Nothing speaks against a person.
    #[default]
    Person,
    /// An office: `info@`, `support@`. A person may well write from there.
    Office,
    /// A machine's task: `newsletter@`, `alerts@`, `mailer-daemon@`.
    Robot,
    /// Says itself that nobody reads what is sent there.
    NoReply,
}

/// In the seven languages, with blanks and punctuation taken out; found anywhere in the local part.
const NO_REPLY: &str = "noreply donotreply dontreply noresponse devnull nichtantworten keineantwort nepasrepondre pasdereponse \
    noresponder noresponda nonrispondere naoresponda nietbeantwoorden";

const ROBOT: &str = "alert alerts announce announcement announcements apache auto autoconfirm automailer automated autoresponder bot \
    bounce bounces bugzilla builds bulletin campaign campaigns cron daemon daily deals digest delivers ealert ealerts ebulletin enews \
    enewsletter elist elists feed feeds gift gitlab headlines jenkins jira list lists listserv mailer mailing mailings majordomo mailout \
    mailshot news newsalert newsalerts newsletter newsletters nobody notice notices notification notifications notifier notify nyhetsbrev \
    offer offers promo promos promotion promotions receipts reminder reminders robot rss rssfeeds statement statements subscriptions \
    update updates weekly www wwwdata rundbrief infoletter infomail boletin boletim noticias notiziario nieuwsbrief actus";

const OFFICE: &str = "account accounting accounts admin administrator billing booking bookings buero care club community contact contacto \
    contato customer customercare customerservice customers editor editors enquiries events express feedback hello help helpdesk hi \
    hostmaster info inform informacion informations invoice invoices jobs kontakt kundeninfo kundenservice mail marketing membership \
    members messenger office order orders payment payments postmaster press rechnung report reports reservations root sales security \
    service services shop store support system team tickets webmaster welcome";

/// Labels of domains from which people do not write. Not `mail` and `email`: universities give them to their members.
const MASS_DOMAIN: &str = "alerts announce bounce bounces campaign campaigns deals dms elists emailing emails enews euromailer info list \
    lists listserv mailer mailing mailings mailman marketing news newsletter newsletters notification notifications notify offers promo \
    promos promotions reply rsys updates mcsv mcdlv rsgsv";

/// Words by which a mailing calls itself in the sender's display name.
const MASS_NAME: &str = "newsletter newsletters news enews digest alerts notification notifications noreply bot rundbrief infolettre \
    mailer daemon notificaciones notifiche notificacoes nieuwsbrief meldingen benachrichtigung benachrichtigungen";

// Only looked up in, so nobody can fill a bucket: the fastest hash will do.
static ROLES: LazyLock<HashMap<&str, Role, FixedState>> = LazyLock::new(|| {
    let row = |words: &'static str, role| words.split_whitespace().map(move |word| (word, role));
    row(OFFICE, Role::Office).chain(row(ROBOT, Role::Robot)).collect()
});

static MASS_DOMAINS: LazyLock<HashSet<&str, FixedState>> = LazyLock::new(|| MASS_DOMAIN.split_whitespace().collect());
static MASS_NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| MASS_NAME.split_whitespace().collect());

/// Reads a lower-cased local part.
pub fn role(local: &str) -> Role {
    let base = local.split('+').next().unwrap_or(local);
    let squashed: String = base.chars().filter(char::is_ascii_alphanumeric).collect();
    // Each of them holds one of these; most local parts hold none.
    let has = |part: &[u8]| squashed.as_bytes().windows(part.len()).any(|window| window == part);
    let likely = has(b"re") || has(b"ntw") || has(b"null");
    if likely && NO_REPLY.split_whitespace().any(|mark| squashed.contains(mark)) {
        return Role::NoReply;
    }
    let words = base.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let roles = words.chain([squashed.as_str()]).filter_map(|word| ROLES.get(word).copied());
    roles.max_by_key(|role| *role as u8).unwrap_or_default()
}

/// Whether a local part was made for one mail: `online#3.19785.b8-opw9lwty.1`, `r-1-270241-5399979-2`. Digits alone are a person
/// of a Chinese provider, a few digits are a year of birth.
pub fn is_generated(local: &str) -> bool {
    let digits = local.bytes().filter(u8::is_ascii_digit).count();
    let cuts = local.bytes().filter(|byte| b".-_#=".contains(byte)).count();
    local.contains('#') || (digits >= 6 && cuts >= 2) || (digits >= 9 && cuts >= 1)
}

/// Whether a domain, below its registrable part, names a task of mass mail: `newsletter.shop.example`.
pub fn is_mass_domain(domain: &str) -> bool {
    // Publishers name themselves so: imakenews.net, newsdata.com.
    let registered = domain.rsplit('.').nth(1).unwrap_or_default();
    if registered.len() > 4 && (registered.starts_with("news") || registered.ends_with("news")) {
        return true;
    }
    let mut labels = domain.rsplit('.').skip(2);
    labels.any(|label| MASS_DOMAINS.contains(label.trim_end_matches(|c: char| c.is_ascii_digit())))
}

/// Whether a display name is a mailing's: `Shop Newsletter`.
pub fn is_mass_name(name: &str) -> bool {
    let of_mass =
        |word: &[u8]| word.len() > 2 && MASS_NAMES.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(word));
    if name.is_ascii() {
        return name.as_bytes().split(|byte| !byte.is_ascii_alphanumeric()).any(of_mass);
    }
    name.split(|c: char| !c.is_alphanumeric()).map(str::as_bytes).any(of_mass)
}

/// Whether a display name is an organisation's by its article: `The Garden Post`.
pub fn is_organisation(name: &str) -> bool {
    let mut words = name.split_whitespace();
    words.next().is_some_and(|word| word.eq_ignore_ascii_case("the")) && words.count() > 1
}
