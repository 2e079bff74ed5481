//! A UDP socket that records its datagrams.

use std::io;
use std::net::SocketAddr;

use tokio::net::{ToSocketAddrs, UdpSocket};

use crate::event::{Addr, Op};
use crate::pending_socket::{no_address, record_send};
use crate::recorder::Truncation;
use crate::socket_recorder::SocketRecorder;
use crate::udp_receive::receive_with_truncation;

/// A [`UdpSocket`] that records its `socket`, `bind` and `connect`, every datagram with its address and size,
/// and its `close`.
///
/// It makes the same system calls as [`UdpSocket`]. When the tap is on, it also queries the local address
/// (`getsockname(2)`) after `bind` and `connect`.
///
/// A datagram that is longer than the program's buffer is truncated, as with every UDP socket. tokio calls
/// `recvfrom(2)`, which does not report truncation; see [`report_truncation`](Self::report_truncation).
///
/// ```
/// use socket_tap::{Tap, TapUdpSocket, sink::Memory};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let recording = Memory::new();
/// let tap = Tap::server("clock").sink(recording.clone()).start()?;
/// let server = TapUdpSocket::bind(&tap, "127.0.0.1:0").await?;
///
/// let client = TapUdpSocket::bind(&Tap::off(), "127.0.0.1:0").await?;
/// client.send_to(b"time?", server.local_addr()?).await?;
/// let mut request = [0; 16];
/// let (length, peer) = server.recv_from(&mut request).await?;
/// assert_eq!(&request[..length], b"time?");
/// server.send_to(b"teatime", peer).await?;
/// drop(server);
///
/// tap.finish().await?;
/// let events = recording.events();
/// let calls: Vec<&str> = events.iter().map(|event| event.op.name()).collect();
/// assert_eq!(calls, ["socket", "bind", "recvfrom", "sendto", "close"]);
/// # std::io::Result::Ok(()) })?;
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct TapUdpSocket {
    /// Records the socket's calls; `None` if the tap is off. Dropped before `inner`, so that the close is
    /// recorded before the descriptor is closed.
    recorder: Option<SocketRecorder>,
    inner: UdpSocket,
    report_truncation: bool,
}

impl TapUdpSocket {
    pub(crate) fn new(inner: UdpSocket, recorder: Option<SocketRecorder>) -> Self {
        Self { recorder, inner, report_truncation: false }
    }

    /// Turns the detection of truncated datagrams on or off; it is off by default. If it is on, each
    /// truncated datagram is marked as such in the recording, on Linux with its full length. For that, the
    /// tap calls `recvmsg(2)` instead of `recvfrom(2)`; the number of system calls and the results stay the
    /// same. This setting has no effect on Windows, where receiving a truncated datagram fails.
    ///
    /// ```
    /// use socket_tap::{Tap, TapUdpSocket};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let socket = TapUdpSocket::bind(&Tap::off(), "127.0.0.1:0").await?.report_truncation(true);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[must_use]
    pub fn report_truncation(mut self, report: bool) -> Self {
        self.report_truncation = report;
        self
    }

