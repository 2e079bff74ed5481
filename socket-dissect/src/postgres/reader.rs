//! Dissects one direction of a PostgreSQL connection, message by message.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::direction::Direction;
use super::super::part::{Class, Layer};
use super::super::part_collector::{Label, OpenUnit};
use super::super::prefix_buffer::PrefixBuffer;
use super::super::text::{HOLE, with_hole};
use super::kind::Kind;
use super::session::{Encryption, Session, Stage};
use super::startup::{self, Packet};
use super::{requests, responses};

/// Number of bytes of a message header: type and length.
pub(super) const HEADER: usize = 5;
/// Number of bytes of the length field in a message header. The field counts itself: its value is this number
/// plus the length of the body.
const LENGTH: u32 = 4;
/// Maximum length of a message that a server or client accepts.
const MAX_LENGTH: u32 = 1 << 30;
/// Maximum number of bytes of a body that are interpreted.
const MAX_BODY: usize = 2_048;

const NOT_POSTGRES: &str = "not PostgreSQL";
const INVALID_LENGTH: &str = "a PostgreSQL message of invalid length";

/// Dissects the messages of one direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Reader {
    unit: OpenUnit,
    /// The bytes of an incomplete header.
    header: Vec<u8>,
    /// The API call to which the current message belongs.
    call: Option<u64>,
    body: Option<Body>,
}

/// The body of a message or packet whose header is complete.
#[derive(Debug)]
struct Body {
    content: Content,
    label: Label,
    /// Number of bytes of the body that have not been read yet.
    left: u64,
    beginning: PrefixBuffer,
}

#[derive(Clone, Copy, Debug)]
enum Content {
    Packet(Packet),
    Message(Kind),
}

impl Reader {
    /// Dissects the next bytes, up to the end of a header or body.
    ///
    /// # Errors
    /// The reason, if the rest of the direction cannot be dissected.
    pub(super) fn dissect(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        session: &mut Session,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        if self.body.is_some() {
            self.read_body(direction, data, session, context);
            return Ok(());
        }
        match (direction, session.stage) {
            (Direction::ToServer, Stage::Beginning) => self.read_packet_header(data, session, context),
            _ => self.read_header(direction, data, session, context),
        }
    }

    fn read_packet_header(
        &mut self,
        data: &mut TransferData<'_>,
        session: &mut Session,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        let label = |name| Label::new(Class::Connection, Layer::Postgres, name);
        let next = self.next_of_header(startup::HEADER, data)?;
        if !startup::may_begin(&self.header) {
            return Err(NOT_POSTGRES);
        }
        let piece = data.take(next);
        let parsed = self.header.first_chunk().and_then(|header| Packet::parse(*header));
        let Some((packet, left)) = parsed else {
            context.output.part(&mut self.unit, piece.len(), label("startup packet"), String::new(), false);
            return Ok(());
        };
        self.header.clear();
        let label = label(packet.name());
        context.output.part(&mut self.unit, piece.len(), label, String::new(), left == 0);
        self.begin_body(Content::Packet(packet), label, left);
        if left == 0 {
            self.complete(Direction::ToServer, session, context);
        }
        Ok(())
    }

    fn read_header(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        session: &mut Session,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        let is_first = self.header.is_empty();
        let next = self.next_of_header(HEADER, data)?;
        let known = self.header.first().and_then(|byte| Kind::of(direction, *byte));
        let Some((kind, name)) = known else { return Err(NOT_POSTGRES) };
        let length = self.header.first_chunk::<HEADER>().map(|[_, length @ ..]| u32::from_be_bytes(*length));
        if length.is_some_and(|length| !(LENGTH..=MAX_LENGTH).contains(&length)) {
            return Err(INVALID_LENGTH);
        }
        if is_first {
            self.call = session.call(direction, kind, context)?;
        }
        let name = match kind {
            Kind::AuthenticationResponse => session.authentication_response.unwrap_or(name),
            _ => name,
        };
        let piece = data.take(next);
        let class = match kind.class() {
            Class::Connection => Class::Connection,
            _ => Class::Framing,
        };
        let label = Label::new(class, Layer::Postgres, name).of(self.call);
        let Some(length) = length else {
            context.output.part(&mut self.unit, piece.len(), label, String::new(), false);
            return Ok(());
        };
        self.header.clear();
        let left = u64::from(length - LENGTH);
        context.output.part(&mut self.unit, piece.len(), label, String::new(), left == 0);
        self.begin_body(Content::Message(kind), Label { class: kind.class(), ..label }, left);
        if left == 0 {
            self.complete(direction, session, context);
        }
        Ok(())
    }

    /// Appends the next bytes of `data` to the header, up to a total of `length` bytes. Returns the number of
    /// appended bytes.
    ///
    /// # Errors
    /// The reason, if they were not recorded.
    fn next_of_header(&mut self, length: usize, data: &TransferData<'_>) -> Result<u64, &'static str> {
        let wanted = length.saturating_sub(self.header.len());
        let next = data.recorded().get(..wanted).unwrap_or(data.recorded());
        self.header.extend_from_slice(next);
        if next.is_empty() { Err(HOLE) } else { Ok(next.len() as u64) }
    }

    fn begin_body(&mut self, content: Content, label: Label, left: u64) {
        self.body = Some(Body { content, label, left, beginning: PrefixBuffer::new(MAX_BODY) });
    }

    fn read_body(
        &mut self,
        direction: Direction,
        data: &mut TransferData<'_>,
        session: &mut Session,
        context: &mut Context<'_>,
    ) {
        let Some(body) = &mut self.body else { return };
        let piece = data.take(body.left);
        body.left -= piece.len();
        body.beginning.add(piece);
        let (label, ends) = (body.label, body.left == 0);
        let text = if ends { self.complete(direction, session, context) } else { String::new() };
        context.output.part(&mut self.unit, piece.len(), label, with_hole(text, piece.missing()), ends);
    }

    /// Ends a message or packet, and returns its text.
    fn complete(&mut self, direction: Direction, session: &mut Session, context: &mut Context<'_>) -> String {
        let Some(Body { content, beginning, .. }) = self.body.take() else { return String::new() };
        let (bytes, more) = (beginning.bytes(), beginning.is_cut());
        match (content, direction) {
            (Content::Packet(packet), _) => {
                match packet {
                    Packet::StartupMessage => session.stage = Stage::Starting,
                    Packet::SslRequest => session.encryption = Some(Encryption::Tls),
                    Packet::GssencRequest => session.encryption = Some(Encryption::Gssapi),
                    Packet::CancelRequest => {}
                }
                packet.text(bytes)
            }
            (Content::Message(kind), Direction::ToServer) => {
                requests::complete(kind, bytes, more, session, context)
            }
            (Content::Message(kind), Direction::ToClient) => {
                responses::complete(kind, bytes, more, session, context)
            }
        }
    }
}
