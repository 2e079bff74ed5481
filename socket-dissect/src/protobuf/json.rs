//! A protobuf message as JSON: <https://protobuf.dev/programming-guides/json/>.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost_types::field_descriptor_proto::Type;
use serde_json::Value as Json;

use super::super::contracts::{Field, Kind, MessageType};
use super::budget::Budget;
use super::value::is_text;
use super::well_known;
use super::wire::{Value, Wire, is_message};

/// Maximum depth of nested messages. Decoders of protobuf have the same limit.
const MAX_DEPTH: usize = 100;
/// Maximum depth of nested messages of unknown type: each level tests the bytes again.
const MAX_GUESSES: usize = 16;
/// Largest integer that all JSON readers read exactly.
const MAX_EXACT: u64 = 1 << 53;

/// Returns a complete message as JSON, or `None` if it is malformed, or if its values use more than `max` bytes of memory. Without a message type, fields are named by their
/// number, and the types of their values are guessed.
pub(in super::super) fn json(bytes: &[u8], kind: Option<&MessageType>, max: usize) -> Option<String> {
    let depth = if kind.is_some() { MAX_DEPTH } else { MAX_GUESSES };
    message(bytes, kind, depth, &mut Budget::new(max))
}

/// The members of an object, in the order in which their fields appear first.
#[derive(Default)]
struct Members {
    members: Vec<Member>,
    by_number: HashMap<u32, usize>,
}

struct Member {
    name: String,
    form: Form,
    /// JSON of each value. An entry of a map is a name and its value.
    values: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The last value counts.
    Single,
    List,
    Map,
    /// A list if the field appears several times.
    Unknown,
}

fn message(bytes: &[u8], kind: Option<&MessageType>, depth: usize, budget: &mut Budget) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let (mut wire, mut members) = (Wire::new(bytes), Members::default());
    while !wire.is_empty() {
        let (number, value) = wire.field().ok()?;
        let field = kind.and_then(|kind| kind.field(number));
        let values = match &field {
            Some(Field { kind: Kind::Message(kind), .. }) if kind.is_map_entry() => {
                vec![entry(value, kind, depth, budget)?]
            }
            field => match field.as_ref().and_then(|field| values(&field.kind, value, depth, budget)) {
                Some(values) => values,
                None => vec![guess(value, depth.min(MAX_GUESSES), budget)?],
            },
        };
        members.add(number, field.as_ref(), values);
    }
    let of_type = kind.and_then(|kind| well_known::json(kind.full_name(), |number| members.values(number)));
    Some(of_type.unwrap_or_else(|| members.object()))
}

impl Members {
    fn add(&mut self, number: u32, field: Option<&Field<'_>>, values: Vec<String>) {
        let index = *self.by_number.entry(number).or_insert_with(|| {
            let form = match field {
                None => Form::Unknown,
                Some(Field { kind: Kind::Message(kind), .. }) if kind.is_map_entry() => Form::Map,
                Some(field) if field.is_repeated => Form::List,
                Some(_) => Form::Single,
            };
            let name = field.map_or_else(|| number.to_string(), |field| field.json_name.to_owned());
            self.members.push(Member { name, form, values: Vec::new() });
            self.members.len() - 1
        });
        if let Some(member) = self.members.get_mut(index) {
            if member.form == Form::Single {
                member.values.clear();
            }
            member.values.extend(values);
        }
    }

    /// Returns the values of the field with this number.
    fn values(&self, number: u32) -> Vec<String> {
        let member = self.by_number.get(&number).and_then(|index| self.members.get(*index));
        member.map(|member| member.values.clone()).unwrap_or_default()
    }

