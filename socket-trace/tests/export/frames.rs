//! Builds HTTP/2 frames with uncompressed headers (RFC 9113, RFC 7541).

pub(crate) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub(crate) const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

pub(crate) fn settings() -> Vec<u8> {
    frame(4, 0, 0, &[0, 4, 0, 1, 0, 0])
}

pub(crate) fn data(flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    frame(0, flags, stream, payload)
}

/// Returns a HEADERS frame. Each field is a literal without indexing, so that it does not depend on earlier
/// frames.
pub(crate) fn headers(flags: u8, stream: u32, fields: &[(&str, &str)]) -> Vec<u8> {
    let literal = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let block: Vec<u8> =
        fields.iter().flat_map(|(name, value)| [vec![0], literal(name), literal(value)].concat()).collect();
    frame(1, flags | END_HEADERS, stream, &block)
}

/// Returns an uncompressed gRPC message with its length prefix.
pub(crate) fn message(payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&[0], &length[..], payload].concat()
}

/// Returns the bytes that client and server send for one gRPC call.
pub(crate) fn grpc_call(request: &[u8], reply: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let request_head = headers(
        0,
        1,
        &[
            (":method", "POST"),
            (":scheme", "http"),
            (":path", "/shelf.Shelf/Get"),
            (":authority", "localhost"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
        ],
    );
    let response_head = headers(0, 1, &[(":status", "200"), ("content-type", "application/grpc")]);
    let trailers = headers(END_STREAM, 1, &[("grpc-status", "0")]);
    let client =
        [PREFACE.to_vec(), settings(), request_head, data(END_STREAM, 1, &message(request))].concat();
    let server = [response_head, data(0, 1, &message(reply)), trailers].concat();
    (client, server)
}
