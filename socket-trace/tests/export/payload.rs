//! Export of payload that is large, truncated or missing.

use socket_tap::format::Side;

use crate::support::{ACCEPT, Place, Text};
use crate::tshark::{Node, Tshark, sent_by};

/// Returns `length` bytes without a repeating pattern.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 + at / 256) as u8).collect()
}

#[test]
fn large_reads_are_split_into_packets() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    // The second fills a window without scaling exactly.
    let (up, down) = (bytes(200_000), bytes(65_535));
    let trace = Text::server().event(ACCEPT).read(&up).write(&down).ended_by_peer(up.len(), down.len());
    let (file, notes) = place.export(&trace, "a.pcapng");
    assert_eq!(notes, "");
    let rows = tshark.fields(&file, &[], "tcp.len > 0", &["tcp.len", "frame.comment"]);
    let expected = [
        ["65495", "read 200000 B, #2, line 3 (part 1 of 4)"],
        ["65495", "read 200000 B, #2, line 3 (part 2 of 4)"],
        ["65495", "read 200000 B, #2, line 3 (part 3 of 4)"],
        ["3515", "read 200000 B, #2, line 3 (part 4 of 4)"],
        ["65495", "write 65535 B, #2, line 4 (part 1 of 2)"],
        ["40", "write 65535 B, #2, line 4 (part 2 of 2)"],
    ];
    assert_eq!(rows, expected.map(|row| row.map(str::to_owned).to_vec()));
    tshark.assert_clean(&file, &[]);
    let pieces = tshark.follow(&file, &[], "tcp,raw,0");
    assert_eq!(sent_by(Node::First, &pieces), up);
    assert_eq!(sent_by(Node::Second, &pieces), down);
}

#[test]
fn packet_with_truncated_payload_keeps_original_length() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let trace = Text::of(Side::Server, 4).event(ACCEPT).transfer("read", 100_000, b"GET ").read(b"next");
    let (file, notes) = place.export(&trace.ended_by_peer(100_004, 0), "a.pcapng");
    assert!(notes.contains("truncated"), "{notes}");
    let fields = ["frame.len", "frame.cap_len", "tcp.seq", "tcp.len"];
    let rows = tshark.fields(&file, &[], "tcp.len > 0", &fields);
    let expected =
        [["65535", "44", "1", "65495"], ["34545", "40", "65496", "34505"], ["44", "44", "100001", "4"]];
    assert_eq!(rows, expected.map(|row| row.map(str::to_owned).to_vec()));
    // The packets are truncated, but no bytes are missing between them.
    tshark.assert_none(&file, &[], "tcp.analysis.flags || _ws.malformed");
}

#[test]
fn packets_have_full_length_without_recorded_payload() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let trace = Text::of(Side::Server, 0).event(ACCEPT).event(r#""sock":2,"op":"read","bytes":85"#);
    let trace = trace.event(r#""sock":2,"op":"write","bytes":175,"slices":2"#).ended_by_peer(85, 175);
    let (file, notes) = place.export(&trace, "a.pcapng");
    assert!(notes.contains("shop server has no payload"), "{notes}");
    assert!(!notes.contains("truncated"), "{notes}");
    let rows = tshark.fields(&file, &[], "tcp.len > 0", &["frame.len", "frame.cap_len", "tcp.len"]);
    assert_eq!(rows, [["125", "40", "85"], ["215", "40", "175"]].map(|row| row.map(str::to_owned).to_vec()));
    tshark.assert_none(&file, &[], "tcp.analysis.flags || _ws.malformed");
}

#[test]
fn huge_byte_count_does_not_enlarge_the_export() {
    let place = Place::new();
    let huge = r#""sock":2,"op":"read","bytes":18446744073709551615"#;
    let trace = (0..50).fold(Text::server().event(ACCEPT), |trace, _| trace.event(huge)).read(b"hello");
    let (file, notes) = place.export(&trace, "a.pcapng");
    assert!(notes.contains("too large"), "{notes}");
    assert!(std::fs::metadata(&file).unwrap().len() < 5_000);
    let Some(tshark) = Tshark::find() else { return };
    let rows = tshark.fields(&file, &[], "tcp.analysis.lost_segment", &["tcp.len"]);
    assert_eq!(rows, [["5"]]);
}
