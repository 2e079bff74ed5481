//! The choices for a recording, and its start.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::Tap;
use crate::error::RecordingError;
use crate::format::{Header, Side, Timestamp, VERSION};
use crate::recorder::sync::thread;
use crate::recorder::{Capacity, Drain, OnError, RawClock, Recorder, Recording, Timeline};
#[cfg(feature = "file")]
use crate::sink::TraceFile;
use crate::sink::{ClosedConnection, OnClose, Sink};

/// Reads and writes that fit in the buffers between two rounds of the drain thread, unless told otherwise.
const DEFAULT_EVENTS: usize = 64 * 1024;

/// Bytes of payload that fit, when payload is asked for.
const DEFAULT_PAYLOAD: usize = 16 * 1024 * 1024;

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
    pub(super) fn new(name: String, side: Side) -> Self {
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
