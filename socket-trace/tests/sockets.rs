//! Runs `socket-trace sockets`.

#![forbid(unsafe_code)]
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics")]

#[path = "support/header.rs"]
mod header;

use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use header::{header_line, shop};
use socket_tap::format::Side;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_socket-trace"));
    command.arg("sockets").args(arguments);
    command
}

/// Runs `socket-trace sockets`. Returns its exit code, standard output and standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = command(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// Opens a listener. Returns it and its port.
fn listening() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    (listener, port)
}

#[test]
fn port_filter_shows_socket_with_process_and_legend() {
    let (_listener, port) = listening();
    let (code, out, _) = run(&["--port", &port]);
    assert_eq!(code, 0);
    assert!(out.starts_with("  Proto  Recv-Q  Send-Q  Local Address"), "{out}");
    let me = format!("  {}/", std::process::id());
    let row =
        out.lines().find(|line| line.contains(&format!("127.0.0.1:{port} ")) && line.contains("LISTEN"));
    assert!(row.is_some_and(|row| row.contains(&me)), "{out}");
    assert!(out.contains("\n  LISTEN       accepts connections."), "{out}");
}

#[test]
fn json_output_has_the_rows_of_the_table() {
    let (_listener, port) = listening();
    let (code, out, _) = run(&["--port", &port, "--json"]);
    assert_eq!(code, 0);
    let rows: serde_json::Value = serde_json::from_str(&out).unwrap();
    let row = &rows[0];
    assert_eq!((row["proto"].as_str(), row["state"].as_str()), (Some("tcp"), Some("LISTEN")));
    assert_eq!(row["local"], format!("127.0.0.1:{port}"));
    assert_eq!(row["process"]["pid"], std::process::id());
}

#[test]
fn nonexistent_process_exits_with_2() {
    let (code, out, error) = run(&["--pid", "4294967295"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(error.contains("4294967295"), "{error}");
}

#[test]
fn trace_without_sockets_exits_with_2() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("sockets-empty.jsonl");
    let mut header = shop(Side::Server);
    header.pid = u32::MAX;
    std::fs::write(&path, format!("{}\n", header_line(&header))).unwrap();
    let (code, out, _) = run(&["--trace", path.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (2, ""));
}

/// At the end, the test closes the pipe from which it reads the command's output. The command must then exit
/// with code 0.
#[test]
fn watch_flag_marks_changed_rows() {
    let (listener, port) = listening();
    let mut watch = command(&["--port", &port, "--watch", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<serde_json::Value>(&lines.next().unwrap().unwrap()).unwrap();
    assert!(next().as_array().unwrap().iter().all(|row| row["change"] == "same"));
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let now = next();
    let local = client.local_addr().unwrap().to_string();
    let client_row = now.as_array().unwrap().iter().find(|row| row["local"] == local).unwrap();
    assert_eq!(
        (client_row["change"].as_str(), client_row["state"].as_str()),
        (Some("new"), Some("ESTABLISHED"))
    );
    drop(lines);
    assert_eq!(watch.wait().unwrap().code(), Some(0));
}
