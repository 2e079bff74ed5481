//! The live page of the workshop: its files, the types of its data, and the page as a single file with a recording.
//!
//! # Layout
//!
//! - `web/`: the sources of the page: HTML, CSS and JavaScript modules
//! - `build/`: the build script, which bundles them into one script and one style sheet
//! - `files`: the files that a server returns
//! - [`hello`]: the first message to the page
//! - [`mod@report`]: the page as a single file

#![forbid(unsafe_code)]

mod files;
pub mod hello;
pub mod report;

pub use files::{ICON, INDEX, NO_TOKEN, ROOM_INDEX, ROOM_SCRIPT, SCRIPT, STYLES};
pub use hello::Hello;
pub use report::report;

/// Maximum number of events that the page keeps. The page drops older events and counts them.
pub const MAX_ITEMS: usize = 20_000;

#[cfg(test)]
mod tests;
