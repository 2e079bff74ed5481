//! The end of a trace: complete or truncated.

use socket_tap::format::End;

/// The end of a trace: complete or truncated. Valid only after the last event was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The trace ends with an end line. The value has its counts, such as the number of events.
    Complete(End),
    /// The end line is missing: the recording is still in progress, or the program was killed.
    CutShort {
        /// `true` if the last line of the file is incomplete.
        torn: bool,
    },
    /// Text follows the end line, because two programs wrote to the file, or text was appended to it. The
    /// numbers in the end line are not valid.
    TextAfterEnd {
        /// Line number of the first text after the end line.
        line: u64,
    },
}
