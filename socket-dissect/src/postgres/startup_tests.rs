use super::super::fixture::{Fixture, lines};
use super::fixture::{error, message, messages, packet, ready, startup};

const STARTUP: &str = "connection StartupMessage: user app, database shop, application_name rest-server";

#[test]
fn startup_messages_count_as_connection_management() {
    let mut server = Fixture::new();
    assert_eq!(messages(&server.reads(startup())), [STARTUP]);
    let mechanisms = b"\0\0\0\x0aSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0";
    assert_eq!(
        messages(&server.writes(message(b'R', mechanisms))),
        ["connection Authentication: SASL SCRAM-SHA-256-PLUS, SCRAM-SHA-256"]
    );
    let first = message(b'p', b"SCRAM-SHA-256\0\0\0\0\x10n,,n=,r=nonce-ab");
    assert_eq!(messages(&server.reads(first)), ["connection SASLInitialResponse: SCRAM-SHA-256"]);
    server.writes(message(b'R', b"\0\0\0\x0br=nonce,s=salt,i=4096"));
    assert_eq!(
        messages(&server.reads(message(b'p', b"c=biws,r=nonce,p=proof"))),
        ["connection SASLResponse"]
    );
    let ends = [
        message(b'R', b"\0\0\0\x0cv=signature"),
        message(b'R', [0; 4]),
        message(b'S', b"server_version\x0015.3\0"),
        message(b'K', b"\0\0\x04\xd2\xde\xad\xbe\xef"),
        message(b'v', b"\0\x03\0\0\0\0\0\0"),
        message(b'N', b"SNOTICE\0C00000\0Mhello\0\0"),
        ready(b'I'),
    ];
    assert_eq!(
        messages(&server.writes(ends.concat())),
        [
            "connection Authentication: SASLFinal",
            "connection Authentication: Ok",
            "connection ParameterStatus: server_version 15.3",
            "connection BackendKeyData: process 1234",
            "connection NegotiateProtocolVersion: minor version 0",
            "headers NoticeResponse: NOTICE 00000: hello",
            "headers ReadyForQuery: idle",
        ]
    );
    assert_eq!(lines(&server.reads(message(b'X', []))), ["5 connection Terminate"]);
    server.closes();
    assert_eq!(server.finished(), []);
}

#[test]
fn passwords_are_never_shown() {
    for (request, name) in [(3_u32, "PasswordMessage"), (5, "PasswordMessage"), (10, "SASLInitialResponse")] {
        let mut server = Fixture::new();
        server.reads(startup());
        server.writes(message(b'R', [&request.to_be_bytes()[..], b"salt"].concat()));
        let parts = server.reads(message(b'p', b"open-sesame\0"));
        assert_eq!(messages(&parts), [format!("connection {name}")]);
    }
}

#[test]
fn message_kinds_are_recognized_despite_masked_secrets() {
    let mut server = Fixture::new();
    server.reads(startup());
    let masked = |kind: u32, length| message(b'R', [&kind.to_be_bytes()[..], &vec![b'*'; length]].concat());
    assert_eq!(messages(&server.writes(masked(10, 34))), ["connection Authentication: SASL"]);
    assert_eq!(messages(&server.reads(message(b'p', [b'*'; 40]))), ["connection SASLInitialResponse"]);
    assert_eq!(messages(&server.writes(masked(11, 80))), ["connection Authentication: SASLContinue"]);
    assert_eq!(messages(&server.reads(message(b'p', [b'*'; 90]))), ["connection SASLResponse"]);
    assert_eq!(
        messages(&server.writes([masked(12, 46), masked(0, 0)].concat())),
        ["connection Authentication: SASLFinal", "connection Authentication: Ok"]
    );
    let masked = packet(196_608, [b'*'; 40]);
    assert_eq!(messages(&Fixture::new().reads(masked)), ["connection StartupMessage"]);
}

#[test]
fn connection_continues_in_plaintext_after_refused_encryption() {
    let mut server = Fixture::new();
    assert_eq!(messages(&server.reads(packet(80_877_104, []))), ["connection GSSENCRequest"]);
    assert_eq!(messages(&server.writes("N")), ["connection GSSENCResponse: refused"]);
    assert_eq!(messages(&server.reads(packet(80_877_103, []))), ["connection SSLRequest"]);
    assert_eq!(messages(&server.writes("N")), ["connection SSLResponse: refused"]);
    assert_eq!(messages(&server.reads(startup())), [STARTUP]);
}

#[test]
fn accepted_encryption_request_starts_tls_or_gssapi() {
    let mut server = Fixture::new();
    server.reads(packet(80_877_103, []));
    assert_eq!(messages(&server.writes("S")), ["connection SSLResponse: TLS follows"]);
    assert_eq!(lines(&server.reads(b"\x16\x03\x01\0\x30")), ["5 tls handshake"]);
    let mut server = Fixture::new();
    server.reads(packet(80_877_104, []));
    assert_eq!(messages(&server.writes("G")), ["connection GSSENCResponse: GSSAPI encryption follows"]);
    assert_eq!(lines(&server.reads("abc")), ["3 unknown unknown: GSSAPI encryption of PostgreSQL"]);
}

#[test]
fn encryption_request_may_be_answered_by_an_error() {
    let mut server = Fixture::new();
    server.reads(packet(80_877_103, []));
    assert_eq!(
        messages(&server.writes(error("08P01", "unsupported"))),
        ["headers ErrorResponse: ERROR 08P01: unsupported"]
    );
}

#[test]
fn secret_of_a_cancel_request_is_not_shown() {
    let request = packet(80_877_102, b"\0\0\x04\xd2\xde\xad\xbe\xef");
    assert_eq!(lines(&Fixture::new().reads(request)), ["16 connection CancelRequest: process 1234"]);
}
