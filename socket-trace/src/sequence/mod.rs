//! Client-server diagrams of a connection, drawn from recordings.
//!
//! Each side is recorded separately. The sides are matched by the addresses of the connection and merged by the clock
//! that both headers refer to. If only one side was recorded, the calls of the other are implied as far as possible.
//!
//! # Layout
//!
//! - [`call`]: one call, and the signal it sends or receives
//! - [`mod@gather`]: selects connections from a complete recording
//! - `candidate`: a connection that is or may become the selected one
//! - `merge`: merges both sides, causes before effects
//! - `diagram`: the rows of a diagram, shared by all output forms
//! - [`text`]: the diagram as text
//! - [`mermaid`]: the diagram in Mermaid's syntax
//! - [`svg`]: the diagram as an SVG picture

pub mod call;
mod candidate;
mod diagram;
pub mod gather;
mod merge;
pub mod mermaid;
pub mod svg;
pub mod text;

pub use call::{Call, Signal};
pub use gather::{Choice, gather};
pub use text::lanes;

use serde::Serialize;

use crate::reader::{Error, Trace};
use crate::timeline::Timeline;
use crate::timeline::seen::Walk;

/// The calls of a connection, including those that opened the server's listener.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sequence {
    /// Name of the recording: `rest`.
    pub title: String,
    /// Recording and socket of the client, `rest-client #1`; `None` if the client was not recorded.
    pub client: Option<String>,
    /// Recording and socket of the server; `None` if the server was not recorded.
    pub server: Option<String>,
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// Number of later calls that are omitted.
    pub more: u64,
}

/// Returns the calls of the first connection of a step.
///
/// # Errors
/// A trace cannot be read.
pub fn of_step(client: Trace, server: Trace, step: &str) -> Result<Vec<Call>, Error> {
    let mut walk = Walk::along(Timeline::of(vec![client, server]));
    let first = gather(&mut walk, &Choice::Step(step.to_owned()))?.into_iter().next();
    Ok(first.unwrap_or_default().calls)
}

#[cfg(test)]
mod drawing_tests;
#[cfg(test)]
mod tests;
