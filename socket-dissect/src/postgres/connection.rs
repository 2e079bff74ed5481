//! Both directions of a PostgreSQL connection.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::direction::{Direction, PerDirection};
use super::super::outcome::{Next, Outcome};
use super::super::part::{Class, Layer};
use super::super::part_collector::Label;
use super::super::text::HOLE;
use super::reader::Reader;
use super::recognition;
use super::session::{Encryption, Session, Stage};

/// A PostgreSQL connection.
#[derive(Debug, Default)]
pub(in super::super) struct Postgres {
    session: Session,
    readers: PerDirection<Reader>,
}

impl Postgres {
    /// Returns a connection whose beginning is not in the recording.
    pub(in super::super) fn mid_stream() -> Self {
        let session = Session { stage: Stage::Started, ..Session::default() };
        Self { session, readers: PerDirection::default() }
    }

    /// Dissects the next bytes of a direction.
    pub(in super::super) fn dissect(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        context: &mut Context<'_>,
    ) -> Outcome {
        if direction == Direction::ToClient {
            self.session.exchanges.observe_response();
        }
        while !data.is_empty() {
            if let Some(outcome) = self.answer_encryption(direction, data, context) {
                return outcome;
            }
            if data.is_empty() {
                break;
            }
            let reader = self.readers.get_mut(direction);
            if let Err(reason) = reader.dissect(direction, data, &mut self.session, context) {
                return Outcome::Lost(reason);
            }
        }
        Outcome::Done
    }

    /// Reads the server's one-byte response to an `SSLRequest` or `GSSENCRequest`, if the client awaits one.
    /// Returns `Some` if the connection then switches to another protocol, or if the response was not
    /// recorded.
    fn answer_encryption(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        context: &mut Context<'_>,
    ) -> Option<Outcome> {
        if direction == Direction::ToServer {
            return None;
        }
        let encryption = self.session.encryption.take()?;
        let Some(answer) = data.recorded().first() else { return Some(Outcome::Lost(HOLE)) };
        let (name, text, next) = match (encryption, answer) {
            (Encryption::Tls, b'S') => ("SSLResponse", "TLS follows", Some(Next::Tls)),
            (Encryption::Gssapi, b'G') => {
                let next = Next::Unsupported("GSSAPI encryption of PostgreSQL");
                ("GSSENCResponse", "GSSAPI encryption follows", Some(next))
            }
            (Encryption::Tls, b'N') => ("SSLResponse", "refused", None),
            (Encryption::Gssapi, b'N') => ("GSSENCResponse", "refused", None),
            // A message, such as the error of a server that does not know the request.
            _ => return None,
        };
        let label = Label::new(Class::Connection, Layer::Postgres, name);
        context.output.whole(data.take(1).len(), label, text.to_owned());
        next.map(Outcome::Switch)
    }

    /// Resumes the dissection of a direction after bytes that were not recorded, if `bytes` look like the
    /// beginning of a message. Returns `true` on success.
    pub(in super::super) fn resume(&mut self, direction: Direction, bytes: &[u8]) -> bool {
        let session = &mut self.session;
        let resumes = match (direction, session.stage) {
            (Direction::ToServer, Stage::Beginning) => recognition::is_startup(bytes),
            (Direction::ToServer, _) => recognition::are_messages(direction, bytes),
            (Direction::ToClient, _) => {
                session.exchanges.observe_response();
                session.exchanges.can_resume() && recognition::are_messages(direction, bytes)
            }
        };
        if resumes {
            *self.readers.get_mut(direction) = Reader::default();
        }
        resumes
    }
}
