//! Maps one API call across protocol layers: shows which of its bytes are in which read or write, in which
//! frame, and in which message. If the network was recorded, too, it shows the TCP segments.
//!
//! # Layout
//!
//! - [`map`]: the map, with the byte offsets of reads, writes, frames and messages in both directions
//! - [`mod@collect`]: selects an API call, and collects the reads and writes that transferred its bytes
//! - `transfer_log`: the collected reads or writes of one socket in one direction
//! - `tls_streams`: the TLS records of all connections, by socket and direction
//! - `records`: matches the TLS records of one direction to the decrypted data in them
//! - `pair`: a range of decrypted data, with the TLS records that carried it
//! - `stack`: builds all levels of the map from the reads and writes
//! - `segments`: the TCP segments of a recording of the network
//! - `units`: builds the blocks of the levels above them, one for each frame or message
//! - `tls`: builds the levels of encrypted data
//! - `scale`: maps byte offsets to terminal columns
//! - `grid`: draws rows of boxes, aligned by their bytes
//! - [`text`]: the map as text

pub mod collect;
mod grid;
pub mod map;
mod pair;
mod records;
mod scale;
mod segments;
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
