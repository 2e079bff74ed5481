//! Finds the reasons why a trace is incomplete.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::reader::{Ending, Trace};

/// State of the recording at the time its trace is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingState {
    /// The program has finished recording: the trace must have an end line.
    Finished,
    /// The program is still recording: a missing end line is not a defect.
    InProgress,
}

/// A reason why a trace is incomplete, so that conclusions from it are uncertain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// The end line is missing.
    CutShort {
        /// `true` if the last line of the file is incomplete.
        torn: bool,
    },
    /// Text follows the end line.
    TextAfterEnd {
        /// Line number of the first text after the end line, from 1.
        line: u64,
    },
    /// The number of events in the end line differs from the number of event lines.
    Edited {
        /// Number of events, according to the end line.
        counted: u64,
        /// Number of events that the trace contains.
        there: u64,
    },
    /// The beginning of the recording is missing: the first files of a rotated recording were deleted, or
    /// early events were discarded.
    Part,
    /// The recorder dropped events.
    Lossy {
        /// Number of dropped events.
        lost: u64,
    },
}

impl Defect {
    /// Returns `true` if the trace possibly lacks socket calls of the program because of this defect. Returns
    /// `false` for [`Defect::Edited`], because the recorder had written every call before lines were removed.
    #[must_use]
    pub fn may_lack_calls(self) -> bool {
        !matches!(self, Self::Edited { .. })
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutShort { torn: false } => f.write_str(
                "no end line: the trace is cut short, or the program still runs (stop it with Ctrl-C)",
            ),
            Self::CutShort { torn: true } => f.write_str(
                "incomplete last line: the trace is cut short, or the program was killed or still runs",
            ),
            Self::TextAfterEnd { line } => {
                write!(f, "text after the end line (line {line}): two programs wrote to the file")
            }
            Self::Edited { counted, there } => write!(
                f,
                "the end line counts {counted} events, but the trace has {there}: the file was changed after recording"
            ),
            Self::Part => f.write_str("the beginning is missing: the trace is part of a longer recording"),
            Self::Lossy { lost } => write!(f, "the trace is lossy: {lost} events are missing"),
        }
    }
}

impl Serialize for Defect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Returns the defects of a trace after it was read to its end. `lost` is the number of events that the
/// recorder dropped.
pub(crate) fn defects(trace: &Trace, lost: u64, state: RecordingState) -> Vec<Defect> {
    let part = (trace.header().since > 0).then_some(Defect::Part);
    let ending = defect_of_ending(trace)
        .filter(|defect| state == RecordingState::Finished || !matches!(defect, Defect::CutShort { .. }));
    part.into_iter().chain(ending).chain(lossy(lost)).collect()
}

/// Returns the defects at the end of a trace, such as a missing end line, after it was read to its end.
pub(crate) fn ending_defects(trace: &Trace) -> Vec<Defect> {
    let lost = match trace.ending() {
        Ending::Complete(end) => end.lost,
        Ending::CutShort { .. } | Ending::TextAfterEnd { .. } => 0,
    };
    defect_of_ending(trace).into_iter().chain(lossy(lost)).collect()
}

fn lossy(lost: u64) -> Option<Defect> {
    (lost > 0).then_some(Defect::Lossy { lost })
}

fn defect_of_ending(trace: &Trace) -> Option<Defect> {
    match trace.ending() {
        Ending::Complete(end) if end.events != trace.events() => {
            Some(Defect::Edited { counted: end.events, there: trace.events() })
        }
        Ending::Complete(_) => None,
        Ending::TextAfterEnd { line } => Some(Defect::TextAfterEnd { line: *line }),
        Ending::CutShort { torn } => Some(Defect::CutShort { torn: *torn }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_defect_of_a_trace_has_a_message() {
        let defects = [
            Defect::CutShort { torn: false },
            Defect::CutShort { torn: true },
            Defect::TextAfterEnd { line: 4 },
            Defect::Edited { counted: 9, there: 8 },
            Defect::Part,
            Defect::Lossy { lost: 3 },
        ];
        insta::assert_snapshot!(defects.map(|defect| defect.to_string()).join("\n"), @r"
        no end line: the trace is cut short, or the program still runs (stop it with Ctrl-C)
        incomplete last line: the trace is cut short, or the program was killed or still runs
        text after the end line (line 4): two programs wrote to the file
        the end line counts 9 events, but the trace has 8: the file was changed after recording
        the beginning is missing: the trace is part of a longer recording
        the trace is lossy: 3 events are missing
        ");
    }
}
