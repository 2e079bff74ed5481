//! Streams of the trace that have no file descriptor, such as TLS streams.

use super::support::*;
use super::*;

const LOG: &str = r#"7 1.1 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_IP) = 5
7 1.2 connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
7 1.3 recvfrom(5, ""..., 24, 0, NULL, NULL) = 80
7 1.4 close(5) = 0
7 1.5 +++ exited with 0 +++
"#;

const BELOW: &str = r#"{"t":1,"sock":1,"op":"socket","fd":5,"domain":"ipv4","type":"stream"}
{"t":2,"sock":1,"op":"connect","local":"127.0.0.1:41","peer":"127.0.0.1:80"}"#;
const ABOVE: &str =
    r#"{"t":3,"sock":2,"op":"adopt","domain":"tls","type":"stream","on":1,"peer":"127.0.0.1:80"}"#;
const READS: &str = r#"{"t":4,"sock":1,"op":"read","bytes":80}
{"t":5,"sock":2,"op":"read","bytes":60}
{"t":6,"sock":2,"op":"shutdown","how":"write"}
{"t":7,"sock":2,"op":"close","ended_by":"local","rx":60,"tx":0,"reads":1,"writes":0}
{"t":8,"sock":1,"op":"close","ended_by":"local","rx":80,"tx":0,"reads":1,"writes":0}"#;

/// Returns the number of sockets that were not compared, for each reason.
fn not_compared(report: &Report) -> Vec<u64> {
    report.not_compared.iter().map(|streams| streams.sockets).collect()
}

#[test]
fn stream_wrapping_a_recorded_socket_is_not_compared() {
    let report = is_exact(&trace(&[BELOW, ABOVE, READS]), LOG);
    assert_eq!((report.sockets, report.calls), (1, 4));
    assert_eq!(not_compared(&report), [1]);
    differs(&trace(&[BELOW, ABOVE, &with(READS, "\"bytes\":80", "\"bytes\":60")]), LOG);
}

#[test]
fn stream_wrapping_an_unrecorded_socket_is_not_compared() {
    let alone = with(ABOVE, ",\"on\":1", "");
    assert_eq!(not_compared(&is_exact(&trace(&[BELOW, &alone, READS]), LOG)), [1]);
    // The third stream is above one that is itself above an unrecorded socket.
    let third = r#"{"t":3,"sock":3,"op":"adopt","domain":"x","type":"stream","on":2}"#;
    assert_eq!(not_compared(&is_exact(&trace(&[BELOW, &alone, third, READS]), LOG)), [2]);
}

#[test]
fn trace_with_only_wrapped_streams_is_inconclusive() {
    let events = READS.lines().filter(|line| line.contains("\"sock\":2")).collect::<Vec<_>>().join("\n");
    let alone = with(ABOVE, ",\"on\":1", "");
    is_inconclusive(&trace(&[&alone, &events]), LOG);
    is_inconclusive(&trace(&[ABOVE, &events]), LOG);
}
