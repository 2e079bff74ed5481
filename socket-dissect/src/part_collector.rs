//! Collects the dissected parts of a read or write, and numbers the protocol units to which they belong.

use super::data::TransferData;
use super::goaway::Goaway;
use super::header_fields::HeaderFields;
use super::part::{Class, Layer, MessageContent, Part};

/// Properties that all parts of a protocol unit, such as a frame, share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) class: Class,
    pub(super) layer: Layer,
    pub(super) name: &'static str,
    pub(super) call: Option<u64>,
    pub(super) stream: Option<u32>,
}

impl Label {
    /// Returns the label of a protocol unit that belongs to no call.
    pub(super) const fn new(class: Class, layer: Layer, name: &'static str) -> Self {
        Self { class, layer, name, call: None, stream: None }
    }

    /// Sets the number of the API call to which the unit belongs.
    pub(super) fn of(self, call: Option<u64>) -> Self {
        Self { call, ..self }
    }

    /// Sets the id of the HTTP/2 stream to which the unit belongs.
    pub(super) fn on(self, stream: Option<u32>) -> Self {
        Self { stream, ..self }
    }
}

/// Number of the protocol unit, such as a frame, that is being read; `None` between two units.
#[derive(Debug, Default)]
pub(super) struct OpenUnit(Option<u64>);

/// Collects the parts of each read or write in one direction of a connection, and numbers their protocol
/// units.
#[derive(Debug, Default)]
pub(super) struct PartCollector {
    /// Number of protocol units, such as frames or messages, that have begun in this direction.
    units: u64,
    /// Parts of the current read or write.
    parts: Vec<Part>,
}

impl PartCollector {
    /// Adds a protocol unit that consists of a single part.
    pub(super) fn whole(&mut self, bytes: u64, label: Label, text: String) {
        self.part(&mut OpenUnit::default(), bytes, label, text, true);
    }

    /// Adds bytes to a protocol unit. `ends` is `true` if they are its last bytes. If the previous part
    /// belongs to the same unit and class, that part is extended.
    pub(super) fn part(&mut self, unit: &mut OpenUnit, bytes: u64, label: Label, text: String, ends: bool) {
        let last = self.parts.last_mut().filter(|last| Some(last.unit) == unit.0);
        match last {
            _ if bytes == 0 => self.end_without_bytes(unit, ends),
            Some(last) if last.class == label.class => {
                last.bytes += bytes;
                (last.text, last.ends) = (text, ends);
            }
            _ => self.push(unit, bytes, label, text, ends),
        }
        if ends {
            unit.0 = None;
        }
    }

    fn end_without_bytes(&mut self, unit: &OpenUnit, ends: bool) {
        let last = self.parts.iter_mut().rev().find(|part| ends && Some(part.unit) == unit.0);
        if let Some(last) = last {
            last.ends = true;
        }
    }

    fn push(&mut self, unit: &mut OpenUnit, bytes: u64, label: Label, text: String, ends: bool) {
        let begins = unit.0.is_none();
        if begins {
            unit.0 = Some(self.units);
            self.units += 1;
        }
        let unit = unit.0.unwrap_or_default();
        if self.parts.is_empty() {
            // Most reads and writes have a head and a body. Pushing alone would reserve memory for four parts.
            self.parts.reserve_exact(2);
        }
        let Label { class, layer, name, call, stream } = label;
        let (fields, violation, goaway, content) = (HeaderFields::default(), None, None, None);
        self.parts.push(Part {
            bytes,
            class,
            layer,
            name,
            text,
            unit,
            begins,
            ends,
            call,
            stream,
            fields,
            violation,
            is_http10: false,
            goaway,
            content,
        });
    }

    /// Returns the number of parts of the current read or write.
    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    /// Sets the HTTP/2 stream of the parts from index `from` on.
    pub(super) fn set_stream(&mut self, from: usize, stream: Option<u32>) {
        self.parts.iter_mut().skip(from).for_each(|part| part.stream = stream);
    }

    /// Sets the header fields of the last part.
    pub(super) fn set_fields(&mut self, fields: HeaderFields) {
        if let Some(last) = self.parts.last_mut() {
            last.fields = fields;
        }
    }

    /// Sets the rule that the unit of the last part breaks. Keeps an earlier one, since that is the likelier cause.
    pub(super) fn set_violation(&mut self, violation: Option<impl Into<String>>) {
        if let Some((last, violation)) = self.parts.last_mut().zip(violation) {
            last.violation.get_or_insert_with(|| violation.into());
        }
    }

    /// Marks the last part as the head of an HTTP/1.0 message.
    pub(super) fn set_http10(&mut self, is_http10: bool) {
        if let Some(last) = self.parts.last_mut() {
            last.is_http10 = is_http10;
        }
    }

    /// Sets the content of the `GOAWAY` frame that the last part completes.
    pub(super) fn set_goaway(&mut self, goaway: Option<Goaway>) {
        if let Some((last, goaway)) = self.parts.last_mut().zip(goaway) {
            last.goaway = Some(Box::new(goaway));
        }
    }

    /// Sets the content of the message that ends with the last part.
    pub(super) fn set_content(&mut self, content: MessageContent) {
        if let Some(last) = self.parts.last_mut() {
            last.content = Some(Box::new(content));
        }
    }

    /// Adds bytes that cannot be dissected; `reason` becomes their text.
    pub(super) fn unknown(&mut self, data: TransferData<'_>, reason: String) {
        self.whole(data.len(), Label::new(Class::Unknown, Layer::Unknown, "unknown"), reason);
    }

    /// Uses the memory of `spare`, which must be empty, for the next parts.
    pub(super) fn reuse(&mut self, spare: Vec<Part>) {
        debug_assert!(spare.is_empty(), "old parts would be returned again");
        if self.parts.is_empty() {
            self.parts = spare;
        }
    }

    /// Removes and returns the parts of the current read or write.
    pub(super) fn take(&mut self) -> Vec<Part> {
        std::mem::take(&mut self.parts)
    }
}
