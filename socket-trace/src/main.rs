//! The command-line program `socket-trace`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    socket_trace::cli::run()
}
