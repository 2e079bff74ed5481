//! Reads body fields or query parameters one by one, and reports the errors of all of them in one response.

use std::fmt::{self, Display};
use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::Value;

use crate::limits::MAX_ERRORS;

/// An invalid body field, query parameter or header.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Name of the field, parameter or header.
    pub field: String,
    /// Description of the error without the name, such as `must be a string, is 7`.
    pub detail: String,
}

impl Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.detail)
    }
}

/// The value of a body field or query parameter, as the client sent it.
pub trait RawValue {
    /// Returns the value if it is a string.
    ///
    /// # Errors
    /// A message for the client, if the value has another type.
    fn text(self) -> Result<String, String>;

    /// Returns the value if it is a whole number, such as `7` or `7.0`.
    fn integer(&self) -> Option<i64>;

    /// Describes the value for an error message. A number is described by its digits, any other value by its
    /// type, because it may be long.
    fn describe(&self) -> String;
}

/// Body fields or query parameters, which are read one by one. Reading a field removes it from the
/// collection. If the field is invalid, an error is added to the list of all errors.
#[derive(Debug)]
pub struct Fields<V> {
    unread: Vec<(String, V)>,
    known: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl<V: RawValue> Fields<V> {
    /// Passes the fields `received` to the closure `read`, which converts them. The closure returns `None` if
    /// a field is invalid.
    ///
    /// # Errors
    /// One error for each invalid, missing, repeated or unknown field. Unknown fields are omitted if there
    /// are more than [`MAX_ERRORS`] errors.
    pub(crate) fn read<T>(
        received: Vec<(String, V)>,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Result<T, Vec<FieldError>> {
        let mut fields = Self { unread: received, known: Vec::new(), errors: Vec::new() };
        let value = read(&mut fields);
        fields.reject_unread();
        value.filter(|_| fields.errors.is_empty()).ok_or(fields.errors)
    }

    /// Converts a required field with `convert`. If the field is missing or invalid, adds an error to the
    /// list and returns `None`.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        convert: impl FnOnce(V) -> Result<T, String>,
    ) -> Option<T> {
        let errors = self.errors.len();
        let value = self.optional(name, convert);
        if value.is_none() && self.errors.len() == errors {
            self.error(name, "is missing");
        }
        value
    }

    /// Converts an optional field with `convert`. Returns `None` if the field is missing or invalid, and adds
    /// an error to the list if it is invalid.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        convert: impl FnOnce(V) -> Result<T, String>,
    ) -> Option<T> {
        self.known.push(name);
        let mut values = self.unread.extract_if(.., |(field, _)| field == name).map(|(_, value)| value);
        let first = values.next()?;
        let value = match values.count() {
            0 => convert(first),
            _ => Err("appears more than once".to_owned()),
        };
        value.map_err(|detail| self.error(name, detail)).ok()
    }

    fn reject_unread(&mut self) {
        let known = self.known.join(", ");
        let capacity = MAX_ERRORS.saturating_sub(self.errors.len());
        for (field, _) in std::mem::take(&mut self.unread).into_iter().take(capacity) {
            self.error(field, format!("is unknown; known fields are {known}"));
        }
    }

    fn error(&mut self, field: impl Into<String>, detail: impl Into<String>) {
        self.errors.push(FieldError { field: field.into(), detail: detail.into() });
    }
}

/// Converts a value to a string.
///
/// # Errors
/// A message for the client, if the value has another type.
pub fn text<V: RawValue>(value: V) -> Result<String, String> {
    value.text()
}

/// Returns a function that converts a value to an integer within `range`.
pub fn integer<V: RawValue, T: TryFrom<i64>>(
    range: RangeInclusive<i64>,
) -> impl FnOnce(V) -> Result<T, String> {
    move |value| {
        let number = value.integer().filter(|number| range.contains(number));
        number.and_then(|number| number.try_into().ok()).ok_or_else(|| {
            let (first, last) = (range.start(), range.end());
            format!("must be a whole number from {first} to {last}, is {}", value.describe())
        })
    }
}

/// Converts a value to a positive integer, such as an id or a count.
///
/// # Errors
/// A message for the client, if the value is not an integer from 1 to `u32::MAX`.
pub fn positive<V: RawValue>(value: V) -> Result<u32, String> {
    integer(1..=u32::MAX.into())(value)
}

impl RawValue for String {
    fn text(self) -> Result<String, String> {
        Ok(self)
    }

    fn integer(&self) -> Option<i64> {
        parse_number(self)?.integer()
    }

    fn describe(&self) -> String {
        parse_number(self).map_or_else(|| "not a number".to_owned(), |number| number.describe())
    }
}

/// Parses a number in the syntax of JSON, in which `1.0` is valid, but `+1` and `01` are not.
fn parse_number(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_number() && text.trim() == text)
}

impl RawValue for Value {
    fn text(self) -> Result<String, String> {
        match self {
            Self::String(text) => Ok(text),
            other => Err(format!("must be a string, is {}", other.describe())),
        }
    }

    fn integer(&self) -> Option<i64> {
        // In JSON, and so in JSON Schema, 1990.0 and 1990 are the same number.
        self.as_i64().or_else(|| exact_integer(self.as_f64()?))
    }

    fn describe(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(_) => "a boolean".to_owned(),
            Self::Number(number) => number.to_string(),
            Self::String(_) => "a string".to_owned(),
            Self::Array(_) => "an array".to_owned(),
            Self::Object(_) => "an object".to_owned(),
        }
    }
}

/// Converts a float without a fraction to an integer. Returns `None` beyond 2^53, where floats skip integers.
fn exact_integer(number: f64) -> Option<i64> {
    const LIMIT: f64 = (1_i64 << f64::MANTISSA_DIGITS) as f64;
    (number.fract() == 0.0 && number.abs() <= LIMIT).then_some(number as i64)
}
