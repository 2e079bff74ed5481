use super::super::fixture::{Fixture, lines};
use super::fixture::{execute, message, messages, packet, ready, started, startup};

#[test]
fn bytes_after_an_invalid_length_are_unknown() {
    for length in [0_u32, 3, (1 << 30) + 1, u32::MAX] {
        let mut server = started();
        let query = [b"Q", &length.to_be_bytes()[..], b"SELECT 1\0"].concat();
        assert_eq!(
            lines(&server.reads(&query)),
            ["14 unknown unknown: a PostgreSQL message of invalid length"]
        );
        assert_eq!(
            lines(&server.reads(message(b'S', []))),
            ["5 unknown unknown: a PostgreSQL message of invalid length"]
        );
        // The other direction is unaffected.
        assert_eq!(messages(&server.writes(ready(b'I'))), ["headers ReadyForQuery: idle"]);
    }
}

#[test]
fn messages_of_unknown_type_are_not_postgresql() {
    let mut server = started();
    assert_eq!(lines(&server.reads(message(b'?', []))), ["5 unknown unknown: not PostgreSQL"]);
    assert_eq!(lines(&server.writes(message(b'Q', []))), ["5 unknown unknown: not PostgreSQL"]);
}

#[test]
fn invalid_startup_packet_is_unknown() {
    for bytes in
        [packet(131_072, b"user\0a\0\0"), [&[0, 0, 0x40, 0][..], &[0, 3, 0, 0]].concat(), vec![0, 0, 0, 7]]
    {
        let parts = Fixture::new().reads(&bytes);
        assert_eq!(lines(&parts), [format!("{} unknown unknown: an unsupported protocol", bytes.len())]);
    }
    let mut server = Fixture::new();
    server.reads([0, 0, 0, 8, 4, 210]);
    assert_eq!(lines(&server.reads([22, 50])), ["2 unknown unknown: not PostgreSQL"]);
}

#[test]
fn malformed_message_is_dissected_as_one_part() {
    let requests = b"BCDEFHPQSXcdfp".map(|kind| (true, kind));
    let responses = b"123ACDEGHIKNRSTVWZcdnstv".map(|kind| (false, kind));
    let bodies: [&[u8]; 5] = [
        b"",
        b"\0",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"S\0\0\0\x7f\xff\0\0\0",
        b"\0\0\0\x01\x7f\xff\xff\xff",
    ];
    for (is_request, kind) in requests.into_iter().chain(responses) {
        for body in bodies {
            let mut server = started();
            server.reads(execute());
            let bytes = message(kind, body);
            let parts = if is_request { server.reads(&bytes) } else { server.writes(&bytes) };
            assert_eq!(messages(&parts).len(), 1, "{:?}", lines(&parts));
        }
    }
}

#[test]
fn huge_message_is_dissected_before_its_end_arrives() {
    let mut server = started();
    let query = [b"Q", &(1_u32 << 30).to_be_bytes()[..], &[b'a'; 1 << 16]].concat();
    let parts = server.reads(&query);
    assert_eq!(lines(&parts), ["5 framing Query", "65536 payload Query"]);
    assert!(!parts[1].ends);
    assert_eq!(messages(&server.reads(vec![b'a'; 100])), ["payload Query"]);
}

#[test]
fn unsolicited_responses_belong_to_no_call() {
    let mut server = Fixture::new();
    server.reads(startup());
    let parts = server.writes([ready(b'I'), ready(b'I'), message(b'2', [])].concat());
    assert!(parts.iter().all(|part| part.call.is_none()), "{parts:?}");
}

#[test]
fn number_of_pipelined_requests_is_bounded() {
    let mut server = started();
    let queries = message(b'Q', "SELECT 1\0").repeat(1_001);
    let parts = server.reads(&queries);
    assert_eq!(lines(&parts).last().unwrap(), "14 unknown unknown: too many pipelined requests");
}
