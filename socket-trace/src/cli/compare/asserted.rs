//! The assertions, as the command line says them.

use clap::{Args, ValueEnum};

use crate::assertion::{Assertion, Measure};

/// What must hold
#[derive(Debug, Args)]
#[command(
    next_help_heading = "Assertions, on one trace or more; one that does not hold is shown with the events that are against it"
)]
pub(super) struct Asserted {
    /// What must hold; several times, or with commas between
    #[arg(long = "assert", value_name = "WHAT", value_delimiter = ',')]
    what: Vec<What>,
    /// No step opens more connections; without steps, the whole recording
    #[arg(long, value_name = "N")]
    max_connections: Option<u64>,
    /// No call takes more reads of the side that recorded
    #[arg(long, value_name = "N")]
    max_reads_per_call: Option<u64>,
    /// No call takes more writes of the side that recorded
    #[arg(long, value_name = "N")]
    max_writes_per_call: Option<u64>,
    /// No call takes more bytes, request and answer together
    #[arg(long, value_name = "N")]
    max_bytes_per_call: Option<u64>,
    /// No answer begins later after its request's first byte, in milliseconds
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    max_first_byte: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// All traces show the same socket primitives
    SamePrimitives,
    /// No connection ends with a reset, an error or an abort
    CleanEnds,
}

impl Asserted {
    /// Whether it needs something to compare.
    pub(super) fn compares(&self) -> bool {
        self.what.contains(&What::SamePrimitives)
    }

    pub(super) fn all(&self) -> Vec<Assertion> {
        let what = self.what.iter().map(|what| match what {
            What::SamePrimitives => Assertion::SamePrimitives,
            What::CleanEnds => Assertion::CleanEnds,
        });
        let limits = [
            (Measure::Connections, self.max_connections),
            (Measure::ReadsPerCall, self.max_reads_per_call),
            (Measure::WritesPerCall, self.max_writes_per_call),
            (Measure::BytesPerCall, self.max_bytes_per_call),
            (Measure::FirstByte, self.max_first_byte),
        ];
        let limits = limits.into_iter().filter_map(|(measure, limit)| Some(Assertion::Max(measure, limit?)));
        what.chain(limits).collect()
    }
}

/// Nanoseconds of so many milliseconds.
fn milliseconds(text: &str) -> Result<u64, String> {
    let ms: f64 = text.parse().unwrap_or(f64::NAN);
    if !(0.0..=1e9).contains(&ms) {
        return Err("expected a number of milliseconds, such as 2.5".to_owned());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in the range")]
    Ok((ms * 1e6) as u64)
}
