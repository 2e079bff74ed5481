//! Tests of `workshop wire compare`. Those of its parts need no network.

pub(crate) mod interrupt;
pub(crate) mod interrupted;
pub(crate) mod open_loop;
pub(crate) mod output;
pub(crate) mod percentiles;
pub(crate) mod plot;
pub(crate) mod reasons;
pub(crate) mod recorded;
pub(crate) mod usage;

use tempfile::TempDir;

use crate::support::process::command;
use crate::support::program::{Ran, run};

/// Runs the command with its recordings in `directory`.
fn run_compare(directory: &TempDir, arguments: &[&str]) -> Ran {
    let traces = directory.path().to_str().unwrap();
    run(command("workshop"), &[&["wire", "compare", "--traces", traces], arguments].concat())
}
