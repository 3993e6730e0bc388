//! The program in a pseudo-terminal.

use std::io::{Read as _, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::usage::peak_memory;

/// Nothing more comes after so long.
const QUIET: Duration = Duration::from_millis(8);

/// It never takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// See the module.
pub struct Screen {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    written: Receiver<(Instant, Vec<u8>)>,
    _terminal: Box<dyn MasterPty + Send>,
}

impl Screen {
    /// Starts the program; gives the time until rows are on the screen.
    pub fn start(program: &Path, config: &Path) -> (Screen, Duration) {
        let size = PtySize { rows: 50, cols: 200, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(program);
        command.args(["--config".as_ref(), config.as_os_str()]);
        command.env("TERM", "xterm-256color");
        let mut reader = pair.master.try_clone_reader().expect("the terminal's output");
        let keys = pair.master.take_writer().expect("the terminal's input");
        let (sender, written) = channel();
        std::thread::spawn(move || {
            let mut bytes = vec![0; 1 << 16];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send((Instant::now(), bytes[..count].to_vec())).is_err() {
                    return;
                }
            }
        });
        let began = Instant::now();
        let child = pair.slave.spawn_command(command).expect("the program");
        drop(pair.slave);
        let screen = Screen { child, keys, written, _terminal: pair.master };
        let first = screen.wait_for(b" messages").duration_since(began);
        screen.settle();
        (screen, first)
    }

    /// Presses a key; gives the time until the screen changes. `None` when it does not, as at the end of a list.
    pub fn press(&mut self, key: &str) -> Option<Duration> {
        self.settle();
        let began = Instant::now();
        self.keys.write_all(key.as_bytes()).and_then(|()| self.keys.flush()).expect("a key");
        let changed = self.written.recv_timeout(Duration::from_millis(200)).ok();
        changed.map(|(at, _)| at.duration_since(began))
    }

    /// What the process has used at most, MiB.
    pub fn peak_memory(&self) -> f64 {
        let kibibytes =
            peak_memory(self.child.process_id().expect("its number")).expect("Linux says what a process uses") as f64;
        kibibytes / 1024.0
    }

    /// Leaves the program as a user does.
    pub fn quit(mut self) {
        self.keys.write_all(b"\x03").and_then(|()| self.keys.flush()).expect("a key");
        let began = Instant::now();
        while self.child.try_wait().expect("the program").is_none() {
            assert!(began.elapsed() < PATIENCE, "the program does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn wait_for(&self, text: &[u8]) -> Instant {
        let mut seen: Vec<u8> = Vec::new();
        loop {
            match self.written.recv_timeout(PATIENCE) {
                Ok((at, bytes)) => {
                    seen.extend(bytes);
                    if memchr::memmem::find(&seen, text).is_some() {
                        return at;
                    }
                }
                Err(_) => panic!("no rows on the screen: {}", String::from_utf8_lossy(&seen).escape_debug()),
            }
        }
    }

    /// Waits until nothing more is written.
    fn settle(&self) {
        let began = Instant::now();
        while !matches!(self.written.recv_timeout(QUIET), Err(RecvTimeoutError::Timeout)) {
            assert!(began.elapsed() < PATIENCE, "the screen is never quiet");
        }
    }
}
