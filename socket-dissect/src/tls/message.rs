//! A handshake message: RFC 8446, section 4. It may span records, and a record may hold several.

use super::super::chunk::Chunk;
use super::super::kept::Kept;
use super::super::output::{Label, Unit};
use super::super::part::{Class, Layer};
use super::super::protocol::Context;
use super::super::text::{not_recorded, with_hole};
use super::{Session, hello, names};

/// Bytes of a header: type and length.
const HEADER: usize = 4;
/// The bytes of a hello message that are kept to say what it says.
const KEPT: usize = 16 * 1024;
/// A longer message is none: encrypted bytes have been read as a header.
const LONGEST: u32 = 1 << 18;

const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;

/// The message that is being read.
#[derive(Debug, Default)]
pub(super) struct Message {
    unit: Unit,
    header: Vec<u8>,
    body: Option<Body>,
    /// The rest of the record is not known.
    is_lost: bool,
}

#[derive(Debug)]
struct Body {
    kind: u8,
    label: Label,
    /// Bytes that are still to come.
    left: u64,
    /// The beginning of a hello message.
    kept: Kept,
}

/// The label of bytes that are not a known message, or whose beginning was not recorded.
const UNNAMED: Label = Label::new(Class::Tls, Layer::Tls, "handshake message");

impl Message {
    /// Names the next bytes of a record: some of them, and none of the next message.
    pub(super) fn carry(&mut self, rest: &mut Chunk<'_>, session: &mut Session, context: &mut Context<'_>) {
        match &mut self.body {
            _ if self.is_lost => self.skip(rest.take_all(), context),
            None => self.read_header(rest, context),
            Some(_) => self.read_body(rest, session, context),
        }
    }

    /// The record ends. After bytes that are not known, the next one begins with another message.
    pub(super) fn record_ends(&mut self, context: &mut Context<'_>) {
        if self.is_lost {
            context.output.part(&mut self.unit, 0, UNNAMED, String::new(), true);
            *self = Self::default();
        }
    }

    fn read_header(&mut self, rest: &mut Chunk<'_>, context: &mut Context<'_>) {
        let wanted = (HEADER - self.header.len()).min(rest.bytes().len());
        let piece = rest.take(wanted as u64);
        self.header.extend_from_slice(piece.bytes());
        let label = self.header.first().and_then(|kind| names::message(*kind)).map(Self::label);
        let header = self.header.first_chunk().copied();
        // Behind a header that is not complete the record ends, or bytes were not recorded.
        self.is_lost = label.is_none() || (header.is_none() && !rest.is_empty());
        let left = header
            .map_or(0, |[_, high, middle, low]: [u8; HEADER]| u32::from_be_bytes([0, high, middle, low]));
        self.is_lost |= left > LONGEST;
        let (label, ends) = (label.unwrap_or(UNNAMED), header.is_some() && left == 0 && !self.is_lost);
        context.output.part(&mut self.unit, piece.len(), label, String::new(), ends);
        if let Some([kind, ..]) = header.filter(|_| !self.is_lost) {
            self.header.clear();
            let keeps = if matches!(kind, CLIENT_HELLO | SERVER_HELLO) { KEPT } else { 0 };
            let body = Body { kind, label, left: left.into(), kept: Kept::new(keeps) };
            self.body = Some(body).filter(|_| left > 0);
        }
    }

    fn read_body(&mut self, rest: &mut Chunk<'_>, session: &mut Session, context: &mut Context<'_>) {
        let Some(body) = &mut self.body else { return };
        let piece = rest.take(body.left);
        body.left -= piece.len();
        body.kept.add(piece);
        let (ends, bytes, is_cut) = (body.left == 0, body.kept.bytes(), body.kept.is_cut());
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

    fn skip(&mut self, rest: Chunk<'_>, context: &mut Context<'_>) {
        let text = if rest.missing() > 0 { not_recorded(rest.missing()) } else { String::new() };
        context.output.part(&mut self.unit, rest.len(), UNNAMED, text, false);
    }

    fn label(name: &'static str) -> Label {
        Label { name, ..UNNAMED }
    }
}
