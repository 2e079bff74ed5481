//! Merges several recordings into one time line, ordered by the monotonic clock that their headers refer to.
//!
//! A `connect` is ordered by its call, so that it precedes the peer's `accept`. All other events are ordered by their
//! own time, which respects cause and effect: see "Time" in `TRACE.md`. A connect without a call time is ordered by
//! its return.
//!
//! # Layout
//!
//! - `call_order`: orders each connect by its call
//! - `source`: one trace of the time line, complete or still growing
//! - `growing`: the complete lines of a growing file
//! - [`connections`]: the two ends of each connection
//! - [`seen`]: each event with its connection, step and data
//! - [`step`]: the named step of each event

mod call_order;
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
use call_order::CallOrder;
use source::{Source, State};

/// Interval at which growing files are polled. Longer than the recorder's 20 ms, see [`Timeline::wait`].
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The merged events of several recordings of one machine. Holds one event per trace, and a few thousand while a
/// connect is in progress, regardless of the length of the traces.
#[derive(Debug)]
pub struct Timeline {
    sources: Vec<Source>,
    order: CallOrder,
    recordings: Vec<Recording>,
    origin: u64,
}

/// A recording. It may consist of several traces, if it was split into parts.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Unique label, such as `rest-server`.
    pub label: String,
    /// Header of its first trace.
    pub header: Header,
}

/// An event on the time line.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Index in [`Timeline::recordings`].
    pub recording: usize,
    /// Time in nanoseconds since the first recording began; for a connect, the time of its call. It never decreases.
    pub at: u64,
    /// The event itself.
    pub event: Event,
}

/// The next item of a time line.
#[derive(Debug)]
pub enum Next {
    /// An event.
    Moment(Moment),
    /// Nothing yet: a trace is still being written.
    Pending,
    /// The end of all traces.
    End,
}

impl Timeline {
    /// Merges complete traces.
    #[must_use]
    pub fn of(traces: Vec<Trace>) -> Self {
        Self::new(traces.into_iter().map(Source::whole).collect())
    }

    /// Merges traces that may still be written. Blocks until each has a header.
    ///
    /// # Errors
    /// A file cannot be read, or does not start as a trace does.
    pub fn follow(paths: &[PathBuf]) -> Result<Self, Error> {
        let sources = paths.iter().map(|path| Source::growing(path, || std::thread::sleep(POLL_INTERVAL)));
        Ok(Self::new(sources.collect::<Result<_, Error>>()?))
    }

    fn new(mut sources: Vec<Source>) -> Self {
        let origin = sources.iter().map(|source| source.trace().header().monotonic_ns).min().unwrap_or(0);
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
        label_by_file(&mut recordings, &sources);
        Self { sources, order: CallOrder::default(), recordings, origin }
    }

    /// Returns the recordings, in the order of the traces.
    #[must_use]
    pub fn recordings(&self) -> &[Recording] {
        &self.recordings
    }

    /// Returns the start of a recording on the time line, in nanoseconds.
    #[must_use]
    pub fn began(&self, recording: &Recording) -> u64 {
        recording.header.monotonic_ns.saturating_sub(self.origin)
    }

    /// Returns the traces. Their [endings](Trace::ending) are valid once all events are read.
    pub fn traces(&self) -> impl Iterator<Item = &Trace> {
        self.sources.iter().map(Source::trace)
    }

    /// Returns the number of parts of followed recordings that were deleted before they could be read.
    #[must_use]
    pub fn missed_parts(&self) -> u64 {
        self.sources.iter().map(Source::missed_parts).sum()
    }

    /// Returns the next event, if there is one yet.
    ///
    /// # Errors
    /// A trace cannot be read further.
    pub fn next_moment(&mut self) -> Result<Next, Error> {
        loop {
            if let Some(moment) = self.order.ready() {
                return Ok(Next::Moment(moment));
            }
            match self.next_returned()? {
                Next::Moment(moment) => {
                    if let Some(moment) = self.order.push(moment) {
                        return Ok(Next::Moment(moment));
                    }
                }
                Next::Pending if self.order.expire() => {}
                Next::End if self.order.end() => {}
                next => return Ok(next),
            }
        }
    }

    /// Returns the next event in the order in which calls returned.
    fn next_returned(&mut self) -> Result<Next, Error> {
        let (mut first, mut pending) = (None, false);
        for (index, source) in self.sources.iter_mut().enumerate() {
            match source.look_ahead()? {
                // If two have the same time, the one of the earlier trace comes first.
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
        let (at, recording) = (at.saturating_sub(self.origin), source.recording);
        Ok(source.take().map_or(Next::End, |event| Next::Moment(Moment { recording, at, event })))
    }

    /// Waits for growing files to grow.
    ///
    /// Recorders write every 20 ms, each on its own schedule, so an event may reach its file before an earlier event
    /// reaches another file. With several files, an event is therefore held until one further wait is over. If a
    /// recorder is delayed for longer than that, its events come out of order. A caller that can flush the recorders
    /// does so instead, and then calls [`settle`](Self::settle).
    ///
    /// # Errors
    /// A file cannot be checked, or has become shorter.
    pub fn wait(&mut self) -> Result<(), Error> {
        std::thread::sleep(POLL_INTERVAL);
        self.settle()
    }

    /// Returns `true` if an event is held because an earlier one may still arrive, from another recording or from a
    /// connect.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.order.is_holding() || self.sources.iter().any(Source::is_ahead)
    }

    /// Declares that since the previous call all recorders have written everything up to that call.
    ///
    /// # Errors
    /// A file cannot be checked, or has become shorter.
    pub fn settle(&mut self) -> Result<(), Error> {
        self.sources.iter_mut().try_for_each(Source::settle)
    }
}

/// Labels recordings of the same name and side with their files.
fn label_by_file(recordings: &mut [Recording], sources: &[Source]) {
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
