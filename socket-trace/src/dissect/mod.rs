//! What reads and writes carried: the HTTP/1.1 messages, HTTP/2 frames, gRPC messages and GraphQL operations in them.
//!
//! # Layout
//!
//! - [`part`]: a run of bytes of one transfer, and what it is a part of
//! - [`call`]: a request and its answer

pub mod call;
pub mod part;

pub use call::{Budget, Call};
pub use part::{Class, Layer, Part};

use socket_tap::event::Event;
use socket_tap::format::Side;

/// Follows the connections of one recording, and says of each read and write what it carried.
///
/// Feed it every event in order. Its memory is bounded by what is open, not by the length of the recording.
#[derive(Debug)]
pub struct Dissector {
    _side: Side,
}

impl Dissector {
    /// Of a recording of that side.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self { _side: side }
    }

    /// What the event carried: the parts of its transfer, in order. Empty for an event that moved no bytes.
    pub fn observe(&mut self, _event: &Event) -> Vec<Part> {
        Vec::new()
    }

    /// The calls that have ended since this was asked last, in the order in which they ended. Those of a connection
    /// that is closed have.
    pub fn finished(&mut self) -> Vec<Call> {
        Vec::new()
    }

    /// The calls that are still open at the end of the recording.
    #[must_use]
    pub fn open(self) -> Vec<Call> {
        Vec::new()
    }
}
