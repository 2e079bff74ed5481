//! One connection as client and server did it, call by call: the diagram of the textbook, drawn from recordings.
//!
//! Both sides are recorded by themselves. They are matched by the connection's addresses and laid on one time line by
//! the clock that both headers name. When only one side was recorded, what the other did is shown as far as it follows.
//!
//! # Layout
//!
//! - [`call`]: one call, and what travels to the other side with it
//! - [`mod@gather`]: the connection that is asked for, out of all that are recorded
//! - `candidate`: a connection that may be the one, or is
//! - `model`: [`Sequence`], the calls of a connection in order
//! - `merge`: both sides in one order, cause before effect
//! - `diagram`: the rows that all forms draw
//! - [`text`]: the diagram for a terminal
//! - [`mermaid`]: the diagram as a text that GitHub draws
//! - [`svg`]: the diagram as a picture

pub mod call;
mod candidate;
mod diagram;
pub mod gather;
mod merge;
pub mod mermaid;
mod model;
pub mod svg;
pub mod text;

pub use call::{Call, Signal};
pub use gather::{Choice, gather};
pub use model::Sequence;
pub use text::lanes;

use crate::reader::{Error, Trace};
use crate::timeline::AnnotatedEvents;
use crate::timeline::Timeline;

/// The calls of the first connection of a step.
///
/// # Errors
/// When one of the traces cannot be read.
pub fn of_step(client: Trace, server: Trace, step: &str) -> Result<Vec<Call>, Error> {
    let mut events = AnnotatedEvents::new(Timeline::of(vec![client, server]));
    let first = gather(&mut events, &Choice::Step(step.to_owned()))?.into_iter().next();
    Ok(first.unwrap_or_default().calls)
}

#[cfg(test)]
mod drawing_tests;
#[cfg(test)]
mod tests;
