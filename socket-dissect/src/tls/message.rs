//! Dissects TLS handshake messages: RFC 8446, section 4. A message may span records, and a record may contain
//! several messages.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::part::{Class, Layer};
use super::super::part_collector::{Label, OpenUnit};
use super::super::prefix_buffer::PrefixBuffer;
use super::super::text::{not_recorded, with_hole};
use super::session::Session;
use super::{hello, names};

/// Number of bytes in the header of a handshake message: one of type and three of length.
const HEADER: usize = 4;
/// Maximum number of bytes of a `ClientHello` or `ServerHello` that are interpreted.
const MAX_HELLO: usize = 16 * 1024;
/// Maximum length of a handshake message. Bytes that state a greater length are encrypted data, not the
/// header of a message.
const MAX_LENGTH: u32 = 1 << 18;

const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;

/// The handshake message that is being read in one direction.
#[derive(Debug, Default)]
pub(super) struct Message {
    unit: OpenUnit,
    header: Vec<u8>,
    body: Option<Body>,
    /// `true` if the remaining bytes of the record cannot be dissected.
    is_lost: bool,
}

#[derive(Debug)]
struct Body {
    kind: u8,
    label: Label,
    /// Number of bytes of the message that have not been read yet.
    left: u64,
    /// The first bytes of a `ClientHello` or `ServerHello`.
    beginning: PrefixBuffer,
}

/// Label of a handshake message whose type is unknown or was not recorded.
const UNNAMED: Label = Label::new(Class::Tls, Layer::Tls, "handshake message");

impl Message {
    /// Dissects the next bytes of a record, but not beyond the end of the current handshake message.
    pub(super) fn dissect(
        &mut self,
        rest: &mut TransferData<'_>,
        session: &mut Session,
        context: &mut Context<'_>,
    ) {
        match &mut self.body {
            _ if self.is_lost => self.skip(rest.take_all(), context),
            None => self.read_header(rest, context),
            Some(_) => self.read_body(rest, session, context),
        }
    }

    /// Ends a record. If some of its bytes could not be dissected, the next record begins a new handshake
    /// message. Otherwise, a handshake message may continue in the next record.
    pub(super) fn end_record(&mut self, context: &mut Context<'_>) {
        if self.is_lost {
            context.output.part(&mut self.unit, 0, UNNAMED, String::new(), true);
            *self = Self::default();
        }
    }

    fn read_header(&mut self, rest: &mut TransferData<'_>, context: &mut Context<'_>) {
        let wanted = (HEADER - self.header.len()).min(rest.recorded().len());
        let piece = rest.take(wanted as u64);
        self.header.extend_from_slice(piece.recorded());
        let label = self.header.first().and_then(|kind| names::message(*kind)).map(Self::label);
        let header = self.header.first_chunk().copied();
        // Bytes after an incomplete header were not recorded.
        self.is_lost = label.is_none() || (header.is_none() && !rest.is_empty());
        let left = header
            .map_or(0, |[_, high, middle, low]: [u8; HEADER]| u32::from_be_bytes([0, high, middle, low]));
        self.is_lost |= left > MAX_LENGTH;
        let (label, ends) = (label.unwrap_or(UNNAMED), header.is_some() && left == 0 && !self.is_lost);
        context.output.part(&mut self.unit, piece.len(), label, String::new(), ends);
        if let Some([kind, ..]) = header.filter(|_| !self.is_lost) {
            self.header.clear();
            let limit = if matches!(kind, CLIENT_HELLO | SERVER_HELLO) { MAX_HELLO } else { 0 };
            let body = Body { kind, label, left: left.into(), beginning: PrefixBuffer::new(limit) };
            self.body = Some(body).filter(|_| left > 0);
        }
    }

    fn read_body(&mut self, rest: &mut TransferData<'_>, session: &mut Session, context: &mut Context<'_>) {
        let Some(body) = &mut self.body else { return };
        let piece = rest.take(body.left);
        body.left -= piece.len();
        body.beginning.add(piece);
        let (ends, bytes, is_cut) = (body.left == 0, body.beginning.bytes(), body.beginning.is_cut());
        let text = match body.kind {
            CLIENT_HELLO if ends => hello::client(bytes, is_cut),
            SERVER_HELLO if ends => hello::server(bytes, is_cut, session),
            _ => String::new(),
        };
        context.output.part(&mut self.unit, piece.len(), body.label, with_hole(text, piece.missing()), ends);
        if ends {
            self.body = None;
        }
    }

    fn skip(&mut self, rest: TransferData<'_>, context: &mut Context<'_>) {
        let text = if rest.missing() > 0 { not_recorded(rest.missing()) } else { String::new() };
        context.output.part(&mut self.unit, rest.len(), UNNAMED, text, false);
    }

    fn label(name: &'static str) -> Label {
        Label { name, ..UNNAMED }
    }
}
