//! What a rule has found, with its evidence.

use serde::ser::{Error as _, SerializeStruct};
use serde::{Serialize, Serializer};
use socket_tap::event::Event;
use socket_tap::format::write_event;

/// How many examples are kept of what is found again and again.
pub const EXAMPLES: usize = 3;

/// One thing that a rule has found in one trace, however often it happened.
#[derive(Debug, Serialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// What happened here, with numbers.
    pub what: String,
    /// How often.
    pub count: u64,
    /// The first few times.
    pub examples: Vec<Example>,
}

/// One time that it happened.
#[derive(Debug, Serialize)]
pub struct Example {
    /// What to see in the lines.
    pub what: String,
    /// The lines of the trace that show it.
    pub lines: Vec<Quote>,
}

/// A line of the trace. Without its payload: what was said is nobody's business here.
#[derive(Clone, Debug)]
pub struct Quote {
    /// Its number in the trace, from 1.
    pub line: u64,
    /// The event.
    pub event: Event,
}

impl Quote {
    /// Of an event on this line.
    #[must_use]
    pub fn new(line: u64, event: &Event) -> Self {
        Self { line, event: event.without_data() }
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

/// What is counted of one kind: how often, on how many sockets, and the first examples.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) count: u64,
    pub(super) examples: Vec<Example>,
}

impl Tally {
    /// Once more. The example is made only when there is room for it.
    pub(super) fn add(&mut self, example: impl FnOnce() -> Example) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(example());
        }
    }

    /// The finding that it comes to; `None` when nothing was counted.
    pub(super) fn finding(self, rule: &'static str, what: String) -> Option<Finding> {
        let Self { count, examples } = self;
        (count > 0).then_some(Finding { rule, what, count, examples })
    }
}

/// `1 write`, `3 writes`
pub(super) fn plural(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// Milliseconds with one digit behind the point.
pub(super) fn milliseconds(ns: u64) -> String {
    format!("{}.{} ms", ns / 1_000_000, ns / 100_000 % 10)
}
