//! The command `workshop`, which is what `cargo run` runs.

use std::process::ExitCode;

fn main() -> ExitCode {
    workshop::program::run()
}
