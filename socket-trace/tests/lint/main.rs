//! What `socket-trace lint` finds in recordings of real programs, over loopback: for each rule one that shows it, and
//! the same program, cured, that does not.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod command;
mod nagle;
mod never_closed;
mod opening_fails;
mod reconnects;
mod recorded;
mod server_closes;
mod tiny_writes;
mod unread;
mod write_after_end;
