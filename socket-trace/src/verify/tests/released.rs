//! Streams that the program takes back from the tap (`into_inner`) while they are open.

use super::support::*;

const LOG: &str = r#"7 1795359600.100000 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_IP) = 5
7 1795359600.200000 connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EINPROGRESS (Operation now in progress)
7 1795359600.300000 getsockopt(5, SOL_SOCKET, SO_ERROR, [0], [4]) = 0
7 1795359600.400000 getsockname(5, {sa_family=AF_INET, sin_port=htons(41), sin_addr=inet_addr("127.0.0.1")}, [128 => 16]) = 0
7 1795359601.000000 recvfrom(5, ""..., 24, 0, NULL, NULL) = 8
7 1795359602.000000 getsockopt(5, SOL_TCP, TCP_INFO, ""..., [280]) = 0
7 1795359603.000000 recvfrom(5, ""..., 24, 0, NULL, NULL) = 9
7 1795359604.000000 close(5) = 0
7 1795359604.000000 +++ exited with 0 +++
"#;

const EVENTS: &str = r#"{"t":100100000,"sock":1,"op":"socket","fd":5,"domain":"ipv4","type":"stream"}
{"t":300100000,"sock":1,"op":"connect","local":"127.0.0.1:41","peer":"127.0.0.1:80"}
{"t":1000100000,"sock":1,"op":"read","bytes":8}
{"t":2000100000,"sock":1,"op":"release","rx":8,"tx":0,"reads":1,"writes":0,"tcp":{"state":"ESTABLISHED","rtt_us":1}}"#;

#[test]
fn calls_after_into_inner_are_not_compared() {
    for log in [LOG.to_owned(), untimed(LOG)] {
        let report = is_exact(&trace(&[EVENTS]), &log);
        assert_eq!((report.sockets, report.calls), (1, 4), "{report}");
    }
    // Here the program makes no call after the release.
    let unused: String =
        LOG.lines().filter(|line| !line.contains("= 9")).map(|line| format!("{line}\n")).collect();
    is_exact(&trace(&[EVENTS]), &unused);
}

#[test]
fn every_call_before_into_inner_is_compared() {
    for log in [LOG.to_owned(), untimed(LOG)] {
        differs(&trace(&[&without(EVENTS, "\"read\"")]), &log);
        let later = "{\"t\":2500000000,\"sock\":1,\"op\":\"read\",\"bytes\":9}";
        differs(&trace(&[EVENTS, later]), &log);
    }
}

#[test]
fn into_inner_may_be_inconclusive_without_log_times() {
    // A Unix-domain stream has no sample, and a listener is not queried for one.
    let unsampled = EVENTS.replace(r#","tcp":{"state":"ESTABLISHED","rtt_us":1}"#, "");
    let unasked = without(LOG, "TCP_INFO");
    is_exact(&trace(&[&unsampled]), &unasked);
    is_inconclusive(&trace(&[&unsampled]), &untimed(&unasked));
    // The program queries TCP_INFO, too.
    let twice = with(
        LOG,
        "7 1795359604.000000 close",
        "7 1795359603.500000 getsockopt(5, SOL_TCP, TCP_INFO, 1) = 0\n7 1795359604.000000 close",
    );
    is_exact(&trace(&[EVENTS]), &twice);
    is_inconclusive(&trace(&[EVENTS]), &untimed(&twice));
    let lost = with(EVENTS, "\"t\":2000100000", "\"t\":3500100000");
    differs(&trace(&[&lost]), &twice);
}

#[test]
fn stream_may_be_recorded_again_after_into_inner() {
    let again = r#"7 1795359602.400000 getsockname(5, {sa_family=AF_INET, sin_port=htons(41), sin_addr=inet_addr("127.0.0.1")}, [128 => 16]) = 0
7 1795359602.500000 getpeername(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, [128 => 16]) = 0
7 1795359603.000000"#;
    let log = with(LOG, "7 1795359603.000000", again);
    let events = r#"{"t":2500100000,"sock":2,"op":"adopt","fd":5,"domain":"ipv4","type":"stream","local":"127.0.0.1:41","peer":"127.0.0.1:80"}
{"t":3000100000,"sock":2,"op":"read","bytes":9}
{"t":4000000000,"sock":2,"op":"close","ended_by":"local","rx":9,"tx":0,"reads":1,"writes":0}"#;
    for log in [log.clone(), untimed(&log)] {
        let report = is_exact(&trace(&[EVENTS, events]), &log);
        assert_eq!((report.sockets, report.calls), (2, 6), "{report}");
        differs(&trace(&[EVENTS, &with(events, "\"bytes\":9", "\"bytes\":8")]), &log);
    }
}
