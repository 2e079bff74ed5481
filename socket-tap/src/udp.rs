//! A datagram socket that records what it sends and receives.

use std::io;
use std::net::SocketAddr;

use tokio::net::{ToSocketAddrs, UdpSocket};

use crate::adopt::{adopted, ip};
use crate::datagrams::Datagrams;
use crate::endpoint::{fd_of, step};
use crate::event::{Addr, Op, SocketKind};
use crate::recorder::Cut;
use crate::sensor::Sensor;
use crate::tap::Tap;

/// A [`UdpSocket`] that records socket, bind, connect, every datagram with its address and size, and its close.
///
/// A datagram that is longer than the buffer it is received into loses its end, as with every UDP socket; the recording
/// says `truncated`, and on Linux how long it was. It costs no system call more: the datagram is asked for with
/// `recvmsg(2)`, which tells. On Windows such a receive fails, and is recorded as failed.
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
/// let mut question = [0; 16];
/// let (length, peer) = server.recv_from(&mut question).await?;
/// assert_eq!(&question[..length], b"time?");
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
    /// The first field is dropped first: its close comes before that of the socket. `None` when nothing is recorded.
    datagrams: Option<Datagrams>,
    inner: UdpSocket,
}

impl TapUdpSocket {
    /// Binds, as [`UdpSocket::bind`] does, one recorded step after the other.
    ///
    /// # Errors
    /// As [`UdpSocket::bind`]: the last address's, when there are several and all fail.
    pub async fn bind(tap: &Tap, address: impl ToSocketAddrs) -> io::Result<Self> {
        let mut last = None;
        for address in tokio::net::lookup_host(address).await? {
            match bind_to(tap, address) {
                Ok(socket) => return Ok(socket),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| no_address("no address to bind")))
    }

    /// Records a socket that was made without the tap, from here on. Its options stay as they are.
    #[must_use]
    pub fn from_tokio(tap: &Tap, socket: UdpSocket) -> Self {
        let (local, peer) = (socket.local_addr().ok(), socket.peer_addr().ok());
        let sensor = adopted(tap, fd_of(&socket), |fd| ip(SocketKind::Datagram, fd, local, peer));
        Self::new(socket, sensor)
    }

    fn new(inner: UdpSocket, sensor: Option<Sensor>) -> Self {
        Self { datagrams: sensor.map(Datagrams::new), inner }
    }

    /// The address that it is bound to, with the port that the kernel chose when 0 was asked for.
    ///
    /// # Errors
    /// As [`UdpSocket::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    /// The address that it is connected to.
    ///
    /// # Errors
    /// As [`UdpSocket::peer_addr`]: when it is not connected.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.inner.peer_addr()
    }

    /// The socket inside, for its options. What is sent or received past the tap is not recorded.
    #[must_use]
    pub fn get_ref(&self) -> &UdpSocket {
        &self.inner
    }

    /// Sets the address for [`send`](Self::send), and receives from no other, as [`UdpSocket::connect`] does.
    ///
    /// # Errors
    /// As [`UdpSocket::connect`]: the last address's, when there are several and all fail. Each failure is recorded,
    /// and the socket stays as it was.
    pub async fn connect(&self, address: impl ToSocketAddrs) -> io::Result<()> {
        let mut last = None;
        for peer in tokio::net::lookup_host(address).await? {
            let result = self.inner.connect(peer).await;
            if let Some(sensor) = self.datagrams.as_ref().and_then(Datagrams::sensor) {
                let local = self.inner.local_addr().ok().map(Addr::from);
                let op = Op::Connect { local, peer: Some(peer.into()) };
                match &result {
                    Ok(()) => sensor.done(op),
                    Err(error) => sensor.failed(op, error),
                }
            }
            match result {
                Ok(()) => return Ok(()),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| no_address("no address to connect to")))
    }

    /// Sends one datagram, as [`UdpSocket::send_to`] does: to the first of the addresses. Cancel safe.
    ///
    /// # Errors
    /// As [`UdpSocket::send_to`]; the failure is recorded.
    pub async fn send_to(&self, bytes: &[u8], target: impl ToSocketAddrs) -> io::Result<usize> {
        let target = tokio::net::lookup_host(target).await?.next();
        let target = target.ok_or_else(|| no_address("no address to send to"))?;
        let result = self.inner.send_to(bytes, target).await;
        if let Some(datagrams) = &self.datagrams {
            datagrams.sent(bytes, Some(target), &result);
        }
        result
    }

    /// Sends one datagram to the address that it is connected to. Cancel safe.
    ///
    /// # Errors
    /// As [`UdpSocket::send`]; the failure is recorded.
    pub async fn send(&self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.inner.send(bytes).await;
        if let Some(datagrams) = &self.datagrams {
            // To whom, the `connect` says: to ask the kernel again would be a system call for each record.
            datagrams.sent(bytes, None, &result);
        }
        result
    }

    /// Receives one datagram, and says from where it came. Cancel safe.
    ///
    /// # Errors
    /// As [`UdpSocket::recv_from`]; the failure is recorded.
    pub async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let (length, peer) = self.receive(buf).await?;
        let peer = peer.ok_or_else(|| io::Error::other("a datagram came without an address"))?;
        Ok((length, peer))
    }

    /// Receives one datagram. Cancel safe.
    ///
    /// # Errors
    /// As [`UdpSocket::recv`]; the failure is recorded.
    pub async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.receive(buf).await.map(|(length, _)| length)
    }

    async fn receive(&self, buf: &mut [u8]) -> io::Result<(usize, Option<SocketAddr>)> {
        let result = receive(&self.inner, buf).await;
        if let Some(datagrams) = &self.datagrams {
            match &result {
                Ok((length, peer, cut)) => {
                    datagrams.received(buf.get(..*length).unwrap_or_default(), *peer, *cut);
                }
                Err(error) => datagrams.receive_failed(error),
            }
        }
        result.map(|(length, peer, _)| (length, peer))
    }
}

