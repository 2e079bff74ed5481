//! The filter of the calls: words and conditions such as `ms:>5`, all of which a call must meet. The page of recordings
//! has the same filter.

use std::cmp::Ordering;

use super::call_row::CallRow;

/// Examples of conditions, as a hint for the user.
pub const EXAMPLES: &str =
    "api:grpc operation:GetBook status:404 connection:3 bytes:>1000 ms:>5 is:error is:open is:first -word";

/// Words and conditions, all of which a call must meet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    text: String,
    conditions: Vec<Condition>,
    error: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Condition {
    /// `true` for a condition that must not be met.
    is_negated: bool,
    test: Test,
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// One of the texts contains this word.
    Text(Texts, String),
    /// The number is less than, equal to or greater than this one.
    Number(Number, Ordering, f64),
    Error,
    Open,
    First,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Texts {
    Api,
    Operation,
    Status,
    All,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Number {
    Connection,
    Bytes,
    Ms,
}

impl Filter {
    /// Parses a filter. Words and conditions are separated by spaces. Quotes hold words together, and a minus excludes the
    /// calls that meet a condition.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut filter = Self { text: text.to_owned(), ..Self::default() };
        for word in words(text) {
            match condition(&word) {
                Ok(condition) => filter.conditions.extend(condition),
                Err(error) => filter.error = filter.error.or(Some(error)),
            }
        }
        filter
    }

    /// Returns the text that was parsed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the explanation of the first condition that is not valid. No call meets it.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Returns `true` if a call meets all conditions. `label` is that of its recording.
    #[must_use]
    pub fn passes(&self, call: &CallRow, label: &str) -> bool {
        let is_met = |condition: &Condition| condition.test.is_met(call, label) != condition.is_negated;
        self.error.is_none() && self.conditions.iter().all(is_met)
    }
}

impl Test {
    fn is_met(&self, call: &CallRow, label: &str) -> bool {
        match self {
            Self::Text(texts, word) => texts.contain(word, call, label),
            Self::Number(number, ordering, value) => {
                number.of(call).partial_cmp(value).is_some_and(|actual| actual == *ordering)
            }
            Self::Error => call.is_error(),
            Self::Open => !call.has_ended,
            Self::First => call.id.number == 0,
        }
    }
}

impl Texts {
    fn contain(self, word: &str, call: &CallRow, label: &str) -> bool {
        let status = call.status.as_deref().unwrap_or_default();
        let texts: &[&str] = match self {
            Self::Api => &[call.protocol, label],
            Self::Operation => &[&call.operation],
            Self::Status => &[status],
            Self::All => &[call.protocol, label, &call.operation, status],
        };
        texts.iter().any(|text| text.to_lowercase().contains(word))
    }
}

impl Number {
    fn of(self, call: &CallRow) -> f64 {
        match self {
            Self::Connection => call.id.connection as f64,
            Self::Bytes => call.to_server.saturating_add(call.to_client) as f64,
            Self::Ms => call.ms(),
        }
    }
}

/// Splits a text at spaces that are not in quotes.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut is_quoted) = (vec![String::new()], false);
    for c in text.chars() {
        is_quoted ^= c == '"';
        match words.last_mut() {
            Some(word) if is_quoted || !c.is_whitespace() => word.push(c),
            _ => words.push(String::new()),
        }
    }
    words
}

/// Parses a word. `None` if it is empty, or a key whose value is not typed yet.
fn condition(word: &str) -> Result<Option<Condition>, String> {
    let (is_negated, rest) = word.strip_prefix('-').map_or((false, word), |rest| (true, rest));
    let keyed = rest.split_once(':');
    let keyed = keyed.filter(|(key, _)| !key.is_empty() && key.chars().all(char::is_alphanumeric));
    let value = |text: &str| text.replace('"', "").to_lowercase();
    let (key, value) = keyed.map_or_else(|| ("", value(rest)), |(key, text)| (key, value(text)));
    if value.is_empty() {
        return Ok(None);
    }
    let test = match key {
        "" => Test::Text(Texts::All, value),
        "api" => Test::Text(Texts::Api, value),
        "operation" => Test::Text(Texts::Operation, value),
        "status" => Test::Text(Texts::Status, value),
        "connection" => number(Number::Connection, key, value.trim_start_matches(['#', 'c']))?,
        "bytes" => number(Number::Bytes, key, &value)?,
        "ms" => number(Number::Ms, key, &value)?,
        "is" => match value.as_str() {
            "error" => Test::Error,
            "open" => Test::Open,
            "first" => Test::First,
            _ => return Err(format!("is:{value} is unknown; write is:error, is:open or is:first")),
        },
        _ => {
            return Err(format!(
                "unknown key {key}; write api, operation, status, connection, bytes, ms or is"
            ));
        }
    };
    Ok(Some(Condition { is_negated, test }))
}

fn number(number: Number, key: &str, value: &str) -> Result<Test, String> {
    let (ordering, digits) = match value.split_at_checked(1) {
        Some((">", digits)) => (Ordering::Greater, digits),
        Some(("<", digits)) => (Ordering::Less, digits),
        _ => (Ordering::Equal, value),
    };
    let parsed = digits.parse().ok().filter(|number: &f64| number.is_finite());
    parsed
        .map(|value| Test::Number(number, ordering, value))
        .ok_or_else(|| format!("{key}: needs a number, such as {key}:5 or {key}:>5"))
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
