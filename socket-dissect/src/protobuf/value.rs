//! Formats the value of a protobuf field as text.

use prost_types::field_descriptor_proto::Type;

use super::super::contracts::Kind;
use super::super::text::Limit;
use super::wire::{Value, Wire};

/// Maximum number of values of a list shown in a text.
const MAX_LIST: usize = 8;

/// Formats a value of the given type as text. `None` if the value cannot have that type.
pub(super) fn text(kind: &Kind, value: Value<'_>, limit: Limit) -> Option<String> {
    match (kind, value) {
        (Kind::Scalar(Type::String), Value::Bytes(bytes)) => Some(quoted(bytes, "\"", limit)),
        (Kind::Scalar(Type::String), Value::Cut(bytes)) => Some(quoted(bytes, "…", limit)),
        (Kind::Scalar(Type::Bytes), Value::Bytes(bytes)) => Some(format!("{} B", bytes.len())),
        (_, Value::Bytes(bytes)) => list(kind, bytes, limit),
        (_, Value::Cut(_)) => Some("…".to_owned()),
        (_, value) => scalar(kind, value),
    }
}

/// Formats a value of unknown type as text.
pub(super) fn guess(value: Value<'_>, limit: Limit) -> String {
    match value {
        Value::Varint(value) => value.to_string(),
        Value::Fixed64(value) => format!("{:#x}", u64::from_le_bytes(value)),
        Value::Fixed32(value) => format!("{:#x}", u32::from_le_bytes(value)),
        Value::Bytes(bytes) if is_text(bytes) => quoted(bytes, "\"", limit),
        Value::Bytes(bytes) => format!("{} B", bytes.len()),
        Value::Cut(bytes) if is_text(bytes) => quoted(bytes, "…", limit),
        Value::Cut(_) | Value::Group(_) | Value::CutGroup(_) => "…".to_owned(),
    }
}

/// Returns `true` if the bytes are probably a string: UTF-8 without control characters.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(char::is_control))
}

fn quoted(bytes: &[u8], end: &str, limit: Limit) -> String {
    let text = limit.text(&String::from_utf8_lossy(bytes));
    match text.ends_with('…') {
        true => format!("\"{text}"),
        false => format!("\"{text}{end}"),
    }
}

fn scalar(kind: &Kind, value: Value<'_>) -> Option<String> {
    use Type::{Bool, Double, Fixed32, Fixed64, Float, Int32, Int64};
    use Type::{Sfixed32, Sfixed64, Sint32, Sint64, Uint32, Uint64};
    let kind = match kind {
        Kind::Scalar(kind) => kind,
        Kind::Enum(names) => {
            let Value::Varint(value) = value else { return None };
            let name = i32::try_from(value.cast_signed()).ok().and_then(|number| names.value(number));
            return Some(
                name.map_or_else(|| value.cast_signed().to_string(), |name| Limit::SHORT.text(name)),
            );
        }
        Kind::Message(_) => return None,
    };
    Some(match (kind, value) {
        (Bool, Value::Varint(value)) => (value != 0).to_string(),
        (Int32 | Int64, Value::Varint(value)) => value.cast_signed().to_string(),
        (Uint32 | Uint64, Value::Varint(value)) => value.to_string(),
        (Sint32 | Sint64, Value::Varint(value)) => {
            ((value >> 1).cast_signed() ^ -((value & 1).cast_signed())).to_string()
        }
        (Fixed64, Value::Fixed64(value)) => u64::from_le_bytes(value).to_string(),
        (Sfixed64, Value::Fixed64(value)) => i64::from_le_bytes(value).to_string(),
        (Double, Value::Fixed64(value)) => format!("{:?}", f64::from_le_bytes(value)),
        (Fixed32, Value::Fixed32(value)) => u32::from_le_bytes(value).to_string(),
        (Sfixed32, Value::Fixed32(value)) => i32::from_le_bytes(value).to_string(),
        (Float, Value::Fixed32(value)) => format!("{:?}", f32::from_le_bytes(value)),
        _ => return None,
    })
}

/// Formats a packed list as text. In such a list, values follow each other without field numbers.
fn list(kind: &Kind, bytes: &[u8], limit: Limit) -> Option<String> {
    let max = if limit.is_full() { usize::MAX } else { MAX_LIST };
    let mut wire = Wire::new(bytes);
    let mut values = Vec::new();
    while !wire.is_empty() {
        if values.len() == max {
            values.push("…".to_owned());
            break;
        }
        let value = match kind {
            Kind::Scalar(Type::Double | Type::Fixed64 | Type::Sfixed64) => Value::Fixed64(wire.fixed().ok()?),
            Kind::Scalar(Type::Float | Type::Fixed32 | Type::Sfixed32) => Value::Fixed32(wire.fixed().ok()?),
            Kind::Scalar(Type::String | Type::Bytes) | Kind::Message(_) => return None,
            _ => Value::Varint(wire.varint().ok()?),
        };
        values.push(scalar(kind, value)?);
    }
    Some(format!("[{}]", values.join(", ")))
}
