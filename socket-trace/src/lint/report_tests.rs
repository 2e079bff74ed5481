use socket_tap::format::Side;

use super::super::fixture::{accept, lint_events, lint_with_end, listener, rule_counts, transfer};
use super::super::text::Text;
use super::*;

/// Returns events with three problems: a stall, a connection left open, and a failed bind.
fn events() -> Vec<String> {
    let mut events = listener();
    events.extend([accept(1, 2, "127.0.0.1"), transfer(2, 2, "write", 9), transfer(3, 2, "write", 9)]);
    events.push(transfer(43_000, 2, "read", 9));
    events.push(
        r#"{"t":90000000000,"sock":3,"op":"bind","local":"127.0.0.1:80","error":"address in use"}"#
            .to_owned(),
    );
    events
}

fn skipped(report: &Report) -> Vec<&str> {
    report.skipped.iter().map(|skipped| skipped.rule).collect()
}

const END: &str = r#"{"end":true,"events":8,"lost":0}"#;
const FOUND: [(&str, u64); 3] =
    [("small-writes-with-nagle", 1), ("connections-never-closed", 1), ("call-that-opens-fails", 1)];
const REQUIRE_EVERY_EVENT: [&str; 6] = [
    "small-writes-with-nagle",
    "tiny-write-storm",
    "new-connection-for-each-request",
    "server-closes-first",
    "stale-connection-reused",
    "server-keep-alive-too-short",
];

#[test]
fn complete_trace_is_checked_by_all_rules() {
    let report = lint_events(Side::Server, &events());
    assert_eq!((rule_counts(&report), skipped(&report)), (FOUND.to_vec(), vec![]));
}

#[test]
fn rules_about_trace_end_skip_truncated_traces() {
    for end in ["", r#"{"end":true,"ev"#, r#"{"end":true,"events":8,"lost":0,"continued":true}"#] {
        let report = lint_with_end(Side::Server, &events(), end);
        assert_eq!(rule_counts(&report), [FOUND[0], FOUND[2]], "{end}");
        assert_eq!(skipped(&report), ["connections-never-closed"]);
    }
}

#[test]
fn rules_that_need_every_event_skip_lossy_traces() {
    let mut lossy = events();
    lossy.push(r#"{"t":90000000000,"op":"gap","reads":2,"writes":0,"payloads":0}"#.to_owned());
    for report in [
        lint_with_end(Side::Server, &lossy, r#"{"end":true,"events":9,"lost":2}"#),
        lint_with_end(Side::Server, &events(), r#"{"end":true,"events":9,"lost":0}"#),
        lint_with_end(Side::Server, &events(), &format!("{END}\n{END}\n")),
    ] {
        assert_eq!(rule_counts(&report), [FOUND[2]]);
        assert_eq!(skipped(&report), [&REQUIRE_EVERY_EVENT[..], &["connections-never-closed"]].concat());
    }
}

#[test]
fn all_rules_check_traces_with_lost_payload() {
    let mut events = events();
    events.push(r#"{"t":90000000000,"op":"gap","reads":0,"writes":0,"payloads":7}"#.to_owned());
    assert_eq!(rule_counts(&lint_events(Side::Server, &events)), FOUND);
}

#[test]
fn exit_code_prefers_findings_over_skipped_rules() {
    let nothing: [&str; 0] = [];
    assert_eq!(lint_events(Side::Server, &nothing).exit_code(), 0);
    assert_eq!(lint_events(Side::Server, &events()).exit_code(), 1);
    assert_eq!(lint_with_end(Side::Server, &nothing, "").exit_code(), 2);
    assert_eq!(lint_with_end(Side::Server, &events(), "").exit_code(), 1);
}

#[test]
fn rules_are_explained_once() {
    let (report, mut text) = (lint_events(Side::Server, &events()), Text::new(false));
    let first = text.report(&report);
    insta::assert_snapshot!(first);
    assert!(first.lines().all(|line| line.chars().count() <= 110), "{first}");
    let second = text.report(&report);
    assert_eq!((first.matches("Why: ").count(), second.matches("Why: ").count()), (3, 0));
}

#[test]
fn events_in_findings_have_no_payload() {
    let mut events = events();
    events[4] = r#"{"t":2000,"sock":2,"op":"write","bytes":9,"data":"c2VjcmV0"}"#.to_owned();
    let json = serde_json::to_value(lint_events(Side::Server, &events)).unwrap();
    let quote = &json["findings"][0]["examples"][0]["lines"][0];
    assert_eq!(
        *quote,
        serde_json::json!({"line": 6, "event": {"t": 2000, "sock": 2, "op": "write", "bytes": 9}})
    );
}

#[test]
fn control_characters_of_a_trace_are_not_printed() {
    let mut events = events();
    events[7] = r#"{"t":1,"sock":3,"op":"bind","local":"\u001b[2J","error":"\u001b[2J\n"}"#.to_owned();
    let text = Text::new(false).report(&lint_events(Side::Server, &events));
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}

#[test]
fn sockets_beyond_the_maximum_are_not_checked_and_reported() {
    let events: Vec<String> =
        (0..=MAX_SOCKETS as u64).map(|sock| accept(1 + sock, 2 + sock, "10.0.0.1")).collect();
    let report = lint_events(Side::Server, &events);
    assert_eq!(report.findings.len(), 0);
    assert_eq!(report.skipped.len(), crate::lint::rules().len());
    assert!(report.skipped[0].reason.contains("1 event "), "{}", report.skipped[0].reason);
    assert_eq!(report.exit_code(), 2);
}
