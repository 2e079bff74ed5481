//! Sockets that the tap did not make. The logs have microseconds since the epoch from 15:00:00 on, the trace's own second 0.

use super::*;

const EMPTY: &str = r#"{"socket_tap":1,"name":"n","side":"server","program":"p","pid":7,"started":"2026-11-22T15:00:00Z","monotonic_ns":0,"capture":0}"#;

/// A listener that is made, and used once, without the tap. From the second 2 on it is the tap's.
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

/// A trace with these events.
pub(super) fn trace(events: &[&str]) -> String {
    let events = events.join("\n");
    let count = events.lines().count();
    format!("{EMPTY}\n{events}\n{{\"end\":true,\"events\":{count},\"lost\":0}}\n")
}

pub(super) fn is_exact(trace: &str, log: &str) -> Report {
    let report = checked(trace, log).unwrap();
    assert_eq!(report.verdict, Verdict::Exact, "{report}");
    report
}

pub(super) fn is_unclear(trace: &str, log: &str, reason: &str) {
    let report = checked(trace, log).unwrap();
    assert_eq!(report.verdict, Verdict::Inconclusive, "{report}");
    assert!(report.reasons.iter().any(|said| said.contains(reason)), "{report}");
    assert!(report.differences.is_empty(), "{report}");
}

/// The log without its times.
pub(super) fn untimed(log: &str) -> String {
    log.lines()
        .map(|line| line.splitn(3, ' ').collect::<Vec<_>>())
        .map(|words| format!("{} {}\n", words[0], words[2]))
        .collect()
}

/// The log without what was done before the socket was adopted.
fn used_at_once() -> String {
    LOG.lines().filter(|line| !line.contains("1795359601.")).map(|line| format!("{line}\n")).collect()
}

#[test]
fn calls_before_the_adoption_are_not_compared() {
    let report = is_exact(&trace(&[ADOPT, AFTER]), LOG);
    assert_eq!((report.sockets, report.calls), (2, 4), "{report}");
    is_exact(&trace(&[ADOPT, AFTER]), &used_at_once());
    is_exact(&trace(&[ADOPT, AFTER]), &untimed(&used_at_once()));
    differs(&trace(&[ADOPT, &with(AFTER, "1:41", "1:42")]), &untimed(&used_at_once()));
}

#[test]
fn every_call_after_the_adoption_is_compared() {
    let lines: Vec<&str> = AFTER.lines().collect();
    // Without the accept, no call is in both that would show that their clocks agree.
    for (log, first) in [(LOG.to_owned(), 1), (untimed(&used_at_once()), 0)] {
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
fn moment_of_adoption_may_be_uncertain_without_times() {
    is_unclear(
        &trace(&[ADOPT, AFTER]),
        &untimed(LOG),
        "which calls on fd 5 came before #1 was adopted: pass -ttt",
    );
    // Less than what the clocks may differ.
    let close = LOG.replace("1795359601.", "1795359601.995");
    is_unclear(&trace(&[ADOPT, AFTER]), &close, "which calls on fd 5");
}

#[test]
fn trace_complete_from_first_possible_moment_is_exact() {
    let before = r#"{"t":1100100000,"sock":2,"op":"accept","on":1,"fd":6,"local":"127.0.0.1:3000","peer":"127.0.0.1:40"}
{"t":1200100000,"sock":2,"op":"write","bytes":3}
{"t":1300000000,"sock":2,"op":"close","ended_by":"local","rx":0,"tx":3,"reads":0,"writes":1}"#;
    let adopt = with(ADOPT, "2000100000", "400100000");
    let after = AFTER.replace("\"sock\":2", "\"sock\":3");
    for log in [LOG.to_owned(), untimed(LOG)] {
        is_exact(&trace(&[&adopt, before, &after]), &log);
    }
    differs(&trace(&[&adopt, &after]), LOG);
    is_unclear(&trace(&[&adopt, &after]), &untimed(LOG), "which calls on fd 5");
}

#[test]
fn times_of_clocks_that_disagree_decide_nothing() {
    // By one second the first use of the listener is where its adoption was.
    let late = (0..5).rev().fold(LOG.to_owned(), |log, second| {
        log.replace(&format!("179535960{second}."), &format!("179535960{}.", second + 1))
    });
    is_unclear(&trace(&[ADOPT, AFTER]), &late, "nothing shows that the clocks");
    let set_back = with(LOG, "7 1795359603.400000 close", "7 1795359602.400000 close");
    is_unclear(&trace(&[ADOPT, AFTER]), &set_back, "nothing shows that the clocks");
    let early = LOG.replace("17953596", "17953595");
    let report = checked(trace(&[ADOPT, AFTER]), early).unwrap();
    assert_eq!(report.verdict, Verdict::Inconclusive, "{report}");
}

#[test]
fn adoption_absent_from_log_is_inconclusive() {
    let log: String =
        LOG.lines().filter(|line| !line.contains("getsockname")).map(|line| format!("{line}\n")).collect();
    is_unclear(&trace(&[ADOPT, AFTER]), &log, "does not show when #1, fd 5, was adopted");
    is_unclear(&trace(&[&with(ADOPT, "\"fd\":5", "\"fd\":4"), AFTER]), LOG, "fd 4, was adopted");
}

/// Handed over by another process (socket activation), so that neither `socket` nor `bind` is in the log.
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
fn duplicate_is_a_descriptor_of_its_own() {
    // The program keeps fd 5, and gives its duplicate to the tap.
    let log = used_at_once()
        .replace("getsockname(5", "getsockname(8")
        .replace("accept4(5", "accept4(8")
        .replace("7 1795359603.400000 close(5)", "7 1795359603.400000 close(8)");
    let dup = "7 1795359600.350000 fcntl(5, F_DUPFD_CLOEXEC, 3) = 8\n7 1795359600.400000";
    let log = with(&log, "7 1795359600.400000", dup);
    let adopt = with(ADOPT, "\"fd\":5", "\"fd\":8");
    is_exact(&trace(&[&adopt, AFTER]), &log);
    differs(&trace(&[&adopt, &with(AFTER, "\"bytes\":8", "\"bytes\":9")]), &log);

    // The other way round: what passes through the duplicate passes by the tap.
    let copied = "7 1795359603.150000 dup(6) = 9\n7 1795359603.200000";
    let harmless = with(&used_at_once(), "7 1795359603.200000", copied);
    let harmless = with(&harmless, "7 1795359604", "7 1795359603.500000 close(9) = 0\n7 1795359604");
    is_exact(&trace(&[ADOPT, AFTER]), &harmless);
    let used = with(
        &harmless,
        "7 1795359603.300000",
        "7 1795359603.250000 write(9, \"\"..., 4) = 4\n7 1795359603.300000",
    );
    is_unclear(&trace(&[ADOPT, AFTER]), &used, "1 calls through the duplicate");
}

/// A program looks for a free port with a socket of its own, and then has the tap bind it.
#[test]
fn socket_is_not_mistaken_for_one_made_alike() {
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
    is_unclear(&trace(&[events]), &untimed(&log(1)), "which of several sockets with fd 5 is #1");
}
