//! The `plain-server` command.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use plain_server::limits::LimitFlags;
use plain_server::{PROGRAM, Sockets};

fn main() -> ExitCode {
    server_kit::run_with(
        &PROGRAM,
        async |tap, address, options| {
            let sockets = Sockets::bind_with(tap, tap, address, options, "--listen").await?;
            Ok((sockets.local_addr()?, sockets))
        },
        |sockets, shelf, shutdown, limits: LimitFlags| {
            plain_server::serve(sockets, shelf, shutdown, limits.into())
        },
    )
}
