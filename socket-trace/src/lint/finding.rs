//! The findings of lint rules, with the trace lines that prove them.

use serde::ser::{Error as _, SerializeStruct};
use serde::{Serialize, Serializer};
use socket_tap::event::Event;
use socket_tap::format::write_event;

/// Maximum number of examples kept for one finding.
pub const EXAMPLES: usize = 3;

/// A problem that a rule found in one trace, with the number of its occurrences.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// Name of the rule that found the problem.
    pub rule: &'static str,
    /// Description of the problem with its numbers: `The server closed 12 of 20 connections of listener #1.`
    pub what: String,
    /// Number of occurrences of the problem.
    pub count: u64,
    /// The first occurrences of the problem, at most [`EXAMPLES`].
    pub examples: Vec<Example>,
}

/// One occurrence of a problem.
#[derive(Debug, Serialize)]
pub struct Example {
    /// Explanation of the quoted lines, such as `the request and the reset`.
    pub what: String,
    /// Lines of the trace that prove the occurrence.
    pub lines: Vec<Quote>,
}

/// A line of the trace that proves a finding. Its payload is removed, because findings must not leak
/// application data.
#[derive(Clone, Debug)]
pub struct Quote {
    /// Line number in the trace, starting at 1.
    pub line: u64,
    /// The event on that line. Boxed, since lint keeps up to three quotes for each open socket, and most are absent.
    pub event: Box<Event>,
}

impl Quote {
    /// Quotes `event` without its payload.
    #[must_use]
    pub fn new(line: u64, event: &Event) -> Self {
        Self { line, event: Box::new(event.without_data()) }
    }
}

impl Serialize for Quote {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = Vec::new();
        write_event(&mut line, &self.event).map_err(S::Error::custom)?;
        let event: serde_json::Value = serde_json::from_slice(&line).map_err(S::Error::custom)?;
        let mut quote = serializer.serialize_struct("Quote", 2)?;
        quote.serialize_field("line", &self.line)?;
        quote.serialize_field("event", &event)?;
        quote.end()
    }
}

/// Counter of a problem's occurrences, which keeps the first ones as examples.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) count: u64,
    pub(super) examples: Vec<Example>,
}

impl Tally {
    /// Counts one occurrence of a problem. Calls `example` only while fewer than [`EXAMPLES`] examples are
    /// kept.
    pub(super) fn add(&mut self, example: impl FnOnce() -> Example) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(example());
        }
    }

    /// Builds a finding of the rule. `None` if no occurrence was counted.
    pub(super) fn finding(self, rule: &'static str, what: String) -> Option<Finding> {
        let Self { count, examples } = self;
        (count > 0).then_some(Finding { rule, what, count, examples })
    }
}

/// Formats nanoseconds as milliseconds with one decimal place.
pub(super) fn milliseconds(ns: u64) -> String {
    format!("{}.{} ms", ns / 1_000_000, ns / 100_000 % 10)
}
