//! Command-line flags for the assertions of `socket-trace compare`.

use clap::{Args, ValueEnum};

use crate::assertion::{Assertion, Measure};

/// The assertions given on the command line
#[derive(Debug, Args)]
#[command(
    next_help_heading = "Assertions on one or more traces; a failed assertion is shown with the events that violate it"
)]
pub(super) struct Asserted {
    /// Properties of the traces; may be repeated, or separated by commas
    #[arg(long = "assert", value_name = "PROPERTY", value_delimiter = ',')]
    properties: Vec<Property>,
    /// Each step opens at most N connections; without steps, the whole recording
    #[arg(long, value_name = "N")]
    max_connections: Option<u64>,
    /// Each call takes at most N reads of the recorded side
    #[arg(long, value_name = "N")]
    max_reads_per_call: Option<u64>,
    /// Each call takes at most N writes of the recorded side
    #[arg(long, value_name = "N")]
    max_writes_per_call: Option<u64>,
    /// Each call takes at most N bytes, request and response together
    #[arg(long, value_name = "N")]
    max_bytes_per_call: Option<u64>,
    /// Each response begins at most MS milliseconds after the first byte of its request
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    max_first_byte: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Property {
    /// All traces show the same call patterns, such as connect, write, read, close
    SamePrimitives,
    /// Each connection ends without a reset, an error or an abort
    CleanEnds,
}

impl Asserted {
    /// Returns `true` if one of the given assertions, `same-primitives`, needs at least two traces.
    pub(super) fn compares(&self) -> bool {
        self.properties.contains(&Property::SamePrimitives)
    }

    pub(super) fn all(&self) -> Vec<Assertion> {
        let properties = self.properties.iter().map(|property| match property {
            Property::SamePrimitives => Assertion::SamePrimitives,
            Property::CleanEnds => Assertion::CleanEnds,
        });
        let limits = [
            (Measure::Connections, self.max_connections),
            (Measure::ReadsPerCall, self.max_reads_per_call),
            (Measure::WritesPerCall, self.max_writes_per_call),
            (Measure::BytesPerCall, self.max_bytes_per_call),
            (Measure::FirstByte, self.max_first_byte),
        ];
        let limits = limits.into_iter().filter_map(|(measure, limit)| Some(Assertion::Max(measure, limit?)));
        properties.chain(limits).collect()
    }
}

/// Parses a number of milliseconds, and returns it in nanoseconds.
fn milliseconds(text: &str) -> Result<u64, String> {
    let ms: f64 = text.parse().unwrap_or(f64::NAN);
    if !(0.0..=1e9).contains(&ms) {
        return Err("expected a number of milliseconds, such as 2.5".to_owned());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range check limits the value to 1e15 ns"
    )]
    Ok((ms * 1e6) as u64)
}
