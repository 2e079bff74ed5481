//! A live view of recordings on the whole terminal: the API calls, the phases of one call, and the sockets.
//!
//! # Layout
//!
//! - [`model`]: [`Model`], everything that the recordings have shown so far, within bounds
//! - [`calls`]: the API calls, in progress and finished
//! - [`phases`]: the socket calls of each connection, in phases
//! - [`screen`]: [`Screen`], what the user looks at, and the keys that change it
//! - [`mod@draw`]: draws the screen

pub mod calls;
pub mod draw;
pub mod model;
pub mod phases;
pub mod screen;

pub use draw::draw;
pub use model::Model;
pub use screen::Screen;

#[cfg(test)]
mod tests;
