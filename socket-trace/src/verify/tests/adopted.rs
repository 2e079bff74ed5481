//! Tests of sockets that the tap adopted. In the logs, times are seconds since 1970; the recording starts at
//! 1795359600.

use super::support::*;
use super::*;

/// Log of a listener that is created without the tap, and accepts a connection. The tap adopts the listener
/// at 1795359602, 2 seconds after the recording started.
const LOG: &str = r#"7 1795359600.100000 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 5
7 1795359600.200000 bind(5, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
7 1795359600.300000 listen(5, 128) = 0
7 1795359600.400000 getsockname(5, {sa_family=AF_INET, sin_port=htons(3000), sin_addr=inet_addr("127.0.0.1")}, [128 => 16]) = 0
7 1795359601.100000 accept4(5, {sa_family=AF_INET, sin_port=htons(40), sin_addr=inet_addr("127.0.0.1")}, [128 => 16], SOCK_CLOEXEC) = 6
7 1795359601.200000 sendto(6, ""..., 3, MSG_NOSIGNAL, NULL, 0) = 3
7 1795359601.300000 close(6) = 0
7 1795359602.000000 getsockname(5, {sa_family=AF_INET, sin_port=htons(3000), sin_addr=inet_addr("127.0.0.1")}, [128 => 16]) = 0
7 1795359603.100000 accept4(5, {sa_family=AF_INET, sin_port=htons(41), sin_addr=inet_addr("127.0.0.1")}, [128 => 16], SOCK_CLOEXEC) = 6
7 1795359603.200000 recvfrom(6, ""..., 24, 0, NULL, NULL) = 8
7 1795359603.300000 close(6) = 0
7 1795359603.400000 close(5) = 0
7 1795359604.000000 +++ exited with 0 +++
"#;

const ADOPT: &str = r#"{"t":2000100000,"sock":1,"op":"adopt","fd":5,"domain":"ipv4","type":"listener","local":"127.0.0.1:3000"}"#;

const AFTER: &str = r#"{"t":3100100000,"sock":2,"op":"accept","on":1,"fd":6,"local":"127.0.0.1:3000","peer":"127.0.0.1:41"}
{"t":3200100000,"sock":2,"op":"read","bytes":8}
{"t":3300000000,"sock":2,"op":"close","ended_by":"local","rx":8,"tx":0,"reads":1,"writes":0}
{"t":3400000000,"sock":1,"op":"close"}"#;

/// Returns the log without the calls before the adoption.
fn without_earlier_use() -> String {
    LOG.lines().filter(|line| !line.contains("1795359601.")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn calls_before_tap_adopts_socket_are_not_compared() {
    let report = is_exact(&trace(&[ADOPT, AFTER]), LOG);
    assert_eq!((report.sockets, report.calls), (2, 4), "{report}");
    is_exact(&trace(&[ADOPT, AFTER]), &without_earlier_use());
    is_exact(&trace(&[ADOPT, AFTER]), &untimed(&without_earlier_use()));
    differs(&trace(&[ADOPT, &with(AFTER, "1:41", "1:42")]), &untimed(&without_earlier_use()));
}

#[test]
fn every_call_after_tap_adopts_socket_is_compared() {
    let lines: Vec<&str> = AFTER.lines().collect();
    // Without the accept, log and trace have no call in common that shows that their clocks agree.
    for (log, first) in [(LOG.to_owned(), 1), (untimed(&without_earlier_use()), 0)] {
        for missing in first..lines.len() - 1 {
            let kept = lines.iter().enumerate().filter(|(line, _)| *line != missing).map(|(_, line)| *line);
            let after = kept.collect::<Vec<_>>().join("\n");
            differs(&trace(&[ADOPT, &after]), &log);
        }
        differs(&trace(&[ADOPT, &with(AFTER, "\"bytes\":8", "\"bytes\":9")]), &log);
        for missing in &["recvfrom", "htons(41)"][..2 - first] {
            let log = log.lines().filter(|line| !line.contains(*missing)).map(|line| format!("{line}\n"));
            differs(&trace(&[ADOPT, AFTER]), &log.collect::<String>());
        }
    }
}

#[test]
fn adoption_time_may_be_unknown_without_log_times() {
    let reasons = is_inconclusive(&trace(&[ADOPT, AFTER]), &untimed(LOG));
    assert!(reasons[0].contains("fd 5") && reasons[0].contains("#1"), "{reasons:?}");
    // The calls are less apart than the clocks may differ.
    let close = LOG.replace("1795359601.", "1795359601.995");
    is_inconclusive(&trace(&[ADOPT, AFTER]), &close);
}

#[test]
fn complete_trace_since_tap_adopted_socket_is_exact() {
    let before = r#"{"t":1100100000,"sock":2,"op":"accept","on":1,"fd":6,"local":"127.0.0.1:3000","peer":"127.0.0.1:40"}
{"t":1200100000,"sock":2,"op":"write","bytes":3}
{"t":1300000000,"sock":2,"op":"close","ended_by":"local","rx":0,"tx":3,"reads":0,"writes":1}"#;
    let adopt = with(ADOPT, "2000100000", "400100000");
    let after = AFTER.replace("\"sock\":2", "\"sock\":3");
    for log in [LOG.to_owned(), untimed(LOG)] {
        is_exact(&trace(&[&adopt, before, &after]), &log);
    }
    differs(&trace(&[&adopt, &after]), LOG);
    is_inconclusive(&trace(&[&adopt, &after]), &untimed(LOG));
}

#[test]
fn log_times_are_ignored_if_clocks_disagree() {
    // One second later, the first use of the listener coincides with its adoption.
    let late = (0..5).rev().fold(LOG.to_owned(), |log, second| {
        log.replace(&format!("179535960{second}."), &format!("179535960{}.", second + 1))
    });
    is_inconclusive(&trace(&[ADOPT, AFTER]), &late);
    let set_back = with(LOG, "7 1795359603.400000 close", "7 1795359602.400000 close");
    is_inconclusive(&trace(&[ADOPT, AFTER]), &set_back);
    let early = LOG.replace("17953596", "17953595");
    let report = checked(trace(&[ADOPT, AFTER]), early).unwrap();
    assert_eq!(report.verdict, Verdict::Inconclusive, "{report}");
}

#[test]
fn adoption_by_tap_missing_from_log_is_inconclusive() {
    let log: String =
        LOG.lines().filter(|line| !line.contains("getsockname")).map(|line| format!("{line}\n")).collect();
    is_inconclusive(&trace(&[ADOPT, AFTER]), &log);
    is_inconclusive(&trace(&[&with(ADOPT, "\"fd\":5", "\"fd\":4"), AFTER]), LOG);
}

/// Another process has passed the socket (socket activation), so the log has neither `socket` nor `bind`.
#[test]
fn inherited_socket_is_found_by_its_addresses() {
    const LOG: &str = r#"7 1.1 getsockname(3, {sa_family=AF_INET, sin_port=htons(6000), sin_addr=inet_addr("127.0.0.1")}, [128 => 16]) = 0
7 1.2 getpeername(3, 0x7ff, [128]) = -1 ENOTCONN (Transport endpoint is not connected)
7 1.3 recvmsg(3, {msg_name={sa_family=AF_INET, sin_port=htons(41), sin_addr=inet_addr("127.0.0.1")}, msg_namelen=128 => 16, msg_iov=[{iov_base=""..., iov_len=65}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, MSG_TRUNC) = 9
7 1.4 close(3) = 0
7 1.5 +++ exited with 0 +++
"#;
    let events = [
        r#"{"t":1,"sock":1,"op":"adopt","fd":3,"domain":"ipv4","type":"datagram","local":"127.0.0.1:6000"}"#,
        r#"{"t":2,"sock":1,"op":"recvfrom","bytes":9,"peer":"127.0.0.1:41"}"#,
        r#"{"t":3,"sock":1,"op":"close","rx":9,"tx":0,"reads":1,"writes":0}"#,
    ];
    is_exact(&trace(&events), LOG);
    differs(&trace(&events), &with(LOG, "= 9", "= 8"));
    differs(&trace(&[events[0], events[2]]), LOG);
}

#[test]
fn duplicate_descriptors_are_tracked_separately() {
    // The program keeps fd 5, and passes its duplicate to the tap.
    let log = without_earlier_use()
        .replace("getsockname(5", "getsockname(8")
        .replace("accept4(5", "accept4(8")
        .replace("7 1795359603.400000 close(5)", "7 1795359603.400000 close(8)");
    let dup = "7 1795359600.350000 fcntl(5, F_DUPFD_CLOEXEC, 3) = 8\n7 1795359600.400000";
    let log = with(&log, "7 1795359600.400000", dup);
    let adopt = with(ADOPT, "\"fd\":5", "\"fd\":8");
    is_exact(&trace(&[&adopt, AFTER]), &log);
    differs(&trace(&[&adopt, &with(AFTER, "\"bytes\":8", "\"bytes\":9")]), &log);

    // Here the program uses the duplicate itself, which bypasses the tap.
    let copied = "7 1795359603.150000 dup(6) = 9\n7 1795359603.200000";
    let harmless = with(&without_earlier_use(), "7 1795359603.200000", copied);
    let harmless = with(&harmless, "7 1795359604", "7 1795359603.500000 close(9) = 0\n7 1795359604");
    is_exact(&trace(&[ADOPT, AFTER]), &harmless);
    let used = with(
        &harmless,
        "7 1795359603.300000",
        "7 1795359603.250000 write(9, \"\"..., 4) = 4\n7 1795359603.300000",
    );
    is_inconclusive(&trace(&[ADOPT, AFTER]), &used);
}

/// The program finds a free port with a socket of its own, and then binds that port with the tap.
#[test]
fn earlier_socket_with_same_fd_is_not_matched() {
    let log = |second: u32| {
        format!(
            r#"7 1795359600.100000 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 5
7 1795359600.200000 bind(5, {{sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}}, 16) = 0
7 1795359600.400000 close(5) = 0
7 179535960{second}.500000 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 5
7 179535960{second}.600000 bind(5, {{sa_family=AF_INET, sin_port=htons(3000), sin_addr=inet_addr("127.0.0.1")}}, 16) = 0
7 179535960{second}.700000 listen(5, 128) = 0
7 179535960{second}.800000 close(5) = 0
7 1795359604.000000 +++ exited with 0 +++
"#
        )
    };
    let events = r#"{"t":1500100000,"sock":1,"op":"socket","fd":5,"domain":"ipv4","type":"stream"}
{"t":1600100000,"sock":1,"op":"bind","local":"127.0.0.1:3000"}
{"t":1700100000,"sock":1,"op":"listen","backlog":128}
{"t":1800000000,"sock":1,"op":"close"}"#;
    is_exact(&trace(&[events]), &log(1));
    differs(&trace(&[&with(events, "128", "127")]), &log(1));
    is_inconclusive(&trace(&[events]), &untimed(&log(1)));
}
