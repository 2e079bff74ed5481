//! The report of a run.
//!
//! - [`measurements`]: the complete report
//! - [`mod@conclusions`]: conclusions, in words
//! - [`mod@text`], `table`, [`style`]: the report as text

pub mod conclusions;
pub mod measurements;
pub mod style;
mod table;
pub mod text;
