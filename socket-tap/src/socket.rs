//! A trait for tokio's stream sockets that can be split into halves.

use std::io::{self, IoSlice};

use tokio::io::{AsyncRead, AsyncWrite, Interest, Ready};
use tokio::net::{TcpStream, tcp};
#[cfg(unix)]
use tokio::net::{UnixStream, unix};

use crate::event::Addr;

mod sealed {
    pub trait Sealed {}
    impl Sealed for tokio::net::TcpStream {}
    #[cfg(unix)]
    impl Sealed for tokio::net::UnixStream {}
}

/// A connected stream socket that can be split: tokio's [`TcpStream`], and on Unix `UnixStream`. This trait
/// is sealed.
///
/// Use the trait only as a bound. It names the types of the socket's halves.
pub trait Socket: AsyncRead + AsyncWrite + Unpin + sealed::Sealed + Sized {
    /// Type of the borrowed read half.
    type ReadHalf<'a>: AsyncRead + Unpin + std::fmt::Debug
    where
        Self: 'a;
    /// Type of the borrowed write half.
    type WriteHalf<'a>: AsyncWrite + Unpin + std::fmt::Debug
    where
        Self: 'a;
    /// Type of the owned read half.
    type OwnedReadHalf: AsyncRead + Unpin + std::fmt::Debug + AsRef<Self>;
    /// Type of the owned write half. Dropping it shuts down the sending direction.
    type OwnedWriteHalf: AsyncWrite + Unpin + std::fmt::Debug + AsRef<Self>;

    #[doc(hidden)]
    fn local(&self) -> Option<Addr>;
    #[doc(hidden)]
    fn peer(&self) -> Option<Addr>;
    #[doc(hidden)]
    fn ready(&self, interest: Interest) -> impl Future<Output = io::Result<Ready>> + Send;
    #[doc(hidden)]
    fn try_read(&self, buf: &mut [u8]) -> io::Result<usize>;
    #[doc(hidden)]
    fn try_write(&self, buf: &[u8]) -> io::Result<usize>;
    #[doc(hidden)]
    fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize>;
    #[doc(hidden)]
    fn take_error(&self) -> io::Result<Option<io::Error>>;
    #[doc(hidden)]
    fn split(&mut self) -> (Self::ReadHalf<'_>, Self::WriteHalf<'_>);
    #[doc(hidden)]
    fn into_split(self) -> (Self::OwnedReadHalf, Self::OwnedWriteHalf);
    #[doc(hidden)]
    fn forget(half: Self::OwnedWriteHalf);
    /// Joins the two halves of a socket again. Returns `None` if they belong to different sockets.
    #[doc(hidden)]
    fn reunite(read: Self::OwnedReadHalf, write: Self::OwnedWriteHalf) -> Option<Self>;
}

macro_rules! socket {
    ($stream:ty, $halves:ident, $addr:expr) => {
        impl Socket for $stream {
            type ReadHalf<'a> = $halves::ReadHalf<'a>;
            type WriteHalf<'a> = $halves::WriteHalf<'a>;
            type OwnedReadHalf = $halves::OwnedReadHalf;
            type OwnedWriteHalf = $halves::OwnedWriteHalf;

            fn local(&self) -> Option<Addr> {
                self.local_addr().ok().map($addr)
            }

            fn peer(&self) -> Option<Addr> {
                self.peer_addr().ok().map($addr)
            }

            async fn ready(&self, interest: Interest) -> io::Result<Ready> {
                <$stream>::ready(self, interest).await
            }

            fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
                <$stream>::try_read(self, buf)
            }

            fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
                <$stream>::try_write(self, buf)
            }

            fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
                <$stream>::try_write_vectored(self, bufs)
            }

            fn take_error(&self) -> io::Result<Option<io::Error>> {
                <$stream>::take_error(self)
            }

            fn split(&mut self) -> (Self::ReadHalf<'_>, Self::WriteHalf<'_>) {
                <$stream>::split(self)
            }

            fn into_split(self) -> (Self::OwnedReadHalf, Self::OwnedWriteHalf) {
                <$stream>::into_split(self)
            }

            fn forget(half: Self::OwnedWriteHalf) {
                half.forget();
            }

            fn reunite(read: Self::OwnedReadHalf, write: Self::OwnedWriteHalf) -> Option<Self> {
                read.reunite(write).ok()
            }
        }
    };
}

socket!(TcpStream, tcp, Addr::from);
#[cfg(unix)]
socket!(UnixStream, unix, |address| crate::unix::addr(&address));
