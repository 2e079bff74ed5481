//! Dissects both directions of a TLS connection.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::direction::{Direction, PerDirection};
use super::super::outcome::Outcome;
use super::reader::Reader;
use super::record::{self, ContentType};
use super::session::{Expansion, Session};

/// A TLS connection.
#[derive(Debug, Default)]
pub(in super::super) struct Tls {
    session: Session,
    readers: PerDirection<Reader>,
}

impl Tls {
    /// Dissects the next bytes of a direction into parts of TLS records.
    pub(in super::super) fn dissect(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        context: &mut Context<'_>,
    ) -> Outcome {
        match self.readers.get_mut(direction).dissect(data, &mut self.session, context) {
            Ok(()) => Outcome::Done,
            Err(reason) => Outcome::Lost(reason),
        }
    }

    /// Resumes the dissection of a direction after bytes that were not recorded, if `bytes` look like the
    /// beginning of a TLS record. Returns `true` on success.
    pub(in super::super) fn resume(&mut self, direction: Direction, bytes: &[u8]) -> bool {
        let resumes = bytes.len() >= record::HEADER && record::may_begin(bytes);
        if resumes {
            self.readers.get_mut(direction).restart();
        }
        resumes
    }

    /// Returns the number of bytes that encryption adds to each `application_data` record. `None` if it
    /// cannot be determined, e.g. before the `ServerHello`.
    pub(in super::super) fn expansion(&self) -> Option<Expansion> {
        self.session.expansion()
    }
}

/// Returns `true` if a TLS connection can begin with `bytes` in this direction. A client begins with a
/// `ClientHello`, and a server with a handshake message or an alert. If `from_beginning` is `false`, any
/// record is possible.
pub(in super::super) fn is_tls(direction: Direction, bytes: &[u8], from_beginning: bool) -> bool {
    /// Type number of a `ClientHello` message.
    const CLIENT_HELLO: u8 = 1;
    let Some(kind) = bytes.first().and_then(|first| ContentType::of(*first)) else { return false };
    let is_first = match direction {
        _ if !from_beginning => bytes.len() >= 3,
        Direction::ToServer => {
            kind == ContentType::Handshake
                && bytes.get(record::HEADER).is_none_or(|first| *first == CLIENT_HELLO)
        }
        Direction::ToClient => matches!(kind, ContentType::Handshake | ContentType::Alert),
    };
    is_first && record::may_begin(bytes)
}
