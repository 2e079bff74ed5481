//! Import of exported packets, and of files that other programs wrote. Compared with tshark.

use std::path::Path;

use serde_json::Value;
use socket_tap::format::Side;

use crate::conversation::{Conversation, Outcome};
use crate::support::Place;
use crate::tshark::Tshark;

/// Returns the recording of a request over IPv4 or IPv6, of which the first transmission is lost.
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
        .packet(ms(421), Side::Server, "PSH ACK", (1, 19), (b"HTTP/1.1 204 No Content\r\n\r\n", false))
        .packet(ms(422), Side::Server, "FIN ACK", (28, 19), none)
        .packet(ms(441), Side::Client, "FIN ACK", (19, 29), none)
        .packet(ms(461), Side::Server, "ACK", (29, 20), none)
        .lines();
    lines.join("\n") + "\n"
}

/// Returns the events of a trace.
fn events(trace: &str) -> Vec<Value> {
    let lines = trace.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| !line["op"].is_null()).collect()
}

/// Removes what a capture cannot contain. The first packet has the time 0.
fn as_captured(mut events: Vec<Value>) -> Vec<Value> {
    let start = events[0]["t"].as_u64().unwrap();
    for event in &mut events {
        let fields = event.as_object_mut().unwrap();
        for field in ["fate", "reason", "arrived"] {
            fields.remove(field);
        }
        if fields["retransmission"] == false {
            fields.remove("retransmission");
        }
        fields["t"] = (fields["t"].as_u64().unwrap() - start).into();
    }
    events
}

#[test]
fn exported_packets_are_imported_as_they_were() {
    for (client, server) in [("10.77.0.1:41000", "10.77.0.2:3000"), ("[fd77::1]:41000", "[fd77::2]:3000")] {
        let place = Place::new();
        let trace = recording(client, server);
        std::fs::write(place.path("wire.jsonl"), &trace).unwrap();
        place.run(&["export", "wire.jsonl", "-o", "wire.pcapng"]).ok();
        let (imported, notes) = place.run(&["import", "wire.pcapng"]).ok();
        assert_eq!(notes, "");
        assert_eq!(events(&imported), as_captured(events(&trace)));
        let header: Value = serde_json::from_str(imported.lines().next().unwrap()).unwrap();
        assert_eq!((&header["name"], &header["side"]), (&"wire".into(), &"wire".into()));
        assert_eq!(header["clock"], "realtime");
    }
}

/// Compares the import of a capture with tshark, packet by packet.
fn assert_same_as_tshark(tshark: &Tshark, place: &Place, file: &Path) {
    let fields = [
        "frame.time_epoch",
        "tcp.flags",
        "tcp.seq_raw",
        "tcp.ack_raw",
        "tcp.window_size_value",
        "tcp.len",
        "tcp.srcport",
        "tcp.analysis.retransmission",
    ];
    let settings = ["-o", "tcp.relative_sequence_numbers:FALSE"];
    let expected = tshark.fields(file, &settings, "tcp", &fields);
    let (imported, _) = place.run(&["import", file.to_str().unwrap()]).ok();
    let header: Value = serde_json::from_str(imported.lines().next().unwrap()).unwrap();
    let events = events(&imported);
    assert_eq!(events.len(), expected.len());
    for (event, mut row) in events.iter().zip(expected) {
        row.resize(fields.len(), String::new());
        let flags: socket_tap::event::TcpFlags = event["flags"].as_str().unwrap().parse().unwrap();
        let time = header["monotonic_ns"].as_u64().unwrap() + event["t"].as_u64().unwrap();
        let number = |name: &str| event[name].as_u64().unwrap_or(0).to_string();
        let port = event["from"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
        let own = [
            format!("{}.{:09}", time / 1_000_000_000, time % 1_000_000_000),
            format!("0x{:04x}", flags.bits()),
            number("seq"),
            number("ack"),
            number("window"),
            number("bytes"),
            port,
            if event["retransmission"] == true { "1" } else { "" }.to_owned(),
        ];
        let is_retransmission = if row[7].is_empty() { "" } else { "1" };
        row[7] = is_retransmission.to_owned();
        assert_eq!(row, own, "{event}");
    }
}

#[test]
fn import_agrees_with_tshark() {
    let Some(tshark) = Tshark::find() else { return };
    for (client, server) in [("10.77.0.1:41000", "10.77.0.2:3000"), ("[fd77::1]:41000", "[fd77::2]:3000")] {
        let place = Place::new();
        std::fs::write(place.path("wire.jsonl"), recording(client, server)).unwrap();
        place.run(&["export", "wire.jsonl", "-o", "wire.pcapng"]).ok();
        assert_same_as_tshark(&tshark, &place, &place.path("wire.pcapng"));
    }
}

#[test]
fn formats_of_other_programs_are_imported_alike() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    std::fs::write(place.path("wire.jsonl"), recording("10.77.0.1:41000", "10.77.0.2:3000")).unwrap();
    place.run(&["export", "wire.jsonl", "-o", "wire.pcapng"]).ok();
    let (expected, _) = place.run(&["import", "wire.pcapng"]).ok();
    for format in ["pcap", "nsecpcap", "pcapng"] {
        let file = place.path(&format!("by-{format}"));
        tshark.run(&place.path("wire.pcapng"), &["-F", format, "-w", file.to_str().unwrap()]);
        let (imported, _) = place.run(&["import", file.to_str().unwrap()]).ok();
        assert_eq!(events(&imported), events(&expected), "{format}");
    }
}

