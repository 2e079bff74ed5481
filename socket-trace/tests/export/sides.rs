//! Export of several traces to one file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use socket_tap::format::Side;

use crate::conversation::{Conversation, Outcome};
use crate::support::{ACCEPT, Place, Text};
use crate::tshark::{Node, Tshark, sent_by};

fn both_sides(place: &Place) {
    let connect = r#""sock":2,"op":"connect","local":"127.0.0.1:51234","peer":"127.0.0.1:3000""#;
    let client = Text::of(Side::Client, 99).event(connect).write(b"hello").read(b"bye").ended_by_peer(3, 5);
    let server = Text::server().event(ACCEPT).read(b"hello").write(b"bye").ended_by_peer(5, 3);
    std::fs::write(place.path("client.jsonl"), client.text()).unwrap();
    std::fs::write(place.path("server.jsonl"), server.text()).unwrap();
}

#[test]
fn connection_recorded_at_both_ends_is_one_conversation() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    both_sides(&place);
    for traces in [["client.jsonl", "server.jsonl"], ["server.jsonl", "client.jsonl"]] {
        let (_, notes) = place.run(&["export", traces[0], traces[1], "-o", "both.pcapng"]).ok();
        assert!(notes.contains("both ends were recorded: 1;"), "{notes}");
        let file = place.path("both.pcapng");
        tshark.assert_clean(&file, &[]);
        let rows = tshark.fields(&file, &[], "tcp.len > 0", &["tcp.stream", "frame.interface_name"]);
        assert_eq!(rows, [["0", "shop server"], ["0", "shop server"]]);
        let pieces = tshark.follow(&file, &[], "tcp,raw,0");
        assert_eq!(sent_by(Node::First, &pieces), b"hello");
        assert_eq!(sent_by(Node::Second, &pieces), b"bye");
    }
    // A table has the events of both ends.
    place.run(&["export", "client.jsonl", "server.jsonl", "-o", "both.csv"]).ok();
    assert_eq!(std::fs::read_to_string(place.path("both.csv")).unwrap().matches(",read,").count(), 4);
}

#[test]
fn recorded_packets_replace_those_of_the_sockets() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    both_sides(&place);
    let (ms, none) = (|at: u64| (at * 1_000_000, Outcome::Arrives(at * 1_000_000 + 1)), (&[][..], false));
    let packets = Conversation::new("127.0.0.1:51234", "127.0.0.1:3000", 0)
        .packet(ms(100), Side::Client, "SYN", (0, 0), none)
        .packet(ms(101), Side::Server, "SYN ACK", (0, 1), none)
        .packet(ms(102), Side::Client, "ACK", (1, 1), none)
        .packet(ms(103), Side::Client, "PSH ACK", (1, 1), (b"hello", false))
        .packet(ms(104), Side::Server, "PSH ACK", (1, 6), (b"bye", false))
        .lines();
    std::fs::write(place.path("wire.jsonl"), packets.join("\n") + "\n").unwrap();
    let (_, notes) =
        place.run(&["export", "client.jsonl", "wire.jsonl", "server.jsonl", "-o", "all.pcapng"]).ok();
    assert!(notes.contains("packets were recorded: 1;"), "{notes}");
    assert!(!notes.contains("both ends"), "{notes}");
    let rows = tshark.fields(&place.path("all.pcapng"), &[], "tcp", &["frame.interface_name", "tcp.len"]);
    assert_eq!(rows, ["0", "0", "0", "5", "3"].map(|length| ["shop wire", length]));
}

#[test]
fn end_with_payload_is_exported_if_the_server_has_none() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    both_sides(&place);
    let server = std::fs::read_to_string(place.path("server.jsonl")).unwrap();
    let (head, events) = server.split_once('\n').unwrap();
    let capture = head.split("\"capture\":").nth(1).unwrap().split([',', '}']).next().unwrap();
    let head = head.replace(&format!("\"capture\":{capture}"), "\"capture\":0");
    let lines = events
        .lines()
        .map(|line| line.split(",\"data\"").next().unwrap().trim_end_matches('}').to_owned() + "}\n");
    std::fs::write(place.path("server.jsonl"), head + "\n" + &lines.collect::<String>()).unwrap();
    place.run(&["export", "client.jsonl", "server.jsonl", "-o", "both.pcapng"]).ok();
    let rows = tshark.fields(&place.path("both.pcapng"), &[], "tcp.len > 0", &["frame.interface_name"]);
    assert_eq!(rows, [["shop client"], ["shop client"]]);
}

