//! Runs lint rules on recordings of real programs over loopback: for each rule, a program that it reports,
//! and the fixed program that it does not report.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failing test panics")]

mod command;
#[path = "../support/header.rs"]
mod header;
mod nagle;
mod never_closed;
mod opening_fails;
mod reconnects;
mod recorded;
mod server_closes;
mod tiny_writes;
mod unread;
mod write_after_end;
