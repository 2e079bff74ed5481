//! Client-server diagrams of a connection, drawn from recordings.
//!
//! Each side is recorded separately. The sides are matched by the addresses of the connection and merged by
//! the clock that both headers refer to. If only one side was recorded, the signals of the other side are
//! derived from the socket calls that received them. If the network was recorded, too, its packets take the place of the
//! segments that the calls imply.
//!
//! # Layout
//!
//! - [`call`]: one socket call, and the signal that it sends or receives
//! - [`mod@gather`]: selects, from complete recordings, the connections that the diagram shows
//! - `candidate`: a connection that the diagram possibly shows
//! - `packet`: one packet, as an arrow of the diagram
//! - `model`: [`Sequence`], the socket calls of a connection in order
//! - `merge`: merges both sides, causes before effects
//! - `instants`: merges calls with the departures and arrivals of packets
//! - `diagram`: the rows of a diagram, shared by all output forms
//! - [`text`]: the diagram as text
//! - `lanes`: several connections side by side as text
//! - [`mermaid`]: the diagram in Mermaid's syntax
//! - [`svg`]: the diagram as an SVG picture

pub mod call;
mod candidate;
mod diagram;
pub mod gather;
mod instants;
mod lanes;
mod merge;
pub mod mermaid;
mod model;
pub mod packet;
pub mod svg;
pub mod text;

pub use call::{Call, Signal};
pub use gather::{Choice, gather};
pub use lanes::lanes;
pub use model::Sequence;
pub use packet::Packet;

use crate::reader::{Error, Trace};
use crate::timeline::AnnotatedEvents;
use crate::timeline::Timeline;

/// Returns the socket calls of the first connection that begins in the step with the name `step`.
///
/// # Errors
/// A trace cannot be read.
pub fn of_step(client: Trace, server: Trace, step: &str) -> Result<Vec<Call>, Error> {
    let mut events = AnnotatedEvents::new(Timeline::of(vec![client, server]));
    let first = gather(&mut events, &Choice::Step(step.to_owned()))?.into_iter().next();
    Ok(first.unwrap_or_default().calls)
}

#[cfg(test)]
mod drawing_tests;
#[cfg(test)]
mod tests;
