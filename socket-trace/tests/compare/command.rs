//! Runs `socket-trace compare`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Result of running `socket-trace compare`.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `socket-trace compare` with these arguments.
pub(crate) fn compare(arguments: &[&str]) -> Ran {
    compare_with(arguments, &[])
}

/// Runs `socket-trace compare` with `input` on standard input.
pub(crate) fn compare_with(arguments: &[&str], input: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_socket-trace"))
        .arg("compare")
        .args(arguments)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The command may exit without reading its input.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ran {
    /// Parses standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }

    /// Returns the rows of the table whose title starts with `title`, with runs of spaces replaced by one
    /// space.
    pub(crate) fn rows(&self, title: &str) -> Vec<String> {
        let mut lines = self.stdout.lines().skip_while(|line| !line.starts_with(title));
        assert!(lines.next().is_some(), "no {title:?} in:\n{}", self.stdout);
        let rows = lines.skip(2).take_while(|line| !line.is_empty());
        rows.map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    pub(crate) fn assert_code(&self, code: i32) {
        assert_eq!(self.code, code, "{}{}", self.stdout, self.stderr);
    }

    /// Asserts that standard output contains all of these lines.
    pub(crate) fn assert_lines(&self, expected: &[&str]) {
        for line in expected {
            assert!(
                self.stdout.lines().any(|printed| printed.trim() == *line),
                "no {line:?} in:\n{}",
                self.stdout
            );
        }
    }
}
