//! Finds and runs external programs. If a program is not installed, a test prints that it was skipped and
//! passes; in CI it fails.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Output};

/// Returns the path of a program if it is installed.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&path).map(|directory| directory.join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{name} must be installed in CI");
        eprintln!("skipped: {name} is not installed");
    }
    found
}

/// Returns the path of strace if it is installed and allowed to trace a child process.
pub(crate) fn find_strace() -> Option<PathBuf> {
    let strace = find("strace")?;
    let ran = run(&strace, &["-o", "/dev/null", "true"]);
    if ran.code() == 0 {
        return Some(strace);
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "strace must be allowed in CI: {}", ran.stderr());
    eprintln!("skipped: strace may not trace here: {}", ran.stderr());
    None
}

/// Returns the path of Python if it can import all `modules`. The file `requirements` lists their packages.
pub(crate) fn find_python(modules: &str, requirements: &str) -> Option<PathBuf> {
    let python = find("python3")?;
    let ran = run(&python, &["-c", &format!("import {modules}")]);
    if ran.code() == 0 {
        return Some(python);
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "pip install -r {requirements}: {}", ran.stderr());
    eprintln!("skipped: python3 cannot import {modules}; pip install -r {requirements} brings them");
    None
}

/// Returns `true` if the npm package is installed in a folder of the environment variable `NODE_PATH`.
pub(crate) fn find_node_package(name: &str) -> bool {
    let folders = std::env::var_os("NODE_PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).any(|folder| folder.join(name).is_dir());
    if !found {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "NODE_PATH must lead to {name} in CI");
        eprintln!("skipped: NODE_PATH leads to no package {name}");
    }
    found
}

/// Runs a program and waits until it has ended.
pub(crate) fn run(program: impl AsRef<OsStr>, arguments: &[&str]) -> Ran {
    run_command(Command::new(program).args(arguments))
}

/// Runs a command and waits until it has ended.
pub(crate) fn run_command(command: &mut Command) -> Ran {
    let output = command.env("NO_COLOR", "1").output();
    Ran(output.unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display())))
}

/// Exit code and output of a command that has ended.
#[derive(Debug)]
pub(crate) struct Ran(Output);

impl Ran {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().unwrap_or(-1)
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// Returns the standard output and asserts that the command succeeded.
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code(), 0, "{}{}", self.stdout(), self.stderr());
        self.stdout()
    }
}
