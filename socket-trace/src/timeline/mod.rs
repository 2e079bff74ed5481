//! Several recordings on one time line: their events in the order of the clock that all headers name.
//!
//! A `connect` stands where it was made, so it is before the peer's `accept`. All other events stand at their own time,
//! which respects cause and effect: see "Time" in `TRACE.md`. A trace that does not say when a connect was made has it
//! where it returned.
//!
//! # Layout
//!
//! - `begun`: puts each connect where it was made
//! - `source`: one trace of the time line, whole or still growing
//! - `growing`: a file that is being written, as lines
//! - [`connections`]: which sockets are the two ends of one connection
//! - [`seen`]: each event with its connection and what it carried
//! - [`step`]: which named step of its recording an event is in

mod begun;
pub mod connections;
#[cfg(test)]
pub(crate) mod fixture;
mod growing;
pub mod seen;
mod source;
pub mod step;

use std::path::PathBuf;
use std::time::Duration;

use socket_tap::event::Event;
use socket_tap::format::Header;

use crate::reader::{Error, Trace, are_parts};
use begun::Begun;
use source::{Source, State};

/// How often a growing file is looked at. Longer than the recorder's 20 ms, see [`Timeline::wait`].
const LOOK: Duration = Duration::from_millis(50);

/// The events of several recordings of one machine, merged. It holds one event of each trace, and a few thousand while a
/// connect is in progress, whatever their length.
#[derive(Debug)]
pub struct Timeline {
    sources: Vec<Source>,
    begun: Begun,
    recordings: Vec<Recording>,
    zero: u64,
}

/// Who recorded. Several traces are of one recording when that was cut into parts.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What tells it from the others: `rest-server`.
    pub label: String,
    /// What its first trace says of it.
    pub header: Header,
}

/// An event on the time line.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Which of [`Timeline::recordings`] it is of.
    pub recording: usize,
    /// When: nanoseconds since the first recording began. For a connect, when it was made. It never runs back.
    pub at: u64,
    /// What happened.
    pub event: Event,
}

/// What comes next on the time line.
#[derive(Debug)]
pub enum Next {
    /// An event.
    Moment(Moment),
    /// Nothing yet: a trace is still being written.
    Pending,
    /// Nothing any more.
    End,
}

impl Timeline {
    /// Merges traces that are whole.
    #[must_use]
    pub fn of(traces: Vec<Trace>) -> Self {
        Self::new(traces.into_iter().map(Source::whole).collect())
    }

    /// Merges traces that may still be written. Waits until each has a header.
    ///
    /// # Errors
    /// When one cannot be read, or does not begin as a trace does.
    pub fn follow(paths: &[PathBuf]) -> Result<Self, Error> {
        let sources = paths.iter().map(|path| Source::growing(path, || std::thread::sleep(LOOK)));
        Ok(Self::new(sources.collect::<Result<_, Error>>()?))
    }

    fn new(mut sources: Vec<Source>) -> Self {
        let zero = sources.iter().map(|source| source.trace().header().monotonic_ns).min().unwrap_or(0);
        let mut recordings: Vec<Recording> = Vec::new();
        for source in &mut sources {
            let header = source.trace().header().clone();
            let known = recordings.iter().position(|recording| are_parts(&recording.header, &header));
            source.recording = known.unwrap_or(recordings.len());
            if known.is_none() {
                recordings
                    .push(Recording { label: format!("{}-{}", header.name, header.side.name()), header });
            }
        }
        tell_apart(&mut recordings, &sources);
        Self { sources, begun: Begun::default(), recordings, zero }
    }

    /// Who recorded, in the order of the traces.
    #[must_use]
    pub fn recordings(&self) -> &[Recording] {
        &self.recordings
    }

    /// How long after the time line's zero the recording began, in nanoseconds.
    #[must_use]
    pub fn began(&self, recording: &Recording) -> u64 {
        recording.header.monotonic_ns.saturating_sub(self.zero)
    }

    /// The traces, to ask for their ends when all events are read.
    pub fn traces(&self) -> impl Iterator<Item = &Trace> {
        self.sources.iter().map(Source::trace)
    }

    /// How many parts of followed recordings were gone before they could be read.
    #[must_use]
    pub fn missed_parts(&self) -> u64 {
        self.sources.iter().map(Source::missed_parts).sum()
    }

    /// What comes next.
    ///
    /// # Errors
    /// When a trace cannot be read on.
    pub fn next_moment(&mut self) -> Result<Next, Error> {
        loop {
            if let Some(moment) = self.begun.ready() {
                return Ok(Next::Moment(moment));
            }
            match self.next_returned()? {
                Next::Moment(moment) => {
                    if let Some(moment) = self.begun.take(moment) {
                        return Ok(Next::Moment(moment));
                    }
                }
                Next::Pending if self.begun.is_late() => {}
                Next::End if self.begun.end() => {}
                next => return Ok(next),
            }
        }
    }

    /// What comes next in the order in which calls returned.
    fn next_returned(&mut self) -> Result<Next, Error> {
        let (mut first, mut pending) = (None, false);
        for (index, source) in self.sources.iter_mut().enumerate() {
            match source.look_ahead()? {
                // Of two at the same time, the one of the trace that was given first.
                State::Event(at) if first.is_none_or(|(earliest, _)| at < earliest) => {
                    first = Some((at, index));
                }
                State::Event(_) | State::Ended => {}
                State::Pending => pending = true,
            }
        }
        let Some((at, index)) = first else {
            return Ok(if pending { Next::Pending } else { Next::End });
        };
        let Some(source) = self.sources.get_mut(index) else { return Ok(Next::End) };
        if pending && !source.is_settled() {
            return Ok(Next::Pending);
        }
        let (at, recording) = (at.saturating_sub(self.zero), source.recording);
        Ok(source.take().map_or(Next::End, |event| Next::Moment(Moment { recording, at, event })))
    }

    /// Waits a moment for growing files to grow.
    ///
    /// Recorders write every 20 ms, each at its own time, so an event may be in its file before an earlier one of
    /// another recorder is in that one's. With several files an event is therefore kept until one more wait is over.
    /// A recorder that is held up for longer writes too late, and its event comes behind those that were later; who
    /// can have the recorders flushed does that, and says so with [`settle`](Self::settle).
    ///
    /// # Errors
    /// When a file cannot be looked at, or has become shorter.
    pub fn wait(&mut self) -> Result<(), Error> {
        std::thread::sleep(LOOK);
        self.settle()
    }

    /// Whether an event is kept, since an earlier one may still come: of another recording, or a connect.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.begun.is_holding() || self.sources.iter().any(Source::is_ahead)
    }

    /// Since this was called last, all recorders have written what had happened by then.
    ///
    /// # Errors
    /// When a file cannot be looked at, or has become shorter.
    pub fn settle(&mut self) -> Result<(), Error> {
        self.sources.iter_mut().try_for_each(Source::settle)
    }
}

/// Recordings of the same name and side are called by their files.
fn tell_apart(recordings: &mut [Recording], sources: &[Source]) {
    let labels: Vec<String> = recordings.iter().map(|recording| recording.label.clone()).collect();
    for (index, recording) in recordings.iter_mut().enumerate() {
        let is_double = labels.iter().filter(|label| **label == recording.label).count() > 1;
        if is_double && let Some(source) = sources.iter().find(|source| source.recording == index) {
            source.trace().source().clone_into(&mut recording.label);
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
