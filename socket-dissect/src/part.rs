//! What a read or write carried: a run of bytes for each thing that it holds a part of.

use serde::Serialize;

use super::tls;

/// A run of bytes of one read or write that belongs to one unit: a frame's head, a message's body. The parts of a
/// transfer lie one behind the other, without a gap: their bytes come to the transfer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// How many bytes.
    pub bytes: u64,
    /// What they are spent on.
    pub class: Class,
    /// Whose rules they follow.
    pub layer: Layer,
    /// What the unit is called in the words of its protocol: `request head`, `HEADERS`, `message`.
    pub name: &'static str,
    /// What it says, as far as that is known here: `GET /v1/books/1`, `{id: 1}`. Empty when there is nothing to say
    /// beyond the name.
    pub text: String,
    /// Which unit: a number within its connection and direction, from 0. One that spans several transfers is a part of
    /// each of them, with the same number.
    pub unit: u64,
    /// The unit begins with this part.
    pub begins: bool,
    /// The unit ends with this part.
    pub ends: bool,
    /// The call that it belongs to: a number within its connection, from 0; `None` for what belongs to the connection.
    pub call: Option<u64>,
    /// The HTTP/2 stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<u32>,
}

impl Part {
    /// Whether it is a record of TLS, or the header of one, and not a message of the handshake that a record holds.
    #[must_use]
    pub fn is_tls_record(&self) -> bool {
        self.layer == Layer::Tls && tls::is_record(self.name)
    }
}

/// What bytes are spent on. Every byte that a connection carries is of exactly one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// Belongs to the connection and to no call: the preface, SETTINGS, PING, GOAWAY, a WebSocket's ping and close.
    Connection,
    /// Says where things begin and end: frame heads, length prefixes, chunk sizes.
    Framing,
    /// Says what a message is about: request and status lines, fields, trailers.
    Headers,
    /// The message itself. Of TLS, the encrypted fragments of `application_data`: whole, since what encryption adds, and
    /// in TLS 1.3 the rest of the handshake, cannot be told from the data without the keys.
    Payload,
    /// What TLS takes: the headers of all records, and the whole records of the handshake in clear, `change_cipher_spec`,
    /// alerts and heartbeats.
    Tls,
    /// Not known: payload was not recorded, or the protocol is not one of ours.
    Unknown,
}

/// Whose rules a run of bytes follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// RFC 9112.
    Http1,
    /// RFC 9113.
    Http2,
    /// gRPC over HTTP/2: `PROTOCOL-HTTP2.md` of the gRPC project.
    Grpc,
    /// RFC 6455.
    Websocket,
    /// Server-sent events, in the HTML standard.
    Sse,
    /// RFC 8446, and RFC 5246 for TLS 1.2.
    Tls,
    /// Not known.
    Unknown,
}
