//! Traces written by hand, for tests.

use super::report::Report;
use super::{Options, lint};
use crate::reader::Trace;

/// What the rules say of these events: a whole recording of that side.
pub(super) fn linted(side: &str, events: &[impl AsRef<str>]) -> Report {
    let end = format!(r#"{{"end":true,"events":{},"lost":0}}"#, events.len());
    linted_with_end(side, events, &end)
}

pub(super) fn linted_with_end(side: &str, events: &[impl AsRef<str>], end: &str) -> Report {
    let mut text = format!(
        r#"{{"socket_tap":1,"name":"test","side":"{side}","program":"test","pid":1,"started":"","monotonic_ns":0,"capture":0}}"#
    );
    for line in events.iter().map(AsRef::as_ref).chain([end]) {
        text.push('\n');
        text += line;
    }
    // Without a newline, so that it may break off.
    lint(Trace::read("test", Box::new(std::io::Cursor::new(text))).unwrap(), &Options::default()).unwrap()
}

/// The rules that found something, and how often each did.
pub(super) fn found(report: &Report) -> Vec<(&str, u64)> {
    report.findings.iter().map(|finding| (finding.rule, finding.count)).collect()
}

/// A listener with the number 1.
pub(super) fn listener() -> Vec<String> {
    vec![
        r#"{"t":0,"sock":1,"op":"socket","fd":9,"domain":"ipv4","type":"stream"}"#.to_owned(),
        r#"{"t":0,"sock":1,"op":"bind","local":"127.0.0.1:80"}"#.to_owned(),
        r#"{"t":0,"sock":1,"op":"listen","backlog":1024}"#.to_owned(),
    ]
}

/// A connection from that address. Times are in microseconds.
pub(super) fn accept(us: u64, sock: u64, ip: &str) -> String {
    format!(r#"{{"t":{us}000,"sock":{sock},"op":"accept","on":1,"local":"127.0.0.1:80","peer":"{ip}:1"}}"#)
}

pub(super) fn connect(us: u64, sock: u64) -> [String; 2] {
    [
        format!(r#"{{"t":{us}000,"sock":{sock},"op":"socket","domain":"ipv4","type":"stream"}}"#),
        format!(
            r#"{{"t":{us}000,"sock":{sock},"op":"connect","local":"127.0.0.1:2","peer":"127.0.0.1:80"}}"#
        ),
    ]
}

/// `read` or `write`
pub(super) fn moved(us: u64, sock: u64, op: &str, bytes: u64) -> String {
    format!(r#"{{"t":{us}000,"sock":{sock},"op":"{op}","bytes":{bytes}}}"#)
}

pub(super) fn fin(us: u64, sock: u64) -> String {
    format!(r#"{{"t":{us}000,"sock":{sock},"op":"read","bytes":0,"eof":true}}"#)
}

pub(super) fn shutdown(us: u64, sock: u64) -> String {
    format!(r#"{{"t":{us}000,"sock":{sock},"op":"shutdown","how":"write"}}"#)
}

/// With more fields, as text.
pub(super) fn close(us: u64, sock: u64, ended_by: &str, more: &str) -> String {
    format!(
        r#"{{"t":{us}000,"sock":{sock},"op":"close","ended_by":"{ended_by}","rx":3,"tx":6,"reads":1,"writes":1{more}}}"#
    )
}

/// One connection, with one exchange at once after its beginning.
pub(super) fn brief(us: u64, sock: u64, ip: &str, ended_by: &str) -> [String; 4] {
    [
        accept(us, sock, ip),
        moved(us + 1, sock, "read", 3),
        moved(us + 2, sock, "write", 6),
        close(us + 3, sock, ended_by, ""),
    ]
}
