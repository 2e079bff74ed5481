//! Sends more datagrams than a receive buffer has space for.

use std::io;

use futures_util::FutureExt as _;
use socket_tap::{Tap, TapUdpSocket};

use super::LOOPBACK;

/// Number of datagrams. Together they are larger than the default receive buffer of Linux, 208 KiB.
const DATAGRAMS: u16 = 64;

/// Length of a datagram in bytes.
const LENGTH: usize = 4096;

/// Sends all datagrams, then receives those for which there was space.
pub(super) async fn run(server: &Tap, client: &Tap) -> io::Result<()> {
    let receiver = TapUdpSocket::bind(server, LOOPBACK).await?;
    let sender = TapUdpSocket::bind(client, LOOPBACK).await?;
    let address = receiver.local_addr()?;
    for number in 1..=DATAGRAMS {
        // With a number, the recordings show which datagrams were lost.
        let datagram = format!("{number:<LENGTH$}");
        sender.send_to(datagram.as_bytes(), address).await?;
    }
    let mut buffer = vec![0; LENGTH];
    receiver.recv_from(&mut buffer).await?;
    // Over loopback no datagram is on its way, so the buffer is empty when the next receive would wait.
    while let Some(received) = receiver.recv_from(&mut buffer).now_or_never() {
        received?;
    }
    Ok(())
}
