use super::super::fixture::{self, Fixture};
use super::super::{Class, Layer, Part};
use super::fixture::{alpn, extension, message, offer, record, server_hello, tls_1_3};
use super::hello::RETRY;

const OFFER: &str = "SNI shop.test, ALPN h2 http/1.1, offers TLS 1.3 TLS 1.2";

/// Formats each part as one line. Omits the class `tls`.
fn tls_lines(parts: &[Part]) -> Vec<String> {
    assert!(parts.iter().all(|part| part.layer == Layer::Tls && part.call.is_none()), "{parts:?}");
    fixture::lines(parts).iter().map(|line| line.replacen(" tls ", " ", 1)).collect()
}

#[test]
fn plaintext_handshake_messages_of_tls13_are_named() {
    let mut server = Fixture::new();
    let hello = offer();
    let length = hello.len();
    assert_eq!(
        tls_lines(&server.reads(record(22, hello))),
        ["5 handshake", &format!("{length} ClientHello: {OFFER}")]
    );
    let flight = [record(22, tls_1_3()), record(20, [1]), record(23, [0; 40])].concat();
    assert_eq!(
        tls_lines(&server.writes(flight)),
        [
            "5 handshake",
            "82 ServerHello: TLS 1.3, TLS_AES_128_GCM_SHA256",
            "6 change_cipher_spec",
            "5 application_data",
            "40 payload application_data",
        ]
    );
    // A plaintext alert after the change_cipher_spec, which has no effect in TLS 1.3.
    let last = [record(20, [1]), record(21, [2, 42]), record(23, [0; 30])].concat();
    assert_eq!(
        tls_lines(&server.reads(last)),
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
fn handshake_after_change_cipher_spec_is_encrypted() {
    let mut server = Fixture::new();
    server.reads(record(22, offer()));
    let hello = server_hello([8; 32], 0xc02f, &[alpn(&[b"h2"])]);
    let several = [hello, message(11, [0; 300]), message(12, [0; 70]), message(14, [])].concat();
    assert_eq!(
        tls_lines(&server.writes(record(22, several))),
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
        tls_lines(&server.reads(last)),
        ["5 handshake", "37 ClientKeyExchange", "6 change_cipher_spec", "45 handshake: encrypted"]
    );
    let ends = [record(23, [5; 50]), record(21, [5; 26]), record(24, [1; 20])].concat();
    assert_eq!(
        tls_lines(&server.reads(ends)),
        ["5 application_data", "50 payload application_data", "31 alert: encrypted", "25 heartbeat"]
    );
}

#[test]
fn second_client_hello_follows_hello_retry_request() {
    let mut server = Fixture::new();
    server.reads([record(22, offer()), record(20, [1])].concat());
    let retry = server_hello(RETRY, 0x1302, &[extension(43, [3, 4])]);
    assert_eq!(
        tls_lines(&server.writes(record(22, retry)))[1],
        "82 ServerHello: HelloRetryRequest, TLS 1.3, TLS_AES_256_GCM_SHA384"
    );
    assert!(tls_lines(&server.reads(record(22, offer())))[1].ends_with(OFFER));
}

#[test]
fn tls_handshake_messages_may_span_records_and_reads() {
    let mut server = Fixture::new();
    let hello = offer();
    let (first, second) = hello.split_at(60);
    let bytes = [record(22, first), record(22, second), record(21, [1, 0])].concat();
    let parts: Vec<Part> = bytes.iter().flat_map(|byte| server.reads([*byte])).collect();
    let ends: Vec<String> = tls_lines(&parts)
        .into_iter()
        .zip(&parts)
        .filter(|(_, part)| part.ends)
        .map(|(line, _)| line)
        .collect();
    assert_eq!(
        ends,
        ["1 handshake", "1 handshake", &format!("1 ClientHello: {OFFER}"), "1 alert: warning close_notify"]
    );
    assert_eq!(parts.iter().filter(|part| part.begins).count(), 4, "two records, a message and an alert");
    assert!(parts.iter().all(|part| part.class == Class::Tls));
}

#[test]
fn tls_record_continues_after_unrecorded_bytes() {
    let mut server = Fixture::new();
    server.reads(record(22, offer()));
    let flight = [record(22, tls_1_3()), record(23, [0; 100])].concat();
    assert_eq!(
        fixture::lines(&server.writes_cut(&flight[..99], 93)),
        [
            "5 tls handshake",
            "82 tls ServerHello: TLS 1.3, TLS_AES_128_GCM_SHA256",
            "5 tls application_data",
            "100 payload application_data: 93 B not recorded",
        ]
    );
    assert_eq!(
        fixture::lines(&server.writes_cut(&flight[..90], 200))[2..],
        ["3 tls application_data", "200 unknown unknown: 200 B not recorded"]
    );
    assert_eq!(
        fixture::lines(&server.writes("nothing of TLS")),
        ["14 unknown unknown: follows bytes that were not recorded"]
    );
    assert_eq!(tls_lines(&server.writes(record(21, [1, 0]))), ["7 alert: warning close_notify"]);
}

#[test]
fn tls_is_recognized_in_mid_connection() {
    use socket_tap::event::{Event, Op, SockId, Transfer};
    let mut dissector = super::super::Dissector::new(socket_tap::format::Side::Server);
    let data: Box<[u8]> = record(23, [0; 20]).into();
    let op = Op::Write(Transfer::new(25).with_data(data));
    let parts = dissector.observe(&Event::new(1, SockId::new(7), op));
    assert_eq!(tls_lines(&parts), ["5 application_data", "20 payload application_data"]);
}

#[test]
fn garbage_after_a_tls_record_is_unknown() {
    let mut server = Fixture::new();
    let parts = server.reads([record(22, offer()), b"GET / HTTP/1.1".to_vec()].concat());
    assert_eq!(fixture::lines(&parts)[2], "14 unknown unknown: not TLS");
    // The other direction is unaffected, and a handshake record with an unknown message is skipped.
    let parts =
        server.writes([record(22, [99; 30]), record(22, [1, 200, 0, 0, 7]), record(22, tls_1_3())].concat());
    assert_eq!(
        tls_lines(&parts),
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
