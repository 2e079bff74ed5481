//! One direction of a connection, record by record.

use super::super::chunk::Chunk;
use super::super::kept::Kept;
use super::super::output::{Label, Unit};
use super::super::part::{Class, Layer};
use super::super::protocol::Context;
use super::super::text::{HOLE, with_hole};
use super::message::Message;
use super::record::{self, ContentType, Header};
use super::{Session, names};

/// Bytes of an alert in clear. Encrypted, it is longer, whatever the cipher.
const ALERT: u16 = 2;

const NOT_TLS: &str = "not TLS";

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The beginning of a record whose header is not complete.
    header: Vec<u8>,
    unit: Unit,
    record: Option<Record>,
    message: Message,
    /// Up to TLS 1.2, all records after `change_cipher_spec` are encrypted.
    cipher_changed: bool,
}

/// A record whose header was read.
#[derive(Debug)]
struct Record {
    kind: ContentType,
    is_encrypted: bool,
    /// Bytes that are still to come.
    left: u64,
    /// The beginning of an alert.
    kept: Kept,
}

impl Reader {
    /// Starts again with a record, after bytes that were not recorded.
    pub(super) fn restart(&mut self) {
        *self = Self { cipher_changed: self.cipher_changed, ..Self::default() };
    }

    /// Names the bytes.
    ///
    /// # Errors
    /// The reason why the rest of the direction cannot be named.
    pub(super) fn carry(
        &mut self,
        chunk: &mut Chunk<'_>,
        session: &mut Session,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        while !chunk.is_empty() {
            match &self.record {
                None => self.read_header(chunk, session, context)?,
                Some(record) if record.holds_messages() => self.read_messages(chunk, session, context),
                Some(_) => self.read_fragment(chunk, context),
            }
        }
        Ok(())
    }

    fn read_header(
        &mut self,
        chunk: &mut Chunk<'_>,
        session: &Session,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        let wanted = record::HEADER - self.header.len();
        let next = chunk.bytes().get(..wanted).unwrap_or(chunk.bytes());
        if next.is_empty() {
            return Err(HOLE);
        }
        self.header.extend_from_slice(next);
        let kind = self.header.first().and_then(|kind| ContentType::of(*kind));
        let Some(kind) = kind.filter(|_| record::may_begin(&self.header)) else { return Err(NOT_TLS) };
        let piece = chunk.take(next.len() as u64);
        let label = Label::new(Class::Tls, Layer::Tls, kind.name());
        let Some(header) = self.header.first_chunk().and_then(|header| Header::parse(*header)) else {
            context.output.part(&mut self.unit, piece.len(), label, String::new(), false);
            return Ok(());
        };
        self.header.clear();
        let record = Record::new(header, self.cipher_changed && session.version != Some(names::TLS_1_3));
        self.cipher_changed |= kind == ContentType::ChangeCipherSpec;
        let ends = record.left == 0 || record.holds_messages();
        context.output.part(&mut self.unit, piece.len(), label, record.text(), ends);
        self.record = Some(record).filter(|record| record.left > 0);
        Ok(())
    }

    fn read_messages(&mut self, chunk: &mut Chunk<'_>, session: &mut Session, context: &mut Context<'_>) {
        let Some(record) = &mut self.record else { return };
        let mut fragment = chunk.take(record.left);
        record.left -= fragment.len();
        let ends = record.left == 0;
        while !fragment.is_empty() {
            self.message.carry(&mut fragment, session, context);
        }
        if ends {
            self.message.record_ends(context);
            self.record = None;
        }
    }

    fn read_fragment(&mut self, chunk: &mut Chunk<'_>, context: &mut Context<'_>) {
        let Some(record) = &mut self.record else { return };
        let piece = chunk.take(record.left);
        record.left -= piece.len();
        record.kept.add(piece);
        let (text, ends) = (with_hole(record.text(), piece.missing()), record.left == 0);
        let class = match record.kind {
            // Without the keys, its tag, padding and inner type cannot be separated from its data.
            ContentType::ApplicationData => Class::Payload,
            _ => Class::Tls,
        };
        let label = Label::new(class, Layer::Tls, record.kind.name());
        context.output.part(&mut self.unit, piece.len(), label, text, ends);
        if ends {
            self.record = None;
        }
    }
}

impl Record {
    /// A record after that header. `is_changed` is true after the `change_cipher_spec` of a version before TLS 1.3.
    fn new(header: Header, is_changed: bool) -> Self {
        let Header { kind, length } = header;
        let is_encrypted = match kind {
            ContentType::Handshake => is_changed,
            ContentType::Alert => length != ALERT,
            _ => false,
        };
        Self { kind, is_encrypted, left: length.into(), kept: Kept::new(ALERT.into()) }
    }

    /// Returns true if it holds handshake messages in clear.
    fn holds_messages(&self) -> bool {
        self.kind == ContentType::Handshake && !self.is_encrypted
    }

    fn text(&self) -> String {
        match (self.kind, self.kept.bytes()) {
            (ContentType::Alert, [level, description]) if !self.is_encrypted => {
                names::alert(*level, *description)
            }
            _ if self.is_encrypted => "encrypted".to_owned(),
            _ => String::new(),
        }
    }
}
