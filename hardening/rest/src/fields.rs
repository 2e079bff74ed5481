//! Named values, read one by one so that a client hears of all faults at once. What is wrong only as the shelf is
//! now, an author that is not there, comes after them.

use std::ops::RangeInclusive;

use serde_json::Value;

use crate::limits::MAX_ERRORS;
use crate::problem::FieldError;

/// The members of a body or the parameters of a query, until they are read.
#[derive(Debug)]
pub(crate) struct Fields<V> {
    given: Vec<(String, V)>,
    known: Vec<&'static str>,
    errors: Vec<FieldError>,
}

impl<V: Scalar> Fields<V> {
    pub(crate) fn new(given: Vec<(String, V)>) -> Self {
        Self { given, known: Vec::new(), errors: Vec::new() }
    }

    /// Reads a field that must be there. `None` also when it is wrong: [`finish`](Self::finish) tells.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        rule: impl FnOnce(V) -> Result<T, String>,
    ) -> Option<T> {
        let errors = self.errors.len();
        let value = self.optional(name, rule);
        if value.is_none() && self.errors.len() == errors {
            self.blame(name, "is missing");
        }
        value
    }

    /// Reads a field that may be there.
    pub(crate) fn optional<T>(
        &mut self,
        name: &'static str,
        rule: impl FnOnce(V) -> Result<T, String>,
    ) -> Option<T> {
        self.known.push(name);
        let mut found = self.given.extract_if(.., |(given, _)| given == name).map(|(_, value)| value);
        let first = found.next()?;
        if found.count() > 0 {
            self.blame(name, "is there more than once");
            return None;
        }
        match rule(first) {
            Ok(value) => Some(value),
            Err(detail) => {
                self.blame(name, detail);
                None
            }
        }
    }

    /// The faults, once all fields are read: those that are left are unknown.
    pub(crate) fn finish(mut self) -> Vec<FieldError> {
        let room = MAX_ERRORS.saturating_sub(self.errors.len());
        for (name, _) in std::mem::take(&mut self.given).into_iter().take(room) {
            let detail = format!("is unknown; known are {}", self.known.join(", "));
            self.blame(name, detail);
        }
        self.errors
    }

    fn blame(&mut self, field: impl Into<String>, detail: impl Into<String>) {
        self.errors.push(FieldError { field: field.into(), detail: detail.into() });
    }
}

/// The rule of a text.
pub(crate) fn text<V: Scalar>(value: V) -> Result<String, String> {
    value.text()
}

/// The rule of a whole number within a range.
pub(crate) fn integer<V: Scalar, T: TryFrom<i64>>(
    range: RangeInclusive<i64>,
) -> impl FnOnce(V) -> Result<T, String> {
    move |value| {
        let number = value.integer().filter(|number| range.contains(number));
        number.and_then(|number| number.try_into().ok()).ok_or_else(|| {
            let (first, last) = (range.start(), range.end());
            format!("must be a whole number from {first} to {last}, is {}", value.what())
        })
    }
}

/// A value as it came in.
pub(crate) trait Scalar {
    fn text(self) -> Result<String, String>;
    fn integer(&self) -> Option<i64>;
    /// What it is, for a client that should have sent something else.
    fn what(&self) -> String;
}

impl Scalar for String {
    fn text(self) -> Result<String, String> {
        Ok(self)
    }

    fn integer(&self) -> Option<i64> {
        number(self)?.integer()
    }

    fn what(&self) -> String {
        number(self).map_or_else(|| "no number".to_owned(), |number| number.what())
    }
}

/// A number is spelled as in JSON: 1.0 is 1, while +1 and 01 are nothing.
fn number(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_number() && text.trim() == text)
}

impl Scalar for Value {
    fn text(self) -> Result<String, String> {
        match self {
            Self::String(text) => Ok(text),
            other => Err(format!("must be a string, is {}", other.what())),
        }
    }

    fn integer(&self) -> Option<i64> {
        // To JSON, and so to JSON Schema, 1990.0 is the same number as 1990.
        self.as_i64().or_else(|| whole(self.as_f64()?))
    }

    fn what(&self) -> String {
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

/// A whole number that a double holds exactly.
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = (1_i64 << f64::MANTISSA_DIGITS) as f64;
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}
