//! Why a trace proves nothing.

use std::fmt;

use serde::{Serialize, Serializer};

use super::Recording;
use crate::reader::{Ending, Trace};

/// Why a trace proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It has no end line.
    CutShort {
        /// Its last line breaks off.
        torn: bool,
    },
    /// There is more after its end line.
    TextAfterEnd {
        /// The line that follows, from 1.
        line: u64,
    },
    /// Its end line counts other events than are there.
    Edited {
        /// What the end line counts.
        counted: u64,
        /// What is there.
        there: u64,
    },
    /// Its beginning is missing.
    Part,
    /// The recorder had no room for some events.
    Lossy {
        /// How many.
        lost: u64,
    },
}

impl Doubt {
    /// Whether calls may be missing that the program has made. What someone took out of a whole trace is not of them.
    #[must_use]
    pub fn lacks_calls(self) -> bool {
        !matches!(self, Self::Edited { .. })
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutShort { torn: false } => f.write_str(
                "it has no end line: it was cut short, or the program still runs (stop it with Ctrl-C)",
            ),
            Self::CutShort { torn: true } => f.write_str(
                "its last line breaks off: it was cut short, or the program was killed or still runs",
            ),
            Self::TextAfterEnd { line } => {
                write!(f, "text follows its end line (line {line}): two programs wrote to the file")
            }
            Self::Edited { counted, there } => write!(
                f,
                "its end line counts {counted} events, but {there} are there: it was changed after it was written"
            ),
            Self::Part => f.write_str("its beginning is missing: it is a part of a longer recording"),
            Self::Lossy { lost } => write!(f, "it is lossy: {lost} events are missing"),
        }
    }
}

impl Serialize for Doubt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What is to be doubted of a trace that has been read to its end, and lacks so many events.
pub(crate) fn doubts(trace: &Trace, lost: u64, recording: Recording) -> Vec<Doubt> {
    let part = (trace.header().since > 0).then_some(Doubt::Part);
    let lossy = (lost > 0).then_some(Doubt::Lossy { lost });
    part.into_iter().chain(of_ending(trace, recording)).chain(lossy).collect()
}

fn of_ending(trace: &Trace, recording: Recording) -> Option<Doubt> {
    match (trace.ending(), recording) {
        (Ending::Complete(end), _) if end.events != trace.events() => {
            Some(Doubt::Edited { counted: end.events, there: trace.events() })
        }
        (Ending::TextAfterEnd { line }, _) => Some(Doubt::TextAfterEnd { line: *line }),
        (Ending::CutShort { torn }, Recording::Ended) => Some(Doubt::CutShort { torn: *torn }),
        _ => None,
    }
}
