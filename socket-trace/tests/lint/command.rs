//! The command: what it prints, and its exit code.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const HEADER: &str = r#"{"socket_tap":1,"name":"shop","side":"server","program":"shop","pid":1,"started":"","monotonic_ns":0,"capture":0}"#;
const FAILED_BIND: &str =
    r#"{"t":1,"sock":1,"op":"bind","local":"127.0.0.1:80","error":"address in use","errno":98}"#;

/// A trace with a bind that fails; whole, or without its end line.
fn trace(name: &str, whole: bool) -> PathBuf {
    let end = if whole { "{\"end\":true,\"events\":1,\"lost\":0}\n" } else { "" };
    file(name, &format!("{HEADER}\n{FAILED_BIND}\n{end}"))
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

/// The exit code, standard output, and standard error.
fn ran(arguments: &[&str]) -> (i32, String, String) {
    told(&command(arguments).output().unwrap())
}

fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn findings_are_told_and_make_the_exit_code_1() {
    let trace = trace("found", true);
    let (code, out, _) = ran(&[trace.to_str().unwrap()]);
    assert_eq!(code, 1);
    assert!(out.contains("call-that-opens-fails: ") && out.contains("      line 2  "), "{out}");
    assert!(out.contains("  Why: ") && out.contains("  What to do: "), "{out}");
    assert!(!out.contains('\x1b'), "no colours but on a terminal: {out}");
}

#[test]
fn rules_are_chosen_by_name() {
    let trace = trace("chosen", true);
    let trace = trace.to_str().unwrap();
    assert_eq!(ran(&[trace, "--skip", "call-that-opens-fails"]).0, 0);
    assert_eq!(ran(&[trace, "--only", "unread-bytes"]).0, 0);
    assert_eq!(ran(&[trace, "--only", "unread-bytes", "--only", "call-that-opens-fails"]).0, 1);
    let (code, _, error) = ran(&[trace, "--only", "no-such-rule"]);
    assert_eq!(code, 2);
    assert!(
        error.contains("no-such-rule") && error.contains("unread-bytes"),
        "it names those there are: {error}"
    );
}

#[test]
fn what_cannot_be_told_is_said_and_makes_the_exit_code_2() {
    let cut = trace("cut", false);
    let cut = cut.to_str().unwrap();
    let (code, out, _) = ran(&[cut, "--skip", "call-that-opens-fails"]);
    assert_eq!(code, 2);
    assert!(out.contains("could not check connections-never-closed"), "{out}");
    assert_eq!(ran(&[cut]).0, 1, "what is found is there, whatever is missing");
    let whole = trace("whole", true);
    let (code, out, _) = ran(&[whole.to_str().unwrap(), cut, "--skip", "call-that-opens-fails"]);
    assert_eq!((code, out.matches("no finding").count()), (2, 2));
    let (code, _, error) = ran(&[file("no-trace", "hello\n").to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(error.contains("is no trace"), "{error}");
}

#[test]
fn json_has_the_findings_their_evidence_and_reasons() {
    let trace = trace("json", true);
    let (code, out, _) = ran(&["--json", trace.to_str().unwrap()]);
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
fn a_trace_may_come_from_standard_input() {
    let mut child = command(&["-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{HEADER}\n{FAILED_BIND}\n").as_bytes()).unwrap();
    let (code, out, _) = told(&child.wait_with_output().unwrap());
    assert_eq!(code, 1);
    assert!(out.starts_with("standard input: 1 finding in 1 event\n"), "{out}");
}

#[test]
fn rules_explain_themselves() {
    let (code, list, _) = ran(&["--list"]);
    assert_eq!((code, list.lines().count()), (0, 8));
    for line in list.lines() {
        let (code, out, _) = ran(&["--explain", line.split(' ').next().unwrap()]);
        assert_eq!(code, 0);
        assert!(["  When: ", "  Why: ", "  What to do: "].iter().all(|part| out.contains(part)), "{out}");
    }
    assert_eq!(ran(&[]).0, 2, "without a trace there is nothing to look at");
}