/// Returns recordings of a client and a server. The client's `connect` returned only after the server's
/// `accept`. In between, another connection of the client wrote.
fn accepted_first() -> [Text; 2] {
    let client = Text::of(Side::Client, 99)
        .event(r#""sock":2,"op":"socket","domain":"ipv4","type":"stream""#)
        .event(r#""sock":3,"op":"adopt","domain":"ipv4","type":"stream","local":"127.0.0.1:50000","peer":"127.0.0.1:3000""#)
        .event(r#""sock":3,"op":"write","bytes":3,"data":"YWJj""#)
        .event(r#""sock":2,"op":"connect","local":"127.0.0.1:51234","peer":"127.0.0.1:3000","began":1200"#)
        .write(b"hello")
        .close("local", 0, 5);
    let server = Text::server()
        .event(r#""sock":1,"op":"listen","backlog":9"#)
        .event(ACCEPT)
        .event(r#""op":"mark","label":"a""#)
        .event(r#""op":"mark","label":"b""#)
        .event(r#""op":"mark","label":"c""#)
        .read(b"hello");
    [client, server]
}

#[test]
fn handshake_precedes_accept_and_times_never_decrease() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    for (side, trace) in ["client", "server"].into_iter().zip(accepted_first()) {
        std::fs::write(place.path(&format!("{side}.jsonl")), trace.text()).unwrap();
    }
    let times = |file: &str, filter: &str| {
        let file = place.path(file);
        tshark.assert_none(&file, &[], "tcp.analysis.flags");
        let shown = tshark.fields(&file, &[], filter, &["frame.time_epoch"]).concat();
        assert!(shown.is_sorted(), "{shown:?}");
        shown
    };
    let syn = "tcp.srcport == 51234 && tcp.flags.syn == 1 && tcp.flags.ack == 0";
    for (traces, file, began) in [
        (&["client.jsonl"][..], "client.pcapng", ".000001201"),
        (&["server.jsonl"], "server.pcapng", ".000002001"),
        (&["client.jsonl", "server.jsonl"], "both.pcapng", ".000002001"),
    ] {
        place.run(&[&["export"], traces, &["-o", file]].concat()).ok();
        // Both recordings began at the same time, so the connect was called at 1.2 µs, and the accept returned at 2 µs.
        let [connect] = times(file, syn).try_into().unwrap();
        assert!(connect.ends_with(began), "{file} {connect}");
    }
    let done = times("client.pcapng", "tcp.srcport == 51234 && tcp.seq == 1 && tcp.len == 0");
    assert!(done[0].ends_with(".000004001"), "{done:?}");
}

/// Writes one recording as two trace files, split in the middle of a connection.
fn in_parts(place: &Place) {
    let text = Text::server().event(ACCEPT).read(b"hello").write(b"bye").ended_by_peer(5, 3).text();
    let lines: Vec<&str> = text.lines().collect();
    let first = [&lines[..3], &[r#"{"end":true,"events":2,"lost":0,"continued":true}"#]].concat();
    let header = lines[0].replace('}', r#","part":1,"since":3000}"#);
    let second = [&[header.as_str()], &lines[3..6], &[r#"{"end":true,"events":3,"lost":0}"#]].concat();
    std::fs::write(place.path("shop.0.jsonl"), first.join("\n") + "\n").unwrap();
    std::fs::write(place.path("shop.jsonl"), second.join("\n") + "\n").unwrap();
}

#[test]
fn rotated_files_are_exported_as_one_recording() {
    let place = Place::new();
    in_parts(&place);
    let (_, notes) = place.run(&["export", "shop.0.jsonl", "shop.jsonl", "-o", "all.sqlog"]).ok();
    assert_eq!(notes, "");
    let qlog = std::fs::read_to_string(place.path("all.sqlog")).unwrap();
    assert_eq!(qlog.matches('\u{1e}').count(), 6, "{qlog}");
    let Some(tshark) = Tshark::find() else { return };
    place.run(&["export", "shop.0.jsonl", "shop.jsonl", "-o", "all.pcapng"]).ok();
    let file = place.path("all.pcapng");
    tshark.assert_clean(&file, &[]);
    assert_eq!(tshark.fields(&file, &[], "tcp.flags.syn == 1", &["tcp.stream"]).len(), 2);
    assert_eq!(sent_by(Node::Second, &tshark.follow(&file, &[], "tcp,raw,0")), b"bye");
}

#[test]
fn qlog_file_refuses_a_second_recording() {
    let place = Place::new();
    both_sides(&place);
    std::fs::write(place.path("a.sqlog"), "precious").unwrap();
    let ran = place.run(&["export", "client.jsonl", "server.jsonl", "-o", "a.sqlog"]);
    assert_eq!(ran.code(), 2);
    assert_eq!(std::fs::read_to_string(place.path("a.sqlog")).unwrap(), "precious");
}

/// Returns recordings of a UDP client, which is bound to all addresses, and a server. The server receives `received`, and
/// answers the last datagram.
fn datagrams(received: &[&str]) -> [Text; 2] {
    let data = |text: &str| format!(r#""bytes":{},"data":"{}""#, text.len(), STANDARD.encode(text));
    let socket = |sock: u32, local: &str| {
        [
            format!(r#""sock":{sock},"op":"socket","domain":"ipv4","type":"datagram""#),
            format!(r#""sock":{sock},"op":"bind","local":"{local}""#),
        ]
    };
    let add = |trace: Text, events: Vec<String>| events.iter().fold(trace, |trace, event| trace.event(event));
    let mut client = socket(1, "0.0.0.0:50000").to_vec();
    for sent in ["one", "two", "six"] {
        client.push(format!(r#""sock":1,"op":"sendto","peer":"127.0.0.1:3000",{}"#, data(sent)));
    }
    // The answer arrives later than the server's datagrams.
    client.extend(["a", "b", "c"].map(|label| format!(r#""op":"mark","label":"{label}""#)));
    client.push(format!(r#""sock":1,"op":"recvfrom","peer":"127.0.0.1:3000",{}"#, data("yes")));
    let mut server = socket(9, "127.0.0.1:3000").to_vec();
    // Events are a microsecond apart.
    server.extend(["a", "b"].map(|label| format!(r#""op":"mark","label":"{label}""#)));
    for text in received {
        server.push(format!(r#""sock":9,"op":"recvfrom","peer":"127.0.0.1:50000",{}"#, data(text)));
    }
    server.push(format!(r#""sock":9,"op":"sendto","peer":"127.0.0.1:50000",{}"#, data("yes")));
    [add(Text::of(Side::Client, 99), client), add(Text::server(), server)]
}

#[test]
fn datagram_recorded_at_both_ends_is_one_packet() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    for (received, expected) in [
        (&["one", "two", "six"][..], &["server", "server", "server", "server"][..]),
        // A lost datagram is only in the sender's recording.
        (&["one", "six"], &["client", "client", "client", "server"]),
        // The recordings do not match, so all datagrams of this direction are exported.
        (&["one", "two", "ten"], &["client", "client", "client", "server", "server", "server", "server"]),
    ] {
        let [client, server] = datagrams(received);
        std::fs::write(place.path("client.jsonl"), client.text()).unwrap();
        std::fs::write(place.path("server.jsonl"), server.text()).unwrap();
        let (_, notes) = place.run(&["export", "client.jsonl", "server.jsonl", "-o", "udp.pcapng"]).ok();
        assert!(notes.contains("between UDP sockets"), "{notes}");
        let rows = tshark.fields(&place.path("udp.pcapng"), &[], "udp", &["frame.interface_name"]);
        let expected: Vec<_> = expected.iter().map(|side| format!("shop {side}")).collect();
        assert_eq!(rows.concat(), expected, "{received:?}");
    }
}

#[test]
fn recorded_packets_replace_the_datagrams_of_sockets() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let packet = |t: u64, from: u16, to: u16, text: &str| {
        let packet = etherparse::PacketBuilder::ipv4([127, 0, 0, 1], [127, 0, 0, 1], 64).udp(from, to);
        let mut data = vec![0; packet.size(text.len())];
        packet.write_to_slice(&mut data, text.as_bytes()).unwrap();
        format!(
            r#"{{"t":{t},"op":"packet","from":"127.0.0.1:{from}","to":"127.0.0.1:{to}","protocol":"udp","bytes":{},"length":{},"data":"{}"}}"#,
            text.len(),
            data.len(),
            STANDARD.encode(&data)
        )
    };
    let header = Conversation::new("127.0.0.1:1", "127.0.0.1:2", 0).lines().swap_remove(0);
    let requests = ["one", "two", "six"].map(|text| packet(5, 50_000, 3_000, text));
    let response = packet(6, 3_000, 50_000, "yes");
    for (packets, socket_packets) in [([&requests[..], &[response]].concat(), 0), (requests[1..].to_vec(), 4)]
    {
        let end = format!(r#"{{"end":true,"events":{},"lost":0}}"#, packets.len());
        let lines = [std::slice::from_ref(&header), &packets, &[end]].concat();
        let [client, server] = datagrams(&["one", "two", "six"]);
        for (name, text) in
            [("client", client.text()), ("server", server.text()), ("wire", lines.join("\n") + "\n")]
        {
            std::fs::write(place.path(&format!("{name}.jsonl")), text).unwrap();
        }
        let traces = ["export", "client.jsonl", "server.jsonl", "wire.jsonl", "-o", "udp.pcapng"];
        let (_, notes) = place.run(&traces).ok();
        assert_eq!(notes.contains("of which packets were recorded: 2;"), socket_packets == 0, "{notes}");
        let rows = tshark.fields(&place.path("udp.pcapng"), &[], "udp", &["frame.interface_name"]).concat();
        let of_wire = rows.iter().filter(|name| name.as_str() == "shop wire").count();
        assert_eq!((of_wire, rows.len() - of_wire), (packets.len(), socket_packets), "{rows:?}");
    }
}
