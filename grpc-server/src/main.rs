//! The command `grpc-server`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use grpc_server::PROGRAM;

fn main() -> ExitCode {
    server_kit::run(&PROGRAM, grpc_server::serve_with)
}
