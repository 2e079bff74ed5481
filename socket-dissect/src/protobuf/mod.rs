//! Messages in protobuf, as text: with the names of a contract, or with numbers when there is none.
//!
//! It reads the wire format itself, field by field: so it stops when the text is long enough, and says what there is of
//! a message that was cut. A decoder such as prost's can do neither.
//!
//! # Layout
//!
//! - `wire`: the fields of a message
//! - `value`: a field's value, as its type says it

mod value;
mod wire;

use std::fmt::Write as _;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::text::short;
use wire::{Broken, Value, Wire, is_message};

/// A text that is longer is cut.
const MAX_TEXT: usize = 120;
/// Messages that are deeper inside each other are not opened.
const MAX_DEPTH: usize = 16;

/// What the message says; `cut` when its end is missing.
///
/// `{book: {id: 1, title: "TCP/IP"}}`, or without a contract `{1: {1: 1, 2: "TCP/IP"}}`
pub(super) fn text(bytes: &[u8], kind: Option<&MessageDescriptor>, cut: bool) -> String {
    let mut printer = Printer { text: String::new() };
    // Where it stopped is to be seen in the text.
    let _ = printer.message(bytes, kind, !cut, MAX_DEPTH);
    printer.text
}

/// The text ends here, though the message does not.
#[derive(Debug)]
struct Stopped;

#[derive(Debug)]
struct Printer {
    text: String,
}

impl Printer {
    fn message(
        &mut self,
        bytes: &[u8],
        kind: Option<&MessageDescriptor>,
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
                    let field = kind.and_then(|kind| kind.get_field(number));
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
        field: Option<&FieldDescriptor>,
        value: Value<'_>,
        depth: usize,
    ) -> Result<(), Stopped> {
        if self.text.len() > MAX_TEXT {
            return self.stop("…");
        }
        // A name comes from a contract, and that from outside.
        match field {
            Some(field) => self.text += &short(field.name()),
            None => _ = write!(self.text, "{number}"),
        }
        self.text.push_str(": ");
        let kind = field.map(FieldDescriptor::kind);
        match (kind, value) {
            (Some(Kind::Message(kind)), Value::Bytes(bytes)) => self.inner(bytes, Some(&kind), true, depth),
            (Some(Kind::Message(kind)), Value::Cut(bytes)) => self.inner(bytes, Some(&kind), false, depth),
            (Some(kind), value) => match value::text(&kind, value) {
                Some(text) => self.say(&text, value),
                None => self.guess(value, depth),
            },
            (None, value) => self.guess(value, depth),
        }
    }

    /// A value that no contract tells about.
    fn guess(&mut self, value: Value<'_>, depth: usize) -> Result<(), Stopped> {
        match value {
            // Text in the wire format would begin with a control character, most of the time.
            Value::Bytes(bytes) if !value::is_text(bytes) && is_message(bytes) => {
                self.inner(bytes, None, true, depth)
            }
            Value::Cut(bytes) if !value::is_text(bytes) && Wire::new(bytes).field().is_ok() => {
                self.inner(bytes, None, false, depth)
            }
            value => self.say(&value::guess(value), value),
        }
    }

    fn inner(
        &mut self,
        bytes: &[u8],
        kind: Option<&MessageDescriptor>,
        whole: bool,
        depth: usize,
    ) -> Result<(), Stopped> {
        match depth {
            0 => self.stop("…"),
            depth => self.message(bytes, kind, whole, depth - 1),
        }
    }

    fn say(&mut self, text: &str, value: Value<'_>) -> Result<(), Stopped> {
        self.text += text;
        match value {
            Value::Cut(_) => Err(Stopped),
            _ => Ok(()),
        }
    }

    fn stop(&mut self, why: &str) -> Result<(), Stopped> {
        self.text += why;
        Err(Stopped)
    }
}

#[cfg(test)]
mod tests;
