//! Methods of tokio's Unix-domain streams on a [`TapStream`], and the file descriptors of all streams.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use tokio::net::UnixStream;
use tokio::net::unix::{SocketAddr, UCred};

use crate::stream::TapStream;

impl<S: AsFd> AsFd for TapStream<S> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.get_ref().as_fd()
    }
}

impl<S: AsRawFd> AsRawFd for TapStream<S> {
    fn as_raw_fd(&self) -> RawFd {
        self.get_ref().as_raw_fd()
    }
}

impl TapStream<UnixStream> {
    /// Returns the peer's address.
    ///
    /// # Errors
    /// Fails like [`UnixStream::peer_addr`].
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.get_ref().peer_addr()
    }

    /// Returns the local address.
    ///
    /// # Errors
    /// Fails like [`UnixStream::local_addr`].
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.get_ref().local_addr()
    }

    /// Returns the process id, user id and group id of the peer (`SO_PEERCRED`, `unix(7)`).
    ///
    /// # Errors
    /// Fails like [`UnixStream::peer_cred`].
    pub fn peer_cred(&self) -> io::Result<UCred> {
        self.get_ref().peer_cred()
    }

    /// Stops recording the stream, and converts it to a stream of the standard library. The recording gets a
    /// `release` event instead of `close`.
    ///
    /// # Errors
    /// Fails like [`UnixStream::into_std`].
    pub fn into_std(self) -> io::Result<std::os::unix::net::UnixStream> {
        self.into_inner().into_std()
    }
}
