use super::super::lines::{accept, found, linted, linted_with_end, listener, moved};
use super::super::text::Text;
use super::*;

/// A stall, a connection that is left open, and a bind that fails.
fn events() -> Vec<String> {
    let mut events = listener();
    events.extend([accept(1, 2, "127.0.0.1"), moved(2, 2, "write", 9), moved(3, 2, "write", 9)]);
    events.push(moved(43_000, 2, "read", 9));
    events.push(
        r#"{"t":90000000000,"sock":3,"op":"bind","local":"127.0.0.1:80","error":"address in use"}"#
            .to_owned(),
    );
    events
}

fn left_out(report: &Report) -> Vec<&str> {
    report.left_out.iter().map(|left_out| left_out.rule).collect()
}

const END: &str = r#"{"end":true,"events":8,"lost":0}"#;
const FOUND: [(&str, u64); 3] =
    [("small-writes-with-nagle", 1), ("connections-never-closed", 1), ("call-that-opens-fails", 1)];
const NEED_EVERY_EVENT: [&str; 4] =
    ["small-writes-with-nagle", "tiny-write-storm", "new-connection-for-each-request", "server-closes-first"];

#[test]
fn of_a_whole_trace_everything_is_claimed() {
    let report = linted("server", &events());
    assert_eq!((found(&report), left_out(&report)), (FOUND.to_vec(), vec![]));
}

#[test]
fn of_a_cut_trace_nothing_is_claimed_that_its_end_would_show() {
    for (end, because) in [
        ("", "no end line"),
        (r#"{"end":true,"ev"#, "incomplete last line"),
        (r#"{"end":true,"events":8,"lost":0,"continued":true}"#, "goes on in another file"),
    ] {
        let report = linted_with_end("server", &events(), end);
        assert_eq!(found(&report), [FOUND[0], FOUND[2]], "{end}");
        assert_eq!(left_out(&report), ["connections-never-closed"]);
        assert!(report.left_out[0].because.contains(because), "{:?}", report.left_out);
    }
}

#[test]
fn of_a_trace_that_lacks_events_only_what_is_there_is_claimed() {
    let mut lossy = events();
    lossy.push(r#"{"t":90000000000,"op":"gap","reads":2,"writes":0,"payloads":0}"#.to_owned());
    for report in [
        linted_with_end("server", &lossy, r#"{"end":true,"events":9,"lost":2}"#),
        linted_with_end("server", &events(), r#"{"end":true,"events":9,"lost":0}"#),
        linted_with_end("server", &events(), &format!("{END}\n{END}\n")),
    ] {
        assert_eq!(found(&report), [FOUND[2]]);
        assert_eq!(left_out(&report), [&NEED_EVERY_EVENT[..], &["connections-never-closed"]].concat());
    }
}

#[test]
fn payload_that_found_no_room_is_missed_by_no_rule() {
    let mut events = events();
    events.push(r#"{"t":90000000000,"op":"gap","reads":0,"writes":0,"payloads":7}"#.to_owned());
    assert_eq!(found(&linted("server", &events)), FOUND);
}

#[test]
fn the_exit_code_is_that_of_what_is_known() {
    let nothing: [&str; 0] = [];
    assert_eq!(linted("server", &nothing).exit_code(), 0);
    assert_eq!(linted("server", &events()).exit_code(), 1);
    assert_eq!(linted_with_end("server", &nothing, "").exit_code(), 2);
    assert_eq!(linted_with_end("server", &events(), "").exit_code(), 1);
}

#[test]
fn a_report_reads_like_this_and_explains_each_rule_once() {
    let (report, mut text) = (linted("server", &events()), Text::new(false));
    let first = text.report(&report);
    let expected = "test: 3 findings in 8 events

small-writes-with-nagle: a small write waits some 40 ms for the acknowledgement of the one before it
  1 pause on 1 connection, 42.9 ms in all; TCP_NODELAY is not set there.

    42.9 ms from the first small write to the peer's next data:
      line 6       0.000002   #2 write     9 B
      line 7       0.000003   #2 write     9 B
      line 8       0.043000   #2 read      9 B

  Why: The first small write leaves at once.";
    assert!(first.starts_with(expected), "{first}");
    assert!(first.lines().all(|line| line.chars().count() <= 110), "{first}");
    let second = text.report(&report);
    assert_eq!((first.matches("Why: ").count(), second.matches("Why: ").count()), (3, 0));
}

#[test]
fn evidence_holds_no_payload() {
    let mut events = events();
    events[4] = r#"{"t":2000,"sock":2,"op":"write","bytes":9,"data":"c2VjcmV0"}"#.to_owned();
    let json = serde_json::to_value(linted("server", &events)).unwrap();
    let quote = &json["findings"][0]["examples"][0]["lines"][0];
    assert_eq!(
        *quote,
        serde_json::json!({"line": 6, "event": {"t": 2000, "sock": 2, "op": "write", "bytes": 9}})
    );
}

#[test]
fn what_a_trace_says_steers_no_terminal() {
    let mut events = events();
    events[7] = r#"{"t":1,"sock":3,"op":"bind","local":"\u001b[2J","error":"\u001b[2J\n"}"#.to_owned();
    let text = Text::new(false).report(&linted("server", &events));
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
}
