//! A UDP server that receives a datagram longer than its buffer.
//!
//! `TapUdpSocket` replaces tokio's `UdpSocket`. The kernel truncates a datagram that is longer than the
//! buffer, and `recvfrom(2)` does not report it. With `report_truncation` the tap calls `recvmsg(2)` instead,
//! which reports the truncation, and records it.

use std::io;
use std::time::Duration;

use recipes::terminal;
use socket_tap::event::Op;
use socket_tap::sink::Memory;
use socket_tap::{Tap, TapUdpSocket};
use tokio::net::UdpSocket;

#[tokio::main]
async fn main() -> io::Result<()> {
    let recording = Memory::new();
    let tap = Tap::server("clock").sink(recording.clone()).sink(terminal()).start()?;
    let server = TapUdpSocket::bind(&tap, "127.0.0.1:0").await?.report_truncation(true);

    let client = UdpSocket::bind("127.0.0.1:0").await?;
    client.connect(server.local_addr()?).await?;
    client.send(b"what time is it?").await?;

    let mut request = [0; 9];
    let (length, peer) = server.recv_from(&mut request).await?;
    assert_eq!(&request[..length], b"what time");
    server.send_to(b"teatime", peer).await?;
    let mut response = [0; 16];
    let length = client.recv(&mut response).await?;
    assert_eq!(&response[..length], b"teatime");
    drop(server);
    let end = tap.finish_when_idle(Duration::from_secs(5)).await?;

    let truncated = recording.events().into_iter().find_map(|event| match event.op {
        Op::RecvFrom(datagram) => Some(datagram.truncated),
        _ => None,
    });
    assert_eq!(truncated, Some(true));
    assert_eq!(end.lost, 0);
    recording.check().no_errors();
    Ok(())
}
