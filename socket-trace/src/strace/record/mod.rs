//! Records a program by running strace, and importing its log while it is written.

mod invocation;
mod signals;
mod wall_clock;

use std::io::{self, PipeReader, Read as _};
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::time::Duration;

use super::importer::Importer;
use super::outcome::Imported;
pub use invocation::{Invocation, Program, RecordError};
use signals::Forwarding;
use wall_clock::WallClock;

/// Time without a line after which events are written even if an address is missing.
const IDLE: Duration = Duration::from_millis(100);

/// Maximum length of a line in bytes. A longer one is counted as lost.
const MAX_LINE: usize = 64 << 20;

/// Outcome of a recording.
#[derive(Debug)]
pub struct Recorded {
    /// Outcome of the import.
    pub imported: Imported,
    /// Exit status of strace, which is that of the program if strace started it.
    pub status: ExitStatus,
    /// Messages of strace, if it attached to a process.
    pub messages: String,
}

/// Runs strace and writes the trace until the program ends, or strace is detached from it by SIGINT or SIGTERM.
///
/// `warn_io_uring` is called at once if the program uses `io_uring`, whose calls strace does not see.
///
/// # Errors
/// strace cannot be started, or the trace cannot be written.
pub fn record(
    invocation: &Invocation,
    mut importer: Importer,
    warn_io_uring: impl FnOnce() -> io::Result<()>,
) -> Result<Recorded, RecordError> {
    let (log, writer) = io::pipe().map_err(RecordError::Start)?;
    let mut clock = WallClock::now();
    clock.start(&mut importer);
    let mut child = invocation.start(&writer).map_err(RecordError::Start)?;
    let messages = messages_of(&mut child);
    let attached = invocation.attaches_to();
    let forwarding = Forwarding::begin(&child, attached.is_some()).map_err(RecordError::Start)?;
    // The pipe ends when strace has ended, and this writer is closed.
    let waiting = std::thread::spawn(move || {
        let status = child.wait();
        drop(writer);
        status
    });
    let (sender, chunks) = sync_channel(16);
    let reading = std::thread::spawn(move || read_chunks(log, &sender));
    let imported = import_chunks(&chunks, &mut importer, attached, &mut clock, &forwarding, warn_io_uring);
    // Without a reader, strace would wait indefinitely: the pipe is read to its end, even if the trace cannot be written.
    for _ in chunks {}
    let _ = reading.join();
    let status = waiting.join().unwrap_or_else(|_| Err(io::Error::other("strace was not waited for")));
    imported.map_err(RecordError::Write)?;
    let status = status.map_err(RecordError::Start)?;
    let messages = messages.and_then(|messages| messages.join().ok()).unwrap_or_default();
    Ok(Recorded { imported: importer.finish().map_err(RecordError::Write)?, status, messages })
}

/// Reads strace's messages, if it does not share standard error with the program.
fn messages_of(child: &mut Child) -> Option<std::thread::JoinHandle<String>> {
    let mut stderr = child.stderr.take()?;
    Some(std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stderr.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    }))
}

fn read_chunks(mut log: PipeReader, chunks: &SyncSender<Vec<u8>>) {
    loop {
        let mut chunk = vec![0; 1 << 16];
        match log.read(&mut chunk) {
            Ok(0) => return,
            Ok(length) => chunk.truncate(length),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return,
        }
        if chunks.send(chunk).is_err() {
            return;
        }
    }
}

/// Returns the threads of a process. None if it has ended.
fn threads_of(pid: u32) -> impl Iterator<Item = u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    tasks.filter_map(|task| task.file_name().to_str()?.parse().ok())
}

/// Imports the log until its end. `attached` is the running process to which strace attaches.
fn import_chunks(
    chunks: &Receiver<Vec<u8>>,
    importer: &mut Importer,
    mut attached: Option<u32>,
    clock: &mut WallClock,
    forwarding: &Forwarding,
    warn_io_uring: impl FnOnce() -> io::Result<()>,
) -> io::Result<()> {
    let (mut lines, mut warn_io_uring) = (Lines::default(), Some(warn_io_uring));
    loop {
        let chunk = match chunks.try_recv() {
            Ok(chunk) => chunk,
            Err(TryRecvError::Disconnected) => break,
            Err(TryRecvError::Empty) => {
                importer.flush()?;
                match chunks.recv_timeout(IDLE) {
                    Ok(chunk) => chunk,
                    Err(RecvTimeoutError::Disconnected) => break,
                    Err(RecvTimeoutError::Timeout) => {
                        importer.settle()?;
                        let Some(chunk) = wait(chunks, importer, clock)? else { break };
                        chunk
                    }
                }
            }
        };
        // strace has attached to the threads, and no line is imported yet that shows the end of one.
        if let Some(pid) = attached.take() {
            importer.register_threads(threads_of(pid));
        }
        clock.follow(importer);
        lines.split(&chunk, |line, number| importer.line(line, "strace", number, None))?;
        forwarding.set_processes(importer.running());
        if importer.uses_io_uring()
            && let Some(warn) = warn_io_uring.take()
        {
            warn()?;
        }
    }
    lines.finish(|line, number| importer.line(line, "strace", number, None))
}

/// Waits for the next chunk of the log, or its end. Meanwhile decides the side of a client that is idle, so that its events are
/// written.
fn wait(
    chunks: &Receiver<Vec<u8>>,
    importer: &mut Importer,
    clock: &mut WallClock,
) -> io::Result<Option<Vec<u8>>> {
    loop {
        clock.follow(importer);
        if importer.decide_side()? {
            return Ok(chunks.recv().ok());
        }
        match chunks.recv_timeout(IDLE) {
            Ok(chunk) => return Ok(Some(chunk)),
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Splits chunks of a log into lines.
#[derive(Default)]
struct Lines {
    rest: Vec<u8>,
    number: u64,
}

impl Lines {
    fn split(&mut self, chunk: &[u8], mut line: impl FnMut(&[u8], u64) -> io::Result<()>) -> io::Result<()> {
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            if self.rest.len() < MAX_LINE {
                self.rest.extend_from_slice(part);
            }
            if part.ends_with(b"\n") {
                self.number += 1;
                line(&self.rest, self.number)?;
                self.rest.clear();
            }
        }
        Ok(())
    }

    /// Passes on a last line without a line feed.
    fn finish(self, mut line: impl FnMut(&[u8], u64) -> io::Result<()>) -> io::Result<()> {
        if self.rest.is_empty() { Ok(()) } else { line(&self.rest, self.number + 1) }
    }
}
