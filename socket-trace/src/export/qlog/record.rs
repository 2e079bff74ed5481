//! Encodes an event as a record of a qlog file.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use socket_tap::event::{Event, SockId};

use crate::export::field::{Field, Value};
use crate::export::fields::Fields;

#[derive(Serialize)]
pub(super) struct Record<'a> {
    time: f64,
    name: Name<'a>,
    group_id: GroupId,
    data: Data<'a>,
}

impl<'a> Record<'a> {
    pub(super) fn of(event: &'a Event) -> Self {
        Self {
            time: milliseconds(event.t),
            name: Name(event.op.name()),
            group_id: GroupId(event.sock),
            data: Data(Fields::of(event)),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "qlog requires a floating-point number")]
fn milliseconds(ns: u64) -> f64 {
    // A quotient rounded to the nearest double prints as the exact quotient.
    ns as f64 / 1e6
}

struct Name<'a>(&'a str);

impl Serialize for Name<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("socket_tap:{}", self.0))
    }
}

/// Number of the event's socket, or 0 if it has none. Serialized as a string, because qlog requires one for
/// `group_id`.
struct GroupId(Option<SockId>);

impl Serialize for GroupId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(itoa::Buffer::new().format(self.0.map_or(0, SockId::get)))
    }
}

struct Data<'a>(Fields<'a>);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        // The data of a packet begins with its IP header.
        let is_packet = self.0.get(Field::Protocol).is_some();
        let raw = if is_packet { Field::Length } else { Field::Bytes };
        for (field, value) in self.0.iter() {
            match (field, value) {
                (_, None) | (Field::Data, _) => {}
                (field, Some(Value::Number(length))) if field == raw => {
                    let data = match self.0.get(Field::Data) {
                        Some(Value::Payload(payload)) => Some(Hex(payload)),
                        _ => None,
                    };
                    map.serialize_entry("raw", &RawInfo { length, data })?;
                }
                (_, Some(value)) => map.serialize_entry(field.name(), &value)?,
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct RawInfo<'a> {
    length: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Hex<'a>>,
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Number(number) => serializer.serialize_u64(number),
            Self::Integer(integer) => serializer.serialize_i64(integer),
            Self::Flag(flag) => serializer.serialize_bool(flag),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Address(address) => serializer.collect_str(address),
            Self::TcpFlags(flags) => serializer.collect_str(&flags),
            Self::Pair(one, other) => (one, other).serialize(serializer),
            Self::Pairs(pairs) => pairs.serialize(serializer),
            Self::Payload(payload) => Hex(payload).serialize(serializer),
        }
    }
}

/// Bytes, serialized in hexadecimal: the type `hexstring` of the qlog draft.
struct Hex<'a>(&'a [u8]);

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        for chunk in self.0.chunks(256) {
            let digits = chunk.iter().flat_map(|byte| [byte >> 4, byte & 15]);
            let text: String = digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect();
            f.write_str(&text)?;
        }
        Ok(())
    }
}
