//! One trace of a time line, whole or still growing.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use socket_tap::event::Event;
use socket_tap::format::{Header, part_path};

use super::growing::{self, Consumed};
use crate::reader::{Ending, Error, Trace, are_parts};

/// A trace, read one event ahead.
#[derive(Debug)]
pub(super) struct Source {
    /// Which recording it is of.
    pub(super) recording: usize,
    trace: Trace,
    /// The next event, with its time on the machine's clock.
    ahead: Option<(u64, Event)>,
    growing: Option<Growth>,
}

/// What a source has next.
pub(super) enum State {
    /// An event, at that time of the machine's clock.
    Event(u64),
    /// Nothing yet.
    Pending,
    /// Nothing any more.
    Ended,
}

/// How far a growing file is.
#[derive(Debug)]
struct Growth {
    path: PathBuf,
    /// To look at the file's length.
    file: File,
    consumed: Consumed,
    /// The length at the last look, and at the one before it.
    length: u64,
    settled: u64,
    missed_parts: u64,
}

impl Source {
    pub(super) fn whole(trace: Trace) -> Self {
        Self { recording: 0, trace, ahead: None, growing: None }
    }

    /// Calls `wait` as long as the file has no header. Begins with the first part of the recording that is kept.
    pub(super) fn growing(path: &Path, wait: impl Fn()) -> Result<Self, Error> {
        loop {
            if let Some(current) = Growth::open(path)? {
                let (trace, growth) = Growth::oldest(0, current);
                return Ok(Self { recording: 0, trace, ahead: None, growing: Some(growth) });
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
                let at = self.trace.header().monotonic_ns.saturating_add(event.t);
                self.ahead = Some((at, event));
                Ok(State::Event(at))
            }
            Ok(None) => self.ended(),
            Err(error) if is_pending(&error) => Ok(State::Pending),
            Err(error) => Err(error),
        }
    }

    /// The event that [`look_ahead`](Self::look_ahead) found.
    pub(super) fn take(&mut self) -> Option<Event> {
        self.ahead.take().map(|(_, event)| event)
    }

    /// Whether it has an event that nobody took.
    pub(super) fn is_ahead(&self) -> bool {
        self.ahead.is_some()
    }

    /// Whether the event ahead was in the file one wait ago.
    pub(super) fn is_settled(&self) -> bool {
        self.growing.as_ref().is_none_or(|growth| growth.consumed.get() <= growth.settled)
    }

    /// A wait is over.
    pub(super) fn settle(&mut self) -> Result<(), Error> {
        let Some(growth) = &mut self.growing else { return Ok(()) };
        let failed = |error| Error::Io { source: growth.path.display().to_string(), error };
        let length = growth.file.metadata().map_err(failed)?.len();
        if length < growth.consumed.get() {
            return Err(failed(io::Error::other("it was emptied while it was followed; start again")));
        }
        (growth.settled, growth.length) = (growth.length, length);
        Ok(())
    }

    /// The trace is over; the recording may go on in another file of the same name.
    fn ended(&mut self) -> Result<State, Error> {
        let goes_on = matches!(self.trace.ending(), Ending::Complete(end) if end.continued);
        let Some(growth) = self.growing.as_mut().filter(|_| goes_on) else { return Ok(State::Ended) };
        let part = self.trace.header().part;
        let Some((trace, next)) = growth.after(self.trace.header())? else { return Ok(State::Pending) };
        let missed_parts = growth.missed_parts.saturating_add(trace.header().part - part - 1);
        *growth = Growth { missed_parts, ..next };
        self.trace = trace;
        self.look_ahead()
    }
}

impl Growth {
    /// The trace, unless the file has no header yet.
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
    /// The next part of the recording: a full one, when more than one has filled since, or the one that is being written.
    fn after(&self, header: &Header) -> Result<Option<(Trace, Self)>, Error> {
        let current = match Self::open(&self.path) {
            // Between the renaming of the full file and the making of the next one.
            Err(Error::Io { error, .. }) if error.kind() == ErrorKind::NotFound => None,
            opened => opened?.filter(|(trace, _)| trace.header().part > header.part),
        };
        Ok(current.map(|current| Self::oldest(header.part.saturating_add(1), current)))
    }

    /// The oldest part from `first` on that is kept, up to the current one.
    fn oldest(first: u64, (current, growth): (Trace, Self)) -> (Trace, Self) {
        let is_kept = |part: &u64| part_path(&growth.path, *part).is_file();
        let oldest = (first..current.header().part).rev().take_while(is_kept).last();
        // It may be deleted meanwhile.
        let kept = oldest.and_then(|part| Self::open(&part_path(&growth.path, part)).ok().flatten());
        match kept.filter(|(trace, _)| are_parts(trace.header(), current.header())) {
            Some((trace, kept)) => (trace, Self { path: growth.path, ..kept }),
            None => (current, growth),
        }
    }
}

fn is_pending(error: &Error) -> bool {
    matches!(error, Error::Io { error, .. } if error.kind() == ErrorKind::WouldBlock)
}
