//! Protobuf messages as text, with the field names of a contract, or with field numbers.
//!
//! The wire format is read field by field, so that reading can stop when the text is long enough, and a
//! truncated message can be shown in part. A decoder such as prost's supports neither.
//!
//! # Layout
//!
//! - `wire`: the fields of a message
//! - `value`: the value of a field as text
//! - `budget`: the memory that the values of a message may use
//! - [`json`]: a message as JSON; `well_known`: types that are not objects there

mod budget;
mod json;
mod value;
mod well_known;
mod wire;

use std::fmt::Write as _;

pub(super) use json::json;

use super::contracts::{Field, Kind, MessageType};
use super::text::{Limit, short};
use wire::{Broken, Value, Wire, is_message};

/// Once a text has this number of bytes, no further fields of the message are added.
const MAX_TEXT: usize = 120;
/// Maximum depth of nested messages shown in a text.
const MAX_DEPTH: usize = 16;

/// Returns a message as text; `cut` is `true` if its end is missing.
///
/// Example: `{book: {id: 1, title: "TCP/IP"}}`, or without a message type `{1: {1: 1, 2: "TCP/IP"}}`.
pub(super) fn text(bytes: &[u8], message_type: Option<&MessageType>, cut: bool, limit: Limit) -> String {
    let mut printer = Printer { text: String::new(), limit };
    // The text shows where the printer stopped.
    let _ = printer.message(bytes, message_type, !cut, MAX_DEPTH);
    printer.text
}

/// Error that ends the formatting early, because the text has reached its maximum length.
#[derive(Debug)]
struct Stopped;

#[derive(Debug)]
struct Printer {
    text: String,
    limit: Limit,
}

impl Printer {
    fn message(
        &mut self,
        bytes: &[u8],
        kind: Option<&MessageType>,
        whole: bool,
        depth: usize,
    ) -> Result<(), Stopped> {
        let mut wire = Wire::new(bytes);
        let mut before = "{";
        while !wire.is_empty() {
            self.text.push_str(before);
            before = ", ";
            match wire.field() {
                Ok((number, value)) => {
                    let field = kind.and_then(|kind| kind.field(number));
                    self.field(number, field.as_ref(), value, depth)?;
                }
                Err(Broken::Cut) if !whole => return self.stop("…"),
                Err(_) => return self.stop("malformed…"),
            }
        }
        if !whole {
            self.text.push_str(before);
            return self.stop("…");
        }
        self.text.push_str(if before == "{" { "{}" } else { "}" });
        Ok(())
    }

    fn field(
        &mut self,
        number: u32,
        field: Option<&Field<'_>>,
        value: Value<'_>,
        depth: usize,
    ) -> Result<(), Stopped> {
        if self.text.len() > self.max_text() {
            return self.stop("…");
        }
        // Names in a contract are untrusted.
        match field {
            Some(field) => self.text += &short(field.name),
            None => _ = write!(self.text, "{number}"),
        }
        self.text.push_str(": ");
        let kind = field.map(|field| &field.kind);
        let message = match kind {
            Some(Kind::Message(kind)) => Some(kind),
            _ => None,
        };
        match (value, kind) {
            (Value::Group(bytes), _) => self.inner(bytes, message, true, depth),
            (Value::CutGroup(bytes), _) => self.inner(bytes, message, false, depth),
            (Value::Bytes(bytes), Some(Kind::Message(kind))) => self.inner(bytes, Some(kind), true, depth),
            (Value::Cut(bytes), Some(Kind::Message(kind))) => self.inner(bytes, Some(kind), false, depth),
            (value, Some(kind)) => match value::text(kind, value, self.limit) {
                Some(text) => self.append(&text, value),
                None => self.guess(value, depth),
            },
            (value, None) => self.guess(value, depth),
        }
    }

    fn max_text(&self) -> usize {
        if self.limit.is_full() { self.limit.bytes() } else { MAX_TEXT }
    }

    /// Appends a value of unknown type. Its bytes decide whether it is formatted as a message, a string or
    /// another type.
    fn guess(&mut self, value: Value<'_>, depth: usize) -> Result<(), Stopped> {
        match value {
            // A message usually begins with a control character, so text takes precedence.
            Value::Bytes(bytes) if !value::is_text(bytes) && is_message(bytes) => {
                self.inner(bytes, None, true, depth)
            }
            Value::Cut(bytes) if !value::is_text(bytes) && Wire::new(bytes).field().is_ok() => {
                self.inner(bytes, None, false, depth)
            }
            value => self.append(&value::guess(value, self.limit), value),
        }
    }

    fn inner(
        &mut self,
        bytes: &[u8],
        kind: Option<&MessageType>,
        whole: bool,
        depth: usize,
    ) -> Result<(), Stopped> {
        match depth {
            0 => self.stop("…"),
            depth => self.message(bytes, kind, whole, depth - 1),
        }
    }

    fn append(&mut self, text: &str, value: Value<'_>) -> Result<(), Stopped> {
        self.text += text;
        match value {
            Value::Cut(_) => Err(Stopped),
            _ => Ok(()),
        }
    }

    fn stop(&mut self, reason: &str) -> Result<(), Stopped> {
        self.text += reason;
        Err(Stopped)
    }
}

#[cfg(test)]
mod tests;
