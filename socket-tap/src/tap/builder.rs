//! Configures and starts a recording.

use std::io;
#[cfg(feature = "file")]
use std::path::Path;
use std::time::Duration;

use super::Tap;
use crate::error::RecordingError;
use crate::format::{Header, Side, executable};
use crate::recorder::sync::thread;
use crate::recorder::{Capacity, Drain, OnError, RawClock, Recorder, Recording, Timeline};
#[cfg(feature = "file")]
use crate::sink::TraceFile;
use crate::sink::{ClosedConnection, OnClose, Sink};

/// Default capacity of the buffers: the number of reads and writes that they hold until the drain thread
/// empties them.
const DEFAULT_EVENTS: usize = 64 * 1024;

/// Default capacity of the buffers for captured payload, in bytes.
const DEFAULT_PAYLOAD: usize = 16 * 1024 * 1024;

/// A builder that configures a recording: its name, its sinks and the size of its buffers.
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
    tcp_info: Option<Duration>,
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
            tcp_info: None,
            sinks,
            on_error: None,
        }
    }

    /// Sets the name and version of the recording program, for the header of the trace. The default is the
    /// name of the executable.
    pub fn program(mut self, program: impl Into<String>) -> Self {
        self.program = Some(program.into());
        self
    }

    /// Captures the first `bytes` bytes of each read, write and datagram, but no more than the payload
    /// capacity of the [buffer](Self::buffer). **Off by default**: payload may contain names, passwords and
    /// tokens. [`TapStream::mask_payload`](crate::TapStream::mask_payload) keeps known
    /// secrets out of it.
    pub fn capture(mut self, bytes: usize) -> Self {
        self.capture = bytes;
        self
    }

    /// Sets the capacity of the buffers. They hold `events` reads, writes and datagrams (32 bytes each, 40
    /// more for a datagram), as many lifecycle events (all other events, such as accept and close), and
    /// `payload` bytes of captured payload. The drain thread empties them every 20 ms, or earlier when one is
    /// half full.
    ///
    /// If a buffer is full, the recorder first drops payload, then reads and writes, and counts them in a gap
    /// event. If there is no capacity for lifecycle events either, it drops new sockets with all their
    /// events, and counts these. A socket that is already in the recording keeps its lifecycle events, up to
    /// nine per open socket. Memory is therefore bounded however slow a sink is, and the program never waits.
    pub fn buffer(mut self, events: usize, payload: usize) -> Self {
        (self.events, self.payload) = (events, payload);
        self
    }

    /// Samples the kernel's state of each open TCP connection at this interval, at least 1 ms, and records it
    /// as a [`TcpInfo`](crate::event::Op::TcpInfo) event. **Off by default.** Linux only; has no effect on
    /// other systems.
    ///
    /// The samples show how a connection's window, round-trip time and losses develop. The close has only
    /// their last values. The recorder's own thread takes the samples, so the program does not wait for
    /// them. A sample that equals the previous one of its connection is not recorded. While a sink is slow,
    /// samples are taken less often.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use socket_tap::{Tap, sink::Memory};
    ///
    /// let tap = Tap::server("shop").tcp_info_every(Duration::from_millis(100)).sink(Memory::new()).start()?;
    /// # std::io::Result::Ok(())
    /// ```
    pub fn tcp_info_every(mut self, interval: Duration) -> Self {
        self.tcp_info = Some(interval);
        self
    }

    /// Adds a sink. A recording may have several.
    pub fn sink(mut self, sink: impl Sink) -> Self {
        self.sinks.push(Box::new(sink));
        self
    }

    /// Adds a trace file at `path`. Needs the feature `file`.
    ///
    /// # Errors
    /// Returns the errors of [`TraceFile::create`]; the message names the file.
    #[cfg(feature = "file")]
    pub fn file(self, path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(self.sink(TraceFile::create(path)?))
    }

    /// Calls `report` for each connection that has closed, about 20 ms after the close, on the recorder's own
    /// thread. Use it for connection metrics, or to log one line per connection. It is not called for a
    /// connection that the tap stopped recording while it was open, or whose events were dropped because the
    /// recorder was overloaded.
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
    /// The callback is a sink: if `report` panics, it is not called again, and [`Tap::finish`] returns an error.
    pub fn on_close(self, report: impl FnMut(&ClosedConnection) + Send + 'static) -> Self {
        self.sink(OnClose::new(report))
    }

    /// Calls `report` when a sink fails and gets no further events, for example because the disk is full. It
    /// is called once per failed sink, on the recorder's own thread. Without a callback, only [`Tap::finish`]
    /// returns such an error.
    ///
    /// ```
    /// use socket_tap::{Tap, sink::Memory};
    ///
    /// let tap = Tap::server("shop").sink(Memory::new()).on_error(|error| eprintln!("shop: {error}")).start()?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// A panic in `report` is caught.
    pub fn on_error(mut self, report: impl Fn(&RecordingError) + Send + 'static) -> Self {
        self.on_error = Some(Box::new(report));
        self
    }

    /// Starts the recording.
    ///
    /// # Errors
    /// Returns an error if the `begin` of a sink fails, if the recorder's thread cannot be started, or if the
    /// [buffer](Self::buffer) is larger than the available address space.
    pub fn start(mut self) -> io::Result<Tap> {
        let clock = RawClock::new();
        let timeline = Timeline::start(clock.clone());
        let capacity = Capacity {
            // The buffer could not hold a larger payload.
            capture: self.capture.min(self.payload),
            events: self.events,
            payload: self.payload,
        };
        if !capacity.is_possible() {
            let why = format!(
                "cannot allocate buffers for {} events and {} bytes of payload; pass smaller values",
                self.events, self.payload
            );
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, why));
        }
        let header = Header {
            program: self.program.unwrap_or_else(executable),
            capture: capacity.capture as u64,
            ..Header::started_at(timeline.start_ns(), self.name, self.side)
        };
        for sink in &mut self.sinks {
            sink.begin(&header).map_err(|error| {
                io::Error::new(error.kind(), format!("cannot record to {}: {error}", sink.name()))
            })?;
        }
        let recording = Recording::new(Recorder::new(clock, timeline.start_ns(), capacity));
        let mut drain = Drain::new(&recording, timeline, self.sinks, self.on_error);
        if let Some(interval) = self.tcp_info {
            drain.sample_every(interval);
        }
        let thread = thread::Builder::new().name("socket-tap".to_owned()).spawn(|| drain.run())?;
        recording.commands().set_drain_thread(thread.thread());
        Ok(Tap(Some(recording)))
    }
}

impl std::fmt::Debug for TapBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sinks: Vec<String> = self.sinks.iter().map(|sink| sink.name()).collect();
        f.debug_struct("TapBuilder").field("name", &self.name).field("sinks", &sinks).finish_non_exhaustive()
    }
}
