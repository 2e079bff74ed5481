//! The handle to a recording.

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::oneshot;

use crate::error::RecordingError;
use crate::event::Op;
use crate::format::{End, Header, Side, Timestamp, VERSION};
use crate::recorder::sync::{mpsc, thread};
use crate::recorder::{
    Capacity, Command, Drain, OnError, RawClock, Recorder, Recording, Reply, Stamp, StreamChange, Timeline,
    WhenFull,
};
#[cfg(feature = "file")]
use crate::sink::TraceFile;
use crate::sink::{ClosedConnection, OnClose, Sink};

/// Reads and writes that fit in the buffers between two rounds of the drain thread, unless told otherwise.
const DEFAULT_EVENTS: usize = 64 * 1024;

/// Bytes of payload that fit, when payload is asked for.
const DEFAULT_PAYLOAD: usize = 16 * 1024 * 1024;

/// A recording in progress. A clone is another handle to the same recording.
///
/// Every socket that was made with a tap keeps its recording alive, too. The recording ends with
/// [`finish`](Self::finish) or [`finish_when_idle`](Self::finish_when_idle), or when the last handle and the last socket
/// are dropped. Dropping them never blocks a thread that runs asynchronous tasks, so a program that ends right after
/// that may leave the trace without its end line: call one of the two.
///
/// # What happens with each sink
///
/// One thread hands everything to the sinks, in the order of time, some 20 ms after it happened. The program under
/// observation never waits for one; when one takes long, the buffers fill, and a gap says what found no room (see
/// [`TapBuilder::buffer`]). All sinks get the same, so a slow one costs the others detail, too.
///
/// A sink that returns an error or panics gets nothing more. The other sinks and the program continue,
/// [`TapBuilder::on_error`] is called, and [`finish`](Self::finish) returns the first such error. Nothing is printed.
///
/// | sink | when it is slow | when it fails | memory |
/// |---|---|---|---|
/// | [`TraceFile`] | the disk holds up the sinks, not the program | full disk, lost directory: recording to it stops | none beside 64 KiB |
/// | [`LiveLines`](crate::sink::LiveLines) | never: what a stopped terminal does not take is left out, and counted | a closed pipe is no error: it falls silent | up to 17 batches of lines |
/// | [`Memory`](crate::sink::Memory) | never | never | grows with the recording: for tests |
/// | [`Broadcast`](crate::sink::Broadcast) | never: slow receivers are told what they count_dropped | never | as many batches as asked for |
/// | [`FlightRecorder`](crate::sink::FlightRecorder) | never: a dump copies first, then writes | never; a dump returns its error | as many events as asked for |
/// | `TracingEvents` (feature `tracing`) | as the subscriber | never | the addresses of open sockets |
#[derive(Clone, Debug)]
pub struct Tap(Option<Recording>);

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
        if let Some(recording) = self.recording() {
            let op = Op::Mark { label: label.into() };
            recording.lifecycle_event(None, (op, None), (WhenFull::Drop, StreamChange::None), Stamp::Now);
        }
    }

    /// The number of open streams.
    #[must_use]
    pub fn open_streams(&self) -> usize {
        self.recording().map_or(0, |recording| recording.open_streams())
    }

    /// Waits until no stream is open. Cancel safe.
    pub async fn idle(&self) {
        if let Some(recording) = self.recording() {
            recording.idle().await;
        }
    }

    /// Waits until the sinks have everything that was recorded before. Cancel safe.
    ///
    /// Returns at once on the recorder's own thread, where a sink or [`TapBuilder::on_error`] is called: it would wait for
    /// itself.
    pub async fn flush(&self) {
        if let Some(recording) = self.recording_off_drain_thread() {
            let (done, flushed) = oneshot::channel();
            recording.command(Command::Flush(Reply::Task(done)));
            // A recording that has ended is as flushed as it will be.
            let _ = flushed.await;
        }
    }

    /// The same as [`flush`](Self::flush) on a thread that may block for a moment: up to some milliseconds, or as long as
    /// a slow sink takes.
    pub fn flush_blocking(&self) {
        if let Some(recording) = self.recording_off_drain_thread() {
            let (done, flushed) = mpsc::sync_channel(1);
            recording.command(Command::Flush(Reply::Thread(done)));
            let _ = flushed.recv();
        }
    }

    /// Waits until no stream is open, `within` at most, and completes the recording.
    ///
    /// This is how a server's recording ends: frameworks drop their last connections a moment after they report that they
    /// have stopped, and a client that stays connected must not hold up the program. Streams that are still open then
    /// are counted in [`End::open`].
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use socket_tap::{Tap, TapListener, sink::Memory};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let tap = Tap::server("shop").sink(Memory::new()).start()?;
    /// let listener = TapListener::bind(&tap, "127.0.0.1:0").await?;
    /// // ... serve until Ctrl-C ...
    /// drop(listener);
    /// let end = tap.finish_when_idle(Duration::from_secs(5)).await?;
    /// assert_eq!((end.lost, end.open), (0, 0));
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// It needs no timer of the runtime.
    ///
    /// # Cancel safety
    /// The recording ends also when the future is dropped after its first poll.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    pub async fn finish_when_idle(&self, within: Duration) -> io::Result<End> {
        let deadline = far_from(Instant::now(), within);
        self.finish_by(|reply| Command::FinishWhenIdle(deadline, reply)).await
    }

    /// Completes the recording. What happens later is not in it: each stream that is open counts in [`End::open`].
    ///
    /// # Cancel safety
    /// The recording ends also when the future is dropped after its first poll.
    ///
    /// # Errors
    /// The first error of a sink, also when it came earlier; or that the recording had been finished before.
    /// [`io::ErrorKind::Deadlock`] on the recorder's own thread, where a sink or [`TapBuilder::on_error`] is called; the
    /// recording then continues.
    pub async fn finish(&self) -> io::Result<End> {
        self.finish_by(Command::Finish).await
    }

    async fn finish_by(&self, command: impl FnOnce(Reply<io::Result<End>>) -> Command) -> io::Result<End> {
        let Some(recording) = self.recording() else { return Ok(End::default()) };
        refuse_on_drain_thread(recording)?;
        let (done, finished) = oneshot::channel();
        recording.command(command(Reply::Task(done)));
        finished.await.unwrap_or_else(|_| Err(already_ended()))
    }

    /// The same as [`finish`](Self::finish), on a thread that may block until the sinks have taken everything.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    pub fn finish_blocking(&self) -> io::Result<End> {
        let Some(recording) = self.recording() else { return Ok(End::default()) };
        refuse_on_drain_thread(recording)?;
        let (done, finished) = mpsc::sync_channel(1);
        recording.command(Command::Finish(Reply::Thread(done)));
        finished.recv().unwrap_or_else(|_| Err(already_ended()))
    }

    pub(crate) fn recording(&self) -> Option<&Recording> {
        self.0.as_ref()
    }

    /// The recording, unless this is the thread that would have to answer.
    fn recording_off_drain_thread(&self) -> Option<&Recording> {
        self.recording().filter(|recording| !recording.is_on_drain_thread())
    }
}

