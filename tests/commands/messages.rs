//! What the commands say when something is wrong, and how they exit.

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::process::{Serving, command};
use crate::support::program::{Ran, run};

const SERVERS: [&str; 3] = ["rest-server", "graphql-server", "grpc-server"];

/// It fails with that exit code, and its one message has all the parts.
fn fails(ran: &Ran, code: i32, parts: &[&str]) {
    let said = ran.stderr();
    assert_eq!(ran.code(), code, "{said}");
    for part in parts {
        assert!(said.contains(part), "{part:?} is not in: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn a_taken_port_is_named_with_who_is_expected_there() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for server in SERVERS {
        let ran = run(command(server), &["--listen", &address]);
        fails(
            &ran,
            1,
            &[&address, "is taken", &format!("the {server} is expected there"), "--listen 127.0.0.1:0"],
        );
    }
    let directory = TempDir::new().unwrap();
    let traces = directory.path().to_str().unwrap();
    let arguments = ["--once", "--traces", traces, "--rest", "127.0.0.1:0", "--graphql", &address];
    let ran = run(command("workshop"), &arguments);
    fails(&ran, 1, &[&address, "the graphql-server is expected there", "--graphql 127.0.0.1:0"]);
    assert_eq!(fs::read_dir(traces).unwrap().count(), 0, "a start that fails touches no recording");
}

#[test]
fn a_foreign_address_is_named() {
    let ran = run(command("rest-server"), &["--listen", "192.0.2.1:3000"]);
    fails(&ran, 1, &["192.0.2.1:3000 is no address of this machine", "--listen"]);
}

#[test]
fn a_trace_that_cannot_be_written_is_named() {
    for server in SERVERS {
        let ran = run(command(server), &["--listen", "127.0.0.1:0", "--trace", "/nowhere/at/all.jsonl"]);
        fails(&ran, 1, &["cannot write the trace /nowhere/at/all.jsonl"]);
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let below = file.path().join("traces").to_str().unwrap().to_owned();
    fails(&run(command("workshop"), &["--once", "--traces", &below]), 1, &[&below, "--traces DIR"]);
}

#[test]
fn wrong_flags_are_explained_and_help_teaches() {
    for server in SERVERS {
        fails(
            &run(command(server), &["--listen", "somewhere"]),
            2,
            &["somewhere", "--listen", "such as 127.0.0.1:3000"],
        );
        fails(&run(command(server), &["--port", "1"]), 2, &["--port"]);
        fails(&run(command(server), &["--no-tap", "--trace", "t"]), 2, &["--no-tap", "--trace"]);
        let help = run(command(server), &["--help"]).ok();
        // Nothing has to be said: it can be started by its name alone.
        let usage = format!("Usage: {server}{} [OPTIONS]\n", std::env::consts::EXE_SUFFIX);
        assert!(help.contains(&usage), "{help}");
        for flag in ["--listen", "--trace", "--capture", "--no-tap", "--quiet", "Examples:", "127.0.0.1:"] {
            assert!(help.contains(flag), "{server}: {help}");
        }
        assert!(run(command(server), &["--version"]).ok().starts_with(&format!("{server} 0.")));
    }
    let help = run(command("socket-trace"), &["compare", "--help"]).ok();
    assert!(help.contains("Examples:") && help.contains("Exit codes: 0"), "{help}");
    fails(&run(command("socket-trace"), &[]), 2, &["Usage: socket-trace"]);
}

#[test]
fn what_is_no_trace_is_refused_by_name_and_line() {
    let directory = TempDir::new().unwrap();
    let header = r#"{"socket_tap":1,"name":"n","side":"server","program":"p","pid":1,"started":"","monotonic_ns":0,"capture":0}"#;
    let mark = r#"{"t":1,"op":"mark","label":"m"}"#;
    let with = |second: &str| format!("{header}\n{second}\n{mark}\n");
    let cases = [
        ("empty.jsonl", String::new(), "is empty"),
        ("other.jsonl", "{\"a\":1}\n".to_owned(), "is no trace: its first line must be a header"),
        ("newer.jsonl", "{\"socket_tap\":2}\n".to_owned(), "format version 2, this program reads up to 1"),
        ("binary.jsonl", "\u{0}\u{1}\n".to_owned(), "is no trace"),
        ("torn.jsonl", with("{\"t\":1,\"op\":\"mar"), "line 2: EOF"),
        ("field.jsonl", with(r#"{"t":1,"sock":1,"op":"read"}"#), "line 2: field `bytes` must be a number"),
    ];
    for (name, content, said) in cases {
        let path = directory.path().join(name);
        fs::write(&path, content).unwrap();
        let path = path.to_str().unwrap();
        for arguments in [&["show", path][..], &["compare", path, path]] {
            fails(&run(command("socket-trace"), arguments), 2, &[path, said]);
        }
    }
    fails(&run(command("socket-trace"), &["show", "/nowhere.jsonl"]), 2, &["cannot read /nowhere.jsonl"]);
}

#[test]
fn a_torn_last_line_is_left_out_and_reported() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("torn.jsonl").to_str().unwrap().to_owned();
    let header = r#"{"socket_tap":1,"name":"n","side":"server","program":"p","pid":1,"started":"","monotonic_ns":0,"capture":0}"#;
    fs::write(
        &path,
        format!("{header}\n{{\"t\":1,\"op\":\"mark\",\"label\":\"whole\"}}\n{{\"t\":2,\"op\":\"ma"),
    )
    .unwrap();
    let shown = run(command("socket-trace"), &["show", &path]);
    assert!(shown.stdout().contains("whole"), "{}", shown.stdout());
    fails(&shown, 0, &["was cut short: its last line breaks off and was left out"]);
    let compared = run(command("socket-trace"), &["compare", &path, &path]);
    assert_eq!(compared.code(), 2);
    assert!(compared.stdout().contains("its last line breaks off"), "{}", compared.stdout());
}

#[test]
fn a_single_trace_is_nothing_to_compare() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("one.jsonl").to_str().unwrap().to_owned();
    let (status, ..) = Serving::start("rest-server", &["--trace", &path]).stop();
    assert!(status.success());
    let compared = run(command("socket-trace"), &["compare", &path]);
    assert_eq!(compared.code(), 2);
    assert!(compared.stdout().contains("give two traces or more"), "{}", compared.stdout());
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("long.jsonl");
    let header = r#"{"socket_tap":1,"name":"n","side":"server","program":"p","pid":1,"started":"","monotonic_ns":0,"capture":0}"#;
    let mark = "{\"t\":1,\"op\":\"mark\",\"label\":\"more than any pipe holds\"}\n".repeat(50_000);
    fs::write(&path, format!("{header}\n{mark}")).unwrap();
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
fn quiet_says_nothing_and_no_tap_shows_no_calls() {
    let server = Serving::start("rest-server", &["--no-tap"]);
    let (status, out, _) = server.stop();
    assert!(status.success());
    assert_eq!(out, "");
    let (status, out, _) = Serving::start("rest-server", &[]).stop();
    assert!(status.success());
    let calls: Vec<&str> = out.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(calls, ["socket", "option", "bind", "listen", "close"], "{out}");
    assert!(!out.contains('\x1b'), "no colours but on a terminal: {out}");
}
