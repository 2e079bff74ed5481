//! The contents of the report: the measurements, and what follows from them.

use std::path::Path;

use serde::Serialize;
use socket_trace::reader::Error;
use wire::Stats;

use super::conclusions::{Conclusion, conclusions};
use super::measurements::Measurements;
use crate::wire::flags::Flags;
use crate::wire::lab::time_wait::TimeWait;

/// The report of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The measurements.
    #[serde(flatten)]
    pub measured: Measurements,
    /// Conclusions, in words.
    pub conclusions: Vec<Conclusion>,
}

impl Report {
    /// Computes the report from the recordings in a directory.
    ///
    /// # Errors
    /// If a recording cannot be read.
    pub fn of(directory: &Path, flags: &Flags, time_wait: &TimeWait, packets: &Stats) -> Result<Self, Error> {
        let measured = Measurements::of(directory, flags, time_wait, packets)?;
        let conclusions = conclusions(&measured);
        Ok(Self { measured, conclusions })
    }
}
