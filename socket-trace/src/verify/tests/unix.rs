//! Unix-domain sockets, and calls on them that fail.

use super::support::*;

const LOG: &str = r#"7 1.01 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 5
7 1.02 bind(5, {sa_family=AF_UNIX, sun_path="/tmp/a b.sock"}, 16) = 0
7 1.03 listen(5, -1) = 0
7 1.04 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 6
7 1.05 connect(6, {sa_family=AF_UNIX, sun_path="/tmp/a b.sock"}, 110) = 0
7 1.06 getsockopt(6, SOL_SOCKET, SO_ERROR, [0], [4]) = 0
7 1.07 accept4(5, {sa_family=AF_UNIX}, [112 => 2], SOCK_CLOEXEC|SOCK_NONBLOCK) = 7
7 1.08 write(6, ""..., 5) = 5
7 1.09 read(7, ""..., 24) = 5
7 1.10 shutdown(6, SHUT_WR) = 0
7 1.11 getsockopt(6, SOL_TCP, TCP_INFO, 0x7ff, [280]) = -1 EOPNOTSUPP (Operation not supported)
7 1.12 close(6) = 0
7 1.13 read(7, "", 24) = 0
7 1.14 close(7) = 0
7 1.15 close(5) = 0
7 1.16 +++ exited with 0 +++
"#;

const EVENTS: &str = r#"{"t":1,"sock":1,"op":"socket","fd":5,"domain":"unix","type":"stream"}
{"t":2,"sock":1,"op":"bind","local":"/tmp/a b.sock"}
{"t":3,"sock":1,"op":"listen","backlog":-1}
{"t":4,"sock":2,"op":"socket","fd":6,"domain":"unix","type":"stream"}
{"t":5,"sock":2,"op":"connect","local":"(unnamed)","peer":"/tmp/a b.sock"}
{"t":6,"sock":3,"op":"accept","on":1,"fd":7,"local":"/tmp/a b.sock","peer":"(unnamed)"}
{"t":7,"sock":2,"op":"write","bytes":5}
{"t":8,"sock":3,"op":"read","bytes":5}
{"t":9,"sock":2,"op":"shutdown","how":"write"}
{"t":10,"sock":2,"op":"close","ended_by":"local","rx":0,"tx":5,"reads":0,"writes":1}
{"t":11,"sock":3,"op":"read","bytes":0,"eof":true}
{"t":12,"sock":3,"op":"close","ended_by":"peer","rx":5,"tx":0,"reads":2,"writes":0}
{"t":13,"sock":1,"op":"close"}"#;

#[test]
fn unix_socket_calls_are_compared_with_strace_log() {
    let report = is_exact(&trace(&[EVENTS]), LOG);
    assert_eq!((report.sockets, report.calls), (3, 13), "{report}");
    for (from, to) in [
        (r#""peer":"/tmp/a b.sock""#, r#""peer":"/tmp/b.sock""#),
        (r#""op":"bind","local":"/tmp/a b.sock""#, r#""op":"bind","local":"/tmp/b.sock""#),
        (r#""backlog":-1"#, r#""backlog":1024"#),
        (r#""op":"read","bytes":5"#, r#""op":"read","bytes":4"#),
        (r#""peer":"(unnamed)""#, r#""peer":"/tmp/x""#),
    ] {
        differs(&trace(&[&with(EVENTS, from, to)]), LOG);
    }
    for line in ["\"op\":\"write\"", "\"shutdown\"", "\"op\":\"accept\"", "\"eof\""] {
        differs(&trace(&[&without(EVENTS, line)]), LOG);
    }
}

/// If the listener's queue is full, a connect fails at once, and tokio does not retry it.
#[test]
fn refused_unix_connect_is_compared_with_strace_log() {
    let log = r#"7 1.01 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 5
7 1.02 connect(5, {sa_family=AF_UNIX, sun_path="/p"}, 110) = -1 EAGAIN (Resource temporarily unavailable)
7 1.03 close(5) = 0
7 1.04 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 5
7 1.05 connect(5, {sa_family=AF_UNIX, sun_path="/q"}, 110) = -1 ENOENT (No such file or directory)
7 1.06 close(5) = 0
7 1.16 +++ exited with 0 +++
"#;
    let events = r#"{"t":1,"sock":1,"op":"socket","fd":5,"domain":"unix","type":"stream"}
{"t":2,"sock":1,"op":"connect","peer":"/p","error":"e","errno":11}
{"t":3,"sock":1,"op":"close"}
{"t":4,"sock":2,"op":"socket","fd":5,"domain":"unix","type":"stream"}
{"t":5,"sock":2,"op":"connect","peer":"/q","error":"e","errno":2}
{"t":6,"sock":2,"op":"close"}"#;
    is_exact(&trace(&[events]), log);
    differs(&trace(&[&with(events, "\"errno\":11", "\"errno\":111")]), log);
}

/// A path that is too long is rejected before any system call, and a cancelled connect has no result.
#[test]
fn failures_without_a_system_call_are_not_differences() {
    let log = r#"7 1.01 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 5
7 1.02 close(5) = 0
7 1.03 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 5
7 1.04 connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EINPROGRESS (Operation now in progress)
7 1.05 close(5) = 0
7 1.16 +++ exited with 0 +++
"#;
    let events = r#"{"t":1,"sock":1,"op":"socket","fd":5,"domain":"unix","type":"stream"}
{"t":2,"sock":1,"op":"bind","error":"invalid input parameter"}
{"t":3,"sock":1,"op":"close"}
{"t":4,"sock":2,"op":"socket","fd":5,"domain":"ipv4","type":"stream"}
{"t":5,"sock":2,"op":"close"}"#;
    let report = is_exact(&trace(&[events]), log);
    assert_eq!((report.sockets, report.hidden.without_call), (2, 1), "{report}");
    differs(&trace(&[&with(events, "input parameter\"", "input parameter\",\"errno\":22")]), log);
}

/// The end line does not count a datagram socket as open.
#[test]
fn datagram_socket_left_open_makes_verdict_inconclusive() {
    let log = r#"7 1.1 socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_UDP) = 5
7 1.2 bind(5, {sa_family=AF_INET, sin_port=htons(6000), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
7 1.3 close(5) = 0
7 1.4 +++ exited with 0 +++
"#;
    let events = r#"{"t":1,"sock":1,"op":"socket","fd":5,"domain":"ipv4","type":"datagram"}
{"t":2,"sock":1,"op":"bind","local":"127.0.0.1:6000"}"#;
    is_inconclusive(&trace(&[events]), log);
}
