//! One trace of a time line, to which a recorder is possibly still writing.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use socket_tap::event::Event;
use socket_tap::format::{Header, part_path};

use super::growing::{self, Consumed};
use crate::reader::parts::are_parts;
use crate::reader::{Ending, Error, Trace};

/// A trace of which one event is read in advance.
#[derive(Debug)]
pub(super) struct Source {
    /// Index of the recording to which the trace belongs.
    pub(super) recording: usize,
    /// Start of the recording on the clock of the time line, in nanoseconds.
    pub(super) start: u64,
    trace: Trace,
    /// Time on the machine's clock, in nanoseconds, and the event that was read in advance.
    ahead: Option<(u64, Event)>,
    growing: Option<Growth>,
}

/// State of a trace: the next event is available, the next event may follow later, or the trace has ended.
pub(super) enum State {
    /// The next event is available. The value is its time on the machine's clock, in nanoseconds.
    Event(u64),
    /// No event yet, because a recorder is possibly still writing to the file.
    Pending,
    /// The end of the trace.
    Ended,
}

/// Length of a file that a recorder is still writing, and the position up to which the file was read.
#[derive(Debug)]
struct Growth {
    path: PathBuf,
    /// Handle used to query the length of the file.
    file: File,
    consumed: Consumed,
    /// Length of the file at the last call of [`Source::settle`].
    length: u64,
    /// Length of the file at the second to last call of [`Source::settle`]. Events up to this length can be
    /// returned, because no earlier event can follow in another file.
    settled: u64,
    missed_parts: u64,
}

impl Source {
    pub(super) fn whole(trace: Trace) -> Self {
        Self { recording: 0, start: 0, trace, ahead: None, growing: None }
    }

    /// Opens a trace that a recorder is still writing. If the recording was rotated, opens the first file
    /// that still exists. Calls `wait` repeatedly until the file has a header.
    pub(super) fn growing(path: &Path, wait: impl Fn()) -> Result<Self, Error> {
        loop {
            if let Some(current) = Growth::open(path)? {
                let (trace, growth) = Growth::oldest(0, current);
                return Ok(Self { recording: 0, start: 0, trace, ahead: None, growing: Some(growth) });
            }
            wait();
        }
    }

    pub(super) fn trace(&self) -> &Trace {
        &self.trace
    }

    pub(super) fn missed_parts(&self) -> u64 {
        self.growing.as_ref().map_or(0, |growth| growth.missed_parts)
    }

    pub(super) fn look_ahead(&mut self) -> Result<State, Error> {
        if let Some((at, _)) = self.ahead {
            return Ok(State::Event(at));
        }
        match self.trace.next_event() {
            Ok(Some(event)) => {
                let at = self.start.saturating_add(event.t);
                self.ahead = Some((at, event));
                Ok(State::Event(at))
            }
            Ok(None) => self.ended(),
            Err(error) if is_pending(&error) => Ok(State::Pending),
            Err(error) => Err(error),
        }
    }

    /// Removes and returns the event that [`look_ahead`](Self::look_ahead) has read.
    pub(super) fn take(&mut self) -> Option<Event> {
        self.ahead.take().map(|(_, event)| event)
    }

    /// Returns `true` if an event has been read in advance.
    pub(super) fn is_ahead(&self) -> bool {
        self.ahead.is_some()
    }

    /// Returns `true` if the event read in advance is within the first [`Growth::settled`] bytes of the file.
    /// Also returns `true` if no recorder writes to the file.
    pub(super) fn is_settled(&self) -> bool {
        self.growing.as_ref().is_none_or(|growth| growth.consumed.load(Ordering::Relaxed) <= growth.settled)
    }

    /// Stores the current length of the file as `length`, and the previous `length` as `settled`. Does
    /// nothing if no recorder writes to the file.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        let Some(growth) = &mut self.growing else { return Ok(()) };
        let failed = |error| Error::Io { source: growth.path.display().to_string(), error };
        let length = growth.file.metadata().map_err(failed)?.len();
        if length < growth.consumed.load(Ordering::Relaxed) {
            return Err(failed(io::Error::other(
                "the file was truncated while it was followed; start again",
            )));
        }
        (growth.settled, growth.length) = (growth.length, length);
        Ok(())
    }

    /// Continues with the next file of a rotated recording after the end of a trace, if there is one.
    fn ended(&mut self) -> Result<State, Error> {
        let continues = matches!(self.trace.ending(), Ending::Complete(end) if end.continued);
        let Some(growth) = self.growing.as_mut().filter(|_| continues) else { return Ok(State::Ended) };
        let part = self.trace.header().part;
        let Some((trace, next)) = growth.after(self.trace.header())? else { return Ok(State::Pending) };
        let missed_parts = growth.missed_parts.saturating_add(trace.header().part - part - 1);
        *growth = Growth { missed_parts, ..next };
        self.trace = trace;
        self.look_ahead()
    }
}

impl Growth {
    /// Opens a trace that a recorder is still writing. `None` if the file has no header yet.
    fn open(path: &Path) -> Result<Option<(Trace, Self)>, Error> {
        let source = path.display().to_string();
        let failed = |error| Error::Io { source: source.clone(), error };
        let file = File::open(path).map_err(failed)?;
        let (lines, consumed) = growing::lines(file.try_clone().map_err(failed)?);
        match Trace::read(source, Box::new(lines)) {
            Ok(trace) => {
                let path = path.to_owned();
                let growth = Self { path, file, consumed, length: 0, settled: 0, missed_parts: 0 };
                Ok(Some((trace, growth)))
            }
            Err(error) if is_pending(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Growth {
    /// Returns the file of a rotated recording that follows the file with `header`: the oldest later file
    /// that is complete and still exists, or else the current file. `None` if there is no later file yet.
    fn after(&self, header: &Header) -> Result<Option<(Trace, Self)>, Error> {
        let current = match Self::open(&self.path) {
            // The full file was renamed, and the next one does not exist yet.
            Err(Error::Io { error, .. }) if error.kind() == ErrorKind::NotFound => None,
            opened => opened?.filter(|(trace, _)| trace.header().part > header.part),
        };
        Ok(current.map(|current| Self::oldest(header.part.saturating_add(1), current)))
    }

    /// Returns the oldest complete file that still exists and whose number is at least `first`. If there is
    /// none, returns the current file.
    fn oldest(first: u64, (current, growth): (Trace, Self)) -> (Trace, Self) {
        let is_kept = |part: &u64| part_path(&growth.path, *part).is_file();
        let oldest = (first..current.header().part).rev().take_while(is_kept).last();
        // The part may have been deleted in the meantime.
        let kept = oldest.and_then(|part| Self::open(&part_path(&growth.path, part)).ok().flatten());
        let is_oldest = |(trace, _): &(Trace, Self)| {
            Some(trace.header().part) == oldest && are_parts(trace.header(), current.header())
        };
        match kept.filter(is_oldest) {
            Some((trace, kept)) => (trace, Self { path: growth.path, ..kept }),
            None => (current, growth),
        }
    }
}

fn is_pending(error: &Error) -> bool {
    matches!(error, Error::Io { error, .. } if error.kind() == ErrorKind::WouldBlock)
}
