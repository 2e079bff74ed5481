//! Exports of recordings to the formats of other tools.
//!
//! A trace is read once, and the export is written at the same time. Memory grows with the number of open
//! connections, never with the length of the trace. The formats of packets and events export one recording after the other;
//! [`har`] and [`perfetto`] export a time line, because they relate both ends of a connection.
//!
//! ```
//! use socket_trace::export::{Export, Format};
//! use socket_trace::reader::Trace;
//!
//! let trace: &[u8] = br#"{"socket_tap":1,"name":"rest","side":"server","program":"p","pid":1,"started":"2026-11-22T15:04:05Z","monotonic_ns":0,"capture":0}
//! {"t":1250,"sock":1,"op":"listen","backlog":1024}
//! {"end":true,"events":1,"lost":0}
//! "#;
//! let mut export = Export::to(Format::Csv, Box::new(std::io::stdout()), "-")?;
//! export.add(&mut Trace::read("rest.jsonl", Box::new(trace))?)?;
//! assert!(export.finish()?.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Layout
//!
//! - [`pcapng`]: packets, for Wireshark
//! - [`qlog`]: events, for QUIC tools
//! - [`har`]: HTTP calls, for browsers
//! - [`perfetto`]: tracks of calls, for Perfetto
//! - [`csv`]: a table, for spreadsheets, `DuckDB` and pandas
//! - `field`: the names of all fields that events have, for qlog, Perfetto and CSV
//! - `fields`: the fields of one event as a flat list, for the same formats
//! - `second_ends`: [`SecondEnds`], the connections of which both ends were recorded
//! - `captured`, `captured_datagrams`: the connections and UDP datagrams whose packets were recorded
//! - `datagram_ends`: the UDP datagrams of which both ends were recorded
//! - `exporter`: the trait that the formats implement

mod captured;
mod captured_datagrams;
pub mod csv;
mod datagram_ends;
mod exporter;
mod field;
mod fields;
pub mod har;
pub mod pcapng;
pub mod perfetto;
pub mod qlog;
mod second_ends;

use std::fmt;
use std::io::{self, BufWriter, Write};

use socket_tap::format::Header;

use exporter::Exporter;
pub use second_ends::SecondEnds;

use crate::reader::parts::are_parts;
use crate::reader::{Error as TraceError, Trace};

/// A format of packets or events, to which recordings are exported one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Packets for Wireshark and tshark, synthesised from the socket calls, or as they were recorded.
    Pcapng,
    /// qlog events as JSON text sequences (.sqlog), for qvis and other QUIC tools.
    Qlog,
    /// A table with one row per event, for spreadsheets, `DuckDB` and pandas.
    Csv,
}

impl Format {
    /// Returns the format of files with this extension, given without the dot.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "pcapng" => Some(Self::Pcapng),
            "sqlog" => Some(Self::Qlog),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// Returns `true` if one file of this format can contain several recordings.
    #[must_use]
    pub fn holds_several(self) -> bool {
        self != Self::Qlog
    }
}

/// Returns `true` if two traces are consecutive files of one rotated recording. `from` is the header of the
/// first trace, and `to` that of the second.
#[must_use]
pub fn continues(from: &Header, to: &Header) -> bool {
    are_parts(from, to) && to.part == from.part.saturating_add(1)
}

/// An export in progress.
pub struct Export {
    exporter: Box<dyn Exporter>,
    /// Header of the trace that was exported last. It shows whether the next trace continues the same rotated
    /// recording.
    last: Option<Header>,
    omitted: SecondEnds,
}

/// Reason why an export failed.
#[derive(Debug)]
pub enum Error {
    /// A trace cannot be read.
    Trace(TraceError),
    /// The export cannot be written.
    Output(io::Error),
}

impl Export {
    /// Starts an export. `name` is the name of the output file as given by the user, for command lines in
    /// notes.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn to(format: Format, out: Box<dyn Write>, name: &str) -> io::Result<Self> {
        let out = BufWriter::with_capacity(1 << 16, out);
        let exporter: Box<dyn Exporter> = match format {
            Format::Pcapng => Box::new(pcapng::PcapNg::new(out, name)?),
            Format::Qlog => Box::new(qlog::Qlog::new(out)),
            Format::Csv => Box::new(csv::Csv::new(out)?),
        };
        Ok(Self { exporter, last: None, omitted: SecondEnds::default() })
    }

    /// Omits the second end of each connection of which both ends were recorded. Called before the traces are added.
    pub fn omit(&mut self, second_ends: SecondEnds) {
        self.omitted = second_ends;
    }

    /// Exports all events of a trace. Consecutive files of a rotated recording are exported as one recording.
    ///
    /// # Errors
    /// The trace cannot be read, or the export cannot be written.
    pub fn add(&mut self, trace: &mut Trace) -> Result<(), Error> {
        let header = trace.header().clone();
        if !self.last.as_ref().is_some_and(|last| continues(last, &header)) {
            self.exporter.begin(&header)?;
        }
        let recording = self.omitted.recording(&header);
        self.last = Some(header);
        while let Some(event) = trace.next_event()? {
            if recording.is_some_and(|recording| self.omitted.contains(recording, &event)) {
                continue;
            }
            self.exporter.event(&event, trace.line())?;
        }
        Ok(())
    }

    /// Completes the export. Returns notes for the user, for example about truncated payload.
    ///
    /// # Errors
    /// The export cannot be written.
    pub fn finish(mut self) -> io::Result<Vec<String>> {
        let mut notes = self.exporter.finish()?;
        match self.omitted.captured() {
            0 => {}
            count => notes.push(format!(
                "connections of which packets were recorded: {count}; each is exported as these packets, without those made \
                 from its socket calls"
            )),
        }
        match self.omitted.connections() {
            0 => {}
            count => notes.push(format!(
                "connections of which both ends were recorded: {count}; each is exported once, from the server's \
                 recording, or from the client's if only that has payload"
            )),
        }
        match self.omitted.captured_datagrams() {
            0 => {}
            count => notes.push(format!(
                "directions between UDP sockets of which packets were recorded: {count}; their datagrams are exported as these \
                 packets"
            )),
        }
        match self.omitted.datagram_directions() {
            0 => {}
            count => notes.push(format!(
                "directions between UDP sockets of which both ends were recorded: {count}; their datagrams are exported once"
            )),
        }
        Ok(notes)
    }
}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export").field("last", &self.last).finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trace(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot write the export: {error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<TraceError> for Error {
    fn from(error: TraceError) -> Self {
        Self::Trace(error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
