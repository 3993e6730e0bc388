//! What a process costs, as the kernel counts it (proc(5)).

use std::collections::HashMap;
use std::ffi::OsString;
use std::time::{Duration, Instant};

/// Seconds that this thread was running: a measure of work that other programs on the machine hardly disturb.
pub fn processor_time() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    nanoseconds.expect("a number") / 1e9
}

/// Resident memory of a process now, in KiB. None when it has ended.
pub fn resident(process: u32) -> Option<u64> {
    field(process, "VmRSS:")
}

/// The most resident memory that a process had, in KiB.
pub fn peak_memory(process: u32) -> Option<u64> {
    field(process, "VmHWM:")
}

fn field(process: u32, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.trim().parse().ok())
}

/// How often any thread of a process went to sleep and was woken again in this time. Threads of a pool come and go, so they are looked
/// at often.
pub fn woken_in(process: u32, time: Duration) -> u64 {
    let (end, mut before, mut woken) = (Instant::now() + time, wake_ups(process), 0);
    while Instant::now() < end {
        std::thread::sleep(Duration::from_millis(250).min(end.saturating_duration_since(Instant::now())));
        let now = wake_ups(process);
        let more = now.iter().map(|(thread, count)| count - before.get(thread).copied().unwrap_or(0));
        woken += more.sum::<u64>();
        before = now;
    }
    woken
}

/// Voluntary context switches of each thread.
fn wake_ups(process: u32) -> HashMap<OsString, u64> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).expect("the process lives");
    let of = |task: std::io::Result<std::fs::DirEntry>| {
        let task = task.ok()?;
        let status = std::fs::read_to_string(task.path().join("status")).ok()?;
        let count = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
        Some((task.file_name(), count.trim().parse().ok()?))
    };
    tasks.filter_map(of).collect()
}
