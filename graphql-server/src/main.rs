//! The command `graphql-server`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use bookshelf::Shelf;
use graphql_server::PROGRAM;

fn main() -> ExitCode {
    server_kit::run(&PROGRAM, |listener, shutdown, limits| {
        graphql_server::serve_with(listener, Shelf::seeded(), shutdown, limits)
    })
}
