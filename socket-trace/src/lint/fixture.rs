//! Builds small traces for the tests of the lint rules.

use std::io::Cursor;

use socket_tap::format::{Header, Side};

use super::report::Report;
use super::{Options, lint};
use crate::reader::Trace;
use crate::timeline::fixture::{header_line, trace};

/// Lints a complete recording that `side` made and that contains these events.
pub(super) fn lint_events(side: Side, events: &[impl AsRef<str>]) -> Report {
    let end = format!(r#"{{"end":true,"events":{},"lost":0}}"#, events.len());
    lint_with_end(side, events, &end)
}

/// Lints a recording that `side` made, with these events and with `end` as its last line. An empty `end`
/// makes a truncated recording.
pub(super) fn lint_with_end(side: Side, events: &[impl AsRef<str>], end: &str) -> Report {
    let mut text = header_line(&Header::new("test", side));
    for line in events.iter().map(AsRef::as_ref).chain([end]) {
        text.push('\n');
        text += line;
    }
    lint(Trace::read("test", Box::new(Cursor::new(text))).unwrap(), &Options::default()).unwrap()
}

/// Lints a recording with these lines, including its header.
pub(super) fn lint_text(lines: &[String]) -> Report {
    lint(trace(lines), &Options::default()).unwrap()
}

/// Returns the names of the rules with findings, each with its number of occurrences.
pub(super) fn rule_counts(report: &Report) -> Vec<(&str, u64)> {
    report.findings.iter().map(|finding| (finding.rule, finding.count)).collect()
}

/// Returns the events that open a listener with socket number 1.
pub(super) fn listener() -> Vec<String> {
    vec![
        r#"{"t":0,"sock":1,"op":"socket","fd":9,"domain":"ipv4","type":"stream"}"#.to_owned(),
        r#"{"t":0,"sock":1,"op":"bind","local":"127.0.0.1:80"}"#.to_owned(),
        r#"{"t":0,"sock":1,"op":"listen","backlog":1024}"#.to_owned(),
    ]
}

/// Returns the event that accepts a connection from `ip`, `us` microseconds after the recording began.
pub(super) fn accept(us: u64, sock: u64, ip: &str) -> String {
    format!(r#"{{"t":{us}000,"sock":{sock},"op":"accept","on":1,"local":"127.0.0.1:80","peer":"{ip}:1"}}"#)
}

/// Returns the events that open a client connection.
pub(super) fn connect(us: u64, sock: u64) -> [String; 2] {
    [
        format!(r#"{{"t":{us}000,"sock":{sock},"op":"socket","domain":"ipv4","type":"stream"}}"#),
        format!(
            r#"{{"t":{us}000,"sock":{sock},"op":"connect","local":"127.0.0.1:2","peer":"127.0.0.1:80"}}"#
        ),
    ]
}

/// Returns a read or write event; `op` is `read` or `write`.
pub(super) fn transfer(us: u64, sock: u64, op: &str, bytes: u64) -> String {
    format!(r#"{{"t":{us}000,"sock":{sock},"op":"{op}","bytes":{bytes}}}"#)
}

/// Returns the event of a read that returned 0 bytes, at the end of the stream.
pub(super) fn fin(us: u64, sock: u64) -> String {
    format!(r#"{{"t":{us}000,"sock":{sock},"op":"read","bytes":0,"eof":true}}"#)
}

pub(super) fn shutdown(us: u64, sock: u64) -> String {
    format!(r#"{{"t":{us}000,"sock":{sock},"op":"shutdown","how":"write"}}"#)
}

/// Returns a close event. `more` contains further JSON fields.
pub(super) fn close(us: u64, sock: u64, ended_by: &str, more: &str) -> String {
    format!(
        r#"{{"t":{us}000,"sock":{sock},"op":"close","ended_by":"{ended_by}","rx":3,"tx":6,"reads":1,"writes":1{more}}}"#
    )
}

/// Returns the events of a connection that carries one request and response and is closed.
pub(super) fn brief_connection(us: u64, sock: u64, ip: &str, ended_by: &str) -> [String; 4] {
    [
        accept(us, sock, ip),
        transfer(us + 1, sock, "read", 3),
        transfer(us + 2, sock, "write", 6),
        close(us + 3, sock, ended_by, ""),
    ]
}
