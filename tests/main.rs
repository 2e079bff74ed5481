//! The integration tests of the workspace in one test binary, with a module for each topic. Tests of all
//! three APIs are written once and run for each API.

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
mod why;
mod wire;
