use super::*;
use support::*;

mod adopted;
mod datagrams;
mod incomplete;
mod order;
mod released;
mod support;
mod unix;
mod wrapped;

/// Log of a listener, and two consecutive connections with the same file descriptor. Thread 9 is slow: the
/// log shows the end of the first connection's `close` after the second connection was accepted.
const LOG: &str = r#"7 1.000001 close(3) = 0
7 1.000002 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_TCP) = 5
7 1.000003 setsockopt(5, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
7 1.000004 bind(5, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
7 1.000005 listen(5, 1024) = 0
7 1.000006 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD, stack=0x7f} <unfinished ...>
9 1.000007 accept4(5,  <unfinished ...>
7 1.000008 <... clone3 resumed> => {parent_tid=[9]}, 88) = 9
9 1.000009 <... accept4 resumed>0x7ff, [128], SOCK_CLOEXEC) = -1 EAGAIN (Resource temporarily unavailable)
7 1.000010 accept4(5, {sa_family=AF_INET, sin_port=htons(41), sin_addr=inet_addr("127.0.0.1")}, [128 => 16], SOCK_CLOEXEC) = 6
7 1.000011 recvfrom(6, "a, \")=(\\"..., 24, 0, NULL, NULL) = 8
7 1.000012 writev(6, [{iov_base=""..., iov_len=5}, {iov_base=""..., iov_len=4}], 2) = 9
7 1.000013 recvfrom(6, "", 16, 0, NULL, NULL) = 0
7 1.000014 shutdown(6, SHUT_WR) = -1 ENOTCONN (Transport endpoint is not connected)
7 1.000015 getsockopt(6, SOL_TCP, TCP_INFO, ""..., [280]) = 0
9 1.000016 close(6 <unfinished ...>
7 1.000017 accept4(5, {sa_family=AF_INET, sin_port=htons(42), sin_addr=inet_addr("127.0.0.1")}, [128 => 16], SOCK_CLOEXEC) = 6
7 1.000018 --- SIGTERM {si_signo=SIGTERM} ---
9 1.000019 <... close resumed>) = 0
9 1.000020 sendto(6, ""..., 5, MSG_NOSIGNAL, NULL, 0) = 5
9 1.000021 recvfrom(6, 0x55, 16, 0, NULL, NULL) = -1 ECONNRESET (Connection reset by peer)
9 1.000022 close(6) = 0
7 1.000023 close(5) = 0
9 1.000024 recvfrom(3,  <unfinished ...>) = ?
9 1.000025 +++ exited with 0 +++
7 1.000026 +++ exited with 0 +++
"#;

const EVENTS: &str = r#"{"t":1,"sock":1,"op":"socket","fd":5,"domain":"ipv4","type":"stream"}
{"t":2,"sock":1,"op":"option","name":"SO_REUSEADDR","value":1}
{"t":3,"sock":1,"op":"bind","local":"127.0.0.1:3000"}
{"t":4,"sock":1,"op":"listen","backlog":1024}
{"t":5,"sock":2,"op":"accept","on":1,"fd":6,"local":"127.0.0.1:3000","peer":"127.0.0.1:41"}
{"t":6,"sock":2,"op":"read","bytes":8}
{"t":7,"sock":2,"op":"write","bytes":9,"slices":2}
{"t":8,"sock":2,"op":"read","bytes":0,"eof":true}
{"t":9,"sock":2,"op":"shutdown","how":"write"}
{"t":10,"sock":2,"op":"close","ended_by":"peer","rx":8,"tx":9,"reads":2,"writes":1}
{"t":11,"sock":3,"op":"accept","on":1,"fd":6,"local":"127.0.0.1:3000","peer":"127.0.0.1:42"}
{"t":12,"op":"mark","label":"m"}
{"t":13,"sock":3,"op":"write","bytes":5}
{"t":14,"sock":3,"op":"read","error":"connection reset","errno":104}
{"t":15,"sock":3,"op":"close","ended_by":"reset","rx":0,"tx":5,"reads":0,"writes":1}
{"t":16,"sock":1,"op":"close"}
{"end":true,"events":16,"lost":0}
"#;

/// The trace that matches [`LOG`] exactly.
fn exact_trace() -> String {
    format!("{}\n{EVENTS}", header())
}

#[test]
fn calls_hidden_by_tokio_need_no_trace_event() {
    let report = checked(exact_trace(), LOG).unwrap();
    assert_eq!((report.verdict, report.sockets, report.calls), (Verdict::Exact, 3, 15), "{report}");
    assert_eq!((report.hidden.would_block, report.hidden.shutdowns_of_gone), (1, 1));
}

