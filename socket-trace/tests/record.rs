//! The command `record`, with strace.
#![cfg(all(target_os = "linux", feature = "record"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics")]

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Returns `false` without strace, for which a test is skipped, unless it runs in CI.
fn has_strace() -> bool {
    let found = Command::new("strace").arg("-V").output().is_ok();
    assert!(found || std::env::var_os("CI").is_none(), "strace is not installed");
    found
}

fn recorder(directory: &TempDir, arguments: &[&str]) -> Command {
    let mut recorder = Command::new(env!("CARGO_BIN_EXE_socket-trace"));
    recorder.current_dir(directory.path()).args(["record", "-o", "a.jsonl"]).args(arguments);
    recorder.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    recorder
}

/// Waits until the program has written a line.
fn wait_for_line(child: &mut Child) {
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut String::new()).unwrap();
}

#[test]
fn quit_signal_ends_the_command_and_completes_the_trace() {
    if !has_strace() {
        return;
    }
    let directory = TempDir::new().unwrap();
    let script = "trap 'kill $sleep; exit 7' QUIT; sleep 100 & sleep=$!; echo begun; wait";
    // A shell lets its background jobs ignore the signal, and such a job may run this test.
    let program = ["--", "env", "--default-signal=QUIT", "sh", "-c", script];
    let mut child = recorder(&directory, &program).spawn().unwrap();
    wait_for_line(&mut child);
    kill_process(Pid::from_child(&child), Signal::QUIT).unwrap();
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    assert_eq!(status.code(), Some(7), "{status}: {}", String::from_utf8_lossy(&stderr));
    let trace = std::fs::read_to_string(directory.path().join("a.jsonl")).unwrap();
    assert!(trace.ends_with("\"lost\":0}\n"), "{trace}");
}

#[test]
fn messages_name_the_reason_and_the_remedy() {
    if !has_strace() {
        return;
    }
    let directory = TempDir::new().unwrap();
    std::fs::write(directory.path().join("notes.txt"), "no program").unwrap();
    let fails = |arguments: &[&str]| {
        let Output { status, stderr, .. } = recorder(&directory, arguments).output().unwrap();
        assert_eq!(status.code(), Some(2), "{arguments:?}");
        String::from_utf8(stderr).unwrap()
    };
    insta::assert_snapshot!(fails(&["--", "./notes.txt"]) + &fails(&["--", "./none"]) + &fails(&[]));
    let mut traced = Command::new("strace");
    traced.args(["-o", "/dev/null", "sh", "-c", "echo $$; exec cat"]);
    let mut traced = traced.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut pid = String::new();
    BufReader::new(traced.stdout.as_mut().unwrap()).read_line(&mut pid).unwrap();
    let message = fails(&["--pid", pid.trim()]);
    assert!(message.contains(&format!("process {} already traces", traced.id())), "{message}");
    drop(traced.stdin.take());
    traced.wait().unwrap();
}
