//! TLS records: RFC 8446 (TLS 1.3) and RFC 5246 (TLS 1.2). Nothing is decrypted.
//!
//! The output names the records, the plaintext handshake messages, and plaintext alerts. For hello messages
//! it shows the server name (RFC 6066), the application protocols (RFC 7301) and the versions. After the
//! `ServerHello` of TLS 1.3, records of type `application_data` also contain the rest of the handshake and
//! alerts.
//!
//! # Layout
//!
//! - `connection`: [`Tls`], both directions of a connection
//! - `record`: the header of a record
//! - `reader`: one direction, record by record
//! - `message`: a handshake message across its records
//! - `hello`: `ClientHello` and `ServerHello`
//! - `session`: the server's choice of version and cipher suite
//! - `fields`: length-prefixed fields
//! - `names`: names of versions, cipher suites, messages and alerts

mod connection;
mod fields;
mod hello;
mod message;
mod names;
mod reader;
pub(super) mod record;
mod session;

pub(super) use connection::{Tls, is_tls};
pub use record::RECORD_HEADER;
pub use session::Expansion;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod hello_tests;
#[cfg(test)]
mod tests;
