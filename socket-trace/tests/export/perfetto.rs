//! Export for Perfetto.

use crate::support::{ACCEPT, Place, Text};

/// The Python test of the workspace reads the file with Perfetto's own descriptors. Here, only the outer form is checked.
#[test]
fn file_consists_of_packets() {
    let place = Place::new();
    let trace = Text::server().event(ACCEPT).read(b"GET / HTTP/1.1\r\n\r\n").ended_by_peer(18, 0);
    let (file, notes) = place.export(&trace, "a.pftrace");
    assert_eq!(notes, "");
    let bytes = std::fs::read(file).unwrap();
    let (mut rest, mut packets) = (&bytes[..], 0);
    while let [0x0a, after @ ..] = rest {
        let mut after = after;
        let length = prost::encoding::decode_varint(&mut after).unwrap();
        rest = &after[usize::try_from(length).unwrap()..];
        packets += 1;
    }
    assert_eq!(rest, b"");
    // Clocks, 4 tracks (process, recording, socket, calls), 5 events, and begin and end of the connection and of the call.
    assert_eq!(packets, 1 + 4 + 5 + 2 + 2);
}

#[test]
fn programs_with_the_same_process_id_have_separate_tracks() {
    let place = Place::new();
    let trace = Text::server().event(ACCEPT).ended_by_peer(0, 0).text();
    assert!(trace.contains("shop 1.0"));
    std::fs::write(place.path("one.jsonl"), &trace).unwrap();
    std::fs::write(place.path("other.jsonl"), trace.replace("shop 1.0", "cart 2.0")).unwrap();
    place.run(&["export", "one.jsonl", "other.jsonl", "-o", "both.pftrace"]).ok();
    let file = std::fs::read(place.path("both.pftrace")).unwrap();
    let count = |name: &[u8]| file.windows(name.len()).filter(|bytes| *bytes == name).count();
    assert_eq!((count(b"shop 1.0"), count(b"cart 2.0 (pid 7)")), (1, 1));
}
