//! The command `graphql-server`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use graphql_server::PROGRAM;

fn main() -> ExitCode {
    server_kit::run(&PROGRAM, graphql_server::serve_with)
}
