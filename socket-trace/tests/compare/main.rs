//! `socket-trace compare`, from recordings made up for it to what it prints.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod assertions;
mod byte_breakdown;
mod command;
mod operations;
mod pages;
mod recording;
mod tls;
