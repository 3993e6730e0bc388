//! Runs the `mailherd` program as a script would: clean environment, no terminal, output captured.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

/// No command on these mailboxes takes this long; one that hangs is ended and fails its test.
const PATIENCE: Duration = Duration::from_secs(120);

/// The program under test: cargo names it to tests; a benchmark finds it beside its own folder.
pub fn executable() -> PathBuf {
    let beside = || std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("mailherd");
    option_env!("CARGO_BIN_EXE_mailherd").map_or_else(beside, PathBuf::from)
}

/// The program with an empty environment but for PATH, HOME in `home` and what `extra` adds.
pub fn command(home: &Path, arguments: &[&str], extra: &[(String, String)]) -> Command {
    let mut command = Command::new(executable());
    command.args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", home).env("XDG_CONFIG_HOME", home.join("config")).env("XDG_STATE_HOME", home.join("xdg-state"));
    command.envs(extra.iter().map(|(name, value)| (name, value))).current_dir(home);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The program while it runs.
pub struct Running {
    /// The process.
    pub child: Child,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<Vec<u8>>,
    words: String,
}

impl Running {
    /// Starts `command`.
    pub fn start(mut command: Command) -> Running {
        let words = command.get_args().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let mut child = command.spawn().expect("mailherd starts");
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Running { child, stdout: drain(stdout), stderr: drain(stderr), words }
    }

    /// `kill -9`
    pub fn kill(&mut self) {
        self.child.kill().expect("our own child");
    }

    /// Whether it has ended.
    pub fn ended(&mut self) -> bool {
        self.child.try_wait().expect("our own child").is_some()
    }

    /// Waits for its end.
    pub fn finish(self) -> Outcome {
        self.finish_measured().0
    }

    /// The same, and the most memory that it was seen to have had. KiB.
    pub fn finish_measured(mut self) -> (Outcome, u64) {
        let (status, most) = self.wait();
        let text = |bytes: JoinHandle<Vec<u8>>| String::from_utf8(bytes.join().unwrap()).expect("output is UTF-8");
        (Outcome { words: self.words, status, stdout: text(self.stdout), stderr: text(self.stderr) }, most)
    }

    fn wait(&mut self) -> (ExitStatus, u64) {
        let deadline = Instant::now() + PATIENCE;
        let mut most = 0;
        while !self.ended() {
            most = most.max(peak(self.child.id()).unwrap_or(0));
            if Instant::now() > deadline {
                self.kill();
                panic!("`mailherd {}` hangs", self.words);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        (self.child.wait().expect("our own child"), most)
    }
}

/// VmHWM of a process, which only ever grows. KiB; none where there is no /proc, or when the process has ended.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn drain(mut stream: impl std::io::Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("a pipe");
        bytes
    })
}

/// What a command printed and how it ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    words: String,
    status: ExitStatus,
    /// Data.
    pub stdout: String,
    /// Everything said to people.
    pub stderr: String,
}

/// A failure as it is said: one line of cause, one of what to do.
#[derive(Clone, Debug)]
pub struct Complaint {
    /// What happened.
    pub cause: String,
    /// What to do.
    pub hint: String,
}

impl Outcome {
    /// The exit status; none after a signal.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Asserts exit status 0.
    #[track_caller]
    pub fn done(self) -> Outcome {
        assert_eq!(self.code(), Some(0), "{self}");
        self
    }

    /// Asserts exit status `code` with one line of cause and one `hint:` line, in that order, and nothing that looks like a crash.
    #[track_caller]
    pub fn complains(&self, code: i32) -> Complaint {
        assert_eq!(self.code(), Some(code), "{self}");
        assert!(!self.stderr.contains("panicked") && !self.stderr.contains("RUST_BACKTRACE"), "{self}");
        let lines: Vec<&str> = self.stderr.lines().collect();
        let hints: Vec<usize> = (0..lines.len()).filter(|&at| lines[at].starts_with("hint: ")).collect();
        assert!(hints.len() == 1 && hints[0] > 0, "one cause and one `hint:` line below it\n{self}");
        let cause = lines[hints[0] - 1].trim_start_matches("error: ").to_owned();
        let hint = lines[hints[0]].trim_start_matches("hint: ").to_owned();
        assert!(!cause.trim().is_empty() && !hint.trim().is_empty(), "{self}");
        Complaint { cause, hint }
    }

    /// The one JSON object on stdout.
    #[track_caller]
    pub fn object(&self) -> Value {
        match serde_json::from_str(&self.stdout) {
            Ok(object) => object,
            Err(error) => panic!("one JSON object expected ({error})\n{self}"),
        }
    }

    /// The JSON objects on stdout, one a line.
    #[track_caller]
    pub fn rows(&self) -> Vec<Value> {
        match self.stdout.lines().map(serde_json::from_str).collect() {
            Ok(rows) => rows,
            Err(error) => panic!("JSON lines expected ({error})\n{self}"),
        }
    }
}

impl Complaint {
    /// Asserts that cause or hint holds `word`, in any case.
    #[track_caller]
    pub fn says(&self, word: &str) -> &Complaint {
        let text = format!("{} {}", self.cause, self.hint).to_lowercase();
        assert!(text.contains(&word.to_lowercase()), "{word:?} is not in {self:?}");
        self
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown: String = self.stdout.chars().take(4000).collect();
        write!(f, "`mailherd {}` ended with {}\nstdout: {shown}\nstderr: {}", self.words, self.status, self.stderr)
    }
}
