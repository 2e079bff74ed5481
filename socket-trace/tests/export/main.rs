//! Runs `socket-trace export`, and reads its output with Wireshark and with parsers of the formats.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics")]

mod addresses;
mod command;
#[path = "../support/packets.rs"]
mod conversation;
mod csv;
mod frames;
mod har;
#[path = "../support/header.rs"]
mod header;
mod http;
mod lossy;
mod payload;
mod perfetto;
mod qlog;
mod round_trip;
mod sides;
mod support;
mod synthesised;
mod tshark;
mod wire;
