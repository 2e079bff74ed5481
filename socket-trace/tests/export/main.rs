//! What `socket-trace export` writes, read by the programs that it is for.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod addresses;
mod command;
mod csv;
mod frames;
mod http;
mod lossy;
mod payload;
mod qlog;
mod sides;
mod support;
mod synthesised;
