//! Calls in flight in recordings that are incomplete, or encrypted.

use super::fixture::*;
use super::retry_tests::{client, only};
use super::{Processed, Retry};

#[test]
fn end_recorded_from_its_middle_has_other_call_numbers() {
    let mut client = client(POST, b"");
    client[1] = client[1].replace(r#""op":"connect""#, r#""op":"adopt","domain":"ipv4","type":"stream""#);
    // The server's second call is the client's first.
    let server = Script::server().read(GET).write(OK).read(POST).wait(9).shutdown().close("local", "");
    assert_eq!(only(&[client, server.end()]), (Processed::Unknown, Retry::Unsafe));
}

#[test]
fn end_without_payload_does_not_hide_the_calls_of_the_other() {
    let client = Script::client_without_payload().wait(9).eof().close("peer", "").end();
    let server = Script::server().wait(2).read(POST).shutdown().close("local", "").end();
    assert_eq!(only(&[client, server]), (Processed::Unknown, Retry::Unsafe));
}

#[test]
fn recording_of_a_server_that_ends_early_leaves_requests_unknown() {
    let server = Script::server().wait(6).end();
    assert_eq!(only(&[client(POST, b""), server]), (Processed::Unknown, Retry::Unsafe));
}

#[test]
fn gap_of_the_server_leaves_unread_requests_unknown() {
    let gap = r#""op":"gap","reads":1,"rx":70"#;
    let server = Script::server().wait(2).line(gap).shutdown().close("local", "").end();
    assert_eq!(only(&[client(POST, b""), server]), (Processed::Unknown, Retry::Unsafe));
}

#[test]
fn read_that_a_gap_after_the_close_reports_leaves_requests_unknown() {
    let server = |totals: &str| {
        let close = format!(r#""sock":2,"op":"close","ended_by":"local",{totals}"#);
        let gap = r#""op":"gap","reads":1,"rx":60"#;
        Script::server().wait(2).shutdown().line(&close).line(gap).end()
    };
    for totals in [r#""rx":60,"tx":0,"reads":1,"writes":0"#, r#""rx":0,"tx":0,"reads":1,"writes":0"#] {
        let expected = (Processed::Unknown, Retry::Unsafe);
        assert_eq!(only(&[client(POST, b""), server(totals)]), expected, "{totals}");
    }
}

#[test]
fn dropped_reads_of_a_client_are_a_caveat() {
    let close = r#""sock":1,"op":"close","ended_by":"local","rx":40,"tx":60,"reads":1,"writes":1"#;
    let explanation = explained(&[Script::client().write(POST).wait(5).line(close).end()]);
    assert_eq!(explanation.caveats.len(), 1, "{explanation:#?}");
}

/// A TLS record with 60 bytes of encrypted application data.
fn encrypted() -> Vec<u8> {
    [&[23, 3, 3, 0, 60][..], &[0xaa; 60]].concat()
}

/// An end of a TLS connection after the first bytes of a handshake.
fn tls(script: Script) -> Script {
    script.write([22, 3, 1, 0, 4, 1, 0, 0, 0]).read([22, 3, 3, 0, 4, 2, 0, 0, 0])
}

/// Adds a TLS stream on the socket `on`, with the number `sock`.
fn decrypted(script: Script, on: u64, sock: u64) -> Script {
    script.line(&format!(r#""sock":{sock},"op":"adopt","domain":"tls","type":"stream","on":{on}"#))
}

#[test]
fn request_in_encrypted_bytes_at_the_server_is_unknown() {
    let client = decrypted(tls(Script::client()), 1, 2).on(2).write(POST).on(1).write(encrypted()).wait(9);
    let client = client.eof().on(2).eof().close("peer", "").on(1).close("peer", "").end();
    let server = tls(Script::server().wait(2)).wait(4).read(encrypted());
    let server = server.shutdown().close("local", "").end();
    assert_eq!(only(&[client, server]), (Processed::Unknown, Retry::Unsafe));
}

#[test]
fn encrypted_recording_of_a_client_does_not_hide_the_calls_of_the_server() {
    let client = tls(Script::client()).write(encrypted()).wait(9).eof().close("peer", "").end();
    let server = decrypted(tls(Script::server().wait(2)), 2, 3).wait(2).read(encrypted()).on(3).read(POST);
    let server = server.on(2).shutdown().on(3).close("local", "").on(2).close("local", "").end();
    assert_eq!(only(&[client, server]), (Processed::Unknown, Retry::Unsafe));
}

#[test]
fn request_after_the_release_of_the_decrypted_stream_is_unknown() {
    let client = decrypted(tls(Script::client()), 1, 2).on(2).write(POST).on(1).write(encrypted()).wait(9);
    let client = client.eof().on(2).eof().close("peer", "").on(1).close("peer", "").end();
    let release = r#""sock":3,"op":"release","rx":0,"tx":0,"reads":0,"writes":0"#;
    let server = decrypted(tls(Script::server().wait(2)), 2, 3).line(release).wait(4).read(encrypted());
    let server = server.shutdown().close("local", "").end();
    assert_eq!(only(&[client, server]), (Processed::Unknown, Retry::Unsafe));
}

#[test]
fn calls_before_encryption_are_counted() {
    let connect = b"CONNECT shop:443 HTTP/1.1\r\nhost: shop:443\r\n\r\n";
    let client = Script::client().write(connect).read(b"HTTP/1.1 200 OK\r\n\r\n");
    let client = tls(client).write(encrypted()).shutdown().close("local", "").end();
    assert_eq!(explained(&[client]).completed, 1);
}
