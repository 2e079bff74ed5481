use super::*;
use crate::format::Line;

fn shown(lines: &[&str]) -> String {
    let mut formatter = Lines::new();
    let mut out = String::new();
    for line in lines {
        let Ok(Line::Event(event)) = Line::parse(line) else { panic!("{line}") };
        formatter.push(&event, &mut out);
    }
    out
}

#[test]
fn connection_is_formatted_line_by_line() {
    let text = shown(&[
        r#"{"t":0,"sock":1,"op":"socket","fd":9,"domain":"ipv4","type":"stream"}"#,
        r#"{"t":21000,"sock":1,"op":"bind","local":"127.0.0.1:3000"}"#,
        r#"{"t":3201112000,"sock":2,"op":"accept","on":1,"fd":11,"local":"127.0.0.1:3000","peer":"127.0.0.1:51234"}"#,
        r#"{"t":3201160000,"sock":2,"op":"read","bytes":85}"#,
        r#"{"t":3201240000,"sock":2,"op":"write","bytes":175,"slices":2}"#,
        r#"{"t":3201300000,"sock":2,"op":"read","bytes":0,"eof":true}"#,
        r#"{"t":3201320000,"sock":2,"op":"shutdown","how":"write"}"#,
        r#"{"t":3201342000,"sock":2,"op":"close","ended_by":"peer","rx":85,"tx":175,"reads":2,"writes":1}"#,
    ]);
    insta::assert_snapshot!(text, @r"
    0.000000   #1 socket    tcp ipv4                                     fd 9
    0.000021   #1 bind      127.0.0.1:3000
    3.201112   #2 accept    127.0.0.1:3000 ← 127.0.0.1:51234             fd 11
    3.201160   #2 read      85 B
    3.201240   #2 write     175 B in 2 slices
    3.201300   #2 read      0 B   the peer has finished sending (FIN)
    3.201320   #2 shutdown  write (our FIN)
    3.201342   #2 close     85 B in, 175 B out, 0.23 ms, ended by the peer
    ");
}

#[test]
fn packets_are_formatted_with_relative_numbers_and_fate() {
    let text = shown(&[
        r#"{"t":0,"op":"packet","from":"10.77.0.1:41000","to":"10.77.0.2:3000","protocol":"tcp","flags":"SYN","seq":7000,"window":64240,"mss":1460,"window_scale":7,"bytes":0,"length":60,"fate":"delivered","arrived":20010000,"retransmission":false}"#,
        r#"{"t":20020000,"op":"packet","from":"10.77.0.2:3000","to":"10.77.0.1:41000","protocol":"tcp","flags":"SYN ACK","seq":50,"ack":7001,"window":65535,"mss":1460,"window_scale":7,"bytes":0,"length":60,"fate":"dropped","reason":"loss"}"#,
        r#"{"t":40020000,"op":"packet","from":"10.77.0.1:41000","to":"10.77.0.2:3000","protocol":"tcp","flags":"PSH ACK","seq":7001,"ack":51,"window":502,"sack":[[60,70]],"bytes":85,"length":137,"fate":"duplicated","arrived":60020000,"retransmission":true}"#,
        r#"{"t":50020000,"op":"packet","from":"10.77.0.1:41001","to":"10.77.0.2:3000","protocol":"tcp","flags":"RST","seq":9,"window":0,"bytes":0,"length":40}"#,
        r#"{"t":60020000,"op":"packet","from":"10.77.0.1:5000","to":"10.77.0.2:3000","protocol":"udp","bytes":0,"length":28,"fate":"dropped","reason":"queue"}"#,
    ]);
    insta::assert_snapshot!(text, @r"
    0.000000      packet    10.77.0.1:41000 → 10.77.0.2:3000  SYN  seq 0  win 64240  mss 1460  in 20.01 ms
    0.020020      packet    10.77.0.2:3000 → 10.77.0.1:41000  SYN ACK  seq 0  ack 1  win 65535  mss 1460  dropped: loss
    0.040020      packet    10.77.0.1:41000 → 10.77.0.2:3000  PSH ACK  seq 1  ack 1  win 64256  sack 10-20  85 B  retransmission  duplicate  in 20.00 ms
    0.050020      packet    10.77.0.1:41001 → 10.77.0.2:3000  RST  seq 9 (absolute)  win 0
    0.060020      packet    10.77.0.1:5000 → 10.77.0.2:3000  udp  0 B  dropped: queue
    ");
}

#[test]
fn adopt_datagram_and_close_events_are_formatted() {
    let text = shown(&[
        r#"{"t":0,"sock":1,"op":"adopt","fd":3,"domain":"ipv4","type":"listener","local":"127.0.0.1:3000"}"#,
        r#"{"t":0,"sock":3,"op":"adopt","on":2,"domain":"tls","type":"stream","peer":"127.0.0.1:51234"}"#,
        r#"{"t":10000,"sock":3,"op":"release","rx":85,"tx":175,"reads":2,"writes":1}"#,
        r#"{"t":20000,"sock":4,"op":"socket","fd":5,"domain":"ipv4","type":"datagram"}"#,
        r#"{"t":30000,"sock":4,"op":"recvfrom","peer":"127.0.0.1:53","bytes":2,"truncated":true,"length":512}"#,
        r#"{"t":30000,"sock":4,"op":"recvfrom","peer":"127.0.0.1:53","bytes":2,"truncated":true}"#,
        r#"{"t":40000,"sock":4,"op":"sendto","bytes":7}"#,
        r#"{"t":40000,"sock":4,"op":"sendto","peer":"127.0.0.1:53","error":"permission denied","errno":1}"#,
        r#"{"t":50000,"sock":4,"op":"close","rx":4,"tx":7,"reads":2,"writes":1}"#,
        r#"{"t":60000,"sock":5,"op":"close","ended_by":"reset","rx":8,"tx":0,"reads":1,"writes":0,"errno":104}"#,
        r#"{"t":60000,"sock":6,"op":"close","ended_by":"local","aborted":true,"rx":8,"tx":0,"reads":1,"writes":0}"#,
        r#"{"t":70000,"op":"gap","rx":300,"tx":70,"reads":3,"writes":1,"others":12,"connections":2,"payloads":5}"#,
        r#"{"t":80000,"sock":7,"op":"splice"}"#,
        r#"{"t":90000,"op":"mark","label":"end"}"#,
    ]);
    insta::assert_snapshot!(text, @r"
    0.000000   #1 adopt     ipv4 listener, 127.0.0.1:3000                fd 3
    0.000000   #3 adopt     tls stream over #2, ? ↔ 127.0.0.1:51234
    0.000010   #3 release   85 B in, 175 B out, 0.01 ms, stays open, no longer recorded
    0.000020   #4 socket    udp ipv4                                     fd 5
    0.000030   #4 recvfrom  2 B ← 127.0.0.1:53   truncated from 512 B
    0.000030   #4 recvfrom  2 B ← 127.0.0.1:53   truncated
    0.000040   #4 sendto    7 B
    0.000040   #4 sendto    → 127.0.0.1:53 failed: permission denied (errno 1)
    0.000050   #4 close     received 4 B in 2 datagrams, sent 7 B in 1
    0.000060   #5 close     8 B in, 0 B out, reset by the peer (RST) (errno 104)
    0.000060   #6 close     8 B in, 0 B out, ended by us, aborted by this side (RST)
    0.000070      gap       dropped 3 reads (300 B), 1 writes (70 B), 12 other events, 2 whole connections, 5 payloads
    0.000080   #7 splice    (unknown operation, of a newer version)
    0.000090     ── end
    ");
}

#[test]
fn saved_syn_is_shown_after_accept() {
    let text = shown(&[
        r#"{"t":1000,"sock":2,"op":"accept","on":1,"fd":11,"local":"127.0.0.1:3000","peer":"127.0.0.1:51234","syn":{"ttl":64,"window":65495,"mss":65495,"window_scale":7,"sack_permitted":true,"tsval":7}}"#,
        r#"{"t":2000,"sock":3,"op":"accept","on":1,"syn":{"ttl":255,"window":512}}"#,
    ]);
    insta::assert_snapshot!(text, @r"
    0.000001   #2 accept    127.0.0.1:3000 ← 127.0.0.1:51234             fd 11   SYN ttl 64, win 65495, mss 65495, wscale 7, sackOK, TS
    0.000002   #3 accept    ? ← ?   SYN ttl 255, win 512
    ");
}

#[test]
fn tcp_sample_is_formatted_without_its_zeros() {
    let text = shown(&[
        r#"{"t":1000,"sock":2,"op":"tcp_info","tcp":{"state":"ESTABLISHED","rtt_us":21,"cwnd":10}}"#,
        r#"{"t":2000,"sock":2,"op":"tcp_info","tcp":{"state":"ESTABLISHED","rtt_us":21,"retransmits":4,"unread":5,"cwnd":10,"unacked":2,"unsent":1000,"lost":1,"busy_us":8000,"rwnd_limited_us":4000,"sndbuf_limited_us":999}}"#,
    ]);
    insta::assert_snapshot!(text, @r"
    0.000001   #2 tcp_info  ESTABLISHED, rtt 21 us, cwnd 10
    0.000002   #2 tcp_info  ESTABLISHED, rtt 21 us, cwnd 10, 2 unacked, 1 lost, 4 retransmitted, 1000 B unsent, 5 B unread, busy 8 ms (peer's window 4 ms)
    ");
}

#[test]
fn text_shows_fin_only_for_tcp_and_unix() {
    let ending = |domain: &str| {
        let adopt = format!(r#"{{"t":0,"sock":1,"op":"adopt","domain":"{domain}","type":"stream"}}"#);
        shown(&[
            &adopt,
            r#"{"t":1000,"sock":1,"op":"read","bytes":0,"eof":true}"#,
            r#"{"t":2000,"sock":1,"op":"shutdown","how":"write"}"#,
        ])
    };
    assert_eq!(ending("ipv4").matches("FIN").count(), 2);
    assert_eq!(ending("unix").matches("FIN").count(), 2);
    assert!(!ending("tls").contains("FIN"));
}

#[test]
fn control_characters_in_event_text_are_replaced() {
    for line in [
        r#"{"t":0,"op":"mark","label":"\u001b[2Jgone"}"#,
        r#"{"t":0,"sock":1,"op":"option","name":"\u001b[2J","value":1}"#,
        r#"{"t":0,"sock":1,"op":"socket","domain":"\u001b[2J","type":"\u001b[2J"}"#,
        r#"{"t":0,"sock":1,"op":"read","error":"\u001b[2J"}"#,
        r#"{"t":0,"sock":1,"op":"bind","local":"\u001b[2J"}"#,
        r#"{"t":0,"sock":1,"op":"\u001b[2J"}"#,
    ] {
        let out = shown(&[line]);
        assert!(out.contains('␛') && !out.contains('\x1b'), "{out:?}");
    }
}

#[test]
fn connect_line_shows_duration_of_the_handshake() {
    let line = |t: u64| {
        let event = r#"{"t":915000,"sock":3,"op":"connect","local":"127.0.0.1:51234","peer":"127.0.0.1:80","began":795000}"#;
        let Ok(Line::Event(event)) = Line::parse(event) else { panic!("{event}") };
        let mut out = String::new();
        Lines::new().push_at(t, &event, &mut out);
        out
    };
    assert_eq!(line(915_000), "  0.000915   #3 connect   127.0.0.1:51234 → 127.0.0.1:80   in 0.12 ms\n");
    assert!(line(795_000).starts_with("  0.000795   #3 connect "), "{}", line(795_000));
}