/// `within` may be longer than the clock can count.
fn far_from(now: Instant, within: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    now.checked_add(within).unwrap_or(now + YEAR)
}

fn refuse_on_drain_thread(recording: &Recording) -> io::Result<()> {
    if recording.is_on_drain_thread() {
        let why = "a recording cannot be finished on its own thread, by a sink; finish it on another thread";
        return Err(io::Error::new(io::ErrorKind::Deadlock, why));
    }
    Ok(())
}

fn already_ended() -> io::Error {
    io::Error::other("the recording has ended already")
}

/// What to record, and where it goes.
///
/// ```
/// use socket_tap::{Tap, sink::Memory};
///
/// // Or .file("shop.jsonl")?, with the feature `file`.
/// let tap = Tap::server("shop").sink(Memory::new()).start()?;
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
    on_error: Option<OnError>,
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
            on_error: None,
        }
    }

    /// The program that records, and its version. The executable's name, when not said.
    pub fn program(mut self, program: impl Into<String>) -> Self {
        self.program = Some(program.into());
        self
    }

    /// Keeps the first `bytes` of each read and write, at most as many as the payload [buffer](Self::buffer) holds. **Off
    /// by default**: payload holds names, passwords and tokens.
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

    /// Adds a trace file. Needs the feature `file`.
    ///
    /// # Errors
    /// When it cannot be created; the message names it.
    #[cfg(feature = "file")]
    pub fn file(self, path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(self.sink(TraceFile::create(path)?))
    }

    /// CallSlots `report` for each connection that has closed, some 20 ms later, on the recorder's own thread: never on the
    /// thread that serves. For metrics of connections, or a log line for each. A connection that was dropped whole in an
    /// overload, or released, is not reported.
    ///
    /// ```
    /// use socket_tap::Tap;
    ///
    /// let tap = Tap::server("shop")
    ///     .on_close(|closed| {
    ///         let (rx, tx) = (closed.close.totals.rx, closed.close.totals.tx);
    ///         println!("#{} closed after {} ns: {rx} B in, {tx} B out", closed.sock, closed.closed - closed.opened);
    ///     })
    ///     .start()?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// It is a sink: when `report` panics, it is not called again, and [`Tap::finish`] returns that as an error.
    pub fn on_close(self, report: impl FnMut(&ClosedConnection) + Send + 'static) -> Self {
        self.sink(OnClose::new(report))
    }

    /// CallSlots `report` when recording to a sink stops: the disk is full, for example. It is called once for each sink, on
    /// the recorder's own thread. Without it such an error is only returned by [`Tap::finish`].
    ///
    /// ```
    /// use socket_tap::{Tap, sink::Memory};
    ///
    /// let tap = Tap::server("shop").sink(Memory::new()).on_error(|error| eprintln!("shop: {error}")).start()?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// A panic of `report` is caught.
    pub fn on_error(mut self, report: impl Fn(&RecordingError) + Send + 'static) -> Self {
        self.on_error = Some(Box::new(report));
        self
    }

    /// Begins to record.
    ///
    /// # Errors
    /// When a sink refuses, no thread can be started, or no memory can be as large as the [buffer](Self::buffer).
    pub fn start(mut self) -> io::Result<Tap> {
        let clock = RawClock::new();
        let timeline = Timeline::start(clock.clone());
        let capacity = Capacity {
            // More than the buffer holds could never be kept.
            capture: self.capture.min(self.payload),
            events: self.events,
            payload: self.payload,
        };
        if !capacity.is_possible() {
            let why = format!(
                "no memory for a buffer of {} events and {} bytes of payload; pass less",
                self.events, self.payload
            );
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, why));
        }
        let header = Header {
            version: VERSION,
            name: self.name,
            side: self.side,
            program: self.program.unwrap_or_else(executable),
            pid: std::process::id(),
            started: Timestamp(SystemTime::now()).to_string(),
            monotonic_ns: timeline.start_ns(),
            capture: capacity.capture as u64,
            part: 0,
            since: 0,
        };
        for sink in &mut self.sinks {
            sink.begin(&header).map_err(|error| {
                io::Error::new(error.kind(), format!("cannot record to {}: {error}", sink.name()))
            })?;
        }
        let recording = Recording::new(Recorder::new(clock, timeline.start_ns(), capacity));
        let drain = Drain::new(&recording, timeline, self.sinks, self.on_error);
        let thread = thread::Builder::new().name("socket-tap".to_owned()).spawn(|| drain.run())?;
        recording.set_drain_thread(thread.thread());
        Ok(Tap(Some(recording)))
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
mod tests;
