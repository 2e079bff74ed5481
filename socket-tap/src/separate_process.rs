//! Support for tests that change their whole process: a fork, a filter for system calls.

use std::process::Command;

/// Runs an ignored test of this binary in a separate process, and asserts that it passes. `test` is its path:
/// `recorder::command::tests::forks`.
pub(crate) fn passes_in_separate_process(test: &str) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--ignored"])
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    assert!(String::from_utf8_lossy(&child.stdout).contains("1 passed"), "test {test} does not exist");
}
