//! Dissects the payload of recorded reads and writes into protocol messages: HTTP/1.1, HTTP/2, gRPC, GraphQL, WebSocket,
//! server-sent events, TLS records and PostgreSQL.
//!
//! ```
//! use socket_dissect::{Class, Dissector};
//! use socket_tap::format::{Line, Side};
//!
//! let mut dissector = Dissector::new(Side::Server);
//! let line = r#"{"t":9,"sock":2,"op":"read","bytes":19,"data":"R0VUIC9hIEhUVFAvMS4xDQoNCg=="}"#;
//! let Line::Event(event) = Line::parse(line)? else { panic!("not an event") };
//! let parts = dissector.observe(&event);
//! assert_eq!((parts[0].class, parts[0].text.as_str()), (Class::Headers, "GET /a"));
//! # Ok::<(), socket_tap::format::LineError>(())
//! ```
//!
//! The recording must contain payload (`capture`). If only the first bytes of a read or write were recorded,
//! the missing bytes are dissected as far as a known message or frame length covers them. Later bytes are
//! [unknown](Class::Unknown) up to a read or write that begins like a message or frame. After a `gap` event,
//! open connections stay unknown in the directions in which bytes may be missing.
//!
//! # Layout
//!
//! - `dissector`: [`Dissector`], the connections of a recording
//! - [`part`]: a run of bytes of one read or write, and the protocol unit to which it belongs
//! - [`call`]: a request and its response; [`BytesByClass`]: bytes of each class
//! - `header_fields`: [`HeaderFields`], the header fields of a message
//! - `goaway`: [`Goaway`], the content of an HTTP/2 `GOAWAY` frame
//! - `detail`: how much of each message the parts contain
//! - [`contracts`]: protobuf contracts, by which gRPC messages are decoded
//! - [`decode_body`]: a body without its content coding; [`GrpcBody`]: the messages of a gRPC body as JSON
//! - [`detect`]: detection of the protocol by the first bytes
//! - `connection`: the reads and writes of one connection
//! - `protocol`: the protocol of a connection
//! - `outcome`: whether all bytes were dissected, and the protocol to which the connection switches
//! - `http1`, `http2`, `hpack`: HTTP/1.1, HTTP/2 and its header compression
//! - `grpc`, `protobuf`: gRPC calls and their messages
//! - `websocket`: WebSocket frames and messages
//! - `graphql`: GraphQL operations over HTTP and WebSocket
//! - `sse`: server-sent events
//! - `tls`: TLS records and the plaintext handshake
//! - `postgres`: the PostgreSQL protocol
//! - `content`: message bodies; `media`: their media types and compression; `decompress`: decompression
//! - `open_calls`: the open calls of a connection, and their usage
//! - `data`: the bytes of a read or write; `prefix_buffer`: the first bytes of a protocol unit; `header_buffer`: the
//!   bytes of a header of fixed length
//! - `direction`: to the server or to the client; `context`: the connection state that protocols use
//! - `part_collector`: the parts of a read or write; `text`: bytes and numbers as printable text

mod bytes_by_class;
pub mod call;
mod connection;
mod content;
mod context;
pub mod contracts;
mod data;
mod decompress;
mod detail;
pub mod detect;
mod direction;
mod dissector;
#[cfg(test)]
mod fixture;
mod goaway;
mod graphql;
mod grpc;
mod header_buffer;
mod header_fields;
mod hpack;
mod http1;
mod http2;
mod media;
mod open_calls;
mod outcome;
pub mod part;
mod part_collector;
mod postgres;
mod prefix_buffer;
mod protobuf;
mod protocol;
mod sse;
mod text;
mod tls;
mod websocket;

pub use bytes_by_class::BytesByClass;
pub use call::{Call, Usage};
pub use contracts::Contracts;
pub use decompress::decode_body;
pub use detail::Detail;
pub use dissector::Dissector;
pub use goaway::Goaway;
pub use grpc::{GrpcBody, GrpcMessages, grpc_status};
pub use header_fields::HeaderFields;
pub use part::{Class, Layer, MessageContent, Part};
pub use tls::{Expansion, RECORD_HEADER};

#[cfg(test)]
mod tests;
