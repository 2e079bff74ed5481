use super::super::fixture::lint_text;
use super::INFO;
use crate::lint::report::Report;
use crate::why::fixture::{Script, goaway, preface, request, response, settings};

/// Lints a client that sent two requests and read these bytes, before the server closed.
fn linted(read: Vec<u8>) -> Report {
    let requests = [preface(), request(1, "POST"), request(3, "POST")].concat();
    let lines = Script::client().write(requests).read(settings()).read(read).eof().close("peer", "").end();
    lint_text(&lines)
}

fn findings(report: &Report) -> Vec<(u64, &str)> {
    let findings = report.findings.iter().filter(|finding| finding.rule == INFO.name);
    findings.map(|finding| (finding.count, finding.what.as_str())).collect()
}

#[test]
fn calls_without_a_response_are_reported() {
    let report = linted([response(1, false), goaway(1, 0, b"")].concat());
    let found = findings(&report);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].0 == 1 && found[0].1.starts_with("2 calls") && found[0].1.contains("1 was not"),
        "{found:?}"
    );
    let lines: Vec<u64> = report.findings[0].examples[0].lines.iter().map(|quote| quote.line).collect();
    assert_eq!(lines, [5, 7], "the GOAWAY and the close");
}

#[test]
fn completed_calls_are_not_reported() {
    let report = linted([goaway(3, 0, b""), response(1, true), response(3, true)].concat());
    assert_eq!(findings(&report), []);
}

#[test]
fn end_without_a_goaway_is_not_reported() {
    assert_eq!(findings(&linted(response(1, false))), []);
}
