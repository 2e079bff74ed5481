//! A connected UDP socket compared with one that is not connected.

use std::io;
use std::net::SocketAddr;

use socket_tap::{Tap, TapUdpSocket};

use super::LOOPBACK;

/// Sends a request to a server, receives datagrams of the server and of a stranger, then sends to a closed port. First
/// with a connected socket, then with one that is not.
pub(super) async fn run(server: &Tap, client: &Tap) -> io::Result<()> {
    for is_connected in [true, false] {
        let socket = TapUdpSocket::bind(client, LOOPBACK).await?;
        let address = socket.local_addr()?;
        let peer = TapUdpSocket::bind(server, LOOPBACK).await?;
        let peer_address = peer.local_addr()?;
        if is_connected {
            socket.connect(peer_address).await?;
        }
        let send = async |text: &str| send(&socket, text.as_bytes(), is_connected, peer_address).await;

        send("request").await?;
        peer.recv_from(&mut [0; 64]).await?;
        // Over loopback, both datagrams are in the receive buffer, in this order, when `send_to` returns.
        let stranger = TapUdpSocket::bind(client, LOOPBACK).await?;
        stranger.send_to(b"from a stranger", address).await?;
        peer.send_to(b"from the server", address).await?;
        receive_until(&socket, peer_address).await?;

        // No socket has the server's address any more. The kernel answers with an ICMP error.
        drop(peer);
        send("first after the close").await?;
        // Fails if the kernel reports the error to the socket.
        let _ = send("second after the close").await;
    }
    Ok(())
}

async fn send(socket: &TapUdpSocket, bytes: &[u8], is_connected: bool, peer: SocketAddr) -> io::Result<()> {
    let sent = if is_connected { socket.send(bytes).await } else { socket.send_to(bytes, peer).await };
    sent.map(drop)
}

/// Receives datagrams until one of `peer` arrives.
async fn receive_until(socket: &TapUdpSocket, peer: SocketAddr) -> io::Result<()> {
    while socket.recv_from(&mut [0; 64]).await?.1 != peer {}
    Ok(())
}
