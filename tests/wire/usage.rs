//! Invalid usage. These tests need no network.

use tempfile::TempDir;

use super::run_wire;
use crate::support::process::command;
use crate::support::program::run;

#[test]
fn invalid_values_are_explained() {
    let directory = TempDir::new().unwrap();
    let mut transcript = String::new();
    let invalid = [
        ["--rtt", "40"],
        ["--rtt", "1min"],
        ["--loss", "2"],
        ["--loss", "60%"],
        ["--bandwidth", "fast"],
        ["--bandwidth", "1kbit"],
        ["--step", "read a book"],
        ["--rest", "3000"],
    ];
    for arguments in invalid {
        let ran = run_wire(&directory, &arguments);
        assert_eq!(ran.code(), 2);
        transcript += &format!("$ workshop wire {}\n{}\n", arguments.join(" "), ran.stderr());
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    insta::assert_snapshot!(transcript);
}

#[test]
fn flags_of_the_tour_are_rejected() {
    assert_eq!(run(command("workshop"), &["--once", "wire"]).code(), 2);
}

#[test]
fn help_teaches_the_command() {
    insta::assert_snapshot!(run(command("workshop"), &["wire", "--help"]).ok());
}
