//! Tests of the commands' error messages and exit codes. Only these tests assert the wording of the messages.

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::process::{Serving, command};
use crate::support::program::{Ran, run};
use crate::support::trace_text;

const SERVERS: [&str; 3] = ["rest-server", "graphql-server", "grpc-server"];

/// Snapshot of several command lines, each with its standard error and its exit code.
#[derive(Debug, Default)]
struct Transcript {
    text: String,
    /// Values that vary from run to run, each with the placeholder that replaces it in the snapshot.
    names: Vec<(String, &'static str)>,
}

impl Transcript {
    /// Creates an empty transcript. `names` contains values that vary from run to run, each with its
    /// placeholder.
    fn naming(names: &[(&str, &'static str)]) -> Self {
        let names = names.iter().map(|(value, name)| ((*value).to_owned(), *name)).collect();
        Self { text: String::new(), names }
    }

    fn run(&mut self, program: &str, arguments: &[&str]) -> Ran {
        let ran = run(command(program), arguments);
        let mut text =
            format!("$ {program} {}\n{}exit code {}\n\n", arguments.join(" "), ran.stderr(), ran.code());
        for (value, name) in &self.names {
            text = text.replace(value, name);
        }
        assert!(!text.contains("panicked"), "{text}");
        self.text += &text;
        ran
    }
}

#[test]
fn address_errors_are_explained() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let directory = TempDir::new().unwrap();
    let traces = directory.path().to_str().unwrap();
    let mut transcript = Transcript::naming(&[(&address, "ADDRESS"), (traces, "DIRECTORY")]);
    for server in SERVERS {
        transcript.run(server, &["--listen", &address]);
    }
    let arguments = ["--once", "--traces", traces, "--rest", "127.0.0.1:0", "--graphql", &address];
    transcript.run("workshop", &arguments);
    assert_eq!(fs::read_dir(traces).unwrap().count(), 0, "a start that fails touches no recording");
    transcript.run("rest-server", &["--listen", "192.0.2.1:3000"]);
    insta::assert_snapshot!(transcript.text);
}

#[test]
fn unwritable_trace_is_explained() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let below = file.path().join("traces").to_str().unwrap().to_owned();
    let mut transcript =
        Transcript::naming(&[(&below, "FILE/traces"), (file.path().to_str().unwrap(), "FILE")]);
    for server in SERVERS {
        transcript.run(server, &["--listen", "127.0.0.1:0", "--trace", "/nowhere/at/all.jsonl"]);
    }
    transcript.run("workshop", &["--once", "--traces", &below]);
    insta::assert_snapshot!(transcript.text);
}

#[test]
fn invalid_flags_are_explained() {
    let mut transcript = Transcript::default();
    for arguments in [
        &["--listen", "somewhere"][..],
        &["--port", "1"],
        &["--no-tap", "--trace", "t"],
        &["--idle-timeout", "0"],
        &["--trace", "t", "--trace-limit", "much"],
    ] {
        transcript.run("rest-server", arguments);
    }
    insta::assert_snapshot!(transcript.text.replace(std::env::consts::EXE_SUFFIX, ""));
}

#[test]
fn help_lists_every_flag_and_examples() {
    for server in SERVERS {
        let help = run(command(server), &["--help"]).ok();
        // Every flag is optional.
        let usage = format!("Usage: {server}{} [OPTIONS]\n", std::env::consts::EXE_SUFFIX);
        assert!(help.contains(&usage), "{help}");
        for flag in ["--listen", "--trace", "--capture", "--no-tap", "--quiet", "Examples:", "127.0.0.1:"] {
            assert!(help.contains(flag), "{server}: {help}");
        }
        assert!(run(command(server), &["--version"]).ok().starts_with(&format!("{server} 0.")));
    }
    let help = run(command("socket-trace"), &["compare", "--help"]).ok();
    assert!(help.contains("Examples:") && help.contains("Exit codes: 0"), "{help}");
    assert_eq!(run(command("socket-trace"), &[]).code(), 2);
}

#[test]
fn invalid_traces_are_explained() {
    let directory = TempDir::new().unwrap();
    let folder = directory.path().to_str().unwrap();
    let mut transcript = Transcript::naming(&[(folder, "DIRECTORY")]);
    let (header, mark) = (trace_text::header(), r#"{"t":1,"op":"mark","label":"m"}"#);
    let with = |second: &str| format!("{header}\n{second}\n{mark}\n");
    let cases = [
        ("empty.jsonl", String::new()),
        ("other.jsonl", "{\"a\":1}\n".to_owned()),
        ("newer.jsonl", "{\"socket_tap\":2}\n".to_owned()),
        ("binary.jsonl", "\u{0}\u{1}\n".to_owned()),
        ("torn.jsonl", with("{\"t\":1,\"op\":\"mar")),
        ("field.jsonl", with(r#"{"t":1,"sock":1,"op":"read"}"#)),
    ];
    for (name, content) in cases {
        let path = directory.path().join(name);
        fs::write(&path, content).unwrap();
        let path = path.to_str().unwrap();
        let shown = transcript.run("socket-trace", &["show", path]);
        let compared = run(command("socket-trace"), &["compare", path, path]);
        assert_eq!((shown.code(), compared.code()), (2, 2), "{name}");
    }
    transcript.run("socket-trace", &["show", "/nowhere.jsonl"]);
    insta::assert_snapshot!(transcript.text);
}

#[test]
fn incomplete_last_line_is_skipped_and_reported() {
    let directory = TempDir::new().unwrap();
    let folder = directory.path().to_str().unwrap();
    let mark = "{\"t\":1,\"op\":\"mark\",\"label\":\"whole\"}\n{\"t\":2,\"op\":\"ma";
    let path = trace_text::write(&directory.path().join("torn.jsonl"), mark);
    let mut transcript = Transcript::naming(&[(folder, "DIRECTORY")]);
    let shown = transcript.run("socket-trace", &["show", &path]);
    assert_eq!((shown.code(), shown.stdout().contains("whole")), (0, true));
    assert_eq!(run(command("socket-trace"), &["compare", &path, &path]).code(), 2);
    insta::assert_snapshot!(transcript.text);
}

#[test]
fn comparing_a_single_trace_is_inconclusive() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("one.jsonl").to_str().unwrap().to_owned();
    let (status, ..) = Serving::start("rest-server", &["--trace", &path]).stop();
    assert!(status.success());
    let compared = run(command("socket-trace"), &["compare", "--json", &path]);
    assert_eq!(compared.code(), 2);
    let comparison: serde_json::Value = serde_json::from_str(&compared.stdout()).unwrap();
    let reasons = comparison["reasons"].to_string().replace(directory.path().to_str().unwrap(), "DIRECTORY");
    insta::assert_snapshot!(reasons);
}

#[test]
fn broken_pipe_is_not_an_error() {
    let directory = TempDir::new().unwrap();
    let mark = "{\"t\":1,\"op\":\"mark\",\"label\":\"more than any pipe holds\"}\n".repeat(50_000);
    let path = trace_text::write(&directory.path().join("long.jsonl"), &mark);
    let mut show = Command::new(command("socket-trace"))
        .arg("show")
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(show.stdout.take());
    let output = show.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success(), "{}", output.status);
}

#[test]
fn standard_output_contains_only_recorded_events() {
    let server = Serving::start("rest-server", &["--no-tap"]);
    let (status, out, _) = server.stop();
    assert!(status.success());
    assert_eq!(out, "");
    let (status, out, _) = Serving::start("rest-server", &[]).stop();
    assert!(status.success());
    let calls: Vec<&str> = out.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(calls, ["socket", "option", "bind", "listen", "close"], "{out}");
    assert!(!out.contains('\x1b'), "colour without a terminal: {out}");
}
