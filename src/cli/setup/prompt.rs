//! Questions, each with a default and a line why: on a terminal line by line, or on the screen of the terminal UI; and their answers
//! by flag, where there is no terminal.
//!
//! Ctrl-C ends a question at once. While a password is typed the terminal shows
//! nothing, and is itself again whatever happens.

use std::io::{IsTerminal, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use secrecy::SecretString;
use unicode_width::UnicodeWidthStr;
use zeroize::Zeroizing;

use crate::cli::style::{self, Style, Tone, terminal_width};
use crate::cli::{login, typing};
use crate::logic::fault::Fault;
use crate::logic::printable::Printable;
use crate::tui::guide::{Answer, Kind, Span, Talk};
use crate::tui::theme;

/// Takes the cursor to the start of the line and empties it (ECMA-48: CR, EL 2).
const CLEAR: &str = "\r\x1b[2K";

/// How questions are answered.
pub struct Prompt {
    /// `--yes`: by their defaults.
    yes: bool,
    place: Place,
    quiet: bool,
    style: Style,
}

/// Where they are asked.
enum Place {
    /// Nobody can be asked.
    Nowhere,
    /// On a terminal, line by line.
    Lines,
    /// On the screen of the terminal UI.
    Screen(Talk),
}

/// One question.
pub struct Question<'a> {
    /// What is asked, without a colon.
    pub text: &'a str,
    /// Why, or what the answer does; one line, may be empty.
    pub why: &'a str,
    /// The flag that answers it.
    pub flag: &'a str,
}

impl Prompt {
    /// On the terminal, if there is one.
    pub fn new(yes: bool, quiet: bool) -> Prompt {
        let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let place = if terminal { Place::Lines } else { Place::Nowhere };
        Prompt { yes, place, quiet, style: Style::stderr() }
    }

    /// On the screen of the terminal UI.
    pub fn on_screen(talk: Talk) -> Prompt {
        Prompt { yes: false, place: Place::Screen(talk), quiet: false, style: Style::TONED }
    }

    /// Whether somebody can be asked.
    pub fn can_ask(&self) -> bool {
        !self.yes && !matches!(self.place, Place::Nowhere)
    }

    /// Whether it is the screen of the terminal UI, which nothing else may write on.
    pub fn is_on_screen(&self) -> bool {
        matches!(self.place, Place::Screen(_))
    }

    /// Columns that a line has.
    pub fn width(&self) -> usize {
        match &self.place {
            Place::Screen(talk) => talk.width(),
            Place::Lines | Place::Nowhere => terminal_width(),
        }
    }

    /// How text is coloured.
    pub fn style(&self) -> Style {
        self.style
    }

    /// A line for the user, on standard error. What of it is foreign must be a [`Printable`].
    pub fn say(&self, line: impl std::fmt::Display) {
        match &self.place {
            Place::Screen(talk) => {
                line.to_string().lines().for_each(|line| talk.line(spans(line)));
            }
            Place::Lines | Place::Nowhere if self.quiet => {}
            Place::Lines | Place::Nowhere => eprintln!("{line}"),
        }
    }

    /// The same with `-q`, too: nothing comes of what is asked here when nobody reads it.
    pub fn say_anyway(&self, line: &str) {
        match self.place {
            Place::Screen(_) => self.say(line),
            Place::Lines | Place::Nowhere => eprintln!("{line}"),
        }
    }

    /// Something that takes a moment begins; what it is, until [`Prompt::done`] or the next line.
    pub fn doing(&self, what: impl std::fmt::Display) {
        match &self.place {
            Place::Screen(talk) => talk.doing(what.to_string()),
            Place::Lines if self.can_ask() && self.style.is_coloured() => {
                eprint!("  {} {what} …", self.style.paint(Tone::Dim, " ··"));
                // A standard error that is closed cannot be told about.
                let _ = std::io::stderr().flush();
            }
            Place::Lines | Place::Nowhere => {}
        }
    }

    /// What took a moment is done.
    pub fn done(&self) {
        match &self.place {
            Place::Screen(talk) => talk.doing(String::new()),
            Place::Lines if self.can_ask() && self.style.is_coloured() => eprint!("{CLEAR}"),
            Place::Lines | Place::Nowhere => {}
        }
    }

    /// A paragraph of our own words, broken between words where the terminal ends.
    pub fn tell(&self, tone: Tone, text: &str) {
        if self.is_on_screen() {
            // The screen breaks it, and anew when it gets another size.
            return self.say(self.style.paint(tone, text));
        }
        for line in wrapped(text, terminal_width().min(100)) {
            self.say(self.style.paint(tone, line));
        }
    }

