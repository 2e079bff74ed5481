use super::super::fixture::{Fixture, lines};
use super::fixture::{alpn, client_hello, offer, record, server_name, tls_1_3};

#[test]
fn partly_recorded_client_hello_shows_complete_extensions() {
    let hello = record(22, offer());
    for (recorded, text) in
        [(3, ""), (30, ""), (119, "SNI shop.test"), (120, "SNI shop.test, ALPN h2 http/1.1")]
    {
        let missing = (hello.len() - recorded) as u64;
        let parts = Fixture::new().reads_cut(&hello[..recorded], missing);
        let texts = lines(&parts);
        let last = texts.last().unwrap();
        match (recorded, text) {
            (3, _) => assert_eq!(last, "128 unknown unknown: 128 B not recorded"),
            (_, "") => assert!(last.ends_with(&format!(" ClientHello: {missing} B not recorded")), "{last}"),
            _ => {
                assert!(last.ends_with(&format!("ClientHello: {text} ({missing} B not recorded)")), "{last}");
            }
        }
    }
}

#[test]
fn partly_recorded_server_hello_shows_no_version() {
    let mut server = Fixture::new();
    let hello = record(22, tls_1_3());
    let parts = server.writes_cut(&hello[..80], (hello.len() - 80) as u64);
    assert_eq!(lines(&parts)[1], "82 tls ServerHello: TLS_AES_128_GCM_SHA256 (7 B not recorded)");
}

#[test]
fn sni_and_alpn_names_are_escaped_and_truncated() {
    let names: Vec<Vec<u8>> = (0..20).map(|at| vec![b'a' + at; 200]).collect();
    let names: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
    let hello = client_hello(&[server_name(b"a\x1b[2J"), alpn(&names)]);
    let parts = Fixture::new().reads(record(22, hello));
    assert!(parts[1].text.starts_with("SNI a␛[2J, ALPN aaaa"), "{}", parts[1].text);
    assert!(parts[1].text.contains('…') && parts[1].text.len() < 500, "{}", parts[1].text);
    let parts = Fixture::new()
        .reads(record(22, client_hello(&[server_name(b"\xff\xfe"), alpn(&[b"\x8a\x8a", b"h2"])])));
    assert!(lines(&parts)[1].ends_with("SNI binary, ALPN binary h2, offers TLS 1.2"), "{parts:?}");
}

#[test]
fn all_bytes_of_malformed_tls_hello_are_counted() {
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
