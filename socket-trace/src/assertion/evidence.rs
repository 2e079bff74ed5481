//! The events that prove a finding.
//!
//! They are looked up in a second pass over the file, only after something was found: keeping them during the first
//! pass would cost memory and time for events that are rarely shown.

use std::collections::VecDeque;
use std::path::Path;

use serde::Serialize;
use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::text::Lines;

use crate::reader::{Error, Trace};
use crate::summary::opens_connection;
use crate::summary::{BEFORE_FIRST_STEP, WHOLE_RECORDING};
use socket_dissect::{Dissector, Part};

/// Number of lines shown at the start of a finding.
const FIRST: usize = 9;

/// Number of lines shown at the end of a finding.
const LAST: usize = 3;

/// The events that prove one finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The file; empty until the events are looked up.
    pub file: String,
    /// The first lines.
    pub first: Vec<Line>,
    /// Number of lines omitted between the first and the last.
    #[serde(rename = "left_out")]
    pub omitted: u64,
    /// The last lines.
    pub last: VecDeque<Line>,
    /// The reason why `lines` is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    #[serde(skip)]
    trace: usize,
    #[serde(skip)]
    selector: Selector,
}

/// A line of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Line number, from 1.
    pub line: u64,
    /// The event, as printed by `socket-trace show`.
    pub text: String,
}

/// Selection of the events that prove a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// All events of a socket.
    Socket(SockId),
    /// Reads and writes that carried bytes of a call.
    Call {
        /// The socket of the connection.
        sock: SockId,
        /// Index of the call on the connection.
        number: u64,
    },
    /// Connections opened in a step beyond a limit.
    Opened {
        /// Name of the step.
        step: String,
        /// Number of connections still to skip.
        beyond: u64,
    },
}

impl Evidence {
    /// Creates the evidence of a finding in the trace with this index, to be looked up later.
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

/// Looks up the evidence in `files`, the traces in the order of the comparison.
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
    let mut dissector = Dissector::new(trace.header().side);
    let (mut lines, mut step) = (Lines::new(), None);
    while let Some(event) = trace.next_event()? {
        if let Op::Mark { label, .. } = &event.op {
            step = Some(label.to_string());
        }
        let parts = dissector.observe(&event);
        // The calls are known from the first pass.
        drop(dissector.take_finished());
        for evidence in pending.iter_mut() {
            if evidence.selector.matches(&event, &parts, step.as_deref()) {
                let mut text = String::new();
                lines.push(&event, &mut text);
                evidence.push(Line { line: trace.line(), text: text.trim_end().to_owned() });
            }
        }
    }
    Ok(())
}

impl Selector {
    /// Returns `true` if the event, which is in `step`, is one of the selected.
    fn matches(&mut self, event: &Event, parts: &[Part], step: Option<&str>) -> bool {
        match self {
            Self::Socket(sock) => event.sock == Some(*sock),
            Self::Call { sock, number } => {
                event.sock == Some(*sock) && parts.iter().any(|part| part.call == Some(*number))
            }
            Self::Opened { step: name, beyond } => {
                let in_step =
                    step.map_or(*name == WHOLE_RECORDING || *name == BEFORE_FIRST_STEP, |step| step == name);
                let opened = in_step && opens_connection(event);
                let shown = opened && *beyond == 0;
                *beyond = beyond.saturating_sub(u64::from(opened));
                shown
            }
        }
    }
}
