//! A running recording: starting, marking, flushing and ending it.

mod builder;

use std::borrow::Cow;
use std::io;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::event::Op;
use crate::format::{End, Side};
use crate::recorder::sync::mpsc;
use crate::recorder::{Command, Recording, Reply, Stamp, StreamChange, WhenFull};

pub use builder::TapBuilder;

/// A recording in progress. Clones are handles to the same recording.
///
/// Every socket that was created with a tap also keeps the recording of that tap alive. End the recording
/// with [`finish`](Self::finish) or [`finish_when_idle`](Self::finish_when_idle). The recording also ends
/// when the last handle and the last socket are dropped. But dropping them on a thread that runs asynchronous
/// tasks does not wait for the sinks, so if the program exits soon after, the trace may lack its end line.
///
/// # Sinks
///
/// One thread delivers all events to the sinks, in order of time, about 20 ms after they happened. The
/// program under observation never waits for a sink. While a sink is slow, the buffers fill up; a gap event
/// counts the events that did not fit (see [`TapBuilder::buffer`]). All sinks get the same events, so the
/// events that a slow sink causes to be dropped are missing in all sinks.
///
/// A sink that returns an error or panics gets no further events. The other sinks and the program continue,
/// the callback of [`TapBuilder::on_error`] gets the error, and [`finish`](Self::finish) returns the first
/// such error. Nothing is printed.
///
/// | sink | if it is slow | if it fails | memory |
/// |---|---|---|---|
/// | `TraceFile` (feature `file`) | a slow disk delays all sinks, not the program | if the disk is full or the directory is removed, recording to the file ends | 64 KiB |
/// | [`LiveLines`](crate::sink::LiveLines) | never slow: lines that the terminal does not accept are dropped and counted | a closed pipe is not an error: the sink stops writing | up to 17 batches of lines |
/// | [`Memory`](crate::sink::Memory) | never slow | never fails | grows with the recording; for tests |
/// | [`Broadcast`](crate::sink::Broadcast) | never slow: slow subscribers are notified of missed events | never fails | the given number of batches |
/// | [`FlightRecorder`](crate::sink::FlightRecorder) | never slow: a dump copies the events before it writes | never fails; a dump returns its error | the given number of events |
/// | `TracingEvents` (feature `tracing`) | as slow as the subscriber | never fails | the addresses of open sockets |
#[derive(Clone, Debug)]
pub struct Tap(Option<Recording>);

impl Tap {
    /// Starts building a recording of a program that accepts connections. `name` is the name of the
    /// recording.
    pub fn server(name: impl Into<String>) -> TapBuilder {
        TapBuilder::new(name.into(), Side::Server)
    }

    /// Starts building a recording of a program that connects to servers. `name` is the name of the
    /// recording.
    pub fn client(name: impl Into<String>) -> TapBuilder {
        TapBuilder::new(name.into(), Side::Client)
    }

    /// Creates a tap that records nothing. Sockets behave in the same way as with a recording; the only cost
    /// is a branch per socket call.
    #[must_use]
    pub fn off() -> Self {
        Self(None)
    }

    /// Returns `true` if this tap records, and `false` if it was created with [`off`](Self::off).
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// Records a [mark](Op::Mark): a label for the events that follow. It can name a step of a test or a
    /// phase of a benchmark.
    pub fn mark(&self, label: impl Into<Cow<'static, str>>) {
        if let Some(recording) = self.recording() {
            let op = Op::Mark { label: label.into() };
            recording.lifecycle_event(None, (op, None), (WhenFull::Drop, StreamChange::None), Stamp::Now);
        }
    }

    /// Returns the number of open streams of this recording. Listeners and datagram sockets do not count.
    #[must_use]
    pub fn open_streams(&self) -> usize {
        self.recording().map_or(0, |recording| recording.open_streams())
    }

    /// Waits until no stream of this recording is open.
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    pub async fn idle(&self) {
        if let Some(recording) = self.recording() {
            recording.idle().await;
        }
    }

