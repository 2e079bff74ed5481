//! The parts of a transfer as they come, and the numbers of the units that they belong to.

use super::chunk::Chunk;
use super::part::{Class, Layer, Part};

/// What the parts of a unit have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) class: Class,
    pub(super) layer: Layer,
    pub(super) name: &'static str,
    pub(super) call: Option<u64>,
    pub(super) stream: Option<u32>,
}

impl Label {
    /// Of the connection.
    pub(super) const fn new(class: Class, layer: Layer, name: &'static str) -> Self {
        Self { class, layer, name, call: None, stream: None }
    }

    /// Of a call.
    pub(super) fn of(self, call: Option<u64>) -> Self {
        Self { call, ..self }
    }

    /// On an HTTP/2 stream.
    pub(super) fn on(self, stream: Option<u32>) -> Self {
        Self { stream, ..self }
    }
}

/// A unit that may span several parts: its number, from its first part to its last.
#[derive(Debug, Default)]
pub(super) struct Unit(Option<u64>);

/// What one direction of a connection has come to.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// Units so far.
    units: u64,
    /// The parts of the transfer that is being looked at.
    parts: Vec<Part>,
}

impl Output {
    /// A unit in one part.
    pub(super) fn whole(&mut self, bytes: u64, label: Label, text: String) {
        self.part(&mut Unit::default(), bytes, label, text, true);
    }

    /// A part of a unit, which ends with it or not. No bytes are no part. What goes on where the part before stopped is
    /// no part of its own.
    pub(super) fn part(&mut self, unit: &mut Unit, bytes: u64, label: Label, text: String, ends: bool) {
        let last = self.parts.last_mut().filter(|last| Some(last.unit) == unit.0);
        match last {
            _ if bytes == 0 => self.close(unit, ends),
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

    /// A unit ends without another byte.
    fn close(&mut self, unit: &Unit, ends: bool) {
        let last = self.parts.iter_mut().rev().find(|part| ends && Some(part.unit) == unit.0);
        if let Some(last) = last {
            last.ends = true;
        }
    }

    fn push(&mut self, unit: &mut Unit, bytes: u64, label: Label, text: String, ends: bool) {
        let begins = unit.0.is_none();
        if begins {
            unit.0 = Some(self.units);
            self.units += 1;
        }
        let unit = unit.0.unwrap_or_default();
        let Label { class, layer, name, call, stream } = label;
        self.parts.push(Part { bytes, class, layer, name, text, unit, begins, ends, call, stream });
    }

    /// Bytes that nothing is known about, and why.
    pub(super) fn unknown(&mut self, run: Chunk<'_>, why: String) {
        self.whole(run.len(), Label::new(Class::Unknown, Layer::Unknown, "unknown"), why);
    }

    /// The parts since this was asked last.
    pub(super) fn take(&mut self) -> Vec<Part> {
        std::mem::take(&mut self.parts)
    }
}
