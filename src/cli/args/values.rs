//! What words of the command line stand for.

use crate::config::{Mode, Tls, TopMode};
use crate::logic::ids::{Address, Category};
use crate::logic::policy::Caution;

fn word<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    let all = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| format!("it is one of {}", all()))
}

pub(super) fn tls(text: &str) -> Result<Tls, String> {
    word(text, &Tls::WORDS)
}

pub(super) fn caution(text: &str) -> Result<Caution, String> {
    word(text, &Caution::WORDS)
}

pub(super) fn top(text: &str) -> Result<TopMode, String> {
    word(text, &TopMode::WORDS)
}

pub(super) fn mode(text: &str) -> Result<Mode, String> {
    word(text, &Mode::WORDS)
}

pub(super) fn pin(text: &str) -> Result<[u8; 32], String> {
    crate::config::parse_pin(text).ok_or_else(|| "it is 64 hex digits, colons are fine".to_owned())
}

pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("it is written like tenant=consumers")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

pub(super) fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).ok_or_else(|| "it is an e-mail address, such as anna@example.org".to_owned())
}

pub(super) fn folder(text: &str) -> Result<(Category, String), String> {
    let (category, name) = text.split_once('=').ok_or("it is written like bulk=Automatic")?;
    let category = Category::from_word(category).filter(|category| *category != Category::Inbox);
    Ok((category.ok_or("the category is one of top, news, bulk, blackhole")?, name.to_owned()))
}

pub(super) fn mapping(text: &str) -> Result<(String, Category), String> {
    let (folder, category) = text.rsplit_once('=').ok_or("it is written like Clients=top")?;
    let category = Category::from_word(category).ok_or("the category is one of top, inbox, news, bulk, blackhole")?;
    Ok((folder.to_owned(), category))
}

pub(super) fn password(text: &str) -> Result<(String, String), String> {
    let (account, value) = text.split_once('=').ok_or("it is written like home=VALUE")?;
    Ok((account.to_owned(), value.to_owned()))
}
