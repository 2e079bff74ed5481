//! TLS records, RFC 8446 (TLS 1.3) and RFC 5246 (TLS 1.2). Nothing is decrypted.
//!
//! Named are the records, the messages of the handshake that are sent in clear, with the server name (RFC 6066), the
//! application protocols (RFC 7301) and the versions of the hello messages, and alerts in clear. From the `ServerHello` of
//! TLS 1.3 on, records of type `application_data` hide the rest of the handshake and alerts, too.
//!
//! # Layout
//!
//! - `record`: the header of a record
//! - `reader`: one direction, record by record
//! - `message`: a handshake message, over all its records
//! - `hello`: `ClientHello` and `ServerHello`
//! - `fields`: fields with a length before them
//! - `names`: names of versions, cipher suites, messages and alerts

mod fields;
mod hello;
mod message;
mod names;
mod reader;
mod record;

use super::chunk::Chunk;
use super::protocol::{Context, Outcome};
use super::way::{Way, Ways};
use reader::Reader;
use record::ContentType;

/// One connection that speaks TLS.
#[derive(Debug, Default)]
pub(super) struct Tls {
    session: Session,
    readers: Ways<Reader>,
}

/// The server's choice, which the records of both directions follow.
#[derive(Clone, Copy, Debug, Default)]
struct Session {
    version: Option<u16>,
    cipher_suite: Option<u16>,
}

/// Bytes of an encrypted fragment before and after those of its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expansion {
    /// Bytes before the data.
    pub before: u64,
    /// Bytes after the data.
    pub after: u64,
}

/// Bytes of the header of a record.
pub const RECORD_HEADER: u64 = record::HEADER as u64;

impl Tls {
    /// Names the bytes.
    pub(super) fn carry(&mut self, way: Way, chunk: &mut Chunk<'_>, context: &mut Context<'_>) -> Outcome {
        match self.readers.get_mut(way).carry(chunk, &mut self.session, context) {
            Ok(()) => Outcome::Done,
            Err(why) => Outcome::Lost(why),
        }
    }

    /// Continues with a record after a hole, when the bytes begin as one does.
    pub(super) fn resume(&mut self, way: Way, bytes: &[u8]) -> bool {
        let resumes = bytes.len() >= record::HEADER && record::may_begin(bytes);
        if resumes {
            self.readers.get_mut(way).restart();
        }
        resumes
    }

    /// The bytes that an `application_data` fragment has besides its data. `None` when the cipher suite is not known,
    /// or has no fixed number.
    pub(super) fn expansion(&self) -> Option<Expansion> {
        let Session { version, cipher_suite } = self.session;
        names::expansion(version?, cipher_suite?)
    }
}

/// Returns true if the first bytes of a connection are TLS: a client begins with a `ClientHello`, and a server responds
/// with a handshake message or an alert. A connection whose beginning was not recorded may continue with any record.
pub(super) fn is_tls(way: Way, bytes: &[u8], from_beginning: bool) -> bool {
    /// The type of a `ClientHello`.
    const CLIENT_HELLO: u8 = 1;
    let Some(kind) = bytes.first().and_then(|first| ContentType::of(*first)) else { return false };
    let is_first = match way {
        _ if !from_beginning => bytes.len() >= 3,
        Way::ToServer => {
            kind == ContentType::Handshake
                && bytes.get(record::HEADER).is_none_or(|first| *first == CLIENT_HELLO)
        }
        Way::ToClient => matches!(kind, ContentType::Handshake | ContentType::Alert),
    };
    is_first && record::may_begin(bytes)
}

/// Returns true if a part with this name is a record, and false if it is a message of the handshake.
pub(super) fn is_record(name: &str) -> bool {
    ContentType::ALL.iter().any(|kind| kind.name() == name)
}

#[cfg(test)]
mod hello_tests;
#[cfg(test)]
mod made_up;
#[cfg(test)]
mod tests;