    fn object(self) -> String {
        let members = self.members.into_iter().map(|Member { name, form, mut values }| {
            let value = match (form, values.len()) {
                (Form::Single | Form::Unknown, 0 | 1) => values.pop().unwrap_or_else(|| "null".to_owned()),
                (Form::Map, _) => format!("{{{}}}", values.join(",")),
                _ => format!("[{}]", values.join(",")),
            };
            format!("{}:{value}", quoted(&name))
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}

/// Returns an entry of a map as a name and its value.
fn entry(value: Value<'_>, kind: &MessageType, depth: usize, budget: &mut Budget) -> Option<String> {
    let Value::Bytes(bytes) = value else { return None };
    let (mut wire, mut key, mut content) = (Wire::new(bytes), None, None);
    while !wire.is_empty() {
        let (number, value) = wire.field().ok()?;
        let mut of = |number| Some(values(&kind.field(number)?.kind, value, depth, budget)?.pop());
        match number {
            1 => key = of(1)?,
            2 => content = of(2)?,
            _ => {}
        }
    }
    let key = key.or_else(|| default(&kind.field(1)?.kind))?;
    let content = content.or_else(|| default(&kind.field(2)?.kind))?;
    let key = if key.starts_with('"') { key } else { quoted(&key) };
    Some(format!("{key}:{content}"))
}

/// Returns the value of a field that is absent.
fn default(kind: &Kind) -> Option<String> {
    use Type::{Fixed64, Int64, Sfixed64, Sint64, Uint64};
    Some(match kind {
        Kind::Message(kind) => message(&[], Some(kind), 1, &mut Budget::new(0))?,
        Kind::Enum(values) => values.value(0).map_or_else(|| "0".to_owned(), quoted),
        Kind::Scalar(Type::String | Type::Bytes) => quoted(""),
        Kind::Scalar(Type::Bool) => "false".to_owned(),
        Kind::Scalar(Int64 | Uint64 | Sint64 | Fixed64 | Sfixed64) => quoted("0"),
        Kind::Scalar(_) => "0".to_owned(),
    })
}

/// Returns the values of one field in the wire format: several for a packed list. `None` if they cannot have this type.
fn values(kind: &Kind, value: Value<'_>, depth: usize, budget: &mut Budget) -> Option<Vec<String>> {
    let one = match (kind, value) {
        (Kind::Message(kind), Value::Bytes(bytes) | Value::Group(bytes)) => {
            message(bytes, Some(kind), depth, budget)?
        }
        (Kind::Scalar(Type::String), Value::Bytes(bytes)) => {
            budget.add(bytes.len())?;
            quoted(std::str::from_utf8(bytes).ok()?)
        }
        (Kind::Scalar(Type::Bytes), Value::Bytes(bytes)) => {
            budget.add(bytes.len())?;
            quoted(&STANDARD.encode(bytes))
        }
        (kind, Value::Bytes(bytes)) => return packed(kind, bytes, budget),
        (kind, value) => scalar(kind, value)?,
    };
    budget.add(0)?;
    Some(vec![one])
}

fn packed(kind: &Kind, bytes: &[u8], budget: &mut Budget) -> Option<Vec<String>> {
    use Type::{Double, Fixed32, Fixed64, Float, Sfixed32, Sfixed64};
    let (mut wire, mut values) = (Wire::new(bytes), Vec::new());
    while !wire.is_empty() {
        let value = match kind {
            Kind::Scalar(Double | Fixed64 | Sfixed64) => Value::Fixed64(wire.fixed().ok()?),
            Kind::Scalar(Float | Fixed32 | Sfixed32) => Value::Fixed32(wire.fixed().ok()?),
            _ => Value::Varint(wire.varint().ok()?),
        };
        budget.add(0)?;
        values.push(scalar(kind, value)?);
    }
    Some(values)
}

fn scalar(kind: &Kind, value: Value<'_>) -> Option<String> {
    use Type::{Bool, Double, Fixed32, Fixed64, Float, Int32, Int64};
    use Type::{Sfixed32, Sfixed64, Sint32, Sint64, Uint32, Uint64};
    let kind = match kind {
        Kind::Scalar(kind) => kind,
        Kind::Enum(names) => {
            let Value::Varint(value) = value else { return None };
            let number = value.cast_signed() as i32;
            return Some(names.value(number).map_or_else(|| number.to_string(), quoted));
        }
        Kind::Message(_) => return None,
    };
    // Integers of 64 bits are strings, because many JSON readers round them.
    Some(match (kind, value) {
        (Bool, Value::Varint(value)) => (value != 0).to_string(),
        (Int32, Value::Varint(value)) => (value.cast_signed() as i32).to_string(),
        (Uint32, Value::Varint(value)) => (value as u32).to_string(),
        (Sint32, Value::Varint(value)) => (zigzag(value) as i32).to_string(),
        (Int64, Value::Varint(value)) => quoted(&value.cast_signed().to_string()),
        (Uint64, Value::Varint(value)) => quoted(&value.to_string()),
        (Sint64, Value::Varint(value)) => quoted(&zigzag(value).to_string()),
        (Fixed64, Value::Fixed64(value)) => quoted(&u64::from_le_bytes(value).to_string()),
        (Sfixed64, Value::Fixed64(value)) => quoted(&i64::from_le_bytes(value).to_string()),
        (Double, Value::Fixed64(value)) => float(f64::from_le_bytes(value)),
        (Fixed32, Value::Fixed32(value)) => u32::from_le_bytes(value).to_string(),
        (Sfixed32, Value::Fixed32(value)) => i32::from_le_bytes(value).to_string(),
        (Float, Value::Fixed32(value)) => single_float(f32::from_le_bytes(value)),
        _ => return None,
    })
}

fn zigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

fn float(value: f64) -> String {
    match serde_json::Number::from_f64(value) {
        Some(number) => number.to_string(),
        None if value.is_nan() => quoted("NaN"),
        None if value > 0.0 => quoted("Infinity"),
        None => quoted("-Infinity"),
    }
}

/// Formats a number of 32 bits with as few digits as it needs, not with those of a number of 64 bits.
fn single_float(value: f32) -> String {
    if value.is_finite() { format!("{value:?}") } else { float(value.into()) }
}

/// Returns a value of unknown type as JSON.
fn guess(value: Value<'_>, depth: usize, budget: &mut Budget) -> Option<String> {
    let text = if let Value::Bytes(bytes) = &value { bytes.len() } else { 0 };
    budget.add(text)?;
    Some(match value {
        Value::Varint(value) if value > MAX_EXACT => quoted(&value.to_string()),
        Value::Varint(value) => value.to_string(),
        Value::Fixed64(value) => quoted(&format!("{:#x}", u64::from_le_bytes(value))),
        Value::Fixed32(value) => quoted(&format!("{:#x}", u32::from_le_bytes(value))),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            // A message usually begins with a control character, so text takes precedence.
            Ok(text) if is_text(bytes) => quoted(text),
            _ if depth > 0 && is_message(bytes) => message(bytes, None, depth, budget)?,
            _ => quoted(&STANDARD.encode(bytes)),
        },
        Value::Group(bytes) => message(bytes, None, depth, budget)?,
        Value::Cut(_) | Value::CutGroup(_) => return None,
    })
}

fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
