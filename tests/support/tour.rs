//! The workshop's tour, and the six recordings that it leaves.

use std::path::{Path, PathBuf};

use socket_tap::format::Side;

use super::process::command;
use super::program::{Ran, run};

/// Ports of the kernel's choice.
pub(crate) const PORTS: [&str; 10] =
    ["--rest", "0", "--graphql", "0", "--grpc", "0", "--plain", "0", "--page", "0"];

pub(crate) const APIS: [&str; 3] = ["rest", "graphql", "grpc"];

/// Runs the tour, and records into `directory`.
pub(crate) fn tour(directory: &Path, arguments: &[&str]) -> Ran {
    let traces = directory.to_str().unwrap();
    run(command("workshop"), &[&["--once", "--traces", traces][..], &PORTS, arguments].concat())
}

/// Each recording: its API, the side, and the file.
pub(crate) fn recordings(directory: &Path) -> impl Iterator<Item = (&'static str, Side, PathBuf)> {
    APIS.into_iter().flat_map(move |api| {
        [Side::Server, Side::Client].map(|side| (api, side, recording(directory, api, side)))
    })
}

/// The recording of an API's side.
pub(crate) fn recording(directory: &Path, api: &str, side: Side) -> PathBuf {
    directory.join(format!("{api}-{}.jsonl", side.name()))
}
