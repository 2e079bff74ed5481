//! A recording in the formats of other tools.
//!
//! A trace is read once and written as it is read: what is kept grows with the connections that are open, never with
//! the length of the trace.
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
//! - [`pcapng`]: packets, as Wireshark reads them
//! - [`qlog`]: events, as the tools for QUIC read them
//! - [`csv`]: a table, for spreadsheets, `DuckDB` and pandas
//! - `fields`: an event as flat fields, for the last two
//! - `exporter`: the interface that the formats implement

pub mod csv;
mod exporter;
mod fields;
pub mod pcapng;
pub mod qlog;

use std::fmt;
use std::io::{self, BufWriter, Write};

use socket_tap::format::Header;

use exporter::Exporter;

use crate::reader::{Error as TraceError, Trace, are_parts};

/// A format that recordings are exported to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Packets for Wireshark and tshark, synthesised from the socket calls.
    Pcapng,
    /// qlog events as JSON text sequences (.sqlog), for qvis and other tools of QUIC.
    Qlog,
    /// One row per event, for spreadsheets, `DuckDB` and pandas.
    Csv,
}

impl Format {
    /// The format that a file with this extension, without the dot, is expected to have.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "pcapng" => Some(Self::Pcapng),
            "sqlog" => Some(Self::Qlog),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// Whether one file holds several recordings.
    #[must_use]
    pub fn holds_several(self) -> bool {
        self != Self::Qlog
    }
}

/// Whether the recording goes on from one trace to the next.
#[must_use]
pub fn goes_on(from: &Header, to: &Header) -> bool {
    are_parts(from, to) && to.part == from.part.saturating_add(1)
}

/// An export that is under way.
pub struct Export {
    exporter: Box<dyn Exporter>,
    /// The trace that came last.
    last: Option<Header>,
}

/// Why an export ended early.
#[derive(Debug)]
pub enum Error {
    /// A trace cannot be read.
    Trace(TraceError),
    /// The export cannot be written.
    Output(io::Error),
}

impl Export {
    /// Begins an export. `name` is what the user calls the output, for the command lines that are suggested at the end.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn to(format: Format, out: Box<dyn Write>, name: &str) -> io::Result<Self> {
        let out = BufWriter::with_capacity(1 << 16, out);
        let exporter: Box<dyn Exporter> = match format {
            Format::Pcapng => Box::new(pcapng::PcapNg::new(out, name)?),
            Format::Qlog => Box::new(qlog::Qlog::new(out)),
            Format::Csv => Box::new(csv::Csv::new(out)?),
        };
        Ok(Self { exporter, last: None })
    }

    /// Exports a trace. Traces that are parts of one recording are given in their order, and remain one.
    ///
    /// # Errors
    /// When it cannot be read, or the export not written.
    pub fn add(&mut self, trace: &mut Trace) -> Result<(), Error> {
        let header = trace.header().clone();
        if !self.last.as_ref().is_some_and(|last| goes_on(last, &header)) {
            self.exporter.begin(&header)?;
        }
        self.last = Some(header);
        while let Some(event) = trace.next_event()? {
            self.exporter.event(&event, trace.line())?;
        }
        Ok(())
    }

    /// Completes the export. Returns what the user is to know about it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<Vec<String>> {
        self.exporter.finish()
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
