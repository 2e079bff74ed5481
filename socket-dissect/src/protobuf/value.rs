//! Formats the value of a protobuf field as text.

use prost_reflect::Kind;

use super::super::text::short;
use super::wire::{Value, Wire};

/// Maximum number of values of a list shown in a text.
const MAX_LIST: usize = 8;

/// Formats a value of the given type as text. `None` if the value cannot have that type.
pub(super) fn text(kind: &Kind, value: Value<'_>) -> Option<String> {
    match (kind, value) {
        (Kind::String, Value::Bytes(bytes)) => Some(quoted(bytes, "\"")),
        (Kind::String, Value::Cut(bytes)) => Some(quoted(bytes, "…")),
        (Kind::Bytes, Value::Bytes(bytes)) => Some(format!("{} B", bytes.len())),
        (_, Value::Bytes(bytes)) => list(kind, bytes),
        (_, Value::Cut(_)) => Some("…".to_owned()),
        (_, value) => scalar(kind, value),
    }
}

/// Formats a value of unknown type as text.
pub(super) fn guess(value: Value<'_>) -> String {
    match value {
        Value::Varint(value) => value.to_string(),
        Value::Fixed64(value) => format!("{:#x}", u64::from_le_bytes(value)),
        Value::Fixed32(value) => format!("{:#x}", u32::from_le_bytes(value)),
        Value::Bytes(bytes) if is_text(bytes) => quoted(bytes, "\""),
        Value::Bytes(bytes) => format!("{} B", bytes.len()),
        Value::Cut(bytes) if is_text(bytes) => quoted(bytes, "…"),
        Value::Cut(_) => "…".to_owned(),
    }
}

/// Returns `true` if the bytes are probably a string: UTF-8 without control characters.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(char::is_control))
}

fn quoted(bytes: &[u8], end: &str) -> String {
    let text = short(&String::from_utf8_lossy(bytes));
    match text.ends_with('…') {
        true => format!("\"{text}"),
        false => format!("\"{text}{end}"),
    }
}

fn scalar(kind: &Kind, value: Value<'_>) -> Option<String> {
    Some(match (kind, value) {
        (Kind::Bool, Value::Varint(value)) => (value != 0).to_string(),
        (Kind::Int32 | Kind::Int64, Value::Varint(value)) => value.cast_signed().to_string(),
        (Kind::Uint32 | Kind::Uint64, Value::Varint(value)) => value.to_string(),
        (Kind::Sint32 | Kind::Sint64, Value::Varint(value)) => {
            ((value >> 1).cast_signed() ^ -((value & 1).cast_signed())).to_string()
        }
        (Kind::Enum(kind), Value::Varint(value)) => {
            let name = i32::try_from(value.cast_signed()).ok().and_then(|number| kind.get_value(number));
            name.map_or_else(|| value.to_string(), |name| short(name.name()))
        }
        (Kind::Fixed64, Value::Fixed64(value)) => u64::from_le_bytes(value).to_string(),
        (Kind::Sfixed64, Value::Fixed64(value)) => i64::from_le_bytes(value).to_string(),
        (Kind::Double, Value::Fixed64(value)) => format!("{:?}", f64::from_le_bytes(value)),
        (Kind::Fixed32, Value::Fixed32(value)) => u32::from_le_bytes(value).to_string(),
        (Kind::Sfixed32, Value::Fixed32(value)) => i32::from_le_bytes(value).to_string(),
        (Kind::Float, Value::Fixed32(value)) => format!("{:?}", f32::from_le_bytes(value)),
        _ => return None,
    })
}

/// Formats a packed list as text. In such a list, values follow each other without field numbers.
fn list(kind: &Kind, bytes: &[u8]) -> Option<String> {
    let mut wire = Wire::new(bytes);
    let mut values = Vec::new();
    while !wire.is_empty() {
        if values.len() == MAX_LIST {
            values.push("…".to_owned());
            break;
        }
        let value = match kind {
            Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => Value::Fixed64(wire.fixed().ok()?),
            Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => Value::Fixed32(wire.fixed().ok()?),
            Kind::String | Kind::Bytes | Kind::Message(_) => return None,
            _ => Value::Varint(wire.varint().ok()?),
        };
        values.push(scalar(kind, value)?);
    }
    Some(format!("[{}]", values.join(", ")))
}
