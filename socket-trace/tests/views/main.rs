//! The command, as a user has it: what it prints, what it says on standard error, and how it ends.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod files;
mod follow;
mod layers;
mod output;
mod report;
mod sequence;
mod show;
