//! The independent suite of REST's ecosystem, against the real server.

use std::process::Command;

use tempfile::TempDir;

use crate::support::process::Serving;
use crate::support::program::{find, run_command};

/// What it may not take for a fault is said, with the reasons, in its configuration.
const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../rest-server/schemathesis.toml");

#[test]
fn schemathesis_finds_that_the_server_is_as_its_document_says() {
    let Some(schemathesis) = find("schemathesis") else { return };
    let server = Serving::start("rest-server", &["--no-tap"]);
    // It leaves files where it runs.
    let directory = TempDir::new().unwrap();
    let mut command = Command::new(schemathesis);
    command
        .current_dir(&directory)
        .args(["--config-file", CONFIGURATION, "run", &format!("http://{}/openapi.json", server.address)])
        .args(["--checks", "all", "--seed", "2", "--max-examples", "50", "--no-color"])
        // A stream of changes does not end by itself.
        .args(["--request-timeout", "2", "--continue-on-failure"]);
    let said = run_command(&mut command).ok();
    assert!(said.contains("No issues found"), "{said}");
    eprintln!("{}", said.lines().find(|line| line.contains(" generated, ")).unwrap_or(&said));
    server.stop();
}
