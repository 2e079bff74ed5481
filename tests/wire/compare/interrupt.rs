//! Ctrl-C.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use tempfile::TempDir;

use super::super::is_supported;
use crate::support::process::{command, signal_to};

/// The second network takes four seconds to open a connection, so the signal comes while it is in use.
#[test]
fn interrupt_keeps_complete_rows_and_recordings() {
    if !is_supported() {
        return;
    }
    let directory = TempDir::new().unwrap();
    let mut child = Command::new(command("workshop"))
        .args(["wire", "compare", "--rtt", "0ms,2s", "--loss", "0%", "--calls", "10", "--rate", "100"])
        .args(["--api", "rest", "--connections", "1", "--concurrency", "1", "--csv", "--traces"])
        .arg(directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    for _ in 0..2 {
        stdout.read_line(&mut printed).unwrap();
    }
    signal_to(&child, Signal::INT);
    stdout.read_to_string(&mut printed).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(printed.lines().count(), 2, "{printed}");
    let mut networks = 0;
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        assert_recordings_are_complete(&entry.unwrap().path());
        networks += 1;
    }
    assert!((1..=2).contains(&networks), "{networks}");
}

fn assert_recordings_are_complete(directory: &Path) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.lines().last().unwrap().starts_with("{\"end\":true"), "{}", path.display());
    }
}
