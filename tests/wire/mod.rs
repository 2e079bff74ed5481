//! Tests of `workshop wire`, which need user namespaces and `/dev/net/tun`. On a machine without them they print that they
//! were skipped, and pass; in CI they fail.

pub(crate) mod compare;
pub(crate) mod costs;
pub(crate) mod interrupt;
pub(crate) mod one_call;
pub(crate) mod permission;
pub(crate) mod retransmissions;
pub(crate) mod usage;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::process::command;
use crate::support::program::{Ran, run};

/// Returns `true` if this machine can run the network.
pub(crate) fn is_supported() -> bool {
    let Err(error) = wire::support() else { return true };
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "the network must be available in CI: {error}");
    eprintln!("skipped: {error}");
    false
}

/// Runs the command with its recordings in `directory`.
fn run_wire(directory: &TempDir, arguments: &[&str]) -> Ran {
    let traces = directory.path().to_str().unwrap();
    run(command("workshop"), &[&["wire", "--traces", traces], arguments].concat())
}

/// Runs the command and returns its report.
fn report(arguments: &[&str]) -> Value {
    let directory = TempDir::new().unwrap();
    serde_json::from_str(&run_wire(&directory, &[&["--json"], arguments].concat()).ok()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// Returns the codes of notes or conclusions.
fn codes(value: &Value) -> Vec<&str> {
    list(value).iter().map(|item| item["code"].as_str().unwrap()).collect()
}
