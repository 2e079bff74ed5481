//! The command `grpc-server`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use bookshelf::Shelf;
use grpc_server::PROGRAM;

fn main() -> ExitCode {
    server_kit::run(&PROGRAM, |listener, shutdown| grpc_server::serve(listener, Shelf::seeded(), shutdown))
}
