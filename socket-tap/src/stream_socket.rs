//! The other calls of tokio's sockets: readiness, reads and writes that do not wait, options.

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
    /// Waits until it is ready for any of `interest`, as [`TcpStream::ready`]. Cancel safe. Not recorded.
    ///
    /// # Errors
    /// As [`TcpStream::ready`].
    pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        self.get_ref().ready(interest).await
    }

    /// Waits until it can be read, as [`TcpStream::readable`]. Cancel safe. Not recorded.
    ///
    /// # Errors
    /// As [`TcpStream::readable`].
    pub async fn readable(&self) -> io::Result<()> {
        self.ready(Interest::READABLE).await.map(drop)
    }

    /// Waits until it can be written, as [`TcpStream::writable`]. Cancel safe. Not recorded.
    ///
    /// # Errors
    /// As [`TcpStream::writable`].
    pub async fn writable(&self) -> io::Result<()> {
        self.ready(Interest::WRITABLE).await.map(drop)
    }

    /// Reads without waiting, as [`TcpStream::try_read`], and records the read.
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
    /// As [`TcpStream::try_read`]: [`WouldBlock`](io::ErrorKind::WouldBlock) when there is nothing to read, which is not
    /// recorded.
    pub fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
        recorded::try_read(self.recorder(), buf, |buf| self.get_ref().try_read(buf))
    }

    /// Writes without waiting, as [`TcpStream::try_write`], and records the write.
    ///
    /// # Errors
    /// As [`TcpStream::try_write`]: [`WouldBlock`](io::ErrorKind::WouldBlock) when the kernel takes no more, which is not
    /// recorded.
    pub fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
        recorded::try_write(self.recorder(), 0, std::iter::once(buf), || self.get_ref().try_write(buf))
    }

    /// Writes from several buffers without waiting, as [`TcpStream::try_write_vectored`], and records the write.
    ///
    /// # Errors
    /// As [`try_write`](Self::try_write).
    pub fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        let parts = bufs.iter().map(|buf| &**buf);
        recorded::try_write(self.recorder(), bufs.len(), parts, || self.get_ref().try_write_vectored(bufs))
    }

    /// Returns the socket's pending error and clears it (`SO_ERROR`), as [`TcpStream::take_error`].
    ///
    /// # Errors
    /// As [`TcpStream::take_error`].
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.get_ref().take_error()
    }
}

impl TapStream<TcpStream> {
    /// Returns the peer's address.
    ///
    /// # Errors
    /// As [`TcpStream::peer_addr`].
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.get_ref().peer_addr()
    }

    /// Returns our address.
    ///
    /// # Errors
    /// As [`TcpStream::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.get_ref().local_addr()
    }

    /// Receives without taking the bytes from the queue, as [`TcpStream::peek`]. Not recorded: the bytes are when they
    /// are read. Cancel safe.
    ///
    /// # Errors
    /// As [`TcpStream::peek`].
    pub async fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.get_ref().peek(buf).await
    }

    /// Returns whether `TCP_NODELAY` is set.
    ///
    /// # Errors
    /// As [`TcpStream::nodelay`].
    pub fn nodelay(&self) -> io::Result<bool> {
        self.get_ref().nodelay()
    }

    /// Sets `TCP_NODELAY` and records it, see [`TcpOptions::nodelay`](crate::TcpOptions::nodelay).
    ///
    /// # Errors
    /// As [`TcpStream::set_nodelay`]; the failure is recorded.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        set(self.recorder(), "TCP_NODELAY", nodelay.into(), self.get_ref().set_nodelay(nodelay))
    }

    /// Returns how long a close waits for unsent data (`SO_LINGER`).
    ///
    /// # Errors
    /// As [`TcpStream::linger`].
    pub fn linger(&self) -> io::Result<Option<Duration>> {
        self.get_ref().linger()
    }

    /// Sets how long a close waits for unsent data (`SO_LINGER`, see `socket(7)`) and records it: the value is in seconds,
    /// and -1 stands for `None`.
    ///
    /// With [`Duration::ZERO`], a close is an abort: the peer gets a RST. With another duration, dropping the stream
    /// blocks its thread.
    ///
    /// # Errors
    /// When the option cannot be set; the failure is recorded.
    pub fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        let seconds = linger.map_or(-1, |linger| i64::try_from(linger.as_secs()).unwrap_or(i64::MAX));
        set(self.recorder(), "SO_LINGER", seconds, SockRef::from(self.get_ref()).set_linger(linger))
    }

    /// Returns the time to live of sent packets (`IP_TTL`).
    ///
    /// # Errors
    /// As [`TcpStream::ttl`].
    pub fn ttl(&self) -> io::Result<u32> {
        self.get_ref().ttl()
    }

    /// Sets the time to live of sent packets (`IP_TTL`, see `ip(7)`) and records it.
    ///
    /// # Errors
    /// As [`TcpStream::set_ttl`]; the failure is recorded.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        set(self.recorder(), "IP_TTL", ttl.into(), self.get_ref().set_ttl(ttl))
    }

    /// Turns it into a stream of the standard library, which is not recorded. The recording gets a `release`.
    ///
    /// # Errors
    /// As [`TcpStream::into_std`].
    pub fn into_std(self) -> io::Result<std::net::TcpStream> {
        self.into_inner().into_std()
    }
}

#[cfg(test)]
#[path = "stream_socket_tests.rs"]
mod tests;
