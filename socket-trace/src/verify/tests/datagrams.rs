//! Tests of datagram sockets, whose calls are compared with their addresses.

use super::support::*;
use super::*;

#[test]
fn datagrams_are_compared_with_their_addresses() {
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
    const EVENTS: &str = r#"{"t":1,"sock":1,"op":"socket","fd":5,"domain":"ipv4","type":"datagram"}
{"t":2,"sock":1,"op":"bind","local":"127.0.0.1:6000"}
{"t":3,"sock":1,"op":"recvfrom","bytes":65,"peer":"127.0.0.1:41","truncated":true,"length":900}
{"t":4,"sock":1,"op":"sendto","bytes":30,"peer":"127.0.0.1:41"}
{"t":5,"sock":1,"op":"recvfrom","bytes":0,"peer":"127.0.0.1:42"}
{"t":6,"sock":1,"op":"close","rx":65,"tx":30,"reads":2,"writes":1}
{"end":true,"events":6,"lost":0}
"#;
    let trace = format!("{}\n{EVENTS}", header());
    let report = checked(trace.as_str(), LOG).unwrap();
    assert_eq!((report.verdict, report.sockets, report.calls), (Verdict::Exact, 1, 6), "{report}");
    let text = differs(&with(&trace, "\"length\":900", "\"length\":901"), LOG);
    assert!(text.contains("kernel  recvfrom 900 B from 127.0.0.1:41"), "{text}");
    let text = differs(&with(&trace, "30,\"peer\":\"127.0.0.1:41", "30,\"peer\":\"127.0.0.1:40"), LOG);
    assert!(text.contains("kernel  sendto 30 B to 127.0.0.1:41"), "{text}");
    differs(&with(&trace, "\"type\":\"datagram\"", "\"type\":\"stream\""), LOG);
    differs(&trace, &without(LOG, "= 900"));
}
