//! What would be filed, and how the user wants it.

use super::Flow;
use super::prompt::Question;
use crate::cli::style::Tone;
use crate::cli::table::{Cell, Column, Table};
use crate::cli::words::{count, human_time, plural};
use crate::config::{Mode, TopMode};
use crate::daemon::preview::{self, Example, LEVELS, Preview};
use crate::logic::fault::Fault;
use crate::logic::ids::Category;
use crate::logic::policy::Caution;
use crate::logic::printable::Printable;

impl Flow<'_> {
    /// Reads the account as the first pass does, and shows what would be filed.
    pub(super) async fn preview(&mut self) -> Result<Option<Preview>, Fault> {
        if self.args.no_preview {
            return Ok(None);
        }
        self.prompt.say("\nReading the headers of your mail, to learn whom you talk to. Nothing is moved.");
        if let Some(caution) = self.args.caution {
            self.account.caution = caution;
        }
        let preview = loop {
            let config = self.config();
            let setting = self.setting();
            let outcome = crate::cli::face::guarded(&self.account.name, preview::preview(&config, &setting)).await;
            self.prompt.done();
            self.face.voice.clear();
            match outcome {
                Ok(preview) => break preview,
                Err(fault) if self.prompt.can_ask() => {
                    self.prompt.say_fault(&fault);
                    let question = Question { text: "Try again", why: "\"n\" goes on without a preview.", flag: "" };
                    if !self.prompt.yes_or_no(&question, true).await? {
                        return Ok(None);
                    }
                }
                Err(fault) => return Err(fault),
            }
        };
        self.show_preview(&preview);
        Ok(Some(preview))
    }

    fn show_preview(&self, preview: &Preview) {
        let inbox = plural(u64::from(preview.inbox), "message", "messages");
        let judged = count(preview.judged as u64);
        let learned = count(preview.learned);
        let found = format!(
            "INBOX holds {inbox}; {judged} came in the last {} days and would be looked at. {learned} messages taught whom you talk to.",
            self.account.backlog_days
        );
        self.prompt.tell(Tone::Plain, &found);
        let style = self.prompt.style();
        for category in [Category::Top, Category::News, Category::Bulk] {
            let of_it: Vec<&Example> = preview.examples.iter().filter(|example| example.category == category).collect();
            if of_it.is_empty() {
                continue;
            }
            let title = style.paint(Tone::Category(category), category.word());
            self.prompt.say(format!("\n{title}, for instance"));
            let columns = [
                Column::left("came"),
                Column::flexible("from"),
                Column::flexible("subject"),
                Column::flexible("because"),
            ];
            let mut table = Table::new(&columns);
            for example in of_it {
                table.row([
                    Cell::trusted(human_time(example.at)).tone(Tone::Dim),
                    Cell::from(&Printable::new(&example.from)),
                    Cell::from(&Printable::new(&example.subject)),
                    Cell::from(&Printable::new(&example.because)).tone(Tone::Dim),
                ]);
            }
            self.prompt.say(table.render(style, Some(self.prompt.width())).trim_end());
        }
    }

    /// `caution`, `top` and `mode`.
    pub(super) async fn choose_habits(&mut self, preview: Option<&Preview>) -> Result<(), Fault> {
        self.account.caution = self.caution(preview).await?;
        self.account.top = self.top().await?;
        self.waiting = preview.map_or(0, |preview| {
            let level = LEVELS.iter().position(|level| *level == self.account.caution).unwrap_or(1);
            let counts = preview.counts[level];
            if self.account.top == TopMode::Off { counts.sum() - counts.top } else { counts.sum() }
        });
        self.account.mode = self.mode().await?;
        Ok(())
    }

    pub(super) async fn caution(&self, preview: Option<&Preview>) -> Result<Caution, Fault> {
        if let Some(caution) = self.args.caution {
            return Ok(caution);
        }
        let words = |level: usize, words: &str| match preview {
            Some(preview) => {
                let counts = preview.counts[level];
                let stay = preview.judged.saturating_sub(counts.sum());
                format!(
                    "{words:<40}  top {}, news {}, bulk {}; {} stay",
                    count(counts.top as u64),
                    count(counts.news as u64),
                    count(counts.bulk as u64),
                    count(stay as u64)
                )
            }
            None => words.to_owned(),
        };
        let choices = [
            words(0, "low: files more, and errs more often"),
            words(1, "normal"),
            words(2, "high: files only what is beyond doubt"),
        ];
        let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
        let question = Question {
            text: "How sure must it be before mail leaves the inbox",
            why: "What it is not sure about stays in the inbox.",
            flag: "--caution low|normal|high",
        };
        let now = self.known.as_ref().and_then(|known| LEVELS.iter().position(|level| *level == known.caution));
        Ok(LEVELS[self.prompt.choice(&question, &choices, now.unwrap_or(1)).await?])
    }

    pub(super) async fn top(&self) -> Result<TopMode, Fault> {
        if let Some(top) = self.args.top {
            return Ok(top);
        }
        let question = Question {
            text: "Mail from people you know",
            why: "Most phones only notify for the inbox: what is moved to Top comes without a sound.",
            flag: "--top move|flag|off",
        };
        let folder = Printable::new(&self.account.folders.top).to_string();
        let choices = [
            format!("move it to {folder}: the important mail is in one place"),
            "leave it in the inbox, marked as important: the phone notifies".to_owned(),
            "leave it in the inbox as it is".to_owned(),
        ];
        let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
        let modes = [TopMode::Move, TopMode::Flag, TopMode::Off];
        let now = self.known.as_ref().and_then(|known| modes.iter().position(|mode| *mode == known.top));
        Ok(modes[self.prompt.choice(&question, &choices, now.unwrap_or(0)).await?])
    }

    pub(super) async fn mode(&self) -> Result<Mode, Fault> {
        if self.only_preview {
            return Ok(Mode::Preview);
        }
        if let Some(mode) = self.args.mode {
            return Ok(mode);
        }
        let question = Question {
            text: "File mail now",
            why: "Every move is written down first, and `mailherd undo` takes any of it back, for ever.",
            flag: "--mode file|preview",
        };
        let now = plural(self.waiting as u64, "message", "messages");
        let file = match self.known {
            Some(_) => "file: from now on".to_owned(),
            None => format!("file: {now} now, and what comes from now on"),
        };
        let choices = ["preview: only decide and show, for as long as you like", file.as_str()];
        let now = usize::from(self.known.as_ref().is_some_and(|known| known.mode == Mode::File));
        Ok(if self.prompt.choice(&question, &choices, now).await? == 0 { Mode::Preview } else { Mode::File })
    }
}
