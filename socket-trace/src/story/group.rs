//! Calls of the same side that are shown as one box.

use serde::Serialize;

use super::names::counted;

/// Calls of one side with the same purpose, counted by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CallGroup {
    /// Number of calls by kind, in the order of their first occurrence.
    pub calls: Vec<CallCount>,
    /// Number of bytes that the calls moved.
    pub bytes: u64,
}

/// Number of calls of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallCount {
    /// Kind of the calls, such as `write`. A read that returns 0 bytes at the end of the peer's stream is `read 0 B`, and
    /// a failed call `connect failed`.
    pub kind: String,
    /// Number of calls.
    pub count: u64,
}

impl CallGroup {
    pub(super) fn add(&mut self, kind: &str, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        match self.calls.iter_mut().find(|calls| calls.kind == kind) {
            Some(calls) => calls.count += 1,
            None => self.calls.push(CallCount { kind: kind.to_owned(), count: 1 }),
        }
    }

    /// Returns the calls as text: `2 writes 114 B`. The bytes stand behind the calls that moved them.
    #[must_use]
    pub fn text(&self, has_bytes: bool) -> String {
        let moves = |calls: &CallCount| matches!(calls.kind.as_str(), "read" | "write");
        let moved = self.calls.iter().position(moves).filter(|_| has_bytes && self.bytes > 0);
        let text = |(index, calls): (usize, &CallCount)| {
            let counted = counted(&calls.kind, calls.count);
            if moved == Some(index) { format!("{counted} {} B", self.bytes) } else { counted }
        };
        self.calls.iter().enumerate().map(text).collect::<Vec<_>>().join(", ")
    }
}
