//! Writes records as a trace file, in the format of socket-tap.

use std::borrow::Cow;
use std::io;
use std::path::Path;
use std::thread;

use socket_tap::event::{self, Addr, Event, Gap, Op, Protocol};
use socket_tap::format::{End, Header, Side, TraceWriter};

use crate::{DropReason, Fate, Record, Records};

/// A writer of a trace file with the packets of a wire. The file is on the same time line as the recordings of both
/// sides' sockets.
///
/// Create it before the wire, because times count from its creation.
///
/// ```no_run
/// // Not run: a doctest can share its process with others, so it cannot enter a namespace.
/// use wire::{Options, Recording, Wire};
///
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let recording = Recording::create("wire.jsonl", "wire", 65_535)?;
/// let mut wire = Wire::start(Options::new())?;
/// let writer = wire.take_records().map(|records| recording.write_all(records));
/// // …
/// wire.finish();
/// if let Some(writer) = writer {
///     println!("{} packets", writer.join()?.events);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Recording {
    trace: TraceWriter,
    /// Time of the start on `CLOCK_MONOTONIC`.
    start: u64,
    capture: usize,
    /// Number of omitted records that are counted in the file.
    omitted: u64,
}

impl Recording {
    /// Creates the file, and writes a header with the name of the recording. `capture` is the maximum number of bytes
    /// that are written of each packet; 0 writes the headers' fields only.
    ///
    /// # Errors
    /// The same as for [`TraceWriter::create`]. The message names the file.
    pub fn create(path: impl AsRef<Path>, name: impl Into<String>, capture: usize) -> io::Result<Self> {
        let mut header = Header::starting_now(name, Side::Wire);
        header.capture = capture as u64;
        let trace = TraceWriter::create(path, &header)?;
        Ok(Self { trace, start: header.monotonic_ns, capture, omitted: 0 })
    }

    /// Writes a record. Records that were omitted before it become a gap event.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written, or if the record's packet was sent before that of the previous one.
    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        let t = record.sent.saturating_sub(self.start);
        self.write_gap(t, record.omitted_before)?;
        let packet = event_packet(record, self.start, self.capture);
        self.trace.write(&Event::new(t, None, Op::Packet(Box::new(packet))))
    }

    /// Writes a mark: the label of the packets that were sent from `time` on, a time of `CLOCK_MONOTONIC` in nanoseconds.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written, or if `time` is before the previous event.
    pub fn mark(&mut self, time: u64, label: impl Into<Cow<'static, str>>) -> io::Result<()> {
        self.trace.write(&Event::new(time.saturating_sub(self.start), None, Op::mark(label)))
    }

    /// Passes everything that was written to the file, so that readers see it.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.trace.flush()
    }

    /// Writes all records on a thread of its own, until the wire ends. Readers of the file see each packet soon.
    #[must_use = "the thread reports whether the file is complete"]
    pub fn write_all(mut self, mut records: Records) -> RecordingThread {
        RecordingThread(thread::spawn(move || {
            while let Some(record) = records.next() {
                self.write(&record)?;
                if records.is_empty() {
                    self.trace.flush()?;
                }
            }
            let missing = records.omitted().saturating_sub(self.omitted);
            let now = socket_tap::monotonic_ns().saturating_sub(self.start);
            self.write_gap(now, missing)?;
            self.finish()
        }))
    }

    /// Writes the end line. Returns the counts of all events.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written.
    pub fn finish(self) -> io::Result<End> {
        self.trace.finish()
    }

    fn write_gap(&mut self, t: u64, packets: u64) -> io::Result<()> {
        if packets == 0 {
            return Ok(());
        }
        self.omitted += packets;
        let mut gap = Gap::default();
        gap.others = packets;
        self.trace.write(&Event::new(t, None, Op::Gap(gap)))
    }
}

/// The thread that writes a [`Recording`].
#[derive(Debug)]
pub struct RecordingThread(thread::JoinHandle<io::Result<End>>);

impl RecordingThread {
    /// Waits until the wire has ended and all its records are written. Returns the counts of all events.
    ///
    /// # Errors
    /// Returns an error if the file could not be written.
    pub fn join(self) -> io::Result<End> {
        self.0
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the thread that writes the recording panicked")))
    }
}

/// Converts a record to the packet of an event. `start` is the time from which the event's times count.
fn event_packet(record: &Record, start: u64, capture: usize) -> event::Packet {
    let mut packet = match &record.packet {
        Ok(packet) if packet.tcp().is_some() => packet.event().with_retransmission(record.is_retransmission),
        Ok(packet) => packet.event(),
        Err(_) => event::Packet::new(
            Addr::Other("unknown".to_owned()),
            Addr::Other("unknown".to_owned()),
            Protocol::from("unparsed"),
        ),
    };
    packet.length = record.bytes.len() as u64;
    if capture > 0 {
        packet = packet.with_data(record.bytes.get(..capture).unwrap_or(&record.bytes));
    }
    let arrived = record.delivered.unwrap_or(record.sent).saturating_sub(start);
    match record.fate {
        Fate::Delivered => packet.delivered(arrived),
        Fate::Duplicated => packet.duplicated(arrived),
        Fate::Dropped(reason) => packet.dropped(match reason {
            DropReason::Loss | DropReason::Rule => event::DropReason::Loss,
            DropReason::Queue => event::DropReason::Queue,
            DropReason::Rejected => event::DropReason::from("rejected"),
        }),
        // The wire ended before the packet's fate was known.
        Fate::Undelivered => packet,
    }
}

#[cfg(test)]
#[path = "recording_tests.rs"]
mod tests;
