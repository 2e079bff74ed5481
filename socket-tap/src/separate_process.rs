//! Helper for tests that change their whole process, for example with a fork or a system-call filter.

use std::process::Command;

/// Runs a test that is marked `#[ignore]` in a separate process, and asserts that it passes. `test` is the
/// path of the test function, for example `recorder::command::tests::finish_fails_in_a_forked_child`.
pub(crate) fn passes_in_separate_process(test: &str) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--ignored"])
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    assert!(String::from_utf8_lossy(&child.stdout).contains("1 passed"), "test {test} does not exist");
}