#[test]
fn every_missing_event_is_a_difference() {
    let trace = exact_trace();
    let lines: Vec<&str> = trace.lines().collect();
    for missing in 1..lines.len() - 1 {
        if lines[missing].contains("mark") {
            continue;
        }
        let kept = lines.iter().enumerate().filter(|(line, _)| *line != missing).map(|(_, line)| *line);
        let trace = counted(&(kept.collect::<Vec<_>>().join("\n") + "\n"));
        let report = checked(trace, LOG).unwrap();
        // A listener that is not closed may outlive the recording.
        let last = missing == lines.len() - 2;
        let expected = if last { Verdict::Inconclusive } else { Verdict::Different };
        assert_eq!(report.verdict, expected, "without {}: {report}", lines[missing]);
    }
}

#[test]
fn every_extra_event_is_a_difference() {
    for line in LOG
        .lines()
        .filter(|line| ["recvfrom(6", "writev", "sendto", "shutdown"].iter().any(|call| line.contains(call)))
    {
        let report = checked(exact_trace(), without(LOG, line)).unwrap();
        assert_eq!(report.verdict, Verdict::Different, "without {line}: {report}");
    }
    let trace =
        with(&exact_trace(), "{\"t\":16", "{\"t\":16,\"sock\":3,\"op\":\"read\",\"bytes\":1}\n{\"t\":16");
    assert!(differs(&counted(&trace), LOG).contains("#3"), "the read is after the close");
}

#[test]
fn every_changed_field_is_a_difference() {
    for (from, to) in [
        (r#""op":"read","bytes":8"#, r#""op":"read","bytes":9"#),
        (r#""bytes":9,"slices":2"#, r#""bytes":9,"slices":3"#),
        (r#""bytes":9,"slices":2"#, r#""bytes":9"#),
        (r#""bytes":0,"eof":true"#, r#""bytes":0"#),
        (r#""errno":104"#, r#""errno":32"#),
        (r#""error":"connection reset","errno":104"#, r#""bytes":0,"eof":true"#),
        ("127.0.0.1:42", "127.0.0.1:43"),
        (
            r#""on":1,"fd":6,"local":"127.0.0.1:3000","peer":"127.0.0.1:42"#,
            r#""on":1,"fd":8,"peer":"127.0.0.1:42"#,
        ),
        (r#""backlog":1024"#, r#""backlog":1"#),
        (r#""local":"127.0.0.1:3000"}"#, r#""local":"127.0.0.2:3000"}"#),
        (r#""op":"option""#, r#""op":"option","error":"e","errno":22"#),
        (r#""fd":5"#, r#""fd":4"#),
    ] {
        differs(&with(&exact_trace(), from, to), LOG);
    }
    // The swapped events have the same time, so that the times stay in order.
    let trace = with(&exact_trace(), r#"{"t":7,"#, r#"{"t":6,"#);
    let mut lines: Vec<&str> = trace.lines().collect();
    lines.swap(6, 7);
    let swapped = lines.join("\n") + "\n";
    assert!(differs(&swapped, LOG).contains("#2, fd 6"));
}

#[test]
fn difference_is_shown_with_its_context() {
    let report = differs(&with(&exact_trace(), r#""bytes":9,"#, r#""bytes":10,"#), LOG);
    insta::assert_snapshot!(report);
}

#[test]
fn calls_that_bypass_the_tap_are_differences() {
    let log = with(LOG, "7 1.000013", "7 1.000012 sendfile(6, 3, NULL, 10) = 10\n7 1.000013");
    assert!(differs(&exact_trace(), &log).contains("kernel  sendfile"));
    let log = with(LOG, "7 1.000013", "7 1.000012 splice(3, NULL, 6, NULL, 10, 0) = 10\n7 1.000013");
    assert!(differs(&exact_trace(), &log).contains("kernel  splice"));
    let log = with(LOG, "SHUT_WR", "SHUT_RDWR");
    differs(&exact_trace(), &log);
}

#[test]
fn other_sockets_and_processes_are_ignored() {
    let other = r#"7 1.1 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 5
7 1.1 connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
7 1.1 recvfrom(5, ""..., 24, 0, NULL, NULL) = 8
7 1.1 close(5) = 0
7 1.1 socketpair(AF_UNIX, SOCK_STREAM, 0, [5, 6]) = 0
7 1.1 close(5) = 0
7 1.1 vfork( <unfinished ...>
12 1.1 close(5) = 0
12 1.1 recvfrom(6, ""..., 24, 0, NULL, NULL) = 8
12 1.1 +++ exited with 0 +++
7 1.1 <... vfork resumed>) = 12
7 1.000002 "#;
    let report = checked(exact_trace(), with(LOG, "7 1.000002 ", other)).unwrap();
    assert_eq!((report.verdict, report.calls), (Verdict::Exact, 15), "{report}");
}
