//! Converts an strace log to a trace, line by line.

use std::io;
use std::path::Path;

use socket_tap::event::{Event, Op};
use socket_tap::format::{Clock, End, Header, Side};

use super::clock::LogClock;
use super::joined_logs::JoinedLogs;
use super::line::{Content, Line, Stamp};
use super::outcome::{ImportOptions, Imported, Place};
use super::output::{Destination, Output};
use super::payload::PayloadLimit;
use super::tracker::Tracker;

/// Maximum number of unreadable lines whose numbers are reported.
const REPORTED: usize = 5;

/// Value of `capture` in the header if the log does not show how much of a string strace printed.
const UNKNOWN_CAPTURE: u64 = 1 << 20;

/// Converts an strace log to a trace. Memory does not depend on the length of the log.
#[derive(Debug)]
pub struct Importer {
    tracker: Tracker,
    clock: LogClock,
    output: Output,
    options: ImportOptions,
    /// Reading of the wall clock at the beginning of a recording in progress. It is subtracted from the time of each
    /// line. 0 for an import.
    origin: u64,
    /// Time at which the lines were read, as that of the trace. No line is later, whatever the wall clock showed.
    read_at: u64,
    /// Time at which the trace begins. `None` until the first event of an import.
    start: Option<u64>,
    now: u64,
    /// Number of the first process.
    pid: Option<u32>,
    joined_logs: JoinedLogs,
    imported: Imported,
}

