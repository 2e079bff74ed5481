//! The end of a trace.

use socket_tap::format::End;

/// The end of a trace. It is certain only once all events are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The end line is present.
    Complete(End),
    /// The end line is missing: the recording continues, or the program was killed.
    CutShort {
        /// `true` if the last line is incomplete.
        torn: bool,
    },
    /// Text follows the end line: two programs wrote to the file, or it was appended to. The counts of the end line
    /// are not valid.
    TextAfterEnd {
        /// Number of the first line of that text.
        line: u64,
    },
}
