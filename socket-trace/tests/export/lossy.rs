//! Export of traces in which socket calls are missing: the bytes of these calls are omitted from the stream,
//! and the sequence numbers show how many bytes are missing.

use crate::support::{ACCEPT, Place, Text};
use crate::tshark::{Node, Tshark};

#[test]
fn tcp_sequence_numbers_jump_at_a_gap() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let trace = Text::server().event(ACCEPT).read(b"hello").gap(2, 300, 1, 70).read(b"world").write(b"yes");
    let (file, notes) = place.export(&trace.ended_by_peer(310, 73), "a.pcapng");
    assert!(notes.contains("warning: trace.jsonl") && notes.contains("note: events are missing"), "{notes}");
    let fields = ["tcp.seq", "tcp.len", "frame.drop_count", "frame.comment"];
    let rows = tshark.fields(&file, &[], "tcp.len > 0", &fields);
    let lossy = "dropped by the recorder before this packet, on unknown connections: 2 reads (300 B) and 1 writes (70 B) \
                 (gap, line 4)";
    assert_eq!(rows[0], ["1", "5", "", "read 5 B, #2, line 3"]);
    let comment =
        format!("read 5 B, #2, line 5,up to 300 B of this stream are missing before this packet,{lossy}");
    assert_eq!(rows[1], ["306", "5", "3", &comment]);
    let comment = "write 3 B, #2, line 6,up to 70 B of this stream are missing before this packet";
    assert_eq!(rows[2], ["71", "3", "", comment]);
    let lost = tshark.fields(&file, &[], "tcp.analysis.lost_segment", &["tcp.seq"]);
    assert_eq!(lost, [["306"], ["71"]]);
    tshark.assert_none(
        &file,
        &[],
        "_ws.malformed || tcp.analysis.retransmission || tcp.analysis.out_of_order",
    );
    let pieces = tshark.follow(&file, &[], "tcp,raw,0");
    for (node, hole, after) in [(Node::First, 300, "world"), (Node::Second, 70, "yes")] {
        let of_node = pieces.iter().filter(|(by, _)| *by == node);
        let texts: Vec<_> = of_node.map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
        let (last, before) = texts.split_last().unwrap();
        let hole = format!("[{hole} bytes missing in capture file]");
        assert!(before.last().unwrap().starts_with(&hole) && last == after, "{texts:?}");
    }
}

#[test]
fn fin_after_a_gap_has_later_sequence_number() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let trace = Text::server().event(ACCEPT).read(b"hello").gap(1, 40, 0, 0).ended_by_peer(45, 0);
    let (file, notes) = place.export(&trace, "a.pcapng");
    let lost = tshark.fields(&file, &[], "tcp.analysis.lost_segment", &["tcp.seq", "tcp.flags.fin"]);
    assert_eq!(lost, [["46", "1"]]);
    assert!(!notes.contains("last bytes before the FIN"), "{notes}");
}

#[test]
fn connection_opened_after_gap_has_no_missing_bytes() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    let trace = Text::server().gap(2, 300, 1, 70).event(ACCEPT).read(b"hello").ended_by_peer(5, 0);
    let (file, _) = place.export(&trace, "a.pcapng");
    tshark.assert_clean(&file, &[]);
    tshark.assert_none(&file, &[], "frame.comment contains \"of this stream are missing\"");
}

#[test]
fn byte_totals_in_close_event_reveal_missing_bytes() {
    let Some(tshark) = Tshark::find() else { return };
    let place = Place::new();
    // The gap is recorded after the close of the connection it belongs to, at the end of the recorder's round.
    let trace = Text::server().event(ACCEPT).read(b"hello").close("local", 5, 40).gap(0, 0, 3, 900);
    let (file, _) = place.export(&trace, "a.pcapng");
    let lost = tshark.fields(&file, &[], "tcp.analysis.lost_segment", &["tcp.seq", "tcp.flags.fin"]);
    assert_eq!(lost, [["41", "1"]]);
    // Bytes missing before a FIN that is already exported cannot be shown any more.
    let trace = Text::server().event(ACCEPT).read(b"hello").ended_by_peer(45, 0).gap(1, 40, 0, 0);
    let (file, notes) = place.export(&trace, "b.pcapng");
    tshark.assert_clean(&file, &[]);
    assert!(notes.contains("whose last bytes before the FIN are missing: 1\n"), "{notes}");
}

#[test]
fn interface_statistics_count_missing_events() {
    let Some(_) = Tshark::find() else { return };
    let place = Place::new();
    let (file, _) = place.export(&Text::server().event(ACCEPT).gap(2, 300, 1, 70), "a.pcapng");
    // Wireshark shows the count in the file properties; tshark has no field for it. It is option 5 of the last block,
    // 8 bytes.
    let bytes = std::fs::read(file).unwrap();
    let drop = [5, 0, 8, 0, 3, 0, 0, 0, 0, 0, 0, 0];
    assert!(bytes.windows(drop.len()).any(|window| window == drop));
}
