//! The handle to a recording.

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use quanta::Clock;
use tokio::sync::oneshot;

use crate::event::Op;
use crate::format::{End, Header, Side, VERSION};
use crate::recorder::{Command, Drain, Keep, Recorder, Timeline};
use crate::sink::{Sink, TraceFile};

/// Reads and writes that fit in the buffers between two rounds of the drain thread, unless told otherwise.
const DEFAULT_EVENTS: usize = 64 * 1024;

/// Bytes of payload that fit, when payload is asked for.
const DEFAULT_PAYLOAD: usize = 16 * 1024 * 1024;

/// A recording that is under way. A clone is another handle to the same one; when the last is dropped the recording
/// is completed as by [`finish`](Self::finish), without a word about how that went.
///
/// # What happens with each sink
///
/// One thread hands everything to the sinks, in the order of time, some 20 ms after it happened. The program under
/// observation never waits for one; when one takes long, the buffers fill, and a gap says what found no room (see
/// [`TapBuilder::buffer`]). All sinks get the same, so a slow one costs the others detail, too.
///
/// A sink that returns an error gets nothing more. That is told once on standard error, the other sinks and the program
/// go on, and [`finish`](Self::finish) returns the first such error. A sink that panics ends the whole recording, but
/// not the program.
///
/// | sink | when it is slow | when it fails | memory |
/// |---|---|---|---|
/// | [`TraceFile`] | the disk holds up the sinks, not the program | full disk, lost directory: recording to it stops | none beside 64 KiB |
/// | [`LiveLines`](crate::sink::LiveLines) | never: what a stopped terminal does not take is left out, and counted | a closed pipe is no error: it falls silent | up to 17 batches of lines |
/// | [`Memory`](crate::sink::Memory) | never | never | grows with the recording: for tests |
/// | [`Broadcast`](crate::sink::Broadcast) | never: slow receivers are told what they missed | never | as many batches as asked for |
/// | [`FlightRecorder`](crate::sink::FlightRecorder) | never: a dump copies first, then writes | never; a dump returns its error | as many events as asked for |
/// | `TracingEvents` (feature `tracing`) | as the subscriber | never | the addresses of open sockets |
#[derive(Clone, Debug)]
pub struct Tap(Option<Arc<Handle>>);

#[derive(Debug)]
struct Handle {
    recorder: Arc<Recorder>,
    /// The drain thread; taken when the handle is dropped.
    thread: Option<JoinHandle<()>>,
}

impl Tap {
    /// Records the side that accepts connections.
    pub fn server(name: impl Into<String>) -> TapBuilder {
        TapBuilder::new(name.into(), Side::Server)
    }

    /// Records the side that connects.
    pub fn client(name: impl Into<String>) -> TapBuilder {
        TapBuilder::new(name.into(), Side::Client)
    }

    /// Records nothing: the same sockets, the same options, no cost but a branch.
    #[must_use]
    pub fn off() -> Self {
        Self(None)
    }

    /// Whether anything is recorded.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Names what follows: a step of a test, a phase of a benchmark.
    pub fn mark(&self, label: impl Into<Cow<'static, str>>) {
        if let Some(recorder) = self.recorder() {
            recorder.milestone(None, Op::Mark { label: label.into() }, None, Keep::IfRoom);
        }
    }

    /// How many streams are open.
    #[must_use]
    pub fn open_streams(&self) -> usize {
        self.recorder().map_or(0, |recorder| recorder.open_streams())
    }

    /// Waits until no stream is open.
    pub async fn idle(&self) {
        if let Some(recorder) = self.recorder() {
            recorder.idle().await;
        }
    }

    /// Waits until the sinks have all that was recorded before.
    pub async fn flush(&self) {
        if let Some(recorder) = self.recorder() {
            let (done, flushed) = oneshot::channel();
            recorder.command(Command::Flush(done));
            // A recording that has ended is as flushed as it will be.
            let _ = flushed.await;
        }
    }

    /// Completes the recording; what happens later is not in it. For a trace that ends with every socket closed, drop
    /// the sockets before.
    ///
    /// # Errors
    /// The first of a sink, also when it came earlier; or that the recording had been finished before.
    pub async fn finish(&self) -> io::Result<End> {
        match self.begin_finish() {
            None => Ok(End::default()),
            Some(finished) => finished.await.unwrap_or_else(|_| Err(ended_already())),
        }
    }

    /// The same, outside of a runtime.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    ///
    /// # Panics
    /// When called within an asynchronous task.
    pub fn finish_blocking(&self) -> io::Result<End> {
        match self.begin_finish() {
            None => Ok(End::default()),
            Some(finished) => finished.blocking_recv().unwrap_or_else(|_| Err(ended_already())),
        }
    }

