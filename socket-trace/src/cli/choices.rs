//! Command-line names for enums of the library.

use clap::ValueEnum;

use crate::compare::grouping::Grouping;
use crate::export::Format;

/// Values of `compare --by`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum GroupingName {
    /// By steps, which programs name with marks; a recording without marks is one step
    Step,
    /// By operations, such as GET /v1/books/{}: for recordings of one API before and after a change
    Operation,
}

impl From<GroupingName> for Grouping {
    fn from(name: GroupingName) -> Self {
        match name {
            GroupingName::Step => Self::Step,
            GroupingName::Operation => Self::Operation,
        }
    }
}

/// Values of `export --to`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FormatName {
    /// Packets for Wireshark and tshark, synthesised from the socket calls
    Pcapng,
    /// qlog events as JSON text sequences (.sqlog), for qvis and other QUIC tools
    Qlog,
    /// One row per event, for spreadsheets, DuckDB and pandas
    Csv,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Pcapng => Self::Pcapng,
            FormatName::Qlog => Self::Qlog,
            FormatName::Csv => Self::Csv,
        }
    }
}
