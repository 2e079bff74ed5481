//! The workshop's tour and its six recordings.

use std::path::{Path, PathBuf};

use socket_tap::format::Side;

use super::process::command;
use super::program::{Ran, run};

/// Flags that let the kernel choose each port.
pub(crate) const PORTS: [&str; 10] =
    ["--rest", "0", "--graphql", "0", "--grpc", "0", "--plain", "0", "--page", "0"];

pub(crate) const APIS: [&str; 3] = ["rest", "graphql", "grpc"];

/// Runs the tour with its recordings in `directory`.
pub(crate) fn tour(directory: &Path, arguments: &[&str]) -> Ran {
    let traces = directory.to_str().unwrap();
    run(command("workshop"), &[&["--once", "--traces", traces][..], &PORTS, arguments].concat())
}

/// Returns the API, side and file of each recording.
pub(crate) fn recordings(directory: &Path) -> impl Iterator<Item = (&'static str, Side, PathBuf)> {
    APIS.into_iter().flat_map(move |api| {
        [Side::Server, Side::Client].map(|side| (api, side, recording(directory, api, side)))
    })
}

/// Returns the recording of one side of an API.
pub(crate) fn recording(directory: &Path, api: &str, side: Side) -> PathBuf {
    directory.join(format!("{api}-{}.jsonl", side.name()))
}
