//! Binds to a port below 1024, for which many systems require a privilege.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::Ipv4Addr;

use socket_tap::{Tap, TapListener};

use super::LOOPBACK;

/// Ports to try. The next one is tried only if another program uses the port.
const PORTS: [u16; 4] = [80, 81, 82, 83];

/// Binds to a port below 1024, then to a port that the kernel chooses.
pub(super) async fn run(server: &Tap) -> io::Result<()> {
    for port in PORTS {
        match TapListener::bind(server, (Ipv4Addr::LOCALHOST, port)).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            // Success and failure are both a result, and in the recording.
            _ => break,
        }
    }
    TapListener::bind(server, LOOPBACK).await.map(drop)
}

/// Returns the first port that needs no privilege (`ip(7)`), or `None` on a system without this setting.
pub(super) fn first_unprivileged() -> Option<u32> {
    fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").ok()?.trim().parse().ok()
}
