use super::*;

mod adopted;
mod order;
mod released;
mod unix;
mod wrapped;

/// A listener, and two connections one after the other with the same file descriptor. Thread 9 is slow: the close of
/// the first connection is seen to end when the second one has been accepted.
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

const TRACE: &str = r#"{"socket_tap":1,"name":"n","side":"server","program":"p","pid":7,"started":"","monotonic_ns":0,"capture":0}
{"t":1,"sock":1,"op":"socket","fd":5,"domain":"ipv4","type":"stream"}
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

pub(super) fn checked(trace: impl Into<Vec<u8>>, log: impl Into<Vec<u8>>) -> Result<Report, Failure> {
    let trace = Trace::read("trace", Box::new(std::io::Cursor::new(trace.into()))).unwrap();
    verify(trace, Log::read("log", Box::new(std::io::Cursor::new(log.into()))))
}

/// `text` without the one line that has `part`.
pub(super) fn without(text: &str, part: &str) -> String {
    assert_eq!(text.lines().filter(|line| line.contains(part)).count(), 1, "{part}");
    text.lines().filter(|line| !line.contains(part)).map(|line| format!("{line}\n")).collect()
}

pub(super) fn with(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.replace(from, to)
}

/// The trace with its end line made to fit.
pub(super) fn counted(trace: &str) -> String {
    let events = trace.lines().count() - 2;
    with(trace, r#""events":16"#, &format!(r#""events":{events}"#))
}

pub(super) fn differs(trace: &str, log: &str) -> String {
    let report = checked(trace, log).unwrap();
    assert_eq!(report.verdict, Verdict::Different, "{report}");
    report.to_string()
}

#[test]
fn what_tokio_keeps_from_the_program_is_no_difference() {
    let report = checked(TRACE, LOG).unwrap();
    assert_eq!((report.verdict, report.sockets, report.calls), (Verdict::Exact, 3, 15), "{report}");
    assert_eq!((report.hidden.would_block, report.hidden.shutdowns_of_gone), (1, 1));
}

#[test]
fn whatever_line_is_missing_in_the_trace_is_missed() {
    let lines: Vec<&str> = TRACE.lines().collect();
    for missing in 1..lines.len() - 1 {
        if lines[missing].contains("mark") {
            continue;
        }
        let kept = lines.iter().enumerate().filter(|(line, _)| *line != missing).map(|(_, line)| *line);
        let trace = counted(&(kept.collect::<Vec<_>>().join("\n") + "\n"));
        let report = checked(trace, LOG).unwrap();
        // A listener that is not closed may have outlived the recording.
        let last = missing == lines.len() - 2;
        let expected = if last { Verdict::Inconclusive } else { Verdict::Different };
        assert_eq!(report.verdict, expected, "without {}: {report}", lines[missing]);
    }
}

#[test]
fn whatever_call_the_kernel_did_not_see_is_one_too_many() {
    for line in LOG
        .lines()
        .filter(|line| ["recvfrom(6", "writev", "sendto", "shutdown"].iter().any(|call| line.contains(call)))
    {
        let report = checked(TRACE, without(LOG, line)).unwrap();
        assert_eq!(report.verdict, Verdict::Different, "without {line}: {report}");
    }
    let trace = with(TRACE, "{\"t\":16", "{\"t\":16,\"sock\":3,\"op\":\"read\",\"bytes\":1}\n{\"t\":16");
    assert!(differs(&counted(&trace), LOG).contains("#3"), "after its close");
}

#[test]
fn whatever_is_told_otherwise_differs() {
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
        differs(&with(TRACE, from, to), LOG);
    }
    let swapped = with(&with(TRACE, r#"{"t":6,"#, "6"), r#"{"t":7,"#, r#"{"t":6,"#);
    let swapped = with(&swapped, "6\"sock\"", r#"{"t":7,"sock""#);
    let lines: Vec<&str> = swapped.lines().collect();
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.swap(6, 7);
    let swapped: String = order.iter().map(|line| format!("{}\n", lines[*line])).collect();
    assert!(differs(&swapped, LOG).contains("#2, fd 6, from call 2 on"));
}

#[test]
fn a_difference_is_told_with_what_comes_before_and_after() {
    let report = differs(&with(TRACE, r#""bytes":9,"#, r#""bytes":10,"#), LOG);
    for line in [
        "#2, fd 6, from call 3 on:",
        "  both    read 8 B                         line 11 of the log, line 7 of the trace",
        "  kernel  write 9 B in 2 slices            line 12 of the log",
        "  kernel  read 0 B (FIN)                   line 13 of the log",
        "  trace   write 10 B in 2 slices           line 8 of the trace",
    ] {
        assert!(report.lines().any(|said| said == line), "{line}\n{report}");
    }
    assert!(!report.contains("#3"), "{report}");
}

#[test]
fn a_call_that_the_tap_does_not_know_differs() {
    let log = with(LOG, "7 1.000013", "7 1.000012 sendfile(6, 3, NULL, 10) = 10\n7 1.000013");
    assert!(differs(TRACE, &log).contains("kernel  sendfile"));
    let log = with(LOG, "7 1.000013", "7 1.000012 splice(3, NULL, 6, NULL, 10, 0) = 10\n7 1.000013");
    assert!(differs(TRACE, &log).contains("kernel  splice"));
    let log = with(LOG, "SHUT_WR", "SHUT_RDWR");
    differs(TRACE, &log);
}

#[test]
fn sockets_and_processes_that_are_not_the_traces_are_left_alone() {
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
    let report = checked(TRACE, with(LOG, "7 1.000002 ", other)).unwrap();
    assert_eq!((report.verdict, report.calls), (Verdict::Exact, 15), "{report}");
}

#[test]
fn a_trace_or_log_that_is_cut_short_proves_nothing() {
    let unclear = |trace: &str, log: &str, reason: &str| {
        let report = checked(trace, log).unwrap();
        assert_eq!(report.verdict, Verdict::Inconclusive, "{report}");
        assert!(report.reasons.iter().any(|said| said.contains(reason)), "{report}");
        assert!(report.differences.is_empty(), "{report}");
    };
    unclear(&without(TRACE, "\"end\""), LOG, "cut short");
    unclear(&with(TRACE, "\"lost\":0", "\"lost\":2"), LOG, "2 events are missing");
    unclear(&with(TRACE, "\"events\":16", "\"events\":17"), LOG, "changed after recording");
    unclear(
        &format!("{TRACE}{{\"t\":1,\"op\":\"mark\",\"label\":\"more\"}}\n"),
        LOG,
        "text after the end line",
    );
    unclear(TRACE, &without(LOG, "7 1.000026"), "ends before process 7 does");
    unclear(&with(TRACE, "\"pid\":7", "\"pid\":8"), LOG, "has no process 8");
    let open = with(&without(TRACE, "\"ended_by\":\"reset\""), "\"lost\":0", "\"lost\":0,\"open\":1");
    unclear(&counted(&open), LOG, "1 later calls");
}

#[test]
fn a_log_that_cannot_be_followed_is_named_with_its_line() {
    let failed = |log: String, line: u64, what: &str| {
        let Err(Failure::Log(error)) = checked(TRACE, log) else { panic!("no error: {what}") };
        assert_eq!(error.line, line, "{error}");
        assert!(error.what.contains(what), "{error}");
    };
    failed("GET / HTTP/1.1\n".to_owned(), 1, "not a line of `strace -f -o FILE`");
    failed("1.000001 close(3) = 0\n".to_owned(), 1, "not a line of `strace -f -o FILE`");
    failed("7 close(3) = 0\n7 close(3".to_owned(), 2, "breaks off");
    failed("7 close(3)\n".to_owned(), 1, "breaks off");
    failed(with(LOG, "9 1.000007 accept4(5,  <unfinished ...>\n", ""), 8, "never began");
    failed(with(LOG, "<... accept4", "<... read"), 9, "never began");
    failed(without(LOG, "9 1.000019"), 19, "before its close has ended");
    failed(with(LOG, "9 1.000022 close(6) = 0", "9 1.000022 close_range(3, 10, 0) = 0"), 22, "close_range");
    failed(with(LOG, "9 1.000022 close(6)", "9 1.000022 dup2(3, 6)"), 22, "dup2 closes a socket");
    failed(
        with(LOG, "7 1.000008", "14 1.1 close(3) = 0\n7 1.000008")
            .replace("7 1.000006 clone3", "7 1.000006 getpid"),
        7,
        "thread 9",
    );
    let no_close = without(&without(LOG, "9 1.000016"), "9 1.000019");
    failed(no_close, 16, "close must be among the calls");
}

#[test]
fn the_log_is_cut_anywhere_and_nothing_is_taken_for_exact() {
    for length in 0..LOG.len() {
        if let Ok(report) = checked(TRACE, &LOG[..length]) {
            assert_eq!(report.verdict, Verdict::Inconclusive, "cut at {length}: {report}");
        }
    }
}

#[test]
fn datagrams_are_told_with_their_addresses() {
    const LOG: &str = r#"7 1.1 socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_UDP) = 5
7 1.2 bind(5, {sa_family=AF_INET, sin_port=htons(6000), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
7 1.3 recvmsg(5, {msg_name={sa_family=AF_INET, sin_port=htons(41), sin_addr=inet_addr("127.0.0.1")}, msg_namelen=128 => 16, msg_iov=[{iov_base=""..., iov_len=65}], msg_iovlen=1, msg_controllen=0, msg_flags=MSG_TRUNC}, MSG_TRUNC) = 900
7 1.4 sendto(5, ""..., 30, MSG_NOSIGNAL, {sa_family=AF_INET, sin_port=htons(41), sin_addr=inet_addr("127.0.0.1")}, 16) = 30
7 1.5 recvmsg(5, {msg_namelen=128}, MSG_TRUNC) = -1 EAGAIN (Resource temporarily unavailable)
7 1.6 recvmsg(5, {msg_name={sa_family=AF_INET, sin_port=htons(42), sin_addr=inet_addr("127.0.0.1")}, msg_namelen=128 => 16, msg_iov=[{iov_base="", iov_len=65}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, MSG_TRUNC) = 0
7 1.7 close(5) = 0
7 1.8 socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 5
7 1.9 close(5) = 0
7 2.0 +++ exited with 0 +++
"#;
    const TRACE: &str = r#"{"socket_tap":1,"name":"n","side":"server","program":"p","pid":7,"started":"","monotonic_ns":0,"capture":0}
{"t":1,"sock":1,"op":"socket","fd":5,"domain":"ipv4","type":"datagram"}
{"t":2,"sock":1,"op":"bind","local":"127.0.0.1:6000"}
{"t":3,"sock":1,"op":"recvfrom","bytes":65,"peer":"127.0.0.1:41","truncated":true,"length":900}
{"t":4,"sock":1,"op":"sendto","bytes":30,"peer":"127.0.0.1:41"}
{"t":5,"sock":1,"op":"recvfrom","bytes":0,"peer":"127.0.0.1:42"}
{"t":6,"sock":1,"op":"close","rx":65,"tx":30,"reads":2,"writes":1}
{"end":true,"events":6,"lost":0}
"#;
    let report = checked(TRACE, LOG).unwrap();
    assert_eq!((report.verdict, report.sockets, report.calls), (Verdict::Exact, 1, 6), "{report}");
    let said = differs(&with(TRACE, "\"length\":900", "\"length\":901"), LOG);
    assert!(said.contains("kernel  recvfrom 900 B from 127.0.0.1:41"), "{said}");
    let said = differs(&with(TRACE, "30,\"peer\":\"127.0.0.1:41", "30,\"peer\":\"127.0.0.1:40"), LOG);
    assert!(said.contains("kernel  sendto 30 B to 127.0.0.1:41"), "{said}");
    differs(&with(TRACE, "\"type\":\"datagram\"", "\"type\":\"stream\""), LOG);
    differs(TRACE, &without(LOG, "= 900"));
}
