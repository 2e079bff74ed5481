//! Invalid usage. These tests need no network.

use tempfile::TempDir;

use super::run_compare;
use crate::support::process::command;
use crate::support::program::run;

#[test]
fn invalid_values_are_explained() {
    let directory = TempDir::new().unwrap();
    let mut transcript = String::new();
    let invalid: [&[&str]; 11] = [
        &["--rtt", "0ms,40"],
        &["--loss", "0%,2"],
        &["--rate", "0"],
        &["--rate", "1e9"],
        &["--calls", "0"],
        &["--connections", "0"],
        &["--concurrency", "few"],
        &["--connections", "8", "--concurrency", "1"],
        &["--give-up", "5"],
        &["--api", "soap"],
        &["--json", "--csv"],
    ];
    for arguments in invalid {
        let ran = run_compare(&directory, arguments);
        assert_eq!(ran.code(), 2, "{arguments:?}");
        transcript += &format!("$ workshop wire compare {}\n{}\n", arguments.join(" "), ran.stderr());
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    insta::assert_snapshot!(transcript);
}

#[test]
fn help_teaches_the_command() {
    insta::assert_snapshot!(run(command("workshop"), &["wire", "compare", "--help"]).ok());
}
