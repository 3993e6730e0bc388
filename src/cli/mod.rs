//! Commands.

pub mod out;
pub mod progress;
pub mod style;
pub mod table;
pub mod words;

/// Runs the program and gives its exit status.
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
