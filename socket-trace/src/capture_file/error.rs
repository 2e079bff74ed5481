//! Reasons why a capture file cannot be read.

use std::fmt;
use std::io;

use super::link::link_type_name;

/// The reason why a capture file cannot be read, or cannot be read further.
#[derive(Debug)]
#[non_exhaustive]
pub struct Error {
    /// Name of the file.
    pub source: String,
    /// Position of the block or record that cannot be read, in bytes from the start of the file.
    pub offset: u64,
    /// The kind of the problem.
    pub problem: Problem,
}

/// A problem of a capture file.
#[derive(Debug)]
#[non_exhaustive]
pub enum Problem {
    /// The file cannot be opened or read.
    Io(io::Error),
    /// The file is of another kind, which the text names, with the remedy.
    NotCapture(&'static str),
    /// The file ends within a block or record.
    Cut {
        /// Number of bytes that the block or record has, as far as known.
        expected: u64,
        /// Number of bytes that are there.
        found: u64,
    },
    /// A field has a value that is not allowed, or that no writer uses.
    Invalid {
        /// Name of the field.
        field: &'static str,
        /// Its value.
        value: u64,
        /// Description of the values that are expected.
        expected: &'static str,
    },
    /// The link type of a pcap file is not supported.
    LinkType(u16),
    /// A packet is earlier than many packets before it, by this number of nanoseconds.
    OutOfOrder(u64),
}

impl Error {
    pub(super) fn new(source: &str, offset: u64, problem: Problem) -> Self {
        Self { source: source.to_owned(), offset, problem }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, offset, problem } = self;
        match problem {
            Problem::Io(error) => write!(f, "cannot read {source}: {error}"),
            Problem::NotCapture(what) => write!(f, "{source} {what}"),
            Problem::Cut { expected, found } if *offset == 0 => {
                write!(
                    f,
                    "{source} is cut off: it ends after {found} B of its header, which has {expected} B"
                )
            }
            Problem::Cut { expected, found } => write!(
                f,
                "{source} is cut off: the {expected} B at byte {offset} end after {found} B; the packets before are \
                 imported"
            ),
            Problem::Invalid { field, value, expected } => write!(
                f,
                "{source}, byte {offset}: {field} is {value}, expected {expected}; the file is damaged, and the packets \
                 before this byte are imported"
            ),
            Problem::LinkType(number) => write!(
                f,
                "{source}: packets of link type {}; expected Ethernet, Linux cooked, raw IP or loopback",
                link_type_name(*number)
            ),
            Problem::OutOfOrder(ns) => write!(
                f,
                "{source}, byte {offset}: the packet is {}.{:03} s earlier than those before; sort the file with \
                 `reordercap IN OUT`, and import the result",
                ns / 1_000_000_000,
                ns / 1_000_000 % 1_000
            ),
        }
    }
}

impl std::error::Error for Error {}
