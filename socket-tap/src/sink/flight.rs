//! The last events, kept for when something goes wrong.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, TryLockError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::Sink;
use super::file::{open, opens_or_closes};
use crate::event::{Event, Gap, Op};
use crate::format::{self, End, Header, Line};

/// How often, and how long each time, a dump waits for the drain thread to let go of the events. It holds them for
/// microseconds; only a thread that panics while it holds them itself waits in vain, and must not wait for ever.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(1);

/// Keeps the last events in memory, and writes them as a trace file on demand or when the program panics: what led to
/// a failure, without a file that grows. A clone is another handle to the same events.
///
/// The trace is whole by itself, with header and end line, and says what is missing: its `since` tells from when on it
/// has events, and a gap at its beginning counts those that were there before.
///
/// ```
/// use socket_tap::{Tap, sink::FlightRecorder};
///
/// let flight = FlightRecorder::new(10_000);
/// let tap = Tap::server("shop").sink(flight.clone()).start()?;
/// tap.dump_on_panic(&flight, std::env::temp_dir().join("shop-panic.jsonl"));
/// # let directory = std::env::temp_dir().join(format!("flight-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
///
/// tap.mark("something is odd");
/// # tap.finish_blocking()?; // in a program: tap.flush().await
/// flight.dump(directory.join("odd.jsonl"))?;
/// # std::fs::remove_dir_all(&directory)?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Debug)]
pub struct FlightRecorder {
    most: usize,
    kept: Arc<Mutex<Kept>>,
    /// The drain thread.
    drain: Arc<OnceLock<ThreadId>>,
}

#[derive(Clone, Debug, Default)]
struct Kept {
    header: Option<Header>,
    events: VecDeque<Event>,
    /// The events that had to go, and what the recorder's own gaps among them say.
    before: Gap,
    /// Connections that are open now.
    open: u64,
    /// The recording has ended.
    ended: bool,
}

impl FlightRecorder {
    /// Keeps the last `events` events; each takes some 150 bytes, and its payload when payload is asked for.
    #[must_use]
    pub fn new(events: usize) -> Self {
        Self { most: events.max(1), kept: Arc::default(), drain: Arc::default() }
    }

    /// Writes what is kept to a trace file that only its owner can read, and goes on. Call
    /// [`Tap::flush`](crate::Tap::flush) before, to have all that happened until now.
    ///
    /// # Errors
    /// When the recording has not begun, or the file cannot be written; the message names it.
    pub fn dump(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let kept = self.lock().ok_or_else(|| io::Error::other("the kept events are in use"))?.clone();
        let path = path.as_ref();
        let mut out = open(path)?;
        kept.write(&mut out).and_then(|()| out.flush()).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot write the trace {}: {error}", path.display()))
        })
    }

    /// Whether this thread feeds it, so that nobody else can hand over what was recorded last.
    pub(crate) fn on_drain_thread(&self) -> bool {
        self.drain.get() == Some(&thread::current().id())
    }

    fn lock(&self) -> Option<MutexGuard<'_, Kept>> {
        for _ in 0..TRIES {
            match self.kept.try_lock() {
                Ok(kept) => return Some(kept),
                Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            }
        }
        None
    }
}

impl Kept {
    fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        let Some(mut header) = self.header.clone() else {
            return Err(io::Error::other("the recording has not begun"));
        };
        let first = self.events.front().map_or(0, |event| event.t);
        let missing = !self.before.is_empty();
        if missing {
            header.since = first;
        }
        Line::Header(header).write(out)?;
        if missing {
            let gap = Event { t: first, sock: None, op: Op::Gap(self.before), error: None };
            format::write_event(out, &gap)?;
        }
        let mut lost = self.before.events();
        for event in &self.events {
            if let Op::Gap(gap) = &event.op {
                lost += gap.events();
            }
            format::write_event(out, event)?;
        }
        let events = self.events.len() as u64 + u64::from(missing);
        Line::End(End { events, lost, open: self.open, continued: !self.ended }).write(out)
    }

    fn push(&mut self, event: Event, most: usize) {
        if self.events.len() == most
            && let Some(old) = self.events.pop_front()
        {
            match &old.op {
                Op::Gap(gap) => self.before.add(gap),
                op => self.before.count(op, old.error.is_some()),
            }
        }
        self.open = self.open.saturating_add_signed(opens_or_closes(&event));
        self.events.push_back(event);
    }
}

impl Sink for FlightRecorder {
    fn name(&self) -> String {
        "the flight recorder".to_owned()
    }

    fn begin(&mut self, header: &Header) -> io::Result<()> {
        if let Some(mut kept) = self.lock() {
            *kept = Kept { header: Some(header.clone()), ..Kept::default() };
        }
        Ok(())
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        let _ = self.drain.set(thread::current().id());
        // What would be pushed out by later events of the batch is counted, not copied.
        let mut kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for event in batch {
            kept.push(event.clone(), self.most);
        }
        Ok(())
    }

    fn end(&mut self, _: &End) -> io::Result<()> {
        self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner).ended = true;
        Ok(())
    }
}

#[cfg(test)]
#[path = "flight_tests.rs"]
mod tests;
