use super::super::fixture::lint_text;
use super::INFO;
use crate::why::fixture::{GET, OK, Script, preface, request, response, settings};

/// Returns the number of findings of the rule.
fn findings(script: Script) -> u64 {
    let report = lint_text(&script.end());
    report.findings.iter().filter(|finding| finding.rule == INFO.name).map(|finding| finding.count).sum()
}

/// A connection that has carried a response.
fn reused() -> Script {
    Script::client().write(GET).read(OK)
}

#[test]
fn request_after_the_servers_fin_is_reported() {
    assert_eq!(findings(reused().eof().write(GET).close("peer", "")), 1);
}

#[test]
fn request_that_crosses_the_servers_fin_is_reported() {
    assert_eq!(findings(reused().write(GET).eof().close("peer", "")), 1);
    assert_eq!(findings(reused().write(GET).failed("read", "connection reset", 104).close("reset", "")), 1);
}

#[test]
fn fin_between_requests_is_not_reported() {
    assert_eq!(findings(reused().eof().close("peer", "")), 0);
}

#[test]
fn fin_after_the_clients_own_is_not_reported() {
    assert_eq!(findings(reused().write(GET).shutdown().eof().close("local", "")), 0);
}

#[test]
fn first_request_of_a_connection_is_not_reported() {
    assert_eq!(findings(Script::client().write(GET).eof().close("peer", "")), 0);
}

#[test]
fn frame_without_a_request_is_not_reported() {
    let opened = Script::client().write([preface(), request(1, "GET")].concat());
    let answered = opened.read([settings(), response(1, true)].concat());
    assert_eq!(findings(answered.write(settings()).eof().close("peer", "")), 0);
}
