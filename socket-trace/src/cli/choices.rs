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
    /// HTTP, GraphQL and gRPC calls and WebSocket messages, for the network panel of a browser
    Har,
    /// A track per process and socket (.pftrace), for https://ui.perfetto.dev
    Perfetto,
    /// One row per event, for spreadsheets, DuckDB and pandas
    Csv,
}

impl FormatName {
    /// Returns the format of files with this extension, given without the dot.
    pub(super) fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "har" => Some(Self::Har),
            "pftrace" | "perfetto-trace" => Some(Self::Perfetto),
            extension => Format::of_extension(extension).map(|format| match format {
                Format::Pcapng => Self::Pcapng,
                Format::Qlog => Self::Qlog,
                Format::Csv => Self::Csv,
            }),
        }
    }

    /// Returns `true` for a format that is no text.
    pub(super) fn is_binary(self) -> bool {
        matches!(self, Self::Pcapng | Self::Perfetto)
    }
}
