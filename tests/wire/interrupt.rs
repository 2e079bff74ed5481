//! Ctrl-C.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use tempfile::TempDir;

use super::is_supported;
use crate::support::process::{command, signal_to};

/// Waits until a recording in progress has a call of the given operation.
fn wait_for(operation: &str, recording: &Path) {
    let show = Command::new(command("socket-trace"))
        .args(["show", "--follow", "--json", "--op", operation])
        .arg(recording)
        .stdout(Stdio::piped())
        .spawn();
    let mut show = show.unwrap();
    let mut line = String::new();
    BufReader::new(show.stdout.take().unwrap()).read_line(&mut line).unwrap();
    show.kill().unwrap();
    show.wait().unwrap();
    assert!(line.contains(operation), "{line}");
}

/// The signal arrives while a request is on its way. The client's socket is closed, both kernels end the connection, and
/// the server has closed its socket, too, when the recordings end.
#[test]
fn interrupt_ends_calls_and_completes_the_recordings() {
    if !is_supported() {
        return;
    }
    let directory = TempDir::new().unwrap();
    let mut child = Command::new(command("workshop"))
        .args(["wire", "--rtt", "1s", "--traces"])
        .arg(directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    assert!(said.contains("get a book"), "{said}");
    wait_for("write", &directory.path().join("rest-client.jsonl"));
    signal_to(&child, Signal::INT);
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{said}");
    let mut recordings = 0;
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.lines().last().unwrap().starts_with("{\"end\":true"), "{}", path.display());
        recordings += 1;
    }
    assert_eq!(recordings, 11);
    for (name, operation) in [("rest-client", "connect"), ("rest-server", "accept")] {
        let text = std::fs::read_to_string(directory.path().join(name).with_extension("jsonl")).unwrap();
        let count = |operation: &str| text.matches(&format!("\"op\":\"{operation}\"")).count();
        let listeners = count("listen");
        assert_eq!((count(operation), count("close") - listeners), (1, 1), "{text}");
    }
}
