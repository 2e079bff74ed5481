//! Runs the commands that show recordings, and checks their output, messages and exit codes.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics")]

#[path = "../support/packets.rs"]
mod conversation;
mod files;
mod follow;
mod foreign_names;
#[path = "../support/header.rs"]
mod header;
mod layers;
mod messages;
mod output;
mod packets;
mod report;
mod sequence;
mod show;
#[cfg(all(unix, feature = "watch"))]
mod watch;
mod why;
