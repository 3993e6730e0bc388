//! What single providers do differently.

use super::folders::{Folders, SpecialUse};
use crate::logic::ids::FolderName;

/// Whether mail must never be filed into this folder because the provider or mail programs use it: one with a SPECIAL-USE attribute,
/// one with a name that stands for the same where the server marks none (Courier marks none at all), or the provider's spam folder, from
/// which mail is deleted after some weeks. The reason is a half-sentence for the user.
///
/// Yahoo and AOL keep spam in `Bulk` or `Bulk Mail`, which older accounts show without a `\Junk` attribute.
pub fn is_provider_spam(host: &str, folders: &Folders, name: &FolderName) -> Option<String> {
    let folder = folders.find(name);
    if let Some(special_use) = folder.and_then(|folder| folder.special) {
        return Some(format!("the server uses this folder for {}", purpose(special_use)));
    }
    if let Some(special_use) = folders.use_of(name) {
        return Some(format!("mail programs use a folder of this name for {}", purpose(special_use)));
    }
    let display = folders.display(name);
    let called_bulk = ["Bulk", "Bulk Mail", "Bulkmail"].iter().any(|bulk| display.eq_ignore_ascii_case(bulk));
    let junk_elsewhere = folders.all.iter().any(|other| other.special == Some(SpecialUse::Junk));
    if called_bulk && is_yahoo(host, &folders.server) && !junk_elsewhere {
        return Some("Yahoo and AOL keep spam in this folder and delete it after 30 days".to_owned());
    }
    None
}

fn purpose(special_use: SpecialUse) -> &'static str {
    match special_use {
        SpecialUse::All => "all mail",
        SpecialUse::Archive => "the archive",
        SpecialUse::Drafts => "drafts",
        SpecialUse::Flagged => "flagged mail",
        SpecialUse::Important => "important mail",
        SpecialUse::Junk => "spam",
        SpecialUse::Sent => "sent mail",
        SpecialUse::Trash => "deleted mail",
    }
}

/// Hosts of Yahoo, AOL and who uses their servers, or what the server says it is.
pub fn is_yahoo(host: &str, server: &str) -> bool {
    const DOMAINS: [&str; 8] =
        ["yahoo.com", "aol.com", "ymail.com", "rocketmail.com", "yahoodns.net", "aim.com", "sky.com", "yahoo.co.jp"];
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let below = |domain: &&str| host == **domain || host.strip_suffix(*domain).is_some_and(|rest| rest.ends_with('.'));
    DOMAINS.iter().any(below) || host.contains(".yahoo.") || server.contains("yahoo") || server.contains("aol")
}
