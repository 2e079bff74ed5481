//! Tests that the tap makes the same system calls as tokio's own types.
//!
//! For each scenario, the same program runs twice under strace: once with tokio's types and once with the
//! tap's. Then their socket calls are compared. The program is this test binary, which starts itself again.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot continue fails"
)]

mod log;
mod programs;

use std::path::Path;
use std::process::Command;

/// Environment variable that is set in the program under strace. Its value names the scenario and the types
/// to use.
const TWIN: &str = "SOCKET_TAP_TEST_TWIN";

/// Calls that the tap adds when it is on. They query the addresses of a socket, and the kernel's TCP state
/// before its close.
const ADDED: [&str; 5] =
    ["getsockname", "getpeername", "getsockopt TCP_INFO", "getsockopt SO_LINGER", "ioctl FIONREAD"];

/// Runs one scenario if [`calls`] has started this process under strace. Does nothing otherwise.
#[test]
fn child_process_runs_one_scenario() {
    if let Ok(twin) = std::env::var(TWIN) {
        programs::run(&twin);
    }
}

fn strace_works() -> bool {
    let works = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    let works = works.is_ok_and(|status| status.success());
    assert!(
        works || std::env::var("CI").as_deref() != Ok("true"),
        "strace must be installed and allowed in CI"
    );
    if !works {
        eprintln!("skipped: strace is not installed or not allowed");
    }
    works
}

/// Runs a scenario under strace, and returns its system calls. `types` is `tokio` for tokio's types, and
/// `off` or `on` for the tap's types with a tap that is off or on.
fn calls(scenario: &str, types: &str) -> Vec<String> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("twin-{scenario}-{types}"));
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir(&directory).unwrap();
    let output = Command::new("strace")
        .args(["-ff", "-qq", "-s", "64", "-e", "trace=%network,%desc", "-o"])
        .arg(directory.join("log"))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "child_process_runs_one_scenario", "--nocapture", "--test-threads=1"])
        .env(TWIN, format!("{scenario} {types}"))
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{scenario} {types}: {out}{err}");
    log::calls(&directory)
}

fn same_calls(scenario: &str) {
    if !strace_works() {
        return;
    }
    let tokio = calls(scenario, "tokio");
    assert!(tokio.len() > 10, "{tokio:#?}");
    let off = calls(scenario, "off");
    assert_eq!(tokio, off, "{scenario}, tap off");
    let mut on = calls(scenario, "on");
    let added = |call: &String| ADDED.iter().any(|added| call.starts_with(added));
    // The program also queries addresses; the tap may do so more often.
    on.retain(|call| !added(call));
    let plain: Vec<String> = tokio.into_iter().filter(|call| !added(call)).collect();
    assert_eq!(plain, on, "{scenario}, tap on");
}

#[test]
fn tcp_sockets_make_same_system_calls_as_tokio() {
    same_calls("tcp");
}

#[test]
fn existing_tcp_sockets_make_same_calls_with_tap() {
    same_calls("tcp-adopted");
}

#[test]
fn split_tcp_streams_make_same_calls_as_tokio() {
    same_calls("tcp-split");
}

#[test]
fn refused_connect_makes_same_system_calls_as_tokio() {
    same_calls("tcp-refused");
}

#[test]
fn unix_sockets_make_same_system_calls_as_tokio() {
    same_calls("unix");
}

#[test]
fn existing_unix_sockets_make_same_calls_with_tap() {
    same_calls("unix-adopted");
}

#[test]
fn udp_sockets_make_same_system_calls_as_tokio() {
    same_calls("udp");
}

#[test]
fn existing_udp_sockets_make_same_calls_with_tap() {
    same_calls("udp-adopted");
}
