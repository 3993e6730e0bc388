//! A guard process: no server outlives the test program that started it, however that ends.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Waits until its input ends, which the kernel sees to when the test program dies (even by `kill -9`), then ends the server and
/// removes its folder. The server leads a session and so a process group of its own: `kill -9 -group` reaches nothing else. A Dovecot
/// that is stopped within a second of its start can take five to end by itself, hence the second line of defence.
const SCRIPT: &str = r#"
start() {
  setsid sh "$1/start" >>"$1/start.log" 2>&1 </dev/null &
  server=$!
  echo $server >>"$1/starts"
}
start "$1"
while read -r _; do
  kill -TERM $server
  (sleep 1; kill -9 -$server) &
  defence=$!
  wait $server
  kill $defence
  kill -9 -$server
  start "$1"
done
kill -TERM $server
(sleep 1; kill -9 -$server) &
defence=$!
wait $server
kill $defence
kill -9 -$server
rm -rf "$1" || { sleep 0.2; rm -rf "$1"; }
"#;

/// A server that lives no longer than this value or this process.
pub struct Guard {
    shell: Child,
    folder: PathBuf,
}

impl Guard {
    /// Runs the shell script `start` in `folder`, which becomes a server in the foreground. `folder` now belongs to the guard.
    pub fn start(folder: &Path) -> Guard {
        use std::os::unix::process::CommandExt;
        let shell = Command::new("sh")
            .args(["-c", SCRIPT, "guard"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("sh starts");
        Guard { shell, folder: folder.to_owned() }
    }

    /// Ends the server and starts it again, in the same place.
    pub fn restart(&self) {
        let starts = || std::fs::read_to_string(self.folder.join("starts")).unwrap_or_default().lines().count();
        let before = starts();
        self.shell.stdin.as_ref().expect("the guard listens").write_all(b"again\n").expect("the guard lives");
        while starts() == before {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.shell.stdin.take());
        self.shell.wait().expect("the guard ends");
    }
}