impl Importer {
    /// Creates an importer that writes to `destination`.
    #[must_use]
    pub fn new(destination: Destination, options: ImportOptions) -> Self {
        let mut header = Header::new(options.name.clone(), options.side.unwrap_or(Side::Server));
        header.recorder = Some(options.recorder.clone());
        let capture =
            options.capture.map_or(usize::MAX, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
        Self {
            tracker: Tracker::new(PayloadLimit::new(capture)),
            clock: LogClock::default(),
            output: Output::new(destination, header),
            options,
            origin: 0,
            read_at: u64::MAX,
            start: None,
            now: 0,
            pid: None,
            joined_logs: JoinedLogs::default(),
            imported: Imported {
                end: End::default(),
                lines: 0,
                unreadable: 0,
                unreadable_at: Vec::new(),
                io_uring: None,
                lacks_times: false,
                second_log: None,
            },
        }
    }

    /// Sets the beginning of a recording in progress: `realtime` and `monotonic_ns` are readings of the two clocks at the same
    /// moment, in nanoseconds. Called again after a step of the wall clock, with its new reading for the beginning.
    pub fn set_start(&mut self, realtime: u64, monotonic_ns: u64) {
        (self.origin, self.start) = (realtime, Some(0));
        let header = self.output.header();
        (header.monotonic_ns, header.started, header.clock) =
            (monotonic_ns, rfc3339(realtime), Clock::Monotonic);
    }

    /// Sets the time at which the following lines were read, in nanoseconds since the beginning of the recording.
    #[cfg(all(target_os = "linux", feature = "record"))]
    pub(super) fn set_read_at(&mut self, time: u64) {
        self.read_at = time;
    }

    /// Registers the threads of a program that runs when the log begins. Otherwise, one whose first line comes while another
    /// creates a process would seem to be that process.
    #[cfg(all(target_os = "linux", feature = "record"))]
    pub(super) fn register_threads(&mut self, threads: impl Iterator<Item = u32>) {
        for tid in threads {
            let change = self.tracker.processes.sees(tid);
            self.tracker.applies(change, 0);
        }
    }

    /// Decides the side of a program that has made no calls until the time that was [set](Self::set_read_at). Returns `false`
    /// if a later time will decide it.
    #[cfg(all(target_os = "linux", feature = "record"))]
    pub(super) fn decide_side(&mut self) -> io::Result<bool> {
        self.output.decide_side(self.read_at)
    }

    /// Processes the next line of the log, with or without its line feed. `source` names the log, and `number` is that of the
    /// line, from 1. `tid` is the thread if its lines have no number.
    ///
    /// # Errors
    /// Returns an error if the trace cannot be written.
    pub fn line(&mut self, line: &[u8], source: &str, number: u64, tid: Option<u32>) -> io::Result<()> {
        self.imported.lines += 1;
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let was_io_uring = self.tracker.uses_io_uring;
        if self.process(line, tid).is_none() {
            self.loses(source, number);
        }
        if self.tracker.uses_io_uring && !was_io_uring {
            self.imported.io_uring = Some(Place { source: source.to_owned(), line: number });
            self.output.loses_line();
        }
        if self.joined_logs.has_second() && self.imported.second_log.is_none() {
            self.imported.second_log = Some(Place { source: source.to_owned(), line: number });
            self.output.loses_line();
        }
        self.write()
    }

    /// Counts a line that cannot be read.
    pub(super) fn loses(&mut self, source: &str, number: u64) {
        self.output.loses_line();
        self.imported.unreadable += 1;
        if self.imported.unreadable_at.len() < REPORTED {
            self.imported.unreadable_at.push(Place { source: source.to_owned(), line: number });
        }
    }

    /// Processes a line. `None` if it cannot be read.
    fn process(&mut self, line: &[u8], tid: Option<u32>) -> Option<()> {
        let parsed = Line::parse(line)?;
        if tid.is_none() {
            self.joined_logs.follow(line, &parsed);
        }
        if tid.is_some() {
            self.clock.merges_logs();
        }
        let time = self.clock.time(parsed.stamp);
        // Before the first time, there may be messages.
        let is_call = !matches!(parsed.content, Content::Irrelevant);
        self.imported.lacks_times = time.is_none() && (self.imported.lacks_times || is_call);
        let Some(time) = time else { return (!is_call).then_some(()) };
        let time = time.saturating_sub(self.origin).min(self.read_at);
        // The wall clock may step back.
        self.now = self.now.max(time);
        let tid = tid.unwrap_or(parsed.tid);
        if self.pid.is_none() && parsed.stamp != Stamp::None {
            self.pid = Some(tid);
            self.output.header().pid = tid;
        }
        match parsed.content {
            Content::Call(call) => self.tracker.calls(tid, time, call),
            Content::Unfinished { name, arguments } => self.tracker.begins(tid, time, name, arguments),
            Content::Resumed { name, rest } => return self.tracker.resumes(tid, time, name, rest),
            Content::Exited => self.tracker.exits(tid, time),
            Content::Superseded(by) => self.tracker.supersedes(tid, by, time),
            Content::Irrelevant => {}
        }
        Some(())
    }

    /// Writes the events that no later line can precede or complete.
    fn write(&mut self) -> io::Result<()> {
        while let Some(event) = self.tracker.next_event(self.now) {
            self.event(event)?;
        }
        Ok(())
    }

    /// Writes all events, because the log has no further lines for the moment, and passes them on to readers.
    ///
    /// # Errors
    /// Returns an error if the trace cannot be written.
    pub fn settle(&mut self) -> io::Result<()> {
        while let Some(event) = self.tracker.order.take_first() {
            self.event(event)?;
        }
        self.output.flush()
    }

    /// Passes the written events on to readers.
    ///
    /// # Errors
    /// Returns an error if the trace cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }

    /// Returns the process that the log begins with or, once it has ended, the processes that are left.
    #[cfg(all(target_os = "linux", feature = "record"))]
    pub(super) fn running(&self) -> Vec<u32> {
        let Some(first) = self.pid else { return Vec::new() };
        let processes = &self.tracker.processes;
        if processes.has(first) { vec![first] } else { processes.first_threads() }
    }

    /// Returns `true` once a program has set up an `io_uring`.
    #[must_use]
    pub fn uses_io_uring(&self) -> bool {
        self.tracker.uses_io_uring
    }

    fn event(&mut self, mut event: Event) -> io::Result<()> {
        if !self.output.has_begun() {
            self.complete_header(event.t);
            if let Some(side) = self.options.side {
                self.output.begin(side)?;
            }
        }
        let start = self.start.unwrap_or(0);
        event.t = event.t.saturating_sub(start);
        if let Op::Connect { began: Some(began), .. } = &mut event.op {
            *began = began.saturating_sub(start);
        }
        self.output.event(event)
    }

    /// Sets the fields of the header that the log has shown.
    fn complete_header(&mut self, first: u64) {
        let printed = self.tracker.payload.printed.and_then(|printed| u64::try_from(printed).ok());
        let header = self.output.header();
        header.capture = self.options.capture.unwrap_or(printed.unwrap_or(UNKNOWN_CAPTURE));
        if let Some(program) = self.options.program.as_ref().or(self.tracker.program.as_ref()) {
            header.program.clone_from(program);
        }
        if self.start.is_none() {
            self.start = Some(first);
            header.clock = Clock::Realtime;
            if self.clock.is_realtime() {
                (header.monotonic_ns, header.started) = (first, rfc3339(first));
            }
        }
    }

    /// Writes the remaining events and the end line. Writes nothing if the log has lines without times only.
    ///
    /// # Errors
    /// Returns an error if the trace cannot be written.
    pub fn finish(mut self) -> io::Result<Imported> {
        if self.imported.lacks_times {
            return Ok(self.imported);
        }
        self.settle()?;
        self.complete_header(self.now);
        let end = self.now.saturating_sub(self.start.unwrap_or(self.now));
        self.imported.end = self.output.finish(end)?;
        Ok(self.imported)
    }
}

/// Returns a time in nanoseconds since 1970 as in a header.
fn rfc3339(realtime: u64) -> String {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_nanos(realtime);
    humantime::format_rfc3339_nanos(time).to_string()
}

/// Returns the name of a recording from the name of a log: `rest` for `logs/rest.strace`.
#[must_use]
pub fn recording_name(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
#[path = "importer_tests.rs"]
mod tests;
