//! The `mailherd` program: everything is in the library, see `mailherd::cli`.

fn main() -> std::process::ExitCode {
    mailherd::cli::main()
}