    /// A fault that does not end anything: its cause, and below it what to do.
    pub fn say_fault(&self, fault: &Fault) {
        let lines = crate::cli::out::fault_lines(fault, self.style);
        match self.place {
            Place::Screen(_) => self.say(lines.trim_end()),
            Place::Lines | Place::Nowhere => eprint!("{lines}"),
        }
    }

    /// A line of text that `check` accepts. Without one, or with `--yes`, the default.
    ///
    /// # Errors
    /// Usage, where nobody can be asked; refused, when the input ends.
    pub async fn text<T>(
        &self,
        question: &Question<'_>,
        default: Option<&str>,
        check: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Fault> {
        if !self.can_ask() {
            let Some(default) = default.filter(|_| self.yes) else { return Err(unasked(question)) };
            return check(default).map_err(|why| Fault::usage(why, format!("answer it with {}", question.flag)));
        }
        loop {
            let shown = default.map(|default| Printable::new(default).to_string());
            let typed = match &self.place {
                Place::Screen(talk) => typed_on(talk, question, Kind::Text { usual: shown }).await?,
                Place::Lines | Place::Nowhere => {
                    self.put(question, &shown.map(|shown| format!(" [{shown}]")).unwrap_or_default());
                    line().await?
                }
            };
            let answer = if typed.trim().is_empty() { default.unwrap_or_default() } else { typed.trim() };
            match check(answer) {
                Ok(answer) => return Ok(answer),
                Err(why) => self.object(&why),
            }
        }
    }

    /// One of `choices` (their words), by its number.
    ///
    /// # Errors
    /// As [`Prompt::text`].
    pub async fn choice(&self, question: &Question<'_>, choices: &[&str], default: usize) -> Result<usize, Fault> {
        if !self.can_ask() {
            return if self.yes { Ok(default) } else { Err(unasked(question)) };
        }
        if let Place::Screen(talk) = &self.place {
            let kind =
                Kind::Choice { choices: choices.iter().map(|words| (*words).to_owned()).collect(), usual: default };
            return match talk.ask(question.text, question.why, kind).await {
                Some(Answer::Choice(place)) if place < choices.len() => Ok(place),
                _ => Err(left()),
            };
        }
        self.say(format!("\n{}", self.style.paint(Tone::Bold, question.text)));
        self.say_why(question.why);
        for (number, words) in (1..).zip(choices) {
            self.say(format!("  {number}  {words}"));
        }
        loop {
            eprint!("Number [{}]: ", default + 1);
            let typed = line().await?;
            match typed.trim() {
                "" => return Ok(default),
                typed => match typed.parse::<usize>() {
                    Ok(number) if (1..=choices.len()).contains(&number) => return Ok(number - 1),
                    _ => self.object(&format!("a number from 1 to {}", choices.len())),
                },
            }
        }
    }

    /// Yes or no.
    ///
    /// # Errors
    /// As [`Prompt::text`].
    pub async fn yes_or_no(&self, question: &Question<'_>, default: bool) -> Result<bool, Fault> {
        if !self.can_ask() {
            return if self.yes { Ok(default) } else { Err(unasked(question)) };
        }
        if let Place::Screen(talk) = &self.place {
            return match talk.ask(question.text, question.why, Kind::YesNo { usual: default }).await {
                Some(Answer::Yes(yes)) => Ok(yes),
                _ => Err(left()),
            };
        }
        loop {
            self.put(question, if default { " [Y/n]" } else { " [y/N]" });
            match line().await?.trim().to_lowercase().as_str() {
                "" => return Ok(default),
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => self.object("y or n"),
            }
        }
    }

    /// A password, which is not shown. Never by default.
    ///
    /// # Errors
    /// As [`Prompt::text`].
    pub async fn secret(&self, question: &Question<'_>) -> Result<SecretString, Fault> {
        loop {
            let typed = match &self.place {
                Place::Nowhere => return Err(unasked(question)),
                Place::Screen(talk) => typed_on(talk, question, Kind::Secret).await?,
                Place::Lines => {
                    // Before it is asked for: keys that come early are not shown either.
                    let _dark = Dark::begin();
                    self.put(question, " (it is not shown)");
                    line().await?
                }
            };
            match typed.trim_end_matches(['\n', '\r']) {
                "" => self.object("it is empty"),
                secret if secret.contains('\0') => self.object("it holds a zero byte"),
                secret => return Ok(SecretString::from(secret)),
            }
        }
    }

    /// The address that a browser on another machine ended at; see [`login::granted`].
    pub async fn pasted(&self, again: bool) -> Option<String> {
        let Place::Screen(talk) = &self.place else { return login::pasted(again).await };
        if again {
            talk.objects(login::ANOTHER_ADDRESS.to_owned());
        }
        let why = "Only when the browser cannot come back to this machine by itself.";
        match talk.ask("Address at which the browser ended", why, Kind::Text { usual: None }).await? {
            Answer::Text(typed) => Some(typed.to_string()),
            Answer::Choice(_) | Answer::Yes(_) => None,
        }
    }

    fn put(&self, question: &Question<'_>, after: &str) {
        eprintln!();
        self.say_why(question.why);
        eprint!("{}{after}: ", self.style.paint(Tone::Bold, question.text));
        // A standard error that is closed cannot be told about.
        let _ = std::io::stderr().flush();
    }

    fn say_why(&self, why: &str) {
        if !why.is_empty() {
            self.tell(Tone::Dim, why);
        }
    }

    fn object(&self, why: &str) {
        if let Place::Screen(talk) = &self.place {
            return talk.objects(Printable::new(why).to_string());
        }
        eprintln!("{} {}", self.style.paint(Tone::Warn, "not that:"), Printable::new(why));
    }
}

/// A line that was typed on the screen.
async fn typed_on(talk: &Talk, question: &Question<'_>, kind: Kind) -> Result<Zeroizing<String>, Fault> {
    match talk.ask(question.text, question.why, kind).await {
        Some(Answer::Text(typed)) => Ok(typed),
        _ => Err(left()),
    }
}

fn left() -> Fault {
    Fault::refused("interrupted", "")
}

/// A painted line as the screen draws it.
fn spans(line: &str) -> Vec<Span> {
    style::pieces(line).into_iter().map(|(tone, text)| (on_screen(tone), text.to_owned())).collect()
}

fn on_screen(tone: Tone) -> theme::Tone {
    match tone {
        Tone::Plain => theme::Tone::Plain,
        Tone::Dim => theme::Tone::Dim,
        Tone::Bold => theme::Tone::Strong,
        Tone::Good => theme::Tone::Good,
        Tone::Bad => theme::Tone::Bad,
        Tone::Warn => theme::Tone::Warn,
        Tone::Category(category) => theme::Tone::Category(category),
    }
}

/// Lines of at most `width` columns; a word that is longer has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn unasked(question: &Question<'_>) -> Fault {
    let cause = format!("cannot ask without a terminal: {}", Printable::new(question.text));
    Fault::usage(cause, format!("answer it with {}, or run `mailherd setup` on a terminal", question.flag))
}