#[test]
fn cut_capture_keeps_the_packets_before_the_cut() {
    let place = Place::new();
    std::fs::write(place.path("wire.jsonl"), recording("10.77.0.1:41000", "10.77.0.2:3000")).unwrap();
    place.run(&["export", "wire.jsonl", "-o", "wire.pcapng"]).ok();
    let capture = std::fs::read(place.path("wire.pcapng")).unwrap();
    std::fs::write(place.path("cut.pcapng"), &capture[..capture.len() - 300]).unwrap();
    let ran = place.run(&["import", "cut.pcapng", "-o", "cut.jsonl"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.stderr().contains("cut.pcapng") && ran.stderr().contains("byte"), "{}", ran.stderr());
    let kept = events(&std::fs::read_to_string(place.path("cut.jsonl")).unwrap());
    assert!((1..10).contains(&kept.len()), "{kept:?}");
    // The trace can be shown, with a warning.
    let (shown, warning) = place.run(&["show", "cut.jsonl"]).ok();
    assert!(shown.contains("SYN") && warning.contains("cut.jsonl"), "{warning}");
}

#[test]
fn file_that_is_no_capture_replaces_nothing() {
    let place = Place::new();
    std::fs::write(place.path("notes.txt"), "a text").unwrap();
    std::fs::write(place.path("kept.jsonl"), "kept").unwrap();
    for arguments in
        [&["import", "notes.txt", "-o", "kept.jsonl"][..], &["import", "absent.pcap", "-o", "kept.jsonl"]]
    {
        let ran = place.run(arguments);
        assert_eq!(ran.code(), 2);
        assert!(ran.stderr().contains(arguments[1]), "{}", ran.stderr());
    }
    assert_eq!(std::fs::read_to_string(place.path("kept.jsonl")).unwrap(), "kept");
}

#[test]
fn capture_takes_a_name_and_refuses_a_side() {
    let place = Place::new();
    std::fs::write(place.path("wire.jsonl"), recording("10.77.0.1:41000", "10.77.0.2:3000")).unwrap();
    place.run(&["export", "wire.jsonl", "-o", "wire.pcapng"]).ok();
    let (imported, _) = place.run(&["import", "wire.pcapng", "--name", "lossy"]).ok();
    let header: Value = serde_json::from_str(imported.lines().next().unwrap()).unwrap();
    assert_eq!(header["name"], "lossy");
    let refused = place.run(&["import", "wire.pcapng", "--side", "client", "-o", "wire.jsonl"]);
    assert_eq!(refused.code(), 2);
    assert!(std::fs::metadata(place.path("wire.jsonl")).unwrap().len() > 0);
}

#[test]
fn without_payload_only_headers_are_kept() {
    let place = Place::new();
    std::fs::write(place.path("wire.jsonl"), recording("10.77.0.1:41000", "10.77.0.2:3000")).unwrap();
    place.run(&["export", "wire.jsonl", "-o", "wire.pcapng"]).ok();
    let (imported, _) = place.run(&["import", "wire.pcapng", "--capture", "0"]).ok();
    let header: Value = serde_json::from_str(imported.lines().next().unwrap()).unwrap();
    assert_eq!(header["capture"], 0);
    let events = events(&imported);
    assert!(events.iter().all(|event| event["data"].is_null()) && events[6]["bytes"] == 27, "{events:?}");
}
