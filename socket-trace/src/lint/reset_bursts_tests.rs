use super::super::fixture::lint_text;
use super::INFO;
use crate::why::fixture::{Script, preface, request, reset, settings};

/// Returns the findings of the rule for a client that sends `count` resets, `wait` milliseconds apart.
fn findings(count: u32, wait: u64) -> u64 {
    let mut script = Script::client().write(preface()).read(settings());
    for number in 0..count {
        let stream = 2 * number + 1;
        script = script.wait(wait).write([request(stream, "GET"), reset(stream, 8)].concat());
    }
    let report = lint_text(&script.shutdown().close("local", "").end());
    report.findings.iter().filter(|finding| finding.rule == INFO.name).map(|finding| finding.count).sum()
}

#[test]
fn ten_resets_within_a_second_are_a_burst() {
    assert_eq!(findings(10, 0), 1);
    assert_eq!(findings(9, 0), 0);
}

#[test]
fn connection_with_several_bursts_is_reported_once() {
    assert_eq!(findings(50, 0), 1);
}

#[test]
fn resets_far_apart_are_no_burst() {
    assert_eq!(findings(20, 200), 0);
}
