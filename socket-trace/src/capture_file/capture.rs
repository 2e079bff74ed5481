//! The frames of a capture file, of either format.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::error::{Error, Problem};
use super::file_kind::{FileKind, MAGIC};
use super::frame::Frame;
use super::input::Input;
use super::pcap::Pcap;
use super::pcapng::Pcapng;

/// Number of bytes that are read at once.
const BUFFER: usize = 1 << 18;

/// A capture file that is read from its beginning to its end.
#[derive(Debug)]
pub struct Capture {
    format: Format,
}

#[derive(Debug)]
enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

impl Capture {
    /// Opens a capture file; `-` is standard input.
    ///
    /// # Errors
    /// The file cannot be read, is not a capture file, or has a link type that is not supported.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        if path.as_os_str() == "-" {
            return Self::read("standard input", Box::new(BufReader::with_capacity(BUFFER, io::stdin())));
        }
        let source = path.display().to_string();
        match File::open(path) {
            Ok(file) => Self::read(source, Box::new(BufReader::with_capacity(BUFFER, file))),
            Err(error) => Err(Error::new(&source, 0, Problem::Io(error))),
        }
    }

    /// Reads a capture file from any source; `source` is its name in messages.
    ///
    /// # Errors
    /// The same as for [`open`](Self::open).
    pub fn read(source: impl Into<String>, reader: Box<dyn BufRead>) -> Result<Self, Error> {
        let mut input = Input::new(source.into(), reader);
        let mut first = Vec::new();
        match input.read(0, MAGIC, &mut first) {
            Err(Error { problem: Problem::Cut { .. }, .. }) | Ok(()) => {}
            Err(error) => return Err(error),
        }
        let format = match FileKind::of(&first) {
            FileKind::Pcap(order, unit) => Format::Pcap(Pcap::open(input, order, unit)?),
            FileKind::Pcapng => Format::Pcapng(Pcapng::open(input)?),
            FileKind::Other(what) => return Err(input.error(0, Problem::NotCapture(what))),
        };
        Ok(Self { format })
    }

    /// Returns the name of the file.
    #[must_use]
    pub fn source(&self) -> &str {
        match &self.format {
            Format::Pcap(pcap) => pcap.source(),
            Format::Pcapng(pcapng) => pcapng.source(),
        }
    }

    /// Returns the name of the program that wrote the file, if the file has it.
    pub(super) fn program(&self) -> Option<&str> {
        match &self.format {
            Format::Pcap(_) => None,
            Format::Pcapng(pcapng) => pcapng.program(),
        }
    }

    /// Returns the number of packets that the capturing program dropped, as far as the file has reported it.
    pub(super) fn dropped(&self) -> u64 {
        match &self.format {
            Format::Pcap(_) => 0,
            Format::Pcapng(pcapng) => pcapng.dropped(),
        }
    }

    /// Returns the maximum number of bytes that were captured of a frame. 0 for no limit.
    pub(super) fn snap_length(&self) -> usize {
        match &self.format {
            Format::Pcap(pcap) => pcap.snap_length(),
            Format::Pcapng(pcapng) => pcapng.snap_length(),
        }
    }

    /// Returns the next frame, or `None` at the end of the file.
    pub(super) fn next_frame(&mut self) -> Result<Option<Frame<'_>>, Error> {
        match &mut self.format {
            Format::Pcap(pcap) => pcap.next_frame(),
            Format::Pcapng(pcapng) => pcapng.next_frame(),
        }
    }

    /// Returns the error `problem` of the frame at `offset`.
    pub(super) fn error(&self, offset: u64, problem: Problem) -> Error {
        Error::new(self.source(), offset, problem)
    }
}
