//! One call, layer upon layer: which reads and writes carried which frames, and those which messages.
//!
//! # Layout
//!
//! - [`map`]: what lies where in the two streams of bytes
//! - [`mod@collect`]: the call that is asked for, out of a whole recording
//! - `trail`: what went through one socket in one direction
//! - `below`, `records`, `pair`: the records of TLS, and which data was in them
//! - `stack`, `tls`: from transfers to layers
//! - `scale`: where in the columns of a terminal bytes are
//! - `grid`: boxes above each other, aligned where their bytes are
//! - [`text`]: the map for a terminal

mod below;
pub mod collect;
mod grid;
pub mod map;
mod pair;
mod records;
mod scale;
mod stack;
pub mod text;
mod tls;
mod trail;

pub use collect::{Wanted, collect};
pub use map::{Block, Level, Map, Way};

#[cfg(test)]
mod tests;
