//! One trace, read once. What is kept does not grow with the trace's length: sockets that are closed are forgotten.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Serialize, Serializer};
use socket_tap::event::{Event, Op, SockId};
use socket_tap::format::{Header, Side};

use crate::reader::{Ending, Error, Trace};
use crate::skeleton::Skeleton;
use crate::socket::{Kind, Role, Socket, accepted_on};
use crate::step::{Step, Steps};

/// What a trace comes to.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Where it was read from.
    pub source: String,
    /// What the recording is called.
    pub name: String,
    /// Which side recorded.
    pub side: Side,
    /// The program that recorded.
    pub program: String,
    /// Event lines.
    pub events: u64,
    /// Events that the recorder had no room for.
    pub lost: u64,
    /// Connections that are still open.
    pub open: u64,
    /// Why the trace proves nothing; empty for a whole one.
    pub doubts: Vec<Doubt>,
    /// The skeletons of its sockets.
    pub skeletons: BTreeMap<Role, BTreeMap<String, Seen>>,
    /// The counts of its steps.
    pub steps: Vec<Step>,
}

/// Why a trace proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It has no end line.
    CutShort {
        /// Its last line breaks off.
        torn: bool,
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

/// Which sockets had a skeleton.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// How many.
    pub sockets: u64,
    /// One of them, to look for in the trace.
    pub first: SockId,
}

/// Whether a trace may end without an end line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// It must be complete.
    Ended,
    /// It goes on while we read.
    UnderWay,
}

impl Summary {
    /// Reads the whole trace.
    ///
    /// # Errors
    /// When it is not a trace.
    pub fn of(mut trace: Trace, recording: Recording) -> Result<Self, Error> {
        let mut sums = Sums::new(trace.header().side);
        while let Some(event) = trace.next_event()? {
            sums.observe(&event);
        }
        let doubts = doubts(&trace, recording, sums.lost);
        Ok(sums.finish(&trace, doubts))
    }
}

/// Why a trace that has been read proves nothing; its gaps came to `lost` events.
pub(crate) fn doubts(trace: &Trace, recording: Recording, lost: u64) -> Vec<Doubt> {
    let part = (trace.header().since > 0).then_some(Doubt::Part);
    let lossy = (lost > 0).then_some(Doubt::Lossy { lost });
    part.into_iter().chain(ending_doubt(trace, recording)).chain(lossy).collect()
}

fn ending_doubt(trace: &Trace, recording: Recording) -> Option<Doubt> {
    match (trace.ending(), recording) {
        (Ending::Complete(end), _) if end.events != trace.events() => {
            Some(Doubt::Edited { counted: end.events, there: trace.events() })
        }
        (Ending::CutShort { torn }, Recording::Ended) => Some(Doubt::CutShort { torn: *torn }),
        _ => None,
    }
}

/// What a trace has come to so far.
struct Sums {
    side: Side,
    open: HashMap<SockId, Socket>,
    skeletons: BTreeMap<Role, BTreeMap<String, Seen>>,
    steps: Steps,
    lost: u64,
}

impl Sums {
    fn new(side: Side) -> Self {
        let (open, skeletons) = (HashMap::new(), BTreeMap::new());
        Self { side, open, skeletons, steps: Steps::default(), lost: 0 }
    }

    fn observe(&mut self, event: &Event) {
        match &event.op {
            Op::Mark { label } => return self.steps.begin(label),
            Op::Gap(gap) => self.lost = self.lost.saturating_add(gap.events()),
            _ => {}
        }
        if let Some(listener) = accepted_on(event) {
            self.open.entry(listener).or_default().accepts = true;
        }
        if !self.is_beside(event) {
            self.steps.now().observe(event, self.side);
        }
        // What belongs to no socket, and failed accepts, which belong to the listener and leave it as it is.
        if event.sock == 0 || (event.error.is_some() && matches!(event.op, Op::Accept { .. })) {
            return;
        }
        let socket = self.open.entry(event.sock).or_default();
        socket.observe(event);
        if socket.closed.is_some()
            && let Some(socket) = self.open.remove(&event.sock)
        {
            self.steps.now().ended(&socket, self.side);
            self.count(&socket, event.sock);
        }
    }

    /// Whether a step does not count it: an event of a stream above another, through which the same goes as through
    /// the one below, or the `connect` of a datagram socket, which makes no connection.
    fn is_beside(&self, event: &Event) -> bool {
        let kind = self.open.get(&event.sock).map(|socket| socket.kind);
        match event.op {
            Op::Adopt { on, .. } => on.is_some(),
            Op::Connect { .. } if kind == Some(Kind::Datagram) => true,
            _ => kind == Some(Kind::Layer),
        }
    }

    fn count(&mut self, socket: &Socket, sock: SockId) {
        let skeleton = Skeleton::of(socket, self.side).to_string();
        let of_role = self.skeletons.entry(socket.role(self.side)).or_default();
        of_role.entry(skeleton).or_insert(Seen { sockets: 0, first: sock }).sockets += 1;
    }

    fn finish(mut self, trace: &Trace, doubts: Vec<Doubt>) -> Summary {
        let mut open = 0;
        for (sock, socket) in std::mem::take(&mut self.open) {
            // A listener is what it is while it listens, and so is a datagram socket; a connection only once it has ended.
            match socket.role(self.side) {
                Role::Listener | Role::Datagram => self.count(&socket, sock),
                Role::Accepted | Role::Connected | Role::Layer => open += 1,
            }
        }
        let Header { name, side, program, .. } = trace.header().clone();
        Summary {
            source: trace.source().to_owned(),
            name,
            side,
            program,
            events: trace.events(),
            lost: self.lost,
            open,
            doubts,
            skeletons: self.skeletons,
            steps: self.steps.finish(),
        }
    }
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
