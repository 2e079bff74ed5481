//! The command `rest-server`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use bookshelf::Shelf;
use rest_server::PROGRAM;

fn main() -> ExitCode {
    server_kit::run(&PROGRAM, |listener, shutdown| rest_server::serve(listener, Shelf::seeded(), shutdown))
}
