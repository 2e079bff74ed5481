//! The last events, kept for when something goes wrong.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use super::Sink;
use super::open_streams::OpenStreams;
use super::private_file;
use crate::event::{Event, Gap, Op};
use crate::format::{self, End, Header, Line};

/// How often, and how long each time, a dump waits for the events, and for another dump to be written. The drain thread
/// holds the events for microseconds. A thread that panics while it holds them itself must not wait indefinitely.
const LOCK_ATTEMPTS: u32 = 200;
const LOCK_PAUSE: Duration = Duration::from_millis(1);

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
    capacity: usize,
    buffer: Arc<Mutex<EventBuffer>>,
    /// Held while a dump is written, so that of several the last has the latest events.
    dumping: Arc<Mutex<()>>,
    /// The drain thread.
    drain: Arc<OnceLock<ThreadId>>,
}

#[derive(Clone, Debug, Default)]
struct EventBuffer {
    header: Option<Header>,
    events: VecDeque<Event>,
    /// The events that had to go, and what the recorder's own gaps among them say.
    dropped: Gap,
    streams: OpenStreams,
    /// The recording has ended.
    ended: bool,
}

impl FlightRecorder {
    /// Keeps the last `events` events; each takes some 150 bytes, and its payload when payload is asked for.
    #[must_use]
    pub fn new(events: usize) -> Self {
        Self {
            capacity: events.max(1),
            buffer: Arc::default(),
            dumping: Arc::default(),
            drain: Arc::default(),
        }
    }

    /// Writes the kept events to a trace file that only its owner can read; recording continues. Call
    /// [`Tap::flush`](crate::Tap::flush) before, to have all that happened until now.
    ///
    /// The file is written under another name and then renamed, so a reader finds the earlier dump or the complete new
    /// one, also when several threads dump at the same time.
    ///
    /// # Errors
    /// When the recording has not begun, or the file cannot be written, as by
    /// [`TraceFile::create`](super::TraceFile::create); the message names it.
    pub fn dump(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let _dumping = self.dumping.lock().unwrap_or_else(PoisonError::into_inner);
        self.write(path.as_ref())
    }

    /// The same from a panic hook: the thread may have panicked while it dumped, so it does not wait for long.
    pub(super) fn dump_in_hook(&self, path: &Path) -> io::Result<()> {
        let _dumping = lock(&self.dumping).ok_or_else(|| busy("another dump is being written"))?;
        self.write(path)
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let buffer = lock(&self.buffer).ok_or_else(|| busy("the kept events are in use; try again"))?.clone();
        private_file::replace(path, |out| {
            let mut out = io::BufWriter::with_capacity(64 * 1024, out);
            buffer.write(&mut out)?;
            io::Write::flush(&mut out)
        })
    }

    /// Whether this thread feeds it, so that nobody else can hand over what was recorded last.
    pub(crate) fn on_drain_thread(&self) -> bool {
        self.drain.get() == Some(&thread::current().id())
    }
}

fn busy(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::ResourceBusy, why)
}

fn lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    for _ in 0..LOCK_ATTEMPTS {
        match mutex.try_lock() {
            Ok(locked) => return Some(locked),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_PAUSE),
        }
    }
    None
}

impl EventBuffer {
    fn write(&self, out: &mut impl io::Write) -> io::Result<()> {
        let Some(mut header) = self.header.clone() else {
            return Err(io::Error::other("the recording has not begun"));
        };
        let first = self.events.front().map_or(0, |event| event.t);
        let missing = !self.dropped.is_empty();
        if missing {
            header.since = first;
        }
        Line::Header(header).write(out)?;
        if missing {
            let gap = Event { t: first, sock: None, op: Op::Gap(self.dropped), error: None };
            format::write_event(out, &gap)?;
        }
        let mut lost = self.dropped.events();
        for event in &self.events {
            if let Op::Gap(gap) = &event.op {
                lost += gap.events();
            }
            format::write_event(out, event)?;
        }
        let events = self.events.len() as u64 + u64::from(missing);
        Line::End(End { events, lost, open: self.streams.count(), continued: !self.ended }).write(out)
    }

    fn push(&mut self, event: Event, capacity: usize) {
        if self.events.len() == capacity
            && let Some(old) = self.events.pop_front()
        {
            match &old.op {
                Op::Gap(gap) => self.dropped.add(gap),
                op => self.dropped.count(op, old.error.is_some()),
            }
        }
        self.streams.observe(&event);
        self.events.push_back(event);
    }
}

impl Sink for FlightRecorder {
    fn name(&self) -> String {
        "the flight recorder".to_owned()
    }

    fn begin(&mut self, header: &Header) -> io::Result<()> {
        if let Some(mut buffer) = lock(&self.buffer) {
            *buffer = EventBuffer { header: Some(header.clone()), ..EventBuffer::default() };
        }
        Ok(())
    }

    fn events(&mut self, batch: &[Event]) -> io::Result<()> {
        let _ = self.drain.set(thread::current().id());
        // What would be pushed out by later events of the batch is counted, not copied.
        let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        for event in batch {
            buffer.push(event.clone(), self.capacity);
        }
        Ok(())
    }

    fn end(&mut self, _: &End) -> io::Result<()> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner).ended = true;
        Ok(())
    }
}

#[cfg(test)]
impl FlightRecorder {
    pub(super) fn panic_while_holding_the_lock(&self) {
        let _kept = self.buffer.lock().unwrap();
        panic!("boom");
    }
}

#[cfg(test)]
#[path = "flight_tests.rs"]
mod tests;
