//! Several recordings on one time line, ordered by the clock that their headers share.
//!
//! A `connect` is placed at the time of the call, so it precedes the peer's `accept`. All other events are
//! placed at their own time, which respects cause and effect: see "Time" in `TRACE.md`. If the trace lacks
//! the time of the call, a connect is placed at the time at which it returned.
//!
//! # Layout
//!
//! - `merge`: [`Timeline`], the merge of several traces
//! - `timed_event`: [`TimedEvent`], an event with its place on the time line
//! - `next`: [`Next`], the next event, or the reason why there is none
//! - `connect_order`: moves each connect to the time at which it was called
//! - `source`: one trace of the time line, complete or still growing
//! - `growing`: the complete lines of a file that is being written
//! - [`connections`]: matches the two ends of each connection
//! - `annotated`: [`AnnotatedEvents`], each event with its connection, step and payload
//! - `step_tracker`: [`StepTracker`], the current step of each recording

mod annotated;
mod connect_order;
pub mod connections;
#[cfg(test)]
pub(crate) mod fixture;
mod growing;
mod merge;
mod next;
mod source;
mod step_tracker;
mod timed_event;

pub use annotated::{AnnotatedEvent, AnnotatedEvents};
pub use merge::{Recording, Timeline};
pub use next::Next;
pub use step_tracker::StepTracker;
pub use timed_event::TimedEvent;
