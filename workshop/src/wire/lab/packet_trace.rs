//! The recording of the packets: a thread writes them to a trace file while the network runs.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use socket_tap::format::End;
use socket_tap::monotonic_ns;
use tokio::sync::mpsc;
use wire::{Record, Recording, Records};

use crate::recordings::TraceFiles;

/// Name of the recording, and of its file without extension.
const NAME: &str = "wire";

/// A recording of packets in progress.
#[derive(Debug)]
pub struct PacketTrace {
    path: PathBuf,
    marks: mpsc::UnboundedSender<Mark>,
    thread: JoinHandle<io::Result<End>>,
}

/// The beginning of a step.
#[derive(Debug)]
struct Mark {
    /// Time on the monotonic clock, in nanoseconds.
    time: u64,
    label: String,
}

impl PacketTrace {
    /// Starts the recording `wire.jsonl` in the directory of `files`.
    ///
    /// # Errors
    /// If the file cannot be created or the thread cannot be started.
    pub fn start(records: Records, files: &TraceFiles) -> io::Result<Self> {
        let path = path(&files.directory);
        let recording = Recording::create(&path, NAME, files.capture)?;
        let (marks, received) = mpsc::unbounded_channel();
        let recorder = Recorder { recording, pending: VecDeque::new() };
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let thread = thread::Builder::new()
            .name("wire-trace".to_owned())
            .spawn(move || runtime.block_on(recorder.run(records, received)))?;
        Ok(Self { path, marks, thread })
    }

    /// Returns the path of the trace file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins a named step: it contains the packets that are sent from now on.
    pub fn mark(&self, label: impl Into<String>) {
        // The receiver is gone only if the file could not be written, which `finish` reports.
        let _ = self.marks.send(Mark { time: monotonic_ns(), label: label.into() });
    }

    /// Waits until the network has ended, and writes the end of the file.
    ///
    /// # Errors
    /// If the trace could not be written completely.
    pub fn finish(self) -> io::Result<End> {
        drop(self.marks);
        self.thread
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the thread that writes packets panicked")))
    }
}

/// Returns the path of the recording of packets in a directory.
#[must_use]
pub fn path(directory: &Path) -> PathBuf {
    directory.join(NAME).with_extension("jsonl")
}

/// Writes packets and marks in the order of time.
struct Recorder {
    recording: Recording,
    /// Marks whose place is not known yet: a packet that was sent earlier may still be in flight, without a record.
    pending: VecDeque<Mark>,
}

impl Recorder {
    async fn run(
        mut self,
        mut records: Records,
        mut marks: mpsc::UnboundedReceiver<Mark>,
    ) -> io::Result<End> {
        loop {
            tokio::select! {
                biased;
                Some(mark) = marks.recv() => self.pending.push_back(mark),
                record = records.recv() => match record {
                    Some(record) => self.packet(&record, records.is_empty())?,
                    None => break,
                },
            }
        }
        while let Ok(mark) = marks.try_recv() {
            self.pending.push_back(mark);
        }
        self.marks_until(u64::MAX)?;
        self.recording.finish()
    }

    fn packet(&mut self, record: &Record, is_last: bool) -> io::Result<()> {
        self.marks_until(record.sent)?;
        self.recording.write(record)?;
        if is_last { self.recording.flush() } else { Ok(()) }
    }

    /// Writes the marks of steps that began up to the given time.
    fn marks_until(&mut self, time: u64) -> io::Result<()> {
        while self.pending.front().is_some_and(|mark| mark.time <= time) {
            if let Some(mark) = self.pending.pop_front() {
                self.recording.mark(mark.time, mark.label)?;
            }
        }
        Ok(())
    }
}
