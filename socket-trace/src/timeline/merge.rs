//! Merges several traces into one time line.

use std::path::PathBuf;
use std::time::Duration;

use socket_tap::format::Header;

use super::common_clock::CommonClock;
use super::connect_order::ConnectOrder;
use super::next::Next;
use super::source::{Source, State};
use super::timed_event::TimedEvent;
use crate::pipeline;
use crate::reader::parts::are_parts;
use crate::reader::{Error, Trace};

/// Interval at which the files of recordings in progress are inspected. A recorder writes its events every 20
/// ms, and the interval must be longer: see [`Timeline::wait`].
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The merged events of several recordings made on one machine. Those with the monotonic clock merge exactly; a capture
/// merges by the time of the calendar.
///
/// Memory does not depend on the length of the traces: one event of each trace is kept, and up to a few
/// thousand while a `connect` is in progress.
#[derive(Debug)]
pub struct Timeline {
    sources: Vec<Source>,
    connect_order: ConnectOrder,
    recordings: Vec<Recording>,
    zero: u64,
}

/// A recording on a time line. A recording that was rotated consists of several traces.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Unique label of the recording, such as `rest-server`.
    pub label: String,
    /// Header of the recording's first trace.
    pub header: Header,
    /// Start on the clock of the time line, in nanoseconds.
    start: u64,
}

impl Recording {
    /// Returns a recording on the time line of its own clock.
    #[must_use]
    pub fn new(label: String, header: Header) -> Self {
        let start = header.monotonic_ns;
        Self { label, header, start }
    }
}

impl Timeline {
    /// Merges complete traces, whose recorders no longer write to them.
    #[must_use]
    pub fn of(traces: Vec<Trace>) -> Self {
        Self::new(traces.into_iter().map(Source::whole).collect())
    }

    /// Merges traces to which recorders are possibly still writing. Blocks until each trace has a header.
    ///
    /// # Errors
    /// If a file cannot be read, or does not begin with a trace header.
    pub fn follow(paths: &[PathBuf]) -> Result<Self, Error> {
        let sources = paths.iter().map(|path| Source::growing(path, || std::thread::sleep(POLL_INTERVAL)));
        Ok(Self::new(sources.collect::<Result<_, Error>>()?))
    }

    fn new(mut sources: Vec<Source>) -> Self {
        let clock = CommonClock::of(sources.iter().map(|source| source.trace().header()));
        sources.iter_mut().for_each(|source| source.start = clock.start(source.trace().header()));
        let zero = sources.iter().map(|source| source.start).min().unwrap_or(0);
        let mut recordings: Vec<Recording> = Vec::new();
        for source in &mut sources {
            let header = source.trace().header().clone();
            let known = recordings.iter().position(|recording| are_parts(&recording.header, &header));
            source.recording = known.unwrap_or(recordings.len());
            if known.is_none() {
                recordings.push(Recording { label: label_of(&header), header, start: source.start });
            }
        }
        label_duplicates_by_file(&mut recordings, &sources);
        Self { sources, connect_order: ConnectOrder::default(), recordings, zero }
    }

    /// Returns the recordings, in the order of the traces.
    #[must_use]
    pub fn recordings(&self) -> &[Recording] {
        &self.recordings
    }

    /// Returns the time from the start of the time line to the start of the recording, in nanoseconds.
    #[must_use]
    pub fn began(&self, recording: &Recording) -> u64 {
        recording.start.saturating_sub(self.zero)
    }

    /// Returns the traces. How they end is known once all events are read.
    pub fn traces(&self) -> impl Iterator<Item = &Trace> {
        self.sources.iter().map(Source::trace)
    }

    /// Returns the number of files of rotated recordings that were deleted before they could be read.
    #[must_use]
    pub fn missed_parts(&self) -> u64 {
        self.sources.iter().map(Source::missed_parts).sum()
    }

    /// Returns the next event, or [`Next::Pending`] if a recorder has possibly not written it yet.
    ///
    /// # Errors
    /// If a trace cannot be read.
    pub fn next_or_pending(&mut self) -> Result<Next<TimedEvent>, Error> {
        loop {
            if let Some(timed) = self.connect_order.pop_ready() {
                return Ok(Next::Event(timed));
            }
            match self.next_returned()? {
                Next::Event(timed) => {
                    if let Some(timed) = self.connect_order.push(timed) {
                        return Ok(Next::Event(timed));
                    }
                }
                Next::Pending if self.connect_order.expire() => {}
                Next::End if self.connect_order.finish() => {}
                next => return Ok(next),
            }
        }
    }

    /// Returns the next event in the order in which the socket calls returned.
    fn next_returned(&mut self) -> Result<Next<TimedEvent>, Error> {
        let (mut first, mut pending) = (None, false);
        for (index, source) in self.sources.iter_mut().enumerate() {
            match source.look_ahead()? {
                // Events with equal times keep the order in which the traces were given.
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
        Ok(source.take().map_or(Next::End, |event| Next::Event(TimedEvent { recording, at, event })))
    }

    /// Waits 50 ms for more events in files that recorders are still writing.
    ///
    /// A recorder writes its file every 20 ms. If there are several files, one may therefore lack an event
    /// that is earlier than the newest event in another. So while a file may lack one, events of the other
    /// files are returned only after the next wait. If a recorder is delayed for longer, its events are
    /// returned late and out of order. A caller that can flush the recorders does so, and then calls
    /// [`settle`](Self::settle) instead.
    ///
    /// # Errors
    /// If a file cannot be inspected, or has become shorter.
    pub fn wait(&mut self) -> Result<(), Error> {
        std::thread::sleep(POLL_INTERVAL);
        self.settle()
    }

    /// Returns `true` if an event was read but not returned yet, because an earlier one may still arrive.
    #[must_use]
    pub fn is_holding(&self) -> bool {
        self.connect_order.is_holding() || self.sources.iter().any(Source::is_ahead)
    }

    /// Reports that all recorders were flushed. Called after each flush, instead of [`wait`](Self::wait).
    ///
    /// Events that were in the files at the previous call of `settle` can then be returned, because no
    /// earlier event can follow.
    ///
    /// # Errors
    /// If a file cannot be inspected, or has become shorter.
    pub fn settle(&mut self) -> Result<(), Error> {
        self.sources.iter_mut().try_for_each(Source::settle)
    }
}

impl pipeline::Source for Timeline {
    type Value = TimedEvent;
    type Error = Error;

    fn next(&mut self) -> Result<Option<TimedEvent>, Error> {
        match self.next_or_pending()? {
            Next::Event(timed) => Ok(Some(timed)),
            Next::Pending | Next::End => Ok(None),
        }
    }

    fn size(timed: &TimedEvent) -> usize {
        Trace::size(&timed.event)
    }
}

/// Returns the name and the side, or only one of them if both are the same word.
fn label_of(header: &Header) -> String {
    let (name, side) = (&header.name, header.side.name());
    if name == side { name.clone() } else { format!("{name}-{side}") }
}

/// If several recordings have the same label, because their names and sides are equal, labels each of them
/// with its file name instead.
fn label_duplicates_by_file(recordings: &mut [Recording], sources: &[Source]) {
    let labels: Vec<String> = recordings.iter().map(|recording| recording.label.clone()).collect();
    for (index, recording) in recordings.iter_mut().enumerate() {
        let is_duplicate = labels.iter().filter(|label| **label == recording.label).count() > 1;
        if is_duplicate && let Some(source) = sources.iter().find(|source| source.recording == index) {
            source.trace().source().clone_into(&mut recording.label);
        }
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
