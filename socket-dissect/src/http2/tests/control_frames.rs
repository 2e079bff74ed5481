//! Frames of the connection: SETTINGS, PING, GOAWAY.

use super::super::super::fixture::{frame, lines};
use super::opened;

#[test]
fn settings_ping_and_goaway_show_their_content() {
    let mut server = opened();
    let frames = [
        frame(4, 0, 0, [0, 2, 0, 0, 0, 0, 0, 4, 0, 0x20, 0, 0, 0x12, 0x34, 0, 0, 0, 1]),
        frame(4, 1, 0, ""),
        frame(6, 0, 0, "12345678"),
        frame(6, 1, 0, "12345678"),
        frame(8, 0, 0, [0, 0, 4, 0]),
        frame(7, 0, 0, [&[0, 0, 0, 7, 0, 0, 0, 11], &b"too many"[..]].concat()),
        frame(0x77, 0, 0, "?"),
    ];
    let expected = [
        "27 connection SETTINGS: ENABLE_PUSH 0, INITIAL_WINDOW_SIZE 2,097,152, setting 4660 1",
        "9 connection SETTINGS: ACK",
        "17 connection PING",
        "17 connection PING: ACK",
        "13 connection WINDOW_UPDATE: +1,024",
        "25 connection GOAWAY: ENHANCE_YOUR_CALM after stream 7: too many",
        "10 connection unknown frame",
    ];
    let parts = server.reads(frames.concat());
    assert_eq!(lines(&parts), expected);
    assert!(parts.iter().all(|part| part.begins && part.ends && part.stream.is_none()));
}

#[test]
fn number_of_shown_settings_is_bounded() {
    let parts = opened().reads(frame(4, 0, 0, [0, 2, 0, 0, 0, 0].repeat(80)));
    assert_eq!(lines(&parts), [format!("489 connection SETTINGS: {}…", "ENABLE_PUSH 0, ".repeat(8))]);
}

#[test]
fn goaway_says_which_streams_were_processed() {
    let goaway = |last: u32| frame(7, 0, 0, [last.to_be_bytes(), [0; 4]].concat());
    let mut server = opened();
    let parts = server.writes([goaway(0x7fff_ffff), goaway(5), goaway(0)].concat());
    let texts: Vec<_> = parts.iter().map(|part| part.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "NO_ERROR, the last stream follows",
            "NO_ERROR after stream 5",
            "NO_ERROR, no stream was processed: all requests can be repeated",
        ]
    );
    let last: Vec<_> = parts.iter().map(|part| part.goaway.as_ref().unwrap().last_stream).collect();
    assert_eq!(last, [None, Some(5), Some(0)]);
    let of_client = server.reads(goaway(0)).remove(0);
    assert_eq!((of_client.text.as_str(), of_client.goaway.unwrap().last_stream), ("NO_ERROR", None));
}

#[test]
fn debug_data_of_a_goaway_is_complete() {
    let frame = |debug: &[u8]| frame(7, 0, 0, [&[0, 0, 0, 7, 0, 0, 0, 11][..], debug].concat());
    let mut server = opened();
    let long = "too_many_pings ".repeat(20);
    let parts = server.writes([frame(long.as_bytes()), frame(&[0xff])].concat());
    let debug: Vec<_> = parts.iter().map(|part| part.goaway.as_ref().unwrap().debug.as_str()).collect();
    assert_eq!(debug, [long.as_str(), "binary"]);
    assert!(parts[0].text.ends_with('…'), "{}", parts[0].text);
}
