//! The servers, the state directory and the configuration of one history, and mailherd at work on them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use mailherd::config::{self, Config};
use mailherd::logic::ids::UnixTime;
use tempfile::TempDir;

use super::gun::Gun;
use super::hands::Hands;
use super::history::{Blow, Face, Moment, Scene, Trouble, Work};
use super::inside;
use super::journal::Database;
use super::model::Model;
use super::seat::Seat;
use crate::support::mail::ME;
use crate::support::program::{self, Running};
use crate::support::user::write_private;

/// Longest time that a run may take; a run that hangs is a failure.
const PATIENCE: Duration = Duration::from_secs(100);

/// How a run ended.
#[derive(Debug)]
pub enum End {
    /// By itself, well or with a fault.
    Over(Result<(), String>),
    /// Killed.
    Killed,
}

/// See the module.
pub struct Stage {
    /// One for each account.
    pub seats: Vec<Seat>,
    /// What mailherd remembers.
    pub database: Database,
    folder: TempDir,
    config: Config,
    /// When the history began. mailherd is told that it is this time, when it runs in this process.
    pub now: UnixTime,
}

impl Stage {
    /// An empty mailbox or two, and a mailherd that never ran. `seat` makes the account of a number.
    pub fn set(scene: &Scene, seat: impl Fn(usize, &Database) -> Seat) -> Stage {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let folder = tempfile::Builder::new().prefix("mailherd-torture-").tempdir_in(base).unwrap();
        let state = folder.path().join("state");
        std::fs::create_dir(&state).unwrap();
        std::fs::write(state.join("mailherd.sqlite3"), empty_database()).unwrap();
        let database = Database::of(&state);
        let seats: Vec<Seat> = (0..scene.accounts).map(|number| seat(number, &database)).collect();
        let path = folder.path().join("config.toml");
        write_private(&path, &configuration(folder.path(), scene, &seats));
        let config = config::load(&path).expect("a sound configuration");
        let now = UnixTime(jiff::Timestamp::now().as_second());
        Stage { seats, database, folder, config, now }
    }

    /// The account of this number.
    pub fn seat(&self, number: usize) -> &Seat {
        &self.seats[number % self.seats.len()]
    }

    /// mailherd works, and `trouble` meets it on the account `number`.
    pub fn works(&self, work: &Work, face: Face, trouble: Option<(usize, &Trouble)>) -> End {
        let row = self.row(work);
        let gun = Gun::default();
        if let Some((number, trouble)) = trouble {
            self.seat(number).expects(trouble, face, &gun);
        }
        self.at_work(true);
        let end = match face {
            Face::Inside => self.inside(work, row, &gun),
            Face::Program => self.program(work, row, &gun, trouble.map(|(_, trouble)| trouble)),
        };
        gun.bury();
        if let Some((number, _)) = trouble {
            self.seat(number).calms_down();
        }
        self.at_work(false);
        end
    }

    fn at_work(&self, at_work: bool) {
        self.database.at_work(at_work);
        self.seats.iter().for_each(|seat| seat.belief().model().at_work = at_work);
    }

    fn row(&self, work: &Work) -> Option<i64> {
        let Work::UndoRow(place) = work else { return None };
        let rows = self.database.rows();
        let done: Vec<i64> =
            rows.iter().filter(|row| row.state == "done" && row.undoes.is_none()).map(|row| row.id).collect();
        (!done.is_empty()).then(|| done[*place as usize % done.len()])
    }

    fn inside(&self, work: &Work, row: Option<i64>, gun: &Gun) -> End {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let over = runtime.block_on(async {
            tokio::select! {
                biased;
                () = gun.shot() => End::Killed,
                result = inside::work(&self.config, work, row, self.now) => {
                    End::Over(result.map_err(|fault| fault.to_string()))
                }
                () = tokio::time::sleep(PATIENCE) => panic!("{work:?} hangs"),
            }
        });
        // Waits for what goes on in other threads, such as learning: it is part of the life that ended.
        drop(runtime);
        over
    }

    fn program(&self, work: &Work, row: Option<i64>, gun: &Gun, trouble: Option<&Trouble>) -> End {
        let Some(words) = words(work, row) else { return End::Over(Ok(())) };
        let config = self.folder.path().join("config.toml");
        let words: Vec<&str> =
            ["--config", config.to_str().unwrap()].into_iter().chain(words.iter().map(String::as_str)).collect();
        let mut running = Running::start(program::command(self.folder.path(), &words, &[]));
        let mut killed = false;
        if let Some(Trouble { when: Moment::Time(after), blow: Blow::KillBefore, .. }) = trouble {
            std::thread::sleep(Duration::from_micros(*after));
            running.kill();
            killed = true;
        }
        while !killed && !running.ended() {
            if gun.fired() {
                running.kill();
                killed = true;
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        let outcome = running.finish();
        assert!(!outcome.stderr.contains("panicked"), "{outcome}");
        match outcome.code() {
            Some(0) => End::Over(Ok(())),
            Some(_) => End::Over(Err(outcome.stderr)),
            None => End::Killed,
        }
    }
}

fn words(work: &Work, row: Option<i64>) -> Option<Vec<String>> {
    let words = |text: &[&str]| Some(text.iter().map(|word| (*word).to_owned()).collect());
    match work {
        Work::Pass => words(&["run", "--once", "--yes"]),
        Work::UndoAll => words(&["undo", "--all"]),
        Work::UndoLast => words(&["undo", "--last"]),
        Work::UndoRow(_) => words(&["undo", "--id", &row?.to_string()]),
        Work::Train(who, category, true) => words(&["train", who, category, "--existing", "--yes"]),
        Work::Train(who, category, false) => words(&["train", who, category, "--yes"]),
        Work::Untrain(who) => words(&["untrain", who]),
    }
}

fn configuration(folder: &Path, scene: &Scene, seats: &[Seat]) -> String {
    let text = |path: PathBuf| toml::Value::from(path.to_str().unwrap()).to_string();
    let mut all = format!(
        "mode = \"file\"\nstate_dir = {}\nbacklog_days = 30\ntop = \"{}\"\n",
        text(folder.join("state")),
        scene.top
    );
    for (number, seat) in seats.iter().enumerate() {
        let password = folder.join(format!("password{number}"));
        write_private(&password, seat.password());
        all += &format!(
            "[[accounts]]\nname = \"{}\"\nemail = \"{ME}\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n\
             username = \"{}\"\npassword_file = {}\n",
            account(number),
            seat.port(),
            seat.user(),
            text(password)
        );
    }
    all
}

/// What the account of this number is called.
pub fn account(number: usize) -> String {
    format!("home{number}")
}

/// A new database: making one takes longer than all else in a pass over a small mailbox.
fn empty_database() -> &'static [u8] {
    static EMPTY: OnceLock<Vec<u8>> = OnceLock::new();
    EMPTY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        drop(mailherd::store::Store::open(folder.path()).expect("a new database"));
        std::fs::read(folder.path().join("mailherd.sqlite3")).unwrap()
    })
}

/// What the user believes of an account, shared with the hooks of its server.
#[derive(Clone)]
pub struct Belief(Arc<Mutex<Model>>);

impl Belief {
    /// From what is in the mailbox at the start.
    pub fn begin(account: &str, hands: &mut dyn Hands) -> Belief {
        Belief(Arc::new(Mutex::new(Model::new(account, hands))))
    }

    /// To look at, and to change.
    pub fn model(&self) -> MutexGuard<'_, Model> {
        self.0.lock().unwrap()
    }
}
