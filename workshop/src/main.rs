//! The `workshop` command, the default binary of the workspace.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    workshop::program::run()
}
