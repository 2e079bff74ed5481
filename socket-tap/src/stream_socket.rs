//! Methods of tokio's sockets on a [`TapStream`]: readiness, non-blocking reads and writes, and socket
//! options.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{Interest, Ready};
use tokio::net::TcpStream;

use crate::options::set;
use crate::recorded;
use crate::socket::Socket;
use crate::stream::TapStream;

impl<S: Socket> TapStream<S> {
    /// Waits until the stream is ready for any of `interest`, like [`TcpStream::ready`]. Records nothing.
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    ///
    /// # Errors
    /// Fails like [`TcpStream::ready`].
    pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        self.get_ref().ready(interest).await
    }

    /// Waits until the stream is readable, like [`TcpStream::readable`]. Records nothing.
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    ///
    /// # Errors
    /// Fails like [`TcpStream::readable`].
    pub async fn readable(&self) -> io::Result<()> {
        self.ready(Interest::READABLE).await.map(drop)
    }

    /// Waits until the stream is writable, like [`TcpStream::writable`]. Records nothing.
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    ///
    /// # Errors
    /// Fails like [`TcpStream::writable`].
    pub async fn writable(&self) -> io::Result<()> {
        self.ready(Interest::WRITABLE).await.map(drop)
    }

    /// Reads without waiting, like [`TcpStream::try_read`], and records the read.
    ///
    /// ```
    /// use socket_tap::{Tap, TapListener, TapStream};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # let listener = TapListener::bind(&Tap::off(), "127.0.0.1:0").await?;
    /// # let client = TapStream::connect(&Tap::off(), listener.local_addr()?).await?;
    /// # let (server, _) = listener.accept().await?;
    /// client.writable().await?;
    /// client.try_write(b"hello")?;
    /// server.readable().await?;
    /// let mut buf = [0; 16];
    /// assert_eq!(server.try_read(&mut buf)?, 5);
    /// # std::io::Result::Ok(()) })?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// Fails like [`TcpStream::try_read`]. If no bytes can be read, the error is
    /// [`WouldBlock`](io::ErrorKind::WouldBlock), which is not recorded.
    pub fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
        recorded::try_read(self.recorder(), buf, |buf| self.get_ref().try_read(buf))
    }

    /// Writes without waiting, like [`TcpStream::try_write`], and records the write.
    ///
    /// # Errors
    /// Fails like [`TcpStream::try_write`]. If the kernel's buffer is full, the error is
    /// [`WouldBlock`](io::ErrorKind::WouldBlock), which is not recorded.
    pub fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
        recorded::try_write(self.recorder(), 0, std::iter::once(buf), || self.get_ref().try_write(buf))
    }

    /// Writes from several buffers without waiting, like [`TcpStream::try_write_vectored`], and records the write.
    ///
    /// # Errors
    /// Fails like [`try_write`](Self::try_write).
    pub fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        let parts = bufs.iter().map(|buf| &**buf);
        recorded::try_write(self.recorder(), bufs.len(), parts, || self.get_ref().try_write_vectored(bufs))
    }

    /// Returns the socket's pending error and clears it (`SO_ERROR`), like [`TcpStream::take_error`].
    ///
    /// # Errors
    /// Fails like [`TcpStream::take_error`].
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.get_ref().take_error()
    }
}

impl TapStream<TcpStream> {
    /// Returns the peer's address.
    ///
    /// # Errors
    /// Fails like [`TcpStream::peer_addr`].
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.get_ref().peer_addr()
    }

    /// Returns the local address.
    ///
    /// # Errors
    /// Fails like [`TcpStream::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.get_ref().local_addr()
    }

    /// Receives bytes without removing them from the queue, like [`TcpStream::peek`]. The tap does not record
    /// this call, only the later read that removes the bytes.
    ///
    /// # Cancel safety
    /// This method is cancel safe.
    ///
    /// # Errors
    /// Fails like [`TcpStream::peek`].
    pub async fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.get_ref().peek(buf).await
    }

    /// Returns `true` if `TCP_NODELAY` is set.
    ///
    /// # Errors
    /// Fails like [`TcpStream::nodelay`].
    pub fn nodelay(&self) -> io::Result<bool> {
        self.get_ref().nodelay()
    }

    /// Sets `TCP_NODELAY` and records it, see [`TcpOptions::nodelay`](crate::TcpOptions::nodelay).
    ///
    /// # Errors
    /// Fails like [`TcpStream::set_nodelay`]. The failure is recorded.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        set(self.recorder(), "TCP_NODELAY", nodelay.into(), self.get_ref().set_nodelay(nodelay))
    }

    /// Returns the time for which closing the socket waits until its data is sent (`SO_LINGER`), or `None` if
    /// it does not wait.
    ///
    /// # Errors
    /// Fails like [`TcpStream::linger`].
    pub fn linger(&self) -> io::Result<Option<Duration>> {
        self.get_ref().linger()
    }

    /// Sets the time for which closing the socket waits until its data is sent (`SO_LINGER`, see
    /// `socket(7)`). The option is recorded in seconds; -1 stands for `None`.
    ///
    /// With [`Duration::ZERO`], closing the socket aborts the connection with a RST. With any longer time,
    /// dropping the stream blocks the thread.
    ///
    /// # Errors
    /// Returns an error if the option cannot be set. The failure is recorded.
    pub fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        let seconds = linger.map_or(-1, |linger| i64::try_from(linger.as_secs()).unwrap_or(i64::MAX));
        set(self.recorder(), "SO_LINGER", seconds, SockRef::from(self.get_ref()).set_linger(linger))
    }

    /// Returns the time to live of sent packets, in hops (`IP_TTL`).
    ///
    /// # Errors
    /// Fails like [`TcpStream::ttl`].
    pub fn ttl(&self) -> io::Result<u32> {
        self.get_ref().ttl()
    }

    /// Sets the time to live of sent packets, in hops (`IP_TTL`, see `ip(7)`), and records it.
    ///
    /// # Errors
    /// Fails like [`TcpStream::set_ttl`]. The failure is recorded.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        set(self.recorder(), "IP_TTL", ttl.into(), self.get_ref().set_ttl(ttl))
    }

    /// Stops recording the stream, and converts it to a stream of the standard library. The recording gets a
    /// `release` event instead of `close`.
    ///
    /// # Errors
    /// Fails like [`TcpStream::into_std`].
    pub fn into_std(self) -> io::Result<std::net::TcpStream> {
        self.into_inner().into_std()
    }
}

#[cfg(test)]
#[path = "stream_socket_tests.rs"]
mod tests;
