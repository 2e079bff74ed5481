//! Export of IPv6 connections, sockets without IP addresses, and datagrams.

use crate::support::{ACCEPT, Place, Text};
use crate::tshark::{Node, Tshark, sent_by, unhex};

#[test]
fn ipv6_connection_has_ipv6_packets() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let accept = r#""sock":2,"op":"accept","on":1,"local":"[::1]:3000","peer":"[fe80::7]:51234""#;
    let large = vec![b'x'; 70_000];
    let trace = Text::server().event(accept).read(b"hello").write(&large).ended_by_peer(5, 70_000);
    let (file, _) = place.export(&trace, "a.pcapng");
    tshark.assert_clean(&file, &[]);
    let rows = tshark.fields(&file, &[], "tcp.len > 0", &["ipv6.src", "ipv6.dst", "ipv6.plen", "tcp.len"]);
    let expected = [
        ["fe80::7", "::1", "25", "5"],
        ["::1", "fe80::7", "65515", "65495"],
        ["::1", "fe80::7", "4525", "4505"],
    ];
    assert_eq!(rows, expected.map(|row| row.map(str::to_owned).to_vec()));
    assert_eq!(sent_by(Node::Second, &tshark.follow(&file, &[], "tcp,raw,0")), large);
}

#[test]
fn unix_domain_socket_gets_placeholder_addresses() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let accept = r#""sock":2,"op":"accept","on":1,"local":"/run/shelf.sock","peer":"(unnamed)""#;
    let request = b"GET /books HTTP/1.1\r\nhost: x\r\n\r\n";
    let trace = Text::server().event(accept).read(request).ended_by_peer(request.len(), 0);
    let (file, notes) = place.export(&trace, "a.pcapng");
    assert!(notes.contains("placeholder addresses"), "{notes}");
    tshark.assert_clean(&file, &[]);
    let fields = ["ipv6.src", "tcp.srcport", "ipv6.dst", "tcp.dstport", "frame.comment"];
    let comment =
        "synthesised from accept, #2, line 2,placeholder addresses instead of /run/shelf.sock ↔ (unnamed)";
    assert_eq!(
        tshark.fields(&file, &[], "frame.number == 1", &fields),
        [["2001:db8::2", "2", "2001:db8::2", "1", comment]]
    );
    assert_eq!(tshark.fields(&file, &[], "http.request", &["http.request.uri"]), [["/books"]]);
}

#[test]
fn layered_streams_are_exported_as_separate_connections() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let tls = r#""sock":3,"op":"adopt","on":2,"domain":"tls","type":"stream","local":"127.0.0.1:3000","peer":"127.0.0.1:51234""#;
    let plain = r#""sock":3,"op":"read","bytes":5,"data":"aGVsbG8=""#;
    let trace = Text::server().event(ACCEPT).event(tls).read(b"secret").event(plain);
    let (file, _) = place.export(&trace, "a.pcapng");
    tshark.assert_clean(&file, &[]);
    let rows = tshark.fields(&file, &[], "tcp.len > 0", &["tcp.stream", "tcp.len"]);
    assert_eq!(rows, [["0", "6"], ["1", "5"]]);
    let comments = tshark.fields(&file, &[], "tcp.stream == 1 && tcp.flags.syn == 1", &["frame.comment"]);
    assert!(
        comments[0][0].ends_with("the tls stream is layered on #2 and has no addresses of its own"),
        "{comments:?}"
    );
}

#[test]
fn connection_opened_before_the_trace_is_exported() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let (file, notes) = place.export(&Text::server().read(b"hello").ended_by_peer(90_005, 7), "a.pcapng");
    // The totals include bytes before the trace.
    assert!(!notes.contains("last bytes before the FIN"), "{notes}");
    tshark.assert_clean(&file, &[]);
    let comments = tshark.fields(&file, &[], "frame.number == 1", &["frame.comment"]);
    assert!(
        comments[0][0].ends_with("the trace has no accept or connect of this connection"),
        "{comments:?}"
    );
    assert_eq!(sent_by(Node::First, &tshark.follow(&file, &[], "tcp,raw,0")), b"hello");
}

#[test]
fn datagrams_are_exported_as_udp_packets() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let trace = Text::server()
        .event(r#""sock":4,"op":"socket","domain":"ipv4","type":"datagram""#)
        .event(r#""sock":4,"op":"bind","local":"127.0.0.1:5300""#)
        .event(r#""sock":4,"op":"recvfrom","peer":"127.0.0.1:40000","bytes":3,"data":"YXNr""#)
        .event(r#""sock":4,"op":"sendto","peer":"127.0.0.1:40000","bytes":6,"data":"YW5zd2Vy""#)
        .event(r#""sock":4,"op":"recvfrom","peer":"127.0.0.1:40000","bytes":2,"truncated":true,"length":512,"data":"YXM=""#)
        .event(r#""sock":4,"op":"connect","local":"127.0.0.1:5300","peer":"127.0.0.1:40001""#)
        .event(r#""sock":4,"op":"sendto","bytes":0"#)
        .event(r#""sock":4,"op":"sendto","bytes":65508"#)
        .event(r#""sock":4,"op":"close","rx":5,"tx":6,"reads":2,"writes":2"#)
        .event(r#""sock":5,"op":"adopt","domain":"ipv6","type":"datagram","local":"[::1]:5300""#)
        .event(r#""sock":5,"op":"recvfrom","peer":"[::1]:40000","bytes":3,"data":"YXNr""#);
    let (file, notes) = place.export(&trace, "a.pcapng");
    assert!(notes.contains("too large"), "{notes}");
    tshark.assert_none(&file, &[], "_ws.malformed || tcp");
    tshark.assert_none(
        &file,
        &[],
        "udp && !_ws.short && frame.cap_len == frame.len && udp.checksum.status != 1",
    );
    let fields = ["udp.srcport", "udp.dstport", "udp.length", "frame.cap_len", "frame.comment"];
    let rows = tshark.fields(&file, &[], "udp", &fields);
    let expected = [
        ["40000", "5300", "11", "31", "recvfrom 3 B, #4, line 4"],
        ["5300", "40000", "14", "34", "sendto 6 B, #4, line 5"],
        ["40000", "5300", "520", "30", "recvfrom 2 B, #4, line 6"],
        ["5300", "40001", "8", "28", "sendto 0 B, #4, line 8"],
        ["40000", "5300", "11", "51", "recvfrom 3 B, #5, line 12"],
    ];
    assert_eq!(rows, expected.map(|row| row.map(str::to_owned).to_vec()));
    let response = tshark.fields(&file, &[], "udp.length == 14", &["data.data"]);
    assert_eq!(unhex(&response[0][0]), b"answer");
}