fn bind_to(tap: &Tap, address: SocketAddr) -> io::Result<TapUdpSocket> {
    use socket2::{Domain, Protocol, Socket, Type};
    // tokio makes and binds in one step, and then nobody could say which of the two failed.
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    let fd = fd_of(&socket);
    let sensor = tap.recorder().map(|recorder| Sensor::new(recorder, fd));
    if let Some(sensor) = &sensor {
        sensor.done(Op::Socket { fd, domain: address.into(), kind: SocketKind::Datagram });
    }
    let result = socket.bind(&address.into());
    let bound = result.as_ref().ok().and_then(|()| socket.local_addr().ok()?.as_socket()).unwrap_or(address);
    let ((), sensor) = step(sensor, || Op::Bind { local: Some(bound.into()) }, result)?;
    let ready = socket.set_nonblocking(true).and_then(|()| UdpSocket::from_std(socket.into()));
    match ready {
        Ok(inner) => Ok(TapUdpSocket::new(inner, sensor)),
        Err(error) => {
            // No call of ours to record: it is the runtime that could not take the socket.
            if let Some(sensor) = sensor {
                sensor.close();
            }
            Err(error)
        }
    }
}

fn no_address(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

type Received = (usize, Option<SocketAddr>, Cut);

#[cfg(unix)]
async fn receive(socket: &UdpSocket, buf: &mut [u8]) -> io::Result<Received> {
    use tokio::io::Interest;
    socket.async_io(Interest::READABLE, || receive_now(socket, buf)).await
}

/// One `recvmsg(2)`: unlike `recvfrom(2)` it tells when the buffer was too short, and with `MSG_TRUNC` Linux tells how
/// long the datagram was.
#[cfg(unix)]
fn receive_now(socket: &UdpSocket, buf: &mut [u8]) -> io::Result<Received> {
    use rustix::net::{RecvAncillaryBuffer, RecvFlags, ReturnFlags, recvmsg};
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const FLAGS: RecvFlags = RecvFlags::TRUNC;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const FLAGS: RecvFlags = RecvFlags::empty();

    let room = buf.len();
    let message =
        recvmsg(socket, &mut [io::IoSliceMut::new(buf)], &mut RecvAncillaryBuffer::default(), FLAGS)?;
    let peer = message.address.and_then(|address| SocketAddr::try_from(address).ok());
    let cut = match message.flags.contains(ReturnFlags::TRUNC) {
        false => Cut::Whole,
        true if message.bytes > room => u32::try_from(message.bytes).map_or(Cut::Short, Cut::From),
        true => Cut::Short,
    };
    Ok((message.bytes.min(room), peer, cut))
}

#[cfg(not(unix))]
async fn receive(socket: &UdpSocket, buf: &mut [u8]) -> io::Result<Received> {
    let (length, peer) = socket.recv_from(buf).await?;
    Ok((length, Some(peer), Cut::Whole))
}

#[cfg(test)]
#[path = "udp_tests.rs"]
mod tests;
