//! Tests of wires, each in a process of its own. They need Linux, `/dev/net/tun` and unprivileged user namespaces, but no
//! root.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot continue fails"
)]

#[macro_use]
mod support;

mod addresses;
mod changes;
mod datagrams;
mod leftovers;
mod link;
mod recording;
mod records;
mod retransmission;
mod tcp;
