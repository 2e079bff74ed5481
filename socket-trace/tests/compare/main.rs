//! Runs `socket-trace compare` on generated recordings.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics")]

mod assertions;
mod byte_breakdown;
mod command;
mod evidence;
mod operations;
mod pages;
mod recording;
mod tls;
