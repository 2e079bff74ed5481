//! Traces and logs that are incomplete or invalid.

use super::support::*;
use super::*;

#[test]
fn incomplete_trace_or_log_is_inconclusive() {
    let trace = exact_trace();
    let open = with(&without(&trace, "\"ended_by\":\"reset\""), "\"lost\":0", "\"lost\":0,\"open\":1");
    let mut reasons = Vec::new();
    for (trace, log) in [
        (without(&trace, "\"end\""), LOG.to_owned()),
        (with(&trace, "\"lost\":0", "\"lost\":2"), LOG.to_owned()),
        (with(&trace, "\"events\":16", "\"events\":17"), LOG.to_owned()),
        (format!("{trace}{{\"t\":1,\"op\":\"mark\",\"label\":\"more\"}}\n"), LOG.to_owned()),
        (trace.clone(), without(LOG, "7 1.000026")),
        (with(&trace, "\"pid\":7", "\"pid\":8"), LOG.to_owned()),
        (counted(&open), LOG.to_owned()),
    ] {
        reasons.extend(is_inconclusive(&trace, &log));
    }
    insta::assert_snapshot!(reasons.join("\n"));
}

#[test]
fn invalid_log_is_reported_with_its_line() {
    let no_close = without(&without(LOG, "9 1.000016"), "9 1.000019");
    let unknown_thread = with(LOG, "7 1.000008", "14 1.1 close(3) = 0\n7 1.000008");
    let mut messages = Vec::new();
    for (log, line) in [
        ("GET / HTTP/1.1\n".to_owned(), 1),
        ("1.000001 close(3) = 0\n".to_owned(), 1),
        ("7 close(3) = 0\n7 close(3".to_owned(), 2),
        ("7 close(3)\n".to_owned(), 1),
        (with(LOG, "9 1.000007 accept4(5,  <unfinished ...>\n", ""), 8),
        (with(LOG, "<... accept4", "<... read"), 9),
        (without(LOG, "9 1.000019"), 19),
        (with(LOG, "9 1.000022 close(6) = 0", "9 1.000022 close_range(3, 10, 0) = 0"), 22),
        (with(LOG, "9 1.000022 close(6)", "9 1.000022 dup2(3, 6)"), 22),
        (unknown_thread.replace("7 1.000006 clone3", "7 1.000006 getpid"), 7),
        (no_close, 16),
    ] {
        let Err(Failure::Log(error)) = checked(exact_trace(), log) else { panic!("no error in line {line}") };
        assert_eq!(error.line, line, "{error}");
        messages.push(error.to_string());
    }
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn verdict_for_a_truncated_log_is_never_exact() {
    for length in 0..LOG.len() {
        if let Ok(report) = checked(exact_trace(), &LOG[..length]) {
            assert_eq!(report.verdict, Verdict::Inconclusive, "cut at {length}: {report}");
        }
    }
}
