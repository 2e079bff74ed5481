//! The workshop's page: its files, what it is told, and the same page as one file with a recording in it.
//!
//! # Layout
//!
//! - `web/`: the page, in plain modules: HTML, CSS, JavaScript
//! - `build/`: makes one script and one style sheet of them, when this crate is built
//! - this file: what a server hands out
//! - [`hello`]: what the page is told first
//! - [`mod@report`]: the page as one file

#![forbid(unsafe_code)]

pub mod hello;
pub mod report;

pub use hello::Hello;
pub use report::report;

/// The page; it refers to `page.js`, `page.css` and `icon.svg` beside it.
pub const INDEX: &str = include_str!("../web/index.html");

/// All modules as one script.
pub const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/page.js"));

/// All style sheets as one.
pub const STYLES: &str = include_str!(concat!(env!("OUT_DIR"), "/page.css"));

/// What stands in the browser's tab.
pub const ICON: &str = include_str!("../web/icon.svg");

/// How many events the page keeps: older ones are forgotten, and counted.
pub const MOST_ITEMS: usize = 20_000;

#[cfg(test)]
mod tests;
