//! The program in a terminal: a pseudo-terminal with a person's keys at one end and an emulator's screen at the other.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

use super::program;

/// Nothing that is waited for takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// See the module.
pub struct Screen {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    emulator: Arc<Mutex<vt100::Parser>>,
    reader: Option<JoinHandle<()>>,
}

impl Screen {
    /// Starts the program on a terminal of this size.
    pub fn start(home: &Path, words: &[&str], columns: u16, rows: u16) -> Screen {
        Screen::run(&program::executable(), home, words, columns, rows)
    }

    /// Starts any program, such as a shell.
    pub fn run(program: &Path, home: &Path, words: &[&str], columns: u16, rows: u16) -> Screen {
        let pair = native_pty_system().openpty(size(columns, rows)).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(words);
        command.env_clear();
        command.cwd(home);
        for (name, value) in [("HOME", home.to_owned()), ("XDG_CONFIG_HOME", home.join("config"))] {
            command.env(name, value);
        }
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("TZ", "UTC");
        let child = pair.slave.spawn_command(command).expect("mailherd starts");
        drop(pair.slave);
        let (mut output, keys) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let emulator = vt100::Parser::new(NonZero::new(rows).unwrap(), NonZero::new(columns).unwrap(), 0);
        let emulator = Arc::new(Mutex::new(emulator));
        let shown = emulator.clone();
        let reader = std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            // The end of a pseudo-terminal is an error on Linux.
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                shown.lock().unwrap().process(&bytes[..count]);
            }
        });
        Screen { child, keys, master: pair.master, emulator, reader: Some(reader) }
    }

    /// Sends what the keys send.
    pub fn press(&mut self, keys: &str) -> &mut Screen {
        self.keys.write_all(keys.as_bytes()).expect("a terminal");
        self.keys.flush().expect("a terminal");
        self
    }

    /// The terminal gets another size.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Screen {
        let (rows_, columns_) = (NonZero::new(rows).unwrap(), NonZero::new(columns).unwrap());
        self.emulator.lock().unwrap().set_size(rows_, columns_);
        self.master.resize(size(columns, rows)).expect("a terminal");
        self
    }

    /// What is read on it.
    pub fn text(&self) -> String {
        self.emulator.lock().unwrap().screen().contents()
    }

    /// Whether the program has the screen for itself, and not the shell's.
    pub fn is_taken(&self) -> bool {
        self.emulator.lock().unwrap().screen().alternate_screen()
    }

    /// Waits until the screen shows this.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Screen {
        self.until(&format!("{text:?} is seen"), |screen| screen.contains(text))
    }

    /// Waits until the screen does not show this.
    #[track_caller]
    pub fn misses(&mut self, text: &str) -> &mut Screen {
        self.until(&format!("{text:?} is not seen"), |screen| !screen.contains(text))
    }

    /// Waits until `holds` of what is read.
    #[track_caller]
    pub fn until(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> &mut Screen {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = self.text();
            if holds(&text) {
                return self;
            }
            assert!(Instant::now() < deadline, "not so in time: {what}\n{text}");
            std::thread::sleep(Duration::from_millis(15));
        }
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("it runs")
    }

    /// Waits for the end of the program; what was left on the terminal.
    #[track_caller]
    pub fn ends(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().expect("our own child") {
                Some(status) => break status,
                None if Instant::now() > deadline => panic!("it does not end\n{}", self.text()),
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        self.reader.take().map(JoinHandle::join);
        assert!(!self.is_taken(), "the terminal was not given back");
        (status, self.text())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A test that failed leaves no program behind; one that ended is not there any more.
        let _ = self.child.kill();
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}
