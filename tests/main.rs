//! One test binary across the workspace: a module for each topic. What all three APIs must do is written once, and run
//! for each.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[macro_use]
mod support;

mod api;
mod commands;
mod page;
mod recording;
mod store;
mod suites;
mod survival;
