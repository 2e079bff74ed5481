//! Receives datagrams with `recvmsg(2)`, which reports whether they were truncated.

use std::io;
use std::net::SocketAddr;

use tokio::net::UdpSocket;

use crate::recorder::Truncation;

/// A received datagram: number of bytes in the buffer, address of the sender, and truncation.
type Received = (usize, Option<SocketAddr>, Truncation);

#[cfg(unix)]
pub(crate) async fn receive_with_truncation(socket: &UdpSocket, buf: &mut [u8]) -> io::Result<Received> {
    use tokio::io::Interest;
    socket.async_io(Interest::READABLE, || recvmsg_now(socket, buf)).await
}

/// Calls `recvmsg(2)` once. Unlike `recvfrom(2)`, it reports whether the datagram was truncated. With
/// `MSG_TRUNC`, Linux also returns the full length.
#[cfg(unix)]
fn recvmsg_now(socket: &UdpSocket, buf: &mut [u8]) -> io::Result<Received> {
    use rustix::net::{RecvAncillaryBuffer, RecvFlags, ReturnFlags, recvmsg};
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const FLAGS: RecvFlags = RecvFlags::TRUNC;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const FLAGS: RecvFlags = RecvFlags::empty();

    let capacity = buf.len();
    let message =
        recvmsg(socket, &mut [io::IoSliceMut::new(buf)], &mut RecvAncillaryBuffer::default(), FLAGS)?;
    let peer = message.address.and_then(|address| SocketAddr::try_from(address).ok());
    let truncation = match message.flags.contains(ReturnFlags::TRUNC) {
        false => Truncation::None,
        true if message.bytes > capacity => {
            u32::try_from(message.bytes).map_or(Truncation::UnknownLength, Truncation::From)
        }
        true => Truncation::UnknownLength,
    };
    Ok((message.bytes.min(capacity), peer, truncation))
}

#[cfg(not(unix))]
pub(crate) async fn receive_with_truncation(socket: &UdpSocket, buf: &mut [u8]) -> io::Result<Received> {
    let (length, peer) = socket.recv_from(buf).await?;
    Ok((length, Some(peer), Truncation::None))
}
