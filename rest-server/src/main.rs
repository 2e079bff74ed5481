//! The command `rest-server`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use rest_server::PROGRAM;

fn main() -> ExitCode {
    server_kit::run(&PROGRAM, rest_server::serve_with)
}
