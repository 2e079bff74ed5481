//! A sink that keeps the last events in memory, to write them to a file after a failure.

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

/// Maximum number of attempts to lock a mutex while a dump is written, and the pause between two attempts.
/// Other threads hold the locks only briefly. The number is limited because the panicking thread itself may
/// hold the lock.
const LOCK_ATTEMPTS: u32 = 200;
const LOCK_PAUSE: Duration = Duration::from_millis(1);

/// A sink that keeps the last events in memory. On demand, or when the program panics, it writes them to a
/// trace file. So the events before a failure are available without writing a trace all the time. Clones are
/// handles to the same events.
///
/// Such a file, called a dump, is a complete trace with header and end line. The header's `since` is the time
/// of the oldest event in the dump. A gap event at the beginning of the dump counts the earlier events.
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
    /// Lock that is held while a dump is written. Without it, an older dump could replace a newer one at the
    /// same path.
    dumping: Arc<Mutex<()>>,
    /// Id of the drain thread. Empty before the first batch.
    drain: Arc<OnceLock<ThreadId>>,
}

#[derive(Clone, Debug, Default)]
struct EventBuffer {
    header: Option<Header>,
    events: VecDeque<Event>,
    /// Counts of the events that were removed to make room for newer ones. If a gap event is removed, its own
    /// counts are added.
    dropped: Gap,
    streams: OpenStreams,
    /// `true` if the recording has ended.
    ended: bool,
}

impl FlightRecorder {
    /// Creates a flight recorder that keeps the last `events` events. Each takes about 150 bytes, plus its
    /// captured payload.
    #[must_use]
    pub fn new(events: usize) -> Self {
        Self {
            capacity: events.max(1),
            buffer: Arc::default(),
            dumping: Arc::default(),
            drain: Arc::default(),
        }
    }

    /// Writes the buffered events to a trace file that only its owner can read. The recording continues. To
    /// include the latest events, call [`Tap::flush`](crate::Tap::flush) first.
    ///
    /// The file is written under a temporary name and then renamed. So a reader finds either the earlier dump
    /// or the complete new one, even if several threads write dumps at the same time.
    ///
    /// # Errors
    /// Returns an error if the tap has not been started, or if the file cannot be written, for the reasons
    /// listed at [`TraceFile::create`](super::TraceFile::create). The message names the file.
    pub fn dump(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let _dumping = self.dumping.lock().unwrap_or_else(PoisonError::into_inner);
        self.write(path.as_ref())
    }

    /// Writes a dump from a panic hook. Waits for a dump in progress only for a limited time, because it may
    /// be this thread that panicked while writing it.
    pub(super) fn dump_in_hook(&self, path: &Path) -> io::Result<()> {
        let _dumping = lock(&self.dumping)
            .ok_or_else(|| busy("cannot write a dump while another one is being written; try again"))?;
        self.write(path)
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let buffer = lock(&self.buffer)
            .ok_or_else(|| busy("the buffer of the flight recorder is locked; try again"))?
            .clone();
        private_file::replace(path, |out| {
            let mut out = io::BufWriter::with_capacity(64 * 1024, out);
            buffer.write(&mut out)?;
            io::Write::flush(&mut out)
        })
    }

    /// Returns `true` if the current thread is the drain thread. The drain thread cannot wait for the latest
    /// events, because it delivers them itself.
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
            return Err(io::Error::other("the recording has not begun; start the tap first"));
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
        // Locked once for all events of the batch.
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
