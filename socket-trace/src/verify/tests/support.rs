//! Builds traces, and compares them with logs.

use super::*;
use crate::timeline::fixture::header_line;
use socket_tap::format::{Header, Side};

/// Returns the header of a trace of process 7.
pub(super) fn header() -> String {
    let mut header = Header::new("n", Side::Server);
    (header.pid, header.started) = (7, String::new());
    header_line(&header)
}

/// Compares a trace with a log.
pub(super) fn checked(trace: impl Into<Vec<u8>>, log: impl Into<Vec<u8>>) -> Result<Report, Failure> {
    let trace = Trace::read("trace", Box::new(std::io::Cursor::new(trace.into()))).unwrap();
    verify(trace, Log::read("log", Box::new(std::io::Cursor::new(log.into()))))
}

/// Returns `text` without its only line that contains `part`.
pub(super) fn without(text: &str, part: &str) -> String {
    assert_eq!(text.lines().filter(|line| line.contains(part)).count(), 1, "{part}");
    text.lines().filter(|line| !line.contains(part)).map(|line| format!("{line}\n")).collect()
}

/// Returns `text` with its only occurrence of `from` replaced by `to`.
pub(super) fn with(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.replace(from, to)
}

/// Replaces the number of events in the trace's end line, 16, by the actual number.
pub(super) fn counted(trace: &str) -> String {
    let events = trace.lines().count() - 2;
    with(trace, r#""events":16"#, &format!(r#""events":{events}"#))
}

/// Asserts that trace and log differ. Returns the report as text.
pub(super) fn differs(trace: &str, log: &str) -> String {
    let report = checked(trace, log).unwrap();
    assert_eq!(report.verdict, Verdict::Different, "{report}");
    report.to_string()
}

/// Returns a trace of process 7 with these events.
pub(super) fn trace(events: &[&str]) -> String {
    let mut header = Header::new("n", Side::Server);
    (header.pid, header.started) = (7, "2026-11-22T15:00:00Z".to_owned());
    let (header, events) = (header_line(&header), events.join("\n"));
    let count = events.lines().count();
    format!("{header}\n{events}\n{{\"end\":true,\"events\":{count},\"lost\":0}}\n")
}

/// Asserts that the trace contains exactly the calls of the log. Returns the report.
pub(super) fn is_exact(trace: &str, log: &str) -> Report {
    let report = checked(trace, log).unwrap();
    assert_eq!(report.verdict, Verdict::Exact, "{report}");
    report
}

/// Asserts that the comparison is inconclusive. Returns the reasons.
pub(super) fn is_inconclusive(trace: &str, log: &str) -> Vec<String> {
    let report = checked(trace, log).unwrap();
    assert_eq!(report.verdict, Verdict::Inconclusive, "{report}");
    assert!(report.differences.is_empty(), "{report}");
    report.reasons
}

/// Returns the log without its times.
pub(super) fn untimed(log: &str) -> String {
    log.lines()
        .map(|line| line.splitn(3, ' ').collect::<Vec<_>>())
        .map(|words| format!("{} {}\n", words[0], words[2]))
        .collect()
}
