//! Runs the exercises in `docs/workshop.md` and compares the answers.

use std::process::Command;

use crate::support::program::{find, run_command};
use crate::support::workshop::Workshop;

const DOCUMENT: &str = include_str!("../../docs/workshop.md");

/// Returns the commands of the exercises, each with its expected output.
fn exercises() -> Vec<(String, String)> {
    let mut exercises: Vec<(String, String)> = Vec::new();
    let blocks = DOCUMENT.split("```console\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    for line in blocks.flat_map(str::lines) {
        match (line.strip_prefix("$ "), exercises.last_mut()) {
            (Some(command), _) => exercises.push((command.to_owned(), String::new())),
            (None, Some((_, output))) => *output += &format!("{line}\n"),
            (None, None) => panic!("output without a command: {line}"),
        }
    }
    exercises
}

#[test]
fn exercises_have_the_documented_answers() {
    let exercises = exercises();
    assert!(exercises.len() >= 10, "{exercises:?}");
    if find("curl").is_none() || find("grpcurl").is_none() {
        return;
    }
    let workshop = Workshop::start();
    // Commands over GraphQL and gRPC are printed with the addresses.
    let graphql = workshop
        .said
        .split("curl 'http://")
        .find_map(|rest| rest.split_once("/graphql'").filter(|(address, _)| !address.contains('\n')))
        .unwrap()
        .0;
    let addresses = [
        ("127.0.0.1:3000", workshop.rest().to_string()),
        ("127.0.0.1:4000", graphql.to_owned()),
        ("127.0.0.1:50051", workshop.word_after("grpcurl -plaintext ").to_owned()),
    ];
    for (command, output) in exercises {
        let mut line = command.clone();
        for (documented, address) in &addresses {
            line = line.replace(documented, address);
        }
        let ran = run_command(Command::new("sh").args(["-c", &line]));
        assert_eq!(ran.stdout(), output, "{command}\n{}", ran.stderr());
    }
}
