//! A live view of recordings on the whole terminal: the API calls, the phases of one call, and the sockets.
//!
//! # Layout
//!
//! - [`model`]: [`Model`], everything that the recordings have shown so far, within bounds
//! - [`calls`], [`call_row`]: the API calls, in progress and finished
//! - [`filter`]: [`Filter`], the calls that the list shows
//! - [`phases`]: the socket calls and packets of each connection, in phases
//! - [`step`]: one of them, as text
//! - `openings`: the calls of sockets that have no connection yet
//! - [`screen`]: [`Screen`], what the user looks at, and the keys that change it
//! - [`mod@draw`]: draws the screen

pub mod call_row;
pub mod calls;
pub mod draw;
pub mod filter;
pub mod model;
mod openings;
pub mod phases;
pub mod screen;
pub mod step;

pub use draw::draw;
pub use filter::Filter;
pub use model::Model;
pub use screen::Screen;

#[cfg(test)]
mod tests;
