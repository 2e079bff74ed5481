//! The live page of the workshop: its files, the types of its data, and the page as a single file with a recording.
//!
//! # Layout
//!
//! - `web/`: the sources of the page: HTML, CSS and JavaScript modules
//! - `build/`: the build script, which bundles them into one script and one style sheet
//! - this file: the files that a server returns
//! - [`hello`]: the first message to the page
//! - [`mod@report`]: the page as a single file

#![forbid(unsafe_code)]

pub mod hello;
pub mod report;

pub use hello::Hello;
pub use report::report;

/// The HTML of the page. It refers to `page.js`, `page.css` and `icon.svg` in the same folder.
pub const INDEX: &str = include_str!("../web/index.html");

/// All JavaScript modules, bundled into one script.
pub const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/page.js"));

/// All style sheets, bundled into one.
pub const STYLES: &str = include_str!(concat!(env!("OUT_DIR"), "/page.css"));

/// The page's icon as SVG.
pub const ICON: &str = include_str!("../web/icon.svg");

/// Maximum number of events that the page keeps. The page drops older events and counts them.
pub const MAX_ITEMS: usize = 20_000;

#[cfg(test)]
mod tests;
