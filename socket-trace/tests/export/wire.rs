//! Export of recorded packets to pcapng, read with tshark.

use socket_tap::format::Side;

use crate::conversation::{Conversation, Outcome};
use crate::support::Place;
use crate::tshark::Tshark;

/// Returns the recording of a request with a lost packet, over IPv4 or IPv6.
fn recording(client: &str, server: &str) -> String {
    let ms = |sent: u64| (sent * 1_000_000, Outcome::Arrives((sent + 20) * 1_000_000));
    let (none, request) = ((&[][..], false), b"GET / HTTP/1.1\r\n\r\n");
    let lines = Conversation::new(client, server, 0)
        .packet(ms(100), Side::Client, "SYN", (0, 0), none)
        .packet(ms(120), Side::Server, "SYN ACK", (0, 1), none)
        .packet(ms(140), Side::Client, "ACK", (1, 1), none)
        .packet((141_000_000, Outcome::Lost), Side::Client, "PSH ACK", (1, 1), (request, false))
        .packet(ms(400), Side::Client, "PSH ACK", (1, 1), (request, true))
        .packet(ms(420), Side::Server, "ACK", (1, 19), none)
        .packet(ms(421), Side::Server, "FIN ACK", (1, 19), none)
        .packet(ms(441), Side::Client, "FIN ACK", (19, 2), none)
        .packet(ms(461), Side::Server, "ACK", (2, 20), none)
        .lines();
    lines.join("\n") + "\n"
}

fn exported(place: &Place, trace: &str) -> std::path::PathBuf {
    std::fs::write(place.path("wire.jsonl"), trace).unwrap();
    let (_, notes) = place.run(&["export", "wire.jsonl", "-o", "wire.pcapng"]).ok();
    assert_eq!(notes, "");
    place.path("wire.pcapng")
}

/// Removes the bytes of the packets from a recording.
fn without_data(trace: &str) -> String {
    let line = |line: &str| match line.split_once(",\"data\":\"") {
        Some((before, _)) => format!("{before}}}\n"),
        None => format!("{line}\n"),
    };
    trace.lines().map(line).collect()
}

#[test]
fn tshark_agrees_on_flags_numbers_and_retransmissions() {
    let Some(tshark) = Tshark::find() else { return };
    let (syn, syn_ack, ack, psh_ack, fin_ack) = ("0x0002", "0x0012", "0x0010", "0x0018", "0x0011");
    let expected = [
        [syn, "0", "0", "0", ""],
        [syn_ack, "0", "1", "0", ""],
        [ack, "1", "1", "0", ""],
        [psh_ack, "1", "1", "18", ""],
        [psh_ack, "1", "1", "18", "1"],
        [ack, "1", "19", "0", ""],
        [fin_ack, "1", "19", "0", ""],
        [fin_ack, "19", "2", "0", ""],
        [ack, "2", "20", "0", ""],
    ];
    let place = Place::new();
    for (client, server) in [("10.77.0.1:41000", "10.77.0.2:3000"), ("[fd77::1]:41000", "[fd77::2]:3000")] {
        let trace = recording(client, server);
        for trace in [without_data(&trace), trace.clone()] {
            let file = exported(&place, &trace);
            let fields = ["tcp.flags", "tcp.seq", "tcp.ack", "tcp.len", "tcp.analysis.retransmission"];
            let rows = tshark.fields(&file, &[], "tcp", &fields);
            let rows: Vec<Vec<String>> = rows
                .into_iter()
                .map(|mut row| {
                    row.resize(5, String::new());
                    row[4] = if row[4].is_empty() { String::new() } else { "1".to_owned() };
                    row
                })
                .collect();
            assert_eq!(rows, expected, "{trace}");
            tshark.assert_none(&file, &[], "_ws.malformed");
        }
        let file = exported(&place, &trace);
        tshark.assert_none(&file, &[], "tcp.checksum.status != 1 || ip.checksum.status != 1");
    }
}

/// Returns the numbers of the packets that `show` pairs with an earlier one, and of those that it calls spurious.
fn repetitions(place: &Place) -> [Vec<usize>; 2] {
    let (events, _) = place.run(&["show", "--json", "wire.jsonl"]).ok();
    let events: Vec<serde_json::Value> = serde_json::from_str(&events).unwrap();
    let with = |field: &str| {
        let has = events.iter().enumerate().filter(|(_, event)| !event[field].is_null());
        has.map(|(index, _)| index + 1).collect()
    };
    [with("repeats"), with("spurious")]
}

/// The SYN and a segment are lost, and sent again. Then a segment is sent again although the other side has acknowledged
/// it: its acknowledgment was lost.
#[test]
fn tshark_finds_the_retransmissions_that_show_pairs() {
    let Some(tshark) = Tshark::find() else { return };
    let ms = |sent: u64| (sent * 1_000_000, Outcome::Arrives((sent + 20) * 1_000_000));
    let lost = |sent: u64| (sent * 1_000_000, Outcome::Lost);
    let (none, first, second) =
        ((&[][..], false), b"GET / HTTP/1.1\r\n".as_slice(), b"host: a\r\n\r\n".as_slice());
    let lines = Conversation::new("10.77.0.1:41000", "10.77.0.2:3000", 0)
        .packet(lost(100), Side::Client, "SYN", (0, 0), none)
        .packet(ms(1_100), Side::Client, "SYN", (0, 0), (&[], true))
        .packet(ms(1_120), Side::Server, "SYN ACK", (0, 1), none)
        .packet(ms(1_140), Side::Client, "ACK", (1, 1), none)
        .packet(lost(1_141), Side::Client, "PSH ACK", (1, 1), (first, false))
        .packet(ms(1_142), Side::Client, "PSH ACK", (17, 1), (second, false))
        .packet(ms(1_400), Side::Client, "PSH ACK", (1, 1), (first, true))
        .packet(lost(1_420), Side::Server, "ACK", (1, 28), none)
        .packet(ms(1_800), Side::Client, "PSH ACK", (1, 1), (first, true))
        .packet(ms(1_820), Side::Server, "ACK", (1, 28), none)
        .lines();
    let place = Place::new();
    let file = exported(&place, &(lines.join("\n") + "\n"));
    let numbers = |filter: &str| -> Vec<usize> {
        tshark
            .fields(&file, &[], filter, &["frame.number"])
            .iter()
            .map(|row| row[0].parse().unwrap())
            .collect()
    };
    let [paired, spurious] = repetitions(&place);
    assert_eq!((paired.as_slice(), spurious.as_slice()), (&[2, 7, 9][..], &[9][..]));
    assert_eq!(numbers("tcp.analysis.retransmission"), paired);
    assert_eq!(numbers("tcp.analysis.spurious_retransmission"), spurious);
}

#[test]
fn comment_states_the_fate_of_a_packet() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let file = exported(&place, &recording("10.77.0.1:41000", "10.77.0.2:3000"));
    let fields = ["frame.interface_name", "frame.time_relative", "frame.comment"];
    let rows = tshark.fields(&file, &[], "tcp", &fields);
    assert_eq!(rows[0][0], "shop wire");
    assert_eq!(rows[0][2], "delivered by the network, arrived 20000000 ns later (line 2)");
    assert_eq!(rows[3][2], "dropped by the network: loss (line 5)");
    assert_eq!(rows[4][1].parse::<f64>().ok(), Some(0.3));
}
