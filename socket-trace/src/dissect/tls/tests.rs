use super::super::fixture::{Fixture, said};
use super::super::{Class, Layer, Part};
use super::hello::RETRY;

/// A record.
fn record(kind: u8, fragment: impl AsRef<[u8]>) -> Vec<u8> {
    [&[kind, 3, 3][..], &vector16(fragment)].concat()
}

/// A handshake message.
fn message(kind: u8, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind], &length[1..], body].concat()
}

fn vector8(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [&[u8::try_from(bytes.len()).unwrap()], bytes].concat()
}

fn vector16(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

fn extension(kind: u16, data: impl AsRef<[u8]>) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &vector16(data)].concat()
}

fn server_name(name: &[u8]) -> Vec<u8> {
    extension(0, vector16([&[0][..], &vector16(name)].concat()))
}

fn alpn(names: &[&[u8]]) -> Vec<u8> {
    extension(16, vector16(names.iter().map(vector8).collect::<Vec<_>>().concat()))
}

fn client_hello(extensions: &[Vec<u8>]) -> Vec<u8> {
    let body = [&[3, 3][..], &[7; 32], &vector8([9; 32]), &vector16([0x13, 1]), &vector8([0])].concat();
    message(1, [body, vector16(extensions.concat())].concat())
}

/// A client that offers TLS 1.3 and 1.2, and a number of GREASE.
fn offer() -> Vec<u8> {
    let versions = extension(43, vector8([0x8a, 0x8a, 3, 4, 3, 3]));
    client_hello(&[server_name(b"shop.test"), alpn(&[b"h2", b"http/1.1"]), versions])
}

fn server_hello(random: [u8; 32], cipher_suite: u16, extensions: &[Vec<u8>]) -> Vec<u8> {
    let body = [&[3, 3][..], &random, &vector8([9; 32]), &cipher_suite.to_be_bytes(), &[0]].concat();
    message(2, [body, vector16(extensions.concat())].concat())
}

fn tls_1_3() -> Vec<u8> {
    server_hello([8; 32], 0x1301, &[extension(43, [3, 4])])
}

const OFFER: &str = "SNI shop.test, ALPN h2 http/1.1, offers TLS 1.3 TLS 1.2";

/// All parts are of TLS; their lines without the class, which is `tls` but for encrypted data.
fn lines(parts: &[Part]) -> Vec<String> {
    assert!(parts.iter().all(|part| part.layer == Layer::Tls && part.call.is_none()), "{parts:?}");
    said(parts).iter().map(|line| line.replacen(" tls ", " ", 1)).collect()
}

#[test]
fn handshake_of_tls_1_3_is_named_as_far_as_it_is_in_clear() {
    let mut server = Fixture::new();
    let hello = offer();
    let length = hello.len();
    assert_eq!(
        lines(&server.reads(record(22, hello))),
        ["5 handshake", &format!("{length} ClientHello: {OFFER}")]
    );
    let flight = [record(22, tls_1_3()), record(20, [1]), record(23, [0; 40])].concat();
    assert_eq!(
        lines(&server.writes(flight)),
        [
            "5 handshake",
            "82 ServerHello: TLS 1.3, TLS_AES_128_GCM_SHA256",
            "6 change_cipher_spec",
            "5 application_data",
            "40 payload application_data",
        ]
    );
    // An alert in clear, behind the change of cipher that is none in TLS 1.3.
    let last = [record(20, [1]), record(21, [2, 42]), record(23, [0; 30])].concat();
    assert_eq!(
        lines(&server.reads(last)),
        [
            "6 change_cipher_spec",
            "7 alert: fatal bad_certificate",
            "5 application_data",
            "30 payload application_data"
        ]
    );
    assert_eq!(server.finished(), []);
}

#[test]
fn handshake_of_tls_1_2_is_named_up_to_the_change_of_cipher() {
    let mut server = Fixture::new();
    server.reads(record(22, offer()));
    let hello = server_hello([8; 32], 0xc02f, &[alpn(&[b"h2"])]);
    let several = [hello, message(11, [0; 300]), message(12, [0; 70]), message(14, [])].concat();
    assert_eq!(
        lines(&server.writes(record(22, several))),
        [
            "5 handshake",
            "85 ServerHello: TLS 1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, ALPN h2",
            "304 Certificate",
            "74 ServerKeyExchange",
            "4 ServerHelloDone",
        ]
    );
    let last = [record(22, message(16, [0; 33])), record(20, [1]), record(22, [1; 40])].concat();
    assert_eq!(
        lines(&server.reads(last)),
        ["5 handshake", "37 ClientKeyExchange", "6 change_cipher_spec", "45 handshake: encrypted"]
    );
    let ends = [record(23, [5; 50]), record(21, [5; 26]), record(24, [1; 20])].concat();
    assert_eq!(
        lines(&server.reads(ends)),
        ["5 application_data", "50 payload application_data", "31 alert: encrypted", "25 heartbeat"]
    );
}

#[test]
fn second_client_hello_answers_a_retry_request() {
    let mut server = Fixture::new();
    server.reads([record(22, offer()), record(20, [1])].concat());
    let retry = server_hello(RETRY, 0x1302, &[extension(43, [3, 4])]);
    assert_eq!(
        lines(&server.writes(record(22, retry)))[1],
        "82 ServerHello: HelloRetryRequest, TLS 1.3, TLS_AES_256_GCM_SHA384"
    );
    assert!(lines(&server.reads(record(22, offer())))[1].ends_with(OFFER));
}

