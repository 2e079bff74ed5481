//! Runs third-party test suites against `graphql-server`: the audits of graphql-http, graphql-js, the clients
//! graphql-ws and graphql-sse, and schemathesis. Their scripts are in `clients/`.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::support::process::Serving;
use crate::support::program::{find, find_node_package, run_command};

const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");

/// Runs a script of `clients/` with Node.js, if the npm packages that it loads are installed.
fn run_script(script: &str, packages: &[&str]) {
    let Some(node) = find("node") else { return };
    if !packages.iter().all(|package| find_node_package(package)) {
        return;
    }
    let server = Serving::start("graphql-server", &[]);
    let url = format!("http://{}/graphql", server.address);
    let output = run_command(Command::new(node).arg(Path::new(CLIENTS).join(script)).arg(url)).ok();
    let summary = output.lines().last().unwrap_or_default();
    eprintln!("{script}: {summary}");
    assert!(summary.ends_with(" passed, 0 failed"), "{output}");
    server.stop();
}

#[test]
fn server_passes_the_graphql_http_audits() {
    run_script("graphql_audits.mjs", &["graphql-http", "graphql"]);
}

#[test]
fn graphql_js_accepts_the_schema() {
    run_script("graphql_schema.mjs", &["graphql"]);
}

#[test]
fn graphql_ws_client_gets_the_expected_results() {
    run_script("graphql_ws.mjs", &["graphql-ws", "ws", "graphql"]);
}

#[test]
fn graphql_sse_client_gets_the_expected_results() {
    run_script("graphql_sse.mjs", &["graphql-sse", "graphql"]);
}

#[test]
fn schemathesis_finds_no_undocumented_error() {
    let Some(schemathesis) = find("schemathesis") else { return };
    let server = Serving::start("graphql-server", &[]);
    // Schemathesis writes files into its working directory.
    let directory = TempDir::new().unwrap();
    let mut command = Command::new(schemathesis);
    command
        .current_dir(&directory)
        .env("SCHEMATHESIS_HOOKS", Path::new(CLIENTS).join("graphql_schemathesis.py"))
        .args(["run", "--seed", "1", "--max-examples", "50", "--no-color"])
        .args(["--exclude-checks", "not_a_server_error,positive_data_acceptance"])
        .arg(format!("http://{}/graphql", server.address));
    let output = run_command(&mut command).ok();
    assert!(output.contains("6 selected / 6 total"), "{output}");
    eprintln!("{}", output.lines().find(|line| line.contains(" generated, ")).unwrap_or(&output));
    server.stop();
}
