//! Maps one API call across layers: its reads and writes, the frames in them, and the messages in the frames.
//!
//! # Layout
//!
//! - [`map`]: byte offsets of reads, writes, frames and messages in both directions
//! - [`mod@collect`]: collects the reads and writes of the selected API call
//! - `transfer_log`: reads or writes of one socket in one direction
//! - `tls_streams`, `records`, `pair`: TLS records, matched to the decrypted data in them
//! - `stack`, `units`, `tls`: the protocol levels, built from the reads and writes
//! - `scale`: maps byte offsets to terminal columns
//! - `grid`: draws rows of boxes, aligned by their bytes
//! - [`text`]: the map as text

pub mod collect;
mod grid;
pub mod map;
mod pair;
mod records;
mod scale;
mod stack;
pub mod text;
mod tls;
mod tls_streams;
mod transfer_log;
mod units;

pub use collect::{Selection, collect};
pub use map::{Block, Direction, Level, Map};

#[cfg(test)]
mod tests;
