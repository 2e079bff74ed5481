//! The command `socket-trace`.

use std::process::ExitCode;

fn main() -> ExitCode {
    socket_trace::cli::run()
}
