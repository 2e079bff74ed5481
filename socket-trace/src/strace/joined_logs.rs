//! Detects a log that is several logs, one after another.

use super::line::{Content, Line};

/// Detects calls of a process after its end, in a log without process ids. Another process made them, which has
/// descriptors with the same numbers.
#[derive(Debug, Default)]
pub(super) struct JoinedLogs {
    has_ended: bool,
    has_second: bool,
}

impl JoinedLogs {
    /// Processes a line. `text` is the line, and `parsed` its content.
    pub(super) fn follow(&mut self, text: &[u8], parsed: &Line<'_>) {
        if parsed.tid != 0 {
            return;
        }
        let is_exit = matches!(parsed.content, Content::Exited);
        self.has_second |= self.has_ended && !is_exit && !matches!(parsed.content, Content::Irrelevant);
        self.has_ended |= is_exit || text.ends_with(b"<detached ...>");
    }

    /// Returns `true` once the second log has begun.
    pub(super) fn has_second(&self) -> bool {
        self.has_second
    }
}
