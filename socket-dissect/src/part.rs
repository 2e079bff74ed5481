//! The parts of a read or write: runs of bytes that each belong to one protocol unit, such as a frame header.

use serde::Serialize;

use super::goaway::Goaway;
use super::header_fields::HeaderFields;
use super::tls::record;

/// A run of bytes of one transfer (a read or write) that belongs to one protocol unit, such as a frame header
/// or a message body.
///
/// The parts of a transfer are contiguous, so their lengths add up to the number of bytes of the transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Number of bytes in the part.
    pub bytes: u64,
    /// Purpose of the bytes.
    pub class: Class,
    /// Protocol of the unit to which the bytes belong: HTTP/2 for the header of a DATA frame, and gRPC for
    /// the message in the frame.
    pub layer: Layer,
    /// Name of the unit in the terms of its protocol: `request head`, `HEADERS`, `message`.
    pub name: &'static str,
    /// Description of the unit's content so far: `GET /v1/books/1`, `{id: 1}`. Empty if `name` is sufficient.
    pub text: String,
    /// Number of the unit, counted from 0 in each direction of each connection. If a unit spans transfers,
    /// all its parts have the same number.
    pub unit: u64,
    /// `true` if this is the first part of the unit.
    pub begins: bool,
    /// `true` if this is the last part of the unit.
    pub ends: bool,
    /// Number of the call to which the bytes belong, counted from 0 on each connection. `None` for bytes
    /// outside any call, such as a PING.
    pub call: Option<u64>,
    /// Id of the HTTP/2 stream to which the unit belongs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<u32>,
    /// Names and values of the header fields of a message, in order, on the last part of its head. Empty unless
    /// [`Detail`](super::Detail) asks for them.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub fields: HeaderFields,
    /// The rule of its protocol that the unit breaks, with the section: `PING on stream 3 (RFC 9113, section 6.7)`. A peer
    /// may have closed the connection for this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub violation: Option<String>,
    /// `true` on the last part of the head of an HTTP/1.0 message. Its connection closes, unless it asks for `keep-alive`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_http10: bool,
    /// The content of an HTTP/2 `GOAWAY` frame, on its last part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goaway: Option<Box<Goaway>>,
    /// The content of a WebSocket message, on its last part. `None` unless [`Detail`](super::Detail) asks for it.
    #[serde(skip)]
    pub content: Option<Box<MessageContent>>,
}

/// The content of a WebSocket message, unmasked and decompressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageContent {
    /// `true` for a text message, `false` for a binary one.
    pub is_text: bool,
    /// The first 64 KiB of the content, or fewer bytes if not all were recorded.
    pub bytes: Vec<u8>,
    /// `true` if `bytes` is the complete content.
    pub is_complete: bool,
}

impl Part {
    /// Returns `true` for a TLS record or its header, and `false` for a handshake message inside a record.
    #[must_use]
    pub fn is_tls_record(&self) -> bool {
        self.layer == Layer::Tls && record::is_record_name(self.name)
    }
}

/// Purpose of the bytes of a part. Every byte of a connection has exactly one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Management of the connection, outside any call: the HTTP/2 preface, SETTINGS, PING, GOAWAY, WebSocket
    /// ping and close, start-up and authentication of PostgreSQL.
    Connection,
    /// Bytes that delimit messages, such as frame headers, length prefixes and chunk sizes; also PostgreSQL
    /// messages without content.
    Framing,
    /// Start lines, header fields and trailers. In PostgreSQL, messages that describe content or report an
    /// outcome, such as `RowDescription` and `CommandComplete`.
    Headers,
    /// Message bodies. In PostgreSQL, statements, parameters and rows. In TLS, the encrypted fragments of
    /// `application_data` as a whole: without the keys, the data cannot be separated from the encryption
    /// overhead and, in TLS 1.3, from the rest of the handshake.
    Payload,
    /// Overhead of TLS: headers of all records, plaintext handshake records, `change_cipher_spec`, alerts and
    /// heartbeats.
    Tls,
    /// Bytes that were not recorded, or whose protocol is not supported.
    Unknown,
}

/// Protocol that defines a unit, such as an HTTP/2 frame or a TLS record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// HTTP/1.1: RFC 9112.
    Http1,
    /// HTTP/2: RFC 9113.
    Http2,
    /// gRPC over HTTP/2: `PROTOCOL-HTTP2.md` of the gRPC project.
    Grpc,
    /// WebSocket: RFC 6455.
    Websocket,
    /// Server-sent events: the format `text/event-stream` of the HTML standard.
    Sse,
    /// TLS: RFC 8446, and RFC 5246 for TLS 1.2.
    Tls,
    /// The PostgreSQL frontend/backend protocol, version 3.
    Postgres,
    /// Unknown protocol.
    Unknown,
}
