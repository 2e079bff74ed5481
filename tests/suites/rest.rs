//! Runs schemathesis, which generates requests from the OpenAPI document, against the REST server.

use std::process::Command;

use tempfile::TempDir;

use crate::support::process::Serving;
use crate::support::program::{find, run_command};

/// Path of schemathesis' configuration file, which gives the reason for each disabled check.
const CONFIGURATION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../rest-server/schemathesis.toml");

#[test]
fn schemathesis_finds_no_issue() {
    let Some(schemathesis) = find("schemathesis") else { return };
    let server = Serving::start("rest-server", &["--no-tap"]);
    // schemathesis writes files into its working directory.
    let directory = TempDir::new().unwrap();
    let mut command = Command::new(schemathesis);
    command
        .current_dir(&directory)
        .args(["--config-file", CONFIGURATION, "run", &format!("http://{}/openapi.json", server.address)])
        .args(["--checks", "all", "--seed", "2", "--max-examples", "50", "--no-color"])
        // A change stream does not end by itself.
        .args(["--request-timeout", "2", "--continue-on-failure"]);
    let said = run_command(&mut command).ok();
    assert!(said.contains("No issues found"), "{said}");
    eprintln!("{}", said.lines().find(|line| line.contains(" generated, ")).unwrap_or(&said));
    server.stop();
}
