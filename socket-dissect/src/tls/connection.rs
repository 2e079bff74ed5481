//! Both directions of a TLS connection.

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
    /// Dissects the next bytes of a direction.
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

    /// Resynchronizes a direction after a hole, if the bytes begin like a record. Returns `true` on success.
    pub(in super::super) fn resume(&mut self, direction: Direction, bytes: &[u8]) -> bool {
        let resumes = bytes.len() >= record::HEADER && record::may_begin(bytes);
        if resumes {
            self.readers.get_mut(direction).restart();
        }
        resumes
    }

    /// Returns the expansion of `application_data` fragments, if known.
    pub(in super::super) fn expansion(&self) -> Option<Expansion> {
        self.session.expansion()
    }
}

/// Returns `true` if the first bytes of a connection are TLS. A client begins with a `ClientHello`, and a server responds
/// with a handshake message or an alert. A connection whose beginning was not recorded may continue with any record.
pub(in super::super) fn is_tls(direction: Direction, bytes: &[u8], from_beginning: bool) -> bool {
    /// Type of a `ClientHello`.
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