    fn begin_finish(&self) -> Option<oneshot::Receiver<io::Result<End>>> {
        let recorder = self.recorder()?;
        let (done, finished) = oneshot::channel();
        recorder.command(Command::Finish(done));
        Some(finished)
    }

    pub(crate) fn recorder(&self) -> Option<&Arc<Recorder>> {
        self.0.as_ref().map(|handle| &handle.recorder)
    }
}

fn ended_already() -> io::Error {
    io::Error::other("the recording has ended already")
}

impl Drop for Handle {
    fn drop(&mut self) {
        let (done, _) = oneshot::channel();
        self.recorder.command(Command::Finish(done));
        // The process may be about to end: wait until the last line is written. Not when a sink held the last handle.
        if let Some(thread) = self.thread.take().filter(|drain| drain.thread().id() != thread::current().id())
        {
            let _ = thread.join();
        }
    }
}

/// What to record, and where it goes.
///
/// ```no_run
/// use socket_tap::Tap;
///
/// let tap = Tap::server("shop").file("shop.jsonl")?.start()?;
/// # std::io::Result::Ok(())
/// ```
#[must_use = "nothing is recorded until `start`"]
pub struct TapBuilder {
    name: String,
    side: Side,
    program: Option<String>,
    capture: usize,
    events: usize,
    payload: usize,
    sinks: Vec<Box<dyn Sink>>,
}

impl TapBuilder {
    fn new(name: String, side: Side) -> Self {
        let sinks = Vec::new();
        Self {
            name,
            side,
            program: None,
            capture: 0,
            events: DEFAULT_EVENTS,
            payload: DEFAULT_PAYLOAD,
            sinks,
        }
    }

    /// The program that records, and its version. The executable's name, when not said.
    pub fn program(mut self, program: impl Into<String>) -> Self {
        self.program = Some(program.into());
        self
    }

    /// Keeps the first `bytes` of each read and write. **Off by default**: payload is what people say to each other.
    pub fn capture(mut self, bytes: usize) -> Self {
        self.capture = bytes;
        self
    }

    /// How much is kept until the drain thread comes, every 20 ms or when half is full: `events` reads and writes (32
    /// bytes each, 40 more for a datagram), as many other events, and `payload` bytes of payload. What finds no room is counted and told as a
    /// gap: payload first, then reads and writes. A socket that is made when there is no room even for other events is
    /// left out whole, and counted; one that is in the recording is told to its end, which takes room for at most nine
    /// events for each open socket. So memory is bounded, however long a sink takes, and the program never waits.
    pub fn buffer(mut self, events: usize, payload: usize) -> Self {
        (self.events, self.payload) = (events, payload);
        self
    }

    /// Adds a sink.
    pub fn sink(mut self, sink: impl Sink) -> Self {
        self.sinks.push(Box::new(sink));
        self
    }

    /// Adds a trace file.
    ///
    /// # Errors
    /// When it cannot be created; the message names it.
    pub fn file(self, path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(self.sink(TraceFile::create(path)?))
    }

    /// Begins to record.
    ///
    /// # Errors
    /// When a sink refuses, or no thread can be started.
    pub fn start(mut self) -> io::Result<Tap> {
        let clock = Clock::new();
        let timeline = Timeline::start(clock.clone());
        let header = Header {
            version: VERSION,
            name: self.name,
            side: self.side,
            program: self.program.unwrap_or_else(executable),
            pid: std::process::id(),
            started: humantime::format_rfc3339_nanos(SystemTime::now()).to_string(),
            monotonic_ns: timeline.start_ns(),
            capture: self.capture as u64,
            part: 0,
            since: 0,
        };
        for sink in &mut self.sinks {
            sink.begin(&header).map_err(|error| {
                io::Error::new(error.kind(), format!("cannot record to {}: {error}", sink.name()))
            })?;
        }
        let recorder = Arc::new(Recorder::new(clock, self.capture, self.events, self.payload));
        let drain = Drain::new(Arc::clone(&recorder), timeline, self.sinks);
        let thread = thread::Builder::new().name("socket-tap".to_owned()).spawn(|| drain.run())?;
        Ok(Tap(Some(Arc::new(Handle { recorder, thread: Some(thread) }))))
    }
}

fn executable() -> String {
    let path = std::env::current_exe().ok();
    let name = path.as_deref().and_then(Path::file_name);
    name.map_or_else(|| "unknown".to_owned(), |name| name.to_string_lossy().into_owned())
}

impl std::fmt::Debug for TapBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sinks: Vec<String> = self.sinks.iter().map(|sink| sink.name()).collect();
        f.debug_struct("TapBuilder").field("name", &self.name).field("sinks", &sinks).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "tap_tests.rs"]
mod tests;
