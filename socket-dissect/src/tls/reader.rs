//! Dissects one direction of a TLS connection, record by record.

use super::super::context::Context;
use super::super::data::TransferData;
use super::super::part::{Class, Layer};
use super::super::part_collector::{Label, OpenUnit};
use super::super::prefix_buffer::PrefixBuffer;
use super::super::text::{HOLE, with_hole};
use super::message::Message;
use super::names;
use super::record::{self, ContentType, Header};
use super::session::{Session, TLS_1_3};

/// Number of bytes of a plaintext alert. Encrypted alerts are longer with every cipher.
const ALERT: u16 = 2;

const NOT_TLS: &str = "not TLS";

/// Dissects the records of one direction of a connection.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The bytes of an incomplete record header.
    header: Vec<u8>,
    unit: OpenUnit,
    record: Option<Record>,
    message: Message,
    /// `true` after `change_cipher_spec`. Up to TLS 1.2, all later records are encrypted.
    cipher_changed: bool,
}

/// A TLS record whose header is complete, but whose content may not be.
#[derive(Debug)]
struct Record {
    kind: ContentType,
    is_encrypted: bool,
    /// Number of bytes of the record that have not been read yet.
    left: u64,
    /// The first bytes of a plaintext alert.
    alert: PrefixBuffer,
}

impl Reader {
    /// Prepares the reader for a record header. Called after bytes that were not recorded.
    pub(super) fn restart(&mut self) {
        *self = Self { cipher_changed: self.cipher_changed, ..Self::default() };
    }

    /// Dissects the next bytes of the direction into parts of records.
    ///
    /// # Errors
    /// The reason, if the remaining bytes of the direction cannot be dissected.
    pub(super) fn dissect(
        &mut self,
        data: &mut TransferData<'_>,
        session: &mut Session,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        while !data.is_empty() {
            match &self.record {
                None => self.read_header(data, session, context)?,
                Some(record) if record.contains_messages() => self.read_messages(data, session, context),
                Some(_) => self.read_fragment(data, context),
            }
        }
        Ok(())
    }

    fn read_header(
        &mut self,
        data: &mut TransferData<'_>,
        session: &Session,
        context: &mut Context<'_>,
    ) -> Result<(), &'static str> {
        let wanted = record::HEADER - self.header.len();
        let next = data.recorded().get(..wanted).unwrap_or(data.recorded());
        if next.is_empty() {
            return Err(HOLE);
        }
        self.header.extend_from_slice(next);
        let kind = self.header.first().and_then(|kind| ContentType::of(*kind));
        let Some(kind) = kind.filter(|_| record::may_begin(&self.header)) else { return Err(NOT_TLS) };
        let piece = data.take(next.len() as u64);
        let label = Label::new(Class::Tls, Layer::Tls, kind.name());
        let Some(header) = self.header.first_chunk().and_then(|header| Header::parse(*header)) else {
            context.output.part(&mut self.unit, piece.len(), label, String::new(), false);
            return Ok(());
        };
        self.header.clear();
        let record = Record::new(header, self.cipher_changed && session.version != Some(TLS_1_3));
        self.cipher_changed |= kind == ContentType::ChangeCipherSpec;
        let ends = record.left == 0 || record.contains_messages();
        context.output.part(&mut self.unit, piece.len(), label, record.text(), ends);
        self.record = Some(record).filter(|record| record.left > 0);
        Ok(())
    }

    fn read_messages(
        &mut self,
        data: &mut TransferData<'_>,
        session: &mut Session,
        context: &mut Context<'_>,
    ) {
        let Some(record) = &mut self.record else { return };
        let mut fragment = data.take(record.left);
        record.left -= fragment.len();
        let ends = record.left == 0;
        while !fragment.is_empty() {
            self.message.dissect(&mut fragment, session, context);
        }
        if ends {
            self.message.end_record(context);
            self.record = None;
        }
    }

    fn read_fragment(&mut self, data: &mut TransferData<'_>, context: &mut Context<'_>) {
        let Some(record) = &mut self.record else { return };
        let piece = data.take(record.left);
        record.left -= piece.len();
        record.alert.add(piece);
        let (text, ends) = (with_hole(record.text(), piece.missing()), record.left == 0);
        let class = match record.kind {
            // Without the keys, tag, padding and inner type cannot be separated from the data.
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
    /// Creates a record after its header has been read. `is_changed` is `true` after `change_cipher_spec` in
    /// TLS 1.2 and older: handshake messages are then encrypted.
    fn new(header: Header, is_changed: bool) -> Self {
        let Header { kind, length } = header;
        let is_encrypted = match kind {
            ContentType::Handshake => is_changed,
            ContentType::Alert => length != ALERT,
            _ => false,
        };
        Self { kind, is_encrypted, left: length.into(), alert: PrefixBuffer::new(ALERT.into()) }
    }

    /// Returns `true` if the record contains handshake messages that are not encrypted.
    fn contains_messages(&self) -> bool {
        self.kind == ContentType::Handshake && !self.is_encrypted
    }

    fn text(&self) -> String {
        match (self.kind, self.alert.bytes()) {
            (ContentType::Alert, [level, description]) if !self.is_encrypted => {
                names::alert(*level, *description)
            }
            _ if self.is_encrypted => "encrypted".to_owned(),
            _ => String::new(),
        }
    }
}
