//! Merges several recordings of one machine into a single time line. Each recording's header has its start time
//! on the machine's clock, so the events of all recordings can be ordered by time.
//!
//! A `connect` is placed at the time at which it was called, so it precedes the peer's `accept`. If the trace
//! lacks that time, it is placed at the time at which it returned. Any other event is placed at its time in
//! the trace (`t`), which respects cause and effect: see "Time" in `TRACE.md`.
//!
//! # Layout
//!
//! - `merge`: [`Timeline`], which merges several traces by time
//! - `timed_event`: [`TimedEvent`], an event with its place on the time line
//! - `next`: [`Next`], the next event, or the reason why there is none
//! - `common_clock`: the clock on which recordings merge
//! - `connect_order`: moves each connect to the time at which it was called
//! - `source`: one trace of the time line, with its next event read in advance
//! - `growing`: reads the complete lines of a file that a recorder is still writing
//! - [`connections`]: matches the two ends of each connection
//! - `packets`: [`NumberedPacket`], the number of each packet on its connection, and the packet that it repeats
//! - `packet_payload`: joins TCP segments to streams, and dissects them
//! - `packet_calls`: the calls of a server that packets show
//! - `annotated_event`: [`AnnotatedEvent`], an event with its connection, its step and its dissected payload
//! - `annotator`: annotates one event after the other
//! - `annotated`: [`AnnotatedEvents`], all annotated events of a time line
//! - `step_tracker`: [`StepTracker`], the current step of each recording

mod annotated;
mod annotated_event;
mod annotator;
mod common_clock;
mod connect_order;
pub mod connections;
#[cfg(test)]
pub(crate) mod fixture;
mod growing;
mod merge;
mod next;
mod packet_calls;
mod packet_payload;
mod packets;
mod source;
mod step_tracker;
mod timed_event;

pub use annotated::AnnotatedEvents;
pub use annotated_event::AnnotatedEvent;
pub(crate) use common_clock::started;
pub use merge::{Recording, Timeline};
pub use next::Next;
pub use packets::NumberedPacket;
pub use step_tracker::StepTracker;
pub use timed_event::TimedEvent;
