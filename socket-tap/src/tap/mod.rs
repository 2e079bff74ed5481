//! The handle to a recording.

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

#[cfg(test)]
mod tests;