    /// Returns the local address, with the port that the kernel chose if the program requested port 0.
    ///
    /// # Errors
    /// Fails like [`UdpSocket::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    /// Returns the address that the socket is connected to.
    ///
    /// # Errors
    /// Fails like [`UdpSocket::peer_addr`], for example if the socket is not connected.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.inner.peer_addr()
    }

    /// Returns a reference to the inner socket, for example to set options. The tap does not record datagrams
    /// that are sent or received directly on it.
    #[must_use]
    pub fn get_ref(&self) -> &UdpSocket {
        &self.inner
    }

    /// Stops recording the socket, and returns the inner one. The recording gets a `release` event with the
    /// totals instead of `close`.
    #[must_use]
    pub fn into_inner(self) -> UdpSocket {
        if let Some(recorder) = self.recorder {
            recorder.release();
        }
        self.inner
    }

    /// Connects the socket to a peer, like [`UdpSocket::connect`]: [`send`](Self::send) sends to the peer's
    /// address, and only datagrams from this address are received.
    ///
    /// # Errors
    /// Fails like [`UdpSocket::connect`]. If several addresses fail, returns the error of the last one. Each failure is
    /// recorded, and the socket stays unchanged.
    pub async fn connect(&self, address: impl ToSocketAddrs) -> io::Result<()> {
        let mut last = None;
        for peer in tokio::net::lookup_host(address).await? {
            let began = self.recorder.as_ref().map(SocketRecorder::now);
            let result = self.inner.connect(peer).await;
            if let Some(recorder) = &self.recorder {
                let local = self.inner.local_addr().ok().map(Addr::from);
                let op = Op::Connect { local, peer: Some(peer.into()), began };
                match &result {
                    Ok(()) => recorder.succeeded(op),
                    Err(error) => recorder.failed(op, error),
                }
            }
            match result {
                Ok(()) => return Ok(()),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| no_address("cannot connect: the address list is empty")))
    }

    /// Sends one datagram to the first address of `target`, like [`UdpSocket::send_to`].
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    ///
    /// # Errors
    /// Fails like [`UdpSocket::send_to`]. The failure is recorded.
    pub async fn send_to(&self, bytes: &[u8], target: impl ToSocketAddrs) -> io::Result<usize> {
        let target = tokio::net::lookup_host(target).await?.next();
        let target = target.ok_or_else(|| no_address("cannot send: the address list is empty"))?;
        let send = self.inner.send_to(bytes, target);
        record_send(self.recorder.as_ref(), send, |recorder, entered, result| {
            recorder.sent(entered, bytes, Some(target), result);
        })
        .await
    }

    /// Sends one datagram to the address that the socket is connected to.
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    ///
    /// # Errors
    /// Fails like [`UdpSocket::send`]. The failure is recorded.
    pub async fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        let send = self.inner.send(bytes);
        record_send(self.recorder.as_ref(), send, |recorder, entered, result| {
            // The `connect` event has the peer. Querying it here would add a system call to each datagram.
            recorder.sent(entered, bytes, None, result);
        })
        .await
    }

    /// Receives one datagram, and returns its length and its sender.
    ///
    /// # Cancel safety
    /// This method is cancel safe: no datagram is lost.
    ///
    /// # Errors
    /// Fails like [`UdpSocket::recv_from`]. The failure is recorded.
    pub async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let (length, peer) = self.receive(buf, true).await?;
        let peer = peer.ok_or_else(|| io::Error::other("the received datagram has no source address"))?;
        Ok((length, peer))
    }

    /// Receives one datagram, and returns its length.
    ///
    /// # Cancel safety
    /// This method is cancel safe: no datagram is lost.
    ///
    /// # Errors
    /// Fails like [`UdpSocket::recv`]. The failure is recorded.
    pub async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.receive(buf, false).await.map(|(length, _)| length)
    }

    async fn receive(&self, buf: &mut [u8], with_peer: bool) -> io::Result<(usize, Option<SocketAddr>)> {
        let result = match (self.report_truncation, with_peer) {
            (true, _) => receive_with_truncation(&self.inner, buf).await,
            (false, true) => {
                self.inner.recv_from(buf).await.map(|(length, peer)| (length, Some(peer), Truncation::None))
            }
            (false, false) => self.inner.recv(buf).await.map(|length| (length, None, Truncation::None)),
        };
        if let Some(recorder) = &self.recorder {
            match &result {
                Ok((length, peer, truncation)) => {
                    recorder.received(buf.get(..*length).unwrap_or_default(), *peer, *truncation);
                }
                Err(error) => recorder.receive_failed(error),
            }
        }
        result.map(|(length, peer, _)| (length, peer))
    }
}

#[cfg(test)]
#[path = "udp_tests.rs"]
mod tests;
