//! Calls of several threads on one socket.

use super::support::*;

/// Log of two threads that use one socket: thread 8 reads, and thread 9 writes.
const LOG: &str = r#"7 1.01 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_IP) = 5
7 1.02 connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
7 1.03 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD, stack=0x7f}, 88) = 8
7 1.04 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD, stack=0x7f}, 88) = 9
8 1.05 recvfrom(5, ""..., 24, 0, NULL, NULL) = 4
9 1.06 sendto(5, ""..., 5, MSG_NOSIGNAL, NULL, 0) = 5
8 1.07 recvfrom(5, ""..., 24, 0, NULL, NULL) = 6
9 1.08 sendto(5, ""..., 7, MSG_NOSIGNAL, NULL, 0) = 7
7 1.09 close(5) = 0
7 1.10 +++ exited with 0 +++
"#;

fn of(transfers: [(&str, u64); 4]) -> String {
    let begins = r#"{"t":1,"sock":1,"op":"socket","fd":5,"domain":"ipv4","type":"stream"}
{"t":2,"sock":1,"op":"connect","local":"127.0.0.1:41","peer":"127.0.0.1:80"}"#;
    let transfers = transfers
        .map(|(op, bytes)| format!("{{\"t\":3,\"sock\":1,\"op\":\"{op}\",\"bytes\":{bytes}}}"))
        .join("\n");
    let closes = r#"{"t":8,"sock":1,"op":"close","ended_by":"local","rx":10,"tx":12,"reads":2,"writes":2}"#;
    trace(&[begins, &transfers, closes])
}

#[test]
fn order_of_overlapping_calls_is_not_compared() {
    is_exact(&of([("read", 4), ("write", 5), ("read", 6), ("write", 7)]), LOG);
    // Thread 8 may have been slow to record its first read, so that thread 9 entered its first write before.
    is_exact(&of([("write", 5), ("read", 4), ("read", 6), ("write", 7)]), LOG);
    is_exact(&of([("write", 5), ("read", 4), ("write", 7), ("read", 6)]), LOG);
    // Thread 9 may have entered its second write as soon as its first one ended.
    is_exact(&of([("write", 5), ("write", 7), ("read", 4), ("read", 6)]), LOG);
    // Thread 9 had entered its first write before thread 8 began its second read.
    differs(&of([("read", 4), ("read", 6), ("write", 5), ("write", 7)]), LOG);
    // Thread 8 recorded its first read before it began its second, and here the first write ended after that.
    let late = LOG
        .replace("9 1.06 sendto(5, \"\"..., 5, MSG_NOSIGNAL, NULL, 0) = 5\n8 1.07", "8 1.07")
        .replace("9 1.08 sendto", "9 1.075 sendto(5, \"\"..., 5, MSG_NOSIGNAL, NULL, 0) = 5\n9 1.08 sendto");
    is_exact(&of([("read", 4), ("read", 6), ("write", 5), ("write", 7)]), &late);
    differs(&of([("write", 5), ("write", 7), ("read", 4), ("read", 6)]), &late);
    // One direction of a stream belongs to one task.
    differs(&of([("read", 6), ("write", 5), ("read", 4), ("write", 7)]), LOG);
    differs(&of([("write", 5), ("read", 4), ("read", 6), ("write", 8)]), LOG);
    let one_thread = LOG.replace("\n8 ", "\n9 ");
    differs(&of([("write", 5), ("read", 4), ("read", 6), ("write", 7)]), &one_thread);
}

#[test]
fn extra_call_is_found_despite_allowed_reordering() {
    let exact = of([("read", 4), ("write", 5), ("read", 6), ("write", 7)]);
    // The trace starts with a write that the kernel did not see.
    let extra =
        exact.replacen("{\"t\":3,", "{\"t\":3,\"sock\":1,\"op\":\"write\",\"bytes\":9}\n{\"t\":3,", 1);
    let text = differs(&extra.replace("\"events\":7", "\"events\":8"), LOG);
    assert!(text.contains("kernel  read 4 B") && text.contains("trace   write 9 B"), "{text}");
}

/// The second call ends before the first call, although the first call began earlier.
#[test]
fn concurrent_datagram_calls_may_be_reordered() {
    const LOG: &str = r#"7 1.1 socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, IPPROTO_UDP) = 5
7 1.2 bind(5, {sa_family=AF_INET, sin_port=htons(6000), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
7 1.3 clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD, stack=0x7f}, 88) = 8
7 1.4 recvfrom(5,  <unfinished ...>
8 1.5 recvfrom(5, ""..., 65, 0, {sa_family=AF_INET, sin_port=htons(41), sin_addr=inet_addr("127.0.0.1")}, [16]) = 2
7 1.6 <... recvfrom resumed>""..., 65, 0, {sa_family=AF_INET, sin_port=htons(41), sin_addr=inet_addr("127.0.0.1")}, [16]) = 1
8 1.7 close(5) = 0
7 1.8 +++ exited with 0 +++
"#;
    let events = |first: u64, second: u64| {
        trace(&[
            r#"{"t":1,"sock":1,"op":"socket","fd":5,"domain":"ipv4","type":"datagram"}"#,
            r#"{"t":2,"sock":1,"op":"bind","local":"127.0.0.1:6000"}"#,
            &format!(r#"{{"t":3,"sock":1,"op":"recvfrom","bytes":{first},"peer":"127.0.0.1:41"}}"#),
            &format!(r#"{{"t":4,"sock":1,"op":"recvfrom","bytes":{second},"peer":"127.0.0.1:41"}}"#),
            r#"{"t":6,"sock":1,"op":"close","rx":3,"tx":0,"reads":2,"writes":0}"#,
        ])
    };
    is_exact(&events(1, 2), LOG);
    is_exact(&events(2, 1), LOG);
    differs(&events(2, 2), LOG);
}
