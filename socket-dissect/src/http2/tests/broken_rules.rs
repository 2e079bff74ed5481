//! The rules of RFC 9113 that a frame breaks.

use super::super::super::fixture::frame;
use super::{END_STREAM, GET, headers, opened, violations};

#[test]
fn connection_frames_on_a_stream_name_it() {
    let mut server = opened();
    server.reads(frame(4, 0, 0, ""));
    let frames = [frame(6, 0, 3, "12345678"), frame(4, 0, 5, ""), frame(7, 0, 7, [0; 8])].concat();
    let parts = server.reads(frames);
    assert_eq!(
        parts.iter().map(|part| (part.stream, part.call)).collect::<Vec<_>>(),
        [(Some(3), None), (Some(5), None), (Some(7), None)]
    );
    assert_eq!(
        violations(&parts),
        [
            "on stream 3, must be on stream 0 (RFC 9113, section 6.7)",
            "on stream 5, must be on stream 0 (RFC 9113, section 6.5)",
            "on stream 7, must be on stream 0 (RFC 9113, section 6.8)",
        ]
    );
}

#[test]
fn rules_that_a_frame_breaks_are_named() {
    let settings = |id: u8, value: u32| frame(4, 0, 0, [&[0, id][..], &value.to_be_bytes()].concat());
    for (frames, section) in [
        (frame(0, 0, 0, "a"), "6.1"),
        (frame(2, 0, 1, [0; 4]), "6.3"),
        (frame(3, 0, 0, [0; 4]), "6.4"),
        (frame(4, 1, 0, [0; 6]), "6.5"),
        (frame(4, 0, 0, [0; 5]), "6.5"),
        (settings(2, 2), "6.5.2"),
        (settings(4, 1 << 31), "6.5.2"),
        (settings(5, 9), "6.5.2"),
        (frame(6, 0, 0, "1"), "6.7"),
        (frame(7, 0, 0, "1"), "6.8"),
        (frame(8, 0, 0, [0; 4]), "6.9"),
        (frame(8, 0, 0, [0; 3]), "6.9"),
        (frame(9, 4, 1, ""), "6.10"),
        ([frame(1, 0, 1, ""), frame(6, 0, 0, "12345678")].concat(), "6.10"),
        (frame(5, 4, 1, [0, 0, 0, 2]), "8.4"),
        (headers(0, 2, GET), "5.1.1"),
        (frame(0, 0, 9, "a"), "5.1"),
        ([headers(END_STREAM, 1, GET), frame(0, 0, 1, "a")].concat(), "5.1"),
        (frame(0, 0, 1, vec![0; 16_385]), "4.2"),
        (headers(0, 1, &[("A", "b")]), "8.2.1"),
        (headers(0, 1, &[("connection", "close")]), "8.2.2"),
        (headers(0, 1, &[("te", "gzip")]), "8.2.2"),
        (headers(0, 1, &[("a", "b"), (":path", "/")]), "8.3"),
        (headers(0, 1, &[(":a", "b")]), "8.3"),
    ] {
        let mut server = opened();
        server.reads(frame(4, 0, 0, ""));
        let parts = server.reads(&frames);
        let found = violations(&parts);
        assert!(
            found.iter().any(|text| text.ends_with(&format!("section {section})"))),
            "{section}: {found:?}"
        );
    }
    let parts = opened().reads(frame(6, 0, 0, "12345678"));
    assert!(violations(&parts)[0].contains("section 3.4"), "{parts:?}");
}

#[test]
fn frames_may_be_as_long_as_the_receiver_allows() {
    let mut server = opened();
    server.reads([frame(4, 0, 0, ""), headers(0, 1, GET)].concat());
    server.writes(frame(4, 0, 0, [0, 5, 0, 1, 0, 0]));
    assert_eq!(violations(&server.reads(frame(0, 0, 1, vec![0; 65_536]))), [""; 0]);
}
