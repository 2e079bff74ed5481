//! Creates UDP sockets, and starts to record existing ones.

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Type};
use tokio::net::{ToSocketAddrs, UdpSocket};

use crate::adopt::{adopted, ip};
use crate::event::SocketKind;
use crate::pending_socket::{PendingSocket, fd_of, no_address};
use crate::tap::Tap;
use crate::udp::TapUdpSocket;

impl TapUdpSocket {
    /// Binds like [`UdpSocket::bind`], and records `socket` and `bind`.
    ///
    /// # Errors
    /// Fails like [`UdpSocket::bind`]. If several addresses fail, returns the error of the last one.
    ///
    /// # Panics
    /// Panics outside of a tokio runtime with I/O enabled, like [`UdpSocket::bind`].
    pub async fn bind(tap: &Tap, address: impl ToSocketAddrs) -> io::Result<Self> {
        let mut last = None;
        for address in tokio::net::lookup_host(address).await? {
            match bind_to(tap, address) {
                Ok(socket) => return Ok(socket),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| no_address("cannot bind: the address list is empty")))
    }

    /// Wraps a UDP socket of tokio that was created without the tap, and records it from now on. Its options
    /// stay unchanged.
    ///
    /// ```
    /// use socket_tap::{Tap, TapUdpSocket};
    /// use tokio::net::UdpSocket;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let socket = UdpSocket::bind("127.0.0.1:0").await?;
    /// socket.set_broadcast(true)?;
    /// let socket = TapUdpSocket::from_tokio(&Tap::off(), socket);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    #[must_use]
    pub fn from_tokio(tap: &Tap, socket: UdpSocket) -> Self {
        let recorder = adopted(tap, fd_of(&socket), |fd| {
            ip(SocketKind::Datagram, fd, socket.local_addr().ok(), socket.peer_addr().ok())
        });
        Self::new(socket, recorder)
    }

    /// Wraps a UDP socket of the standard library, and records it from now on. The socket must be in
    /// non-blocking mode: see [`set_nonblocking`](std::net::UdpSocket::set_nonblocking).
    ///
    /// # Errors
    /// Fails like [`UdpSocket::from_std`].
    ///
    /// # Panics
    /// Panics like [`UdpSocket::from_std`]: outside of a tokio runtime with I/O enabled.
    pub fn from_std(tap: &Tap, socket: std::net::UdpSocket) -> io::Result<Self> {
        UdpSocket::from_std(socket).map(|socket| Self::from_tokio(tap, socket))
    }
}

fn bind_to(tap: &Tap, address: SocketAddr) -> io::Result<TapUdpSocket> {
    let pending = PendingSocket::new(tap, Domain::for_address(address), Type::DGRAM)?;
    pending.bind(address)?;
    let (inner, recorder) = pending.convert(|socket| UdpSocket::from_std(socket.into()))?.into_parts();
    Ok(TapUdpSocket::new(inner, recorder))
}

#[cfg(unix)]
impl std::os::fd::AsFd for TapUdpSocket {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.get_ref().as_fd()
    }
}

#[cfg(unix)]
impl std::os::fd::AsRawFd for TapUdpSocket {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.get_ref().as_raw_fd()
    }
}
