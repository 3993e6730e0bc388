//! Plays a history, and looks at what became of it.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::hands::Lying;
use super::history::{Event, Face, History, Kind, Scene, Step, Way, Work};
use super::journal::{Database, Row};
use super::on_dovecot::{self, Dovecot};
use super::on_embedded::Embedded;
use super::seat::{Place, Seat};
use super::stage::{End, Stage, account};
use crate::support::flavour::Flavour;
use crate::support::server::Server;

/// In so many seconds a command of a dead connection is carried out, or never.
const LATEST: i64 = 1000;

/// What happened in histories.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Played.
    pub histories: usize,
    /// Runs of mailherd.
    pub runs: usize,
    /// Of these, ended by `kill -9` or what stands for it.
    pub killed: usize,
    /// Of these, ended by a fault.
    pub failed: usize,
    /// How often a command was on its way when a step was over, whose connection was dead.
    pub late: usize,
    /// Messages that came, and what the user did with them.
    pub deeds: usize,
    /// Of the messages, those of which not everything can be told in the end.
    pub loose: usize,
    /// Rows of the journal.
    pub rows: usize,
}

impl Figures {
    /// Adds others to these.
    pub fn add(&mut self, other: Figures) {
        self.histories += other.histories;
        self.runs += other.runs;
        self.killed += other.killed;
        self.failed += other.failed;
        self.late += other.late;
        self.deeds += other.deeds;
        self.loose += other.loose;
        self.rows += other.rows;
    }
}

/// The real servers of one player: nobody else is on them, since they are restarted.
#[derive(Default)]
pub struct Servers {
    running: HashMap<Flavour, Arc<Server>>,
}

impl Servers {
    fn of(&mut self, scene: &Scene) -> Arc<Server> {
        let flavour = on_dovecot::flavour(scene);
        Arc::clone(self.running.entry(flavour).or_insert_with(|| Arc::new(Server::start(flavour))))
    }
}

/// Plays it. An error says what is wrong, and after which step.
pub fn play(history: &History, servers: &mut Servers) -> Result<Figures, String> {
    let played = catch_unwind(AssertUnwindSafe(|| Player::begin(history, servers).play(history)));
    played.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
        Err(format!("panic: {}", words.unwrap_or_default()))
    })
}

struct Player {
    stage: Stage,
    figures: Figures,
    /// Whether this server lets mailherd file.
    files: bool,
}

impl Player {
    fn begin(history: &History, servers: &mut Servers) -> Player {
        let scene = history.scene;
        let now = jiff::Timestamp::now().as_second();
        let server = (scene.server == Kind::Dovecot).then(|| servers.of(&scene));
        let stage = Stage::set(&scene, |number, database: &Database| {
            let place = match &server {
                None => Place::Embedded(Embedded::start(&scene, now)),
                Some(server) => Place::Dovecot(Dovecot::start(Arc::clone(server), &scene, now)),
            };
            Seat::new(&account(number), place, database)
        });
        Player { stage, figures: Figures { histories: 1, ..Figures::default() }, files: scene.way != Way::Not }
    }

    fn play(mut self, history: &History) -> Result<Figures, String> {
        for (number, step) in history.steps.iter().enumerate() {
            self.step(step);
            self.figures.late += self.stage.seats.iter().filter(|seat| seat.is_owed_something()).count();
            self.nothing_missing().map_err(|what| format!("after step {}: {what}", number + 1))?;
        }
        self.stage.seats.iter().for_each(Seat::late_ones_arrive);
        self.nothing_missing().map_err(|what| format!("after what came late: {what}"))?;
        self.settles()?;
        self.figures.rows = self.stage.database.rows().len();
        for seat in &self.stage.seats {
            let model = seat.belief().model();
            self.figures.deeds += model.deeds;
            self.figures.loose += model.loose();
        }
        Ok(self.figures)
    }

    fn step(&mut self, step: &Step) {
        let seat = self.stage.seat(step.account);
        match &step.event {
            Event::Comes(letter, folder) => seat.receives(letter, folder, self.stage.now.0),
            Event::Hand(deed) => seat.does(deed),
            Event::Passes(seconds) => {
                if *seconds >= LATEST {
                    self.stage.seats.iter().for_each(Seat::late_ones_arrive);
                }
                self.stage.database.age(*seconds);
            }
            Event::Restarts => self.stage.seats.iter().for_each(Seat::restarts),
            Event::Works(work, face, trouble) => {
                let end = self.stage.works(work, *face, trouble.as_ref().map(|trouble| (step.account, trouble)));
                self.figures.runs += 1;
                self.figures.killed += usize::from(matches!(end, End::Killed));
                self.figures.failed += usize::from(matches!(end, End::Over(Err(_))));
            }
        }
    }

    fn nothing_missing(&self) -> Result<(), String> {
        self.stage.seats.iter().try_for_each(|seat| seat.belief().model().missing(&seat.world()))
    }

    /// One more run settles everything; the one after it does nothing.
    fn settles(&mut self) -> Result<(), String> {
        self.runs("a new run")?;
        let rows = self.stage.database.rows();
        let worlds = self.worlds();
        if let Some(row) = rows.iter().find(|row| row.state == "intended") {
            return Err(format!("a new run leaves a row open: {row}"));
        }
        if !self.files && rows.iter().any(|row| row.state == "done") {
            return Err(format!("filed on a server that cannot move safely: {} rows", rows.len()));
        }
        for (seat, world) in self.stage.seats.iter().zip(&worlds) {
            seat.belief().model().check(world, &rows)?;
            let said = seat.changes().unwrap_or_default();
            if let Some(line) = said.iter().find(|line| ["EXPUNGE", "CLOSE"].contains(&line.as_str())) {
                return Err(format!("mailherd said {line}"));
            }
        }
        self.runs("the run after it")?;
        self.nothing_changed(&rows, &worlds)?;
        self.stage.database.is_whole()
    }

    fn runs(&mut self, which: &str) -> Result<(), String> {
        self.figures.runs += 1;
        match (self.stage.works(&Work::Pass, Face::Inside, None), self.files) {
            (End::Over(Ok(())), true) | (End::Over(Err(_)), false) => Ok(()),
            (end, _) => Err(format!("{which} ends with {end:?}")),
        }
    }

    fn worlds(&self) -> Vec<Vec<Lying>> {
        self.stage.seats.iter().map(Seat::world).collect()
    }

    fn nothing_changed(&self, before: &[Row], worlds: &[Vec<Lying>]) -> Result<(), String> {
        let rows = self.stage.database.rows();
        if let Some(row) = rows.iter().find(|row| !before.contains(row)) {
            return Err(format!("the run after the new run still did something: {row}"));
        }
        for (seat, world) in self.stage.seats.iter().zip(worlds) {
            let changes = seat.changes().unwrap_or_default();
            if !changes.is_empty() {
                return Err(format!("the run after the new run still said {changes:?}"));
            }
            if seat.world() != *world {
                return Err("the run after the new run still changed the mailbox".to_owned());
            }
        }
        Ok(())
    }
}
