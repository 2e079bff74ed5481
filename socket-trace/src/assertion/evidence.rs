//! The events that prove a violation of an assertion.
//!
//! They are looked up in a second pass over the file, only after a violation was found. Keeping them during
//! the first pass would cost memory and time for events that are rarely shown.

use std::collections::VecDeque;
use std::path::Path;

use serde::Serialize;
use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::Side;
use socket_tap::format::text::Lines;

use crate::reader::{Error, Trace};
use crate::summary::{BEFORE_FIRST_STEP, WHOLE_RECORDING};
use crate::summary::{opens_connection, opens_upstream};
use socket_dissect::{Dissector, Part};

/// Maximum number of events in [`Evidence::first`].
const FIRST: usize = 9;

/// Maximum number of events in [`Evidence::last`]. Events between `first` and `last` are omitted.
const LAST: usize = 3;

/// The events that prove one violation of an assertion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The trace file that contains the events; empty until the events are looked up.
    pub file: String,
    /// The first events that prove the violation.
    pub first: Vec<Line>,
    /// Number of events omitted between `first` and `last`.
    #[serde(rename = "left_out")]
    pub omitted: u64,
    /// The last events that prove the violation; empty if all events are in `first`.
    pub last: VecDeque<Line>,
    /// If the events could not be looked up, the reason, such as a trace that was read from standard input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    #[serde(skip)]
    trace: usize,
    #[serde(skip)]
    selector: Selector,
}

/// One event of a trace file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Number of the event's line in the trace file, from 1.
    pub line: u64,
    /// The event, as printed by `socket-trace show`.
    pub text: String,
}

/// Selects the events that prove a violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// All events of this socket.
    Socket(SockId),
    /// Reads and writes that transferred bytes of this API call.
    Call {
        /// Socket of the connection on which the API call was made.
        sock: SockId,
        /// Index of the API call on its connection, from 0.
        number: u64,
    },
    /// Events that opened connections in this step beyond the limit of the assertion: with a limit of 2, those
    /// of the third connection and all later ones.
    Opened {
        /// Name of the step: the time from one mark to the next.
        step: String,
        /// Number of connections that may still open in the step without violating the assertion. Starts at
        /// the limit of the assertion and counts down.
        beyond: u64,
    },
}

impl Evidence {
    /// Returns the evidence of a violation, without events. `trace` is the index of the trace that violates
    /// the assertion. [`look_up`] later adds the events that `selector` selects in that trace.
    pub(super) fn pending(trace: usize, selector: Selector) -> Self {
        let (file, first, last) = (String::new(), Vec::new(), VecDeque::new());
        Self { file, first, omitted: 0, last, missing: None, trace, selector }
    }

    fn push(&mut self, line: Line) {
        if self.first.len() < FIRST {
            return self.first.push(line);
        }
        self.last.push_back(line);
        if self.last.len() > LAST {
            self.last.pop_front();
            self.omitted += 1;
        }
    }
}

/// Reads the trace files again, and adds to each evidence the events that its selector selects. `files` must
/// be in the order of the compared traces.
pub fn look_up<'a>(evidence: impl IntoIterator<Item = &'a mut Evidence>, files: &[impl AsRef<Path>]) {
    let mut evidence: Vec<&mut Evidence> = evidence.into_iter().collect();
    for (index, file) in files.iter().enumerate() {
        let of_file = evidence.iter_mut().filter(|evidence| evidence.trace == index);
        let mut pending: Vec<&mut Evidence> = of_file.map(|evidence| &mut **evidence).collect();
        if pending.is_empty() {
            continue;
        }
        let missing = if file.as_ref().as_os_str() == "-" {
            Some("standard input cannot be read twice; give the name of a file to see the events".to_owned())
        } else {
            in_file(file.as_ref(), &mut pending).err().map(|error| error.to_string())
        };
        pending.iter_mut().for_each(|evidence| evidence.missing.clone_from(&missing));
    }
}

fn in_file(file: &Path, pending: &mut [&mut Evidence]) -> Result<(), Error> {
    let mut trace = Trace::open(file)?;
    pending.iter_mut().for_each(|evidence| trace.source().clone_into(&mut evidence.file));
    let side = trace.header().side;
    let mut dissector = Dissector::new(side);
    let (mut lines, mut step) = (Lines::new(), None);
    while let Some(event) = trace.next_event()? {
        if let Op::Mark { label, .. } = &event.op {
            step = Some(label.to_string());
        }
        let parts = dissector.observe(&event);
        // The calls are known from the first pass.
        drop(dissector.take_finished());
        for evidence in pending.iter_mut() {
            if evidence.selector.matches(&event, side, &parts, step.as_deref()) {
                let mut text = String::new();
                lines.push(&event, &mut text);
                evidence.push(Line { line: trace.line(), text: text.trim_end().to_owned() });
            }
        }
    }
    Ok(())
}

impl Selector {
    /// Returns `true` if the event is one of those that prove the violation. Must be called for every event
    /// of the trace in order, because [`Self::Opened`] counts connections. `side` is the side that made the
    /// recording. `step` is the step in which the event happened.
    fn matches(&mut self, event: &Event, side: Side, parts: &[Part], step: Option<&str>) -> bool {
        match self {
            Self::Socket(sock) => event.sock == Some(*sock),
            Self::Call { sock, number } => {
                event.sock == Some(*sock) && parts.iter().any(|part| part.call == Some(*number))
            }
            Self::Opened { step: name, beyond } => {
                let in_step =
                    step.map_or(*name == WHOLE_RECORDING || *name == BEFORE_FIRST_STEP, |step| step == name);
                let opened = in_step && opens_connection(event) && !opens_upstream(event, side);
                let shown = opened && *beyond == 0;
                *beyond = beyond.saturating_sub(u64::from(opened));
                shown
            }
        }
    }
}