    /// Waits until the sinks have received every event that was recorded before this call.
    ///
    /// On the recorder's own thread, which runs the sinks and the callback of [`TapBuilder::on_error`], this
    /// method returns without waiting, because the thread would otherwise wait for itself.
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    pub async fn flush(&self) {
        if let Some(recording) = self.recording_off_drain_thread() {
            let (done, flushed) = oneshot::channel();
            recording.commands().send(Command::Flush(Reply::Task(done)));
            // A recording that has ended drops the reply: its sinks have everything.
            let _ = flushed.await;
        }
    }

    /// Blocking variant of [`flush`](Self::flush). It blocks the thread for some milliseconds, or longer if a
    /// sink is slow.
    pub fn flush_blocking(&self) {
        if let Some(recording) = self.recording_off_drain_thread() {
            let (done, flushed) = mpsc::sync_channel(1);
            recording.commands().send(Command::Flush(Reply::Thread(done)));
            let _ = flushed.recv();
        }
    }

    /// Waits until no stream is open, but no longer than `within`, and then ends the recording.
    ///
    /// Use this method to end a server's recording. Frameworks return from their shutdown a moment before
    /// they drop the last connections. A client that stays connected delays the end by at most `within`.
    /// [`End::open`] is the number of streams that were still open.
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
    /// This method needs no timer of the runtime.
    ///
    /// # Cancel safety
    /// The recording ends even if the future is dropped after its first poll.
    ///
    /// # Errors
    /// Returns the same errors as [`finish`](Self::finish).
    pub async fn finish_when_idle(&self, within: Duration) -> io::Result<End> {
        let deadline = far_from(Instant::now(), within);
        self.finish_by(|reply| Command::FinishWhenIdle(deadline, reply)).await
    }

    /// Ends the recording. Later events are not recorded. [`End::open`] is the number of streams that were
    /// still open.
    ///
    /// # Cancel safety
    /// The recording ends even if the future is dropped after its first poll.
    ///
    /// # Errors
    /// Returns the first error of a sink, even if it happened earlier, or an error if the recording has
    /// already ended. On the recorder's own thread, which runs the sinks and the callback of
    /// [`TapBuilder::on_error`], returns [`io::ErrorKind::Deadlock`], and the recording continues.
    pub async fn finish(&self) -> io::Result<End> {
        self.finish_by(Command::Finish).await
    }

    async fn finish_by(&self, command: impl FnOnce(Reply<io::Result<End>>) -> Command) -> io::Result<End> {
        let Some(recording) = self.recording() else { return Ok(End::default()) };
        refuse_on_drain_thread(recording)?;
        let (done, finished) = oneshot::channel();
        recording.commands().send(command(Reply::Task(done)));
        finished.await.unwrap_or_else(|_| Err(already_ended()))
    }

    /// Blocking variant of [`finish`](Self::finish). It blocks the thread until the sinks have received all
    /// events.
    ///
    /// # Errors
    /// Returns the same errors as [`finish`](Self::finish).
    pub fn finish_blocking(&self) -> io::Result<End> {
        let Some(recording) = self.recording() else { return Ok(End::default()) };
        refuse_on_drain_thread(recording)?;
        let (done, finished) = mpsc::sync_channel(1);
        recording.commands().send(Command::Finish(Reply::Thread(done)));
        finished.recv().unwrap_or_else(|_| Err(already_ended()))
    }

    pub(crate) fn recording(&self) -> Option<&Recording> {
        self.0.as_ref()
    }

    /// Returns the recording. Returns `None` if the tap is off, or on the recording's drain thread, which
    /// must not wait for itself.
    fn recording_off_drain_thread(&self) -> Option<&Recording> {
        self.recording().filter(|recording| !recording.commands().is_on_drain_thread())
    }
}

/// Returns the time that is `within` after `now`. If [`Instant`] cannot represent that time, returns the time
/// a year after `now`.
fn far_from(now: Instant, within: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    now.checked_add(within).unwrap_or(now + YEAR)
}

fn refuse_on_drain_thread(recording: &Recording) -> io::Result<()> {
    if recording.commands().is_on_drain_thread() {
        let why = "cannot finish the recording on the recorder's own thread, which runs the sinks; call finish on another thread";
        return Err(io::Error::new(io::ErrorKind::Deadlock, why));
    }
    Ok(())
}

fn already_ended() -> io::Error {
    io::Error::other("the recording has already ended")
}

#[cfg(test)]
mod tests;
