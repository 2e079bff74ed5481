//! Output and exit codes of `socket-trace lint`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use socket_tap::format::Side;

use super::header::{header_line, shop};

const FAILED_BIND: &str =
    r#"{"t":1,"sock":1,"op":"bind","local":"127.0.0.1:80","error":"address in use","errno":98}"#;

/// Writes a trace with a failed bind, and returns its path. The trace lacks its end line unless
/// `is_complete`.
fn trace(name: &str, is_complete: bool) -> PathBuf {
    let end = if is_complete { "{\"end\":true,\"events\":1,\"lost\":0}\n" } else { "" };
    file(name, &format!("{}\n{FAILED_BIND}\n{end}", header_line(&shop(Side::Server))))
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("lint-command-{name}"));
    std::fs::write(&path, text).unwrap();
    path
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_socket-trace"));
    command.arg("lint").args(arguments);
    command
}

/// Runs `socket-trace lint`. Returns its exit code, standard output and standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    result(&command(arguments).output().unwrap())
}

fn result(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn findings_exit_with_1() {
    let trace = trace("found", true);
    let (code, out, _) = run(&[trace.to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(out.contains("call-that-opens-fails: ") && out.contains("      line 2  "), "{out}");
    assert!(out.contains("  Why: ") && out.contains("  What to do: "), "{out}");
    assert!(!out.contains('\x1b'), "colours only on a terminal: {out}");
}

#[test]
fn rules_are_selected_by_name() {
    let trace = trace("chosen", true);
    let trace = trace.to_str().unwrap();
    assert_eq!(run(&[trace, "--skip", "call-that-opens-fails"]).0, 0);
    assert_eq!(run(&[trace, "--only", "unread-bytes"]).0, 0);
    assert_eq!(run(&[trace, "--only", "unread-bytes", "--only", "call-that-opens-fails"]).0, 1);
    let (code, _, error) = run(&[trace, "--only", "no-such-rule"]);
    assert_eq!(code, 2);
    assert!(error.contains("no-such-rule") && error.contains("unread-bytes"), "{error}");
}

#[test]
fn skipped_rules_exit_with_2() {
    let cut = trace("cut", false);
    let cut = cut.to_str().unwrap();
    let (code, out, _) = run(&[cut, "--skip", "call-that-opens-fails"]);
    assert_eq!(code, 2);
    assert!(out.contains("connections-never-closed"), "{out}");
    assert_eq!(run(&[cut]).0, 1, "findings take precedence");
    let complete = trace("complete", true);
    let (code, out, _) = run(&[complete.to_str().unwrap(), cut, "--skip", "call-that-opens-fails"]);
    assert_eq!((code, out.matches("no finding").count()), (2, 2));
    assert_eq!(run(&[file("no-trace", "hello\n").to_str().unwrap()]).0, 2);
}

#[test]
fn json_has_findings_and_evidence() {
    let trace = trace("json", true);
    let (code, out, _) = run(&["--json", trace.to_str().unwrap()]);
    assert_eq!(code, 1);
    let reports: serde_json::Value = serde_json::from_str(&out).unwrap();
    let finding = &reports[0]["findings"][0];
    assert_eq!(
        (finding["rule"].as_str(), finding["count"].as_u64()),
        (Some("call-that-opens-fails"), Some(1))
    );
    let quote = &finding["examples"][0]["lines"][0];
    assert_eq!((quote["line"].as_u64(), quote["event"]["op"].as_str()), (Some(2), Some("bind")));
    assert_eq!(reports[0]["rules"][0]["name"], "call-that-opens-fails");
}

#[test]
fn trace_is_read_from_standard_input() {
    let mut child = command(&["-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let input = format!("{}\n{FAILED_BIND}\n", header_line(&shop(Side::Server)));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let (code, out, _) = result(&child.wait_with_output().unwrap());
    assert_eq!(code, 1);
    assert!(out.starts_with("standard input: 1 finding in 1 event\n"), "{out}");
}

#[test]
fn every_rule_is_explained() {
    let (code, list, _) = run(&["--list"]);
    assert_eq!((code, list.lines().count()), (0, 12));
    for line in list.lines() {
        let (code, out, _) = run(&["--explain", line.split(' ').next().unwrap()]);
        assert_eq!(code, 0);
        assert!(["  When: ", "  Why: ", "  What to do: "].iter().all(|part| out.contains(part)), "{out}");
    }
    assert_eq!(run(&[]).0, 2, "no trace is given");
}
