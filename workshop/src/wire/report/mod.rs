//! The report of a run.
//!
//! - [`measurements`]: the measurements, computed from the recordings
//! - [`mod@conclusions`]: conclusions, in words
//! - [`contents`]: both, as the complete report
//! - [`mod@text`], `lanes`, `table`, [`style`]: the report as text

pub mod conclusions;
pub mod contents;
mod lanes;
pub mod measurements;
pub mod style;
mod table;
pub mod text;