/// The next line of standard input, with its line break.
async fn line() -> Result<Zeroizing<String>, Fault> {
    match typing::line().await {
        Ok((1.., line)) => Ok(line),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Err(Fault::refused("what was typed is not UTF-8 text", "set the terminal to UTF-8"))
        }
        _ => Err(Fault::refused("the input ended at a question", "")),
    }
}

/// All of standard input, for `--password-stdin`: one line.
///
/// # Errors
/// Credentials, when there is none.
pub async fn secret_of_stdin() -> Result<SecretString, Fault> {
    let empty = || Fault::credentials("--password-stdin got nothing", "pipe the password into it on one line");
    let typed = line().await.map_err(|_| empty())?;
    match typed.trim_end_matches(['\n', '\r']) {
        "" => Err(empty()),
        secret => Ok(SecretString::from(secret)),
    }
}

/// The terminal does not show what is typed, for as long as this lives.
struct Dark(Option<Termios>);

impl Dark {
    fn begin() -> Dark {
        let Ok(before) = tcgetattr(std::io::stdin()) else { return Dark(None) };
        let mut dark = before.clone();
        dark.local_modes.remove(LocalModes::ECHO);
        // The line break is shown, so that what follows begins on a line of its own.
        dark.local_modes.insert(LocalModes::ECHONL);
        let set = tcsetattr(std::io::stdin(), OptionalActions::Flush, &dark);
        Dark(set.is_ok().then_some(before))
    }
}

impl Drop for Dark {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            // A terminal that is gone has nothing to give back.
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, before);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("a/very/long/path and more", 8), ["a/very/long/path", "and more"]);
        assert_eq!(wrapped("日本 日本", 5), ["日本", "日本"]);
    }
}
