//! The command `grpc-server`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use bookshelf::Shelf;
use grpc_server::PROGRAM;

fn main() -> ExitCode {
    server_kit::run(&PROGRAM, |listener, shutdown, limits| {
        grpc_server::serve_with(listener, Shelf::seeded(), shutdown, limits)
    })
}
