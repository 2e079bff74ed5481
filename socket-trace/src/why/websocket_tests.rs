//! The calls of a GraphQL WebSocket that were in flight when its connection ended.

use super::fixture::*;
use super::retry::InFlight;
use super::{Cause, Processed, Retry};

fn request(extensions: &str) -> String {
    format!(
        "GET /graphql HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: x\r\n\
         sec-websocket-version: 13\r\nsec-websocket-protocol: graphql-transport-ws\r\n{extensions}\r\n"
    )
}

fn switched(extensions: &str) -> String {
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-protocol: graphql-transport-ws\r\n{extensions}\r\n"
    )
}

const DEFLATE: &str = "sec-websocket-extensions: permessage-deflate\r\n";
const INIT: &str = r#"{"type":"connection_init"}"#;
const ACK: &str = r#"{"type":"connection_ack"}"#;
const SUBSCRIBE: &str =
    r#"{"id":"1","type":"subscribe","payload":{"query":"subscription { bookChanged { title } }"}}"#;
const MUTATION: &str =
    r#"{"id":"2","type":"subscribe","payload":{"query":"mutation { addBook(title: \"x\") { id } }"}}"#;
const COMPLETE: &str = r#"{"id":"1","type":"complete"}"#;

/// The header of a text frame with a payload of this length. The client's mask is 0.
fn head(length: usize, is_compressed: bool, is_masked: bool) -> Vec<u8> {
    let mask = if is_masked { 0x80 } else { 0 };
    let mut head = vec![if is_compressed { 0xc1 } else { 0x81 }];
    match u8::try_from(length).ok().filter(|length| *length < 126) {
        Some(length) => head.push(mask | length),
        None => {
            head.push(mask | 126);
            head.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    head.extend(if is_masked { &[0; 4][..] } else { &[] });
    head
}

fn masked(message: &str) -> Vec<u8> {
    [head(message.len(), false, true), message.into()].concat()
}

fn unmasked(message: &str) -> Vec<u8> {
    [head(message.len(), false, false), message.into()].concat()
}

/// A message of the client in a stored block of DEFLATE.
fn deflated(message: &str) -> Vec<u8> {
    let length = u16::try_from(message.len()).unwrap();
    let block =
        [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes(), message.as_bytes(), &[0]].concat();
    [head(block.len(), true, true), block].concat()
}

fn calls(in_flight: &[InFlight]) -> Vec<(&str, Processed, Retry)> {
    in_flight.iter().map(|call| (call.operation.as_str(), call.processed, call.retry)).collect()
}

const LOST_MUTATION: (&str, Processed, Retry) = ("mutation { addBook }", Processed::Unknown, Retry::Unsafe);

#[test]
fn operation_that_the_server_read_beyond_the_capture_is_unknown() {
    let client = Script::client().write(request("")).wait(3).read(switched("")).write(masked(INIT)).wait(3);
    let client = client.read(unmasked(ACK)).write(masked(SUBSCRIBE)).write(masked(MUTATION)).wait(9).eof();
    let server = Script::server().read(request("")).write(switched("")).wait(4).read(masked(INIT));
    let captured = [masked(SUBSCRIBE), head(MUTATION.len(), false, true)].concat();
    let server = server.write(unmasked(ACK)).wait(5).line(&cut_read(&captured, MUTATION.len()));
    let server = server.shutdown().close("local", "").end();
    let explanation = explained(&[client.close("peer", "").end(), server]);
    let mutation = explanation.in_flight.last().map(std::slice::from_ref);
    assert_eq!(calls(mutation.unwrap()), [LOST_MUTATION]);
}

#[test]
fn compressed_operation_after_missing_bytes_is_unknown() {
    let client = Script::client().write(request(DEFLATE)).wait(3).read(switched(DEFLATE));
    let client = client.write(deflated(INIT)).wait(3).read(unmasked(ACK)).write(deflated(SUBSCRIBE)).wait(3);
    let client = client.read(unmasked(COMPLETE)).write(deflated(MUTATION)).wait(9).eof();
    let server = Script::server().read(request(DEFLATE)).write(switched(DEFLATE)).wait(4);
    let first = deflated(SUBSCRIBE);
    let server = server.read(deflated(INIT)).write(unmasked(ACK)).wait(1).read(&first[..8]);
    let server = server.line(&cut_read(&first[8..20], first.len() - 20)).write(unmasked(COMPLETE)).wait(5);
    let server = server.read(deflated(MUTATION)).shutdown().close("local", "").end();
    let explanation = explained(&[client.close("peer", "").end(), server.clone()]);
    assert_eq!(calls(&explanation.in_flight), [LOST_MUTATION]);
    // The server's recording alone does not show that no call was in flight.
    assert_eq!(explained(&[server]).cause, Cause::Unknown);
}

#[test]
fn late_messages_of_a_completed_operation_hide_nothing() {
    let server = Script::server().read(request("")).write(switched("")).read(masked(INIT));
    let server = server.write(unmasked(ACK)).read(masked(SUBSCRIBE)).read(masked(COMPLETE));
    let next = r#"{"id":"1","type":"next","payload":{"data":{}}}"#;
    let server = server.write(unmasked(next)).read(masked(COMPLETE)).shutdown().close("local", "").end();
    assert_eq!(explained(&[server]).cause, Cause::Close);
}

/// A field of HPACK that is not indexed.
fn literal(name: &str, value: &str) -> Vec<u8> {
    let length = |text: &str| vec![u8::try_from(text.len()).unwrap()];
    [vec![0], length(name), name.into(), length(value), value.into()].concat()
}

/// A client with a GraphQL WebSocket over HTTP/2 (RFC 8441).
fn client_over_http2() -> Script {
    let subprotocol = literal("sec-websocket-protocol", "graphql-transport-ws");
    let connect = [
        literal(":method", "CONNECT"),
        literal(":protocol", "websocket"),
        vec![0x86],
        literal(":path", "/graphql"),
        literal(":authority", "a"),
        subprotocol.clone(),
    ];
    let accepted = frame(1, 4, 1, &[vec![0x88], subprotocol].concat());
    Script::client()
        .write([preface(), frame(1, 4, 1, &connect.concat())].concat())
        .read([settings(), accepted].concat())
        .write(frame(0, 0, 1, &masked(INIT)))
        .read(frame(0, 0, 1, &unmasked(ACK)))
}

#[test]
fn operations_over_one_http2_stream_are_listed_each() {
    let client = client_over_http2().write(frame(0, 0, 1, &masked(SUBSCRIBE)));
    let client = client.write(frame(0, 0, 1, &masked(MUTATION))).wait(9).eof().close("peer", "").end();
    let subscription = ("subscription { bookChanged }", Processed::Unknown, Retry::Safe);
    assert_eq!(calls(&explained(&[client]).in_flight), [subscription, LOST_MUTATION]);
}

#[test]
fn idle_websocket_over_http2_has_no_call_in_flight() {
    let explanation = explained(&[client_over_http2().wait(900).eof().close("peer", "").end()]);
    assert_eq!(calls(&explanation.in_flight), []);
    assert_eq!(explanation.cause, Cause::Close);
}
