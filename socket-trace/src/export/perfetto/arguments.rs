//! The arguments of an event.

use socket_tap::format::text::printable;

use super::proto::DebugAnnotation;
use crate::export::field::{Field, Value};
use crate::export::fields::Fields;

/// Maximum length of a text, in characters. A trace may contain texts of any length.
const MAX_TEXT: usize = 1_000;

/// Returns the fields of an event as arguments, without its payload.
pub(super) fn of_fields(fields: &Fields<'_>) -> Vec<DebugAnnotation> {
    let fields = fields.iter().filter_map(|(field, value)| Some((field, value?)));
    fields.filter_map(|(field, value)| of_field(field, value)).collect()
}

fn of_field(field: Field, value: Value<'_>) -> Option<DebugAnnotation> {
    let name = field.name();
    Some(match value {
        Value::Number(number) => self::number(name, number),
        Value::Integer(integer) => {
            named(name, DebugAnnotation { int_value: Some(integer), ..Default::default() })
        }
        Value::Flag(flag) => named(name, DebugAnnotation { bool_value: Some(flag), ..Default::default() }),
        Value::Text(text) => self::text(name, text),
        Value::Address(address) => self::text(name, &address.to_string()),
        Value::TcpFlags(flags) => self::text(name, &flags.to_string()),
        Value::Pair(one, other) => self::text(name, &format!("{one}-{other}")),
        Value::Pairs(pairs) => {
            let pairs = pairs.iter().map(|(one, other)| format!("{one}-{other}"));
            self::text(name, &pairs.collect::<Vec<_>>().join(" "))
        }
        Value::Payload(_) => return None,
    })
}

pub(super) fn number(name: &str, number: u64) -> DebugAnnotation {
    named(name, DebugAnnotation { uint_value: Some(number), ..Default::default() })
}

pub(super) fn text(name: &str, text: &str) -> DebugAnnotation {
    named(name, DebugAnnotation { string_value: Some(short(text)), ..Default::default() })
}

fn named(name: &str, argument: DebugAnnotation) -> DebugAnnotation {
    DebugAnnotation { name: Some(name.to_owned()), ..argument }
}

/// Truncates untrusted text, and makes it printable.
pub(super) fn short(text: &str) -> String {
    printable(&text.chars().take(MAX_TEXT).collect::<String>())
}
