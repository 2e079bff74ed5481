//! The command `workshop`, which is what `cargo run` runs.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    workshop::program::run()
}
