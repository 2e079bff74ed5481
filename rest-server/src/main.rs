//! The `rest-server` command.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use bookshelf::Shelf;
use rest_server::PROGRAM;

fn main() -> ExitCode {
    server_kit::run(&PROGRAM, |listener, shutdown, limits| {
        rest_server::serve_with(listener, Shelf::seeded(), shutdown, limits)
    })
}
