//! The report of a run.
//!
//! - [`measurements`]: the measurements, computed from the recordings
//! - [`mod@conclusions`]: conclusions, in words
//! - [`contents`]: both, as the complete report
//! - [`mod@text`], `table`, [`style`]: the report as text

pub mod conclusions;
pub mod contents;
pub mod measurements;
pub mod style;
mod table;
pub mod text;
