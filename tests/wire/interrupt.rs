//! Ctrl-C.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use rustix::process::Signal;
use tempfile::TempDir;

use super::is_supported;
use crate::support::process::{command, signal_to};

#[test]
fn interrupt_completes_the_recordings() {
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
}