#[test]
fn message_spans_records_and_records_span_reads() {
    let mut server = Fixture::new();
    let hello = offer();
    let (first, second) = hello.split_at(60);
    let bytes = [record(22, first), record(22, second), record(21, [1, 0])].concat();
    let parts: Vec<Part> = bytes.iter().flat_map(|byte| server.reads([*byte])).collect();
    let ends: Vec<String> =
        lines(&parts).into_iter().zip(&parts).filter(|(_, part)| part.ends).map(|(line, _)| line).collect();
    assert_eq!(
        ends,
        ["1 handshake", "1 handshake", &format!("1 ClientHello: {OFFER}"), "1 alert: warning close_notify"]
    );
    assert_eq!(parts.iter().filter(|part| part.begins).count(), 4, "two records, a message and an alert");
    assert!(parts.iter().all(|part| part.class == Class::Tls));
}

#[test]
fn client_hello_that_was_recorded_in_part_says_what_is_there() {
    let hello = record(22, offer());
    for (recorded, text) in
        [(3, ""), (30, ""), (119, "SNI shop.test"), (120, "SNI shop.test, ALPN h2 http/1.1")]
    {
        let missing = (hello.len() - recorded) as u64;
        let parts = Fixture::new().reads_cut(&hello[..recorded], missing);
        let lines = said(&parts);
        let last = lines.last().unwrap();
        match (recorded, text) {
            (3, _) => assert_eq!(last, "128 unknown unknown: 128 B not recorded"),
            (_, "") => assert!(last.ends_with(&format!(" ClientHello: {missing} B not recorded")), "{last}"),
            _ => {
                assert!(last.ends_with(&format!("ClientHello: {text} ({missing} B not recorded)")), "{last}")
            }
        }
    }
}

#[test]
fn version_of_a_server_hello_that_was_recorded_in_part_is_not_guessed() {
    let mut server = Fixture::new();
    let hello = record(22, tls_1_3());
    let parts = server.writes_cut(&hello[..80], (hello.len() - 80) as u64);
    assert_eq!(lines(&parts)[1], "82 ServerHello: TLS_AES_128_GCM_SHA256 (7 B not recorded)");
}

#[test]
fn record_goes_on_over_a_hole_and_the_next_read_begins_one() {
    let mut server = Fixture::new();
    server.reads(record(22, offer()));
    let flight = [record(22, tls_1_3()), record(23, [0; 100])].concat();
    assert_eq!(
        said(&server.writes_cut(&flight[..99], 93)),
        [
            "5 tls handshake",
            "82 tls ServerHello: TLS 1.3, TLS_AES_128_GCM_SHA256",
            "5 tls application_data",
            "100 payload application_data: 93 B not recorded",
        ]
    );
    assert_eq!(
        said(&server.writes_cut(&flight[..90], 200))[2..],
        ["3 tls application_data", "200 unknown unknown: 200 B not recorded"]
    );
    assert_eq!(
        said(&server.writes("nothing of TLS")),
        ["14 unknown unknown: after bytes that were not recorded"]
    );
    assert_eq!(lines(&server.writes(record(21, [1, 0]))), ["7 alert: warning close_notify"]);
}

#[test]
fn connection_without_its_beginning_is_known_by_a_record() {
    use socket_tap::event::{Event, Op, Transfer};
    let mut dissector = super::super::Dissector::new(socket_tap::format::Side::Server);
    let data: Box<[u8]> = record(23, [0; 20]).into();
    let op = Op::Write(Transfer { bytes: 25, data: Some(data.to_vec().into()), ..Transfer::default() });
    let parts = dissector.observe(&Event { t: 1, sock: 7, op, error: None });
    assert_eq!(lines(&parts), ["5 application_data", "20 payload application_data"]);
}

#[test]
fn garbage_after_a_record_is_not_tls() {
    let mut server = Fixture::new();
    let parts = server.reads([record(22, offer()), b"GET / HTTP/1.1".to_vec()].concat());
    assert_eq!(said(&parts)[2], "14 unknown unknown: not TLS");
    // The other direction is still known, and so is a handshake record whose bytes are no message.
    let parts =
        server.writes([record(22, [99; 30]), record(22, [1, 200, 0, 0, 7]), record(22, tls_1_3())].concat());
    assert_eq!(
        lines(&parts),
        [
            "5 handshake",
            "30 handshake message",
            "5 handshake",
            "5 ClientHello",
            "5 handshake",
            "82 ServerHello: TLS 1.3, TLS_AES_128_GCM_SHA256"
        ]
    );
}

#[test]
fn names_from_outside_are_escaped_and_cut() {
    let names: Vec<Vec<u8>> = (0..20).map(|at| vec![b'a' + at; 200]).collect();
    let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
    let hello = client_hello(&[server_name(b"a\x1b[2J"), alpn(&names)]);
    let parts = Fixture::new().reads(record(22, hello));
    assert!(parts[1].text.starts_with("SNI a\u{fffd}[2J, ALPN aaaa"), "{}", parts[1].text);
    assert!(parts[1].text.contains('…') && parts[1].text.len() < 500, "{}", parts[1].text);
    let parts = Fixture::new()
        .reads(record(22, client_hello(&[server_name(b"\xff\xfe"), alpn(&[b"\x8a\x8a", b"h2"])])));
    assert!(lines(&parts)[1].ends_with("SNI binary, ALPN binary h2, offers TLS 1.2"), "{parts:?}");
}

#[test]
fn lengths_that_do_not_fit_end_what_is_said() {
    let whole = offer();
    for at in 4..whole.len() {
        for value in [0, 0x7f, 0xff] {
            let mut hello = whole.clone();
            hello[at] = value;
            let parts = Fixture::new().reads(record(22, &hello));
            assert_eq!(parts.iter().map(|part| part.bytes).sum::<u64>(), hello.len() as u64 + 5);
        }
    }
}
