//! The events that show a finding.
//!
//! They are looked up in a second pass over the file, when something was found: to keep them in the first would cost
//! memory and time for what hardly ever is shown.

use std::collections::VecDeque;
use std::path::Path;

use serde::Serialize;
use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::text::Lines;

use crate::reader::{Error, Trace};
use crate::summary::opens_connection;
use crate::summary::{BEFORE_FIRST_STEP, WHOLE_RECORDING};
use socket_dissect::{Dissector, Part};

/// How many lines are shown of a finding: the first, and the last.
const FIRST: usize = 9;
const LAST: usize = 3;

/// The events of one finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// The file; empty while nothing was looked up.
    pub file: String,
    /// The first lines.
    pub first: Vec<Line>,
    /// How many are left out between these and the last.
    pub left_out: u64,
    /// The last lines.
    pub last: VecDeque<Line>,
    /// Why there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    #[serde(skip)]
    trace: usize,
    #[serde(skip)]
    look_for: LookFor,
}

/// A line of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its number, from 1.
    pub line: u64,
    /// The event, as `socket-trace show` prints it.
    pub text: String,
}

/// Which events show a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookFor {
    /// All of a socket.
    Socket(SockId),
    /// Reads and writes that carried some of a call.
    Call {
        /// Its connection.
        sock: SockId,
        /// Which call of the connection.
        number: u64,
    },
    /// The openings of connections in a step, beyond so many.
    Opened {
        /// Its name.
        step: String,
        /// How many are still to be passed over.
        beyond: u64,
    },
}

impl Evidence {
    /// Of a finding in the trace with that index; still to be looked up.
    pub(super) fn wanted(trace: usize, look_for: LookFor) -> Self {
        let (file, first, last) = (String::new(), Vec::new(), VecDeque::new());
        Self { file, first, left_out: 0, last, missing: None, trace, look_for }
    }

    fn push(&mut self, line: Line) {
        if self.first.len() < FIRST {
            return self.first.push(line);
        }
        self.last.push_back(line);
        if self.last.len() > LAST {
            self.last.pop_front();
            self.left_out += 1;
        }
    }
}

/// Looks up evidence in the traces `files`, which are in the order of the comparison.
pub fn look_up<'a>(evidence: impl IntoIterator<Item = &'a mut Evidence>, files: &[impl AsRef<Path>]) {
    let mut evidence: Vec<&mut Evidence> = evidence.into_iter().collect();
    for (index, file) in files.iter().enumerate() {
        let of_file = evidence.iter_mut().filter(|evidence| evidence.trace == index);
        let mut wanted: Vec<&mut Evidence> = of_file.map(|evidence| &mut **evidence).collect();
        if wanted.is_empty() {
            continue;
        }
        let missing = if file.as_ref().as_os_str() == "-" {
            Some("standard input cannot be read a second time: give a file to see the events".to_owned())
        } else {
            in_file(file.as_ref(), &mut wanted).err().map(|error| error.to_string())
        };
        wanted.iter_mut().for_each(|evidence| evidence.missing.clone_from(&missing));
    }
}

fn in_file(file: &Path, wanted: &mut [&mut Evidence]) -> Result<(), Error> {
    let mut trace = Trace::open(file)?;
    wanted.iter_mut().for_each(|evidence| trace.source().clone_into(&mut evidence.file));
    let mut dissector = Dissector::new(trace.header().side);
    let (mut lines, mut step) = (Lines::new(), None);
    while let Some(event) = trace.next_event()? {
        if let Op::Mark { label, .. } = &event.op {
            step = Some(label.to_string());
        }
        let parts = dissector.observe(&event);
        // The calls are known already.
        drop(dissector.take_finished());
        for evidence in wanted.iter_mut() {
            if evidence.look_for.shows(&event, &parts, step.as_deref()) {
                let mut text = String::new();
                lines.push(&event, &mut text);
                evidence.push(Line { line: trace.line(), text: text.trim_end().to_owned() });
            }
        }
    }
    Ok(())
}

impl LookFor {
    /// Whether it is one of the events, which comes in that step.
    fn shows(&mut self, event: &Event, parts: &[Part], step: Option<&str>) -> bool {
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
