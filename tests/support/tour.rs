//! Runs the workshop's tour, a script of calls over each API, and finds its six recordings.

use std::path::{Path, PathBuf};

use socket_tap::format::Side;

use super::process::command;
use super::program::{Ran, run};

/// Flags that let the kernel choose each port.
pub(crate) const PORTS: [&str; 10] =
    ["--rest", "0", "--graphql", "0", "--grpc", "0", "--plain", "0", "--page", "0"];

pub(crate) const APIS: [&str; 3] = ["rest", "graphql", "grpc"];

/// Runs `workshop --once`, which writes its recordings to `directory`.
pub(crate) fn tour(directory: &Path, arguments: &[&str]) -> Ran {
    let traces = directory.to_str().unwrap();
    run(command("workshop"), &[&["--once", "--traces", traces][..], &PORTS, arguments].concat())
}

/// Returns the API, the side and the path of each recording in `directory`.
pub(crate) fn recordings(directory: &Path) -> impl Iterator<Item = (&'static str, Side, PathBuf)> {
    APIS.into_iter().flat_map(move |api| {
        [Side::Server, Side::Client].map(|side| (api, side, recording(directory, api, side)))
    })
}

/// Returns the path of the recording of an API's server or client.
pub(crate) fn recording(directory: &Path, api: &str, side: Side) -> PathBuf {
    directory.join(format!("{api}-{}.jsonl", side.name()))
}
